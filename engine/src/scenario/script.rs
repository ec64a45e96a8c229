//! What a scenario file says: what it begins with, and its lines.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::line::{Line, Placed};
use super::sources::Found;
use crate::language::Diagnostics;
use crate::model::account::OpenAccount;
use crate::model::names::{Name, Text};
use crate::model::people::Person;
use crate::time::Calendar;

/// A scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file it was read from.
    pub file: Arc<str>,
    /// The text of that file.
    pub text: Arc<str>,
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// The requirement rows it shows.
    pub covers: Vec<String>,
    /// The workflow its cases are started on, where a line names no other.
    pub workflow: Name,
    /// Every workflow that is needed, a workflow after those it calls.
    pub workflows: Vec<WorkflowFile>,
    /// The calendars; the first counts what is skipped and gives the zone.
    pub calendars: Vec<Placed<CalendarFile>>,
    /// Who acts.
    pub people: Vec<Placed<Person>>,
    /// The accounts there are at the beginning.
    pub accounts: Vec<Placed<OpenAccount>>,
    /// When it begins.
    pub begins: DateTime<Utc>,
    /// What happens, in order.
    pub lines: Vec<Line>,
}

/// A workflow and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowFile {
    /// Its name.
    pub name: Name,
    /// Its file.
    pub found: Found,
}

/// A calendar, and what is published of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFile {
    /// The calendar.
    pub calendar: Calendar,
    /// Its file; one written inside the scenario is JSON.
    pub found: Found,
}

impl Scenario {
    /// Reads a scenario file. `sources` finds what it names.
    ///
    /// # Errors
    /// Every mistake that was found, each with its place.
    pub fn read(
        file: &str,
        text: &str,
        sources: &dyn super::Sources,
    ) -> Result<Scenario, Diagnostics> {
        crate::language::read_scenario(file, text, sources)
    }

    /// The calendar that counts what is skipped and gives the zone of times.
    pub fn calendar(&self) -> Option<&Calendar> {
        self.calendars.first().map(|first| &first.value.calendar)
    }

    /// The end that its last line expects.
    pub fn ends(&self) -> Option<&Name> {
        let expected = self.lines.last()?.expect.iter();
        expected.filter_map(|expected| expected.what.closed()).next()
    }
}
