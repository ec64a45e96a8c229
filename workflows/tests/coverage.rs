//! The requirement rows: each names what of a definition meets it and the scenarios that show it, and `docs/coverage.md`
//! is written from them. Files: `coverage/`, one for each workflow.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use dure_engine::language::{parse_yaml, workflow_name};
use dure_engine::model::names::{Name, Text};
use dure_engine::scenario::{CoverageOf, Element, Scenario};
use dure_storage::Lang;
use dure_workflows::{DEFINITIONS, REPORTS};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::played::{PLAYED, SCENARIOS};
use crate::red_flags;

/// One file of rows.
struct Source {
    file: &'static str,
    title: &'static str,
    /// Rows `NNN-01` to `NNN-last`.
    numbered: (&'static str, u32),
    /// Rows of its steps: the prefix, and every step somebody has to find in it.
    steps: (&'static str, &'static [&'static str]),
}

const SOURCES: &[Source] = &[
    Source {
        file: "learning_community_cycle",
        title: "학습공동체 운영 주기 / Learning-community cycle",
        numbered: ("000", 20),
        steps: (
            "cycle",
            &[
                "plan_season",
                "announce_recruitment",
                "submit_application",
                "screen_eligibility",
                "review_selection",
                "form_community",
                "confirm_activity_plan",
                "orient_team",
                "hold_meeting",
                "write_meeting_log",
                "record_observation",
                "request_spend",
                "approve_spend",
                "record_payment",
                "mid_check",
                "collect_opinions",
                "submit_result_report",
                "settle_budget",
                "share_results",
                "evaluate_cycle",
                "feed_back",
                "close_cycle",
                "join_member",
                "leave_member",
                "change_leader",
                "suspend_cycle",
                "resume_cycle",
                "dissolve_cycle",
                "cancel_cycle",
                "correct_record",
            ],
        ),
    },
    Source {
        file: "plan_approval",
        title: "계획 결재 / Plan approval",
        numbered: ("001", 72),
        steps: (
            "plan",
            &[
                "draft_plan",
                "collect_opinions",
                "submit_plan",
                "review_section",
                "consult_plan",
                "agree_plan",
                "deliberate_plan",
                "approve_plan",
                "report_deputized",
                "post_approve",
                "register_document",
                "publish_plan",
                "execute_item",
                "check_progress",
                "amend_plan",
                "evaluate_plan",
                "feed_back",
                "close_plan",
                "withdraw_plan",
                "redraft_plan",
                "cancel_plan",
                "repeal_plan",
                "register_absence",
                "change_route",
                "correct_record",
            ],
        ),
    },
    Source {
        file: "support_request",
        title: "작은도서관 지원 요청 / Small-library support request",
        numbered: ("002", 50),
        steps: (
            "support",
            &[
                "receive_request",
                "triage_request",
                "request_supplement",
                "supplement_request",
                "assign_hub",
                "plan_support",
                "commit_budget",
                "deliver_support",
                "confirm_result",
                "survey_satisfaction",
                "close_request",
                "withdraw_request",
                "cancel_request",
                "extend_deadline",
                "escalate_request",
                "reassign_owner",
                "correct_record",
                "maintenance_round",
                "assign_contacts",
                "lending",
                "cooperation_meeting",
                "open_call",
                "one_book",
                "training",
                "joint_program",
                "visiting",
                "consult",
            ],
        ),
    },
    Source {
        file: "hard_facts",
        title: "지켜야 할 사실 / Hard facts",
        numbered: ("fact", 11),
        steps: ("fact", &[]),
    },
];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    is: Text,
    /// Paths into definitions, from the name of the workflow.
    #[serde(default)]
    element: Vec<String>,
    #[serde(default)]
    scenario: Vec<Name>,
    #[serde(default)]
    report: Option<Name>,
    /// What is refused in one of its scenarios.
    #[serde(default)]
    refused: Option<Refusal>,
    /// Why nothing has to meet it.
    #[serde(default)]
    information: Option<Text>,
}

/// What a line of a scenario is refused with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    code: String,
    #[serde(default)]
    says: Option<String>,
}

impl Refusal {
    fn is_in(&self, scenario: &Scenario) -> bool {
        let mut refused = scenario.lines.iter().filter_map(|line| line.refused.as_ref());
        refused.any(|line| line.value.code == self.code && line.value.says == self.says)
    }
}

/// The rows of a file of the folder `coverage`.
pub(crate) fn read_rows<Row: DeserializeOwned>(file: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("coverage").join(file);
    let path = path.with_extension("yaml");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let json = parse_yaml(file, &text);
    let json = json.unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)));
    let Value::Array(rows) = json else { panic!("{file}: a list of rows") };
    let row = |row: Value| -> Row {
        let shown = row.to_string();
        serde_json::from_value(row).unwrap_or_else(|error| panic!("{shown}: {error}"))
    };
    rows.into_iter().map(row).collect()
}

