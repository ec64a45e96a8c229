//! Finds the shipped scenarios, reports and hints by where they stand, so that a file is shipped by being there. The
//! definitions are listed by hand (`src/definitions.rs`), for their order means something.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folders of the workflows; `reports` has those over all of them.
const FOLDERS: &[&str] =
    &["directory", "learning_community_cycle", "plan_approval", "reports", "support_request"];

/// Name of the list, what it is, and whether a file belongs to it.
type List = (&'static str, &'static str, fn(&Path) -> bool);

const LISTS: &[List] = &[
    ("SCENARIOS", "The scenarios", |file| stands_in(file, "scenarios")),
    ("REPORTS", "The shipped reports", |file| stands_in(file, "reports")),
    ("HINTS", "Hints for simulating a workflow", |file| file.ends_with("simulation.yaml")),
];

fn stands_in(file: &Path, folder: &str) -> bool {
    file.parent().is_some_and(|parent| parent.ends_with(folder))
}

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut files = Vec::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={folder}");
        collect(&root, Path::new(folder), &mut files)?;
    }
    files.sort();
    let mut out = String::new();
    for (name, what, belongs) in LISTS {
        let _ = writeln!(out, "/// {what}: path in this crate, and text.");
        let _ = writeln!(out, "pub const {name}: &[(&str, &str)] = &[");
        for file in files.iter().filter(|file| belongs(file)) {
            let whole = root.join(file);
            let _ = writeln!(out, "    ({file:?}, include_str!({whole:?})),");
        }
        out.push_str("];\n");
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("shipped.rs"), out)?;
    Ok(())
}

/// The YAML files of a folder and the folders in it, as paths in this crate.
fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
