//! What a report knows of what happened to a case, and of the workflows it called.

use dure_engine::ActOf;
use dure_engine::model::people::{Absence, AbsenceRegistered};
use dure_engine::report::Cell;
use dure_engine::runtime::ComeBack;
use serde_json::json;

use super::{asked, rows, table, workshop};
use crate::harness::{World, act, at, completing, person_id};

/// A repair that was asked about, was late, got more time, was mended, and started a letter.
async fn mended() -> World {
    let world = workshop().await;
    let id = asked(&world, "roof", "east", 2_000).await;
    let hour = |hours| world.later(hours);
    hour(1);
    world.done(&id, "plan", "ask", "clerk-1", json!({})).await;
    hour(5);
    world.done(&id, "answer", "done", "clerk-1", json!({"note": "녹이 슬었음"})).await;
    world.action(&id, "more", "clerk-1", "부품이 늦음").await.expect("more time");
    hour(24 * 7);
    world.engine.tick().await.expect("the clock is looked at");
    world.done(&id, "plan", "give", "clerk-1", json!({})).await;
    let parts = json!({"parts": [{"name": "기와", "cost": 700}, {"name": "못", "cost": 30}]});
    world.done(&id, "deliver/mend", "done", "smith-1", parts).await;
    world
}

async fn listed(history: &str, columns: &[(&str, &str)]) -> Vec<serde_json::Value> {
    let world = mended().await;
    let columns: String = columns
        .iter()
        .map(|(name, value)| {
            format!("  {name}: {{title: {{ko: 열, en: Column}}, value: '{value}'}}\n")
        })
        .collect();
    let lines = format!("cases: repair\neach: {{one: case.{history}}}\ncolumns:\n{columns}");
    rows(&table(&world, &lines).await)
}

#[tokio::test]
async fn every_act_stands_in_the_list_of_acts_with_what_was_filled_in() {
    let found = listed(
        "acts",
        &[
            ("kind", "one.kind"),
            ("step", "one.step"),
            ("outcome", "one.outcome"),
            ("by", "one.by"),
            ("note", "one.form.note"),
        ],
    )
    .await;
    let by = "clerk-1";
    assert_eq!(
        found,
        [
            json!(["started", "start", null, by, null]),
            json!(["completed", "plan", "ask", by, null]),
            json!(["completed", "answer", "done", by, "녹이 슬었음"]),
            json!(["action", "more", null, by, null]),
            json!(["timer", "plan", "escalate", null, null]),
            json!(["completed", "plan", "give", by, null]),
        ],
        "what was done in the called workflow stands with that one"
    );
}

#[tokio::test]
async fn every_stay_says_how_long_it_lasted_and_how_long_the_clock_stood_still() {
    let found = listed(
        "stays",
        &[
            ("step", "one.step"),
            ("outcome", "one.outcome"),
            ("lasted", "one.lasted"),
            ("stopped", "one.stopped"),
            ("late", "one.late"),
        ],
    )
    .await;
    let hours = |hours: i64| hours * 3_600;
    assert_eq!(
        found,
        [
            json!(["plan", "ask", hours(1), 0, false]),
            json!(["answer", "done", hours(5), hours(5), false]),
            json!(["plan", "give", hours(24 * 7), 0, true]),
        ]
    );
}

#[tokio::test]
async fn pauses_flags_links_moves_escalations_and_extensions_are_listed() {
    assert_eq!(listed("pauses", &[("lasted", "one.lasted")]).await, [json!([5 * 3_600])]);
    assert_eq!(
        listed("flags", &[("flag", "one.flag"), ("still", "!has(one.cleared)")]).await,
        [json!(["dear", true])]
    );
    assert_eq!(
        listed("links", &[("link", "one.link"), ("to", "one.workflow")]).await,
        [json!(["told", "letter"])]
    );
    assert_eq!(
        listed(
            "moves",
            &[("kind", "one.kind"), ("account", "one.account"), ("amount", "one.amount")]
        )
        .await,
        [json!(["reserved", "purse", 2_000]), json!(["committed", "purse", 2_000])]
    );
    assert_eq!(
        listed("escalations", &[("step", "one.step"), ("to", "one.to")]).await,
        [json!(["plan", "head"])]
    );
    assert_eq!(
        listed("extensions", &[("why", "one.why"), ("more", "one.due - one.from")]).await,
        [json!(["extended", 3 * 24 * 3_600])]
    );
}

#[tokio::test]
async fn a_called_workflow_keeps_what_it_knew_after_it_ended() {
    let world = mended().await;
    let lines = "cases: workshop\neach: {part: data.parts}\ncolumns:\n  case: {title: {ko: 건, en: Case}, value: case.id}\n  part: {title: {ko: 부품, en: Part}, value: part.name}\n  cost: {title: {ko: 값, en: Cost}, value: part.cost}\n  end: {title: {ko: 끝, en: End}, value: case.outcome, show: end}\n  called: {title: {ko: 불림, en: Called}, value: case.called}\n";
    let found = rows(&table(&world, lines).await);
    let id = found[0][0].clone();
    assert_eq!(
        found,
        [json!([id, "기와", 700, "mended", true]), json!([id, "못", 30, "mended", true])]
    );
    let own = world.started("workshop", "smith-1", json!({"hours": 1})).await;
    let lines = "cases: workshop\nwhere: case.open\ncolumns:\n  case: {title: {ko: 건, en: Case}, value: case.id}\n  times: {title: {ko: 번, en: Times}, value: times(\"mend\")}\n  now: {title: {ko: 지금, en: Now}, value: active(\"mend\")}\n";
    assert_eq!(rows(&table(&world, lines).await), [json!([own, 0, true])]);
}

