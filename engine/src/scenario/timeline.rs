//! A line of a timeline in the words of a scenario: who, and what they did.

use super::line::change_word;
use crate::model::address::StepPath;
use crate::model::consequence::TimerKind;
use crate::model::event::TaskChange;
use crate::runtime::TimelineEntry;
use crate::runtime::projection::timeline::Did;

/// Who did it.
pub(super) fn who(entry: &TimelineEntry) -> String {
    let nobody = match &entry.did {
        Did::TimerFired { .. } => "clock",
        Did::Answered { .. } | Did::EffectFailed { .. } => "handler",
        Did::Received { .. } => "case",
        Did::DuesMoved { .. } => "calendar",
        Did::Started
        | Did::Completed { .. }
        | Did::Acted { .. }
        | Did::Changed { .. }
        | Did::EffectRetried { .. }
        | Did::Migrated { .. } => "nobody",
    };
    entry.by.as_ref().map_or_else(|| nobody.to_owned(), ToString::to_string)
}

/// Whether `text` says what was done; a step may be named without the branches it is in.
pub(super) fn is(entry: &TimelineEntry, text: &str) -> bool {
    text == words(entry, &StepPath::to_string) || text == words(entry, &StepPath::without_branches)
}

/// What was done, with every step addressed in full.
pub(super) fn did(entry: &TimelineEntry) -> String {
    words(entry, &StepPath::to_string)
}

fn words(entry: &TimelineEntry, address: &dyn Fn(&StepPath) -> String) -> String {
    match &entry.did {
        Did::Started => "start".to_owned(),
        Did::Completed { step, outcome } => format!("{} {outcome}", address(step)),
        Did::Answered { step, outcome, .. } => format!("answer {} {outcome}", address(step)),
        Did::EffectFailed { step, .. } => format!("fail {}", address(step)),
        Did::EffectRetried { step } => format!("retry {}", address(step)),
        Did::Acted { action } => format!("action {}", address(action)),
        Did::Received { message, .. } => format!("message {message}"),
        Did::DuesMoved { calendar, version } => format!("move_dues {calendar} v{version}"),
        Did::Migrated { to, .. } => format!("migrate {to}"),
        Did::TimerFired { step, does } => fired(&address(step), does),
        Did::Changed { step, change } => changed(&address(step), change),
    }
}

/// What a timer did to a step.
pub(super) fn fired(step: &str, does: &TimerKind) -> String {
    match does {
        TimerKind::Remind { before } => format!("remind {step} {before}"),
        TimerKind::Wake {} => format!("wake {step}"),
        TimerKind::Expire { outcome } => format!("expire {step} {outcome}"),
        TimerKind::Escalate { to, .. } => format!("escalate {step} {to}"),
    }
}

fn changed(step: &str, change: &TaskChange) -> String {
    let word = change_word(change);
    match change {
        TaskChange::Claim
        | TaskChange::Unclaim
        | TaskChange::TakeNote
        | TaskChange::Recuse(None) => format!("{word} {step}"),
        TaskChange::Assign(to) | TaskChange::Delegate(to) | TaskChange::Recuse(Some(to)) => {
            format!("{word} {step} {to}")
        }
        TaskChange::Vote(outcome) => format!("{word} {step} {outcome}"),
    }
}
