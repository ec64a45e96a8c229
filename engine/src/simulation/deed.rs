//! Everything that could be tried on a case as it is now, and how likely it is chosen: what leads on is likelier
//! than what leads nowhere, and what ends a case early is rare unless the run is in a hurry.

use std::fmt;

use super::course::Course;
use crate::expression::Expression;
use crate::model::address::{BlockPath, StepPath};
use crate::model::case::{Case, OpenTask, Running, Waits};
use crate::model::consequence::Object;
use crate::model::decide::{frame_at, possible_actions};
use crate::model::definition::{Action, By, Definition, Guard, Outcome, Step, Target};
use crate::model::form::Form;
use crate::model::names::{Name, PersonId};

/// Something that could be tried.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    /// Complete a task.
    Complete(StepPath, Name),
    /// Answer for a handler; with the number of the entry.
    Answer(StepPath, u32, Name),
    /// Take an action.
    Act(StepPath),
    /// Send a message that a step of this block may wait for.
    Tell(BlockPath, Name),
    /// Do something with a task short of completing it.
    Change(StepPath, Verb),
    /// Take note of what a deputy did.
    TakeNote(StepPath, PersonId),
}

/// What may be done with a task short of completing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Claim,
    Unclaim,
    Assign,
    Delegate,
    Recuse,
}

const VERBS: [Verb; 5] = [Verb::Claim, Verb::Unclaim, Verb::Assign, Verb::Delegate, Verb::Recuse];

impl Deed {
    /// Whether the case is further when it is done, whatever it is; who does a task is not what is done.
    pub(super) fn leads_on(&self) -> bool {
        match self {
            Deed::Complete(..) | Deed::Answer(..) | Deed::Act(_) | Deed::Tell(..) => true,
            Deed::Change(..) | Deed::TakeNote(..) => false,
        }
    }
}

/// How a run goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// Anything goes, but nothing that ends the case early.
    Patient,
    /// Also what ends the case early.
    Restless,
    /// Straight to an end.
    Hasty,
}

/// People who step back from one task: where everybody does, nothing is left to simulate.
const RECUSALS_MAX: usize = 2;
const COMPLETE: u32 = 100;
const COMPLETE_TO_AN_END: u32 = 3;
const COMPLETE_AWAY_FROM_THE_END: u32 = 2;
const AWAITED_MESSAGE: u32 = 100;
const OTHER: u32 = 2;
const NEVER: u32 = 0;

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deed::Complete(step, outcome) => write!(f, "do {step} {outcome}"),
            Deed::Answer(step, entry, outcome) => write!(f, "answer {step} {entry} {outcome}"),
            Deed::Act(action) => write!(f, "act {action}"),
            Deed::Tell(_, message) => write!(f, "send {message}"),
            Deed::Change(step, verb) => write!(f, "task {step} {verb:?}"),
            Deed::TakeNote(step, _) => write!(f, "task {step} TakeNote"),
        }
    }
}

/// Everything that could be tried, with its weight.
pub(super) fn possible(
    case: &Case,
    root: &Definition,
    course: &Course,
    mood: Mood,
) -> Vec<(Deed, u32)> {
    let mut deeds = Vec::new();
    for Running { path, step } in case.running() {
        match &step.waits {
            Waits::Task { handling, .. } => {
                let complete = |outcome| Deed::Complete(path.clone(), outcome);
                deeds.extend(outcomes(case, root, &path, course, mood, complete));
                let last = handling.recused.len() >= RECUSALS_MAX;
                let verbs = VERBS.into_iter().filter(|verb| !last || *verb != Verb::Recuse);
                deeds.extend(verbs.map(|verb| (Deed::Change(path.clone(), verb), OTHER)));
            }
            Waits::Auto { entry, .. } => {
                let answer = |outcome| Deed::Answer(path.clone(), *entry, outcome);
                deeds.extend(outcomes(case, root, &path, course, mood, answer));
            }
            Waits::Event { message: Some(message) } => {
                deeds.push((Deed::Tell(path.block.clone(), message.clone()), AWAITED_MESSAGE));
            }
            Waits::Event { message: None } | Waits::Branches(_) | Waits::Call(_) => {}
        }
    }
    for (path, action) in possible_actions(case, root) {
        deeds.push((Deed::Act(path), weight_of(action, mood)));
    }
    for message in &root.messages {
        deeds.push((Deed::Tell(BlockPath::root(), message.name.clone()), OTHER));
    }
    let notes =
        case.reports.iter().map(|report| Deed::TakeNote(report.step.clone(), report.to.clone()));
    deeds.extend(notes.map(|note| (note, OTHER)));
    deeds
}

