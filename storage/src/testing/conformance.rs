//! What every backend must do, as one suite. A backend's tests say how to open one and call
//! [`crate::conformance_suite`]; each function here is one sentence about any log.
#![expect(clippy::missing_panics_doc, reason = "a test panics to say what is wrong")]

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;

use super::samples::{commit, event, exact, keyed, moment, one, part, stream};
use crate::event::{IdempotencyKey, Position, RecordedEvent, StreamId, StreamVersion};
use crate::explain::Explain;
use crate::json::{CanonicalJson, parse};
use crate::limits::{EVENT_BYTES_MAX, PAGE_EVENTS_MAX};
use crate::log::{Appended, Commit, Direction, EventLog, ExpectedVersion, subscribe};
use crate::merkle::{Frontier, Hash, leaf_hash, node_hash};
use crate::{StoreError, merkle};

/// How to open an empty log of one backend.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// What must live as long as the log: a folder, a server.
    type Guard: Send;

    /// Opens an empty log.
    async fn open(&self) -> (Self::Guard, Arc<dyn EventLog>);
}

/// Makes one test of each sentence, for a fixture.
#[macro_export]
macro_rules! conformance_suite {
    ($fixture:expr) => {
        $crate::conformance_suite! { @each $fixture;
            an_empty_log_has_no_events_and_the_root_of_nothing
            an_expected_version_lets_in_only_what_it_names
            a_commit_that_can_never_be_appended_is_refused
            i8_a_commit_over_streams_is_all_or_nothing
            i2_versions_and_positions_have_no_gaps_under_concurrent_callers
            i2_the_read_order_is_the_commit_order
            i3_what_is_acknowledged_can_be_read_at_once
            i7_one_of_many_callers_wins_a_version_and_the_others_hear_of_a_conflict
            an_open_version_lets_every_caller_in
            a_known_key_gets_the_first_answer_again
            a_key_used_by_many_at_once_is_appended_once
            a_key_counts_in_its_scope_only
            a_stream_reads_forwards_and_backwards_in_pages
            the_log_reads_from_any_position_in_pages
            a_subscription_has_neither_gap_nor_repeat
            i11_the_root_is_that_of_the_bytes_read
            i10_the_frontier_is_known_at_every_size
            i11_the_bytes_are_canonical_and_say_where_they_stand
            i14_what_passes_a_bound_is_refused_and_nothing_appended
            i1_no_append_changes_an_earlier_event
            a_closed_log_refuses_writes_and_ends_its_subscriptions
        }
    };
    (@each $fixture:expr; $($name:ident)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                $crate::testing::conformance::$name(&$fixture).await;
            }
        )+
    };
}

const CALLERS: u64 = 16;

/// Every event of a log.
pub async fn all(log: &dyn EventLog) -> Vec<RecordedEvent> {
    let mut events = Vec::new();
    loop {
        let page = log.read_all(Position(events.len() as u64), 100).await.unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page);
    }
}

/// The Merkle tree hash by the words of RFC 6962, section 2.1.
pub fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Frontier::default().root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            node_hash(naive_root(left), naive_root(right))
        }
    }
}

fn leaves(events: &[RecordedEvent]) -> Vec<Hash> {
    events.iter().map(|event| leaf_hash(&event.bytes)).collect()
}

fn versions(events: &[RecordedEvent]) -> Vec<u32> {
    let version =
        |event: &RecordedEvent| event.envelope::<serde::de::IgnoredAny>().unwrap().version.0;
    events.iter().map(version).collect()
}

fn positions(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|event| event.position.0).collect()
}

/// Runs callers at once, each with its number.
async fn at_once<F, T>(
    log: &Arc<dyn EventLog>,
    call: impl Fn(Arc<dyn EventLog>, u64) -> F,
) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let tasks: Vec<_> = (0..CALLERS).map(|n| tokio::spawn(call(log.clone(), n))).collect();
    let mut results = Vec::new();
    for task in tasks {
        results.push(task.await.unwrap());
    }
    results
}

fn code<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    result.expect_err("refused").code().to_string()
}

