//! Sixty-four cases that race for the last units of an account, each by its step: what is reserved, used up and given
//! back is all there is, in every balance the account ever had; and a pool that is shared out to regions keeps its sum.

use std::sync::Arc;

use dure_engine::model::account::{Account, AccountRef, OpenAccount, Unit};
use dure_engine::model::names::{CaseId, Name, PersonId};
use dure_engine::model::people::{Grant, Person};
use dure_engine::runtime::{CountedIds, ManualClock, RandomIds};
use dure_engine::{ActOf, CompleteRequest, Engine, EngineError, EngineOptions, StartRequest};
use dure_storage::{EventLog, Explain, MemoryStore, StreamVersion};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::accounts::{local, memory, runtime};
use crate::campaign::{Chance, scaled};

/// Cases that race in a round.
const RACERS: usize = 64;
/// What is left in the account that all of them want something of.
const LAST_UNITS: i64 = 100;
/// Units one case asks for at most: together they want several times what is there.
const ASKED_MAX: u64 = 12;
/// Lines of a ledger that are read at once.
const PAGE: usize = 1_000;

const BUY: &str = r#"
workflow: buy
version: 1
title: {ko: 구매, en: Buy}
roles: {clerk: {ko: 담당, en: Clerk}}
accounts: {budget: {title: {ko: 예산, en: Budget}, unit: krw, keyed: true}}
data: {round: {type: string}, cost: {type: krw, default: 0}}
start: {by: clerk, form: {round: {like: data.round}, cost: {like: data.cost}}, set: {round: form.round, cost: form.cost}, to: plan}
steps:
  plan: {title: {ko: 계획, en: Plan}, by: clerk, outcomes: {reserve: {title: {ko: 확보, en: Reserve}, reserve: {account: budget, of: data.round, amount: data.cost}, to: pay}}}
  pay:
    title: {ko: 지급, en: Pay}
    by: clerk
    outcomes:
      spend:  {title: {ko: 집행, en: Spend}, to: spent}
      cancel: {title: {ko: 취소, en: Cancel}, to: dropped}
ends:
  spent:   {title: {ko: 집행됨, en: Spent}, commits: budget}
  dropped: {title: {ko: 취소됨, en: Dropped}, releases: budget}
"#;

const SHARE: &str = r#"
workflow: share
version: 1
title: {ko: 배정, en: Share out}
roles: {clerk: {ko: 담당, en: Clerk}}
accounts:
  pool:    {title: {ko: 총액, en: Pool}, unit: krw}
  region:  {title: {ko: 지역 예산, en: Region}, unit: krw, keyed: true}
  stock:   {title: {ko: 총수량, en: Stock}, unit: copy}
  shelves: {title: {ko: 지역 수량, en: Shelves}, unit: copy, keyed: true}
data: {region: {type: string}, money: {type: krw, default: 1}, copies: {type: integer, default: 1}}
start:
  by: clerk
  form: {region: {like: data.region}, money: {like: data.money}, copies: {like: data.copies}}
  set: {region: form.region, money: form.money, copies: form.copies}
  to: share
steps:
  share:
    title: {ko: 배정, en: Share out}
    by: clerk
    outcomes:
      money:   {title: {ko: 금액, en: Money}, transfer: {from: pool, to: region, to_of: data.region, amount: data.money}, to: shared}
      copies:  {title: {ko: 수량, en: Copies}, transfer: {from: stock, to: shelves, to_of: data.region, amount: data.copies}, to: shared}
      back:    {title: {ko: 환수, en: Back}, transfer: {from: region, from_of: data.region, to: pool, amount: data.money}, to: shared}
ends: {shared: {title: {ko: 배정됨, en: Shared}}}
"#;

fn account(text: &str) -> AccountRef {
    text.parse().expect("an account")
}

fn person() -> PersonId {
    PersonId::new("clerk-1").expect("a person")
}

fn act(form: Value) -> ActOf {
    let Value::Object(form) = form else { panic!("a form is an object") };
    ActOf { form, ..ActOf::by(person()) }
}

/// Two engines on one log, so that the lines in which callers of one process wait cannot be what keeps it right.
struct Office {
    engines: [Engine; 2],
    log: Arc<dyn EventLog>,
}

