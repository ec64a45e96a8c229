//! What a map makes of the rows of a sheet: requests to start cases, or what is wrong with a row. Pure; knows no file
//! format, and records nothing.

mod cell;
mod convert;
mod dates;
mod fault;
mod map;
mod row;

#[cfg(test)]
mod tests;

pub use cell::Cell;
pub use convert::Shape;
pub use dates::DayForms;
pub use fault::{CELL_CODES, CellFault, RowFault};
pub use map::{Column, Encoding, Filled, ImportMap, ImportSource, Take, When};
pub use row::{Row, Wanted};
