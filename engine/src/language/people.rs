//! Who may act and by when: roles, quorums, dues.

use dure_storage::Lang;

use super::codes;
use super::mapping::Mapping;
use super::node::{Node, NodeKind};
use super::reading::Reading;
use super::scopes::automatic;
use crate::expression::Type;
use crate::model::definition::{
    By, Due, DueWhen, Electorate, Escalation, Need, Quorum, Until, start_name,
};
use crate::model::names::Name;
use crate::time::Recurrence;

/// Reads who may act: `starter`, a role, a list of roles, `{person: EXPRESSION}` or `{people: EXPRESSION}`.
pub(super) fn holders(node: &Node, reading: &Reading<'_>) -> Option<By> {
    match &node.kind {
        NodeKind::String(word) if word == "starter" => return Some(By::Starter),
        NodeKind::Map(_) => {
            let keys = Mapping::of(node, reading)?;
            let by = match (keys.take("person"), keys.take("people")) {
                (Some(node), None) => {
                    let person = reading.expression(node, &automatic(reading), &Type::String);
                    person.map(By::Person)
                }
                (None, Some(node)) => {
                    let people = Type::list(Type::String);
                    reading.expression(node, &automatic(reading), &people).map(By::People)
                }
                (None, None) | (Some(_), Some(_)) => {
                    let en = "`by` has exactly one of `person` and `people`";
                    let ko = "`by`에는 `person`과 `people` 중 꼭 하나가 있어야 합니다";
                    reading.error(codes::MISSING, node.span, ko, en);
                    None
                }
            };
            keys.finish(reading);
            return by;
        }
        _ => {}
    }
    let items = reading.items(node);
    if items.is_empty() {
        let en = "name at least one role";
        reading.error(codes::MISSING, node.span, "역할을 하나는 적어야 합니다", en);
    }
    let roles: Vec<Name> = items.iter().filter_map(|node| reading.role(node)).collect();
    (roles.len() == items.len() && !roles.is_empty()).then_some(By::Roles(roles))
}

/// Reads a role, or a list of roles; none, if there is no node.
pub(super) fn roles_of(node: Option<&Node>, reading: &Reading<'_>) -> Vec<Name> {
    let items = node.map(|node| reading.items(node)).unwrap_or_default();
    items.iter().filter_map(|node| reading.role(node)).collect()
}

/// Reads a list of steps of the file; `start` is one, where it makes sense.
pub(super) fn other_steps(node: &Node, with_start: bool, reading: &Reading<'_>) -> Vec<Name> {
    let known = |name: &Name| {
        (with_start && *name == start_name()) || reading.steps.contains_key(name.as_str())
    };
    let read = |node: &Node| {
        let name = reading.name(node)?;
        if known(&name) {
            return Some(name);
        }
        let steps = reading.steps.keys().map(String::as_str);
        reading.unknown(node.span, ("단계", "step"), name.as_str(), steps);
        None
    };
    reading.items(node).iter().filter_map(read).collect()
}

/// Reads `due`.
pub(super) fn due(node: &Node, reading: &Reading<'_>) -> Option<Due> {
    let keys = Mapping::of(node, reading)?;
    let when = match (keys.take("within"), keys.take("at")) {
        (Some(node), None) => reading.span(node).map(DueWhen::Within),
        (None, Some(node)) => time(node, reading).map(DueWhen::At),
        (None, None) | (Some(_), Some(_)) => {
            let en = "`due` has exactly one of `within` and `at`";
            reading.error(
                codes::MISSING,
                node.span,
                "`due`에는 `within`과 `at` 중 꼭 하나가 있어야 합니다",
                en,
            );
            None
        }
    };
    let remind = keys.take("remind").map(|node| reading.items(node)).unwrap_or_default();
    let remind = remind.iter().filter_map(|node| reading.span(node)).collect();
    let escalate = keys.take("escalate").map(|node| reading.items(node)).unwrap_or_default();
    let escalate = escalate.iter().filter_map(|node| escalation(node, reading)).collect();
    let expire = keys.take("expire").and_then(|node| reading.name(node));
    keys.finish(reading);
    Some(Due { when: when?, remind, escalate, expire })
}

/// An expression that gives a time, or a text with a date or a time.
fn time(node: &Node, reading: &Reading<'_>) -> Option<crate::expression::Expression> {
    let expression = reading.any_expression(node, &automatic(reading))?;
    match expression.ty() {
        Type::String | Type::Timestamp => Some(expression),
        Type::Bool
        | Type::Int
        | Type::Duration
        | Type::List(_)
        | Type::Record(_)
        | Type::Personal(_) => reading.wrong_kind(node, "날짜나 시각", "a date or a time"),
    }
}

fn escalation(node: &Node, reading: &Reading<'_>) -> Option<Escalation> {
    let keys = Mapping::of(node, reading)?;
    let after = keys.need("after", reading).and_then(|node| reading.span(node));
    let to = keys.need("to", reading).and_then(|node| reading.role(node));
    keys.finish(reading);
    Some(Escalation { after: after?, to: to? })
}

