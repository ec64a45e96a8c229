//! Refusals that take some doing: bounds that nobody meets by accident, data that leads nowhere, a history that
//! contradicts itself. Each with its code, and nothing recorded.

use chrono::TimeDelta;
use dure_engine::EngineError;
use dure_engine::MessageRequest;
use dure_engine::model::account::{OpenAccount, Unit};
use dure_engine::model::address::StepPath;
use dure_engine::model::command::{Command, FireTimer};
use dure_engine::model::consequence::{Timer, TimerKind};
use dure_engine::model::decide::decide;
use dure_engine::model::known::{Known, Undecided};
use dure_engine::model::names::{CaseId, Name};
use dure_engine::model::people::{Absence, Person};
use dure_engine::runtime::Clock;
use dure_engine::time::{self, Recurrence};
use serde_json::{Value, json};

use crate::harness::{World, act, at, code, person_id};
use crate::migration::unreadable::written;

const HEAD: &str = r"
workflow: odd
version: 1
title: {ko: 드문 일, en: Odd}
roles: {clerk: {ko: 담당, en: Clerk}}
accounts: {budget: {title: {ko: 예산, en: Budget}, unit: krw, keyed: true}}
messages: {word: {title: {ko: 통보, en: Word}, by: [clerk], keep: true, form: {}}}
data: {text: {type: string}, list: {type: array, items: {type: string}, default: []}}
start:
  by: clerk
  form: {text: {like: data.text, optional: true}, list: {like: data.list, optional: true}}
  set: {text: form.text, list: form.list}
  to: first
steps:
";
const ENDS: &str = "ends: {done: {title: {ko: 끝, en: Done}, releases: budget}}\n";
const TASK: &str = "  first: {title: {ko: 일, en: Work}, by: clerk, to: done}\n";

fn workflow(steps: &str) -> String {
    format!("{HEAD}{steps}{ENDS}")
}

async fn world(text: &str) -> World {
    let world = World::new().await;
    world.publish(text).await;
    world.person("clerk-1", &["clerk"]).await;
    world
}

async fn head(world: &World) -> u64 {
    world.engine.log().head().await.expect("a head").size
}

/// Starting a case with this form is refused, and records nothing.
async fn start_is_refused(text: &str, form: Value, wanted: &str) {
    let world = world(text).await;
    for account in 0..SOME_ACCOUNTS {
        open(&world, account).await;
    }
    let before = head(&world).await;
    let refused = world.start("odd", "clerk-1", form).await;
    assert_eq!(code(refused), wanted);
    assert_eq!(head(&world).await, before, "{wanted}: nothing is recorded");
}

/// More accounts than one decision may look at.
const SOME_ACCOUNTS: usize = 257;

async fn open(world: &World, key: usize) {
    let account = format!("budget/k{key}").parse().expect("an account");
    let unit = Unit(Name::new("krw").expect("a unit"));
    let open = OpenAccount { account, unit, floor: 0, amount: 1 };
    world.engine.open_account(open, None).await.expect("it is opened");
}

#[tokio::test]
async fn data_that_leads_nowhere_is_refused_where_it_is_used() {
    let table = [
        (
            "  first: {title: {ko: 일, en: Work}, by: clerk, due: {at: data.text}, to: done}\n",
            "E-time-invalid",
        ),
        (
            "  first: {title: {ko: 통보, en: Tell}, send: word, to_case: data.text, to: done}\n",
            "E-reference-invalid",
        ),
        (
            "  first: {title: {ko: 확보, en: Set aside}, decide: {ok: {otherwise: true, reserve: {account: budget, of: data.text, amount: '1'}, to: done}}}\n",
            "E-reference-invalid",
        ),
    ];
    for (steps, wanted) in table {
        start_is_refused(&workflow(steps), json!({"text": "some day / somewhere"}), wanted).await;
    }
}

#[tokio::test]
async fn one_act_has_its_bounds() {
    let each = |step: &str| {
        format!(
            "  first:\n    title: {{ko: 부분, en: Parts}}\n    each: data.list\n    as: part\n    join: all\n    steps: {{one: {step}}}\n    to: done\n"
        )
    };
    let items =
        |count: usize| json!({"list": (0..count).map(|n| format!("k{n}")).collect::<Vec<_>>()});
    let task = each("{title: {ko: 일, en: Work}, by: clerk, done: ok}");
    start_is_refused(&workflow(&task), items(1_001), "E-items-limit").await;
    let tell = each("{title: {ko: 통보, en: Tell}, send: word, to_case: part, done: ok}");
    start_is_refused(&workflow(&tell), items(33), "E-cases-limit").await;
    let pay = each(
        "{title: {ko: 확보, en: Set aside}, decide: {ok: {otherwise: true, reserve: {account: budget, of: part, amount: '1'}, done: ok}}}",
    );
    start_is_refused(&workflow(&pay), items(SOME_ACCOUNTS), "E-facts-limit").await;
}

#[tokio::test]
async fn a_case_keeps_so_many_messages_and_no_more() {
    let world = world(&workflow(TASK)).await;
    let case = world.started("odd", "clerk-1", json!({})).await;
    let send = async || {
        let (case, act) = (case.clone(), act("clerk-1", json!({})));
        world.engine.send(MessageRequest { case, message: "word".into(), act }).await
    };
    for _ in 0..100 {
        assert_eq!(code(send().await), "accepted");
    }
    let before = head(&world).await;
    assert_eq!(code(send().await), "E-mailbox-full");
    assert_eq!(head(&world).await, before);
}

