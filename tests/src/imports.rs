//! The sample sheets become cases of the three workflows: once, whatever the order of their rows, and whatever they were
//! cut off by.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::campaign::scaled;
use crate::folder::{Folder, Ran, played};

/// Each sample with its workflow and how many rows it has.
const SAMPLES: [(&str, &str, u64); 3] = [
    ("requests", "support_request", 5),
    ("plans", "plan_approval", 3),
    ("communities", "learning_community_cycle", 3),
];

fn sample(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../workflows/samples/import").join(file)
}

fn import(folder: &Folder, sheet: &Path, map: &Path, more: &[&str]) -> Ran {
    let (sheet, map) = (sheet.display().to_string(), map.display().to_string());
    let all = [&["import", "csv", &sheet, "--map", &map, "--json"], more].concat();
    folder.run(&all)
}

/// New, known and refused.
fn counts(ran: &Ran) -> (u64, u64, u64) {
    let last: Value =
        ran.out.lines().last().and_then(|line| serde_json::from_str(line).ok()).expect("counts");
    let count = |name: &str| last["counts"][name].as_u64().expect("a count");
    (count("new"), count("known"), count("refused"))
}

fn of_workflow(folder: &Folder, workflow: &str) -> Vec<Value> {
    let listed = folder.run(&["case", "list", "--json"]).ok().out;
    let cases = listed.lines().map(|line| serde_json::from_str::<Value>(line).expect("a case"));
    cases.filter(|case| case["workflow"] == workflow && !case["imported"].is_null()).collect()
}

/// Number, row and provenance of each imported case, in the order of the numbers.
fn origins(folder: &Folder, workflow: &str) -> Vec<(String, u64)> {
    let of = |case: &Value| {
        let (id, row) = (case["id"].as_str().expect("an id"), &case["imported"]["row"]);
        (id.to_owned(), row.as_u64().expect("a row"))
    };
    let mut found: Vec<_> = of_workflow(folder, workflow).iter().map(of).collect();
    found.sort();
    found
}

#[test]
fn every_sample_sheet_is_tried_brought_in_and_known_again() {
    let folder = played().folder();
    for (name, workflow, rows) in SAMPLES {
        let sheet = sample(&format!("{name}.csv"));
        let map = sample(&format!("{name}.map.yaml"));
        let before = folder.segments();
        let dry = import(&folder, &sheet, &map, &["--dry-run", "--as", "coord-01"]).ok();
        assert_eq!(counts(&dry), (rows, 0, 0), "{name}: {}{}", dry.out, dry.err);
        assert!(folder.segments() == before, "{name}: a dry run records nothing");
        let ran = import(&folder, &sheet, &map, &[]).ok();
        assert_eq!(counts(&ran), (rows, 0, 0), "{name}");
        // The titles are row 1, and numbers follow the rows.
        let numbered: Vec<u64> =
            origins(&folder, workflow).into_iter().map(|(_, row)| row).collect();
        let expected: Vec<u64> = (2..2 + rows).collect();
        assert_eq!(numbered, expected, "{name}");
        let again = import(&folder, &sheet, &map, &[]).ok();
        assert_eq!(counts(&again), (0, rows, 0), "{name}");
        assert_eq!(of_workflow(&folder, workflow).len() as u64, rows, "{name}");
    }
    folder.run(&["log", "verify"]).ok();
    folder.run(&["tick"]).ok();
}

#[test]
fn rows_in_another_order_and_more_of_them_add_only_what_is_new() {
    let folder = played().folder();
    let map = sample("requests.map.yaml");
    let text = fs::read_to_string(sample("requests.csv")).expect("a sample");
    let mut lines: Vec<&str> = text.lines().collect();
    let first = folder.write("first.csv", &lines[..3].join("\n"));
    assert_eq!(counts(&import(&folder, Path::new(&first), &map, &[]).ok()), (2, 0, 0));
    lines[1..].reverse();
    let all = folder.write("all.csv", &lines.join("\n"));
    assert_eq!(counts(&import(&folder, Path::new(&all), &map, &[]).ok()), (3, 2, 0));
    let hashes: BTreeSet<String> = of_workflow(&folder, "support_request")
        .iter()
        .map(|case| case["imported"]["sha256"].as_str().expect("a hash").to_owned())
        .collect();
    assert_eq!(hashes.len(), 2, "each case names the file it came from");
}

/// A sheet of so many requests.
fn many(rows: usize) -> String {
    let text = fs::read_to_string(sample("requests.csv")).expect("a sample");
    let (titles, rest) = text.split_once('\n').expect("titles");
    let row = rest.lines().next().and_then(|row| row.split_once(',')).expect("a row").1;
    let rows = (0..rows).map(|number| format!("18-{number:05},{row}\n"));
    format!("{titles}\n") + &rows.collect::<String>()
}

#[test]
fn an_import_that_was_killed_is_finished_by_another_run() {
    let folder = played().folder();
    let (rows, map) = (scaled(600, 20_000) as usize, sample("requests.map.yaml"));
    let sheet = folder.write("many.csv", &many(rows));
    let map_text = map.display().to_string();
    let before = folder.segment_bytes();
    let mut child = folder
        .command(&["import", "csv", &sheet, "--map", &map_text])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    // Killed soon after something of it is on the disk, or when it is done, whichever comes first.
    while folder.segment_bytes() == before && child.try_wait().expect("its state").is_none() {
        std::thread::yield_now();
    }
    let _ = child.kill();
    child.wait().expect("it ends");
    let (new, known, refused) = counts(&import(&folder, Path::new(&sheet), &map, &[]).ok());
    assert_eq!((new + known, refused), (rows as u64, 0));
    let mut numbers: Vec<u64> =
        origins(&folder, "support_request").into_iter().map(|(_, row)| row).collect();
    numbers.sort_unstable();
    let expected: Vec<u64> = (2..2 + rows as u64).collect();
    assert_eq!(numbers, expected, "every row is in once");
    folder.run(&["log", "verify"]).ok();
}
