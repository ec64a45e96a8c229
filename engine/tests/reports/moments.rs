//! Reports as of a moment, and over cases of several versions.

use std::collections::BTreeSet;

use dure_engine::runtime::{MigrationMode, Moment};
use dure_storage::Position;
use serde_json::json;

use super::{REPAIR, asked, file, rows, table, table_at, workshop};

const KINDS: &str = "cases: repair\ncolumns:\n  kind: {title: {ko: 종류, en: Kind}, value: data.kind}\n  open: {title: {ko: 진행, en: Open}, value: case.open}\n";

#[tokio::test]
async fn a_report_is_as_of_a_position_or_of_what_was_recorded_by_a_time() {
    let world = workshop().await;
    let before = world.engine.log().head().await.expect("a head").size;
    let first = asked(&world, "roof", "east", 1).await;
    world.later(1);
    world.action(&first, "drop", "clerk-1", "필요 없음").await.expect("dropped");
    asked(&world, "door", "west", 1).await;
    let none: [serde_json::Value; 0] = [];
    let at = |position| table_at(&world, KINDS, Moment::Position(Position(position)));
    assert_eq!(rows(&at(before - 1).await), none);
    assert_eq!(rows(&at(before).await), [json!(["roof", true])]);
    assert_eq!(rows(&at(before + 1).await), [json!(["roof", false])]);
    let all = [json!(["roof", false]), json!(["door", true])];
    assert_eq!(rows(&at(before + 2).await), all);
    assert_eq!(rows(&at(u64::MAX).await), all, "past the end is all there is");
    let opened = crate::harness::at("2017-03-10T01:30:00Z");
    assert_eq!(rows(&table_at(&world, KINDS, Moment::Time(opened)).await), [json!(["roof", true])]);
    let early = crate::harness::at("2017-03-09T00:00:00Z");
    let nothing = table_at(&world, KINDS, Moment::Time(early)).await;
    assert_eq!((rows(&nothing).len(), nothing.events, nothing.at), (0, 0, early));
    assert_eq!(rows(&table(&world, KINDS).await), all);
}

#[tokio::test]
async fn a_report_along_the_log_is_at_each_position_what_it_is_as_of_it() {
    let world = workshop().await;
    let first = asked(&world, "roof", "east", 1).await;
    asked(&world, "door", "west", 1).await;
    world.action(&first, "drop", "clerk-1", "필요 없음").await.expect("dropped");
    let size = world.engine.log().head().await.expect("a head").size;
    let positions: BTreeSet<Position> = (0..size).map(Position).collect();
    let report = world.engine.read_report("report.yaml", &file(KINDS)).await.expect("a report");
    let mut along = Vec::new();
    let gather = |position, table| {
        along.push((position, table));
        Ok(())
    };
    world.engine.report_along(&report, &positions, gather).await.expect("tables");
    assert_eq!(along.len() as u64, size);
    for (position, found) in along {
        assert_eq!(found, table_at(&world, KINDS, Moment::Position(position)).await);
    }
}

#[tokio::test]
async fn what_an_earlier_version_does_not_have_is_empty_and_what_asks_for_it_finds_nothing() {
    let world = workshop().await;
    asked(&world, "roof", "east", 1).await;
    let next = REPAIR.replace("version: 1", "version: 2").replace(
        "  note:    {type: string}",
        "  note:    {type: string}\n  storey:  {type: integer, default: 2}",
    );
    world.publish(&next).await;
    asked(&world, "door", "west", 1).await;
    let lines = "cases: repair\ncolumns:\n  kind: {title: {ko: 종류, en: Kind}, value: data.kind}\n  storey: {title: {ko: 층, en: Storey}, value: data.storey}\n";
    assert_eq!(rows(&table(&world, lines).await), [json!(["roof", null]), json!(["door", 2])]);
    let only = format!("{lines}where: data.storey > 1\n");
    assert_eq!(rows(&table(&world, &only).await), [json!(["door", 2])]);
}

const JOB: &str = r#"
workflow: job
version: 1
title: {ko: 일, en: Job}
roles: {smith: {ko: 기술자, en: Smith}}
start: {by: smith, to: look}
steps: {look: {title: {ko: 살핌, en: Look}, by: smith, to: done}}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

#[tokio::test]
async fn a_case_that_came_to_call_a_workflow_by_a_later_version_is_not_left_out() {
    let world = workshop().await;
    world.publish(JOB).await;
    let job = world.started("job", "smith-1", json!({})).await;
    let later = JOB.replace("version: 1", "version: 2").replace(
        "by: smith, to: done}}",
        "by: smith, to: mend}, mend: {title: {ko: 수리, en: Mend}, call: workshop, with: {hours: '2'}, to: done}}",
    );
    world.publish(&later).await;
    let plan = "migrate: job\nfrom: 1\nto: 2\nbecause: {ko: 새 규정, en: New rules}\n";
    let plan = world.engine.migration_plan("plan.yaml", plan).await.expect("a plan");
    let by = crate::harness::person_id("smith-1");
    let mode = MigrationMode::Apply { by, completable_only: false };
    world.engine.migrate(&plan, &mode, &mut |_| {}).await.expect("it goes on under version 2");
    world.done(&job, "look", "done", "smith-1", json!({})).await;
    let lines = "cases: workshop\ncolumns:\n  case: {title: {ko: 건, en: Case}, value: case.id}\n  hours: {title: {ko: 시간, en: Hours}, value: data.hours}\n";
    assert_eq!(rows(&table(&world, lines).await), [json!([job, 2])]);
}
