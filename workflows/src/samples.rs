//! The sample cases: who does what when, as scenario files. The same files serve the demonstration and the tests.

use dure_engine::model::people::Person;
use dure_engine::scenario::{Found, Scenario, Sources};
use dure_storage::Lang;

use crate::definitions::{CALENDARS, DEFINITIONS, PEOPLE};
use crate::shipped::SCENARIOS;

/// What is shipped, as scenarios find it: paths end as they do in this crate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shipped;

impl Sources for Shipped {
    fn file(&self, _from: &str, path: &str) -> Result<Found, String> {
        let wanted = path.trim_start_matches("../");
        let mut files = DEFINITIONS.iter().chain(CALENDARS).chain(std::iter::once(&PEOPLE));
        let found = files.find(|(file, _)| file.ends_with(wanted));
        found.map(found_in).ok_or_else(|| "no such file is shipped".to_owned())
    }

    fn workflow(&self, name: &str) -> Option<Found> {
        let wanted = format!("/{name}.yaml");
        DEFINITIONS.iter().find(|(file, _)| file.ends_with(&wanted)).map(found_in)
    }
}

fn found_in((file, text): &(&str, &str)) -> Found {
    Found { file: (*file).to_owned(), text: (*text).to_owned() }
}

/// The cases of the demonstration in the order they are played: one for each of the seven support items, the plan, and
/// the pilot cycle.
const DEMONSTRATION: &[&str] = &[
    "request_maintenance",
    "request_contacts",
    "request_lending",
    "request_meetings",
    "request_open_call",
    "request_training",
    "request_joint_programs",
    "plan_performance",
    "cycle_pilot",
];

/// The organisations and regions that the demonstration speaks of, so that reports can name them.
const PLACES: &str = "directory_places";

/// What is registered before the demonstration begins.
pub fn demo_places() -> Scenario {
    shipped(PLACES)
}

/// One case for each of the seven support items, the plan, and the pilot cycle.
pub fn demo_samples() -> Vec<Scenario> {
    DEMONSTRATION.iter().map(|name| shipped(name)).collect()
}

fn shipped(name: &str) -> Scenario {
    let found = SCENARIOS.iter().find(|(file, _)| name_of(file) == name);
    read(found.unwrap_or_else(|| panic!("{name} is not shipped")))
}

/// Cases that leave the main path (declined, supplemented, returned, amended, withdrawn, dissolved), and what is kept of
/// organisations, regions and money.
pub fn branch_samples() -> Vec<Scenario> {
    let others = SCENARIOS.iter().filter(|(file, _)| !DEMONSTRATION.contains(&name_of(file)));
    others.map(read).collect()
}

/// What a scenario is called: as its file is.
fn name_of(file: &'static str) -> &'static str {
    file.rsplit('/').next().unwrap_or(file).trim_end_matches(".scenario.yaml")
}

/// Reads a file of this crate. They are part of the program: one that cannot be read is a bug of it.
fn read((file, text): &(&str, &str)) -> Scenario {
    Scenario::read(file, text, &Shipped)
        .unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)))
}

/// The sample people: a role and a number each.
pub fn people() -> Vec<Person> {
    let (file, text) = PEOPLE;
    dure_engine::language::read_people(file, text)
        .unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)))
}
