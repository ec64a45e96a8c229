//! Every shipped report says what the stored events say: at many positions of a log it has the rows that were come by
//! without it, from the plain JSON of the events.

mod cycle;
#[expect(dead_code, reason = "events say more than the reports ask for")]
mod raw;
mod rows;
mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use dure_engine::report::Report;
use dure_engine::runtime::Moment;
use dure_engine::scenario::play;
use dure_engine::{Engine, EngineOptions};
use dure_storage::{EventLog, MemoryLog, MemoryStore, Position, Source};
use dure_workflows::{REPORTS, demo_samples, install};
use serde_json::{Value as Json, json};

use raw::Ledger;

/// The rows of a report, without it.
type Recomputation = fn(&Ledger) -> Vec<Json>;

/// Events are read from the log by as many.
const PAGE_EVENTS: usize = 1000;
/// At how many positions a quick run compares.
const QUICK_POSITIONS: u64 = 6;
/// A full run (`DURE_FULL=1`) compares after every so many events.
const FULL_EVERY_EVENTS: u64 = 10;

fn recomputations() -> Vec<(&'static str, Recomputation)> {
    [support::ROWS, cycle::ROWS].concat()
}

#[test]
fn no_shipped_report_lacks_its_recomputation() {
    let shipped: BTreeSet<&str> = REPORTS.iter().map(|(file, _)| name_of(file)).collect();
    let recomputed: BTreeSet<&str> = recomputations().iter().map(|(name, _)| *name).collect();
    assert_eq!(shipped, recomputed);
    assert_eq!(recomputations().len(), recomputed.len(), "one stands twice");
}

#[tokio::test]
async fn every_report_says_what_the_events_say() {
    let engine = played().await;
    let mut reports = Vec::new();
    for (name, recomputation) in recomputations() {
        let (file, text) = shipped(name);
        let read = engine.read_report(file, text).await;
        reports.push((read.unwrap_or_else(|error| panic!("{error}")), recomputation));
    }
    let size = engine.log().head().await.expect("a head").size;
    let every = match std::env::var("DURE_FULL").is_ok_and(|value| value == "1") {
        true => FULL_EVERY_EVENTS,
        false => size.div_ceil(QUICK_POSITIONS),
    };
    let mut ledger = Ledger::default();
    for end in (every..size).step_by(every as usize).chain([size]) {
        read_up_to(&engine, &mut ledger, end).await;
        for (report, recomputation) in &reports {
            compare(&engine, report, &recomputation(&ledger), end).await;
        }
    }
}

/// Has the ledger read the events before a position.
async fn read_up_to(engine: &Engine, ledger: &mut Ledger, end: u64) {
    while ledger.events < end {
        let page = engine.log().read_all(Position(ledger.events), PAGE_EVENTS).await;
        let page = page.expect("events");
        let before = page.iter().take_while(|recorded| recorded.position.0 < end);
        before.for_each(|recorded| ledger.add(&recorded.bytes));
    }
}

/// Holds the rows of a report of the first events of the log against those that are expected.
async fn compare(engine: &Engine, report: &Report, expected: &[Json], events: u64) {
    let moment = Moment::Position(Position(events - 1));
    let table = engine.report(report, moment, &|_, _| {}).await.expect("a table").to_json();
    let place = format!("{} of the first {events} events", report.name);
    assert_eq!(table["notices"], json!([]), "{place}");
    same(&place, table["rows"].as_array().expect("rows"), expected);
}

/// Order is the table's own business, and numbered rows carry theirs.
fn same(place: &str, told: &[Json], expected: &[Json]) {
    let lines = |rows: &[Json]| {
        let mut lines: Vec<String> = rows.iter().map(Json::to_string).collect();
        lines.sort();
        lines
    };
    let (told, expected) = (lines(told), lines(expected));
    let only = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|line| !those.contains(line)).cloned().collect()
    };
    assert!(
        told == expected,
        "{place}: {} rows, expected {}\nonly told: {:#?}\nonly expected: {:#?}",
        told.len(),
        expected.len(),
        only(&told, &expected),
        only(&expected, &told),
    );
}

fn shipped(name: &str) -> (&'static str, &'static str) {
    let found = REPORTS.iter().find(|(file, _)| name_of(file) == name);
    *found.unwrap_or_else(|| panic!("{name} is not shipped"))
}

fn name_of(file: &'static str) -> &'static str {
    file.rsplit('/').next().unwrap_or(file).trim_end_matches(".yaml")
}

async fn played() -> Engine {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let views = Arc::new(MemoryStore::default());
    let engine = Engine::open(log, views, EngineOptions::default()).await.expect("an engine opens");
    install(&engine).await.unwrap_or_else(|error| panic!("{error}"));
    for sample in demo_samples() {
        play(&engine, &sample).await.unwrap_or_else(|error| panic!("{error}"));
    }
    engine
}
