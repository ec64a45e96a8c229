//! The three shipped workflows and the workflows they call, as definition files, with sample people and cases.
//! Everything about libraries is in here, and nothing of it is code: the engine only sees the files.

mod definitions;
mod play;
mod sample;
mod simulation;

pub use definitions::{DEFINITIONS, install, people};
pub use play::{LineResult, PlayError, Played, PlayedLine, play};
pub use sample::{Deed, Line, Sample, branch_samples, demo_samples};
pub use simulation::simulation_hints;
