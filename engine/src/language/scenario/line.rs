//! One line of a scenario. Which keys it may have depends on its one verb.

use chrono::{DateTime, Utc};

use super::publication::{migrate, publish};
use super::setup::person_id;
use super::staffing::staffing;
use super::{Script, codes, expect, times};
use crate::language::diagnostic::Diagnostic;
use crate::language::mapping::Mapping;
use crate::language::node::{Key, Node};
use crate::model::consequence::Object;
use crate::model::event::TaskChange;
use crate::model::names::{CaseId, Name, PersonId};
use crate::scenario::{Act, Deed, Expectation, Line, MAIN_CASE, Names, Placed, Refused, When};

/// What a line may do; it does one of them, or lets time pass.
const VERBS: [&str; 20] = [
    "start",
    "do",
    "action",
    "message",
    "answer",
    "claim",
    "unclaim",
    "assign",
    "delegate",
    "recuse",
    "take_note",
    "publish",
    "migrate",
    "move_dues",
    "fail",
    "retry",
    "grant",
    "end_role",
    "absent",
    "back",
];

/// Reads a line.
pub(super) fn line(node: &Node, script: &Script<'_, '_>) -> Option<Line> {
    let reading = script.reading;
    let verbs = verbs(node);
    if let [(first, _), (second, _), ..] = verbs[..] {
        let ko = format!("한 줄에는 하나만 적습니다: `{}`, `{}`", first.name, second.name);
        let en = format!("a line does one thing: `{}` or `{}`", first.name, second.name);
        let both = Diagnostic::error(codes::LINE, second.span, ko, en);
        reading.report(both.related(first.span, "처음 나온 곳", "the first stands here"));
        return None;
    }
    let keys = Mapping::of(node, reading)?;
    let at = keys.take("at").and_then(|node| {
        let value: When = times::when(node, script.calendar.as_ref(), reading)?;
        Some(Placed { place: node.span, value })
    });
    let wanted = keys.take("case");
    let (deed, act) = match verbs.first() {
        Some((verb, value)) => deed(&verb.name, value, &keys, script)?,
        None => (Deed::Nothing, Act::default()),
    };
    let refused = refused(&keys, &deed, script);
    let expected = keys.take("expect").map(|node| expect::expectations(node, script));
    let expect = expected.unwrap_or_default();
    let names = keys.take("names").map(|node| names(node, script)).unwrap_or_default();
    keys.finish(reading);
    let needs_case = wanted.is_some()
        || deed.is_about_a_case()
        || expect.iter().any(|one| !matches!(one.what, Expectation::Account { .. }));
    let case = match (&deed, &refused) {
        (Deed::Start { .. }, None) => script.new_case(wanted, node)?,
        (Deed::Start { .. }, Some(_)) => script.case(wanted, node, false)?,
        (_, _) => script.case(wanted, node, needs_case)?,
    };
    for name in &names {
        script.name_case(&name.value.case, name.place)?;
    }
    Some(Line { place: place(node, script), at, case, deed, act, refused, names, expect })
}

fn verbs(node: &Node) -> Vec<(&Key, &Node)> {
    let entries = node.as_map().unwrap_or_default().iter();
    let verbs = entries.filter(|(key, _)| VERBS.contains(&key.name.as_str()));
    verbs.map(|(key, node)| (key, node)).collect()
}

/// The first line of what is written: a caret under twenty lines would show nothing.
fn place(node: &Node, script: &Script<'_, '_>) -> crate::language::node::Span {
    node.span.first_line_of(script.reading.text())
}

fn deed(
    verb: &str,
    node: &Node,
    keys: &Mapping<'_>,
    script: &Script<'_, '_>,
) -> Option<(Deed, Act)> {
    // Taken first, so that a mistake in one key does not make the others look unknown.
    VERBS.iter().filter(|known| **known == verb).for_each(|known| {
        keys.take(known);
    });
    match verb {
        "start" => start(node, keys, script),
        "do" => complete(node, keys, script),
        "action" | "message" => named(verb, node, keys, script),
        "answer" => answer(node, keys, script),
        "publish" => publish(node, script),
        "migrate" => migrate(node, keys, script),
        "fail" => fail(node, keys, script),
        "retry" => {
            let act = script.act(keys, &["reason"]);
            let step = script.reading.string(node)?.to_owned();
            Some((Deed::Retry { step }, act?))
        }
        "grant" | "end_role" | "absent" | "back" => staffing(verb, node, keys, script),
        "move_dues" => {
            let calendar = script.reading.name(node)?;
            Some((Deed::MoveDues { calendar }, Act::default()))
        }
        _ => change(verb, node, keys, script),
    }
}

