//! Somebody sees to a step: what they choose by the weights of the plan, who it is, and what they fill in. What is
//! refused is tried otherwise, a bounded number of times; nothing is tried that must be refused.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dure_storage::Explain;
use serde_json::Value as Json;

use super::StepGuide;
use super::clerk::{Clerk, weighted};
use super::play::Play;
use crate::limits::{SAMPLE_ACTORS_PER_DEED, SAMPLE_FORMS_PER_ACTOR, SAMPLE_REFUSALS_PER_DEED};
use crate::model::address::{BlockPath, StepPath};
use crate::model::case::{Case, Running, Waits};
use crate::model::consequence::Object;
use crate::model::decide::{frame_at, possible_actions};
use crate::model::definition::{Definition, Step};
use crate::model::names::{Name, PersonId};
use crate::runtime::{ActOf, Clock};
use crate::simulation::deed::{Asked, Deed, Doer, asked};
use crate::simulation::doing::{OF_THE_PERSON, ask, doers, likely};
use crate::simulation::report::Trouble;

/// The choice of nobody's doing anything: the clock does.
pub(super) const NOBODY: &str = "nobody";

/// What came of seeing to a step.
pub(super) enum Seen {
    /// Something was done.
    Done,
    /// Nothing is to be done.
    Left,
    /// Nothing could be done: the last refusal.
    Refused(String),
}

/// A step that somebody sees to.
pub(super) struct Matter<'a> {
    pub(super) case: &'a Case,
    pub(super) root: &'a Definition,
    pub(super) district: usize,
    pub(super) path: &'a StepPath,
    pub(super) done_at: Option<DateTime<Utc>>,
}

