//! The backends of the log, from outside.

mod codes;
mod conformance;
mod crash;
mod damage;
mod fault;
mod sample;
