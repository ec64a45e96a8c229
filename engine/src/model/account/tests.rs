//! Accounts by examples, and by moves nobody thought of.

use dure_storage::Lang;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn reference(text: &str) -> AccountRef {
    text.parse().expect("an account")
}

fn unit(text: &str) -> Unit {
    Unit(crate::model::names::Name::new(text).expect("a name"))
}

fn opened(floor: i64, amount: i64) -> Account {
    let (account, unit) = (reference("budget/region3"), unit("krw"));
    let event = AccountOpened { account, unit, floor, amount, by: None };
    Account::fold(None, &AccountEvent::Opened(event)).expect("it is opened")
}

fn moving(kind: MoveKind, units: i64) -> Move {
    let amount = Amount::new(units).expect("an amount");
    Move { kind, account: reference("budget/region3"), amount }
}

fn told(result: Result<Account, AccountFault>) -> String {
    match result {
        Ok(Account { available, reserved, committed, .. }) => {
            format!("{available} {reserved} {committed}")
        }
        Err(fault) => fault.code().to_string(),
    }
}

#[test]
fn a_move_changes_what_its_name_says_and_nothing_else() {
    let mut account = opened(0, 100);
    account = account.apply(&moving(MoveKind::Reserve, 40)).expect("enough is there");
    for (kind, units, expected) in [
        (MoveKind::Reserve, 60, "0 100 0"),
        (MoveKind::Reserve, 61, "E-account-floor"),
        (MoveKind::Debit, 60, "0 40 0"),
        (MoveKind::Debit, 61, "E-account-floor"),
        (MoveKind::Credit, 1, "61 40 0"),
        (MoveKind::Commit, 40, "60 0 40"),
        (MoveKind::Commit, 41, "E-account-not-reserved"),
        (MoveKind::Release, 40, "100 0 0"),
        (MoveKind::Release, 41, "E-account-not-reserved"),
    ] {
        assert_eq!(told(account.apply(&moving(kind, units))), expected, "{kind:?} {units}");
    }
}

#[test]
fn a_floor_below_zero_is_an_overdraft_and_one_above_it_a_reserve_of_the_house() {
    assert_eq!(told(opened(-50, 0).apply(&moving(MoveKind::Reserve, 50))), "-50 50 0");
    assert_eq!(told(opened(-50, 0).apply(&moving(MoveKind::Debit, 51))), "E-account-floor");
    assert_eq!(told(opened(10, 30).apply(&moving(MoveKind::Debit, 21))), "E-account-floor");
}

#[test]
fn no_balance_grows_past_what_every_json_reader_keeps() {
    let full = opened(-10, UNITS_MAX);
    assert_eq!(told(full.apply(&moving(MoveKind::Credit, 1))), "E-account-limit");
    let promised = full.apply(&moving(MoveKind::Reserve, UNITS_MAX)).expect("enough is there");
    assert_eq!(told(promised.apply(&moving(MoveKind::Reserve, 1))), "E-account-limit");
}

#[test]
fn a_closed_account_takes_no_move_and_one_in_use_is_not_closed() {
    let used = opened(0, 5).apply(&moving(MoveKind::Reserve, 1)).expect("enough is there");
    assert_eq!(used.may_close().expect_err("in use").code().0, "E-account-in-use");
    let by = crate::model::names::PersonId::new("p-1").expect("a person");
    let event = AccountEvent::Closed(AccountClosed { by, reason: None });
    let closed = Account::fold(Some(opened(0, 5)), &event).expect("an account");
    assert_eq!((closed.version, closed.total()), (StreamVersion(2), 5));
    assert_eq!(told(closed.apply(&moving(MoveKind::Credit, 1))), "E-account-closed");
    assert_eq!(closed.may_close().expect_err("closed").code().0, "E-account-closed");
}

#[test]
fn an_amount_is_a_whole_number_of_units_from_one_on() {
    for value in [json!(-1), json!(0), json!(0.5), json!(1.0), json!("7"), json!(null)] {
        let invalid = AccountFault::from(Amount::try_from(&value).expect_err("no amount"));
        assert_eq!(invalid.code().0, "E-amount", "{value}");
        assert!(invalid.explain(Lang::Ko).contains("정수"), "{value}");
    }
    for text in ["-1", "0", "0.5", "", "9007199254740992", "99999999999999999999", "1e3", " 1"] {
        assert!(text.parse::<Amount>().is_err(), "{text}");
    }
    assert_eq!("9007199254740991".parse::<Amount>().map(Amount::get), Ok(9_007_199_254_740_991));
    assert!(serde_json::from_str::<Amount>("0").is_err());
}

