//! `dure inbox`: what a person may do now.

use dure_engine::EngineError;
use dure_engine::runtime::TaskRow;
use serde_json::json;

use crate::case_json;
use crate::context::Context;
use crate::failure::Failure;
use crate::moment::{due_or_dash, minute};
use crate::sheet::Sheet;
use crate::titles::Titles;
use crate::words;
use crate::world::{Access, World, within};

/// Where subjects stand in the table: a workflow need not have one.
const SUBJECT_COLUMN: usize = 2;

/// Prints what the person who asks may do.
///
/// # Errors
/// If nobody asks, or the store failed.
pub async fn run(context: &Context) -> Result<(), Failure> {
    let person = context.actor()?;
    within(context, Access::Existing, async |world| {
        let tasks = world.engine.inbox(&person).await?;
        match context.output.json {
            true => documents(context, world, &tasks).await,
            false => context.output.text(&table(context, world, &tasks).await?),
        }
    })
    .await
}

/// The titles of a task's case, and what the case is about.
async fn titles(
    context: &Context,
    world: &World,
    task: &TaskRow,
) -> Result<(Titles, String), Failure> {
    match world.engine.case(&task.case).await {
        Ok(case) => {
            let titles = Titles::now(&world.engine, &case, context.lang).await?;
            let subject = titles.subject(&case);
            Ok((titles, subject))
        }
        // One case that cannot be read shall not hide the others.
        Err(EngineError::Refused(_)) => Ok((Titles::none(context.lang), String::new())),
        Err(error) => Err(error.into()),
    }
}

async fn documents(context: &Context, world: &World, tasks: &[TaskRow]) -> Result<(), Failure> {
    for task in tasks {
        let (titles, subject) = titles(context, world, task).await?;
        context.output.document(&json!({
            "case": task.case,
            "subject": subject,
            "workflow": titles.root.as_ref().map(|root| &root.reference.name),
            "step": task.step,
            "title": titles.step_text(&task.step),
            "holder": case_json::holder(&task.holder),
            "since": task.since,
            "due": task.due,
        }))?;
    }
    Ok(())
}

async fn table(context: &Context, world: &World, tasks: &[TaskRow]) -> Result<String, Failure> {
    let lang = context.lang;
    if tasks.is_empty() {
        return Ok(format!("{}\n", words::NO_TASKS.get(lang)));
    }
    let header = [
        words::CASE,
        words::WORKFLOW,
        words::SUBJECT,
        words::TITLE,
        words::STEP,
        words::SINCE,
        words::DUE,
    ];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for task in tasks {
        let (titles, subject) = titles(context, world, task).await?;
        sheet.row([
            task.case.to_string(),
            titles.workflow().to_owned(),
            subject,
            titles.step(&task.step),
            task.step.to_string(),
            minute(task.since),
            due_or_dash(task.due),
        ]);
    }
    Ok(sheet.without_empty(&[SUBJECT_COLUMN]).render())
}
