//! The state of a case: a tree of running blocks. State is what `evolve` folded and nothing else; it holds
//! no rule, so it can be read without the definition.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use dure_storage::StreamVersion;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::AccountRef;
use super::address::{BlockPath, StepPath};
use super::consequence::{Ballot, Failing, Holder, Object, StepClock, Timer};
use super::event::Imported;
use super::names::{CaseId, Name, PersonId, WorkflowRef};

/// A case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Its number or name.
    pub id: CaseId,
    /// How many events it has.
    pub version: StreamVersion,
    /// The person it is for.
    pub starter: PersonId,
    /// The person who started it; somebody else where it was entered on behalf of the starter.
    pub entered_by: PersonId,
    /// When it was started.
    pub opened_at: DateTime<Utc>,
    /// Open, or closed by an end.
    pub status: Status,
    /// The main block of its workflow.
    pub frame: Frame,
    /// The case and step that started it, if no person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// What it was brought in from, if it was not started here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// The cases it started.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// Messages that arrived while nothing waited for them, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mailbox: Vec<Letter>,
    /// What absent people have not yet taken note of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<Report>,
    /// How many effects it has owed so far: each has its number.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub effects: u32,
    /// The flags that are raised, the longest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<RaisedFlag>,
    /// Since when its clock stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<DateTime<Utc>>,
    /// Why it can go no further, if its history contradicts itself; its events are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// Where a case came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// The case.
    pub case: CaseId,
    /// The step.
    pub step: StepPath,
    /// What the link is called.
    pub link: Name,
}

/// A case that another started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// What the link is called.
    pub link: Name,
    /// The case.
    pub case: CaseId,
    /// Its workflow.
    pub workflow: WorkflowRef,
}

/// A message in the mailbox.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    /// Its name.
    pub message: Name,
    /// What it says.
    pub form: Object,
}

/// What an absent person has not yet taken note of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The person.
    pub to: PersonId,
    /// What was done in their place.
    pub step: StepPath,
    /// When.
    pub at: DateTime<Utc>,
}

/// A flag that is raised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RaisedFlag {
    /// The flag, addressed like a step of the workflow it belongs to.
    pub flag: StepPath,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Whether a case is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody or something still has to act.
    Open,
    /// It ended.
    Closed {
        /// The end it reached.
        outcome: Name,
        /// When.
        at: DateTime<Utc>,
    },
}

/// A running workflow: the case's own, or one that a step called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The version of the workflow.
    pub workflow: WorkflowRef,
    /// What it knows.
    pub data: Object,
    /// What happened to its steps so far, by step.
    pub visits: BTreeMap<Name, Visit>,
    /// What is active now.
    pub block: Block,
    /// What it has reserved in accounts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub reserved: BTreeMap<AccountRef, i64>,
}

/// What happened to one step so far.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Visit {
    /// How often it was entered.
    pub entered: u32,
    /// How often it ended by an outcome.
    pub completed: u32,
    /// The last time a person completed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Completion>,
    /// Everybody who ever completed it: four-eyes rules ask.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub by: BTreeSet<PersonId>,
    /// How often outcomes (or actions of that name) with a bound were taken.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub taken: BTreeMap<Name, u32>,
    /// The items whose result is kept for the next time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Value>,
}

/// Who completed a step, when and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub outcome: Name,
}

/// A block: at most one of its steps is active, and others may run beside.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Block {
    /// The active step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Box<ActiveStep>>,
    /// What runs beside it: the background, and branches that run on after their step has ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<ActiveStep>,
}

/// An active step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActiveStep {
    /// The step.
    pub step: Name,
    /// Since when.
    pub since: DateTime<Utc>,
    /// What it waits for.
    pub waits: Waits,
    /// What the clock will do to it.
    #[serde(default, skip_serializing_if = "StepClock::is_still")]
    pub clock: StepClock,
    /// Whether it has ended and only its branches run on.
    #[serde(default, skip_serializing_if = "is_false")]
    pub detached: bool,
}

