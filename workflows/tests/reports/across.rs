//! The rows of the reports over all workflows, from the events.

use serde_json::{Value as Json, json};

use super::Recomputation;
use super::raw::{Act, Case, Ledger, Run, Stay, Time, held_by, time};
use super::rows::{business_days, grouped};

pub const ROWS: &[(&str, Recomputation)] = &[
    ("absences", absences),
    ("accounts_overview", accounts_overview),
    ("act_history", act_history),
    ("backdated_gap", backdated_gap),
    ("decisions_by_person", decisions_by_person),
    ("deputy_without_absence", deputy_without_absence),
    ("inbox_by_role", inbox_by_role),
    ("open_by_holder", open_by_holder),
    ("people_roles", people_roles),
    ("red_flags", red_flags),
    ("spends_without_approval", spends_without_approval),
];

/// What these do is not counted in business days.
const WITHOUT_CALENDAR: [&str; 3] = ["document_register", "organisation", "region"];

/// Every run of every case.
fn all(ledger: &Ledger) -> Vec<(&Case, &Run)> {
    ledger.cases.values().flat_map(|case| case.runs.iter().map(move |run| (case, run))).collect()
}

/// What people did, in every run.
fn by_people(ledger: &Ledger) -> Vec<(&Case, &Run, &Act)> {
    let mut acts = Vec::new();
    for (case, run) in all(ledger) {
        let own = run.acts.iter().filter(|act| !act.said("by").is_null());
        acts.extend(own.map(|act| (case, run, act)));
    }
    acts
}

/// Every open task, for each that holds it.
fn held(ledger: &Ledger) -> Vec<(&Case, &Run, &Stay, String)> {
    let mut found = Vec::new();
    for (case, run) in ledger.every_case() {
        for task in case.tasks(run) {
            found.extend(held_by(task).into_iter().map(|holder| (case, run, task, holder)));
        }
    }
    found
}

fn red_flags(ledger: &Ledger) -> Vec<Json> {
    let of = |(case, run): (&Case, &Run)| {
        let row = |flag: &super::raw::Flag| {
            json!({
                "flag": flag.flag, "number": case.id, "workflow": run.workflow,
                "since": flag.since, "cleared": flag.cleared, "stands": flag.cleared.is_none(),
            })
        };
        run.flags.iter().map(row).collect::<Vec<_>>()
    };
    all(ledger).into_iter().flat_map(of).collect()
}

fn backdated_gap(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run, act) in by_people(ledger) {
        let after = business_days(&ledger.calendars["korea"], act.at, act.recorded_at);
        if after <= 5 || WITHOUT_CALENDAR.contains(&run.workflow.as_str()) {
            continue;
        }
        rows.push(json!({
            "number": case.id, "workflow": run.workflow, "step": act.step,
            "outcome": act.outcome, "by": act.said("by"), "at": act.at,
            "recorded": act.recorded_at, "after": after,
        }));
    }
    rows
}

fn deputy_without_absence(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (case, run, act) in by_people(ledger) {
        if ledger.absence_known(act) == Some(false) {
            rows.push(json!({
                "number": case.id, "workflow": run.workflow, "step": act.step,
                "outcome": act.outcome, "by": act.said("by"),
                "place_of": act.said("on_behalf_of"), "at": act.at,
            }));
        }
    }
    rows
}

fn act_history(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run, act): (&Case, &Run, &Act)| {
        json!({
            "number": case.id, "workflow": run.workflow, "at": act.at, "recorded": act.recorded_at,
            "step": act.step, "part": act.item, "outcome": act.outcome, "by": act.said("by"),
            "role": act.said("role"), "authority": act.said("authority"),
            "for_whom": act.said("on_behalf_of"), "reason": act.said("reason"),
        })
    };
    by_people(ledger).into_iter().map(row).collect()
}