/// A workflow that calls the one before it.
fn caller(nth: usize) -> String {
    let before = nth - 1;
    format!(
        "workflow: c{nth}\nversion: 1\ntitle: {{ko: 부름, en: Caller}}\nroles: {{clerk: {{ko: 담당, en: Clerk}}}}\nstart: {{by: clerk, to: sub}}\nsteps:\n  sub: {{title: {{ko: 부름, en: Call}}, call: c{before}, to: done}}\nends: {{done: {{title: {{ko: 끝, en: Done}}}}}}\n"
    )
}

#[tokio::test]
async fn workflows_call_each_other_so_deep_and_no_deeper() {
    let world = world(&workflow(TASK).replace("workflow: odd", "workflow: c0")).await;
    for nth in 1..=9 {
        world.publish(&caller(nth)).await;
    }
    assert_eq!(code(world.start("c8", "clerk-1", json!({})).await), "accepted");
    let before = head(&world).await;
    assert_eq!(code(world.start("c9", "clerk-1", json!({})).await), "E-calls-too-deep");
    assert_eq!(head(&world).await, before);
}

#[tokio::test]
async fn a_called_workflow_must_exist_for_the_value_and_take_what_it_is_given() {
    let world = world(&workflow(TASK).replace("workflow: odd", "workflow: inner").replace(
        "text: {like: data.text, optional: true}",
        "text: {like: data.text, maxLength: 3}",
    ))
    .await;
    let calling = "  first: {title: {ko: 부름, en: Call}, call: {inner: inner}, choose: data.text, with: {text: data.text}, to: done}\n";
    world.publish(&workflow(calling)).await;
    let before = head(&world).await;
    let refused = world.start("odd", "clerk-1", json!({"text": "other"})).await;
    assert_eq!(code(refused), "E-nothing-to-call");
    let refused = world.start("odd", "clerk-1", json!({"text": "inner"})).await;
    assert_eq!(code(refused), "E-called-form-invalid");
    assert_eq!(head(&world).await, before);
}

#[tokio::test]
async fn nothing_is_tried_again_that_did_not_fail() {
    let steps = "  first: {title: {ko: 변환, en: Convert}, auto: convert, to: done}\n";
    let world = world(&workflow(steps)).await;
    let case = world.started("odd", "clerk-1", json!({})).await;
    for step in ["first", "nowhere"] {
        let retried = world.engine.retry_effect(&case, step, act("clerk-1", json!({}))).await;
        assert_eq!(code(retried), "E-effect-not-failing");
    }
}

#[tokio::test]
async fn a_timer_fires_as_it_stands_in_the_case_or_not_at_all() {
    let steps = "  first: {title: {ko: 기다림, en: Wait}, wait: {for: 2d}, to: done}\n";
    let world = world(&workflow(steps)).await;
    let id = world.started("odd", "clerk-1", json!({})).await;
    let case = world.engine.case(&id).await.expect("the case");
    let definition = world.engine.workflow("odd", None).await.expect("published");
    let now = world.clock.now();
    let fire = |step: &str, after: i64| {
        let timer = Timer { at: now + TimeDelta::days(after), does: TimerKind::Wake {} };
        let step = StepPath::try_from(step.to_owned()).expect("an address");
        let command = Command::Fire(FireTimer { step, timer, recorded_at: now });
        match decide(&case, &definition, &command, &Known::default()) {
            Ok(_) => "accepted".to_owned(),
            Err(Undecided::Refused(refusal)) => code(Err::<(), EngineError>(refusal.into())),
            Err(Undecided::Lacking(fact)) => panic!("{fact:?}"),
        }
    };
    assert_eq!(fire("first", 2), "accepted");
    assert_eq!(fire("first", 1), "E-timer-gone");
    assert_eq!(fire("second", 2), "E-timer-gone");
}

#[tokio::test]
async fn a_case_whose_history_contradicts_itself_is_kept_and_takes_nothing_more() {
    let world = world(&workflow(TASK)).await;
    let broken = world.started("odd", "clerk-1", json!({})).await;
    let sound = world.started("odd", "clerk-1", json!({})).await;
    let data = json!({"consequences": [{"step_left": {"step": "nowhere"}}]});
    written(world.engine.log(), &format!("case/{broken}"), "dure.case_continued.v1", data).await;
    let complete =
        async |case: &CaseId| world.complete(case, "first", "done", "clerk-1", json!({})).await;
    let told = complete(&broken).await.expect_err("refused");
    assert!(told.to_string().contains("nowhere"), "{told}");
    assert_eq!(code::<()>(Err(told)), "E-case-faulty");
    assert_eq!(code(complete(&sound).await), "accepted");
}

#[test]
fn what_is_counted_by_a_calendar_needs_one_and_a_person_is_away_so_often() {
    let from = at("2017-03-10T01:00:00Z");
    let needed = time::after(None, from, "3wh".parse().expect("a span")).expect_err("refused");
    assert_eq!(needed.code().0, "E-calendar-needed");
    let daily = Recurrence::parse("FREQ=DAILY", "10:00", "keep").expect("it recurs");
    let needed = time::Counted::Recurrence(daily).after(None, from).expect_err("refused");
    assert_eq!(needed.code().0, "E-recurrence-calendar");
    let [mut person, deputy] =
        ["head-1", "head-2"].map(|id| Person::new(person_id(id), Vec::new()));
    let absence = |day: i64| Absence {
        from: from + TimeDelta::days(day),
        to: from + TimeDelta::days(day + 1),
        deputy: deputy.id.clone(),
    };
    person.absences.extend((0..399).map(absence));
    assert_eq!(person.may_be_absent(&absence(399), &deputy), Ok(()));
    person.absences.push(absence(399));
    let limit = person.may_be_absent(&absence(400), &deputy).expect_err("refused");
    assert_eq!(limit.code().0, "E-absences-limit");
}
