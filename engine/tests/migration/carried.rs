//! What a migrated case takes along, and what happens to it after.

use chrono::Duration;
use dure_engine::model::event::TaskChange;
use dure_engine::model::event::{CaseEvent, Dues};
use dure_engine::runtime::projection::timeline::Did;
use dure_engine::runtime::{Clock, MigrationOutcome};
use dure_engine::{EngineError, TaskRequest};
use dure_storage::Explain;
use serde_json::json;

use super::{
    OLD, PLAIN, agrees_with_its_events, apply, case_at, migrated, next, plan, said, world,
};
use crate::harness::{World, act, code, person_id};
use crate::invariants::history;

const RENAMED: &[(&str, &str)] = &[("write", "draft"), ("right:", "other:"), ("hear", "listen")];
const RENAMES: &str = "steps: {write: draft, hear: listen}\nbranches: {both: {right: other}}\nset: {cost: data.cost + 7}\n";

#[tokio::test]
async fn a_migrated_case_goes_on_under_the_new_names_and_its_history_counts() {
    let world = world().await;
    let (writing, signing) = (case_at(&world, "any").await, case_at(&world, "any").await);
    let both = case_at(&world, "both").await;
    world.done(&signing, "write", "hand_in", "clerk-1", json!({})).await;
    world.done(&both, "see", "ok", "clerk-1", json!({})).await;
    world.publish(&next(RENAMED)).await;
    let plan = plan(&world, &format!("{PLAIN}{RENAMES}")).await;
    let (told, counts) = migrated(&world, &plan, &apply(false)).await.expect("applied");
    assert!(told.iter().all(|case| said(&case.outcome) == "applied"), "{told:?}");
    assert_eq!(counts.applied, 3);
    for case in [&writing, &signing, &both] {
        let now = agrees_with_its_events(&world, case).await;
        assert_eq!(now.frame.workflow.version, 2);
        assert_eq!(now.frame.data["cost"], json!(7));
    }
    assert_eq!(world.active(&writing).await, ["draft"]);
    assert_eq!(world.active(&both).await, ["both:other/listen"]);
    // Who wrote before may not sign now, under whatever name.
    let refused = world.complete(&signing, "sign", "done", "clerk-1", json!({})).await;
    assert_eq!(code(refused), "E-role-missing");
    let now = world.engine.case(&signing).await.expect("the case");
    let wrote = &now.frame.visits["draft"];
    assert!(wrote.completed == 1 && wrote.by.contains(&person_id("clerk-1")), "{wrote:?}");
    let refused = world.complete(&writing, "write", "hand_in", "clerk-1", json!({})).await;
    assert_eq!(code(refused), "E-step-unknown");
    world.done(&writing, "draft", "hand_in", "clerk-1", json!({})).await;
    let closed = world.done(&both, "listen", "ok", "clerk-1", json!({})).await;
    assert!(!closed.is_open());
}

#[tokio::test]
async fn the_event_says_who_why_and_by_which_plan_and_the_timeline_shows_it() {
    let world = world().await;
    let case = case_at(&world, "any").await;
    world.publish(&next(&[])).await;
    let plan = plan(&world, PLAIN).await;
    migrated(&world, &plan, &apply(false)).await.expect("applied");
    let happened = history(&world, &case).await;
    let Some(CaseEvent::Migrated(event)) = happened.last().map(|last| &last.event) else {
        panic!("the last event is the migration");
    };
    assert_eq!((event.from.version, event.to.version, event.dues), (1, 2, Some(Dues::Kept)));
    assert_eq!(event.act.by, person_id("chief-1"));
    assert_eq!(event.because.as_ref().map(|text| &*text.en), Some("New rules"));
    assert_eq!(event.plan.as_deref(), Some(plan.digest.as_str()));
    let timeline = world.engine.timeline(&case).await.expect("a timeline");
    let last = timeline.last().expect("an entry");
    assert!(matches!(&last.did, Did::Migrated { to, because: Some(_) } if to.version == 2));
    assert_eq!(last.by, Some(person_id("chief-1")));
}

