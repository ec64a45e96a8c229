//! Telling addresses outside of events of cases: after they are durable, in the order of the log, at least once and by
//! the same id; what comes of it is an event (I9). Knows no HTTP and keeps no secret.

mod deliver;
mod registry;
mod runner;
mod scan;

pub use deliver::{Deliver, Delivery, Message};
pub use registry::WebhookAccepted;
pub(super) use registry::webhook_event;
pub(super) use scan::Scanned;
