//! `bench advance`: callers that complete one step after the other, the whole path each time: form check,
//! guard, decide, append, flush. May be killed at any moment and run again on the same folder.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use dure_engine::model::names::{CaseId, Name, PersonId};
use dure_engine::model::people::{Grant, Person};
use dure_engine::{ActOf, CompleteRequest, Engine, StartRequest};
use dure_storage::local::GroupStatistics;
use dure_storage::{EventLog, LocalLog, Position};
use serde_json::{Value, json};
use uuid::Uuid;

use super::append::{AckFile, Measured, report};
use super::report::{BenchReport, Histogram, peak_rss_kib};
use crate::cli::AdvanceArgs;
use crate::failure::Failure;
use crate::limits::BENCH_SAMPLE_EVENTS;
use crate::world::{Access, World};

const WORKFLOW: &str = "bench_round";
const FILE: &str = "advance.yaml";
const TEXT: &str = include_str!("advance.yaml");
const WORKER: &str = "bench-worker";
const ROLE: &str = "worker";

/// Advances cases in a data folder and reports how fast that was, beside the disk itself.
///
/// # Errors
/// What the engine, the log or the disk says.
pub(super) async fn advance(folder: &Path, args: &AdvanceArgs) -> Result<BenchReport, Failure> {
    let World { engine, log } = World::open(folder, Access::Create).await?;
    let worker = prepare(&engine).await?;
    let acks = args.ack_file.as_deref().map(AckFile::open).transpose()?;
    let run = Arc::new(Run { engine: engine.clone(), acks, worker, steps: args.steps });
    let cases = run.clone().start_all(args.cases, args.callers).await?;
    let before = log.group_statistics();
    let begin = Instant::now();
    let latencies = run.clone().advance_all(cases).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let measured = Measured {
        per_second: f64::from(args.cases) * f64::from(args.steps) / seconds,
        latencies,
        groups: since(before, log.group_statistics()),
        peak_rss_kib: peak_rss_kib(),
    };
    let (size, event_bytes) = (log.head().await?.size, event_bytes(&log).await?);
    engine.close().await?;
    drop((run, engine, log));
    Ok(report(folder, event_bytes, size, &measured)?)
}

/// Publishes the workflow and adds the person; both may be there from an earlier run.
async fn prepare(engine: &Engine) -> Result<PersonId, Failure> {
    engine.publish(FILE, TEXT, None).await?;
    let id = PersonId::new(WORKER)?;
    let roles = vec![Grant::always(Name::new(ROLE)?, None)];
    engine.add_person(Person::new(id.clone(), roles), None).await?;
    Ok(id)
}

fn since(before: GroupStatistics, after: GroupStatistics) -> GroupStatistics {
    GroupStatistics { groups: after.groups - before.groups, events: after.events - before.events }
}

/// Mean bytes of the last events, which are those of this run.
async fn event_bytes(log: &LocalLog) -> Result<usize, Failure> {
    let size = log.head().await?.size;
    let from = size.saturating_sub(BENCH_SAMPLE_EVENTS as u64);
    let page = log.read_all(Position(from), BENCH_SAMPLE_EVENTS).await?;
    let bytes: usize = page.iter().map(|event| event.bytes.len()).sum();
    Ok(bytes / page.len().max(1))
}

/// What the callers of one run share.
struct Run {
    engine: Engine,
    acks: Option<AckFile>,
    worker: PersonId,
    steps: u32,
}

impl Run {
    /// Starts the cases of every caller, with ids that no other run has.
    async fn start_all(
        self: Arc<Run>,
        cases: u32,
        callers: u32,
    ) -> Result<Vec<Vec<CaseId>>, Failure> {
        let name = Uuid::now_v7().simple();
        let callers = callers.min(cases);
        let start = |caller: u32| {
            let run = self.clone();
            let numbers = (caller..cases).step_by(callers as usize);
            async move {
                let mut started = Vec::new();
                for number in numbers {
                    started.push(run.start(format!("bench-{name}-{number}")).await?);
                }
                Ok(started)
            }
        };
        joined((0..callers).map(start)).await
    }

    async fn start(&self, id: String) -> Result<CaseId, Failure> {
        let id = CaseId::new(id)?;
        let act = self.act(json!({"note": "starts the round"}));
        let (workflow, case) = (WORKFLOW.to_owned(), Some(id.clone()));
        let request = StartRequest { workflow, case, act };
        let accepted = self.engine.start(request).await?;
        self.acknowledge(accepted.position)?;
        Ok(id)
    }

    async fn advance_all(self: Arc<Run>, cases: Vec<Vec<CaseId>>) -> Result<Histogram, Failure> {
        let advance = |cases: Vec<CaseId>| {
            let run = self.clone();
            async move { run.advance_these(&cases).await }
        };
        let mut latencies = Histogram::default();
        let each = joined(cases.into_iter().map(advance)).await?;
        each.iter().for_each(|one| latencies.merge(one));
        Ok(latencies)
    }

    /// One caller: goes round its cases, a step each time.
    async fn advance_these(&self, cases: &[CaseId]) -> Result<Histogram, Failure> {
        let mut latencies = Histogram::default();
        for step in 0..self.steps {
            for case in cases {
                let form = json!({"amount": step % 1_000 + 1, "note": format!("round {step}")});
                let request = CompleteRequest {
                    case: case.clone(),
                    step: "work".to_owned(),
                    outcome: "again".to_owned(),
                    expected: None,
                    act: self.act(form),
                };
                let begin = Instant::now();
                let accepted = self.engine.complete(request).await?;
                latencies.record(begin.elapsed());
                self.acknowledge(accepted.position)?;
            }
        }
        Ok(latencies)
    }

    fn act(&self, form: Value) -> ActOf {
        let form = match form {
            Value::Object(form) => form,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => serde_json::Map::new(),
        };
        ActOf { form, ..ActOf::by(self.worker.clone()) }
    }

    fn acknowledge(&self, position: Position) -> Result<(), Failure> {
        match &self.acks {
            Some(acks) => Ok(acks.write(position.0)?),
            None => Ok(()),
        }
    }
}

/// Runs the tasks at once and collects their answers, or the first error.
async fn joined<T: Send + 'static>(
    tasks: impl Iterator<Item = impl Future<Output = Result<T, Failure>> + Send + 'static>,
) -> Result<Vec<T>, Failure> {
    let running: Vec<_> = tasks.map(tokio::spawn).collect();
    let mut answers = Vec::with_capacity(running.len());
    for task in running {
        let answer = task.await;
        answers.push(answer.unwrap_or_else(|e| std::panic::resume_unwind(e.into_panic()))?);
    }
    Ok(answers)
}
