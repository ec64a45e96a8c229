//! The checker against the model: random small definitions are checked, and played through by everybody in every order.
//!
//! They agree if every finding is seen happening (a step that is never entered, a state from which no end can be
//! reached, a join that is never met, an end with something reserved, a refusal for four eyes or for an endless loop),
//! and if everything that goes wrong in the play is explained by a finding. So a definition without findings plays
//! without harm, and one that plays without harm has no findings. Guards are free: each is a bit of the time at
//! which somebody acts, and every time is tried. An action that is possible everywhere is no way out, on both sides.

mod generate;
mod play;

use std::collections::BTreeMap;

use dure_engine::language::{Diagnostics, examine, read};
use dure_engine::model::definition::Definition;
use dure_storage::Lang;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use play::Played;

/// Definitions of a quick run.
const QUICK: u32 = 300;
/// Definitions of a full run.
const FULL: u32 = 10_000;
/// Where the campaign begins unless `DURE_SEED` says otherwise.
const SEED: u64 = 20_170_310;

/// Findings behind which nothing may be reached; all but the first leave a case standing.
const CUTTING: &[&str] = &[
    "E-check-endless-loop",
    "E-check-no-way-out",
    "E-check-join",
    "E-check-four-eyes",
    "E-check-spent",
    "E-check-unreserved",
    "E-check-split",
];

/// What the checker finds: code, and the step or end.
fn findings(text: &str) -> Vec<(String, String)> {
    let named = |diagnostics: &Diagnostics| {
        let json = diagnostics.to_json(Lang::En);
        let items = json["diagnostics"].as_array().cloned().unwrap_or_default();
        let found = |item: &serde_json::Value| {
            let line = item["line"].as_u64().expect("a place") as usize;
            let line = text.lines().nth(line - 1).unwrap_or_default().trim();
            let name = line.split(':').next().unwrap_or_default().to_owned();
            (item["code"].as_str().unwrap_or_default().to_owned(), name)
        };
        items.iter().map(found).collect()
    };
    match examine("flow.yaml", text, &|_| None) {
        Ok((_, warnings)) => named(&warnings),
        Err(errors) => named(&errors),
    }
}

/// Whether a finding is about what nobody gets to, since another one cuts the way off: to its step, or round to it
/// again as often as it takes to use up the bound of an outcome.
fn is_cut_off(
    definition: &Definition,
    finding: &(String, String),
    found: &[(String, String)],
    played: &Played,
) -> bool {
    let cuts = |other: &&(String, String)| {
        CUTTING.contains(&other.0.as_str()) && *other != finding && is_seen(other, played)
    };
    let nobody = (String::from("E-check-four-eyes"), finding.1.clone());
    let mut outcomes = definition.steps().into_iter().flat_map(|step| &step.outcomes);
    let again = finding.0 == CUTTING[0] && outcomes.any(|outcome| outcome.at_most.is_some());
    let hidden = !played.entered.contains(&finding.1) || found.contains(&nobody) || again;
    hidden && found.iter().any(|other| cuts(&other))
}

/// Whether the play shows what a finding says.
fn is_seen((code, name): &(String, String), played: &Played) -> bool {
    let refused = |wanted: &str| {
        played
            .refused
            .iter()
            .any(|(code, step)| code == wanted && (step == name || wanted == "E-endless-loop"))
    };
    match code.as_str() {
        "E-check-unreachable" => !played.entered.contains(name),
        "E-check-no-way-out" | "E-check-spent" => {
            played.entered.contains(name) && played.strands || refused("E-endless-loop")
        }
        "E-check-join" => !played.completed.contains(name),
        "E-check-endless-loop" => refused("E-endless-loop"),
        "E-check-unsettled" => played.unsettled.contains(name),
        "E-check-unreserved" => refused("E-account-not-reserved"),
        "E-check-four-eyes" => refused("E-same-person") || !played.completed.contains(name),
        // Likely mistakes, which harm no case.
        "E-check-clock-loop"
        | "E-check-constant"
        | "E-check-join-condition"
        | "E-check-split"
        | "E-check-never-active"
        | "E-check-no-outcome"
        | "E-check-unused-role" => true,
        _ => false,
    }
}

/// The steps around a step, by how far each line of the file is indented.
fn around(text: &str, step: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let Some(at) = lines.iter().position(|line| line.trim() == format!("{step}:")) else {
        return Vec::new();
    };
    let (mut around, mut now) = (vec![step.to_owned()], depth(lines[at]));
    for line in lines[..at].iter().rev() {
        if depth(line) < now {
            now = depth(line);
            around.push(line.trim().trim_end_matches(':').to_owned());
        }
    }
    around
}

