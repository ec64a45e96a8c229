//! The people of a simulation and the places they hold their roles in: enough of each for every quorum, four-eyes
//! rule and scope that a workflow and those it calls can ask for.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::limits::{PERSON_ROLES_MAX, SIMULATION_PLACES};
use crate::model::consequence::Holder;
use crate::model::definition::{Definition, Need, Step, StepKind};
use crate::model::names::{Name, NotAnIdentifier, PersonId};
use crate::model::people::{Grant, Person};

/// People who hold every role everywhere, beyond the largest quorum: a rule of four eyes uses some of them up.
const ALL_ROUNDERS_BEYOND_QUORUM: u32 = 4;
/// People who hold one role everywhere.
const HOLDERS_PER_ROLE: usize = 2;

/// The people and places of a simulation.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    /// The people, those who hold every role first.
    pub(super) people: Vec<Person>,
    /// Regions, libraries, units.
    pub(super) places: Vec<String>,
}

impl Cast {
    /// The cast for some workflows.
    pub(super) fn of(definitions: &[Arc<Definition>]) -> Result<Cast, NotAnIdentifier> {
        let roles: BTreeSet<Name> =
            definitions.iter().flat_map(|definition| definition.roles.keys().cloned()).collect();
        let places: Vec<String> = (1..=SIMULATION_PLACES)
            .map(|number| format!("place-{number}"))
            .chain(definitions.iter().flat_map(|definition| fixed_scopes(definition)))
            .collect();
        let everywhere = |role: &Name| Grant::always(role.clone(), None);
        let mut people = Vec::new();
        for number in 1..=quorum_max(definitions).saturating_add(ALL_ROUNDERS_BEYOND_QUORUM) {
            let roles = roles.iter().take(PERSON_ROLES_MAX).map(everywhere).collect();
            people.push(person(&format!("all-{number}"), roles)?);
        }
        for (kind, role) in (1..).zip(&roles) {
            let in_place = |place: &String| Grant::always(role.clone(), Some(place.clone()));
            let grants = std::iter::repeat_n(everywhere(role), HOLDERS_PER_ROLE)
                .chain(places.iter().map(in_place));
            for (number, grant) in (1..).zip(grants) {
                people.push(person(&format!("role{kind}-{number}"), vec![grant])?);
            }
        }
        Ok(Cast { people, places })
    }

    /// Somebody who holds every role and has done nothing yet: rules of four eyes may have used up everybody else.
    pub(super) fn newcomer(&mut self) -> Option<Person> {
        let newcomer = format!("new-{}", self.people.len());
        let roles = self.people.first()?.roles.clone();
        let newcomer = person(&newcomer, roles).ok()?;
        self.people.push(newcomer.clone());
        Some(newcomer)
    }

    /// Those who hold one of some roles, in a scope if one is asked for.
    pub(super) fn holding<'a>(
        &'a self,
        roles: &'a [Name],
        scope: Option<&'a str>,
    ) -> impl Iterator<Item = &'a PersonId> {
        let fits =
            move |person: &&Person| roles.iter().any(|role| person.ever_holds_in(role, scope));
        self.people.iter().filter(fits).map(|person| &person.id)
    }

    /// Those who are the holder of a task.
    pub(super) fn holders(&self, holder: &Holder) -> Vec<PersonId> {
        match holder {
            Holder::Roles { roles, scope } => {
                self.holding(roles, scope.as_deref()).cloned().collect()
            }
            Holder::Starter(person) | Holder::Person(person) => vec![person.clone()],
            Holder::People(people) => people.clone(),
        }
    }
}

fn person(id: &str, roles: Vec<Grant>) -> Result<Person, NotAnIdentifier> {
    Ok(Person::new(PersonId::new(id)?, roles))
}

/// The scopes that are written in a workflow and do not depend on its data.
fn fixed_scopes(definition: &Definition) -> Vec<String> {
    let of_step = |step: &Step| match &step.kind {
        StepKind::Task(task) => task.scope.clone(),
        StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Wait(_)
        | StepKind::Parallel(_)
        | StepKind::Each(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => None,
    };
    let of_steps = definition.steps().into_iter().filter_map(of_step);
    let of_actions = definition.actions.iter().filter_map(|action| action.scope.clone());
    let scopes = of_steps.chain(of_actions).chain(definition.start.scope.clone());
    let written: BTreeSet<String> = scopes.flat_map(|scope| scope.literals().texts).collect();
    written.into_iter().collect()
}

fn quorum_max(definitions: &[Arc<Definition>]) -> u32 {
    let steps = definitions.iter().flat_map(|definition| definition.steps());
    let need = |step: &Step| match &step.kind {
        StepKind::Task(task) => task.quorum.as_ref().map(|quorum| match quorum.need {
            Need::Count(count) => count,
            Need::Share { whole, .. } => whole,
        }),
        StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Wait(_)
        | StepKind::Parallel(_)
        | StepKind::Each(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => None,
    };
    steps.filter_map(need).max().unwrap_or(0).min(crate::limits::SIMULATION_QUORUM_MAX)
}
