//! Why a case waits, now or at a time that has passed: for each active step who holds it, since when, until when, and what they could do.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::engine::Engine;
use crate::error::EngineError;
use crate::limits::TASK_PEOPLE_MAX;
use crate::model::address::StepPath;
use crate::model::case::{Case, OpenTask};
use crate::model::consequence::Holder;
use crate::model::decide::{
    frame_at, may_complete, possible_actions, roles_of, rules_now, task_of,
};
use crate::model::definition::{Definition, Guard};
use crate::model::effect::{Effect, standing};
use crate::model::known::Known;
use crate::model::names::{CaseId, Name, PersonId, Text};
use crate::model::refusal;

/// Why a case waits.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The case.
    pub case: CaseId,
    /// As of when.
    pub at: DateTime<Utc>,
    /// Every step that waits for a person; none if the case is closed.
    pub steps: Vec<StepNow>,
    /// Every step that waits for a handler, and how often that failed.
    pub effects: Vec<Effect>,
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
    /// The people who could complete it then, by id, up to [`TASK_PEOPLE_MAX`].
    pub people: Vec<PersonId>,
    /// Who acts then in place of one of them.
    pub deputies: Vec<InPlace>,
    /// The one it belongs to, as long as they may do it.
    pub assigned: Option<Assigned>,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// When it is due.
    pub due: Option<DateTime<Utc>>,
    /// What they could do.
    pub outcomes: Vec<OutcomeNow>,
}

/// A deputy of somebody who is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InPlace {
    /// The absent person.
    pub of: PersonId,
    /// Who acts in their place.
    pub deputy: PersonId,
}

/// The one a task belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assigned {
    /// The person.
    pub person: PersonId,
    /// Whether they may still do it; if not, whoever else may do it can, or can give it to another.
    pub may: bool,
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
    /// What is said where the guard is not met.
    pub because: Vec<Text>,
    /// Whether the guard is true then; none if that depends on what is filled in.
    pub open: Option<bool>,
}

impl Engine {
    /// Why a case waits.
    ///
    /// # Errors
    /// `E-case-unknown`.
    pub async fn why(&self, id: &CaseId) -> Result<Why, EngineError> {
        let case = self.case(id).await?;
        self.why_of(&case, self.inner.clock.now()).await
    }

    /// Why a case waited at a time, and who could have done something then: by the roles and absences of that time,
    /// as far as they are recorded by now.
    ///
    /// # Errors
    /// As [`Engine::case_at`].
    pub async fn why_at(&self, id: &CaseId, at: DateTime<Utc>) -> Result<Why, EngineError> {
        let case = self.case_at(id, at).await?;
        self.why_of(&case, at).await
    }

    async fn why_of(&self, case: &Case, now: DateTime<Utc>) -> Result<Why, EngineError> {
        let definition = self.definition_of(case).await?;
        let mut steps = Vec::new();
        for task in case.open_tasks() {
            let asked = Asked { case, definition: &definition, task: &task, now };
            let (people, deputies) = self.able(&asked).await?;
            let assigned = self.assigned(&asked).await?;
            let (title, outcomes) = step_words(case, &definition, &task.step, now)?;
            let (since, due, holder) = (task.since, task.due, task.holder.clone());
            let step = task.step;
            steps.push(StepNow {
                step,
                title,
                holder,
                people,
                deputies,
                assigned,
                since,
                due,
                outcomes,
            });
        }
        let actions = match case.is_open() {
            true => possible_actions(case, &definition).into_iter().map(|(path, _)| path).collect(),
            false => Vec::new(),
        };
        Ok(Why { case: case.id.clone(), at: now, steps, effects: standing(case), actions })
    }

    /// Those who could complete a task at that time, and who acts in place of which of them.
    async fn able(&self, asked: &Asked<'_>) -> Result<(Vec<PersonId>, Vec<InPlace>), EngineError> {
        let (mut people, mut deputies) = (Vec::new(), Vec::new());
        for id in self.candidates(asked).await? {
            if people.len() >= TASK_PEOPLE_MAX || !self.could(asked, &id).await? {
                continue;
            }
            if let Some(deputy) = self.inner.person(&id).await?.deputy_at(asked.now) {
                deputies.push(InPlace { of: id.clone(), deputy: deputy.clone() });
            }
            people.push(id);
        }
        Ok((people, deputies))
    }

    /// Everybody who may come into question for a task.
    async fn candidates(&self, asked: &Asked<'_>) -> Result<BTreeSet<PersonId>, EngineError> {
        let (handling, now) = (asked.task.handling, asked.now);
        let roles = roles_of(asked.case, asked.definition, asked.task);
        let mut found = self.people_with_any_role(&roles, None, now).await?;
        found.extend(handling.delegates.keys().chain(&handling.replacements).cloned());
        match asked.task.holder {
            Holder::Starter(person) | Holder::Person(person) => found.extend([person.clone()]),
            Holder::People(people) => found.extend(people.iter().cloned()),
            Holder::Roles { .. } => {}
        }
        Ok(found)
    }

    async fn assigned(&self, asked: &Asked<'_>) -> Result<Option<Assigned>, EngineError> {
        let Some(person) = asked.task.handling.assigned.clone() else { return Ok(None) };
        let may = self.could(asked, &person).await?;
        Ok(Some(Assigned { person, may }))
    }

    /// Whether somebody could complete a task at that time; a rule that depends on what is filled in excludes nobody yet.
    async fn could(&self, asked: &Asked<'_>, id: &PersonId) -> Result<bool, EngineError> {
        let Asked { case, definition, task, now } = *asked;
        let known = self.inner.person(id).await;
        let Some(person) = known.map(Some).or_else(unless_refused)? else { return Ok(false) };
        let may = |known: &Known| may_complete(case, definition, task, &person, now, known);
        match self.inner.with_facts(Known::default(), now, may).await {
            Ok(_) => Ok(true),
            Err(EngineError::Refused(refusal)) => {
                Ok(matches!(refusal.why, refusal::Why::ExpressionFailed { .. }))
            }
            Err(error) => Err(error),
        }
    }
}

/// A task somebody is asked about.
struct Asked<'a> {
    case: &'a Case,
    definition: &'a Definition,
    task: &'a OpenTask<'a>,
    now: DateTime<Utc>,
}

fn unless_refused<T>(error: EngineError) -> Result<Option<T>, EngineError> {
    if let EngineError::Refused(_) = error { Ok(None) } else { Err(error) }
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
        because: outcome.rules.iter().filter_map(|rule| rule.because.clone()).collect(),
        open: rules_now(case, root, &path.block, &outcome.rules, now),
    });
    Ok((step.title.clone(), outcomes.collect()))
}

fn rules_text(rules: &[Guard]) -> Option<String> {
    let texts: Vec<&str> = rules.iter().map(|rule| rule.when.text()).collect();
    (!texts.is_empty()).then(|| texts.join(" && "))
}
