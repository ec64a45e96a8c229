//! Personal fields (I12): as long as nothing seals them they stay empty, whichever way something would come in, and no
//! expression looks into them.

use std::sync::Arc;

use dure_engine::language::read;
use dure_engine::model::address::StepPath;
use dure_engine::model::case::Case;
use dure_engine::model::command::{Command, CompleteStep, Request};
use dure_engine::model::decide::decide;
use dure_engine::model::definition::Definition;
use dure_engine::model::effect::Effect;
use dure_engine::model::known::{Known, Undecided};
use dure_engine::model::names::{CaseId, Name};
use dure_engine::model::people::{Grant, Person};
use dure_engine::model::refusal::Refusal;
use dure_engine::runtime::{Answer, Handler, MigrationMode, MigrationOutcome};
use dure_engine::simulation::{Hint, Hints, Simulation, World as Simulated};
use dure_engine::{ActionRequest, AnswerRequest, EngineError, MessageRequest};
use dure_storage::{Explain, Lang};
use serde_json::{Value, json};

use crate::harness::{World, act, at, person_id};

/// What is filled in where it must not be; no message may repeat it.
const NAME: &str = "somebody-0207";

const PART: &str = r#"
workflow: part
version: 1
title: {ko: 부분, en: Part}
roles: {clerk: {ko: 접수자, en: Clerk}}
data: {name: {type: string, personal: true}}
start: {by: clerk, form: {name: {like: data.name, optional: true}}, set: {name: form.name}, to: see}
steps:
  see: {title: {ko: 보기, en: See}, by: clerk, to: seen}
ends: {seen: {title: {ko: 봄, en: Seen}}}
"#;

const DESK: &str = r#"
workflow: desk
version: 1
title: {ko: 창구, en: Desk}
roles: {clerk: {ko: 접수자, en: Clerk}}
data:
  kind:   {enum: [stay, mail, hear, sub, follow], default: stay}
  name:   {type: string, personal: true}
  noted:  {type: boolean, default: false}
  guests: {type: array, items: {type: object, fields: {part: {type: string}, name: {type: string, personal: true, optional: true}}}, default: []}
accounts: {budget: {title: {ko: 예산, en: Budget}, unit: krw}}
messages:
  word: {title: {ko: 한마디, en: Word}, by: [clerk], keep: true, form: {name: {like: data.name, optional: true}}}
start:
  by: clerk
  form: {name: {like: data.name, optional: true}, kind: {like: data.kind, optional: true}}
  set: {name: form.name, kind: form.kind, noted: has(form.name)}
  to: look
steps:
  look:
    title: {ko: 확인, en: Look}
    by: clerk
    form:
      name:   {like: data.name, optional: true}
      who:    {type: object, optional: true, personal: true, fields: {name: {type: string}}}
      guests: {like: data.guests, optional: true}
    set: {name: 'has(data.name) ? data.name : form.name', guests: form.guests}
    outcomes:
      go: {title: {ko: 진행, en: Go}, form: {age: {type: integer, minimum: 100, optional: true, personal: true}}, to: route}
  route:
    title: {ko: 구분, en: Route}
    decide:
      mail:   {when: data.kind == "mail", to: mail}
      hear:   {when: data.kind == "hear", to: hear}
      sub:    {when: data.kind == "sub", to: sub}
      follow: {when: data.kind == "follow", to: follow}
      stay:   {otherwise: true, to: look}
  mail: {title: {ko: 알림, en: Mail}, auto: mail, form: {name: {like: data.name, optional: true}}, set: {name: form.name}, to: over}
  hear: {title: {ko: 기다림, en: Hear}, wait: {message: word}, outcomes: {received: {set: {name: form.name}, to: over}}}
  sub: {title: {ko: 부름, en: Call}, call: part, with: {name: data.name}, set: {name: result.name}, to: over}
  follow: {title: {ko: 후속, en: Follow}, spawn: part, with: {name: data.name}, to: over}
