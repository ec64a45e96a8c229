//! The inbox: every step that waits for a person, found by who may complete it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use dure_storage::StoreError;
use serde::{Deserialize, Serialize};

use super::{Projection, Rows, ViewEvent};
use crate::model::address::{NewNames, StepPath};
use crate::model::consequence::{ClockChange, Consequence, Holder, WaitsFor};
use crate::model::names::{CaseId, Name, PersonId};
use crate::model::people::Person;
use crate::runtime::streams;

/// A step that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskRow {
    /// The case.
    pub case: CaseId,
    /// The step.
    pub step: StepPath,
    /// Who may complete it.
    pub holder: Holder,
    /// The roles that were called in since.
    pub escalated: Vec<Name>,
    /// The person it belongs to now, if to one of its holders only.
    pub assigned: Option<PersonId>,
    /// The people it was given to beside.
    pub given: Vec<PersonId>,
    /// Since when it waits.
    pub since: DateTime<Utc>,
    /// When it is due.
    pub due: Option<DateTime<Utc>>,
}

/// A row of the view: a task under a holder, or under its case the tasks that are open there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InboxRow {
    /// Key: `holder`, the role or the person, the case and the step.
    Task(TaskRow),
    /// Key: `case` and the case. Step to the keys of its task.
    Open(BTreeMap<StepPath, Vec<String>>),
}

/// The inbox.
#[derive(Debug, Default)]
pub struct Tasks;

impl Projection for Tasks {
    type Row = InboxRow;
    const NAME: &'static str = "tasks";
    const SCHEMA: u32 = 4;

    fn apply(
        &mut self,
        event: &ViewEvent<'_>,
        rows: &mut Rows<InboxRow>,
    ) -> Result<(), StoreError> {
        let (Some(happened), Some(case)) =
            (event.case_event, streams::case_of(&event.envelope.subject))
        else {
            return Ok(());
        };
        let index = format!("case\0{case}");
        let mut open = match rows.take(&index)? {
            Some(InboxRow::Open(open)) => open,
            Some(InboxRow::Task(_)) | None => BTreeMap::new(),
        };
        let mut inbox = Inbox { case: &case, at: happened.occurred_at, open: &mut open, rows };
        happened
            .event
            .consequences()
            .iter()
            .try_for_each(|consequence| inbox.apply(consequence))?;
        match open.is_empty() {
            true => rows.remove(index),
            false => rows.put(index, InboxRow::Open(open)),
        }
        Ok(())
    }
}

/// The tasks of one case while an event is applied to them.
struct Inbox<'a> {
    case: &'a CaseId,
    at: DateTime<Utc>,
    open: &'a mut BTreeMap<StepPath, Vec<String>>,
    rows: &'a mut Rows<InboxRow>,
}