fn rows(source: &Source) -> Vec<Row> {
    read_rows(source.file)
}

fn all_rows() -> Vec<Row> {
    SOURCES.iter().flat_map(rows).collect()
}

/// Every definition as it stands in its file, by name.
pub(crate) fn definitions() -> BTreeMap<String, Value> {
    let read = |(file, text): &(&str, &str)| {
        let name = workflow_name(text).expect("a definition has a name").to_string();
        let json = parse_yaml(file, text);
        (name, json.unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false))))
    };
    DEFINITIONS.iter().map(read).collect()
}

/// Whether a path, from the name of a workflow, stands in its definition.
pub(crate) fn stands(definitions: &BTreeMap<String, Value>, path: &str) -> bool {
    let mut keys = path.split('.');
    let workflow = keys.next().and_then(|name| definitions.get(name));
    keys.fold(workflow, |at, key| at.and_then(|value| value.get(key))).is_some()
}

#[test]
fn every_requirement_row_is_there_once() {
    for source in SOURCES {
        let rows = rows(source);
        let mut seen = BTreeSet::new();
        for row in &rows {
            assert!(seen.insert(row.id.as_str()), "{}: {} stands twice", source.file, row.id);
        }
        let (seed, last) = source.numbered;
        let (prefix, steps) = source.steps;
        let numbered = (1..=last).map(|number| format!("{seed}-{number:02}"));
        let wanted = numbered.chain(steps.iter().map(|step| format!("{prefix}.{step}")));
        let missing: Vec<String> = wanted.filter(|id| !seen.contains(id.as_str())).collect();
        assert!(missing.is_empty(), "{}: no row for {missing:?}", source.file);
    }
}

#[test]
fn every_row_is_met_by_something_or_says_why_nothing_meets_it() {
    let definitions = definitions();
    let scenarios = &*SCENARIOS;
    for row in all_rows() {
        assert!(!row.is.ko.is_empty() && !row.is.en.is_empty(), "{}: a text in both", row.id);
        let met = !row.element.is_empty() && !row.scenario.is_empty();
        assert_ne!(
            met,
            row.information.is_some(),
            "{}: met by elements and scenarios, or information",
            row.id
        );
        // A hard fact is what is refused or recorded: its scenario shows it.
        let fact = row.id.starts_with("fact");
        assert_eq!(met && !fact, row.report.is_some(), "{}: a report shows what is met", row.id);
        if let Some(report) = &row.report {
            let file = format!("/{report}.yaml");
            let shipped = REPORTS.iter().any(|(path, _)| path.ends_with(&file));
            assert!(shipped, "{}: no report {report} is shipped", row.id);
        }
        for path in &row.element {
            assert!(stands(&definitions, path), "{}: no definition has {path}", row.id);
        }
        for name in &row.scenario {
            assert!(scenarios.contains_key(name), "{}: no scenario {name}", row.id);
        }
        if let Some(refused) = &row.refused {
            let shown = row.scenario.iter().any(|name| refused.is_in(&scenarios[name]));
            assert!(shown, "{}: none of {:?} is refused so", row.id, row.scenario);
        }
    }
}

/// What has to be taken for a path to be shown: its innermost step or outcome, its action or its end. Data, settings
/// and the like are shown by any case of the workflow.
fn taken_by(path: &str) -> Option<Element> {
    let keys: Vec<&str> = path.split('.').collect();
    let name = |after: &str| {
        let at = keys.iter().rposition(|key| *key == after)?;
        keys.get(at + 1).and_then(|key| Name::new(key).ok())
    };
    match keys.get(1).copied() {
        Some("actions") => name("actions").map(Element::Action),
        Some("ends") => name("ends").map(Element::End),
        Some("steps" | "background") => {
            let step = name("steps")?;
            let inside = keys.iter().rposition(|key| *key == "steps").unwrap_or_default();
            let outcome = keys.iter().rposition(|key| *key == "outcomes");
            match outcome.filter(|at| *at == inside + 2).and_then(|_| name("outcomes")) {
                Some(outcome) => Some(Element::Outcome { step, outcome }),
                None => Some(Element::Step(step)),
            }
        }
        _ => None,
    }
}

