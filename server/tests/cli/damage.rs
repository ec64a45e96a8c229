//! Data folders that are missing, in use, newer, torn or damaged: told, and nothing lost or skipped.

use std::fs::{self, File};
use std::process::Stdio;

use dure_storage::{LocalLog, LocalOptions};

use crate::folder::{Folder, run};

#[test]
fn a_missing_folder_is_told_and_not_made() {
    let folder = Folder::new();
    for arguments in [
        &["case", "list"][..],
        &["case", "show", "v-1"],
        &["inbox", "--as", "a"],
        &["person", "list"],
        &["workflow", "list"],
        &["log", "head"],
        &["log", "tail"],
        &["log", "export"],
        &["log", "verify"],
        &["view", "status"],
        &["view", "rebuild"],
    ] {
        let ran = folder.run(&[arguments, &["--json"]].concat()).failed(2);
        assert_eq!(ran.error()["code"], "E-data-missing", "{arguments:?}");
        assert!(!folder.data().exists(), "{arguments:?}");
    }
}

#[test]
fn a_folder_in_use_is_told() {
    let folder = Folder::with_case();
    let held = LocalLog::open(&folder.data(), &LocalOptions::default()).expect("the log opens");
    let ran = folder.run(&["case", "list", "--json"]).failed(3);
    assert_eq!(ran.error()["code"], "E-folder-locked");
    drop(held);
    folder.run(&["case", "list"]).ok();
}

#[test]
fn a_newer_folder_is_told() {
    let folder = Folder::with_case();
    let stored = fs::read_to_string(folder.segment()).expect("the segment");
    let (header, rest) = stored.split_once('\n').expect("a header");
    let (covered, _) = header.split_once("crc32c=").expect("its sum");
    let newer = covered.replace("format=1", "format=2");
    let sum = crc32c::crc32c(newer.as_bytes());
    fs::write(folder.segment(), format!("{newer}crc32c={sum:08x}\n{rest}")).expect("written");
    for command in [["log", "verify"], ["log", "head"], ["case", "list"]] {
        let ran = folder.run(&[&command[..], &["--json"]].concat()).failed(3);
        assert_eq!(ran.error()["code"], "E-folder-newer", "{command:?}");
    }
}

#[test]
fn a_torn_tail_is_told_and_cut() {
    let folder = Folder::with_case();
    let size = folder.head()["size"].as_u64().expect("a size");
    let stored = fs::read(folder.segment()).expect("the segment");
    let end = stored.iter().rposition(|byte| *byte != 0).expect("content");
    let file = File::options().write(true).open(folder.segment()).expect("the segment opens");
    file.set_len(end as u64 - 20).expect("it is cut");
    let verified = folder.run(&["log", "verify", "--json"]).ok().document();
    assert_eq!(verified["size"], size - 1, "{verified}");
    assert!(verified["torn"]["byte"].as_u64().is_some_and(|byte| byte < end as u64), "{verified}");
    let ran = folder.run(&["log", "head", "--json"]).ok();
    assert!(ran.err.contains("torn tail"), "{}", ran.err);
    assert_eq!(ran.document()["size"], size - 1);
    assert!(folder.run(&["log", "head"]).ok().err.is_empty(), "it is told once");
    folder.run(&["workflow", "list"]).ok();
}

#[test]
fn a_flipped_byte_is_told_with_segment_position_and_byte() {
    let folder = Folder::with_case();
    let mut stored = fs::read(folder.segment()).expect("the segment");
    let at = stored.windows(5).position(|bytes| bytes == b"visit").expect("the workflow's name");
    stored[at] ^= 1;
    fs::write(folder.segment(), stored).expect("written");
    for command in [["log", "verify"], ["log", "head"], ["log", "export"]] {
        let ran = folder.run(&[&command[..], &["--json"]].concat()).failed(3);
        let error = ran.error();
        assert_eq!(error["code"], "E-log-damaged", "{command:?}");
        assert_eq!(error["segment"], "00000000000000000000.jsonl");
        assert_eq!(error["position"], 0);
        assert!(error["byte"].as_u64().is_some_and(|byte| byte <= at as u64), "{error}");
    }
}

#[test]
fn a_line_that_is_missing_is_told() {
    let folder = Folder::with_case();
    let stored = fs::read_to_string(folder.segment()).expect("the segment");
    let events: Vec<&str> = stored.lines().filter(|line| line.starts_with('{')).collect();
    for event in &events[..events.len() - 1] {
        let without = stored.replacen(&format!("{event}\n"), "", 1);
        assert_eq!(without.len(), stored.len() - event.len() - 1, "one line is gone");
        fs::write(folder.segment(), without).expect("written");
        let error = folder.run(&["log", "verify", "--json"]).failed(3).error();
        assert_eq!(error["code"], "E-log-damaged");
        assert_eq!(error["segment"], "00000000000000000000.jsonl");
        assert!(error["position"].is_u64(), "{error}");
    }
}

#[test]
fn a_full_disk_behind_standard_output_is_told() {
    let folder = Folder::with_case();
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    let mut command = folder.command(&["log", "export", "--json"]);
    let output = command.stdout(Stdio::from(full)).output().expect("the binary runs");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("E-output"));
}

#[test]
fn everything_but_the_log_may_be_deleted() {
    let folder = Folder::with_case();
    let shown = folder.run(&["case", "show", "v-1", "--json"]).ok().out;
    for entry in fs::read_dir(folder.data()).expect("the data folder").flatten() {
        match (entry.file_name() == "log", entry.path().is_dir()) {
            (true, _) => {}
            (false, true) => fs::remove_dir_all(entry.path()).expect("deleted"),
            (false, false) => fs::remove_file(entry.path()).expect("deleted"),
        }
    }
    assert_eq!(folder.run(&["case", "show", "v-1", "--json"]).ok().out, shown);
}

#[test]
fn a_view_that_does_not_match_the_log_says_so_and_is_built_again() {
    let (folder, other) = (Folder::with_case(), Folder::with_case());
    folder.run(&["view", "status"]).ok();
    fs::remove_dir_all(other.data().join("views")).expect("deleted");
    fs::rename(folder.data().join("views"), other.data().join("views")).expect("moved");
    let status = other.run(&["view", "status", "--json"]).ok();
    assert!(status.err.contains("did not consume what the log holds"), "{}", status.err);
    for view in status.documents() {
        assert_eq!(view["state"], "did_not_match");
        assert_eq!(view["root"], other.head()["root"]);
    }
    let mut quiet = other.command(&["view", "status"]);
    quiet.env("RUST_LOG", "off");
    assert!(run(quiet, "").ok().err.is_empty());
}
