//! Scenarios: every key once as it passes and once as it fails, every mistake of a file at its place, ten years in one
//! line, and what of a workflow was taken.

use dure_engine::language::Diagnostics;
use dure_engine::scenario::{self, Coverage, Found, LineResult, Run, Scenario, Sources};
use dure_storage::Lang;

use crate::harness::World;

/// The files of these tests.
struct Files;

const FILES: [(&str, &str); 3] = [
    ("order.yaml", include_str!("files/order.yaml")),
    ("memo.yaml", include_str!("files/memo.yaml")),
    ("monthly.yaml", include_str!("files/monthly.yaml")),
];

impl Sources for Files {
    fn file(&self, _from: &str, path: &str) -> Result<Found, String> {
        if let Some(version) =
            path.strip_prefix("order_").and_then(|rest| rest.strip_suffix(".yaml"))
        {
            let text = FILES[0].1.replace("version: 3", &format!("version: {version}"));
            return Ok(Found { file: path.to_owned(), text });
        }
        let found = FILES.iter().find(|(file, _)| *file == path);
        let found = found.map(|(file, text)| Found { file: (*file).into(), text: (*text).into() });
        found.ok_or_else(|| "there is no such file".to_owned())
    }

    fn workflow(&self, name: &str) -> Option<Found> {
        self.file("", &format!("{name}.yaml")).ok()
    }
}

const HEAD: &str = "\
scenario: trial
title: {ko: 시험, en: Trial}
workflow: order
calendars:
  - calendar: office
    version: 2
    zone: Asia/Seoul
    weekend: [sat, sun]
    hours: [['09:00', '12:00'], ['13:00', '18:00']]
    from: '2017-01-01'
    to: '2018-12-31'
    holidays: {'2017-03-01': {ko: 삼일절, en: Independence Movement Day}}
people:
  clerk-1: {roles: [clerk]}
  clerk-2: {roles: [clerk], title: {ko: 접수자 2, en: Clerk 2}}
  head-1: {roles: [{role: head, in: east}], absent: [{from: 2017-03-13 00:00, to: 2017-03-20 00:00, deputy: head-2}]}
  head-2: {roles: [{role: head, in: west}]}
  head-3: {roles: [head]}
  head-4: {roles: [{role: head, from: 2017-03-14 00:00, until: 2017-03-16 00:00}]}
  chief-1: {roles: [chief]}
accounts: {budget/east: {unit: krw, amount: 5000}}
clock: 2017-03-10 10:00
lines:
";
const START: &str = "  - {by: clerk-1, start: {region: east, cost: 700}}\n";
const ACCEPT: &str = "  - {by: head-1, do: check accept}\n";
const RETURN: &str = "  - {by: head-1, do: check return, reason: unclear}\n";
const PRINTED: &str = "  - {answer: print printed}\n";

fn file(lines: &[&str]) -> String {
    format!("{HEAD}{}", lines.concat())
}

fn read(text: &str) -> Result<Scenario, Diagnostics> {
    Scenario::read("trial.scenario.yaml", text, &Files)
}

async fn run(text: &str) -> Run {
    let scenario = read(text).unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)));
    scenario::run(&scenario).await.unwrap_or_else(|error| panic!("{error}"))
}

/// `passed`, or the code, the place and the message of the first thing that is wrong.
async fn told(text: &str) -> String {
    let found = match read(text) {
        Ok(_) => run(text).await.played.found,
        Err(found) => found,
    };
    let told = found.to_json(Lang::En);
    let Some(first) = told["diagnostics"].get(0) else { return "passed".to_owned() };
    let korean = found.to_json(Lang::Ko)["diagnostics"][0]["message"].to_string();
    assert!(korean.chars().any(|c| ('가'..='힣').contains(&c)), "{korean}");
    let text = |key: &str| first[key].as_str().unwrap_or_default().to_owned();
    let place = (first["line"].clone(), first["column"].clone());
    format!("{} {}:{} {}", text("code"), place.0, place.1, text("message"))
}

/// What is told of a scenario whose last line is `line`, after the others.
async fn line(before: &[&str], line: &str) -> String {
    told(&file(&[&before.concat(), "  - ", line, "\n"])).await
}

#[track_caller]
fn assert_told(told: &str, wanted: &str) {
    match wanted.split_once(' ') {
        None => assert_eq!(told, wanted),
        Some((code, words)) => {
            assert!(told.starts_with(&format!("{code} ")) && told.contains(words), "{told}");
        }
    }
}

/// Each key of `expect` and each verb: the lines before, a line, and what is told of it.
async fn table(rows: &[(&[&str], &str, &str)]) {
    for (before, last, wanted) in rows {
        assert_told(&line(before, last).await, wanted);
    }
}

