//! A data folder of its own for each test, and the binary run on it.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The workflow that the tests run on.
pub const VISIT: &str = include_str!("../files/visit.yaml");

/// A temporary folder with a data folder `data` in it.
pub struct Folder(TempDir);

/// What a run of the binary left.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The binary in an environment that says nothing of languages or people.
pub fn dure() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dure"));
    for name in ["DURE_AS", "LC_ALL", "LANG", "RUST_LOG"] {
        command.env_remove(name);
    }
    command
}

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    /// With the workflow `visit` published; `clerk-1`, `check-1` (east) and `check-2` (west) added.
    pub fn with_visit() -> Folder {
        let folder = Folder::new();
        let file = folder.write("visit.yaml", VISIT);
        folder.run(&["workflow", "publish", &file]).ok();
        folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
        folder.run(&["person", "add", "check-1", "--role", "checker@east"]).ok();
        folder.run(&["person", "add", "check-2", "--role", "checker@west"]).ok();
        folder
    }

    /// With the case `v-1` started in the region east.
    pub fn with_case() -> Folder {
        let folder = Folder::with_visit();
        let form = folder.write("start.json", r#"{"region": "east", "note": "메모"}"#);
        let start = ["case", "start", "visit", "--id", "v-1", "--as", "clerk-1", "--form", &form];
        folder.run(&start).ok();
        folder
    }

    pub fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).expect("a file is written");
        path
    }

    /// The only segment of its log.
    pub fn segment(&self) -> PathBuf {
        self.data().join("log").join("00000000000000000000.jsonl")
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        run(self.command(arguments), input)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = dure();
        command.args(arguments).arg("--data").arg(self.data());
        command
    }

    /// Size and root of its log, as printed.
    pub fn head(&self) -> Value {
        self.run(&["log", "head", "--json"]).ok().document()
    }
}

/// Runs a command with this standard input.
pub fn run(mut command: Command, input: &str) -> Ran {
    let spawned =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.expect("the binary starts");
    let mut stdin = child.stdin.take().expect("its input");
    // A program that does not read its input closes it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("its output is UTF-8");
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

impl Ran {
    /// Fails the test unless it ended well.
    #[track_caller]
    pub fn ok(self) -> Ran {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self
    }

    /// Fails the test unless it ended with this exit code.
    #[track_caller]
    pub fn failed(self, code: i32) -> Ran {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// Its output as one JSON document.
    #[track_caller]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    /// Its output as one JSON document per line.
    #[track_caller]
    pub fn documents(&self) -> Vec<Value> {
        let read = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.out.lines().map(read).collect()
    }

    /// The JSON object it ended with on standard error.
    #[track_caller]
    pub fn error(&self) -> Value {
        let line = self.err.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", self.err))
    }
}
