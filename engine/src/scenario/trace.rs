//! What of the workflows a history took: read off the events, so that no other book has to be kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use dure_storage::{Envelope, Position, StoreError};
use serde_json::value::RawValue;

use super::element::{Element, Ruled, Way};
use super::line::{Deed, Line};
use crate::error::EngineError;
use crate::limits::READ_PAGE_EVENTS;
use crate::model::address::{BlockPath, StepPath};
use crate::model::consequence::{Consequence, WaitsFor};
use crate::model::decide::frame_at;
use crate::model::definition::{Definition, Outcome, Step, StepKind};
use crate::model::event::CaseEvent;
use crate::model::names::{CaseId, Name, WorkflowRef};
use crate::model::refusal::Why;
use crate::runtime::Engine;

/// A guard that refused somebody: nothing of it stands in the log.
#[derive(Debug)]
pub(super) struct Guarded {
    pub(super) workflow: WorkflowRef,
    pub(super) of: Ruled,
}

impl Guarded {
    /// The guard that refused a line, if one did.
    pub(super) async fn of(
        engine: &Engine,
        case: Option<&CaseId>,
        line: &Line,
        error: &EngineError,
    ) -> Result<Option<Guarded>, EngineError> {
        let EngineError::Refused(refusal) = error else { return Ok(None) };
        let Why::GuardFalse { .. } = refusal.why else { return Ok(None) };
        if let Deed::Start { workflow, .. } = &line.deed {
            let workflow = engine.workflow(workflow.as_str(), None).await?.reference.clone();
            return Ok(Some(Guarded { workflow, of: Ruled::Start }));
        }
        let step = refusal.place.step.clone().map(StepPath::try_from);
        let (Some(Ok(path)), Some(case)) = (step, case) else { return Ok(None) };
        let case = engine.case(case).await?;
        let root = engine.definition_of(&case).await?;
        let Ok((definition, _)) = frame_at(&case, &root, &path.block) else { return Ok(None) };
        let of = match &line.deed {
            Deed::Complete { outcome, .. } => {
                let outcome = Name::new(outcome)?;
                Ruled::Outcome { step: path.step, outcome }
            }
            Deed::Act { .. } => Ruled::Action(path.step),
            Deed::Nothing
            | Deed::Start { .. }
            | Deed::Send { .. }
            | Deed::Answer { .. }
            | Deed::Change { .. }
            | Deed::Fail { .. }
            | Deed::Retry { .. }
            | Deed::Staff { .. }
            | Deed::Migrate { .. }
            | Deed::Publish(_)
            | Deed::MoveDues { .. } => return Ok(None),
        };
        Ok(Some(Guarded { workflow: definition.reference.clone(), of }))
    }
}

/// How often what of which workflow was taken.
pub(super) type Taken = BTreeMap<WorkflowRef, BTreeMap<Element, u64>>;

/// Reads off a log what of these workflows was taken.
///
/// # Errors
/// If the store failed.
pub(super) async fn taken(
    engine: &Engine,
    definitions: &BTreeMap<WorkflowRef, Arc<Definition>>,
    guarded: &[Guarded],
) -> Result<Taken, StoreError> {
    let mut trace = Trace { definitions, running: HashMap::new(), taken: Taken::new() };
    for guard in guarded {
        let of = guard.of.clone();
        trace.took(Some(guard.workflow.clone()), Element::Guard { of, way: Way::Refused });
    }
    let mut next = Position(0);
    loop {
        let page = engine.log().read_all(next, READ_PAGE_EVENTS).await?;
        for recorded in &page {
            let envelope: Envelope<&RawValue> = recorded.envelope()?;
            let event = CaseEvent::decode(&envelope.kind, envelope.data.get()).transpose();
            let event = event.map_err(|error| StoreError::EventUnreadable {
                position: recorded.position,
                reason: error.to_string(),
            })?;
            if let Some(event) = event {
                trace.event(&envelope.subject, &event);
            }
        }
        match page.len() as u64 {
            0 => return Ok(trace.taken),
            read => next = Position(next.0 + read),
        }
    }
}

struct Trace<'d> {
    definitions: &'d BTreeMap<WorkflowRef, Arc<Definition>>,
    /// Stream of a case and called block to the workflow that runs there.
    running: HashMap<(String, BlockPath), WorkflowRef>,
    taken: Taken,
}

