//! The state of a case: a tree of running blocks. State is what `evolve` folded and nothing else; it holds
//! no rule, so it can be read without the definition.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use dure_storage::StreamVersion;
use serde::{Deserialize, Serialize};

use super::address::{BlockPath, StepPath};
use super::consequence::{Holder, Object};
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
    /// Why it can go no further, if its history contradicts itself; its events are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
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

/// A block: at most one of its steps is active.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Block {
    /// The active step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Box<ActiveStep>>,
}

impl Block {
    fn is_active(&self, step: &str) -> bool {
        self.active.as_ref().is_some_and(|active| {
            active.step.as_str() == step
                || match &active.waits {
                    Waits::Branches(branches) => branches.iter().any(|b| b.block.is_active(step)),
                    Waits::Task { .. } | Waits::Call(_) => false,
                }
        })
    }
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
    },
    /// Its branches, in the order of the definition.
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
}

impl Case {
    /// Every step that waits for a person, in the order of the definition.
    pub fn open_tasks(&self) -> Vec<OpenTask<'_>> {
        let mut tasks = Vec::new();
        collect_tasks(&self.frame.block, &BlockPath::root(), &mut tasks);
        tasks
    }

    /// Every running workflow with its main block, the case's own first.
    pub fn frames(&self) -> Vec<(BlockPath, &Frame)> {
        let mut frames = vec![(BlockPath::root(), &self.frame)];
        collect_frames(&self.frame.block, &BlockPath::root(), &mut frames);
        frames
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
        let active = self.block(&path.block)?.active.as_deref()?;
        (active.step == path.step).then_some(active)
    }

    /// Whether it is still open.
    pub fn is_open(&self) -> bool {
        self.status == Status::Open
    }
}

impl Frame {
    /// A workflow that has just begun.
    pub fn begin(workflow: WorkflowRef, data: Object) -> Frame {
        Frame { workflow, data, visits: BTreeMap::new(), block: Block::default() }
    }

    /// Whether one of its own steps is active, also inside branches; steps of workflows it called are theirs.
    pub fn is_active(&self, step: &str) -> bool {
        self.block.is_active(step)
    }

    fn descend(&self, path: &BlockPath) -> Option<(&Frame, &Block)> {
        let (mut frame, mut block) = (self, &self.block);
        for segment in &path.0 {
            let active = block.active.as_deref().filter(|a| a.step == segment.step)?;
            match (&active.waits, &segment.branch) {
                (Waits::Branches(branches), Some(name)) => {
                    block = &branches.iter().find(|b| b.name == *name)?.block;
                }
                (Waits::Call(called), None) => (frame, block) = (called, &called.block),
                (Waits::Task { .. } | Waits::Branches(_) | Waits::Call(_), _) => return None,
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
                Waits::Task { .. } | Waits::Branches(_) => None,
            },
        }
    }

    /// The active step at a path.
    pub fn active_mut(&mut self, path: &StepPath) -> Option<&mut ActiveStep> {
        let active = self.block_mut(&path.block)?.active.as_deref_mut()?;
        (active.step == path.step).then_some(active)
    }

    /// The running block at a path.
    pub fn block_mut(&mut self, path: &BlockPath) -> Option<&mut Block> {
        let mut block = &mut self.block;
        for segment in &path.0 {
            let active = block.active.as_deref_mut().filter(|a| a.step == segment.step)?;
            block = match (&mut active.waits, &segment.branch) {
                (Waits::Branches(branches), Some(name)) => {
                    &mut branches.iter_mut().find(|b| b.name == *name)?.block
                }
                (Waits::Call(called), None) => &mut called.block,
                (Waits::Task { .. } | Waits::Branches(_) | Waits::Call(_), _) => return None,
            };
        }
        Some(block)
    }
}

fn collect_tasks<'a>(block: &'a Block, path: &BlockPath, tasks: &mut Vec<OpenTask<'a>>) {
    let Some(active) = &block.active else { return };
    let step = path.step(&active.step);
    match &active.waits {
        Waits::Task { holder, due } => {
            tasks.push(OpenTask { step, holder, since: active.since, due: *due });
        }
        Waits::Branches(branches) => {
            for branch in branches {
                collect_tasks(&branch.block, &step.branch(&branch.name), tasks);
            }
        }
        Waits::Call(frame) => collect_tasks(&frame.block, &step.called(), tasks),
    }
}

fn collect_frames<'a>(
    block: &'a Block,
    path: &BlockPath,
    frames: &mut Vec<(BlockPath, &'a Frame)>,
) {
    let Some(active) = &block.active else { return };
    let step = path.step(&active.step);
    match &active.waits {
        Waits::Task { .. } => {}
        Waits::Branches(branches) => {
            for branch in branches {
                collect_frames(&branch.block, &step.branch(&branch.name), frames);
            }
        }
        Waits::Call(frame) => {
            frames.push((step.called(), frame));
            collect_frames(&frame.block, &step.called(), frames);
        }
    }
}
