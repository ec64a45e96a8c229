//! Every error code is provoked by a test, as far as the sources can tell: a test names it. What none can bring about
//! stands here with the reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Codes that no test provokes.
const NOT_PROVOKED: [(&str, &str); 5] = [
    ("E-runtime", "the operating system gives the program no threads"),
    (
        "E-sample",
        "a shipped sample no longer goes as its lines say, which their own tests keep from being released",
    ),
    (
        "E-sample-trouble",
        "a shipped plan or story no longer goes, which their own tests keep from being released",
    ),
    ("E-years-differ", "the engine would have to depend on something else than the seed"),
    ("E-years-unsound", "the engine would have to lose a case, or be late with a timer"),
];
/// Folders of tests, and one of the suite that every backend passes.
const TESTS: [&str; 2] = ["tests", "testing"];
/// What names codes without provoking them.
const NAMES_ONLY: [&str; 2] = ["tests/registry.txt", "tests/src/codes.rs"];
const ROOTS: [&str; 5] = ["storage", "engine", "workflows", "server", "tests"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source and example under a folder, with its path as seen from the root.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(root().join(folder)).expect("a folder is listed") {
        let entry = entry.expect("an entry");
        let path = folder.join(entry.file_name());
        let is_text = |extension: &std::ffi::OsStr| {
            ["rs", "yaml", "txt"].iter().any(|known| extension == *known)
        };
        match entry.file_type().expect("its type").is_dir() {
            true => files(&path, found),
            false if path.extension().is_some_and(is_text) => found.push(path),
            false => {}
        }
    }
}

/// The part of a file that is test.
fn tested(path: &Path) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let in_tests = path.iter().any(|part| TESTS.iter().any(|tests| part == *tests));
    if in_tests || name == "tests.rs" || name.ends_with(".scenario.yaml") {
        return text;
    }
    text.split_once("#[cfg(test)]").map(|(_, tests)| tests.to_owned()).unwrap_or_default()
}

/// Every code that a text names: `E-` and what follows of it.
fn codes_in(text: &str) -> impl Iterator<Item = String> {
    text.split("E-").skip(1).map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        format!("E-{}", rest[..end.unwrap_or(rest.len())].trim_end_matches('-'))
    })
}

#[test]
fn every_code_is_provoked_by_a_test() {
    let mut paths = Vec::new();
    ROOTS.iter().for_each(|folder| files(Path::new(folder), &mut paths));
    paths.retain(|path| !NAMES_ONLY.iter().any(|names| path == Path::new(names)));
    let named: BTreeSet<String> =
        paths.iter().flat_map(|path| codes_in(&tested(path)).collect::<Vec<_>>()).collect();
    let codes: BTreeSet<&str> = dure::failure::all_codes().map(|entry| entry.code.0).collect();
    let missing: Vec<_> = codes.iter().filter(|code| !named.contains(**code)).collect();
    let expected: Vec<_> = NOT_PROVOKED.iter().map(|(code, _)| code).collect();
    assert_eq!(
        missing, expected,
        "a code needs a test that provokes and names it, or a row in `NOT_PROVOKED`"
    );
}
