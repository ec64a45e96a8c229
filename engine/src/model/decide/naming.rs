//! Roles in refusals by what people call them: whoever is refused knows the titles, not the names in the file.

use super::super::definition::Definition;
use super::super::known::Undecided;
use super::super::names::Text;
use super::super::refusal::{Refusal, Wanted, Why};

/// The same, with the titles of the roles it names.
pub(super) fn naming_roles(stop: Undecided, definition: &Definition) -> Undecided {
    let Undecided::Refused(refusal) = stop else { return stop };
    let named = |wanted: Wanted| Wanted { titled: titled(&wanted.names, definition), ..wanted };
    let why = match refusal.why {
        Why::RoleMissing { person, wanted } => Why::RoleMissing { person, wanted: named(wanted) },
        Why::ScopeMissing { person, wanted, scope } => {
            Why::ScopeMissing { person, wanted: named(wanted), scope }
        }
        other => other,
    };
    Undecided::Refused(Refusal { why, place: refusal.place })
}

fn titled(names: &[String], definition: &Definition) -> Option<Text> {
    let titles: Vec<&Text> =
        names.iter().map(|name| role(name, definition)).collect::<Option<_>>()?;
    let all = |each: fn(&Text) -> &str| {
        titles.iter().map(|title| each(title)).collect::<Vec<_>>().join(" / ").into()
    };
    (!titles.is_empty()).then(|| Text { ko: all(|text| &text.ko), en: all(|text| &text.en) })
}

/// A role of a workflow or of one that it calls. Workflows do not call themselves, so this ends.
fn role<'d>(name: &str, definition: &'d Definition) -> Option<&'d Text> {
    let called = || definition.called.values().find_map(|called| role(name, called));
    definition.roles.get(name).or_else(called)
}
