//! The repository keeps its own map: paths exist, imports run downwards, invariants have tests, and names and
//! codes mean for ever what they once meant.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A crate and the crates of ours it may import.
const LAYERS: &[(&str, &[&str])] = &[
    ("storage", &[]),
    ("engine", &["dure-storage"]),
    ("workflows", &["dure-storage", "dure-engine"]),
    ("server", &["dure-storage", "dure-engine", "dure-workflows"]),
    ("tests", &["dure-storage", "dure-engine", "dure-workflows", "dure"]),
];
/// The invariants of ARCHITECTURE.md that have their tests by now.
const PROVEN: &[u32] = &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
/// A database and the one place that may name it.
const DATABASES: &[(&str, &str)] =
    &[("sled", "storage/src/derived"), ("tokio_postgres", "storage/src/postgres")];
/// HTTP, which only `server` may name.
const HTTP: &[&str] = &["axum", "hyper", "reqwest", "tower_http", "ureq"];
/// Lines of a function: the longest are total matches with one sentence for each of some forty refusals.
const FUNCTION_LINES_MAX: usize = 125;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every Rust file of a folder with its path from the root.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(root()).expect("inside").display().to_string();
            found.push((name, read(&path)));
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    LAYERS.iter().flat_map(|(layer, _)| sources(layer)).collect()
}

fn without_comments(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The words in backquotes of a text.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split('`').skip(1).step_by(2))
}

#[test]
fn every_path_of_the_map_exists() {
    let map = read("ARCHITECTURE.md");
    let folders = ["storage/", "engine/", "workflows/", "server/", "tests/", "docs/", ".ci/"];
    let paths: Vec<&str> =
        quoted(&map).filter(|word| folders.iter().any(|folder| word.starts_with(folder))).collect();
    assert!(paths.len() > 20, "the map names its paths");
    for path in paths {
        assert!(root().join(path).exists(), "ARCHITECTURE.md names {path}");
    }
}

#[test]
fn i15_imports_run_only_downwards() {
    for (layer, allowed) in LAYERS {
        let manifest = read(format!("{layer}/Cargo.toml"));
        let dependencies = manifest.split("[dev-dependencies]").next().unwrap_or_default();
        let ours = dependencies.lines().filter_map(|line| {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            (name == "dure" || name.starts_with("dure-")).then_some(name)
        });
        for name in ours {
            assert!(allowed.contains(&name), "{layer} imports {name}");
        }
    }
}

#[test]
fn i15_only_a_backends_folder_names_its_database_and_only_the_server_names_http() {
    for (file, text) in all_sources().iter().filter(|(file, _)| file.contains("/src/")) {
        let code: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        for (database, home) in DATABASES {
            let named = code.contains(&format!("{database}::"))
                || code.contains(&format!("use {database}"));
            assert!(
                !named || file.starts_with(home) || file.starts_with("tests/"),
                "{file} names {database}"
            );
        }
        for library in HTTP {
            let named = code.contains(&format!("{library}::"));
            assert!(!named || file.starts_with("server/"), "{file} names {library}");
        }
    }
}

#[test]
fn storage_and_engine_know_no_library() {
    let words = [
        "library:",
        "librarian",
        "도서관",
        "support_request",
        "plan_approval",
        "learning_community",
    ];
    for (file, text) in sources("storage/src").iter().chain(&sources("engine/src")) {
        let code = without_comments(text);
        for word in words {
            assert!(!code.contains(word), "{file} has {word:?}");
        }
    }
}

#[test]
fn every_invariant_has_a_test_that_names_it() {
    let map = read("ARCHITECTURE.md");
    let sources = all_sources();
    for number in PROVEN {
        assert!(map.contains(&format!("**I{number}**")), "ARCHITECTURE.md states I{number}");
        let named = format!("i{number}_");
        let has_test = |text: &str| {
            text.lines().any(|line| {
                let name =
                    line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
                name.strip_prefix("fn ").is_some_and(|name| {
                    name.starts_with(&named) || name.contains(&format!("_{named}"))
                })
            })
        };
        assert!(sources.iter().any(|(_, text)| has_test(text)), "no test names I{number}");
    }
}