/// An empty log.
pub async fn an_empty_log_has_no_events_and_the_root_of_nothing(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let head = log.head().await.unwrap();
    assert_eq!((head.size, head.root), (0, Frontier::default().root()));
    assert_eq!(log.read_all(Position(0), 10).await.unwrap(), []);
    assert_eq!(log.stream_version(&stream("s")).await.unwrap(), StreamVersion::NONE);
    for direction in [Direction::Forward, Direction::Backward] {
        let events = log.read_stream(&stream("s"), StreamVersion(1), direction, 10).await.unwrap();
        assert_eq!(events, []);
    }
}

/// Each expectation, on a stream without events and on one with two.
pub async fn an_expected_version_lets_in_only_what_it_names(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let cases = [
        (ExpectedVersion::Absent, true, false),
        (ExpectedVersion::Exists, false, true),
        (ExpectedVersion::Any, true, true),
        (exact(0), true, false),
        (exact(1), false, false),
        (exact(2), false, true),
        (exact(3), false, false),
    ];
    for (number, (expected, on_none, on_two)) in cases.into_iter().enumerate() {
        for (events, fits) in [(0, on_none), (2, on_two)] {
            let name = format!("stream-{number}-{events}");
            if events > 0 {
                log.append(one(&name, ExpectedVersion::Absent, events)).await.unwrap();
            }
            let result = log.append(one(&name, expected, 1)).await;
            assert_eq!(result.is_ok(), fits, "{expected} on {events} events");
            let version = events as u32 + u32::from(fits);
            assert_eq!(log.stream_version(&stream(&name)).await.unwrap(), StreamVersion(version));
            if !fits {
                assert_eq!(code(result), "E-version-conflict");
            }
        }
    }
}

/// Commits that are wrong whatever the log holds.
pub async fn a_commit_that_can_never_be_appended_is_refused(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let any = ExpectedVersion::Any;
    let wrong = [
        commit(vec![]),
        commit(vec![part("a", any, 1), part("b", any, 0)]),
        commit(vec![part("a", any, 1), part("a", any, 1)]),
        one("a", any, 1_025),
        commit((0..257).map(|n| part(&format!("s{n}"), any, 1)).collect()),
        keyed(one("a", any, 1), "a", &"k".repeat(201)),
        keyed(one("a", any, 1), "", "k"),
    ];
    for commit in wrong {
        assert_eq!(code(log.append(commit).await), "E-commit-invalid");
    }
    assert_eq!(log.head().await.unwrap().size, 0);
}

/// One part that does not fit keeps all others out.
pub async fn i8_a_commit_over_streams_is_all_or_nothing(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    log.append(one("b", ExpectedVersion::Absent, 1)).await.unwrap();
    let parts = |expected| vec![part("a", ExpectedVersion::Absent, 2), part("b", expected, 1)];
    assert_eq!(code(log.append(commit(parts(exact(0)))).await), "E-version-conflict");
    assert_eq!(log.head().await.unwrap().size, 1);
    assert_eq!(log.stream_version(&stream("a")).await.unwrap(), StreamVersion::NONE);
    let appended = log.append(commit(parts(exact(1)))).await.unwrap();
    let versions = vec![(stream("a"), StreamVersion(2)), (stream("b"), StreamVersion(2))];
    let expected = Appended { first: Position(1), count: 3, versions, repeated: false };
    assert_eq!(appended, expected);
}

/// Many callers on few streams, several events each.
pub async fn i2_versions_and_positions_have_no_gaps_under_concurrent_callers(
    fixture: &impl Fixture,
) {
    let (_guard, log) = fixture.open().await;
    let _ = at_once(&log, |log, caller| async move {
        for round in 0..10 {
            let name = format!("stream-{}", (caller + round) % 5);
            let parts = vec![
                part(&name, ExpectedVersion::Any, 1 + round % 3),
                part(&format!("own-{caller}"), ExpectedVersion::Any, 1),
            ];
            log.append(commit(parts)).await.unwrap();
        }
    })
    .await;
    let events = all(log.as_ref()).await;
    assert_eq!(positions(&events), (0..events.len() as u64).collect::<Vec<_>>());
    assert_eq!(events.len(), 16 * (10 + 19));
    let mut heads: HashMap<String, u32> = HashMap::new();
    for event in &events {
        let envelope = event.envelope::<serde::de::IgnoredAny>().unwrap();
        let head = heads.entry(envelope.subject).or_default();
        *head += 1;
        assert_eq!(envelope.version.0, *head);
    }
}

