//! What a line expects: `expect`, key by key.

use super::setup::account_ref;
use super::{Script, codes, texts, times};
use crate::language::mapping::Mapping;
use crate::language::node::{Node, NodeKind, Span};
use crate::scenario::{AccountExpected, Expectation, Expected, HolderNamed};

/// What stands where something must not be there.
const NONE: &str = "none";

/// Reads `expect`.
pub(super) fn expectations(node: &Node, script: &Script<'_, '_>) -> Vec<Expected> {
    let reading = script.reading;
    let Some(keys) = Mapping::of(node, reading) else { return Vec::new() };
    let mut found = Vec::new();
    let mut add = |place: Span, what: Option<Expectation>| {
        found.extend(what.map(|what| Expected { place, what }));
    };
    if let Some(node) = keys.take("number") {
        add(node.span, reading.string(node).map(|text| Expectation::Number(text.to_owned())));
    }
    if let Some(node) = keys.take("version") {
        add(node.span, reading.integer(node).map(Expectation::Version));
    }
    if let Some(node) = keys.take("active") {
        add(node.span, Some(Expectation::Active(texts(node, reading))));
    }
    if let Some(node) = keys.take("paused") {
        add(node.span, reading.boolean(node).map(Expectation::Paused));
    }
    if let Some(node) = keys.take("stuck") {
        add(node.span, reading.boolean(node).map(Expectation::Stuck));
    }
    if let Some(node) = keys.take("closed") {
        add(node.span, closed(node, script));
    }
    if let Some(node) = keys.take("flags") {
        add(node.span, Some(Expectation::Flags(texts(node, reading))));
    }
    if let Some(node) = keys.take("links") {
        let links = reading.items(node).iter().filter_map(|node| reading.name(node)).collect();
        add(node.span, Some(Expectation::Links(links)));
    }
    if let Some(node) = keys.take("timeline") {
        add(node.span, timeline(node, script));
    }
    let lists = [
        keys.take("steps").map(|node| steps(node, script)),
        keys.take("data").map(|node| data(node, script)),
        keys.take("accounts").map(|node| accounts(node, script)),
    ];
    found.extend(lists.into_iter().flatten().flatten());
    keys.finish(reading);
    found
}

fn closed(node: &Node, script: &Script<'_, '_>) -> Option<Expectation> {
    match node.kind {
        NodeKind::Bool(false) => Some(Expectation::Closed(None)),
        _ => script.reading.name(node).map(|end| Expectation::Closed(Some(end))),
    }
}

fn steps(node: &Node, script: &Script<'_, '_>) -> Vec<Expected> {
    let entries = script.reading.entries(node).unwrap_or_default();
    entries.iter().flat_map(|(key, node)| step(&key.name, node, script)).collect()
}

fn step(step: &str, node: &Node, script: &Script<'_, '_>) -> Vec<Expected> {
    let reading = script.reading;
    let Some(keys) = Mapping::of(node, reading) else { return Vec::new() };
    let step = || step.to_owned();
    let held = keys.take("held_by").map(|node| {
        let by = reading.items(node).iter().filter_map(|node| holder(node, script)).collect();
        Expected { place: node.span, what: Expectation::Held { step: step(), by } }
    });
    let assigned = keys.take("assigned").and_then(|node| {
        let to = reading.string(node)?;
        let to = (to != NONE).then(|| to.to_owned());
        Some(Expected { place: node.span, what: Expectation::Assigned { step: step(), to } })
    });
    let due = keys.take("due").and_then(|node| {
        let at = match reading.string(node)? {
            NONE => None,
            _ => Some(times::moment(node, script.calendar.as_ref(), reading)?),
        };
        Some(Expected { place: node.span, what: Expectation::Due { step: step(), at } })
    });
    let failed = keys.take("failed").and_then(|node| {
        let what = Expectation::Failed { step: step(), times: reading.integer(node)? };
        Some(Expected { place: node.span, what })
    });
    let parked = keys.take("parked").and_then(|node| {
        let what = Expectation::Parked { step: step(), parked: reading.boolean(node)? };
        Some(Expected { place: node.span, what })
    });
    keys.finish(reading);
    [held, assigned, due, failed, parked].into_iter().flatten().collect()
}

fn holder(node: &Node, script: &Script<'_, '_>) -> Option<HolderNamed> {
    let reading = script.reading;
    if let Some(name) = node.as_str() {
        return Some(HolderNamed { name: name.to_owned(), scope: None });
    }
    let keys = Mapping::of(node, reading)?;
    let role = keys.need("role", reading).and_then(|node| reading.string(node));
    let scope = keys.need("in", reading).and_then(|node| reading.string(node));
    keys.finish(reading);
    Some(HolderNamed { name: role?.to_owned(), scope: Some(scope?.to_owned()) })
}

fn data(node: &Node, script: &Script<'_, '_>) -> Vec<Expected> {
    let fields = script.reading.named(node).into_iter();
    let one = |(field, _, node): (_, Span, &Node)| {
        let what = Expectation::Data { field, value: node.to_json() };
        Expected { place: node.span, what }
    };
    fields.map(one).collect()
}

fn accounts(node: &Node, script: &Script<'_, '_>) -> Vec<Expected> {
    let reading = script.reading;
    let entries = reading.entries(node).unwrap_or_default().iter();
    let one = |(key, node): &(crate::language::node::Key, Node)| {
        let account = account_ref(&key.name, key.span, reading);
        let keys = Mapping::of(node, reading)?;
        let units = |key| keys.take(key).and_then(|node| reading.integer(node));
        let expected = AccountExpected {
            available: units("available"),
            reserved: units("reserved"),
            committed: units("committed"),
        };
        keys.finish(reading);
        let what = Expectation::Account { account: account?, expected };
        Some(Expected { place: node.span, what })
    };
    entries.filter_map(one).collect()
}

/// A list of who and what they did: `- hub07: triage accept`.
fn timeline(node: &Node, script: &Script<'_, '_>) -> Option<Expectation> {
    let items = script.reading.items(node).iter();
    let lines = items.map(|node| match node.as_map() {
        Some([(who, did)]) => Some((who.name.clone(), script.reading.string(did)?.to_owned())),
        Some(_) | None => {
            let ko = "`누가: 무엇을`처럼 적습니다. 예: `hub07: triage accept`";
            let en = "write who and what they did: `hub07: triage accept`";
            script.reading.error(codes::KIND, node.span, ko, en);
            None
        }
    });
    Some(Expectation::Timeline(lines.collect::<Option<_>>()?))
}
