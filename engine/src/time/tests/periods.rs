//! What is due when, under each rule, and after a clock stood still.

use super::*;

fn check(calendar: &Calendar, table: &[(&str, &str, &str)]) {
    for (from, text, due) in table {
        assert_eq!(calendar.after(seoul(from), span(text)), Ok(seoul(due)), "{from} + {text}");
    }
}

#[test]
fn working_hours_leave_out_lunch_nights_weekends_and_holidays() {
    check(
        &korea(),
        &[
            ("2017-03-10T10:00", "2wh", "2017-03-10T12:00"),
            ("2017-03-10T10:00", "3wh", "2017-03-10T14:00"),
            ("2017-03-10T12:30", "1wh", "2017-03-10T14:00"),
            ("2017-03-10T17:00", "3wh", "2017-03-13T11:00"),
            ("2017-03-11T12:00", "1wh", "2017-03-13T10:00"),
            ("2017-03-10T05:00", "8wh", "2017-03-10T18:00"),
            ("2017-09-29T17:00", "2wh", "2017-10-10T10:00"),
        ],
    );
}

#[test]
fn business_days_are_counted_from_the_next_and_end_at_the_close_of_work() {
    check(
        &korea(),
        &[
            ("2017-03-10T10:00", "1bd", "2017-03-13T18:00"),
            ("2017-03-10T10:00", "5bd", "2017-03-17T18:00"),
            ("2017-03-11T10:00", "1bd", "2017-03-13T18:00"),
            ("2017-09-29T10:00", "1bd", "2017-10-10T18:00"),
        ],
    );
}

#[test]
fn plain_days_and_weeks_are_elapsed_time_and_months_keep_the_day() {
    check(
        &korea(),
        &[
            ("2017-03-10T10:00", "30m", "2017-03-10T10:30"),
            ("2017-03-10T10:00", "3h", "2017-03-10T13:00"),
            ("2017-03-10T10:00", "10d", "2017-03-20T10:00"),
            ("2017-03-10T10:00", "2w", "2017-03-24T10:00"),
            ("2017-01-31T10:00", "1mo", "2017-02-28T10:00"),
            ("2017-01-31T10:00", "2mo", "2017-03-31T10:00"),
            // Elapsed time needs no day of the calendar.
            ("2018-12-31T10:00", "10d", "2019-01-10T10:00"),
        ],
    );
}

#[test]
fn civil_petitions_of_five_days_or_less_run_in_working_hours_from_receipt() {
    check(
        &civil(),
        &[
            ("2017-03-10T10:00", "1d", "2017-03-13T10:00"),
            ("2017-03-10T10:00", "5d", "2017-03-17T10:00"),
            ("2017-03-11T23:00", "1d", "2017-03-13T18:00"),
            ("2017-09-29T15:00", "3d", "2017-10-12T15:00"),
        ],
    );
}

#[test]
fn civil_petitions_of_six_days_or_more_run_in_days_with_that_of_receipt() {
    check(
        &civil(),
        &[
            ("2017-03-10T10:00", "6d", "2017-03-17T18:00"),
            ("2017-03-13T10:00", "6d", "2017-03-20T18:00"),
            ("2017-03-11T10:00", "6d", "2017-03-20T18:00"),
            ("2017-09-29T10:00", "7d", "2017-10-17T18:00"),
            ("2017-03-13T10:00", "14d", "2017-03-30T18:00"),
        ],
    );
}

#[test]
fn civil_weeks_and_months_run_by_the_calendar_and_end_on_a_day_of_work() {
    check(
        &civil(),
        &[
            ("2017-03-15T10:00", "1w", "2017-03-21T18:00"),
            ("2017-03-13T10:00", "1w", "2017-03-20T18:00"),
            ("2017-03-10T10:00", "1mo", "2017-04-10T18:00"),
            ("2017-03-14T10:00", "1mo", "2017-04-13T18:00"),
            ("2017-09-03T10:00", "1mo", "2017-10-10T18:00"),
            ("2018-01-31T10:00", "1mo", "2018-02-28T18:00"),
            ("2018-01-29T10:00", "1mo", "2018-02-28T18:00"),
            ("2018-01-28T10:00", "1mo", "2018-02-27T18:00"),
        ],
    );
}

