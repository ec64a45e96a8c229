//! Accounts: named quantities (a budget, copies, seats) that steps reserve, commit and release. What a move makes of
//! a balance, and why it may not; an account keeps totals only, each case keeps what it has reserved.

mod amount;
mod decide;
mod event;
mod fault;
mod reference;
#[cfg(test)]
mod tests;

use dure_storage::StreamVersion;
use dure_storage::limits::JSON_INTEGER_MAX;
use serde::{Deserialize, Serialize};

pub use amount::{Amount, AmountInvalid};
pub use decide::{AccountCommand, AccountRequest, decide};
pub use event::{
    ACCOUNT_CLOSED, ACCOUNT_MOVED, ACCOUNT_OPENED, AccountClosed, AccountEvent, AccountMoved,
    AccountOpened, Moved, by_account,
};
pub use fault::{AccountFault, CODES};
pub use reference::{AccountKey, AccountRef, Unit};

/// Units a balance may hold, either way: what every JSON reader keeps exactly.
const UNITS_MAX: i64 = JSON_INTEGER_MAX;

/// What a move does. `available + reserved + committed` is what was credited less what was debited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// Available units come in.
    Credit,
    /// Available units go out.
    Debit,
    /// Available units are promised to a case.
    Reserve,
    /// Reserved units are used up.
    Commit,
    /// Reserved units become available again.
    Release,
}

/// Units of an account are moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// How.
    pub kind: MoveKind,
    /// Of which account.
    pub account: AccountRef,
    /// How many units.
    pub amount: Amount,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub account: AccountRef,
    /// What is counted.
    pub unit: Unit,
    /// The least that may be available, in units; below 0 for an overdraft.
    pub floor: i64,
    /// Units that may still be reserved, as far as the floor lets them.
    pub available: i64,
    /// Units promised to cases.
    pub reserved: i64,
    /// Units used up by cases.
    pub committed: i64,
    /// How many events it has.
    pub version: StreamVersion,
    /// Whether it takes no further move.
    pub closed: bool,
}

/// A wish to open an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenAccount {
    /// Its name.
    pub account: AccountRef,
    /// What is counted.
    pub unit: Unit,
    /// The least that may be available, in units.
    pub floor: i64,
    /// Units it begins with: 0 or more.
    pub amount: i64,
}

impl OpenAccount {
    /// Reads floor and amount from texts, and checks the wish.
    ///
    /// # Errors
    /// As [`OpenAccount::check`].
    pub fn read(
        account: AccountRef,
        unit: Unit,
        floor: &str,
        amount: &str,
    ) -> Result<OpenAccount, AccountFault> {
        let units = |text: &str, least| text.parse().map_err(|_| AmountInvalid::of(text, least));
        let (floor, amount) = (units(floor, -UNITS_MAX)?, units(amount, 0)?);
        let open = OpenAccount { account, unit, floor, amount };
        open.check().map(|()| open)
    }

    /// Checks the wish.
    ///
    /// # Errors
    /// If amount or floor is no number of units, or the amount lies below the floor.
    pub fn check(&self) -> Result<(), AccountFault> {
        let OpenAccount { account, unit, floor, amount } = self;
        if !(0..=UNITS_MAX).contains(amount) {
            return Err(AmountInvalid::of(amount, 0).into());
        }
        if !(-UNITS_MAX..=UNITS_MAX).contains(floor) {
            return Err(AmountInvalid::of(floor, -UNITS_MAX).into());
        }
        if amount < floor {
            return Err(AccountFault::BelowFloor {
                account: account.clone(),
                asked: 0,
                available: *amount,
                floor: *floor,
                unit: unit.clone(),
            });
        }
        Ok(())
    }
}

impl Account {
    /// Units in all: what was credited less what was debited.
    pub fn total(&self) -> i64 {
        self.available.saturating_add(self.reserved).saturating_add(self.committed)
    }

    /// Units that may be reserved or debited now.
    pub fn free(&self) -> i64 {
        self.available.saturating_sub(self.floor)
    }