#[tokio::test]
async fn every_expectation_passes_where_it_is_true_and_says_what_differs_where_it_is_not() {
    table(&[
        (&[START], "{expect: {active: check}}", "passed"),
        (&[START], "{expect: {active: [fix]}}", "E-scenario-differs active: expected [fix], was [check]"),
        (&[START], "{expect: {number: OR-2017-0001}}", "passed"),
        (&[START], "{expect: {number: OR-2017-0002}}", "E-scenario-differs number: expected OR-2017-0002, was OR-2017-0001"),
        (&[START], "{expect: {steps: {check: {held_by: [{role: head, in: east}]}}}}", "passed"),
        (&[START], "{expect: {steps: {check: {held_by: head}}}}", "passed"),
        (&[START], "{expect: {steps: {check: {held_by: [{role: head, in: west}]}}}}", "E-scenario-differs check: held_by: expected [head in west], was [head in east]"),
        (&[START], "{at: +2bd, expect: {steps: {check: {held_by: [head, chief]}}}}", "passed"),
        (&[START, RETURN], "{expect: {steps: {fix: {held_by: clerk-1}}}}", "passed"),
        (&[START], "{expect: {steps: {check: {due: 2017-03-10 14:00}}}}", "passed"),
        (&[START], "{expect: {steps: {check: {due: none}}}}", "E-scenario-differs check: due: expected none, was 2017-03-10 14:00"),
        (&[START], "{expect: {steps: {fix: {due: none}}}}", "E-scenario-differs fix: due: expected none, was not active"),
        (&[START], "{expect: {steps: {check: {assigned: none}}}}", "passed"),
        (&[START, "  - {by: head-3, claim: check}\n"], "{expect: {steps: {check: {assigned: head-1}}}}", "E-scenario-differs check: assigned: expected head-1, was head-3"),
        (&[START, RETURN], "{expect: {paused: true}}", "passed"),
        (&[START], "{expect: {paused: true}}", "E-scenario-differs paused: expected true, was false"),
        (&[START, RETURN], "{at: +10d, expect: {closed: lapsed}}", "passed"),
        (&[START], "{expect: {closed: lapsed}}", "E-scenario-differs closed: expected lapsed, was false"),
        (&[START], "{expect: {closed: false}}", "passed"),
        (&[START], "{expect: {data: {cost: 700}}}", "passed"),
        (&[START], "{expect: {data: {cost: 70, region: west}}}", "E-scenario-differs data.cost: expected 70, was 700"),
        (&[START, ACCEPT], "{expect: {accounts: {budget/east: {available: 4300, reserved: 700}}}}", "passed"),
        (&[START, ACCEPT], "{expect: {accounts: {budget/east: {reserved: 0, committed: 700}}}}", "E-scenario-differs budget/east: expected [reserved 0, committed 700], was [reserved 700, committed 0]"),
        (&[START], "{expect: {accounts: {budget/west: {reserved: 0}}}}", "E-scenario-differs expected an account, was E-account-unknown"),
        (&[START, RETURN], "{at: +10d, expect: {timeline: [{head-1: check return}, {clock: expire fix lapse}]}}", "passed"),
        (&[START, RETURN], "{expect: {timeline: [{clerk-1: start}]}}", "E-scenario-differs timeline: expected [clerk-1: start], was [head-1: check return]"),
        (&[START, ACCEPT, PRINTED], "{at: +5d, expect: {links: follow_up, closed: large}}", "passed"),
        (&[START], "{expect: {links: follow_up}}", "E-scenario-differs links: expected [follow_up], was []"),
        (&[START, RETURN], "{expect: {flags: [sent_back]}}", "passed"),
        (&[START], "{expect: {flags: [sent_back]}}", "E-scenario-differs flags: expected [sent_back], was []"),
        (&[START, RETURN], "{expect: {flags: []}}", "E-scenario-differs flags: expected [], was [sent_back]"),
        (&[START], "{expect: {stuck: false}}", "passed"),
        (&[START], "{expect: {stuck: true}}", "E-scenario-differs stuck: expected true, was false"),
    ])
    .await;
}

