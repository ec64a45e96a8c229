//! The closed list of what an event can make true. `decide` writes them, `evolve` only folds them: replay
//! evaluates no expression (I5).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::account::{AccountRef, Amount};
use super::address::{BlockPath, StepPath};
use super::names::{CaseId, Name, PersonId, WorkflowRef};
use crate::time::{DueBasis, Span};

/// A JSON object: field name to value.
pub type Object = Map<String, Value>;

/// One thing an event made true.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// Data of the workflow that runs in `block` got these values; null unsets.
    DataSet {
        /// Any block of that workflow.
        block: BlockPath,
        /// Field to value.
        values: Object,
    },
    /// A step became active in its block.
    StepEntered {
        /// The step.
        step: StepPath,
        /// What it waits for.
        waits: WaitsFor,
        /// What the clock will do meanwhile.
        #[serde(default, skip_serializing_if = "StepClock::is_still")]
        clock: StepClock,
        /// Whether it runs beside the block's main line.
        #[serde(default, skip_serializing_if = "is_false")]
        beside: bool,
    },
    /// An automatic step was entered and ended by an outcome at once.
    StepPassed {
        /// The step.
        step: StepPath,
        /// The outcome.
        outcome: Name,
        /// Whether the outcome is counted, because it has a bound.
        #[serde(default, skip_serializing_if = "is_false")]
        counted: bool,
    },
    /// An active step ended by an outcome.
    StepCompleted {
        /// The step.
        step: StepPath,
        /// The outcome.
        outcome: Name,
        /// Whether the outcome is counted, because it has a bound.
        #[serde(default, skip_serializing_if = "is_false")]
        counted: bool,
    },
    /// A step ended by an outcome while some of its branches run on beside.
    StepDetached {
        /// The step.
        step: StepPath,
        /// The outcome.
        outcome: Name,
        /// Whether the outcome is counted, because it has a bound.
        #[serde(default, skip_serializing_if = "is_false")]
        counted: bool,
    },
    /// An active step, and everything inside it, was left without an outcome.
    StepLeft {
        /// The step.
        step: StepPath,
    },
    /// A branch ended with a result, or a called workflow by one of its ends.
    BlockEnded {
        /// The branch or the called workflow's main block.
        block: BlockPath,
        /// The branch's result or the end.
        result: Name,
    },
    /// The case ended.
    CaseClosed {
        /// The end it reached.
        end: Name,
    },
    /// What the clock will do to an active step changed.
    ClockSet {
        /// The step.
        step: StepPath,
        /// What it will do now.
        clock: StepClock,
        /// Why.
        why: ClockChange,
    },
    /// The clock of the case stopped.
    ClockStopped {},
    /// The clock of the case goes on.
    ClockResumed {},
    /// A task's holder was reminded.
    Reminded {
        /// The task.
        step: StepPath,
    },
    /// A role was called in to an overdue task.
    Escalated {
        /// The task.
        step: StepPath,
        /// The role.
        to: Name,
    },
    /// A task belongs to one of its holders now, or to all of them again.
    TaskAssigned {
        /// The task.
        step: StepPath,
        /// To whom; nobody in particular, if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<PersonId>,
    },
    /// A holder let somebody else complete a task in their place.
    TaskDelegated {
        /// The task.
        step: StepPath,
        /// Who let.
        from: PersonId,
        /// Whom.
        to: PersonId,
    },
    /// Somebody may not complete a task.
    PersonRecused {
        /// The task.
        step: StepPath,
        /// Who.
        person: PersonId,
        /// Who may instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaced_by: Option<PersonId>,
    },
    /// Somebody chose an outcome of a task that several have to choose.
    VoteCast {
        /// The task.
        step: StepPath,
        /// Who.
        by: PersonId,
        /// Which.
        outcome: Name,
    },
    /// Somebody owes an absent person an account of what was done in their place.
    ReportOwed {
        /// The absent person.
        to: PersonId,
        /// What was done.
        step: StepPath,
    },
    /// That account was taken note of.
    ReportTaken {
        /// The person who was absent.
        to: PersonId,
        /// What had been done.
        step: StepPath,
    },
    /// An item was added to a step that runs one block for each.
    ItemAdded {
        /// The step.
        step: StepPath,
        /// The item.
        item: Item,
    },
    /// An item was taken out again, with whatever was active for it.
    ItemWithdrawn {
        /// The item's block.
        block: BlockPath,
    },
    /// What the items of a step came to is remembered for the next time.
    ResultsKept {
        /// The step.
        step: StepPath,
        /// The items with that result.
        items: Vec<Value>,
    },
    /// A quantity was set aside for the workflow that runs in `block`, used up, or given back.
    AccountMoved {
        /// Any block of that workflow.
        block: BlockPath,
        /// What.
        kind: Moved,
        /// In which account.
        account: AccountRef,
        /// How much.
        amount: Amount,
    },
    /// The handler of a step failed.
    EffectFailed {
        /// The step.
        step: StepPath,
        /// How often by now, and what comes next.
        failing: Failing,
    },
    /// What the handler of a step failed at is to be tried again from the beginning.
    EffectRetried {
        /// The step.
        step: StepPath,
    },
    /// Another case was started.
    CaseSpawned {
        /// By which step.
        step: StepPath,
        /// The case.
        case: CaseId,
        /// Its workflow.
        workflow: WorkflowRef,
        /// What the link is called.
        link: Name,
    },
    /// A message was sent to another case.
    MessageSent {
        /// By which step.
        step: StepPath,
        /// The message.
        message: Name,
        /// To which case.
        to: CaseId,
        /// Whether that case took it.
        delivered: bool,
    },
    /// A message arrived while nothing waited for it.
    MessageKept {
        /// The message.
        message: Name,
        /// What it says.
        form: Object,
    },
    /// The first message of that name that was kept was used.
    MessageTaken {
        /// The message.
        message: Name,
    },
    /// A workflow goes on in another version.
    WorkflowChanged {
        /// The main block of that workflow.
        block: BlockPath,
        /// The version.
        workflow: WorkflowRef,
    },
    /// Steps of the workflow that runs in `block`, and branches of them, have other names from now on, all at
    /// once.
    StepsRenamed {
        /// The main block of that workflow.
        block: BlockPath,
        /// Old name to new.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        steps: BTreeMap<Name, Name>,
        /// By the step's old name: old name of a branch to new.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        branches: BTreeMap<Name, BTreeMap<Name, Name>>,
    },
    /// What an active step waits for changed with its workflow, or who holds it with the data; what people did with it
    /// so far is kept.
    WaitChanged {
        /// The step.
        step: StepPath,
        /// What it waits for now; a due in it counts for nothing.
        waits: WaitsFor,
        /// The roles that stay called in.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        escalated: Vec<Name>,
    },
    /// An action that is possible once was taken.
    ActionCounted {
        /// The action, addressed like a step.
        action: StepPath,
    },
    /// A condition that an auditor wants listed became true.
    FlagRaised {
        /// The flag, addressed like a step of the workflow it belongs to.
        flag: StepPath,
    },
    /// It is no longer true.
    FlagCleared {
        /// The flag, addressed like a step of the workflow it belongs to.
        flag: StepPath,
    },
}

