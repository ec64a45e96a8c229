//! What a scenario begins with: calendars, people with their roles and absences, accounts.

use std::fmt::Display;

use super::{codes, times};
use crate::language::calendar::calendar_at;
use crate::language::mapping::Mapping;
use crate::language::node::{Node, NodeKind, Span};
use crate::language::reading::Reading;
use crate::model::account::{OpenAccount, Unit};
use crate::model::names::PersonId;
use crate::model::people::{Absence, Grant, Person};
use crate::scenario::{CalendarFile, Found, Placed, Sources};
use crate::time::Calendar;

/// The file that is being read, and where it finds others.
pub(super) type At<'a> = (&'a str, &'a dyn Sources);

/// A file that is named.
pub(super) fn found(node: &Node, (file, sources): At<'_>, reading: &Reading<'_>) -> Option<Found> {
    let path = reading.string(node)?;
    match sources.file(file, path) {
        Ok(found) => Some(found),
        Err(why) => unusable(node, path, why, reading),
    }
}

/// Says that a file which is named cannot be used.
pub(super) fn unusable<T>(
    node: &Node,
    path: &str,
    why: impl Display,
    reading: &Reading<'_>,
) -> Option<T> {
    let ko = format!("`{path}` 파일을 쓸 수 없습니다: {why}");
    reading.error(codes::FILE, node.span, ko, format!("`{path}` cannot be used: {why}"));
    None
}

/// Reads `calendars`.
pub(super) fn calendars(
    node: &Node,
    at: At<'_>,
    reading: &Reading<'_>,
) -> Vec<Placed<CalendarFile>> {
    let placed =
        |node: &Node| calendar(node, at, reading).map(|value| Placed { place: node.span, value });
    reading.items(node).iter().filter_map(placed).collect()
}

/// Reads one calendar, from a file that is named or written here.
pub(super) fn calendar(node: &Node, at: At<'_>, reading: &Reading<'_>) -> Option<CalendarFile> {
    let NodeKind::Map(_) = &node.kind else {
        let found = found(node, at, reading)?;
        return match crate::language::read_calendar(&found.file, &found.text) {
            Ok(calendar) => Some(CalendarFile { calendar, found }),
            Err(mistakes) => unusable(node, &found.file, mistakes, reading),
        };
    };
    match calendar_at(node) {
        Ok(calendar) => {
            let text = node.to_json().to_string();
            Some(CalendarFile { calendar, found: Found { file: at.0.to_owned(), text } })
        }
        Err(mistakes) => {
            mistakes.into_iter().for_each(|mistake| reading.report(mistake));
            None
        }
    }
}

/// Reads `people`: a map, or the name of a file with one.
pub(super) fn people(
    node: &Node,
    calendar: Option<&Calendar>,
    at: At<'_>,
    reading: &Reading<'_>,
) -> Vec<Placed<Person>> {
    if node.as_str().is_none() {
        return listed(node, calendar, reading);
    }
    let Some(found) = found(node, at, reading) else { return Vec::new() };
    match super::read_people(&found.file, &found.text) {
        Ok(people) => people.into_iter().map(|value| Placed { place: node.span, value }).collect(),
        Err(mistakes) => {
            unusable::<()>(node, &found.file, mistakes, reading);
            Vec::new()
        }
    }
}

/// Reads a map of people.
pub(super) fn listed(
    node: &Node,
    calendar: Option<&Calendar>,
    reading: &Reading<'_>,
) -> Vec<Placed<Person>> {
    let entries = reading.entries(node).unwrap_or_default();
    let one = |(key, node): &(crate::language::node::Key, Node)| {
        let value = person(&key.name, key.span, node, calendar, reading)?;
        Some(Placed { place: key.span, value })
    };
    entries.iter().filter_map(one).collect()
}

fn person(
    id: &str,
    span: Span,
    node: &Node,
    calendar: Option<&Calendar>,
    reading: &Reading<'_>,
) -> Option<Person> {
    let id = person_id(id, span, reading);
    let keys = Mapping::of(node, reading)?;
    let title = keys.take("title").and_then(|node| reading.bilingual(node));
    let roles = keys.need("roles", reading);
    let roles = roles.map(|node| reading.items(node)).unwrap_or_default();
    let roles = roles.iter().filter_map(|node| grant(node, calendar, reading)).collect();
    let absent = keys.take("absent").map(|node| reading.items(node)).unwrap_or_default();
    let absent = absent.iter().filter_map(|node| absence(node, calendar, reading));
    let absences = absent.collect();
    keys.finish(reading);
    Some(Person { title, absences, ..Person::new(id?, roles) })
}

