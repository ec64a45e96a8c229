//! Years of work in one world: cases begin all through the years, the same people act on all of them, and the clock goes
//! from one thing that is due to the next, never past one. What must hold at the end is read from the log.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{DateTime, Months, TimeDelta, Utc};
use serde::Serialize;

use super::audit::Audit;
use super::chance::Chance;
use super::ground::Ground;
use super::hints::Hints;
use super::report::Trouble;
use super::run::{Run, Tried};
use super::script::Script;
use super::soundness::broken;
use crate::error::EngineError;
use crate::limits::SIMULATION_TRIES_PER_VISIT;
use crate::model::definition::Definition;
use crate::runtime::Clock;

/// The part of the seed that decides when cases begin and people come back; no run has this number.
const CALENDAR_OF_VISITS: u64 = u64::MAX;
/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// How much is to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearsPlan {
    /// How many years.
    pub years: u32,
    /// How many cases people start in them.
    pub cases: u32,
}

/// Years that are to be played, on a ground on which nothing else has happened.
pub struct Years {
    ground: Ground,
    begun: Vec<(Arc<Definition>, u32)>,
    script: Script,
    plan: YearsPlan,
}

/// What came of the years. Nothing in it was measured by the machine: the same seed gives the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearsReport {
    /// The seed of all chance.
    pub seed: u64,
    /// When they began.
    pub from: DateTime<Utc>,
    /// When they ended.
    pub until: DateTime<Utc>,
    /// Cases that people started.
    pub started: u64,
    /// Those and the cases they started in turn.
    pub cases: u64,
    /// How many of them are closed.
    pub closed: u64,
    /// People who acted, or could have.
    pub people: u64,
    /// Accepted acts of people and answers of handlers.
    pub acts: u64,
    /// Refused ones, by code.
    pub refused: BTreeMap<String, u64>,
    /// Timers that fired, each at its time, by what they do.
    pub timers: BTreeMap<&'static str, u64>,
    /// Events in the log.
    pub events: u64,
    /// The Merkle root over all of them.
    pub root: String,
}

impl Years {
    /// Years in which cases of these workflows begin, each as often as its weight says.
    ///
    /// # Errors
    /// `E-workflow-unknown`, or what the engine says to a person or an account.
    pub async fn of(
        ground: Ground,
        workflows: &[(&str, u32)],
        hints: Vec<Hints>,
        seed: u64,
        plan: YearsPlan,
    ) -> Result<Years, EngineError> {
        let (mut ground, mut begun) = (ground, Vec::new());
        for (workflow, weight) in workflows {
            begun.push((ground.engine().workflow(workflow, None).await?, *weight));
        }
        let definitions: Vec<_> = begun.iter().map(|(definition, _)| definition.clone()).collect();
        let script = Script::of(&mut ground, &definitions, hints, seed).await?;
        Ok(Years { ground, begun, script, plan })
    }

    /// Plays them, and holds what the log says against what must hold. `begun` is told of each case that people start.
    ///
    /// # Errors
    /// What did not hold.
    pub async fn play(&self, begun: &mut (dyn FnMut() + Send)) -> Result<YearsReport, Trouble> {
        let from = self.ground.clock().now();
        let until = from.checked_add_months(Months::new(self.plan.years.saturating_mul(12)));
        let until = until.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let mut play = Play::of(self, from, until);
        play.until(until, begun).await?;
        self.ground.go_to(until).await?;
        let open = std::mem::take(&mut play.open);
        open.into_values().for_each(|run| play.count(run));
        let Play { acts, refused, newcomers, known, .. } = play;
        let audit = Audit::of(self.ground.engine(), until).await?;
        if let Some(lost) = known.iter().find(|case| !audit.has(case)) {
            return Err(Trouble::Lost(lost.to_string()));
        }
        Ok(YearsReport {
            seed: self.script.seed,
            from,
            until,
            started: u64::from(self.plan.cases),
            cases: audit.cases(),
            closed: audit.closed(),
            people: self.script.cast.people.len() as u64 + newcomers,
            acts,
            refused,
            events: audit.events,
            root: audit.root.to_string(),
            timers: audit.timers,
        })
    }
}

