//! Simulation: random people who do random things with the cases of a workflow until they are closed, on an engine in
//! memory whose clock is told what time it is. All chance comes from one seed, so that a run can be seen again.

mod audit;
mod cast;
mod chance;
mod clues;
mod course;
mod deed;
mod doing;
mod filling;
mod ground;
mod hints;
mod pattern;
mod report;
mod run;
mod sample;
mod script;
mod soundness;
mod world;
mod years;

use std::sync::Arc;

use crate::error::EngineError;
use crate::model::definition::Definition;

pub use chance::Chance;
pub use ground::Ground;
pub use hints::{Hint, Hints};
pub use report::{Failure, Report, RunReport, Spread, StepOutcome, Trouble};
pub use sample::{
    Announced, Away, Begun, Between, By, Days, Each, Entry, Guide, People, Placing, Post, Purse,
    Sample, SamplePlan, SampleReport, SampleScale, StepGuide, Story,
};
pub use world::World;
pub use years::{Years, YearsPlan, YearsReport};

use run::Run;
use script::Script;

/// A workflow that is to be simulated. Cheap to share: every run has an engine of its own.
pub struct Simulation {
    world: World,
    definition: Arc<Definition>,
    script: Script,
}

impl Simulation {
    /// A simulation of a workflow that is published in a world in which nothing else has happened. People and
    /// accounts are added to it.
    ///
    /// # Errors
    /// `E-workflow-unknown`, or what the engine says to a person or an account.
    pub async fn of(
        world: World,
        workflow: &str,
        hints: Vec<Hints>,
        seed: u64,
    ) -> Result<Simulation, EngineError> {
        let definition = world.engine().workflow(workflow, None).await?;
        let mut world = world;
        let begun = std::slice::from_ref(&definition);
        let script = Script::of(&mut world.ground, begun, hints, seed).await?;
        Ok(Simulation { world, definition, script })
    }

    /// The workflow.
    pub fn definition(&self) -> &Arc<Definition> {
        &self.definition
    }

    /// The seed of all chance.
    pub fn seed(&self) -> u64 {
        self.script.seed
    }

    /// One run, from start to end. The same seed and number give the same run.
    pub async fn run(&self, number: u64) -> RunReport {
        match self.world.copy().await {
            Ok(ground) => Run::of(&self.script, &self.definition, ground, number).whole().await,
            Err(error) => RunReport::broken(number, error),
        }
    }
}