/// A person's id.
pub(super) fn person_id(id: &str, span: Span, reading: &Reading<'_>) -> Option<PersonId> {
    let read = PersonId::new(id);
    read.map_err(|error| {
        let ko = format!("`{id}` 값은 사람의 식별자로 쓸 수 없습니다");
        reading.error(codes::NAME, span, ko, error.to_string());
    })
    .ok()
}

fn grant(node: &Node, calendar: Option<&Calendar>, reading: &Reading<'_>) -> Option<Grant> {
    if node.as_str().is_some() {
        return Some(Grant { role: reading.name(node)?, scope: None, from: None, until: None });
    }
    let keys = Mapping::of(node, reading)?;
    let grant = grant_of(&keys, calendar, reading);
    keys.finish(reading);
    grant
}

/// A role somebody holds, as its keys say: `role`, `in`, `from`, `until`.
pub(super) fn grant_of(
    keys: &Mapping<'_>,
    calendar: Option<&Calendar>,
    reading: &Reading<'_>,
) -> Option<Grant> {
    let role = keys.need("role", reading).and_then(|node| reading.name(node));
    let scope = keys.take("in").map(|node| reading.string(node).map(str::to_owned));
    let time = |key| keys.take(key).map(|node| times::moment(node, calendar, reading));
    let (from, until) = (time("from"), time("until"));
    Some(Grant {
        role: role?,
        scope: scope.map_or(Some(None), |scope| scope.map(Some))?,
        from: from.map_or(Some(None), |from| from.map(Some))?,
        until: until.map_or(Some(None), |until| until.map(Some))?,
    })
}

fn absence(node: &Node, calendar: Option<&Calendar>, reading: &Reading<'_>) -> Option<Absence> {
    let keys = Mapping::of(node, reading)?;
    let absence = absence_of(&keys, calendar, reading);
    keys.finish(reading);
    absence
}

/// A time in which somebody is absent, as its keys say: `from`, `to`, `deputy`.
pub(super) fn absence_of(
    keys: &Mapping<'_>,
    calendar: Option<&Calendar>,
    reading: &Reading<'_>,
) -> Option<Absence> {
    let time =
        |key| keys.need(key, reading).and_then(|node| times::moment(node, calendar, reading));
    let (from, to) = (time("from"), time("to"));
    let deputy = keys.need("deputy", reading);
    let deputy = deputy.and_then(|node| person_id(reading.string(node)?, node.span, reading));
    Some(Absence { from: from?, to: to?, deputy: deputy? })
}

/// Reads `accounts`.
pub(super) fn accounts(node: &Node, reading: &Reading<'_>) -> Vec<Placed<OpenAccount>> {
    let entries = reading.entries(node).unwrap_or_default();
    let one = |(key, node): &(crate::language::node::Key, Node)| {
        let account = account_ref(&key.name, key.span, reading);
        let keys = Mapping::of(node, reading)?;
        let unit = keys.need("unit", reading).and_then(|node| reading.name(node));
        let amount = keys.need("amount", reading).and_then(|node| reading.integer(node));
        let floor = keys.take("floor").map_or(Some(0), |node| reading.integer(node));
        keys.finish(reading);
        let open =
            OpenAccount { account: account?, unit: Unit(unit?), floor: floor?, amount: amount? };
        Some(Placed { place: key.span, value: open })
    };
    entries.iter().filter_map(one).collect()
}

/// The name of an account, with its key.
pub(super) fn account_ref(
    text: &str,
    span: Span,
    reading: &Reading<'_>,
) -> Option<crate::model::account::AccountRef> {
    text.parse()
        .map_err(|error: crate::model::names::NotAnIdentifier| {
            let ko = format!("`{text}` 값은 계정의 이름으로 쓸 수 없습니다");
            reading.error(codes::NAME, span, ko, error.to_string());
        })
        .ok()
}
