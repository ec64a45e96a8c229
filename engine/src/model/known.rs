//! What a decision needs to know from outside its case: accounts, numbers, calendars, other cases, people. The model
//! never fetches: it says which fact it lacks, the runtime brings it, and the decision is made again.

use std::collections::BTreeMap;
use std::sync::Arc;

use dure_storage::StreamVersion;

use super::account::{Account, AccountRef, Move};
use super::case::Case;
use super::definition::Definition;
use super::event::CaseEvent;
use super::names::{CaseId, Name, PersonId};
use super::people::Person;
use super::reference::{Reference, Referred};
use super::refusal::{Place, Refusal, Why};
use crate::time::Calendar;

/// Something outside the case that a decision asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// The balance of an account.
    Account(AccountRef),
    /// The number of a new case.
    Number {
        /// Its workflow.
        workflow: Name,
        /// How many numbers of that workflow the decision has taken before.
        nth: u32,
    },
    /// A calendar in its latest version.
    Calendar(Name),
    /// Another case, with its definition.
    Case(CaseId),
    /// A person other than those who act.
    Person(PersonId),
    /// A case that a form names, and what the form asks of it.
    Referred(CaseId, Reference),
}

/// The facts that were brought. A fact asked for and not existing is there as `None`.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Accounts.
    pub accounts: BTreeMap<AccountRef, Option<Account>>,
    /// Numbers for new cases, by workflow and how many are taken before.
    pub numbers: BTreeMap<(Name, u32), CaseId>,
    /// Calendars.
    pub calendars: BTreeMap<Name, Option<Arc<Calendar>>>,
    /// Cases with their definitions.
    pub cases: BTreeMap<CaseId, Option<OtherCase>>,
    /// People.
    pub people: BTreeMap<PersonId, Option<Arc<Person>>>,
    /// Cases that a form names.
    pub referred: BTreeMap<CaseId, Option<Referred>>,
}

/// Another case, and the definition it runs on.
pub type OtherCase = (Arc<Case>, Arc<Definition>);

/// What an accepted command makes happen: one event on its case, and what belongs to other streams of the same
/// commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The event of the case.
    pub event: CaseEvent,
    /// What happens elsewhere.
    pub others: Vec<Other>,
}

/// What happens on another stream in the same commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Other {
    /// An account moves.
    Account {
        /// Which.
        account: AccountRef,
        /// How, in order.
        moves: Vec<Move>,
    },
    /// A case is started.
    Spawned {
        /// The event that starts it.
        event: CaseEvent,
        /// Its number or name.
        case: CaseId,
        /// Its workflow, whose number it takes.
        workflow: Name,
    },
    /// A message arrives at another case.
    Delivered {
        /// The case.
        to: CaseId,
        /// Its version before.
        based_on: StreamVersion,
        /// The event.
        event: CaseEvent,
    },
}

/// Why there is no decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Undecided {
    /// A rule says no.
    Refused(Refusal),
    /// A fact is missing.
    Lacking(Fact),
}

impl Undecided {
    /// The same, with a place that says more.
    #[must_use]
    pub fn at(self, place: Place) -> Undecided {
        match self {
            Undecided::Refused(refusal) => Undecided::Refused(refusal.at(place)),
            Undecided::Lacking(fact) => Undecided::Lacking(fact),
        }
    }
}

impl From<Refusal> for Undecided {
    fn from(refusal: Refusal) -> Undecided {
        Undecided::Refused(refusal)
    }
}

impl From<Why> for Undecided {
    fn from(why: Why) -> Undecided {
        Undecided::Refused(why.into())
    }
}
