//! Playing a scenario on an engine, as its people would. Every line carries an idempotency key, so playing it again on
//! the same log records nothing. The first line that does not go as it says ends the play: the rest would rest on it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{Explain, Lang};

use super::codes;
use super::judge::difference;
use super::line::{Act, Deed, Line, MAIN_CASE, Published, When};
use super::script::{CalendarFile, Scenario, WorkflowFile};
use super::staffing;
use super::trace::Guarded;
use crate::error::EngineError;
use crate::language::{Diagnostic, Diagnostics};
use crate::limits::SCENARIO_TIMERS_PER_LINE_MAX;
use crate::model::case::{Case, Waits};
use crate::model::names::{CaseId, Name, PersonId};
use crate::model::refusal::{OutsideFault, Why};
use crate::runtime::{
    Accepted, ActOf, ActionRequest, AnswerRequest, CompleteRequest, Engine, ManualClock,
    MessageRequest, MigrationMode, StartRequest, TaskRequest,
};
use crate::time;

/// A played scenario.
#[derive(Debug)]
pub struct Played {
    /// What became of each line that was played.
    pub lines: Vec<PlayedLine>,
    /// The cases that have a name, as they are now.
    pub cases: BTreeMap<Name, Arc<Case>>,
    /// What did not go as the scenario says.
    pub found: Diagnostics,
    /// The guards that refused somebody.
    pub(super) guarded: Vec<Guarded>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlayedLine {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub result: LineResult,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineResult {
    /// It was accepted and recorded.
    Recorded,
    /// It had been recorded before.
    Repeated,
    /// It was refused, as the scenario says it must be.
    Refused,
    /// Time passed, and nobody did anything.
    Passed,
    /// It did not go as the scenario says.
    Failed,
}

impl LineResult {
    /// The result as a word, for JSON.
    pub fn word(self) -> &'static str {
        match self {
            LineResult::Recorded => "recorded",
            LineResult::Repeated => "repeated",
            LineResult::Refused => "refused",
            LineResult::Passed => "passed",
            LineResult::Failed => "failed",
        }
    }
}

/// Plays a scenario on an engine that has its workflows and its people, at the times its lines name.
///
/// # Errors
/// If the store failed. What did not go as the scenario says is told in [`Played::found`].
pub async fn play(engine: &Engine, scenario: &Scenario) -> Result<Played, EngineError> {
    Player::new(engine, scenario, None).play().await
}

/// A scenario that is being played.
pub(crate) struct Player<'a> {
    engine: &'a Engine,
    scenario: &'a Scenario,
    /// The clock of the engine, if the scenario may move it.
    clock: Option<&'a ManualClock>,
    now: DateTime<Utc>,
    cases: BTreeMap<Name, CaseId>,
    /// Whether the line before had been recorded in an earlier play: what comes of a line cannot be judged then.
    repeated: bool,
    found: Vec<Diagnostic>,
    guarded: Vec<Guarded>,
}

/// A line cannot be played: it is told, and the play ends.
struct Stop(Diagnostic);

