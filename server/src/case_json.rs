//! A case as other programs read it: the JSON contract of the command line.

use dure_engine::Accepted;
use dure_engine::model::case::{Case, OpenTask, Status};
use dure_engine::model::consequence::Holder;
use dure_engine::runtime::Why;
use serde_json::{Value, json};

use crate::titles::Titles;

/// The word for an open case.
pub const OPEN: &str = "open";
/// The word for a closed case.
pub const CLOSED: &str = "closed";

/// A case: `id`, `workflow`, `version`, `title`, `subject` (empty if the workflow does not say), `status`, `outcome`, `active`, `opened_at`, `closed_at`,
/// `stream_version`, `starter`, `entered_by`, `imported` (what it was brought in from), `data`, `flags` (each with `since`), `fault`.
pub fn case(case: &Case, titles: &Titles) -> Value {
    let (status, outcome, closed_at) = match &case.status {
        Status::Open => (OPEN, None, None),
        Status::Closed { outcome, at } => (CLOSED, Some(outcome), Some(at)),
    };
    let active: Vec<Value> = case.open_tasks().iter().map(|task| open_task(task, titles)).collect();
    json!({
        "id": case.id,
        "workflow": case.frame.workflow.name,
        "version": case.frame.workflow.version,
        "title": titles.root.as_ref().map(|root| &root.title),
        "subject": titles.subject(case),
        "status": status,
        "outcome": outcome,
        "active": active,
        "opened_at": case.opened_at,
        "closed_at": closed_at,
        "stream_version": case.version,
        "starter": case.starter,
        "entered_by": case.entered_by,
        "imported": case.imported,
        "data": case.frame.data,
        "flags": case.flags,
        "fault": case.fault,
    })
}

/// A case after an accepted request, with the `position` of its event and whether it was `repeated`.
pub fn accepted(accepted: &Accepted, titles: &Titles) -> Value {
    let mut document = case(&accepted.case, titles);
    document["position"] = json!(accepted.position);
    document["repeated"] = json!(accepted.repeated);
    document
}

/// Who may complete a step: `{"roles": […], "in": …}`, `{"person": …}` or `{"people": […]}`.
pub fn holder(holder: &Holder) -> Value {
    match holder {
        Holder::Roles { roles, scope } => json!({"roles": roles, "in": scope}),
        Holder::Starter(person) | Holder::Person(person) => json!({"person": person}),
        Holder::People(people) => json!({"people": people}),
    }
}

fn open_task(task: &OpenTask<'_>, titles: &Titles) -> Value {
    json!({
        "step": task.step,
        "title": titles.step_text(&task.step),
        "holder": holder(task.holder),
        "since": task.since,
        "due": task.due,
    })
}

/// Why a case waits: `case`, as of when (`at`), `steps`, the `effects` it owes to handlers, and the `actions` that are possible at any time.
pub fn why(why: &Why) -> Value {
    let steps: Vec<Value> = why
        .steps
        .iter()
        .map(|step| {
            json!({
                "step": step.step,
                "title": step.title,
                "holder": holder(&step.holder),
                "people": step.people,
                "deputies": step.deputies,
                "assigned": step.assigned,
                "since": step.since,
                "due": step.due,
                "outcomes": step.outcomes,
            })
        })
        .collect();
    json!({
        "case": why.case,
        "at": why.at,
        "steps": steps,
        "effects": why.effects,
        "actions": why.actions,
    })
}
