//! Workflows as people read them.

use std::collections::BTreeSet;

use dure_engine::model::definition::{By, Callee, Definition, Step, StepKind, Target};
use dure_engine::model::form::{Field, Form};
use dure_engine::model::names::{Name, Text};
use dure_engine::runtime::WorkflowSummary;
use dure_storage::Lang;

use crate::sheet::Sheet;
use crate::words;

/// Before the ways out of a step.
const WAYS: &str = "      ";

/// One line per workflow.
pub(super) fn list(known: &[(WorkflowSummary, Option<Text>)], lang: Lang) -> String {
    if known.is_empty() {
        return format!("{}\n", words::NO_WORKFLOWS.get(lang));
    }
    let header = [words::NAME, words::VERSION, words::TITLE];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for (workflow, title) in known {
        let title = title.as_ref().map_or(words::UNREADABLE.get(lang), |title| title.get(lang));
        sheet.row([workflow.name.to_string(), workflow.version.to_string(), title.to_owned()]);
    }
    sheet.render()
}

/// Its start, its steps with who and where to, its actions and its ends.
pub(super) fn show(definition: &Definition, lang: Lang) -> String {
    let start = &definition.start;
    let mut text = format!("{}  {}\n", definition.reference, definition.title.get(lang));
    let by = roles(definition, &start.by, lang);
    text.push_str(&format!("  start  {} · {by}\n", words::STARTED.get(lang)));
    let mut ways = Sheet::plain().indented(WAYS);
    ways.row([target(&start.to), fields(&start.form, lang)]);
    text.push_str(&ways.render());
    for step in definition.steps() {
        let (title, doer) = (step.title.get(lang), doer(definition, step, lang));
        text.push_str(&format!("  {}  {title} · {doer}\n", step.name));
        text.push_str(&outcomes(step, lang));
    }
    let actions = definition.actions.iter().map(|action| (&action.name, &action.title));
    text.push_str(&part(words::ACTIONS, lang, actions));
    let ends = definition.ends.iter().map(|end| (&end.name, &end.title));
    text.push_str(&part(words::ENDS, lang, ends));
    let flags = definition.flags.iter().map(|flag| (&flag.name, &flag.title));
    text.push_str(&part(words::FLAGS, lang, flags));
    text
}

fn outcomes(step: &Step, lang: Lang) -> String {
    let mut ways = Sheet::plain().indented(WAYS);
    for outcome in &step.outcomes {
        let title = outcome.title.as_ref().map_or("", |title| title.get(lang));
        let rules: Vec<&str> = outcome.rules.iter().map(|rule| rule.when.text()).collect();
        ways.row([
            outcome.name.to_string(),
            title.to_owned(),
            target(&outcome.target),
            fields(&outcome.form, lang),
            if rules.is_empty() { String::new() } else { format!("[{}]", rules.join(" && ")) },
        ]);
    }
    ways.render()
}

/// The names of a form's fields; those that may be left out with a question mark, and which are personal.
fn fields(form: &Form, lang: Lang) -> String {
    let name = |field: &Field| match (field.optional, field.is_personal()) {
        (true, true) => format!("{}? ({})", field.name, words::PERSONAL.get(lang)),
        (true, false) => format!("{}?", field.name),
        (false, _) => field.name.to_string(),
    };
    let names: Vec<String> = form.fields().iter().map(name).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", names.join(", ")),
    }
}

fn part<'a>(
    word: words::Word,
    lang: Lang,
    named: impl Iterator<Item = (&'a Name, &'a Text)>,
) -> String {
    let mut sheet = Sheet::plain().indented("    ");
    for (name, title) in named {
        sheet.row([name.to_string(), title.get(lang).to_owned()]);
    }
    match sheet.is_empty() {
        true => String::new(),
        false => format!("  {}\n{}", word.get(lang), sheet.render()),
    }
}

fn doer(definition: &Definition, step: &Step, lang: Lang) -> String {
    match &step.kind {
        StepKind::Task(task) => match &task.by {
            By::Starter => words::STARTER.get(lang).to_owned(),
            By::Roles(by) => roles(definition, by, lang),
            By::Person(expression) | By::People(expression) => expression.text().to_owned(),
        },
        StepKind::Auto(auto) => format!("{}: {}", words::HANDLER.get(lang), auto.handler),
        StepKind::Wait(_) => words::WAITS.get(lang).to_owned(),
        StepKind::Each(each) => format!("{}: {}", words::FOR_EACH.get(lang), each.list.text()),
        StepKind::Spawn(spawn) => format!("{}: {}", words::SPAWNS.get(lang), spawn.workflow),
        StepKind::Send(send) => format!("{}: {}", words::SENDS.get(lang), send.message),
        StepKind::Decide => words::DECIDES.get(lang).to_owned(),
        StepKind::Parallel(parallel) => {
            let branches = parallel.branches.iter();
            let names: Vec<&str> = branches.map(|branch| branch.title.get(lang)).collect();
            format!("{}: {}", words::PARALLEL.get(lang), names.join(", "))
        }
        StepKind::Call(call) => {
            let called: BTreeSet<&str> = match &call.callee {
                Callee::One(name) => BTreeSet::from([name.as_str()]),
                Callee::Chosen { among, .. } => among.values().map(Name::as_str).collect(),
            };
            let called = Vec::from_iter(called).join(", ");
            format!("{}: {called}", words::CALLS.get(lang))
        }
    }
}

fn roles(definition: &Definition, roles: &[Name], lang: Lang) -> String {
    let title = |role: &Name| match definition.roles.get(role) {
        Some(title) => title.get(lang).to_owned(),
        None => role.to_string(),
    };
    roles.iter().map(title).collect::<Vec<_>>().join(", ")
}

fn target(target: &Target) -> String {
    match target {
        Target::Step(name) | Target::End(name) => format!("→ {name}"),
        Target::Done(result) => format!("= {result}"),
    }
}
