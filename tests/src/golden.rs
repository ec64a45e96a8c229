//! Golden histories fold to the states they always had, in every later release (I6). They are added, never changed: to
//! add one, name it in `HISTORIES` with what it is made of and run `cargo build -p dure && DURE_BLESS=1 cargo test -p
//! dure-tests golden`, which writes `tests/histories/NAME.jsonl` and `NAME.states.json` where they are missing.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use dure_engine::model::case::Case;
use dure_engine::scenario::play;
use dure_engine::{Engine, EngineOptions};
use dure_storage::{
    CanonicalJson, EventLog, LocalLog, LocalOptions, MemoryLog, MemoryStore, RecordedEvent, Source,
};
use dure_workflows::{branch_samples, install};

use crate::folder::played;
use crate::history::{Cases, History, kind};

const HISTORIES: [(&str, Made); 2] = [("demo-v1", Made::Demo), ("branches-v1", Made::Branches)];
/// Writes what is missing; what is there is never written again.
const BLESS: &str = "DURE_BLESS";

/// What a history is made of when it is new.
#[derive(Clone, Copy)]
enum Made {
    /// What `dure demo` records, as `dure log export` writes it.
    Demo,
    /// Every sample that leaves the main path.
    Branches,
}

impl Made {
    fn lines(self) -> String {
        match self {
            Made::Demo => played().folder().export(),
            Made::Branches => in_runtime(branches()),
        }
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(work)
}

/// The branch samples on a memory log, exported.
async fn branches() -> String {
    let log = Arc::new(MemoryLog::new(Source("urn:dure:golden".into())));
    let views = Arc::new(MemoryStore::default());
    let engine = Engine::open(log.clone(), views, EngineOptions::default()).await;
    let engine = engine.expect("an engine opens");
    install(&engine).await.unwrap_or_else(|error| panic!("{error}"));
    for sample in branch_samples() {
        let played = play(&engine, &sample).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(played.passed(), "{}", played.found);
    }
    let history = History::of(&*log).await;
    let line = |event: &RecordedEvent| String::from_utf8_lossy(&event.bytes).into_owned() + "\n";
    history.events().iter().map(line).collect()
}

/// A history and the states it folds to, as they are checked in.
struct Golden {
    name: &'static str,
    history: History,
    states: String,
}

static GOLDEN: LazyLock<Vec<Golden>> = LazyLock::new(|| HISTORIES.map(golden).into());

fn golden((name, made): (&'static str, Made)) -> Golden {
    let lines = checked_in(&format!("{name}.jsonl"), || made.lines());
    let history = History::of_lines(&lines);
    let states = checked_in(&format!("{name}.states.json"), || document(&history.cases()));
    Golden { name, history, states }
}

/// A file of `tests/histories`.
fn checked_in(name: &str, make: impl FnOnce() -> String) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("histories").join(name);
    if !path.exists() && std::env::var(BLESS).is_ok_and(|value| value == "1") {
        fs::write(&path, make()).expect("it is written");
    }
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("tests/histories/{name}: {error}"))
}

fn canonical(case: &Case) -> CanonicalJson {
    CanonicalJson::of(case).expect("a state is JSON")
}

/// One JSON object, one line for each case: its stream, and its state in canonical JSON.
fn document(cases: &Cases) -> String {
    let mut text = String::from("{\n");
    for (number, (stream, case)) in cases.iter().enumerate() {
        let comma = if number + 1 < cases.len() { "," } else { "" };
        writeln!(text, "\"{stream}\":{}{comma}", canonical(case).as_str()).expect("memory");
    }
    text + "}\n"
}

/// Compares line by line, so that a difference is shown with its case.
fn assert_states(golden: &Golden, found: &str) {
    for (found, golden_line) in found.lines().zip(golden.states.lines()) {
        assert_eq!(found, golden_line, "{}", golden.name);
    }
    assert_eq!(found.len(), golden.states.len(), "{}", golden.name);
}

#[test]
fn i6_a_golden_history_folds_to_the_states_it_always_had() {
    for golden in GOLDEN.iter() {
        golden.history.has_no_gaps();
        assert_states(golden, &document(&golden.history.cases()));
    }
}

#[test]
fn i5_every_prefix_of_a_golden_history_folds_without_a_fault_and_reads_back() {
    for golden in GOLDEN.iter() {
        golden.history.fold(|position, case| {
            assert_eq!(case.fault, None, "{} at {position}", golden.name);
            let read: Case = serde_json::from_str(canonical(case).as_str()).expect("a state");
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

async fn states_on(log: Arc<dyn EventLog>, streams: &Cases) -> String {
    let views = Arc::new(MemoryStore::default());
    let engine = Engine::open(log, views, EngineOptions::default()).await.expect("it opens");
    let mut cases = Cases::new();
    for (stream, case) in streams {
        let known = engine.case(&case.id).await.expect("the case is known");
        cases.insert(stream.clone(), (*known).clone());
    }
    document(&cases)
}

#[test]
fn i6_a_golden_history_has_the_same_states_on_every_backend() {
    in_runtime(on_every_backend());
}

async fn on_every_backend() {
    for golden in GOLDEN.iter() {
        let streams = golden.history.cases();
        let memory = golden.history.on_memory().await;
        assert_states(golden, &states_on(memory, &streams).await);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let options = LocalOptions::default();
        let local = Arc::new(LocalLog::open(folder.path(), &options).expect("a log opens"));
        for commit in golden.history.commits() {
            local.append(commit).await.expect("a commit is recorded once more");
        }
        assert_states(golden, &states_on(local, &streams).await);
    }
}
