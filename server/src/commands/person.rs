//! `dure person …`: who may act.

use dure_engine::model::names::{Name, PersonId, Text};
use dure_engine::model::people::{Absence, AbsenceRegistered, Grant, Person};
use dure_storage::Lang;
use serde_json::json;

use crate::cli::PersonCommand;
use crate::context::Context;
use crate::failure::Failure;
use crate::limits::LIST_PAGE_ROWS;
use crate::sheet::Sheet;
use crate::words;
use crate::world::{Access, World, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: PersonCommand) -> Result<(), Failure> {
    match command {
        PersonCommand::Add { id, roles, title_ko, title_en } => {
            let person = Person {
                id: PersonId::new(id)?,
                title: title(title_ko, title_en),
                roles: roles.iter().map(|role| grant(role)).collect::<Result<_, _>>()?,
                absences: Vec::new(),
            };
            within(context, Access::Create, async |world| add(context, world, person).await).await
        }
        PersonCommand::Absent { id, from, to, deputy, reason } => {
            let (id, deputy) = (PersonId::new(id)?, PersonId::new(deputy)?);
            let absence = Absence { from, to, deputy };
            let registered = AbsenceRegistered { absence, reason, by: context.named()? };
            within(context, Access::Existing, async |world| {
                let person = world.engine.register_absence(&id, registered).await?;
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
        PersonCommand::List => {
            within(context, Access::Existing, async |world| list(context, world).await).await
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
    Ok(Grant { role: Name::new(role)?, scope })
}

async fn add(context: &Context, world: &World, person: Person) -> Result<(), Failure> {
    let added = world.engine.add_person(person.clone(), context.named()?).await?;
    if context.output.json {
        return context.output.document(&json!({"person": person, "repeated": !added}));
    }
    let said = if added { words::RECORDED_NOW } else { words::ALREADY };
    context.output.text(&format!("{}: {}\n", person.id, said.get(context.lang)))
}

async fn list(context: &Context, world: &World) -> Result<(), Failure> {
    let mut after: Option<PersonId> = None;
    loop {
        let page = world.engine.people(after.as_ref(), LIST_PAGE_ROWS).await?;
        match context.output.json {
            true => page.iter().try_for_each(|person| context.output.document(person))?,
            false if after.is_some() && page.is_empty() => {}
            false => context.output.text(&table(&page, context.lang))?,
        }
        after = page.last().map(|person| person.id.clone());
        if page.len() < LIST_PAGE_ROWS {
            return Ok(());
        }
    }
}

fn table(people: &[Person], lang: Lang) -> String {
    if people.is_empty() {
        return format!("{}\n", words::NO_PEOPLE.get(lang));
    }
    let header = [words::NAME, words::TITLE, words::ROLES];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for person in people {
        let title = person.title.as_ref().map_or("", |title| title.get(lang));
        let roles: Vec<String> = person.roles.iter().map(shown).collect();
        sheet.row([person.id.to_string(), title.to_owned(), roles.join(", ")]);
    }
    sheet.render()
}

fn shown(grant: &Grant) -> String {
    match &grant.scope {
        Some(scope) => format!("{}@{scope}", grant.role),
        None => grant.role.to_string(),
    }
}
