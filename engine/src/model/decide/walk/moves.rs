//! Account movements: what a step reserves, uses up, gives back and transfers, in the same commit as the step (I8).

use super::*;
use crate::model::account::{AccountFault, AccountRef, Amount, Move as Movement, MoveKind, Unit};
use crate::model::consequence::Moved;
use crate::model::definition::{AccountExpression, AccountMoveKind, Quantity};
use crate::model::refusal::OutsideFault;

impl Walk<'_, '_> {
    pub(super) fn move_account(
        &mut self,
        block: &BlockPath,
        account_move: &AccountMove,
        facts: &Facts<'_>,
    ) -> Result<(), Undecided> {
        let here = self.here(block)?;
        let account = account_ref(&here, &account_move.account, facts)?;
        let amount = match &account_move.amount {
            Quantity::Units(amount) => facts.evaluate(&here, amount)?.as_i64().unwrap_or(0),
            Quantity::All => self.outside.available(&account)?,
        };
        let to = match &account_move.kind {
            AccountMoveKind::Transfer { to } => Some(account_ref(&here, to, facts)?),
            AccountMoveKind::Reserve | AccountMoveKind::Commit | AccountMoveKind::Release => None,
        };
        if amount == 0 {
            return Ok(());
        }
        let amount = amount_of(amount)?;
        match (&account_move.kind, to) {
            (AccountMoveKind::Reserve, _) => self.moved(block, Moved::Reserved, account, amount),
            (AccountMoveKind::Commit, _) => self.moved(block, Moved::Committed, account, amount),
            (AccountMoveKind::Release, _) => self.moved(block, Moved::Released, account, amount),
            (AccountMoveKind::Transfer { .. }, Some(to)) => {
                self.moved(block, Moved::TransferredOut, account, amount)?;
                self.moved(block, Moved::TransferredIn, to, amount)
            }
            (AccountMoveKind::Transfer { .. }, None) => Ok(()),
        }
    }

    fn moved(
        &mut self,
        block: &BlockPath,
        kind: Moved,
        account: AccountRef,
        amount: Amount,
    ) -> Result<(), Undecided> {
        if let Moved::Committed | Moved::Released = kind {
            let reserved = self.here(block)?.frame.reserved.get(&account).copied().unwrap_or(0);
            if reserved < amount.get() {
                let (asked, unit) = (amount.get(), self.unit_of(block, &account)?);
                return Err(Why::from(AccountFault::NotReserved {
                    account,
                    asked,
                    reserved,
                    unit,
                })
                .into());
            }
        }
        let unit = self.unit_of(block, &account)?;
        let movement = Movement { kind: kind_of(kind), account: account.clone(), amount };
        self.outside.move_account(movement, &unit)?;
        self.emit(Consequence::AccountMoved { block: block.clone(), kind, account, amount });
        Ok(())
    }

    fn unit_of(&self, block: &BlockPath, account: &AccountRef) -> Result<Unit, Why> {
        let used = self.definition(block)?.accounts.iter().find(|used| used.name == account.name);
        let unknown = || Why::from(AccountFault::Unknown { account: account.clone() });
        used.map(|used| used.unit.clone()).ok_or_else(unknown)
    }

    /// What an end does with everything that its workflow has still reserved.
    pub(super) fn settle_accounts(
        &mut self,
        frame: &BlockPath,
        end: &Name,
    ) -> Result<(), Undecided> {
        let definition = self.definition(frame)?;
        let Some(end) = definition.end(end.as_str()) else { return Ok(()) };
        for (names, kind) in [(&end.commits, Moved::Committed), (&end.releases, Moved::Released)] {
            let open = open_in(&self.case, frame, names);
            for (account, amount) in open {
                self.moved(frame, kind, account, amount_of(amount)?)?;
            }
        }
        Ok(())
    }
}

/// What a workflow has reserved in accounts of these names, with all that called workflows in it have.
fn open_in(case: &Case, frame: &BlockPath, names: &[Name]) -> Vec<(AccountRef, i64)> {
    let reserved = case.frame(frame).map(|frame| &frame.reserved).into_iter().flatten();
    let named = reserved.filter(|(account, _)| names.contains(&account.name));
    named.map(|(account, amount)| (account.clone(), *amount)).collect()
}

fn account_ref(
    here: &Here<'_>,
    account: &AccountExpression,
    facts: &Facts<'_>,
) -> Result<AccountRef, Why> {
    let key = account.key.as_ref().map(|key| facts.evaluate(here, key)).transpose()?;
    let key = key.as_ref().map(|key| key.as_str().unwrap_or_default());
    AccountRef::new(account.name.as_str(), key)
        .map_err(|error| Why::Outside(OutsideFault::ReferenceInvalid { text: error.text }))
}

fn amount_of(units: i64) -> Result<Amount, Why> {
    Amount::new(units).map_err(|invalid| AccountFault::AmountInvalid(invalid).into())
}

fn kind_of(kind: Moved) -> MoveKind {
    match kind {
        Moved::Reserved => MoveKind::Reserve,
        Moved::Committed => MoveKind::Commit,
        Moved::Released => MoveKind::Release,
        Moved::TransferredOut => MoveKind::Debit,
        Moved::TransferredIn => MoveKind::Credit,
    }
}
