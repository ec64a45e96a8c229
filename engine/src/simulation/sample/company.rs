//! The places and people of one district of a sample, made by its plan: ids and titles are a role and a number.

use std::collections::BTreeMap;

use super::{Each, Placing, Post, SamplePlan};
use crate::error::EngineError;
use crate::model::names::{Name, PersonId, Text};
use crate::model::people::{Grant, Person};
use crate::simulation::cast::Cast;

/// Who and what there is in a district.
#[derive(Debug, Clone)]
pub(in crate::simulation) struct Company {
    pub(in crate::simulation) cast: Cast,
    places: BTreeMap<String, Place>,
}

#[derive(Debug, Clone)]
struct Place {
    kind: Name,
    above: Option<String>,
}

impl Company {
    /// The company of a district; `first` is the number of its first person.
    pub(super) fn of(plan: &SamplePlan, district: u32, first: u32) -> Result<Company, EngineError> {
        let mut places: Vec<(String, Place)> = Vec::new();
        for placing in &plan.places {
            let more = places_of(placing, district, &places);
            places.extend(more);
        }
        let mut people = Vec::new();
        for post in &plan.people {
            let posted = places.iter().filter(|(_, place)| post.each.as_ref() == Some(&place.kind));
            let posts: Vec<Option<&String>> = match post.each {
                Some(_) => posted.map(|(id, _)| Some(id)).collect(),
                None => vec![None],
            };
            let mut number = 0;
            for place in posts {
                for _ in 0..post.count {
                    number += 1;
                    people.push(person(post, place, number, first + people.len() as u32)?);
                }
            }
        }
        let all = places.iter().map(|(id, _)| id.clone()).collect();
        Ok(Company { cast: Cast { people, places: all }, places: places.into_iter().collect() })
    }

    /// The places of a kind, in the order of their names.
    pub(super) fn of_kind<'c>(&'c self, kind: &'c Name) -> impl Iterator<Item = &'c String> {
        self.places.iter().filter(move |(_, place)| place.kind == *kind).map(|(id, _)| id)
    }

    /// The place above another.
    pub(super) fn above(&self, place: &str) -> Option<&String> {
        self.places.get(place)?.above.as_ref()
    }

    /// The places of a kind that lie in another, or above it, or beside it.
    pub(super) fn around<'c>(&'c self, kind: &'c Name, place: &'c str) -> Vec<&'c String> {
        let above: Vec<&str> =
            std::iter::successors(Some(place), |place| self.above(place).map(String::as_str))
                .collect();
        let within = |id: &&String| {
            let mut chain =
                std::iter::successors(Some(id.as_str()), |id| self.above(id).map(String::as_str));
            above.contains(&id.as_str()) || chain.any(|id| id == place)
        };
        self.of_kind(kind).filter(within).collect()
    }

    /// The place in which somebody holds a role.
    pub(super) fn own(&self, person: &PersonId) -> Option<&String> {
        let person = self.cast.people.iter().find(|known| known.id == *person)?;
        person.roles.iter().find_map(|grant| grant.scope.as_ref())
    }
}

fn places_of(placing: &Placing, district: u32, known: &[(String, Place)]) -> Vec<(String, Place)> {
    let above: Vec<Option<String>> = match &placing.within {
        Some(kind) => {
            let above = known.iter().filter(|(_, place)| place.kind == *kind);
            above.map(|(id, _)| Some(id.clone())).collect()
        }
        None => vec![None],
    };
    let mut places = Vec::new();
    for above in above {
        match &placing.each {
            Each::Named(names) => {
                places.extend(names.iter().map(|name| (name.clone(), above.clone())));
            }
            Each::Count(count) => {
                places.extend((1..=*count).map(|_| (String::new(), above.clone())))
            }
        }
    }
    let id = |(index, (name, above)): (usize, (String, Option<String>))| {
        let name = if name.is_empty() { placing.id.clone() } else { name };
        let id = name
            .replace("{district}", &format!("{district:03}"))
            .replace("{number}", &format!("{:02}", index + 1));
        (id, Place { kind: placing.kind.clone(), above })
    };
    places.into_iter().enumerate().map(id).collect()
}

fn person(
    post: &Post,
    place: Option<&String>,
    number: u32,
    serial: u32,
) -> Result<Person, EngineError> {
    let scope = |held: bool| place.filter(|_| held).cloned();
    let grant = |role: &Name| Grant::always(role.clone(), scope(true));
    let everywhere = |role: &Name| Grant::always(role.clone(), None);
    let roles = post.roles.iter().map(grant).chain(post.everywhere.iter().map(everywhere));
    let mut person = Person::new(PersonId::new(format!("P-{serial:05}"))?, roles.collect());
    let named = |text: &str| format!("{text} {number:02}").into();
    person.title = Some(Text { ko: named(&post.title.ko), en: named(&post.title.en) });
    Ok(person)
}