/// Reads when a wait ends: `for`, `until` or `next`.
pub(super) fn until(keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<Until> {
    let lasts = keys.take("for").and_then(|node| reading.span(node)).map(Until::For);
    let until = keys.take("until").and_then(|node| time(node, reading)).map(Until::At);
    let next = keys.take("next").and_then(|node| recurrence(node, reading)).map(Until::Next);
    let mut found = [lasts, until, next].into_iter().flatten();
    let first = found.next();
    if found.next().is_some() {
        let en = "`for`, `until` and `next` exclude each other";
        let ko = "`for`, `until`, `next`는 함께 쓸 수 없습니다";
        reading.error(codes::OUTCOMES, keys.span(), ko, en);
    }
    first
}

/// Reads what recurs: `{rule, at, holiday}`, each a text or a setting.
fn recurrence(node: &Node, reading: &Reading<'_>) -> Option<Recurrence> {
    let keys = Mapping::of(node, reading)?;
    let word = |key| keys.need(key, reading).and_then(|node| reading.text_or_setting(node));
    let (rule, at, holiday) = (word("rule"), word("at"), word("holiday"));
    keys.finish(reading);
    if !reading.has_calendar {
        let en = "what recurs does so by a business calendar: name one with `calendar:`";
        let ko = "반복하여 기다리려면 `calendar:`에 달력을 적어야 합니다";
        reading.error(codes::CALENDAR, node.span, ko, en);
    }
    match Recurrence::parse(rule?, at?, holiday?) {
        Ok(recurrence) => Some(recurrence),
        Err(fault) => {
            let (ko, en) = (fault.explain(Lang::Ko), fault.explain(Lang::En));
            reading.error(fault.code(), node.span, ko, en);
            None
        }
    }
}

/// Reads `quorum` of a task.
pub(super) fn quorum(node: &Node, reading: &Reading<'_>) -> Option<Quorum> {
    let keys = Mapping::of(node, reading)?;
    let wanted = keys.need("need", reading).and_then(|node| need(node, reading));
    let of = keys.take("of").map_or(Some(Electorate::Open), |node| electorate(node, reading));
    let impossible = keys.take("impossible").and_then(|node| reading.name(node));
    keys.finish(reading);
    let (wanted, of) = (wanted?, of?);
    match (wanted, &of) {
        (Need::Share { .. }, Electorate::Open) => {
            let en = "a share needs `of`: how many people there are, or who they are";
            reading.error(
                codes::QUORUM,
                node.span,
                "비율로 정하려면 `of`에 인원이나 명단을 적어야 합니다",
                en,
            );
        }
        (Need::Count(count), Electorate::Count(of)) if count > *of => {
            let en = format!("{count} of {of} can never agree");
            reading.error(
                codes::QUORUM,
                node.span,
                format!("{of}명 중 {count}명은 있을 수 없습니다"),
                en,
            );
        }
        (Need::Share { .. } | Need::Count(_), _) => {}
    }
    Some(Quorum { need: wanted, of, impossible })
}

fn electorate(node: &Node, reading: &Reading<'_>) -> Option<Electorate> {
    if let NodeKind::Int(_) = node.kind {
        return count(node, reading).map(Electorate::Count);
    }
    let people = Type::list(Type::String);
    reading.expression(node, &automatic(reading), &people).map(Electorate::People)
}

/// A number from 1.
pub(super) fn count(node: &Node, reading: &Reading<'_>) -> Option<u32> {
    let count = reading.integer_or_setting(node)?;
    match u32::try_from(count).ok().filter(|count| *count > 0) {
        Some(count) => Some(count),
        None => {
            let en = format!("{count} is not a number of people or times from 1 on");
            reading.error(
                codes::QUORUM,
                node.span,
                format!("{count}은(는) 1 이상의 수가 아닙니다"),
                en,
            );
            None
        }
    }
}

/// A number from 1, or a share such as `2/3` or `60%`.
pub(super) fn need(node: &Node, reading: &Reading<'_>) -> Option<Need> {
    let NodeKind::String(_) = &node.kind else { return count(node, reading).map(Need::Count) };
    if reading.is_whole_setting(node) {
        return count(node, reading).map(Need::Count);
    }
    let text = reading.text_or_setting(node)?;
    let parts = match (text.strip_suffix('%'), text.split_once('/')) {
        (Some(percent), _) => percent.parse().ok().map(|percent| (percent, 100)),
        (None, Some((parts, whole))) => parts.trim().parse().ok().zip(whole.trim().parse().ok()),
        (None, None) => None,
    };
    match parts {
        Some((parts, whole)) if (1..=whole).contains(&parts) => Some(Need::Share { parts, whole }),
        _ => {
            let ko = format!(
                "`{text}` 비율은 `2/3`이나 `60%`처럼 적고, 0보다 크고 전체를 넘지 않아야 합니다"
            );
            let en = format!(
                "`{text}` is not a share such as `2/3` or `60%`, above nothing and at most all"
            );
            reading.error(codes::QUORUM, node.span, ko, en);
            None
        }
    }
}
