//! Running cases that go on under another version: each verdict with its reason, what is carried over, and what
//! happens after.

mod carried;
mod random;
mod rare;
mod reading;
pub mod unreadable;
mod verdicts;

use std::sync::Arc;

use dure_engine::EngineError;
use dure_engine::model::account::{OpenAccount, Unit};
use dure_engine::model::case::Case;
use dure_engine::model::evolve::fold;
use dure_engine::model::migration::Plan;
use dure_engine::model::names::{CaseId, Name};
use dure_engine::runtime::{
    CaseRow, MigratedCase, MigrationCounts, MigrationMode, MigrationOutcome,
};
use serde_json::json;

use crate::harness::{World, person_id};
use crate::invariants::history;

/// A workflow with one of everything that a case can be in.
pub const OLD: &str = r#"
workflow: plan
version: 1
title: {ko: 계획, en: Plan}
roles:
  clerk: {ko: 담당, en: Clerk}
  chief: {ko: 팀장, en: Chief}
accounts:
  budget: {title: {ko: 예산, en: Budget}, unit: krw}
messages:
  word: {title: {ko: 통보, en: Word}, by: [clerk], keep: true, form: {text: {type: string}}}
data:
  cost: {type: krw, default: 0}
  note: {type: string, default: old}
  parts: {type: array, items: {type: string}, default: [a, b]}
start: {by: clerk, form: {at: {type: string}}, set: {note: form.at}, to: route}
steps:
  route:
    title: {ko: 구분, en: Route}
    decide:
      vote:    {when: data.note == "vote", to: vote}
      both:    {when: data.note == "both", to: both}
      list:    {when: data.note == "list", to: list}
      machine: {when: data.note == "machine", to: machine}
      word:    {when: data.note == "word", to: await_word}
      pay:     {when: data.note == "pay", to: pay}
      rest:    {otherwise: true, to: write}
  write:
    title: {ko: 작성, en: Write}
    by: clerk
    due: {within: 3d, expire: late, remind: 1d}
    outcomes:
      hand_in: {title: {ko: 제출, en: Hand in}, to: sign}
      late:    {title: {ko: 지남, en: Late}, to: given_up}
  sign: {title: {ko: 결재, en: Sign}, by: chief, not_same_as: [write], to: done}
  vote:
    title: {ko: 의결, en: Vote}
    by: chief
    quorum: {need: 2, of: 3}
    outcomes:
      yes: {title: {ko: 찬성, en: Aye}, to: done}
      no_: {title: {ko: 반대, en: Nay}, to: given_up}
  both:
    title: {ko: 함께, en: Both}
    parallel:
      left:  {title: {ko: 왼쪽, en: Left}, steps: {see: {title: {ko: 봄, en: See}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, done: ok}}}}}
      right: {title: {ko: 오른쪽, en: Right}, steps: {hear: {title: {ko: 들음, en: Hear}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, done: ok}}}}}
    join: all
    to: done
  list:
    title: {ko: 부분, en: Parts}
    each: data.parts
    as: part
    join: all
    steps:
      check: {title: {ko: 확인, en: Check}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, done: ok}}}
    to: done
  machine:
    title: {ko: 기계, en: Machine}
    auto: convert
    outcomes: {ok: {title: {ko: 됨, en: OK}, to: done}}
  await_word:
    title: {ko: 기다림, en: Await}
    wait: {message: word, for: 10d}
    outcomes:
      received: {title: {ko: 받음, en: Received}, to: done}
      expired:  {title: {ko: 지남, en: Expired}, to: given_up}
  pay:
    title: {ko: 확보, en: Set aside}
    by: clerk
    outcomes: {ok: {title: {ko: 됨, en: OK}, reserve: {account: budget, amount: "5"}, to: spend}}
  spend: {title: {ko: 집행, en: Spend}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, commit: {account: budget, amount: "5"}, to: done}}}
