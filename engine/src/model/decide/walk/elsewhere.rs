//! Steps that reach other cases: starting one, and telling one something, in the same commit.

use super::super::others::{Spawning, receive, spawned};
use super::*;
use crate::limits::CASES_TOUCHED_MAX;
use crate::model::case::Parent;
use crate::model::command::{ReceiveMessage, Sender};
use crate::model::definition::{Send, Spawn};
use crate::model::event::Happened;
use crate::model::evolve::evolve;
use crate::model::names::CaseId;
use crate::model::refusal::OutsideFault;

impl<'d> Walk<'d, '_> {
    pub(super) fn spawn(&mut self, path: &StepPath, spawn: &Spawn) -> Result<(), Undecided> {
        self.go_deeper(path)?;
        let called = self.called(path, &spawn.workflow)?;
        let here = self.here(&path.block)?;
        let form = self.automatic().give(&here, &spawn.with, &called.start.form)?;
        self.passes(path, called, &form)?;
        let case = self.outside.number(&spawn.workflow)?;
        let parent =
            Parent { case: self.case.id.clone(), step: path.clone(), link: spawn.link.clone() };
        let starter = self.case.starter.clone();
        let begun = Spawning { case: case.clone(), parent, starter, form, at: self.at };
        let event = spawned(called, begun, self.outside)?;
        self.outside.spawned(case.clone(), spawn.workflow.clone(), event);
        let (workflow, link) = (called.reference.clone(), spawn.link.clone());
        self.emit(Consequence::CaseSpawned { step: path.clone(), case, workflow, link });
        self.choose(path, &self.automatic())
    }

    pub(super) fn send(&mut self, path: &StepPath, send: &Send) -> Result<(), Undecided> {
        self.go_deeper(path)?;
        let here = self.here(&path.block)?;
        let facts = self.automatic();
        let form = facts.assign(&here, &send.with)?;
        let to = facts.evaluate(&here, &send.to_case)?;
        let to = CaseId::new(to.as_str().unwrap_or_default());
        let to =
            to.map_err(|error| Why::Outside(OutsideFault::ReferenceInvalid { text: error.text }))?;
        let delivered = self.deliver(&to, &send.message, form)?;
        let (step, message) = (path.clone(), send.message.clone());
        self.emit(Consequence::MessageSent { step, message, to, delivered });
        let facts = Facts { delivered: Some(Json::Bool(delivered)), ..self.automatic() };
        self.choose(path, &facts)
    }

    /// Whether the other case took the message; if it refuses, nothing happens there.
    fn deliver(&mut self, to: &CaseId, message: &Name, form: Object) -> Result<bool, Undecided> {
        if *to == self.case.id {
            return Ok(false);
        }
        let Some((case, definition)) = self.outside.case(to)? else { return Ok(false) };
        let from = Sender::Case { case: self.case.id.clone(), form, at: self.at };
        let command = ReceiveMessage { message: message.to_string(), from };
        let before = self.outside.clone();
        match receive(&case, definition, &command, self.outside) {
            Ok(event) => {
                let version = case.version.next();
                let happened = Happened { version, occurred_at: self.at, event: event.clone() };
                let after = evolve(Some((*case).clone()), &happened);
                let after = after.ok_or(Why::CaseUnknown)?;
                self.outside.delivered(to.clone(), after, case.version, event);
                Ok(true)
            }
            Err(Undecided::Refused(_)) => {
                *self.outside = before;
                Ok(false)
            }
            Err(lacking @ Undecided::Lacking(_)) => Err(lacking),
        }
    }

    fn go_deeper(&mut self, path: &StepPath) -> Result<(), Why> {
        self.outside.depth += 1;
        match self.outside.depth > CASES_TOUCHED_MAX {
            true => Err(Why::Outside(OutsideFault::TooManyCases {
                step: path.to_string(),
                max: CASES_TOUCHED_MAX,
            })),
            false => Ok(()),
        }
    }
}