impl Inbox<'_> {
    fn apply(&mut self, consequence: &Consequence) -> Result<(), StoreError> {
        match consequence {
            Consequence::StepEntered {
                step, waits: WaitsFor::Task { holder, due, .. }, ..
            } => {
                let (case, since) = (self.case.clone(), self.at);
                let (step, holder, due) = (step.clone(), holder.clone(), *due);
                let (escalated, assigned, given) = (Vec::new(), None, Vec::new());
                self.put(TaskRow { case, step, holder, escalated, assigned, given, since, due });
            }
            Consequence::StepCompleted { step, .. } | Consequence::StepLeft { step } => {
                self.close(|path| is_inside(path, step));
            }
            Consequence::ItemWithdrawn { block } => {
                self.close(|path| path.block.0.starts_with(&block.0));
            }
            Consequence::ClockSet { step, clock, why: ClockChange::Migrated } => {
                self.change(step, |task| task.due = clock.due)?;
            }
            Consequence::ClockSet { step, clock, .. } => {
                self.change(step, |task| task.due = clock.due.or(task.due))?;
            }
            Consequence::Escalated { step, to } => {
                self.change(step, |task| task.escalated.push(to.clone()))?;
            }
            Consequence::TaskAssigned { step, to } => {
                self.change(step, |task| task.assigned.clone_from(to))?;
            }
            Consequence::TaskDelegated { step, to: person, .. }
            | Consequence::PersonRecused { step, replaced_by: Some(person), .. } => {
                self.change(step, |task| {
                    if !task.given.contains(person) {
                        task.given.push(person.clone());
                    }
                })?;
            }
            Consequence::StepsRenamed { block, steps, branches } => {
                let names = NewNames { steps, branches };
                self.rename(|path| path.renamed(block, &names))?;
            }
            Consequence::WaitChanged { step, waits: WaitsFor::Task { holder, .. }, escalated } => {
                self.change(step, |task| {
                    (task.holder, task.escalated) = (holder.clone(), escalated.clone());
                })?;
            }
            Consequence::WaitChanged { .. }
            | Consequence::StepEntered { .. }
            | Consequence::PersonRecused { replaced_by: None, .. }
            | Consequence::DataSet { .. }
            | Consequence::StepPassed { .. }
            | Consequence::StepDetached { .. }
            | Consequence::BlockEnded { .. }
            | Consequence::CaseClosed { .. }
            | Consequence::ClockStopped {}
            | Consequence::ClockResumed {}
            | Consequence::Reminded { .. }
            | Consequence::VoteCast { .. }
            | Consequence::ReportOwed { .. }
            | Consequence::ReportTaken { .. }
            | Consequence::ItemAdded { .. }
            | Consequence::ResultsKept { .. }
            | Consequence::AccountMoved { .. }
            | Consequence::EffectFailed { .. }
            | Consequence::EffectRetried { .. }
            | Consequence::CaseSpawned { .. }
            | Consequence::MessageSent { .. }
            | Consequence::MessageKept { .. }
            | Consequence::MessageTaken { .. }
            | Consequence::WorkflowChanged { .. }
            | Consequence::ActionCounted { .. }
            | Consequence::FlagRaised { .. }
            | Consequence::FlagCleared { .. } => {}
        }
        Ok(())
    }

    fn put(&mut self, task: TaskRow) {
        let keys = keys(&task);
        for key in &keys {
            self.rows.put(key.clone(), InboxRow::Task(task.clone()));
        }
        self.open.insert(task.step.clone(), keys.into_iter().collect());
    }

    fn close(&mut self, ends: impl Fn(&StepPath) -> bool) {
        let closed: Vec<StepPath> = self.open.keys().filter(|path| ends(path)).cloned().collect();
        for path in closed {
            for key in self.open.remove(&path).unwrap_or_default() {
                self.rows.remove(key);
            }
        }
    }

    fn change(
        &mut self,
        step: &StepPath,
        change: impl FnOnce(&mut TaskRow),
    ) -> Result<(), StoreError> {
        let Some(keys) = self.open.get(step).cloned() else { return Ok(()) };
        let Some(first) = keys.first() else { return Ok(()) };
        if let Some(InboxRow::Task(mut task)) = self.rows.get(first)? {
            keys.into_iter().for_each(|key| self.rows.remove(key));
            self.open.remove(step);
            change(&mut task);
            self.put(task);
        }
        Ok(())
    }

    /// Gives the tasks the addresses they have from now on, to whomever they are shown.
    fn rename(&mut self, new: impl Fn(&StepPath) -> StepPath) -> Result<(), StoreError> {
        let moved: Vec<StepPath> =
            self.open.keys().filter(|path| new(path) != **path).cloned().collect();
        let mut tasks = Vec::new();
        for path in moved {
            let keys = self.open.remove(&path).unwrap_or_default();
            if let Some(InboxRow::Task(task)) =
                keys.first().map(|key| self.rows.get(key)).transpose()?.flatten()
            {
                tasks.push(TaskRow { step: new(&path), ..task });
            }
            keys.into_iter().for_each(|key| self.rows.remove(key));
        }
        tasks.into_iter().for_each(|task| self.put(task));
        Ok(())
    }
}

fn is_inside(path: &StepPath, step: &StepPath) -> bool {
    let depth = step.block.0.len();
    path == step
        || (path.block.0.len() > depth
            && path.block.0[..depth] == step.block.0[..]
            && path.block.0[depth].step == step.step)
}

fn keys(task: &TaskRow) -> BTreeSet<String> {
    let people: &[PersonId] = match &task.holder {
        Holder::Starter(person) | Holder::Person(person) => std::slice::from_ref(person),
        Holder::People(people) => people,
        Holder::Roles { .. } => &[],
    };
    let roles: &[Name] = if let Holder::Roles { roles, .. } = &task.holder { roles } else { &[] };
    let people = people.iter().chain(&task.assigned).chain(&task.given).map(person_prefix);
    let roles = roles.iter().chain(&task.escalated).map(|role| role_prefix(role.as_str()));
    people.chain(roles).map(|holder| format!("{holder}{}\0{}", task.case, task.step)).collect()
}

fn person_prefix(person: &PersonId) -> String {
    format!("holder\0person\0{person}\0")
}

fn role_prefix(role: &str) -> String {
    format!("holder\0role\0{role}\0")
}

/// The key prefixes under which the tasks of a person stand.
pub(in crate::runtime) fn prefixes(person: &Person) -> Vec<String> {
    let mut roles: Vec<&str> = person.roles.iter().map(|grant| grant.role.as_str()).collect();
    roles.sort_unstable();
    roles.dedup();
    std::iter::once(person_prefix(&person.id)).chain(roles.into_iter().map(role_prefix)).collect()
}

/// Whether a person may complete a task at a time, by their role and scope or because it is theirs.
pub(in crate::runtime) fn may(person: &Person, task: &TaskRow, at: DateTime<Utc>) -> bool {
    let holds = match &task.holder {
        Holder::Starter(wanted) | Holder::Person(wanted) => *wanted == person.id,
        Holder::People(people) => people.contains(&person.id),
        Holder::Roles { roles, scope } => {
            roles.iter().any(|role| person.holds_in(role, scope.as_deref(), at))
        }
    };
    let called_in = || task.escalated.iter().any(|role| person.holds(role, at));
    let given = task.assigned.iter().chain(&task.given).any(|given| *given == person.id);
    holds || given || called_in()
}
