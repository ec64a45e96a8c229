//! `dure bench`: the fields of its report, the acknowledged positions, and running again on the same folder.

use std::collections::BTreeSet;

use serde_json::Value;

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