#[tokio::test]
async fn applying_a_plan_again_changes_nothing() {
    let world = world().await;
    let case = case_at(&world, "any").await;
    world.publish(&next(&[])).await;
    let plan = plan(&world, PLAIN).await;
    migrated(&world, &plan, &apply(false)).await.expect("applied");
    let before = world.engine.log().head().await.expect("a head").size;
    let (told, counts) = migrated(&world, &plan, &apply(false)).await.expect("applied again");
    assert_eq!(world.engine.log().head().await.expect("a head").size, before);
    assert_eq!((counts.applied, counts.not_concerned), (0, 1));
    assert!(matches!(told[0].outcome, MigrationOutcome::NotConcerned(_)), "{case}");
}

#[tokio::test]
async fn nothing_is_applied_while_a_case_is_blocked_unless_the_others_are_to_go_on() {
    let world = world().await;
    let free = case_at(&world, "any").await;
    let voting = case_at(&world, "vote").await;
    world.done(&voting, "vote", "yes", "chief-1", json!({})).await;
    world.publish(&next(&[("need: 2, of: 3", "need: 3, of: 3")])).await;
    let plan = plan(&world, PLAIN).await;
    let before = world.engine.log().head().await.expect("a head").size;
    let refused = migrated(&world, &plan, &apply(false)).await;
    assert_eq!(refused.map(|_| ()).map_err(|error| error.code().0), Err("E-migrate-incomplete"));
    assert_eq!(world.engine.log().head().await.expect("a head").size, before);
    let (_, counts) = migrated(&world, &plan, &apply(true)).await.expect("applied to one");
    assert_eq!((counts.applied, counts.blocked), (1, 1));
    assert_eq!(world.engine.case(&free).await.expect("a case").frame.workflow.version, 2);
    assert_eq!(world.engine.case(&voting).await.expect("a case").frame.workflow.version, 1);
}

#[tokio::test]
async fn who_applies_must_be_known() {
    let world = world().await;
    world.publish(&next(&[])).await;
    let plan = plan(&world, PLAIN).await;
    let mode = dure_engine::runtime::MigrationMode::Apply {
        by: person_id("nobody"),
        completable_only: true,
    };
    let refused = migrated(&world, &plan, &mode).await;
    assert_eq!(refused.map(|_| ()).map_err(|error| error.code().0), Err("E-person-unknown"));
}

/// What the next version changes, text for text.
type Changes<'a> = &'a [(&'a str, &'a str)];

async fn due(world: &World, changes: Changes<'_>, says: &str) -> Option<i64> {
    let case = case_at(world, "any").await;
    let since = world.engine.case(&case).await.expect("a case").running()[0].step.since;
    world.clock.go_to(world.clock.now() + Duration::hours(6));
    world.publish(&next(changes)).await;
    let plan = plan(world, &format!("{PLAIN}{says}")).await;
    migrated(world, &plan, &apply(false)).await.expect("applied");
    let now = agrees_with_its_events(world, &case).await;
    let inbox = world.engine.inbox(&person_id("clerk-1")).await.expect("an inbox");
    assert_eq!(inbox[0].due, now.open_tasks()[0].due);
    now.open_tasks()[0].due.map(|due| (due - since).num_days())
}

