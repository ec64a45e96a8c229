//! Reports: tables that a data file describes, made of the cases, accounts and people of a log as of any moment.
//! `definition` is a report, `chronicle` and `subject` what its expressions look at (`facts` says of which type),
//! `rows`, `sheet` and `gather` make the table. Reads no file and no log, and formats nothing.

pub mod chronicle;
pub mod definition;
pub mod facts;
mod gather;
mod measure;
mod rows;
mod sheet;
pub mod subject;
pub mod table;
mod words;

pub use definition::{Audience, Report, Show, Subject};
pub use gather::Material;
pub use table::{Cell, FootLine, Heading, Notice, Table};
pub(crate) use words::options;
