//! Cases as people read them.

use dure_engine::model::case::{Case, Status};
use dure_engine::model::consequence::Object;
use dure_engine::model::form::Field;
use dure_engine::model::names::PersonId;
use dure_engine::runtime::{OutcomeNow, StepNow, Why};
use dure_engine::{Accepted, Engine};
use dure_storage::Lang;
use serde_json::Value;

use super::effect_text;
use crate::limits::SHOWN_VALUE_CHARS;
use crate::moment::{self, due_or_dash, minute};
use crate::output::one_line;
use crate::sheet::Sheet;
use crate::timeline::status;
use crate::titles::{Titles, person};
use crate::words;

const INDENT: &str = "  ";

/// What became of a request, and what waits now.
pub(super) fn accepted(accepted: &Accepted, titles: &Titles, lang: Lang) -> String {
    let said = match accepted.repeated {
        true => words::ALREADY.get(lang),
        false => words::RECORDED_NOW.get(lang),
    };
    let position = words::POSITION.get(lang);
    let case = &accepted.case;
    let first =
        format!("{} · {said} ({position} {})\n", heading(case, titles, lang), accepted.position);
    first + &active(case, titles, lang)
}

/// Where subjects stand in a list of cases: few workflows of a test or a beginner have one.
const SUBJECT_COLUMN: usize = 2;
/// Where flags stand in it: most lists have none.
const FLAGS_COLUMN: usize = 7;

/// One line per case.
pub(super) fn list(rows: &[(&Case, Titles)], lang: Lang) -> String {
    if rows.is_empty() {
        return format!("{}\n", words::NO_CASES.get(lang));
    }
    let header = [
        words::CASE,
        words::WORKFLOW,
        words::SUBJECT,
        words::STATE,
        words::OPENED,
        words::HOLDER,
        words::DUE,
        words::FLAGS,
    ];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for (case, titles) in rows {
        let tasks = case.open_tasks();
        let waits: Vec<String> = tasks
            .iter()
            .map(|task| {
                format!("{} – {}", titles.step(&task.step), titles.holder(&task.step, task.holder))
            })
            .collect();
        let due = tasks.iter().filter_map(|task| task.due).min();
        let flags: Vec<String> =
            case.flags.iter().map(|raised| titles.flag(&raised.flag)).collect();
        sheet.row([
            case.id.to_string(),
            titles.workflow().to_owned(),
            titles.subject(case),
            status(case, titles, lang),
            minute(case.opened_at),
            waits.join("; "),
            due.map_or_else(String::new, moment::due),
            flags.join("; "),
        ]);
    }
    sheet.without_empty(&[SUBJECT_COLUMN, FLAGS_COLUMN]).render()
}

/// A case as it is now.
pub(super) async fn show(engine: &Engine, case: &Case, titles: &Titles, lang: Lang) -> String {
    let mut facts = Sheet::plain().indented(INDENT);
    let mut fact = |word: words::Word, value: String| facts.row([word.get(lang).to_owned(), value]);
    fact(words::WORKFLOW, case.frame.workflow.to_string());
    fact(words::STARTER, person(engine, &case.starter, lang).await);
    if case.entered_by != case.starter {
        fact(words::ENTERED_BY, person(engine, &case.entered_by, lang).await);
    }
    fact(words::OPENED, minute(case.opened_at));
    if let Some(imported) = &case.imported {
        fact(words::IMPORTED_FROM, words::imported_from(lang, imported));
    }
    if let Status::Closed { at, .. } = &case.status {
        fact(words::CLOSED, minute(*at));
    }
    fact(words::EVENTS, case.version.to_string());
    for raised in &case.flags {
        let since = format!("{} {}", words::SINCE.get(lang), minute(raised.since));
        fact(words::FLAGS, format!("{} ({}), {since}", titles.flag(&raised.flag), raised.flag));
    }
    if let Some(fault) = &case.fault {
        fact(words::FAULT, fault.clone());
    }
    format!(
        "{}\n{}{}{}",
        heading(case, titles, lang),
        facts.render(),
        active(case, titles, lang),
        data(&case.frame.data, titles, lang)
    )
}

