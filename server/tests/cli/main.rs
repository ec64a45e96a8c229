//! The binary `dure` as others meet it: one test binary that runs it in folders of its own.

mod accounts;
mod bad_input;
mod benches;
mod calendars;
mod commands;
mod damage;
mod demonstration;
mod effects;
mod flags;
mod folder;
mod formats;
mod imports;
mod living;
mod migrations;
mod people;
mod reports;
mod scenarios;
mod sheets;
mod simulations;
mod workflows;
