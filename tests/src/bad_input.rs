//! Two programs on one folder, a folder that is none, and a flipped byte in every kind of file, as the binary tells
//! them: harmless, or named; never silently different.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use dure_storage::{EventLog, LocalLog, LocalOptions, Source};

use crate::campaign::{Chance, scaled};
use crate::folder::{Folder, Ran, played};
use crate::history::History;

/// Work that does not end before it is killed.
const BENCH: &[&str] = &[
    "bench",
    "advance",
    "--cases",
    "2",
    "--steps",
    "1000000",
    "--callers",
    "2",
    "--ack-file",
    "/dev/stdout",
];

/// Small enough that the demonstration has several segments.
const SEGMENT_BYTES: u64 = 100_000;

#[test]
fn a_second_program_on_a_folder_is_refused_and_the_first_is_not_disturbed() {
    let folder = Folder::new();
    let mut first = folder.command(BENCH).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut acknowledged = BufReader::new(first.stdout.take().expect("its output")).lines();
    acknowledged.next().expect("a position").expect("a line");
    for arguments in [&["demo"][..], &["case", "list"], &["log", "head"], &["view", "rebuild"]] {
        let ran = folder.run(&[arguments, &["--json"]].concat()).ended(3);
        assert_eq!(ran.error()["code"], "E-folder-locked", "{arguments:?}");
        assert!(ran.out.is_empty(), "{arguments:?}");
        acknowledged.next().expect("the first goes on").expect("a line");
    }
    first.kill().expect("it is killed");
    first.wait().expect("it ends");
    folder.run(&["log", "verify"]).ok();
    folder.run(&["case", "list"]).ok();
}

#[test]
fn a_folder_of_a_newer_release_without_a_segment_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    fs::create_dir_all(folder.data().join("log")).expect("a folder");
    fs::write(folder.data().join("format"), "2\n").expect("written");
    for arguments in [&["demo"][..], &["log", "head"], &["case", "list"]] {
        let ran = folder.run(&[arguments, &["--json"]].concat()).ended(3);
        assert_eq!(ran.error()["code"], "E-folder-newer", "{arguments:?}");
    }
    assert_eq!(folder.segments(), [0; 0]);
    assert_eq!(fs::read_to_string(folder.data().join("format")).expect("read"), "2\n");
}

#[test]
fn a_data_folder_that_is_a_file_is_told_and_left_as_it_is() {
    let folder = Folder::new();
    let file = folder.write("data", "not a folder");
    let ran = folder.run(&["demo", "--json"]).ended(3);
    assert!(ran.error()["code"].as_str().is_some_and(|code| code.starts_with("E-")), "{}", ran.err);
    assert_eq!(fs::read_to_string(file).expect("read"), "not a folder");
}

/// Folder and extension: what a file is for.
fn kind(path: &Path) -> String {
    let folder = path.parent().map(|folder| folder.display().to_string()).unwrap_or_default();
    let extension = path.extension().map(|extension| extension.display().to_string());
    format!("{folder}/*.{}", extension.unwrap_or_default())
}

/// What a reader gets, without what stands on standard error.
fn read(folder: &Folder) -> (Ran, Ran) {
    (folder.run(&["log", "head", "--json"]), folder.run(&["case", "list", "--json"]))
}

/// The log of the demonstration in segments so small that it has several, and its views.
fn in_small_segments() -> Folder {
    let folder = Folder::new();
    let whole = played().folder();
    let history = History::of_lines(&whole.export());
    let source = history.envelopes().next().map(|event| Source(event.source.into()));
    let options = LocalOptions { segment_bytes: SEGMENT_BYTES, source, ..LocalOptions::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
    runtime.block_on(async {
        let log = LocalLog::open(&folder.data(), &options).expect("a log opens");
        for commit in history.commits() {
            log.append(commit).await.expect("a commit is recorded once more");
        }
        log.close().await.expect("it closes");
    });
    let list = folder.run(&["case", "list", "--json"]).ok().out;
    assert_eq!(list, whole.run(&["case", "list", "--json"]).ok().out);
    assert_eq!(folder.head(), whole.head());
    folder
}

/// Fails the test unless the damage to a segment is told: by name, or as a tail that is cut. Reading may still give
/// the same as before, where it needs nothing of what was damaged.
fn told(verified: &Ran, head: &Ran, whole: &Ran, at: &str) {
    match verified.code {
        Some(0) => {
            let torn = &verified.document()["torn"];
            assert!(torn["byte"].is_u64() && head.code == Some(0), "{at}: {verified:?}");
            assert!(head.err.contains("torn tail"), "{at}: {head:?}");
            assert_ne!(head.out, whole.out, "{at}");
        }
        code => {
            let mut errors = vec![verified.error()];
            if head.code != Some(0) {
                errors.push(head.error());
            }
            assert!(head.code != Some(0) || head.out == whole.out, "{at}: {head:?}");
            assert_eq!(code, Some(3), "{at}: {verified:?}");
            for error in errors {
                assert_eq!(error["code"], "E-log-damaged", "{at}");
                assert!(error["segment"].is_string(), "{at}: {error}");
                assert!(error["position"].is_u64() && error["byte"].is_u64(), "{at}: {error}");
            }
        }
    }
}

#[test]
fn a_flipped_byte_in_every_kind_of_file_is_harmless_or_named() {
    let mut chance = Chance::new("flips");
    let whole = in_small_segments();
    let (whole_head, whole_list) = read(&whole);
    let files = whole.files();
    let mut kinds = BTreeSet::new();
    for (path, bytes) in files.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        kinds.insert(kind(path));
        for _ in 0..scaled(1, 20) {
            let folder = Folder::of(&files);
            let (at, flip) = (chance.below(bytes.len() as u64), 1 + chance.below(255) as u8);
            let mut damaged = bytes.clone();
            damaged[at as usize] ^= flip;
            fs::write(folder.data().join(path), damaged).expect("written");
            let place = format!("{} at {at} by {flip:#04x}", path.display());
            let verified = folder.run(&["log", "verify", "--json"]);
            let (head, list) = read(&folder);
            match path.starts_with("log") {
                true => told(&verified, &head, &whole_head, &place),
                false => {
                    let codes = (verified.code, head.code, list.code);
                    assert_eq!(codes, (Some(0), Some(0), Some(0)), "{place}: {list:?}");
                    assert_eq!(
                        (&head.out, &list.out),
                        (&whole_head.out, &whole_list.out),
                        "{place}"
                    );
                }
            }
        }
    }
    for expected in ["/*.", "log/*.jsonl", "index/*.idx", "views/*."] {
        assert!(kinds.contains(expected), "{expected} is not among {kinds:?}");
    }
}