/// Two commits in turn read in turn, within and over streams.
pub async fn i2_the_read_order_is_the_commit_order(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let mut first = Vec::new();
    for name in ["a", "b", "a", "c"] {
        let appended = log.append(one(name, ExpectedVersion::Any, 2)).await.unwrap();
        first.push(appended.first.0);
    }
    assert_eq!(first, [0, 2, 4, 6]);
    let subjects = all(log.as_ref()).await;
    let subjects: Vec<_> = subjects
        .iter()
        .map(|event| event.envelope::<serde_json::Value>().unwrap().subject)
        .collect();
    assert_eq!(subjects, ["a", "a", "b", "b", "a", "a", "c", "c"]);
}

/// No caller ever waits for its own event.
pub async fn i3_what_is_acknowledged_can_be_read_at_once(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let _ = at_once(&log, |log, caller| async move {
        let name = format!("own-{caller}");
        for version in 1..=10_u32 {
            let appended = log.append(one(&name, exact(version - 1), 1)).await.unwrap();
            let events = log.read_all(appended.first, 1).await.unwrap();
            assert_eq!(positions(&events), [appended.first.0]);
            assert_eq!(log.stream_version(&stream(&name)).await.unwrap(), StreamVersion(version));
            assert!(log.head().await.unwrap().size > appended.first.0);
            let told = *log.head_changes().borrow();
            assert!(told <= log.head().await.unwrap().size);
        }
    })
    .await;
}

/// Everybody wants the same next version.
pub async fn i7_one_of_many_callers_wins_a_version_and_the_others_hear_of_a_conflict(
    fixture: &impl Fixture,
) {
    let (_guard, log) = fixture.open().await;
    for version in 0..10 {
        let results =
            at_once(
                &log,
                move |log, _| async move { log.append(one("s", exact(version), 1)).await },
            );
        let results = results.await;
        let winners = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(winners, 1);
        let codes: HashSet<_> = results.into_iter().filter(Result::is_err).map(code).collect();
        assert_eq!(codes, HashSet::from(["E-version-conflict".to_owned()]));
    }
    assert_eq!(log.head().await.unwrap().size, 10);
}

/// `any` and `exists` never make a caller lose.
pub async fn an_open_version_lets_every_caller_in(fixture: &impl Fixture) {
    const MANY: u32 = 200;
    let (_guard, log) = fixture.open().await;
    log.append(one("s", ExpectedVersion::Absent, 1)).await.unwrap();
    let calls: Vec<_> = (0..MANY as usize)
        .map(|caller| {
            let log = log.clone();
            let expected = [ExpectedVersion::Any, ExpectedVersion::Exists][caller % 2];
            tokio::spawn(async move { log.append(one("s", expected, 2)).await.unwrap() })
        })
        .collect();
    let mut versions = Vec::new();
    for call in calls {
        versions.push(call.await.unwrap().versions[0].1.0);
    }
    versions.sort_unstable();
    assert_eq!(versions, (1..=MANY).map(|n| 1 + 2 * n).collect::<Vec<_>>());
}

fn order(name: &str) -> Commit {
    let parts =
        vec![part(name, ExpectedVersion::Absent, 2), part("total", ExpectedVersion::Any, 1)];
    keyed(commit(parts), "workflow/order", "order-1")
}

/// Even where the repeated commit would not fit any more.
pub async fn a_known_key_gets_the_first_answer_again(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let key = order("a").idempotency.unwrap();
    assert_eq!(log.first_answer(&key).await.unwrap(), None);
    log.append(one("total", ExpectedVersion::Absent, 4)).await.unwrap();
    let first = log.append(order("a")).await.unwrap();
    log.append(one("total", ExpectedVersion::Exists, 4)).await.unwrap();
    let again = Appended { repeated: true, ..first };
    assert_eq!(log.append(order("a")).await.unwrap(), again);
    assert_eq!(log.append(order("b")).await.unwrap(), again);
    assert_eq!(log.first_answer(&key).await.unwrap(), Some(again));
    assert_eq!(log.head().await.unwrap().size, 11);
}

/// Callers at once with one key: one appends, all get its answer.
pub async fn a_key_used_by_many_at_once_is_appended_once(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let results =
        at_once(&log, |log, _| async move { log.append(order("a")).await.unwrap() }).await;
    assert_eq!(results.iter().filter(|answer| !answer.repeated).count(), 1);
    let answers: HashSet<_> = results.iter().map(|answer| answer.first.0).collect();
    assert_eq!(answers, HashSet::from([0]));
    assert!(results.iter().all(|answer| answer.versions == results[0].versions));
    assert_eq!(log.head().await.unwrap().size, 3);
}

