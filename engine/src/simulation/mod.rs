//! Simulation: random people who do random things with the cases of a workflow until they are closed, on an engine in
//! memory whose clock is told what time it is. All chance comes from one seed, so that a run can be seen again.

mod cast;
mod chance;
mod clues;
mod course;
mod deed;
mod filling;
mod hints;
mod pattern;
mod report;
mod run;
mod soundness;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::EngineError;
use crate::model::definition::Definition;
use crate::model::names::Name;
use crate::runtime::Engine;

pub use chance::Chance;
pub use hints::{Hint, Hints};
pub use report::{Failure, Report, RunReport, Spread, StepOutcome, Trouble};
pub use world::World;

use cast::Cast;
use course::Course;
use run::Run;

/// A workflow that is to be simulated. Cheap to share: every run has an engine of its own.
pub struct Simulation {
    world: World,
    definition: Arc<Definition>,
    cast: Cast,
    course: Course,
    hints: BTreeMap<Name, Hints>,
    seed: u64,
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
        let definitions = with_called(&definition);
        let cast = Cast::of(&definitions)?;
        let course = Course::of(&definitions);
        let mut world = world;
        world.people(&cast.people).await?;
        world.accounts(&definitions, &cast.places).await?;
        let hints = hints.into_iter().map(|hints| (hints.workflow.clone(), hints)).collect();
        Ok(Simulation { world, definition, cast, course, hints, seed })
    }

    /// The workflow.
    pub fn definition(&self) -> &Arc<Definition> {
        &self.definition
    }

    /// The seed of all chance.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// One run, from start to end. The same seed and number give the same run.
    pub async fn run(&self, number: u64) -> RunReport {
        Run::whole(self, number).await
    }

    fn hints(&self, definition: &Definition) -> Option<&Hints> {
        self.hints.get(&definition.reference.name)
    }

    fn engine(&self) -> &Engine {
        self.world.engine()
    }
}

/// A workflow and every workflow it calls or starts, and they in turn; each once.
fn with_called(definition: &Arc<Definition>) -> Vec<Arc<Definition>> {
    let mut found = vec![definition.clone()];
    let mut next = 0;
    while next < found.len() {
        let called: Vec<_> = found[next].called.values().cloned().collect();
        for other in called {
            if !found.iter().any(|known| known.reference == other.reference) {
                found.push(other);
            }
        }
        next += 1;
    }
    found
}
