//! A made-up district: the same seed gives the same log, the hard cases are always there, and what happens how often lies
//! within bounds. Everything is read from the events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dure_engine::runtime::{CountedIds, ManualClock};
use dure_engine::simulation::SampleReport;
use dure_engine::{Engine, EngineOptions};
use dure_storage::{EventLog, MemoryLog, MemoryStore, Position, Source};
use dure_workflows::{DEFINITIONS, district, district_plan, install, sample_begins};
use serde_json::Value;

/// Of a hundred cases of a district those that are made here: fewer are too few to tell how often what happens.
const PERCENT: u32 = 100;
/// Events that are read at once.
const PAGE: usize = 1_000;

async fn empty() -> (Engine, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(sample_begins()));
    let log: Arc<dyn EventLog> = Arc::new(MemoryLog::new(Source("urn:test".into())));
    let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
    let engine = Engine::open(log, Arc::new(MemoryStore::default()), options).await;
    (engine.expect("an engine opens"), clock)
}

async fn made(seed: u64, percent: u32) -> (Engine, SampleReport) {
    let (engine, clock) = empty().await;
    let report = district(&engine, &clock, seed, percent).await;
    (engine, report.unwrap_or_else(|trouble| panic!("{trouble:?}")))
}

/// Every event of a log.
async fn events(engine: &Engine) -> Vec<Value> {
    let (mut events, mut next) = (Vec::new(), Position(0));
    loop {
        let page = engine.log().read_all(next, PAGE).await.expect("a page");
        let Some(last) = page.last() else { return events };
        next = Position(last.position.0 + 1);
        let read = page.iter().map(|event| serde_json::from_slice(&event.bytes).expect("JSON"));
        events.extend(read);
    }
}

/// What is read of a case.
#[derive(Debug, Default)]
struct Told {
    form: Value,
    /// Steps and actions with how they ended, in order.
    done: Vec<(String, String)>,
    end: Option<String>,
    late: bool,
    deputised: bool,
}

/// The cases of a workflow that the people of the plan began, by number.
fn of_the_plan(events: &[Value], prefix: &str) -> BTreeMap<String, Told> {
    let mut cases = told(events, prefix);
    let begun = events.iter().filter(|event| event["type"] == "dure.case_started.v1");
    let ours: BTreeSet<&str> = begun
        .filter(|event| text(&event["data"]["act"]["by"]).starts_with("P-"))
        .map(|event| text(&event["data"]["case"]))
        .collect();
    cases.retain(|case, told| ours.contains(case.as_str()) && !told.form.is_null());
    cases
}

