//! Small arithmetic of tables: rows that are taken together, means, cells.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// Rows by their key, in the order of the keys.
pub fn grouped<T>(rows: impl IntoIterator<Item = (Json, T)>) -> Vec<(Json, Vec<T>)> {
    let mut groups: BTreeMap<String, (Json, Vec<T>)> = BTreeMap::new();
    for (key, row) in rows {
        groups.entry(key.to_string()).or_insert_with(|| (key, Vec::new())).1.push(row);
    }
    groups.into_values().collect()
}

/// A quotient with one decimal; null, if there is nothing to divide by.
pub fn tenths(sum: i64, of: i64) -> Json {
    match of {
        0 => Json::Null,
        of => json!((sum as f64 * 10.0 / of as f64).round() / 10.0),
    }
}

/// The mean of numbers with one decimal.
pub fn mean(numbers: &[i64]) -> Json {
    tenths(numbers.iter().sum(), numbers.len() as i64)
}

/// How many in a hundred.
pub fn share(yes: usize, of: usize) -> Json {
    tenths(yes as i64 * 100, of as i64)
}
