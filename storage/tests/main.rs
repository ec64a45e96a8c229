//! The backends of the log, from outside.

mod conformance;
mod crash;
mod damage;
mod fault;
mod sample;