actions:
  stop: {title: {ko: 중지, en: Stop}, by: clerk, form: {name: {like: data.name, optional: true}}, set: {name: form.name}, to: over}
ends: {over: {title: {ko: 끝, en: Over}}}
"#;

async fn world() -> World {
    let world = World::new().await;
    world.publish(PART).await;
    world.publish(DESK).await;
    world.person("clerk-1", &["clerk"]).await;
    world
}

/// A case that was led where this kind goes.
async fn case_at(world: &World, kind: &str) -> CaseId {
    let case = world.started("desk", "clerk-1", json!({"kind": kind})).await;
    world.done(&case, "look", "go", "clerk-1", json!({})).await;
    case
}

async fn head(world: &World) -> String {
    format!("{:?}", world.engine.log().head().await.expect("a head"))
}

/// Refused with field, step and case in both languages, what would be right, and without the value.
fn is_refused(refusal: &Refusal, field: &str, step: &str) {
    assert_eq!(refusal.code().0, "E-personal-unsealed", "{refusal}");
    let (ko, en) = (refusal.explain(Lang::Ko), refusal.explain(Lang::En));
    for text in [&ko, &en] {
        assert!(text.contains(field) && text.contains(step), "{text}");
        assert!(!text.contains(NAME), "{text}");
    }
    assert!(refusal.place.case.is_some(), "{refusal}");
    assert!(ko.contains("비워 두어야") && en.contains("must be left empty"), "{ko} {en}");
}

fn refused<T>(result: Result<T, EngineError>, field: &str, step: &str) {
    match result {
        Ok(_) => panic!("{field}: accepted"),
        Err(EngineError::Refused(refusal)) => is_refused(&refusal, field, step),
        Err(error) => panic!("{field}: {error}"),
    }
}

fn answer(case: &CaseId, form: Value) -> AnswerRequest {
    let Value::Object(form) = form else { panic!("a form is an object") };
    let step = StepPath::try_from("mail".to_owned()).expect("a path");
    AnswerRequest { case: case.clone(), step, entry: 1, outcome: "done".into(), form }
}

#[tokio::test]
async fn i12_a_personal_field_is_refused_whichever_way_it_is_filled_in_and_nothing_is_recorded() {
    let world = world().await;
    let case = world.started("desk", "clerk-1", json!({})).await;
    let (mailing, hearing) = (case_at(&world, "mail").await, case_at(&world, "hear").await);
    let before = head(&world).await;
    let name = || json!({"name": NAME});

    refused(world.start("desk", "clerk-1", name()).await, "/name", "");
    let fields = [
        (name(), "/name"),
        (json!({"who": {"name": NAME}}), "/who"),
        (json!({"guests": [{"part": "host"}, {"part": "guest", "name": NAME}]}), "/guests/1/name"),
        // It is asked before the form is: what breaks the form would be told with its bound.
        (json!({"age": 7}), "/age"),
        (json!({"name": NAME, "no_such_field": 1}), "/name"),
    ];
    for (form, field) in fields {
        refused(world.complete(&case, "look", "go", "clerk-1", form).await, field, "look");
    }
    let stop = ActionRequest {
        case: case.clone(),
        action: "stop".into(),
        expected: None,
        act: act("clerk-1", name()),
    };
    refused(world.engine.act(stop).await, "/name", "stop");
    refused(world.engine.answer(answer(&mailing, name())).await, "/name", "mail");
    for (to, step) in [(&hearing, "hear"), (&case, "")] {
        let (message, act) = ("word".to_owned(), act("clerk-1", name()));
        let message = MessageRequest { case: to.clone(), message, act };
        refused(world.engine.send(message).await, "/name", step);
    }
    assert_eq!(head(&world).await, before);
}