/// What an active step waits for, and how far that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Waits {
    /// A person.
    Task {
        /// Who may complete it.
        holder: Holder,
        /// When it is due.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<DateTime<Utc>>,
        /// What people did with it short of completing it.
        #[serde(default, skip_serializing_if = "Handling::is_untouched")]
        handling: Box<Handling>,
    },
    /// A handler outside.
    Auto {
        /// The handler.
        handler: Name,
        /// What it is given.
        input: Object,
        /// Its number among the effects of the case: a late answer to an earlier entry of the step is told by it.
        entry: u32,
        /// How often the handler failed, and what comes next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failing: Option<Failing>,
    },
    /// A time, a message, or whichever comes first.
    Event {
        /// The message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<Name>,
    },
    /// Its branches, in the order of the definition, or one for each item.
    Branches(Vec<Branch>),
    /// The end of the workflow it called.
    Call(Frame),
}

/// A branch of a parallel step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// Its name.
    pub name: Name,
    /// Its block; empty once it ended.
    pub block: Block,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Name>,
    /// The item it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Value>,
    /// Whether the item was taken out again.
    #[serde(default, skip_serializing_if = "is_false")]
    pub withdrawn: bool,
}

/// What people did with a task short of completing it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Handling {
    /// The one of its holders it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<PersonId>,
    /// Who may complete it in whose place: deputy to holder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub delegates: BTreeMap<PersonId, PersonId>,
    /// Who may not complete it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub recused: BTreeSet<PersonId>,
    /// Who may complete it in place of somebody recused.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub replacements: BTreeSet<PersonId>,
    /// The roles called in since it is overdue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalated: Vec<Name>,
    /// How many have to choose the same outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ballot: Option<Ballot>,
    /// What they chose so far.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub votes: BTreeMap<PersonId, Name>,
}

/// An active step that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OpenTask<'a> {
    /// Its address.
    pub step: StepPath,
    /// Who may complete it.
    pub holder: &'a Holder,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// When it is due.
    pub due: Option<DateTime<Utc>>,
    /// What people did with it so far.
    #[serde(skip_serializing_if = "handling_is_untouched")]
    pub handling: &'a Handling,
}

/// An active step and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Running<'a> {
    /// Its address.
    pub path: StepPath,
    /// The step.
    pub step: &'a ActiveStep,
}

