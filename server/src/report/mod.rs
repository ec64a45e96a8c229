//! Reports as people read them: the shipped ones by name, and a table in each format. Makes no report.

pub mod cell;
pub mod listing;
pub mod text;