impl Trace<'_> {
    fn took(&mut self, workflow: Option<WorkflowRef>, element: Element) {
        let Some(workflow) = workflow else { return };
        *self.taken.entry(workflow).or_default().entry(element).or_default() += 1;
    }

    fn workflow(&self, subject: &str, block: &BlockPath) -> Option<WorkflowRef> {
        self.running.get(&(subject.to_owned(), block.frame())).cloned()
    }

    fn event(&mut self, subject: &str, event: &CaseEvent) {
        match event {
            CaseEvent::Started(started) => {
                let root = (subject.to_owned(), BlockPath::root());
                self.running.insert(root, started.workflow.clone());
                self.passed(Some(started.workflow.clone()), Ruled::Start);
            }
            CaseEvent::ActionTaken(taken) => {
                let workflow = self.workflow(subject, &taken.action.block);
                let name = taken.action.step.clone();
                self.took(workflow.clone(), Element::Action(name.clone()));
                self.passed(workflow, Ruled::Action(name));
            }
            CaseEvent::TimerFired(fired) => {
                let workflow = self.workflow(subject, &fired.step.block);
                let (step, does) = (fired.step.step.clone(), fired.timer.does.clone());
                self.took(workflow, Element::Timer { step, does });
            }
            CaseEvent::StepCompleted(_)
            | CaseEvent::AutoCompleted(_)
            | CaseEvent::EffectFailed(_)
            | CaseEvent::EffectRetried(_)
            | CaseEvent::MessageReceived(_)
            | CaseEvent::TaskChanged(_)
            | CaseEvent::DuesMoved(_)
            | CaseEvent::Migrated(_)
            | CaseEvent::Continued(_) => {}
        }
        event.consequences().iter().for_each(|consequence| self.consequence(subject, consequence));
    }

    fn consequence(&mut self, subject: &str, consequence: &Consequence) {
        match consequence {
            Consequence::StepEntered { step, waits, .. } => {
                let workflow = self.workflow(subject, &step.block);
                self.took(workflow, Element::Step(step.step.clone()));
                if let WaitsFor::Call { workflow, .. } = waits {
                    let called = (subject.to_owned(), step.called());
                    self.running.insert(called, workflow.clone());
                }
            }
            Consequence::StepPassed { step, outcome, .. } => {
                let workflow = self.workflow(subject, &step.block);
                self.took(workflow, Element::Step(step.step.clone()));
                self.outcome(subject, step, outcome);
            }
            Consequence::StepCompleted { step, outcome, .. }
            | Consequence::StepDetached { step, outcome, .. } => {
                self.outcome(subject, step, outcome);
            }
            Consequence::BlockEnded { block, result } if *block == block.frame() => {
                self.took(self.workflow(subject, block), Element::End(result.clone()));
            }
            Consequence::CaseClosed { end } => {
                let root = self.workflow(subject, &BlockPath::root());
                self.took(root, Element::End(end.clone()));
            }
            Consequence::FlagRaised { flag, .. } => {
                let workflow = self.workflow(subject, &flag.block);
                self.took(workflow, Element::Flag(flag.step.clone()));
            }
            Consequence::WorkflowChanged { block, workflow } => {
                self.running.insert((subject.to_owned(), block.frame()), workflow.clone());
            }
            _ => {}
        }
    }

    /// An outcome was taken: its guard said yes, and where outcomes are asked one after the other, those before it no.
    fn outcome(&mut self, subject: &str, path: &StepPath, outcome: &Name) {
        let workflow = self.workflow(subject, &path.block);
        let (step, taken) = (path.step.clone(), outcome.clone());
        self.took(workflow.clone(), Element::Outcome { step, outcome: taken });
        let Some(definition) = workflow.as_ref().and_then(|known| self.definitions.get(known))
        else {
            return;
        };
        let Some(step) = definition.step(path.step.as_str()) else { return };
        let asked = |outcome: &&Outcome| !outcome.rules.is_empty();
        let before = step.outcomes.iter().take_while(|before| before.name != *outcome);
        let refused: Vec<&Outcome> = match asks_in_order(step) {
            true => before.filter(asked).collect(),
            false => Vec::new(),
        };
        let passed = step.outcomes.iter().find(|known| known.name == *outcome).filter(asked);
        let said = refused.into_iter().map(|outcome| (outcome, Way::Refused));
        for (outcome, way) in said.chain(passed.map(|outcome| (outcome, Way::Passed))) {
            let (step, outcome) = (step.name.clone(), outcome.name.clone());
            let of = Ruled::Outcome { step, outcome };
            self.took(workflow.clone(), Element::Guard { of, way });
        }
    }

    /// What has a guard went through it.
    fn passed(&mut self, workflow: Option<WorkflowRef>, of: Ruled) {
        let definition = workflow.as_ref().and_then(|known| self.definitions.get(known));
        let has_guard = definition.is_some_and(|definition| match &of {
            Ruled::Start => !definition.start.rules.is_empty(),
            Ruled::Action(name) => {
                definition.action(name.as_str()).is_some_and(|action| !action.rules.is_empty())
            }
            Ruled::Outcome { .. } => false,
        });
        if has_guard {
            self.took(workflow, Element::Guard { of, way: Way::Passed });
        }
    }
}

/// Whether the outcomes of a step are asked one after the other, until one says yes.
fn asks_in_order(step: &Step) -> bool {
    match &step.kind {
        StepKind::Task(_) | StepKind::Auto(_) => false,
        StepKind::Wait(wait) => wait.message.is_none(),
        StepKind::Decide
        | StepKind::Parallel(_)
        | StepKind::Each(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => true,
    }
}
