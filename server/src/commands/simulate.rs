//! `dure workflow simulate`: random people do random things with the cases of a workflow until they are closed. In
//! memory: needs no data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dure_engine::language::Diagnostics;
use dure_engine::model::names::Name;
use dure_engine::model::refusal::Why;
use dure_engine::simulation::{
    Failure as Failed, Hints, Report, RunReport, Simulation, Spread, World,
};
use dure_engine::{EngineError, language};
use dure_storage::Lang;
use dure_workflows::{CALENDARS, DEFINITIONS, simulation_hints};

use crate::cli::SimulateArgs;
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::input;
use crate::limits::{SIMULATION_ACTS_SHOWN, SIMULATION_THREADS_MAX};
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::words;

/// Simulates a workflow and shows what came of it.
///
/// # Errors
/// `E-simulation-failed` if a run did not end as it must; what is wrong with a file.
pub(super) async fn simulate(context: &Context, args: &SimulateArgs) -> Result<(), Failure> {
    let simulation = Arc::new(prepare(args).await?);
    let numbers = match args.only {
        Some(run) => run..run.saturating_add(1),
        None => 0..u64::from(args.runs),
    };
    let count = (numbers.end - numbers.start) as usize;
    let progress = Arc::new(Progress::counting(count, words::SIMULATING.get(context.lang)));
    let runs = run_all(&simulation, numbers, &progress).await;
    progress.done();
    let report = Report::of(simulation.definition(), simulation.seed(), runs);
    match context.output.json {
        true => context.output.document(&report)?,
        false => context.output.text(&shown(&report, &simulation, context.lang))?,
    }
    match report.failed {
        0 => Ok(()),
        failed => Err(Fault::SimulationFailed { failed, runs: report.runs }.into()),
    }
}

/// A world with the workflow in it: a shipped one by name, or a file and those it calls.
async fn prepare(args: &SimulateArgs) -> Result<Simulation, Failure> {
    let world = World::empty().await?;
    for file in &args.calendar {
        let text = input::definition(file)?;
        world.engine().publish_calendar(&input::shown(file), &text, None).await?;
    }
    publish_shipped_calendars(&world).await?;
    let shipped = DEFINITIONS.iter().any(|(_, text)| names(text, &args.workflow));
    if !shipped && Name::new(&args.workflow).is_ok() && !Path::new(&args.workflow).is_file() {
        let known = DEFINITIONS.iter().filter_map(|(_, text)| name_of(text)).collect();
        let name = args.workflow.clone();
        return Err(EngineError::from(Why::WorkflowUnknown { name, known }).into());
    }
    let files: Vec<PathBuf> = match shipped {
        true => args.with.clone(),
        false => args.with.iter().cloned().chain([PathBuf::from(&args.workflow)]).collect(),
    };
    let texts = files.iter().map(|file| Ok((input::shown(file), input::definition(file)?)));
    let texts = texts.collect::<Result<Vec<(String, String)>, Failure>>()?;
    // What is given stands in the place of what is shipped under the same name.
    let given: Vec<String> = texts.iter().filter_map(|(_, text)| name_of(text)).collect();
    for (file, text) in DEFINITIONS {
        if !name_of(text).is_some_and(|name| given.contains(&name)) {
            world.publish(file, text).await?;
        }
    }
    let mut workflow = args.workflow.clone();
    for (file, text) in &texts {
        let published = world.publish(file, text).await?;
        if !shipped {
            workflow = published.name.to_string();
        }
    }
    let mut hints = simulation_hints();
    for file in &args.hints {
        hints.push(read_hints(file, &world).await?);
    }
    let simulation = Simulation::of(world, &workflow, hints, args.seed).await?;
    Ok(simulation)
}

/// A calendar that was given stands in the place of the shipped one of its name.
async fn publish_shipped_calendars(world: &World) -> Result<(), Failure> {
    let given = world.engine().calendars().await?;
    for (file, text) in CALENDARS {
        let name = language::read_calendar(file, text).map_err(EngineError::Definition)?.name;
        if !given.iter().any(|known| known.name == name) {
            world.engine().publish_calendar(file, text, None).await?;
        }
    }
    Ok(())
}

fn name_of(text: &str) -> Option<String> {
    let json = language::parse_yaml("", text).ok()?;
    json["workflow"].as_str().map(str::to_owned)
}

fn names(text: &str, workflow: &str) -> bool {
    name_of(text).is_some_and(|name| name == workflow)
}