#[test]
fn a_reminder_is_counted_back_and_by_days_comes_when_work_opens() {
    let table = [
        (korea(), "2017-03-13T09:30", "1wh", "2017-03-10T17:30"),
        (korea(), "2017-03-13T18:00", "1bd", "2017-03-10T09:00"),
        (korea(), "2017-10-10T18:00", "1bd", "2017-09-29T09:00"),
        (korea(), "2017-03-13T18:00", "3d", "2017-03-10T18:00"),
        (korea(), "2017-03-31T18:00", "1mo", "2017-02-28T18:00"),
        (civil(), "2017-03-13T18:00", "1d", "2017-03-10T18:00"),
        (civil(), "2017-03-17T18:00", "6d", "2017-03-10T09:00"),
        (civil(), "2017-03-20T18:00", "1w", "2017-03-13T18:00"),
    ];
    for (calendar, from, text, at) in table {
        assert_eq!(calendar.before(seoul(from), span(text)), Ok(seoul(at)), "{from} - {text}");
    }
}

#[test]
fn without_a_calendar_time_goes_by_and_months_are_those_of_seoul() {
    let table = [
        ("2017-03-10T10:00", "3d", "2017-03-13T10:00"),
        ("2017-03-10T10:00", "2w", "2017-03-24T10:00"),
        ("2017-01-31T08:00", "1mo", "2017-02-28T08:00"),
    ];
    for (from, text, due) in table {
        assert_eq!(after(None, seoul(from), span(text)), Ok(seoul(due)), "{from} + {text}");
    }
    assert_eq!(before(None, seoul("2017-03-13T10:00"), span("3d")), Ok(seoul("2017-03-10T10:00")));
    for text in ["3wh", "1bd"] {
        let needed = Err(CalendarFault::Needed { span: span(text) });
        let now = seoul("2017-03-10T10:00");
        assert_eq!(after(None, now, span(text)), needed);
        assert_eq!(before(None, now, span(text)), needed);
        assert_eq!(resume(None, now, now, seoul("2017-03-11T10:00"), span(text)), needed);
    }
}

#[test]
fn a_due_outside_the_days_a_calendar_covers_names_the_gap() {
    let table = [
        (korea().after(seoul("2018-12-31T17:00"), span("3wh")), "2019-01-01"),
        (korea().after(seoul("2018-12-28T17:00"), span("2bd")), "2019-01-01"),
        (korea().after(seoul("2016-12-31T17:00"), span("1wh")), "2016-12-31"),
        (korea().before(seoul("2017-01-02T10:00"), span("3wh")), "2016-12-31"),
        (civil().after(seoul("2018-12-20T17:00"), span("1mo")), "2019-01-19"),
    ];
    for (result, missing) in table {
        let fault = result.expect_err(missing);
        assert_eq!(fault.code().0, "E-calendar-range");
        let said = fault.to_string();
        let words = format!("korea v1 knows the days from 2017-01-01 to 2018-12-31, not {missing}");
        assert!(said.contains(&words), "{said}");
    }
}

#[test]
fn a_time_that_cannot_be_written_is_refused() {
    let far = Err(CalendarFault::TooFar {});
    let now = seoul("2017-03-10T10:00");
    assert_eq!(after(None, now, span("100000mo")), far);
    assert_eq!(before(None, now, span("30000mo")), far);
    assert_eq!(korea().after(now, span("100000mo")), far);
    assert!(after(None, now, span("100000w")).is_ok());
    assert_eq!(after(None, DateTime::<Utc>::MAX_UTC, span("1m")), far);
    assert_eq!(korea().after(DateTime::<Utc>::MAX_UTC, span("1wh")), far);
    assert_eq!(korea().after(DateTime::<Utc>::MIN_UTC, span("1mo")), far);
}

