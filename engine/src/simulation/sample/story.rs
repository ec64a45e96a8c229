//! Stories: scenarios that are told in the middle of a sample, each line at its time. What a scenario expects, and what
//! must be refused in it, belongs to its own world and is left out.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::Explain;

use super::play::Play;
use crate::error::EngineError;
use crate::model::people::{AbsenceRegistered, Person};
use crate::scenario::{Player, Scenario};
use crate::simulation::report::Trouble;
use crate::simulation::soundness::broken;

/// A scenario that is told in a sample.
pub type Story = Arc<Scenario>;

/// A story that is being told.
pub(super) struct Told<'s> {
    player: Player<'s>,
    next: usize,
}

impl<'p> Play<'p> {
    /// Makes what the stories begin with, as far as it is not there, and writes their first lines into the diary.
    pub(super) async fn prepare_stories(&mut self) -> Result<(), Trouble> {
        for (index, story) in self.sample.stories().iter().enumerate() {
            people(self.ground().engine(), story).await.map_err(broken)?;
            for account in &story.accounts {
                known(self.ground().engine().open_account(account.value.clone(), None).await)
                    .map_err(broken)?;
            }
            self.told.push(Told { player: Player::on(self.engine(), story), next: 0 });
            self.write_line(index).await?;
        }
        Ok(())
    }

    /// Tells the next line of a story.
    pub(super) async fn tell(&mut self, index: usize) -> Result<(), Trouble> {
        let Some(told) = self.told.get_mut(index) else { return Ok(()) };
        let Some(line) = told.player.line_at(told.next) else { return Ok(()) };
        told.next += 1;
        let number = told.next;
        if line.refused.is_none() {
            let name = told.player.name().to_string();
            let line = told.player.tell(number, line).await;
            line.map_err(|error| Trouble::Story(format!("{name}, line {number}: {error}")))?;
        }
        if self.told.get(index).is_some_and(|told| told.player.line_at(told.next).is_none()) {
            self.report.stories += 1;
        }
        self.write_line(index).await
    }

    /// Writes the next line of a story into the diary.
    async fn write_line(&mut self, index: usize) -> Result<(), Trouble> {
        let Some(told) = self.told.get_mut(index) else { return Ok(()) };
        let Some(line) = told.player.line_at(told.next) else { return Ok(()) };
        let at: DateTime<Utc> = told.player.due(line).await.map_err(broken)?;
        self.diary.write(at, super::diary::Visit::Tell(index));
        Ok(())
    }
}

/// Adds the people of a story who are not known yet, and registers when they are away.
async fn people(engine: &crate::runtime::Engine, story: &Scenario) -> Result<(), EngineError> {
    for person in &story.people {
        let added = Person { absences: Vec::new(), ..person.value.clone() };
        known(engine.add_person(added, None).await)?;
    }
    for person in &story.people {
        let person = &person.value;
        let there = engine.person(&person.id).await?.absences.clone();
        for absence in person.absences.iter().filter(|absence| !there.contains(absence)) {
            let absence = absence.clone();
            let registered = AbsenceRegistered { absence, reason: None, by: None };
            engine.register_absence(&person.id, registered).await?;
        }
    }
    Ok(())
}

/// What is refused because it is there already is there.
fn known<T>(done: Result<T, EngineError>) -> Result<(), EngineError> {
    match done {
        Ok(_) => Ok(()),
        Err(error) if ["E-account-exists", "E-person-exists"].contains(&error.code().0) => Ok(()),
        Err(error) => Err(error),
    }
}
