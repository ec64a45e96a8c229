//! Red flags: conditions that are written down when they begin and cease to hold, and decide nothing.

use dure_engine::model::case::Case;
use dure_engine::model::evolve::fold;
use dure_engine::model::names::CaseId;
use serde_json::json;

use crate::harness::{World, at, code};
use crate::invariants::history;

const PAYING: &str = r#"
workflow: paying
version: 1
title: {ko: 지급, en: Paying}
settings: {rounds: 1}
roles: {clerk: {ko: 담당, en: Clerk}}
data:
  paid:     {type: date}
  approved: {type: date}
  cost:     {type: krw, default: 0}
start: {by: clerk, to: work}
steps:
  work:
    title: {ko: 처리, en: Work}
    by: clerk
    form:
      paid:     {type: date, optional: true}
      approved: {type: date, optional: true}
      cost:     {type: krw, optional: true}
    set: {paid: form.paid, approved: form.approved, cost: form.cost}
    outcomes:
      again: {title: {ko: 다시, en: Again}, to: work}
      call:  {title: {ko: 맡김, en: Call}, to: part}
      done:  {title: {ko: 끝, en: Done}, to: closed}
  part: {title: {ko: 부분, en: Part}, CALL, to: work}
ends: {closed: {title: {ko: 끝, en: Closed}}}
flags:
  paid_before_approved: {title: {ko: 승인 전 집행, en: Paid before approval}, when: data.paid < data.approved}
  costly:               {title: {ko: 고액, en: Costly}, when: data.cost > 100}
  too_often:            {title: {ko: 잦은 반복, en: Too often}, when: times("work") > settings.rounds}
  long:                 {title: {ko: 장기, en: Long}, when: 'now - timestamp("2017-03-10T01:00:00Z") > duration("48h")'}
"#;

fn paying() -> String {
    PAYING.replace("CALL", "by: clerk")
}

async fn begun(text: &str) -> (World, CaseId) {
    let world = World::new().await;
    world.publish(text).await;
    world.person("c", &["clerk"]).await;
    let id = world.started("paying", "c", json!({})).await;
    (world, id)
}

async fn raised(world: &World, id: &CaseId) -> Vec<String> {
    let case: Case = (*world.engine.case(id).await.expect("a case")).clone();
    assert_eq!(fold(&history(world, id).await), Some(case.clone()), "replay finds the same");
    case.flags.iter().map(|raised| raised.flag.to_string()).collect()
}

#[tokio::test]
async fn a_flag_is_raised_and_cleared_by_the_act_after_which_it_holds_or_does_not() {
    let (world, id) = begun(&paying()).await;
    assert_eq!(raised(&world, &id).await, [""; 0], "unset fields raise nothing");
    let table = [
        (json!({"approved": "2017-03-09"}), vec![]),
        (json!({"paid": "2017-03-08"}), vec!["paid_before_approved", "too_often"]),
        (json!({"cost": 500}), vec!["paid_before_approved", "too_often", "costly"]),
        (json!({"paid": "2017-03-09"}), vec!["too_often", "costly"]),
        (json!({"cost": 100}), vec!["too_often"]),
    ];
    for (form, expected) in table {
        world.done(&id, "work", "again", "c", form.clone()).await;
        assert_eq!(raised(&world, &id).await, expected, "{form}");
    }
    let timeline = world.engine.timeline(&id).await.expect("a timeline");
    let words = |flags: &[dure_engine::model::address::StepPath]| -> Vec<String> {
        flags.iter().map(ToString::to_string).collect()
    };
    assert_eq!(words(&timeline[2].raised), ["paid_before_approved", "too_often"]);
    assert_eq!(words(&timeline[4].cleared), ["paid_before_approved"]);
}

#[tokio::test]
async fn a_flag_over_the_time_is_asked_with_the_next_act_and_no_more_once_the_case_is_closed() {
    let (world, id) = begun(&paying()).await;
    world.clock.go_to(at("2017-03-13T01:00:00Z"));
    assert_eq!(raised(&world, &id).await, [""; 0], "nothing has happened");
    world.done(&id, "work", "done", "c", json!({"cost": 101})).await;
    assert_eq!(raised(&world, &id).await, ["costly", "long"], "the act that closes it counts");
    let since = world.engine.case(&id).await.expect("a case").flags[0].since;
    assert_eq!(since, at("2017-03-13T01:00:00Z"));
}

#[tokio::test]
async fn what_a_called_workflow_raised_stays_raised_under_its_address() {
    let world = World::new().await;
    let part = paying().replace("workflow: paying", "workflow: part");
    world
        .publish(
            &part
                .replace("to: part}", "to: work}")
                .replace("  part: {title: {ko: 부분, en: Part}, by: clerk, to: work}\n", ""),
        )
        .await;
    world.publish(&PAYING.replace("CALL", "call: part")).await;
    world.person("c", &["clerk"]).await;
    let id = world.started("paying", "c", json!({})).await;
    world.done(&id, "work", "call", "c", json!({})).await;
    world.done(&id, "part/work", "again", "c", json!({"cost": 500})).await;
    assert_eq!(raised(&world, &id).await, ["part/costly"]);
    world.done(&id, "part/work", "again", "c", json!({"cost": 5})).await;
    assert_eq!(raised(&world, &id).await, ["part/too_often"]);
    world.done(&id, "part/work", "done", "c", json!({"cost": 700})).await;
    assert_eq!(raised(&world, &id).await, ["part/too_often", "part/costly"], "its last act counts");
    world.done(&id, "work", "call", "c", json!({})).await;
    assert_eq!(raised(&world, &id).await, ["too_often"], "begun anew, it is asked anew");
}

#[tokio::test]
async fn a_flag_that_does_not_hold_together_is_refused_with_its_place() {
    let many: String = (0..=dure_engine::limits::FLAGS_MAX)
        .map(|at| format!("  f{at}: {{title: {{ko: 표시, en: Flag}}, when: 'true'}}\n"))
        .collect();
    let table = [
        ("when: data.cost > 100", "when: data.cots > 100", "E-expression-name"),
        ("when: data.cost > 100", "when: data.cost", "E-expression-type"),
        ("when: data.cost > 100", "when: actor.id == \"c\"", "E-expression-name"),
        (", when: data.cost > 100", "", "E-workflow-missing"),
        ("  costly:", &format!("{many}  costly:"), "E-workflow-limit"),
    ];
    for (part, broken, wanted) in table {
        assert!(paying().contains(part), "{part}");
        let found =
            World::new().await.engine.check("p.yaml", &paying().replace(part, broken)).await;
        let Err(dure_engine::EngineError::Definition(found)) = found else { panic!("{broken}") };
        assert_eq!(found.items()[0].code.0, wanted, "{broken}");
        assert!(found.items()[0].span.is_some(), "{broken}");
    }
    assert_eq!(code(World::new().await.engine.check("p.yaml", &paying()).await), "accepted");
}