ends:
  done:     {title: {ko: 끝, en: Done}, releases: budget}
  given_up: {title: {ko: 그만둠, en: Given up}, releases: budget}
"#;

/// A plan without anything special.
pub const PLAIN: &str = "migrate: plan\nfrom: 1\nto: 2\nbecause: {ko: 새 규정, en: New rules}\n";

/// The next version, with changes of text, each of which must occur.
pub fn next(changes: &[(&str, &str)]) -> String {
    let text = OLD.replacen("version: 1", "version: 2", 1);
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

/// A world with the first version, its people and its account.
pub async fn world() -> World {
    let world = World::new().await;
    world.publish(OLD).await;
    for (person, role) in [
        ("clerk-1", "clerk"),
        ("clerk-2", "clerk"),
        ("chief-1", "chief"),
        ("chief-2", "chief"),
        ("chief-3", "chief"),
    ] {
        world.person(person, &[role]).await;
    }
    let unit = Unit(Name::new("krw").expect("a unit"));
    let account = "budget".parse().expect("an account");
    let wish = OpenAccount { account, unit, floor: 0, amount: 100 };
    world.engine.open_account(wish, None).await.expect("opened");
    world
}

/// A case that is where `at` leads.
pub async fn case_at(world: &World, at: &str) -> CaseId {
    world.started("plan", "clerk-1", json!({"at": at})).await
}

pub async fn plan(world: &World, text: &str) -> Arc<Plan> {
    world.engine.migration_plan("plan.yaml", text).await.unwrap_or_else(|error| panic!("{error}"))
}

/// Every case the plan is about, by number, with its verdict and the codes of what stands in the way.
pub async fn tried(world: &World, plan: &Arc<Plan>) -> Vec<(String, String)> {
    let (told, _) = migrated(world, plan, &MigrationMode::DryRun).await.expect("a dry run");
    told.iter().map(|case| (case.case.to_string(), said(&case.outcome))).collect()
}

pub async fn migrated(
    world: &World,
    plan: &Arc<Plan>,
    mode: &MigrationMode,
) -> Result<(Vec<MigratedCase>, MigrationCounts), EngineError> {
    let mut told = Vec::new();
    let counts = world.engine.migrate(plan, mode, &mut |case| told.push(case)).await?;
    Ok((told, counts))
}

pub fn apply(completable_only: bool) -> MigrationMode {
    MigrationMode::Apply { by: person_id("chief-1"), completable_only }
}

/// A verdict in one line.
pub fn said(outcome: &MigrationOutcome) -> String {
    let codes = |word: &str, found: &[dure_engine::model::migration::Obstacle]| {
        let mut codes: Vec<&str> = found.iter().map(|obstacle| obstacle.why.code().0).collect();
        codes.dedup();
        format!("{word} {}", codes.join(" "))
    };
    match outcome {
        MigrationOutcome::Completable => "completable".to_owned(),
        MigrationOutcome::Applied => "applied".to_owned(),
        MigrationOutcome::Blocked(found) => codes("blocked", found),
        MigrationOutcome::Unreachable(found) => codes("unreachable", found),
        MigrationOutcome::NotConcerned(why) => format!("not concerned: {why:?}"),
    }
}

/// The case as the stored events say it is, and the same from the views.
pub async fn agrees_with_its_events(world: &World, id: &CaseId) -> Arc<Case> {
    let case = world.engine.case(id).await.expect("the case");
    let replayed = fold(&history(world, id).await);
    assert_eq!(Some(&*case), replayed.as_ref(), "{id}");
    let rows: Vec<CaseRow> = world.engine.cases(None, 1000).await.expect("the view");
    let row = rows.into_iter().find(|row| row.case.id == *id).expect("its row");
    assert_eq!(row.case, *case, "{id}");
    assert!(case.fault.is_none() && !case.is_stuck(), "I13: {case:?}");
    case
}
