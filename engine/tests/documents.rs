//! The language reference tells the truth: its words are the words of the reader.

use dure_engine::model::case::Status;
use dure_engine::runtime::MigrationMode;
use serde_json::json;

use crate::harness::{World, at, leave_request, person_id};

const REFERENCE: &str = include_str!("../../docs/workflow-language.md");

#[tokio::test]
async fn the_example_of_the_reference_is_sound() {
    let world = World::new().await;
    world.publish(&leave_request()).await;
}

/// The examples of the reference, in its order.
fn examples() -> impl Iterator<Item = &'static str> {
    REFERENCE.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next())
}

/// The example that begins with a line, after the calendar of the reference.
async fn world_of(first: &str) -> World {
    let world = World::new().await;
    let find = |first: &str| {
        examples().find(|text| text.starts_with(first)).unwrap_or_else(|| panic!("{first}"))
    };
    let calendar = find("calendar: office");
    world.engine.publish_calendar("office.yaml", calendar, None).await.expect("a calendar");
    world.publish(find(first)).await;
    world
}

#[tokio::test]
async fn the_time_limit_of_the_reference_reminds_and_ends_a_case() {
    // 25 and 30 business days after Friday 2017-03-10, in a calendar whose only holidays are in October.
    let (reminded, over) = (at("2017-04-14T09:00:00Z"), at("2017-04-21T09:00:00Z"));
    for noted in [false, true] {
        let world = world_of("workflow: limited").await;
        world.person("clerk-1", &["clerk"]).await;
        let id = world.started("limited", "clerk-1", json!({})).await;
        assert_eq!(world.active(&id).await, ["answer"]);
        world.clock.go_to(reminded);
        world.engine.tick().await.expect("it ticks");
        assert_eq!(world.active(&id).await, ["answer", "limit:loop/warn"]);
        if noted {
            world.done(&id, "warn", "noted", "clerk-1", json!({})).await;
        }
        world.clock.go_to(over);
        world.engine.tick().await.expect("it ticks");
        let case = world.engine.case(&id).await.expect("a case");
        assert!(case.running().is_empty(), "{case:?}");
        match &case.status {
            Status::Closed { outcome, at } => {
                assert_eq!((outcome.as_str(), *at), ("expired", over));
            }
            Status::Open => panic!("it is open"),
        }
    }
}

#[tokio::test]
async fn every_example_of_the_reference_is_published() {
    let world = World::new().await;
    let mut published = 0;
    let is_other = |block: &&str| block.starts_with("migrate:") || block.starts_with("scenario:");
    for block in examples().filter(|block| !is_other(block)) {
        match block.starts_with("calendar:") {
            true => world.engine.publish_calendar("example.yaml", block, None).await.map(|_| ()),
            false => world.engine.publish("example.yaml", block, None).await.map(|_| ()),
        }
        .unwrap_or_else(|error| panic!("{error}\n{block}"));
        published += 1;
    }
    assert_eq!(published, 10);
}

#[tokio::test]
async fn the_plan_of_the_reference_lets_a_case_go_on() {
    let plan = REFERENCE.split("```yaml\n").find(|block| block.starts_with("migrate:"));
    let plan = plan.and_then(|rest| rest.split("```").next()).expect("the plan");
    let world = World::with_leave_request().await;
    let form = json!({"days": 5, "reason": "여행"});
    let case = world.started("leave_request", "staff-1", form).await;
    let half =
        "  half:   {type: string, title: {ko: 반일, en: Half}}\n  reason: {type: string, title";
    let next = leave_request()
        .replace("version: 1", "version: 2")
        .replace("approve", "decide_leave")
        .replace("  reason: {type: string, title", half);
    world.publish(&next).await;
    let plan = world.engine.migration_plan("plan.yaml", plan).await;
    let plan = plan.unwrap_or_else(|error| panic!("{error}"));
    let mode = MigrationMode::Apply { by: person_id("head-1"), completable_only: false };
    let counts = world.engine.migrate(&plan, &mode, &mut |_| {}).await.expect("applied");
    assert_eq!(counts.applied, 1);
    let closed = world.done(&case, "decide_leave", "grant", "head-1", json!({})).await;
    assert_eq!(closed.frame.data["half"], "none");
    assert!(!closed.is_open());
}

#[tokio::test]
async fn every_pattern_of_the_reference_names_its_test() {
    let tests = include_str!("patterns.rs");
    let table = REFERENCE.split("## Control-flow patterns").nth(1).expect("the section is there");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    let named = rows.filter_map(|row| row.rsplit('`').nth(1));
    let named: Vec<&str> = named.collect();
    assert_eq!(named.len(), 22);
    for test in named {
        assert!(tests.contains(&format!("async fn {test}()")), "{test}");
    }
}