#[test]
fn an_account_is_opened_with_amounts_that_can_be() {
    let wish = |floor, amount| {
        let (account, unit) = (reference("seats"), unit("seat"));
        OpenAccount { account, unit, floor, amount }.check().map_err(|fault| fault.code().0)
    };
    assert_eq!(wish(0, 0), Ok(()));
    assert_eq!(wish(-5, 0), Ok(()));
    assert_eq!(wish(0, -1), Err("E-amount"));
    assert_eq!(wish(i64::MIN, 0), Err("E-amount"));
    assert_eq!(wish(0, i64::MAX), Err("E-amount"));
    assert_eq!(wish(6, 5), Err("E-account-floor"));
    let read = |floor, amount| {
        OpenAccount::read(reference("seats"), unit("seat"), floor, amount)
            .map_err(|f| f.to_string())
    };
    assert!(read("-5", "0").is_ok());
    assert_eq!(
        read("0", "0.5"),
        Err("\"0.5\" is not a whole number of units from 0 to 9007199254740991".to_owned())
    );
    assert!(read("x", "1").is_err_and(|told| told.contains("from -9007199254740991")));
}

#[test]
fn an_account_is_written_as_its_name_and_key() {
    for text in ["budget", "budget/region3", "budget/서울-2017"] {
        let account = reference(text);
        assert_eq!(account.to_string(), text);
        assert_eq!(serde_json::to_value(&account).expect("written"), json!(text));
        assert_eq!(serde_json::from_value::<AccountRef>(json!(text)).expect("read"), account);
    }
    let long = format!("budget/{}", "한".repeat(41));
    for text in ["", "/", "budget/", "Budget", "budget/a/b", "budget/a b", "/a", long.as_str()] {
        assert!(text.parse::<AccountRef>().is_err(), "{text}");
    }
    assert!(reference("budget") < reference("budget/a"));
}

#[test]
fn other_units_and_other_accounts_are_refused() {
    let account = opened(0, 5);
    assert_eq!(account.counts(&unit("krw")), Ok(()));
    assert_eq!(account.counts(&unit("copy")).expect_err("differs").code().0, "E-account-unit");
    let elsewhere = Move { account: reference("budget/region4"), ..moving(MoveKind::Credit, 1) };
    assert_eq!(told(account.apply(&elsewhere)), "E-account-unknown");
}

#[test]
fn every_fault_speaks_both_languages_and_has_a_code_of_its_own() {
    let mut codes: Vec<_> = CODES.iter().map(|entry| entry.code).collect();
    codes.dedup();
    assert_eq!(codes.len(), 10);
    let fault = opened(0, 5).apply(&moving(MoveKind::Debit, 6)).expect_err("too much");
    assert_eq!(
        fault.explain(Lang::En),
        "the account budget/region3 does not hold enough: 6 krw asked, 5 available, the floor is 0"
    );
    assert_eq!(
        fault.explain(Lang::Ko),
        "budget/region3 계정의 수량이 모자랍니다. 요청 6 krw, 사용 가능 5, 하한 0"
    );
}

fn any_move() -> impl Strategy<Value = Move> {
    let kinds =
        [MoveKind::Credit, MoveKind::Debit, MoveKind::Reserve, MoveKind::Commit, MoveKind::Release];
    let units = prop_oneof![8 => 1_i64..60, 1 => UNITS_MAX - 50..=UNITS_MAX];
    (proptest::sample::select(kinds.to_vec()), units).prop_map(|(kind, n)| moving(kind, n))
}

fn as_event(moves: &[Move]) -> AccountEvent {
    let moves = by_account(moves).into_values().next().expect("of one account");
    AccountEvent::Moved(AccountMoved { moves, case: None, other: None, by: None, reason: None })
}

proptest! {
    #[test]
    fn i8_no_sequence_of_moves_passes_the_floor_or_loses_a_unit(
        floor in -100_i64..100, above in 0_i64..100, moves in prop::collection::vec(any_move(), 0..80)
    ) {
        let mut account = opened(floor, (floor + above).max(0));
        let mut expected = i128::from(account.available);
        for wanted in moves {
            let Ok(after) = account.apply(&wanted) else { continue };
            match wanted.kind {
                MoveKind::Credit => expected += i128::from(wanted.amount.get()),
                MoveKind::Debit => expected -= i128::from(wanted.amount.get()),
                MoveKind::Reserve | MoveKind::Commit | MoveKind::Release => {}
            }
            let Account { available, reserved, committed, .. } = after;
            prop_assert!(available >= floor && reserved >= 0 && committed >= 0);
            prop_assert!(available <= UNITS_MAX && reserved <= UNITS_MAX && committed <= UNITS_MAX);
            prop_assert_eq!([available, reserved, committed].map(i128::from).iter().sum::<i128>(), expected);
            let folded = Account::fold(Some(account), &as_event(&[wanted])).expect("an account");
            prop_assert_eq!(&Account { version: after.version.next(), ..after }, &folded);
            account = folded;
        }
    }

    #[test]
    fn i5_any_stored_history_folds(moves in prop::collection::vec(any_move(), 1..200)) {
        let account = Account::fold(Some(opened(0, 0)), &as_event(&moves)).expect("an account");
        prop_assert_eq!(account.version, StreamVersion(2));
    }
}
