//! Golden histories fold to the states they always had, in every later release (I6). They are added, never changed: to
//! add one, name it in `HISTORIES` with what it is made of and run `cargo build -p dure && DURE_BLESS=1 cargo test -p
//! dure-tests golden`, which writes the files of it that are missing in `tests/histories`, and their hashes.

mod folded;
mod kinds;
mod language;
mod people;
mod shelf;
mod webhooks;

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use dure_engine::model::case::Case;
use dure_engine::runtime::{CountedIds, ManualClock};
use dure_engine::scenario::play;
use dure_engine::{Engine, EngineOptions};
use dure_storage::{
    EventLog, LocalLog, LocalOptions, MemoryLog, MemoryStore, RecordedEvent, Source,
};
use dure_workflows::{branch_samples, install};

use self::folded::{Others, canonical, engine_on};
use self::shelf::Shelf;
use crate::folder::played;
use crate::history::{Cases, History, kind, kinds as event_types};

const HISTORIES: [(&str, Made); 5] = [
    ("demo-v1", Made::Demo),
    ("branches-v1", Made::Branches),
    ("language-v1", Made::Language),
    ("webhooks-v1", Made::Webhooks),
    ("people-v1", Made::People),
];
/// Event types of benchmarks and of the log's own tests, which nobody keeps.
const NOT_KEPT: [&str; 2] = ["dure.bench_event_appended.v1", "dure.sample_taken.v1"];
/// What to do when something new is in no golden history.
const HOW: &str = "is in no golden history, so that nothing would show that it can be read for ever. Write a play that \
    makes it beside tests/src/golden/language.rs, give it a row of its own in `HISTORIES` of tests/src/golden.rs (a \
    history that is there is never recorded again), run `cargo build -p dure && DURE_BLESS=1 cargo test -p dure-tests \
    golden`, and commit what that writes in tests/histories";

/// What a history is made of when it is new.
#[derive(Clone, Copy)]
enum Made {
    /// What `dure demo` records, as `dure log export` writes it.
    Demo,
    /// Every sample that leaves the main path.
    Branches,
    /// One of everything that can be recorded.
    Language,
    /// Webhooks in every state they can be in.
    Webhooks,
    /// A step of a list of people.
    People,
}

