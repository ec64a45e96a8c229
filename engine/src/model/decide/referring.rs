//! Whether what was filled in names cases and people that are there. Each is a fact from outside the case. What is only
//! passed along by a call, a spawn or a message of another case was filled in before and is not asked again.

use super::super::consequence::Object;
use super::super::form::{Form, Violation};
use super::super::known::Undecided;
use super::super::names::{CaseId, PersonId};
use super::super::reference::{Named, Reference};
use super::super::refusal::Why;
use super::outside::Outside;
use crate::limits::VIOLATIONS_MAX;

/// Refuses a form in which a reference is not met; every one is told, up to a bound.
pub(super) fn refuse_unmet(
    form: &Form,
    filled: &Object,
    outside: &Outside<'_>,
) -> Result<(), Undecided> {
    if !form.refers() {
        return Ok(());
    }
    let filled = serde_json::Value::Object(filled.clone());
    let mut found = Vec::new();
    for named in form.named(&filled) {
        found.extend(match named.reference {
            Reference::Case { .. } => case(&named, outside)?,
            Reference::Person => person(&named, outside)?,
        });
    }
    found.truncate(VIOLATIONS_MAX);
    form.label(&mut found);
    match found.is_empty() {
        true => Ok(()),
        false => Err(Why::ReferenceUnmet { found }.into()),
    }
}

fn case(named: &Named<'_>, outside: &Outside<'_>) -> Result<Option<Violation>, Undecided> {
    let found = match CaseId::new(named.value) {
        Ok(id) => outside.referred(&id, named.reference)?,
        Err(_) => None,
    };
    Ok(named.unmet_by(found))
}

fn person(named: &Named<'_>, outside: &Outside<'_>) -> Result<Option<Violation>, Undecided> {
    let found = match PersonId::new(named.value) {
        Ok(id) => outside.person(&id)?.is_some(),
        Err(_) => false,
    };
    Ok((!found).then(|| named.nobody()))
}
