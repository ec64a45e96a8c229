//! What holds for every time of two centuries, in zones whose clocks change, under every rule.

use chrono::{Duration, Timelike};
use proptest::prelude::*;

use super::*;

const ZONES: [&str; 6] = [
    "Asia/Seoul",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
];
const UNITS: [&str; 7] = ["m", "h", "wh", "bd", "d", "w", "mo"];

fn calendars() -> impl Strategy<Value = Calendar> {
    let hours = prop_oneof![
        Just(json!([["09:00", "12:00"], ["13:00", "18:00"]])),
        Just(json!([["00:00", "04:00"], ["20:00", "24:00"]])),
        Just(json!([["01:30", "09:30"]])),
    ];
    let rules = prop_oneof![Just("plain"), Just("civil_petition")];
    let holidays = proptest::collection::btree_set(0_u64..73_000, 0..40);
    (0..ZONES.len(), hours, rules, holidays).prop_map(|(zone, hours, rule, holidays)| {
        let mut calendar = two_centuries(ZONES[zone], hours, rule);
        let reason = korea().holidays[&day("2017-10-02")].clone();
        let days = holidays.into_iter().map(|n| calendar.from + chrono::Days::new(n));
        calendar.holidays = days.map(|day| (day, reason.clone())).collect();
        calendar
    })
}

/// A time well inside the two centuries, to the second.
fn moments() -> impl Strategy<Value = DateTime<Utc>> {
    // Half of them in the days around a change of clocks in the north, to meet one often.
    let anywhere = -2_150_000_000_i64..3_850_000_000;
    let near = (0_i64..190, -200_000_i64..200_000)
        .prop_map(|(year, seconds)| -2_150_000_000 + year * 31_556_952 + 7_000_000 + seconds);
    prop_oneof![anywhere, near]
        .prop_map(|seconds| DateTime::from_timestamp(seconds, 0).expect("a time"))
}

fn spans() -> impl Strategy<Value = Span> {
    (1_u32..60, 0..UNITS.len()).prop_map(|(count, unit)| span(&format!("{count}{}", UNITS[unit])))
}

fn longer(one: Span, more: u32) -> Span {
    Span::new(one.count() + more, one.unit()).expect("a span")
}

