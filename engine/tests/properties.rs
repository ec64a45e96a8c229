//! What must hold for histories and acts nobody thought of.

use dure_engine::model::account::Amount;
use dure_engine::model::address::{BlockPath, StepPath};
use dure_engine::model::consequence::{Consequence, Holder, Moved, WaitsFor};
use dure_engine::model::event::{Act, ActionTaken, Authority, CaseEvent, CaseStarted, Happened};
use dure_engine::model::evolve::fold;
use dure_engine::model::names::{CaseId, Name, WorkflowRef};
use dure_storage::StreamVersion;
use dure_storage::limits::JSON_INTEGER_MAX;
use proptest::prelude::*;

use crate::harness::{at, person_id};

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn step() -> impl Strategy<Value = StepPath> {
    let texts = ["a", "b", "a:x/b", "a:y/b", "b/a", "b/a:x/a", "a:x/b/a"];
    proptest::sample::select(texts.to_vec())
        .prop_map(|text| StepPath::try_from(text.to_owned()).expect("a path"))
}

fn block() -> impl Strategy<Value = BlockPath> {
    proptest::sample::select(vec!["", "a:x", "a:y", "b", "b/a:x", "a:x/b"])
        .prop_map(|text| BlockPath::try_from(text.to_owned()).expect("a path"))
}

fn waits() -> impl Strategy<Value = WaitsFor> {
    let workflow = WorkflowRef { name: name("other"), version: 1 };
    prop_oneof![
        Just(WaitsFor::Task { holder: Holder::Starter(person_id("p-1")), due: None, quorum: None }),
        Just(WaitsFor::Branches(vec![name("x"), name("y")])),
        Just(WaitsFor::Call { workflow, data: Default::default() }),
    ]
}

fn consequence() -> impl Strategy<Value = Consequence> {
    prop_oneof![
        (block(), any::<i32>()).prop_map(|(block, n)| Consequence::DataSet {
            block,
            values: [("n".to_owned(), n.into())].into_iter().collect(),
        }),
        (step(), waits()).prop_map(|(step, waits)| Consequence::StepEntered {
            step,
            waits,
            clock: Default::default(),
            beside: false,
        }),
        step().prop_map(|step| Consequence::StepCompleted {
            step,
            outcome: name("ok"),
            counted: false
        }),
        step().prop_map(|step| Consequence::StepPassed {
            step,
            outcome: name("ok"),
            counted: false
        }),
        step().prop_map(|step| Consequence::StepLeft { step }),
        block().prop_map(|block| Consequence::BlockEnded { block, result: name("ok") }),
        Just(Consequence::CaseClosed { end: name("done") }),
    ]
}

fn act() -> Act {
    Act {
        by: person_id("p-1"),
        role: None,
        for_role: None,
        on_behalf_of: None,
        authority: Authority::Own,
        reason: None,
        form: Default::default(),
    }
}

fn history(parts: Vec<Vec<Consequence>>) -> Vec<Happened> {
    let started = CaseEvent::Started(CaseStarted {
        case: CaseId::new("C-1").expect("a number"),
        workflow: WorkflowRef { name: name("any"), version: 1 },
        starter: person_id("p-1"),
        act: act(),
        parent: None,
        imported: None,
        data: Default::default(),
        consequences: Vec::new(),
    });
    let acted = parts.into_iter().map(|consequences| {
        let action = BlockPath::root().step(&name("act"));
        CaseEvent::ActionTaken(ActionTaken { action, act: act(), consequences })
    });
    std::iter::once(started)
        .chain(acted)
        .enumerate()
        .map(|(i, event)| Happened {
            version: StreamVersion(i as u32 + 1),
            occurred_at: at("2017-03-10T01:00:00Z"),
            event,
        })
        .collect()
}

/// A called workflow that sets aside as much as an account can hold, and is left.
fn setting_aside() -> [Consequence; 3] {
    let called = BlockPath::root().step(&name("a"));
    let workflow = WorkflowRef { name: name("other"), version: 1 };
    [
        Consequence::StepEntered {
            step: called.clone(),
            waits: WaitsFor::Call { workflow, data: Default::default() },
            clock: Default::default(),
            beside: false,
        },
        Consequence::AccountMoved {
            block: called.called(),
            kind: Moved::Reserved,
            account: "budget".parse().expect("an account"),
            amount: Amount::new(JSON_INTEGER_MAX).expect("an amount"),
        },
        Consequence::StepLeft { step: called },
    ]
}

#[test]
fn i5_a_history_folds_however_large_its_numbers_are() {
    let case = fold(&history(vec![(0..1_100).flat_map(|_| setting_aside()).collect()]));
    let case = case.expect("a started case");
    assert_eq!(case.fault, None);
    assert_eq!(case.frame.reserved.values().collect::<Vec<_>>(), [&i64::MAX]);
    let mut last = history(vec![Vec::new(), Vec::new()]);
    last[1].version = StreamVersion(u32::MAX);
    let case = fold(&last).expect("a started case");
    assert!(case.fault.is_some_and(|fault| fault.contains("follows")), "a gap is told");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn i5_any_history_folds_without_a_panic_and_reads_back(parts in prop::collection::vec(prop::collection::vec(consequence(), 0..6), 0..8)) {
        let history = history(parts);
        let case = fold(&history).expect("a started case");
        let bytes = serde_json::to_vec(&case).expect("json");
        let read: dure_engine::model::Case = serde_json::from_slice(&bytes).expect("a case");
        prop_assert_eq!(read, case);
    }

    #[test]
    fn parting_an_event_does_not_change_what_it_makes_true(parts in prop::collection::vec(consequence(), 2..12)) {
        let whole = history(vec![parts]);
        let mut parted = whole.clone();
        let rest = parted[1].event.split().expect("two consequences can be parted");
        let last = parted[1].clone();
        parted.push(Happened { version: last.version.next(), event: rest, ..last });
        let (whole, parted) = (fold(&whole).expect("a case"), fold(&parted).expect("a case"));
        prop_assert_eq!(whole.frame, parted.frame);
        prop_assert_eq!(whole.status, parted.status);
    }
}
