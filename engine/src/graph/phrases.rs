//! The Korean and English words of a drawing, and how a text of a file is made fit for one. Words of a workflow come
//! from its definition.

use dure_storage::Lang;

use super::model::{Cause, Shape};
use crate::limits::{GRAPH_GUARD_CHARS_MAX, GRAPH_TEXT_CHARS_MAX};
use crate::model::definition::Need;
use crate::time::{Span, SpanUnit};

/// One of two texts.
pub(super) fn say(lang: Lang, ko: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::Ko => ko.into(),
        Lang::En => en.into(),
    }
}

/// What a node is, in a word.
pub(super) fn shape(shape: Shape, lang: Lang) -> &'static str {
    let (ko, en) = match shape {
        Shape::Start => ("시작", "start"),
        Shape::Task => ("할 일", "task"),
        Shape::Auto => ("자동 처리", "handler"),
        Shape::Decide => ("판단", "decision"),
        Shape::Wait => ("대기", "wait"),
        Shape::Parallel => ("병렬", "parallel"),
        Shape::Each => ("항목마다", "for each"),
        Shape::Call => ("다른 절차", "workflow"),
        Shape::Spawn => ("새 건", "new case"),
        Shape::Send => ("통보", "message"),
        Shape::End => ("종결", "end"),
    };
    match lang {
        Lang::Ko => ko,
        Lang::En => en,
    }
}

/// Who or what chooses a way, where it is worth saying.
pub(super) fn cause(cause: Cause, lang: Lang) -> Option<String> {
    match cause {
        Cause::Chosen | Cause::Rule => None,
        Cause::Clock => Some(say(lang, "기한에 따라 정함", "by the clock")),
    }
}

/// A span as people say it.
pub(super) fn span(span: Span, lang: Lang) -> String {
    let count = span.count();
    let (before, ko, en) = match span.unit() {
        SpanUnit::Minutes => ("", "분", "minute"),
        SpanUnit::Hours => ("", "시간", "hour"),
        SpanUnit::WorkingHours => ("근무 ", "시간", "working hour"),
        SpanUnit::BusinessDays => ("근무일 ", "일", "business day"),
        SpanUnit::Days => ("", "일", "day"),
        SpanUnit::Weeks => ("", "주", "week"),
        SpanUnit::Months => ("", "개월", "month"),
    };
    let plural = if count == 1 { "" } else { "s" };
    say(lang, format!("{before}{count}{ko}"), format!("{count} {en}{plural}"))
}

/// How many of how many.
pub(super) fn need(need: Need, lang: Lang) -> String {
    match need {
        Need::Count(count) => say(lang, format!("{count}개"), count.to_string()),
        Need::Share { parts, whole: 100 } => format!("{parts}%"),
        Need::Share { parts, whole } => format!("{parts}/{whole}"),
    }
}

/// A text of a file in one line of bounded length, without what steers a terminal or turns the reading direction.
pub(super) fn line(text: &str) -> String {
    shortened(text, GRAPH_TEXT_CHARS_MAX)
}

/// A condition, shown short.
pub(super) fn guard(text: &str) -> String {
    shortened(text, GRAPH_GUARD_CHARS_MAX)
}

fn shortened(text: &str, chars_max: usize) -> String {
    let harmless = |letter: char| match letter {
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => ' ',
        '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => ' ',
        other if other.is_control() || other.is_whitespace() => ' ',
        other => other,
    };
    let clean: String = text.chars().map(harmless).collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    match clean.chars().count() > chars_max {
        true => clean.chars().take(chars_max - 1).chain(['…']).collect(),
        false => clean,
    }
}