fn outcomes(
    case: &Case,
    root: &Definition,
    path: &StepPath,
    course: &Course,
    mood: Mood,
    deed: impl Fn(Name) -> Deed,
) -> Vec<(Deed, u32)> {
    let Some((definition, step)) = step_at(case, root, path) else { return Vec::new() };
    let workflow = &definition.reference;
    let weight = |outcome: &Outcome| match mood {
        Mood::Hasty if !course.is_shortest(workflow, step, &outcome.name) => {
            COMPLETE_AWAY_FROM_THE_END
        }
        Mood::Patient if is_end(Some(&outcome.target)) => COMPLETE_TO_AN_END,
        Mood::Hasty | Mood::Patient | Mood::Restless => COMPLETE,
    };
    let by_people = step.outcomes.iter().filter(|outcome| !outcome.automatic);
    by_people.map(|outcome| (deed(outcome.name.clone()), weight(outcome))).collect()
}

fn weight_of(action: &Action, mood: Mood) -> u32 {
    match (is_end(action.target.as_ref()), mood) {
        (true, Mood::Patient) => NEVER,
        (true, Mood::Restless | Mood::Hasty) | (false, _) => OTHER,
    }
}

fn is_end(target: Option<&Target>) -> bool {
    matches!(target, Some(Target::End(_)))
}

fn step_at<'d>(
    case: &Case,
    root: &'d Definition,
    path: &StepPath,
) -> Option<(&'d Definition, &'d Step)> {
    let (definition, _) = frame_at(case, root, &path.block).ok()?;
    Some((definition, definition.step(path.step.as_str())?))
}

/// Who may do it, as far as roles say.
pub(super) enum Doer<'c, 'd> {
    /// The holder of a task.
    Holder(OpenTask<'c>),
    /// Whoever is named.
    By(&'d By),
    /// Whoever holds one of these roles.
    Roles(&'d [Name]),
    /// This person.
    Person(&'c PersonId),
    /// No person: a handler.
    Nobody,
}

/// What somebody who tries a deed has to know.
pub(super) struct Asked<'c, 'd> {
    /// The workflow it is in.
    pub(super) definition: &'d Definition,
    /// What that workflow knows.
    pub(super) data: &'c Object,
    /// Who may do it.
    pub(super) doer: Doer<'c, 'd>,
    /// What to fill in; nothing, if absent.
    pub(super) form: Option<&'d Form>,
    /// What has to hold.
    pub(super) rules: Vec<&'d Expression>,
    /// Whether a reason must be given.
    pub(super) reason: bool,
}

/// What a deed asks of whoever tries it; none if it is gone.
pub(super) fn asked<'c, 'd>(
    case: &'c Case,
    root: &'d Definition,
    deed: &'c Deed,
) -> Option<Asked<'c, 'd>> {
    let block = match deed {
        Deed::Complete(path, _)
        | Deed::Answer(path, _, _)
        | Deed::Act(path)
        | Deed::Change(path, _)
        | Deed::TakeNote(path, _) => &path.block,
        Deed::Tell(block, _) => block,
    };
    let place = frame_at(case, root, block).ok();
    let (definition, frame) = place.unwrap_or((root, &case.frame));
    let plain = Asked {
        definition,
        data: &frame.data,
        doer: Doer::Nobody,
        form: None,
        rules: Vec::new(),
        reason: false,
    };
    Some(match deed {
        Deed::Complete(path, outcome) => {
            let outcome = definition.step(path.step.as_str())?.outcome(outcome.as_str())?;
            let open = case.open_tasks().into_iter().find(|task| task.step == *path)?;
            of_outcome(plain, outcome, Doer::Holder(open))
        }
        Deed::Answer(path, _, outcome) => {
            let outcome = definition.step(path.step.as_str())?.outcome(outcome.as_str())?;
            of_outcome(plain, outcome, Doer::Nobody)
        }
        Deed::Act(path) => {
            let action = definition.action(path.step.as_str())?;
            Asked {
                doer: Doer::By(&action.by),
                form: Some(&action.form),
                rules: rules(&action.rules),
                reason: action.reason_required,
                ..plain
            }
        }
        Deed::Tell(_, message) => {
            let message = definition.message(message.as_str())?;
            Asked { doer: Doer::Roles(&message.by), form: Some(&message.form), ..plain }
        }
        Deed::Change(path, _) => {
            let open = case.open_tasks().into_iter().find(|task| task.step == *path)?;
            Asked { doer: Doer::Holder(open), ..plain }
        }
        Deed::TakeNote(_, person) => Asked { doer: Doer::Person(person), ..plain },
    })
}

fn of_outcome<'c, 'd>(
    plain: Asked<'c, 'd>,
    outcome: &'d Outcome,
    doer: Doer<'c, 'd>,
) -> Asked<'c, 'd> {
    let (form, rules) = (Some(&*outcome.form), rules(&outcome.rules));
    Asked { doer, form, rules, reason: outcome.reason_required, ..plain }
}

fn rules(guards: &[Guard]) -> Vec<&Expression> {
    guards.iter().map(|guard| &guard.when).collect()
}