#[tokio::test]
async fn open_tasks_are_listed_with_who_holds_them() {
    let world = mended().await;
    let lines = "cases: all\neach: {task: case.tasks}\ncolumns:\n  of: {title: {ko: 절차, en: Of}, value: case.workflow, show: workflow}\n  step: {title: {ko: 단계, en: Step}, value: task.step, show: step}\n  with: {title: {ko: 담당, en: With}, value: task.holders, show: role}\n  late: {title: {ko: 지남, en: Late}, value: task.late}\n";
    assert_eq!(rows(&table(&world, lines).await), [json!(["letter", "write", ["clerk"], false])]);
}

const DESK: &str = r#"
workflow: desk
version: 1
title: {ko: 창구, en: Desk}
calendar: korea
roles: {clerk: {ko: 담당, en: Clerk}, head: {ko: 팀장, en: Head}}
data:
  parts: {type: array, items: {type: object, fields: {code: {type: string}}}}
  done:  {type: boolean, default: false}
start: {by: clerk, form: {parts: {like: data.parts}}, set: {parts: form.parts}, to: review}
steps:
  review:
    title: {ko: 검토, en: Review}
    each: data.parts
    as: part
    join: all
    steps:
      approve: {title: {ko: 결재, en: Approve}, by: head, set: {done: 'true'}, done: approved}
    to: approved
ends: {approved: {title: {ko: 승인, en: Approved}}}
"#;

const KOREA: &str = "calendar: korea\nversion: 1\nweekend: [sat, sun]\nhours: [[\"09:00\", \"18:00\"]]\nfrom: \"2017-01-01\"\nto: \"2017-12-31\"\nholidays: {\"2017-03-15\": {ko: 휴일, en: Holiday}}\n";

/// A case whose part `I` a deputy approved on a Monday, which was recorded on the Monday after.
async fn deputised() -> World {
    let world = World::new().await;
    world.engine.publish_calendar("korea.yaml", KOREA, None).await.expect("a calendar");
    world.publish(DESK).await;
    world.person("clerk-1", &["clerk"]).await;
    world.person("head-1", &["head"]).await;
    world.person("deputy-1", &[]).await;
    let (from, to) = (at("2017-03-11T00:00:00Z"), at("2017-03-20T00:00:00Z"));
    let absence = Absence { from, to, deputy: person_id("deputy-1") };
    let away = AbsenceRegistered { absence, reason: None, by: None };
    world.engine.register_absence(&person_id("head-1"), away).await.expect("registered");
    let parts = json!({"parts": [{"code": "I"}, {"code": "II"}]});
    let id = world.started("desk", "clerk-1", parts).await;
    world.clock.go_to(at("2017-03-20T01:00:00Z"));
    let deputy = ActOf {
        deputy_of: Some(person_id("head-1")),
        occurred_at: Some(at("2017-03-13T01:00:00Z")),
        ..act("deputy-1", json!({}))
    };
    let request = completing(&id, "review:i1/approve", "done", deputy);
    world.engine.complete(request).await.expect("approved");
    world
}

const DEPUTISED: &str = "cases: desk\neach: {act: case.acts}\nwhere: 'act.step == \"approve\"'\ncolumns:\n  item: {title: {ko: 열, en: Column}, value: act.item}\n  after: {title: {ko: 열, en: Column}, value: act.recorded_after}\n  known: {title: {ko: 열, en: Column}, value: act.absence_known}\n";

#[tokio::test]
async fn an_act_says_for_which_part_how_many_business_days_late_and_whether_an_absence_is_known() {
    let world = deputised().await;
    assert_eq!(
        rows(&table(&world, DEPUTISED).await),
        [json!(["I", 4, true])],
        "four, one is a holiday"
    );
    let back = ComeBack { at: at("2017-03-12T00:00:00Z"), reason: None, by: None };
    world.engine.end_absence(&person_id("head-1"), back).await.expect("taken back");
    assert_eq!(rows(&table(&world, DEPUTISED).await), [json!(["I", 4, false])]);
}

#[tokio::test]
async fn a_run_says_what_it_knew_when_it_began_and_every_run_is_a_case() {
    let world = deputised().await;
    let lines = "cases: desk\ncolumns:\n  began: {title: {ko: 열, en: Column}, value: case.began.done}\n  parts: {title: {ko: 열, en: Column}, value: size(case.began.parts)}\n  now: {title: {ko: 열, en: Column}, value: data.done}\n  none: {title: {ko: 열, en: Column}, value: 'data.parts[2].code'}\n";
    assert_eq!(rows(&table(&world, lines).await), [json!([false, 2, true, null])]);
    let world = mended().await;
    let lines = "cases: all\ncolumns:\n  of: {title: {ko: 열, en: Column}, value: case.workflow}\n  called: {title: {ko: 열, en: Column}, value: case.called}\n";
    let mut found = rows(&table(&world, lines).await);
    found.sort_by_key(|row| row.to_string());
    assert_eq!(
        found,
        [json!(["letter", false]), json!(["repair", false]), json!(["workshop", true])]
    );
}

#[tokio::test]
async fn an_expression_shows_the_words_of_the_field_it_is_like() {
    let world = mended().await;
    let lines = "cases: repair\ncolumns:\n  kind: {title: {ko: 열, en: Column}, value: 'case.acts[0].form.kind', like: data.kind}\n";
    let table = table(&world, lines).await;
    let (word, ko, en) = ("roof".to_owned(), "지붕".to_owned(), "Roof".to_owned());
    assert_eq!(table.rows, [[Cell::Word { word, ko, en }]]);
}
