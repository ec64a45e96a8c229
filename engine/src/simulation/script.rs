//! What all runs of a simulation share: the people, the way to the ends, the hints and the seed of all chance.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cast::Cast;
use super::course::Course;
use super::ground::Ground;
use super::hints::Hints;
use crate::error::EngineError;
use crate::model::definition::Definition;
use crate::model::names::Name;

/// What all runs of a simulation share.
pub(super) struct Script {
    /// Shared until somebody new joins a run.
    pub(super) cast: Arc<Cast>,
    pub(super) course: Course,
    hints: BTreeMap<Name, Hints>,
    pub(super) seed: u64,
}

impl Script {
    /// The script for some workflows and those they call; their people and accounts are added to the ground.
    pub(super) async fn of(
        ground: &mut Ground,
        begun: &[Arc<Definition>],
        hints: Vec<Hints>,
        seed: u64,
    ) -> Result<Script, EngineError> {
        let definitions = with_called(begun);
        let (cast, course) = (Cast::of(&definitions)?, Course::of(&definitions));
        ground.people(&cast.people).await?;
        ground.accounts(&definitions, &cast.places).await?;
        let hints = hints.into_iter().map(|hints| (hints.workflow.clone(), hints)).collect();
        Ok(Script { cast: Arc::new(cast), course, hints, seed })
    }

    pub(super) fn hints(&self, definition: &Definition) -> Option<&Hints> {
        self.hints.get(&definition.reference.name)
    }
}

/// Some workflows and every workflow they call or start, and they in turn; each once.
fn with_called(begun: &[Arc<Definition>]) -> Vec<Arc<Definition>> {
    let mut found = begun.to_vec();
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
