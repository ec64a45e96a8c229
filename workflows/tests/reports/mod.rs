//! Every shipped report says what the stored events say: at many positions of a log it has the rows that were come by
//! without it, from the plain JSON of the events.

mod across;
mod cycle;
mod directory;
mod plan;
#[expect(dead_code, reason = "events say more than the reports ask for")]
mod raw;
mod rows;
mod seoul;
mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use dure_engine::report::Table;
use dure_engine::runtime::{CountedIds, ManualClock};
use dure_engine::scenario::play;
use dure_engine::{Engine, EngineOptions};
use dure_storage::{EventLog, MemoryLog, MemoryStore, Position, Source};
use dure_workflows::{REPORTS, branch_samples, district, install, sample_begins};
use serde_json::{Value as Json, json};

use raw::Ledger;

/// The rows of a report, without it.
type Recomputation = fn(&Ledger) -> Vec<Json>;

/// Events are read from the log by as many.
const PAGE_EVENTS: usize = 1000;
/// Gives the district that is played.
const SEED: u64 = 1;
/// How much of a district a quick run plays, in percent of its cases; the hard cases are always there.
const QUICK_PERCENT: u32 = 2;
/// A full run (`DURE_FULL=1`) plays it whole.
const FULL_PERCENT: u32 = 100;
/// At how many positions a quick run compares.
const QUICK_POSITIONS: usize = 6;
/// A full run compares after every so many events.
const FULL_EVERY_EVENTS: usize = 10;

fn recomputations() -> Vec<(&'static str, Recomputation)> {
    [across::ROWS, cycle::ROWS, directory::ROWS, plan::ROWS, support::ROWS].concat()
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
    let full = std::env::var("DURE_FULL").is_ok_and(|value| value == "1");
    let engine = played(if full { FULL_PERCENT } else { QUICK_PERCENT }).await;
    let events = stored(&engine).await;
    let every = if full { FULL_EVERY_EVENTS } else { events.len().div_ceil(QUICK_POSITIONS) };
    hold(&engine, &events, every, &recomputations()).await;
}

/// What no district comes to: plans that are returned, deputised, amended and judged by committees in every way.
#[tokio::test]
async fn reports_on_plans_and_on_all_cases_say_what_the_events_say_off_the_main_path() {
    let engine = off_the_main_path().await;
    let events = stored(&engine).await;
    let every = events.len().div_ceil(QUICK_POSITIONS);
    hold(&engine, &events, every, &[across::ROWS, directory::ROWS, plan::ROWS].concat()).await;
}

/// Holds reports against the events, after every so many.
async fn hold(
    engine: &Engine,
    events: &[Json],
    every: usize,
    rows: &[(&'static str, Recomputation)],
) {
    let counts = (every..events.len()).step_by(every).chain([events.len()]);
    let positions: BTreeSet<Position> = counts.map(|count| Position(count as u64 - 1)).collect();
    for (name, recomputation) in rows.iter().copied() {
        let (file, text) = shipped(name);
        let report = engine.read_report(file, text).await;
        let report = report.unwrap_or_else(|error| panic!("{error}"));
        let mut ledger = Ledger::default();
        let compare = |position: Position, table: Table| {
            while ledger.events <= position.0 {
                ledger.add(&events[ledger.events as usize]);
            }
            same(&format!("{name} at position {position}"), &table, &recomputation(&ledger));
            Ok(())
        };
        engine.report_along(&report, &positions, compare).await.expect("tables");
    }
    let (reports, positions, events) = (rows.len(), positions.len(), events.len());
    println!("{reports} reports at {positions} positions of {events} events");
}

/// Every event, as the JSON it is stored as.
async fn stored(engine: &Engine) -> Vec<Json> {
    let mut events = Vec::new();
    loop {
        let from = Position(events.len() as u64);
        let page = engine.log().read_all(from, PAGE_EVENTS).await.expect("events");
        match page.len() {
            0 => return events,
            _ => events.extend(page.iter().map(|recorded| read(&recorded.bytes))),
        }
    }
}

fn read(bytes: &[u8]) -> Json {
    serde_json::from_slice(bytes).expect("an event is JSON")
}

/// Holds a table against the rows that are expected. Their order is the table's own business, and numbered rows carry
/// theirs.
fn same(place: &str, table: &Table, expected: &[Json]) {
    let told = table.to_json();
    assert_eq!(told["notices"], json!([]), "{place}");
    let told = lines(told["rows"].as_array().expect("rows"));
    let expected = lines(expected);
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

/// Rows as text, in an order of their own.
fn lines(rows: &[Json]) -> Vec<String> {
    let mut lines: Vec<String> = rows.iter().map(Json::to_string).collect();
    lines.sort();
    lines
}

fn shipped(name: &str) -> (&'static str, &'static str) {
    let found = REPORTS.iter().find(|(file, _)| name_of(file) == name);
    *found.unwrap_or_else(|| panic!("{name} is not shipped"))
}

fn name_of(file: &'static str) -> &'static str {
    file.rsplit('/').next().unwrap_or(file).trim_end_matches(".yaml")
}

/// A year of a district, in part or whole.
async fn played(percent: u32) -> Engine {
    let clock = Arc::new(ManualClock::at(sample_begins()));
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
    let engine = Engine::open(log, Arc::new(MemoryStore::default()), options).await;
    let engine = engine.expect("an engine opens");
    let played = district(&engine, &clock, SEED, percent).await;
    let played = played.unwrap_or_else(|trouble| panic!("{trouble:?}"));
    assert_eq!(played.given_up, Vec::<String>::new());
    engine
}

async fn off_the_main_path() -> Engine {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let views = Arc::new(MemoryStore::default());
    let engine = Engine::open(log, views, EngineOptions::default()).await.expect("an engine opens");
    install(&engine).await.unwrap_or_else(|error| panic!("{error}"));
    for sample in branch_samples() {
        // What one sample does to people may stand in another's way: whatever was recorded is reported.
        play(&engine, &sample).await.unwrap_or_else(|error| panic!("{error}"));
    }
    engine
}
