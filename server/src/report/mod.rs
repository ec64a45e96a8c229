//! Reports as people read them: the shipped ones by name, and a table in each format. Makes no report.

pub mod cell;
pub mod csv;
pub mod foot;
pub mod html;
pub mod listing;
pub mod look;
#[cfg(test)]
mod sample;
pub mod text;
pub mod xlsx;
