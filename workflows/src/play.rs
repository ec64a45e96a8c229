//! Playing a sample on an engine, as its people would. Every line carries an idempotency key, so playing it
//! again records nothing.

use std::sync::Arc;

use dure_engine::model::case::Case;
use dure_engine::{
    Accepted, ActOf, ActionRequest, CompleteRequest, Engine, EngineError, StartRequest,
};
use dure_storage::Explain;

use crate::sample::{Deed, Line, Sample};

/// A played sample.
#[derive(Debug)]
pub struct Played {
    /// The case as it is now.
    pub case: Arc<Case>,
    /// What became of each line.
    pub lines: Vec<PlayedLine>,
}

/// What became of a line.
#[derive(Debug, Clone)]
pub struct PlayedLine {
    /// The line.
    pub line: Line,
    /// What became of it.
    pub result: LineResult,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineResult {
    /// It was accepted and recorded.
    Recorded,
    /// It had been recorded before.
    Repeated,
    /// It was refused, as the sample says it must be.
    Refused,
}

/// Why a sample could not be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// A line was refused that should be accepted.
    #[error("{sample}, line {line}: {error}")]
    Refused {
        /// The sample.
        sample: String,
        /// The line, from 1.
        line: usize,
        /// Why.
        error: EngineError,
    },
    /// A line was accepted, or refused with another code, where the sample asks for a refusal.
    #[error("{sample}, line {line}: should be refused as {wanted}, was {was}")]
    NotRefused {
        /// The sample.
        sample: String,
        /// The line, from 1.
        line: usize,
        /// The code asked for.
        wanted: String,
        /// What happened instead.
        was: String,
    },
    /// A line says nothing or too much, or the sample does not begin with a start.
    #[error(
        "{sample}, line {line}: has not exactly one of `start`, `do`, `action`, or does not begin with `start`"
    )]
    Unclear {
        /// The sample.
        sample: String,
        /// The line, from 1.
        line: usize,
    },
}

impl Played {
    /// Whether nothing new was recorded.
    pub fn repeated(&self) -> bool {
        self.lines.iter().all(|line| line.result != LineResult::Recorded)
    }
}

/// Plays a sample from its first line to its last.
///
/// # Errors
/// The first line that did not go as the sample says.
pub async fn play(engine: &Engine, sample: &Sample) -> Result<Played, PlayError> {
    let mut case: Option<Arc<Case>> = None;
    let mut lines = Vec::with_capacity(sample.lines.len());
    for (index, line) in sample.lines.iter().enumerate() {
        let at = Place { sample, number: index + 1 };
        let done = one(engine, &at, line, case.as_deref()).await?;
        let result = at.judge(line, done)?;
        lines.push(PlayedLine { line: line.clone(), result: result.0 });
        case = result.1.or(case);
    }
    let case = case.ok_or_else(|| Place { sample, number: 1 }.unclear())?;
    Ok(Played { case, lines })
}

struct Place<'a> {
    sample: &'a Sample,
    number: usize,
}

async fn one(
    engine: &Engine,
    at: &Place<'_>,
    line: &Line,
    case: Option<&Case>,
) -> Result<Result<Accepted, EngineError>, PlayError> {
    let act = ActOf {
        by: line.by.clone(),
        form: line.form.clone(),
        reason: line.reason.clone(),
        on_behalf_of: line.on_behalf_of.clone(),
        deputy_of: None,
        occurred_at: Some(line.at),
        idempotency_key: Some(format!("{}/{}", at.sample.name, at.number)),
    };
    let case_id = || case.map(|case| case.id.clone()).ok_or_else(|| at.unclear());
    let deed = line.deed().ok_or_else(|| at.unclear())?;
    Ok(match deed {
        Deed::Start(form) => {
            let act = ActOf { form: form.clone(), ..act };
            let workflow = at.sample.workflow.clone();
            engine.start(StartRequest { workflow, case: None, act }).await
        }
        Deed::Complete(step, outcome) => {
            let (step, outcome) = (step.to_owned(), outcome.to_owned());
            let request = CompleteRequest { case: case_id()?, step, outcome, expected: None, act };
            engine.complete(request).await
        }
        Deed::Act(action) => {
            let action = action.to_owned();
            engine.act(ActionRequest { case: case_id()?, action, expected: None, act }).await
        }
    })
}

impl Place<'_> {
    fn unclear(&self) -> PlayError {
        PlayError::Unclear { sample: self.sample.name.clone(), line: self.number }
    }

    /// Holds what happened against what the line says should happen.
    fn judge(
        &self,
        line: &Line,
        done: Result<Accepted, EngineError>,
    ) -> Result<(LineResult, Option<Arc<Case>>), PlayError> {
        let (sample, number) = (self.sample.name.clone(), self.number);
        match (&line.refused, done) {
            (None, Ok(accepted)) if accepted.repeated => {
                Ok((LineResult::Repeated, Some(accepted.case)))
            }
            (None, Ok(accepted)) => Ok((LineResult::Recorded, Some(accepted.case))),
            (None, Err(error)) => Err(PlayError::Refused { sample, line: number, error }),
            (Some(wanted), Err(error)) if error.code().0 == wanted => {
                Ok((LineResult::Refused, None))
            }
            (Some(wanted), done) => {
                let was = done.map_or_else(|error| error.to_string(), |_| "accepted".to_owned());
                Err(PlayError::NotRefused { sample, line: number, wanted: wanted.clone(), was })
            }
        }
    }
}
