//! The three shipped workflows and the workflows they call, as definition files, with sample people and cases.
//! Everything about libraries is in here, and nothing of it is code: the engine only sees the files.

mod definitions;
mod earlier;
mod samples;
mod shipped;
mod simulation;
mod sizes;

pub use definitions::{CALENDARS, DEFINITIONS, install};
pub use samples::{Shipped, branch_samples, demo_places, demo_samples, people};
pub use shipped::REPORTS;
pub use simulation::simulation_hints;
pub use sizes::{district, district_plan, sample, sample_begins, stories};