impl Play<'_> {
    /// Somebody sees to a step that is active.
    pub(super) async fn see_to(&mut self, matter: &Matter<'_>) -> Result<Seen, Trouble> {
        let Some((definition, step, running)) = active(matter) else { return Ok(Seen::Left) };
        let plan = self.sample.plan();
        let guide = plan.guides.get(&definition.reference.name);
        let guide = guide.and_then(|guide| guide.steps.get(&step.name));
        let mut last = String::new();
        for deed in self.choices(matter, definition, step, &running, guide) {
            let Some(deed) = deed else { return Ok(Seen::Left) };
            match self.attempt(matter, &deed, guide).await? {
                Seen::Done => return Ok(Seen::Done),
                Seen::Refused(refusal) => last = refusal,
                Seen::Left => {}
            }
        }
        Ok(Seen::Refused(last))
    }

    /// What is tried, in order: as the weights draw it, or where there are none every outcome as it stands in the file.
    /// None where nobody does anything.
    fn choices(
        &mut self,
        matter: &Matter<'_>,
        definition: &Definition,
        step: &Step,
        running: &Running<'_>,
        guide: Option<&StepGuide>,
    ) -> Vec<Option<Deed>> {
        let outcomes: Vec<&Name> = step
            .outcomes
            .iter()
            .filter(|outcome| !outcome.automatic)
            .map(|outcome| &outcome.name)
            .collect();
        let before = frame_at(matter.case, matter.root, &matter.path.block);
        let before = before.ok().and_then(|(_, frame)| frame.visits.get(&step.name));
        let is_again = before.is_some_and(|visit| visit.completed > 0);
        let choices = guide.map(|guide| match is_again && !guide.again.is_empty() {
            true => &guide.again,
            false => &guide.choices,
        });
        let mut weights: BTreeMap<Name, u32> = choices.cloned().unwrap_or_default();
        let is_message = matches!(running.step.waits, Waits::Event { .. });
        let is_guided = !weights.is_empty();
        if !is_guided && !is_message {
            weights.extend(outcomes.first().map(|first| ((*first).clone(), 1)));
        }
        let mut chosen = Vec::new();
        while let Some(name) = weighted(weights.iter(), &mut self.chance).cloned() {
            weights.remove(&name);
            chosen.push(name);
        }
        // What has no weight is for when nothing else can be done.
        chosen.extend(weights.into_keys());
        let mut chosen: Vec<Option<Deed>> = chosen
            .into_iter()
            .filter_map(|name| match name.as_str() {
                NOBODY => Some(None),
                _ => deed(matter, definition, step, running, &name).map(Some),
            })
            .collect();
        if !is_guided && !is_message {
            let others = outcomes
                .into_iter()
                .filter_map(|name| deed(matter, definition, step, running, name));
            let others: Vec<Deed> =
                others.filter(|deed| !chosen.contains(&Some(deed.clone()))).collect();
            chosen.extend(others.into_iter().map(Some));
        }
        chosen
    }

    async fn attempt(
        &mut self,
        matter: &Matter<'_>,
        deed: &Deed,
        guide: Option<&StepGuide>,
    ) -> Result<Seen, Trouble> {
        let Some(asked) = asked(matter.case, matter.root, deed) else { return Ok(Seen::Left) };
        let mut last = String::new();
        let mut refusals = 0;
        for actor in self.actors(matter, &asked, guide) {
            if refusals >= SAMPLE_REFUSALS_PER_DEED {
                break;
            }
            for _ in 0..SAMPLE_FORMS_PER_ACTOR {
                let asking = Asking {
                    asked: &asked,
                    district: matter.district,
                    item: item_of(matter.case, matter.path),
                    asker: &actor.person,
                    role: None,
                    guide,
                    at: matter.done_at.unwrap_or_else(|| self.ground().clock().now()),
                };
                let Some(form) = self.filled(&asking) else {
                    last = format!("{deed}: no form");
                    break;
                };
                let nothing_to_fill = form.is_empty();
                let act = ActOf {
                    form,
                    reason: asked.reason.then(|| self.reason(guide)),
                    deputy_of: actor.deputy_of.clone(),
                    occurred_at: matter.done_at,
                    ..ActOf::by(actor.person.clone())
                };
                let engine = self.ground().engine().clone();
                match ask(&engine, matter.case, deed, None, act).await {
                    Ok(_) => {
                        self.report.acts += 1;
                        return Ok(Seen::Done);
                    }
                    Err(error) => {
                        let code = error.code().0;
                        last = format!("{deed} by {}: {error}", actor.person);
                        self.refused(error)?;
                        let of_the_person = OF_THE_PERSON.contains(&code);
                        refusals += usize::from(!of_the_person);
                        if nothing_to_fill || of_the_person {
                            break;
                        }
                    }
                }
            }
        }
        Ok(Seen::Refused(last))
    }

    pub(super) fn reason(&mut self, guide: Option<&StepGuide>) -> String {
        let reasons = guide.map(|guide| &guide.reasons).filter(|reasons| !reasons.is_empty());
        let reasons = reasons.unwrap_or(&self.sample.plan().reasons);
        self.chance.pick(reasons).cloned().unwrap_or_default()
    }

    /// Who tries it: those whom the plan or a rule names, or one after the other from somewhere among those who may.
    fn actors(
        &mut self,
        matter: &Matter<'_>,
        asked: &Asked<'_, '_>,
        guide: Option<&StepGuide>,
    ) -> Vec<Actor> {
        let company = self.sample.company(matter.district);
        let mut people = doers(&company.cast, &[], matter.case, matter.root, asked);
        let mut seen = std::collections::BTreeSet::new();
        people.retain(|person| seen.insert(person.clone()));
        let by = guide.and_then(|guide| asked.data.get(guide.by.as_ref()?.as_str()));
        let by = by.map(|by| by.as_array().map_or(std::slice::from_ref(by), Vec::as_slice));
        let by = by.into_iter().flatten().filter_map(Json::as_str);
        let by = by.filter_map(|person| PersonId::new(person).ok());
        let named: Vec<PersonId> = likely(asked).into_iter().chain(by).collect();
        let count = people.len();
        people.rotate_left(self.chance.below(count));
        let holders = match &asked.doer {
            Doer::Holder(open) => company.cast.holders(open.holder),
            Doer::By(_) | Doer::Roles(_) | Doer::Person(_) | Doer::Nobody => Vec::new(),
        };
        people.sort_by_key(|person| (!named.contains(person), !holders.contains(person)));
        people.truncate(SAMPLE_ACTORS_PER_DEED);
        let at = matter.done_at.unwrap_or_else(|| self.ground().clock().now());
        people.into_iter().map(|person| self.actor(person, at, &asked.doer)).collect()
    }

    /// Somebody, or who acts in their place while they are away.
    fn actor(&self, person: PersonId, at: DateTime<Utc>, doer: &Doer<'_, '_>) -> Actor {
        let away = self.away.get(&person).filter(|absence| absence.from <= at && at < absence.to);
        match (away, doer) {
            (Some(absence), Doer::Holder(_)) => {
                Actor { person: absence.deputy.clone(), deputy_of: Some(person) }
            }
            (Some(_) | None, _) => Actor { person, deputy_of: None },
        }
    }

    /// A form as somebody at work fills it in; an empty one where nothing is asked.
    pub(super) fn filled(&mut self, asking: &Asking<'_>) -> Option<Object> {
        let Asking { asked, item, asker, role, guide, at, district } = *asking;
        let Some(form) = asked.form else { return Some(Object::new()) };
        let (plan, definition) = (self.sample.plan(), asked.definition);
        let of_workflow = plan.guides.get(&definition.reference.name).map(|guide| &guide.fields);
        let of_step = guide.map(|guide| &guide.fields);
        let clerk = Clerk {
            office: &self.office,
            company: self.sample.company(district),
            phrases: &plan.phrases,
            definition,
            entries: of_step.into_iter().chain(of_workflow).collect(),
            data: asked.data,
            item,
            asker,
            role,
            now: at,
        };
        clerk.form(form, &mut self.chance)
    }
}

