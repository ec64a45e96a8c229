//! References in forms: what they name has to be there, whichever way it is filled in; otherwise nothing is recorded.

use dure_engine::limits::FACTS_MAX;
use dure_engine::model::address::StepPath;
use dure_engine::model::names::CaseId;
use dure_engine::{ActOf, ActionRequest, AnswerRequest, EngineError, MessageRequest};
use dure_storage::{Explain, Lang};
use serde_json::{Value, json};

use crate::harness::{World, act, code};

const PLACE: &str = "
workflow: place
version: 1
title: {ko: 곳, en: Place}
number: PL-{serial:2}
roles: {clerk: {ko: 담당, en: Clerk}}
data: {of: {refers_to: place}}
start: {by: clerk, form: {of: {like: data.of, optional: true}}, set: {of: form.of}, to: stand}
steps: {stand: {title: {ko: 있음, en: Stand}, by: clerk, to: gone}}
ends: {gone: {title: {ko: 없음, en: Gone}}}
";

/// `visit` refers to places, and `place` to `visit` nowhere: the order of publishing does not matter.
const VISIT: &str = "
workflow: visit
version: 1
title: {ko: 방문, en: Visit}
number: V-{serial:2}
roles: {clerk: {ko: 담당, en: Clerk}}
messages: {word: {title: {ko: 통보, en: Word}, by: [clerk], form: {at: {like: data.at}}}}
data:
  at:   {refers_to: place}
  past: {refers_to: place, state: closed}
  ever: {refers_to: place, state: any}
  with: {refers_to: person}
  tour:
    type: array
    default: []
    items: {type: object, fields: {at: {refers_to: place}, guests: {type: array, items: {refers_to: person}}}}
start:
  by: clerk
  form:
    at:   {like: data.at, optional: true}
    past: {like: data.past, optional: true}
    ever: {like: data.ever, optional: true}
    with: {like: data.with, optional: true}
    tour: {like: data.tour, optional: true}
  set: {at: form.at, past: form.past, ever: form.ever, with: form.with, tour: form.tour}
  to: go
steps:
  go:
    title: {ko: 감, en: Go}
    by: clerk
    outcomes:
      went:  {title: {ko: 감, en: Went}, form: {at: {like: data.at}}, set: {at: form.at}, to: ask}
      again: {title: {ko: 다시, en: Again}, to: next}
  ask:
    title: {ko: 물음, en: Ask}
    auto: asker
    outcomes: {done: {form: {at: {like: data.at}}, set: {at: form.at}, to: hear}}
  hear:
    title: {ko: 들음, en: Hear}
    wait: {message: word}
    outcomes: {received: {set: {at: form.at}, to: over}}
  next: {title: {ko: 다음 방문, en: Next}, spawn: visit, with: {at: data.at}, to: over}
actions:
  turn: {title: {ko: 바꿈, en: Turn}, by: clerk, form: {at: {like: data.at}}, set: {at: form.at}}
ends: {over: {title: {ko: 끝, en: Over}}}
";

/// The places `PL-01`, which is open, and `PL-02`, which is closed; the visit `V-01`; and `clerk-1`.
async fn world() -> World {
    let world = World::new().await;
    world.publish(VISIT).await;
    world.publish(PLACE).await;
    world.person("clerk-1", &["clerk"]).await;
    world.started("place", "clerk-1", json!({})).await;
    let closed = world.started("place", "clerk-1", json!({})).await;
    world.done(&closed, "stand", "done", "clerk-1", json!({})).await;
    world.started("visit", "clerk-1", json!({"at": "PL-01"})).await;
    world
}

fn told<T>(result: Result<T, EngineError>) -> (String, String) {
    match result {
        Ok(_) => ("accepted".to_owned(), String::new()),
        Err(error) => (error.code().to_string(), error.explain(Lang::En)),
    }
}

#[tokio::test]
async fn what_a_form_names_has_to_be_there_of_that_workflow_and_in_that_state() {
    let unmet = "E-reference-unmet";
    let table: [(Value, &str, &str); 14] = [
        (json!({"at": "PL-01"}), "accepted", ""),
        (json!({"at": "PL-02"}), unmet, "/at: the case \"PL-02\" is closed"),
        (json!({"at": "PL-03"}), unmet, "/at: there is no case \"PL-03\" of place"),
        (json!({"at": "V-01"}), unmet, "/at: \"V-01\" is a case of visit, not of place"),
        (json!({"at": "clerk-1"}), unmet, "/at: there is no case \"clerk-1\" of place"),
        (json!({"at": "two words"}), "E-form-invalid", "/at"),
        (json!({"past": "PL-02", "ever": "PL-02"}), "accepted", ""),
        (json!({"past": "PL-01"}), unmet, "/past: the case \"PL-01\" is still open"),
        (json!({"ever": "PL-01", "with": "clerk-1"}), "accepted", ""),
        (json!({"ever": "PL-09"}), unmet, "/ever"),
        (json!({"with": "PL-01"}), unmet, "/with: no person \"PL-01\" was added"),
        (json!({"tour": [{"at": "PL-01", "guests": ["clerk-1"]}]}), "accepted", ""),
        (
            json!({"tour": [{"at": "PL-01", "guests": ["clerk-1", "clerk-2"]}, {"at": "PL-02", "guests": []}]}),
            unmet,
            "/tour/1/at: the case \"PL-02\" is closed; /tour/0/guests/1: no person \"clerk-2\" was added",
        ),
        (json!({"at": 5}), "E-form-invalid", "/at"),
    ];
    let world = world().await;
    for (form, wanted, words) in table {
        let before = world.engine.log().head().await.expect("a head").size;
        let (code, message) = told(world.start("visit", "clerk-1", form.clone()).await);
        assert_eq!(code, wanted, "{form}: {message}");
        assert!(message.contains(words), "{form}: {message}");
        let after = world.engine.log().head().await.expect("a head").size;
        assert_eq!(after == before, wanted != "accepted", "{form}");
    }
}

