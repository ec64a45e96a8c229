//! The data folder: where everything lies in it, its lock, its format file.

use std::fs::{self, File, TryLockError};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::error::{FolderFault, StoreError, disk_error};
use crate::limits::FORMAT_VERSION;

/// The folder of the truth; everything else in a data folder can be derived from it.
const LOG: &str = "log";
const INDEX: &str = "index";
const TORN: &str = "torn";

/// What the name of a file ends with that is not whole yet.
const UNFINISHED: &str = ".new";

/// Paths inside a data folder.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
}

/// The lock on a data folder; held as long as it lives.
#[derive(Debug)]
pub(super) struct FolderLock(File);

impl Drop for FolderLock {
    /// A child process that was forked and has not yet begun its own program holds a copy of the open file: closing ours
    /// would not free the folder until it has.
    fn drop(&mut self) {
        // A lock that cannot be given back goes with the process.
        let _ = self.0.unlock();
    }
}

impl Folder {
    pub(super) fn new(root: &Path) -> Folder {
        Folder { root: root.to_owned() }
    }

    /// Makes what is missing of the folder and locks it.
    ///
    /// # Errors
    /// `E-folder-locked` if another process has it, `E-folder-read-only` if it may not be written.
    pub(super) fn lock(&self) -> Result<FolderLock, StoreError> {
        for path in [self.log(), self.root.join(INDEX)] {
            fs::create_dir_all(&path).map_err(|error| self.failed("create", &path, &error))?;
        }
        let path = self.root.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| self.failed("open", &path, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(FolderLock(file)),
            Err(TryLockError::WouldBlock) => {
                Err(FolderFault::Locked { folder: self.root.display().to_string() }.into())
            }
            Err(TryLockError::Error(error)) => Err(self.failed("lock", &path, &error)),
        }
    }

    /// The version in the format file; none if there is no such file or it says nothing.
    pub(super) fn format(&self) -> Option<u32> {
        fs::read_to_string(self.root.join("format")).ok()?.trim().parse().ok()
    }

    /// Writes the format file, which only speaks where no segment does.
    pub(super) fn write_format(&self) -> Result<(), StoreError> {
        let path = self.root.join("format");
        fs::write(&path, format!("{FORMAT_VERSION}\n"))
            .map_err(|error| self.failed("write", &path, &error))
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join(LOG)
    }

    pub(super) fn segment(&self, first: u64) -> PathBuf {
        self.log().join(segment_name(first))
    }

    pub(super) fn sidecar(&self, first: u64) -> PathBuf {
        self.root.join(INDEX).join(format!("{first:020}.idx"))
    }

    pub(super) fn table(&self, covers: &Range<u64>) -> PathBuf {
        self.root.join(INDEX).join(format!("{:020}-{:020}.table", covers.start, covers.end))
    }

    /// The first positions of the segments, ascending. Other files are not ours.
    pub(super) fn segments(&self) -> Result<Vec<u64>, StoreError> {
        let path = self.log();
        let names = names(&path).map_err(|error| self.failed("list", &path, &error))?;
        let mut firsts: Vec<_> = names.iter().filter_map(|name| segment_first(name)).collect();
        firsts.sort_unstable();
        Ok(firsts)
    }

    /// The derived tables, by what they cover.
    pub(super) fn tables(&self) -> Vec<Range<u64>> {
        let names = names(&self.root.join(INDEX)).unwrap_or_default();
        names.iter().filter_map(|name| table_range(name)).collect()
    }

    /// Removes files that a crash left unfinished. One that stays does no harm: nothing reads it.
    pub(super) fn sweep(&self) {
        for folder in [self.log(), self.root.join(INDEX)] {
            let names = names(&folder).unwrap_or_default();
            for name in names.iter().filter(|name| name.ends_with(UNFINISHED)) {
                let _ = fs::remove_file(folder.join(name));
            }
        }
    }

    /// Removes a derived table. One that stays does no harm: it is not used, or made anew.
    pub(super) fn remove_table(&self, covers: &Range<u64>) {
        let _ = fs::remove_file(self.table(covers));
    }

    /// Removes all derived tables but these.
    pub(super) fn keep_tables(&self, kept: &[Range<u64>]) {
        let unused = self.tables().into_iter().filter(|covers| !kept.contains(covers));
        unused.for_each(|covers| self.remove_table(&covers));
    }

    /// Keeps bytes that recovery cuts off, for those who want to know.
    pub(super) fn keep_torn(
        &self,
        first: u64,
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let folder = self.root.join(TORN);
        let path = folder.join(format!("{first:020}-{offset}.bin"));
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&path, bytes))
            .map_err(|error| self.failed("write", &path, &error))
    }

    /// The error for a failed operation on a path in this folder.
    pub(super) fn failed(
        &self,
        operation: &'static str,
        path: &Path,
        error: &std::io::Error,
    ) -> StoreError {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        disk_error(operation, &relative.display().to_string(), error)
    }
}

fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// The name of a file until it is whole.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}

/// The file name of a segment.
pub(super) fn segment_name(first: u64) -> String {
    format!("{first:020}.jsonl")
}

fn segment_first(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".jsonl")?;
    (digits.len() == 20).then_some(())?;
    digits.parse().ok()
}

fn table_range(name: &str) -> Option<Range<u64>> {
    let (start, end) = name.strip_suffix(".table")?.split_once('-')?;
    Some(start.parse().ok()?..end.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_free_when_its_lock_is_dropped_though_a_copy_of_the_open_file_lives_on() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder::new(root.path());
        let lock = folder.lock().expect("it is free");
        let copy = lock.0.try_clone().expect("as a forked process has it");
        assert!(folder.lock().is_err(), "it is locked");
        drop(lock);
        assert!(folder.lock().is_ok(), "it is free again");
        drop(copy);
    }
}
