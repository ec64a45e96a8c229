//! Where a scenario finds what it names. The engine reads no disk: whoever plays a scenario brings the files.

/// A file that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is called in messages.
    pub file: String,
    /// Its content.
    pub text: String,
}

/// Where a scenario finds what it names.
pub trait Sources {
    /// A file, by the path that stands in the scenario `from`.
    ///
    /// # Errors
    /// Why it cannot be read, as a fragment of a sentence.
    fn file(&self, from: &str, path: &str) -> Result<Found, String>;

    /// A workflow that is called by its name alone.
    fn workflow(&self, name: &str) -> Option<Found>;
}
