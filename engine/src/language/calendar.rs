//! From a YAML file to a business calendar. Puts every mistake of the calendar in its place; counts nothing.

use dure_storage::Lang;

use super::diagnostic::{Diagnostic, Diagnostics};
use super::node::{self, Node};
use crate::time::{Calendar, CalendarFault};

/// Reads a calendar file and checks it.
///
/// # Errors
/// Every mistake that was found.
pub fn read_calendar(file: &str, text: &str) -> Result<Calendar, Diagnostics> {
    let document = node::parse(file, text)?;
    calendar_at(&document).map_err(|found| Diagnostics::new(file, text, found))
}

/// Reads the calendar that stands in a part of a document.
pub(super) fn calendar_at(node: &Node) -> Result<Calendar, Vec<Diagnostic>> {
    let told = |fault: &CalendarFault| in_place(fault, node);
    Calendar::read(node.to_json()).map_err(|faults| faults.iter().map(told).collect())
}

fn in_place(fault: &CalendarFault, document: &Node) -> Diagnostic {
    let place = fault.key().and_then(|key| document.get(key)).unwrap_or(document);
    let day = fault.holiday().map(|day| day.to_string());
    let entries = place.as_map().unwrap_or_default();
    let holiday = entries.iter().find(|(key, _)| Some(&key.name) == day.as_ref());
    let span = holiday.map_or(place.span, |(key, _)| key.span);
    Diagnostic::error(fault.code(), span, fault.explain(Lang::Ko), fault.explain(Lang::En))
}
