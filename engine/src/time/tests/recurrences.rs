//! Recurrences: the Mondays of a committee with and without holidays, rules that are refused, rules that never match.

use dure_storage::Lang;

use super::*;

fn mondays(holiday: &str) -> Recurrence {
    Recurrence::parse("FREQ=MONTHLY;BYDAY=1MO,2MO", "10:00", holiday).expect("a recurrence")
}

/// The next times after one another.
fn times(recurrence: &Recurrence, after: &str, count: usize) -> Vec<String> {
    let (calendar, mut at, mut found) = (korea(), seoul(after), Vec::new());
    for _ in 0..count {
        at = recurrence.next_after(&calendar, at).expect("a next time");
        found.push(calendar.local(at).expect("a time").format("%m-%d %H:%M").to_string());
    }
    found
}

#[test]
fn the_first_and_second_monday_of_october_2017_follow_the_policy() {
    let table: [(&str, &[&str]); 5] = [
        ("keep", &["09-11 10:00", "10-02 10:00", "10-09 10:00", "11-06 10:00"]),
        ("skip", &["09-11 10:00", "11-06 10:00", "11-13 10:00"]),
        // Both move to the same day, on which there is one meeting.
        ("next", &["09-11 10:00", "10-10 10:00", "11-06 10:00"]),
        ("previous", &["09-11 10:00", "09-29 10:00", "11-06 10:00"]),
        // Of the first week nothing is left; the second has its Tuesday.
        ("same_week", &["09-11 10:00", "10-10 10:00", "11-06 10:00"]),
    ];
    for (policy, expect) in table {
        assert_eq!(times(&mondays(policy), "2017-09-04T10:00", expect.len()), expect, "{policy}");
    }
}

#[test]
fn a_day_that_moves_within_its_week_moves_back_where_nothing_is_left_after_it() {
    // 7 and 8 October 2017 are a weekend, 2 to 6 holidays; the Sunday of the week after has only the days before it.
    let sunday = Recurrence::parse("FREQ=MONTHLY;BYDAY=2SU,3SU", "10:00", "same_week");
    let sunday = sunday.expect("a recurrence");
    assert_eq!(times(&sunday, "2017-09-30T10:00", 2), ["10-13 10:00", "11-10 10:00"]);
    let skipped = Recurrence::parse("FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=4", "10:00", "same_week");
    let found = skipped.expect("a recurrence").next_after(&korea(), seoul("2017-09-30T10:00"));
    let day = |at| korea().local(at).expect("a time").date();
    assert_eq!(found.map(day), Ok(super::day("2018-10-04")));
}

#[test]
fn the_next_time_is_later_than_the_time_given_also_on_the_day() {
    assert_eq!(times(&mondays("keep"), "2017-03-06T09:59", 1), ["03-06 10:00"]);
    assert_eq!(times(&mondays("keep"), "2017-03-06T10:00", 1), ["03-13 10:00"]);
    // The first Monday of October moved to the 10th, and is looked for from the 5th on.
    assert_eq!(times(&mondays("next"), "2017-10-05T12:00", 1), ["10-10 10:00"]);
    assert_eq!(times(&mondays("next"), "2017-10-10T10:00", 1), ["11-06 10:00"]);
    assert_eq!(times(&mondays("previous"), "2017-09-29T10:00", 1), ["11-06 10:00"]);
}

#[test]
fn intervals_are_counted_from_the_same_day_whenever_one_asks() {
    let table = [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", 4),
        ("FREQ=DAILY;INTERVAL=3", 9),
        ("FREQ=MONTHLY;INTERVAL=5", 3),
        ("FREQ=YEARLY;INTERVAL=2", 1),
    ];
    for (rule, count) in table {
        let recurrence = Recurrence::parse(rule, "10:00", "keep").expect(rule);
        let found = times(&recurrence, "2017-01-01T00:00", count);
        for start in
            ["2017-01-02T00:00", "2017-01-03T00:00", "2016-12-20T00:00", "2017-01-01T09:00"]
        {
            let again = times(&recurrence, start, count + 8);
            let position = again.iter().position(|time| found.contains(time)).unwrap_or(usize::MAX);
            assert!(
                again.get(position..).is_some_and(|rest| !rest.is_empty()),
                "{rule} from {start}"
            );
        }
    }
    let fortnight = Recurrence::parse("FREQ=WEEKLY;INTERVAL=2", "10:00", "keep").expect("a rule");
    let from_here = times(&fortnight, "2017-01-04T00:00", 3);
    assert_eq!(from_here, times(&fortnight, "2017-01-09T00:00", 3));
}

