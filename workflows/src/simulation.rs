//! Hints for simulating the shipped workflows: a few fields for which chance alone would practically never do.

use dure_engine::language::parse_yaml;
use dure_engine::simulation::Hints;
use dure_storage::Lang;

macro_rules! hints {
    ($($name:literal),* $(,)?) => {
        &[$((
            concat!("samples/simulation/", $name, ".yaml"),
            include_str!(concat!("../samples/simulation/", $name, ".yaml")),
        )),*]
    };
}

/// Path in this crate, and text.
const HINTS: &[(&str, &str)] = hints![
    "assign_contacts",
    "committee_deliberation",
    "consult",
    "cooperation_meeting",
    "joint_program",
    "learning_community_cycle",
    "learning_season",
    "lending",
    "maintenance_round",
    "one_book",
    "one_book_selection",
    "open_call",
    "plan_approval",
    "plan_evaluation",
    "plan_route",
    "review_application",
    "support_request",
    "training",
    "visiting",
];

/// The hints for every shipped workflow that needs some.
pub fn simulation_hints() -> Vec<Hints> {
    HINTS.iter().map(|(file, text)| read(file, text)).collect()
}

/// They are part of the program: hints that cannot be read are a bug of it.
fn read(file: &str, text: &str) -> Hints {
    let json =
        parse_yaml(file, text).unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)));
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{file}: {error}"))
}
