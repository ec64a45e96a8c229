//! Why a span, a calendar or a recurrence is refused: one row for each, with code, cause, fix and the sentence in
//! both languages.

use chrono::NaiveDate;
use dure_storage::CodeEntry;

use super::span::Span;
use crate::model::names::Name;
use crate::tables::faults;

faults! {
    /// Why a text is no span.
    SpanFault, SPAN_CODES;
    /// It has another form.
    Form { text: String } =>
        "E-span", Input, "a span of time is not written as a number and a unit", "write `30m`, `3h`, `3wh`, `5bd`, `10d`, `2w` or `1mo`",
        "`{text}` is not a duration such as `30m`, `3h`, `3wh`, `5bd`, `10d`, `2w` or `1mo`",
        "`{text}` 값은 `30m`, `3h`, `3wh`, `5bd`, `10d`, `2w`, `1mo` 같은 기간이 아닙니다";
    /// It counts nothing, or too much.
    Count { text: String, max: u32 } =>
        "E-span-count", Input, "a span of time counts no unit, or more than allowed", "write a whole number of units from 1 to 100000",
        "`{text}`: a duration has from 1 to {max} units", "`{text}`: 기간은 1부터 {max}까지의 수로 적어야 합니다";
}

faults! {
    /// Why a calendar cannot be used, or cannot say when.
    CalendarFault, CALENDAR_CODES;
    /// A span is counted by a calendar and there is none.
    Needed { span: Span } =>
        "E-calendar-needed", Refused, "a span in working hours or business days needs a calendar, and the workflow names none", "name one with `calendar:` in the workflow",
        "`{span}` is counted by a business calendar, and there is none", "`{span}` 기간을 세려면 근무일 달력이 있어야 합니다";
    /// A day lies outside what the calendar knows.
    OutOfRange { day: String, calendar: Name, version: u32, from: NaiveDate, to: NaiveDate } =>
        "E-calendar-range", Refused, "a day lies outside the days the calendar knows", "publish a version of the calendar that reaches so far",
        "the calendar {calendar} v{version} knows the days from {from} to {to}, not {day}",
        "{calendar} 달력 {version} 버전은 {from}부터 {to}까지만 정하고 있어 {day} 날짜를 셀 수 없습니다";
    /// A time so far away that no calendar can reach it.
    TooFar {} =>
        "E-calendar-far", Refused, "a time lies so far away that it cannot be written", "correct the time or the span",
        "the time lies further away than can be written", "표현할 수 없을 만큼 먼 시각입니다";
    /// It does not have the form of a calendar.
    Form { reason: String } =>
        "E-calendar-form", Input, "a file does not have the form of a calendar", "write the keys of a calendar as `workflows/calendars/korea.yaml` does",
        "this is not a calendar: {reason}", "달력의 형식이 아닙니다: {reason}";
    /// Versions begin at 1.
    Version {} =>
        "E-calendar-version", Input, "the version of a calendar is 0", "number versions from 1",
        "a version is 1 or more", "버전은 1 이상이어야 합니다";
    /// Nobody knows the zone.
    Zone { zone: String } =>
        "E-calendar-zone", Input, "a calendar names a time zone that the IANA data base does not have", "use a name such as `Asia/Seoul`",
        "`{zone}` is no time zone such as `Asia/Seoul`", "`{zone}` 시간대는 없습니다. `Asia/Seoul`처럼 적어야 합니다";
    /// No day of the week is left.
    Week {} =>
        "E-calendar-week", Input, "a calendar leaves no day of the week for work", "take a day out of `weekend`",
        "no day of the week is left for work", "일하는 요일이 없습니다";
    /// A day of the week stands twice.
    WeekdayTwice { day: String } =>
        "E-calendar-weekday-twice", Input, "a day of the week stands twice in a weekend", "take one of the two out",
        "`{day}` stands twice in `weekend`", "`weekend`에 `{day}` 요일이 두 번 있습니다";
    /// No hours.
    HoursMissing {} =>
        "E-calendar-hours-missing", Input, "a calendar has no working hours", "write `hours: [[\"09:00\", \"18:00\"]]`, for one",
        "there are no working hours", "근무 시간이 없습니다";
    /// Not a time of day.
    HourForm { text: String } =>
        "E-calendar-hour", Input, "a working hour is no time of day", "write hours and minutes, `00:00` to `24:00`",
        "`{text}` is no time of day such as `09:00`", "`{text}` 값은 `09:00` 같은 시각이 아닙니다";
    /// An end before its beginning.
    HoursReversed { opens: String, closes: String } =>
        "E-calendar-hours-reversed", Input, "working hours end before they begin", "write the earlier time first",
        "the working hours from {opens} to {closes} end before they begin", "{opens}부터 {closes}까지의 근무 시간은 끝이 시작보다 빠릅니다";
    /// Two stretches share time or stand in the wrong order.
    HoursOverlap { closes: String, opens: String } =>
        "E-calendar-hours-overlap", Input, "working hours overlap or stand in the wrong order", "write them in order, each after the one before",
        "working hours that end at {closes} are followed by some that begin at {opens}", "{closes}에 끝나는 근무 시간 다음에 {opens}에 시작하는 근무 시간이 있습니다";
    /// A civil-petition day has eight hours.
    CivilHours { minutes: u32 } =>
        "E-calendar-civil-hours", Input, "the civil-petition rule counts a day as eight working hours, and the calendar has more or fewer", "let `hours` add up to eight hours, or use the rule `plain`",
        "the rule civil_petition counts eight working hours a day, and there are {minutes} minutes", "civil_petition 규칙은 하루를 8근무시간으로 세는데 근무 시간이 {minutes}분입니다";
    /// The days it covers do not hold together.
    DaysReversed { from: NaiveDate, to: NaiveDate } =>
        "E-calendar-days", Input, "the first day of a calendar lies after its last", "write the earlier day in `from`",
        "`from` {from} lies after `to` {to}", "`from` {from} 날짜가 `to` {to} 날짜보다 늦습니다";
    /// It covers more than it may.
    TooManyYears { years: i32, max: i32 } =>
        "E-calendar-years", Input, "a calendar covers more years than allowed", "cover fewer years",
        "{years} years are covered, at most {max} are allowed", "{years}년을 정하고 있습니다. {max}년까지 할 수 있습니다";
    /// A holiday nobody would ever look at.
    HolidayOutside { day: NaiveDate } =>
        "E-calendar-holiday-outside", Input, "a holiday lies outside the days the calendar covers", "widen `from` and `to`, or take the holiday out",
        "the holiday {day} lies outside `from` and `to`", "공휴일 {day} 날짜가 `from`과 `to` 밖에 있습니다";
    /// A table of holidays for years it cannot speak of.
    Table { from: i32, to: i32 } =>
        "E-calendar-table", Input, "a table of holidays is for years outside the calendar, or for years that another table is for", "let `tables` cover years of the calendar, each once",
        "the table for {from} to {to} is for years outside the calendar, or of another table", "{from}년부터 {to}년까지의 표가 달력 밖의 해이거나 다른 표와 겹칩니다";
    /// No day of work for so long that nothing could be counted.
    Idle { from: NaiveDate, days: u32 } =>
        "E-calendar-idle", Input, "a calendar has no business day for longer than allowed", "correct the holidays",
        "there is no business day in the {days} days from {from}", "{from}부터 {days}일 동안 근무일이 없습니다";
}

