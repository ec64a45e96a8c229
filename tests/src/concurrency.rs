//! Sixteen callers at once on the local log: what they were told, what was recorded, and what the same history gives
//! when it is folded without an engine and recorded once more on the memory log.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use dure_engine::model::case::Case;
use dure_engine::model::names::CaseId;
use dure_engine::runtime::{CountedIds, ManualClock};
use dure_engine::scenario::{Deed, Line, LineResult, PlayedLine, Scenario, play};
use dure_engine::{Accepted, Engine, EngineError, EngineOptions};
use dure_storage::{EventLog, Explain, LocalLog, LocalOptions, MemoryStore};
use dure_workflows::{branch_samples, demo_samples};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::campaign::{Chance, scaled};
use crate::history::{Cases, History};
use crate::rounds::{self, Wish, wish};

const CALLERS: usize = 16;
const THREADS: usize = 4;
/// Cases that are there from the beginning; few, so that callers meet.
const CASES: usize = 5;
/// Small enough that a run crosses several segments.
const SEGMENT_BYTES: u64 = 64 * 1024;
/// Requests that sixteen send at once.
const KEYS: u8 = 100;
/// Wishes of one run.
const WISHES: std::ops::Range<usize> = 100..400;
/// What somebody may be told who came too late, asked for what is not possible now, or used a key twice.
const REFUSALS: [&str; 7] = [
    "E-case-closed",
    "E-guard-false",
    "E-role-missing",
    "E-same-person",
    "E-step-ambiguous",
    "E-step-not-active",
    "E-contended",
];

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(THREADS).enable_all().build().expect("a runtime")
}

fn options() -> EngineOptions {
    let now = "2030-01-02T03:04:05Z".parse().expect("a time");
    EngineOptions { clock: Arc::new(ManualClock::at(now)), ids: Arc::new(CountedIds::default()) }
}

async fn local(folder: &Path) -> (Arc<LocalLog>, Engine) {
    let local = LocalOptions { segment_bytes: SEGMENT_BYTES, ..LocalOptions::default() };
    let log = Arc::new(LocalLog::open(folder, &local).expect("a log opens"));
    let engine = Engine::open(log.clone(), Arc::new(MemoryStore::default()), options()).await;
    (log, engine.expect("an engine opens"))
}

/// Asks for everything, each wish by the next of sixteen callers, and waits for all answers.
async fn ask_all(
    engine: &Engine,
    cases: &[CaseId],
    wishes: &[Wish],
) -> Vec<Result<Accepted, EngineError>> {
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let (engine, cases) = (engine.clone(), cases.to_vec());
        let mine: Vec<_> = wishes.iter().skip(caller).step_by(CALLERS).cloned().collect();
        callers.spawn(async move {
            let mut answers = Vec::with_capacity(mine.len());
            for wish in mine {
                answers.push(wish.ask(&engine, &cases).await);
            }
            answers
        });
    }
    callers.join_all().await.into_iter().flatten().collect()
}

/// Positions of what was accepted and not a repetition; everything else must be a refusal that can be.
fn accepted(answers: &[Result<Accepted, EngineError>]) -> Vec<u64> {
    let mut positions = Vec::new();
    for answer in answers {
        match answer {
            Ok(accepted) if accepted.repeated => {}
            Ok(accepted) => positions.push(accepted.position.0),
            Err(error) => assert!(REFUSALS.contains(&error.code().0), "{}: {error}", error.code()),
        }
    }
    positions.sort_unstable();
    positions
}

/// Positions of the events that stand for acts of people on cases: not for what the clock or another case did.
fn acts(history: &History) -> Vec<u64> {
    let read = history.events().iter().zip(history.envelopes());
    let acts = read.filter(|(_, envelope)| {
        let data: Value = serde_json::from_str(envelope.data.get()).expect("a payload");
        envelope.subject.starts_with("case/") && data["act"].is_object() && data["parent"].is_null()
    });
    acts.map(|(event, _)| event.position.0).collect()
}

/// Fails the test unless an engine knows exactly these cases.
async fn knows(engine: &Engine, cases: &Cases) {
    for case in cases.values() {
        let known = engine.case(&case.id).await.expect("the case is known");
        assert_eq!(bytes(&known), bytes(case), "{}", case.id);
    }
}

fn bytes(case: &Case) -> String {
    serde_json::to_string(case).expect("a case is written")
}

/// What must hold for a log that many wrote to, whatever they wrote.
async fn is_one_history(log: &LocalLog, engine: &Engine) -> (History, Cases) {
    let history = History::of(log).await;
    history.has_no_gaps();
    let cases = history.cases();
    knows(engine, &cases).await;
    let memory = history.on_memory().await;
    assert_eq!(memory.head().await.expect("a head"), log.head().await.expect("a head"));
    let views = Arc::new(MemoryStore::default());
    let again = Engine::open(memory, views, options()).await.expect("an engine opens");
    knows(&again, &cases).await;
    (history, cases)
}

