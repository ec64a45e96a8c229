//! The inbox: every step that waits for a person, found by who may complete it.

use std::collections::BTreeMap;

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
    const SCHEMA: u32 = 2;

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
                let (step, holder) = (step.clone(), holder.clone());
                self.put(TaskRow { case, step, holder, since, due: *due });
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
                self.change(step, |task| match &mut task.holder {
                    Holder::Roles { roles, .. } => roles.push(to.clone()),
                    Holder::Starter(_) | Holder::Person(_) => {}
                })?
            }
            Consequence::TaskAssigned { step, to: Some(person) }
            | Consequence::TaskDelegated { step, to: person, .. }
            | Consequence::PersonRecused { step, replaced_by: Some(person), .. } => {
                self.also_for(step, person)?;
            }
            Consequence::StepsRenamed { block, steps, branches } => {
                let names = NewNames { steps, branches };
                self.rename(|path| path.renamed(block, &names))?;
            }
            Consequence::WaitChanged { step, waits: WaitsFor::Task { holder, .. }, escalated } => {
                self.hold(step, holder, escalated)?
            }
            Consequence::WaitChanged { .. }
            | Consequence::StepEntered { .. }
            | Consequence::TaskAssigned { to: None, .. }
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
        let known = self.open.entry(task.step.clone()).or_default();
        known.extend(keys(&task));
        known.dedup();
        for key in keys(&task) {
            self.rows.put(key, InboxRow::Task(task.clone()));
        }
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
            for key in self.open.remove(&path).unwrap_or_default() {
                if let Some(InboxRow::Task(task)) = self.rows.get(&key)? {
                    tasks.push(TaskRow { step: new(&path), ..task });
                }
                self.rows.remove(key);
            }
        }
        tasks.dedup();
        tasks.into_iter().for_each(|task| self.put(task));
        Ok(())
    }

    /// Shows a task to other holders from now on; those it was given to still see it.
    fn hold(
        &mut self,
        step: &StepPath,
        holder: &Holder,
        escalated: &[Name],
    ) -> Result<(), StoreError> {
        let given: Vec<PersonId> = self.given(step)?;
        self.change(step, |task| {
            task.holder = holder.clone();
            if let Holder::Roles { roles, .. } = &mut task.holder {
                roles.extend_from_slice(escalated);
            }
        })?;
        given.iter().try_for_each(|person| self.also_for(step, person))
    }

    /// The people to whom a task is shown beside its holders.
    fn given(&self, step: &StepPath) -> Result<Vec<PersonId>, StoreError> {
        let mut given = Vec::new();
        for key in self.open.get(step).into_iter().flatten().skip(1) {
            if let Some(InboxRow::Task(TaskRow { holder: Holder::Person(person), .. })) =
                self.rows.get(key)?
            {
                given.push(person);
            }
        }
        Ok(given)
    }

    /// Shows a task also to a person who may complete it without holding its role.
    fn also_for(&mut self, step: &StepPath, person: &PersonId) -> Result<(), StoreError> {
        let Some(keys) = self.open.get_mut(step) else { return Ok(()) };
        let key = format!("{}{}\0{step}", person_prefix(person), self.case);
        let Some(first) = keys.first().filter(|_| !keys.contains(&key)) else { return Ok(()) };
        if let Some(InboxRow::Task(mut task)) = self.rows.get(first)? {
            task.holder = Holder::Person(person.clone());
            self.rows.put(key.clone(), InboxRow::Task(task));
            keys.push(key);
        }
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

fn keys(task: &TaskRow) -> Vec<String> {
    let key = |holder: &str| format!("{holder}{}\0{}", task.case, task.step);
    match &task.holder {
        Holder::Starter(person) | Holder::Person(person) => vec![key(&person_prefix(person))],
        Holder::Roles { roles, .. } => {
            roles.iter().map(|role| key(&role_prefix(role.as_str()))).collect()
        }
    }
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

/// Whether a person may complete a task by the role and scope they hold at a time.
pub(in crate::runtime) fn may(person: &Person, holder: &Holder, at: DateTime<Utc>) -> bool {
    match holder {
        Holder::Starter(wanted) | Holder::Person(wanted) => *wanted == person.id,
        Holder::Roles { roles, scope } => {
            roles.iter().any(|role| person.holds_in(role, scope.as_deref(), at))
        }
    }
}
