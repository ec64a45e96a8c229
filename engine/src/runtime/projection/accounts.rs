//! Every account as it is now, and its ledger: one entry per event, with the balance after it.

use chrono::{DateTime, Utc};
use dure_storage::{EventId, Position, StoreError, StreamVersion};
use serde::{Deserialize, Serialize};

use super::{Projection, Rows, ViewEvent};
use crate::limits::LEDGER_ROW_ENTRIES;
use crate::model::account::{Account, AccountEvent, AccountRef};
use crate::model::names::Name;
use crate::runtime::streams;

/// An event of an account as the log has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// The event's number in the account.
    pub version: StreamVersion,
    /// Its position in the log.
    pub position: Position,
    /// Its id.
    pub event: EventId,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// What happened.
    pub happened: AccountEvent,
}

/// One line of a ledger with the balance after it, in the account's unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    /// The event.
    #[serde(flatten)]
    pub line: LedgerLine,
    /// Units that may still be reserved.
    pub available: i64,
    /// Units promised to cases.
    pub reserved: i64,
    /// Units used up by cases.
    pub committed: i64,
}

/// A part of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LedgerPart {
    /// The account before the first line; absent in the first part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Account>,
    /// A fixed number of lines; fewer in the last part.
    pub lines: Vec<LedgerLine>,
}

/// A row of the view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountsRow {
    /// Key: `balance`, the account's name and key.
    Balance(Account),
    /// Key: `ledger`, the account's name and key, and the number of the part, eight digits.
    Ledger(LedgerPart),
}

/// The accounts.
#[derive(Debug, Default)]
pub struct Accounts;

impl Projection for Accounts {
    type Row = AccountsRow;
    const NAME: &'static str = "accounts";
    const SCHEMA: u32 = 1;

    fn apply(
        &mut self,
        event: &ViewEvent<'_>,
        rows: &mut Rows<AccountsRow>,
    ) -> Result<(), StoreError> {
        let Some(account) = streams::account_of(&event.envelope.subject) else { return Ok(()) };
        let Some(happened) = decoded(event)? else { return Ok(()) };
        balance(&account, event.envelope.version, &happened, rows)?;
        ledger(&account, event, happened, rows)
    }
}

fn decoded(event: &ViewEvent<'_>) -> Result<Option<AccountEvent>, StoreError> {
    let decoded = AccountEvent::decode(&event.envelope.kind, event.envelope.data.get());
    decoded.transpose().map_err(|error| StoreError::EventUnreadable {
        position: event.position,
        reason: error.to_string(),
    })
}

fn balance(
    account: &AccountRef,
    version: StreamVersion,
    happened: &AccountEvent,
    rows: &mut Rows<AccountsRow>,
) -> Result<(), StoreError> {
    let key = balance_key(account);
    let known = rows.take(&key)?.and_then(AccountsRow::balance);
    let seen = known.as_ref().is_some_and(|known| known.version >= version);
    let after = if seen { known } else { Account::fold(known, happened) };
    if let Some(after) = after {
        rows.put(key, AccountsRow::Balance(after));
    }
    Ok(())
}

/// Rows may be ahead of the position after a crash, so a part stands by itself and not on the balance.
fn ledger(
    account: &AccountRef,
    event: &ViewEvent<'_>,
    happened: AccountEvent,
    rows: &mut Rows<AccountsRow>,
) -> Result<(), StoreError> {
    let version = event.envelope.version;
    let number = part_of(version);
    let key = ledger_key(account, number);
    let mut part = match rows.take(&key)?.and_then(AccountsRow::ledger) {
        Some(part) => part,
        None => LedgerPart { before: before(account, number, rows)?, lines: Vec::new() },
    };
    part.lines.retain(|known| known.version < version);
    part.lines.push(LedgerLine {
        version,
        position: event.position,
        event: event.envelope.id,
        occurred_at: event.envelope.occurred_at,
        recorded_at: event.envelope.recorded_at,
        happened,
    });
    rows.put(key, AccountsRow::Ledger(part));
    Ok(())
}

/// The account at the end of the part before this one.
fn before(
    account: &AccountRef,
    number: u32,
    rows: &Rows<AccountsRow>,
) -> Result<Option<Account>, StoreError> {
    let Some(previous) = number.checked_sub(1) else { return Ok(None) };
    let previous = rows.get(&ledger_key(account, previous))?.and_then(AccountsRow::ledger);
    Ok(previous.and_then(|part| {
        part.lines.iter().fold(part.before, |account, line| Account::fold(account, &line.happened))
    }))
}

impl AccountsRow {
    /// The account, if the row is one.
    pub(in crate::runtime) fn balance(self) -> Option<Account> {
        match self {
            AccountsRow::Balance(account) => Some(account),
            AccountsRow::Ledger(_) => None,
        }
    }

    /// The part of a ledger, if the row is one.
    pub(in crate::runtime) fn ledger(self) -> Option<LedgerPart> {
        match self {
            AccountsRow::Ledger(part) => Some(part),
            AccountsRow::Balance(_) => None,
        }
    }
}

impl LedgerPart {
    /// Its lines with the balance after each.
    pub(in crate::runtime) fn entries(self) -> Vec<LedgerEntry> {
        let mut account = self.before;
        let mut entries = Vec::with_capacity(self.lines.len());
        for line in self.lines {
            account = Account::fold(account.take(), &line.happened);
            let Some(Account { available, reserved, committed, .. }) = account else { continue };
            entries.push(LedgerEntry { line, available, reserved, committed });
        }
        entries
    }
}

/// The number of the part an event stands in.
pub(in crate::runtime) fn part_of(version: StreamVersion) -> u32 {
    version.0.saturating_sub(1) / LEDGER_ROW_ENTRIES
}

/// The key of an account's balance.
pub(in crate::runtime) fn balance_key(account: &AccountRef) -> String {
    let key = account.key.as_ref().map_or("", |key| key.as_str());
    format!("balance\0{}\0{key}", account.name)
}

/// The prefix of the balances of all accounts of a name, or of all.
pub(in crate::runtime) fn balance_prefix(name: Option<&Name>) -> String {
    match name {
        Some(name) => format!("balance\0{name}\0"),
        None => "balance\0".to_owned(),
    }
}

/// The prefix of the parts of an account's ledger.
pub(in crate::runtime) fn ledger_prefix(account: &AccountRef) -> String {
    let key = account.key.as_ref().map_or("", |key| key.as_str());
    format!("ledger\0{}\0{key}\0", account.name)
}

/// The key of a part of an account's ledger.
pub(in crate::runtime) fn ledger_key(account: &AccountRef, number: u32) -> String {
    format!("{}{number:08}", ledger_prefix(account))
}
