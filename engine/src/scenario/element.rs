//! What of a workflow a scenario may take: steps, outcomes, guards both ways, timers, actions, ends, flags.

use serde::{Serialize, Serializer};

use super::timeline::fired;
use crate::model::consequence::TimerKind;
use crate::model::definition::{Definition, Step, StepKind};
use crate::model::names::Name;

/// Something of a workflow that is taken or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// A step is entered.
    Step(Name),
    /// A step ends by an outcome.
    Outcome {
        /// The step.
        step: Name,
        /// The outcome.
        outcome: Name,
    },
    /// A guard says yes, or no.
    Guard {
        /// What it guards.
        of: Ruled,
        /// What it says.
        way: Way,
    },
    /// A timer fires.
    Timer {
        /// The step.
        step: Name,
        /// What it does.
        does: TimerKind,
    },
    /// An action is taken.
    Action(Name),
    /// An end is reached.
    End(Name),
    /// A flag is raised; that it is cleared may never be.
    Flag(Name),
}

/// What has a guard.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ruled {
    /// The start.
    Start,
    /// An outcome.
    Outcome {
        /// The step.
        step: Name,
        /// The outcome.
        outcome: Name,
    },
    /// An action.
    Action(Name),
}

/// What a guard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Yes.
    Passed,
    /// No.
    Refused,
}

impl Element {
    /// Everything of a workflow, in the order of the file.
    pub fn all(definition: &Definition) -> Vec<Element> {
        let mut all = Vec::new();
        if !definition.start.rules.is_empty() {
            all.extend(Element::guard(&Ruled::Start));
        }
        for step in definition.steps() {
            of_step(step, &mut all);
        }
        for action in &definition.actions {
            all.push(Element::Action(action.name.clone()));
            if !action.rules.is_empty() {
                all.extend(Element::guard(&Ruled::Action(action.name.clone())));
            }
        }
        all.extend(definition.ends.iter().map(|end| Element::End(end.name.clone())));
        all.extend(definition.flags.iter().map(|flag| Element::Flag(flag.name.clone())));
        all
    }

    fn guard(of: &Ruled) -> [Element; 2] {
        [Way::Passed, Way::Refused].map(|way| Element::Guard { of: of.clone(), way })
    }

    /// What kind of thing it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Element::Step(_) => "step",
            Element::Outcome { .. } => "outcome",
            Element::Guard { way: Way::Passed, .. } => "guard_passed",
            Element::Guard { way: Way::Refused, .. } => "guard_refused",
            Element::Timer { .. } => "timer",
            Element::Action(_) => "action",
            Element::End(_) => "end",
            Element::Flag(_) => "flag",
        }
    }

    /// What it is called, as scenarios spell it.
    pub fn words(&self) -> String {
        match self {
            Element::Step(name)
            | Element::Action(name)
            | Element::End(name)
            | Element::Flag(name) => name.to_string(),
            Element::Outcome { step, outcome }
            | Element::Guard { of: Ruled::Outcome { step, outcome }, .. } => {
                format!("{step} {outcome}")
            }
            Element::Guard { of: Ruled::Start, .. } => "start".to_owned(),
            Element::Guard { of: Ruled::Action(name), .. } => name.to_string(),
            Element::Timer { step, does } => fired(step.as_str(), does),
        }
    }
}

impl Serialize for Element {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde_json::json!({"kind": self.kind(), "name": self.words()}).serialize(serializer)
    }
}

fn of_step(step: &Step, all: &mut Vec<Element>) {
    let name = || step.name.clone();
    all.push(Element::Step(name()));
    for outcome in &step.outcomes {
        let (step, outcome_name) = (name(), outcome.name.clone());
        all.push(Element::Outcome { step: step.clone(), outcome: outcome_name.clone() });
        if !outcome.rules.is_empty() {
            all.extend(Element::guard(&Ruled::Outcome { step, outcome: outcome_name }));
        }
    }
    let timer = |does| Element::Timer { step: name(), does };
    if let Some(due) = step.due() {
        all.extend(due.remind.iter().map(|span| timer(TimerKind::Remind { before: *span })));
        all.extend(due.escalate.iter().map(|called| {
            timer(TimerKind::Escalate { after: called.after, to: called.to.clone() })
        }));
        all.extend(
            due.expire.iter().map(|outcome| timer(TimerKind::Expire { outcome: outcome.clone() })),
        );
    }
    if let StepKind::Wait(wait) = &step.kind
        && wait.until.is_some()
    {
        all.push(timer(TimerKind::Wake {}));
    }
}
