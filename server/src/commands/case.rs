//! `dure case …`: starting, advancing and reading cases.

use std::collections::BTreeSet;

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_engine::model::case::Case;
use dure_engine::model::event::TaskChange;
use dure_engine::model::names::{CaseId, PersonId};
use dure_engine::model::refusal::{self, TaskFault};
use dure_engine::runtime::{TimelineEntry, Why};
use dure_engine::{
    Accepted, ActOf, ActionRequest, CompleteRequest, Engine, EngineError, MessageRequest,
    StartRequest, TaskRequest,
};
use dure_storage::StreamVersion;
use serde_json::json;

use super::{calendar_text, case_text};
use crate::approval;
use crate::case_json;
use crate::cli::{ActArgs, CaseCommand, TaskVerb};
use crate::context::Context;
use crate::failure::Failure;
use crate::input;
use crate::limits::LIST_PAGE_ROWS;
use crate::moment::minute;
use crate::timeline;
use crate::titles::Titles;
use crate::words;
use crate::world::{Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: CaseCommand) -> Result<(), Failure> {
    match command {
        CaseCommand::Start { workflow, id, act } => {
            let request = StartRequest {
                workflow,
                case: id.map(CaseId::new).transpose()?,
                act: act_of(context, act)?,
            };
            advance(context, async |engine| engine.start(request).await).await
        }
        CaseCommand::Do { id, step, outcome, expect, act } => {
            let (case, expected) = (case_id(&id)?, expect.map(StreamVersion));
            let act = act_of(context, act)?;
            let request = CompleteRequest { case, step, outcome, expected, act };
            advance(context, async |engine| engine.complete(request).await).await
        }
        CaseCommand::Act { id, action, expect, act } => {
            let (case, expected) = (case_id(&id)?, expect.map(StreamVersion));
            let request = ActionRequest { case, action, expected, act: act_of(context, act)? };
            advance(context, async |engine| engine.act(request).await).await
        }
        CaseCommand::Task { id, step, verb, to, expect, act } => {
            let (case, expected) = (case_id(&id)?, expect.map(StreamVersion));
            let change = change(verb, to.map(PersonId::new).transpose()?)?;
            let act = act_of(context, act)?;
            let request = TaskRequest { case, step, change, expected, act };
            advance(context, async |engine| engine.change_task(request).await).await
        }
        CaseCommand::Send { id, message, act } => {
            let request =
                MessageRequest { case: case_id(&id)?, message, act: act_of(context, act)? };
            advance(context, async |engine| engine.send(request).await).await
        }
        CaseCommand::List { flag } => {
            within(context, Access::Existing, async |w| list(context, w, flag.as_deref()).await)
                .await
        }
        CaseCommand::Show { id } => {
            within(context, Access::Existing, async |w| show(context, w, &id).await).await
        }
        CaseCommand::Timeline { id } => {
            within(context, Access::Existing, async |w| timeline(context, w, &id).await).await
        }
        CaseCommand::Sheet { id, at, output } => {
            within(context, Access::Existing, async |world| {
                sheet(context, world, &id, at, output.as_deref()).await
            })
            .await
        }
        CaseCommand::Why { id, at } => {
            within(context, Access::Existing, async |w| why(context, w, &id, at).await).await
        }
    }
}

fn change(verb: TaskVerb, to: Option<PersonId>) -> Result<TaskChange, Failure> {
    let missing = || Failure::Engine(refusal::Why::Task(TaskFault::ChangeNotPossible {}).into());
    Ok(match verb {
        TaskVerb::Claim => TaskChange::Claim,
        TaskVerb::Unclaim => TaskChange::Unclaim,
        TaskVerb::Assign => TaskChange::Assign(to.ok_or_else(missing)?),
        TaskVerb::Delegate => TaskChange::Delegate(to.ok_or_else(missing)?),
        TaskVerb::Recuse => TaskChange::Recuse(to),
        TaskVerb::TakeNote => TaskChange::TakeNote,
    })
}

/// A case number as somebody typed it; what cannot be one names no case.
fn case_id(text: &str) -> Result<CaseId, Failure> {
    CaseId::new(text).map_err(|_| Failure::Engine(refusal::Why::CaseUnknown.into()))
}

fn act_of(context: &Context, act: ActArgs) -> Result<ActOf, Failure> {
    Ok(ActOf {
        by: context.actor()?,
        form: input::form(act.form.as_deref())?,
        reason: act.reason,
        on_behalf_of: act.on_behalf_of.map(PersonId::new).transpose()?,
        deputy_of: act.deputy_of.map(PersonId::new).transpose()?,
        occurred_at: act.at,
        idempotency_key: act.key,
    })
}

/// Asks for something and prints the case after it.
async fn advance(
    context: &Context,
    ask: impl AsyncFnOnce(&Engine) -> Result<Accepted, EngineError>,
) -> Result<(), Failure> {
    within(context, Access::Existing, async |world| {
        let accepted = ask(&world.engine).await?;
        let titles = Titles::now(&world.engine, &accepted.case, context.lang).await?;
        match context.output.json {
            true => context.output.document(&case_json::accepted(&accepted, &titles)),
            false => {
                note_unconfirmed(context, &world.engine, &accepted.case, &titles).await?;
                context.output.text(&case_text::accepted(&accepted, &titles, context.lang))
            }
        }
    })
    .await
}

