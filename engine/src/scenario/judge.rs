//! Holding a case against what a line expects of it.

use std::collections::BTreeSet;

use dure_storage::Explain;
use serde_json::Value;

use super::expectation::{AccountExpected, Expectation, HolderNamed};
use super::script::Scenario;
use super::timeline;
use crate::error::EngineError;
use crate::model::account::AccountRef;
use crate::model::case::{Case, OpenTask, Running, Status, Waits};
use crate::model::consequence::{Failing, Holder};
use crate::runtime::Engine;
use crate::time;

/// What differs: of what, what was expected, and what there is.
pub(super) struct Difference {
    pub(super) of: String,
    pub(super) expected: String,
    pub(super) actual: String,
}

/// What of an expectation is not true.
///
/// # Errors
/// If the store failed.
pub(super) async fn difference(
    engine: &Engine,
    scenario: &Scenario,
    case: Option<&Case>,
    expected: &Expectation,
) -> Result<Option<Difference>, EngineError> {
    if let Expectation::Account { account, expected } = expected {
        return account_differs(engine, account, *expected).await;
    }
    let Some(case) = case else {
        return Ok(differs("case", "a case".to_owned(), "none was started".to_owned()));
    };
    if let Expectation::Timeline(lines) = expected {
        return timeline_differs(engine, case, lines).await;
    }
    Ok(in_case(scenario, case, expected))
}

fn differs(of: impl Into<String>, expected: String, actual: String) -> Option<Difference> {
    (expected != actual).then(|| Difference { of: of.into(), expected, actual })
}

fn in_case(scenario: &Scenario, case: &Case, expected: &Expectation) -> Option<Difference> {
    match expected {
        Expectation::Active(steps) => active_differs(case, steps),
        Expectation::Held { step, by } => held_differs(case, step, by),
        Expectation::Assigned { step, to } => {
            let to = to.as_deref().unwrap_or("none").to_owned();
            let assigned = |task: &OpenTask<'_>| {
                task.handling.assigned.as_ref().map_or("none".to_owned(), ToString::to_string)
            };
            differs(format!("{step}: assigned"), to, of_task(case, step, assigned))
        }
        Expectation::Due { step, at } => {
            let shown = |at: Option<_>| {
                at.map_or("none".to_owned(), |at| time::shown(scenario.calendar(), at))
            };
            let actual = of_step(case, step, |running| shown(running.step.due()));
            differs(format!("{step}: due"), shown(*at), actual)
        }
        Expectation::Paused(paused) => {
            differs("paused", paused.to_string(), case.stopped_at.is_some().to_string())
        }
        Expectation::Stuck(stuck) => {
            differs("stuck", stuck.to_string(), case.is_stuck().to_string())
        }
        Expectation::Closed(end) => {
            let actual = match &case.status {
                Status::Closed { outcome, .. } => outcome.to_string(),
                Status::Open => "false".to_owned(),
            };
            let end = end.as_ref().map_or("false".to_owned(), ToString::to_string);
            differs("closed", end, actual)
        }
        Expectation::Flags(flags) => {
            let raised: BTreeSet<String> =
                case.flags.iter().map(|raised| raised.flag.to_string()).collect();
            differs("flags", list(BTreeSet::from_iter(flags)), list(raised))
        }
        Expectation::Data { field, value } => {
            let actual = case.frame.data.get(field.as_str()).unwrap_or(&Value::Null);
            differs(format!("data.{field}"), value.to_string(), actual.to_string())
        }
        Expectation::Version(version) => {
            differs("version", version.to_string(), case.frame.workflow.version.to_string())
        }
        Expectation::Failed { step, times } => {
            let actual = of_effect(case, step, |failing| {
                failing.map_or(0, |failing| failing.attempts).to_string()
            });
            differs(format!("{step}: failed"), times.to_string(), actual)
        }
        Expectation::Parked { step, parked } => {
            let actual = of_effect(case, step, |failing| {
                failing.is_some_and(|failing| failing.retry_at.is_none()).to_string()
            });
            differs(format!("{step}: parked"), parked.to_string(), actual)
        }
        Expectation::Number(number) => differs("number", number.clone(), case.id.to_string()),
        Expectation::Links(links) => {
            differs("links", list(links), list(case.links.iter().map(|link| &link.link)))
        }
        Expectation::Account { .. } | Expectation::Timeline(_) => None,
    }
}

fn list(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    format!("[{}]", items.join(", "))
}

/// Whether each of the wanted can have one of its own.
fn pair_up<W, A>(wanted: &[W], actual: &[A], fits: impl Fn(&W, &A) -> bool) -> bool {
    let mut left: Vec<&A> = actual.iter().collect();
    let found = wanted.iter().all(|wanted| {
        let at = left.iter().position(|actual| fits(wanted, actual));
        at.map(|at| left.remove(at)).is_some()
    });
    found && left.is_empty()
}

/// The steps that wait for somebody or something themselves, not for what is inside them.
fn waiting(case: &Case) -> Vec<Running<'_>> {
    let waits = |running: &Running<'_>| match running.step.waits {
        Waits::Task { .. } | Waits::Auto { .. } | Waits::Event { .. } => true,
        Waits::Branches(_) | Waits::Call(_) => false,
    };
    case.running().into_iter().filter(waits).collect()
}