/// What goes wrong in the play and no finding explains.
fn unexplained(text: &str, found: &[(String, String)], played: &Played) -> Vec<String> {
    let has = |codes: &[&str]| found.iter().any(|(code, _)| codes.contains(&code.as_str()));
    let mut missing = Vec::new();
    let definition = read("flow.yaml", text, &|_| None).expect("a definition");
    for step in definition.steps() {
        let name = step.name.as_str();
        let told = around(text, name).into_iter();
        let told =
            told.map(|name| ("E-check-unreachable".to_owned(), name)).any(|f| found.contains(&f));
        // Behind a step that cannot be got past nothing is reached either.
        let cut_off = has(CUTTING);
        if !played.entered.contains(name) && !told && !cut_off {
            missing.push(format!("{name} is never entered"));
        }
    }
    let mut miss = |wrong: bool, codes: &[&str], what: &str| {
        if wrong && !has(codes) {
            missing.push(what.to_owned());
        }
    };
    // A loop that nothing ever gets into leaves a case standing before it.
    let never_in =
        |(code, name): &(String, String)| code == CUTTING[0] && !played.entered.contains(name);
    let before_loop = played.entered.is_empty() || found.iter().any(never_in);
    let explains = if before_loop { CUTTING } else { &CUTTING[1..] };
    miss(played.strands, explains, "a state from which no end can be reached");
    miss(!played.unsettled.is_empty(), &["E-check-unsettled"], "an end with something reserved");
    let refused = |code: &str| played.refused.iter().any(|(refused, _)| refused == code);
    miss(
        refused("E-endless-loop"),
        &["E-check-endless-loop", "E-check-no-way-out", "E-check-join"],
        "an endless loop",
    );
    miss(refused("E-no-outcome"), &[], "a step without an outcome");
    missing
}

/// Checks and plays one definition; the codes that were found, or `None` if it takes too many states.
fn agree(bytes: &[u8]) -> Result<Option<Vec<String>>, String> {
    let generated = generate::definition(bytes);
    let text = &generated.text;
    let definition =
        read("flow.yaml", text, &|_| None).map_err(|error| format!("{error}\n{text}"))?;
    let Some(played) = play::play(&definition, generated.bits) else { return Ok(None) };
    let found = findings(text);
    let is_false = |f: &&_| !is_seen(f, &played) && !is_cut_off(&definition, f, &found, &played);
    let false_alarms: Vec<_> = found.iter().filter(is_false).collect();
    let missing = unexplained(text, &found, &played);
    match false_alarms.is_empty() && missing.is_empty() {
        true => Ok(Some(found.into_iter().map(|(code, _)| code).collect())),
        false => Err(format!(
            "not seen: {false_alarms:?}\nnot found: {missing:?}\nfound: {found:?}\n{played:#?}\n{text}"
        )),
    }
}

#[test]
fn the_checker_agrees_with_playing_every_definition_through() {
    let full = std::env::var("DURE_FULL").is_ok_and(|value| value == "1");
    let seed = std::env::var("DURE_SEED").map_or(SEED, |seed| seed.parse().expect("a number"));
    let cases = if full { FULL } else { QUICK };
    println!("simulation: DURE_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let counts = std::cell::RefCell::new(BTreeMap::<String, u32>::new());
    let result = runner.run(&proptest::collection::vec(any::<u8>(), 20..120), |bytes| {
        let found = agree(&bytes).map_err(TestCaseError::fail)?;
        let mut counts = counts.borrow_mut();
        let mut seen: Vec<String> = found.unwrap_or_else(|| vec!["too large".to_owned()]);
        if seen.is_empty() {
            seen.push("sound".to_owned());
        }
        seen.sort();
        seen.dedup();
        seen.into_iter().for_each(|code| *counts.entry(code).or_default() += 1);
        Ok(())
    });
    println!("{:#?}", counts.borrow());
    if let Err(error) = result {
        panic!("{error}");
    }
    // Each kind comes often enough to be compared at all.
    for (code, least) in LEAST {
        let count = counts.borrow().get(*code).copied().unwrap_or(0);
        assert!(count * 1_000 >= cases * least, "{code}: {count} of {cases}");
    }
    let large = counts.borrow().get("too large").copied().unwrap_or(0);
    assert!(large * 20 < cases, "{large} of {cases} take too many states");
}

/// How many of a thousand definitions have each at least.
const LEAST: &[(&str, u32)] = &[
    ("sound", 20),
    ("E-check-unreachable", 100),
    ("E-check-no-way-out", 30),
    ("E-check-join", 3),
    ("E-check-endless-loop", 3),
    ("E-check-unsettled", 3),
    ("E-check-unreserved", 3),
    ("E-check-four-eyes", 3),
];
