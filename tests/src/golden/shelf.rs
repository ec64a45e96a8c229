//! The files of `tests/histories`. Each is written once, when it is new and asked for, and never again: its hash stands in
//! `SHA256SUMS`, so that one that was changed, or recorded anew after it was deleted, is told.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

/// Hash and name of every file, as `sha256sum` writes and checks them.
const SUMS: &str = "SHA256SUMS";
/// Asks for what is missing to be written.
const BLESS: &str = "DURE_BLESS";

/// A folder of files that are never changed.
pub struct Shelf {
    folder: PathBuf,
    may_add: bool,
}

impl Shelf {
    /// That of the golden histories.
    pub fn of_histories() -> Shelf {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("histories");
        Shelf { folder, may_add: std::env::var(BLESS).is_ok_and(|value| value == "1") }
    }

    /// A file as it was when it was added; if it never was and may be, it is made.
    pub fn read(&self, name: &str, make: impl FnOnce() -> String) -> String {
        let known = self
            .sums()
            .lines()
            .find_map(|line| line.strip_suffix(&format!("  {name}")).map(str::to_owned));
        let path = self.folder.join(name);
        if known.is_none() && self.may_add {
            if !path.exists() {
                fs::write(&path, make()).expect("it is written");
            }
            self.add(name, &fs::read_to_string(&path).expect("it is read"));
            return self.read(name, String::new);
        }
        let Some(known) = known else {
            panic!(
                "{name} is not in {SUMS}: add it with `{BLESS}=1 cargo test -p dure-tests golden`"
            );
        };
        let found = fs::read_to_string(&path).ok().filter(|text| hash(text) == known);
        found.unwrap_or_else(|| {
            panic!(
                "{name} is not what it was when it was added. What is golden is never recorded again: restore it from \
                 version control. Should it no longer be read, the program is wrong; what is new goes into a new history"
            )
        })
    }

    fn sums(&self) -> String {
        fs::read_to_string(self.folder.join(SUMS)).unwrap_or_default()
    }

    fn add(&self, name: &str, text: &str) {
        let sums = fs::OpenOptions::new().create(true).append(true).open(self.folder.join(SUMS));
        writeln!(sums.expect("it is opened"), "{}  {name}", hash(text)).expect("it is written");
    }
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_is_golden_is_written_once_and_never_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shelf = |may_add| Shelf { folder: folder.path().to_owned(), may_add };
    let refused = |may_add: bool, name: &str| {
        let read = || shelf(may_add).read(name, || "anew".into());
        std::panic::catch_unwind(read).is_err()
    };
    assert!(refused(false, "a"), "it is added only where that is asked for");
    assert_eq!(shelf(true).read("a", || "once".into()), "once");
    assert_eq!(shelf(true).read("b", || "other".into()), "other");
    for may_add in [false, true] {
        assert_eq!(shelf(may_add).read("a", || "anew".into()), "once");
    }
    for spoil in [Some("changed"), None] {
        match spoil {
            Some(text) => fs::write(folder.path().join("a"), text).expect("it is written"),
            None => fs::remove_file(folder.path().join("a")).expect("it is removed"),
        }
        assert!(refused(false, "a") && refused(true, "a"), "{spoil:?}");
    }
    assert_eq!(shelf(false).read("b", || "anew".into()), "other");
}