async fn read_hints(file: &Path, world: &World) -> Result<Hints, Failure> {
    let (shown, text) = (input::shown(file), input::definition(file)?);
    let invalid = |reason: String| Fault::HintsInvalid { file: shown.clone(), reason };
    let json = language::parse_yaml(&shown, &text);
    let json = json.map_err(|found| invalid(first_of(&found)))?;
    let hints: Hints = serde_json::from_value(json).map_err(|error| invalid(error.to_string()))?;
    let definition = world.engine().workflow(hints.workflow.as_str(), None).await?;
    match hints.idle(&definition).first() {
        Some(field) => {
            let why = "no form has that field, or its values or its expression fit none that has";
            Err(invalid(format!("{field} of {}: {why}", hints.workflow)).into())
        }
        None => Ok(hints),
    }
}

/// The first mistake of a file that is no YAML, with its place.
fn first_of(found: &Diagnostics) -> String {
    let json = found.to_json(Lang::En);
    let first = &json["diagnostics"][0];
    let message = first["message"].as_str().unwrap_or_default();
    format!("line {}, column {}: {message}", first["line"], first["column"])
}

/// The runs, as many at once as there are processors; which of them ran where makes no difference.
async fn run_all(
    simulation: &Arc<Simulation>,
    numbers: std::ops::Range<u64>,
    progress: &Arc<Progress>,
) -> Vec<RunReport> {
    let next = Arc::new(AtomicU64::new(numbers.start));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let worker = || {
        let (simulation, progress) = (simulation.clone(), progress.clone());
        let (next, end) = (next.clone(), numbers.end);
        tokio::spawn(async move {
            let mut done = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= end {
                    return done;
                }
                done.push(simulation.run(number).await);
                progress.step();
            }
        })
    };
    let workers: Vec<_> = (0..threads.min(SIMULATION_THREADS_MAX)).map(|_| worker()).collect();
    let mut runs = Vec::new();
    for worker in workers {
        let done = worker.await;
        runs.extend(done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())));
    }
    runs
}

fn shown(report: &Report, simulation: &Simulation, lang: Lang) -> String {
    let definition = simulation.definition();
    let mut text = format!("{}  {}\n", report.workflow, definition.title.get(lang));
    text.push_str(&words::simulated(lang, report.runs, report.seed, report.failed));
    let mut ends = Sheet::plain().indented("  ");
    for (end, count) in &report.ends {
        let title = definition.end(end.as_str()).map(|end| end.title.get(lang).to_owned());
        ends.row([format!("{count:>8}"), end.to_string(), title.unwrap_or_default()]);
    }
    text.push_str(&ends.render());
    text.push_str(&spreads(report, lang));
    text.push_str(&nevers(report, lang));
    for failed in &report.failures {
        text.push_str(&failure(failed, report, lang));
    }
    text
}

fn spreads(report: &Report, lang: Lang) -> String {
    let header = [words::PER_RUN, words::LEAST, words::MEAN, words::MOST];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    let rows: [(words::Word, Spread); 5] = [
        (words::ACTS, report.acts),
        (words::TIMERS, report.timers),
        (words::DAYS, report.days),
        (words::CASES, report.cases),
        (words::NEWCOMERS, report.newcomers),
    ];
    for (word, spread) in rows {
        let mean = spread.sum as f64 / report.runs.max(1) as f64;
        let (least, most) = (spread.least.to_string(), spread.most.to_string());
        sheet.row([word.get(lang).to_owned(), least, format!("{mean:.1}"), most]);
    }
    sheet.render()
}

fn nevers(report: &Report, lang: Lang) -> String {
    let outcomes = report.outcomes_never_taken.iter();
    let outcomes = outcomes.map(|never| format!("{} {}", never.step, never.outcome));
    let named = |names: &[Name]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let refused = report.refused.iter().map(|(code, count)| format!("{code} {count}"));
    let parts: [(words::Word, Vec<String>); 4] = [
        (words::STEPS_NEVER, named(&report.steps_never_taken)),
        (words::OUTCOMES_NEVER, outcomes.collect()),
        (words::ACTIONS_NEVER, named(&report.actions_never_taken)),
        (words::REFUSED_ACTS, refused.collect()),
    ];
    let told = parts.into_iter().filter(|(_, names)| !names.is_empty());
    told.map(|(word, names)| format!("{}: {}\n", word.get(lang), names.join(", "))).collect()
}

fn failure(failed: &Failed, report: &Report, lang: Lang) -> String {
    let again = format!("--seed {} --only {}", report.seed, failed.run);
    let mut text = words::run_failed(lang, failed.run, &failed.trouble.explain(lang), &again);
    let skipped = failed.acts.len().saturating_sub(SIMULATION_ACTS_SHOWN);
    if skipped > 0 {
        text.push_str(&format!("  … {skipped}\n"));
    }
    failed.acts.iter().skip(skipped).for_each(|act| text.push_str(&format!("  {act}\n")));
    text
}
