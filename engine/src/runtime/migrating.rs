//! Letting running cases go on under another version of their workflow: a plan is tried on every one of them, and
//! applied as one event for each. A case whose version or history cannot be read is told, and the others go on.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;

use super::engine::{Engine, Inner};
use super::request::ActOf;
use crate::error::EngineError;
use crate::language::{self, Version};
use crate::limits::VIEW_PAGE_ROWS_MAX;
use crate::model::case::Case;
use crate::model::command::{Command, MigrateCase};
use crate::model::known::{Known, Undecided};
use crate::model::migration::{NotConcerned, Obstacle, Plan, Verdict, judge};
use crate::model::names::{CaseId, PersonId, WorkflowRef};
use crate::model::refusal::{MigrationFault, Why};

/// What is to be done with a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MigrationMode {
    /// It is tried on every case; nothing is recorded.
    DryRun,
    /// It is applied.
    Apply {
        /// Who decided it.
        by: PersonId,
        /// Whether cases that can go on do so although others cannot.
        completable_only: bool,
    },
}

/// What a plan came to for one case.
#[derive(Debug)]
pub struct MigratedCase {
    /// The case.
    pub case: CaseId,
    /// The version it runs on, or ran on before.
    pub workflow: WorkflowRef,
    /// What it came to.
    pub outcome: MigrationOutcome,
}

/// What a plan came to for one case.
#[derive(Debug)]
pub enum MigrationOutcome {
    /// It could go on.
    Completable,
    /// It goes on under the new version now.
    Applied,
    /// Something stands in the way.
    Blocked(Vec<Obstacle>),
    /// It has no place in the new version.
    Unreachable(Vec<Obstacle>),
    /// The plan is not about it.
    NotConcerned(NotConcerned),
}

/// How many cases a plan came to what for. Cases of other workflows are not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct MigrationCounts {
    /// Could go on.
    pub completable: usize,
    /// Go on under the new version now.
    pub applied: usize,
    /// Something stands in the way.
    pub blocked: usize,
    /// Have no place in the new version.
    pub unreachable: usize,
    /// The plan is not about them.
    pub not_concerned: usize,
}

impl MigrationCounts {
    /// Whether every case the plan is about can go on.
    pub fn is_complete(&self) -> bool {
        self.blocked == 0 && self.unreachable == 0
    }

    fn count(&mut self, outcome: &MigrationOutcome) {
        let counted = match outcome {
            MigrationOutcome::Completable => &mut self.completable,
            MigrationOutcome::Applied => &mut self.applied,
            MigrationOutcome::Blocked(_) => &mut self.blocked,
            MigrationOutcome::Unreachable(_) => &mut self.unreachable,
            MigrationOutcome::NotConcerned(_) => &mut self.not_concerned,
        };
        *counted += 1;
    }
}

impl Engine {
    /// Reads a migration plan, with every expression typed against the versions it is for.
    ///
    /// # Errors
    /// Every mistake in it.
    pub async fn migration_plan(&self, file: &str, text: &str) -> Result<Arc<Plan>, EngineError> {
        let mut versions = HashMap::new();
        for wanted in language::plan_versions(text) {
            let found = match self.inner.definition(&wanted).await {
                Ok(Some(definition)) => Version::Known(definition),
                Ok(None) => Version::Unknown,
                Err(EngineError::Refused(_)) => Version::Unreadable,
                Err(error) => return Err(error),
            };
            versions.insert(wanted, found);
        }
        let find = |wanted: &WorkflowRef| versions.get(wanted).cloned().unwrap_or(Version::Unknown);
        language::read_plan(file, text, &find).map(Arc::new).map_err(EngineError::Plan)
    }

    /// Tries a plan on every running case of its workflow, or applies it: one event for each case that can go on.
    /// Each case is told when it is done with. Applying the same plan again changes nothing.
    ///
    /// # Errors
    /// `E-migrate-incomplete`, with nothing recorded, if some of them cannot go on and were not to be left behind;
    /// `E-person-unknown`; or a failed store.
    pub async fn migrate(
        &self,
        plan: &Arc<Plan>,
        mode: &MigrationMode,
        told: &mut (dyn FnMut(MigratedCase) + Send),
    ) -> Result<MigrationCounts, EngineError> {
        match mode {
            MigrationMode::DryRun => self.migrate_all(plan, None, told).await,
            MigrationMode::Apply { by, completable_only } => {
                self.person(by).await?;
                if !completable_only {
                    let tried = self.migrate_all(plan, None, &mut |_| {}).await?;
                    if !tried.is_complete() {
                        let (blocked, unreachable) = (tried.blocked, tried.unreachable);
                        return Err(
                            Why::from(MigrationFault::Incomplete { blocked, unreachable }).into()
                        );
                    }
                }
                self.migrate_all(plan, Some(by), told).await
            }
        }
    }

