//! Sixty-four callers at once on the same accounts, through two engines on one log: no floor is passed, no unit is
//! lost, and transfers in both directions neither wait for each other nor change the sum.

use std::path::Path;
use std::sync::Arc;

use dure_engine::model::account::{Account, AccountRef, Amount, OpenAccount, Unit};
use dure_engine::model::names::{Name, PersonId};
use dure_engine::model::people::Person;
use dure_engine::runtime::{
    AccountAccepted, AccountAct, CountedIds, LedgerEntry, ManualClock, RandomIds,
};
use dure_engine::{Engine, EngineError, EngineOptions};
use dure_storage::{
    EventLog, Explain, LocalLog, LocalOptions, MemoryLog, MemoryStore, Source, StreamVersion,
};
use tokio::task::JoinSet;

use crate::campaign::{Chance, scaled};

const CALLERS: usize = 64;
const THREADS: usize = 4;
/// What is left in the account that all of them want something of.
const LAST_UNITS: i64 = 100;
/// Units one caller asks for at most: together they want several times what is there.
const ASKED_MAX: u64 = 12;
/// Transfers of one caller in a round.
const TRANSFERS: usize = 4;

pub fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(THREADS).enable_all().build().expect("a runtime")
}

fn account(text: &str) -> AccountRef {
    text.parse().expect("an account")
}

fn act() -> AccountAct {
    AccountAct::by(PersonId::new("p-1").expect("a person"), "a race")
}

/// Two engines on one log, so that the lines in which callers of one process wait cannot be what keeps it right.
struct Race {
    engines: [Engine; 2],
    log: Arc<dyn EventLog>,
}

impl Race {
    async fn on(log: Arc<dyn EventLog>) -> Race {
        let now = "2030-01-02T03:04:05Z".parse().expect("a time");
        let (here, there) = (Arc::new(CountedIds::default()), Arc::new(RandomIds));
        let clock = Arc::new(ManualClock::at(now));
        let first = EngineOptions { clock: clock.clone(), ids: here };
        let second = EngineOptions { clock, ids: there };
        let open = |options| Engine::open(log.clone(), Arc::new(MemoryStore::default()), options);
        let first = open(first).await.expect("an engine opens");
        let second = open(second).await.expect("an engine opens");
        let person = Person::new(PersonId::new("p-1").expect("a person"), Vec::new());
        first.add_person(person, None).await.expect("added");
        Race { engines: [first, second], log }
    }

    async fn opened(&self, name: &str, floor: i64, amount: i64) -> AccountRef {
        let (account, unit) = (account(name), Unit(Name::new("copy").expect("a unit")));
        let wish = OpenAccount { account: account.clone(), unit, floor, amount };
        self.engines[0].open_account(wish, None).await.unwrap_or_else(|e| panic!("{e}"));
        account
    }

    /// What all of sixty-four were told.
    async fn told<F>(&self, ask: impl Fn(Engine, usize) -> F) -> Vec<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            callers.spawn(ask(self.engines[caller % 2].clone(), caller));
        }
        callers.join_all().await
    }

    async fn now(&self, account: &AccountRef) -> Account {
        let told = [self.engines[0].account(account).await, self.engines[1].account(account).await];
        let [here, there] = told.map(|told| told.unwrap_or_else(|error| panic!("{error}")));
        assert_eq!(here, there);
        (*here).clone()
    }

    /// Fails the test unless every balance the account ever had keeps the floor.
    async fn kept_its_floor(&self, account: &AccountRef, floor: i64) {
        let (mut after, mut last) = (StreamVersion::NONE, None);
        loop {
            let page = self.engines[1].ledger(account, after, 1_000).await.expect("a ledger");
            let Some(entry) = page.last().cloned() else { break };
            after = entry.line.version;
            assert!(page.iter().all(|entry: &LedgerEntry| entry.available >= floor), "{account}");
            last = Some(entry);
        }
        let last = last.expect("it was opened");
        let now = self.now(account).await;
        assert_eq!((last.line.version, last.available), (now.version, now.available));
    }
}

/// Whether a request was accepted; a refusal must be one that can be.
fn accepted(told: &Result<AccountAccepted, EngineError>) -> bool {
    match told {
        Ok(accepted) => !accepted.repeated,
        Err(error) => {
            let code = error.code().0;
            assert!(["E-account-floor", "E-contended"].contains(&code), "{error}");
            false
        }
    }
}

