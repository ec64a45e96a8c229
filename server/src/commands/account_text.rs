//! Accounts as people read them.

use dure_engine::model::account::{
    Account, AccountEvent, AccountMoved, AccountRef, MoveKind, Moved,
};
use dure_engine::model::names::PersonId;
use dure_engine::runtime::{AccountAccepted, LedgerEntry};
use dure_storage::Lang;

use crate::moment::minute;
use crate::output::one_line;
use crate::sheet::Sheet;
use crate::words::{self, Word};

/// What became of a request, and the accounts after it.
pub(super) fn accepted(accepted: &AccountAccepted, lang: Lang) -> String {
    let said = if accepted.repeated { words::ALREADY } else { words::RECORDED_NOW };
    let position = words::POSITION.get(lang);
    let first = format!("{} ({position} {})\n", said.get(lang), accepted.position);
    accepted.accounts.iter().fold(first, |text, account| text + &balance(account, lang))
}

/// One line per account.
pub(super) fn list(accounts: &[Account], lang: Lang) -> String {
    if accounts.is_empty() {
        return format!("{}\n", words::NO_ACCOUNTS.get(lang));
    }
    let header = [
        words::ACCOUNT,
        words::UNIT,
        words::AVAILABLE,
        words::RESERVED,
        words::COMMITTED,
        words::FLOOR,
        words::STATE,
    ];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for account in accounts {
        let numbers = [account.available, account.reserved, account.committed, account.floor];
        let [available, reserved, committed, floor] = numbers.map(|number| number.to_string());
        sheet.row([
            account.account.to_string(),
            account.unit.to_string(),
            available,
            reserved,
            committed,
            floor,
            state(account).get(lang).to_owned(),
        ]);
    }
    sheet.render()
}

/// An account and the end of its ledger, oldest entry first.
pub(super) fn show(account: &Account, ledger: &[LedgerEntry], lang: Lang) -> String {
    let header = [
        words::VERSION,
        words::TIME,
        words::KIND,
        words::AMOUNT,
        words::AVAILABLE,
        words::RESERVED,
        words::COMMITTED,
        words::BY,
        words::REASON,
    ];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for entry in ledger {
        let numbers = [entry.available, entry.reserved, entry.committed];
        let [available, reserved, committed] = numbers.map(|number| number.to_string());
        let Shown { kind, amount, by, reason } = Shown::of(&entry.line.happened, lang);
        let (version, time) = (entry.line.version.to_string(), minute(entry.line.occurred_at));
        sheet.row([version, time, kind, amount, available, reserved, committed, by, reason]);
    }
    let lines = if ledger.is_empty() { String::new() } else { format!("\n{}", sheet.render()) };
    balance(account, lang) + &lines
}

/// Name, state and balance in one line.
fn balance(account: &Account, lang: Lang) -> String {
    let parts = [
        (words::AVAILABLE, account.available),
        (words::RESERVED, account.reserved),
        (words::COMMITTED, account.committed),
        (words::TOTAL, account.total()),
        (words::FLOOR, account.floor),
    ];
    let parts = parts.map(|(word, number)| format!("{} {number}", word.get(lang)));
    let state = state(account).get(lang);
    format!("{}  {} · {state} · {}\n", account.account, account.unit, parts.join(" · "))
}

fn state(account: &Account) -> Word {
    if account.closed { words::ACCOUNT_CLOSED } else { words::ACCOUNT_OPEN }
}

/// The words of one entry of a ledger.
struct Shown {
    kind: String,
    amount: String,
    by: String,
    reason: String,
}

impl Shown {
    fn of(happened: &AccountEvent, lang: Lang) -> Shown {
        match happened {
            AccountEvent::Opened(opened) => Shown {
                kind: words::ACCOUNT_OPENED.get(lang).to_owned(),
                amount: opened.amount.to_string(),
                by: person(opened.by.as_ref()),
                reason: String::new(),
            },
            AccountEvent::Moved(moved) => Shown {
                kind: joined(moved, |each| kind(each.kind).get(lang).to_owned()),
                amount: joined(moved, |each| each.amount.to_string()),
                by: actor(moved),
                reason: reason(moved.reason.as_deref(), moved.other.as_ref(), &moved.moves),
            },
            AccountEvent::Closed(closed) => Shown {
                kind: words::ACCOUNT_CLOSED.get(lang).to_owned(),
                amount: String::new(),
                by: closed.by.to_string(),
                reason: reason(closed.reason.as_deref(), None, &[]),
            },
        }
    }
}

fn joined(moved: &AccountMoved, shown: impl Fn(&Moved) -> String) -> String {
    moved.moves.iter().map(shown).collect::<Vec<_>>().join(" + ")
}

fn person(by: Option<&PersonId>) -> String {
    by.map_or_else(String::new, ToString::to_string)
}

/// Who moved it: a person, a case, or a person in a case.
fn actor(moved: &AccountMoved) -> String {
    match (&moved.by, &moved.case) {
        (Some(by), Some(case)) => format!("{by} ({case})"),
        (None, Some(case)) => case.to_string(),
        (by, None) => person(by.as_ref()),
    }
}

/// The reason, after the other end of a transfer.
fn reason(said: Option<&str>, other: Option<&AccountRef>, moves: &[Moved]) -> String {
    let gives = moves.iter().any(|each| each.kind == MoveKind::Debit);
    let other = other.map(|other| format!("{} {other}", if gives { "→" } else { "←" }));
    let said = said.map(|said| words::quoted(&one_line(said)));
    other.into_iter().chain(said).collect::<Vec<_>>().join(" ")
}

fn kind(kind: MoveKind) -> Word {
    match kind {
        MoveKind::Credit => words::CREDIT,
        MoveKind::Debit => words::DEBIT,
        MoveKind::Reserve => words::RESERVE,
        MoveKind::Commit => words::COMMIT,
        MoveKind::Release => words::RELEASE,
    }
}
