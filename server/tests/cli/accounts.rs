//! Accounts from opening to closing, in text and in JSON, and what is refused.

use serde_json::json;

use crate::folder::{Folder, Ran};

/// With `p-1` added and two accounts opened: `budget/east` with 100, `budget/west` with nothing.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.run(&["person", "add", "p-1", "--role", "clerk"]).ok();
    open(&folder, &["budget/east", "--unit", "krw", "--amount", "100"]).ok();
    open(&folder, &["budget/west", "--unit", "krw"]).ok();
    folder
}

fn open(folder: &Folder, arguments: &[&str]) -> Ran {
    folder.run(&[&["account", "open"], arguments, &["--json"]].concat())
}

fn move_units(folder: &Folder, arguments: &[&str]) -> Ran {
    let act = ["--as", "p-1", "--reason", "추경", "--json"];
    folder.run(&[&["account"], arguments, &act[..]].concat())
}

fn code(ran: Ran, exit: i32) -> String {
    ran.failed(exit).error()["code"].as_str().expect("a code").to_owned()
}

#[test]
fn units_come_in_go_out_and_move_and_the_ledger_shows_it() {
    let folder = folder();
    let credited = move_units(&folder, &["credit", "budget/east", "50"]).ok().document();
    assert_eq!(credited["accounts"][0]["available"], 150);
    move_units(&folder, &["debit", "budget/east", "30"]).ok();
    let moved = move_units(&folder, &["transfer", "budget/east", "budget/west", "70"]).ok();
    let moved = moved.document();
    assert_eq!(
        (&moved["accounts"][0]["available"], &moved["accounts"][1]["available"]),
        (&json!(50), &json!(70))
    );
    assert_eq!(moved["repeated"], false);
    let shown = folder.run(&["account", "show", "budget/east", "--json"]).ok().document();
    assert_eq!(
        (&shown["total"], &shown["unit"], &shown["closed"]),
        (&json!(50), &json!("krw"), &json!(false))
    );
    let balances: Vec<i64> = shown["ledger"]
        .as_array()
        .expect("a ledger")
        .iter()
        .map(|entry| entry["available"].as_i64().expect("a number"))
        .collect();
    assert_eq!(balances, [100, 150, 120, 50]);
    let last = folder.run(&["account", "show", "budget/east", "-n", "1", "--json"]).ok().document();
    assert_eq!(last["ledger"].as_array().map(Vec::len), Some(1));
    assert_eq!(last["ledger"][0]["happened"]["moved"]["other"], "budget/west");
}

#[test]
fn an_account_is_read_in_both_languages() {
    let folder = folder();
    move_units(&folder, &["transfer", "budget/east", "budget/west", "70"]).ok();
    let read = |arguments: &[&str]| folder.run(&[&["account"], arguments].concat()).ok().out;
    let english = read(&["show", "budget/east", "--lang", "en"]);
    assert!(
        english.starts_with("budget/east  krw · open · available 30 · reserved 0"),
        "{english}"
    );
    let line = english.lines().last().expect("a line");
    assert!(
        line.contains("debit") && line.contains("p-1") && line.ends_with("→ budget/west “추경”"),
        "{english}"
    );
    let korean = read(&["show", "budget/west", "--lang", "ko"]);
    assert!(korean.starts_with("budget/west  krw · 사용 중 · 사용 가능 70"), "{korean}");
    assert!(
        korean
            .lines()
            .last()
            .is_some_and(|line| line.contains("수입") && line.contains("← budget/east")),
        "{korean}"
    );
    let list = read(&["list", "--lang", "en"]);
    assert_eq!(list.lines().count(), 3, "{list}");
    assert!(read(&["list", "seats", "--lang", "ko"]).contains("개설된 계정이 없습니다"));
    let close = ["close", "budget/west", "--as", "p-1", "--reason", "끝", "--lang", "ko"];
    assert!(read(&close).contains("마감"));
}

