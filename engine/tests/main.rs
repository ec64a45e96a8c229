//! The engine as an embedder uses it, on the memory log.

mod accounts;
mod actions;
mod authority;
mod calendars;
mod calls;
mod checker;
mod clock;
mod conformance;
mod documents;
mod ends;
mod expressions;
mod flow;
mod graphs;
mod harness;
mod invariants;
mod numbers;
mod patterns;
mod people;
mod privacy;
mod properties;
mod publishing;
mod recurring;
mod reserve;
mod roles;
mod silence;
mod views;