async fn one_run(wishes: &[Wish]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (log, engine) = local(folder.path()).await;
    rounds::install(&engine).await;
    let mut cases = Vec::new();
    for _ in 0..CASES {
        cases.push(rounds::started(&engine).await);
    }
    let answers = ask_all(&engine, &cases, wishes).await;
    let (history, folded) = is_one_history(&log, &engine).await;
    let mut told = accepted(&answers);
    let recorded = acts(&history);
    assert_eq!(recorded.len(), told.len() + CASES, "one event for each accepted request");
    told.retain(|position| recorded.binary_search(position).is_err());
    assert_eq!(told, [0; 0], "acknowledged, but no act stands there");
    numbered_without_a_gap(&folded);
    log.close().await.expect("it closes");
    drop((log, engine));
    let (log, engine) = local(folder.path()).await;
    let (_, reread) = is_one_history(&log, &engine).await;
    assert_eq!(reread, folded);
}

/// Numbers come from one counter: as many as there are cases, from 1 on.
fn numbered_without_a_gap(cases: &Cases) {
    let numbers: BTreeSet<String> = cases.values().map(|case| case.id.to_string()).collect();
    let expected = (1..=cases.len()).map(|serial| format!("RO-2030-{serial:04}")).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn i2_i6_i7_random_requests_of_sixteen_callers_are_one_history_on_every_backend() {
    let mut chance = Chance::new("concurrency");
    let config = ProptestConfig {
        cases: scaled(6, 100),
        failure_persistence: None,
        max_shrink_iters: 0,
        ..ProptestConfig::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &chance.bytes());
    let mut runner = TestRunner::new_with_rng(config, rng);
    let runtime = runtime();
    let outcome = runner.run(&prop::collection::vec(wish(), WISHES), |wishes| {
        runtime.block_on(one_run(&wishes));
        Ok(())
    });
    if let Err(TestError::Fail(reason, wishes)) = outcome {
        panic!("{reason}, with {} wishes", wishes.len());
    }
}

/// Whether a sample can be played beside others: it needs neither a clock nor money of its own, and names no case as
/// another may.
fn shares_an_engine(sample: &Scenario) -> bool {
    let own = |line: &Line| match line.deed {
        Deed::Nothing
        | Deed::Fail { .. }
        | Deed::Retry { .. }
        | Deed::Staff { .. }
        | Deed::Publish(_)
        | Deed::Migrate { .. }
        | Deed::MoveDues { .. }
        | Deed::Start { id: Some(_), .. } => true,
        Deed::Start { id: None, .. }
        | Deed::Complete { .. }
        | Deed::Act { .. }
        | Deed::Send { .. }
        | Deed::Change { .. }
        | Deed::Answer { .. } => false,
    };
    sample.accounts.is_empty() && !sample.lines.iter().any(own)
}

/// Plays a sample; gives its case and how many of its lines it recorded itself.
async fn played(engine: Engine, sample: Scenario) -> (CaseId, usize) {
    let played = play(&engine, &sample).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(played.passed(), "{}", played.found);
    let recorded = |line: &&PlayedLine| line.result == LineResult::Recorded;
    let case = played.case().expect("the case of the sample").id.clone();
    (case, played.lines.iter().filter(recorded).count())
}

#[test]
fn i2_i6_every_shipped_sample_played_at_once_is_one_history_on_every_backend() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (log, engine) = local(folder.path()).await;
        dure_workflows::install(&engine).await.unwrap_or_else(|error| panic!("{error}"));
        let mut players = JoinSet::new();
        let branches = branch_samples().into_iter().filter(shares_an_engine);
        for sample in demo_samples().into_iter().chain(branches) {
            players.spawn(played(engine.clone(), sample));
        }
        let recorded = players.join_all().await;
        let (history, cases) = is_one_history(&log, &engine).await;
        assert_eq!(acts(&history).len(), recorded.iter().map(|(_, lines)| lines).sum::<usize>());
        let closed: BTreeSet<&CaseId> =
            cases.values().filter(|case| !case.is_open()).map(|case| &case.id).collect();
        let of_samples: BTreeSet<&CaseId> = recorded.iter().map(|(case, _)| case).collect();
        assert_eq!(of_samples.len(), recorded.len());
        assert!(of_samples.is_subset(&closed), "a sample has left its case open");
    });
}

/// The answers of sixteen who ask for the same thing at once: one position, recorded once.
async fn one_answer<F>(ask: impl Fn() -> F) -> Arc<Case>
where
    F: Future<Output = Result<Accepted, EngineError>> + Send + 'static,
{
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        callers.spawn(ask());
    }
    let told = |answer: Result<Accepted, EngineError>| answer.unwrap_or_else(|e| panic!("{e}"));
    let answers: Vec<Accepted> = callers.join_all().await.into_iter().map(told).collect();
    assert!(answers.iter().all(|answer| answer.position == answers[0].position));
    assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
    answers[0].case.clone()
}

#[test]
fn of_sixteen_who_send_one_request_with_one_key_at_once_all_get_the_first_answer() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (log, engine) = local(folder.path()).await;
        rounds::install(&engine).await;
        for key in 0..KEYS {
            let case = one_answer(|| rounds::start_once(engine.clone(), key)).await;
            let id = case.id.clone();
            let case = one_answer(|| rounds::read_once(engine.clone(), id.clone(), key)).await;
            assert_eq!(case.version.0, 2);
        }
        is_one_history(&log, &engine).await;
    });
}
