//! `dure workflow scenario …`: playing scenario files in memory. Needs no data folder, and records nothing.

use std::path::{Path, PathBuf};

use dure_engine::EngineError;
use dure_engine::language::{self, Diagnostics};
use dure_engine::scenario::{self, Coverage, Found, Played, Scenario, Sources};
use dure_workflows::Shipped;
use serde_json::{Value, json};

use super::scenario_text;
use crate::cli::ScenarioArgs;
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::input;
use crate::progress::Progress;
use crate::words;

/// Plays scenario files, one after the other.
///
/// # Errors
/// If a file has mistakes, a scenario did not go as it says, or not everything was taken that has to be.
pub async fn run(context: &Context, arguments: &ScenarioArgs) -> Result<(), Failure> {
    let sources = Beside::read(&arguments.with)?;
    let files = &arguments.files;
    let progress = Progress::counting(files.len(), words::SCENARIO_PLAYING.get(context.lang));
    let (mut coverage, mut invalid, mut failed) = (Coverage::default(), 0, 0);
    for file in files {
        match Scenario::read(&input::shown(file), &input::definition(file)?, &sources) {
            Ok(scenario) => {
                let run = scenario::run(&scenario).await?;
                failed += usize::from(!run.played.passed());
                tell(context, &scenario, &run.played, run.events)?;
                coverage.add(run.coverage);
            }
            Err(found) => {
                invalid += 1;
                tell_mistakes(context, &found)?;
            }
        }
        progress.step();
    }
    progress.done();
    let of = files.len();
    match (invalid, failed) {
        (0, 0) => covered(context, &coverage, arguments),
        (0, failed) => {
            show_coverage(context, &coverage, arguments)?;
            Err(Fault::ScenariosFailed { failed, of }.into())
        }
        (invalid, _) => Err(Fault::ScenariosInvalid { invalid, of }.into()),
    }
}

fn tell(
    context: &Context,
    scenario: &Scenario,
    played: &Played,
    events: u64,
) -> Result<(), Failure> {
    if !context.output.json {
        return context.output.text(&scenario_text::played(scenario, played, events, context.lang));
    }
    let lines: Vec<Value> = played.lines.iter().map(line).collect();
    let cases = played.cases.iter().map(|(name, case)| (name.to_string(), json!(case.id)));
    let told = played.found.to_json(context.lang);
    context.output.document(&json!({
        "scenario": scenario.name,
        "file": &*scenario.file,
        "title": scenario.title,
        "passed": played.passed(),
        "lines": scenario.lines.len(),
        "played": lines,
        "cases": cases.collect::<serde_json::Map<_, _>>(),
        "events": events,
        "diagnostics": told["diagnostics"],
        "more": told["more"],
    }))
}

fn line(played: &scenario::PlayedLine) -> Value {
    json!({"at": played.at, "result": played.result.word()})
}

fn tell_mistakes(context: &Context, found: &Diagnostics) -> Result<(), Failure> {
    if !context.output.json {
        return context.output.text(&scenario_text::mistaken(found, context.lang));
    }
    let told = found.to_json(context.lang);
    context.output.document(&json!({
        "scenario": Value::Null,
        "file": found.file(),
        "passed": false,
        "diagnostics": told["diagnostics"],
        "more": told["more"],
    }))
}

fn show_coverage(
    context: &Context,
    coverage: &Coverage,
    arguments: &ScenarioArgs,
) -> Result<(), Failure> {
    if !arguments.coverage && !arguments.require_coverage {
        return Ok(());
    }
    let report = coverage.report();
    match context.output.json {
        true => report.iter().try_for_each(|workflow| context.output.document(workflow)),
        false => context.output.text(&scenario_text::coverage(&report, context.lang)),
    }
}

fn covered(
    context: &Context,
    coverage: &Coverage,
    arguments: &ScenarioArgs,
) -> Result<(), Failure> {
    show_coverage(context, coverage, arguments)?;
    let report = coverage.report();
    let missing = report.iter().map(|workflow| workflow.missing().count()).sum();
    let of = report.iter().map(|workflow| workflow.elements.len()).sum();
    match arguments.require_coverage && missing > 0 {
        true => Err(Fault::NotCovered { missing, of }.into()),
        false => Ok(()),
    }
}

/// Files beside the scenario, workflows that were given, and those that are shipped.
struct Beside {
    given: Vec<(String, Found)>,
}

impl Beside {
    fn read(files: &[PathBuf]) -> Result<Beside, Failure> {
        let mut given = Vec::new();
        for file in files {
            let found = Found { file: input::shown(file), text: input::definition(file)? };
            match language::workflow_name(&found.text) {
                Some(name) => given.push((name.to_string(), found)),
                None => return Err(mistaken(&found)),
            }
        }
        Ok(Beside { given })
    }
}

/// What is wrong with a workflow file that names no workflow.
fn mistaken(found: &Found) -> Failure {
    let read = language::read(&found.file, &found.text, &|_| None);
    let mistakes = read.err().unwrap_or_else(|| Diagnostics::new(&found.file, &found.text, []));
    EngineError::Definition(mistakes).into()
}

impl Sources for Beside {
    fn file(&self, from: &str, path: &str) -> Result<Found, String> {
        let beside = Path::new(from).parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = beside.unwrap_or(Path::new(".")).join(path);
        match input::definition(&file) {
            Ok(text) => Ok(Found { file: input::shown(&file), text }),
            Err(failure) => Err(failure.to_string()),
        }
    }

    fn workflow(&self, name: &str) -> Option<Found> {
        let given = self.given.iter().find(|(known, _)| known == name);
        given.map(|(_, found)| found.clone()).or_else(|| Shipped.workflow(name))
    }
}