#[tokio::test]
async fn a_value_of_the_wrong_kind_is_told_without_the_value() {
    let world = world().await;
    let case = world.started("desk", "clerk-1", json!({})).await;
    let wrong = world.complete(&case, "look", "go", "clerk-1", json!({"guests": [NAME]})).await;
    let Err(error) = wrong else { panic!("accepted") };
    assert_eq!(error.code().0, "E-form-invalid");
    assert!(error.to_string().contains("/guests/0"), "{error}");
    for lang in [Lang::Ko, Lang::En] {
        assert!(!error.explain(lang).contains(NAME), "{error}");
    }
}

#[tokio::test]
async fn a_case_gets_everywhere_with_its_personal_fields_left_empty() {
    let world = world().await;
    let mailing = case_at(&world, "mail").await;
    world.engine.answer(answer(&mailing, json!({}))).await.expect("answered");
    let hearing = case_at(&world, "hear").await;
    let (message, act) = ("word".to_owned(), act("clerk-1", json!({})));
    let message = MessageRequest { case: hearing.clone(), message, act };
    world.engine.send(message).await.expect("sent");
    let calling = case_at(&world, "sub").await;
    assert_eq!(world.active(&calling).await, ["sub/see"]);
    world.done(&calling, "sub/see", "done", "clerk-1", json!({})).await;
    let following = case_at(&world, "follow").await;
    for case in [mailing, hearing, calling, following] {
        let case = world.engine.case(&case).await.expect("a case");
        assert!(!case.is_open() && !case.frame.data.contains_key("name"), "{case:?}");
        assert_eq!(case.frame.data["noted"], json!(false));
    }
    let guests = json!({"guests": [{"part": "host"}]});
    let case = world.started("desk", "clerk-1", json!({})).await;
    let case = world.done(&case, "look", "go", "clerk-1", guests.clone()).await;
    assert_eq!(case.frame.data["guests"], guests["guests"]);
}

/// Gives one answer.
struct Once(Value);

#[async_trait::async_trait]
impl Handler for Once {
    async fn perform(&self, _effect: &Effect) -> Answer {
        let Value::Object(form) = self.0.clone() else { panic!("a form is an object") };
        Answer::Done { outcome: "done".into(), form }
    }
}

#[tokio::test]
async fn i12_what_a_handler_brings_for_a_personal_field_is_parked_without_the_value() {
    let world = world().await;
    let case = case_at(&world, "mail").await;
    let mail = Name::new("mail").expect("a name");
    world.engine.handle(mail, Arc::new(Once(json!({"name": NAME}))));
    assert_eq!(world.engine.run_effects().await.expect("the store works"), 1);
    let case = world.engine.case(&case).await.expect("a case");
    assert!(case.is_open());
    let kept = format!("{case:?}");
    assert!(kept.contains("/name") && !kept.contains(NAME), "{kept}");
}

const TELLING: &str = r#"
workflow: telling
version: 1
title: {ko: 전함, en: Telling}
roles: {clerk: {ko: 접수자, en: Clerk}}
data: {case: {type: string}, title: {type: string}, taken: {type: boolean, default: false}}
start: {by: clerk, form: {case: {like: data.case}, title: {like: data.title}}, set: {case: form.case, title: form.title}, to: tell}
steps:
  tell: {title: {ko: 전함, en: Tell}, send: word, to_case: data.case, with: {name: data.title}, set: {taken: delivered}, to: told}
ends: {told: {title: {ko: 전함, en: Told}}}
"#;

#[tokio::test]
async fn i12_a_message_of_another_case_is_not_taken_with_a_personal_field_filled_in() {
    let world = world().await;
    world.publish(TELLING).await;
    let hearing = case_at(&world, "hear").await;
    let form = json!({"case": hearing.as_str(), "title": NAME});
    let telling = world.started("telling", "clerk-1", form).await;
    let telling = world.engine.case(&telling).await.expect("a case");
    assert_eq!(telling.frame.data["taken"], json!(false));
    let hearing = world.engine.case(&hearing).await.expect("a case");
    assert!(hearing.is_open() && !format!("{hearing:?}").contains(NAME), "{hearing:?}");
}

