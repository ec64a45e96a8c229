//! Reasons that need a workflow of their own: what is called, what runs on beside, who was called in, what would be stuck.

use std::time::Duration;

use chrono::TimeDelta;
use dure_engine::model::command::{Command, MigrateCase, Request};
use dure_engine::model::decide::decide;
use dure_engine::model::known::{Known, Undecided};
use dure_engine::model::names::{CaseId, Name};
use dure_engine::runtime::Clock;
use serde_json::json;

use super::unreadable::published_past_the_checker;
use super::{PLAIN, agrees_with_its_events, apply, case_at, migrated, next, plan, tried, world};
use crate::harness::{World, person_id};

const HEAD: &str = "workflow: plan\nversion: 1\ntitle: {ko: 계획, en: Plan}\nroles: {clerk: {ko: 담당, en: Clerk}}\n\
                    start: {by: clerk, form: {at: {type: string}}, to: first}\nsteps:\n";
const ENDS: &str = "ends: {done: {title: {ko: 끝, en: Done}}}\n";

fn workflow(steps: &str) -> String {
    format!("{HEAD}{steps}{ENDS}")
}

/// The same as the next version, with changes of text, each of which must occur.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    let text = text.replacen("version: 1", "version: 2", 1);
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

async fn world_with(text: &str) -> World {
    let world = World::new().await;
    world.publish(text).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("chief-1", &["chief"]).await;
    world
}

/// What a plan to the next version says of the only case.
async fn verdict(world: &World, next: &str, says: &str) -> String {
    world.publish(next).await;
    let plan = plan(world, &format!("{PLAIN}{says}\n")).await;
    let mut found = tried(world, &plan).await;
    assert_eq!(found.len(), 1);
    found.remove(0).1
}

fn both(name: &str, left: &str, right: &str, then: &str) -> String {
    let branch = |name: &str, step: &str| {
        format!(
            "{name}: {{title: {{ko: 갈래, en: Branch}}, steps: {{{step}: {{title: {{ko: 일, en: Work}}, by: clerk, done: ok}}}}}}"
        )
    };
    let (a, b) = (branch("a", left), branch("b", right));
    format!(
        "  {name}:\n    title: {{ko: 함께, en: Both}}\n    parallel: {{{a}, {b}}}\n    {then}\n"
    )
}

#[tokio::test]
async fn two_steps_that_run_beside_each_other_do_not_become_one() {
    let second = both("second", "look", "listen", "join: all\n    to: done");
    let first = both("first", "see", "hear", "join: any\n    rest: run\n    to: second");
    let world = world_with(&workflow(&format!("{first}{second}"))).await;
    let id = case_at(&world, "any").await;
    world.done(&id, "see", "done", "clerk-1", json!({})).await;
    assert_eq!(world.active(&id).await, ["second:a/look", "second:b/listen", "first:b/hear"]);
    let next = changed(&workflow(&second), &[("to: first", "to: second")]);
    let says = "steps: {first: second, see: look, hear: listen}";
    assert_eq!(verdict(&world, &next, says).await, "blocked E-migrate-steps-meet");
    // When what ran beside is over, nothing meets.
    world.done(&id, "hear", "done", "clerk-1", json!({})).await;
    let plan = plan(&world, &format!("{PLAIN}{says}\n")).await;
    assert_eq!(tried(&world, &plan).await[0].1, "completable");
}

const INNER: &str = r"
workflow: inner
version: 1
title: {ko: 안, en: Inner}
roles: {clerk: {ko: 담당, en: Clerk}}
data: {n: {type: integer, default: 1}}
start: {by: clerk, to: work}
steps:
  work: {title: {ko: 일, en: Work}, by: clerk, to: finished}
ends: {finished: {title: {ko: 끝, en: Finished}}}
flags: {some: {title: {ko: 표시, en: Some}, when: data.n > 0}}
";

const CALLING: &str = "  first: {title: {ko: 부름, en: Call}, call: inner, to: done}\n";

async fn calling() -> (World, CaseId) {
    let world = World::new().await;
    world.publish(INNER).await;
    world.publish(&INNER.replace("workflow: inner", "workflow: other")).await;
    world.publish(&workflow(CALLING)).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("chief-1", &["chief"]).await;
    let id = case_at(&world, "any").await;
    (world, id)
}

#[tokio::test]
async fn a_case_inside_a_called_workflow_does_not_go_on_where_another_is_called() {
    let (world, _) = calling().await;
    let next = changed(&workflow(CALLING), &[("call: inner", "call: other")]);
    assert_eq!(verdict(&world, &next, "").await, "unreachable E-migrate-not-called");
}