/// The same key in another scope is another key; a scope may be the stream.
pub async fn a_key_counts_in_its_scope_only(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    for (number, scope) in ["s", "t", "workflow/x"].into_iter().enumerate() {
        let appended =
            log.append(keyed(one("s", ExpectedVersion::Any, 1), scope, "k")).await.unwrap();
        assert!(!appended.repeated);
        let key = IdempotencyKey { scope: scope.to_owned(), key: "k".to_owned() };
        let answer = log.first_answer(&key).await.unwrap().unwrap();
        assert_eq!(answer.first, Position(number as u64));
    }
}

/// Pages of a stream, both ways, at and past its ends.
pub async fn a_stream_reads_forwards_and_backwards_in_pages(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    for _ in 0..5 {
        log.append(one("other", ExpectedVersion::Any, 1)).await.unwrap();
        log.append(one("s", ExpectedVersion::Any, 2)).await.unwrap();
    }
    let cases: [(Direction, u32, usize, &[u32]); 10] = [
        (Direction::Forward, 0, 3, &[1, 2, 3]),
        (Direction::Forward, 1, 3, &[1, 2, 3]),
        (Direction::Forward, 9, 3, &[9, 10]),
        (Direction::Forward, 11, 3, &[]),
        (Direction::Forward, 4, 0, &[]),
        (Direction::Backward, 3, 9, &[3, 2, 1]),
        (Direction::Backward, 10, 2, &[10, 9]),
        (Direction::Backward, u32::MAX, 2, &[10, 9]),
        (Direction::Backward, 0, 2, &[]),
        (Direction::Backward, 5, 0, &[]),
    ];
    for (direction, from, limit, expected) in cases {
        let id: StreamId = stream("s");
        let events = log.read_stream(&id, StreamVersion(from), direction, limit).await.unwrap();
        assert_eq!(versions(&events), expected, "{direction:?} from {from}, {limit}");
    }
}

/// Pages of the whole log, at and past its end.
pub async fn the_log_reads_from_any_position_in_pages(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    for number in 0..10 {
        log.append(one(&format!("s{}", number % 3), ExpectedVersion::Any, 1)).await.unwrap();
    }
    let cases: [(u64, usize, &[u64]); 5] =
        [(0, 3, &[0, 1, 2]), (8, 5, &[8, 9]), (10, 5, &[]), (u64::MAX, 5, &[]), (3, 0, &[])];
    for (from, limit, expected) in cases {
        let events = log.read_all(Position(from), limit).await.unwrap();
        assert_eq!(positions(&events), expected, "from {from}, {limit}");
    }
}

/// Subscribers from several positions on, while callers append.
pub async fn a_subscription_has_neither_gap_nor_repeat(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    log.append(one("s", ExpectedVersion::Absent, 7)).await.unwrap();
    let total = 7 + CALLERS * 20;
    let readers: Vec<_> = [0, 3, 7, 50]
        .into_iter()
        .map(|from| {
            let mut subscription = subscribe(log.clone(), Position(from));
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while from + (seen.len() as u64) < total {
                    seen.extend(positions(&subscription.next_page(9).await.unwrap().unwrap()));
                }
                assert_eq!(seen, (from..total).collect::<Vec<_>>());
            })
        })
        .collect();
    let _ = at_once(&log, |log, caller| async move {
        for _ in 0..20 {
            log.append(one(&format!("own-{caller}"), ExpectedVersion::Any, 1)).await.unwrap();
        }
    })
    .await;
    for reader in readers {
        reader.await.unwrap();
    }
}

/// The root at the head, recomputed from the bytes by the words of the standard.
pub async fn i11_the_root_is_that_of_the_bytes_read(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    for number in 0..9 {
        log.append(one("s", ExpectedVersion::Any, 1 + number % 4)).await.unwrap();
        let events = all(log.as_ref()).await;
        let head = log.head().await.unwrap();
        assert_eq!(head.size, events.len() as u64);
        assert_eq!(head.root, naive_root(&leaves(&events)));
    }
}