fn in_working_hours(calendar: &Calendar, at: DateTime<Utc>) -> bool {
    let local = calendar.local(at).expect("a time");
    let seconds = local.num_seconds_from_midnight();
    // The end of a day is shown as the beginning of the next.
    let (date, seconds) = match seconds {
        0 => (local.date().pred_opt().expect("a day"), 86_400),
        seconds => (local.date(), seconds),
    };
    let inside = |(opens, closes): &(TimeOfDay, TimeOfDay)| {
        let minutes = |time: &TimeOfDay| time.minutes().expect("a time") * 60;
        minutes(opens) < seconds && seconds <= minutes(closes)
    };
    calendar.is_business_day(date).expect("covered") && calendar.hours.iter().any(inside)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_later_receipt_is_never_due_earlier(
        calendar in calendars(), from in moments(), later in 0_i64..400_000, span in spans(),
    ) {
        let due = calendar.after(from, span).expect("covered");
        prop_assert!(due >= from);
        let later = calendar.after(from + Duration::seconds(later), span).expect("covered");
        // Months end on the last day of a shorter one, where the time of day alone says which is earlier.
        let clipped = i64::from(span.unit() == SpanUnit::Months);
        prop_assert!(due <= later + Duration::days(clipped), "{due} {later}");
    }

    #[test]
    fn a_longer_span_is_never_due_earlier(
        calendar in calendars(), from in moments(), span in spans(), more in 1_u32..20,
    ) {
        let due = calendar.after(from, span).expect("covered");
        prop_assert!(due <= calendar.after(from, longer(span, more)).expect("covered"));
    }

    #[test]
    fn working_hours_end_inside_working_hours_and_add_up(
        calendar in calendars().prop_map(|c| Calendar { zone: "UTC".to_owned(), ..c }),
        from in moments(), one in 1_u32..60, two in 1_u32..60,
    ) {
        let hours = |count| Span::new(count, SpanUnit::WorkingHours).expect("a span");
        let first = calendar.after(from, hours(one)).expect("covered");
        prop_assert!(in_working_hours(&calendar, first), "{first}");
        prop_assert_eq!(calendar.after(first, hours(two)), calendar.after(from, hours(one + two)));
        prop_assert_eq!(calendar.worked_between(from, first), Ok(Duration::hours(one.into())));
    }

    #[test]
    fn working_hours_add_up_also_where_clocks_change(
        calendar in calendars(), from in moments(), one in 1_u32..60, two in 1_u32..60,
    ) {
        let hours = |count| Span::new(count, SpanUnit::WorkingHours).expect("a span");
        let first = calendar.after(from, hours(one)).expect("covered");
        prop_assert_eq!(calendar.after(first, hours(two)), calendar.after(from, hours(one + two)));
        prop_assert_eq!(calendar.worked_between(from, first), Ok(Duration::hours(one.into())));
    }

    #[test]
    fn business_days_add_up(
        // Work that closes at midnight, or on a day that was skipped, closes on the next day.
        calendar in calendars().prop_map(|c| Calendar { hours: korea().hours, ..c }),
        zone in 0_usize..3, from in moments(), one in 1_u32..60, two in 1_u32..60,
    ) {
        let calendar = Calendar { zone: ZONES[zone].to_owned(), ..calendar };
        let days = |count| Span::new(count, SpanUnit::BusinessDays).expect("a span");
        let first = calendar.after(from, days(one)).expect("covered");
        prop_assert_eq!(calendar.after(first, days(two)), calendar.after(from, days(one + two)));
    }

    #[test]
    fn a_clock_that_stood_still_for_no_time_leaves_the_due_where_it_was(
        calendar in calendars(), from in moments(), span in spans(), stop in -400_000_i64..4_000_000,
    ) {
        let due = calendar.after(from, span).expect("covered");
        let stopped = from + Duration::seconds(stop);
        prop_assert_eq!(resume(Some(&calendar), due, stopped, stopped, span), Ok(due));
        // The counted way, not the shortcut: a second in which no work closes and none is done changes nothing.
        let second = stopped + Duration::seconds(1);
        let resumed = resume(Some(&calendar), due, stopped, second, span).expect("covered");
        prop_assert!(resumed >= due, "{resumed} {due}");
        prop_assert!(resumed - due <= Duration::days(8), "{resumed} {due}");
    }

    #[test]
    fn what_is_left_when_the_clock_stops_is_left_when_it_goes_on(
        calendar in calendars(), from in moments(), hours in 1_u32..60,
        stop in 0_i64..200_000, still in 1_i64..2_000_000,
    ) {
        let span = Span::new(hours, SpanUnit::WorkingHours).expect("a span");
        let due = calendar.after(from, span).expect("covered");
        let stopped = from + Duration::seconds(stop);
        let went_on = stopped + Duration::seconds(still);
        let again = resume(Some(&calendar), due, stopped, went_on, span).expect("covered");
        let left = calendar.worked_between(stopped, due).expect("covered");
        prop_assert_eq!(calendar.worked_between(went_on, again), Ok(left));
        let late = calendar.worked_between(due, stopped).expect("covered");
        prop_assert_eq!(calendar.worked_between(again, went_on), Ok(late));
    }

    #[test]
    fn a_reminder_is_never_later_than_what_it_reminds_of(
        calendar in calendars(), from in moments(), span in spans(),
    ) {
        let remind = calendar.before(from, span).expect("covered");
        prop_assert!(remind <= from, "{remind} {from}");
    }

    #[test]
    fn every_day_has_a_first_moment_and_days_follow_each_other(
        calendar in calendars(), nth in 0_u64..73_000,
    ) {
        let day = calendar.from + chrono::Days::new(nth);
        let next = day.succ_opt().expect("a day");
        let (start, end) = (calendar.start_of_day(day).expect("start"), calendar.start_of_day(next).expect("start"));
        prop_assert!(start <= end && end - start <= Duration::hours(26));
        prop_assert!(calendar.local(start).expect("a time").date() >= day);
    }

    #[test]
    fn a_recurrence_gets_on_and_keeps_its_hour(calendar in calendars(), from in moments(), policy in 0_usize..4) {
        let policy = ["next", "previous", "skip", "keep"][policy];
        let recurrence = Recurrence::parse("FREQ=MONTHLY;BYDAY=1MO,2MO", "10:00", policy).expect("a rule");
        let next = recurrence.next_after(&calendar, from).expect("a time");
        prop_assert!(next > from && next - from < Duration::days(80));
        prop_assert_eq!(calendar.local(next).expect("a time").hour(), 10);
        let second = recurrence.next_after(&calendar, next).expect("a time");
        prop_assert!(second > next);
        let between = recurrence.next_after(&calendar, next - Duration::seconds(1));
        prop_assert_eq!(between, Ok(next));
    }

    #[test]
    fn no_text_makes_reading_fail_otherwise_than_by_a_fault(text in "\\PC{0,60}", rule in "(FREQ|BYDAY|BYMONTH|BYSETPOS|INTERVAL|WKST|BYWEEKNO|=|;|,|[A-Z]{2,7}|-?[0-9]{1,3}){0,14}") {
        let _ = Span::parse(&text);
        let _ = Recurrence::parse(&text, "10:00", "keep");
        let _ = Recurrence::parse(&rule, &text, "keep");
        let _ = Recurrence::parse(&rule, "10:00", "keep");
        let _ = moment(None, &text, Edge::End);
    }
}
