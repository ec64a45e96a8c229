//! The yardstick: what the disk gives when nothing but groups of bytes is written and flushed.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a baseline is measured: long enough that one slow flush does not decide it.
const MEASURED: Duration = Duration::from_secs(2);
/// Bytes a baseline writes at most, so that it never fills a disk.
const BYTES_MAX: u64 = 1 << 30;
/// Bytes filled with zeros at once.
const FILL_BYTES: usize = 1 << 20;

/// Which file a baseline writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawFile {
    /// One that grows with each group.
    Growing,
    /// One that was filled with zeros and flushed before.
    ZeroFilled,
}

/// Groups per second when groups of so many bytes are written and flushed one by one in this folder.
///
/// # Errors
/// What the disk says.
pub fn groups_per_second(folder: &Path, group_bytes: usize, kind: RawFile) -> io::Result<f64> {
    let path = folder.join("raw-baseline.bin");
    let file = File::options().create(true).truncate(true).write(true).open(&path)?;
    let filled = match kind {
        RawFile::Growing => BYTES_MAX,
        RawFile::ZeroFilled => fill(&file)?,
    };
    let measured = measure(&file, group_bytes, filled);
    fs::remove_file(&path)?;
    measured
}

/// Fills a file with zeros; gives its length.
fn fill(file: &File) -> io::Result<u64> {
    let zeros = vec![0; FILL_BYTES];
    let bytes = BYTES_MAX / 4;
    for offset in (0..bytes).step_by(FILL_BYTES) {
        file.write_all_at(&zeros, offset)?;
    }
    file.sync_all()?;
    Ok(bytes)
}

fn measure(file: &File, group_bytes: usize, room: u64) -> io::Result<f64> {
    let group = vec![b'x'; group_bytes.max(1)];
    let (mut offset, mut groups) = (0, 0_u32);
    let begin = Instant::now();
    while begin.elapsed() < MEASURED && offset + group.len() as u64 <= room {
        file.write_all_at(&group, offset)?;
        file.sync_data()?;
        offset += group.len() as u64;
        groups += 1;
    }
    Ok(f64::from(groups) / begin.elapsed().as_secs_f64())
}