/// What the clock will do to an active step: when it is due, and what happens around that time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct StepClock {
    /// What the due, or the end of the wait, was computed from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<DueBasis>,
    /// What will happen when, soonest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<Timer>,
    /// When it is due, where that is not said with what it waits for or has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// Whether the clock of the case stands still while the step is active.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pauses: bool,
}

impl StepClock {
    /// Whether the clock does nothing.
    pub fn is_still(&self) -> bool {
        *self == StepClock::default()
    }
}

/// Something the clock will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub does: TimerKind,
}

/// What a timer does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// Reminds the holder of a task.
    Remind {
        /// How long before the due.
        before: Span,
    },
    /// Ends a wait.
    Wake {},
    /// Ends the step by an outcome.
    Expire {
        /// The outcome.
        outcome: Name,
    },
    /// Calls in a role.
    Escalate {
        /// How long after the due.
        after: Span,
        /// The role.
        to: Name,
    },
}

/// Why what the clock does changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockChange {
    /// One of its timers fired.
    Fired,
    /// It was given more time.
    Extended,
    /// The clock of the case had stood still.
    Resumed,
    /// The calendar changed.
    Calendar,
    /// The case goes on under another version of its workflow.
    Migrated,
}

/// How often the handler of a step failed, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failing {
    /// How often.
    pub attempts: u32,
    /// What it said the last time.
    pub error: String,
    /// When it is tried again; without it, it is parked until a person says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<DateTime<Utc>>,
}

/// What an account movement was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// Set aside.
    Reserved,
    /// Used up.
    Committed,
    /// Given back.
    Released,
    /// Taken out to another account.
    TransferredOut,
    /// Received from another account.
    TransferredIn,
}

/// An item of a step that runs one block for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The name of its branch.
    pub branch: Name,
    /// Its value.
    pub value: Value,
    /// The result it keeps from the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Name>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What an active step waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// A person.
    Task {
        /// Who may complete it.
        holder: Holder,
        /// When it is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DateTime<Utc>>,
        /// How many have to choose the same outcome.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quorum: Option<Ballot>,
    },
    /// A handler outside.
    Auto {
        /// The handler.
        handler: Name,
        /// What it is given.
        input: Object,
    },
    /// A time, a message, or whichever comes first.
    Event {
        /// The message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Name>,
    },
    /// Its branches.
    Branches(Vec<Name>),
    /// One block for each of these.
    Items(Vec<Item>),
    /// The end of a called workflow.
    Call {
        /// The workflow.
        workflow: WorkflowRef,
        /// Its data at the start.
        data: Object,
    },
}

/// How many have to choose the same outcome of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// How many.
    pub need: u32,
    /// Of how many, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u32>,
    /// Who they are, if that is known.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub people: BTreeSet<PersonId>,
}

/// Who may act on a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// Whoever holds one of these roles.
    Roles {
        /// The roles.
        roles: Vec<Name>,
        /// The scope it must be held in.
        #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
        scope: Option<String>,
    },
    /// This person: the one the case is for.
    Starter(PersonId),
    /// This person.
    Person(PersonId),
    /// These people.
    People(Vec<PersonId>),
}
