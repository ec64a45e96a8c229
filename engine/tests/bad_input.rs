//! Definitions and values that are too much, or make no sense: each is refused with its code, its place and the reason
//! in both languages, and nothing of it is recorded.

use dure_engine::model::names::CaseId;
use dure_engine::{EngineError, MessageRequest};
use dure_storage::{Explain, Lang};
use serde_json::json;

use crate::harness::{World, act};

const PAYMENT: &str = r#"
workflow: payment
version: 1
title: {ko: 지급, en: Payment}
roles: {clerk: {ko: 담당, en: Clerk}}
messages:
  word: {title: {ko: 한마디, en: Word}, by: [clerk], keep: true, form: {cost: {type: krw}}}
data: {cost: {type: krw, default: 0}}
start: {by: clerk, form: {cost: {type: krw, optional: true}}, to: pay}
steps:
  pay: {title: {ko: 지급, en: Pay}, by: clerk, form: {cost: {type: krw}}, set: {cost: form.cost}, to: paid}
ends: {paid: {title: {ko: 끝, en: Paid}}}
"#;

const PAY: &str = "by: clerk, form: {cost: {type: krw}}";

/// What is replaced in the workflow, by what, and the code.
fn definitions() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let steps: String = (0..10_000)
        .map(|at| format!("  s{at}: {{title: {{ko: 일, en: Work}}, by: clerk, to: paid}}\n"))
        .collect();
    let bomb: String =
        (1..30).map(|at| format!("x{at}: &x{at} [*x{0}, *x{0}, *x{0}, *x{0}]\n", at - 1)).collect();
    let quorum = |of: &str| format!("by: clerk, quorum: {of}, form: {{cost: {{type: krw}}}}");
    vec![
        ("2 MB", "ends:", format!("#{}\nends:", "x".repeat(2 * 1024 * 1024)), "E-yaml-too-large"),
        (
            "nested 200 deep",
            "ends:",
            format!("deep: {}{}\nends:", "[".repeat(200), "]".repeat(200)),
            "E-yaml-depth",
        ),
        ("10,000 steps", "ends:", format!("{steps}ends:"), "E-yaml-too-large"),
        ("20,000 terms", "form.cost", ["form.cost"; 20_000].join(" + "), "E-expression-too-large"),
        ("an alias bomb", "ends:", format!("x0: &x0 [a, a, a, a]\n{bomb}ends:"), "E-yaml-alias"),
        ("a quorum of 0", PAY, quorum("{need: 0, of: 3}"), "E-workflow-quorum"),
        ("a share of 0 %", PAY, quorum("{need: 0%, of: 3}"), "E-workflow-quorum"),
        ("a share of 101 %", PAY, quorum("{need: 101%, of: 3}"), "E-workflow-quorum"),
    ]
}

#[tokio::test]
async fn a_definition_that_is_too_much_or_cannot_be_met_is_refused_with_its_place_and_nothing_is_published()
 {
    let world = World::new().await;
    let head = world.engine.log().head().await.expect("a head");
    let mut differing = Vec::new();
    for (what, part, broken, wanted) in definitions() {
        assert!(PAYMENT.contains(part), "{part}");
        let text = PAYMENT.replacen(part, &broken, 1);
        let found = world.engine.publish("payment.yaml", &text, None).await;
        let Err(EngineError::Definition(found)) = found else {
            panic!("{what}: {}", found.is_ok())
        };
        let first = &found.items()[0];
        if first.code.0 != wanted {
            differing.push(format!("{what}: {}", first.code.0));
        }
        // What is too large as a whole is the file itself, and is not read.
        let whole = wanted == "E-yaml-too-large";
        assert!(first.span.is_some() || whole, "{what} has no place");
        assert!(!first.message.ko.is_empty() && !first.message.en.is_empty(), "{what}");
    }
    assert!(differing.is_empty(), "{differing:?}");
    assert_eq!(world.engine.log().head().await.expect("a head"), head);
    world.publish(PAYMENT).await;
}

/// The code, with a sentence in both languages that names the place.
fn refused<T>(what: &str, result: Result<T, EngineError>, code: &str, place: &str) {
    let Err(error) = result else { panic!("{what}: accepted") };
    assert_eq!(error.code().0, code, "{what}: {error}");
    for lang in [Lang::Ko, Lang::En] {
        assert!(error.explain(lang).contains(place), "{what}: {}", error.explain(lang));
    }
}

#[tokio::test]
async fn an_amount_below_nothing_or_in_parts_of_a_won_and_a_message_to_a_closed_case_are_refused() {
    let world = World::new().await;
    world.publish(PAYMENT).await;
    world.person("clerk-1", &["clerk"]).await;
    let open = world.started("payment", "clerk-1", json!({})).await;
    let closed = world.started("payment", "clerk-1", json!({})).await;
    world.done(&closed, "pay", "done", "clerk-1", json!({"cost": 1})).await;
    let head = world.engine.log().head().await.expect("a head");
    let tell = |case: &CaseId, cost: serde_json::Value| MessageRequest {
        case: case.clone(),
        message: "word".into(),
        act: act("clerk-1", json!({"cost": cost})),
    };
    for cost in [json!(-1), json!(0.5)] {
        let form = json!({"cost": cost});
        let begun = world.start("payment", "clerk-1", form.clone()).await;
        refused("start", begun, "E-form-invalid", "/cost");
        let paid = world.complete(&open, "pay", "done", "clerk-1", form).await;
        refused("complete", paid, "E-form-invalid", "/cost");
        refused("message", world.engine.send(tell(&open, cost)).await, "E-form-invalid", "/cost");
    }
    let late = world.engine.send(tell(&closed, json!(1))).await;
    refused("closed", late, "E-case-closed", "paid");
    assert_eq!(world.engine.log().head().await.expect("a head"), head);
}