fn decisions_by_person(ledger: &Ledger) -> Vec<Json> {
    let keyed = by_people(ledger).into_iter().map(|(case, run, act)| {
        let said = |field| act.said(field);
        (json!([said("by"), run.workflow, said("role"), said("authority")]), (case, act))
    });
    let row = |(key, acts): (Json, Vec<(&Case, &Act)>)| {
        let mut cases: Vec<&str> = acts.iter().map(|(case, _)| case.id.as_str()).collect();
        cases.sort_unstable();
        cases.dedup();
        json!({
            "by": key[0], "workflow": key[1], "role": key[2], "authority": key[3],
            "acts": acts.len(),
            "reasoned": acts.iter().filter(|(_, act)| !act.said("reason").is_null()).count(),
            "cases": cases, "first": acts.iter().map(|(_, act)| act.at).min(),
            "last": acts.iter().map(|(_, act)| act.at).max(),
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn open_by_holder(ledger: &Ledger) -> Vec<Json> {
    let keyed = held(ledger).into_iter();
    let keyed = keyed.map(|(_, run, task, holder)| (json!([holder, run.workflow]), task));
    let row = |(key, tasks): (Json, Vec<&Stay>)| {
        json!({
            "holder": key[0], "workflow": key[1], "open": tasks.len(),
            "late": tasks.iter().filter(|task| task.is_late(ledger.now)).count(),
            "oldest": tasks.iter().map(|task| task.since).min(),
            "next": tasks.iter().filter_map(|task| task.due).min(),
        })
    };
    grouped(keyed).into_iter().map(row).collect()
}

fn inbox_by_role(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run, task, holder): (&Case, &Run, &Stay, String)| {
        json!({
            "holder": holder, "due": task.due, "late": task.is_late(ledger.now),
            "number": case.id, "workflow": run.workflow, "step": task.step, "part": task.item,
            "since": task.since, "escalated": task.escalated,
        })
    };
    held(ledger).into_iter().map(row).collect()
}

fn spends_without_approval(ledger: &Ledger) -> Vec<Json> {
    let day = |run: &Run, field: &str| run.get(field).as_str()?.parse::<chrono::NaiveDate>().ok();
    let mut rows = Vec::new();
    for (case, run) in ledger.runs(&["community_spending"]) {
        let days = day(run, "paid_on").zip(day(run, "approved_on"));
        let Some((paid, approved)) = days.filter(|(paid, approved)| paid < approved) else {
            continue;
        };
        rows.push(json!({
            "number": case.id, "category": run.get("category"), "purpose": run.get("purpose"),
            "secretary": run.get("secretary"), "paid_on": run.get("paid_on"),
            "approved_on": run.get("approved_on"), "days": (approved - paid).num_days(),
            "paid": run.number("paid"),
        }));
    }
    rows
}

fn people_roles(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (id, person) in &ledger.people {
        for grant in &person.roles {
            let (from, until) = (time(&grant["from"]), time(&grant["until"]));
            rows.push(json!({
                "person": id, "role": grant["role"], "scope": grant["in"], "from": from,
                "to": until, "held": lasts(ledger.now, from, until),
            }));
        }
    }
    rows
}

fn absences(ledger: &Ledger) -> Vec<Json> {
    let mut rows = Vec::new();
    for (id, person) in &ledger.people {
        for absence in &person.absences {
            let (from, to) = (time(&absence["from"]), time(&absence["to"]));
            rows.push(json!({
                "person": id, "from": from, "to": to, "deputy": absence["deputy"],
                "lasts": lasts(ledger.now, from, to),
            }));
        }
    }
    rows
}

fn lasts(now: Time, from: Option<Time>, until: Option<Time>) -> bool {
    from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until)
}

fn accounts_overview(ledger: &Ledger) -> Vec<Json> {
    let row = |account: &super::raw::Account| {
        json!({
            "account": account.name, "key": account.key, "unit": account.unit,
            "available": account.available, "reserved": account.reserved,
            "committed": account.committed,
            "total": account.available + account.reserved + account.committed,
            "floor": account.floor, "closed": account.closed,
        })
    };
    ledger.accounts.values().map(row).collect()
}