/// Years that are being played.
struct Play<'y> {
    years: &'y Years,
    chance: Chance,
    /// When somebody starts or comes back to which run.
    visits: BTreeSet<(DateTime<Utc>, u64)>,
    open: BTreeMap<u64, Run<'y>>,
    known: BTreeSet<crate::model::names::CaseId>,
    acts: u64,
    refused: BTreeMap<String, u64>,
    /// The most that joined one run: they are the same people in all.
    newcomers: u64,
}

impl<'y> Play<'y> {
    fn of(years: &'y Years, from: DateTime<Utc>, until: DateTime<Utc>) -> Play<'y> {
        let mut chance = Chance::part(years.script.seed, CALENDAR_OF_VISITS);
        let minutes = (until - from).num_minutes();
        let cases = i64::from(years.plan.cases.max(1));
        let begin = |number: i64| {
            let first = minutes.saturating_mul(number) / cases;
            let minute = first + chance.between(0, minutes / cases);
            (from + TimeDelta::minutes(minute), number as u64)
        };
        let visits = (0..i64::from(years.plan.cases)).map(begin).collect();
        Play {
            years,
            chance,
            visits,
            open: BTreeMap::new(),
            known: BTreeSet::new(),
            acts: 0,
            refused: BTreeMap::new(),
            newcomers: 0,
        }
    }

    /// Goes from one visit or timer to the next.
    async fn until(
        &mut self,
        until: DateTime<Utc>,
        begun: &mut (dyn FnMut() + Send),
    ) -> Result<(), Trouble> {
        let ground = &self.years.ground;
        loop {
            let visit = self.visits.first().map(|(at, _)| *at);
            let timer = ground.engine().next_wake().await.map_err(broken)?;
            let next = visit.into_iter().chain(timer).min();
            let Some(at) = next.filter(|at| *at < until) else { return Ok(()) };
            ground.go_to(at).await?;
            if visit == Some(at)
                && let Some((_, number)) = self.visits.pop_first()
            {
                match self.open.remove(&number) {
                    Some(run) => self.go_on(number, run).await?,
                    None => {
                        self.begin(number).await?;
                        begun();
                    }
                }
            }
        }
    }

    async fn begin(&mut self, number: u64) -> Result<(), Trouble> {
        let years = self.years;
        let Some(definition) = self.workflow() else { return Ok(()) };
        let mut run = Run::of(&years.script, definition, years.ground.clone(), number);
        run.start().await?;
        self.come_back(number, run, years.ground.clock().now());
        Ok(())
    }

    fn workflow(&mut self) -> Option<&'y Arc<Definition>> {
        let begun = &self.years.begun;
        let mut at = self.chance.below(begun.iter().map(|(_, weight)| *weight as usize).sum());
        let chosen = begun.iter().find(|(_, weight)| {
            let here = at < *weight as usize;
            at = at.saturating_sub(*weight as usize);
            here
        });
        chosen.map(|(definition, _)| definition)
    }

    /// Somebody comes back to a run and does something with one of its cases.
    async fn go_on(&mut self, number: u64, run: Run<'y>) -> Result<(), Trouble> {
        let mut run = run;
        let mut from = self.years.ground.clock().now();
        run.follow().await?;
        for _ in 0..SIMULATION_TRIES_PER_VISIT {
            let Some(case) = run.one_open().await? else {
                self.count(run);
                return Ok(());
            };
            match run.turn(&case).await? {
                Tried::Accepted => break,
                Tried::Waiting(at) => {
                    from = from.max(at);
                    break;
                }
                Tried::Handled | Tried::Refused(_) | Tried::Skipped => {}
            }
        }
        self.come_back(number, run, from);
        Ok(())
    }

    /// Mostly on the same day, often within the week, seldom after weeks: so that what is due comes first now and then.
    fn come_back(&mut self, number: u64, run: Run<'y>, from: DateTime<Utc>) {
        let minutes = match self.chance.below(20) {
            0..=9 => self.chance.between(5, DAY / 3),
            10..=16 => self.chance.between(DAY, 5 * DAY),
            _ => self.chance.between(5 * DAY, 40 * DAY),
        };
        self.visits.insert((from + TimeDelta::minutes(minutes), number));
        self.open.insert(number, run);
    }

    /// Adds up what a run did.
    fn count(&mut self, run: Run<'y>) {
        self.known.extend(run.cases);
        self.acts += run.report.acts;
        self.newcomers = self.newcomers.max(run.report.newcomers);
        for (code, count) in run.report.refused {
            *self.refused.entry(code).or_default() += count;
        }
    }
}