impl Made {
    fn lines(self) -> String {
        match self {
            Made::Demo => played().folder().export(),
            Made::Branches => in_runtime(async { exported(&*branches().await).await }),
            Made::Language => in_runtime(async { exported(&*language::played().await).await }),
            Made::Webhooks => in_runtime(async { exported(&*webhooks::played().await).await }),
            Made::People => in_runtime(async { exported(&*people::played().await).await }),
        }
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
        .block_on(work)
}

/// An engine on a memory log whose clock and numbers are the same in every run.
async fn opened() -> (Arc<MemoryLog>, Arc<ManualClock>, Engine) {
    let log = Arc::new(MemoryLog::new(Source("urn:dure:golden".into())));
    let clock = Arc::new(ManualClock::at("2017-03-10T01:00:00Z".parse().expect("a time")));
    let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
    let engine = Engine::open(log.clone(), Arc::new(MemoryStore::default()), options).await;
    (log, clock, engine.expect("an engine opens"))
}

/// The branch samples on a memory log.
async fn branches() -> Arc<MemoryLog> {
    let log = Arc::new(MemoryLog::new(Source("urn:dure:golden".into())));
    let views = Arc::new(MemoryStore::default());
    let engine = Engine::open(log.clone(), views, EngineOptions::default()).await;
    let engine = engine.expect("an engine opens");
    install(&engine).await.unwrap_or_else(|error| panic!("{error}"));
    for sample in branch_samples() {
        let played = play(&engine, &sample).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(played.passed(), "{}", played.found);
    }
    log
}

async fn exported(log: &dyn EventLog) -> String {
    let history = History::of(log).await;
    let line = |event: &RecordedEvent| String::from_utf8_lossy(&event.bytes).into_owned() + "\n";
    history.events().iter().map(line).collect()
}

/// A history and what it folds to, as they are checked in.
struct Golden {
    name: &'static str,
    history: History,
    cases: String,
    others: String,
}

static GOLDEN: LazyLock<Vec<Golden>> = LazyLock::new(|| HISTORIES.map(golden).into());

fn golden((name, made): (&'static str, Made)) -> Golden {
    let shelf = Shelf::of_histories();
    let lines = shelf.read(&format!("{name}.jsonl"), || made.lines());
    let history = History::of_lines(&lines);
    let cases = shelf.read(&format!("{name}.states.json"), || folded::cases(&history.cases()));
    let others = || Others::of(&history).document();
    let others = shelf.read(&format!("{name}.others.json"), others);
    Golden { name, history, cases, others }
}

/// Compares line by line, so that a difference is shown with its place.
fn assert_same(name: &str, golden: &str, found: &str) {
    let lines = found.lines().zip(golden.lines());
    for (number, (found, golden)) in (1..).zip(lines) {
        assert_eq!(found, golden, "{name}:{number}");
    }
    assert_eq!(found.len(), golden.len(), "{name}");
}

#[test]
fn i6_a_golden_history_folds_to_the_states_it_always_had() {
    for golden in GOLDEN.iter() {
        golden.history.has_no_gaps();
        assert_same(golden.name, &golden.cases, &folded::cases(&golden.history.cases()));
        assert_same(golden.name, &golden.others, &Others::of(&golden.history).document());
    }
}

#[test]
fn i6_every_kind_of_event_and_of_consequence_is_in_a_golden_history() {
    let found: BTreeSet<_> = GOLDEN.iter().flat_map(|golden| kinds::of(&golden.history)).collect();
    let missing: Vec<_> = kinds::all().difference(&found).copied().collect();
    assert!(missing.is_empty(), "{missing:?} {HOW}");
}

#[test]
fn i6_every_event_type_is_in_a_golden_history() {
    let envelopes = GOLDEN.iter().flat_map(|golden| golden.history.envelopes());
    let found: BTreeSet<String> = envelopes.map(|envelope| envelope.kind).collect();
    let kept = event_types().map(|kind| kind.0).filter(|name| !NOT_KEPT.contains(name));
    let missing: Vec<_> = kept.filter(|name| !found.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?} {HOW}");
}

#[test]
fn i5_every_prefix_of_a_golden_history_folds_without_a_fault_and_reads_back() {
    for golden in GOLDEN.iter() {
        golden.history.fold(|position, case| {
            assert_eq!(case.fault, None, "{} at {position}", golden.name);
            let read: Case = serde_json::from_str(&canonical(case)).expect("a state");
            assert_eq!(read, *case, "{} at {position}", golden.name);
        });
    }
}

#[test]
fn i16_every_event_type_of_a_golden_history_is_known() {
    for golden in GOLDEN.iter() {
        for envelope in golden.history.envelopes() {
            assert!(kind(&envelope.kind).is_some(), "{}: {}", golden.name, envelope.kind);
        }
    }
}

#[test]
fn what_the_history_of_the_language_was_recorded_from_is_still_accepted() {
    in_runtime(async {
        let history = History::of(&*language::played().await).await;
        history.has_no_gaps();
        history.cases();
    });
}

/// Compares everything an engine on a log makes of it with what was kept.
async fn assert_golden_on(log: Arc<dyn EventLog>, golden: &Golden) {
    let (engine, store) = engine_on(log).await;
    let mut cases = Cases::new();
    for (stream, case) in golden.history.cases() {
        let known = engine.case(&case.id).await.expect("the case is known");
        cases.insert(stream, (*known).clone());
    }
    assert_same(golden.name, &golden.cases, &folded::cases(&cases));
    let others = Others::of(&golden.history).on(&engine).await;
    assert_same(golden.name, &golden.others, &others.document());
    for (view, rows) in folded::views(&engine, &*store).await {
        // A view whose rows have another form, or say something else, has to say so by its `SCHEMA`, or folders of an
        // older release keep the old ones; under the new number it gets a file of its own.
        let name = format!("{}.{view}.json", golden.name);
        assert_same(&name, &Shelf::of_histories().read(&name, || rows.clone()), &rows);
    }
}

#[test]
fn i6_a_golden_history_has_the_same_states_and_views_on_every_backend() {
    in_runtime(on_every_backend());
}

async fn on_every_backend() {
    for golden in GOLDEN.iter() {
        assert_golden_on(golden.history.on_memory().await, golden).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = LocalOptions::default();
        let local = Arc::new(LocalLog::open(folder.path(), &options).expect("a log opens"));
        for commit in golden.history.commits() {
            local.append(commit).await.expect("a commit is recorded once more");
        }
        assert_golden_on(local, golden).await;
    }
}
