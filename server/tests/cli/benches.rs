//! `dure bench`: the fields of its reports, the acknowledged positions, and running again on the same folder.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::folder::Folder;

const FIELDS: [&str; 11] = [
    "bytes_per_event",
    "group_mean",
    "p50_us",
    "p999_us",
    "p99_us",
    "peak_rss_kib",
    "per_second",
    "ratio_growing",
    "ratio_zero_filled",
    "raw_growing_per_second",
    "raw_zero_filled_per_second",
];

fn assert_report(report: &Value) {
    let fields = report.as_object().expect("an object");
    assert_eq!(fields.keys().collect::<BTreeSet<_>>().len(), FIELDS.len());
    for field in FIELDS {
        assert!(fields[field].as_f64().is_some_and(|value| value > 0.0), "{field}: {report}");
    }
}

fn positions(folder: &Folder, file: &str) -> Vec<u64> {
    let text = std::fs::read_to_string(folder.path(file)).expect("the file of positions");
    text.lines().map(|line| line.parse().expect("a position")).collect()
}

#[test]
fn advance_reports_and_acknowledges_and_may_run_again() {
    let folder = Folder::new();
    let acks = folder.path("acks");
    let bench = [
        "bench",
        "advance",
        "--cases",
        "12",
        "--steps",
        "3",
        "--callers",
        "5",
        "--ack-file",
        &acks,
        "--json",
    ];
    for run in 1..=2 {
        assert_report(&folder.run(&bench).ok().document());
        let acknowledged = positions(&folder, "acks");
        assert_eq!(acknowledged.len(), run * 12 * (1 + 3));
        assert_eq!(acknowledged.iter().collect::<BTreeSet<_>>().len(), acknowledged.len());
        let size = folder.head()["size"].as_u64().expect("a size");
        assert!(acknowledged.iter().all(|position| *position < size));
    }
    folder.run(&["log", "verify"]).ok();
    assert_eq!(folder.run(&["case", "list", "--json"]).ok().documents().len(), 24);
}

#[test]
fn append_reports_and_acknowledges() {
    let folder = Folder::new();
    let acks = folder.path("acks");
    let bench =
        ["bench", "append", "--events", "50", "--callers", "4", "--ack-file", &acks, "--json"];
    assert_report(&folder.run(&bench).ok().document());
    let acknowledged: BTreeSet<u64> = positions(&folder, "acks").into_iter().collect();
    assert_eq!(acknowledged, (0..50).collect());
    folder.run(&["log", "verify"]).ok();
}

#[test]
fn years_of_one_seed_are_the_same_twice_and_need_no_data_folder() {
    let folder = Folder::new();
    let bench = |seed| ["bench", "years", "--years", "1", "--cases", "4", "--seed", seed, "--json"];
    let years = folder.run(&bench("5")).ok().document();
    assert_eq!(years["rounds"].as_array().map(Vec::len), Some(2), "{years}");
    assert_eq!((&years["started"], &years["seed"]), (&json!(4), &json!(5)));
    let other = folder.run(&bench("6")).ok().document();
    assert_ne!(years["root"], other["root"]);
    let shown = folder.run(&bench("5")[..8]).ok().out;
    let root = years["root"].as_str().expect("a root");
    assert!(shown.contains(root), "{shown}");
    assert!(!folder.data().exists());
}

#[test]
fn a_workflow_of_any_size_that_may_be_is_checked_without_a_mistake() {
    let folder = Folder::new();
    for steps in ["1", "10", "11", "25", "500"] {
        let bench = ["bench", "check", "--steps", steps, "--rounds", "1", "--json"];
        let report = folder.run(&bench).ok().document();
        assert_eq!(report["steps"].to_string(), steps);
        for field in ["bytes", "read_p50_us", "check_p50_us", "check_max_us"] {
            assert!(report[field].as_f64().is_some_and(|value| value > 0.0), "{field}: {report}");
        }
    }
    let refused = folder.run(&["bench", "check", "--steps", "501"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
}
