//! Data folders of the tests' own, the built binary run on them, and the demonstration, which is played once and
//! copied to whoever needs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// Variables that would change what the binary says.
const ENVIRONMENT: [&str; 4] = ["DURE_AS", "LC_ALL", "LANG", "RUST_LOG"];

/// A temporary folder with a data folder `data` in it.
pub struct Folder(TempDir);

/// What a run of the binary left.
#[derive(Debug, Clone)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A data folder after `dure demo`.
pub struct Played {
    /// What the run printed.
    pub ran: Ran,
    files: Vec<(PathBuf, Vec<u8>)>,
}

static PLAYED: LazyLock<Played> = LazyLock::new(|| {
    let folder = Folder::new();
    let ran = folder.run(&["demo", "--json"]).ok();
    Played { ran, files: folder.files() }
});

/// The demonstration, played once for all tests.
pub fn played() -> &'static Played {
    &PLAYED
}

impl Played {
    /// A copy of its data folder.
    pub fn folder(&self) -> Folder {
        Folder::of(&self.files)
    }
}

/// The binary of the same profile: Cargo builds tests into `deps` beside it.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test binary");
    let profile = test.parent().and_then(Path::parent).expect("it lies in a folder of `target`");
    let binary = profile.join("dure");
    assert!(
        binary.is_file(),
        "{} is missing: run ./tests/run, or `cargo build -p dure` in the same profile first",
        binary.display()
    );
    binary
}

/// The binary with optimisation where it was built, for the large counts; `./tests/run --full` builds it.
pub fn quick_binary() -> PathBuf {
    let built = binary();
    let target = built.parent().and_then(Path::parent).expect("a folder `target`");
    let release = target.join("release/dure");
    if release.is_file() { release } else { built }
}

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    /// With these files in its data folder.
    pub fn of(files: &[(PathBuf, Vec<u8>)]) -> Folder {
        let folder = Folder::new();
        for (path, bytes) in files {
            let path = folder.data().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder is made");
            fs::write(path, bytes).expect("a file is written");
        }
        folder
    }

    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub fn views(&self) -> PathBuf {
        self.data().join("views")
    }

    pub fn write(&self, name: &str, content: &str) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("a file is written");
        path.display().to_string()
    }

    /// Every file of the data folder with its path in it, in order.
    pub fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut found = Vec::new();
        collect(&self.data(), &mut found);
        found.sort();
        let read = |path: PathBuf| {
            let bytes = fs::read(&path).expect("a file is read");
            (path.strip_prefix(self.data()).expect("a path in it").to_owned(), bytes)
        };
        found.into_iter().map(read).collect()
    }

    /// How many bytes the segments have, also while a program writes to them.
    pub fn segment_bytes(&self) -> u64 {
        let entries = fs::read_dir(self.data().join("log")).expect("a log");
        // A file may go away between its name and its size.
        let sizes = entries.filter_map(|entry| entry.ok()?.metadata().ok());
        sizes.map(|known| known.len()).sum()
    }

    /// The bytes of the segments, one after the other.
    pub fn segments(&self) -> Vec<u8> {
        let files = self.files().into_iter();
        files.filter(|(path, _)| path.starts_with("log")).flat_map(|(_, bytes)| bytes).collect()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        for name in ENVIRONMENT {
            command.env_remove(name);
        }
        command.args(arguments).arg("--data").arg(self.data()).stdin(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the binary runs");
        let text = |bytes| String::from_utf8(bytes).expect("its output is UTF-8");
        Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// Size and root of its log, as printed.
    pub fn head(&self) -> Value {
        self.run(&["log", "head", "--json"]).ok().document()
    }

    /// The log as exported.
    pub fn export(&self) -> String {
        self.run(&["log", "export"]).ok().out
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder is listed") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => collect(&path, found),
            false => found.push(path),
        }
    }
}

impl Ran {
    /// Fails the test unless it ended well.
    #[track_caller]
    pub fn ok(self) -> Ran {
        self.ended(0)
    }

    /// Fails the test unless it ended with this exit code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// Its output as one JSON document.
    #[track_caller]
    pub fn document(&self) -> Value {
        document(&self.out)
    }

    /// Its output as one JSON document per line.
    #[track_caller]
    pub fn documents(&self) -> Vec<Value> {
        self.out.lines().map(document).collect()
    }

    /// The JSON object it ended with on standard error.
    #[track_caller]
    pub fn error(&self) -> Value {
        document(self.err.lines().last().unwrap_or_default())
    }
}

#[track_caller]
fn document(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
