//! `dure person …`: who may act, in which role, from when and until when.

use chrono::{DateTime, Utc};
use dure_engine::model::names::{Name, PersonId, Text};
use dure_engine::model::people::{Absence, AbsenceRegistered, Grant, Person, RoleGranted};
use dure_engine::runtime::{ComeBack, EndRole, PersonAt};
use dure_engine::{Engine, EngineError};
use serde_json::{Value, json};

use super::person_text;
use crate::cli::PersonCommand;
use crate::context::Context;
use crate::failure::Failure;
use crate::limits::LIST_PAGE_ROWS;
use crate::words;
use crate::world::{Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: PersonCommand) -> Result<(), Failure> {
    match command {
        PersonCommand::Add { id, roles, title_ko, title_en } => {
            let roles: Vec<Grant> =
                roles.iter().map(|role| grant(role)).collect::<Result<_, _>>()?;
            let title = title(title_ko, title_en);
            let person = Person { title, ..Person::new(PersonId::new(id)?, roles) };
            within(context, Access::Create, async |world| add(context, world, person).await).await
        }
        PersonCommand::Absent { id, from, to, deputy, reason } => {
            let absence = Absence { from, to, deputy: PersonId::new(deputy)? };
            let registered = AbsenceRegistered { absence, reason, by: context.named()? };
            let id = PersonId::new(id)?;
            change(context, async |engine| engine.register_absence(&id, registered).await).await
        }
        PersonCommand::Back { id, at, reason } => {
            let (id, back) = (PersonId::new(id)?, ComeBack { at, reason, by: context.named()? });
            change(context, async |engine| engine.end_absence(&id, back).await).await
        }
        PersonCommand::Grant { id, role, from, until, reason } => {
            let grant = Grant { from, until, ..grant(&role)? };
            let granted = RoleGranted { grant, reason: Some(reason), by: context.named()? };
            let id = PersonId::new(id)?;
            change(context, async |engine| engine.grant_role(&id, granted).await).await
        }
        PersonCommand::End { id, role, at, reason } => {
            let (id, Grant { role, scope, .. }) = (PersonId::new(id)?, grant(&role)?);
            let end = EndRole { role, scope, at, reason: Some(reason), by: context.named()? };
            change(context, async |engine| engine.end_role(&id, end).await).await
        }
        PersonCommand::Show { id, at } => {
            let (id, at) = (PersonId::new(id)?, at.unwrap_or_else(Utc::now));
            within(context, Access::Existing, async |world| {
                let shown = world.engine.person_at(&id, at).await?;
                match context.output.json {
                    true => context.output.document(&document(&shown)),
                    false => context.output.text(&person_text::show(&shown, context.lang)),
                }
            })
            .await
        }
        PersonCommand::List { role: None, .. } => {
            within(context, Access::Existing, async |world| list(context, world).await).await
        }
        PersonCommand::List { role: Some(role), scope, at } => {
            let (role, at) = (Name::new(role)?, at.unwrap_or_else(Utc::now));
            within(context, Access::Existing, async |world| {
                holders(context, world, &role, scope.as_deref(), at).await
            })
            .await
        }
    }
}

fn title(ko: Option<String>, en: Option<String>) -> Option<Text> {
    Some(Text { ko: ko?.into(), en: en?.into() })
}

/// `ROLE` or `ROLE@SCOPE`.
fn grant(text: &str) -> Result<Grant, Failure> {
    let (role, scope) = match text.split_once('@') {
        Some((role, scope)) => (role, Some(scope.to_owned())),
        None => (text, None),
    };
    Ok(Grant::always(Name::new(role)?, scope))
}

async fn add(context: &Context, world: &World, person: Person) -> Result<(), Failure> {
    let added = world.engine.add_person(person.clone(), context.named()?).await?;
    if context.output.json {
        return context.output.document(&json!({"person": person, "repeated": !added}));
    }
    let said = if added { words::RECORDED_NOW } else { words::ALREADY };
    context.output.text(&format!("{}: {}\n", person.id, said.get(context.lang)))
}

/// Changes what is known of a person and prints that.
async fn change(
    context: &Context,
    ask: impl AsyncFnOnce(&Engine) -> Result<std::sync::Arc<Person>, EngineError>,
) -> Result<(), Failure> {
    within(context, Access::Existing, async |world| {
        let person = ask(&world.engine).await?;
        match context.output.json {
            true => context.output.document(&*person),
            false => {
                let said = words::RECORDED_NOW.get(context.lang);
                context.output.text(&format!("{}: {said}\n", person.id))
            }
        }
    })
    .await
}

/// A person at a time: `id`, `title`, `at`, `roles`, `absence` and `stands_in` then, each with the `position` of the
/// event that says so, and the whole `history`.
fn document(shown: &PersonAt) -> Value {
    json!({
        "id": shown.person.id,
        "title": shown.person.title,
        "at": shown.at,
        "roles": shown.roles,
        "absence": shown.absence,
        "stands_in": shown.stands_in,
        "history": shown.history,
    })
}

async fn list(context: &Context, world: &World) -> Result<(), Failure> {
    let (mut after, now): (Option<PersonId>, _) = (None, Utc::now());
    loop {
        let page = world.engine.people(after.as_ref(), LIST_PAGE_ROWS).await?;
        match context.output.json {
            true => page.iter().try_for_each(|person| context.output.document(person))?,
            false if after.is_some() && page.is_empty() => {}
            false => context.output.text(&person_text::list(&page, now, context.lang))?,
        }
        after = page.last().map(|person| person.id.clone());
        if page.len() < LIST_PAGE_ROWS {
            return Ok(());
        }
    }
}

async fn holders(
    context: &Context,
    world: &World,
    role: &Name,
    scope: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), Failure> {
    let mut after: Option<PersonId> = None;
    loop {
        let engine = &world.engine;
        let page = engine.people_with_role(role, scope, at, after.as_ref(), LIST_PAGE_ROWS).await?;
        match context.output.json {
            true => page.iter().try_for_each(|holder| context.output.document(holder))?,
            false if after.is_some() && page.is_empty() => {}
            false => context.output.text(&person_text::holders(&page, context.lang))?,
        }
        after = page.last().map(|holder| holder.person.clone());
        if page.len() < LIST_PAGE_ROWS {
            return Ok(());
        }
    }
}
