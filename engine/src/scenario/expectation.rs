//! What has to be true after a line. One kind of expectation per key of the file.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::language::Span as Place;
use crate::model::account::AccountRef;
use crate::model::names::Name;

/// Something that has to be true, and where it stands in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Where.
    pub place: Place,
    /// What.
    pub what: Expectation,
}

/// Something that has to be true of the case of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Expectation {
    /// These steps, and no others, wait for somebody or something.
    Active(Vec<String>),
    /// A task is held so.
    Held {
        /// The step.
        step: String,
        /// By whom, in any order.
        by: Vec<HolderNamed>,
    },
    /// A task belongs to this person; to nobody in particular, if absent.
    Assigned {
        /// The step.
        step: String,
        /// To whom.
        to: Option<String>,
    },
    /// A step is due then; never, if absent.
    Due {
        /// The step.
        step: String,
        /// When.
        at: Option<DateTime<Utc>>,
    },
    /// Its clock stands still.
    Paused(bool),
    /// It ended there; it is open, if absent.
    Closed(Option<Name>),
    /// A field has this value; null: none.
    Data {
        /// The field.
        field: Name,
        /// The value.
        value: Value,
    },
    /// An account stands so.
    Account {
        /// The account.
        account: AccountRef,
        /// How.
        expected: AccountExpected,
    },
    /// It runs on this version of its workflow.
    Version(i64),
    /// The handler of a step failed so often.
    Failed {
        /// The step.
        step: String,
        /// How often.
        times: i64,
    },
    /// What a step asks of a handler waits for a person, or does not.
    Parked {
        /// The step.
        step: String,
        /// Whether it does.
        parked: bool,
    },
    /// It has this number.
    Number(String),
    /// The last lines of its timeline: who, and what they did.
    Timeline(Vec<(String, String)>),
    /// It has started cases under these links, in this order.
    Links(Vec<Name>),
    /// Nobody and nothing will ever move it again.
    Stuck(bool),
    /// These flags, and no others, are raised.
    Flags(Vec<String>),
}

/// A role, in one scope or any, or a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HolderNamed {
    /// The role or the person.
    pub name: String,
    /// The scope the role must be held in.
    pub scope: Option<String>,
}

/// The balances of an account that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AccountExpected {
    /// Units that may still be reserved.
    pub available: Option<i64>,
    /// Units promised to cases.
    pub reserved: Option<i64>,
    /// Units used up.
    pub committed: Option<i64>,
}

impl Expectation {
    /// The end that is expected.
    pub fn closed(&self) -> Option<&Name> {
        if let Expectation::Closed(end) = self { end.as_ref() } else { None }
    }
}
