//! The shape of a definition for those who look for what can go wrong: where each step stands, how it can end, and the
//! shortest way there. Guards that depend on data count as free: either may be true.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::joins::{self, Summary};
use crate::expression::Value;
use crate::model::definition::{
    Action, BlockDefinition, By, Definition, Electorate, Outcome, Rest, Step, StepKind, Target,
    start_name,
};
use crate::model::names::Name;

/// A definition, looked at once.
pub(super) struct Outline<'d> {
    pub(super) definition: &'d Definition,
    places: BTreeMap<&'d str, Place<'d>>,
    endings: BTreeMap<&'d str, Ending<'d>>,
    /// The step before on the shortest way, and what leads on from there.
    ways: BTreeMap<&'d str, (Option<&'d str>, String)>,
}

/// Where a step stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'d> {
    pub(super) step: &'d Step,
    pub(super) block: &'d BlockDefinition,
    /// The step whose branch it is in, and which.
    pub(super) owner: Option<(&'d Step, &'d str)>,
}

/// How a step can end.
#[derive(Default)]
pub(super) struct Ending<'d> {
    /// By which outcomes, ever.
    pub(super) open: Vec<&'d Outcome>,
    /// By which, at the moment it is entered.
    pub(super) instant: Vec<&'d Outcome>,
    /// Whether it can come to rest until somebody or something acts.
    pub(super) rests: bool,
    /// What becomes of its join.
    pub(super) join: joins::Verdict,
}

/// Whether branches of a step go on beside when its join is met.
pub(super) fn runs_on(step: &Step) -> bool {
    match &step.kind {
        StepKind::Parallel(parallel) => parallel.rest == Rest::Run,
        StepKind::Each(each) => each.rest == Rest::Run,
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Wait(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => false,
    }
}

impl Ending<'_> {
    /// The same for a step that the clock or an action ends all the same.
    fn rescued(mut self) -> Self {
        if self.join.never {
            self.open.clear();
        }
        self.join.never = false;
        self.join.strands = false;
        self
    }
}