faults! {
    /// Why a recurrence is refused, or has no next time.
    RecurrenceFault, RECURRENCE_CODES, passed on Calendar(CalendarFault);
    /// Not a rule.
    Rule { rule: String, reason: String } =>
        "E-recurrence-rule", Input, "a recurrence is not a rule of RFC 5545, or its parts contradict each other", "write `FREQ=MONTHLY;BYDAY=1MO,2MO`, for one",
        "`{rule}` is no recurrence rule: {reason}", "`{rule}` 값은 반복 규칙이 아닙니다: {reason}";
    /// Too long.
    TooLong { bytes: usize, max: usize } =>
        "E-recurrence-long", Input, "a recurrence rule is longer than allowed", "shorten it",
        "the rule has {bytes} bytes, at most {max} are allowed", "규칙이 {bytes}바이트입니다. {max}바이트까지 쓸 수 있습니다";
    /// More often than daily.
    Frequency { frequency: String } =>
        "E-recurrence-frequency", Input, "a recurrence happens more often than once a day", "use DAILY, WEEKLY, MONTHLY or YEARLY",
        "`FREQ={frequency}` is refused: a recurrence is daily, weekly, monthly or yearly", "`FREQ={frequency}` 규칙은 쓸 수 없습니다. DAILY, WEEKLY, MONTHLY, YEARLY 가운데 하나여야 합니다";
    /// A part that says what is said elsewhere.
    Part { part: String } =>
        "E-recurrence-part", Input, "a recurrence rule has a part that is not used here", "take it out: the time of day stands in `at`, and the workflow decides how often",
        "`{part}` has no place here: the time of day stands in `at`, and the workflow decides when it ends", "`{part}` 부분은 쓸 수 없습니다. 시각은 `at`에 적고 끝은 업무 절차가 정합니다";
    /// Not a time of day.
    TimeOfDay { text: String } =>
        "E-recurrence-time", Input, "the time of day of a recurrence is not one", "write hours and minutes, `00:00` to `23:59`",
        "`{text}` is no time of day such as `10:00`", "`{text}` 값은 `10:00` 같은 시각이 아닙니다";
    /// No such policy.
    Policy { text: String } =>
        "E-recurrence-holiday", Input, "a recurrence says something unknown about days without work", "use next, previous, same_week, skip or keep",
        "`{text}` is not one of next, previous, same_week, skip, keep", "`{text}` 값은 next, previous, same_week, skip, keep 가운데 하나가 아닙니다";
    /// It happens by a calendar and there is none.
    Needed { rule: String } =>
        "E-recurrence-calendar", Refused, "something recurs by a calendar, and the workflow names none", "name one with `calendar:` in the workflow",
        "`{rule}` recurs by a business calendar, and there is none", "`{rule}` 규칙을 따르려면 근무일 달력이 있어야 합니다";
    /// It matches no day.
    Never { rule: String, years: u32 } =>
        "E-recurrence-never", Refused, "a recurrence rule matches no day for many years, or ever", "correct the rule",
        "`{rule}` matches no day within {years} years", "`{rule}` 규칙에 맞는 날이 {years}년 안에 없습니다";
    /// Every day it matches is one without work.
    Skipped { rule: String, occurrences: usize } =>
        "E-recurrence-skipped", Refused, "every day that a recurrence rule matches is one without work, many times in a row", "use next, previous or keep, or correct the rule",
        "the next {occurrences} days of `{rule}` are all without work", "`{rule}` 규칙에 맞는 날 {occurrences}일이 모두 근무일이 아닙니다";
}

