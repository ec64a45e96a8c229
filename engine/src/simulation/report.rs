//! What came of simulated runs: ends with counts, what was never taken, the longest and the shortest, and every
//! failure with the acts that led to it.

use std::collections::BTreeMap;

use dure_storage::Lang;
use serde::Serialize;

use super::soundness::broken;
use crate::error::EngineError;
use crate::limits::SIMULATION_FAILURES_TOLD;
use crate::model::definition::Definition;
use crate::model::names::Name;

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "detail")]
pub enum Trouble {
    /// Nobody could start a case: the last refusal.
    NotStarted(String),
    /// It had not ended after as many acts as a run may have.
    Endless(usize),
    /// Nothing could be done any more: what was active.
    Stuck(String),
    /// The clock could not do what is due.
    ClockRefused(String),
    /// A case has neither a holder nor a next wake-up, or its history contradicts itself.
    Unsound(String),
    /// A closed case has something left: a task, a timer, a reservation.
    LeftOver(String),
    /// An account lies below its floor.
    BelowFloor(String),
    /// The stored events fold to another state.
    FoldsDifferently(String),
    /// A timer did not fire when it was due.
    Late(String),
    /// A case is not where it must be.
    Lost(String),
    /// A form that is not allowed, or a refused act, changed something.
    RefusalChanged(String),
    /// A line of a story was refused.
    Story(String),
    /// The store or a definition failed.
    Broken(String),
}

/// A failed run, with everything that is needed to see it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The run; with the seed it comes again.
    pub run: u64,
    /// Why.
    pub trouble: Trouble,
    /// What was accepted until then.
    pub acts: Vec<String>,
}

/// What came of one run.
#[derive(Debug, Clone, Default)]
pub struct RunReport {
    /// Its number.
    pub run: u64,
    /// The end it reached.
    pub end: Option<Name>,
    /// Accepted acts, those of the clock not counted.
    pub acts: u64,
    /// Timers that fired.
    pub timers: u64,
    /// Days from start to end.
    pub days: i64,
    /// Cases: the one that was started, and those it started in turn.
    pub cases: u64,
    /// People who joined because rules of four eyes had used up everybody else.
    pub newcomers: u64,
    /// Refused acts, by code.
    pub refused: BTreeMap<String, u64>,
    /// Step and outcome to how often it was taken, in the workflow itself.
    pub taken: BTreeMap<(Name, Name), u64>,
    /// Action to how often it was taken, in the workflow itself.
    pub actions: BTreeMap<Name, u64>,
    /// Why it failed.
    pub failure: Option<Failure>,
}

impl RunReport {
    /// Of a run that could not even begin.
    pub(super) fn broken(run: u64, error: EngineError) -> RunReport {
        let failure = Failure { run, trouble: broken(error), acts: Vec::new() };
        RunReport { run, failure: Some(failure), ..RunReport::default() }
    }
}

/// The least, the most and the sum of a number over all runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Spread {
    /// In the run with the fewest.
    pub least: i64,
    /// In the run with the most.
    pub most: i64,
    /// In all runs together.
    pub sum: i64,
}

/// An outcome of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepOutcome {
    /// The step.
    pub step: Name,
    /// The outcome.
    pub outcome: Name,
}

/// What came of all runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The workflow.
    pub workflow: String,
    /// The seed of all chance.
    pub seed: u64,
    /// How many runs there were.
    pub runs: u64,
    /// How many of them failed.
    pub failed: u64,
    /// End to how many runs reached it; every end is there.
    pub ends: BTreeMap<Name, u64>,
    /// Accepted acts of a run.
    pub acts: Spread,
    /// Timers that fired in a run.
    pub timers: Spread,
    /// Days from start to end of a run.
    pub days: Spread,
    /// Cases of a run.
    pub cases: Spread,
    /// People who joined a run because rules of four eyes had used up everybody else.
    pub newcomers: Spread,
    /// Refused acts, by code.
    pub refused: BTreeMap<String, u64>,
    /// Steps no run was ever through.
    pub steps_never_taken: Vec<Name>,
    /// Outcomes no run ever took, of the other steps.
    pub outcomes_never_taken: Vec<StepOutcome>,
    /// Actions no run ever took.
    pub actions_never_taken: Vec<Name>,
    /// The first failures.
    pub failures: Vec<Failure>,
}

