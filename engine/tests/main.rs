//! The engine as an embedder uses it, on the memory log.

mod harness;

mod accounts;
mod actions;
mod authority;
mod calls;
mod conformance;
mod documents;
mod expressions;
mod flow;
mod invariants;
mod numbers;
mod patterns;
mod properties;
mod publishing;
mod views;
