//! How many units are moved: a whole number from 1 on. Nothing else can become an [`Amount`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::UNITS_MAX;

/// Characters of a wrong amount that are shown again.
const SHOWN_CHARS: usize = 40;

/// A whole number of units: 1 to 2^53 − 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Amount(i64);

/// A value that is no whole number of units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not a whole number of units from {least} to {UNITS_MAX}")]
pub struct AmountInvalid {
    /// What was given, cut to a readable length.
    pub given: String,
    /// The least it could be: 1, or 0 for what an account begins with, or below 0 for a floor.
    pub least: i64,
}

impl AmountInvalid {
    /// A value that should have been a number of units, `least` or more.
    pub(super) fn of(given: impl fmt::Display, least: i64) -> AmountInvalid {
        AmountInvalid { given: given.to_string().chars().take(SHOWN_CHARS).collect(), least }
    }
}

impl Amount {
    /// Checks and wraps a number of units.
    ///
    /// # Errors
    /// `E-amount` if it is below 1 or beyond 2^53 − 1.
    pub fn new(units: i64) -> Result<Amount, AmountInvalid> {
        match (1..=UNITS_MAX).contains(&units) {
            true => Ok(Amount(units)),
            false => Err(AmountInvalid::of(units, 1)),
        }
    }

    /// The number of units.
    pub fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Amount {
    type Error = AmountInvalid;

    fn try_from(units: i64) -> Result<Amount, AmountInvalid> {
        Amount::new(units)
    }
}

impl TryFrom<&Value> for Amount {
    type Error = AmountInvalid;

    fn try_from(value: &Value) -> Result<Amount, AmountInvalid> {
        value.as_i64().map_or_else(|| Err(AmountInvalid::of(value, 1)), Amount::new)
    }
}

impl FromStr for Amount {
    type Err = AmountInvalid;

    fn from_str(text: &str) -> Result<Amount, AmountInvalid> {
        text.parse().map_or_else(|_| Err(AmountInvalid::of(text, 1)), Amount::new)
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> i64 {
        amount.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
