//! Hints for simulating the shipped workflows: a few fields for which chance alone would practically never do.

use dure_engine::language::parse_yaml;
use dure_engine::simulation::Hints;
use dure_storage::Lang;

use crate::shipped::HINTS;

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