#[tokio::test]
async fn every_verb_is_played_and_a_refusal_that_nobody_expects_ends_the_play() {
    table(&[
        (&[START], "{by: head-1, do: check accept, expect: {active: print}}", "passed"),
        (&[START], "{by: head-2, do: check accept}", "E-scenario-refused E-scope-missing"),
        (&[START], "{by: clerk-1, action: withdraw, reason: no need, expect: {closed: withdrawn}}", "passed"),
        (&[START], "{by: clerk-1, action: withdraw}", "E-scenario-refused E-reason-missing"),
        (&[START, ACCEPT, PRINTED], "{by: clerk-2, message: objection, form: {text: too dear}, expect: {active: fix}}", "passed"),
        (&[START], "{by: clerk-2, message: objection, form: {text: too dear}}", "E-scenario-refused E-message-not-awaited"),
        (&[START, ACCEPT], "{answer: print jammed, expect: {active: fix}}", "passed"),
        (&[START], "{answer: print printed}", "E-scenario-refused E-answer-late"),
        (&[START], "{by: head-1, claim: check, expect: {steps: {check: {assigned: head-1}}}}", "passed"),
        (&[START, "  - {by: head-1, claim: check}\n"], "{by: head-1, unclaim: check, expect: {steps: {check: {assigned: none}}}}", "passed"),
        (&[START], "{by: head-1, assign: check, to: head-3, expect: {steps: {check: {assigned: head-3}}}}", "passed"),
        (&[START, "  - {by: head-1, delegate: check, to: clerk-2}\n"], "{by: clerk-2, do: check accept}", "passed"),
        (&[START, "  - {by: head-3, recuse: check, reason: a relative}\n"], "{by: head-3, do: check accept}", "E-scenario-refused E-recused"),
        (&["  - {at: 2017-03-14 10:00, by: clerk-1, start: {region: east, cost: 1}}\n", "  - {by: head-2, deputy_of: head-1, do: check accept}\n"], "{by: head-1, take_note: check}", "passed"),
        (&["  - {by: clerk-1, for: clerk-2, start: {region: east, cost: 1}}\n", RETURN], "{expect: {steps: {fix: {held_by: clerk-2}}}}", "passed"),
        (&[START, "  - publish: {calendar: office, version: 3, zone: Asia/Seoul, weekend: [sat, sun], hours: [['15:00', '18:00']], from: '2017-01-01', to: '2018-12-31', holidays: {}}\n"], "{move_dues: office, expect: {steps: {check: {due: 2017-03-10 18:00}}, timeline: [{calendar: move_dues office v3}]}}", "passed"),
        (&[START], "{publish: {calendar: office, version: 9, zone: Asia/Seoul, weekend: [sat, sun], hours: [['09:00', '18:00']], from: '2017-01-01', to: '2018-12-31', holidays: {}}}", "E-scenario-refused E-version-published"),
        (&[], "{case: memo_1, workflow: memo, by: clerk-1, start: {text: hello}, expect: {number: ME-001, active: read}}", "passed"),
        (&[], "{case: memo_1, workflow: memo, id: note-1, by: clerk-1, start: {text: hello}}", "E-scenario-refused E-number-given"),
        (&[], "{case: month, workflow: monthly, id: june, by: clerk-1, start: {}, expect: {number: june}}", "passed"),
        (&[START, ACCEPT, PRINTED, "  - {at: +5d, names: {memo_1: follow_up}}\n"], "{case: memo_1, by: clerk-1, do: read, expect: {closed: read_by_all}}", "passed"),
        (&[START], "{names: {memo_1: follow_up}}", "E-scenario-differs no case is linked as `follow_up`"),
    ])
    .await;
}

#[tokio::test]
async fn a_refusal_that_is_expected_has_its_code_and_its_words() {
    const DEAR: &str = "  - {by: clerk-1, start: {region: east, cost: 5000}}\n";
    table(&[
        (&[DEAR], "{by: head-1, do: check accept, refused: E-guard-false}", "passed"),
        (
            &[DEAR],
            "{by: head-1, do: check accept, refused: E-guard-false, says: costs too much}",
            "passed",
        ),
        (
            &[DEAR],
            "{by: head-1, do: check accept, refused: E-guard-false, says: 비용이 많음}",
            "passed",
        ),
        (
            &[DEAR],
            "{by: head-1, do: check accept, refused: E-guard-false, says: too late}",
            "E-scenario-otherwise E-guard-false “too late”",
        ),
        (
            &[DEAR],
            "{by: head-1, do: check accept, refused: E-role-missing}",
            "E-scenario-otherwise was refused as E-guard-false",
        ),
        (
            &[START],
            "{by: head-1, do: check accept, refused: E-guard-false}",
            "E-scenario-accepted should be refused as E-guard-false, was accepted",
        ),
        (&[], "{by: clerk-1, start: {region: east, cost: 0}, refused: E-guard-false}", "passed"),
    ])
    .await;
}

#[tokio::test]
async fn time_is_written_in_the_zone_of_the_calendar_and_skipped_by_it() {
    table(&[
        (&[START], "{at: +1wh, expect: {timeline: [{clock: remind check 1wh}]}}", "E-scenario-differs was [clerk-1: start]"),
        (&[START], "{at: +3wh, expect: {timeline: [{clock: remind check 1wh}]}}", "passed"),
        (&[START], "{at: 2017-03-10T05:00:00Z, expect: {timeline: [{clock: remind check 1wh}]}}", "passed"),
        (&[START], "{at: 2017-03-13 18:00, expect: {timeline: [{clock: remind check 1wh}, {clock: escalate check chief}]}}", "passed"),
        (&[START], "{at: 2017-03-10 09:59, expect: {}}", "E-scenario-time lies before 2017-03-10 10:00"),
        (&[START], "{at: +9000bd}", "E-scenario-time 2019-01-01"),
    ])
    .await;
}

