//! The identifiers of the model, each a type of its own and checked once, at the boundary.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::limits::{ACCOUNT_KEY_BYTES_MAX, IDENTIFIER_CHARS_MAX};
use dure_storage::Lang;

/// A text that was meant to be an identifier and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {wanted}")]
pub struct NotAnIdentifier {
    /// What was given, cut to a readable length.
    pub text: String,
    /// What it should have been.
    pub wanted: &'static str,
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && text.len() <= IDENTIFIER_CHARS_MAX
}

fn is_reference(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_alphanumeric)
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-'))
        && text.chars().count() <= IDENTIFIER_CHARS_MAX
}

fn is_account_key(text: &str) -> bool {
    is_reference(text) && text.len() <= ACCOUNT_KEY_BYTES_MAX
}

macro_rules! identifier {
    ($(#[$doc:meta])* $type:ident, $check:ident, $wanted:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $type(Arc<str>);

        impl $type {
            /// Checks and wraps a text.
            ///
            /// # Errors
            /// If it does not have the form the type asks for.
            pub fn new(text: impl AsRef<str>) -> Result<Self, NotAnIdentifier> {
                let text = text.as_ref();
                if $check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(NotAnIdentifier { text: text.chars().take(80).collect(), wanted: $wanted })
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $type {
            type Error = NotAnIdentifier;

            fn try_from(text: String) -> Result<Self, NotAnIdentifier> {
                Self::new(text)
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// A name in a workflow file: a workflow, step, outcome, role, field, branch, end or action.
    Name,
    is_name,
    "a name (a lower-case Latin letter, then up to 63 lower-case letters, digits or `_`)"
);
identifier!(
    /// The number or name of a case, such as `SR-2017-0001`.
    CaseId,
    is_reference,
    "a case number (a letter or digit, then up to 63 letters, digits, `.`, `_` or `-`)"
);
identifier!(
    /// A person, by a pseudonymous id such as `hub-07`; never a real name.
    PersonId,
    is_reference,
    "a person id (a letter or digit, then up to 63 letters, digits, `.`, `_` or `-`)"
);

identifier!(
    /// Which of several accounts of one name: a region, a year, a title, such as `region3`.
    AccountKey,
    is_account_key,
    "a key of an account (a letter or digit, then up to 63 letters, digits, `.`, `_` or `-`; at most 120 bytes)"
);

/// One version of one workflow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WorkflowRef {
    /// The workflow.
    pub name: Name,
    /// Its version, from 1.
    pub version: u32,
}

impl fmt::Display for WorkflowRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.name, self.version)
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Korean.
    pub ko: Arc<str>,
    /// English.
    pub en: Arc<str>,
}

impl Text {
    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ko => &self.ko,
            Lang::En => &self.en,
        }
    }
}
