//! What a case takes along: its data, what it has reserved, the messages that wait in its mailbox. Each has to fit the
//! new version.

use serde_json::Value as Json;

use super::placing::PlacedFrame;
use super::{Obstacle, Plan};
use crate::model::address::BlockPath;
use crate::model::case::Case;
use crate::model::consequence::Object;
use crate::model::decide::{Facts, Here};
use crate::model::definition::{Assignments, Definition};
use crate::model::form::Form;
use crate::model::names::Name;
use crate::model::privacy::unsealed;
use crate::model::refusal::{MigrationFault, Why};

/// The values that change in the data of a running workflow; null for a field the new version does not have.
pub(super) fn data(
    case: &Case,
    root: &Definition,
    plan: &Plan,
    placed: &PlacedFrame<'_>,
    facts: &Facts<'_>,
    obstacles: &mut Vec<Obstacle>,
) -> Object {
    let set = match assigned(case, root, placed, facts) {
        Ok(set) => set,
        Err(why) => {
            obstacles.push(Obstacle::new(in_frame(&placed.was_at, "set"), why));
            Object::new()
        }
    };
    let mut data = Object::new();
    for field in &placed.new.data {
        let name = field.name.as_str();
        let had = placed.frame.data.get(name);
        let value = set.get(name).or(had).or(field.default.as_ref());
        if let Some(value) = value {
            data.insert(name.to_owned(), value.clone());
        }
    }
    unfit(plan, placed, &data, obstacles);
    changed(&placed.frame.data, data)
}

fn assigned(
    case: &Case,
    root: &Definition,
    placed: &PlacedFrame<'_>,
    facts: &Facts<'_>,
) -> Result<Object, Why> {
    let versions = (placed.old.reference.version, placed.new.reference.version);
    let nothing = Assignments::new();
    let set = placed.changes.set.get(&versions).unwrap_or(&nothing);
    facts.assign(&Here::at(case, root, &placed.was_at)?, set)
}

fn unfit(plan: &Plan, placed: &PlacedFrame<'_>, data: &Object, obstacles: &mut Vec<Obstacle>) {
    let at = |field: &str| in_frame(&placed.was_at, &format!("data.{field}"));
    let form = plan.forms.get(&placed.new.reference);
    for found in form.map(|form| unsealed(form, data)).unwrap_or_default() {
        let place = at(found.path.trim_start_matches('/'));
        obstacles.push(Obstacle::new(place, Why::PersonalUnsealed { found: vec![found] }));
    }
    for violation in form.and_then(|form| form.check(data).err()).unwrap_or_default() {
        let field = violation.path.trim_start_matches('/').to_owned();
        let rule = violation.keyword;
        obstacles.push(Obstacle::new(at(&field), MigrationFault::DataUnfit { field, rule }));
    }
    for (field, value) in &placed.new.start.set {
        let known = placed.old.data.iter().any(|known| known.name == *field);
        let optional = copies_optional(placed.new, value.text());
        if !known && !optional && !data.contains_key(field.as_str()) {
            let fault = MigrationFault::DataMissing { field: field.to_string() };
            obstacles.push(Obstacle::new(at(field.as_str()), fault));
        }
    }
}

/// Whether a value is that of a field of the start form which may be left out.
fn copies_optional(definition: &Definition, text: &str) -> bool {
    let field = text.trim().strip_prefix("form.");
    let fields = definition.start.form.fields();
    fields.iter().any(|known| known.optional && Some(known.name.as_str()) == field)
}

fn changed(before: &Object, after: Object) -> Object {
    let gone = before.keys().filter(|field| !after.contains_key(*field));
    let gone: Vec<_> = gone.map(|field| (field.clone(), Json::Null)).collect();
    let new = after.into_iter().filter(|(field, value)| before.get(field) != Some(value));
    new.chain(gone).collect()
}

/// What a running workflow has reserved in accounts that the new version does not have.
pub(super) fn accounts(placed: &PlacedFrame<'_>, obstacles: &mut Vec<Obstacle>) {
    for account in placed.frame.reserved.keys() {
        let find = |definition: &Definition| {
            let used = definition.accounts.iter().find(|used| used.name == account.name)?;
            Some((used.unit.clone(), used.keyed))
        };
        if find(placed.new).is_none() || find(placed.new) != find(placed.old) {
            let fault = MigrationFault::AccountGone { account: account.to_string() };
            obstacles.push(Obstacle::new(in_frame(&placed.was_at, &account.to_string()), fault));
        }
    }
}

/// Messages in the mailbox that nothing in the new version could take.
pub(super) fn mailbox(case: &Case, to: &Definition, obstacles: &mut Vec<Obstacle>) {
    for letter in &case.mailbox {
        if !takes(to, &letter.message, &letter.form) {
            let message = letter.message.to_string();
            obstacles.push(Obstacle::new(message.clone(), MigrationFault::MessageGone { message }));
        }
    }
}

fn takes(definition: &Definition, message: &Name, form: &Object) -> bool {
    let known = definition.message(message.as_str());
    let fits = |known: &Form| unsealed(known, form).is_empty() && known.check(form).is_ok();
    known.is_some_and(|message| fits(&message.form))
        || definition.called.values().any(|called| takes(called, message, form))
}

/// A thing of a running workflow, with the address of the workflow if it was called.
fn in_frame(block: &BlockPath, what: &str) -> String {
    match block.0.is_empty() {
        true => what.to_owned(),
        false => format!("{block}/{what}"),
    }
}