/// A form that somebody is to fill in.
#[derive(Clone, Copy)]
pub(super) struct Asking<'a> {
    pub(super) asked: &'a Asked<'a, 'a>,
    pub(super) district: usize,
    /// The item for which the branch is.
    pub(super) item: Option<&'a Json>,
    pub(super) asker: &'a PersonId,
    /// In which role, where that was chosen first.
    pub(super) role: Option<&'a Name>,
    pub(super) guide: Option<&'a StepGuide>,
    pub(super) at: DateTime<Utc>,
}

/// Somebody who tries something, and in whose place.
struct Actor {
    person: PersonId,
    deputy_of: Option<PersonId>,
}

/// The step of a matter, where it is defined and as it runs.
fn active<'a>(matter: &Matter<'a>) -> Option<(&'a Definition, &'a Step, Running<'a>)> {
    let running = matter.case.running().into_iter().find(|running| running.path == *matter.path)?;
    let (definition, _) = frame_at(matter.case, matter.root, &matter.path.block).ok()?;
    let step = definition.step(matter.path.step.as_str())?;
    Some((definition, step, running))
}

/// The deed that a choice at a step is.
fn deed(
    matter: &Matter<'_>,
    definition: &Definition,
    step: &Step,
    running: &Running<'_>,
    name: &Name,
) -> Option<Deed> {
    let path = matter.path.clone();
    if step.outcome(name.as_str()).is_some_and(|outcome| !outcome.automatic) {
        return match &running.step.waits {
            Waits::Task { .. } => Some(Deed::Complete(path, name.clone())),
            Waits::Auto { entry, .. } => Some(Deed::Answer(path, *entry, name.clone())),
            Waits::Event { .. } | Waits::Branches(_) | Waits::Call(_) => None,
        };
    }
    if let Waits::Event { message: Some(message) } = &running.step.waits
        && message == name
    {
        return Some(Deed::Tell(path.block, name.clone()));
    }
    let frame = path.block.frame();
    definition.action(name.as_str())?;
    let actions = possible_actions(matter.case, matter.root).into_iter();
    let mut here = actions.filter(|(at, action)| action.name == *name && at.block.frame() == frame);
    here.next().map(|(at, _)| Deed::Act(at))
}

/// The item for which the branch is that a step stands in, the innermost.
fn item_of<'c>(case: &'c Case, path: &StepPath) -> Option<&'c Json> {
    let depth = path.block.0.len();
    let running = case.running();
    (1..=depth).rev().find_map(|depth| {
        let block = BlockPath(path.block.0[..depth].to_vec());
        let name = block.0.last()?.branch.clone()?;
        let owner = block.owner()?;
        let branches = running.iter().find(|running| running.path == owner)?;
        let Waits::Branches(branches) = &branches.step.waits else { return None };
        branches.iter().find(|branch| branch.name == name)?.item.as_ref()
    })
}
