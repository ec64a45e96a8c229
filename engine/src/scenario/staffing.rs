//! What becomes of people in the middle of a play. What had been recorded by an earlier play is not recorded again.

use chrono::{DateTime, Utc};

use super::line::{Act, PersonChange};
use crate::error::EngineError;
use crate::model::names::PersonId;
use crate::model::people::{Absence, AbsenceRegistered, Grant, Person, RoleGranted};
use crate::runtime::{ComeBack, EndRole, Engine};

/// Lets something become of a person at a time.
///
/// # Errors
/// If the engine refused it, or the store failed.
pub(super) async fn change(
    engine: &Engine,
    person: &PersonId,
    change: &PersonChange,
    act: &Act,
    at: DateTime<Utc>,
) -> Result<(), EngineError> {
    let known = engine.person(person).await?;
    let (reason, by) = (act.reason.clone(), act.by.clone());
    if is_so(&known, change, at) {
        return Ok(());
    }
    match change.clone() {
        PersonChange::Granted(grant) => {
            let grant = begun(grant, at);
            engine.grant_role(person, RoleGranted { grant, reason, by }).await
        }
        PersonChange::Ended { role, scope } => {
            engine.end_role(person, EndRole { role, scope, at, reason, by }).await
        }
        PersonChange::Absent(absence) => {
            engine.register_absence(person, AbsenceRegistered { absence, reason, by }).await
        }
        PersonChange::Back => engine.end_absence(person, ComeBack { at, reason, by }).await,
    }
    .map(|_| ())
}

/// Whether it is so already; what an earlier play granted or registered, it may have ended since.
fn is_so(known: &Person, change: &PersonChange, at: DateTime<Utc>) -> bool {
    match change {
        PersonChange::Granted(grant) => {
            let (grant, known) = (begun(grant.clone(), at), &known.roles);
            let begins_so = |held: &&Grant| {
                (&held.role, &held.scope, held.from) == (&grant.role, &grant.scope, grant.from)
            };
            let ends_so = |held: &Grant| match (held.until, grant.until) {
                (Some(ended), Some(until)) => ended <= until,
                (Some(_) | None, None) => true,
                (None, Some(_)) => false,
            };
            known.iter().filter(begins_so).any(ends_so)
        }
        PersonChange::Ended { role, scope } => {
            let ended = |held: &Grant| held.role == *role && held.scope == *scope;
            known.roles.iter().any(|held| ended(held) && held.until == Some(at))
        }
        PersonChange::Absent(absence) => {
            let begins_so =
                |known: &&Absence| (known.from, &known.deputy) == (absence.from, &absence.deputy);
            known.absences.iter().filter(begins_so).any(|known| known.to <= absence.to)
        }
        PersonChange::Back => known.absences.iter().any(|absence| absence.to == at),
    }
}

fn begun(grant: Grant, at: DateTime<Utc>) -> Grant {
    Grant { from: Some(grant.from.unwrap_or(at)), ..grant }
}