impl Office {
    async fn on(log: Arc<dyn EventLog>, workflow: &str) -> Office {
        let now = "2030-01-02T03:04:05Z".parse().expect("a time");
        let clock = Arc::new(ManualClock::at(now));
        let first = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
        let second = EngineOptions { clock, ids: Arc::new(RandomIds) };
        let open = |options| Engine::open(log.clone(), Arc::new(MemoryStore::default()), options);
        let first = open(first).await.expect("an engine opens");
        let second = open(second).await.expect("an engine opens");
        let published = first.publish("test.yaml", workflow, None).await;
        published.unwrap_or_else(|error| panic!("{error}"));
        let clerk = Grant::always(Name::new("clerk").expect("a role"), None);
        first.add_person(Person::new(person(), vec![clerk]), None).await.expect("added");
        Office { engines: [first, second], log }
    }

    async fn opens(&self, name: &str, unit: &str, amount: i64) -> AccountRef {
        let unit = Unit(Name::new(unit).expect("a unit"));
        let wish = OpenAccount { account: account(name), unit, floor: 0, amount };
        self.engines[0].open_account(wish, None).await.unwrap_or_else(|e| panic!("{e}"));
        account(name)
    }

    async fn starts(&self, workflow: &str, form: Value) -> CaseId {
        let request = StartRequest { workflow: workflow.to_owned(), case: None, act: act(form) };
        let started = self.engines[0].start(request).await;
        started.unwrap_or_else(|error| panic!("{error}")).case.id.clone()
    }

    async fn now(&self, account: &AccountRef) -> Account {
        let told = [self.engines[0].account(account).await, self.engines[1].account(account).await];
        let [here, there] = told.map(|told| told.unwrap_or_else(|error| panic!("{error}")));
        assert_eq!(here, there);
        (*here).clone()
    }

    async fn recorded(&self) -> u64 {
        self.log.head().await.expect("a head").size
    }
}

async fn completes(
    engine: &Engine,
    case: &CaseId,
    step: &str,
    outcome: &str,
) -> Result<(), EngineError> {
    let (step, outcome) = (step.to_owned(), outcome.to_owned());
    let act = act(json!({}));
    let request = CompleteRequest { case: case.clone(), step, outcome, expected: None, act };
    engine.complete(request).await.map(|_| ())
}

/// What became of a case that asked for units.
enum Fate {
    Spent(i64),
    GivenBack,
    Refused,
}

/// Reserves, and at once uses up or gives back what it got. A step that lost too often asks again.
async fn buys(engine: Engine, case: CaseId, cost: i64, spends: bool) -> Fate {
    loop {
        match completes(&engine, &case, "plan", "reserve").await {
            Ok(()) => break,
            Err(error) if error.code().0 == "E-contended" => {}
            Err(error) if error.code().0 == "E-account-floor" => return Fate::Refused,
            Err(error) => panic!("{error}"),
        }
    }
    let outcome = if spends { "spend" } else { "cancel" };
    loop {
        match completes(&engine, &case, "pay", outcome).await {
            Ok(()) if spends => return Fate::Spent(cost),
            Ok(()) => return Fate::GivenBack,
            Err(error) => assert_eq!(error.code().0, "E-contended", "{error}"),
        }
    }
}

async fn one_round(office: &Office, round: u32, chance: &mut Chance) {
    let budget = office.opens(&format!("budget/{round}"), "krw", LAST_UNITS).await;
    let mut racers = JoinSet::new();
    let mut cases = Vec::with_capacity(RACERS);
    for racer in 0..RACERS {
        let cost = 1 + chance.below(ASKED_MAX) as i64;
        let form = json!({"round": round.to_string(), "cost": cost});
        let case = office.starts("buy", form).await;
        cases.push((office.engines[racer % 2].clone(), case, cost, chance.below(2) == 0));
    }
    for (engine, case, cost, spends) in cases {
        racers.spawn(buys(engine, case, cost, spends));
    }
    let mut spent = 0;
    for fate in racers.join_all().await {
        match fate {
            Fate::Spent(units) => spent += units,
            // Units come back during the race, so what was refused may be free in the end.
            Fate::GivenBack | Fate::Refused => {}
        }
    }
    let left = office.now(&budget).await;
    assert_eq!((left.committed, left.reserved), (spent, 0), "round {round}");
    assert_eq!(left.available + spent, LAST_UNITS, "round {round}: a unit is lost");
    kept_every_unit(office, &budget, round).await;
}