#[tokio::test]
async fn a_calling_step_that_is_renamed_keeps_the_flags_of_what_it_called() {
    let (world, id) = calling().await;
    let raised = async || {
        let case = agrees_with_its_events(&world, &id).await;
        case.flags.iter().map(|raised| (raised.flag.to_string(), raised.since)).collect::<Vec<_>>()
    };
    let since = world.clock.now();
    assert_eq!(raised().await, [("first/some".to_owned(), since)]);
    world.clock.go_to(since + TimeDelta::hours(1));
    world.publish(&changed(&workflow(CALLING), &[("first", "inside")])).await;
    let plan = plan(&world, &format!("{PLAIN}steps: {{first: inside}}\n")).await;
    migrated(&world, &plan, &apply(false)).await.expect("applied");
    assert_eq!(raised().await, [("inside/some".to_owned(), since)]);
    // It stays raised when the called workflow has ended, under that name.
    world.done(&id, "work", "done", "clerk-1", json!({})).await;
    let closed = world.engine.case(&id).await.expect("the case");
    assert_eq!(closed.flags[0].flag.to_string(), "inside/some");
}

const MACHINE: &str = "  first:\n    title: {ko: 기계, en: Machine}\n    auto: convert\n    due: {within: 3d, expire: late}\n    \
                       outcomes:\n      ok: {title: {ko: 됨, en: OK}, to: done}\n      late: {title: {ko: 지남, en: Late}, to: done}\n";

#[tokio::test]
async fn a_case_that_nothing_would_move_any_more_is_left_where_the_clock_moves_it() {
    let world = world_with(&workflow(MACHINE)).await;
    let id = case_at(&world, "any").await;
    let convert = Name::new("convert").expect("a name");
    let lease = world.engine.claim(&convert, "worker", Duration::from_secs(60), 1).await;
    let lease = lease.expect("the store works").remove(0);
    world.engine.fail_lease(lease.token, "no paper".into(), true).await.expect("it is parked");
    assert!(!world.engine.case(&id).await.expect("the case").is_stuck(), "the clock ends it");
    let next = changed(
        &workflow(MACHINE),
        &[
            ("    due: {within: 3d, expire: late}\n", ""),
            ("      late: {title: {ko: 지남, en: Late}, to: done}\n", ""),
        ],
    );
    assert_eq!(verdict(&world, &next, "").await, "blocked E-migrate-stuck");
}

const LATE: &str = "  first: {title: {ko: 일, en: Work}, by: clerk, due: {within: 1d, escalate: [{after: 1d, to: chief}]}, to: done}\n";

#[tokio::test]
async fn a_role_that_was_called_in_has_to_be_in_the_new_version() {
    let with_chief = (
        "clerk: {ko: 담당, en: Clerk}",
        "clerk: {ko: 담당, en: Clerk}, chief: {ko: 장, en: Chief}",
    );
    let text = workflow(LATE).replace(with_chief.0, with_chief.1);
    let world = world_with(&text).await;
    case_at(&world, "any").await;
    world.clock.go_to(world.clock.now() + TimeDelta::days(3));
    assert_eq!(world.engine.tick().await.expect("time passes"), 1);
    let next = changed(&workflow(LATE), &[(", escalate: [{after: 1d, to: chief}]", "")]);
    assert_eq!(verdict(&world, &next, "").await, "blocked E-migrate-role");
}

#[tokio::test]
async fn a_step_from_which_an_older_program_let_no_end_be_reached_is_unreachable() {
    let world = world().await;
    case_at(&world, "any").await;
    let text = next(&[
        (
            "{title: {ko: 제출, en: Hand in}, to: sign}",
            "{title: {ko: 제출, en: Hand in}, to: write}",
        ),
        (", expire: late", ""),
    ]);
    let text = text.replace("      late:    {title: {ko: 지남, en: Late}, to: given_up}\n", "");
    published_past_the_checker(world.engine.log(), &text, 2).await;
    let plan = plan(&world, PLAIN).await;
    assert_eq!(tried(&world, &plan).await[0].1, "unreachable E-migrate-no-end");
}

#[tokio::test]
async fn a_command_to_migrate_a_case_that_the_plan_is_not_about_is_refused() {
    let world = world().await;
    world.publish(&next(&[])).await;
    let id = case_at(&world, "any").await;
    let plan = plan(&world, PLAIN).await;
    let case = world.engine.case(&id).await.expect("the case");
    let definition = world.engine.workflow("plan", Some(2)).await.expect("published");
    let by = world.engine.person(&person_id("chief-1")).await.expect("a person");
    let now = world.clock.now();
    let request = Request {
        by: (*by).clone(),
        deputy_of: None,
        on_behalf_of: None,
        occurred_at: now,
        recorded_at: now,
        reason: None,
        form: serde_json::Map::new(),
    };
    let command = Command::Migrate(MigrateCase { plan, request });
    let decided = decide(&case, &definition, &command, &Known::default());
    let Err(Undecided::Refused(refusal)) = decided else { panic!("{decided:?}") };
    assert_eq!(refusal.why.code().0, "E-migrate-not-concerned");
}
