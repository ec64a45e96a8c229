//! What becomes of a wish about a webhook, and of an attempt to tell it something: an event, or nothing where it is so
//! already.

use chrono::{DateTime, Utc};
use dure_storage::{EventId, Position};

use super::{
    Target, Turn, Webhook, WebhookChanged, WebhookDelivered, WebhookEvent, WebhookFailed,
    WebhookRegistered, WebhookRemoved, WebhookRetried,
};
use crate::model::effect::failed;
use crate::model::names::{Name, PersonId};
use crate::model::reason;
use crate::model::refusal::{WebhookFault, Why};

/// An attempt to tell a webhook of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// Where the event stands.
    pub position: Position,
    /// Its id.
    pub event: EventId,
    /// The number of the attempt, from 1.
    pub attempt: u32,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Why it failed, and whether it would fail again; none if it went well.
    pub failure: Option<(String, bool)>,
}

/// Registers a webhook; nothing, if it is registered in the same way.
///
/// # Errors
/// If it is registered in another way, or what it wants makes no sense.
pub fn register(
    known: Option<&Webhook>,
    webhook: &Name,
    target: &Target,
    from: Option<Position>,
    by: Option<PersonId>,
) -> Result<Option<WebhookEvent>, Why> {
    target.check()?;
    match known.filter(|known| !known.removed) {
        Some(known) if known.target == *target => Ok(None),
        Some(_) => Err(WebhookFault::Exists { webhook: webhook.to_string() }.into()),
        None => {
            let (webhook, target) = (webhook.clone(), target.clone());
            let registered = WebhookRegistered { webhook, target, from, by };
            Ok(Some(WebhookEvent::Registered(registered)))
        }
    }
}

/// Lets a webhook go elsewhere; nothing, if it goes there already. What was not delivered yet goes there too.
///
/// # Errors
/// If there is none of that name, or what it wants makes no sense.
pub fn change(
    known: Option<&Webhook>,
    webhook: &Name,
    target: &Target,
    by: Option<PersonId>,
) -> Result<Option<WebhookEvent>, Why> {
    target.check()?;
    let known = registered(known, webhook)?;
    let changed = WebhookChanged { target: target.clone(), by };
    Ok((known.target != *target).then_some(WebhookEvent::Changed(changed)))
}

/// Tells a webhook nothing any more.
///
/// # Errors
/// If there is none of that name.
pub fn remove(
    known: Option<&Webhook>,
    webhook: &Name,
    by: Option<PersonId>,
) -> Result<Option<WebhookEvent>, Why> {
    registered(known, webhook)?;
    Ok(Some(WebhookEvent::Removed(WebhookRemoved { by })))
}

/// Has one event that failed tried again from the beginning, or all of them.
///
/// # Errors
/// If no reason is given, there is no webhook of that name, or nothing failed there.
pub fn retry(
    known: Option<&Webhook>,
    webhook: &Name,
    position: Option<Position>,
    by: PersonId,
    reason: &str,
) -> Result<Option<WebhookEvent>, Why> {
    reason::given(reason)?;
    let known = registered(known, webhook)?;
    let failing = known.undelivered.iter().filter(|waiting| waiting.failing.is_some());
    let failing: Vec<Position> = failing.map(|waiting| waiting.position).collect();
    let meant = |at: &&Position| position.is_none_or(|position| position == **at);
    let positions: Vec<Position> = failing.iter().filter(meant).copied().collect();
    if positions.is_empty() {
        let known: Vec<String> = failing.iter().map(ToString::to_string).collect();
        return Err(WebhookFault::NotFailing { known: known.join(", ") }.into());
    }
    let reason = reason.to_owned();
    Ok(Some(WebhookEvent::Retried(WebhookRetried { positions, by, reason })))
}

/// Records what came of an attempt; nothing, if it was not its turn: another process was first, or the webhook was
/// removed meanwhile.
pub fn concluded(known: &Webhook, attempted: Attempted) -> Option<WebhookEvent> {
    let Attempted { position, event, attempt, at, failure } = attempted;
    let in_turn = match known.turn() {
        Turn::Again { position: open, attempt: next, .. } => (open, next) == (position, attempt),
        Turn::From(next) => position >= next && attempt == 1,
        Turn::Stopped | Turn::Removed => false,
    };
    if !in_turn {
        return None;
    }
    Some(match failure {
        None => WebhookEvent::Delivered(WebhookDelivered { position, event, attempt }),
        Some((error, for_good)) => {
            let failing = failed(attempt, &error, for_good, at);
            WebhookEvent::Failed(WebhookFailed { position, event, failing })
        }
    })
}

/// The webhook that is meant.
fn registered<'w>(known: Option<&'w Webhook>, name: &Name) -> Result<&'w Webhook, WebhookFault> {
    let unknown = || WebhookFault::Unknown { webhook: name.to_string() };
    known.filter(|known| !known.removed).ok_or_else(unknown)
}
