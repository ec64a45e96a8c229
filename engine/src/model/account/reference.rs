//! What an account is called and what is counted in it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::names::{Name, NotAnIdentifier};

pub use crate::model::names::AccountKey;

/// An account: `budget`, or one of several of that name, `budget/region3`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountRef {
    /// What a workflow file calls it.
    pub name: Name,
    /// Which of them: a region, a year, a title.
    pub key: Option<AccountKey>,
}

impl AccountRef {
    /// Checks and joins name and key.
    ///
    /// # Errors
    /// If either is not what it should be.
    pub fn new(name: &str, key: Option<&str>) -> Result<AccountRef, NotAnIdentifier> {
        let key = key.map(AccountKey::new).transpose()?;
        Ok(AccountRef { name: Name::new(name)?, key })
    }
}

impl FromStr for AccountRef {
    type Err = NotAnIdentifier;

    fn from_str(text: &str) -> Result<AccountRef, NotAnIdentifier> {
        match text.split_once('/') {
            Some((name, key)) => AccountRef::new(name, Some(key)),
            None => AccountRef::new(text, None),
        }
    }
}

impl TryFrom<String> for AccountRef {
    type Error = NotAnIdentifier;

    fn try_from(text: String) -> Result<AccountRef, NotAnIdentifier> {
        text.parse()
    }
}

impl From<AccountRef> for String {
    fn from(account: AccountRef) -> String {
        account.to_string()
    }
}

impl fmt::Display for AccountRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "{}/{key}", self.name),
            None => self.name.fmt(f),
        }
    }
}

/// What is counted: `krw`, `copy`, `seat`. Units of different names are never mixed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Unit(pub Name);

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
