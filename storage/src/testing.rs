//! For those who write a backend, and for their tests: the conformance suite, sample commits, and a log that
//! fails on request.

pub mod conformance;
pub mod fault;
pub mod samples;