    async fn migrate_all(
        &self,
        plan: &Arc<Plan>,
        by: Option<&PersonId>,
        told: &mut (dyn FnMut(MigratedCase) + Send),
    ) -> Result<MigrationCounts, EngineError> {
        let mut counts = MigrationCounts::default();
        let mut after = None;
        loop {
            let page = self.cases(after.as_ref(), VIEW_PAGE_ROWS_MAX).await?;
            let ours = page.iter().filter(|row| row.case.frame.workflow.name == plan.workflow);
            for case in ours.map(|row| &row.case) {
                let outcome = self.inner.migrate_case(case, plan, by).await?;
                counts.count(&outcome);
                let (case, workflow) = (case.id.clone(), case.frame.workflow.clone());
                told(MigratedCase { case, workflow, outcome });
            }
            match page.last() {
                Some(last) => after = Some(last.case.id.clone()),
                None => return Ok(counts),
            }
        }
    }
}

impl Inner {
    /// The case as the view has it only says which; it is loaded as it is now, and loaded again by the act.
    async fn migrate_case(
        &self,
        seen: &Case,
        plan: &Arc<Plan>,
        by: Option<&PersonId>,
    ) -> Result<MigrationOutcome, EngineError> {
        let judged = match self.fresh_case(&seen.id).await {
            Ok(case) => self.judged(&case, plan).await,
            Err(error) => Err(error),
        };
        match (judged, by) {
            (Ok(Verdict::Completable(_)), Some(by)) => self.apply_to(&seen.id, plan, by).await,
            (Ok(Verdict::Completable(_)), None) => Ok(MigrationOutcome::Completable),
            (Ok(Verdict::Blocked(obstacles)), _) => Ok(MigrationOutcome::Blocked(obstacles)),
            (Ok(Verdict::Unreachable(obstacles)), _) => {
                Ok(MigrationOutcome::Unreachable(obstacles))
            }
            (Ok(Verdict::NotConcerned(why)), _) => Ok(MigrationOutcome::NotConcerned(why)),
            (Err(error), _) => refused(error),
        }
    }

    async fn judged(&self, case: &Case, plan: &Plan) -> Result<Verdict, EngineError> {
        let running = &case.frame.workflow;
        if running.name != plan.workflow || !plan.from.contains(&running.version) {
            return Ok(Verdict::NotConcerned(NotConcerned::OtherVersion));
        }
        let definition = self.definition_for(running).await?;
        let now = self.clock.now();
        let judge =
            |known: &Known| judge(case, &definition, plan, now, known).map_err(Undecided::Lacking);
        self.with_facts(Known::default(), now, judge).await.map(|(verdict, _)| verdict)
    }

    async fn apply_to(
        &self,
        case: &CaseId,
        plan: &Arc<Plan>,
        by: &PersonId,
    ) -> Result<MigrationOutcome, EngineError> {
        let request = self.request(&ActOf::by(by.clone())).await?;
        let key = format!("migrate {}", plan.digest);
        let command = Command::Migrate(MigrateCase { plan: plan.clone(), request });
        match self.command(case, command, Some(&key)).await {
            Ok(_) => Ok(MigrationOutcome::Applied),
            Err(error) => refused(error),
        }
    }
}

/// A case that refuses, also because it changed in between, is told; a store that failed ends the work.
fn refused(error: EngineError) -> Result<MigrationOutcome, EngineError> {
    let EngineError::Refused(refusal) = error else { return Err(error) };
    let place = refusal.place.step.clone().unwrap_or_default();
    let obstacle = Obstacle { place, why: refusal.why };
    Ok(match &obstacle.why {
        Why::Migration(MigrationFault::NotConcerned { .. }) => {
            MigrationOutcome::NotConcerned(NotConcerned::OtherVersion)
        }
        Why::CaseClosed { .. } => MigrationOutcome::NotConcerned(NotConcerned::Closed),
        Why::Migration(fault) if fault.is_unreachable() => {
            MigrationOutcome::Unreachable(vec![obstacle])
        }
        _ => MigrationOutcome::Blocked(vec![obstacle]),
    })
}
