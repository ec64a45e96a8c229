//! A case, an account or a person as the expressions of a report see it: the facts of `facts`, as JSON.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value as Json, json};

use super::chronicle::{Chronicle, Run, Spell, Stay, item_of};
use super::facts::History;
use crate::model::account::Account;
use crate::model::address::StepPath;
use crate::model::case::{Case, OpenTask};
use crate::model::consequence::{Holder, Object};
use crate::model::names::PersonId;
use crate::model::people::{Absence, Grant, Person};
use crate::time::{Calendar, Counting};

/// What a case is looked at beside.
pub struct Beside<'a> {
    /// The moment of the report.
    pub now: DateTime<Utc>,
    /// Everybody, as they are known then.
    pub people: &'a BTreeMap<PersonId, Person>,
    /// The calendar of the run's workflow.
    pub calendar: Option<&'a Calendar>,
}

/// A run as `case`, with the histories that are wanted.
pub fn case(
    chronicle: &Chronicle,
    run: &Run,
    beside: &Beside<'_>,
    wanted: &BTreeSet<History>,
) -> Json {
    let Some(case) = &chronicle.case else { return Json::Null };
    let mut facts = standing(chronicle, case, run, beside.now);
    for history in wanted {
        facts.insert(history.name().to_owned(), told(chronicle, case, run, beside, *history));
    }
    Json::Object(facts)
}

fn standing(chronicle: &Chronicle, case: &Case, run: &Run, now: DateTime<Utc>) -> Object {
    let tasks = tasks_of(case, run);
    let holders: BTreeSet<String> =
        tasks.iter().flat_map(|task| names_of(task.holder, task)).collect();
    let steps: BTreeSet<&str> = tasks.iter().map(|task| task.step.step.as_str()).collect();
    let (end, closed_at) = match &run.ended {
        Some((end, at)) => (end.as_ref(), Some(at)),
        None => (None, None),
    };
    let parent = case.parent.as_ref().map(|parent| &parent.case);
    let facts = json!({
        "id": case.id,
        "workflow": run.workflow.name,
        "version": run.workflow.version,
        "called": !run.block.0.is_empty(),
        "open": run.ended.is_none(),
        "outcome": end,
        "opened_at": run.opened_at,
        "recorded_at": chronicle.recorded_at,
        "closed_at": closed_at,
        "changed_at": chronicle.changed_at.map(|at| at.min(now)),
        "starter": case.starter,
        "entered_by": case.entered_by,
        "parent": parent,
        "since": tasks.iter().map(|task| task.since).min(),
        "due": tasks.iter().filter_map(|task| task.due).min(),
        "holders": holders,
        "steps": steps,
        "stopped": case.stopped_at.is_some(),
        "reports_owed": case.reports.len(),
    });
    if let Json::Object(facts) = facts { facts } else { Object::new() }
}

fn told(
    chronicle: &Chronicle,
    case: &Case,
    run: &Run,
    beside: &Beside<'_>,
    history: History,
) -> Json {
    let now = beside.now;
    match history {
        History::Began => json!(run.began),
        History::Tasks => {
            tasks_of(case, run).iter().map(|task| open_task(case, task, now)).collect()
        }
        History::Acts => acts(run, beside),
        History::Stays => run.stays.iter().map(|stay| stayed(stay, chronicle, now)).collect(),
        History::Pauses => chronicle.pauses.iter().map(|pause| paused(*pause, now)).collect(),
        History::Flags => run.flags.iter().map(raised).collect(),
        History::Links => Json::Array(run.links.clone()),
        History::Moves => Json::Array(run.moves.clone()),
        History::Escalations => Json::Array(run.escalations.clone()),
        History::Extensions => Json::Array(run.extensions.clone()),
    }
}

/// The acts, each with what is known beside the case: how late it was recorded, and whether the absence of whoever it
/// was done for is known.
fn acts(run: &Run, beside: &Beside<'_>) -> Json {
    let counting = beside.calendar.and_then(|calendar| Counting::by(calendar).ok());
    let told = |act: &Json| {
        let mut act = act.clone();
        let (at, recorded_at) = (moment(&act["at"]), moment(&act["recorded_at"]));
        if let (Some(counting), Some(at), Some(recorded_at)) = (&counting, at, recorded_at) {
            act["recorded_after"] = json!(counting.business_days_between(at, recorded_at).ok());
        }
        if act["authority"] == "deputy" {
            act["absence_known"] = json!(at.is_some_and(|at| was_absent(&act, at, beside.people)));
        }
        act
    };
    run.acts.iter().map(told).collect()
}

