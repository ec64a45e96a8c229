//! Scenarios as people read them: one line each, what differs, and what was not taken.

use dure_engine::language::Diagnostics;
use dure_engine::scenario::{CoverageOf, Element, Played, Scenario, Way};
use dure_storage::Lang;

use crate::output::one_line;
use crate::sheet::Sheet;
use crate::words::{self, Word};

/// A scenario that was played.
pub(super) fn played(scenario: &Scenario, played: &Played, events: u64, lang: Lang) -> String {
    let word = match played.passed() {
        true => words::SCENARIO_PASSED,
        false => words::SCENARIO_FAILED,
    };
    let how = words::scenario_played(lang, played.lines.len(), events);
    let (name, title) = (&scenario.name, one_line(scenario.title.get(lang)));
    format!("{}  {name}  {title} · {how}\n{}", word.get(lang), played.found.render(lang, false))
}

/// A scenario file with mistakes.
pub(super) fn mistaken(found: &Diagnostics, lang: Lang) -> String {
    let (file, word) = (one_line(found.file()), words::SCENARIO_FAILED.get(lang));
    format!("{word}  {file}\n{}", found.render(lang, false))
}

/// How much of each workflow was taken, and what was not.
pub(super) fn coverage(report: &[CoverageOf], lang: Lang) -> String {
    report.iter().map(|workflow| of_workflow(workflow, lang)).collect()
}

fn of_workflow(report: &CoverageOf, lang: Lang) -> String {
    let name = format!("{} v{}", report.workflow, report.version);
    let (missing, of) = (report.missing().count(), report.elements.len());
    let mut sheet = Sheet::plain().indented("  ");
    for row in report.missing() {
        let place = match row.line {
            Some(line) => format!("{}:{line}", one_line(&report.file)),
            None => one_line(&report.file),
        };
        sheet.row([place, kind(&row.element).get(lang).to_owned(), row.element.words()]);
    }
    let said = words::covered(lang, &name, of - missing, of);
    let rows = if missing == 0 { String::new() } else { sheet.render() };
    format!("{said}\n{rows}")
}

fn kind(element: &Element) -> Word {
    match element {
        Element::Step(_) => words::SCENARIO_STEP,
        Element::Outcome { .. } => words::SCENARIO_OUTCOME,
        Element::Guard { way: Way::Passed, .. } => words::SCENARIO_GUARD_PASSED,
        Element::Guard { way: Way::Refused, .. } => words::SCENARIO_GUARD_REFUSED,
        Element::Timer { .. } => words::SCENARIO_TIMER,
        Element::Action(_) => words::SCENARIO_ACTION,
        Element::End(_) => words::SCENARIO_END,
        Element::Flag(_) => words::SCENARIO_FLAG,
    }
}
