//! Workflows as people read them.

use std::sync::Arc;

use dure_engine::model::definition::{By, Definition, Outcome, Step, StepKind, Target};
use dure_engine::model::names::Text;
use dure_storage::Lang;

use crate::sheet::Sheet;
use crate::words;

/// One line per workflow.
pub(super) fn list(known: &[Arc<Definition>], lang: Lang) -> String {
    if known.is_empty() {
        return format!("{}\n", words::NO_WORKFLOWS.get(lang));
    }
    let header = [words::NAME, words::VERSION, words::TITLE];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for definition in known {
        let reference = &definition.reference;
        sheet.row([
            reference.name.to_string(),
            reference.version.to_string(),
            definition.title.get(lang).to_owned(),
        ]);
    }
    sheet.render()
}

/// Its steps with who and where to, its actions and its ends.
pub(super) fn show(definition: &Definition, lang: Lang) -> String {
    let mut text = format!("{}  {}\n", definition.reference, definition.title.get(lang));
    let mut steps = Sheet::plain().indented("  ");
    let start: Vec<&str> = definition.start.by.iter().map(|role| role.as_str()).collect();
    let to = target(&definition.start.to);
    steps.row(["start".to_owned(), words::STARTED.get(lang).to_owned(), start.join(", "), to]);
    for step in definition.steps() {
        let outcomes: Vec<String> = step.outcomes.iter().map(|o| outcome(o, lang)).collect();
        steps.row([
            step.name.to_string(),
            step.title.get(lang).to_owned(),
            doer(step),
            outcomes.join("; "),
        ]);
    }
    text.push_str(&steps.render());
    text.push_str(&part(
        words::ACTIONS,
        lang,
        definition.actions.iter().map(|a| (&a.name, &a.title)),
    ));
    text.push_str(&part(words::ENDS, lang, definition.ends.iter().map(|e| (&e.name, &e.title))));
    text
}

fn part<'a>(
    word: words::Word,
    lang: Lang,
    named: impl Iterator<Item = (&'a dure_engine::model::Name, &'a Text)>,
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

fn doer(step: &Step) -> String {
    match &step.kind {
        StepKind::Task(task) => by(&task.by),
        StepKind::Decide => "decide".to_owned(),
        StepKind::Parallel(branches) => {
            let names: Vec<&str> = branches.iter().map(|branch| branch.name.as_str()).collect();
            format!("parallel: {}", names.join(", "))
        }
        StepKind::Call(_) => "call".to_owned(),
    }
}

fn by(by: &By) -> String {
    match by {
        By::Starter => "starter".to_owned(),
        By::Roles(roles) => roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", "),
    }
}

fn outcome(outcome: &Outcome, lang: Lang) -> String {
    let title = outcome.title.as_ref().map(|title| format!(" “{}”", title.get(lang)));
    let guard = outcome.guard.as_ref().map(|guard| format!(" [{}]", guard.when.text()));
    let (title, guard) = (title.unwrap_or_default(), guard.unwrap_or_default());
    format!("{}{title}{guard} {}", outcome.name, target(&outcome.target))
}

fn target(target: &Target) -> String {
    match target {
        Target::Step(name) | Target::End(name) => format!("→ {name}"),
        Target::Done(result) => format!("= {result}"),
    }
}
