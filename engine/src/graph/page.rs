//! A workflow as a page of Markdown for the people who do the work: the picture, then step by step who does what by when,
//! what is filled in, how a step can end and where that leads. Everything is read from the definition.

use std::collections::BTreeMap;

use dure_storage::Lang;
use serde_json::Value as Json;

use super::mermaid;
use super::model::{Block, Cluster, Graph, Node};
use super::phrases::{say, span};
use crate::model::definition::{
    Action, BranchDefinition, By, Definition, Guard, Outcome, Step, Target,
};
use crate::model::form::{Field, Form};
use crate::model::names::{Name, Text};

/// The page of a workflow in one language.
pub fn page(definition: &Definition, lang: Lang) -> String {
    let graph = Graph::of(definition, lang);
    let mut page = Page { definition, lang, facts: BTreeMap::new(), out: String::new() };
    page.note(&graph.main);
    graph.background.iter().for_each(|(_, cluster)| page.note_cluster(cluster));
    page.head();
    page.picture(&graph);
    page.people();
    page.start();
    page.steps();
    page.actions();
    page.ends();
    page.beside();
    page.out
}

struct Page<'d> {
    definition: &'d Definition,
    lang: Lang,
    /// Who, by when and what else there is to know of a step.
    facts: BTreeMap<String, Vec<String>>,
    out: String,
}

