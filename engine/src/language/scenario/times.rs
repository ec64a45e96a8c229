//! The times of a scenario: `2017-03-10 10:00` in the zone of its calendar, or a skip such as `+2wh`.

use chrono::{DateTime, Utc};

use super::codes;
use crate::language::node::Node;
use crate::language::reading::Reading;
use crate::scenario::When;
use crate::time::{self, Calendar, Span};

/// A moment.
pub(super) fn moment(
    node: &Node,
    calendar: Option<&Calendar>,
    reading: &Reading<'_>,
) -> Option<DateTime<Utc>> {
    let text = reading.string(node)?;
    let at = time::written(calendar, text);
    if at.is_none() {
        let ko = "때는 `2017-03-10 10:00`이나 `2017-03-10T10:00:00+09:00`처럼 적습니다";
        let en = "write a time as `2017-03-10 10:00`, or as `2017-03-10T10:00:00+09:00`";
        reading.error(codes::TIME, node.span, ko, en);
    }
    at
}

/// A moment or a skip.
pub(super) fn when(
    node: &Node,
    calendar: Option<&Calendar>,
    reading: &Reading<'_>,
) -> Option<When> {
    let Some(skip) = reading.string(node)?.strip_prefix('+') else {
        return moment(node, calendar, reading).map(When::At);
    };
    match skip.parse::<Span>() {
        Ok(span) if span.needs_calendar() && calendar.is_none() => {
            let ko = format!("`{span}` 기간을 세려면 `calendars`에 달력을 적어야 합니다");
            let en = format!("`{span}` is counted by a calendar: name one with `calendars`");
            reading.error(codes::TIME, node.span, ko, en);
            None
        }
        Ok(span) => Some(When::After(span)),
        Err(error) => {
            let ko =
                "건너뛸 시간은 `+30m`, `+3h`, `+2wh`, `+3bd`, `+10d`, `+2w`, `+1mo`처럼 적습니다";
            reading.error(codes::TIME, node.span, ko, error.to_string());
            None
        }
    }
}
