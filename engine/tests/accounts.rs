//! Accounts as an embedder uses them: balances, ledgers, keys, and what is refused.

use std::sync::Arc;

use dure_engine::Engine;
use dure_engine::EngineError;
use dure_engine::model::account::{Account, AccountRef, Amount, OpenAccount, Unit};
use dure_engine::model::names::Name;
use dure_engine::runtime::{AccountAccepted, AccountAct, LedgerEntry};
use dure_storage::{EventLog, MemoryLog, Source, StreamVersion};
use serde_json::json;

use crate::harness::{World, at, code, person_id};

fn account(text: &str) -> AccountRef {
    text.parse().expect("an account")
}

fn units(amount: i64) -> Amount {
    Amount::new(amount).expect("an amount")
}

fn act(reason: &str) -> AccountAct {
    AccountAct::by(person_id("p-1"), reason)
}

fn keyed(key: &str) -> AccountAct {
    AccountAct { idempotency_key: Some(key.to_owned()), ..act("a reason") }
}

fn wish(name: &str, unit: &str, floor: i64, amount: i64) -> OpenAccount {
    let unit = Unit(Name::new(unit).expect("a unit"));
    OpenAccount { account: account(name), unit, floor, amount }
}

type Asked = Result<AccountAccepted, EngineError>;

async fn open(engine: &Engine, name: &str, unit: &str, amount: i64) -> Asked {
    engine.open_account(wish(name, unit, 0, amount), None).await
}

async fn world() -> World {
    let world = World::new().await;
    world.person("p-1", &["clerk"]).await;
    open(&world.engine, "budget/east", "krw", 100).await.expect("opened");
    open(&world.engine, "budget/west", "krw", 0).await.expect("opened");
    world
}

fn available(accounts: &[Arc<Account>]) -> Vec<i64> {
    accounts.iter().map(|account| account.available).collect()
}

/// A ledger in short: what happened, and the balance after it.
fn told(entries: &[LedgerEntry]) -> Vec<String> {
    let each = |entry: &LedgerEntry| {
        let happened = serde_json::to_value(&entry.line.happened).expect("written");
        let (kind, payload) = happened.as_object().and_then(|all| all.iter().next()).expect("one");
        let what = match payload["moves"].as_array() {
            Some(moves) => moves[0]["kind"].as_str().expect("a kind").to_owned(),
            None => kind.clone(),
        };
        format!("{} {what} {}", entry.line.version, entry.available)
    };
    entries.iter().map(each).collect()
}

#[tokio::test]
async fn units_come_in_go_out_and_move_and_the_ledger_shows_each_with_the_balance_after_it() {
    let World { engine, .. } = world().await;
    let (east, west) = (account("budget/east"), account("budget/west"));
    engine.credit(east.clone(), units(50), act("supplement")).await.expect("accepted");
    engine.debit(east.clone(), units(30), act("returned")).await.expect("accepted");
    let moved = engine.transfer(east.clone(), west.clone(), units(70), act("to the west")).await;
    let moved = moved.expect("accepted");
    assert_eq!(available(&moved.accounts), [50, 70]);
    engine.close_account(west.clone(), act("year's end")).await.expect("accepted");
    let page = |account: AccountRef| {
        let engine = engine.clone();
        async move { engine.ledger(&account, StreamVersion::NONE, 100).await.expect("a ledger") }
    };
    assert_eq!(
        told(&page(east).await),
        ["1 opened 100", "2 credit 150", "3 debit 120", "4 debit 50"]
    );
    let entries = page(west).await;
    assert_eq!(told(&entries), ["1 opened 0", "2 credit 70", "3 closed 70"]);
    let entry = serde_json::to_value(&entries[1]).expect("written");
    assert_eq!(
        entry["happened"]["moved"],
        json!({
            "moves": [{"kind": "credit", "amount": 70}],
            "other": "budget/east", "by": "p-1", "reason": "to the west",
        })
    );
}

#[tokio::test]
async fn what_is_refused_has_its_code_and_records_nothing() {
    let World { engine, .. } = world().await;
    let (east, west, none) = (account("budget/east"), account("budget/west"), account("none"));
    open(&engine, "seats", "seat", 5).await.expect("opened");
    let seats = account("seats");
    let head = engine.log().head().await.expect("a head");
    assert_eq!(code(engine.debit(east.clone(), units(101), act("r")).await), "E-account-floor");
    assert_eq!(code(engine.credit(none.clone(), units(1), act("r")).await), "E-account-unknown");
    assert_eq!(code(engine.account(&none).await), "E-account-unknown");
    assert_eq!(code(engine.ledger(&none, StreamVersion::NONE, 1).await), "E-account-unknown");
    let transfer = |from: &AccountRef, to: &AccountRef, amount| {
        engine.transfer(from.clone(), to.clone(), units(amount), act("r"))
    };
    assert_eq!(code(transfer(&east, &west, 101).await), "E-account-floor");
    assert_eq!(code(transfer(&east, &none, 1).await), "E-account-unknown");
    assert_eq!(code(transfer(&none, &east, 1).await), "E-account-unknown");
    assert_eq!(code(transfer(&east, &east, 1).await), "E-account-same");
    assert_eq!(code(transfer(&east, &seats, 1).await), "E-account-unit");
    assert_eq!(code(engine.credit(east.clone(), units(1), act(" ")).await), "E-reason-missing");
    let long = act(&"x".repeat(8_001));
    assert_eq!(code(engine.credit(east.clone(), units(1), long).await), "E-reason-too-long");
    let later = AccountAct { occurred_at: Some(at("2017-03-11T00:00:00Z")), ..act("r") };
    assert_eq!(code(engine.credit(east.clone(), units(1), later).await), "E-time-future");
    let nobody = AccountAct { by: person_id("p-9"), ..act("r") };
    assert_eq!(code(engine.credit(east.clone(), units(1), nobody).await), "E-person-unknown");
    assert_eq!(code(open(&engine, "more", "krw", -1).await), "E-amount");
    assert_eq!(code(open(&engine, "seats", "copy", 5).await), "E-account-exists");
    assert_eq!(engine.log().head().await.expect("a head"), head);
}