    /// The account after a move; its version stays, since several moves may share one event.
    ///
    /// # Errors
    /// Why the move may not be.
    pub fn apply(&self, wanted: &Move) -> Result<Account, AccountFault> {
        if wanted.account != self.account {
            return Err(AccountFault::Unknown { account: wanted.account.clone() });
        }
        if self.closed {
            return Err(AccountFault::Closed { account: self.account.clone() });
        }
        let amount = wanted.amount.get();
        match wanted.kind {
            MoveKind::Credit if amount > UNITS_MAX - self.total().max(self.available) => {
                return Err(self.too_much(amount));
            }
            MoveKind::Debit | MoveKind::Reserve if amount > self.free() => {
                return Err(self.below_floor(amount));
            }
            // With an overdraft more can be promised than was ever credited.
            MoveKind::Reserve if amount > UNITS_MAX - self.reserved - self.committed => {
                return Err(self.too_much(amount));
            }
            MoveKind::Commit | MoveKind::Release if amount > self.reserved => {
                return Err(AccountFault::NotReserved {
                    account: self.account.clone(),
                    asked: amount,
                    reserved: self.reserved,
                    unit: self.unit.clone(),
                });
            }
            MoveKind::Credit
            | MoveKind::Debit
            | MoveKind::Reserve
            | MoveKind::Commit
            | MoveKind::Release => {}
        }
        let mut after = self.clone();
        after.take(wanted.kind, amount);
        Ok(after)
    }

    /// Refuses another unit than the account's.
    ///
    /// # Errors
    /// [`AccountFault::UnitDiffers`].
    pub fn counts(&self, wanted: &Unit) -> Result<(), AccountFault> {
        if self.unit == *wanted {
            return Ok(());
        }
        let (account, unit) = (self.account.clone(), self.unit.clone());
        Err(AccountFault::UnitDiffers { account, unit, wanted: wanted.clone() })
    }

    /// Whether it may be closed: nothing in it is promised to a case.
    ///
    /// # Errors
    /// If it is closed already, or units are reserved.
    pub fn may_close(&self) -> Result<(), AccountFault> {
        let account = self.account.clone();
        match (self.closed, self.reserved) {
            (true, _) => Err(AccountFault::Closed { account }),
            (false, 0) => Ok(()),
            (false, reserved) => {
                Err(AccountFault::InUse { account, reserved, unit: self.unit.clone() })
            }
        }
    }

    /// Folds one stored event. Never refuses: what is stored happened. `None` only before the opening.
    pub fn fold(account: Option<Account>, event: &AccountEvent) -> Option<Account> {
        let mut account = match (account, event) {
            (None, AccountEvent::Opened(opened)) => return Some(Account::opened(opened)),
            (None, AccountEvent::Moved(_) | AccountEvent::Closed(_)) => return None,
            (Some(account), _) => account,
        };
        account.version = account.version.next();
        match event {
            AccountEvent::Opened(_) => {}
            AccountEvent::Moved(moved) => {
                moved.moves.iter().for_each(|each| account.take(each.kind, each.amount.get()));
            }
            AccountEvent::Closed(_) => account.closed = true,
        }
        Some(account)
    }

    fn opened(opened: &AccountOpened) -> Account {
        Account {
            account: opened.account.clone(),
            unit: opened.unit.clone(),
            floor: opened.floor,
            available: opened.amount,
            reserved: 0,
            committed: 0,
            version: StreamVersion(1),
            closed: false,
        }
    }

    fn below_floor(&self, asked: i64) -> AccountFault {
        AccountFault::BelowFloor {
            account: self.account.clone(),
            asked,
            available: self.available,
            floor: self.floor,
            unit: self.unit.clone(),
        }
    }

    fn too_much(&self, asked: i64) -> AccountFault {
        AccountFault::TooMuch { account: self.account.clone(), asked }
    }

    /// Moves units unasked. Saturates: a stored history must fold whatever stands in it.
    fn take(&mut self, kind: MoveKind, amount: i64) {
        let (from, to) = match kind {
            MoveKind::Credit => (None, Some(&mut self.available)),
            MoveKind::Debit => (Some(&mut self.available), None),
            MoveKind::Reserve => (Some(&mut self.available), Some(&mut self.reserved)),
            MoveKind::Commit => (Some(&mut self.reserved), Some(&mut self.committed)),
            MoveKind::Release => (Some(&mut self.reserved), Some(&mut self.available)),
        };
        if let Some(from) = from {
            *from = from.saturating_sub(amount);
        }
        if let Some(to) = to {
            *to = to.saturating_add(amount);
        }
    }
}
