//! `dure demo`: the sample cases, played from first step to closing and shown. A second run on the same folder
//! records nothing, for every line carries an idempotency key.

use std::sync::Arc;

use dure_engine::model::case::Case;
use dure_engine::model::event::Authority;
use dure_engine::runtime::TimelineEntry;
use dure_engine::scenario::{Line, LineResult, MAIN_CASE, Played, PlayedLine, Scenario, play};
use dure_storage::{EventLog, Lang};
use dure_workflows::{demo_places, demo_samples, install};
use serde_json::{Value, json};

use super::case_text;
use super::demo_sizes::{self, DISTRICT, NATION};
use crate::case_json;
use crate::cli::{DemoArgs, DemoSize};
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::timeline;
use crate::titles::{Titles, person};
use crate::words;
use crate::world::{Access, World, within};

/// Plays the samples and prints them, or makes a larger sample.
///
/// # Errors
/// If a sample does not go as it should, or the store failed.
pub async fn run(context: &Context, args: DemoArgs) -> Result<(), Failure> {
    match args.size {
        DemoSize::Small => small(context).await,
        DemoSize::District => demo_sizes::run(context, args, DISTRICT).await,
        DemoSize::Nation => demo_sizes::run(context, args, NATION).await,
    }
}

async fn small(context: &Context) -> Result<(), Failure> {
    within(context, Access::Create, async |world| {
        let before = world.log.head().await?.size;
        let shown = play_all(context, world).await?;
        let after = world.log.head().await?.size;
        let said = words::played(context.lang, shown.len(), after - before, after);
        match context.output.json {
            true => {
                let cases: Vec<Value> = shown.iter().map(Shown::document).collect();
                context.output.document(&json!({
                    "cases": cases,
                    "new_events": after - before,
                    "size": after,
                    "repeated": after == before,
                }))
            }
            false => {
                for one in &shown {
                    context.output.text(&one.text(world, context.lang).await?)?;
                }
                context.output.text(&format!("{said}\n"))
            }
        }
    })
    .await
}

async fn play_all(context: &Context, world: &World) -> Result<Vec<Shown>, Failure> {
    let samples = demo_samples();
    let progress = Progress::counting(samples.len(), words::PLAYING.get(context.lang));
    install(&world.engine).await?;
    let places = play(&world.engine, &demo_places()).await?;
    if !places.passed() {
        return Err(Failure::Sample(places.found));
    }
    let mut shown = Vec::with_capacity(samples.len());
    for sample in samples {
        let played = play(&world.engine, &sample).await?;
        let Some(case) = played.case().filter(|_| played.passed()).cloned() else {
            return Err(Failure::Sample(played.found));
        };
        let timeline = world.engine.timeline(&case.id).await?;
        let titles = Titles::ever(&world.engine, &case, context.lang).await?;
        shown.push(Shown { sample, played, case, timeline, titles });
        progress.step();
    }
    progress.done();
    Ok(shown)
}

/// A played sample with what is needed to show it.
struct Shown {
    sample: Scenario,
    played: Played,
    case: Arc<Case>,
    timeline: Vec<TimelineEntry>,
    titles: Titles,
}

impl Shown {
    fn lines(&self) -> impl Iterator<Item = (&Line, &PlayedLine)> {
        self.sample.lines.iter().zip(&self.played.lines)
    }

    fn document(&self) -> Value {
        let lines: Vec<Value> =
            self.lines().map(|(line, played)| line_document(line, played)).collect();
        json!({
            "sample": self.sample.name,
            "title": self.sample.title,
            "case": case_json::case(&self.case, &self.titles),
            "lines": lines,
            "timeline": self.timeline,
            "repeated": self.played.repeated(),
        })
    }

    async fn text(&self, world: &World, lang: Lang) -> Result<String, Failure> {
        let (engine, case) = (&world.engine, &self.case);
        let rule = "─".repeat(72);
        let title = format!("{rule}\n{}\n", self.sample.title.get(lang));
        let steps =
            format!("\n{}\n", words::STEPS_TAKEN.get(lang)) + &self.steps(world, lang).await;
        let state = format!("\n{}\n", words::STATE_NOW.get(lang))
            + &case_text::show(engine, case, &self.titles, lang).await;
        let timeline = format!("\n{}\n", words::TIMELINE.get(lang))
            + &timeline::text(engine, case, &self.timeline, lang).await?;
        Ok(title + &steps + &state + &timeline + "\n")
    }

    /// One line for each line of the sample. What was accepted of the case that is shown is what people did by its
    /// timeline, in order; what was done with other cases is told in the words of the sample.
    async fn steps(&self, world: &World, lang: Lang) -> String {
        let mut sheet = Sheet::plain();
        let begun_by_a_person = |entry: &&TimelineEntry| {
            entry.by.is_some() && entry.authority != Some(Authority::Spawned)
        };
        let mut acts = self.timeline.iter().filter(begun_by_a_person).peekable();
        for (index, (line, played)) in self.lines().enumerate() {
            let what = match played.result {
                LineResult::Refused | LineResult::Passed | LineResult::Failed => line.deed.words(),
                LineResult::Recorded | LineResult::Repeated => {
                    acts.next_if(|_| line.case.as_str() == MAIN_CASE).map_or_else(
                        || line.deed.words(),
                        |act| timeline::what(act, &self.titles, lang),
                    )
                }
            };
            let who = match &line.act.by {
                Some(by) => person(&world.engine, by, lang).await,
                None => String::new(),
            };
            sheet.row([format!("{:>2}", index + 1), result(line, played, lang), what, who]);
        }
        sheet.render()
    }
}

fn result(line: &Line, played: &PlayedLine, lang: Lang) -> String {
    match played.result {
        LineResult::Recorded => words::RECORDED_NOW.get(lang).to_owned(),
        LineResult::Repeated => words::ALREADY.get(lang).to_owned(),
        LineResult::Refused | LineResult::Failed => {
            let code = line.refused.as_ref().map_or("", |refused| &refused.value.code);
            format!("{} {code}", words::REFUSED.get(lang)).trim_end().to_owned()
        }
        LineResult::Passed => String::new(),
    }
}

fn line_document(line: &Line, played: &PlayedLine) -> Value {
    json!({
        "at": played.at,
        "by": line.act.by,
        "for": line.act.on_behalf_of,
        "did": line.deed.words(),
        "result": played.result.word(),
        "refused": line.refused.as_ref().map(|refused| &refused.value.code),
    })
}
