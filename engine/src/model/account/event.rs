//! The events of an account and the names they are stored under. A case's moves stand here and in the case's own
//! event, in one commit.

use std::collections::BTreeMap;

use dure_storage::EventType;
use serde::{Deserialize, Serialize};

use super::{AccountRef, Amount, Move, MoveKind, Unit};
use crate::model::names::{CaseId, PersonId};

/// An account was opened.
pub const ACCOUNT_OPENED: EventType = EventType("dure.account_opened.v1");
/// Units of an account were moved.
pub const ACCOUNT_MOVED: EventType = EventType("dure.account_moved.v1");
/// An account was closed.
pub const ACCOUNT_CLOSED: EventType = EventType("dure.account_closed.v1");

/// What happened to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountEvent {
    /// It was opened.
    Opened(AccountOpened),
    /// Units were moved.
    Moved(AccountMoved),
    /// It was closed.
    Closed(AccountClosed),
}

/// Payload of [`ACCOUNT_OPENED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOpened {
    /// Its name.
    pub account: AccountRef,
    /// What is counted.
    pub unit: Unit,
    /// The least that may be available, in units.
    pub floor: i64,
    /// Units it began with.
    pub amount: i64,
    /// Who opened it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// Payload of [`ACCOUNT_MOVED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountMoved {
    /// What was moved, in this order.
    pub moves: Vec<Moved>,
    /// The case that moved it; absent when a person did beside any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The account at the other end of a transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<AccountRef>,
    /// Who did it; absent where a clock or a message moved the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A move of the account whose event it stands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// How.
    pub kind: MoveKind,
    /// How many units.
    pub amount: Amount,
}

/// Payload of [`ACCOUNT_CLOSED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountClosed {
    /// Who closed it.
    pub by: PersonId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl AccountEvent {
    /// The name it is stored under.
    pub fn kind(&self) -> EventType {
        match self {
            AccountEvent::Opened(_) => ACCOUNT_OPENED,
            AccountEvent::Moved(_) => ACCOUNT_MOVED,
            AccountEvent::Closed(_) => ACCOUNT_CLOSED,
        }
    }

    /// Reads a stored event; `None` if the name is not one of an account event.
    ///
    /// # Errors
    /// If the payload does not have the form its name promises.
    pub fn decode(kind: &str, data: &str) -> Option<Result<AccountEvent, serde_json::Error>> {
        Some(match kind {
            k if k == ACCOUNT_OPENED.0 => serde_json::from_str(data).map(AccountEvent::Opened),
            k if k == ACCOUNT_MOVED.0 => serde_json::from_str(data).map(AccountEvent::Moved),
            k if k == ACCOUNT_CLOSED.0 => serde_json::from_str(data).map(AccountEvent::Closed),
            _ => return None,
        })
    }
}

/// The moves of each account, in their order: one event of each stream carries them.
pub fn by_account(moves: &[Move]) -> BTreeMap<AccountRef, Vec<Moved>> {
    let mut found: BTreeMap<AccountRef, Vec<Moved>> = BTreeMap::new();
    for Move { kind, account, amount } in moves {
        let moved = Moved { kind: *kind, amount: *amount };
        found.entry(account.clone()).or_default().push(moved);
    }
    found
}
