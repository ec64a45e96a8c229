//! `dure workflow migrate`: what a plan comes to for every running case, and letting them go on by it.

use std::path::Path;

use dure_engine::EngineError;
use dure_engine::model::migration::Obstacle;
use dure_engine::model::refusal::MigrationFault;
use dure_engine::model::refusal::Why;
use dure_engine::runtime::{MigratedCase, MigrationCounts, MigrationMode, MigrationOutcome};
use dure_storage::Lang;
use serde_json::{Value, json};

use crate::context::Context;
use crate::failure::Failure;
use crate::input;
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::words::{self, Word};
use crate::world::{Access, World, within};

/// Tries a plan on every running case, or applies it. Ends with a refusal if a dry run finds a case that cannot go on.
///
/// # Errors
/// Every mistake of the plan; cases that cannot go on; or why nothing could be done.
pub async fn run(
    context: &Context,
    plan: &Path,
    apply: bool,
    completable_only: bool,
) -> Result<(), Failure> {
    let text = input::definition(plan)?;
    let mode = match apply {
        true => MigrationMode::Apply { by: context.actor()?, completable_only },
        false => MigrationMode::DryRun,
    };
    within(context, Access::Existing, async |world| {
        let counts = migrate(context, world, (plan, &text), &mode).await?;
        match mode {
            MigrationMode::DryRun if !counts.is_complete() => {
                let MigrationCounts { blocked, unreachable, .. } = counts;
                let fault = MigrationFault::Incomplete { blocked, unreachable };
                Err(EngineError::from(Why::from(fault)).into())
            }
            MigrationMode::DryRun | MigrationMode::Apply { .. } => Ok(()),
        }
    })
    .await
}

async fn migrate(
    context: &Context,
    world: &World,
    (file, text): (&Path, &str),
    mode: &MigrationMode,
) -> Result<MigrationCounts, Failure> {
    let lang = context.lang;
    let plan = world.engine.migration_plan(&input::shown(file), text).await?;
    let progress = Progress::spinning(words::MIGRATING.get(lang));
    let mut concerned = Vec::new();
    let mut told = |migrated: MigratedCase| {
        if !matches!(migrated.outcome, MigrationOutcome::NotConcerned(_)) {
            concerned.push(migrated);
        }
    };
    let counts = world.engine.migrate(&plan, mode, &mut told).await;
    progress.done();
    let counts = counts?;
    match context.output.json {
        true => {
            concerned.iter().try_for_each(|case| context.output.document(&document(case, lang)))?;
            context.output.document(&json!({"to": plan.to.reference, "counts": counts}))?;
        }
        false => {
            context.output.text(&table(&concerned, lang))?;
            let said = words::migration_counts(lang, &counts, &plan.to.reference.to_string());
            context.output.text(&said)?;
        }
    }
    Ok(counts)
}

/// The verdict as it is written in JSON, and its word.
fn verdict(outcome: &MigrationOutcome) -> (&'static str, Word) {
    match outcome {
        MigrationOutcome::Completable => ("completable", words::COMPLETABLE),
        MigrationOutcome::Applied => ("applied", words::APPLIED),
        MigrationOutcome::Blocked(_) => ("blocked", words::BLOCKED),
        MigrationOutcome::Unreachable(_) => ("unreachable", words::UNREACHABLE),
        MigrationOutcome::NotConcerned(_) => ("not_concerned", words::NOT_CONCERNED),
    }
}

fn obstacles(outcome: &MigrationOutcome) -> &[Obstacle] {
    match outcome {
        MigrationOutcome::Blocked(obstacles) | MigrationOutcome::Unreachable(obstacles) => {
            obstacles
        }
        MigrationOutcome::Completable
        | MigrationOutcome::Applied
        | MigrationOutcome::NotConcerned(_) => &[],
    }
}

fn document(migrated: &MigratedCase, lang: Lang) -> Value {
    let obstacle = |obstacle: &Obstacle| {
        json!({
            "where": obstacle.place,
            "code": obstacle.why.code().0,
            "message": obstacle.why.explain(lang),
        })
    };
    json!({
        "case": migrated.case,
        "workflow": migrated.workflow.name,
        "version": migrated.workflow.version,
        "verdict": verdict(&migrated.outcome).0,
        "reasons": obstacles(&migrated.outcome).iter().map(obstacle).collect::<Vec<_>>(),
    })
}

/// One row per case, and one more for each further reason.
fn table(migrated: &[MigratedCase], lang: Lang) -> String {
    if migrated.is_empty() {
        return String::new();
    }
    let header = [words::CASE, words::VERSION, words::VERDICT, words::WHERE, words::REASON];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for case in migrated {
        let (version, (_, word)) = (case.workflow.version.to_string(), verdict(&case.outcome));
        let mut first = [case.case.to_string(), version, word.get(lang).to_owned()];
        let reasons = obstacles(&case.outcome);
        if reasons.is_empty() {
            sheet.row(first.iter().cloned().chain([String::new(), String::new()]));
        }
        for Obstacle { place, why } in reasons {
            let said = format!("{} ({})", why.explain(lang), why.code());
            sheet.row(first.iter().cloned().chain([place.clone(), said]));
            first = Default::default();
        }
    }
    sheet.render()
}
