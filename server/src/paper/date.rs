//! Dates as documents write them: in Korean as the rules for official documents have it, with points and spaces.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use dure_storage::Lang;

use crate::moment::seoul;

/// A day: `2017. 3. 10.`
pub fn day(day: NaiveDate, lang: Lang) -> String {
    match lang {
        Lang::Ko => format!("{}. {}. {}.", day.year(), day.month(), day.day()),
        Lang::En => day.format("%Y-%m-%d").to_string(),
    }
}

/// The day of a moment in Seoul.
pub fn day_of(at: DateTime<Utc>, lang: Lang) -> String {
    day(at.with_timezone(&seoul()).date_naive(), lang)
}

/// Day and time in Seoul: `2017. 3. 10. 10:00`.
pub fn minute(at: DateTime<Utc>, lang: Lang) -> String {
    let (day, time) = day_and_time(at, lang);
    format!("{day} {time}")
}

/// Day and time in Seoul, apart.
pub fn day_and_time(at: DateTime<Utc>, lang: Lang) -> (String, String) {
    let local = at.with_timezone(&seoul());
    (day(local.date_naive(), lang), format!("{:02}:{:02}", local.hour(), local.minute()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_korean_document_writes_dates_with_points_and_without_zeros() {
        let at: DateTime<Utc> = "2017-03-09T15:05:00Z".parse().expect("a time");
        assert_eq!(minute(at, Lang::Ko), "2017. 3. 10. 00:05");
        assert_eq!(minute(at, Lang::En), "2017-03-10 00:05");
        assert_eq!(day_of(at, Lang::Ko), "2017. 3. 10.");
    }
}