/// The blocks inside a step: the name of the branch, the step it begins with, whether the join waits for it.
pub(super) fn inner(step: &Step) -> Vec<(&str, &Name, &BlockDefinition, bool)> {
    match &step.kind {
        StepKind::Parallel(parallel) => {
            let branches = parallel.branches.iter();
            branches.map(|b| (b.name.as_str(), &b.first, &b.block, !b.background)).collect()
        }
        StepKind::Each(each) => vec![("i1", &each.first, &each.block, true)],
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Wait(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => Vec::new(),
    }
}

impl<'d> Outline<'d> {
    pub(super) fn of(definition: &'d Definition) -> Outline<'d> {
        let (places, endings, ways) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let mut outline = Outline { definition, places, endings, ways };
        outline.place(&definition.block, None);
        for beside in &definition.background {
            let place = Place { step: &beside.step, block: &definition.block, owner: None };
            outline.places.insert(beside.step.name.as_str(), place);
            outline.place_inside(&beside.step);
        }
        outline.follow();
        outline
    }

    fn place(&mut self, block: &'d BlockDefinition, owner: Option<(&'d Step, &'d str)>) {
        for step in &block.steps {
            self.places.insert(step.name.as_str(), Place { step, block, owner });
            self.place_inside(step);
        }
    }

    fn place_inside(&mut self, step: &'d Step) {
        for (branch, _, block, _) in inner(step) {
            self.place(block, Some((step, branch)));
        }
        let ending = self.ending_of(step);
        self.endings.insert(step.name.as_str(), ending);
    }

    /// How a step can end, once all steps inside are known.
    fn ending_of(&self, step: &'d Step) -> Ending<'d> {
        let by_people = || step.outcomes.iter().filter(|o| !o.automatic && !is_shut(o));
        let by_itself = || step.outcomes.iter().filter(|o| o.automatic && occurs(step, o));
        // The clock only comes to a step that rests.
        let chosen = |mut ending: Ending<'d>| {
            ending.open.extend(by_itself().filter(|_| ending.rests));
            ending
        };
        match &step.kind {
            StepKind::Task(_) | StepKind::Auto(_) => {
                let shut = is_left_to_the_clock(step);
                let open = by_people().chain(by_itself());
                let open = open.filter(|outcome| !shut || expires(step, outcome)).collect();
                Ending { open, rests: true, ..Ending::default() }
            }
            StepKind::Decide | StepKind::Spawn(_) | StepKind::Send(_) => {
                let open = self.choices(step);
                Ending { instant: open.clone(), open, ..Ending::default() }
            }
            StepKind::Wait(wait) => match &wait.message {
                None => Ending { open: self.choices(step), rests: true, ..Ending::default() },
                Some(message) => {
                    let kept = self.definition.message(message.as_str()).is_some_and(|m| m.keep);
                    let open: Vec<&Outcome> = step.outcomes.iter().collect();
                    let instant = open.iter().filter(|o| kept && !o.automatic).copied().collect();
                    Ending { open, instant, rests: true, ..Ending::default() }
                }
            },
            StepKind::Call(_) => {
                let open = self.choices(step);
                chosen(Ending { instant: open.clone(), open, rests: true, ..Ending::default() })
            }
            StepKind::Parallel(_) | StepKind::Each(_) => {
                let choices = self.choices(step);
                let stays = |outcome: &Outcome| self.stays(step, outcome);
                let summary = |block, first| self.summary(block, first);
                let ending = joins::ending(step, choices, &stays, &summary);
                let escapes = by_itself().next().is_some() || self.is_left(step);
                chosen(if escapes { ending.rescued() } else { ending })
            }
        }
    }

    /// The outcomes that the rules of an automatic step can choose: of guards in a row the first that is true.
    pub(super) fn choices(&self, step: &'d Step) -> Vec<&'d Outcome> {
        let mut open: Vec<&Outcome> = Vec::new();
        for outcome in step.outcomes.iter().filter(|o| !o.automatic && !is_shut(o)) {
            open.push(outcome);
            let only = |outcome: &&Outcome| match outcome.rules.as_slice() {
                [rule] if outcome.at_most.is_none() => Some(rule.when.clone()),
                [] | [_] | [_, _, ..] => None,
            };
            let earlier = open.iter().filter_map(only);
            let last = only(&outcome);
            let opposed = last.is_some_and(|l| earlier.into_iter().any(|e| e.complements(&l)));
            let always = outcome.rules.iter().all(|rule| constant(&rule.when) == Some(true));
            if opposed || (always && self.stays(step, outcome)) {
                break;
            }
        }
        open
    }

    /// Whether an outcome can be chosen whenever its step ends: a bound is only used up by coming again.
    fn stays(&self, step: &'d Step, outcome: &'d Outcome) -> bool {
        let ends = matches!(outcome.target, Target::End(_));
        outcome.at_most.is_none() || ends || !self.returns(step, &outcome.target)
    }

    /// Whether a step may come again after something led away from it, as far as the file shows.
    fn returns(&self, step: &Step, target: &Target) -> bool {
        let leads = |action: &Action| matches!(action.target, Some(Target::Step(_)));
        if self.definition.actions.iter().any(leads) {
            return true;
        }
        let Some(place) = self.place_of(step.name.as_str()) else { return true };
        let ahead = ahead(place.block, target);
        ahead.contains(&&Target::Step(step.name.clone()))
            || place.owner.is_some_and(|(owner, _)| {
                let ends = ahead.iter().any(|target| matches!(target, Target::Done(_)));
                let again =
                    owner.outcomes.iter().any(|outcome| self.returns(owner, &outcome.target));
                ends && (again || matches!(owner.kind, StepKind::Each(_)))
            })
    }

    /// What a block can come to.
    fn summary(&self, block: &'d BlockDefinition, first: &'d Name) -> Summary {
        let traps = self.traps(block);
        let mut found = Summary::default();
        let (mut seen, mut queue) = (vec![first.as_str()], vec![first.as_str()]);
        while let Some(name) = queue.pop() {
            let inside = self.endings.get(name).map(|ending| &ending.join);
            found.trapped |= traps.contains(&name) || inside.is_some_and(|j| j.never || j.strands);
            found.trapped |= self.runs_out(name);
            for (_, target) in self.edges(name) {
                match target {
                    Target::Step(to) if seen.contains(&to.as_str()) => {}
                    Target::Step(to) => {
                        seen.push(to.as_str());
                        queue.push(to.as_str());
                    }
                    Target::Done(result) => {
                        found.results.insert(result.clone());
                    }
                    Target::End(_) => {}
                }
            }
        }
        let (mut seen, mut queue) = (vec![first.as_str()], vec![first.as_str()]);
        while let Some(ending) = queue.pop().and_then(|name| self.endings.get(name)) {
            found.rests |= ending.rests;
            for outcome in &ending.instant {
                match &outcome.target {
                    Target::Step(to) if !seen.contains(&to.as_str()) => {
                        seen.push(to.as_str());
                        queue.push(to.as_str());
                    }
                    Target::Step(_) | Target::End(_) => {}
                    Target::Done(result) => {
                        found.instant.insert(result.clone());
                    }
                }
            }
        }
        found
    }

    /// The steps of a block from which it can neither be ended nor left.
    pub(super) fn traps(&self, block: &'d BlockDefinition) -> Vec<&'d str> {
        // A background that ends the workflow is a way out of every step.
        if self.is_limited() {
            return Vec::new();
        }
        let main = std::ptr::eq(block, &self.definition.block);
        let within = block.steps.iter().filter(|step| step.ends_within());
        let mut leaving: Vec<&str> = within.map(|step| step.name.as_str()).collect();
        loop {
            let leads_out = |name: &str| {
                self.edges(name).any(|(_, target)| match target {
                    Target::End(_) | Target::Done(_) => true,
                    Target::Step(to) => leaving.contains(&to.as_str()),
                }) || self.escapes(name).any(|target| match target {
                    Target::Step(to) if main => leaving.contains(&to.as_str()),
                    Target::Step(_) | Target::End(_) | Target::Done(_) => self.ends_ahead(target),
                })
            };
            let more: Vec<&str> = block
                .steps
                .iter()
                .map(|step| step.name.as_str())
                .filter(|name| !leaving.contains(name) && leads_out(name))
                .collect();
            if more.is_empty() {
                break;
            }
            leaving.extend(more);
        }
        let names = block.steps.iter().map(|step| step.name.as_str());
        names.filter(|name| !leaving.contains(name)).collect()
    }

    /// Whether a step can come again when every outcome that leads on from it was taken as often as it may be.
    pub(super) fn runs_out(&self, name: &str) -> bool {
        let Some(place) = self.place_of(name).filter(|_| !self.is_limited()) else { return false };
        let unbounded = self.repeated(place.block, name, u32::MAX);
        let leaves = |name: &&str| {
            let mut edges = self.repeated_edges(name, u32::MAX);
            edges.any(|target| !matches!(target, Target::Step(_)))
                || self.place_of(name).is_some_and(|place| place.step.ends_within())
                || self.escapes(name).next().is_some()
        };
        if unbounded.iter().any(leaves) {
            return false;
        }
        let endings = unbounded.iter().filter_map(|name| self.endings.get(name));
        let bounded: Vec<&Outcome> = endings
            .flat_map(|ending| &ending.open)
            .filter(|o| o.at_most.is_some())
            .copied()
            .collect();
        let times =
            bounded.iter().filter_map(|outcome| outcome.at_most).fold(0, u32::saturating_add);
        // Where the first time already takes what is bounded, that is left once less for coming again.
        let times =
            times.saturating_add(u32::from(!self.is_got_to(place, times.saturating_add(1))));
        let comes_again = |outcome: &&Outcome| match &outcome.target {
            Target::Step(to) => {
                self.repeated(place.block, to.as_str(), times).contains(&place.step.name.as_str())
                    || self.is_led_back(place, times)
            }
            // Whether a branch begins again is for the step around it to say.
            Target::Done(_) | Target::End(_) => false,
        };
        !bounded.is_empty() && bounded.iter().all(comes_again)
    }

    /// Whether a step is first got to by what can be taken at least so often.
    fn is_got_to(&self, place: Place<'d>, times: u32) -> bool {
        let first = match place.owner {
            None => match &self.definition.start.to {
                Target::Step(first) => Some(first),
                Target::End(_) | Target::Done(_) => None,
            },
            Some((owner, branch)) => {
                let mut branches = inner(owner).into_iter();
                branches.find(|(name, _, _, _)| *name == branch).map(|(_, first, _, _)| first)
            }
        };
        let name = place.step.name.as_str();
        first.is_some_and(|first| self.repeated(place.block, first.as_str(), times).contains(&name))
            || self.is_led_back(place, times)
    }

    /// Whether an action leads back to a step of the main block from everywhere.
    fn is_led_back(&self, place: Place<'d>, times: u32) -> bool {
        let main = std::ptr::eq(place.block, &self.definition.block);
        let leads = |action: &&Action| main && action.leaves.is_none() && action.during.is_empty();
        let targets =
            self.definition.actions.iter().filter(leads).filter_map(|a| a.target.as_ref());
        targets.into_iter().any(|target| match target {
            Target::Step(to) => {
                self.repeated(place.block, to.as_str(), times).contains(&place.step.name.as_str())
            }
            Target::End(_) | Target::Done(_) => false,
        })
    }

    /// The steps of a block to which one leads at least so often, itself included.
    fn repeated(&self, block: &'d BlockDefinition, from: &str, times: u32) -> Vec<&'d str> {
        let named = |name: &str| {
            block.steps.iter().find(|s| s.name.as_str() == name).map(|s| s.name.as_str())
        };
        let (mut seen, mut queue): (Vec<&str>, Vec<&str>) =
            (Vec::new(), named(from).into_iter().collect());
        while let Some(name) = queue.pop() {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let leads_on = self.repeated_edges(name, times).chain(self.escapes(name));
            queue.extend(leads_on.filter_map(|target| match target {
                Target::Step(to) => named(to.as_str()),
                Target::End(_) | Target::Done(_) => None,
            }));
        }
        seen
    }

    fn repeated_edges(&self, name: &str, times: u32) -> impl Iterator<Item = &'d Target> {
        let bounded = |by: &str| {
            let outcomes = self.endings.get(name).map(|ending| ending.open.as_slice());
            let mut outcomes = outcomes.unwrap_or_default().iter();
            outcomes.any(|o| {
                o.at_most.is_some_and(|most| most < times)
                    && by.strip_prefix(name) == Some(&format!("={}", o.name))
            })
        };
        let edges = self.edges(name).filter(|(by, _)| !bounded(by)).map(|(_, target)| target);
        edges.collect::<Vec<_>>().into_iter()
    }

    /// What leads on from a step within its block, each with its name: outcomes, and actions that leave just this step.
    pub(super) fn edges(&self, name: &str) -> impl Iterator<Item = (String, &'d Target)> {
        let ending =
            self.endings.get(name).map(|ending| ending.open.as_slice()).unwrap_or_default();
        let outcomes = ending.iter().map(|o| (format!("{}={}", name, o.name), &o.target));
        let rests = self.endings.get(name).is_some_and(|ending| ending.rests);
        let acted = self.definition.actions.iter().filter(|_| rests).filter_map(|action| {
            let at = action.leaves.as_ref().is_some_and(|at| at.as_str() == name);
            action.target.as_ref().filter(|_| at).map(|to| (action.name.to_string(), to))
        });
        outcomes.chain(acted).collect::<Vec<_>>().into_iter()
    }

    /// Where actions lead that are made for leaving a step: they name it, and leave everything.
    fn escapes(&self, name: &str) -> impl Iterator<Item = &'d Target> {
        // Before the inside of a step is known, it may rest.
        let rests = self.endings.get(name).is_none_or(|ending| ending.rests);
        let made_for = |action: &&Action| {
            let bounded = action.once && !matches!(action.target, Some(Target::End(_)));
            action.leaves.is_none() && !bounded && action.during.iter().any(|s| s.as_str() == name)
        };
        let actions = self.definition.actions.iter().filter(|action| rests && made_for(action));
        actions.filter_map(|action| action.target.as_ref()).collect::<Vec<_>>().into_iter()
    }

    /// Whether an end lies ahead of something that leads to the main block.
    fn ends_ahead(&self, target: &'d Target) -> bool {
        let ahead = ahead(&self.definition.block, target);
        ahead.into_iter().any(|target| matches!(target, Target::End(_)))
    }

    /// Whether a branch beside the main block ends the workflow.
    fn is_limited(&self) -> bool {
        self.definition.background.iter().any(|beside| beside.step.ends_within())
    }

    /// Whether an action leaves just this step, or is made for leaving it.
    fn is_left(&self, step: &Step) -> bool {
        let at = |action: &Action| action.leaves.as_ref() == Some(&step.name);
        self.is_limited()
            || self.definition.actions.iter().any(at)
            || self.escapes(step.name.as_str()).any(|target| self.ends_ahead(target))
    }

    /// Finds the shortest way to every step, breadth first.
    fn follow(&mut self) {
        let mut queue: VecDeque<(&'d str, Option<&'d str>, String)> = VecDeque::new();
        // Steps of branches that run only as far as they get at once.
        let mut brief: Vec<&str> = Vec::new();
        let definition = self.definition;
        if let Target::Step(first) = &definition.start.to {
            queue.push_back((first.as_str(), None, String::new()));
        }
        let begins = |from: Option<&'d str>| {
            let begun = definition
                .background
                .iter()
                .filter(move |b| b.from.as_ref().map(Name::as_str) == from);
            begun.map(|beside| beside.step.name.as_str())
        };
        let leads = |during: Option<&'d str>| {
            let leads = definition.actions.iter().filter(move |action| match during {
                None => action.during.is_empty(),
                Some(step) => action.during.iter().any(|named| named.as_str() == step),
            });
            leads.filter(|action| action.leaves.is_none()).filter_map(|action| {
                match &action.target {
                    Some(Target::Step(to)) => Some((to.as_str(), action.name.to_string())),
                    Some(Target::End(_) | Target::Done(_)) | None => None,
                }
            })
        };
        queue.extend(begins(None).map(|name| (name, None, String::new())));
        // An action is only possible where the case comes to rest.
        let mut rested = false;
        while let Some((name, from, by)) = queue.pop_front() {
            if self.ways.contains_key(name) {
                continue;
            }
            let Some(place) = self.places.get(name).copied() else { continue };
            let name = place.step.name.as_str();
            self.ways.insert(name, (from, by));
            let briefly =
                place.owner.is_some_and(|(owner, _)| brief.contains(&owner.name.as_str()));
            let at_once = |target: &Target| {
                let instant = self.endings.get(name).map(|ending| ending.instant.as_slice());
                instant.unwrap_or_default().iter().any(|outcome| outcome.target == *target)
            };
            let edges = self.edges(name).filter(|(_, target)| !briefly || at_once(target));
            queue.extend(edges.filter_map(|(by, target)| match target {
                Target::Step(to) => Some((to.as_str(), Some(name), by)),
                Target::End(_) | Target::Done(_) => None,
            }));
            let left = self.endings.get(name).is_some_and(|ending| !ending.rests);
            if briefly || (left && !(runs_on(place.step) && self.comes_to_rest(name))) {
                brief.push(name);
            }
            for (branch, first, _, _) in inner(place.step) {
                queue.push_back((first.as_str(), Some(name), format!("{name}:{branch}")));
            }
            queue.extend(begins(Some(name)).map(|beside| (beside, Some(name), String::new())));
            let rests = !briefly && self.endings.get(name).is_some_and(|ending| ending.rests);
            if rests && !rested {
                rested = true;
                queue.extend(leads(None).map(|(to, by)| (to, None, by)));
            }
            let led = leads(Some(name)).filter(|_| rests);
            queue.extend(led.map(|(to, by)| (to, Some(name), by)));
        }
    }

    /// Whether the case can come to rest once a step has passed at once, rather than end.
    fn comes_to_rest(&self, step: &'d str) -> bool {
        let (mut seen, mut queue) = (vec![step], vec![step]);
        while let Some(ending) = queue.pop().and_then(|name| self.endings.get(name)) {
            for outcome in &ending.instant {
                match &outcome.target {
                    Target::Step(to) if seen.contains(&to.as_str()) => {}
                    Target::Step(to) => {
                        seen.push(to.as_str());
                        queue.push(to.as_str());
                    }
                    // The end of a branch ends what runs on in it.
                    Target::End(_) | Target::Done(_) => {}
                }
            }
        }
        seen.into_iter().any(|name| self.endings.get(name).is_some_and(|ending| ending.rests))
    }

    /// Whether nothing leads to a step because nobody can do one before it: that is told of the one before.
    pub(super) fn is_kept_from(&self, step: &Step) -> bool {
        let Some(place) = self.place_of(step.name.as_str()) else { return false };
        let shut = place.block.steps.iter().filter(|other| is_left_to_the_clock(other));
        let mut outcomes = shut
            .filter(|other| self.is_reached(other.name.as_str()))
            .flat_map(|other| other.outcomes.iter().filter(|outcome| !outcome.automatic));
        outcomes.any(|outcome| {
            let ahead = ahead(place.block, &outcome.target);
            ahead.contains(&&Target::Step(step.name.clone()))
        })
    }

    /// Whether anything leads to a step.
    pub(super) fn is_reached(&self, step: &str) -> bool {
        self.ways.contains_key(step)
    }

    /// The shortest way to a step: from the start, the outcomes and branches on it.
    pub(super) fn trace(&self, step: &str) -> Vec<String> {
        let (mut trace, mut at) = (Vec::new(), self.ways.get(step));
        while let Some((from, by)) = at {
            trace.extend((!by.is_empty()).then(|| by.clone()));
            at = from.and_then(|from| self.ways.get(from));
        }
        trace.push(String::from("start"));
        trace.reverse();
        trace
    }

    /// The step before on the shortest way to a step.
    pub(super) fn before(&self, step: &str) -> Option<&'d str> {
        self.ways.get(step).and_then(|(from, _)| *from)
    }

    pub(super) fn place_of(&self, step: &str) -> Option<Place<'d>> {
        self.places.get(step).copied()
    }

    pub(super) fn ending(&self, step: &str) -> Option<&Ending<'d>> {
        self.endings.get(step)
    }

    /// Every step that can be reached, in the order of the file.
    pub(super) fn reached(&self) -> impl Iterator<Item = &'d Step> {
        self.definition.steps().into_iter().filter(|step| self.is_reached(step.name.as_str()))
    }

    /// A step and those it is in, the innermost first.
    pub(super) fn around(&self, step: &str) -> Vec<&'d Step> {
        let (mut around, mut at) = (Vec::new(), self.place_of(step));
        while let Some(place) = at {
            around.push(place.step);
            at = place.owner.and_then(|(owner, _)| self.place_of(owner.name.as_str()));
        }
        around
    }
}

