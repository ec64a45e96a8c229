//! What becomes of an effect that failed: it is tried again after a pause, parked after too many attempts, and tried
//! anew when a person says so.

use super::authority::Right;
use super::outside::Outside;
use super::walk::Walk;
use super::{act_of, after_start, in_order, in_play, no_form};
use crate::model::address::StepPath;
use crate::model::case::{Case, Waits};
use crate::model::command::{FailEffect, RetryEffect};
use crate::model::consequence::{Consequence, Failing};
use crate::model::definition::Definition;
use crate::model::effect::failed;
use crate::model::event::{CaseEvent, EffectFailed, EffectRetried};
use crate::model::known::Undecided;
use crate::model::refusal::{OutsideFault, Place, Refusal, Why};

pub(super) fn fail<'d>(
    case: &Case,
    root: &'d Definition,
    command: &FailEffect,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    in_play(case, None)?;
    let step = &command.step;
    let handler = match case.active(step).map(|active| &active.waits) {
        Some(Waits::Auto { handler, entry, failing, .. })
            if *entry == command.entry && command.attempt == next_attempt(failing.as_ref()) =>
        {
            handler.clone()
        }
        _ => return Err(Why::Outside(OutsideFault::AnswerLate { step: step.to_string() }).into()),
    };
    let failing = failed(command.attempt, &command.error, command.for_good, command.at);
    let mut walk = Walk::new(root, case.clone(), command.at, outside)?;
    walk.emit(Consequence::EffectFailed { step: step.clone(), failing: failing.clone() });
    let (step, entry) = (step.clone(), command.entry);
    let consequences = walk.finish()?;
    Ok(CaseEvent::EffectFailed(EffectFailed { step, entry, handler, failing, consequences }))
}

fn next_attempt(failing: Option<&Failing>) -> u32 {
    failing.map_or(0, |failing| failing.attempts) + 1
}

pub(super) fn retry<'d>(
    case: &Case,
    root: &'d Definition,
    command: &RetryEffect,
    outside: &mut Outside<'d>,
) -> Result<CaseEvent, Undecided> {
    in_play(case, None)?;
    let request = &command.request;
    let (step, entry) = find_failing(case, &command.step)?;
    after_start(case, request)?;
    in_order(request, true, &no_form())?;
    let mut walk = Walk::new(root, case.clone(), request.occurred_at, outside)?;
    walk.emit(Consequence::EffectRetried { step: step.clone() });
    let act = act_of(request, Right::own(None));
    let consequences = walk.finish()?;
    Ok(CaseEvent::EffectRetried(EffectRetried { step, entry, act, consequences }))
}

fn find_failing(case: &Case, text: &str) -> Result<(StepPath, u32), Refusal> {
    let failing = |running: crate::model::case::Running<'_>| match &running.step.waits {
        Waits::Auto { entry, failing: Some(_), .. } => Some((running.path, *entry)),
        Waits::Auto { failing: None, .. }
        | Waits::Task { .. }
        | Waits::Event { .. }
        | Waits::Branches(_)
        | Waits::Call(_) => None,
    };
    let all: Vec<_> = case.running().into_iter().filter_map(failing).collect();
    if let Some(exact) = all.iter().find(|(path, _)| path.to_string() == text) {
        return Ok(exact.clone());
    }
    let named: Vec<_> = all.iter().filter(|(path, _)| path.answers_to(text)).collect();
    let place = Place { step: Some(text.chars().take(200).collect()), ..Place::default() };
    let why = match named.as_slice() {
        [one] => return Ok((*one).clone()),
        [] => {
            let known: Vec<String> = all.iter().map(|(path, _)| path.to_string()).collect();
            Why::Outside(OutsideFault::EffectNotFailing { known: known.join(", ") })
        }
        several => Why::StepAmbiguous {
            candidates: several.iter().map(|(path, _)| path.to_string()).collect(),
        },
    };
    Err(Refusal::from(why).at(place))
}
