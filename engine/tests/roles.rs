//! Who could do what on that day: roles with a beginning and an end, absences that end early, deputies meanwhile.

use dure_engine::limits::{PERSON_GRANTS_MAX, REASON_BYTES_MAX, SCOPE_BYTES_MAX};
use dure_engine::model::event::TaskChange;
use dure_engine::model::names::{CaseId, Name};
use dure_engine::model::people::{Absence, AbsenceRegistered, Grant, Person, RoleGranted};
use dure_engine::runtime::{Assigned, ComeBack, EndRole, InPlace};
use dure_engine::{ActOf, ActionRequest, MessageRequest, StartRequest, TaskRequest};
use serde_json::json;

use crate::harness::{World, act, at, code, completing, person_id};

const OFFICE: &str = r#"
workflow: office
version: 1
title: {ko: 사무, en: Office}
roles:
  clerk: {ko: 담당, en: Clerk}
  head: {ko: 결재자, en: Head}
  section: {ko: 전결권자, en: Section head}
  boss: {ko: 상급자, en: Boss}
  guest: {ko: 민원인, en: Guest}
  sender: {ko: 발신자, en: Sender}
messages: {note: {title: {ko: 알림, en: Note}, by: sender, keep: true}}
delegations: [{of: head, to: section, when: "true"}]
start: {by: clerk, on_behalf_of: guest, to: work}
steps:
  work: {title: {ko: 처리, en: Work}, by: clerk, on_behalf_of: guest, to: approve}
  approve:
    title: {ko: 결재, en: Approve}
    by: head
    quorum: {need: 2}
    due: {within: 1h, escalate: [{after: 1h, to: boss}]}
    outcomes: {done: {to: done}}
actions: {memo: {title: {ko: 메모, en: Memo}, by: clerk}}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

const ROLES: [&str; 6] = ["clerk", "head", "section", "boss", "guest", "sender"];
/// When every case of these tests was started; the clock stands at 10 March.
const FIRST: &str = "2017-03-01T00:00:00Z";
const BEFORE: &str = "2017-03-04T23:59:59Z";
/// From when somebody holds a role in most of these tests.
const FROM: &str = "2017-03-05T00:00:00Z";
const THEN: &str = "2017-03-06T00:00:00Z";
/// Until when.
const UNTIL: &str = "2017-03-07T00:00:00Z";

/// With two people in each role, held for good, and somebody without any.
async fn office() -> World {
    let world = World::new().await;
    world.publish(OFFICE).await;
    for role in ROLES {
        world.person(&format!("{role}-1"), &[role]).await;
        world.person(&format!("{role}-2"), &[role]).await;
    }
    world.person("late-1", &[]).await;
    world
}

async fn case_in(world: &World) -> CaseId {
    let act = on(FIRST, act("clerk-1", json!({})));
    let request = StartRequest { workflow: "office".into(), case: None, act };
    world.engine.start(request).await.expect("started").case.id.clone()
}

fn on(time: &str, act: ActOf) -> ActOf {
    ActOf { occurred_at: Some(at(time)), ..act }
}

fn role(name: &str) -> Name {
    Name::new(name).expect("a role")
}

fn granted(name: &str, scope: Option<&str>, from: &str, until: Option<&str>) -> RoleGranted {
    let grant = Grant {
        from: Some(at(from)),
        until: until.map(at),
        ..Grant::always(role(name), scope.map(str::to_owned))
    };
    RoleGranted { grant, reason: Some("a new term".into()), by: None }
}

async fn grants(world: &World, person: &str, name: &str, from: &str, until: Option<&str>) {
    let granted = granted(name, None, from, until);
    world.engine.grant_role(&person_id(person), granted).await.expect("granted");
}

fn end(name: &str, scope: Option<&str>, time: &str) -> EndRole {
    let (scope, reason) = (scope.map(str::to_owned), Some("the term is over".into()));
    EndRole { role: role(name), scope, at: at(time), reason, by: None }
}

async fn ends(world: &World, person: &str, name: &str, time: &str) {
    world.engine.end_role(&person_id(person), end(name, None, time)).await.expect("ended");
}

fn absence(from: &str, to: &str, deputy: &str) -> AbsenceRegistered {
    let absence = Absence { from: at(from), to: at(to), deputy: person_id(deputy) };
    AbsenceRegistered { absence, reason: None, by: None }
}