#[tokio::test]
async fn a_role_is_held_from_the_time_it_is_granted_until_it_ends() {
    table(&[
        (&[START], "{by: head-4, do: check accept}", "E-scenario-refused should be accepted"),
        (&[START], "{at: 2017-03-14 09:00, by: head-4, do: check accept}", "passed"),
        (
            &[START],
            "{at: 2017-03-16 09:00, by: head-4, do: check accept}",
            "E-scenario-refused should be accepted",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_mistake_of_the_file_is_told_at_its_place() {
    table(&[
        (
            &[START],
            "{by: head-1, do: check accept, note: x}",
            "E-scenario-key `note` is not a key here",
        ),
        (
            &[START],
            "{by: head-1, do: check accept, to: head-3}",
            "E-scenario-key `to` is not a key here",
        ),
        (&[START], "{expect: {activ: check}}", "E-scenario-key `activ`"),
        (
            &[START],
            "{by: head-9, do: check accept}",
            "E-scenario-unknown there is no person `head-9`",
        ),
        (
            &[START],
            "{case: other, by: head-1, do: check accept}",
            "E-scenario-unknown there is no case `other`",
        ),
        (&[], "{by: head-1, do: check accept}", "E-scenario-unknown there is no case `main`"),
        (
            &[],
            "{by: clerk-1, workflow: orders, start: {}}",
            "E-scenario-unknown there is no workflow `orders`",
        ),
        (
            &[START],
            "{by: clerk-1, start: {region: east, cost: 1}}",
            "E-scenario-line there is a case `main` already",
        ),
        (
            &[START],
            "{by: head-1, do: check accept, action: withdraw}",
            "E-scenario-line a line does one thing",
        ),
        (&[START], "{do: check accept}", "E-scenario-missing `by` is missing"),
        (&[START], "{by: head-1, assign: check}", "E-scenario-missing `to` is missing"),
        (
            &[START],
            "{by: head-1, do: check accept now}",
            "E-scenario-kind write the step and its outcome",
        ),
        (&[START], "{at: tomorrow}", "E-scenario-time write a time as"),
        (&[START], "{at: +2 days}", "E-scenario-time `2 days`"),
        (&[START], "{expect: {timeline: [start]}}", "E-scenario-kind write who and what they did"),
        (&[START], "{publish: holidays.yaml}", "E-scenario-file `holidays.yaml` cannot be used"),
        (&[START], "{expect: {accounts: {'Budget!': {}}}}", "E-scenario-name is not a name"),
    ])
    .await;
    let place = line(&[START], "{by: head-9, do: check accept}").await;
    let number = HEAD.lines().count() + 2;
    assert!(place.starts_with(&format!("E-scenario-unknown {number}:10 ")), "{place}");
}

#[tokio::test]
async fn people_change_in_the_middle_and_what_was_done_before_is_written_in_after() {
    let back =
        "  - {absent: head-3, from: 2017-03-10 00:00, to: 2017-03-20 00:00, deputy: head-2}\n";
    let table: [(&[&str], &str, &str); 13] = [
        (
            &[START, "  - {grant: clerk-2, role: head, in: east}\n"],
            "{by: clerk-2, do: check accept}",
            "passed",
        ),
        (
            &[START, "  - {by: chief-1, grant: clerk-2, role: head, from: 2017-03-11 00:00}\n"],
            "{by: clerk-2, do: check accept}",
            "E-scenario-refused E-role-not-then",
        ),
        (
            &["  - {grant: clerk-2, role: head}\n"],
            "{grant: clerk-2, role: head, refused: E-grant-overlaps}",
            "E-scenario-accepted should be refused",
        ),
        (
            &["  - {grant: clerk-2, role: head}\n"],
            "{grant: clerk-2, role: head, until: 2018-01-01 00:00}",
            "E-scenario-refused E-grant-overlaps",
        ),
        (
            &[START, "  - {end_role: head-1, role: head, in: east}\n"],
            "{by: head-1, do: check accept}",
            "E-scenario-refused E-role-not-then",
        ),
        (&[], "{end_role: head-1, role: head}", "E-scenario-refused E-grant-unknown"),
        (
            &[START, "  - {end_role: head-1, role: head, in: east}\n"],
            "{at: +1h, by: head-1, do: check accept, happened: 2017-03-10 09:59}",
            "E-scenario-refused E-time-before-start",
        ),
        (
            &[START, "  - {at: +1h, end_role: head-1, role: head, in: east}\n"],
            "{by: head-1, do: check accept, happened: 2017-03-10 10:30}",
            "passed",
        ),
        (
            &[START],
            "{by: head-1, do: check accept, happened: 2017-03-10 10:01}",
            "E-scenario-refused E-time-future",
        ),
        (&[START, back], "{by: head-2, deputy_of: head-3, do: check accept}", "passed"),
        (
            &[START, back, "  - {at: +1h, back: head-3}\n"],
            "{by: head-2, deputy_of: head-3, do: check accept}",
            "E-scenario-refused E-not-deputy",
        ),
        (
            &[back],
            "{back: head-3, happened: 2017-03-09 00:00}",
            "E-scenario-refused E-absence-unknown",
        ),
        (
            &[
                "  - {absent: head-4, from: 2017-03-10 00:00, to: 2017-03-20 00:00, deputy: head-2}\n",
            ],
            "{by: head-2, deputy_of: head-4, start: {region: east, cost: 1}}",
            "E-scenario-refused E-role-missing",
        ),
    ];
    for (before, last, wanted) in table {
        assert_told(&line(before, last).await, wanted);
    }
}

#[tokio::test]
async fn a_handler_fails_is_parked_and_tried_again() {
    let failed = "  - {fail: print, error: jammed}\n";
    let parked = "  - {fail: print, error: broken, for_good: true}\n";
    table(&[
        (&[START, ACCEPT, failed], "{expect: {steps: {print: {failed: 1, parked: false}}, timeline: [{handler: fail print}]}}", "passed"),
        (&[START, ACCEPT, failed], "{expect: {steps: {print: {failed: 2}}}}", "E-scenario-differs print: failed: expected 2, was 1"),
        (&[START, ACCEPT, failed], "{expect: {steps: {print: {parked: true}}}}", "E-scenario-differs print: parked: expected true, was false"),
        (&[START], "{expect: {steps: {check: {parked: true}}}}", "E-scenario-differs check: parked: expected true, was no handler"),
        (&[START, ACCEPT, failed], "{fail: print, error: jammed}", "E-scenario-refused E-effect-not-tried"),
        (&[START, ACCEPT, failed, "  - {at: +10m, fail: print, error: jammed}\n"], "{answer: print printed, expect: {active: objections}}", "passed"),
        (&[START, ACCEPT, parked], "{at: +10d, fail: print, error: jammed}", "E-scenario-refused E-effect-not-tried"),
        (&[START, ACCEPT, parked], "{by: clerk-1, retry: print}", "E-scenario-refused E-reason-missing"),
        (&[START, ACCEPT, parked, "  - {by: clerk-1, retry: print, reason: mended}\n"], "{fail: print, error: jammed, expect: {steps: {print: {failed: 1, parked: false}}}}", "passed"),
        (&[START, ACCEPT], "{by: clerk-1, retry: print, reason: mended}", "E-scenario-refused E-effect-not-failing"),
        (&[START], "{fail: check, error: jammed}", "E-scenario-refused E-effect-not-tried"),
    ])
    .await;
}

const AGAIN: &str = "\
scenario: again
title: {ko: 다시, en: Again}
workflow: notice
workflows: [notice.yaml]
people: {clerk-1: {roles: [clerk]}, clerk-2: {roles: []}}
clock: 2017-03-10 10:00
lines:
  - {by: clerk-1, start: {}}
  - {fail: mail, error: no connection, for_good: true, expect: {steps: {mail: {parked: true}}}}
  - {grant: clerk-2, role: clerk}
  - {absent: clerk-1, from: 2017-03-09 00:00, to: 2017-03-20 00:00, deputy: clerk-2}
  - {back: clerk-1}
  - {end_role: clerk-2, role: clerk, happened: 2017-03-10 10:30}
  - {by: clerk-1, retry: mail, reason: mended, expect: {steps: {mail: {failed: 0}}}}
  - {answer: mail sent, expect: {closed: sent}}
";

#[tokio::test]
async fn what_handlers_did_and_what_became_of_people_is_not_recorded_again_by_another_play() {
    let world = World::new().await;
    let notice = Reference.file("", "notice.yaml").expect("an example");
    world.publish(&notice.text).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("clerk-2", &[]).await;
    let scenario = Scenario::read("again.scenario.yaml", AGAIN, &Reference);
    let scenario = scenario.unwrap_or_else(|found| panic!("{found}"));
    let mut sizes = Vec::new();
    for _ in 0..2 {
        let played = scenario::play(&world.engine, &scenario).await.expect("it is played");
        assert!(played.passed(), "{}", played.found);
        sizes.push(world.engine.log().head().await.expect("a head").size);
    }
    assert_eq!(sizes[0], sizes[1]);
}

#[tokio::test]
async fn a_version_is_published_in_the_middle_and_running_cases_go_on_by_a_plan() {
    let publish = "  - publish: order_4.yaml\n";
    let plan = |to: u32| {
        format!(
            "migrate: {{migrate: order, from: [3], to: {to}, because: {{ko: 개정, en: Revised}}}}"
        )
    };
    table(&[
        (&[START, publish], "{expect: {version: 3}}", "passed"),
        (&[START, publish], &format!("{{by: head-1, {}, expect: {{version: 4, active: check, timeline: [{{head-1: migrate order v4}}]}}}}", plan(4)), "passed"),
        (&[START, publish, &format!("  - {{by: head-1, {}}}\n", plan(4))], &format!("{{by: head-1, {}, expect: {{version: 4}}}}", plan(4)), "passed"),
        (&[START, publish], "{case: second, by: clerk-1, start: {region: east, cost: 1}, expect: {version: 4}}", "passed"),
        (&[START], "{expect: {version: 4}}", "E-scenario-differs version: expected 4, was 3"),
        (&[START], &format!("{{by: head-1, {}}}", plan(4)), "E-scenario-refused E-plan-version"),
        (&[START, publish], &format!("{{{}}}", plan(4)), "E-scenario-missing `by` is missing"),
        (&[START, publish], "{by: head-1, migrate: [order]}", "E-scenario-kind write a migration plan, or name its file"),
        (&[START, publish], "{by: head-1, migrate: nowhere.yaml}", "E-scenario-file `nowhere.yaml` cannot be used"),
        (&[START, publish], &format!("{{by: head-1, completable_only: yes, {}}}", plan(4)), "E-scenario-kind this must be"),
        (&[START], "{publish: order.yaml}", "passed"),
        (&[START], "{publish: order_9.yaml}", "E-scenario-refused E-version-published"),
    ])
    .await;
    let migrated = format!("  - {{by: head-1, {}}}\n", plan(4));
    let ran =
        run(&file(&[START, publish, &migrated, "  - {by: head-1, do: check accept}\n"])).await;
    let report = ran.coverage.report();
    let version = |version: u32| {
        let order =
            report.iter().find(|of| of.workflow.as_str() == "order" && of.version == version);
        let rows = order.expect("it is covered").elements.iter();
        rows.filter(|row| row.taken > 0).map(|row| row.element.words()).collect::<Vec<_>>()
    };
    assert!(
        version(3).contains(&"start".to_owned())
            && !version(3).contains(&"check accept".to_owned())
    );
    assert!(version(4).contains(&"check accept".to_owned()), "{:?}", version(4));
}

#[tokio::test]
async fn a_mistake_in_a_line_about_people_handlers_or_versions_is_told_at_its_place() {
    table(&[
        (&[], "{grant: head-1}", "E-scenario-missing `role` is missing"),
        (&[], "{grant: head-9, role: head}", "E-scenario-unknown there is no person `head-9`"),
        (&[], "{grant: head-1, role: Head}", "E-scenario-name is not a name"),
        (&[], "{grant: head-1, role: head, until: soon}", "E-scenario-time write a time as"),
        (&[], "{end_role: head-1}", "E-scenario-missing `role` is missing"),
        (
            &[],
            "{absent: head-1, from: 2017-03-13 00:00, to: 2017-03-20 00:00}",
            "E-scenario-missing `deputy` is missing",
        ),
        (&[], "{back: head-1, back_at: 2017-03-13 00:00}", "E-scenario-key `back_at`"),
        (&[], "{back: [head-1]}", "E-scenario-kind this must be"),
        (&[START, ACCEPT], "{fail: print}", "E-scenario-missing `error` is missing"),
        (
            &[START, ACCEPT],
            "{fail: print, error: jammed, for_good: 1}",
            "E-scenario-kind this must be",
        ),
        (&[], "{fail: print, error: jammed}", "E-scenario-unknown there is no case `main`"),
        (&[START, ACCEPT], "{retry: print, reason: mended}", "E-scenario-missing `by` is missing"),
        (
            &[START],
            "{by: head-1, do: check accept, happened: yesterday}",
            "E-scenario-time write a time as",
        ),
        (&[START], "{expect: {version: one}}", "E-scenario-kind this must be"),
        (
            &[START],
            "{grant: head-2, role: head, absent: head-1}",
            "E-scenario-line a line does one thing",
        ),
    ])
    .await;
    let place = line(&[START], "{grant: head-1, role: head, deputy: head-2}").await;
    let number = HEAD.lines().count() + 2;
    assert!(place.starts_with(&format!("E-scenario-key {number}:")), "{place}");
}

#[tokio::test]
async fn a_beginning_that_cannot_be_is_told_at_its_place() {
    let changed = |from: &str, to: &str| file(&[START]).replace(from, to);
    for (from, to, wanted) in [
        ("title: {ko: 시험, en: Trial}\n", "title: {ko: 시험}\n", "E-scenario-text a text is"),
        ("workflow: order", "workflow: orders", "E-scenario-unknown there is no workflow `orders`"),
        ("clock: 2017-03-10 10:00\n", "", "E-scenario-missing say when it begins"),
        ("roles: [chief]", "role: [chief]", "E-scenario-missing `roles` is missing"),
        ("deputy: head-2", "deputy: head-1", "E-scenario-setup E-deputy-absent"),
        ("amount: 5000", "amount: 5000, floor: 6000", "E-scenario-setup E-account-floor"),
        ("[sat, sun]", "[sat, sat]", "E-calendar-weekday-twice"),
    ] {
        let told = told(&changed(from, to)).await;
        match wanted.contains(' ') {
            true => assert_told(&told, wanted),
            false => assert!(told.starts_with(wanted), "{told}"),
        }
    }
    let without = file(&["  - {at: +2bd}\n"]);
    let calendar =
        without.find("calendars:").expect("it has")..without.find("people:").expect("it has");
    let told = told(&without.replace(&without[calendar], "")).await;
    assert_told(&told, "E-scenario-time `2bd` is counted by a calendar");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_before_anything_is_played() {
    let many = "  - {at: +1m}\n".repeat(10_001);
    assert_told(&told(&file(&[&many])).await, "E-scenario-limit there are more than 10000 lines");
    let more = "  - {at: +1m}\n".repeat(100_000);
    assert!(told(&file(&[&more])).await.starts_with("E-yaml-too-large "));
    let long = format!("# {}\n", "x".repeat(2 * 1024 * 1024));
    assert!(told(&file(&[&long])).await.starts_with("E-yaml-too-large "));
}

#[tokio::test]
async fn what_differs_is_told_and_the_play_goes_on_but_a_refusal_ends_it() {
    let differs = "  - {expect: {active: fix, paused: true}}\n";
    let played = run(&file(&[START, differs, ACCEPT])).await.played;
    let results: Vec<LineResult> = played.lines.iter().map(|line| line.result).collect();
    assert_eq!(results, [LineResult::Recorded, LineResult::Passed, LineResult::Recorded]);
    assert_eq!(played.found.items().len(), 2);
    let wrong = "  - {by: head-2, do: check accept}\n";
    let played = run(&file(&[START, wrong, ACCEPT])).await.played;
    let results: Vec<LineResult> = played.lines.iter().map(|line| line.result).collect();
    assert_eq!(results, [LineResult::Recorded, LineResult::Failed]);
}

const TEN_YEARS: &str = "\
scenario: ten_years
title: {ko: 열 해, en: Ten years}
workflow: monthly
people: {clerk-1: {roles: [clerk]}}
clock: 2017-01-31 09:00
lines:
  - {by: clerk-1, start: {}}
  - {at: 2027-01-27 09:00, expect: {data: {rounds: 119}, closed: false}}
  - {at: 2027-03-01 09:00, expect: {data: {rounds: 120}, closed: over, timeline: [{clock: wake month}]}}
";

#[tokio::test]
async fn ten_years_pass_in_two_lines_and_every_month_leaves_its_event() {
    let ran = run(TEN_YEARS).await;
    assert!(ran.played.passed(), "{}", ran.played.found);
    // A workflow, a person, a start, and 120 months.
    assert_eq!(ran.events, 123);
    assert_eq!(run(TEN_YEARS).await.events, ran.events);
}

/// What of the workflow `order` no scenario took.
fn missing(coverage: &Coverage) -> Vec<String> {
    let report = coverage.report();
    let order = report.iter().find(|report| report.workflow.as_str() == "order");
    let rows = order.expect("it is covered").missing();
    rows.map(|row| format!("{} {}", row.element.kind(), row.element.words())).collect()
}

#[tokio::test]
async fn coverage_adds_up_over_scenarios_and_names_what_nobody_took() {
    let first = run(&file(&[START, ACCEPT, PRINTED, "  - {at: +5d}\n"])).await;
    let mut coverage = first.coverage;
    let left = missing(&coverage);
    for taken in [
        "step check",
        "outcome check accept",
        "guard_passed start",
        "timer wake objections",
        "end large",
        "guard_passed kind large",
    ] {
        assert!(!left.contains(&taken.to_owned()), "{taken} was taken: {left:?}");
    }
    for open in [
        "guard_refused check accept",
        "timer escalate check chief",
        "action withdraw",
        "end small",
        "guard_refused kind large",
        "guard_refused start",
    ] {
        assert!(left.contains(&open.to_owned()), "{open} was not taken: {left:?}");
    }
    let cheap = "  - {by: clerk-1, start: {region: east, cost: 5}}\n";
    let dear = "  - {case: dear, by: clerk-1, start: {region: east, cost: 4000}}\n";
    let lines = [
        cheap,
        ACCEPT,
        PRINTED,
        dear,
        "  - {case: dear, by: head-1, do: check accept, refused: E-guard-false}\n",
        "  - {case: none, by: clerk-1, start: {region: east, cost: 0}, refused: E-guard-false}\n",
        "  - {case: back, by: clerk-1, start: {region: east, cost: 4}}\n",
        "  - {case: back, by: head-1, do: check return, reason: unclear}\n",
        "  - {case: back, by: clerk-1, do: fix again, form: {cost: 3}}\n",
        "  - {case: back, by: head-1, do: check return, reason: unclear}\n",
        "  - {at: +20d, case: dear, by: clerk-1, action: withdraw, reason: too dear}\n",
        "  - {case: jam, by: clerk-1, start: {region: east, cost: 4}}\n",
        "  - {case: jam, by: head-3, do: check accept}\n",
        "  - {case: jam, answer: print jammed}\n",
        "  - {case: jam, by: clerk-1, action: withdraw, reason: jammed, refused: E-guard-false}\n",
        "  - {case: heard, by: clerk-1, start: {region: east, cost: 4}}\n",
        "  - {case: heard, by: head-3, do: check accept}\n",
        "  - {case: heard, answer: print printed}\n",
        "  - {case: heard, by: clerk-2, message: objection, form: {text: too dear}}\n",
    ];
    let second = run(&file(&lines)).await;
    assert!(second.played.passed(), "{}", second.played.found);
    coverage.add(second.coverage);
    assert_eq!(missing(&coverage), [""; 0]);
    let report = coverage.report();
    let order = report.iter().find(|report| report.workflow.as_str() == "order").expect("covered");
    let source: Vec<&str> = FILES[0].1.lines().collect();
    for row in &order.elements {
        let Some(line) = row.line else { continue };
        let named = row.element.words();
        let told =
            named.split(' ').any(|word| source[line - 1].trim().starts_with(&format!("{word}:")));
        assert!(told, "{named} does not stand in line {line}: {}", source[line - 1]);
    }
}

/// The example of the reference.
const REFERENCE: &str = include_str!("../../docs/workflow-language.md");

/// The reference, as a scenario finds it: the workflow and the calendar of its other examples.
struct Reference;

impl Sources for Reference {
    fn file(&self, _from: &str, path: &str) -> Result<Found, String> {
        let wanted = match path {
            "office.yaml" => "calendar: office",
            "half_days.yaml" => "migrate: leave_request",
            "notice.yaml" => "workflow: notice",
            "errand.yaml" => "workflow: errand",
            "book_return.yaml" => "workflow: book_return",
            "reading_circle.yaml" => "workflow: reading_circle",
            _ => "workflow: leave_request",
        };
        let mut blocks = REFERENCE.split("```yaml\n").skip(1);
        let block = blocks.find(|block| block.starts_with(wanted)).ok_or("no such example")?;
        let text = block.split("```").next().unwrap_or_default().to_owned();
        let text = if path == "leave_request_2.yaml" { second(&text) } else { text };
        Ok(Found { file: path.to_owned(), text })
    }

    fn workflow(&self, _name: &str) -> Option<Found> {
        None
    }
}

/// Version 2 of the leave request, as the reference tells of it.
fn second(first: &str) -> String {
    let half =
        "  half:   {type: string, title: {ko: 반일, en: Half}}\n  reason: {type: string, title";
    first
        .replace("version: 1", "version: 2")
        .replace("approve", "decide_leave")
        .replace("  reason: {type: string, title", half)
}

#[tokio::test]
async fn the_examples_of_the_reference_go_as_they_say_and_the_reference_names_every_key() {
    let section = REFERENCE.split("## Scenarios").nth(1).expect("the section is there");
    let blocks = REFERENCE.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let examples: Vec<&str> = blocks.filter(|block| block.starts_with("scenario:")).collect();
    assert_eq!(examples.len(), 6);
    for example in examples {
        let scenario = Scenario::read("example.scenario.yaml", example, &Reference);
        let scenario = scenario.unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)));
        let run = scenario::run(&scenario).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(run.played.passed(), "{}", run.played.found);
    }
    // What the reader says of the keys it knows is what the reference has to name.
    for wrong in [
        "  - {by: head-1, do: check accept, zz: 1}\n",
        "  - {expect: {zz: 1}}\n",
        "  - {expect: {steps: {check: {zz: 1}}}}\n",
        "  - {fail: print, error: jammed, zz: 1}\n",
        "  - {grant: head-1, role: head, zz: 1}\n",
        "  - {absent: head-1, from: 2017-03-13 00:00, to: 2017-03-20 00:00, deputy: head-2, zz: 1}\n",
        "  - {by: head-1, migrate: {}, zz: 1}\n",
    ] {
        let found = read(&file(&[START, wrong])).expect_err("a wrong key").to_json(Lang::En);
        let help = found["diagnostics"][0]["help"].as_str().expect("the keys").to_owned();
        for key in help.split('`').skip(1).step_by(2) {
            assert!(section.contains(&format!("`{key}`")), "the reference does not name {key}");
        }
    }
}
