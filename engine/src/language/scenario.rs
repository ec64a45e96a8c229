//! From a scenario file to a scenario. Shows every mistake it can find, each in its place; plays nothing.

mod expect;
mod line;
mod publication;
mod setup;
mod staffing;
mod times;
mod workflows;

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::codes::ReaderCodes;
use super::diagnostic::{Diagnostic, Diagnostics};
use super::limits::SCENARIO_LINES_MAX;
use super::mapping::Mapping;
use super::node::{self, Node};
use super::reading::Reading;
use crate::model::names::{Name, PersonId};
use crate::model::people::Person;
use crate::scenario::{self as codes, Line, Scenario, Sources, When};
use crate::time::Calendar;

/// What the shared readers call mistakes here.
const READER: ReaderCodes = ReaderCodes {
    key: codes::KEY,
    missing: codes::MISSING,
    kind: codes::KIND,
    name: codes::NAME,
    unknown: codes::UNKNOWN,
    text: codes::TEXT,
};

/// Reads a scenario file. `sources` finds what it names.
///
/// # Errors
/// Every mistake that was found.
pub fn read_scenario(
    file: &str,
    text: &str,
    sources: &dyn Sources,
) -> Result<Scenario, Diagnostics> {
    let document = node::parse(file, text)?;
    let reading = Reading::of_kind(text, &READER);
    let scenario = scenario(&document, file, sources, &reading);
    let (found, _) = reading.into_found();
    match scenario {
        Some(scenario) if found.is_empty() => Ok(scenario),
        Some(_) | None => Err(Diagnostics::new(file, text, found)),
    }
}

/// Reads a file of people, as it may stand beside scenarios.
///
/// # Errors
/// Every mistake that was found.
pub fn read_people(file: &str, text: &str) -> Result<Vec<Person>, Diagnostics> {
    let document = node::parse(file, text)?;
    let reading = Reading::of_kind(text, &READER);
    let people = setup::listed(&document, None, &reading);
    match reading.into_found().0 {
        found if found.is_empty() => Ok(people.into_iter().map(|person| person.value).collect()),
        found => Err(Diagnostics::new(file, text, found)),
    }
}

/// What reading a line needs to know of the lines and keys before it.
struct Script<'r, 't> {
    reading: &'r Reading<'t>,
    file: &'r str,
    sources: &'r dyn Sources,
    /// The calendar that gives the zone.
    calendar: Option<Calendar>,
    people: Vec<PersonId>,
    /// The cases that have a name by now.
    cases: RefCell<BTreeSet<Name>>,
    /// Where a case is started, if the line names no workflow.
    workflow: Name,
    needed: workflows::Needed,
}

fn scenario(
    document: &Node,
    file: &str,
    sources: &dyn Sources,
    reading: &Reading<'_>,
) -> Option<Scenario> {
    let keys = Mapping::of(document, reading)?;
    let name = keys.need("scenario", reading).and_then(|node| reading.name(node));
    let title = keys.need("title", reading).and_then(|node| reading.bilingual(node));
    let covers = keys.take("covers").map(|node| texts(node, reading)).unwrap_or_default();
    let place = (file, sources);
    let calendars = keys.take("calendars");
    let calendars = calendars.map(|node| setup::calendars(node, place, reading));
    let calendars = calendars.unwrap_or_default();
    let calendar = calendars.first().map(|first| first.value.calendar.clone());
    let people = keys.need("people", reading);
    let people = people.map(|node| setup::people(node, calendar.as_ref(), place, reading))?;
    let accounts = keys.take("accounts").map(|node| setup::accounts(node, reading));
    let needed = workflows::Needed::new(keys.take("workflows"), place, reading);
    let workflow = keys.need("workflow", reading);
    let workflow = workflow.and_then(|node| needed.add(node, place, reading));
    let begins = keys.take("clock");
    let begins = begins.and_then(|node| times::moment(node, calendar.as_ref(), reading));
    let lines = keys.need("lines", reading);
    keys.finish(reading);
    let script = Script {
        reading,
        file,
        sources,
        people: people.iter().map(|person| person.value.id.clone()).collect(),
        cases: RefCell::default(),
        workflow: workflow?,
        needed,
        calendar,
    };
    let lines = script.lines(lines?);
    let begins = begins.or_else(|| script.first_time(document, &lines));
    Some(Scenario {
        file: file.into(),
        text: reading.text().into(),
        name: name?,
        title: title?,
        covers,
        workflow: script.workflow,
        workflows: script.needed.in_order(),
        calendars,
        people,
        accounts: accounts.unwrap_or_default(),
        begins: begins?,
        lines,
    })
}

impl Script<'_, '_> {
    fn lines(&self, node: &Node) -> Vec<Line> {
        let Some(items) = node.as_list() else {
            self.reading.wrong_kind::<()>(node, "목록", "a list");
            return Vec::new();
        };
        if items.len() > SCENARIO_LINES_MAX {
            let ko = format!("줄이 {SCENARIO_LINES_MAX}개보다 많습니다");
            let en = format!("there are more than {SCENARIO_LINES_MAX} lines");
            let span = items[SCENARIO_LINES_MAX].span;
            self.reading.report(Diagnostic::error(codes::LIMIT, span, ko, en));
            return Vec::new();
        }
        items.iter().filter_map(|node| line::line(node, self)).collect()
    }

    /// Without `clock` the scenario begins with its first line, which then has to say when.
    fn first_time(&self, document: &Node, lines: &[Line]) -> Option<chrono::DateTime<chrono::Utc>> {
        match lines.first().and_then(|line| line.at.as_ref()).map(|at| at.value) {
            Some(When::At(at)) => Some(at),
            Some(When::After(_)) | None => {
                let ko = "`clock` 항목이나 첫 줄의 `at` 항목으로 시작하는 때를 적어야 합니다";
                let en = "say when it begins: by `clock`, or by a time as `at` of the first line";
                let span = document.span.first_line_of(self.reading.text());
                self.reading.error(codes::MISSING, span, ko, en);
                None
            }
        }
    }
}

fn texts(node: &Node, reading: &Reading<'_>) -> Vec<String> {
    let items = reading.items(node).iter();
    items.filter_map(|node| reading.string(node)).map(str::to_owned).collect()
}