#[test]
fn a_recurrence_is_refused_by_the_name_of_what_is_wrong() {
    let table = [
        ("FREQ=HOURLY", "10:00", "keep", "E-recurrence-frequency"),
        ("FREQ=MINUTELY;INTERVAL=15", "10:00", "keep", "E-recurrence-frequency"),
        ("FREQ=SECONDLY", "10:00", "keep", "E-recurrence-frequency"),
        ("FREQ=DAILY;BYHOUR=9", "10:00", "keep", "E-recurrence-part"),
        ("FREQ=DAILY;COUNT=3", "10:00", "keep", "E-recurrence-part"),
        ("FREQ=DAILY;UNTIL=20171231T000000Z", "10:00", "keep", "E-recurrence-part"),
        ("FREQ=YEARLY;BYEASTER=1", "10:00", "keep", "E-recurrence-part"),
        ("", "10:00", "keep", "E-recurrence-rule"),
        ("every Monday", "10:00", "keep", "E-recurrence-rule"),
        ("FREQ=FORTNIGHTLY", "10:00", "keep", "E-recurrence-rule"),
        ("FREQ=MONTHLY;BYDAY=1XX", "10:00", "keep", "E-recurrence-rule"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "10:00", "keep", "E-recurrence-rule"),
        ("FREQ=DAILY;INTERVAL=0", "10:00", "keep", "E-recurrence-never"),
        ("FREQ=DAILY;INTERVAL=99999999", "10:00", "keep", "E-recurrence-rule"),
        ("FREQ=DAILY", "24:00", "keep", "E-recurrence-time"),
        ("FREQ=DAILY", "10", "keep", "E-recurrence-time"),
        ("FREQ=DAILY", "10:00", "maybe", "E-recurrence-holiday"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "10:00", "keep", "E-recurrence-never"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31", "10:00", "keep", "E-recurrence-never"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", "10:00", "keep", "E-recurrence-never"),
    ];
    for (rule, at, holiday, code) in table {
        let fault = Recurrence::parse(rule, at, holiday).expect_err(rule);
        assert_eq!(fault.code().0, code, "{rule}: {fault}");
        assert_ne!(fault.explain(Lang::Ko), fault.explain(Lang::En), "{rule}");
    }
    let long = format!("FREQ=DAILY;BYMONTH={}", "1,".repeat(600));
    let fault = Recurrence::parse(&long, "10:00", "keep").expect_err("long");
    assert_eq!(fault.code().0, "E-recurrence-long");
}

#[test]
fn a_recurrence_that_only_meets_days_without_work_is_told_and_does_not_hang() {
    let sundays = Recurrence::parse("FREQ=WEEKLY;BYDAY=SU", "10:00", "skip").expect("a rule");
    let long = two_centuries("Asia/Seoul", json!([["09:00", "18:00"]]), "plain");
    let fault = sundays.next_after(&long, seoul("2017-01-01T00:00")).expect_err("skipped");
    assert_eq!(fault.code().0, "E-recurrence-skipped");
    let fault = sundays.next_after(&korea(), seoul("2017-01-01T00:00")).expect_err("a gap");
    assert_eq!(fault.code().0, "E-calendar-range");
}

#[test]
fn a_leap_day_on_a_monday_is_found_decades_ahead() {
    let rule = "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO";
    let recurrence = Recurrence::parse(rule, "10:00", "keep").expect("a rule");
    let long = two_centuries("Asia/Seoul", json!([["09:00", "18:00"]]), "plain");
    let next = recurrence.next_after(&long, seoul("2017-01-01T00:00")).expect("a day");
    assert_eq!(next, seoul("2044-02-29T10:00"));
}

#[test]
fn a_time_the_clocks_skip_is_the_first_after_it() {
    let rule = Recurrence::parse("FREQ=DAILY", "02:30", "keep").expect("a rule");
    let berlin = two_centuries("Europe/Berlin", json!([["09:00", "17:00"]]), "plain");
    let after = "2017-03-25T12:00:00Z".parse().expect("a time");
    let next = rule.next_after(&berlin, after).expect("a time");
    assert_eq!(berlin.local(next).expect("a time").to_string(), "2017-03-26 03:00:00");
}

#[test]
fn a_recurrence_reads_back_as_it_was_written() {
    let json = json!({"rule": "FREQ=MONTHLY;BYDAY=1MO,2MO", "at": "10:00", "holiday": "next"});
    let read: Recurrence = serde_json::from_value(json.clone()).expect("a recurrence");
    assert_eq!(read, mondays("next"));
    assert_eq!(serde_json::to_value(&read).expect("json"), json);
}
