//! How every error of Dure speaks: a stable code, a class that faces map to exit codes and HTTP statuses,
//! and a sentence in Korean or English. Holds no sentence itself: each error type keeps its own.

use std::fmt;

/// The language a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// Korean.
    Ko,
    /// English.
    #[default]
    En,
}

/// What kind of "no" an error is; faces turn it into an exit code or an HTTP status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A rule says no: the caller may not, or not now.
    Refused,
    /// What was sent is malformed or names something that cannot be.
    Input,
    /// What was named does not exist.
    NotFound,
    /// Somebody else was first.
    Conflict,
    /// The world failed: disk, lock, damage.
    Store,
}

/// A stable error code such as `E-version-conflict`; never reused for another meaning (I16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One row of the error reference: `docs/errors.md` is written from these.
#[derive(Debug, Clone, Copy)]
pub struct CodeEntry {
    /// The code.
    pub code: Code,
    /// Its class.
    pub class: Class,
    /// What happened, one English sentence.
    pub cause: &'static str,
    /// What the reader can do about it, one English sentence.
    pub fix: &'static str,
}

/// An error that can explain itself to a person.
pub trait Explain: std::error::Error {
    /// The stable code.
    fn code(&self) -> Code;
    /// What was wrong, where, and what would be right.
    fn explain(&self, lang: Lang) -> String;
}
