//! What a simulation stands on: an engine on some log, a clock that is told what time it is, and ids that are counted, so
//! that the same acts give the same bytes. Copies of the handle stand on the same ground.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{EventLog, MemoryStore, Source, StoreError};

use super::report::Trouble;
use super::soundness::broken;
use crate::error::EngineError;
use crate::model::account::{AccountRef, OpenAccount};
use crate::model::definition::Definition;
use crate::model::names::{CaseId, WorkflowRef};
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

/// An engine and the clock it goes by, which stands still until it is told otherwise.
#[derive(Clone)]
pub struct Ground {
    engine: Engine,
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

impl Ground {
    /// The source that the log of a simulation is to have: it stands in every event.
    pub fn source() -> Source {
        Source(SOURCE.into())
    }

    /// An engine on an empty log, with views in memory.
    ///
    /// # Errors
    /// If the engine cannot be opened.
    pub async fn on(log: Arc<dyn EventLog>) -> Result<Ground, StoreError> {
        let (clock, options) = options();
        let engine = Engine::open(log, Arc::new(MemoryStore::default()), options).await?;
        Ok(Ground { engine, clock, accounts: Vec::new() })
    }

    /// An engine that goes by a clock.
    pub fn of(engine: Engine, clock: Arc<ManualClock>) -> Ground {
        Ground { engine, clock, accounts: Vec::new() }
    }

    /// As this one, on a copy of its log.
    pub(super) async fn on_copy(&self, log: Arc<dyn EventLog>) -> Result<Ground, EngineError> {
        let (clock, options) = options();
        let engine = self.engine.on_copy(log, options).await?;
        Ok(Ground { engine, clock, accounts: self.accounts.clone() })
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

    /// Lets the clock go on and fires what is due by then; gives how many timers fired.
    pub(super) async fn go_to(&self, at: DateTime<Utc>) -> Result<usize, Trouble> {
        self.clock.go_to(at);
        let mut refused = None;
        let mut told = |case: &CaseId, error: EngineError| {
            refused.get_or_insert(format!("{case}: {error}"));
        };
        let fired = self.engine.tick_telling(&mut told).await.map_err(broken)?;
        match refused {
            Some(refused) => Err(Trouble::ClockRefused(refused)),
            None => Ok(fired),
        }
    }

    /// The accounts that were opened for a simulation.
    pub(super) fn opened(&self) -> &[AccountRef] {
        &self.accounts
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