/// Completes `look` in the model, where no log is.
fn looked(case: &Case, definition: &Definition) -> Result<(), Undecided> {
    let now = at("2017-03-10T01:00:00Z");
    let clerk = Grant::always(Name::new("clerk").expect("a role"), None);
    let request = Request {
        by: Person::new(person_id("clerk-1"), vec![clerk]),
        deputy_of: None,
        on_behalf_of: None,
        occurred_at: now,
        recorded_at: now,
        reason: None,
        form: serde_json::Map::new(),
    };
    let (step, outcome) = ("look".to_owned(), "go".to_owned());
    let command = CompleteStep { step, outcome, expected: None, request };
    decide(case, definition, &Command::Complete(command), &Known::default()).map(|_| ())
}

/// No case can have such a value today; if one had, it would not be passed on.
#[tokio::test]
async fn i12_a_call_and_a_spawn_pass_on_no_personal_data() {
    let world = world().await;
    for kind in ["sub", "follow"] {
        let case = world.started("desk", "clerk-1", json!({"kind": kind})).await;
        let case = world.engine.case(&case).await.expect("a case");
        let definition = world.engine.definition_of(&case).await.expect("its workflow");
        let mut case = Case::clone(&case);
        case.frame.data.insert("name".to_owned(), json!(NAME));
        match looked(&case, &definition) {
            Err(Undecided::Refused(refusal)) => is_refused(&refusal, "/name", kind),
            other => panic!("{kind}: {other:?}"),
        }
    }
}

/// The desk with a guard, a value or another thing written differently.
fn found(from: &str, to: &str) -> Vec<String> {
    assert_eq!(DESK.matches(from).count(), 1, "{from}");
    let part = Arc::new(read("part.yaml", PART, &|_| None).expect("a sound file"));
    let called = |name: &str| (name == "part").then(|| part.clone());
    match read("desk.yaml", &DESK.replace(from, to), &called) {
        Ok(_) => Vec::new(),
        Err(found) => found.items().iter().map(|one| one.code.to_string()).collect(),
    }
}

