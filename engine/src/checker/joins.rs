//! When branches are enough: goes through every order in which they may end, with every result they may have, as long
//! as that is few; past the bound it only counts.

use std::collections::{BTreeSet, HashSet};

use serde_json::{Map, Value as Json, json};

use super::outline::{Ending, constant, inner};
use crate::expression::{Binding, Environment, Expression, Value};
use crate::limits::CHECKED_ENDINGS_MAX;
use crate::model::definition::{BlockDefinition, Join, Outcome, Step, StepKind};
use crate::model::names::Name;

/// What a branch can come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Summary {
    /// The results it can end with.
    pub(super) results: BTreeSet<Name>,
    /// Those it can end with at once.
    pub(super) instant: BTreeSet<Name>,
    /// Whether it can come to rest before it ends.
    pub(super) rests: bool,
    /// Whether it can get where it can neither end nor be left.
    pub(super) trapped: bool,
}

/// What becomes of a join.
#[derive(Debug, Clone, Default)]
pub(super) struct Verdict {
    /// It can never be met.
    pub(super) never: bool,
    /// It may be left unmet by branches that are trapped.
    pub(super) strands: bool,
    /// Its own condition is never true.
    pub(super) idle_condition: bool,
}

/// How a step with branches can end.
pub(super) fn ending<'d>(
    step: &'d Step,
    choices: Vec<&'d Outcome>,
    stays: &dyn Fn(&'d Outcome) -> bool,
    summary: &dyn Fn(&'d BlockDefinition, &'d Name) -> Summary,
) -> Ending<'d> {
    let counted = inner(step).into_iter().filter(|(_, _, _, counted)| *counted);
    let parts: Vec<(String, Summary)> =
        counted.map(|(name, first, block, _)| (name.to_owned(), summary(block, first))).collect();
    let (join, in_turn, parts) = match &step.kind {
        StepKind::Parallel(parallel) => (&parallel.join, false, parts),
        StepKind::Each(each) => match items(&each.list) {
            Some(items) => {
                let of = parts.into_iter().map(|(_, summary)| summary).cycle().take(items);
                let named = of.enumerate().map(|(at, summary)| (format!("i{}", at + 1), summary));
                (&each.join, each.in_turn, named.collect())
            }
            None => return open_list(choices, &parts),
        },
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Wait(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => return Ending::default(),
    };
    let choices = choices.into_iter().map(|outcome| (outcome, stays(outcome))).collect();
    Search::new(step, choices, join, in_turn, parts).ending()
}

/// How many items a list has that is written out.
fn items(list: &Expression) -> Option<usize> {
    let Some(Value::List(list)) = list.constant() else { return None };
    match Value::List(list).to_json() {
        Json::Array(items) => Some(items.len()).filter(|items| *items > 0),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => None,
    }
}

/// A list may be empty: the step can pass at once, and anything may come of its results.
fn open_list<'d>(choices: Vec<&'d Outcome>, parts: &[(String, Summary)]) -> Ending<'d> {
    let ends = parts.iter().all(|(_, part)| !part.results.is_empty());
    let trapped = parts.iter().any(|(_, part)| part.trapped);
    let join = Verdict { never: !ends && trapped, strands: trapped, idle_condition: false };
    Ending { open: choices.clone(), instant: choices, rests: true, join }
}

/// The result of each branch that has ended.
type Endings = Vec<Option<Name>>;

struct Search<'d> {
    step: &'d Step,
    /// What may be chosen, and whether it can be whenever the step ends.
    choices: Vec<(&'d Outcome, bool)>,
    join: &'d Join,
    in_turn: bool,
    parts: Vec<(String, Summary)>,
    seen: HashSet<Endings>,
    met: Vec<Endings>,
    strands: bool,
    condition_held: bool,
}

