//! Every published calendar with its latest version.

use chrono::NaiveDate;
use dure_storage::StoreError;
use serde::{Deserialize, Serialize};

use super::{Projection, Rows, ViewEvent};
use crate::model::names::Name;
use crate::runtime::calendars::{CALENDAR_PUBLISHED, CalendarPublished};
use crate::time::Rule;

/// A published calendar in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarSummary {
    /// Its name.
    pub name: Name,
    /// Its latest version.
    pub version: u32,
    /// The zone of its days and hours.
    pub zone: String,
    /// How it counts days, weeks and months.
    pub rule: Rule,
    /// The first day it covers.
    pub from: NaiveDate,
    /// The last day it covers.
    pub to: NaiveDate,
    /// Days without work beside the weekends.
    pub holidays: usize,
}

/// Key: the calendar's name.
#[derive(Debug, Default)]
pub struct Calendars;

impl Projection for Calendars {
    type Row = CalendarSummary;
    const NAME: &'static str = "calendars";
    const SCHEMA: u32 = 1;

    fn apply(
        &mut self,
        event: &ViewEvent<'_>,
        rows: &mut Rows<CalendarSummary>,
    ) -> Result<(), StoreError> {
        if event.envelope.kind == CALENDAR_PUBLISHED.0 {
            let CalendarPublished { calendar, .. } = event.payload()?;
            let summary = CalendarSummary {
                name: calendar.name,
                version: calendar.version,
                zone: calendar.zone,
                rule: calendar.rule,
                from: calendar.from,
                to: calendar.to,
                holidays: calendar.holidays.len(),
            };
            rows.put(summary.name.to_string(), summary);
        }
        Ok(())
    }
}
