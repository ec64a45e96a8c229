//! What the writer asks of the disk, behind a trait so that tests can make it fail.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// File operations whose failure decides over durability.
pub(super) trait Disk: Send + Sync {
    /// Writes all bytes at an offset.
    fn write_all_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Flushes what is needed to read the bytes back.
    fn sync_data(&self, file: &File) -> io::Result<()>;
    /// Cuts or grows a file and flushes it whole.
    fn set_len(&self, file: &File, bytes: u64) -> io::Result<()>;
    /// Gives a flushed file its name, and flushes the folder that holds it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
}

/// The disk of the operating system.
pub(super) struct RealDisk;

impl Disk for RealDisk {
    fn write_all_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        file.write_all_at(bytes, offset)
    }

    fn sync_data(&self, file: &File) -> io::Result<()> {
        file.sync_data()
    }

    fn set_len(&self, file: &File, bytes: u64) -> io::Result<()> {
        file.set_len(bytes)?;
        file.sync_all()
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)?;
        to.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }
}
