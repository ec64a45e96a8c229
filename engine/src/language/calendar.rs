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
    Calendar::read(document.to_json()).map_err(|faults| {
        let told: Vec<_> = faults.iter().map(|fault| in_place(fault, &document)).collect();
        Diagnostics::new(file, text, told)
    })
}

fn in_place(fault: &CalendarFault, document: &Node) -> Diagnostic {
    let place = fault.key().and_then(|key| document.get(key)).unwrap_or(document);
    let day = fault.holiday().map(|day| day.to_string());
    let entries = place.as_map().unwrap_or_default();
    let holiday = entries.iter().find(|(key, _)| Some(&key.name) == day.as_ref());
    let span = holiday.map_or(place.span, |(key, _)| key.span);
    Diagnostic::error(fault.code(), span, fault.explain(Lang::Ko), fault.explain(Lang::En))
}