#[tokio::test]
async fn a_clock_that_runs_is_kept_unless_the_plan_says_anew() {
    let longer = [("within: 3d", "within: 9d")];
    let none = [
        ("    due: {within: 3d, expire: late, remind: 1d}\n", ""),
        ("      late:    {title: {ko: 지남, en: Late}, to: given_up}\n", ""),
    ];
    let table: [(Changes<'_>, &str, Option<i64>); 4] = [
        (&longer, "", Some(3)),
        (&longer, "dues: anew\n", Some(9)),
        (&none, "", None),
        (&none, "dues: anew\n", None),
    ];
    for (changes, says, expected) in table {
        assert_eq!(due(&world().await, changes, says).await, expected, "{changes:?} {says}");
    }
}

#[tokio::test]
async fn a_clock_begins_where_none_ran_from_when_the_step_was_entered() {
    let world = World::new().await;
    let without = OLD
        .replace("    due: {within: 3d, expire: late, remind: 1d}\n", "")
        .replace("      late:    {title: {ko: 지남, en: Late}, to: given_up}\n", "");
    world.publish(&without).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("chief-1", &["chief"]).await;
    assert_eq!(due(&world, &[], "").await, Some(3));
    world.clock.go_to(world.clock.now() + Duration::days(4));
    world.engine.tick().await.expect("time passes");
    let cases = world.engine.cases(None, 10).await.expect("cases");
    assert!(!cases[0].case.is_open(), "the new clock ends the step");
}

#[tokio::test]
async fn a_task_has_the_holders_of_the_new_version_in_the_inbox_too() {
    let world = world().await;
    let case = case_at(&world, "any").await;
    world
        .publish(&next(&[("write", "draft"), ("    by: clerk\n    due", "    by: chief\n    due")]))
        .await;
    let plan = plan(&world, &format!("{PLAIN}steps: {{write: draft}}\n")).await;
    migrated(&world, &plan, &apply(false)).await.expect("applied");
    let steps = async |person: &str| {
        let tasks = world.engine.inbox(&person_id(person)).await.expect("an inbox");
        tasks.iter().map(|task| task.step.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(steps("clerk-1").await, Vec::<String>::new());
    assert_eq!(steps("chief-1").await, ["draft"]);
    let refused = world.complete(&case, "draft", "hand_in", "clerk-1", json!({})).await;
    assert_eq!(code(refused), "E-role-missing");
    world.done(&case, "draft", "hand_in", "chief-1", json!({})).await;
}

#[tokio::test]
async fn a_task_that_was_delegated_stays_with_the_delegate_in_the_inbox() {
    let world = world().await;
    let case = case_at(&world, "any").await;
    let delegate = TaskRequest {
        case: case.clone(),
        step: "write".to_owned(),
        change: TaskChange::Delegate(person_id("chief-2")),
        expected: None,
        act: act("clerk-1", json!({})),
    };
    world.engine.change_task(delegate).await.expect("delegated");
    world.publish(&next(&[("write", "draft")])).await;
    let plan = plan(&world, &format!("{PLAIN}steps: {{write: draft}}\n")).await;
    migrated(&world, &plan, &apply(false)).await.expect("applied");
    for person in ["clerk-1", "clerk-2", "chief-2"] {
        let tasks = world.engine.inbox(&person_id(person)).await.expect("an inbox");
        assert_eq!(tasks.len(), 1, "{person}");
        assert_eq!(tasks[0].step.to_string(), "draft");
    }
    let done = world.done(&case, "draft", "hand_in", "chief-2", json!({})).await;
    assert_eq!(done.running()[0].path.to_string(), "sign");
}

const CALLED: &str = r#"
workflow: inner
version: 1
title: {ko: 안, en: Inner}
roles: {clerk: {ko: 담당, en: Clerk}}
data: {n: {type: integer, default: 1}}
start: {by: clerk, to: work}
steps:
  work: {title: {ko: 일, en: Work}, by: clerk, to: finished}
ends: {finished: {title: {ko: 끝, en: Finished}}}
"#;

const CALLING: &str = r#"
workflow: plan
version: 1
title: {ko: 밖, en: Outer}
roles: {clerk: {ko: 담당, en: Clerk}}
start: {by: clerk, form: {at: {type: string}}, to: sub}
steps:
  sub: {title: {ko: 부름, en: Call}, call: inner, to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

#[tokio::test]
async fn a_called_workflow_moves_to_the_version_the_new_caller_was_published_with() {
    let world = World::new().await;
    world.publish(CALLED).await;
    world.publish(CALLING).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("chief-1", &["chief"]).await;
    let case = case_at(&world, "any").await;
    world
        .publish(
            &CALLED
                .replace("version: 1", "version: 2")
                .replace("work", "labour")
                .replace("labourflow:", "workflow:"),
        )
        .await;
    world
        .publish(
            &CALLING
                .replace("version: 1", "version: 2")
                .replace("sub:", "inside:")
                .replace("to: sub", "to: inside"),
        )
        .await;
    let says = "steps: {sub: inside}\n";
    let lacking = plan(&world, &format!("{PLAIN}{says}")).await;
    let found = super::tried(&world, &lacking).await;
    assert_eq!(found[0].1, "unreachable E-migrate-no-counterpart");
    let called = "called: {inner: {steps: {work: labour}, set: {n: data.n + 4}}}\n";
    let plan = plan(&world, &format!("{PLAIN}{says}{called}")).await;
    migrated(&world, &plan, &apply(false)).await.expect("applied");
    let now = agrees_with_its_events(&world, &case).await;
    assert_eq!(world.active(&case).await, ["inside/labour"]);
    let frames: Vec<_> = now.frames().iter().map(|(_, f)| f.workflow.to_string()).collect();
    assert_eq!(frames, ["plan v2", "inner v2"]);
    assert_eq!(now.frames()[1].1.data["n"], json!(5));
    assert!(!world.done(&case, "labour", "done", "clerk-1", json!({})).await.is_open());
}

#[tokio::test]
async fn two_steps_that_become_one_have_one_history() {
    let world = world().await;
    let case = case_at(&world, "any").await;
    world.done(&case, "write", "hand_in", "clerk-1", json!({})).await;
    let merged = next(&[])
        .replace("to: sign", "to: write")
        .replace("  sign: {title: {ko: 결재, en: Sign}, by: chief, not_same_as: [write], to: done}\n", "")
        .replace("      hand_in: {title: {ko: 제출, en: Hand in}, to: write}\n", "      hand_in: {title: {ko: 제출, en: Hand in}, at_most: 2, to: write}\n      sign: {title: {ko: 결재, en: Sign}, to: done}\n");
    world.publish(&merged).await;
    let plan = plan(&world, &format!("{PLAIN}steps: {{sign: write}}\n")).await;
    migrated(&world, &plan, &apply(false)).await.expect("applied");
    let now = agrees_with_its_events(&world, &case).await;
    let visit = &now.frame.visits["write"];
    assert_eq!((visit.entered, visit.completed), (2, 1));
    assert_eq!(world.active(&case).await, ["write"]);
}

#[tokio::test]
async fn a_case_that_changes_in_between_is_judged_again() {
    let world = world().await;
    let case = case_at(&world, "any").await;
    world.publish(&next(&[("sign: {title", "seal: {title"), ("to: sign", "to: seal")])).await;
    let plan = plan(&world, PLAIN).await;
    // The dry run finds it where it has a counterpart; then somebody brings it to where it has none.
    assert_eq!(super::tried(&world, &plan).await[0].1, "completable");
    world.done(&case, "write", "hand_in", "clerk-1", json!({})).await;
    let (told, counts) = migrated(&world, &plan, &apply(true)).await.expect("tried");
    assert_eq!(said(&told[0].outcome), "unreachable E-migrate-no-counterpart");
    assert_eq!((counts.applied, counts.unreachable), (0, 1));
    let refused: Result<_, EngineError> = migrated(&world, &plan, &apply(false)).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_flag_goes_on_under_the_new_version_and_one_it_does_not_have_is_cleared() {
    let world = world().await;
    let flags = |of: &str| format!("flags:\n{of}");
    let flag = |name: &str, when: &str| {
        format!("  {name}: {{title: {{ko: 표시, en: Flag}}, when: {when}}}\n")
    };
    let had = flags(&[flag("kept", "data.cost == 0"), flag("gone", "data.cost == 0")].concat());
    let has = flags(&[flag("kept", "data.cost < 9"), flag("new", "data.cost == 0")].concat());
    let text = |version: u32, flags: &str| {
        format!("{}{flags}", OLD.replacen("version: 1", &format!("version: {version}"), 1))
    };
    world.publish(&text(2, &had)).await;
    let case = case_at(&world, "any").await;
    let raised = async || {
        let now = agrees_with_its_events(&world, &case).await;
        now.flags.iter().map(|raised| (raised.flag.to_string(), raised.since)).collect::<Vec<_>>()
    };
    let before = raised().await;
    world.clock.go_to(before[0].1 + Duration::hours(1));
    world.publish(&text(3, &has)).await;
    let plan = plan(&world, &PLAIN.replace("from: 1\nto: 2", "from: 2\nto: 3")).await;
    migrated(&world, &plan, &apply(false)).await.expect("applied");
    let after = raised().await;
    let names = |of: &[(String, _)]| of.iter().map(|(flag, _)| flag.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(&before), names(&after)),
        (vec!["kept".to_owned(), "gone".to_owned()], vec!["kept".to_owned(), "new".to_owned()],)
    );
    assert_eq!(after[0].1, before[0].1, "raised since it was raised first");
}
