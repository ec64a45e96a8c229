//! An engine on a log in memory and a clock that is told what time it is. A world is prepared once and copied for every
//! run, so that none sees what another did.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{MemoryLog, MemoryStore, Source};

use crate::error::EngineError;
use crate::model::account::{AccountRef, OpenAccount};
use crate::model::definition::Definition;
use crate::model::names::WorkflowRef;
use crate::model::people::Person;
use crate::runtime::{CountedIds, Engine, EngineOptions, ManualClock};

/// When simulated time begins: a Friday morning in Seoul.
const BEGINNING: &str = "2017-03-10T01:00:00Z";
/// The source in the events of a simulation.
const SOURCE: &str = "urn:dure:simulation";
/// Units of the accounts that have keys, place by place: none, a few, and enough.
const KEYED_UNITS: [i64; 3] = [0, 1_000_000, 1_000_000_000_000];
/// Units of an account without keys.
const UNITS: i64 = 1_000_000_000;

/// An engine on a log in memory and a clock that stands still until it is told otherwise.
pub struct World {
    engine: Engine,
    log: Arc<MemoryLog>,
    clock: Arc<ManualClock>,
    accounts: Vec<AccountRef>,
}

/// Clock and ids that are the same in every run.
fn options() -> (Arc<ManualClock>, EngineOptions) {
    let beginning: DateTime<Utc> = BEGINNING.parse().expect("a time");
    let clock = Arc::new(ManualClock::at(beginning));
    let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
    (clock, options)
}

impl World {
    /// An empty world.
    ///
    /// # Errors
    /// If the engine cannot be opened.
    pub async fn empty() -> Result<World, EngineError> {
        let log = Arc::new(MemoryLog::new(Source(SOURCE.into())));
        let (clock, options) = options();
        let engine = Engine::open(log.clone(), Arc::new(MemoryStore::default()), options).await?;
        Ok(World { engine, log, clock, accounts: Vec::new() })
    }

    /// Its engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Its clock.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Publishes a workflow file in whatever version it says.
    ///
    /// # Errors
    /// Every mistake in it.
    pub async fn publish(&self, file: &str, text: &str) -> Result<WorkflowRef, EngineError> {
        self.engine.publish_alone(file, text).await
    }

    /// The accounts that were opened for a simulation.
    pub(super) fn opened(&self) -> &[AccountRef] {
        &self.accounts
    }

    /// A world of its own that begins as this one is. No case may have been started in it.
    pub(super) async fn copy(&self) -> Result<World, EngineError> {
        let log = Arc::new(self.log.copy());
        let (clock, options) = options();
        let engine = self.engine.on_copy(log.clone(), options).await?;
        Ok(World { engine, log, clock, accounts: self.accounts.clone() })
    }

    pub(super) async fn people(&mut self, people: &[Person]) -> Result<(), EngineError> {
        for person in people {
            self.engine.add_person(person.clone(), None).await?;
        }
        Ok(())
    }

    /// Opens every account that some workflows move; one for each place, where accounts have keys.
    pub(super) async fn accounts(
        &mut self,
        definitions: &[Arc<Definition>],
        places: &[String],
    ) -> Result<(), EngineError> {
        for used in definitions.iter().flat_map(|definition| &definition.accounts) {
            let keys: Vec<Option<&str>> = match used.keyed {
                true => places.iter().map(|place| Some(place.as_str())).collect(),
                false => vec![None],
            };
            for (key, keyed) in keys.into_iter().zip(KEYED_UNITS.into_iter().cycle()) {
                let account = AccountRef::new(used.name.as_str(), key)?;
                if self.accounts.contains(&account) {
                    continue;
                }
                let amount = key.map_or(UNITS, |_| keyed);
                let (unit, floor) = (used.unit.clone(), 0);
                let open = OpenAccount { account: account.clone(), unit, floor, amount };
                self.engine.open_account(open, None).await?;
                self.accounts.push(account);
            }
        }
        Ok(())
    }
}
