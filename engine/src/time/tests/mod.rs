//! Spans, calendars, rules and recurrences: by tables, and by properties over two centuries and the zones that are
//! hard.

mod forms;
mod periods;
mod properties;
mod recurrences;
mod zones;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::*;

/// Korea in the two years around the long holidays of October 2017.
fn korea_file(rule: &str) -> Value {
    let holiday = json!({"ko": "공휴일", "en": "Holiday"});
    let days = ["2017-10-02", "2017-10-03", "2017-10-04", "2017-10-05", "2017-10-06", "2017-10-09"];
    let holidays: serde_json::Map<_, _> =
        days.into_iter().map(|day| (day.to_owned(), holiday.clone())).collect();
    json!({
        "calendar": "korea", "version": 1, "zone": "Asia/Seoul", "rule": rule, "weekend": ["sat", "sun"],
        "hours": [["09:00", "12:00"], ["13:00", "18:00"]],
        "from": "2017-01-01", "to": "2018-12-31", "holidays": holidays,
    })
}

fn korea() -> Calendar {
    Calendar::read(korea_file("plain")).expect("a calendar")
}

fn civil() -> Calendar {
    Calendar::read(korea_file("civil_petition")).expect("a calendar")
}

/// A calendar without holidays for two centuries, in a zone. Checking it would walk through every day.
fn two_centuries(zone: &str, hours: Value, rule: &str) -> Calendar {
    serde_json::from_value(json!({
        "calendar": "long", "version": 1, "zone": zone, "rule": rule, "weekend": ["sun", "fri"],
        "hours": hours, "from": "1901-01-01", "to": "2100-12-31", "holidays": {},
    }))
    .expect("a calendar")
}

fn seoul(text: &str) -> DateTime<Utc> {
    format!("{text}:00+09:00").parse().expect("a time")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn span(text: &str) -> Span {
    Span::parse(text).expect("a span")
}
