//! Whether the people who are known suffice for a workflow: a role that nobody holds, a step with fewer holders than
//! it needs, or whose holders may all be excluded by what they did before. Decides nothing about a case.

use std::collections::{BTreeMap, BTreeSet};

use super::outline::Outline;
use super::people::{listed_people, through};
use super::staff::{Place, Staff};
use super::unused::used_roles;
use super::{Finding, TOO_FEW};
use crate::expression::Expression;
use crate::model::definition::{
    By, Definition, Electorate, Need, Step, StepKind, Task, start_name,
};
use crate::model::names::{Name, PersonId};

pub(super) fn check(outline: &Outline<'_>, staff: &Staff, findings: &mut Vec<Finding>) {
    let held = |role: &Name| !staff.holding(std::slice::from_ref(role), &Place::Any).is_empty();
    for role in used_roles(outline.definition).into_iter().filter(|role| !held(role)) {
        findings.push(Finding::about(TOO_FEW, "roles", role).told(
            format!("`{role}` 역할을 맡은 사람이 없습니다"),
            format!("nobody holds the role `{role}`"),
        ));
    }
    for step in outline.reached() {
        let StepKind::Task(task) = &step.kind else { continue };
        let By::Roles(roles) = &task.by else { continue };
        let roles = all_roles(outline.definition, step, roles);
        // That nobody holds them at all was said of the roles.
        if !staff.holding(&roles, &Place::Any).is_empty() {
            let asked = Asked { outline, staff, step, task, roles };
            findings.extend(asked.worst().map(|lack| asked.told(&lack)));
        }
    }
}

/// The roles whose holders may do a task: its own, those to which they delegate, those that are called in.
fn all_roles(definition: &Definition, step: &Step, own: &[Name]) -> Vec<Name> {
    let delegated = definition.delegations.iter().filter(|d| own.contains(&d.of)).map(|d| &d.to);
    let called_in = step.due().into_iter().flat_map(|due| &due.escalate).map(|called| &called.to);
    own.iter().chain(delegated).chain(called_in).cloned().collect()
}

/// A task whose holders are counted.
struct Asked<'a> {
    outline: &'a Outline<'a>,
    staff: &'a Staff,
    step: &'a Step,
    task: &'a Task,
    roles: Vec<Name>,
}

/// How many people a task has in a place.
struct Lack<'a> {
    place: Place,
    need: usize,
    /// How many could do it.
    able: usize,
    /// How many of them are left when as many as possible did what excludes them.
    left: usize,
    /// The steps that exclude somebody.
    others: Vec<&'a Name>,
}

/// People of whom at least so many do something.
struct Doers<'a> {
    people: BTreeSet<&'a PersonId>,
    times: usize,
}

