//! The shipped reports: data files beside the workflows they are about.

use crate::definitions::files;

/// Path in this crate, and text. A report is called as its file is.
pub const REPORTS: &[(&str, &str)] = files!["support_request/reports/queue_by_hub.yaml",];