async fn away(world: &World, person: &str, from: &str, to: &str, deputy: &str) -> String {
    let registered = absence(from, to, deputy);
    code(world.engine.register_absence(&person_id(person), registered).await)
}

async fn back(world: &World, person: &str, time: &str) -> String {
    let end = ComeBack { at: at(time), reason: None, by: None };
    code(world.engine.end_absence(&person_id(person), end).await)
}

/// Something a person does for which a role is asked.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Start,
    StartFor,
    Complete(&'static str),
    CompleteFor,
    InPlace,
    Act,
    Change(&'static str),
    AssignTo,
    Send,
}

async fn does(world: &World, case: &CaseId, deed: Deed, time: &str) -> String {
    let (engine, late) = (&world.engine, person_id("late-1"));
    let own = |by: &str| on(time, act(by, json!({})));
    let for_late = || ActOf { on_behalf_of: Some(late.clone()), ..own("clerk-1") };
    let start = |act| StartRequest { workflow: "office".into(), case: None, act };
    let change = |step: &str, change, act| TaskRequest {
        case: case.clone(),
        step: step.into(),
        change,
        expected: None,
        act,
    };
    match deed {
        Deed::Start => code(engine.start(start(own("late-1"))).await),
        Deed::StartFor => code(engine.start(start(for_late())).await),
        Deed::Complete(step) => {
            code(engine.complete(completing(case, step, "done", own("late-1"))).await)
        }
        Deed::CompleteFor => {
            code(engine.complete(completing(case, "work", "done", for_late())).await)
        }
        Deed::InPlace => {
            let act = ActOf { deputy_of: Some(late), ..own("guest-1") };
            code(engine.complete(completing(case, "approve", "done", act)).await)
        }
        Deed::Act => {
            let (case, act) = (case.clone(), own("late-1"));
            let request = ActionRequest { case, action: "memo".into(), expected: None, act };
            code(engine.act(request).await)
        }
        Deed::Change("claim") => {
            code(engine.change_task(change("work", TaskChange::Claim, own("late-1"))).await)
        }
        Deed::Change("recuse") => {
            code(engine.change_task(change("work", TaskChange::Recuse(None), own("late-1"))).await)
        }
        Deed::Change(_) => {
            let delegate = TaskChange::Delegate(person_id("guest-1"));
            code(engine.change_task(change("work", delegate, own("late-1"))).await)
        }
        Deed::AssignTo => {
            let assign = TaskChange::Assign(late);
            code(engine.change_task(change("work", assign, own("clerk-1"))).await)
        }
        Deed::Send => {
            let (case, act) = (case.clone(), own("late-1"));
            code(engine.send(MessageRequest { case, message: "note".into(), act }).await)
        }
    }
}

#[tokio::test]
async fn a_role_counts_only_at_the_time_an_act_happened_whatever_the_act() {
    let table = [
        ("clerk", Deed::Start, "E-role-not-then"),
        ("guest", Deed::StartFor, "E-on-behalf"),
        ("clerk", Deed::Complete("work"), "E-role-not-then"),
        ("guest", Deed::CompleteFor, "E-on-behalf"),
        ("head", Deed::Complete("approve"), "E-role-not-then"),
        ("section", Deed::Complete("approve"), "E-role-missing"),
        ("boss", Deed::Complete("approve"), "E-role-missing"),
        ("head", Deed::InPlace, "E-role-not-then"),
        ("clerk", Deed::Act, "E-role-not-then"),
        ("clerk", Deed::Change("claim"), "E-role-not-then"),
        ("clerk", Deed::Change("delegate"), "E-role-not-then"),
        ("clerk", Deed::Change("recuse"), "E-role-not-then"),
        ("clerk", Deed::AssignTo, "E-role-not-then"),
        ("sender", Deed::Send, "E-role-not-then"),
    ];
    for (role, deed, refused) in table {
        for (time, expected) in
            [(BEFORE, refused), (FROM, "accepted"), (THEN, "accepted"), (UNTIL, refused)]
        {
            let world = office().await;
            let case = case_in(&world).await;
            grants(&world, "late-1", role, FROM, Some(UNTIL)).await;
            away(&world, "late-1", FIRST, "2017-03-09T00:00:00Z", "guest-1").await;
            if matches!(deed, Deed::Complete("approve") | Deed::InPlace) {
                let work = on(FIRST, act("clerk-1", json!({})));
                let done = world.engine.complete(completing(&case, "work", "done", work)).await;
                assert_eq!(code(done), "accepted");
            }
            assert_eq!(does(&world, &case, deed, time).await, expected, "{role} {deed:?} {time}");
        }
    }
}

#[tokio::test]
async fn what_was_done_in_a_role_stands_after_the_role_has_ended() {
    let world = office().await;
    let case = case_in(&world).await;
    grants(&world, "late-1", "head", FIRST, None).await;
    let work = on(FIRST, act("clerk-1", json!({})));
    world.engine.complete(completing(&case, "work", "done", work)).await.expect("done");
    assert_eq!(does(&world, &case, Deed::Complete("approve"), THEN).await, "accepted");
    ends(&world, "late-1", "head", UNTIL).await;
    let other = act("head-1", json!({}));
    let closed = world.engine.complete(completing(&case, "approve", "done", other)).await;
    assert!(!closed.expect("the second vote decides").case.is_open());
}

async fn changes(world: &World, case: &CaseId, by: &str, change: TaskChange) -> String {
    let (case, step, act) = (case.clone(), "work".into(), act(by, json!({})));
    code(world.engine.change_task(TaskRequest { case, step, change, expected: None, act }).await)
}

#[tokio::test]
async fn i13_a_task_of_somebody_whose_role_ended_goes_back_to_all_who_may_do_it() {
    type Next = (&'static str, Option<TaskChange>);
    let table: [Next; 3] = [
        ("clerk-1", None),
        ("clerk-1", Some(TaskChange::Assign(person_id("clerk-2")))),
        ("clerk-1", Some(TaskChange::Claim)),
    ];
    for (by, change) in table {
        let world = office().await;
        let case = case_in(&world).await;
        grants(&world, "late-1", "clerk", FIRST, None).await;
        assert_eq!(changes(&world, &case, "late-1", TaskChange::Claim).await, "accepted");
        assert_eq!(changes(&world, &case, by, TaskChange::Claim).await, "E-task-assigned");
        let why = world.engine.why(&case).await.expect("why");
        assert_eq!(why.steps[0].people, [person_id("late-1")], "as long as it is theirs");
        ends(&world, "late-1", "clerk", THEN).await;
        let why = world.engine.why(&case).await.expect("why");
        assert_eq!(why.steps[0].people, ["clerk-1", "clerk-2"].map(person_id));
        let assigned = Some(Assigned { person: person_id("late-1"), may: false });
        assert_eq!(why.steps[0].assigned, assigned);
        assert_eq!(does(&world, &case, Deed::Complete("work"), UNTIL).await, "E-role-not-then");
        let done = match change {
            Some(change) => changes(&world, &case, by, change).await,
            None => code(world.complete(&case, "work", "done", by, json!({})).await),
        };
        assert_eq!(done, "accepted");
    }
}

#[tokio::test]
async fn what_somebody_delegated_ends_with_their_role() {
    let world = office().await;
    let case = case_in(&world).await;
    grants(&world, "late-1", "clerk", FIRST, None).await;
    let delegate = TaskChange::Delegate(person_id("guest-1"));
    assert_eq!(changes(&world, &case, "late-1", delegate).await, "accepted");
    ends(&world, "late-1", "clerk", THEN).await;
    let by_delegate = |time: &str| {
        world.engine.complete(completing(
            &case,
            "work",
            "done",
            on(time, act("guest-1", json!({}))),
        ))
    };
    assert_eq!(code(by_delegate(THEN).await), "E-role-not-then");
    assert_eq!(code(by_delegate(FROM).await), "accepted", "it happened while the role was held");
}

#[tokio::test]
async fn a_task_delegated_for_somebody_who_asked_by_phone_is_done_in_the_right_of_who_typed() {
    let world = office().await;
    let case = case_in(&world).await;
    let asked = ActOf { on_behalf_of: Some(person_id("guest-1")), ..act("clerk-1", json!({})) };
    let change = TaskChange::Delegate(person_id("guest-2"));
    let (id, step) = (case.clone(), "work".into());
    let request = TaskRequest { case: id, step, change, expected: None, act: asked };
    assert_eq!(code(world.engine.change_task(request).await), "accepted");
    world.done(&case, "work", "done", "guest-2", json!({})).await;
    let last = world.engine.timeline(&case).await.expect("a timeline").pop().expect("an entry");
    assert_eq!(last.on_behalf_of, Some(person_id("clerk-1")));
}

#[tokio::test]
async fn a_role_is_granted_ended_and_granted_again_but_never_twice_at_once() {
    let world = office().await;
    let (long, past) = ("x".repeat(SCOPE_BYTES_MAX + 1), "2017-03-02T00:00:00Z");
    let table = [
        (granted("head", None, FROM, Some(UNTIL)), "accepted"),
        (granted("head", None, FROM, Some(UNTIL)), "E-grant-overlaps"),
        (granted("head", None, THEN, None), "E-grant-overlaps"),
        (granted("head", None, BEFORE, Some(THEN)), "E-grant-overlaps"),
        (granted("head", None, UNTIL, None), "accepted"),
        (granted("head", None, past, Some(FROM)), "accepted"),
        (granted("head", Some("east"), THEN, None), "accepted"),
        (granted("section", None, THEN, Some(THEN)), "E-grant-empty"),
        (granted("section", None, THEN, Some(FROM)), "E-grant-empty"),
        (granted("section", Some(&long), THEN, None), "E-scope-too-long"),
    ];
    for (granted, expected) in table {
        let answer = world.engine.grant_role(&person_id("late-1"), granted.clone()).await;
        assert_eq!(code(answer), expected, "{granted:?}");
    }
    let nobody = person_id("nobody");
    let answer = world.engine.grant_role(&nobody, granted("head", None, THEN, None)).await;
    assert_eq!(code(answer), "E-person-unknown");
    let table = [
        (end("head", Some("west"), THEN), "E-grant-unknown"),
        (end("head", None, FIRST), "E-grant-unknown"),
        (end("head", Some("east"), "2017-03-08T00:00:00Z"), "accepted"),
        (end("head", Some("east"), "2017-03-08T00:00:00Z"), "E-grant-unknown"),
        (end("head", None, UNTIL), "accepted"),
        (end("head", None, UNTIL), "E-grant-unknown"),
    ];
    for (end, expected) in table {
        let answer = world.engine.end_role(&person_id("late-1"), end.clone()).await;
        assert_eq!(code(answer), expected, "{end:?}");
    }
    let person = world.engine.person(&person_id("late-1")).await.expect("known");
    let shown: Vec<String> = person.roles.iter().map(Grant::to_string).collect();
    assert_eq!(shown, ["head", "head", "head@east"], "what ended at its first moment never was");
}

#[tokio::test]
async fn a_role_granted_without_a_beginning_begins_when_it_is_granted() {
    let world = office().await;
    let grant = Grant::always(role("head"), None);
    let granted = RoleGranted { grant, reason: None, by: None };
    let person = world.engine.grant_role(&person_id("late-1"), granted).await.expect("granted");
    assert!(person.holds(&role("head"), at("2017-03-10T01:00:00Z")));
    assert!(!person.holds(&role("head"), at("2017-03-10T00:59:59Z")));
}

#[tokio::test]
async fn a_reason_is_bounded_and_so_is_what_is_kept_of_a_person() {
    let world = office().await;
    let late = person_id("late-1");
    let reason = Some("x".repeat(REASON_BYTES_MAX + 1));
    let grant = RoleGranted { reason: reason.clone(), ..granted("head", None, THEN, None) };
    assert_eq!(code(world.engine.grant_role(&late, grant).await), "E-reason-too-long");
    let ending = EndRole { reason: reason.clone(), ..end("clerk", None, THEN) };
    let ended = world.engine.end_role(&person_id("clerk-1"), ending).await;
    assert_eq!(code(ended), "E-reason-too-long");
    let absent = AbsenceRegistered { reason: reason.clone(), ..absence(FIRST, THEN, "guest-1") };
    assert_eq!(code(world.engine.register_absence(&late, absent).await), "E-reason-too-long");
    assert_eq!(away(&world, "late-1", FIRST, THEN, "guest-1").await, "accepted");
    let back = ComeBack { at: at(FROM), reason, by: None };
    assert_eq!(code(world.engine.end_absence(&late, back).await), "E-reason-too-long");
    let called = RoleGranted {
        reason: Some("write to desk@office.example".into()),
        ..granted("head", None, THEN, None)
    };
    assert_eq!(code(world.engine.grant_role(&late, called).await), "E-personal-data");
    let scope = |number: usize| format!("unit-{number}");
    for number in 0..PERSON_GRANTS_MAX {
        let granted = granted("head", Some(&scope(number)), THEN, None);
        world.engine.grant_role(&late, granted).await.expect("granted");
    }
    let one_more = granted("head", Some("one-more"), THEN, None);
    assert_eq!(code(world.engine.grant_role(&late, one_more).await), "E-grants-limit");
}

#[tokio::test]
async fn nobody_is_away_and_in_somebodys_place_so_deputies_form_no_circle() {
    let world = office().await;
    let table = [
        ("head-1", THEN, UNTIL, "head-1", "E-deputy-absent"),
        ("head-1", THEN, UNTIL, "head-2", "accepted"),
        // The circle of two, and the chain that would leave the first without anybody.
        ("head-2", THEN, UNTIL, "head-1", "E-deputy-needed"),
        ("head-2", FROM, "2017-03-08T00:00:00Z", "boss-1", "E-deputy-needed"),
        ("boss-1", THEN, UNTIL, "head-1", "E-deputy-absent"),
        // What only touches does not overlap.
        ("head-2", UNTIL, "2017-03-08T00:00:00Z", "head-1", "accepted"),
        ("head-2", FROM, THEN, "head-1", "accepted"),
    ];
    for (person, from, to, deputy, expected) in table {
        assert_eq!(
            away(&world, person, from, to, deputy).await,
            expected,
            "{person} {from} {to} {deputy}"
        );
    }
    let (one, other) = tokio::join!(
        away(&world, "boss-1", THEN, UNTIL, "boss-2"),
        away(&world, "boss-2", THEN, UNTIL, "boss-1"),
    );
    let mut answers = [one, other];
    answers.sort();
    assert_eq!(answers[1], "accepted");
    assert!(answers[0].starts_with("E-deputy-"), "{answers:?}");
}

#[tokio::test]
async fn who_comes_back_early_is_represented_no_longer_and_a_cancelled_absence_never_was() {
    let world = office().await;
    let case = case_in(&world).await;
    grants(&world, "late-1", "head", FIRST, None).await;
    let work = on(FIRST, act("clerk-1", json!({})));
    world.engine.complete(completing(&case, "work", "done", work)).await.expect("done");
    let last = "2017-03-09T00:00:00Z";
    assert_eq!(away(&world, "late-1", FROM, last, "guest-1").await, "accepted");
    assert_eq!(back(&world, "late-1", BEFORE).await, "E-absence-unknown");
    assert_eq!(back(&world, "late-1", UNTIL).await, "accepted");
    assert_eq!(back(&world, "late-1", UNTIL).await, "E-absence-unknown");
    assert_eq!(does(&world, &case, Deed::InPlace, UNTIL).await, "E-not-deputy");
    assert_eq!(does(&world, &case, Deed::InPlace, THEN).await, "accepted");
    assert_eq!(away(&world, "guest-1", UNTIL, last, "guest-2").await, "accepted", "free again");
    let future = "2017-05-01T00:00:00Z";
    assert_eq!(away(&world, "late-1", future, "2017-06-01T00:00:00Z", "head-1").await, "accepted");
    assert_eq!(back(&world, "late-1", future).await, "accepted");
    let late = world.engine.person(&person_id("late-1")).await.expect("known");
    assert_eq!(late.absences.len(), 1);
    let deputy = world.engine.person(&person_id("head-1")).await.expect("known");
    assert!(deputy.stands_in.is_empty());
    assert_eq!(away(&world, "late-1", future, "2017-06-01T00:00:00Z", "head-1").await, "accepted");
}

#[tokio::test]
async fn who_could_do_what_on_that_day_is_answered_page_by_page() {
    let world = office().await;
    grants(&world, "late-1", "head", FROM, Some(UNTIL)).await;
    let east = granted("head", Some("east"), FROM, None);
    world.engine.grant_role(&person_id("guest-1"), east).await.expect("granted");
    ends(&world, "head-2", "head", THEN).await;
    let holders = async |scope: Option<&str>, time: &str| -> Vec<String> {
        let found = world.engine.people_with_role(&role("head"), scope, at(time), None, 10).await;
        found.expect("holders").into_iter().map(|held| held.person.to_string()).collect()
    };
    let table: [(Option<&str>, &str, &[&str]); 5] = [
        (None, BEFORE, &["head-1", "head-2"]),
        (None, FROM, &["guest-1", "head-1", "head-2", "late-1"]),
        (Some("west"), FROM, &["head-1", "head-2", "late-1"]),
        (Some("east"), THEN, &["guest-1", "head-1", "late-1"]),
        (None, UNTIL, &["guest-1", "head-1"]),
    ];
    for (scope, time, expected) in table {
        assert_eq!(holders(scope, time).await, expected, "{scope:?} {time}");
    }
    let (mut after, mut paged) = (None, Vec::new());
    loop {
        let (head, from) = (role("head"), at(FROM));
        let page = world.engine.people_with_role(&head, None, from, after.as_ref(), 1).await;
        let Some(last) = page.expect("a page").pop() else { break };
        paged.push(last.person.to_string());
        after = Some(last.person);
    }
    assert_eq!(paged, holders(None, FROM).await);
}

#[tokio::test]
async fn a_person_is_shown_as_they_were_with_the_events_that_say_so() {
    let world = office().await;
    let id = person_id("late-1");
    grants(&world, "late-1", "head", FROM, None).await;
    ends(&world, "late-1", "head", UNTIL).await;
    assert_eq!(away(&world, "late-1", THEN, UNTIL, "head-1").await, "accepted");
    for (time, roles, absent) in [(BEFORE, 0, false), (FROM, 1, false), (THEN, 1, true)] {
        let shown = world.engine.person_at(&id, at(time)).await.expect("known");
        assert_eq!((shown.roles.len(), shown.absence.is_some()), (roles, absent), "{time}");
    }
    let shown = world.engine.person_at(&id, at(THEN)).await.expect("known");
    assert_eq!(shown.history.len(), 4);
    assert_eq!(shown.roles[0].position, shown.history[2].position, "the end says until when");
    assert_eq!(shown.absence.expect("absent").position, shown.history[3].position);
    let deputy = world.engine.person_at(&person_id("head-1"), at(THEN)).await.expect("known");
    assert_eq!(deputy.stands_in[0].what.of, id);
    let unknown = world.engine.person_at(&person_id("nobody"), at(THEN)).await;
    assert_eq!(code(unknown), "E-person-unknown");
}

#[tokio::test]
async fn why_names_who_could_do_a_task_now_and_who_stands_in_for_them() {
    let world = office().await;
    let case = case_in(&world).await;
    grants(&world, "late-1", "clerk", FIRST, Some(UNTIL)).await;
    let (from, to) = ("2017-03-10T00:00:00Z", "2017-03-11T00:00:00Z");
    assert_eq!(away(&world, "clerk-2", from, to, "guest-1").await, "accepted");
    let why = world.engine.why(&case).await.expect("why");
    assert_eq!(why.steps[0].people, ["clerk-1", "clerk-2"].map(person_id));
    let in_place = InPlace { of: person_id("clerk-2"), deputy: person_id("guest-1") };
    assert_eq!(why.steps[0].deputies, [in_place]);
    assert_eq!(changes(&world, &case, "clerk-1", TaskChange::Recuse(None)).await, "accepted");
    world.done(&case, "work", "done", "clerk-2", json!({})).await;
    let why = world.engine.why(&case).await.expect("why");
    let expected = ["head-1", "head-2", "section-1", "section-2"].map(person_id);
    assert_eq!(why.steps[0].people, expected, "the heads, and those their decisions go to");
}

#[tokio::test]
async fn why_tells_of_a_time_that_has_passed_who_could_have_done_what_then() {
    let world = office().await;
    let case = case_in(&world).await;
    let done = act("clerk-1", json!({}));
    let done = world.engine.complete(completing(&case, "work", "done", on(THEN, done))).await;
    assert_eq!(code(done), "accepted");
    let before = world.engine.why_at(&case, at(FROM)).await.expect("why");
    assert_eq!(before.steps[0].people, ["clerk-1", "clerk-2"].map(person_id));
    // What is recorded of people later still says who they were then.
    grants(&world, "late-1", "clerk", FROM, Some(THEN)).await;
    assert_eq!(away(&world, "clerk-2", FROM, THEN, "guest-1").await, "accepted");
    let table: [(&str, &str, &[&str], usize); 4] = [
        (FIRST, "work", &["clerk-1", "clerk-2"], 0),
        (BEFORE, "work", &["clerk-1", "clerk-2"], 0),
        (FROM, "work", &["clerk-1", "clerk-2", "late-1"], 1),
        (THEN, "approve", &["head-1", "head-2", "section-1", "section-2"], 0),
    ];
    for (time, step, people, deputies) in table {
        let why = world.engine.why_at(&case, at(time)).await.expect("why");
        assert_eq!((why.at, why.steps.len()), (at(time), 1), "{time}");
        assert_eq!(why.steps[0].step.to_string(), step, "{time}");
        let named: Vec<&str> = why.steps[0].people.iter().map(|person| person.as_str()).collect();
        assert_eq!((named.as_slice(), why.steps[0].deputies.len()), (people, deputies), "{time}");
    }
    let now = world.engine.why(&case).await.expect("why");
    assert_eq!(now, world.engine.why_at(&case, now.at).await.expect("why"));
    for time in ["2017-02-28T23:59:59Z", "2017-03-10T01:00:01Z"] {
        assert_eq!(code(world.engine.why_at(&case, at(time)).await), "E-case-not-then", "{time}");
    }
}

#[tokio::test]
async fn an_inbox_shows_what_a_role_held_now_gives() {
    let world = office().await;
    case_in(&world).await;
    grants(&world, "late-1", "clerk", FROM, Some("2017-03-10T02:00:00Z")).await;
    let tasks = async || world.engine.inbox(&person_id("late-1")).await.expect("an inbox").len();
    assert_eq!(tasks().await, 1);
    world.clock.go_to(at("2017-03-10T02:00:00Z"));
    assert_eq!(tasks().await, 0);
}

#[tokio::test]
async fn adding_somebody_again_who_has_been_changed_since_changes_nothing() {
    let world = office().await;
    let head = Person::new(person_id("head-1"), vec![Grant::always(role("head"), None)]);
    grants(&world, "head-1", "boss", FROM, None).await;
    assert_eq!(away(&world, "head-1", FROM, THEN, "head-2").await, "accepted");
    assert!(!world.engine.add_person(head, None).await.expect("known"));
    let other = Person::new(person_id("head-1"), Vec::new());
    assert_eq!(code(world.engine.add_person(other, None).await), "E-person-exists");
    assert!(world.engine.person(&person_id("head-1")).await.expect("known").roles.len() == 2);
}

#[tokio::test]
async fn folding_any_last_events_of_a_person_again_changes_nothing() {
    let world = office().await;
    grants(&world, "late-1", "head", FROM, None).await;
    ends(&world, "late-1", "head", FROM).await;
    grants(&world, "late-1", "boss", FROM, None).await;
    grants(&world, "late-1", "head", FROM, None).await;
    ends(&world, "late-1", "head", UNTIL).await;
    assert_eq!(away(&world, "late-1", THEN, UNTIL, "guest-1").await, "accepted");
    assert_eq!(back(&world, "late-1", THEN).await, "accepted");
    assert_eq!(away(&world, "late-1", THEN, UNTIL, "guest-2").await, "accepted");
    assert_eq!(away(&world, "head-1", FIRST, FROM, "late-1").await, "accepted");
    let history = world.engine.person_history(&person_id("late-1")).await.expect("known");
    let events = || history.iter().map(|entry| entry.event.clone());
    let person = events().fold(None, Person::after);
    assert_eq!(history.len(), 10);
    for again in 0..history.len() {
        assert_eq!(events().skip(again).fold(person.clone(), Person::after), person, "{again}");
    }
    let shown = world.engine.people(None, 100).await.expect("people");
    let listed = shown.into_iter().find(|known| known.id.as_str() == "late-1");
    assert_eq!(listed, person, "the view and the stream agree");
}
