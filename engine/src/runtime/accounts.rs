//! Commands on accounts: load, decide, append to one or two streams in one commit with the versions that were decided
//! upon, and on conflict load and decide again, a bounded number of times (I7, I8).

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_storage::{
    CanonicalJson, Commit, Direction, EventId, ExpectedVersion, IdempotencyKey, NewEvent, Position,
    RecordedEvent, StoreError, StreamAppend, StreamVersion,
};
use serde_json::value::RawValue;

use super::engine::{Engine, Inner};
use super::history::read_from;
use super::request::{AccountAccepted, AccountAct};
use super::streams;
use crate::error::EngineError;
use crate::limits::DECIDE_ATTEMPTS_MAX;
use crate::model::account::{
    Account, AccountCommand, AccountEvent, AccountFault, AccountOpened, AccountRef, AccountRequest,
    Amount, OpenAccount, decide,
};
use crate::model::names::PersonId;
use crate::model::refusal::Why;

type Known = BTreeMap<AccountRef, Arc<Account>>;

impl Engine {
    /// Opens an account. Opening it again in the same way changes nothing.
    ///
    /// # Errors
    /// `E-account-exists` if it was opened with another unit, floor or amount; `E-amount`, `E-account-floor`.
    pub async fn open_account(
        &self,
        open: OpenAccount,
        by: Option<PersonId>,
    ) -> Result<AccountAccepted, EngineError> {
        open.check()?;
        if let Some(by) = &by {
            self.inner.person(by).await?;
        }
        self.inner.open_account(open, by).await
    }

    /// Lets units come in.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn credit(
        &self,
        account: AccountRef,
        amount: Amount,
        act: AccountAct,
    ) -> Result<AccountAccepted, EngineError> {
        self.inner.account_command(AccountCommand::Credit { account, amount }, act).await
    }

    /// Lets units go out.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn debit(
        &self,
        account: AccountRef,
        amount: Amount,
        act: AccountAct,
    ) -> Result<AccountAccepted, EngineError> {
        self.inner.account_command(AccountCommand::Debit { account, amount }, act).await
    }

    /// Moves units from one account to another of the same unit: both events stand in one commit (I8).
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn transfer(
        &self,
        from: AccountRef,
        to: AccountRef,
        amount: Amount,
        act: AccountAct,
    ) -> Result<AccountAccepted, EngineError> {
        self.inner.account_command(AccountCommand::Transfer { from, to, amount }, act).await
    }

    /// Closes an account in which nothing is reserved. What is left in it stays to be seen.
    ///
    /// # Errors
    /// A refusal, with nothing recorded, or a failed store.
    pub async fn close_account(
        &self,
        account: AccountRef,
        act: AccountAct,
    ) -> Result<AccountAccepted, EngineError> {
        self.inner.account_command(AccountCommand::Close { account }, act).await
    }

    /// An account as it is now.
    ///
    /// # Errors
    /// `E-account-unknown`.
    pub async fn account(&self, account: &AccountRef) -> Result<Arc<Account>, EngineError> {
        let unknown = || AccountFault::Unknown { account: account.clone() };
        Ok(self.inner.fresh_account(account).await?.ok_or_else(unknown)?)
    }
}

/// What a command brings beside the accounts: the same for every attempt.
struct Order {
    request: AccountRequest,
    key: Option<IdempotencyKey>,
}