/// Whether the person an act was done for was absent then, with whoever did it as deputy.
fn was_absent(act: &Json, at: DateTime<Utc>, people: &BTreeMap<PersonId, Person>) -> bool {
    let absent = act["on_behalf_of"].as_str().and_then(|person| people.get(person));
    let deputy = absent.and_then(|person| person.deputy_at(at));
    deputy.is_some_and(|deputy| act["by"] == deputy.as_str())
}

fn moment(json: &Json) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(json.as_str()?).ok().map(|at| at.to_utc())
}

/// The open tasks inside a run, also in workflows that it called: whoever holds those holds it.
fn tasks_of<'a>(case: &'a Case, run: &Run) -> Vec<OpenTask<'a>> {
    match run.ended {
        Some(_) => Vec::new(),
        None => {
            let own = |task: &OpenTask<'_>| {
                run.block.0.is_empty() || task.step.block.0.starts_with(&run.block.0)
            };
            case.open_tasks().into_iter().filter(own).collect()
        }
    }
}

fn names_of(holder: &Holder, task: &OpenTask<'_>) -> Vec<String> {
    match &task.handling.assigned {
        Some(person) => vec![person.to_string()],
        None => held_by(holder),
    }
}

fn held_by(holder: &Holder) -> Vec<String> {
    match holder {
        Holder::Roles { roles, .. } => roles.iter().map(ToString::to_string).collect(),
        Holder::Starter(person) | Holder::Person(person) => vec![person.to_string()],
        Holder::People(people) => people.iter().map(ToString::to_string).collect(),
    }
}

fn open_task(case: &Case, task: &OpenTask<'_>, now: DateTime<Utc>) -> Json {
    json!({
        "step": task.step.step,
        "item": item_of(case, &task.step.block),
        "branch": branch_of(&task.step),
        "assigned": task.handling.assigned,
        "since": task.since,
        "due": task.due,
        "late": task.due.is_some_and(|due| due < now),
        "holders": names_of(task.holder, task),
        "escalated": task.handling.escalated,
    })
}

fn stayed(stay: &Stay, chronicle: &Chronicle, now: DateTime<Utc>) -> Json {
    let until = stay.left.as_ref().map_or(now, |left| left.at);
    let stopped = chronicle.pauses.iter().map(|(from, to)| {
        let (from, to) = ((*from).max(stay.since), to.unwrap_or(now).min(until));
        (to - from).max(TimeDelta::zero())
    });
    json!({
        "step": stay.step.step,
        "kind": stay.kind,
        "item": stay.item,
        "branch": branch_of(&stay.step),
        "outcome": stay.left.as_ref().and_then(|left| left.outcome.as_ref()),
        "by": stay.left.as_ref().and_then(|left| left.by.as_ref()),
        "since": stay.since,
        "left": stay.left.as_ref().map(|left| left.at),
        "due": stay.due,
        "late": stay.due.is_some_and(|due| due < until),
        "holders": stay.holder.as_ref().map(held_by).unwrap_or_default(),
        "lasted": seconds(until - stay.since),
        "stopped": seconds(stopped.sum()),
    })
}

fn paused((from, to): (DateTime<Utc>, Option<DateTime<Utc>>), now: DateTime<Utc>) -> Json {
    json!({"from": from, "to": to, "lasted": seconds(to.unwrap_or(now) - from)})
}

fn raised(spell: &Spell) -> Json {
    json!({"flag": spell.flag, "since": spell.since, "cleared": spell.cleared})
}

fn branch_of(step: &StepPath) -> Option<String> {
    Some(step.block.0.last()?.branch.as_ref()?.to_string())
}

/// A span as expressions read it.
fn seconds(span: TimeDelta) -> String {
    format!("{}s", span.num_seconds())
}

/// An account as `account`.
pub fn account(account: &Account) -> Json {
    json!({
        "name": account.account.name,
        "key": account.account.key.as_ref().map(|key| key.as_str()),
        "unit": account.unit,
        "floor": account.floor,
        "available": account.available,
        "reserved": account.reserved,
        "committed": account.committed,
        "total": account.available + account.reserved + account.committed,
        "closed": account.closed,
    })
}

/// A person as `person`.
pub fn person(person: &Person, now: DateTime<Utc>) -> Json {
    let role = |grant: &Grant| {
        json!({
            "role": grant.role, "scope": grant.scope, "from": grant.from, "to": grant.until,
            "held": grant.holds_at(now),
        })
    };
    let absence = |absence: &Absence| {
        json!({
            "from": absence.from, "to": absence.to, "deputy": absence.deputy,
            "lasts": absence.from <= now && now < absence.to,
        })
    };
    json!({
        "id": person.id,
        "roles": person.roles.iter().map(role).collect::<Json>(),
        "absences": person.absences.iter().map(absence).collect::<Json>(),
    })
}
