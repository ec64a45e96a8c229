//! What an auditor looks for: each red flag is raised, refused or found in one scenario or test, and narrowly missed in
//! another. The rows stand in `coverage/red_flags.yaml` and become a part of `docs/coverage.md`.

use std::fmt::Write as _;
use std::path::Path;

use dure_engine::model::names::{Name, Text};
use dure_engine::scenario::{Deed, Expectation, Line, Scenario};
use serde::Deserialize;

use crate::coverage::{definitions, list, read_rows, stands};
use crate::played::SCENARIOS;

/// Every red flag that somebody has to find, in order.
const FLAGS: [&str; 13] = [
    "paid_before_approved",
    "spend_date_mismatch",
    "executed_before_approved",
    "backdated_gap",
    "split_under_limit",
    "self_approval",
    "deputy_without_absence",
    "post_approval_overdue",
    "quorum_not_met",
    "rotation_broken",
    "edit_after_close",
    "sequence_gap",
    "hash_mismatch",
];

/// Where damage to a data folder is tested.
const DAMAGE: &str = "server/tests/cli/damage.rs";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    flag: Name,
    is: Text,
    /// Flags of definitions, as paths.
    #[serde(default)]
    raised: Vec<String>,
    /// It cannot happen, for a step refuses it.
    #[serde(default)]
    refused: Option<Refused>,
    /// It is found in the log itself.
    #[serde(default)]
    detected: Option<Detected>,
    /// The report that lists it, too.
    #[serde(default)]
    report: Option<Name>,
    /// Why it is so.
    #[serde(default)]
    why: Option<Text>,
    /// In which it happens.
    #[serde(default)]
    scenario: Option<Name>,
    /// In which it nearly does.
    #[serde(default)]
    near_miss: Option<Name>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    code: String,
    /// The step, as a path.
    at: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Detected {
    code: String,
    test: Name,
    near_miss: Name,
}

fn rows() -> Vec<Row> {
    read_rows("red_flags")
}

/// What a line expects to be flagged, if it says.
fn flagged(line: &Line) -> Option<&[String]> {
    line.expect.iter().find_map(|expected| match &expected.what {
        Expectation::Flags(flags) => Some(flags.as_slice()),
        _ => None,
    })
}

/// Whether it is this flag, of the case itself or of a workflow it calls.
fn is(shown: &str, flag: &Name) -> bool {
    shown.rsplit('/').next() == Some(flag.as_str())
}

fn raises(scenario: &Scenario, flag: &Name) -> bool {
    let mut flags = scenario.lines.iter().filter_map(flagged).flatten();
    flags.any(|shown| is(shown, flag))
}

/// Whether a line completes this step, or tries to.
fn completes(line: &Line, path: &str) -> bool {
    let wanted = path.rsplit('.').next();
    matches!(&line.deed, Deed::Complete { step, .. } if step.rsplit('/').next() == wanted)
}

fn refuses(scenario: &Scenario, refused: &Refused) -> bool {
    let mut lines = scenario.lines.iter().filter(|line| completes(line, &refused.at));
    lines.any(|line| line.refused.as_ref().is_some_and(|by| by.value.code == refused.code))
}

fn accepts(scenario: &Scenario, refused: &Refused) -> bool {
    let mut lines = scenario.lines.iter();
    lines.any(|line| completes(line, &refused.at) && line.refused.is_none())
}

#[test]
fn every_red_flag_is_there_once_and_says_where_it_shows() {
    let definitions = definitions();
    let rows = rows();
    let named: Vec<&str> = rows.iter().map(|row| row.flag.as_str()).collect();
    assert_eq!(named, FLAGS);
    for row in &rows {
        let ways = [!row.raised.is_empty(), row.refused.is_some(), row.detected.is_some()];
        assert_eq!(ways.iter().filter(|way| **way).count(), 1, "{}: one way", row.flag);
        assert!(
            row.raised.is_empty()
                || row.raised.iter().all(|path| is(&path.replace('.', "/"), &row.flag))
        );
        let paths = row.raised.iter().chain(row.refused.iter().map(|refused| &refused.at));
        for path in paths {
            assert!(stands(&definitions, path), "{}: no definition has {path}", row.flag);
        }
        assert!(!row.raised.is_empty() || row.why.is_some(), "{}: says why", row.flag);
    }
}

#[test]
fn every_red_flag_comes_in_one_scenario_and_is_narrowly_missed_in_another() {
    let scenarios = &*SCENARIOS;
    for row in rows().iter().filter(|row| row.detected.is_none()) {
        let of = |name: &Option<Name>| {
            let name = name.as_ref().unwrap_or_else(|| panic!("{}: both scenarios", row.flag));
            scenarios.get(name).unwrap_or_else(|| panic!("{}: no scenario {name}", row.flag))
        };
        let (comes, missed) = (of(&row.scenario), of(&row.near_miss));
        assert!(!raises(missed, &row.flag), "{}: {} raises it", row.flag, missed.name);
        match &row.refused {
            None => {
                assert!(raises(comes, &row.flag), "{}: not in {}", row.flag, comes.name);
                let looked = missed.lines.iter().any(|line| flagged(line).is_some());
                assert!(looked, "{}: {} does not look", row.flag, missed.name);
            }
            Some(refused) => {
                assert!(refuses(comes, refused), "{}: not refused in {}", row.flag, comes.name);
                assert!(!refuses(missed, refused), "{}: refused in {}", row.flag, missed.name);
                assert!(accepts(missed, refused), "{}: not tried in {}", row.flag, missed.name);
            }
        }
    }
}

#[test]
fn what_is_found_in_the_log_has_its_tests() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(DAMAGE);
    let tests = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    for found in rows().into_iter().filter_map(|row| row.detected) {
        assert!(tests.contains(&found.code), "no test expects {}", found.code);
        for name in [found.test, found.near_miss] {
            assert!(tests.contains(&format!("fn {name}()")), "no test {name}");
        }
    }
}

/// Where it shows, for the document.
fn shown(row: &Row) -> String {
    let mut where_shown = list(&row.raised);
    if let Some(Refused { code, at }) = &row.refused {
        where_shown = format!("refused: {code}<br>`{at}`");
    }
    if let Some(Detected { code, .. }) = &row.detected {
        where_shown = format!("found: {code}");
    }
    if let Some(why) = &row.why {
        let _ = write!(where_shown, "<br>{}<br>{}", why.ko, why.en);
    }
    where_shown
}

/// The part of the document on red flags.
pub(crate) fn section() -> String {
    let mut text = String::from(
        "\n## 감사에서 볼 일 / Red flags\n\nEach comes in one scenario and is missed by a day, a won, a person or a minute in the other. What is found in the log itself has\n\
         tests in place of scenarios, in `server/tests/cli/damage.rs`.\n\n| flag | what | where it shows | comes in | narrowly missed in | report |\n|---|---|---|---|---|---|\n",
    );
    for row in rows() {
        let shown = shown(&row);
        let found = row.detected.map(|found| (found.test, found.near_miss)).unzip();
        let comes: Vec<Name> = row.scenario.into_iter().chain(found.0).collect();
        let missed: Vec<Name> = row.near_miss.into_iter().chain(found.1).collect();
        let report = row.report.map(|name| format!("`{name}`")).unwrap_or_default();
        let (flag, ko, en) = (row.flag, row.is.ko, row.is.en);
        let (comes, missed) = (list(&comes), list(&missed));
        let _ =
            writeln!(text, "| `{flag}` | {ko}<br>{en} | {shown} | {comes} | {missed} | {report} |");
    }
    text
}
