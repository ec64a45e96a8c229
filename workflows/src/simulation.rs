//! Hints for simulating the shipped workflows: a few fields for which chance alone would practically never do.

use dure_engine::simulation::Hints;

use crate::sample::read;

macro_rules! hints {
    ($($path:literal),* $(,)?) => {
        vec![$(read($path, include_str!(concat!("../", $path)))),*]
    };
}

/// The hints for every shipped workflow that needs some.
pub fn simulation_hints() -> Vec<Hints> {
    hints!["simulation/plan_approval.yaml", "simulation/learning_community_cycle.yaml",]
}