impl<'d> Search<'d> {
    fn new(
        step: &'d Step,
        choices: Vec<(&'d Outcome, bool)>,
        join: &'d Join,
        in_turn: bool,
        parts: Vec<(String, Summary)>,
    ) -> Search<'d> {
        let (seen, met) = (HashSet::new(), Vec::new());
        let (strands, condition_held) = (false, false);
        Search { step, choices, join, in_turn, parts, seen, met, strands, condition_held }
    }

    fn ending(mut self) -> Ending<'d> {
        let begun = self.beginnings();
        let Some(begun) = begun.filter(|begun| self.explore(begun)) else { return self.counted() };
        let idle_condition = matches!(self.join, Join::When(_)) && !self.condition_held;
        let join = Verdict { never: self.met.is_empty(), strands: self.strands, idle_condition };
        // Where nothing is trapped, a branch ends the whole workflow.
        let trapped = self.parts.iter().any(|(_, part)| part.trapped);
        if join.never && !trapped {
            return Ending { rests: true, ..Ending::default() };
        }
        if join.never {
            return Ending { open: self.open(), instant: Vec::new(), rests: true, join };
        }
        let (at_once, later): (Vec<Endings>, Vec<Endings>) =
            begun.into_iter().partition(|endings| self.met.contains(endings));
        let rests = !later.is_empty();
        Ending { open: self.chosen(&self.met), instant: self.chosen(&at_once), rests, join }
    }

    /// What has ended when the first item comes to rest, one after the other.
    fn in_turn(&mut self) -> Vec<Endings> {
        let (mut begun, mut queue) = (Vec::new(), vec![vec![None; self.parts.len()]]);
        while let Some(endings) = queue.pop() {
            let next = endings.iter().position(Option::is_none);
            let Some(at) = next.filter(|_| !self.is_met(&endings).0) else {
                begun.push(endings);
                continue;
            };
            let part = &self.parts[at].1;
            queue.extend(part.instant.iter().map(|result| {
                let mut next = endings.clone();
                next[at] = Some(result.clone());
                next
            }));
            if part.rests || part.instant.is_empty() {
                begun.push(endings);
            }
            if queue.len() > CHECKED_ENDINGS_MAX {
                break;
            }
        }
        begun
    }

    /// What has ended when all branches have begun: some pass at once. `None` if that is too much to go through.
    fn beginnings(&mut self) -> Option<Vec<Endings>> {
        if self.in_turn {
            return Some(self.in_turn());
        }
        let mut begun: Vec<Endings> = vec![Vec::new()];
        for (_, part) in &self.parts {
            let at_once = part.instant.iter().map(|r| Some(r.clone()));
            let mut options: Vec<Option<Name>> = at_once.collect();
            if part.rests || options.is_empty() {
                options.push(None);
            }
            if begun.len() * options.len() > CHECKED_ENDINGS_MAX {
                return None;
            }
            let with = |so_far: &Endings| {
                let so_far = so_far.clone();
                let more = options.clone().into_iter();
                more.map(move |option| so_far.iter().cloned().chain([option]).collect::<Endings>())
                    .collect::<Vec<_>>()
            };
            begun = begun.iter().flat_map(with).collect();
        }
        Some(begun)
    }

    /// Follows every order of ends; false if that is too much.
    fn explore(&mut self, begun: &[Endings]) -> bool {
        let mut queue = begun.to_vec();
        while let Some(endings) = queue.pop() {
            if !self.seen.insert(endings.clone()) {
                continue;
            }
            if self.seen.len() > CHECKED_ENDINGS_MAX {
                return false;
            }
            let (met, unmet) = self.is_met(&endings);
            if met {
                self.met.push(endings.clone());
            }
            if unmet {
                let open: Vec<usize> =
                    (0..endings.len()).filter(|at| endings[*at].is_none()).collect();
                self.strands |= open.iter().all(|at| self.parts[*at].1.trapped);
                let next = open.into_iter().take(if self.in_turn { 1 } else { usize::MAX });
                for at in next {
                    let results = self.parts[at].1.results.iter();
                    queue.extend(results.map(|result| {
                        let mut next = endings.clone();
                        next[at] = Some(result.clone());
                        next
                    }));
                }
            }
        }
        true
    }

    /// Whether the join can be met, and whether it can be unmet, by these ends.
    fn is_met(&mut self, endings: &Endings) -> (bool, bool) {
        let ended = endings.iter().flatten().count();
        if ended == 0 {
            return (false, true);
        }
        let enough = match self.join {
            Join::All => Some(false),
            Join::Ended(need) => Some(ended as u64 >= u64::from(need.of(endings.len() as u32))),
            Join::When(when) => {
                let held = self.told(endings).truth(when);
                self.condition_held |= held != Some(false);
                held
            }
        };
        match (ended == endings.len(), enough) {
            (true, _) | (_, Some(true)) => (true, false),
            (false, Some(false)) => (false, true),
            (false, None) => (true, true),
        }
    }

    fn open(&self) -> Vec<&'d Outcome> {
        self.choices.iter().map(|(outcome, _)| *outcome).collect()
    }

    /// The outcomes that the rules choose among for some of these ends.
    fn chosen(&self, ends: &[Endings]) -> Vec<&'d Outcome> {
        let mut chosen: BTreeSet<&str> = BTreeSet::new();
        for endings in ends {
            let told = self.told(endings);
            for (outcome, stays) in self.choices.clone() {
                let truths = outcome.rules.iter().map(|rule| told.truth(&rule.when));
                let truths: Vec<Option<bool>> = truths.collect();
                if truths.contains(&Some(false)) {
                    continue;
                }
                chosen.insert(outcome.name.as_str());
                // Only what can be used up is ever left to the others.
                if stays && truths.iter().all(|truth| *truth == Some(true)) {
                    break;
                }
            }
        }
        self.step.outcomes.iter().filter(|o| chosen.contains(o.name.as_str())).collect()
    }

    fn told(&self, endings: &Endings) -> Told {
        let ended = self.parts.iter().zip(endings);
        let ended = ended.filter_map(|((name, _), end)| Some((name, end.as_ref()?.as_str())));
        let branches: Map<String, Json> =
            ended.clone().map(|(name, end)| (name.clone(), json!(end))).collect();
        let results = Json::Array(ended.map(|(_, end)| json!(end)).collect());
        Told { results, branches }
    }

    /// Where there are too many orders: only how many branches can end, and how many cannot be kept from it.
    fn counted(&self) -> Ending<'d> {
        let all = self.parts.len();
        let need = match self.join {
            Join::All | Join::When(_) => all,
            Join::Ended(need) => need.of(all as u32).try_into().unwrap_or(all).min(all),
        };
        let ending = self.parts.iter().filter(|(_, part)| !part.results.is_empty()).count();
        let safe = self.parts.iter().filter(|(_, part)| !part.trapped).count();
        let by_count = !matches!(self.join, Join::When(_));
        let (never, strands) = (by_count && ending < need && safe < all, by_count && safe < need);
        let join = Verdict { never, strands, idle_condition: false };
        Ending { open: self.open(), instant: self.open(), rests: true, join }
    }
}

/// What the outcomes of a step with branches see.
struct Told {
    results: Json,
    branches: Map<String, Json>,
}

impl Told {
    /// Whether a guard is true; `None` if it also looks at what is not known.
    fn truth(&self, guard: &Expression) -> Option<bool> {
        let names = guard.names();
        let known = |path: &String| {
            let root = path.split('.').next();
            matches!(root, Some("results" | "branches"))
        };
        if names.paths.is_empty() || !names.steps.is_empty() || !names.paths.iter().all(known) {
            return constant(guard);
        }
        match guard.evaluate(self) {
            Ok(Value::Bool(value)) => Some(value),
            Ok(_) | Err(_) => None,
        }
    }
}

impl Environment for Told {
    fn variable(&self, name: &str) -> Option<Binding<'_>> {
        match name {
            "results" => Some(Binding::Json(&self.results)),
            "branches" => Some(Binding::Record(&self.branches)),
            _ => None,
        }
    }
}