#[test]
fn the_list_in_json_has_one_account_per_line_in_the_order_of_their_names() {
    let folder = folder();
    open(&folder, &["seats", "--unit", "seat", "--amount", "5", "--floor", "-2"]).ok();
    let list = folder.run(&["account", "list", "--json"]).ok().documents();
    let names: Vec<_> = list.iter().map(|account| account["account"].clone()).collect();
    assert_eq!(names, [json!("budget/east"), json!("budget/west"), json!("seats")]);
    assert_eq!(list[2]["floor"], -2);
    let of_name = folder.run(&["account", "list", "budget", "--json"]).ok().documents();
    assert_eq!(of_name.len(), 2);
}

#[test]
fn a_repeated_key_and_a_repeated_opening_record_nothing() {
    let folder = folder();
    let credit = ["credit", "budget/east", "5", "--key", "k-1"];
    move_units(&folder, &credit).ok();
    let head = folder.head();
    assert_eq!(move_units(&folder, &credit).ok().document()["repeated"], true);
    let again = open(&folder, &["budget/east", "--unit", "krw", "--amount", "100"]).ok();
    assert_eq!(again.document()["repeated"], true);
    assert_eq!(folder.head(), head);
}

#[test]
fn what_is_refused_has_its_code_and_records_nothing() {
    let folder = folder();
    open(&folder, &["seats", "--unit", "seat"]).ok();
    let head = folder.head();
    for amount in ["-1", "0", "0.5", "-0.5", "1e3", "9007199254740992", "한"] {
        assert_eq!(
            code(move_units(&folder, &["credit", "budget/east", amount]), 2),
            "E-amount",
            "{amount}"
        );
        assert_eq!(
            code(move_units(&folder, &["transfer", "budget/east", "budget/west", amount]), 2),
            "E-amount"
        );
    }
    assert_eq!(code(open(&folder, &["more", "--unit", "krw", "--amount", "-1"]), 2), "E-amount");
    assert_eq!(code(open(&folder, &["more", "--unit", "krw", "--floor", "0.5"]), 2), "E-amount");
    assert_eq!(
        code(open(&folder, &["more", "--unit", "krw", "--floor", "1"]), 1),
        "E-account-floor"
    );
    assert_eq!(code(open(&folder, &["budget/east", "--unit", "krw"]), 1), "E-account-exists");
    assert_eq!(code(open(&folder, &["a/b/c", "--unit", "krw"]), 2), "E-identifier");
    assert_eq!(code(move_units(&folder, &["debit", "none", "1"]), 1), "E-account-unknown");
    assert_eq!(
        code(move_units(&folder, &["transfer", "budget/east", "seats", "1"]), 1),
        "E-account-unit"
    );
    assert_eq!(
        code(move_units(&folder, &["transfer", "seats", "seats", "1"]), 2),
        "E-account-same"
    );
    let floor = move_units(&folder, &["debit", "budget/east", "101"]).failed(1).error();
    assert_eq!(floor["code"], "E-account-floor");
    assert_eq!(
        (&floor["account"], &floor["asked"], &floor["available"], &floor["floor"], &floor["unit"]),
        (&json!("budget/east"), &json!(101), &json!(100), &json!(0), &json!("krw"))
    );
    let silent = ["account", "credit", "budget/east", "1", "--as", "p-1", "--json"];
    assert_eq!(code(folder.run(&silent), 1), "E-reason-missing");
    let nobody = ["account", "credit", "budget/east", "1", "--reason", "r", "--json"];
    assert_eq!(code(folder.run(&nobody), 2), "E-person-missing");
    assert_eq!(code(folder.run(&["account", "show", "none", "--json"]), 1), "E-account-unknown");
    let many = ["account", "show", "budget/east", "-n", "1001", "--json"];
    assert_eq!(code(folder.run(&many), 2), "E-too-many");
    assert_eq!(folder.head(), head);
}