impl Page<'_> {
    fn note(&mut self, block: &Block) {
        block.nodes.iter().for_each(|node: &Node| {
            self.facts.insert(node.name.clone(), node.facts.clone());
            node.clusters.iter().for_each(|cluster| self.note_cluster(cluster));
        });
    }

    fn note_cluster(&mut self, cluster: &Cluster) {
        self.note(&cluster.block);
    }

    fn say(&self, ko: &str, en: &str) -> String {
        say(self.lang, ko, en)
    }

    fn text<'t>(&self, text: &'t Text) -> &'t str {
        text.get(self.lang)
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn heading(&mut self, ko: &str, en: &str) {
        let title = self.say(ko, en);
        self.line(&format!("\n## {title}\n"));
    }

    fn head(&mut self) {
        let definition = self.definition;
        let title = cell(self.text(&definition.title));
        let (name, version) = (&definition.reference.name, definition.reference.version);
        let version = say(self.lang, format!("{version}판"), format!("version {version}"));
        self.line(&format!("# {title}\n\n`{name}` · {version}"));
        if let Some(description) = &definition.description {
            let description = cell(self.text(description));
            self.line(&format!("\n{description}"));
        }
    }

    fn picture(&mut self, graph: &Graph) {
        let picture = mermaid(graph);
        self.line(&format!("\n```mermaid\n{}```", picture));
    }

    fn people(&mut self) {
        self.heading("함께하는 사람", "Who takes part");
        let definition = self.definition;
        let titles: Vec<&str> = definition.roles.values().map(|title| self.text(title)).collect();
        self.line(&cell(&titles.join(" · ")));
        for delegation in &definition.delegations {
            let (of, to) = (self.role(&delegation.of), self.role(&delegation.to));
            let told = say(
                self.lang,
                format!(
                    "- {to}: {of}의 결정을 위임받아 처리할 수 있음 (`{}`)",
                    delegation.when.text()
                ),
                format!("- {to} may decide in place of {of} (`{}`)", delegation.when.text()),
            );
            self.line(&told);
        }
    }

    fn start(&mut self) {
        self.heading("시작", "How it begins");
        let start = &self.definition.start;
        self.told("start");
        self.form(&start.form, 0);
        self.rules(&start.rules, 0);
        let to = self.target(&start.to);
        self.line(&format!("- → {to}"));
    }

    fn steps(&mut self) {
        self.heading("단계", "The steps");
        let definition = self.definition;
        definition.block.steps.iter().for_each(|step| self.step(step, 3));
        for background in &definition.background {
            let title = cell(self.text(&background.step.title));
            let beside = self.say("나란히 진행", "beside the rest");
            self.line(&format!("\n### {title} ({beside})"));
            let step = &background.step;
            step.branches().iter().for_each(|branch| self.branch(branch, 4));
        }
    }

    fn step(&mut self, step: &Step, depth: usize) {
        let title = cell(self.text(&step.title));
        self.line(&format!("\n{} {title}\n", "#".repeat(depth.min(6))));
        self.told(step.name.as_str());
        for outcome in &step.outcomes {
            self.outcome(step, outcome);
        }
        step.branches().iter().for_each(|branch| self.branch(branch, depth + 1));
        if step.branches().is_empty() {
            let inner = step.blocks().flat_map(|block| &block.steps);
            inner.for_each(|inner| self.step(inner, depth + 1));
        }
    }

    fn branch(&mut self, branch: &BranchDefinition, depth: usize) {
        let mut depth = depth;
        if branch.block.steps.len() > 1 {
            let title = cell(self.text(&branch.title));
            self.line(&format!("\n{} {title}", "#".repeat(depth.min(6))));
            depth += 1;
        }
        branch.block.steps.iter().for_each(|step| self.step(step, depth));
    }

    /// Who and by when.
    fn told(&mut self, name: &str) {
        let facts = self.facts.get(name).cloned().unwrap_or_default();
        if !facts.is_empty() {
            let facts = self.in_words(&facts.join(" · "));
            self.line(&format!("{}\n", cell(&facts)));
        }
    }

    /// Fields of the data by their titles: `data.due_on` says little to whoever returns a book.
    fn in_words(&self, fact: &str) -> String {
        let titled = self.definition.data.iter().filter_map(|field| {
            Some((format!("data.{}", field.name), self.text(field.title.as_ref()?)))
        });
        let mut titled: Vec<(String, &str)> = titled.collect();
        titled.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        titled.iter().fold(fact.to_owned(), |fact, (name, title)| fact.replace(name, title))
    }

    fn outcome(&mut self, step: &Step, outcome: &Outcome) {
        let only = step.outcomes.len() == 1 && outcome.title.is_none();
        let title = outcome.title.as_ref().map(|title| cell(self.text(title)));
        let title = title.unwrap_or_else(|| match only {
            true => self.say("마치면", "then"),
            false => self.say("조건에 따라", "as the rules say"),
        });
        let mut notes = Vec::new();
        if outcome.automatic {
            notes.push(self.say("저절로", "by itself"));
        }
        if outcome.reason_required {
            notes.push(self.say("사유 기재", "reason required"));
        }
        if let Some(most) = outcome.at_most {
            notes.push(say(self.lang, format!("{most}번까지"), format!("at most {most} times")));
        }
        let notes =
            if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        let to = self.target(&outcome.target);
        self.line(&format!("- **{title}**{notes} → {to}"));
        self.form(&outcome.form, 1);
        self.rules(&outcome.rules, 1);
    }

    fn actions(&mut self) {
        if self.definition.actions.is_empty() {
            return;
        }
        self.heading("언제든지 할 수 있는 일", "What may be done at any time");
        let definition = self.definition;
        definition.actions.iter().for_each(|action| self.action(action));
    }

    fn action(&mut self, action: &Action) {
        let mut notes = vec![self.by(&action.by)];
        if action.reason_required {
            notes.push(self.say("사유 기재", "reason required"));
        }
        if action.once {
            notes.push(self.say("한 번만", "once"));
        }
        if let Some(more) = action.extends {
            let more = span(more, self.lang);
            notes.push(say(self.lang, format!("기한을 {more} 늘림"), format!("{more} more time")));
        }
        if !action.during.is_empty() {
            let steps: Vec<String> =
                action.during.iter().map(|step| self.step_title(step)).collect();
            let during = self.say("다음 단계에 있는 동안", "while in");
            notes.push(format!("{during}: {}", steps.join(", ")));
        }
        let to = action.target.as_ref().map(|target| format!(" → {}", self.target(target)));
        let title = cell(self.text(&action.title));
        self.line(&format!("- **{title}** ({}){}", notes.join(" · "), to.unwrap_or_default()));
        self.form(&action.form, 1);
        self.rules(&action.rules, 1);
    }

    fn ends(&mut self) {
        self.heading("끝나는 방식", "How it can end");
        for end in &self.definition.ends {
            let title = cell(self.text(&end.title));
            self.line(&format!("- {title}"));
        }
    }

    /// Numbers, accounts, messages, flags and settings.
    fn beside(&mut self) {
        let definition = self.definition;
        let titled = |title: &Text| cell(title.get(self.lang));
        let accounts: Vec<String> =
            definition.accounts.iter().map(|account| titled(&account.title)).collect();
        let messages: Vec<String> =
            definition.messages.iter().map(|message| titled(&message.title)).collect();
        let flags: Vec<String> = definition.flags.iter().map(|flag| titled(&flag.title)).collect();
        self.list(("계정", "Accounts"), &accounts);
        self.list(("받는 알림", "Messages it takes"), &messages);
        self.list(("감사에서 살피는 것", "Red flags"), &flags);
        if definition.settings.is_empty() {
            return;
        }
        self.heading("설정값", "Settings");
        let told = self.say(
            "기본값이며 법령에서 정한 값이 아닙니다. 기관에 맞게 바꿀 수 있습니다.",
            "Defaults to be changed where needed; they are not law.",
        );
        self.line(&format!("{told}\n"));
        for (name, value) in &definition.settings {
            self.line(&format!("- `{name}`: {}", plain(value)));
        }
    }

    fn list(&mut self, (ko, en): (&str, &str), titles: &[String]) {
        if !titles.is_empty() {
            self.heading(ko, en);
            titles.iter().for_each(|title| self.line(&format!("- {title}")));
        }
    }

    fn form(&mut self, form: &Form, depth: usize) {
        if form.fields().is_empty() {
            return;
        }
        let fields: Vec<String> = form.fields().iter().map(|field| self.field(field)).collect();
        let what = self.say("적는 것", "to fill in");
        self.line(&format!("{}- {what}: {}", "  ".repeat(depth), fields.join("; ")));
    }

    fn field(&self, field: &Field) -> String {
        let title = field.title.as_ref().map(|title| cell(self.text(title)));
        let title = title.unwrap_or_else(|| field.name.to_string());
        let mut notes = Vec::new();
        if field.optional {
            notes.push(self.say("선택", "optional"));
        }
        notes.extend(self.options(&field.schema));
        match notes.is_empty() {
            true => title,
            false => format!("{title} ({})", notes.join("; ")),
        }
    }

    /// The choices of a field, or the fields within it.
    fn options(&self, schema: &Json) -> Option<String> {
        let key = match self.lang {
            Lang::Ko => "ko",
            Lang::En => "en",
        };
        let inner = schema.get("items").unwrap_or(schema);
        if let Some(options) = inner.get("x-enum").and_then(Json::as_object) {
            let texts = options.values().filter_map(|text| text.get(key)?.as_str());
            return Some(cell(&texts.collect::<Vec<_>>().join(" / ")));
        }
        let fields = inner.get("properties").and_then(Json::as_object)?;
        let titles = fields.iter().map(|(name, field)| {
            let title = field.get("x-title").and_then(|title| title.get(key)?.as_str());
            cell(title.unwrap_or(name))
        });
        Some(titles.collect::<Vec<_>>().join(", "))
    }

    fn rules(&mut self, rules: &[Guard], depth: usize) {
        for because in rules.iter().filter_map(|rule| rule.because.as_ref()) {
            let not = self.say("안 되는 경우", "not if");
            let because = cell(self.text(because));
            self.line(&format!("{}- {not}: {because}", "  ".repeat(depth)));
        }
    }

    fn by(&self, by: &By) -> String {
        match by {
            By::Starter => self.say("신청자", "who it is for"),
            By::Roles(roles) => {
                roles.iter().map(|role| self.role(role)).collect::<Vec<_>>().join(", ")
            }
            By::Person(person) | By::People(person) => self.named_person(person.text()),
        }
    }

    /// The person a field of the data names, by the title of the field.
    fn named_person(&self, expression: &str) -> String {
        let name = expression.trim().strip_prefix("data.").unwrap_or(expression);
        let field = self.definition.data.iter().find(|field| field.name.as_str() == name);
        let title = field.and_then(|field| field.title.as_ref());
        title.map_or_else(|| format!("`{expression}`"), |title| cell(self.text(title)))
    }

    fn role(&self, role: &Name) -> String {
        let title = self.definition.roles.get(role);
        title.map_or_else(|| role.to_string(), |title| cell(self.text(title)))
    }

    fn step_title(&self, name: &Name) -> String {
        let step = self.definition.step(name.as_str());
        step.map_or_else(|| name.to_string(), |step| cell(self.text(&step.title)))
    }

    fn target(&self, target: &Target) -> String {
        match target {
            Target::Step(name) => self.step_title(name),
            Target::End(name) => {
                let end = self.definition.end(name.as_str());
                let title = end.map_or(name.as_str(), |end| self.text(&end.title));
                format!("{}: {}", self.say("끝", "end"), cell(title))
            }
            Target::Done(_) => self.say("이 갈래를 마침", "this branch is done"),
        }
    }
}

/// A text of a file in one line that means nothing to Markdown.
fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => cell(text),
        other => other.to_string(),
    }
}