async fn for_the_last_units(race: &Race, round: u32, chance: &mut Chance) {
    let floor = -(chance.below(3) as i64);
    let copies = race.opened(&format!("copies/{round}"), floor, LAST_UNITS + floor).await;
    let asked: Vec<Amount> = (0..CALLERS)
        .map(|_| Amount::new(1 + chance.below(ASKED_MAX) as i64).expect("an amount"))
        .collect();
    let told = race
        .told(|engine, caller| {
            let (copies, amount) = (copies.clone(), asked[caller]);
            async move { (amount.get(), engine.debit(copies, amount, act()).await) }
        })
        .await;
    let taken: i64 = told.iter().filter(|(_, told)| accepted(told)).map(|(units, _)| units).sum();
    let left = race.now(&copies).await;
    assert_eq!(left.available + taken, LAST_UNITS + floor, "round {round}: a unit is lost");
    assert!(left.available >= floor, "round {round}");
    let refused = told.iter().filter(|(_, told)| {
        told.as_ref().err().is_some_and(|error| error.code().0 == "E-account-floor")
    });
    for (units, _) in refused {
        assert!(
            *units > left.free(),
            "round {round}: {units} were refused, {} are free",
            left.free()
        );
    }
    race.kept_its_floor(&copies, floor).await;
}

async fn back_and_forth(race: &Race, round: u32) {
    let east = race.opened(&format!("east/{round}"), 0, LAST_UNITS).await;
    let west = race.opened(&format!("west/{round}"), 0, LAST_UNITS).await;
    let told = race
        .told(|engine, caller| {
            let (east, west) = (east.clone(), west.clone());
            async move {
                let mut answers = Vec::with_capacity(TRANSFERS);
                for number in 0..TRANSFERS {
                    let (from, to) = match (caller + number) % 4 < 2 {
                        true => (east.clone(), west.clone()),
                        false => (west.clone(), east.clone()),
                    };
                    let amount = Amount::new(1 + (caller % 40) as i64).expect("an amount");
                    answers.push(engine.transfer(from, to, amount, act()).await);
                }
                answers
            }
        })
        .await;
    let moved = told.iter().flatten().filter(|told| accepted(told)).count();
    assert!(moved > 0);
    let (after_east, after_west) = (race.now(&east).await, race.now(&west).await);
    assert_eq!(after_east.available + after_west.available, 2 * LAST_UNITS, "round {round}");
    assert_eq!(after_east.version, after_west.version, "each transfer stands in both");
    assert_eq!(after_east.version.0 as usize, moved + 1);
    race.kept_its_floor(&east, 0).await;
    race.kept_its_floor(&west, 0).await;
}

pub fn memory() -> Arc<dyn EventLog> {
    Arc::new(MemoryLog::new(Source("urn:test".into())))
}

pub fn local(folder: &Path) -> Arc<dyn EventLog> {
    Arc::new(LocalLog::open(folder, &LocalOptions::default()).expect("a log opens"))
}

fn last_units(campaign: &str, log: Arc<dyn EventLog>) {
    let mut chance = Chance::new(campaign);
    runtime().block_on(async {
        let race = Race::on(log).await;
        for round in 0..scaled(4, 1_000) {
            for_the_last_units(&race, round, &mut chance).await;
        }
        race.log.close().await.expect("it closes");
    });
}

fn transfers(log: Arc<dyn EventLog>) {
    runtime().block_on(async {
        let race = Race::on(log).await;
        for round in 0..scaled(2, 100) {
            back_and_forth(&race, round).await;
        }
        race.log.close().await.expect("it closes");
    });
}

#[test]
fn i8_sixty_four_who_race_for_the_last_units_never_pass_the_floor_on_memory() {
    last_units("accounts on memory", memory());
}

#[test]
fn i8_sixty_four_who_race_for_the_last_units_never_pass_the_floor_on_the_local_log() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    last_units("accounts on the local log", local(folder.path()));
}

#[test]
fn i8_transfers_in_both_directions_keep_the_sum_on_memory() {
    transfers(memory());
}

#[test]
fn i8_transfers_in_both_directions_keep_the_sum_on_the_local_log() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    transfers(local(folder.path()));
}