#[test]
fn a_due_after_a_clock_that_stood_still_is_never_later_than_can_be_written() {
    let due = LAST_MOMENT - chrono::Duration::days(1);
    let [stopped, went_on] = ["2017-03-10T10:00", "2018-03-10T10:00"].map(seoul);
    assert_eq!(resume(None, due, stopped, went_on, span("1mo")), Ok(LAST_MOMENT));
    assert_eq!(resume(Some(&korea()), due, stopped, went_on, span("1mo")), Ok(LAST_MOMENT));
    assert_eq!(put_off(DateTime::<Utc>::MAX_UTC, chrono::Duration::MAX), LAST_MOMENT);
    assert_eq!(put_off(stopped, went_on - stopped), went_on);
}

#[test]
fn a_time_that_utc_cannot_write_is_no_moment() {
    for text in ["9999-12-31T23:59:59-01:00", "+12017-03-10", "+262142-12-31", "-0001-01-01"] {
        assert_eq!(moment(None, text, Edge::End), None, "{text}");
    }
    for text in ["0000-01-01T00:00:00+09:00", "+12017-03-10 10:00", "-0002-01-01 00:00"] {
        assert_eq!(written(None, text), None, "{text}");
    }
    assert_eq!(written(None, "2017-03-10 10:00"), Some(seoul("2017-03-10T10:00")));
    assert!(moment(None, "9999-12-31", Edge::End).is_some(), "Seoul is ahead of UTC");
    assert_eq!(moment(None, "9999-12-31T23:59:59Z", Edge::End), Some(LAST_MOMENT));
}

/// When was due; when the clock stopped and went on; the span; when is due then.
fn resumed(calendar: &Calendar, table: &[(&str, &str, &str, &str, &str)]) {
    for (due, stopped, went_on, text, expect) in table {
        let due = resume(Some(calendar), seoul(due), seoul(stopped), seoul(went_on), span(text));
        assert_eq!(due, Ok(seoul(expect)), "{text}, stopped {stopped} to {went_on}");
    }
}

#[test]
fn a_clock_that_stood_still_leaves_what_was_left_of_the_span() {
    resumed(
        &korea(),
        &[
            // Two working hours were left: one until the close of Monday, one on Tuesday morning.
            ("2017-03-10T14:00", "2017-03-10T11:00", "2017-03-13T17:00", "3wh", "2017-03-14T10:00"),
            // Nothing was left.
            ("2017-03-10T14:00", "2017-03-10T14:00", "2017-03-13T17:00", "3wh", "2017-03-13T17:00"),
            // The day it stopped and two more were left.
            ("2017-03-15T18:00", "2017-03-13T10:00", "2017-03-20T16:00", "5bd", "2017-03-22T18:00"),
            ("2017-03-15T18:00", "2017-03-13T10:00", "2017-03-18T16:00", "5bd", "2017-03-22T18:00"),
            ("2017-03-13T18:00", "2017-03-13T10:00", "2017-03-18T16:00", "5bd", "2017-03-20T18:00"),
            ("2017-03-20T10:00", "2017-03-13T10:00", "2017-03-15T10:00", "10d", "2017-03-22T10:00"),
            ("2017-04-10T10:00", "2017-03-13T10:00", "2017-03-15T10:00", "1mo", "2017-04-12T10:00"),
            // A due that was given as a time is shifted.
            ("2017-03-15T15:00", "2017-03-13T10:00", "2017-03-13T12:00", "5bd", "2017-03-15T17:00"),
        ],
    );
    resumed(
        &civil(),
        &[
            ("2017-03-13T10:00", "2017-03-10T17:00", "2017-03-14T17:00", "1d", "2017-03-15T10:00"),
            ("2017-03-17T18:00", "2017-03-17T10:00", "2017-03-22T17:00", "6d", "2017-03-22T18:00"),
            ("2017-04-10T18:00", "2017-03-13T10:00", "2017-03-15T10:00", "1mo", "2017-04-12T18:00"),
            ("2017-04-10T18:00", "2017-03-13T10:00", "2017-03-18T10:00", "1mo", "2017-04-17T18:00"),
        ],
    );
}

