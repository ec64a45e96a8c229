//! Why a case waits: for each active step who holds it, since when, until when, and what they could do.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::engine::Engine;
use super::projection::tasks::may;
use crate::error::EngineError;
use crate::limits::VIEW_PAGE_ROWS_MAX;
use crate::model::address::StepPath;
use crate::model::case::Case;
use crate::model::consequence::Holder;
use crate::model::decide::{frame_at, possible_actions, rules_now, task_of};
use crate::model::definition::{Definition, Guard};
use crate::model::names::{CaseId, Name, PersonId, Text};

/// Why a case waits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The case.
    pub case: CaseId,
    /// Every step that waits for a person; none if the case is closed.
    pub steps: Vec<StepNow>,
    /// The actions that are possible at any time, by address.
    pub actions: Vec<StepPath>,
}

/// A step that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepNow {
    /// The step.
    pub step: StepPath,
    /// What people call it.
    pub title: Text,
    /// Who may complete it.
    pub holder: Holder,
    /// The people who hold that now, up to a bound, by id.
    pub people: Vec<PersonId>,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// When it is due.
    pub due: Option<DateTime<Utc>>,
    /// What they could do.
    pub outcomes: Vec<OutcomeNow>,
}

/// An outcome of an active step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeNow {
    /// The outcome.
    pub outcome: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// Its guard, as written.
    pub guard: Option<String>,
    /// Whether the guard is true now; none if that depends on what is filled in.
    pub open: Option<bool>,
}

impl Engine {
    /// Why a case waits.
    ///
    /// # Errors
    /// `E-case-unknown`.
    pub async fn why(&self, id: &CaseId) -> Result<Why, EngineError> {
        let case = self.case(id).await?;
        let definition = self.definition_of(&case).await?;
        let now = self.inner.clock.now();
        let mut steps = Vec::new();
        for task in case.open_tasks() {
            let people = self.holders(task.holder).await?;
            let (title, outcomes) = step_words(&case, &definition, &task.step, now)?;
            let (step, holder) = (task.step, task.holder.clone());
            steps.push(StepNow {
                step,
                title,
                holder,
                people,
                since: task.since,
                due: task.due,
                outcomes,
            });
        }
        let actions = match case.is_open() {
            true => {
                possible_actions(&case, &definition).into_iter().map(|(path, _)| path).collect()
            }
            false => Vec::new(),
        };
        Ok(Why { case: id.clone(), steps, actions })
    }

    async fn holders(&self, holder: &Holder) -> Result<Vec<PersonId>, EngineError> {
        let people = self.people(None, VIEW_PAGE_ROWS_MAX).await?;
        Ok(people
            .into_iter()
            .filter(|person| may(person, holder))
            .map(|person| person.id)
            .collect())
    }
}

fn step_words(
    case: &Case,
    root: &Definition,
    path: &StepPath,
    now: DateTime<Utc>,
) -> Result<(Text, Vec<OutcomeNow>), EngineError> {
    let (definition, _) = frame_at(case, root, &path.block)?;
    let (step, _) = task_of(definition, path)?;
    let by_people = step.outcomes.iter().filter(|outcome| !outcome.automatic);
    let outcomes = by_people.map(|outcome| OutcomeNow {
        outcome: outcome.name.clone(),
        title: outcome.title.clone(),
        guard: rules_text(&outcome.rules),
        open: rules_now(case, root, &path.block, &outcome.rules, now),
    });
    Ok((step.title.clone(), outcomes.collect()))
}

fn rules_text(rules: &[Guard]) -> Option<String> {
    let texts: Vec<&str> = rules.iter().map(|rule| rule.when.text()).collect();
    (!texts.is_empty()).then(|| texts.join(" && "))
}
