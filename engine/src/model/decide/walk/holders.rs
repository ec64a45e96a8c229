//! Who holds a task that data give: as the items of a repeated step follow their list, its holders follow the data.

use super::*;
use crate::model::case::Waits;
use crate::model::consequence::{Holder, WaitsFor};
use crate::model::definition::{By, Task};
use crate::model::names::PersonId;

impl Walk<'_, '_> {
    /// Gives every open task to whom the data name now. Those who were asked to vote stay: a vote is of the people it
    /// began with.
    pub(super) fn follow_holders(&mut self) -> Result<(), Undecided> {
        let open = self.case.open_tasks().into_iter();
        let open = open.filter(|task| task.handling.ballot.is_none()).map(|task| task.step);
        let paths: Vec<StepPath> = open.collect();
        paths
            .iter()
            .try_for_each(|path| self.follow_holder(path).map_err(|stop| stop.at(at_step(path))))
    }

    fn follow_holder(&mut self, path: &StepPath) -> Result<(), Undecided> {
        let StepKind::Task(task) = &self.step(path)?.kind else { return Ok(()) };
        if !is_named_by_data(task) {
            return Ok(());
        }
        let holder = self.holder_of(path, task)?;
        let Some(Waits::Task { holder: before, handling, .. }) =
            self.case.active(path).map(|active| &active.waits)
        else {
            return Ok(());
        };
        if holder == *before {
            return Ok(());
        }
        let lost = handling.assigned.as_ref().is_some_and(|person| !names(&holder, person));
        let escalated = handling.escalated.clone();
        let waits = WaitsFor::Task { holder, due: None, quorum: None };
        self.emit(Consequence::WaitChanged { step: path.clone(), waits, escalated });
        if lost {
            self.emit(Consequence::TaskAssigned { step: path.clone(), to: None });
        }
        Ok(())
    }
}

fn is_named_by_data(task: &Task) -> bool {
    match task.by {
        By::Person(_) | By::People(_) => true,
        By::Roles(_) => task.scope.is_some(),
        By::Starter => false,
    }
}

fn names(holder: &Holder, person: &PersonId) -> bool {
    match holder {
        Holder::Roles { .. } => false,
        Holder::Starter(held) | Holder::Person(held) => held == person,
        Holder::People(people) => people.contains(person),
    }
}