/// Whether only the clock ends a task, since nobody can do it: it asks the starter for somebody else than the starter.
/// One that nothing ends at all counts as done, so that what lies behind it is looked at all the same.
fn is_left_to_the_clock(step: &Step) -> bool {
    let StepKind::Task(task) = &step.kind else { return false };
    let nobody = matches!(task.by, By::Starter) && task.not_same_as.contains(&start_name());
    nobody && step.outcomes.iter().any(|outcome| expires(step, outcome))
}

/// The steps of a block from which its end can be reached, as far as the file shows.
pub(super) fn leading_out(block: &BlockDefinition) -> BTreeSet<Name> {
    let ends = |step: &Step| {
        step.ends_within()
            || step.outcomes.iter().any(|outcome| {
                let ahead = ahead(block, &outcome.target);
                ahead.into_iter().any(|target| match target {
                    Target::End(_) | Target::Done(_) => true,
                    Target::Step(to) => {
                        let next = block.steps.iter().find(|step| step.name == *to);
                        next.is_some_and(Step::ends_within)
                    }
                })
            })
    };
    block.steps.iter().filter(|step| ends(step)).map(|step| step.name.clone()).collect()
}

/// What lies ahead in a block: the targets that can be got to from one, itself included.
fn ahead<'d>(block: &'d BlockDefinition, from: &'d Target) -> Vec<&'d Target> {
    let (mut seen, mut queue) = (vec![from], vec![from]);
    while let Some(target) = queue.pop() {
        let Target::Step(name) = target else { continue };
        let step = block.steps.iter().find(|step| step.name == *name);
        for outcome in step.into_iter().flat_map(|step| &step.outcomes) {
            if !seen.contains(&&outcome.target) {
                seen.push(&outcome.target);
                queue.push(&outcome.target);
            }
        }
    }
    seen
}

/// The truth value an expression has whatever the data is, if that shows.
pub(super) fn constant(expression: &crate::expression::Expression) -> Option<bool> {
    match expression.constant() {
        Some(Value::Bool(value)) => Some(value),
        Some(_) | None => None,
    }
}

/// Whether a guard of an outcome is false whatever the data is.
pub(super) fn is_shut(outcome: &Outcome) -> bool {
    outcome.rules.iter().any(|rule| constant(&rule.when) == Some(false))
}

/// Whether an outcome is taken when its step is overdue.
fn expires(step: &Step, outcome: &Outcome) -> bool {
    step.due().and_then(|due| due.expire.as_ref()) == Some(&outcome.name)
}

/// Whether the clock or a quorum can ever take an outcome.
pub(super) fn occurs(step: &Step, outcome: &Outcome) -> bool {
    let quorum = if let StepKind::Task(task) = &step.kind { task.quorum.as_ref() } else { None };
    expires(step, outcome)
        || quorum.is_some_and(|quorum| {
            quorum.impossible.as_ref() == Some(&outcome.name)
                && !matches!(quorum.of, Electorate::Open)
        })
}