fn start(node: &Node, keys: &Mapping<'_>, script: &Script<'_, '_>) -> Option<(Deed, Act)> {
    let reading = script.reading;
    let act = script.act(keys, &["for", "deputy_of"]);
    let form = object(node, script);
    let workflow = match keys.take("workflow") {
        Some(node) => script.needed.add(node, (script.file, script.sources), reading)?,
        None => script.workflow.clone(),
    };
    let id = keys.take("id").map(|node| case_id(node, script));
    Some((
        Deed::Start { workflow, id: id.map_or(Some(None), |id| id.map(Some))? },
        Act { form: form?, ..act? },
    ))
}

fn case_id(node: &Node, script: &Script<'_, '_>) -> Option<CaseId> {
    let text = script.reading.string(node)?;
    let id = CaseId::new(text).ok();
    if id.is_none() {
        let en = format!("{text:?} cannot be the name of a case");
        let ko = format!("{text:?}은(는) 건의 이름이 될 수 없습니다");
        script.reading.error(codes::NAME, node.span, ko, en);
    }
    id
}

fn complete(node: &Node, keys: &Mapping<'_>, script: &Script<'_, '_>) -> Option<(Deed, Act)> {
    let act = script.act(keys, &["for", "deputy_of", "reason", "form"]);
    let (step, outcome) = script.step_and_outcome(node)?;
    Some((Deed::Complete { step, outcome }, act?))
}

fn named(
    verb: &str,
    node: &Node,
    keys: &Mapping<'_>,
    script: &Script<'_, '_>,
) -> Option<(Deed, Act)> {
    let text = script.reading.string(node)?.to_owned();
    match verb {
        "action" => {
            let act = script.act(keys, &["for", "deputy_of", "reason", "form"])?;
            Some((Deed::Act { action: text }, act))
        }
        _ => Some((Deed::Send { message: text }, script.act(keys, &["deputy_of", "form"])?)),
    }
}

fn answer(node: &Node, keys: &Mapping<'_>, script: &Script<'_, '_>) -> Option<(Deed, Act)> {
    let form = keys.take("form").map_or(Some(Object::new()), |node| object(node, script));
    let (step, outcome) = script.step_and_outcome(node)?;
    Some((Deed::Answer { step, outcome }, Act { form: form?, ..Act::default() }))
}

fn fail(node: &Node, keys: &Mapping<'_>, script: &Script<'_, '_>) -> Option<(Deed, Act)> {
    let reading = script.reading;
    let error = keys.need("error", reading).and_then(|node| reading.string(node));
    let for_good = keys.take("for_good").map_or(Some(false), |node| reading.boolean(node));
    let step = reading.string(node)?.to_owned();
    let deed = Deed::Fail { step, error: error?.to_owned(), for_good: for_good? };
    Some((deed, Act::default()))
}

fn change(
    verb: &str,
    node: &Node,
    keys: &Mapping<'_>,
    script: &Script<'_, '_>,
) -> Option<(Deed, Act)> {
    let reading = script.reading;
    let act = script.act(keys, &["for", "deputy_of", "reason"]);
    let step = reading.string(node)?.to_owned();
    let change = match verb {
        "claim" => TaskChange::Claim,
        "unclaim" => TaskChange::Unclaim,
        "take_note" => TaskChange::TakeNote,
        "recuse" => TaskChange::Recuse(
            keys.take("to").map_or(Some(None), |to| script.person(to).map(Some))?,
        ),
        _ => {
            let to = keys.need("to", reading).and_then(|node| script.person(node))?;
            if verb == "assign" { TaskChange::Assign(to) } else { TaskChange::Delegate(to) }
        }
    };
    Some((Deed::Change { step, change }, act?))
}

fn object(node: &Node, script: &Script<'_, '_>) -> Option<Object> {
    script.reading.entries(node)?;
    node.to_json().as_object().cloned()
}

fn refused(keys: &Mapping<'_>, deed: &Deed, script: &Script<'_, '_>) -> Option<Placed<Refused>> {
    if *deed == Deed::Nothing {
        return None;
    }
    let node = keys.take("refused")?;
    let says = keys.take("says").and_then(|node| script.reading.string(node));
    let code = script.reading.string(node)?.to_owned();
    Some(Placed { place: node.span, value: Refused { code, says: says.map(str::to_owned) } })
}

fn names(node: &Node, script: &Script<'_, '_>) -> Vec<Placed<Names>> {
    let named = script.reading.named(node).into_iter();
    let one = |(case, place, node)| {
        let link = script.reading.name(node)?;
        Some(Placed { place, value: Names { case, link } })
    };
    named.filter_map(one).collect()
}

