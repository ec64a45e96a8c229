//! `dure view …`: how the folds of the log stand, and building them again.

use dure_engine::runtime::{ViewState, ViewStatus};
use dure_storage::Lang;

use crate::cli::ViewCommand;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::words::{self, Word};
use crate::world::{Access, within};

/// Runs a command of this family.
///
/// # Errors
/// If the store failed.
pub async fn run(context: &Context, command: ViewCommand) -> Result<(), Failure> {
    within(context, Access::Existing, async |world| {
        let status = match command {
            ViewCommand::Status => world.engine.view_status().await?,
            ViewCommand::Rebuild => {
                let progress = Progress::spinning(words::REBUILDING.get(context.lang));
                let status = world.engine.rebuild_views().await;
                progress.done();
                status?
            }
        };
        match context.output.json {
            true => status.iter().try_for_each(|view| context.output.document(view)),
            false => context.output.text(&table(&status, context.lang)),
        }
    })
    .await
}

fn table(status: &[ViewStatus], lang: Lang) -> String {
    let header = [words::VIEW, words::EVENTS, words::STATE, words::ROOT];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for view in status {
        sheet.row([
            view.name.to_owned(),
            view.position.to_string(),
            state(view.state).get(lang).to_owned(),
            view.root.clone(),
        ]);
    }
    sheet.render()
}

fn state(state: ViewState) -> Word {
    match state {
        ViewState::New => words::NEW,
        ViewState::Agrees => words::AGREES,
        ViewState::DidNotMatch => words::DID_NOT_MATCH,
        ViewState::LogShorter => words::LOG_SHORTER,
        ViewState::OlderSchema => words::OLDER_SCHEMA,
        ViewState::Rebuilt => words::REBUILT,
    }
}
