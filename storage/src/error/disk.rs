//! From what the operating system says to what a person can act on.

use std::io::{Error, ErrorKind};

use super::{FolderFault, StoreError};

/// The store error for a failed file operation; `path` is relative to the data folder.
pub(crate) fn disk_error(operation: &'static str, path: &str, error: &Error) -> StoreError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            StoreError::DiskFull { operation, path }
        }
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
            FolderFault::ReadOnly { path }.into()
        }
        _ => StoreError::Disk { operation, path, reason: error.to_string() },
    }
}