#[test]
fn nothing_looks_into_a_personal_field_or_takes_it_where_it_would_be_seen() {
    let table = [
        // Guards and whatever else is computed of it.
        (r#"data.kind == "mail""#, r#"'data.name == "x"'"#),
        (r#"data.kind == "mail""#, r#"'has(data.name) && data.name.startsWith("x")'"#),
        (r#"data.kind == "mail""#, r#"'size(data.name) > 3'"#),
        (r#"data.kind == "mail""#, r#"'data.name in ["x"]'"#),
        (r#"data.kind == "mail""#, r#"'data.guests.exists(g, g.name == "x")'"#),
        (r#"data.kind == "mail""#, r#"'data.guests == data.guests'"#),
        (r#"data.kind == "mail""#, r#"'data.guests[0] in data.guests'"#),
        // Where it would be stored.
        ("noted: has(form.name)", r#"noted: 'form.name == "x"'"#),
        ("kind: form.kind,", "kind: form.name,"),
        ("kind: form.kind,", "kind: 'has(form.name) ? form.name : form.kind',"),
        ("kind: form.kind,", "kind: string(form.name),"),
        ("name: 'has(data.name) ? data.name : form.name'", "name: form.who.name"),
        ("set: {name: form.name, kind", "set: {name: form.kind, kind"),
        ("set: {name: form.name, kind", "set: {name: '\"x\"', kind"),
        (
            "personal: true}}, to: route}",
            "personal: true}}, reserve: {account: budget, amount: form.age}, to: route}",
        ),
        // Where its value goes is not known, or it stays.
        ("auto: mail,", "auto: mail, with: {to: data.name},"),
        ("auto: mail,", "auto: mail, with: {guests: data.guests},"),
        (
            "spawn: part, with: {name: data.name}",
            "send: word, to_case: data.kind, with: {name: data.name}",
        ),
        ("spawn: part, with: {name: data.name}", "send: word, to_case: data.name"),
        (
            "auto: mail, form: {name: {like: data.name, optional: true}}, set: {name: form.name}, to: over",
            "each: data.guests, as: g, steps: {one: {title: {ko: 하나, en: One}, by: clerk, done: ok}}, to: over",
        ),
        ("by: clerk\n    form:\n      name:", "by: {person: data.name}\n    form:\n      name:"),
        (
            "by: clerk\n    form:\n      name:",
            "by: clerk\n    in: data.name\n    form:\n      name:",
        ),
        (
            "by: clerk\n    form:\n      name:",
            "by: clerk\n    due: {at: data.name}\n    form:\n      name:",
        ),
        (
            "by: clerk\n    form:\n      name:",
            "by: clerk\n    recuse_when: data.name == actor.id\n    form:\n      name:",
        ),
        (
            "ends: {over",
            "flags: {odd: {title: {ko: 이상, en: Odd}, when: 'data.name == \"x\"'}}\nends: {over",
        ),
        // Fields that no case could leave empty, and defaults for all to read.
        ("{name: {like: data.name, optional: true}, kind", "{name: {like: data.name}, kind"),
        (
            "fields: {part: {type: string}, name: {type: string, personal: true, optional: true}}",
            "fields: {part: {type: string}, name: {type: string, personal: true}}",
        ),
        (
            "items: {type: object, fields: {part",
            "items: {type: object, personal: true, fields: {part",
        ),
        (
            "name:   {type: string, personal: true}",
            "name:   {type: string, personal: true, default: x}",
        ),
        ("default: []", "default: [{part: host, name: x}]"),
    ];
    for (from, to) in table {
        let found = found(from, to);
        // An expression that cannot be read leaves its step half read.
        let follows = ["E-workflow-outcomes", "E-workflow-key"];
        let own = found.iter().filter(|code| !follows.contains(&code.as_str()));
        assert_eq!(own.collect::<Vec<_>>(), ["E-workflow-personal"], "{to}: {found:?}");
    }
}

#[test]
fn it_may_be_asked_for_copied_whole_and_have_its_mark_taken_off() {
    let table = [
        (r#"data.kind == "mail""#, r#"'has(data.name) || data.guests.exists(g, has(g.name))'"#),
        (r#"data.kind == "mail""#, r#"'data.guests.size() > 1 && data.guests[0].part == "host"'"#),
        (
            "auto: mail,",
            "auto: mail, with: {parts: 'data.guests.map(g, g.part)', known: has(data.name)},",
        ),
        (
            "guests: form.guests",
            r#"guests: 'form.guests.filter(g, g.part == "host") + data.guests'"#,
        ),
        (
            "{name: {like: data.name, optional: true}, kind",
            "{name: {like: data.name, optional: true}, other: {like: data.name, personal: false}, kind",
        ),
    ];
    for (from, to) in table {
        assert_eq!(found(from, to), Vec::<String>::new(), "{to}");
    }
}

#[tokio::test]
async fn i12_a_case_with_a_value_in_a_field_that_becomes_personal_does_not_go_on() {
    const OLD: &str = r#"
workflow: list
version: 1
title: {ko: 명단, en: List}
roles: {clerk: {ko: 접수자, en: Clerk}}
data: {name: {type: string}}
messages: {word: {title: {ko: 한마디, en: Word}, by: [clerk], keep: true, form: {name: {type: string, optional: true}}}}
start: {by: clerk, form: {name: {type: string, optional: true}}, set: {name: form.name}, to: look}
steps:
  look: {title: {ko: 확인, en: Look}, by: clerk, to: hear}
  hear: {title: {ko: 기다림, en: Hear}, wait: {message: word}, to: over}
ends: {over: {title: {ko: 끝, en: Over}}}
"#;
    const PLAN: &str =
        "migrate: list\nfrom: 1\nto: 2\nbecause: {ko: 개인정보, en: Personal data}\n";
    let world = World::new().await;
    world.publish(OLD).await;
    world.person("clerk-1", &["clerk"]).await;
    let named = world.started("list", "clerk-1", json!({"name": NAME})).await;
    let told = world.started("list", "clerk-1", json!({})).await;
    let empty = world.started("list", "clerk-1", json!({})).await;
    let (message, act) = ("word".to_owned(), act("clerk-1", json!({"name": NAME})));
    world.engine.send(MessageRequest { case: told.clone(), message, act }).await.expect("kept");
    let next = OLD.replace("version: 1", "version: 2");
    let next = next.replace("{type: string}", "{type: string, personal: true}");
    let next = next.replace("{type: string, optional: true}", "{like: data.name, optional: true}");
    world.publish(&next).await;
    let plan = world.engine.migration_plan("plan.yaml", PLAN).await.expect("a plan");
    let mut verdicts = Vec::new();
    let tell = &mut |case: dure_engine::runtime::MigratedCase| {
        let verdict = match case.outcome {
            MigrationOutcome::Blocked(found) => found.iter().map(|one| one.why.code().0).collect(),
            MigrationOutcome::Completable => "completable".to_owned(),
            other => panic!("{other:?}"),
        };
        verdicts.push((case.case, verdict));
    };
    world.engine.migrate(&plan, &MigrationMode::DryRun, tell).await.expect("a dry run");
    let expected =
        [(named, "E-personal-unsealed"), (told, "E-migrate-message"), (empty, "completable")];
    assert_eq!(verdicts, expected.map(|(case, verdict)| (case, verdict.to_owned())));
    let set = format!("{PLAN}set: {{name: '\"x\"'}}\n");
    let refused = world.engine.migration_plan("plan.yaml", &set).await.expect_err("refused");
    assert!(refused.to_string().contains("E-workflow-personal"), "{refused}");
}

#[tokio::test]
async fn a_simulation_leaves_personal_fields_empty_and_a_hint_for_one_helps_nowhere() {
    let world = Simulated::empty().await.expect("a world");
    for text in [PART, DESK] {
        world.publish("test.yaml", text).await.unwrap_or_else(|error| panic!("{error}"));
    }
    let name = |name: &str| Name::new(name).expect("a name");
    let hint = (name("name"), Hint::Values(vec![json!(NAME)]));
    let hints = Hints { workflow: name("desk"), fields: [hint].into_iter().collect() };
    let simulation =
        Simulation::of(world, "desk", vec![hints.clone()], 7).await.expect("it begins");
    assert_eq!(hints.idle(simulation.definition()), [name("name")]);
    for number in 0..8 {
        let run = simulation.run(number).await;
        assert!(run.failure.is_none(), "{run:?}");
        assert!(!run.refused.contains_key("E-personal-unsealed"), "{run:?}");
    }
}

#[tokio::test]
async fn a_scenario_says_that_a_personal_field_is_refused() {
    use dure_engine::scenario::{Found, Scenario, Sources, run};
    struct Files;
    impl Sources for Files {
        fn file(&self, _from: &str, path: &str) -> Result<Found, String> {
            let text = if path == "part.yaml" { PART } else { DESK };
            Ok(Found { file: path.into(), text: text.into() })
        }

        fn workflow(&self, name: &str) -> Option<Found> {
            self.file("", &format!("{name}.yaml")).ok()
        }
    }
    const TEXT: &str = "
scenario: unsealed
title: {ko: 봉인 전, en: Before sealing}
workflow: desk
people: {clerk-1: {roles: [clerk]}}
clock: 2017-03-10 10:00
lines:
  - {by: clerk-1, start: {name: somebody}, refused: E-personal-unsealed, says: '/name: must be left empty'}
  - {by: clerk-1, start: {kind: hear}, expect: {active: look}}
  - {by: clerk-1, do: look go, form: {name: somebody}, refused: E-personal-unsealed}
  - {by: clerk-1, do: look go, expect: {active: hear}}
";
    let scenario = Scenario::read("trial.scenario.yaml", TEXT, &Files);
    let scenario = scenario.unwrap_or_else(|found| panic!("{found}"));
    let run = run(&scenario).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(run.played.passed(), "{run:?}");
}
