//! Small arithmetic of tables: rows that are taken together, sums, means, shares, columns by value.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use serde_json::{Value as Json, json};

use super::raw::Time;

/// Rows by their key.
pub fn grouped<T>(rows: impl IntoIterator<Item = (Json, T)>) -> Vec<(Json, Vec<T>)> {
    let mut groups: BTreeMap<String, (Json, Vec<T>)> = BTreeMap::new();
    for (key, row) in rows {
        groups.entry(key.to_string()).or_insert_with(|| (key, Vec::new())).1.push(row);
    }
    groups.into_values().collect()
}

/// The fields of two records together.
pub fn with(one: Json, other: Json) -> Json {
    let fields = [one, other].into_iter().filter_map(|json| json.as_object().cloned());
    fields.flatten().collect()
}

/// Rows of groups, with a column of `name` for every value that any of their members has: the members with that
/// value, taken together.
pub fn parted<'a, T>(
    name: &str,
    groups: Vec<(Json, Vec<&'a T>)>,
    value: impl Fn(&T) -> String,
    whole: impl Fn(&[&'a T]) -> Json,
    cell: impl Fn(&[&'a T]) -> Json,
) -> Vec<Json> {
    let members = groups.iter().flat_map(|(_, members)| members);
    let values: BTreeSet<String> = members.map(|member| value(member)).collect();
    let row = |(key, members): (Json, Vec<&'a T>)| {
        let part = |of: &String| {
            let those: Vec<&T> =
                members.iter().copied().filter(|member| value(member) == *of).collect();
            let told = if those.is_empty() { Json::Null } else { cell(&those) };
            (format!("{name}:{of}"), told)
        };
        let parts: Json = values.iter().map(part).collect();
        with(with(key, whole(&members)), parts)
    };
    groups.into_iter().map(row).collect()
}

/// The sum of what are numbers; null if none is.
pub fn sum(values: impl IntoIterator<Item = Json>) -> Json {
    let numbers: Vec<i64> = values.into_iter().filter_map(|value| value.as_i64()).collect();
    json!((!numbers.is_empty()).then(|| numbers.iter().sum::<i64>()))
}

/// All different texts, in order.
pub fn distinct(texts: impl IntoIterator<Item = String>) -> Json {
    json!(texts.into_iter().collect::<BTreeSet<_>>())
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

/// How many days of work lie after the day of one moment, up to that of another.
pub fn business_days(calendar: &Json, from: Time, to: Time) -> i64 {
    let days = day(from).iter_days().skip(1).take_while(|next| *next <= day(to));
    let worked = |next: &NaiveDate| {
        let weekend = matches!(next.weekday(), Weekday::Sat | Weekday::Sun);
        !weekend && calendar["holidays"].get(next.to_string()).is_none()
    };
    days.filter(worked).count() as i64
}

fn day(at: Time) -> NaiveDate {
    (at + TimeDelta::hours(9)).date_naive()
}
