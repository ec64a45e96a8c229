//! What becomes of people in the middle of a scenario: a role that is granted or ends, an absence, a return.

use super::Script;
use super::setup::{absence_of, grant_of};
use crate::language::mapping::Mapping;
use crate::language::node::Node;
use crate::model::people::Absence;
use crate::scenario::{Act, Deed, PersonChange};

/// Reads a line about a person.
pub(super) fn staffing(
    verb: &str,
    node: &Node,
    keys: &Mapping<'_>,
    script: &Script<'_, '_>,
) -> Option<(Deed, Act)> {
    let (reading, calendar) = (script.reading, script.calendar.as_ref());
    let person = script.person(node);
    let by = keys.take("by").map_or(Some(None), |node| script.person(node).map(Some));
    let reason = keys.take("reason").and_then(|node| reading.string(node)).map(str::to_owned);
    let happened = script.happened(keys)?;
    let change = match verb {
        "grant" => PersonChange::Granted(grant_of(keys, calendar, reading)?),
        "end_role" => {
            let role = keys.need("role", reading).and_then(|node| reading.name(node));
            let scope = keys.take("in").and_then(|node| reading.string(node)).map(str::to_owned);
            PersonChange::Ended { role: role?, scope }
        }
        "absent" => {
            let absence: Absence = absence_of(keys, calendar, reading)?;
            PersonChange::Absent(absence)
        }
        _ => PersonChange::Back,
    };
    let act = Act { by: by?, reason, happened, ..Act::default() };
    Some((Deed::Staff { person: person?, change }, act))
}
