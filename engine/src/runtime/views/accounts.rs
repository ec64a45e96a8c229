//! What the accounts view answers: balances, ledgers, and the snapshot a command begins from.

use dure_storage::{StoreError, StreamVersion};

use super::{Kept, Views, anew, values};
use crate::error::EngineError;
use crate::limits::{LEDGER_ROW_ENTRIES, VIEW_PAGE_ROWS_MAX};
use crate::model::account::{Account, AccountRef};
use crate::model::names::Name;
use crate::runtime::Engine;
use crate::runtime::projection::accounts::{
    AccountsRow, LedgerEntry, LedgerPart, balance_key, balance_prefix, ledger_key, ledger_prefix,
    part_of,
};

impl Views {
    /// An account as the view has it, which may be behind.
    pub(in crate::runtime) async fn account_snapshot(
        &self,
        account: &AccountRef,
    ) -> Result<Option<Account>, StoreError> {
        let mut kept = self.kept.lock().await;
        match kept.accounts.rows.get(&balance_key(account)) {
            Ok(row) => Ok(row.and_then(AccountsRow::balance)),
            Err(StoreError::DerivedDamaged { reason }) => {
                *kept = anew(&*self.log, &self.store, &reason).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Engine {
    /// Up to [`VIEW_PAGE_ROWS_MAX`] accounts in the order of name and key, all or those of one name, after one.
    ///
    /// # Errors
    /// If the store failed.
    pub async fn accounts(
        &self,
        name: Option<&Name>,
        after: Option<&AccountRef>,
        limit: usize,
    ) -> Result<Vec<Account>, EngineError> {
        let (prefix, after) = (balance_prefix(name), after.map(balance_key));
        let limit = limit.min(VIEW_PAGE_ROWS_MAX);
        let read = |kept: &Kept| kept.accounts.rows.scan(&prefix, after.as_deref(), limit);
        let rows = self.inner.views.read(read).await?;
        Ok(values(rows).into_iter().filter_map(AccountsRow::balance).collect())
    }

    /// Up to [`VIEW_PAGE_ROWS_MAX`] entries of an account's ledger, oldest first, after an event of it.
    ///
    /// # Errors
    /// `E-account-unknown`.
    pub async fn ledger(
        &self,
        account: &AccountRef,
        after: StreamVersion,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, EngineError> {
        self.account(account).await?;
        let limit = limit.min(VIEW_PAGE_ROWS_MAX);
        let first = part_of(after.next());
        let before = first.checked_sub(1).map(|part| ledger_key(account, part));
        // The first part may hold entries that are not wanted, so one more is read.
        let parts = limit.div_ceil(LEDGER_ROW_ENTRIES as usize) + 1;
        let prefix = ledger_prefix(account);
        let read = |kept: &Kept| kept.accounts.rows.scan(&prefix, before.as_deref(), parts);
        let rows = values(self.inner.views.read(read).await?);
        let entries =
            rows.into_iter().filter_map(AccountsRow::ledger).flat_map(LedgerPart::entries);
        Ok(entries.filter(|entry| entry.line.version > after).take(limit).collect())
    }
}
