//! Performing what cases owe to the outside world: after their event is durable, at least once, with the same key
//! each time; what comes of it is an event (I9). Decides nothing about a case.

mod handler;
mod leases;
mod queue;
mod runner;

pub use handler::{Answer, Handler};
pub use leases::Lease;
pub(super) use queue::Effects;
pub(super) use runner::{Handlers, interrupted};
