//! A history read from its bytes alone: its order, its cases folded without an engine, the commits it came in, and
//! the same commits recorded once more on the memory log.

use std::collections::BTreeMap;
use std::sync::Arc;

use dure_engine::model::case::Case;
use dure_engine::model::event::{CaseEvent, Happened};
use dure_engine::model::evolve::evolve;
use dure_storage::{
    CanonicalJson, Commit, Envelope, EventLog, EventType, ExpectedVersion, IdempotencyKey,
    MemoryLog, NewEvent, Position, RecordedEvent, Source, StreamAppend, StreamId, StreamVersion,
};
use serde_json::value::RawValue;

/// Names of event types, one a line among the codes.
const REGISTRY: &str = include_str!("../registry.txt");
/// Events read at once.
const PAGE_EVENTS: usize = 1_000;

/// The events of a log in the order of their positions.
pub struct History(Vec<RecordedEvent>);

/// The cases of a history, by their streams.
pub type Cases = BTreeMap<String, Case>;

impl History {
    /// Everything in a log.
    pub async fn of(log: &dyn EventLog) -> History {
        let size = log.head().await.expect("a head").size;
        let mut events = Vec::new();
        while (events.len() as u64) < size {
            let page = log.read_all(Position(events.len() as u64), PAGE_EVENTS).await;
            let page = page.expect("a page is read");
            assert!(!page.is_empty(), "nothing stands at position {} of {size}", events.len());
            events.extend(page);
        }
        History(events)
    }

    /// The lines of an export.
    pub fn of_lines(text: &str) -> History {
        let event = |(position, line): (usize, &str)| RecordedEvent {
            position: Position(position as u64),
            bytes: line.as_bytes().into(),
        };
        History(text.lines().enumerate().map(event).collect())
    }

    pub fn events(&self) -> &[RecordedEvent] {
        &self.0
    }

    pub fn envelopes(&self) -> impl Iterator<Item = Envelope<&RawValue>> {
        self.0.iter().map(|event| event.envelope().expect("an event is read"))
    }

    /// Fails the test if a position or a stream version is missing, doubled or out of order.
    pub fn has_no_gaps(&self) {
        let mut heads: BTreeMap<String, StreamVersion> = BTreeMap::new();
        for (number, (event, envelope)) in self.0.iter().zip(self.envelopes()).enumerate() {
            assert_eq!(event.position, Position(number as u64));
            let head = heads.entry(envelope.subject).or_default();
            assert_eq!(envelope.version, head.next(), "at position {number}");
            *head = envelope.version;
        }
    }

    /// Folds every case with nothing but the model, and hands out each state on the way.
    pub fn fold(&self, mut each: impl FnMut(Position, &Case)) -> Cases {
        let mut cases = Cases::new();
        for (event, envelope) in self.0.iter().zip(self.envelopes()) {
            let Some(read) = CaseEvent::decode(&envelope.kind, envelope.data.get()) else {
                continue;
            };
            let happened = Happened {
                version: envelope.version,
                occurred_at: envelope.occurred_at,
                event: read.expect("a case event is read"),
            };
            let case = evolve(cases.remove(&envelope.subject), &happened).expect("a started case");
            each(event.position, &case);
            cases.insert(envelope.subject, case);
        }
        cases
    }

    /// The cases at the end; fails the test if one contradicts itself.
    pub fn cases(&self) -> Cases {
        self.fold(|position, case| assert_eq!(case.fault, None, "{} at {position}", case.id))
    }

    /// The commits in which it was recorded.
    pub fn commits(&self) -> Vec<Commit> {
        let envelopes: Vec<_> = self.envelopes().collect();
        let (mut commits, mut rest) = (Vec::new(), envelopes.as_slice());
        while let Some(first) = rest.first() {
            let (events, after) = rest.split_at(first.commit_size.unwrap_or(1) as usize);
            commits.push(commit(events));
            rest = after;
        }
        commits
    }

    /// The same commits on a memory log of the same source.
    pub async fn on_memory(&self) -> Arc<MemoryLog> {
        let source = self.envelopes().next().map(|envelope| envelope.source).unwrap_or_default();
        let log = Arc::new(MemoryLog::new(Source(source.into())));
        for commit in self.commits() {
            log.append(commit).await.expect("a commit is recorded once more");
        }
        log
    }
}

/// Every event type that was ever written.
pub fn kinds() -> impl Iterator<Item = EventType> {
    REGISTRY.lines().filter(|line| line.starts_with("dure.")).map(EventType)
}

/// A known event type.
pub fn kind(name: &str) -> Option<EventType> {
    kinds().find(|kind| kind.0 == name)
}

fn commit(events: &[Envelope<&RawValue>]) -> Commit {
    let first = &events[0];
    let scope = first.idempotency_scope.as_ref().unwrap_or(&first.subject);
    let key = |key: &String| IdempotencyKey { scope: scope.clone(), key: key.clone() };
    let parts = events.chunk_by(|one, next| one.subject == next.subject).map(part).collect();
    let idempotency = first.idempotency_key.as_ref().map(key);
    Commit { parts, recorded_at: first.recorded_at, idempotency }
}

fn part(events: &[Envelope<&RawValue>]) -> StreamAppend {
    let before = StreamVersion(events[0].version.0 - 1);
    StreamAppend {
        stream: StreamId::new(&events[0].subject).expect("a stream"),
        expected: ExpectedVersion::Exact(before),
        events: events.iter().map(new_event).collect(),
    }
}

fn new_event(envelope: &Envelope<&RawValue>) -> NewEvent {
    NewEvent {
        id: envelope.id,
        kind: kind(&envelope.kind).expect("a known event type"),
        occurred_at: envelope.occurred_at,
        data: CanonicalJson::of(envelope.data).expect("canonical JSON"),
        causation: envelope.causation,
        correlation: envelope.correlation.clone(),
    }
}