impl Case {
    /// Every active step, outer before inner, in the order of the definition; what runs beside a block after it.
    pub fn running(&self) -> Vec<Running<'_>> {
        let mut found = Vec::new();
        collect(&self.frame.block, &BlockPath::root(), &mut found);
        found
    }

    /// Every step that waits for a person, in the order of the definition.
    pub fn open_tasks(&self) -> Vec<OpenTask<'_>> {
        let task = |Running { path, step }| match &step.waits {
            Waits::Task { holder, due, handling } => {
                Some(OpenTask { step: path, holder, since: step.since, due: *due, handling })
            }
            Waits::Auto { .. } | Waits::Event { .. } | Waits::Branches(_) | Waits::Call(_) => None,
        };
        self.running().into_iter().filter_map(task).collect()
    }

    /// Every running workflow with its main block, the case's own first.
    pub fn frames(&self) -> Vec<(BlockPath, &Frame)> {
        let own = std::iter::once((BlockPath::root(), &self.frame));
        let called = self.running().into_iter().filter_map(|Running { path, step }| {
            if let Waits::Call(frame) = &step.waits { Some((path.called(), frame)) } else { None }
        });
        own.chain(called).collect()
    }

    /// What the clock will do next, and to which step; nothing while it stands still for that step.
    pub fn next_timer(&self) -> Option<(StepPath, &Timer)> {
        let timers = self.running().into_iter().filter(|running| self.clock_runs(running.step));
        timers.filter_map(|Running { path, step }| Some((path, step.clock.timers.first()?))).min_by(
            |(one_path, one), (other_path, other)| (one.at, one_path).cmp(&(other.at, other_path)),
        )
    }

    /// Whether time passes for an active step: while a step stops the clock of the case, only for that one.
    pub fn clock_runs(&self, step: &ActiveStep) -> bool {
        self.stopped_at.is_none() || step.clock.pauses
    }

    /// Whether nobody and nothing will ever move the case again, though it is open.
    pub fn is_stuck(&self) -> bool {
        let moves = |running: &Running<'_>| match &running.step.waits {
            Waits::Task { .. } => true,
            Waits::Auto { failing, .. } => {
                failing.as_ref().is_none_or(|failing| failing.retry_at.is_some())
                    || !running.step.clock.timers.is_empty()
            }
            Waits::Event { message } => message.is_some() || !running.step.clock.timers.is_empty(),
            Waits::Branches(_) | Waits::Call(_) => !running.step.clock.timers.is_empty(),
        };
        self.is_open() && !self.running().iter().any(moves)
    }

    /// The block at a path, if it is running.
    pub fn block(&self, path: &BlockPath) -> Option<&Block> {
        self.frame.descend(path).map(|(_, block)| block)
    }

    /// The running workflow that a block belongs to.
    pub fn frame(&self, path: &BlockPath) -> Option<&Frame> {
        self.frame.descend(path).map(|(frame, _)| frame)
    }

    /// The active step at a path.
    pub fn active(&self, path: &StepPath) -> Option<&ActiveStep> {
        self.block(&path.block)?.find(&path.step)
    }

    /// Whether a flag is raised.
    pub fn has_flag(&self, flag: &StepPath) -> bool {
        self.flags.iter().any(|raised| raised.flag == *flag)
    }

    /// Whether it is still open.
    pub fn is_open(&self) -> bool {
        self.status == Status::Open
    }
}

impl Frame {
    /// A workflow that has just begun.
    pub fn begin(workflow: WorkflowRef, data: Object) -> Frame {
        Frame {
            workflow,
            data,
            visits: BTreeMap::new(),
            block: Block::default(),
            reserved: BTreeMap::new(),
        }
    }

    /// Whether one of its own steps is active, also inside branches; steps of workflows it called are theirs.
    pub fn is_active(&self, step: &str) -> bool {
        self.block.has_active(step)
    }

    fn descend(&self, path: &BlockPath) -> Option<(&Frame, &Block)> {
        let (mut frame, mut block) = (self, &self.block);
        for segment in &path.0 {
            match (&block.find(&segment.step)?.waits, &segment.branch) {
                (Waits::Branches(branches), Some(name)) => {
                    block = &branches.iter().find(|b| b.name == *name)?.block;
                }
                (Waits::Call(called), None) => (frame, block) = (called, &called.block),
                (
                    Waits::Task { .. }
                    | Waits::Auto { .. }
                    | Waits::Event { .. }
                    | Waits::Branches(_)
                    | Waits::Call(_),
                    _,
                ) => return None,
            }
        }
        Some((frame, block))
    }

    /// The innermost workflow on the way to a block.
    pub fn frame_mut(&mut self, path: &BlockPath) -> Option<&mut Frame> {
        let called = path.frame();
        match called.0.is_empty() {
            true => Some(self),
            false => match &mut self.active_mut(&called.owner()?)?.waits {
                Waits::Call(frame) => Some(frame),
                Waits::Task { .. }
                | Waits::Auto { .. }
                | Waits::Event { .. }
                | Waits::Branches(_) => None,
            },
        }
    }

    /// The active step at a path.
    pub fn active_mut(&mut self, path: &StepPath) -> Option<&mut ActiveStep> {
        self.block_mut(&path.block)?.find_mut(&path.step)
    }

    /// The running block at a path.
    pub fn block_mut(&mut self, path: &BlockPath) -> Option<&mut Block> {
        let mut block = &mut self.block;
        for segment in &path.0 {
            block = match (&mut block.find_mut(&segment.step)?.waits, &segment.branch) {
                (Waits::Branches(branches), Some(name)) => {
                    &mut branches.iter_mut().find(|b| b.name == *name)?.block
                }
                (Waits::Call(called), None) => &mut called.block,
                (
                    Waits::Task { .. }
                    | Waits::Auto { .. }
                    | Waits::Event { .. }
                    | Waits::Branches(_)
                    | Waits::Call(_),
                    _,
                ) => return None,
            };
        }
        Some(block)
    }

