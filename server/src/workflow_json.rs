//! A workflow as other programs read it.

use dure_engine::model::definition::{
    Action, By, Definition, Flag, Guard, Outcome, Step, StepKind, Target,
};
use serde_json::{Value, json};

/// A workflow: `name`, `version`, `title`, `roles`, `start`, `steps`, `actions`, `ends`, `flags`, `calls`,
/// `source`.
pub fn workflow(definition: &Definition) -> Value {
    let start = &definition.start;
    let ends: Vec<Value> =
        definition.ends.iter().map(|end| json!({"name": end.name, "title": end.title})).collect();
    let flag =
        |flag: &Flag| json!({"name": flag.name, "title": flag.title, "when": flag.when.text()});
    let flags: Vec<Value> = definition.flags.iter().map(flag).collect();
    let calls: Vec<Value> = definition
        .called
        .values()
        .map(|called| json!({"name": called.reference.name, "version": called.reference.version}))
        .collect();
    json!({
        "name": definition.reference.name,
        "version": definition.reference.version,
        "title": definition.title,
        "roles": definition.roles,
        "start": {
            "by": start.by,
            "on_behalf_of": start.on_behalf_of,
            "entered_by": start.entered_by,
            "form": start.form.schema(),
            "to": target(&start.to),
        },
        "steps": definition.steps().into_iter().map(step).collect::<Vec<_>>(),
        "actions": definition.actions.iter().map(action).collect::<Vec<_>>(),
        "ends": ends,
        "flags": flags,
        "calls": calls,
        "source": definition.source,
    })
}

fn step(step: &Step) -> Value {
    let (kind, by) = match &step.kind {
        StepKind::Task(task) => ("task", Some(by(&task.by))),
        StepKind::Decide => ("decide", None),
        StepKind::Auto(_) => ("auto", None),
        StepKind::Wait(_) => ("wait", None),
        StepKind::Parallel(_) => ("parallel", None),
        StepKind::Each(_) => ("each", None),
        StepKind::Call(_) => ("call", None),
        StepKind::Spawn(_) => ("spawn", None),
        StepKind::Send(_) => ("send", None),
    };
    json!({
        "name": step.name,
        "title": step.title,
        "kind": kind,
        "by": by,
        "branches": step.branches().iter().map(|branch| &branch.name).collect::<Vec<_>>(),
        "outcomes": step.outcomes.iter().map(outcome).collect::<Vec<_>>(),
    })
}

fn outcome(outcome: &Outcome) -> Value {
    json!({
        "name": outcome.name,
        "title": outcome.title,
        "when": rules(&outcome.rules),
        "form": outcome.form.schema(),
        "reason_required": outcome.reason_required,
        "to": target(&outcome.target),
    })
}

fn action(action: &Action) -> Value {
    json!({
        "name": action.name,
        "title": action.title,
        "by": by(&action.by),
        "when": rules(&action.rules),
        "form": action.form.schema(),
        "reason_required": action.reason_required,
        "to": action.target.as_ref().map(target),
    })
}

fn by(by: &By) -> Value {
    match by {
        By::Roles(roles) => json!(roles),
        By::Starter => json!(["starter"]),
        By::Person(expression) => json!({"person": expression.text()}),
        By::People(expression) => json!({"people": expression.text()}),
    }
}

fn rules(rules: &[Guard]) -> Option<String> {
    let texts: Vec<&str> = rules.iter().map(|rule| rule.when.text()).collect();
    (!texts.is_empty()).then(|| texts.join(" && "))
}

fn target(target: &Target) -> Value {
    match target {
        Target::Step(name) => json!({"step": name}),
        Target::End(name) => json!({"end": name}),
        Target::Done(result) => json!({"done": result}),
    }
}
