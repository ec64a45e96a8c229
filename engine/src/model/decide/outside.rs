//! What a decision sees and changes outside its case: facts that were brought, and the events of other streams that
//! join the commit. A fact that was not brought stops the decision and is asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use dure_storage::StreamVersion;

use super::super::account::{Account, AccountFault, AccountRef, Move, Unit};
use super::super::case::Case;
use super::super::definition::Definition;
use super::super::event::CaseEvent;
use super::super::known::{Fact, Known, Other, Undecided};
use super::super::names::{CaseId, Name, PersonId};
use super::super::people::Person;
use super::super::reference::{Reference, Referred};
use super::super::refusal::{OutsideFault, Why};
use crate::time::Calendar;

/// The working copy of what is outside.
#[derive(Clone)]
pub(super) struct Outside<'k> {
    known: &'k Known,
    accounts: BTreeMap<AccountRef, Account>,
    moves: BTreeMap<AccountRef, Vec<Move>>,
    cases: BTreeMap<CaseId, Arc<Case>>,
    numbers: BTreeMap<Name, u32>,
    others: Vec<Other>,
    /// Cases that started or told each other in this decision.
    pub(super) depth: usize,
}

impl<'k> Outside<'k> {
    pub(super) fn new(known: &'k Known) -> Outside<'k> {
        Outside {
            known,
            accounts: BTreeMap::new(),
            moves: BTreeMap::new(),
            cases: BTreeMap::new(),
            numbers: BTreeMap::new(),
            others: Vec::new(),
            depth: 0,
        }
    }

    /// Moves an account, if it lets itself be moved.
    pub(super) fn move_account(&mut self, wanted: Move, unit: &Unit) -> Result<(), Undecided> {
        let account = self.account(&wanted.account)?;
        account.counts(unit).map_err(Why::from)?;
        let after = account.apply(&wanted).map_err(Why::from)?;
        self.accounts.insert(wanted.account.clone(), after);
        self.moves.entry(wanted.account.clone()).or_default().push(wanted);
        Ok(())
    }

    /// How many units an account has above its floor.
    pub(super) fn available(&self, account: &AccountRef) -> Result<i64, Undecided> {
        let account = self.account(account)?;
        Ok(account.available.saturating_sub(account.floor).max(0))
    }

    fn account(&self, account: &AccountRef) -> Result<&Account, Undecided> {
        if let Some(moved) = self.accounts.get(account) {
            return Ok(moved);
        }
        match self.known.accounts.get(account) {
            Some(Some(found)) => Ok(found),
            Some(None) => Err(Why::from(AccountFault::Unknown { account: account.clone() }).into()),
            None => Err(Undecided::Lacking(Fact::Account(account.clone()))),
        }
    }

    /// The calendar of a workflow.
    pub(super) fn calendar(&self, name: Option<&Name>) -> Result<Option<&'k Calendar>, Undecided> {
        let Some(name) = name else { return Ok(None) };
        match self.known.calendars.get(name) {
            Some(Some(calendar)) => Ok(Some(calendar)),
            Some(None) => {
                Err(Why::Outside(OutsideFault::CalendarUnknown { calendar: name.to_string() })
                    .into())
            }
            None => Err(Undecided::Lacking(Fact::Calendar(name.clone()))),
        }
    }

    /// Refuses, or asks for them, as long as calendars are not there that expressions count days by.
    pub(super) fn have_calendars(&self, definition: &Definition) -> Result<(), Undecided> {
        definition.counts_by.iter().try_for_each(|name| self.calendar(Some(name)).map(|_| ()))
    }

    /// What was brought.
    pub(super) fn known(&self) -> &'k Known {
        self.known
    }

    /// The number of a new case.
    pub(super) fn number(&mut self, workflow: &Name) -> Result<CaseId, Undecided> {
        let taken = self.numbers.entry(workflow.clone()).or_default();
        let wanted = (workflow.clone(), *taken);
        let lacking =
            || Undecided::Lacking(Fact::Number { workflow: workflow.clone(), nth: wanted.1 });
        let number = self.known.numbers.get(&wanted).cloned().ok_or_else(lacking)?;
        *taken += 1;
        Ok(number)
    }

    /// Another case as it is by now, with its definition; `None` if there is none.
    pub(super) fn case(
        &self,
        id: &CaseId,
    ) -> Result<Option<(Arc<Case>, &'k Definition)>, Undecided> {
        match self.known.cases.get(id) {
            Some(Some((case, definition))) => {
                let case = self.cases.get(id).unwrap_or(case).clone();
                Ok(Some((case, definition)))
            }
            Some(None) => Ok(None),
            None => Err(Undecided::Lacking(Fact::Case(id.clone()))),
        }
    }

    /// A person other than those who act; `None` if they were never added.
    pub(super) fn person(&self, id: &PersonId) -> Result<Option<&'k Person>, Undecided> {
        match self.known.people.get(id) {
            Some(found) => Ok(found.as_deref()),
            None => Err(Undecided::Lacking(Fact::Person(id.clone()))),
        }
    }

    /// A case that a form names; `None` if there is none.
    pub(super) fn referred(
        &self,
        id: &CaseId,
        asked: &Reference,
    ) -> Result<Option<&'k Referred>, Undecided> {
        match self.known.referred.get(id) {
            Some(found) => Ok(found.as_ref()),
            None => Err(Undecided::Lacking(Fact::Referred(id.clone(), asked.clone()))),
        }
    }

    /// A case that was started.
    pub(super) fn spawned(&mut self, case: CaseId, workflow: Name, event: CaseEvent) {
        self.others.push(Other::Spawned { event, case, workflow });
    }

    /// An event at another case.
    pub(super) fn delivered(
        &mut self,
        to: CaseId,
        after: Case,
        based_on: StreamVersion,
        event: CaseEvent,
    ) {
        self.cases.insert(to.clone(), Arc::new(after));
        self.others.push(Other::Delivered { to, based_on, event });
    }

    pub(super) fn into_others(self) -> Vec<Other> {
        let moved =
            self.moves.into_iter().map(|(account, moves)| Other::Account { account, moves });
        self.others.into_iter().chain(moved).collect()
    }
}
