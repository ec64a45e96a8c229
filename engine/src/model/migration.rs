//! Letting a running case go on under another version of its workflow: the plan, what it comes to for one case, and
//! the event. Pure, and evaluates every expression now: the event carries what became true (I5).

mod carrying;
mod judging;
mod placing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::address::NewNames;
use super::consequence::Consequence;
use super::definition::{Assignments, Definition};
use super::event::Dues;
use super::form::Form;
use super::names::{Name, Text, WorkflowRef};
use super::refusal::Why;
use crate::expression::Expression;

pub use judging::judge;
pub(super) use judging::migrate;

/// What is to become of the running cases of a workflow.
#[derive(Debug)]
pub struct Plan {
    /// The workflow.
    pub workflow: Name,
    /// The versions that are left.
    pub from: BTreeSet<u32>,
    /// The version the cases go on with.
    pub to: Arc<Definition>,
    /// Why.
    pub because: Text,
    /// What becomes of the clocks.
    pub dues: Dues,
    /// Which cases, by version left: true over the data of a case that is meant. Without it all are.
    pub only: BTreeMap<u32, Expression>,
    /// What changes in the workflow itself.
    pub own: Changes,
    /// What changes in the workflows it calls, by name.
    pub called: BTreeMap<Name, Changes>,
    /// What data each of the new definitions takes.
    pub forms: BTreeMap<WorkflowRef, Form>,
    /// The hash of its text: under it a case is migrated once.
    pub digest: String,
}

/// What a plan says of one workflow.
#[derive(Debug, Default)]
pub struct Changes {
    /// Old name of a step to new.
    pub steps: BTreeMap<Name, Name>,
    /// By the step's old name: old name of a branch to new.
    pub branches: BTreeMap<Name, BTreeMap<Name, Name>>,
    /// Data to set, seen from the data of the old version; by old and new version, for which it is typed.
    pub set: BTreeMap<(u32, u32), Assignments>,
}

impl Changes {
    /// What its steps and branches are called.
    pub fn names(&self) -> NewNames<'_> {
        NewNames { steps: &self.steps, branches: &self.branches }
    }
}

/// What a plan comes to for one case.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It can go on, and this becomes true.
    Completable(Vec<Consequence>),
    /// It has a place in the new version, and something stands in the way now.
    Blocked(Vec<Obstacle>),
    /// It has no place in the new version, or no end can be reached from there.
    Unreachable(Vec<Obstacle>),
    /// The plan is not about it.
    NotConcerned(NotConcerned),
}

/// Why a plan is not about a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotConcerned {
    /// It is closed.
    Closed,
    /// It runs on another workflow or version.
    OtherVersion,
    /// `only` leaves it out.
    LeftOut,
}

/// One thing that keeps a case from going on under another version.
#[derive(Debug, Clone, PartialEq)]
pub struct Obstacle {
    /// Where: the address of a step as it is now, a field, an account or a message; empty for the case as a whole.
    pub place: String,
    /// What.
    pub why: Why,
}

impl Obstacle {
    fn new(place: impl ToString, why: impl Into<Why>) -> Obstacle {
        Obstacle { place: place.to_string(), why: why.into() }
    }

    fn is_unreachable(&self) -> bool {
        matches!(&self.why, Why::Migration(fault) if fault.is_unreachable())
    }
}