#[tokio::test]
async fn whichever_way_a_reference_is_filled_in_it_is_looked_up() {
    let world = world().await;
    let case = CaseId::new("V-01").expect("a number");
    let form = |at: &str| json!({"at": at});
    let action = async |at: &str| {
        let (case, action) = (case.clone(), "turn".to_owned());
        let request = ActionRequest { case, action, expected: None, act: act("clerk-1", form(at)) };
        code(world.engine.act(request).await)
    };
    assert_eq!(action("PL-02").await, "E-reference-unmet");
    assert_eq!(action("PL-01").await, "accepted");
    let went =
        async |at: &str| code(world.complete(&case, "go", "went", "clerk-1", form(at)).await);
    assert_eq!(went("PL-02").await, "E-reference-unmet");
    assert_eq!(went("PL-01").await, "accepted");
    let answer = async |at: &str| {
        let Value::Object(form) = form(at) else { panic!("an object") };
        let step = StepPath::try_from("ask".to_owned()).expect("a path");
        let (case, outcome) = (case.clone(), "done".into());
        code(world.engine.answer(AnswerRequest { case, step, entry: 1, outcome, form }).await)
    };
    assert_eq!(answer("PL-02").await, "E-reference-unmet");
    assert_eq!(answer("PL-01").await, "accepted");
    let word = async |at: &str| {
        let (case, message) = (case.clone(), "word".to_owned());
        let act: ActOf = act("clerk-1", form(at));
        code(world.engine.send(MessageRequest { case, message, act }).await)
    };
    assert_eq!(word("PL-02").await, "E-reference-unmet");
    assert_eq!(word("PL-01").await, "accepted");
}

#[tokio::test]
async fn what_is_only_passed_along_is_not_asked_again_so_that_no_case_stands_still_for_it() {
    let world = world().await;
    let place = CaseId::new("PL-01").expect("a number");
    world.done(&place, "stand", "done", "clerk-1", json!({})).await;
    let case = CaseId::new("V-01").expect("a number");
    let next = world.done(&case, "go", "again", "clerk-1", json!({})).await;
    assert!(!next.is_open());
    let spawned = world.engine.case(&CaseId::new("V-02").expect("a number")).await;
    assert_eq!(spawned.expect("the next visit").frame.data["at"], "PL-01");
}

#[tokio::test]
async fn a_case_may_name_one_of_its_own_workflow_and_no_more_than_one_decision_may_ask_for() {
    let world = world().await;
    let own = world.start("place", "clerk-1", json!({"of": "PL-01"})).await;
    assert_eq!(code(own), "accepted");
    assert_eq!(
        code(world.start("place", "clerk-1", json!({"of": "PL-04"})).await),
        "E-reference-unmet"
    );
    let guests: Vec<String> = (0..=FACTS_MAX).map(|number| format!("guest-{number}")).collect();
    let many = json!({"tour": [{"at": "PL-01", "guests": guests}]});
    assert_eq!(code(world.start("visit", "clerk-1", many).await), "E-facts-limit");
}

#[tokio::test]
async fn a_reference_that_cannot_be_is_a_mistake_of_the_file() {
    let world = World::new().await;
    for (old, new, wanted) in [
        ("{refers_to: place}", "{refers_to: place, state: old}", "E-workflow-unknown"),
        ("{refers_to: place}", "{refers_to: Place}", "E-workflow-name"),
        ("{refers_to: place}", "{refers_to: person, state: open}", "E-workflow-field"),
        ("{refers_to: place}", "{refers_to: place, type: string}", "E-workflow-key"),
        ("{refers_to: place}", "{refers_to: place, personal: true}", "E-workflow-personal"),
    ] {
        let text = PLACE.replace(old, new);
        let found = world.engine.check("place.yaml", &text).await.expect_err("a mistake");
        assert!(found.to_string().contains(wanted), "{new}: {found}");
    }
}