/// Says where a due lies in a year whose holidays nobody has confirmed.
async fn note_unconfirmed(
    context: &Context,
    engine: &Engine,
    case: &Case,
    titles: &Titles,
) -> Result<(), Failure> {
    let Some(name) = titles.root.as_ref().and_then(|root| root.calendar.as_ref()) else {
        return Ok(());
    };
    let calendar = match engine.calendar(name, None).await {
        Ok(calendar) => calendar,
        // A calendar that is not there is told by whoever counts by it.
        Err(EngineError::Refused(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let dues = case.open_tasks().into_iter().filter_map(|task| task.due);
    let notes: BTreeSet<String> = dues
        .filter_map(|due| calendar_text::unconfirmed_due(&calendar, due, context.lang))
        .collect();
    notes.iter().for_each(|note| context.output.note(note));
    Ok(())
}

async fn list(context: &Context, world: &World, flag: Option<&str>) -> Result<(), Failure> {
    let mut after: Option<CaseId> = None;
    let mut shown = false;
    loop {
        let page = world.engine.cases(after.as_ref(), LIST_PAGE_ROWS).await?;
        let wanted = |case: &Case| {
            let raised = |flag: &str| case.flags.iter().any(|raised| raised.flag.answers_to(flag));
            flag.is_none_or(raised)
        };
        let is_last = page.len() < LIST_PAGE_ROWS;
        let mut rows = Vec::with_capacity(page.len());
        for row in page.iter().filter(|row| wanted(&row.case)) {
            rows.push((&row.case, Titles::now(&world.engine, &row.case, context.lang).await?));
        }
        match context.output.json {
            true => rows.iter().try_for_each(|(case, titles)| {
                context.output.document(&case_json::case(case, titles))
            })?,
            // That there is none is said once, at the end.
            false if rows.is_empty() && (shown || !is_last) => {}
            false => context.output.text(&case_text::list(&rows, context.lang))?,
        }
        shown |= !rows.is_empty();
        after = page.last().map(|row| row.case.id.clone());
        if is_last {
            return Ok(());
        }
    }
}

async fn show(context: &Context, world: &World, id: &str) -> Result<(), Failure> {
    let case = world.engine.case(&case_id(id)?).await?;
    let titles = Titles::now(&world.engine, &case, context.lang).await?;
    match context.output.json {
        true => context.output.document(&case_json::case(&case, &titles)),
        false => {
            note_unconfirmed(context, &world.engine, &case, &titles).await?;
            let text = case_text::show(&world.engine, &case, &titles, context.lang).await;
            context.output.text(&text)
        }
    }
}

async fn timeline(context: &Context, world: &World, id: &str) -> Result<(), Failure> {
    let id = case_id(id)?;
    let entries: Vec<TimelineEntry> = world.engine.timeline(&id).await?;
    let case = world.engine.case(&id).await?;
    match context.output.json {
        true => context.output.document(&json!({"case": id, "timeline": entries})),
        false => {
            let text = timeline::text(&world.engine, &case, &entries, context.lang).await?;
            context.output.text(&text)
        }
    }
}

async fn sheet(
    context: &Context,
    world: &World,
    id: &str,
    at: Option<DateTime<Utc>>,
    output: Option<&Path>,
) -> Result<(), Failure> {
    let (engine, id) = (&world.engine, case_id(id)?);
    let case = case_at(engine, &id, at).await?;
    let entries: Vec<TimelineEntry> = engine.timeline(&id).await?;
    let by_then = entries.iter().take_while(|entry| at.is_none_or(|at| entry.occurred_at <= at));
    let by_then: Vec<_> = by_then.cloned().collect();
    let page = approval::sheet(engine, &case, &by_then, context.lang).await?;
    if let Some(file) = output {
        context.output.file(file, page.as_bytes())?;
    }
    match (context.output.json, output) {
        (true, _) => context.output.document(&json!({
            "case": id,
            "output": output.map(|file| file.display().to_string()),
            "sheet": output.is_none().then_some(page),
        })),
        (false, Some(file)) => {
            let said = words::WRITTEN.get(context.lang);
            context.output.text(&format!("{id}: {said} {}\n", file.display()))
        }
        (false, None) => context.output.text(&page),
    }
}

/// A case as it was at a time, or is now.
async fn case_at(
    engine: &Engine,
    id: &CaseId,
    at: Option<DateTime<Utc>>,
) -> Result<Arc<Case>, EngineError> {
    match at {
        Some(at) => engine.case_at(id, at).await,
        None => engine.case(id).await,
    }
}

async fn why(
    context: &Context,
    world: &World,
    id: &str,
    at: Option<DateTime<Utc>>,
) -> Result<(), Failure> {
    let (engine, id) = (&world.engine, case_id(id)?);
    let why: Why = match at {
        Some(at) => engine.why_at(&id, at).await?,
        None => engine.why(&id).await?,
    };
    if context.output.json {
        return context.output.document(&case_json::why(&why));
    }
    let case = case_at(engine, &id, at).await?;
    let titles = Titles::now(engine, &case, context.lang).await?;
    let asked = at.map(|at| words::as_of(context.lang, &minute(at)));
    let text = case_text::why(&case, &why, &titles, context.lang);
    context.output.text(&(asked.unwrap_or_default() + &text))
}
