//! `dure demo`: the sample cases, played from first step to closing and shown. A second run on the same folder
//! records nothing, for every line carries an idempotency key.

use dure_engine::runtime::TimelineEntry;
use dure_storage::{EventLog, Lang};
use dure_workflows::{LineResult, Played, PlayedLine, Sample, demo_samples, install, play};
use serde_json::{Value, json};

use super::case_text;
use crate::case_json;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::timeline;
use crate::titles::{Titles, person};
use crate::words;
use crate::world::{Access, World, within};

/// Plays the samples and prints them.
///
/// # Errors
/// If a sample does not go as it should, or the store failed.
pub async fn run(context: &Context) -> Result<(), Failure> {
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
    let mut shown = Vec::with_capacity(samples.len());
    for sample in samples {
        let played = play(&world.engine, &sample).await?;
        let timeline = world.engine.timeline(&played.case.id).await?;
        let titles = Titles::ever(&world.engine, &played.case, context.lang).await?;
        shown.push(Shown { sample, played, timeline, titles });
        progress.step();
    }
    progress.done();
    Ok(shown)
}

/// A played sample with what is needed to show it.
struct Shown {
    sample: Sample,
    played: Played,
    timeline: Vec<TimelineEntry>,
    titles: Titles,
}

impl Shown {
    fn document(&self) -> Value {
        let lines: Vec<Value> = self.played.lines.iter().map(line_document).collect();
        json!({
            "sample": self.sample.name,
            "title": self.sample.title,
            "case": case_json::case(&self.played.case, &self.titles),
            "lines": lines,
            "timeline": self.timeline,
            "repeated": self.played.repeated(),
        })
    }

    async fn text(&self, world: &World, lang: Lang) -> Result<String, Failure> {
        let (engine, case) = (&world.engine, &self.played.case);
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

    /// One line for each line of the sample. Those that were accepted are the acts of the timeline, in order.
    async fn steps(&self, world: &World, lang: Lang) -> String {
        let mut sheet = Sheet::plain();
        let mut acts = self.timeline.iter();
        for (index, line) in self.played.lines.iter().enumerate() {
            let what = match line.result {
                LineResult::Refused => deed(line),
                LineResult::Recorded | LineResult::Repeated => acts
                    .next()
                    .map_or_else(|| deed(line), |act| timeline::what(act, &self.titles, lang)),
            };
            let who = person(&world.engine, &line.line.by, lang).await;
            sheet.row([format!("{:>2}", index + 1), result(line, lang), what, who]);
        }
        sheet.render()
    }
}

/// What a line does, as the sample spells it.
fn deed(line: &PlayedLine) -> String {
    let line = &line.line;
    let outcome = line.outcome.as_deref().unwrap_or_default();
    match (&line.step, &line.action) {
        (Some(step), _) => format!("{step} {outcome}").trim_end().to_owned(),
        (None, Some(action)) => action.clone(),
        (None, None) => "start".to_owned(),
    }
}

fn result(line: &PlayedLine, lang: Lang) -> String {
    match (&line.result, &line.line.refused) {
        (LineResult::Recorded, _) => words::RECORDED_NOW.get(lang).to_owned(),
        (LineResult::Repeated, _) => words::ALREADY.get(lang).to_owned(),
        (LineResult::Refused, code) => {
            let code = code.as_deref().unwrap_or_default();
            format!("{} {code}", words::REFUSED.get(lang)).trim_end().to_owned()
        }
    }
}

fn line_document(line: &PlayedLine) -> Value {
    let result = match line.result {
        LineResult::Recorded => "recorded",
        LineResult::Repeated => "repeated",
        LineResult::Refused => "refused",
    };
    json!({
        "at": line.line.at,
        "by": line.line.by,
        "for": line.line.on_behalf_of,
        "did": deed(line),
        "result": result,
        "refused": line.line.refused,
    })
}