impl<'a> Player<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        scenario: &'a Scenario,
        clock: Option<&'a ManualClock>,
    ) -> Player<'a> {
        Player {
            engine,
            scenario,
            clock,
            now: scenario.begins,
            cases: BTreeMap::new(),
            repeated: false,
            found: Vec::new(),
            guarded: Vec::new(),
        }
    }

    /// One that leaves the clock to others.
    pub(crate) fn on(engine: &'a Engine, scenario: &'a Scenario) -> Player<'a> {
        Player::new(engine, scenario, None)
    }

    /// The name of what is played.
    pub(crate) fn name(&self) -> &'a Name {
        &self.scenario.name
    }

    /// A line, counted from 0.
    pub(crate) fn line_at(&self, index: usize) -> Option<&'a Line> {
        self.scenario.lines.get(index)
    }

    /// Does what a line says, counted from 1, and holds nothing against what it expects.
    pub(crate) async fn tell(&mut self, number: usize, line: &Line) -> Result<(), EngineError> {
        self.now = self.due(line).await?;
        if let Some(accepted) = self.done(number, line).await?
            && let Deed::Start { .. } = line.deed
        {
            self.cases.insert(line.case.clone(), accepted.case.id.clone());
        }
        for names in &line.names {
            let case = self.engine.case(&self.case(line)?).await?;
            let linked = case.links.iter().rfind(|known| known.link == names.value.link);
            let linked = linked.ok_or(Why::CaseUnknown)?;
            self.cases.insert(names.value.case.clone(), linked.case.clone());
        }
        Ok(())
    }

    pub(super) async fn play(mut self) -> Result<Played, EngineError> {
        let mut lines = Vec::with_capacity(self.scenario.lines.len());
        for (index, line) in self.scenario.lines.iter().enumerate() {
            let result = match self.line(index + 1, line).await? {
                Ok(result) => result,
                Err(Stop(diagnostic)) => {
                    self.found.push(diagnostic);
                    LineResult::Failed
                }
            };
            lines.push(PlayedLine { at: self.now, result });
            if result == LineResult::Failed {
                break;
            }
        }
        let mut cases = BTreeMap::new();
        for (name, id) in &self.cases {
            cases.insert(name.clone(), self.engine.case(id).await?);
        }
        let Scenario { file, text, .. } = self.scenario;
        let found = Diagnostics::new(file, text, self.found);
        Ok(Played { lines, cases, found, guarded: self.guarded })
    }

    async fn line(
        &mut self,
        number: usize,
        line: &Line,
    ) -> Result<Result<LineResult, Stop>, EngineError> {
        if let Err(stop) = self.time_passes(line).await? {
            return Ok(Err(stop));
        }
        let done = match self.done(number, line).await {
            Err(EngineError::Store(error)) => return Err(error.into()),
            done => done,
        };
        let result = match self.judged(line, done).await? {
            Ok(result) => result,
            Err(stop) => return Ok(Err(stop)),
        };
        if let Err(stop) = self.named(line).await? {
            return Ok(Err(stop));
        }
        if !self.repeated {
            self.expected(line).await?;
        }
        Ok(Ok(result))
    }

    /// Goes to the time of a line, and lets every timer fire on the way at its own time.
    async fn time_passes(&mut self, line: &Line) -> Result<Result<(), Stop>, EngineError> {
        let Some(at) = &line.at else { return Ok(Ok(())) };
        let wanted = match self.due(line).await {
            Ok(wanted) => wanted,
            Err(EngineError::Store(error)) => return Err(error.into()),
            Err(error) => {
                let told = [Lang::Ko, Lang::En].map(|lang| error.explain(lang));
                return Ok(Err(Stop::at(at.place, codes::TIME, told)));
            }
        };
        if wanted < self.now {
            let times = [wanted, self.now].map(|at| time::shown(self.scenario.calendar(), at));
            let [wanted, now] = times;
            let ko = format!("{wanted}은 앞줄의 때 {now}보다 이릅니다");
            let en = format!("{wanted} lies before {now}, the time of the line before");
            return Ok(Err(Stop::at(at.place, codes::TIME, [ko, en])));
        }
        self.now = wanted;
        match self.clock {
            Some(clock) => match self.timers_fire(clock).await {
                Err(EngineError::Store(error)) => Err(error.into()),
                Err(error) => Ok(Err(refused(at.place, &error))),
                Ok(()) => Ok(Ok(())),
            },
            None => Ok(Ok(())),
        }
    }

    /// When a line happens.
    pub(crate) async fn due(&self, line: &Line) -> Result<DateTime<Utc>, EngineError> {
        match line.at.as_ref().map(|at| at.value) {
            None => Ok(self.now),
            Some(When::At(at)) => Ok(at),
            Some(When::After(span)) => {
                let calendar = match self.scenario.calendar() {
                    Some(calendar) => Some(self.engine.calendar(&calendar.name, None).await?),
                    None => None,
                };
                Ok(time::after(calendar.as_deref(), self.now, span)?)
            }
        }
    }

    async fn timers_fire(&self, clock: &ManualClock) -> Result<(), EngineError> {
        for _ in 0..SCENARIO_TIMERS_PER_LINE_MAX {
            match self.engine.next_wake().await? {
                Some(next) if next <= self.now => clock.go_to(next),
                Some(_) | None => {
                    clock.go_to(self.now);
                    return Ok(());
                }
            }
            self.engine.tick().await?;
        }
        Err(Why::Contended { attempts: SCENARIO_TIMERS_PER_LINE_MAX }.into())
    }

    async fn done(&self, number: usize, line: &Line) -> Result<Option<Accepted>, EngineError> {
        let act = || self.act_of(number, &line.act);
        let accepted = match &line.deed {
            Deed::Nothing => return Ok(None),
            Deed::Start { workflow, id } => {
                let (workflow, case) = (workflow.to_string(), id.clone());
                self.engine.start(StartRequest { workflow, case, act: act() }).await
            }
            Deed::Complete { step, outcome } => {
                let (case, step, outcome) = (self.case(line)?, step.clone(), outcome.clone());
                let request = CompleteRequest { case, step, outcome, expected: None, act: act() };
                self.engine.complete(request).await
            }
            Deed::Act { action } => {
                let (case, action) = (self.case(line)?, action.clone());
                self.engine.act(ActionRequest { case, action, expected: None, act: act() }).await
            }
            Deed::Send { message } => {
                let (case, message) = (self.case(line)?, message.clone());
                self.engine.send(MessageRequest { case, message, act: act() }).await
            }
            Deed::Change { step, change } => {
                let (case, step, change) = (self.case(line)?, step.clone(), change.clone());
                let request = TaskRequest { case, step, change, expected: None, act: act() };
                self.engine.change_task(request).await
            }
            // What a handler did in an earlier play cannot be done again: its step is over, or its pause runs.
            Deed::Answer { .. } | Deed::Fail { .. } if self.repeated => return Ok(None),
            Deed::Answer { step, outcome } => self.answer(line, step, outcome).await,
            Deed::Retry { step } => {
                let case = self.case(line)?;
                self.engine.retry_effect(&case, step, act()).await
            }
            Deed::Fail { step, error, for_good } => {
                let case = self.case(line)?;
                self.engine.fail_at(&case, step, error.clone(), *for_good).await?;
                return Ok(None);
            }
            Deed::Staff { person, change } => {
                let at = line.act.happened.unwrap_or(self.now);
                staffing::change(self.engine, person, change, &line.act, at).await?;
                return Ok(None);
            }
            Deed::Publish(published) => {
                self.publish(published).await?;
                return Ok(None);
            }
            Deed::Migrate { plan, completable_only } => {
                let plan = self.engine.migration_plan(&plan.file, &plan.text).await?;
                let completable_only = *completable_only;
                let mode = MigrationMode::Apply { by: act().by, completable_only };
                self.engine.migrate(&plan, &mode, &mut |_| {}).await?;
                return Ok(None);
            }
            Deed::MoveDues { calendar } => {
                self.engine.move_dues(&self.case(line)?, calendar).await?;
                return Ok(None);
            }
        };
        accepted.map(Some)
    }

    async fn publish(&self, published: &Published) -> Result<(), EngineError> {
        match published {
            Published::Calendar(CalendarFile { found, .. }) => {
                self.engine.publish_calendar(&found.file, &found.text, None).await.map(|_| ())
            }
            Published::Workflow(WorkflowFile { found, .. }) => {
                self.engine.publish(&found.file, &found.text, None).await.map(|_| ())
            }
        }
    }

    fn act_of(&self, number: usize, act: &Act) -> ActOf {
        let Act { by, on_behalf_of, deputy_of, reason, form, happened } = act.clone();
        // Reading a line makes sure that somebody acts; nobody is known by this name.
        let nobody = || PersonId::new("nobody").expect("`nobody` has the form of a person's id");
        ActOf {
            by: by.unwrap_or_else(nobody),
            form,
            reason,
            on_behalf_of,
            deputy_of,
            occurred_at: Some(happened.unwrap_or(self.now)),
            idempotency_key: Some(format!("{}/{number}", self.scenario.name)),
        }
    }

    fn case(&self, line: &Line) -> Result<CaseId, EngineError> {
        Ok(self.cases.get(&line.case).cloned().ok_or(Why::CaseUnknown)?)
    }

    async fn answer(
        &self,
        line: &Line,
        step: &str,
        outcome: &str,
    ) -> Result<Accepted, EngineError> {
        let id = self.case(line)?;
        let case = self.engine.case(&id).await?;
        let waiting = case.running().into_iter().find_map(|running| match running.step.waits {
            Waits::Auto { entry, .. } if running.path.answers_to(step) => {
                Some((running.path, entry))
            }
            Waits::Auto { .. }
            | Waits::Task { .. }
            | Waits::Event { .. }
            | Waits::Branches(_)
            | Waits::Call(_) => None,
        });
        let late = || Why::Outside(OutsideFault::AnswerLate { step: step.to_owned() });
        let (step, entry) = waiting.ok_or_else(late)?;
        let (outcome, form) = (outcome.to_owned(), line.act.form.clone());
        self.engine.answer(AnswerRequest { case: id, step, entry, outcome, form }).await
    }

    /// Holds what happened against what the line says should happen.
    async fn judged(
        &mut self,
        line: &Line,
        done: Result<Option<Accepted>, EngineError>,
    ) -> Result<Result<LineResult, Stop>, EngineError> {
        let result = match (&line.refused, done) {
            (Some(_), _) if self.repeated => LineResult::Refused,
            (None, Ok(None)) => LineResult::Passed,
            (None, Ok(Some(accepted))) => {
                self.repeated = accepted.repeated;
                if let Deed::Start { .. } = line.deed {
                    self.cases.insert(line.case.clone(), accepted.case.id.clone());
                }
                match accepted.repeated {
                    true => LineResult::Repeated,
                    false => LineResult::Recorded,
                }
            }
            (None, Err(error)) => return Ok(Err(refused(line.place, &error))),
            (Some(wanted), Ok(_)) => {
                let code = &wanted.value.code;
                let ko = format!("{code} 코드로 거절되어야 하는데 받아들여졌습니다");
                let en = format!("should be refused as {code}, was accepted");
                return Ok(Err(Stop::at(wanted.place, codes::ACCEPTED, [ko, en])));
            }
            (Some(wanted), Err(error)) => {
                let told = [Lang::Ko, Lang::En].map(|lang| error.explain(lang));
                if !wanted.value.is(error.code(), [&told[0], &told[1]]) {
                    return Ok(Err(Stop::otherwise(wanted, &error)));
                }
                let guarded = Guarded::of(self.engine, self.cases.get(&line.case), line, &error);
                self.guarded.extend(guarded.await?);
                LineResult::Refused
            }
        };
        Ok(Ok(result))
    }

    /// Gives names to cases that the case of the line has started.
    async fn named(&mut self, line: &Line) -> Result<Result<(), Stop>, EngineError> {
        for names in &line.names {
            let case = self.engine.case(&self.case(line)?).await?;
            let (link, place) = (&names.value.link, names.place);
            let Some(linked) = case.links.iter().rfind(|known| known.link == *link) else {
                let ko = format!("`{link}` 이름으로 이어진 건이 없습니다");
                let en = format!("no case is linked as `{link}`");
                return Ok(Err(Stop::at(place, codes::DIFFERS, [ko, en])));
            };
            self.cases.insert(names.value.case.clone(), linked.case.clone());
        }
        Ok(Ok(()))
    }

    async fn expected(&mut self, line: &Line) -> Result<(), EngineError> {
        if line.expect.is_empty() {
            return Ok(());
        }
        let case = match self.cases.get(&line.case) {
            Some(id) => Some(self.engine.case(id).await?),
            None => None,
        };
        for expected in &line.expect {
            let what = &expected.what;
            let differs = difference(self.engine, self.scenario, case.as_deref(), what).await?;
            let Some(differs) = differs else { continue };
            let (of, expected_value, actual) = (differs.of, differs.expected, differs.actual);
            let ko = format!("{of}: 기대한 것은 {expected_value}, 실제는 {actual}");
            let en = format!("{of}: expected {expected_value}, was {actual}");
            self.found.push(Diagnostic::error(codes::DIFFERS, expected.place, ko, en));
        }
        Ok(())
    }
}