#[test]
fn what_was_overdue_stays_overdue_by_the_same() {
    resumed(
        &korea(),
        &[
            ("2017-03-10T14:00", "2017-03-10T16:00", "2017-03-13T10:00", "3wh", "2017-03-10T17:00"),
            ("2017-03-10T12:00", "2017-03-10T13:00", "2017-03-13T13:00", "3wh", "2017-03-13T12:00"),
            ("2017-03-10T18:00", "2017-03-13T10:00", "2017-03-15T10:00", "5bd", "2017-03-14T18:00"),
            ("2017-03-10T18:00", "2017-03-14T10:00", "2017-03-15T10:00", "5bd", "2017-03-13T18:00"),
        ],
    );
}

#[test]
fn a_due_follows_a_later_version_of_its_calendar_through_its_pauses() {
    let mut later = korea();
    later.version = 2;
    later.holidays.insert(day("2017-03-14"), korea().holidays[&day("2017-10-02")].clone());
    let basis = DueBasis::of(Some(&korea()), seoul("2017-03-10T10:00"), Counted::Span(span("2bd")));
    let basis = basis.paused(seoul("2017-03-10T11:00"), seoul("2017-03-13T11:00")).expect("room");
    assert_eq!(basis.due(Some(&korea())), Ok(seoul("2017-03-15T18:00")));
    assert_eq!(basis.due(Some(&later)), Ok(seoul("2017-03-16T18:00")));
    let anew = basis.anew(Some(&later));
    assert_eq!(anew.calendar.map(|used| used.version), Some(2));
    assert_eq!(anew.pauses, basis.pauses);
}

#[test]
fn days_and_hours_are_told() {
    let calendar = korea();
    for (text, works) in [("2017-03-10", true), ("2017-03-11", false), ("2017-10-03", false)] {
        assert_eq!(calendar.is_business_day(day(text)), Ok(works), "{text}");
    }
    assert!(calendar.is_business_day(day("2019-01-02")).is_err());
    assert_eq!(calendar.next_business_day(day("2017-09-29")), Ok(day("2017-10-10")));
    assert_eq!(calendar.start_of_day(day("2017-03-10")), Ok(seoul("2017-03-10T00:00")));
    let shown = calendar.local(seoul("2017-03-10T10:00")).expect("a time").to_string();
    assert_eq!(shown, "2017-03-10 10:00:00");
    let (friday, monday) = (seoul("2017-03-10T17:00"), seoul("2017-03-13T13:30"));
    assert_eq!(calendar.worked_between(friday, monday), Ok(chrono::Duration::minutes(270)));
    assert_eq!(calendar.worked_between(monday, friday), Ok(chrono::Duration::zero()));
}

#[test]
fn a_date_is_its_first_moment_or_the_first_after_it() {
    assert_eq!(moment(None, "2017-03-10", Edge::Start), Some(seoul("2017-03-10T00:00")));
    assert_eq!(moment(None, "2017-03-10", Edge::End), Some(seoul("2017-03-11T00:00")));
    let exact = moment(None, "2017-03-10T10:00:00+09:00", Edge::End);
    assert_eq!(exact, Some(seoul("2017-03-10T10:00")));
    assert_eq!(moment(None, "10 March", Edge::Start), None);
    let berlin = two_centuries("Europe/Berlin", json!([["09:00", "17:00"]]), "plain");
    let start = moment(Some(&berlin), "2017-03-26", Edge::Start).expect("a time").to_rfc3339();
    assert_eq!(start, "2017-03-25T23:00:00+00:00");
}