/// Why a case waits.
pub(super) fn why(case: &Case, why: &Why, titles: &Titles, lang: Lang) -> String {
    let mut text = heading(case, titles, lang) + "\n";
    if why.steps.is_empty() && why.effects.is_empty() {
        text.push_str(&format!("{INDENT}{}\n", words::NOTHING_WAITS.get(lang)));
    }
    for step in &why.steps {
        let mut facts = Sheet::plain().indented("    ");
        let mut fact = |word: words::Word, value: String| {
            facts.row([word.get(lang).to_owned(), value]);
        };
        fact(words::HOLDER, titles.holder(&step.step, &step.holder));
        if let Some(assigned) = &step.assigned {
            let told = words::assigned(lang, assigned.person.as_str(), assigned.may);
            fact(words::ASSIGNED, told);
        }
        fact(words::PEOPLE, people(step, lang));
        fact(words::SINCE, minute(step.since));
        fact(words::DUE, due_or_dash(step.due));
        let (title, name) = (one_line(step.title.get(lang)), &step.step);
        text.push_str(&format!("{INDENT}{title} ({name})\n{}", facts.render()));
        text.push_str(&outcomes(&step.outcomes, lang));
    }
    text.push_str(&effect_text::waiting(&why.effects, titles, lang));
    if !why.actions.is_empty() {
        let actions: Vec<String> = why
            .actions
            .iter()
            .map(|action| format!("{} ({action})", titles.action(action)))
            .collect();
        text.push_str(&format!("{INDENT}{}: {}\n", words::ACTIONS.get(lang), actions.join(", ")));
    }
    text
}

/// Who could complete a step, each with who acts in their place now.
fn people(step: &StepNow, lang: Lang) -> String {
    let person = |person: &PersonId| match step.deputies.iter().find(|place| place.of == *person) {
        Some(place) => format!("{person} – {}", words::absent(lang, place.deputy.as_str())),
        None => person.to_string(),
    };
    step.people.iter().map(person).collect::<Vec<_>>().join(", ")
}

fn outcomes(outcomes: &[OutcomeNow], lang: Lang) -> String {
    let mut sheet = Sheet::plain().indented("      ");
    for outcome in outcomes {
        let title = outcome.title.as_ref().map_or("", |title| title.get(lang));
        let open = match outcome.open {
            Some(true) => words::YES,
            Some(false) => words::NO,
            None => words::DEPENDS,
        };
        // People read the reason; the rule itself only where no reason says what it asks.
        let because: Vec<&str> = outcome.because.iter().map(|text| text.get(lang)).collect();
        let rule = match because.is_empty() {
            true => outcome.guard.as_ref().map(|rule| format!("{}: {rule}", words::RULE.get(lang))),
            false => {
                let refused = words::REFUSED_IF.get(lang);
                Some(format!("{refused}: {}", because.join("; ")))
            }
        };
        sheet.row([
            outcome.outcome.to_string(),
            title.to_owned(),
            open.get(lang).to_owned(),
            rule.unwrap_or_default(),
        ]);
    }
    sheet.render()
}

fn heading(case: &Case, titles: &Titles, lang: Lang) -> String {
    let subject = titles.subject(case);
    let parts = [titles.workflow(), &subject, &status(case, titles, lang)].map(str::to_owned);
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}  {}", case.id, parts.join(" · "))
}

/// The steps that wait, who holds them, since when and until when.
fn active(case: &Case, titles: &Titles, lang: Lang) -> String {
    let tasks = case.open_tasks();
    if tasks.is_empty() {
        return String::new();
    }
    let header = [words::ACTIVE, words::STEP, words::HOLDER, words::SINCE, words::DUE];
    let mut sheet = Sheet::with_header(&words::header(header, lang)).indented(INDENT);
    for task in tasks {
        sheet.row([
            titles.step(&task.step),
            task.step.to_string(),
            titles.holder(&task.step, task.holder),
            minute(task.since),
            due_or_dash(task.due),
        ]);
    }
    sheet.render()
}

fn data(data: &Object, titles: &Titles, lang: Lang) -> String {
    let mut sheet = Sheet::plain().indented(INDENT);
    for field in titles.root.iter().flat_map(|root| &root.data) {
        let Some(value) = data.get(field.name.as_str()) else { continue };
        let title = field.title.as_ref().map_or(field.name.as_str(), |title| title.get(lang));
        let value = option(field, value, lang).unwrap_or_else(|| shown(value));
        sheet.row([title.to_owned(), value]);
    }
    match sheet.is_empty() {
        true => String::new(),
        false => format!("{INDENT}{}\n{}", words::DATA.get(lang), sheet.indented("    ").render()),
    }
}

/// What people call the option of an enumeration, if it says so.
fn option(field: &Field, value: &Value, lang: Lang) -> Option<String> {
    field.option(value.as_str()?).map(|text| text.get(lang).to_owned())
}

/// A value in one line of bounded length.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.chars().count() > SHOWN_VALUE_CHARS {
        true => text.chars().take(SHOWN_VALUE_CHARS).chain(['…']).collect(),
        false => text,
    }
}
