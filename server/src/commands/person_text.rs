//! People as people read them: who there is, who holds a role, and what one person may do at a time.

use chrono::{DateTime, Utc};
use dure_engine::model::people::{Absence, Grant, Person, PersonEvent, StandIn};
use dure_engine::runtime::{PersonAt, PersonEntry, RoleHolder};
use dure_storage::{Lang, Position};

use crate::moment::{minute, minute_or_dash};
use crate::sheet::Sheet;
use crate::words::{self, Word};

const INDENT: &str = "  ";

/// One line for each person, with the roles they hold now.
pub(super) fn list(people: &[Person], now: DateTime<Utc>, lang: Lang) -> String {
    if people.is_empty() {
        return format!("{}\n", words::NO_PEOPLE.get(lang));
    }
    let header = [words::NAME, words::TITLE, words::ROLES];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for person in people {
        let title = person.title.as_ref().map_or("", |title| title.get(lang));
        let roles: Vec<String> = person.grants_at(now).map(Grant::to_string).collect();
        sheet.row([person.id.to_string(), title.to_owned(), roles.join(", ")]);
    }
    sheet.render()
}

/// One line for each who holds a role, with the time they hold it in.
pub(super) fn holders(holders: &[RoleHolder], lang: Lang) -> String {
    if holders.is_empty() {
        return format!("{}\n", words::NO_HOLDERS.get(lang));
    }
    let header = [words::NAME, words::ROLES, words::FROM, words::TO];
    let mut sheet = Sheet::with_header(&words::header(header, lang));
    for RoleHolder { person, grant } in holders {
        let (from, until) = (minute_or_dash(grant.from), minute_or_dash(grant.until));
        sheet.row([person.to_string(), grant.to_string(), from, until]);
    }
    sheet.render()
}

/// What a person may do at a time, and everything recorded of them.
pub(super) fn show(shown: &PersonAt, lang: Lang) -> String {
    let title = shown.person.title.as_ref().map_or("", |title| title.get(lang));
    let heading = format!("{}  {title} · {}", shown.person.id, minute(shown.at));
    format!("{}\n{}{}", heading, holding(shown, lang), history(&shown.history, lang))
}

/// What holds at that time, with the place of the event that says so.
fn holding(shown: &PersonAt, lang: Lang) -> String {
    let header = [words::THEN, words::FROM, words::TO, words::POSITION];
    let mut sheet = Sheet::with_header(&words::header(header, lang)).indented(INDENT);
    let mut holds = |what: String, from, until, position: Position| {
        sheet.row([what, minute_or_dash(from), minute_or_dash(until), position.to_string()]);
    };
    for held in &shown.roles {
        holds(held.what.to_string(), held.what.from, held.what.until, held.position);
    }
    if let Some(away) = &shown.absence {
        let Absence { from, to, .. } = &away.what;
        holds(absent(&away.what, lang), Some(*from), Some(*to), away.position);
    }
    for known in &shown.stands_in {
        let StandIn { from, to, .. } = &known.what;
        holds(stands_in(&known.what, lang), Some(*from), Some(*to), known.position);
    }
    sheet.render()
}

/// One line for each event, with the time it was recorded beside the time it is about.
fn history(history: &[PersonEntry], lang: Lang) -> String {
    let header =
        [words::POSITION, words::RECORDED, words::EVENTS, words::FROM, words::TO, words::REASON];
    let header = words::header(header, lang).into_iter().chain([words::BY.get(lang)]);
    let header: Vec<&str> = header.collect();
    let mut sheet = Sheet::with_header(&header).indented(INDENT);
    for entry in history {
        let (what, from, to) = told(&entry.event, lang);
        let by = entry.event.by().map_or_else(|| "–".to_owned(), ToString::to_string);
        sheet.row([
            entry.position.to_string(),
            minute(entry.recorded_at),
            what,
            minute_or_dash(from),
            minute_or_dash(to),
            entry.event.reason().map_or_else(String::new, words::quoted),
            by,
        ]);
    }
    sheet.render()
}

type Told = (String, Option<DateTime<Utc>>, Option<DateTime<Utc>>);

fn told(event: &PersonEvent, lang: Lang) -> Told {
    let of_grant = |word: Word, grant: &Grant| {
        (format!("{} {grant}", word.get(lang)), grant.from, grant.until)
    };
    match event {
        PersonEvent::PersonAdded(event) => {
            let roles: Vec<String> = event.person.roles.iter().map(Grant::to_string).collect();
            (format!("{} {}", words::ADDED.get(lang), roles.join(", ")), None, None)
        }
        PersonEvent::RoleGranted(event) => of_grant(words::GRANTED, &event.grant),
        PersonEvent::RoleEnded(event) => of_grant(words::ROLE_ENDED, &event.grant),
        PersonEvent::AbsenceRegistered(event) => {
            let Absence { from, to, .. } = &event.absence;
            (absent(&event.absence, lang), Some(*from), Some(*to))
        }
        PersonEvent::AbsenceEnded(event) => {
            let Absence { from, to, .. } = &event.absence;
            (words::BACK.get(lang).to_owned(), Some(*from), Some(*to))
        }
        PersonEvent::DeputyNamed(event) => {
            let StandIn { from, to, .. } = &event.stands_in;
            (stands_in(&event.stands_in, lang), Some(*from), Some(*to))
        }
    }
}

fn absent(absence: &Absence, lang: Lang) -> String {
    words::absent(lang, absence.deputy.as_str())
}

fn stands_in(known: &StandIn, lang: Lang) -> String {
    words::stands_in(lang, known.of.as_str())
}
