//! Spans and calendars, by example and by comparison with counting minute by minute.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;

fn korea() -> Calendar {
    let holiday = |day: &str| serde_json::json!({ day: {"ko": "공휴일", "en": "Holiday"} });
    let mut holidays = serde_json::Map::new();
    for day in ["2017-10-02", "2017-10-03", "2017-10-04", "2017-10-05", "2017-10-06", "2017-10-09"]
    {
        holidays.extend(holiday(day).as_object().cloned().unwrap_or_default());
    }
    let calendar: Calendar = serde_json::from_value(serde_json::json!({
        "calendar": "korea", "version": 1, "weekend": ["sat", "sun"],
        "hours": [["09:00", "12:00"], ["13:00", "18:00"]],
        "from": "2017-01-01", "to": "2018-12-31", "holidays": holidays,
    }))
    .expect("a calendar");
    calendar.check().expect("it holds together");
    calendar
}

fn seoul(text: &str) -> DateTime<Utc> {
    format!("{text}:00+09:00").parse().expect("a time")
}

fn span(text: &str) -> Span {
    text.parse().expect("a span")
}

#[test]
fn a_span_reads_back_as_it_was_written() {
    for text in ["30m", "3h", "3wh", "5bd", "10d", "2w", "1mo"] {
        assert_eq!(span(text).to_string(), text);
    }
    for text in ["", "3", "d", "0d", "-1d", "3x", "100001d", "1.5h", "99999999999d"] {
        assert!(text.parse::<Span>().is_err(), "{text}");
    }
}

#[test]
fn working_hours_leave_out_lunch_nights_weekends_and_holidays() {
    let table = [
        ("2017-03-10T10:00", "3wh", "2017-03-10T14:00"),
        ("2017-03-10T17:00", "3wh", "2017-03-13T11:00"),
        ("2017-03-11T12:00", "1wh", "2017-03-13T10:00"),
        ("2017-09-29T17:00", "2wh", "2017-10-10T10:00"),
        ("2017-03-10T10:00", "5bd", "2017-03-17T18:00"),
        ("2017-09-29T10:00", "1bd", "2017-10-10T18:00"),
        ("2017-03-10T10:00", "10d", "2017-03-20T10:00"),
        ("2017-01-31T10:00", "1mo", "2017-02-28T10:00"),
    ];
    for (from, text, due) in table {
        assert_eq!(korea().after(seoul(from), span(text)), Ok(seoul(due)), "{from} + {text}");
    }
    assert_eq!(
        korea().before(seoul("2017-03-13T09:30"), span("1wh")),
        Ok(seoul("2017-03-10T17:30"))
    );
}

#[test]
fn a_clock_that_stood_still_leaves_the_working_time_that_was_left() {
    let (due, stopped) = (seoul("2017-03-10T14:00"), seoul("2017-03-10T11:00"));
    let resumed = seoul("2017-03-13T17:00");
    // Two working hours were left: one until the close of Monday, one on Tuesday morning.
    assert_eq!(resume(Some(&korea()), due, stopped, resumed), Ok(seoul("2017-03-14T10:00")));
    assert_eq!(resume(None, due, stopped, resumed), Ok(due + (resumed - stopped)));
}

#[test]
fn what_a_calendar_does_not_know_is_told() {
    let code =
        |result: Result<DateTime<Utc>, CalendarFault>| result.err().map(|fault| fault.code().0);
    assert_eq!(
        code(after(None, seoul("2017-03-10T10:00"), span("3wh"))),
        Some("E-calendar-needed")
    );
    assert_eq!(
        code(korea().after(seoul("2018-12-31T17:00"), span("3wh"))),
        Some("E-calendar-range")
    );
    let mut broken = korea();
    broken.hours.reverse();
    assert_eq!(broken.check().err().map(|fault| fault.code().0), Some("E-calendar-invalid"));
    let mut idle = korea();
    idle.weekend =
        serde_json::from_str(r#"["mon","tue","wed","thu","fri","sat","sun"]"#).expect("days");
    assert!(idle.check().is_err());
}

#[test]
fn a_date_is_its_first_moment_or_the_first_after_it() {
    assert_eq!(moment(None, "2017-03-10", Edge::Start), Some(seoul("2017-03-10T00:00")));
    assert_eq!(moment(None, "2017-03-10", Edge::End), Some(seoul("2017-03-11T00:00")));
    assert_eq!(
        moment(None, "2017-03-10T10:00:00+09:00", Edge::End),
        Some(seoul("2017-03-10T10:00"))
    );
    assert_eq!(moment(None, "10 March", Edge::Start), None);
}

proptest! {
    #[test]
    fn work_added_in_two_parts_is_work_added_at_once(start in 0_i64..500_000, one in 1_u32..60, two in 1_u32..60) {
        let (calendar, from) = (korea(), seoul("2017-01-02T00:00") + TimeDelta::minutes(start / 2));
        let hours = |count| Span { unit: SpanUnit::WorkingHours, count };
        let first = calendar.after(from, hours(one)).expect("in range");
        prop_assert_eq!(calendar.after(first, hours(two)), calendar.after(from, hours(one + two)));
        prop_assert_eq!(calendar.worked_between(from, first), Ok(TimeDelta::hours(i64::from(one))));
        prop_assert_eq!(calendar.before(first, hours(one)).map(|back| back >= from), Ok(true));
    }

    #[test]
    fn no_zone_and_no_day_goes_backwards(minutes in 0_i64..105_000_000, count in 1_u32..40, zone in 0_usize..3) {
        let zone = [chrono_tz::Europe::Berlin, chrono_tz::America::New_York, chrono_tz::Pacific::Apia][zone];
        let from: DateTime<Utc> = "1900-01-01T00:00:00Z".parse().expect("a time");
        let from = from + TimeDelta::minutes(minutes);
        for unit in [SpanUnit::Minutes, SpanUnit::Days, SpanUnit::Months] {
            let after = calendar::elapsed(ZoneName(zone), from, Span { unit, count }, 1).expect("in range");
            prop_assert!(after > from);
        }
    }
}
