//! What every part of the reader shares: the file, what was found in it so far, and the small readers of
//! names, texts, numbers, durations and expressions. Every mistake is reported; none stops the reading.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dure_storage::Lang;
use serde_json::Value as Json;

use super::codes;
use super::diagnostic::Diagnostic;
use super::mapping::kind_words;
use super::node::{Key, Node, NodeKind, Span};
use super::suggest::did_you_mean;
use crate::expression::{self, Expression, ExpressionError, Scope, Type};
use crate::model::consequence::Object;
use crate::model::definition::{AccountUse, Definition, Message};
use crate::model::form::Field;
use crate::model::names::{Name, Text};
use crate::time::Span as TimeSpan;

/// Where called workflows are looked up.
pub type Called<'a> = &'a dyn Fn(&str) -> Option<Arc<Definition>>;

/// A file being read.
pub(super) struct Reading<'a> {
    text: &'a str,
    /// What mistakes are called in this kind of file.
    pub(super) codes: &'static codes::ReaderCodes,
    called: Called<'a>,
    found: RefCell<Vec<Diagnostic>>,
    pub(super) settings: Object,
    pub(super) roles: BTreeMap<Name, Text>,
    pub(super) data: Vec<Field>,
    /// Every step of the file with its place.
    pub(super) steps: BTreeMap<String, Span>,
    /// Their names, as expressions may ask for them.
    pub(super) step_names: Arc<BTreeSet<String>>,
    /// Every step with the steps of its block and how deep that is.
    pub(super) blocks: BTreeMap<String, (Vec<String>, usize)>,
    pub(super) ends: Vec<Name>,
    pub(super) accounts: Vec<AccountUse>,
    pub(super) messages: Vec<Message>,
    pub(super) has_calendar: bool,
    /// Whether an expression counts days by it.
    pub(super) counts_days: Cell<bool>,
    /// The items of the repeated blocks around what is being read.
    pub(super) items: RefCell<Vec<(Name, Type)>>,
    used: RefCell<BTreeMap<Name, Arc<Definition>>>,
    /// The workflows whose cases forms have to name, and where.
    referred: RefCell<Vec<(Name, Span)>>,
    /// The workflow that is being read, and the fields of its start form, once they are known.
    pub(super) own: Option<(Name, Vec<Field>)>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(text: &'a str, called: Called<'a>) -> Reading<'a> {
        Reading {
            text,
            codes: &codes::WORKFLOW,
            called,
            found: RefCell::default(),
            settings: Object::new(),
            roles: BTreeMap::new(),
            data: Vec::new(),
            steps: BTreeMap::new(),
            step_names: Arc::default(),
            blocks: BTreeMap::new(),
            ends: Vec::new(),
            accounts: Vec::new(),
            messages: Vec::new(),
            has_calendar: false,
            counts_days: Cell::new(false),
            items: RefCell::default(),
            used: RefCell::default(),
            referred: RefCell::default(),
            own: None,
        }
    }

    /// A file of another kind, which calls nothing.
    pub(super) fn of_kind(text: &'a str, codes: &'static codes::ReaderCodes) -> Reading<'a> {
        Reading { codes, ..Reading::new(text, &|_| None) }
    }

    pub(super) fn text(&self) -> &str {
        self.text
    }

    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }

    pub(super) fn error(
        &self,
        code: dure_storage::Code,
        span: Span,
        ko: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.report(Diagnostic::error(code, span, ko.into(), en.into()));
    }

    pub(super) fn found_so_far(&self) -> usize {
        self.found.borrow().len()
    }

    pub(super) fn into_found(self) -> (Vec<Diagnostic>, BTreeMap<Name, Arc<Definition>>) {
        (self.found.into_inner(), self.used.into_inner())
    }

    /// Remembers that a form has to name cases of a workflow.
    pub(super) fn refer(&self, workflow: &Name, span: Span) {
        self.referred.borrow_mut().push((workflow.clone(), span));
    }

    /// The workflows whose cases forms have to name, each once, where it first stands.
    pub(super) fn referred(&self) -> Vec<(Name, Span)> {
        let mut seen = BTreeSet::new();
        let all = self.referred.borrow();
        all.iter().filter(|(name, _)| seen.insert(name.clone())).cloned().collect()
    }

    /// The entries of a mapping.
    pub(super) fn entries<'n>(&self, node: &'n Node) -> Option<&'n [(Key, Node)]> {
        match &node.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => self.wrong_kind(node, "항목 묶음", "a mapping"),
        }
    }

    /// The entries of a mapping whose keys are names.
    pub(super) fn named<'n>(&self, node: &'n Node) -> Vec<(Name, Span, &'n Node)> {
        let entries = self.entries(node).unwrap_or_default();
        entries
            .iter()
            .filter_map(|(key, node)| Some((self.name_of(&key.name, key.span)?, key.span, node)))
            .collect()
    }

    /// The items of a list, or the one item that stands for itself.
    pub(super) fn items<'n>(&self, node: &'n Node) -> &'n [Node] {
        match &node.kind {
            NodeKind::List(items) => items,
            _ => std::slice::from_ref(node),
        }
    }

    pub(super) fn wrong_kind<T>(&self, node: &Node, ko: &str, en: &str) -> Option<T> {
        let (is_ko, is_en) = kind_words(node);
        let ko = format!("여기에는 {ko} 값이 와야 하는데 {is_ko} 값이 있습니다");
        self.error(self.codes.kind, node.span, ko, format!("this must be {en}, it is {is_en}"));
        None
    }

    pub(super) fn string<'n>(&self, node: &'n Node) -> Option<&'n str> {
        match &node.kind {
            NodeKind::String(text) => Some(text),
            _ => self.wrong_kind(node, "글", "a text"),
        }
    }

    pub(super) fn integer(&self, node: &Node) -> Option<i64> {
        match node.kind {
            NodeKind::Int(value) => Some(value),
            _ => self.wrong_kind(node, "정수", "a whole number"),
        }
    }

    /// A whole number that may not be negative.
    pub(super) fn count(&self, node: &Node) -> Option<u64> {
        match self.integer(node)?.try_into() {
            Ok(count) => Some(count),
            Err(_) => self.wrong_kind(node, "0 이상의 정수", "0 or more"),
        }
    }

    pub(super) fn boolean(&self, node: &Node) -> Option<bool> {
        match node.kind {
            NodeKind::Bool(value) => Some(value),
            _ => self.wrong_kind(node, "참/거짓(true, false)", "true or false"),
        }
    }

    /// `key: true`; false if it is not there.
    pub(super) fn flag(&self, node: Option<&Node>) -> bool {
        node.and_then(|node| self.boolean(node)).unwrap_or(false)
    }

    pub(super) fn name(&self, node: &Node) -> Option<Name> {
        self.name_of(self.string(node)?, node.span)
    }

    fn name_of(&self, text: &str, span: Span) -> Option<Name> {
        match Name::new(text) {
            Ok(name) => Some(name),
            Err(error) => {
                let ko =
                    format!("`{text}` 이름은 소문자로 시작하고 소문자·숫자·`_`로 이어져야 합니다");
                self.error(self.codes.name, span, ko, error.to_string());
                None
            }
        }
    }

    pub(super) fn bilingual(&self, node: &Node) -> Option<Text> {
        let entries = self.entries(node)?;
        let get = |lang: &str| {
            let found = entries.iter().find(|(key, _)| key.name == lang);
            found.and_then(|(_, node)| self.string(node)).filter(|text| !text.trim().is_empty())
        };
        match (get("ko"), get("en"), entries.len()) {
            (Some(ko), Some(en), 2) => Some(Text { ko: ko.into(), en: en.into() }),
            _ => {
                let en = "a text is `{ko: …, en: …}`, both present and nothing else";
                self.error(
                    self.codes.text,
                    node.span,
                    "글은 `{ko: …, en: …}`로 두 언어를 모두 적습니다",
                    en,
                );
                None
            }
        }
    }

    /// One of the words that may stand here.
    pub(super) fn word<'w>(&self, node: &Node, words: &[&'w str]) -> Option<&'w str> {
        let text = self.string(node)?;
        let found = words.iter().copied().find(|word| *word == text);
        if found.is_none() {
            let words = words.join("`, `");
            let en = format!("this must be one of `{words}`");
            self.error(
                self.codes.kind,
                node.span,
                format!("다음 중 하나여야 합니다: `{words}`"),
                en,
            );
        }
        found
    }

    /// Reports a name that does not exist, with what may have been meant.
    pub(super) fn unknown<'k>(
        &self,
        span: Span,
        (what_ko, what_en): (&str, &str),
        name: &str,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let diagnostic = Diagnostic::error(
            self.codes.unknown,
            span,
            format!("`{name}` {what_ko} 항목이 없습니다"),
            format!("there is no {what_en} `{name}`"),
        );
        let all = known.clone().collect::<Vec<_>>().join("`, `");
        self.report(match did_you_mean(name, known) {
            Some(near) => {
                diagnostic.help(format!("`{near}` 아닙니까?"), format!("did you mean `{near}`?"))
            }
            None if all.is_empty() => diagnostic,
            None => diagnostic.help(format!("있는 것: `{all}`"), format!("there are `{all}`")),
        });
    }

    pub(super) fn role(&self, node: &Node) -> Option<Name> {
        let name = self.name(node)?;
        if self.roles.contains_key(&name) {
            return Some(name);
        }
        self.unknown(
            node.span,
            ("역할", "role"),
            name.as_str(),
            self.roles.keys().map(Name::as_str),
        );
        None
    }

    /// A called workflow, which must have been published before.
    pub(super) fn called(&self, node: &Node) -> Option<Arc<Definition>> {
        let name = self.name(node)?;
        match (self.called)(name.as_str()) {
            Some(definition) => {
                self.used.borrow_mut().insert(name, definition.clone());
                Some(definition)
            }
            None => {
                let ko = format!("`{name}` 업무 절차가 공개되어 있지 않습니다");
                let en = format!("no workflow `{name}` is published; publish it first");
                self.error(codes::UNKNOWN, node.span, ko, en);
                None
            }
        }
    }

    /// A text, or the setting that `settings.NAME` names.
    pub(super) fn text_or_setting<'n>(&'n self, node: &'n Node) -> Option<&'n str> {
        let text = self.string(node)?;
        let Some(name) = text.strip_prefix("settings.") else { return Some(text) };
        let found = self.settings.get(name).and_then(Json::as_str);
        if found.is_none() {
            let known = self.settings.keys().map(String::as_str);
            self.unknown(node.span, ("설정", "setting with a text"), name, known);
        }
        found
    }

    /// Whether a node names a setting that is a whole number.
    pub(super) fn is_whole_setting(&self, node: &Node) -> bool {
        self.setting_named(node).is_some_and(|(_, value)| value.is_some_and(Json::is_i64))
    }

    /// A whole number, or the setting that `settings.NAME` names.
    pub(super) fn integer_or_setting(&self, node: &Node) -> Option<i64> {
        let Some((name, value)) = self.setting_named(node) else { return self.integer(node) };
        let found = value.and_then(Json::as_i64);
        if found.is_none() {
            let known = self.settings.iter().filter(|(_, value)| value.is_i64());
            let known = known.map(|(name, _)| name.as_str());
            self.unknown(node.span, ("설정", "setting with a whole number"), name, known);
        }
        found
    }

    /// The name after `settings.`, and what that is set to.
    fn setting_named<'n>(&self, node: &'n Node) -> Option<(&'n str, Option<&Json>)> {
        let NodeKind::String(text) = &node.kind else { return None };
        let name = text.strip_prefix("settings.")?;
        Some((name, self.settings.get(name)))
    }

    pub(super) fn span(&self, node: &Node) -> Option<TimeSpan> {
        let found = self.text_or_setting(node)?;
        match found.parse::<TimeSpan>() {
            Ok(span) if span.needs_calendar() && !self.has_calendar => {
                let en = format!("`{span}` needs a business calendar: name one with `calendar:`");
                let ko = format!("`{span}` 기간을 세려면 `calendar:`에 달력을 적어야 합니다");
                self.error(codes::CALENDAR, node.span, ko, en);
                None
            }
            Ok(span) => Some(span),
            Err(error) => {
                let ko = format!(
                    "`{found}` 기간은 `30m`, `3h`, `3wh`, `5bd`, `10d`, `2w`, `1mo`처럼 적어야 합니다"
                );
                self.error(codes::DURATION, node.span, ko, error.to_string());
                None
            }
        }
    }

    /// An expression whose type is its own, without personal data: nobody knows where its value goes.
    pub(super) fn any_expression(&self, node: &Node, scope: &Scope) -> Option<Expression> {
        let expression = self.compiled(node, |text| expression::compile(text, scope))?;
        if expression.ty().holds_personal() {
            let ty = expression.ty();
            let ko = format!("여기에는 개인정보를 쓸 수 없습니다: {}", ty.word(Lang::Ko));
            self.personal(node.span, ko, format!("personal data cannot stand here: this is {ty}"));
            return None;
        }
        Some(expression)
    }

    /// Reports a use of personal data that is none of those there are.
    fn personal(&self, span: Span, ko: String, en: String) {
        self.report(Diagnostic::error(codes::PERSONAL, span, ko, en).help(
            "개인정보 항목은 `has(…)`로 적혔는지 묻거나 다른 개인정보 항목에 그대로 옮길 수만 있습니다",
            "a personal field can be asked for with `has(…)` or copied whole into another personal field, no more",
        ));
    }

    pub(super) fn expression(
        &self,
        node: &Node,
        scope: &Scope,
        wanted: &Type,
    ) -> Option<Expression> {
        self.compiled(node, |text| expression::compile_as(text, scope, wanted))
    }

    fn compiled(
        &self,
        node: &Node,
        compile: impl Fn(&str) -> Result<Expression, ExpressionError>,
    ) -> Option<Expression> {
        let text: String = match &node.kind {
            NodeKind::String(text) => text.clone(),
            NodeKind::Int(value) => value.to_string(),
            NodeKind::Bool(value) => value.to_string(),
            _ => return self.wrong_kind(node, "식", "an expression"),
        };
        match compile(&text) {
            Ok(expression) => {
                self.counts_days.set(self.counts_days.get() || expression.names().counts_days);
                Some(expression)
            }
            Err(error) => {
                let span = node.span.part_of(self.text, &text, error.range());
                let (ko, en) = (error.explain(Lang::Ko), error.explain(Lang::En));
                match error.misuses_personal() {
                    true => self.personal(span, ko, en),
                    false => self.error(error.code(), span, ko, en),
                }
                None
            }
        }
    }
}
