//! The approval sheet (결재 문서) of a case: what an office files of it. Every word is one of its definition; personal
//! fields are never printed.

mod fields;
mod seals;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use dure_engine::Engine;
use dure_engine::model::case::{Case, Status};
use dure_engine::model::names::PersonId;
use dure_engine::runtime::TimelineEntry;
use dure_storage::Lang;
use maud::{Markup, html};

use crate::failure::Failure;
use crate::paper::{Paper, date, origin, page};
use crate::timeline::{status, what};
use crate::titles::{Titles, person};
use crate::words;

use fields::Fields;
use seals::{Seal, Signing};

/// What people are called, by their ids.
type People = BTreeMap<PersonId, String>;

/// The sheet of a case, with what was done to it by then, as a page.
///
/// # Errors
/// If the definition or the events cannot be read.
pub async fn sheet(
    engine: &Engine,
    case: &Case,
    entries: &[TimelineEntry],
    lang: Lang,
) -> Result<String, Failure> {
    let head = engine.log().head().await?;
    let titles = Titles::ever(engine, case, lang).await?;
    let people = people(engine, case, entries, &titles, lang).await;
    let signed = Signing { titles: &titles, people: &people, lang }.seals(entries);
    let data = titles.root.as_ref().map(|root| root.data.as_slice()).unwrap_or_default();
    let body = html! {
        h1 { (titles.workflow()) }
        (facts(case, &titles, &people, lang))
        @for of in signed.chunk_by(|one, next| one.of == next.of) { (boxes(of, &signed, lang)) }
        h2 { (words::CONTENTS.get(lang)) }
        (Fields { people: &people, lang }.table(data, &case.frame.data))
        (opinions(entries, &titles, &people, lang))
        (origin(head.size, head.root, lang))
    };
    Ok(page(&format!("{} {}", case.id, titles.workflow()), Paper::Upright, lang, &body))
}

/// Everybody the sheet names.
async fn people(
    engine: &Engine,
    case: &Case,
    entries: &[TimelineEntry],
    titles: &Titles,
    lang: Lang,
) -> People {
    let acted = entries.iter().flat_map(|entry| [&entry.by, &entry.on_behalf_of]).flatten();
    let mut ids: Vec<PersonId> = acted.chain([&case.starter, &case.entered_by]).cloned().collect();
    for field in titles.root.iter().flat_map(|root| &root.data) {
        if let Some(value) = case.frame.data.get(field.name.as_str()) {
            fields::people(&field.schema, value, &mut ids);
        }
    }
    let mut people = People::new();
    for id in ids {
        if let Entry::Vacant(free) = people.entry(id) {
            let title = person(engine, free.key(), lang).await;
            free.insert(title);
        }
    }
    people
}

/// What people call a person.
fn called<'a>(people: &'a People, id: &'a PersonId) -> &'a str {
    people.get(id).map_or(id.as_str(), String::as_str)
}

/// Number, dates, drafter and state.
fn facts(case: &Case, titles: &Titles, people: &People, lang: Lang) -> Markup {
    let mut facts = vec![
        (words::NUMBER, case.id.to_string()),
        (words::DRAFTED_BY, called(people, &case.starter).to_owned()),
        (words::OPENED, date::day_of(case.opened_at, lang)),
        (words::STATE, status(case, titles, lang)),
    ];
    if case.entered_by != case.starter {
        facts.insert(2, (words::ENTERED_BY, called(people, &case.entered_by).to_owned()));
    }
    if let Status::Closed { at, .. } = &case.status {
        facts.push((words::CLOSED, date::day_of(*at, lang)));
    }
    html! {
        dl class="facts" {
            @for (word, fact) in facts { div { dt { (word.get(lang)) } dd { (fact) } } }
        }
    }
}

/// The approvals of one workflow; where the case called others, each is named.
fn boxes(of: &[Seal], all: &[Seal], lang: Lang) -> Markup {
    let named = of.first().map(|seal| &seal.of).filter(|_| of.len() < all.len());
    html! {
        @if let Some(workflow) = named { p class="of" { (workflow) } }
        ol class="boxes" aria-label=(words::APPROVALS.get(lang)) {
            @for seal in of { (stamped(seal, lang)) }
        }
    }
}

/// A box of the row of approvals.
fn stamped(seal: &Seal, lang: Lang) -> Markup {
    html! {
        li {
            span class="step" { (seal.step) }
            @if let Some(role) = &seal.role { span { (role) } }
            span { (seal.person) }
            @if let Some(mark) = &seal.mark { span class="mark" { (mark) } }
            span class="decision" { (seal.decision) }
            time datetime=(seal.at.to_rfc3339()) { (date::day_of(seal.at, lang)) }
        }
    }
}

/// Whatever people gave a reason for.
fn opinions(entries: &[TimelineEntry], titles: &Titles, people: &People, lang: Lang) -> Markup {
    let given: Vec<_> = entries
        .iter()
        .filter_map(|entry| Some((entry, entry.by.as_ref()?, entry.reason.as_ref()?)))
        .collect();
    let header = [words::TIME, words::BY, words::OUTCOME, words::REASON];
    html! {
        @if !given.is_empty() {
            h2 { (words::OPINIONS.get(lang)) }
            table {
                thead { tr { @for word in header { th scope="col" { (word.get(lang)) } } } }
                tbody {
                    @for (entry, by, reason) in given {
                        tr {
                            td { (date::minute(entry.occurred_at, lang)) }
                            td { (called(people, by)) }
                            td { (what(entry, titles, lang)) }
                            td { (reason) }
                        }
                    }
                }
            }
        }
    }
}