fn refused(place: crate::language::Span, error: &EngineError) -> Stop {
    let code = error.code();
    let ko = format!("받아들여져야 하는데 거절되었습니다. {code}: {}", error.explain(Lang::Ko));
    let en = format!("should be accepted, was refused. {code}: {}", error.explain(Lang::En));
    Stop::at(place, codes::REFUSED, [ko, en])
}

impl Stop {
    fn at(place: crate::language::Span, code: dure_storage::Code, told: [String; 2]) -> Stop {
        let [ko, en] = told;
        Stop(Diagnostic::error(code, place, ko, en))
    }

    fn otherwise(wanted: &super::line::Placed<super::line::Refused>, error: &EngineError) -> Stop {
        let super::line::Refused { code, says } = &wanted.value;
        let says = says.as_ref().map(|says| format!(" “{says}”")).unwrap_or_default();
        let (was, ko, en) = (error.code(), error.explain(Lang::Ko), error.explain(Lang::En));
        let ko = format!("{code}{says} 거절이어야 하는데 {was} 거절입니다: {ko}");
        let en = format!("should be refused as {code}{says}, was refused as {was}: {en}");
        Stop::at(wanted.place, codes::OTHERWISE, [ko, en])
    }
}

impl Played {
    /// The case of a scenario that has one only.
    pub fn case(&self) -> Option<&Arc<Case>> {
        self.cases.get(MAIN_CASE)
    }

    /// Whether everything went as the scenario says.
    pub fn passed(&self) -> bool {
        self.found.is_empty()
    }

    /// Whether nothing new was recorded.
    pub fn repeated(&self) -> bool {
        self.lines.iter().all(|line| line.result != LineResult::Recorded)
    }
}