#[tokio::test]
async fn a_closed_account_is_closed_for_good() {
    let World { engine, .. } = world().await;
    let east = account("budget/east");
    engine.close_account(east.clone(), act("year's end")).await.expect("accepted");
    assert_eq!(code(engine.credit(east.clone(), units(1), act("r")).await), "E-account-closed");
    assert_eq!(code(engine.close_account(east.clone(), act("r")).await), "E-account-closed");
    let west = account("budget/west");
    engine.credit(west.clone(), units(9), act("r")).await.expect("accepted");
    let transfer = engine.transfer(west.clone(), east.clone(), units(1), act("r")).await;
    assert_eq!(code(transfer), "E-account-closed");
    assert_eq!(engine.account(&west).await.expect("known").available, 9, "all or nothing");
}

#[tokio::test]
async fn a_repeated_key_and_a_repeated_opening_get_the_first_answer() {
    let World { engine, .. } = world().await;
    let (east, west) = (account("budget/east"), account("budget/west"));
    let first = engine.transfer(east.clone(), west.clone(), units(40), keyed("k")).await;
    let (first, head) = (first.expect("accepted"), engine.log().head().await.expect("a head"));
    let again = engine.transfer(east.clone(), west.clone(), units(40), keyed("k")).await;
    let again = again.expect("accepted");
    assert!(!first.repeated && again.repeated);
    assert_eq!((first.position, &first.accounts), (again.position, &again.accounts));
    let opened = open(&engine, "budget/east", "krw", 100).await.expect("accepted");
    assert!(opened.repeated);
    assert_eq!(available(&opened.accounts), [60], "as it is now");
    assert_eq!(engine.log().head().await.expect("a head"), head);
    engine.credit(west, units(1), keyed("k")).await.expect("the key is new in this account");
}

#[tokio::test]
async fn accounts_are_listed_by_name_and_by_page() {
    let World { engine, .. } = world().await;
    for (name, unit) in [("budget", "krw"), ("budget2", "krw"), ("seats", "seat")] {
        open(&engine, name, unit, 1).await.expect("opened");
    }
    let names = |accounts: Vec<Account>| {
        accounts.iter().map(|account| account.account.to_string()).collect::<Vec<_>>()
    };
    let all = engine.accounts(None, None, 100).await.expect("accounts");
    assert_eq!(names(all), ["budget", "budget/east", "budget/west", "budget2", "seats"]);
    let budget = Name::new("budget").expect("a name");
    let of_name = engine.accounts(Some(&budget), None, 100).await.expect("accounts");
    assert_eq!(names(of_name), ["budget", "budget/east", "budget/west"]);
    let after = account("budget/east");
    let page = engine.accounts(Some(&budget), Some(&after), 1).await.expect("accounts");
    assert_eq!(names(page), ["budget/west"]);
}

#[tokio::test]
async fn a_long_ledger_is_read_page_by_page_and_each_balance_follows_from_the_one_before() {
    let World { engine, .. } = world().await;
    let west = account("budget/west");
    for _ in 0..100 {
        engine.credit(west.clone(), units(2), act("r")).await.expect("accepted");
    }
    let (mut after, mut read) = (StreamVersion::NONE, Vec::new());
    loop {
        let page = engine.ledger(&west, after, 7).await.expect("a ledger");
        let Some(last) = page.last() else { break };
        after = last.line.version;
        read.extend(page);
    }
    let balances: Vec<i64> = read.iter().map(|entry| entry.available).collect();
    assert_eq!(balances, (0..=200).step_by(2).collect::<Vec<i64>>());
}

#[tokio::test]
async fn i10_accounts_come_back_equal_from_the_log_and_begin_from_their_snapshot() {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let world = World::on(log.clone()).await;
    world.person("p-1", &["clerk"]).await;
    open(&world.engine, "budget", "krw", 1_000).await.expect("opened");
    let budget = account("budget");
    for _ in 0..70 {
        world.engine.debit(budget.clone(), units(1), act("r")).await.expect("accepted");
    }
    let before = world.engine.account(&budget).await.expect("known");
    let ledger = world.engine.ledger(&budget, StreamVersion(60), 5).await.expect("a ledger");
    world.engine.rebuild_views().await.expect("rebuilt");
    assert_eq!(world.engine.ledger(&budget, StreamVersion(60), 5).await.expect("it"), ledger);
    let other = World::on(log).await;
    let listed = other.engine.accounts(None, None, 10).await.expect("accounts");
    assert_eq!(listed, [(*before).clone()]);
    assert_eq!(other.engine.account(&budget).await.expect("known"), before);
    world.engine.debit(budget.clone(), units(1), act("r")).await.expect("accepted");
    assert_eq!(other.engine.account(&budget).await.expect("known").available, 929);
}

#[tokio::test]
async fn i7_of_two_engines_on_one_log_the_loser_reads_again_and_decides_again() {
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let (here, there) = (World::on(log.clone()).await, World::on(log).await);
    here.person("p-1", &["clerk"]).await;
    open(&here.engine, "budget", "krw", 10).await.expect("opened");
    let budget = account("budget");
    for _ in 0..5 {
        for world in [&here, &there] {
            world.engine.debit(budget.clone(), units(1), act("r")).await.expect("accepted");
        }
    }
    assert_eq!(code(here.engine.debit(budget, units(1), act("r")).await), "E-account-floor");
}
