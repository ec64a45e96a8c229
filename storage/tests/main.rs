//! The backends of the log, from outside.

mod conformance;