fn shows(played: &[CoverageOf], path: &str) -> bool {
    let workflow = path.split('.').next().unwrap_or_default();
    let mut of = played.iter().filter(|report| report.workflow.as_str() == workflow);
    of.any(|report| match taken_by(path) {
        Some(wanted) => report.elements.iter().any(|row| row.element == wanted && row.taken > 0),
        None => report.elements.iter().any(|row| row.taken > 0),
    })
}

#[test]
fn every_element_of_a_row_is_taken_by_one_of_its_scenarios() {
    for row in all_rows() {
        for path in &row.element {
            let shown = row.scenario.iter().any(|name| shows(&PLAYED[name].coverage, path));
            assert!(shown, "{}: none of {:?} takes {path}", row.id, row.scenario);
        }
    }
}

/// A word of a choice is shown by a scenario in which somebody chooses it.
#[test]
fn every_word_of_a_row_is_chosen_in_one_of_its_scenarios() {
    let mut unshown = Vec::new();
    for row in all_rows() {
        for path in &row.element {
            let Some((before, word)) = path.rsplit_once('.') else { continue };
            let chosen = |name: &Name| {
                let text = SCENARIOS[name].text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
                text.into_iter().any(|known| known == word)
            };
            if before.ends_with(".enum") && !row.scenario.iter().any(chosen) {
                unshown.push(format!("{}: {path} in {:?}", row.id, row.scenario));
            }
        }
    }
    assert_eq!(unshown, Vec::<String>::new());
}

#[test]
fn every_part_of_every_definition_is_taken_by_some_scenario() {
    let mut taken: BTreeMap<(&Name, &Element), u64> = BTreeMap::new();
    for report in PLAYED.values().flat_map(|outcome| &outcome.coverage) {
        for row in &report.elements {
            *taken.entry((&report.workflow, &row.element)).or_default() += row.taken;
        }
    }
    let played: BTreeSet<&str> = taken.keys().map(|(workflow, _)| workflow.as_str()).collect();
    assert_eq!(played, definitions().keys().map(String::as_str).collect());
    let untaken = taken.iter().filter(|(_, times)| **times == 0).map(|(part, _)| part);
    let untaken: Vec<_> = untaken.collect();
    assert!(untaken.is_empty(), "no scenario takes {untaken:#?}");
}

pub(crate) fn list<T: ToString>(of: &[T]) -> String {
    let marked: Vec<String> = of.iter().map(|one| format!("`{}`", one.to_string())).collect();
    marked.join("<br>")
}

fn document() -> String {
    let mut text = String::from(
        "# Coverage\n\nEvery requirement of the three workflows, what of a definition meets it, and the scenarios that show it. Written from\n\
         `workflows/coverage/`; a test holds that every row is here, that every path stands in a definition, and that one of the\n\
         scenarios takes it.\n",
    );
    for source in SOURCES {
        let _ = write!(
            text,
            "\n## {}\n\n| row | requirement | definition | scenario | report |\n|---|---|---|---|---|\n",
            source.title
        );
        for row in rows(source) {
            let met = match (&row.information, &row.refused) {
                (Some(why), _) => format!("information only: {} / {}", why.ko, why.en),
                (None, Some(refused)) => format!("{}<br>{}", list(&row.element), refused.code),
                (None, None) => list(&row.element),
            };
            let report = row.report.map(|name| format!("`{name}`")).unwrap_or_default();
            let (id, ko, en, scenario) = (row.id, row.is.ko, row.is.en, list(&row.scenario));
            let _ = writeln!(text, "| {id} | {ko}<br>{en} | {met} | {scenario} | {report} |");
        }
    }
    text.push_str(&red_flags::section());
    text
}

#[test]
fn the_document_of_coverage_is_written_from_the_rows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/coverage.md");
    let text = document();
    if std::env::var_os("DURE_BLESS").is_some() {
        std::fs::write(&path, &text).expect("docs/coverage.md is written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, text, "run the tests once with DURE_BLESS=1 to write docs/coverage.md anew");
}