#[test]
fn every_file_says_what_it_owns() {
    for (file, text) in all_sources() {
        assert!(text.starts_with("//!"), "{file} does not begin with `//!`");
    }
}

#[test]
fn no_lint_is_silenced_without_a_reason() {
    for (file, text) in all_sources() {
        let silenced =
            text.lines().find(|line| line.trim_start().starts_with(concat!("#[", "allow(")));
        assert_eq!(silenced, None, "{file}");
    }
}

#[test]
fn no_function_has_grown_out_of_sight() {
    for (file, text) in all_sources() {
        let lines: Vec<&str> = text.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_function = line.trim_start().starts_with("fn ") || line.contains(" fn ");
            if !is_function || line.trim_start().starts_with("//") || !has_body(&lines[start..]) {
                continue;
            }
            let closing = format!("{}}}", " ".repeat(indent));
            let end = lines[start..].iter().position(|line| *line == closing).unwrap_or(0);
            assert!(end <= FUNCTION_LINES_MAX, "{file}:{}: {end} lines: {line}", start + 1);
        }
    }
}

/// A declaration in a trait ends with `;` and has no body.
fn has_body(lines: &[&str]) -> bool {
    let end = lines.iter().find(|line| line.ends_with('{') || line.ends_with(';'));
    end.is_some_and(|line| line.ends_with('{'))
}

/// Every error code with its meaning, and every event name, as they were first released.
fn registry() -> BTreeMap<String, String> {
    read("tests/registry.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let (name, meaning) = line.split_once(": ").unwrap_or((line, ""));
            (name.to_owned(), meaning.to_owned())
        })
        .collect()
}

fn event_names() -> BTreeSet<String> {
    let sources = [sources("engine/src"), sources("storage/src"), sources("server/src")].concat();
    let names = sources.iter().flat_map(|(_, text)| text.split("EventType(\"").skip(1));
    names.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[test]
fn i16_every_code_is_unique_and_means_what_it_was_released_to_mean() {
    let registry = registry();
    let mut seen = BTreeSet::new();
    for entry in dure::failure::all_codes() {
        assert!(seen.insert(entry.code), "{} stands twice", entry.code);
        let released = registry.get(entry.code.0);
        assert_eq!(
            released.map(String::as_str),
            Some(entry.cause),
            "{}: a new code gets a new line in tests/registry.txt; a released one keeps its meaning",
            entry.code
        );
    }
}

#[test]
fn i16_event_names_are_registered_and_carry_a_schema_number() {
    let registry = registry();
    let names = event_names();
    assert!(names.len() >= 8, "{names:?}");
    for name in names.iter().filter(|name| name.starts_with("dure.")) {
        assert!(registry.contains_key(name), "{name} is not in tests/registry.txt");
        let schema = name.rsplit_once(".v").and_then(|(_, number)| number.parse::<u32>().ok());
        assert!(schema.is_some_and(|number| number > 0), "{name}");
    }
}

#[test]
fn the_error_reference_is_written_from_the_code() {
    let mut rows: Vec<_> = dure::failure::all_codes().collect();
    rows.sort_by_key(|row| row.code);
    let mut text = String::from(
        "# Errors\n\nEvery refusal and failure of Dure has one of these codes; a code never changes its meaning. The message says where: case,\n\
         step, field, file and line. A command ends with 1 when a rule said no (refused, not found, conflict), 2 when what was\n\
         given was wrong (input), 3 when the store failed.\n\n\
         | code | class | exit | what happened | what to do |\n|---|---|---|---|---|\n",
    );
    for row in rows {
        let (class, exit) = (dure::exit::word(row.class), dure::exit::code(row.class));
        text += &format!("| `{}` | {class} | {exit} | {} | {} |\n", row.code, row.cause, row.fix);
    }
    let path = root().join("docs/errors.md");
    if std::env::var_os("DURE_BLESS").is_some() {
        std::fs::write(&path, &text).expect("docs/errors.md is written");
    }
    assert_eq!(
        read("docs/errors.md"),
        text,
        "run the tests once with DURE_BLESS=1 to write docs/errors.md anew"
    );
}
