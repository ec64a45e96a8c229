//! The inbox: every step that waits for a person, found by who may complete it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use dure_storage::StoreError;
use serde::{Deserialize, Serialize};

use super::{Projection, Rows, ViewEvent};
use crate::model::address::StepPath;
use crate::model::consequence::{Consequence, Holder, WaitsFor};
use crate::model::names::{CaseId, PersonId};
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
    const SCHEMA: u32 = 1;

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
        for consequence in happened.event.consequences() {
            match consequence {
                Consequence::StepEntered { step, waits: WaitsFor::Task { holder, due } } => {
                    let task = TaskRow {
                        case: case.clone(),
                        step: step.clone(),
                        holder: holder.clone(),
                        since: happened.occurred_at,
                        due: *due,
                    };
                    open.insert(step.clone(), keys(&task));
                    for key in keys(&task) {
                        rows.put(key, InboxRow::Task(task.clone()));
                    }
                }
                Consequence::StepCompleted { step, .. } | Consequence::StepLeft { step } => {
                    close(step, &mut open, rows);
                }
                Consequence::StepEntered {
                    waits: WaitsFor::Branches(_) | WaitsFor::Call { .. },
                    ..
                }
                | Consequence::DataSet { .. }
                | Consequence::StepPassed { .. }
                | Consequence::BlockEnded { .. }
                | Consequence::CaseClosed { .. } => {}
            }
        }
        match open.is_empty() {
            true => rows.remove(index),
            false => rows.put(index, InboxRow::Open(open)),
        }
        Ok(())
    }
}

/// Takes a step's task, and every task inside it, out of the inbox.
fn close(step: &StepPath, open: &mut BTreeMap<StepPath, Vec<String>>, rows: &mut Rows<InboxRow>) {
    let inside = |path: &StepPath| {
        let depth = step.block.0.len();
        path == step
            || (path.block.0.len() > depth
                && path.block.0[..depth] == step.block.0[..]
                && path.block.0[depth].step == step.step)
    };
    let closed: Vec<StepPath> = open.keys().filter(|path| inside(path)).cloned().collect();
    for path in closed {
        for key in open.remove(&path).unwrap_or_default() {
            rows.remove(key);
        }
    }
}

fn keys(task: &TaskRow) -> Vec<String> {
    let key = |holder: &str| format!("{holder}{}\0{}", task.case, task.step);
    match &task.holder {
        Holder::Starter(person) => vec![key(&person_prefix(person))],
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

/// Whether a person may complete a task by role and scope.
pub(in crate::runtime) fn may(person: &Person, holder: &Holder) -> bool {
    match holder {
        Holder::Starter(starter) => *starter == person.id,
        Holder::Roles { roles, scope } => {
            roles.iter().any(|role| person.holds_in(role, scope.as_deref()))
        }
    }
}