fn active_differs(case: &Case, steps: &[String]) -> Option<Difference> {
    let active = waiting(case);
    match pair_up(steps, &active, |step, running| running.path.answers_to(step)) {
        true => None,
        false => differs("active", list(steps), list(active.iter().map(|running| &running.path))),
    }
}

/// Something of the one active step that answers to a name.
fn of_step(case: &Case, step: &str, what: impl Fn(&Running<'_>) -> String) -> String {
    let mut named = case.running();
    named.retain(|running| running.path.answers_to(step));
    match named.as_slice() {
        [one] => what(one),
        [] => "not active".to_owned(),
        several => format!("{} steps of that name", several.len()),
    }
}

fn of_task(case: &Case, step: &str, what: impl Fn(&OpenTask<'_>) -> String) -> String {
    of_step(case, step, |running| {
        let tasks = case.open_tasks();
        let task = tasks.iter().find(|task| task.step == running.path);
        task.map_or_else(|| "no task".to_owned(), &what)
    })
}

/// Something of what a step asks of a handler.
fn of_effect(case: &Case, step: &str, what: impl Fn(Option<&Failing>) -> String) -> String {
    of_step(case, step, |running| match &running.step.waits {
        Waits::Auto { failing, .. } => what(failing.as_ref()),
        Waits::Task { .. } | Waits::Event { .. } | Waits::Branches(_) | Waits::Call(_) => {
            "no handler".to_owned()
        }
    })
}

fn held_differs(case: &Case, step: &str, by: &[HolderNamed]) -> Option<Difference> {
    let tasks = case.open_tasks();
    let named: Vec<_> = tasks.iter().filter(|task| task.step.answers_to(step)).collect();
    let fits = |wanted: &HolderNamed, actual: &HolderNamed| {
        wanted.name == actual.name && (wanted.scope.is_none() || wanted.scope == actual.scope)
    };
    if let [task] = named[..]
        && pair_up(by, &holders(task), fits)
    {
        return None;
    }
    let words = |holders: &[HolderNamed]| list(holders.iter().map(holder_words));
    let actual = of_task(case, step, |task| words(&holders(task)));
    Some(Difference { of: format!("{step}: held_by"), expected: words(by), actual })
}

fn holders(task: &OpenTask<'_>) -> Vec<HolderNamed> {
    let one = |name: &dyn ToString, scope: Option<&String>| HolderNamed {
        name: name.to_string(),
        scope: scope.cloned(),
    };
    let mut holders: Vec<HolderNamed> = match task.holder {
        Holder::Roles { roles, scope } => {
            roles.iter().map(|role| one(role, scope.as_ref())).collect()
        }
        Holder::Starter(person) | Holder::Person(person) => vec![one(person, None)],
        Holder::People(people) => people.iter().map(|person| one(person, None)).collect(),
    };
    holders.extend(task.handling.escalated.iter().map(|role| one(role, None)));
    holders
}

fn holder_words(holder: &HolderNamed) -> String {
    match &holder.scope {
        Some(scope) => format!("{} in {scope}", holder.name),
        None => holder.name.clone(),
    }
}

async fn account_differs(
    engine: &Engine,
    account: &AccountRef,
    expected: AccountExpected,
) -> Result<Option<Difference>, EngineError> {
    let AccountExpected { available, reserved, committed } = expected;
    let known = match engine.account(account).await {
        Ok(known) => known,
        Err(EngineError::Store(error)) => return Err(error.into()),
        Err(error) => {
            let words = error.code().to_string();
            return Ok(differs(account.to_string(), "an account".to_owned(), words));
        }
    };
    let balances = [
        ("available", available, known.available),
        ("reserved", reserved, known.reserved),
        ("committed", committed, known.committed),
    ];
    let wanted =
        balances.iter().filter_map(|(name, wanted, _)| Some(format!("{name} {}", (*wanted)?)));
    let actual = balances.iter().filter(|(_, wanted, _)| wanted.is_some());
    let actual = actual.map(|(name, _, actual)| format!("{name} {actual}"));
    Ok(differs(account.to_string(), list(wanted), list(actual)))
}

async fn timeline_differs(
    engine: &Engine,
    case: &Case,
    lines: &[(String, String)],
) -> Result<Option<Difference>, EngineError> {
    let entries = engine.timeline(&case.id).await?;
    let last = &entries[entries.len().saturating_sub(lines.len())..];
    let same = last.len() == lines.len()
        && last
            .iter()
            .zip(lines)
            .all(|(entry, (who, did))| timeline::who(entry) == *who && timeline::is(entry, did));
    let expected = list(lines.iter().map(|(who, did)| format!("{who}: {did}")));
    let actual = list(
        last.iter().map(|entry| format!("{}: {}", timeline::who(entry), timeline::did(entry))),
    );
    match same {
        true => Ok(None),
        false => Ok(Some(Difference { of: "timeline".to_owned(), expected, actual })),
    }
}
