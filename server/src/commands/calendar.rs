//! `dure calendar …`: the working hours and holidays that dues are counted by.

use dure_engine::model::names::Name;
use dure_engine::time::Calendar;
use serde_json::json;

use crate::cli::CalendarCommand;
use crate::context::Context;
use crate::failure::Failure;
use crate::input;
use crate::sheet::Sheet;
use crate::words;
use crate::world::{Access, within};

/// Runs a command of this family.
///
/// # Errors
/// Why it did not do what it was asked.
pub async fn run(context: &Context, command: CalendarCommand) -> Result<(), Failure> {
    match command {
        CalendarCommand::Publish { file } => {
            let text = input::definition(&file)?;
            let name = file.display().to_string();
            within(context, Access::Create, async |world| {
                let by = context.named()?;
                let published = world.engine.publish_calendar(&name, &text, by).await?;
                if context.output.json {
                    return context.output.document(&json!({"file": name, "repeated": !published}));
                }
                let said = if published { words::RECORDED_NOW } else { words::ALREADY };
                context.output.text(&format!("{name}: {}\n", said.get(context.lang)))
            })
            .await
        }
        CalendarCommand::Show { name } => {
            let name = Name::new(name)?;
            within(context, Access::Existing, async |world| {
                let calendar = world.engine.calendar(&name).await?;
                match context.output.json {
                    true => context.output.document(&*calendar),
                    false => context.output.text(&shown(&calendar, context)),
                }
            })
            .await
        }
    }
}

fn shown(calendar: &Calendar, context: &Context) -> String {
    let mut sheet = Sheet::plain();
    let (name, zone) = (calendar.name.to_string(), calendar.zone.clone());
    sheet.row([name, format!("v{}", calendar.version), zone]);
    for (day, title) in &calendar.holidays {
        sheet.row([day.to_string(), title.get(context.lang).to_owned(), String::new()]);
    }
    sheet.render()
}
