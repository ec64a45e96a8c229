//! Clocks that skip an hour, repeat one, or skip a whole day.

use super::*;

fn utc(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().expect("a time")
}

#[test]
fn work_in_the_night_the_clocks_change_lasts_as_long_as_it_lasts() {
    let berlin = two_centuries("Europe/Berlin", json!([["00:00", "24:00"]]), "plain");
    let night = |day: &str| {
        let day: NaiveDate = day.parse().expect("a day");
        let next = day.succ_opt().expect("a day");
        let (from, to) =
            (berlin.start_of_day(day).expect("start"), berlin.start_of_day(next).expect("start"));
        berlin.worked_between(from, to).expect("covered").num_hours()
    };
    // Sundays are days of rest in this calendar, so the days before and after are looked at.
    assert_eq!([night("2017-03-25"), night("2017-03-27"), night("2017-10-28")], [24, 24, 24]);
    let mut sundays = berlin.clone();
    sundays.weekend = vec![Weekday::Mon];
    let worked = |from: &str, to: &str| {
        sundays.worked_between(utc(from), utc(to)).expect("covered").num_hours()
    };
    assert_eq!(worked("2017-03-25T23:00", "2017-03-26T22:00"), 23);
    assert_eq!(worked("2017-10-28T22:00", "2017-10-29T23:00"), 25);
}

#[test]
fn a_day_that_never_was_is_no_time_at_all() {
    let mut apia = two_centuries("Pacific/Apia", json!([["09:00", "17:00"]]), "plain");
    apia.weekend.clear();
    // Friday 2011-12-30 was skipped: ten in the morning of Thursday plus eight working hours is Saturday, ten.
    let thursday = utc("2011-12-29T20:00");
    assert_eq!(apia.local(thursday).expect("a time").to_string(), "2011-12-29 10:00:00");
    let due = apia.after(thursday, span("8wh")).expect("covered");
    assert_eq!(apia.local(due).expect("a time").to_string(), "2011-12-31 10:00:00");
    let friday = apia.start_of_day(day("2011-12-30"));
    assert_eq!(friday, apia.start_of_day(day("2011-12-31")));
}

#[test]
fn midnight_that_the_clocks_skip_is_the_first_moment_after() {
    let zone: chrono_tz::Tz = "America/Sao_Paulo".parse().expect("a zone");
    let start = zone::start_of(zone, day("2017-10-15")).expect("a moment");
    assert_eq!(zone::local(zone, start).expect("a time").to_string(), "2017-10-15 01:00:00");
}

#[test]
fn a_month_from_an_hour_that_is_repeated_never_goes_backwards() {
    let zone = chrono_tz::Europe::Berlin;
    // 02:45 for the first time, 02:15 for the second.
    let (first, second) = (utc("2017-10-29T00:45"), utc("2017-10-29T01:15"));
    let later = |at| zone::add_months(zone, at, 1).expect("a time");
    assert_eq!(later(first), utc("2017-11-29T01:45"));
    assert_eq!(later(second), utc("2017-11-29T02:00"));
}