    /// What happened to a step so far.
    pub fn visit_mut(&mut self, step: &Name) -> &mut Visit {
        self.visits.entry(step.clone()).or_default()
    }
}

impl Visit {
    /// Adds what happened to another step, with which it is one from now on.
    pub(super) fn absorb(&mut self, other: Visit) {
        self.entered = self.entered.saturating_add(other.entered);
        self.completed = self.completed.saturating_add(other.completed);
        let later = |last: &Completion| self.last.as_ref().is_none_or(|known| known.at <= last.at);
        if other.last.as_ref().is_some_and(later) {
            self.last = other.last;
        }
        self.by.extend(other.by);
        for (outcome, taken) in other.taken {
            let sum = self.taken.entry(outcome).or_default();
            *sum = sum.saturating_add(taken);
        }
        self.kept.extend(other.kept);
    }
}

impl Block {
    /// Its active step, then what runs beside.
    pub fn all(&self) -> impl Iterator<Item = &ActiveStep> {
        self.active.as_deref().into_iter().chain(&self.beside)
    }

    /// An active step of it, in the main line or beside.
    pub fn find(&self, step: &Name) -> Option<&ActiveStep> {
        self.all().find(|active| active.step == *step)
    }

    fn find_mut(&mut self, step: &Name) -> Option<&mut ActiveStep> {
        self.active.as_deref_mut().into_iter().chain(&mut self.beside).find(|a| a.step == *step)
    }

    fn has_active(&self, step: &str) -> bool {
        let inside =
            |active: &ActiveStep| active.branches().iter().any(|b| b.block.has_active(step));
        self.all()
            .any(|active| (active.step.as_str() == step && !active.detached) || inside(active))
    }

    /// Takes an active step out.
    pub fn take(&mut self, step: &Name) -> Option<ActiveStep> {
        if let Some(active) = self.active.take_if(|active| active.step == *step) {
            return Some(*active);
        }
        let at = self.beside.iter().position(|active| active.step == *step)?;
        Some(self.beside.remove(at))
    }

    /// Whether nothing in it is active.
    pub fn is_idle(&self) -> bool {
        self.active.is_none() && self.beside.is_empty()
    }
}

impl ActiveStep {
    /// When it is due.
    pub fn due(&self) -> Option<DateTime<Utc>> {
        match &self.waits {
            Waits::Task { due, .. } => *due,
            Waits::Auto { .. } | Waits::Event { .. } | Waits::Branches(_) | Waits::Call(_) => {
                self.clock.due
            }
        }
    }

    /// Its branches, if it has any.
    pub fn branches(&self) -> &[Branch] {
        match &self.waits {
            Waits::Branches(branches) => branches,
            Waits::Task { .. } | Waits::Auto { .. } | Waits::Event { .. } | Waits::Call(_) => &[],
        }
    }
}

impl Handling {
    /// Whether nobody has done anything with the task.
    pub fn is_untouched(&self) -> bool {
        *self == Handling::default()
    }
}

fn handling_is_untouched(handling: &&Handling) -> bool {
    handling.is_untouched()
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn collect<'a>(block: &'a Block, path: &BlockPath, found: &mut Vec<Running<'a>>) {
    for step in block.all() {
        let path = path.step(&step.step);
        found.push(Running { path: path.clone(), step });
        match &step.waits {
            Waits::Task { .. } | Waits::Auto { .. } | Waits::Event { .. } => {}
            Waits::Branches(branches) => branches
                .iter()
                .for_each(|branch| collect(&branch.block, &path.branch(&branch.name), found)),
            Waits::Call(frame) => collect(&frame.block, &path.called(), found),
        }
    }
}