impl CalendarFault {
    /// The key of a calendar file that has to be corrected; none if the whole of it, or no file, is meant.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            CalendarFault::Needed { .. }
            | CalendarFault::OutOfRange { .. }
            | CalendarFault::TooFar {}
            | CalendarFault::Form { .. } => None,
            CalendarFault::Version {} => Some("version"),
            CalendarFault::Zone { .. } => Some("zone"),
            CalendarFault::Week {} | CalendarFault::WeekdayTwice { .. } => Some("weekend"),
            CalendarFault::HoursMissing {}
            | CalendarFault::HourForm { .. }
            | CalendarFault::HoursReversed { .. }
            | CalendarFault::HoursOverlap { .. }
            | CalendarFault::CivilHours { .. } => Some("hours"),
            CalendarFault::DaysReversed { .. } | CalendarFault::TooManyYears { .. } => Some("from"),
            CalendarFault::Table { .. } => Some("tables"),
            CalendarFault::HolidayOutside { .. } | CalendarFault::Idle { .. } => Some("holidays"),
        }
    }

    /// The holiday that has to be corrected.
    pub fn holiday(&self) -> Option<NaiveDate> {
        if let CalendarFault::HolidayOutside { day } = self { Some(*day) } else { None }
    }
}

/// The error reference of time.
pub fn codes() -> impl Iterator<Item = &'static CodeEntry> {
    SPAN_CODES.iter().chain(CALENDAR_CODES).chain(RECURRENCE_CODES)
}