impl Report {
    /// The report of these runs.
    pub fn of(definition: &Definition, seed: u64, mut runs: Vec<RunReport>) -> Report {
        runs.sort_by_key(|run| run.run);
        let mut ends: BTreeMap<Name, u64> =
            definition.ends.iter().map(|end| (end.name.clone(), 0)).collect();
        let (mut taken, mut actions, mut refused) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for run in &runs {
            run.end.iter().for_each(|end| *ends.entry(end.clone()).or_default() += 1);
            add(&mut taken, &run.taken);
            add(&mut actions, &run.actions);
            add(&mut refused, &run.refused);
        }
        let (steps_never_taken, outcomes_never_taken) = never(definition, &taken);
        let untaken = definition.actions.iter().map(|action| action.name.clone());
        let failures: Vec<Failure> = runs.iter().filter_map(|run| run.failure.clone()).collect();
        Report {
            workflow: definition.reference.to_string(),
            seed,
            runs: runs.len() as u64,
            failed: failures.len() as u64,
            ends,
            acts: spread(&runs, |run| run.acts as i64),
            timers: spread(&runs, |run| run.timers as i64),
            days: spread(&runs, |run| run.days),
            cases: spread(&runs, |run| run.cases as i64),
            newcomers: spread(&runs, |run| run.newcomers as i64),
            refused,
            steps_never_taken,
            outcomes_never_taken,
            actions_never_taken: untaken.filter(|name| !actions.contains_key(name)).collect(),
            failures: failures.into_iter().take(SIMULATION_FAILURES_TOLD).collect(),
        }
    }
}

fn add<K: Ord + Clone>(sums: &mut BTreeMap<K, u64>, more: &BTreeMap<K, u64>) {
    more.iter().for_each(|(key, count)| *sums.entry(key.clone()).or_default() += count);
}

fn spread(runs: &[RunReport], number: impl Fn(&RunReport) -> i64) -> Spread {
    let numbers = || runs.iter().map(&number);
    Spread {
        least: numbers().min().unwrap_or(0),
        most: numbers().max().unwrap_or(0),
        sum: numbers().sum(),
    }
}

/// Steps that were never taken, and of the others the outcomes.
fn never(
    definition: &Definition,
    taken: &BTreeMap<(Name, Name), u64>,
) -> (Vec<Name>, Vec<StepOutcome>) {
    let (mut steps, mut outcomes) = (Vec::new(), Vec::new());
    for step in definition.steps() {
        if !taken.keys().any(|(known, _)| *known == step.name) {
            steps.push(step.name.clone());
            continue;
        }
        let never = step.outcomes.iter().map(|outcome| (step.name.clone(), outcome.name.clone()));
        let never = never.filter(|pair| !taken.contains_key(pair));
        outcomes.extend(never.map(|(step, outcome)| StepOutcome { step, outcome }));
    }
    (steps, outcomes)
}

impl From<EngineError> for Trouble {
    fn from(error: EngineError) -> Trouble {
        broken(error)
    }
}

impl Trouble {
    /// What is wrong, in one sentence.
    pub fn explain(&self, lang: Lang) -> String {
        let (ko, en, detail): (&str, &str, String) = match self {
            Trouble::NotStarted(detail) => {
                ("아무도 건을 시작할 수 없음", "nobody could start a case", detail.clone())
            }
            Trouble::Endless(acts) => (
                "정한 처리 횟수 안에 끝나지 않음",
                "it had not ended after as many acts as a run may have",
                acts.to_string(),
            ),
            Trouble::Stuck(detail) => {
                ("더 할 수 있는 일이 없음", "nothing could be done any more", detail.clone())
            }
            Trouble::ClockRefused(detail) => {
                ("기한 처리가 거절됨", "the clock could not do what is due", detail.clone())
            }
            Trouble::Unsound(detail) => (
                "진행 중인 건에 담당도 다음 시각도 없거나 기록이 맞지 않음",
                "an open case has neither a holder nor a next wake-up, or contradicts itself",
                detail.clone(),
            ),
            Trouble::LeftOver(detail) => {
                ("끝난 건에 남은 것이 있음", "a closed case has something left", detail.clone())
            }
            Trouble::BelowFloor(detail) => {
                ("계정이 하한 아래임", "an account lies below its floor", detail.clone())
            }
            Trouble::FoldsDifferently(detail) => (
                "저장된 기록을 합치면 다른 상태가 됨",
                "the stored events fold to another state",
                detail.clone(),
            ),
            Trouble::Late(detail) => {
                ("기한 처리가 늦음", "a timer did not fire when it was due", detail.clone())
            }
            Trouble::Lost(detail) => ("건이 없어짐", "a case is missing", detail.clone()),
            Trouble::RefusalChanged(detail) => (
                "받아들이지 말아야 할 요청이 무엇인가를 바꿈",
                "what must be refused changed something",
                detail.clone(),
            ),
            Trouble::Story(detail) => {
                ("이야기의 한 줄이 거절됨", "a line of a story was refused", detail.clone())
            }
            Trouble::Broken(detail) => {
                ("저장소나 정의에 문제가 있음", "the store or a definition failed", detail.clone())
            }
        };
        match lang {
            Lang::Ko => format!("{ko}: {detail}"),
            Lang::En => format!("{en}: {detail}"),
        }
    }
}
