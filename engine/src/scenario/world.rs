//! A scenario on an engine of its own: a log in memory, a clock that only the scenario moves, ids that are counted. The
//! same file gives the same events.

use std::collections::BTreeMap;
use std::sync::Arc;

use dure_storage::{Explain, Lang, MemoryLog, MemoryStore, Source};

use super::codes;
use super::coverage::Coverage;
use super::line::Placed;
use super::play::{Played, Player};
use super::script::Scenario;
use super::trace;
use crate::error::EngineError;
use crate::language::{Diagnostic, Diagnostics, Span};
use crate::model::names::WorkflowRef;
use crate::model::people::{AbsenceRegistered, Person};
use crate::runtime::{CountedIds, Engine, EngineOptions, ManualClock};

/// A scenario that was played on an engine of its own.
#[derive(Debug)]
pub struct Run {
    /// What became of it.
    pub played: Played,
    /// What of its workflows it took.
    pub coverage: Coverage,
    /// How many events it recorded, those of its beginning included.
    pub events: u64,
}

/// Plays a scenario on an engine of its own.
///
/// # Errors
/// If a workflow it uses has mistakes, or the store failed. What did not go as it says is told in [`Played::found`].
pub async fn run(scenario: &Scenario) -> Result<Run, EngineError> {
    let clock = Arc::new(ManualClock::at(scenario.begins));
    let log = Arc::new(MemoryLog::new(Source("urn:dure:scenario".into())));
    let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
    let engine = Engine::open(log, Arc::new(MemoryStore::default()), options).await?;
    let played = match begin(&engine, scenario).await? {
        None => Player::new(&engine, scenario, Some(&clock)).play().await?,
        Some(diagnostic) => Played {
            lines: Vec::new(),
            cases: BTreeMap::new(),
            found: Diagnostics::new(&scenario.file, &scenario.text, [diagnostic]),
            guarded: Vec::new(),
        },
    };
    let coverage = covered(&engine, scenario, &played).await?;
    let events = engine.log().head().await?.size;
    Ok(Run { played, coverage, events })
}

/// Makes what the scenario begins with; gives what was refused of it.
async fn begin(engine: &Engine, scenario: &Scenario) -> Result<Option<Diagnostic>, EngineError> {
    for calendar in &scenario.calendars {
        let found = &calendar.value.found;
        let published = engine.adopt_calendar(&found.file, &found.text).await;
        if let Some(told) = told(published, calendar.place)? {
            return Ok(Some(told));
        }
    }
    for workflow in &scenario.workflows {
        engine.adopt(&workflow.found.file, &workflow.found.text).await?;
    }
    if let Some(told) = add_people(engine, &scenario.people).await? {
        return Ok(Some(told));
    }
    for account in &scenario.accounts {
        let opened = engine.open_account(account.value.clone(), None).await;
        if let Some(told) = told(opened, account.place)? {
            return Ok(Some(told));
        }
    }
    Ok(None)
}

async fn add_people(
    engine: &Engine,
    people: &[Placed<Person>],
) -> Result<Option<Diagnostic>, EngineError> {
    for person in people {
        let added = Person { absences: Vec::new(), ..person.value.clone() };
        if let Some(told) = told(engine.add_person(added, None).await, person.place)? {
            return Ok(Some(told));
        }
    }
    for person in people {
        for absence in &person.value.absences {
            let absence = absence.clone();
            let registered = AbsenceRegistered { absence, reason: None, by: None };
            let registered = engine.register_absence(&person.value.id, registered).await;
            if let Some(told) = told(registered, person.place)? {
                return Ok(Some(told));
            }
        }
    }
    Ok(None)
}

/// A refusal, told at its place in the scenario.
fn told<T>(done: Result<T, EngineError>, place: Span) -> Result<Option<Diagnostic>, EngineError> {
    match done {
        Ok(_) => Ok(None),
        Err(EngineError::Store(error)) => Err(error.into()),
        Err(error) => {
            let [ko, en] = [Lang::Ko, Lang::En]
                .map(|lang| format!("{}: {}", error.code(), error.explain(lang)));
            Ok(Some(Diagnostic::error(codes::SETUP, place, ko, en)))
        }
    }
}

async fn covered(
    engine: &Engine,
    scenario: &Scenario,
    played: &Played,
) -> Result<Coverage, EngineError> {
    let mut known = BTreeMap::new();
    let begun = scenario.workflows.iter();
    for workflow in begun.chain(scenario.lines.iter().filter_map(|line| line.deed.workflow())) {
        // What could not be begun has nothing published; a line may publish further versions.
        for version in engine.versions(&workflow.name).await? {
            let definition = engine.workflow(workflow.name.as_str(), Some(version)).await?;
            if definition.source.as_ref() == workflow.found.text {
                let reference: WorkflowRef = definition.reference.clone();
                known.insert(reference, (workflow.found.file.clone(), definition));
            }
        }
    }
    let definitions = known.iter().map(|(name, (_, d))| (name.clone(), d.clone())).collect();
    let taken = trace::taken(engine, &definitions, &played.guarded).await?;
    Ok(Coverage::of(known, taken))
}
