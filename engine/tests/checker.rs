//! Definitions with one mistake each, as files whose first line says what is found and by which way; and sound ones
//! that look as if they were not.

use std::path::{Path, PathBuf};

use dure_engine::checker::Staff;
use dure_engine::language::{Diagnostics, examine_for, read_people};
use dure_storage::Lang;

use crate::harness::at;

/// The files of a folder beside this one, each with its text.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = std::fs::read_dir(&folder).expect("the folder is there");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("a readable entry").path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("a text"))
    };
    paths.into_iter().map(read).collect()
}

/// What is found: severity, code and way of each, and the line it stands at.
#[derive(Debug, PartialEq)]
struct Found {
    severity: String,
    code: String,
    trace: String,
}

fn found(file: &str, text: &str) -> Vec<Found> {
    let listed = |diagnostics: &Diagnostics| {
        let json = diagnostics.to_json(Lang::En);
        let items = json["diagnostics"].as_array().cloned().unwrap_or_default();
        let found = |item: &serde_json::Value| {
            let trace = item["trace"].as_array().into_iter().flatten();
            let trace: Vec<&str> = trace.filter_map(serde_json::Value::as_str).collect();
            assert!(item["line"].is_u64(), "{file}: {item} has no place");
            Found {
                severity: item["severity"].as_str().unwrap_or_default().to_owned(),
                code: item["code"].as_str().unwrap_or_default().to_owned(),
                trace: if trace.is_empty() { "-".to_owned() } else { trace.join(" → ") },
            }
        };
        items.iter().map(found).collect()
    };
    match examine_for(file, text, &|_| None, &staff(file, text), Some(&|_| false)) {
        Ok((_, warnings)) => listed(&warnings),
        Err(errors) => listed(&errors),
    }
}

/// The people that a file says are known, in 2017: `# people: {…}`.
fn staff(file: &str, text: &str) -> Staff {
    let Some(line) = text.lines().find_map(|line| line.strip_prefix("# people: ")) else {
        return Staff::default();
    };
    let people = read_people(file, line).unwrap_or_else(|found| panic!("{found}"));
    Staff::at(&people, at("2017-03-10T00:00:00Z"))
}

/// What the first line of a file says: `# refused: CODE; trace: …`.
fn expected(text: &str, word: &str, severity: &str) -> Found {
    let line = text.lines().next().unwrap_or_default();
    let told =
        line.strip_prefix(&format!("# {word}: ")).and_then(|rest| rest.split_once("; trace: "));
    let (code, trace) = told.unwrap_or_else(|| panic!("{line}"));
    Found { severity: severity.to_owned(), code: code.to_owned(), trace: trace.to_owned() }
}

/// The file after what its second line says mends it.
fn mended(file: &str, text: &str) -> String {
    let line = text.lines().nth(1).and_then(|line| line.strip_prefix("# mended by: "));
    let told = line.and_then(|line| line.split_once(" => "));
    let (old, new) = told.unwrap_or_else(|| panic!("{file} does not say what mends it"));
    let body: String = text.lines().skip(2).map(|line| format!("{line}\n")).collect();
    assert_eq!(body.matches(old).count(), 1, "{file}: {old}");
    body.replace(old, &new.replace("\\n", "\n"))
}

/// Every file of a folder is found wrong as it says, and right once it is mended; all that are not are told at once.
fn each_has_one_mistake(folder: &str, word: &str, severity: &str) -> usize {
    let files = files(folder);
    let mut differing = Vec::new();
    for (file, text) in &files {
        let (first, then) = (found(file, text), found(file, &mended(file, text)));
        if first != [expected(text, word, severity)] || !then.is_empty() {
            differing.push(format!("{file}: {first:?}, mended: {then:?}"));
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n"));
    files.len()
}

#[test]
fn each_broken_definition_is_refused_with_its_code_and_the_shortest_way_there() {
    assert!(each_has_one_mistake("broken", "refused", "error") >= 40);
}

#[test]
fn each_doubtful_definition_is_warned_of_and_can_be_published() {
    assert!(each_has_one_mistake("warned", "warned", "warning") >= 15);
}

#[test]
fn each_workflow_with_too_few_people_is_warned_of_and_can_be_published() {
    assert!(each_has_one_mistake("understaffed", "warned", "warning") >= 12);
}

#[test]
fn nothing_is_said_of_people_while_nobody_is_known() {
    for (file, text) in files("understaffed") {
        let unknown: String = text.lines().skip(3).map(|line| format!("{line}\n")).collect();
        assert_eq!(found(&file, &unknown), [], "{file}");
    }
}

#[test]
fn sound_but_unusual_definitions_are_accepted_without_a_word() {
    let files = files("sound");
    assert!(files.len() >= 10);
    for (file, text) in files {
        assert_eq!(found(&file, &text), [], "{file}");
    }
}