impl Deed {
    fn is_about_a_case(&self) -> bool {
        match self {
            Deed::Nothing | Deed::Publish(_) | Deed::Migrate { .. } | Deed::Staff { .. } => false,
            Deed::Start { .. }
            | Deed::Complete { .. }
            | Deed::Act { .. }
            | Deed::Send { .. }
            | Deed::Answer { .. }
            | Deed::Change { .. }
            | Deed::Fail { .. }
            | Deed::Retry { .. }
            | Deed::MoveDues { .. } => true,
        }
    }
}

impl Script<'_, '_> {
    /// Who does it, and with what of the keys that may stand beside the verb.
    pub(super) fn act(&self, keys: &Mapping<'_>, allowed: &[&str]) -> Option<Act> {
        let may = |key: &'static str| match allowed.contains(&key) {
            true => keys.take(key),
            false => None,
        };
        let reading = self.reading;
        let by = keys.need("by", reading).and_then(|node| self.person(node));
        let on_behalf_of = may("for").map(|node| self.person(node));
        let happened = self.happened(keys);
        let deputy_of = may("deputy_of").map(|node| self.person(node));
        let reason = may("reason").and_then(|node| reading.string(node)).map(str::to_owned);
        let form = may("form").map_or(Some(Object::new()), |node| object(node, self));
        let deputy_of = deputy_of.map_or(Some(None), |person| person.map(Some));
        let on_behalf_of = on_behalf_of.map_or(Some(None), |person| person.map(Some));
        Some(Act {
            by: Some(by?),
            on_behalf_of: on_behalf_of?,
            deputy_of: deputy_of?,
            reason,
            form: form?,
            happened: happened?,
        })
    }

    /// When something happened that is only written in at the time of the line.
    pub(super) fn happened(&self, keys: &Mapping<'_>) -> Option<Option<DateTime<Utc>>> {
        let moment = |node| times::moment(node, self.calendar.as_ref(), self.reading);
        keys.take("happened").map_or(Some(None), |node| moment(node).map(Some))
    }

    /// One of the people of the scenario.
    pub(super) fn person(&self, node: &Node) -> Option<PersonId> {
        let person = person_id(self.reading.string(node)?, node.span, self.reading)?;
        if self.people.contains(&person) {
            return Some(person);
        }
        let known = self.people.iter().map(PersonId::as_str);
        self.reading.unknown(node.span, ("사람", "person"), person.as_str(), known);
        None
    }

    /// `STEP OUTCOME`, or just the step of which there is one way out.
    fn step_and_outcome(&self, node: &Node) -> Option<(String, String)> {
        let words: Vec<&str> = self.reading.string(node)?.split_whitespace().collect();
        match words[..] {
            [step] => Some((step.to_owned(), "done".to_owned())),
            [step, outcome] => Some((step.to_owned(), outcome.to_owned())),
            _ => {
                let ko = "`단계 처리결과`처럼 한 칸 띄운 두 낱말로 적습니다";
                let en = "write the step and its outcome, with a space between: `triage accept`";
                self.reading.error(codes::KIND, node.span, ko, en);
                None
            }
        }
    }

    /// What the case of a line is called, and where that stands.
    fn case_name(
        &self,
        wanted: Option<&Node>,
        line: &Node,
    ) -> Option<(Name, crate::language::node::Span)> {
        match wanted {
            Some(node) => Some((self.reading.name(node)?, node.span)),
            None => Some((Name::new(MAIN_CASE).ok()?, place(line, self))),
        }
    }

    /// The case a line starts, which gets its name here.
    fn new_case(&self, wanted: Option<&Node>, line: &Node) -> Option<Name> {
        let (name, span) = self.case_name(wanted, line)?;
        self.name_case(&name, span).map(|()| name)
    }

    /// The case a line is about.
    fn case(&self, wanted: Option<&Node>, line: &Node, must_be: bool) -> Option<Name> {
        let (name, span) = self.case_name(wanted, line)?;
        let cases = self.cases.borrow();
        if must_be && !cases.contains(&name) {
            let known = cases.iter().map(Name::as_str);
            self.reading.unknown(span, ("건", "case"), name.as_str(), known);
            return None;
        }
        Some(name)
    }

    fn name_case(&self, name: &Name, span: crate::language::node::Span) -> Option<()> {
        if self.cases.borrow_mut().insert(name.clone()) {
            return Some(());
        }
        let ko = format!("`{name}` 이름의 건이 이미 있습니다. `case`로 다른 이름을 주십시오");
        let en = format!("there is a case `{name}` already: give another name with `case`");
        self.reading.error(codes::LINE, span, ko, en);
        None
    }
}