/// Every balance the account ever had keeps the floor.
async fn kept_every_unit(office: &Office, account: &AccountRef, round: u32) {
    let mut after = StreamVersion::NONE;
    loop {
        let page = office.engines[1].ledger(account, after, PAGE).await.expect("a ledger");
        let Some(last) = page.last() else { break };
        after = last.line.version;
        for entry in &page {
            assert!((0..=LAST_UNITS).contains(&entry.available), "round {round}: {entry:?}");
        }
    }
    assert_eq!(after, office.now(account).await.version);
}

fn race(campaign: &str, log: Arc<dyn EventLog>) {
    let mut chance = Chance::new(campaign);
    runtime().block_on(async {
        let office = Office::on(log, BUY).await;
        for round in 0..scaled(3, 1_000) {
            one_round(&office, round, &mut chance).await;
        }
        office.log.close().await.expect("it closes");
    });
}

#[test]
fn i8_sixty_four_cases_that_race_for_the_last_units_lose_none_on_memory() {
    race("reservations on memory", memory());
}

#[test]
fn i8_sixty_four_cases_that_race_for_the_last_units_lose_none_on_the_local_log() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    race("reservations on the local log", local(folder.path()));
}

const REGIONS: [&str; 3] = ["east", "west", "north"];

/// A pool, its regions, what is moved from one to the other, and the outcome that does it.
struct Shared {
    pool: AccountRef,
    regions: Vec<AccountRef>,
    sum: i64,
}

impl Shared {
    async fn opened(office: &Office, pool: &str, regions: &str, unit: &str, sum: i64) -> Shared {
        let pool = office.opens(pool, unit, sum).await;
        let mut opened = Vec::new();
        for key in REGIONS {
            opened.push(office.opens(&format!("{regions}/{key}"), unit, 0).await);
        }
        Shared { pool, regions: opened, sum }
    }

    /// What is left in the pool; the regions never have more than it had, and with it all there is.
    async fn left(&self, office: &Office) -> i64 {
        let left = office.now(&self.pool).await.available;
        let mut allocated = 0;
        for region in &self.regions {
            let has = office.now(region).await.available;
            assert!(has >= 0, "{region}");
            allocated += has;
        }
        assert!(left >= 0 && allocated <= self.sum);
        assert_eq!(left + allocated, self.sum, "{}", self.pool);
        left
    }
}

#[test]
fn a_pool_is_shared_out_to_regions_never_above_itself_and_the_sum_never_changes() {
    let mut chance = Chance::new("a shared pool");
    runtime().block_on(async {
        let office = Office::on(memory(), SHARE).await;
        let money = Shared::opened(&office, "pool", "region", "krw", 1_000).await;
        let copies = Shared::opened(&office, "stock", "shelves", "copy", 40).await;
        let (mut accepted, mut refused) = (0, 0);
        for _ in 0..scaled(150, 2_000) {
            let outcome = ["money", "copies", "back"][chance.below(3) as usize];
            let region = REGIONS[chance.below(3) as usize];
            let (krw, books) = (1 + chance.below(500) as i64, 1 + chance.below(20) as i64);
            let form = json!({"region": region, "money": krw, "copies": books});
            let case = office.starts("share", form).await;
            let (before, pools) =
                (office.recorded().await, (money.left(&office).await, copies.left(&office).await));
            let told = completes(&office.engines[0], &case, "share", outcome).await;
            let there = match outcome {
                "money" => krw <= pools.0,
                "copies" => books <= pools.1,
                _ => told.is_ok(),
            };
            assert_eq!(told.is_ok(), there, "{outcome} {krw} {books} of {pools:?}");
            match told {
                Ok(()) => accepted += 1,
                Err(error) => {
                    assert_eq!(error.code().0, "E-account-floor", "{error}");
                    assert_eq!(office.recorded().await, before, "nothing is recorded");
                    refused += 1;
                }
            }
            money.left(&office).await;
            copies.left(&office).await;
        }
        assert!(accepted > 0 && refused > 0, "{accepted} accepted, {refused} refused");
    });
}
