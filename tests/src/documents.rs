//! Every command of the documents is run, in order, in an empty folder.

use std::path::Path;
use std::process::Command;

use crate::folder;

const READ_ME: &[&str] = &["README.md", "README.ko.md"];

fn read(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The blocks marked `console`, with the prompts taken off: a script.
fn script(document: &str) -> String {
    let blocks = document.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(|line| line.strip_prefix("$ ").unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// What the commands of a document print, run in order in an empty folder.
fn run_in_order(file: &str) -> String {
    let work = tempfile::tempdir().expect("a folder");
    let binary = folder::binary();
    let programs = binary.parent().expect("the folder of the binary");
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap_or_default());
    let run = Command::new("sh")
        .args(["-eu", "-c", &script(&read(file))])
        .current_dir(work.path())
        .env("PATH", path)
        .output()
        .expect("a shell");
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{file}: {told}");
    String::from_utf8_lossy(&run.stdout).into_owned()
}

#[test]
fn every_command_of_the_read_mes_works_in_order() {
    for file in READ_ME {
        let shown = run_in_order(file);
        assert!(
            shown.contains("\"status\":\"closed\"") || shown.contains("\"status\": \"closed\""),
            "{file}: {shown}"
        );
    }
}

#[test]
fn every_command_of_the_reference_of_people_works_in_order() {
    let shown = run_in_order("docs/people.md");
    let told = shown.lines().last().unwrap_or_default();
    assert!(shown.contains("hub-07 대결자") || shown.contains("부재 (대결자 hub-07)"), "{told}");
    let held = shown.lines().filter(|line| line.contains("hub_coordinator@east"));
    assert!(held.count() >= 2, "{shown}");
}

#[test]
fn every_command_of_the_reference_of_imports_works_in_order() {
    let shown = run_in_order("docs/import.md");
    for counts in [
        "2 rows: 2 would be new, 0 known, 0 refused (nothing recorded)",
        "2 rows: 2 new, 0 known, 0 refused",
        "errands_2017 · row 3 · SHA-256",
        "3 rows: 1 new, 2 known, 0 refused",
    ] {
        assert!(shown.contains(counts), "{counts}: {shown}");
    }
}

#[test]
fn every_command_of_the_reference_of_effects_works_in_order() {
    let shown = run_in_order("docs/effects.md");
    assert!(shown.contains("no such mailbox"), "{shown}");
    assert!(shown.contains("\"status\":\"closed\""), "{shown}");
    assert!(shown.contains("1 message was sent to webhooks"), "{shown}");
    assert!(shown.contains("failed (attempt 1)"), "{shown}");
}

#[test]
fn every_command_of_the_reference_of_reports_works_in_order() {
    let shown = run_in_order("docs/reports.md");
    let line = |cells: &[&str]| {
        shown.lines().any(|line| line.split_whitespace().collect::<Vec<_>>() == cells)
    };
    assert!(line(&["우편", "2", "1", "15,000", "7,500"]), "{shown}");
    assert!(line(&["합계", "3", "2", "15,500", "5,166"]), "{shown}");
}

#[test]
fn both_read_mes_show_the_same_commands() {
    let commands = |file: &str| -> Vec<String> {
        let text = script(&read(file)).replace(" --lang ko", "").replace(" --lang en", "");
        text.lines().filter(|line| line.starts_with("dure ")).map(str::to_owned).collect()
    };
    assert_eq!(commands(READ_ME[0]), commands(READ_ME[1]));
}

#[test]
fn both_set_up_commands_are_what_is_promised() {
    for file in READ_ME {
        let text = read(file);
        let blocks: Vec<&str> =
            text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(blocks, ["cargo run --release -- demo\n", "./tests/run\n"], "{file}");
    }
}