fn told(events: &[Value], prefix: &str) -> BTreeMap<String, Told> {
    let mut cases: BTreeMap<String, Told> = BTreeMap::new();
    for event in events {
        let Some(case) = text(&event["subject"]).strip_prefix("case/") else { continue };
        if !case.starts_with(prefix) {
            continue;
        }
        let (told, data) = (cases.entry(case.to_owned()).or_default(), &event["data"]);
        if event["type"] == "dure.case_started.v1" {
            told.form = data["act"]["form"].clone();
        }
        let step = text(&data["step"]).rsplit('/').next().unwrap_or_default();
        match data["action"].as_str() {
            Some(action) => told.done.push((action.to_owned(), String::new())),
            None => told.done.push((step.to_owned(), text(&data["outcome"]).to_owned())),
        }
        told.late |= !data["timer"]["does"]["escalate"].is_null();
        told.deputised |= step == "approve_plan" && data["act"]["authority"] == "deputy";
        let closed = data["consequences"].as_array().into_iter().flatten();
        let end = closed.filter_map(|one| one["case_closed"]["end"].as_str()).next();
        told.end = end.map(str::to_owned).or(told.end.take());
    }
    cases
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

impl Told {
    fn did(&self, step: &str, outcome: &str) -> usize {
        self.done.iter().filter(|(at, how)| at == step && how == outcome).count()
    }
}

/// How many of a hundred cases something holds for.
fn share(cases: &BTreeMap<String, Told>, holds: impl Fn(&Told) -> bool) -> usize {
    cases.values().filter(|told| holds(told)).count() * 100 / cases.len().max(1)
}

#[tokio::test]
async fn the_same_seed_gives_the_same_log_and_another_seed_another() {
    let mut roots = Vec::new();
    for seed in [1, 1, 2] {
        let (engine, report) = made(seed, 5).await;
        assert_eq!(report.given_up, Vec::<String>::new());
        roots.push(engine.log().head().await.expect("a head").root);
    }
    assert_eq!(roots[0], roots[1]);
    assert_ne!(roots[0], roots[2]);
}

#[tokio::test]
async fn what_happens_how_often_lies_within_bounds_and_every_hard_case_is_there() {
    let (engine, report) = made(1, PERCENT).await;
    assert_eq!(report.given_up, Vec::<String>::new());
    let events = events(&engine).await;
    requests_are_as_the_plan_says(&of_the_plan(&events, "SR-"));
    plans_are_as_the_plan_says(&of_the_plan(&events, "PA-"));
    communities_are_as_the_plan_says(&of_the_plan(&events, "LC-"));
    hard_cases_of_requests(&events);
    hard_cases_of_communities(&events);
    hard_cases_of_plans(&events);
}

fn requests_are_as_the_plan_says(requests: &BTreeMap<String, Told>) {
    assert_eq!(requests.len(), 400 * PERCENT as usize / 100);
    let said = |field: &'static str, word: &'static str| {
        share(requests, move |told| told.form[field] == word)
    };
    let found = [
        ("maintenance", 22, said("kind", "maintenance")),
        ("lending", 14, said("kind", "lending")),
        ("training", 14, said("kind", "training")),
        ("joint_program", 18, said("kind", "joint_program")),
        ("consult", 12, said("kind", "consult")),
        ("open_call", 8, said("kind", "open_call")),
        ("contact", 4, said("kind", "contact")),
        ("meeting", 4, said("kind", "meeting")),
        ("visiting", 4, said("kind", "visiting")),
        ("web", 45, said("channel", "web")),
        ("phone", 25, said("channel", "phone")),
        ("visit", 15, said("channel", "visit")),
        ("meeting", 10, said("channel", "meeting")),
        ("paper", 5, said("channel", "paper")),
        ("declined", 6, share(requests, |told| told.end.as_deref() == Some("declined"))),
        ("withdrawn", 5, share(requests, |told| told.end.as_deref() == Some("withdrawn"))),
        (
            "supplemented",
            10,
            share(requests, |t| t.did("triage_request", "request_supplement") > 0),
        ),
        ("reopened", 4, share(requests, |told| told.did("close_request", "reopen_request") > 0)),
        ("late", 8, share(requests, |told| told.late)),
    ];
    let off =
        found.into_iter().filter(|(_, wanted, found)| found.abs_diff(*wanted) > 3 + wanted / 4);
    assert_eq!(off.collect::<Vec<_>>(), []);
}

fn plans_are_as_the_plan_says(plans: &BTreeMap<String, Told>) {
    let returned = |told: &Told| told.did("approve_plan", "return") + told.did("review", "return");
    let decided = |told: &&Told| told.did("approve_plan", "approve") > 0;
    let decided: Vec<&Told> = plans.values().filter(decided).collect();
    assert!(decided.len() >= 30 * PERCENT as usize / 200, "{}", decided.len());
    let often = decided.iter().filter(|told| returned(told) > 0).count() * 100 / decided.len();
    assert!((15..=65).contains(&often), "{often} of a hundred were returned");
}

fn communities_are_as_the_plan_says(communities: &BTreeMap<String, Told>) {
    assert_eq!(communities.len(), 24 * PERCENT as usize / 100);
    for (case, told) in communities {
        let members = told.form["members"].as_array().map_or(0, Vec::len);
        let number = |field: &str| told.form[field].as_u64().unwrap_or_default();
        let (meetings, won) = (number("planned_meetings"), number("allocated"));
        assert!((5..=12).contains(&members), "{case}: {members} members");
        assert!((8..=16).contains(&meetings), "{case}: {meetings} meetings");
        assert!((1_000_000..=3_000_000).contains(&won) && won % 100 == 0, "{case}: {won} won");
    }
    let all = || communities.values().flat_map(|told| &told.done);
    let took_place = all().filter(|(at, how)| at == "hold_meeting" && how == "held").count();
    let put_off = |act: &str| act == "postpone_meeting" || act == "cancel_meeting";
    let not = all().filter(|(at, how)| put_off(at) || put_off(how)).count();
    let share = took_place * 100 / (took_place + not).max(1);
    assert!((82..=97).contains(&share), "{share} of a hundred meetings were held");
}

/// Asked by phone and written down nine days later; handed on; counted again; texts as long as they may be, and typed
/// letter by letter; a holiday that moves what is due.
fn hard_cases_of_requests(events: &[Value]) {
    let late = events.iter().any(|event| {
        let form = &event["data"]["act"]["form"];
        form["asked_on"] == "2017-06-13" && text(&event["recordedtime"]).starts_with("2017-06-22")
    });
    assert!(late, "no offline request was recorded nine days later");
    let requests = told(events, "SR-");
    let handed_on = |told: &Told| told.did("accept_assignment", "transfer_request") > 0;
    assert!(requests.values().any(handed_on), "no request was transferred");
    let recounted = events.iter().any(|event| {
        event["data"]["outcome"] == "recount" && text(&event["data"]["step"]) == "announce_result"
    });
    assert!(recounted, "no vote was counted again");
    let longest: Vec<&str> = requests
        .values()
        .map(|told| text(&told.form["subject"]))
        .filter(|subject| subject.chars().count() == 100)
        .collect();
    assert_eq!(
        longest.len(),
        2,
        "a subject as long as it may be, whole and typed letter by letter"
    );
    assert_eq!(longest[0], longest[1]);
    let whole = events
        .iter()
        .filter(|event| event["data"]["act"]["form"]["subject"] == "어린이 서가 배치 자문");
    assert!(whole.count() > 0, "no text that was typed letter by letter is whole");
    let moved = events.iter().filter(|event| event["type"] == "dure.dues_moved.v1").count();
    assert!(moved > 0, "no due was moved by the calendar");
}

/// Dissolved and settled all the same; a panelist who stepped back; a panel that was too few.
fn hard_cases_of_communities(events: &[Value]) {
    let communities = told(events, "LC-");
    let settled = |told: &Told| {
        told.end.as_deref() == Some("dissolved")
            && told.done.iter().any(|(at, _)| at == "settle_budget")
    };
    assert!(communities.values().any(settled), "no dissolved team has settled");
    let recused = events.iter().any(|event| {
        let change = serde_json::to_string(&event["data"]["change"]).unwrap_or_default();
        event["type"] == "dure.task_changed.v1" && change.contains("recuse")
            || event["data"]["outcome"] == "recuse"
    });
    assert!(recused, "no panelist stepped back");
    let no_quorum = events.iter().any(|event| {
        let consequences = event["data"]["consequences"].as_array().into_iter().flatten();
        consequences
            .into_iter()
            .any(|one| text(&one["flag_raised"]["flag"]).ends_with("quorum_not_met"))
    });
    assert!(no_quorum, "no quorum failed");
}

/// One section returned while the others keep their review; an amendment that crosses the limit of delegation.
fn hard_cases_of_plans(events: &[Value]) {
    let plans = told(events, "PA-");
    let kept = |told: &Told| {
        let rounds = told.done.split(|(at, _)| at == "submit_plan");
        let rounds: Vec<Vec<&str>> = rounds
            .map(|round| {
                round.iter().filter(|(at, _)| at == "review").map(|(_, how)| &**how).collect()
            })
            .collect();
        rounds
            .windows(2)
            .any(|pair| pair[0].contains(&"return") && (1..pair[0].len()).contains(&pair[1].len()))
    };
    assert!(plans.values().any(kept), "no section was returned while others kept their review");
    let crossed = plans.keys().any(|plan| {
        let approvals: Vec<&str> = events
            .iter()
            .filter(|event| text(&event["subject"]).strip_prefix("case/") == Some(plan))
            .filter(|event| text(&event["data"]["step"]).ends_with("approve_plan"))
            .filter(|event| event["data"]["outcome"] == "approve")
            .map(|event| text(&event["data"]["act"]["authority"]))
            .collect();
        approvals.first() == Some(&"delegated") && approvals.contains(&"own")
    });
    assert!(crossed, "no amendment crossed the limit of delegation");
}

#[tokio::test]
async fn the_plan_of_a_district_speaks_of_what_its_workflows_have() {
    let (engine, _) = empty().await;
    install(&engine).await.unwrap_or_else(|error| panic!("{error}"));
    let plan = district_plan();
    let mut idle = Vec::new();
    for name in plan.guides.keys() {
        let definition = engine.workflow(name.as_str(), None).await;
        idle.extend(plan.idle(&definition.unwrap_or_else(|error| panic!("{error}"))));
    }
    assert_eq!(idle, Vec::<String>::new());
    assert!(DEFINITIONS.len() >= plan.guides.len());
}