/// What a view compares itself with.
pub async fn i10_the_frontier_is_known_at_every_size(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    for _ in 0..8 {
        log.append(one("s", ExpectedVersion::Any, 4)).await.unwrap();
    }
    let mut frontier = merkle::Frontier::default();
    for (size, leaf) in leaves(&all(log.as_ref()).await).into_iter().enumerate() {
        assert_eq!(log.frontier_at(size as u64).await.unwrap(), frontier);
        frontier.push(leaf);
    }
    assert_eq!(log.frontier_at(32).await.unwrap(), frontier);
    assert_eq!(code(log.frontier_at(33).await), "E-position-beyond-head");
}

/// Canonical JSON, with everything that the commit said.
pub async fn i11_the_bytes_are_canonical_and_say_where_they_stand(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let parts = vec![part("b", ExpectedVersion::Any, 2), part("a", ExpectedVersion::Any, 1)];
    log.append(Commit { recorded_at: moment(9), ..keyed(commit(parts), "b", "k") }).await.unwrap();
    let events = all(log.as_ref()).await;
    for event in &events {
        let again = CanonicalJson::of(&parse(&event.bytes).unwrap()).unwrap();
        assert_eq!(again.as_bytes(), &*event.bytes);
    }
    let envelopes: Vec<_> =
        events.iter().map(|event| event.envelope::<serde_json::Value>().unwrap()).collect();
    let [first, second, third] = &envelopes[..] else { panic!("three events") };
    assert!(envelopes.iter().all(|event| event.source == *log.source().0));
    assert!(envelopes.iter().all(|event| event.recorded_at == moment(9)));
    assert_eq!((first.subject.as_str(), first.version.0, first.commit_size), ("b", 1, Some(3)));
    assert_eq!((first.idempotency_key.as_deref(), &first.idempotency_scope), (Some("k"), &None));
    assert_eq!((second.version.0, second.commit_size, &second.idempotency_key), (2, None, &None));
    assert_eq!((third.subject.as_str(), third.version.0), ("a", 1));
}

/// An event, and a page, past its bound.
pub async fn i14_what_passes_a_bound_is_refused_and_nothing_appended(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let mut large = part("s", ExpectedVersion::Any, 1);
    large.events.push(event(1, &"x".repeat(EVENT_BYTES_MAX)));
    let parts = vec![part("a", ExpectedVersion::Any, 1), large];
    assert_eq!(code(log.append(commit(parts)).await), "E-event-too-large");
    let mut huge = part("s", ExpectedVersion::Any, 0);
    huge.events = (0..200).map(|number| event(number, &"x".repeat(60_000))).collect();
    assert_eq!(code(log.append(commit(vec![huge])).await), "E-commit-invalid");
    assert_eq!(log.head().await.unwrap().size, 0);
    let limit = PAGE_EVENTS_MAX + 1;
    assert_eq!(code(log.read_all(Position(0), limit).await), "E-page-too-large");
    let page = log.read_stream(&stream("s"), StreamVersion(1), Direction::Forward, limit).await;
    assert_eq!(code(page), "E-page-too-large");
}

/// There is no call to rewrite; and appending does not, either.
pub async fn i1_no_append_changes_an_earlier_event(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    let mut before = Vec::new();
    for number in 0..20 {
        let _ = log.append(one(&format!("s{}", number % 3), exact(number / 4), 1)).await;
        let now = all(log.as_ref()).await;
        assert_eq!(now[..before.len()], before);
        before = now;
    }
    assert!(before.len() > 3);
}

/// Closing ends writing; reading goes on, and nobody waits for ever.
pub async fn a_closed_log_refuses_writes_and_ends_its_subscriptions(fixture: &impl Fixture) {
    let (_guard, log) = fixture.open().await;
    log.append(one("s", ExpectedVersion::Absent, 2)).await.unwrap();
    let mut subscription = subscribe(log.clone(), Position(0));
    log.close().await.unwrap();
    log.close().await.unwrap();
    assert_eq!(code(log.append(one("s", ExpectedVersion::Any, 1)).await), "E-log-closed");
    assert_eq!(all(log.as_ref()).await.len(), 2);
    assert_eq!(subscription.next_page(9).await.unwrap().map(|page| page.len()), Some(2));
    assert_eq!(subscription.next_page(9).await.unwrap(), None);
}