impl Inner {
    async fn open_account(
        &self,
        open: OpenAccount,
        by: Option<PersonId>,
    ) -> Result<AccountAccepted, EngineError> {
        let OpenAccount { account, unit, floor, amount } = open;
        let (stream, now) = (streams::account(&account)?, self.clock.now());
        let opened = AccountOpened { account: account.clone(), unit, floor, amount, by };
        let event = AccountEvent::Opened(opened.clone());
        let new = self.account_event(&event, now, now, None)?;
        let part = StreamAppend { stream, expected: ExpectedVersion::Absent, events: vec![new] };
        let commit = Commit { parts: vec![part], recorded_at: now, idempotency: None };
        match self.log.append(commit).await {
            Ok(appended) => {
                let account = Account::fold(None, &event).into_iter().map(Arc::new).collect();
                Ok(self.account_accepted(account, appended.first))
            }
            Err(StoreError::VersionConflict { .. }) => self.opened_before(&opened).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The answer to an opening whose account is there already.
    async fn opened_before(&self, wish: &AccountOpened) -> Result<AccountAccepted, EngineError> {
        let stream = streams::account(&wish.account)?;
        let page = self.log.read_stream(&stream, StreamVersion(1), Direction::Forward, 1).await?;
        let exists = || AccountFault::Exists { account: wish.account.clone() };
        let first = page.first().ok_or_else(exists)?;
        match account_event(first)? {
            Some(AccountEvent::Opened(opened))
                if (&opened.unit, opened.floor, opened.amount)
                    == (&wish.unit, wish.floor, wish.amount) =>
            {
                let account = self.fresh_account(&wish.account).await?;
                let accounts = account.into_iter().collect();
                Ok(AccountAccepted { accounts, position: first.position, repeated: true })
            }
            Some(AccountEvent::Opened(_) | AccountEvent::Moved(_) | AccountEvent::Closed(_))
            | None => Err(exists().into()),
        }
    }

    async fn account_command(
        &self,
        command: AccountCommand,
        act: AccountAct,
    ) -> Result<AccountAccepted, EngineError> {
        let AccountAct { by, reason, occurred_at, idempotency_key } = act;
        let first = command.accounts().first().copied().zip(idempotency_key.as_deref());
        let key = first.map(|(account, key)| streams::account_key(account, key));
        if let Some(first) = self.first_answer(key.as_ref()).await? {
            return self.repeated_on_accounts(first).await;
        }
        self.person(&by).await?;
        let recorded_at = self.clock.now();
        let occurred_at = occurred_at.unwrap_or(recorded_at);
        let request = AccountRequest { command, by, reason, occurred_at, recorded_at };
        request.check()?;
        let order = Order { request, key };
        let _in_line = self.account_lines.wait(order.request.command.accounts()).await;
        for _ in 0..DECIDE_ATTEMPTS_MAX {
            match self.account_attempt(&order).await {
                Ok(Some(accepted)) => return Ok(accepted),
                Ok(None) => {}
                // The same request may have been accepted while this one was on its way.
                Err(error) => match self.first_answer(order.key.as_ref()).await? {
                    Some(first) => return self.repeated_on_accounts(first).await,
                    None => return Err(error),
                },
            }
        }
        Err(Why::Contended { attempts: DECIDE_ATTEMPTS_MAX }.into())
    }

    /// Decides on the accounts as they are; `None` if somebody else moved one of them first.
    async fn account_attempt(&self, order: &Order) -> Result<Option<AccountAccepted>, EngineError> {
        let Order { request, key } = order;
        let known = self.fresh_accounts(request.command.accounts()).await?;
        let events = decide(request, |account| known.get(account).map(|known| &**known))?;
        let (mut parts, mut after, mut first) = (Vec::new(), Vec::new(), None);
        for (account, event) in &events {
            let before = known.get(account).map(|known| (**known).clone());
            let expected = before.as_ref().map_or(StreamVersion::NONE, |known| known.version);
            let (at, now) = (request.occurred_at, request.recorded_at);
            let new = self.account_event(event, at, now, first)?;
            // What one account takes, the other gave.
            first = first.or(Some(new.id));
            let (stream, expected) = (streams::account(account)?, ExpectedVersion::Exact(expected));
            parts.push(StreamAppend { stream, expected, events: vec![new] });
            after.extend(Account::fold(before, event).map(Arc::new));
        }
        let commit = Commit { parts, recorded_at: request.recorded_at, idempotency: key.clone() };
        match self.log.append(commit).await {
            Ok(appended) if appended.repeated => {
                self.repeated_on_accounts(appended.first).await.map(Some)
            }
            Ok(appended) => Ok(Some(self.account_accepted(after, appended.first))),
            Err(StoreError::VersionConflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The stored form of an account's event.
    pub(super) fn account_event(
        &self,
        event: &AccountEvent,
        occurred_at: DateTime<Utc>,
        recorded_at: DateTime<Utc>,
        causation: Option<EventId>,
    ) -> Result<NewEvent, StoreError> {
        let data = match event {
            AccountEvent::Opened(payload) => CanonicalJson::of(payload),
            AccountEvent::Moved(payload) => CanonicalJson::of(payload),
            AccountEvent::Closed(payload) => CanonicalJson::of(payload),
        };
        let new = self.new_event(event.kind(), data?, occurred_at, recorded_at);
        Ok(NewEvent { causation, ..new })
    }

    fn account_accepted(&self, accounts: Vec<Arc<Account>>, position: Position) -> AccountAccepted {
        accounts.iter().for_each(|account| self.remember_account(account));
        AccountAccepted { accounts, position, repeated: false }
    }

    /// The answer to a request that was accepted before.
    async fn repeated_on_accounts(&self, first: Position) -> Result<AccountAccepted, EngineError> {
        let event = self.log.read_all(first, 1).await?;
        let size = event.first().map(|event| event.envelope::<&RawValue>()).transpose()?;
        let size = size.and_then(|envelope| envelope.commit_size).unwrap_or(1);
        let mut accounts = Vec::new();
        for event in self.log.read_all(first, size as usize).await? {
            let subject = event.envelope::<&RawValue>()?.subject;
            if let Some(account) = streams::account_of(&subject) {
                accounts.extend(self.fresh_account(&account).await?);
            }
        }
        Ok(AccountAccepted { accounts, position: first, repeated: true })
    }

    async fn fresh_accounts(&self, wanted: Vec<&AccountRef>) -> Result<Known, EngineError> {
        let mut known = Known::new();
        for account in wanted {
            if let Some(found) = self.fresh_account(account).await? {
                known.insert(account.clone(), found);
            }
        }
        Ok(known)
    }

    /// An account with every event that is acknowledged by now; `None` if it was never opened.
    pub(super) async fn fresh_account(
        &self,
        account: &AccountRef,
    ) -> Result<Option<Arc<Account>>, EngineError> {
        let stream = streams::account(account)?;
        let version = self.log.stream_version(&stream).await?;
        let known = match self.accounts.get(account) {
            Some(known) => Some(known),
            None if version == StreamVersion::NONE => return Ok(None),
            None => self.views.account_snapshot(account).await?.map(Arc::new),
        };
        if let Some(known) = &known
            && known.version == version
        {
            self.remember_account(known);
            return Ok(Some(known.clone()));
        }
        let from = known.as_ref().map_or(StreamVersion::NONE, |known| known.version).next();
        let mut folded = known.map(|known| (*known).clone());
        read_from(&*self.log, &stream, from, |recorded| {
            if let Some(event) = account_event(recorded)? {
                folded = Account::fold(folded.take(), &event);
            }
            Ok(())
        })
        .await?;
        let folded = folded.map(Arc::new);
        folded.iter().for_each(|account| self.remember_account(account));
        Ok(folded)
    }

    /// Keeps an account in memory, unless a later version is kept already.
    fn remember_account(&self, account: &Arc<Account>) {
        let known = self.accounts.get(&account.account).map(|known| known.version);
        if known.is_none_or(|known| known < account.version) {
            self.accounts.insert(account.account.clone(), account.clone());
        }
    }
}

fn account_event(recorded: &RecordedEvent) -> Result<Option<AccountEvent>, StoreError> {
    let envelope = recorded.envelope::<&RawValue>()?;
    AccountEvent::decode(&envelope.kind, envelope.data.get()).transpose().map_err(|error| {
        StoreError::EventUnreadable { position: recorded.position, reason: error.to_string() }
    })
}
