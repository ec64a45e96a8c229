//! What people may do with accounts beside any case: credit, debit, transfer, close. Pure: a command and the accounts
//! it touches become one event for each of them.

use chrono::{DateTime, Utc};

use super::{
    Account, AccountClosed, AccountEvent, AccountFault, AccountMoved, AccountRef, Amount, Move,
    MoveKind, Moved,
};
use crate::model::names::PersonId;
use crate::model::reason;
use crate::model::refusal::Why;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of a variant are the words of its sentence")]
pub enum AccountCommand {
    /// Units come in.
    Credit { account: AccountRef, amount: Amount },
    /// Units go out.
    Debit { account: AccountRef, amount: Amount },
    /// Units go from one account to another.
    Transfer { from: AccountRef, to: AccountRef, amount: Amount },
    /// The account takes no further move.
    Close { account: AccountRef },
}

/// A command with who asks and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRequest {
    /// What is to be done.
    pub command: AccountCommand,
    /// Who asks.
    pub by: PersonId,
    /// Why; it must be said.
    pub reason: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Now.
    pub recorded_at: DateTime<Utc>,
}

impl AccountCommand {
    /// The accounts it touches; the first one gives.
    pub fn accounts(&self) -> Vec<&AccountRef> {
        match self {
            AccountCommand::Credit { account, .. }
            | AccountCommand::Debit { account, .. }
            | AccountCommand::Close { account } => vec![account],
            AccountCommand::Transfer { from, to, .. } => vec![from, to],
        }
    }
}

impl AccountRequest {
    /// Checks what does not depend on any account.
    ///
    /// # Errors
    /// If a reason is missing or too long, the time lies in the future, or a transfer goes nowhere.
    pub fn check(&self) -> Result<(), Why> {
        let AccountRequest { occurred_at, recorded_at, .. } = *self;
        if occurred_at > recorded_at {
            return Err(Why::InFuture { occurred_at, recorded_at });
        }
        reason::given(&self.reason)?;
        match &self.command {
            AccountCommand::Transfer { from, to, .. } if from == to => {
                Err(AccountFault::SameAccount { account: from.clone() }.into())
            }
            AccountCommand::Transfer { .. }
            | AccountCommand::Credit { .. }
            | AccountCommand::Debit { .. }
            | AccountCommand::Close { .. } => Ok(()),
        }
    }

    fn moved(&self, account: &Account, kind: MoveKind, amount: Amount) -> Result<Decided, Why> {
        account.apply(&Move { kind, account: account.account.clone(), amount })?;
        let moved = AccountMoved {
            moves: vec![Moved { kind, amount }],
            case: None,
            other: None,
            by: Some(self.by.clone()),
            reason: Some(self.reason.clone()),
        };
        Ok((account.account.clone(), moved))
    }

    fn transferred(
        &self,
        from: &Account,
        to: &Account,
        amount: Amount,
    ) -> Result<Vec<(AccountRef, AccountEvent)>, Why> {
        to.counts(&from.unit)?;
        let (giver, mut debit) = self.moved(from, MoveKind::Debit, amount)?;
        let (taker, mut credit) = self.moved(to, MoveKind::Credit, amount)?;
        debit.other = Some(taker.clone());
        credit.other = Some(giver.clone());
        Ok(vec![(giver, AccountEvent::Moved(debit)), (taker, AccountEvent::Moved(credit))])
    }
}

type Decided = (AccountRef, AccountMoved);

/// One event for each account that a request touches, in the order of [`AccountCommand::accounts`].
///
/// # Errors
/// Why it may not be done.
pub fn decide<'a>(
    request: &AccountRequest,
    known: impl Fn(&AccountRef) -> Option<&'a Account>,
) -> Result<Vec<(AccountRef, AccountEvent)>, Why> {
    request.check()?;
    let account = |wanted: &AccountRef| {
        known(wanted).ok_or_else(|| AccountFault::Unknown { account: wanted.clone() })
    };
    let one = |(account, moved)| vec![(account, AccountEvent::Moved(moved))];
    match &request.command {
        AccountCommand::Credit { account: wanted, amount } => {
            request.moved(account(wanted)?, MoveKind::Credit, *amount).map(one)
        }
        AccountCommand::Debit { account: wanted, amount } => {
            request.moved(account(wanted)?, MoveKind::Debit, *amount).map(one)
        }
        AccountCommand::Transfer { from, to, amount } => {
            request.transferred(account(from)?, account(to)?, *amount)
        }
        AccountCommand::Close { account: wanted } => {
            account(wanted)?.may_close()?;
            let (by, reason) = (request.by.clone(), Some(request.reason.clone()));
            Ok(vec![(wanted.clone(), AccountEvent::Closed(AccountClosed { by, reason }))])
        }
    }
}