impl<'a> Asked<'a> {
    /// The place in which the fewest people are left, if they are too few.
    fn worst(&self) -> Option<Lack<'a>> {
        let lacks = self.places().into_iter().map(|place| self.lack(place));
        lacks.filter(|lack| lack.left < lack.need).min_by_key(|lack| lack.left)
    }

    /// The places in which the task may have to be done, as far as they are known: a scope that hangs on the data may
    /// be any in which somebody holds the role.
    fn places(&self) -> Vec<Place> {
        let Some(scope) = &self.task.scope else { return vec![Place::Any] };
        if let Some(scope) = written(scope) {
            return vec![Place::In(scope)];
        }
        let scopes = self.staff.scopes(&self.roles).into_iter();
        let scopes: Vec<Place> = scopes.map(|scope| Place::In(scope.to_owned())).collect();
        if scopes.is_empty() { vec![Place::Elsewhere] } else { scopes }
    }

    fn lack(&self, place: Place) -> Lack<'a> {
        let mut able = self.staff.holding(&self.roles, &place);
        let electorate = self.task.quorum.as_ref().map(|quorum| &quorum.of);
        if let Some(listed) = electorate.and_then(listed_people) {
            able.retain(|person| listed.contains(person.as_str()));
        }
        let (mut others, mut excluded) = (Vec::new(), Vec::new());
        for other in self.task.not_same_as.iter().filter(|other| self.comes_before(other)) {
            let mut doers = self.doers(other, &place);
            doers.iter_mut().for_each(|doers| doers.people.retain(|doer| able.contains(doer)));
            doers.retain(|doers| !doers.people.is_empty());
            if !doers.is_empty() {
                others.push(other);
                excluded.extend(doers);
            }
        }
        let left = able.len() - counted_at_most(&excluded);
        Lack { place, need: needed(self.task), able: able.len(), left, others }
    }

    fn comes_before(&self, other: &Name) -> bool {
        *other == start_name() || through(self.outline, other, &self.step.name).is_some()
    }

    /// Who may do another step when this task is done in a place.
    fn doers(&self, other: &Name, place: &Place) -> Vec<Doers<'a>> {
        let Some(other) = self.outline.place_of(other.as_str()) else {
            let (entering, asking) = self.starters(place);
            return std::iter::once(entering).chain(asking).collect();
        };
        let StepKind::Task(task) = &other.step.kind else { return Vec::new() };
        match &task.by {
            By::Roles(roles) => {
                let there = self.beside(task.scope.as_ref(), place);
                let people = self.staff.holding(roles, &there);
                vec![Doers { people, times: needed(task) }]
            }
            By::Starter => {
                let (entering, asking) = self.starters(place);
                vec![asking.unwrap_or(entering)]
            }
            // Who that is, the data says.
            By::Person(_) | By::People(_) => Vec::new(),
        }
    }

    /// Who may start a case, and for whom.
    fn starters(&self, place: &Place) -> (Doers<'a>, Option<Doers<'a>>) {
        let start = &self.outline.definition.start;
        let one = |roles: &[Name], place: &Place| Doers {
            people: self.staff.holding(roles, place),
            times: 1,
        };
        let asking = start.on_behalf_of.as_ref().map(std::slice::from_ref);
        let entering = one(&start.by, &self.beside(start.scope.as_ref(), place));
        (entering, asking.map(|role| one(role, &Place::Any)))
    }

    /// Where the role of another step has to be held when this task is done in a place.
    fn beside(&self, scope: Option<&Expression>, place: &Place) -> Place {
        match (scope, &self.task.scope) {
            (None, _) => Place::Any,
            (Some(scope), Some(own)) if scope.text() == own.text() => place.clone(),
            (Some(scope), _) => written(scope).map_or(Place::Any, Place::In),
        }
    }

    fn told(&self, lack: &Lack<'_>) -> Finding {
        let (step, Lack { need, able, left, .. }) = (&self.step.name, lack);
        let (ko_place, en_place) = match &lack.place {
            Place::In(scope) => (format!("`{scope}`에서 "), format!(" in `{scope}`")),
            Place::Any | Place::Elsewhere => (String::new(), String::new()),
        };
        let people = if *need == 1 { "1 person".to_owned() } else { format!("{need} people") };
        let finding = Finding::at(TOO_FEW, self.step);
        let others: Vec<String> = lack.others.iter().map(|name| format!("`{name}`")).collect();
        let others = others.join(", ");
        match lack.others.first().filter(|_| able >= need) {
            None => finding.by(self.outline.trace(step.as_str())).told(
                format!("`{step}` 단계에는 {need}명이 필요한데 {ko_place}할 수 있는 사람은 {able}명입니다"),
                format!("`{step}` needs {people}, and {able} can do it{en_place}"),
            ),
            Some(first) => finding.by(self.way(first)).told(
                format!(
                    "`{step}` 단계에는 {need}명이 필요한데 {others} 단계를 한 사람을 빼면 {ko_place}{left}명만 남을 수 있습니다"
                ),
                format!(
                    "`{step}` needs {people}, and no more than {left} may be left{en_place} beside those who did {others}"
                ),
            ),
        }
    }

    /// The shortest way to the step through another.
    fn way(&self, other: &Name) -> Vec<String> {
        let way = through(self.outline, other, &self.step.name);
        way.unwrap_or_else(|| self.outline.trace(self.step.name.as_str()))
    }
}

/// How many people have to do a task, as far as the file says.
fn needed(task: &Task) -> usize {
    let Some(quorum) = &task.quorum else { return 1 };
    let of = match &quorum.of {
        Electorate::Count(count) => Some(*count),
        Electorate::People(_) => {
            listed_people(&quorum.of).and_then(|listed| u32::try_from(listed.len()).ok())
        }
        Electorate::Open => None,
    };
    let need = match (quorum.need, of) {
        (Need::Count(count), _) => count,
        (need @ Need::Share { .. }, Some(of)) => need.of(of),
        (Need::Share { .. }, None) => 1,
    };
    need as usize
}

/// The scope that is written in a file.
fn written(scope: &Expression) -> Option<String> {
    scope.constant()?.to_json().as_str().map(str::to_owned)
}

/// How many different people can have done something at most, each counted for one of the things done: a matching,
/// made larger along one path after the other.
fn counted_at_most(doers: &[Doers<'_>]) -> usize {
    let of = |doers: &'_ Doers<'_>| doers.times.min(doers.people.len());
    let slots: Vec<_> =
        doers.iter().flat_map(|one| std::iter::repeat_n(&one.people, of(one))).collect();
    let mut taken = BTreeMap::new();
    (0..slots.len()).filter(|slot| fill(*slot, &slots, &mut taken, &mut BTreeSet::new())).count()
}

/// Finds somebody for a slot; whoever holds another one already moves over, if somebody else is found for that.
fn fill<'p>(
    slot: usize,
    slots: &[&BTreeSet<&'p PersonId>],
    taken: &mut BTreeMap<&'p PersonId, usize>,
    asked: &mut BTreeSet<&'p PersonId>,
) -> bool {
    for person in slots[slot] {
        if !asked.insert(person) {
            continue;
        }
        let free = match taken.get(person).copied() {
            None => true,
            Some(other) => fill(other, slots, taken, asked),
        };
        if free {
            taken.insert(person, slot);
            return true;
        }
    }
    false
}
