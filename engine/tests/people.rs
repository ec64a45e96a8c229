//! Who does a task and who may not: quorums, claims, delegates, recusal, deputies and delegated decisions.

use dure_engine::model::consequence::Holder;
use dure_engine::model::event::{Authority, TaskChange};
use dure_engine::model::names::{CaseId, Name};
use dure_engine::model::people::{Absence, AbsenceRegistered};
use dure_engine::{Accepted, ActOf, EngineError, TaskRequest};
use serde_json::{Value, json};

use crate::harness::{World, act, acting, at, code, completing, person_id};

const BOARD: &str = r#"
workflow: board
version: 1
title: {ko: 위원회, en: Board}
roles: {clerk: {ko: 간사, en: Clerk}, member: {ko: 위원, en: Member}}
data: {members: {type: array, items: {type: person}, default: []}}
start: {by: clerk, form: {members: {like: data.members}}, set: {members: form.members}, to: vote}
steps:
  vote:
    title: {ko: 의결, en: Vote}
    by: member
    quorum: {QUORUM}
    outcomes:
      agree:   {title: {ko: 가결, en: Agree}, to: check}
      refuse:  {title: {ko: 부결, en: Refuse}, to: refused}
      divided: {title: {ko: 미결, en: Divided}, to: check}
  check: {title: {ko: 검수, en: Check}, by: [member, clerk], not_same_as: [vote], to: agreed}
ends: {agreed: {title: {ko: 가결, en: Agreed}}, refused: {title: {ko: 부결, en: Refused}}}
"#;

async fn board(quorum: &str) -> World {
    let world = World::new().await;
    world.publish(&BOARD.replace("{QUORUM}", quorum)).await;
    world.person("clerk-1", &["clerk"]).await;
    for id in ["m-1", "m-2", "m-3", "m-4", "m-5"] {
        world.person(id, &["member"]).await;
    }
    world
}

async fn sitting(quorum: &str, members: Value) -> (World, CaseId) {
    let world = board(quorum).await;
    let case = world.started("board", "clerk-1", json!({ "members": members })).await;
    (world, case)
}

async fn votes(world: &World, case: &CaseId, by: &str, outcome: &str) -> String {
    code(world.complete(case, "vote", outcome, by, json!({})).await)
}

async fn change(
    world: &World,
    case: &CaseId,
    step: &str,
    by: &str,
    change: TaskChange,
) -> Result<Accepted, EngineError> {
    changing(world, case, step, change, act(by, json!({}))).await
}

async fn changing(
    world: &World,
    case: &CaseId,
    step: &str,
    change: TaskChange,
    act: ActOf,
) -> Result<Accepted, EngineError> {
    let (case, step) = (case.clone(), step.to_owned());
    world.engine.change_task(TaskRequest { case, step, change, expected: None, act }).await
}

async fn changed(world: &World, case: &CaseId, step: &str, by: &str, what: TaskChange) -> String {
    code(change(world, case, step, by, what).await)
}

fn delegate(to: &str) -> TaskChange {
    TaskChange::Delegate(person_id(to))
}

fn recuse(replacement: Option<&str>) -> TaskChange {
    TaskChange::Recuse(replacement.map(person_id))
}

async fn events(world: &World) -> u64 {
    world.engine.log().head().await.expect("a head").size
}

#[tokio::test]
async fn two_of_three_have_to_choose_the_same() {
    let (world, case) = sitting("{need: 2, of: 3}", json!([])).await;
    assert_eq!(votes(&world, &case, "m-1", "agree").await, "accepted");
    assert_eq!(votes(&world, &case, "m-1", "refuse").await, "E-voted-already");
    assert_eq!(votes(&world, &case, "clerk-1", "agree").await, "E-role-missing");
    assert_eq!(votes(&world, &case, "m-2", "refuse").await, "accepted");
    assert_eq!(world.active(&case).await, ["vote"], "one against one decides nothing");
    assert_eq!(votes(&world, &case, "m-3", "agree").await, "accepted");
    assert_eq!(world.active(&case).await, ["check"]);
}

#[tokio::test]
async fn a_share_is_rounded_up_to_whole_people() {
    for (need, of, people) in [("2/3", "4", 3), ("60%", "5", 3), ("2/3", "3", 2), ("1/2", "3", 2)] {
        let (world, case) = sitting(&format!("{{need: {need:?}, of: {of}}}"), json!([])).await;
        for (cast, by) in ["m-1", "m-2", "m-3"].iter().take(people).enumerate() {
            assert_eq!(world.active(&case).await, ["vote"], "{cast} of {need} of {of}");
            assert_eq!(votes(&world, &case, by, "agree").await, "accepted");
        }
        assert_eq!(world.active(&case).await, ["check"], "{people} are {need} of {of}");
    }
}

#[tokio::test]
async fn only_those_listed_vote_and_somebody_listed_twice_counts_once() {
    let listed = json!(["m-1", "m-2", "m-2", "m-3"]);
    let (world, case) = sitting("{need: \"2/3\", of: data.members}", listed).await;
    assert_eq!(votes(&world, &case, "m-4", "agree").await, "E-not-a-member");
    assert_eq!(votes(&world, &case, "m-1", "agree").await, "accepted");
    assert_eq!(votes(&world, &case, "m-2", "agree").await, "accepted");
    assert_eq!(world.active(&case).await, ["check"], "two of three");
}

#[tokio::test]
async fn a_quorum_larger_than_its_people_is_refused_before_anything_is_recorded() {
    let table = [("3", json!(["m-1", "m-2"])), ("\"2/3\"", json!([])), ("1", json!([]))];
    for (need, members) in table {
        let world = board(&format!("{{need: {need}, of: data.members}}")).await;
        let before = events(&world).await;
        let refused = world.start("board", "clerk-1", json!({ "members": members })).await;
        assert_eq!(code(refused), "E-quorum-too-large", "{need} of {members}");
        assert_eq!(events(&world).await, before);
    }
}

const ALL_OF_THEM: &str = "{need: 2, of: data.members, impossible: divided}";

#[tokio::test]
async fn a_vote_that_nobody_can_win_any_more_ends_at_once() {
    let (world, case) = sitting(ALL_OF_THEM, json!(["m-1", "m-2"])).await;
    assert_eq!(votes(&world, &case, "m-1", "divided").await, "E-outcome-automatic");
    assert_eq!(votes(&world, &case, "m-1", "agree").await, "accepted");
    assert_eq!(world.active(&case).await, ["vote"]);
    assert_eq!(votes(&world, &case, "m-2", "refuse").await, "accepted");
    assert_eq!(world.active(&case).await, ["check"]);
}

#[tokio::test]
async fn who_steps_back_from_a_vote_is_missing_unless_replaced_by_somebody_new() {
    let table = [(None, "check"), (Some("m-4"), "vote"), (Some("m-2"), "check")];
    for (replacement, active) in table {
        let (world, case) = sitting(ALL_OF_THEM, json!(["m-1", "m-2"])).await;
        let done = changed(&world, &case, "vote", "m-1", recuse(replacement)).await;
        assert_eq!(done, "accepted");
        assert_eq!(world.active(&case).await, [active], "{replacement:?}");
    }
    let (world, case) = sitting(ALL_OF_THEM, json!(["m-1", "m-2"])).await;
    changed(&world, &case, "vote", "m-1", recuse(Some("m-4"))).await;
    assert_eq!(votes(&world, &case, "m-1", "agree").await, "E-recused");
    assert_eq!(votes(&world, &case, "m-4", "agree").await, "accepted");
    assert_eq!(votes(&world, &case, "m-2", "agree").await, "accepted");
    assert_eq!(world.active(&case).await, ["check"]);
}

#[tokio::test]
async fn whoever_voted_may_not_check_the_vote_however_it_ended_and_for_whomever_they_voted() {
    let (world, case) = sitting(ALL_OF_THEM, json!(["m-1", "m-2"])).await;
    assert_eq!(changed(&world, &case, "vote", "m-1", delegate("m-4")).await, "accepted");
    assert_eq!(votes(&world, &case, "m-4", "agree").await, "accepted");
    assert_eq!(votes(&world, &case, "m-1", "agree").await, "E-voted-already");
    assert_eq!(votes(&world, &case, "m-2", "refuse").await, "accepted");
    for by in ["m-1", "m-2", "m-4"] {
        let refused = code(world.complete(&case, "check", "done", by, json!({})).await);
        assert_eq!(refused, "E-same-person", "{by}");
    }
    world.done(&case, "check", "done", "m-5", json!({})).await;
}

#[tokio::test]
async fn a_member_who_votes_for_another_keeps_their_own_vote() {
    let members = json!(["m-1", "m-2", "m-3"]);
    let (world, case) = sitting("{need: 3, of: data.members}", members).await;
    assert_eq!(changed(&world, &case, "vote", "m-1", delegate("m-2")).await, "accepted");
    assert_eq!(votes(&world, &case, "m-2", "agree").await, "accepted");
    assert_eq!(votes(&world, &case, "m-2", "agree").await, "accepted");
    assert_eq!(votes(&world, &case, "m-2", "agree").await, "E-voted-already");
    assert_eq!(world.active(&case).await, ["vote"]);
    assert_eq!(votes(&world, &case, "m-3", "agree").await, "accepted");
    assert_eq!(world.active(&case).await, ["check"]);
}

const DESK: &str = r#"
workflow: desk
version: 1
title: {ko: 창구, en: Desk}
roles:
  clerk: {ko: 담당, en: Clerk}
  head: {ko: 결재자, en: Head}
  section: {ko: 전결권자, en: Section head}
  guest: {ko: 민원인, en: Guest}
settings: {limit: 100}
data: {who: {type: person}, cost: {type: integer}, right: {type: string}}
delegations: [{of: head, to: section, when: data.cost <= settings.limit}]
start:
  by: clerk
  form: {who: {like: data.who}, cost: {like: data.cost}}
  set: {who: form.who, cost: form.cost}
  to: work
steps:
  work: {title: {ko: 처리, en: Work}, by: clerk, on_behalf_of: guest, recuse_when: actor.id == data.who, to: approve}
  approve: {title: {ko: 결재, en: Approve}, by: head, not_same_as: [work], set: {right: actor.authority}, to: take}
  take: {title: {ko: 수령, en: Take}, by: {person: data.who}, to: done}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

async fn desk(who: &str, cost: i64) -> (World, CaseId) {
    let world = World::new().await;
    world.publish(DESK).await;
    let roles = ["clerk", "head", "section", "guest"];
    for role in roles {
        for number in 1..=3 {
            world.person(&format!("{role}-{number}"), &[role]).await;
        }
    }
    let case = world.started("desk", "clerk-1", json!({"who": who, "cost": cost})).await;
    (world, case)
}

async fn completes(world: &World, case: &CaseId, step: &str, by: &str) -> String {
    code(world.complete(case, step, "done", by, json!({})).await)
}

async fn completes_as(world: &World, case: &CaseId, step: &str, act: ActOf) -> String {
    code(world.engine.complete(completing(case, step, "done", act)).await)
}

#[tokio::test]
async fn a_claimed_task_is_one_holders_until_they_give_it_back() {
    let (world, case) = desk("guest-1", 1).await;
    assert_eq!(changed(&world, &case, "work", "head-1", TaskChange::Claim).await, "E-role-missing");
    assert_eq!(changed(&world, &case, "work", "clerk-1", TaskChange::Claim).await, "accepted");
    for what in [TaskChange::Claim, TaskChange::Unclaim, TaskChange::Assign(person_id("clerk-2"))] {
        assert_eq!(changed(&world, &case, "work", "clerk-2", what).await, "E-task-assigned");
    }
    assert_eq!(completes(&world, &case, "work", "clerk-2").await, "E-task-assigned");
    assert_eq!(changed(&world, &case, "work", "clerk-1", TaskChange::Unclaim).await, "accepted");
    assert_eq!(completes(&world, &case, "work", "clerk-2").await, "accepted");
}

#[tokio::test]
async fn a_task_is_assigned_to_a_holder_and_to_nobody_else() {
    let (world, case) = desk("clerk-3", 1).await;
    let assign = |to: &str| TaskChange::Assign(person_id(to));
    let before = events(&world).await;
    for (to, refusal) in
        [("head-1", "E-role-missing"), ("clerk-3", "E-recused"), ("nobody", "E-person-unknown")]
    {
        assert_eq!(changed(&world, &case, "work", "clerk-1", assign(to)).await, refusal);
    }
    assert_eq!(events(&world).await, before, "nothing was recorded");
    assert_eq!(changed(&world, &case, "work", "clerk-1", assign("clerk-2")).await, "accepted");
    assert_eq!(completes(&world, &case, "work", "clerk-1").await, "E-task-assigned");
    assert_eq!(completes(&world, &case, "work", "clerk-2").await, "accepted");
}

#[tokio::test]
async fn a_delegate_acts_for_whoever_delegated_and_four_eyes_see_both() {
    let (world, case) = desk("guest-1", 1_000).await;
    changed(&world, &case, "work", "clerk-1", TaskChange::Claim).await;
    assert_eq!(completes(&world, &case, "work", "head-1").await, "E-role-missing");
    assert_eq!(changed(&world, &case, "work", "clerk-1", delegate("head-1")).await, "accepted");
    assert_eq!(completes(&world, &case, "work", "head-1").await, "accepted");
    let last = world.engine.timeline(&case).await.expect("a timeline").pop().expect("an entry");
    assert_eq!(last.by, Some(person_id("head-1")));
    assert_eq!(last.authority, Some(Authority::Delegated));
    assert_eq!(last.on_behalf_of, Some(person_id("clerk-1")));
    assert_eq!(completes(&world, &case, "approve", "head-1").await, "E-same-person");
    changed(&world, &case, "approve", "head-2", delegate("clerk-1")).await;
    assert_eq!(completes(&world, &case, "approve", "clerk-1").await, "E-same-person");
    changed(&world, &case, "approve", "head-2", delegate("guest-1")).await;
    assert_eq!(completes(&world, &case, "approve", "guest-1").await, "accepted");
}

#[tokio::test]
async fn whoever_steps_back_leaves_the_task_to_the_other_holders() {
    let (world, case) = desk("guest-1", 1).await;
    changed(&world, &case, "work", "clerk-1", TaskChange::Claim).await;
    assert_eq!(changed(&world, &case, "work", "clerk-1", recuse(None)).await, "accepted");
    assert_eq!(completes(&world, &case, "work", "clerk-1").await, "E-recused");
    assert_eq!(completes(&world, &case, "work", "clerk-2").await, "accepted");
}

#[tokio::test]
async fn a_delegate_whose_principal_steps_back_does_not_keep_the_task() {
    let (world, case) = desk("guest-1", 1).await;
    changed(&world, &case, "work", "clerk-1", delegate("head-1")).await;
    let assign = TaskChange::Assign(person_id("head-1"));
    assert_eq!(changed(&world, &case, "work", "clerk-2", assign).await, "accepted");
    assert_eq!(completes(&world, &case, "work", "clerk-2").await, "E-task-assigned");
    assert_eq!(changed(&world, &case, "work", "head-1", recuse(None)).await, "accepted");
    assert_eq!(completes(&world, &case, "work", "head-1").await, "E-recused");
    assert_eq!(completes(&world, &case, "work", "clerk-2").await, "accepted", "it was given back");
}

#[tokio::test]
async fn a_task_of_one_person_passes_only_to_a_replacement_who_may_do_it() {
    let (world, case) = desk("guest-1", 1_000).await;
    completes(&world, &case, "work", "clerk-1").await;
    completes(&world, &case, "approve", "head-1").await;
    assert_eq!(completes(&world, &case, "take", "guest-2").await, "E-role-missing");
    let stepping_back = async |by: &str, to| changed(&world, &case, "take", by, recuse(to)).await;
    assert_eq!(stepping_back("guest-1", None).await, "E-replacement-missing");
    assert_eq!(stepping_back("guest-1", Some("guest-1")).await, "E-recused", "not themselves");
    assert_eq!(stepping_back("guest-1", Some("guest-2")).await, "accepted");
    assert_eq!(completes(&world, &case, "take", "guest-1").await, "E-recused");
    assert_eq!(stepping_back("guest-2", Some("guest-1")).await, "E-recused", "who stepped back");
    assert_eq!(completes(&world, &case, "take", "guest-2").await, "accepted");
}

#[tokio::test]
async fn a_rule_excludes_a_person_and_whoever_acts_in_their_place() {
    let (world, case) = desk("clerk-1", 1).await;
    assert_eq!(completes(&world, &case, "work", "clerk-1").await, "E-recused");
    assert_eq!(changed(&world, &case, "work", "clerk-1", delegate("guest-1")).await, "E-recused");
    away(&world, "clerk-1", "clerk-2").await;
    assert_eq!(
        completes_as(&world, &case, "work", in_place("clerk-2", "clerk-1")).await,
        "E-recused"
    );
    assert_eq!(completes(&world, &case, "work", "clerk-2").await, "accepted", "in their own right");
}

#[tokio::test]
async fn a_decision_is_delegated_up_to_an_amount_and_the_record_says_whose_it_was() {
    for (cost, decided) in [(100, "accepted"), (101, "E-role-missing")] {
        let (world, case) = desk("guest-1", cost).await;
        completes(&world, &case, "work", "clerk-1").await;
        assert_eq!(completes(&world, &case, "approve", "section-1").await, decided, "{cost}");
        let last = world.engine.timeline(&case).await.expect("a timeline").pop().expect("an entry");
        let delegated = (last.authority, last.role)
            == (Some(Authority::Delegated), Some(Name::new("section").expect("a role")));
        assert_eq!(delegated, cost == 100);
    }
}

#[tokio::test]
async fn a_task_may_be_done_for_somebody_of_the_role_it_names() {
    let (world, case) = desk("guest-1", 1).await;
    let asked_by =
        |other: &str| ActOf { on_behalf_of: Some(person_id(other)), ..act("clerk-1", json!({})) };
    assert_eq!(completes_as(&world, &case, "work", asked_by("head-1")).await, "E-on-behalf");
    assert_eq!(completes_as(&world, &case, "work", asked_by("guest-1")).await, "accepted");
    let last = world.engine.timeline(&case).await.expect("a timeline").pop().expect("an entry");
    assert_eq!(last.authority, Some(Authority::OnBehalf));
    assert_eq!(last.on_behalf_of, Some(person_id("guest-1")));
    let approval = ActOf { on_behalf_of: Some(person_id("guest-1")), ..act("head-1", json!({})) };
    assert_eq!(completes_as(&world, &case, "approve", approval).await, "E-on-behalf");
}

fn in_place(by: &str, absent: &str) -> ActOf {
    ActOf { deputy_of: Some(person_id(absent)), ..act(by, json!({})) }
}

fn absence(from: &str, to: &str, deputy: &str) -> AbsenceRegistered {
    let absence = Absence { from: at(from), to: at(to), deputy: person_id(deputy) };
    AbsenceRegistered { absence, reason: None, by: None }
}

async fn away(world: &World, person: &str, deputy: &str) {
    let away = absence("2017-03-10T00:00:00Z", "2017-03-11T00:00:00Z", deputy);
    world.engine.register_absence(&person_id(person), away).await.expect("registered");
}

#[tokio::test]
async fn a_deputy_acts_while_somebody_is_away_and_owes_them_a_report() {
    let (world, case) = desk("guest-1", 1_000).await;
    completes(&world, &case, "work", "clerk-1").await;
    let deputy = || in_place("guest-2", "head-1");
    assert_eq!(completes_as(&world, &case, "approve", deputy()).await, "E-not-deputy");
    away(&world, "head-1", "guest-2").await;
    let other = in_place("guest-3", "head-1");
    assert_eq!(completes_as(&world, &case, "approve", other).await, "E-not-deputy");
    let assigned = TaskChange::Assign(person_id("head-2"));
    assert_eq!(
        code(changing(&world, &case, "approve", TaskChange::Claim, deputy()).await),
        "accepted"
    );
    assert_eq!(completes(&world, &case, "approve", "head-2").await, "E-task-assigned");
    assert_eq!(code(changing(&world, &case, "approve", assigned, deputy()).await), "accepted");
    let returned = TaskChange::Unclaim;
    assert_eq!(changed(&world, &case, "approve", "head-2", returned).await, "accepted");
    assert_eq!(completes_as(&world, &case, "approve", deputy()).await, "accepted");
    assert_eq!(world.engine.case(&case).await.expect("the case").reports.len(), 1);
    let note = async |by: &str| changed(&world, &case, "approve", by, TaskChange::TakeNote).await;
    assert_eq!(note("guest-2").await, "E-report-unknown");
    assert_eq!(note("head-1").await, "accepted");
    assert_eq!(note("head-1").await, "E-report-unknown", "once");
}

#[tokio::test]
async fn an_expression_sees_by_what_right_somebody_acts() {
    let rows = [
        (act("head-1", json!({})), "own"),
        (act("section-1", json!({})), "delegated"),
        (in_place("guest-2", "head-1"), "deputy"),
    ];
    for (decides, right) in rows {
        let (world, case) = desk("guest-1", 100).await;
        completes(&world, &case, "work", "clerk-1").await;
        away(&world, "head-1", "guest-2").await;
        assert_eq!(completes_as(&world, &case, "approve", decides).await, "accepted");
        assert_eq!(world.engine.case(&case).await.expect("the case").frame.data["right"], right);
    }
}

#[tokio::test]
async fn a_deputy_stops_being_one_when_the_absence_ends() {
    let (world, case) = desk("guest-1", 1_000).await;
    completes(&world, &case, "work", "clerk-1").await;
    away(&world, "head-1", "guest-2").await;
    let deputy = || in_place("guest-2", "head-1");
    let claimed = changing(&world, &case, "approve", TaskChange::Claim, deputy()).await;
    assert_eq!(code(claimed), "accepted");
    world.clock.go_to(at("2017-03-11T00:00:00Z"));
    assert_eq!(completes_as(&world, &case, "approve", deputy()).await, "E-not-deputy");
    assert_eq!(completes(&world, &case, "approve", "head-2").await, "E-task-assigned");
    assert_eq!(completes(&world, &case, "approve", "head-1").await, "accepted", "it was theirs");
}

#[tokio::test]
async fn an_absence_has_a_length_a_place_of_its_own_and_a_deputy_who_is_there() {
    let (world, _) = desk("guest-1", 1).await;
    away(&world, "head-1", "head-2").await;
    let (day, next, third) =
        ("2017-03-10T00:00:00Z", "2017-03-11T00:00:00Z", "2017-03-12T00:00:00Z");
    let table = [
        ("head-3", absence(next, day, "head-2"), "E-absence-empty"),
        ("head-1", absence(day, third, "head-2"), "E-absence-overlaps"),
        ("head-1", absence(next, third, "head-2"), "accepted"),
        ("head-3", absence(day, next, "head-3"), "E-deputy-absent"),
        ("head-3", absence(day, next, "head-1"), "E-deputy-absent"),
        ("head-3", absence(day, next, "nobody"), "E-person-unknown"),
        ("nobody", absence(day, next, "head-2"), "E-person-unknown"),
    ];
    for (person, registered, expected) in table {
        let answer = world.engine.register_absence(&person_id(person), registered.clone()).await;
        assert_eq!(code(answer), expected, "{person} {registered:?}");
    }
}

const CIRCLE: &str = r#"
workflow: circle
version: 1
title: {ko: 모임, en: Circle}
roles: {clerk: {ko: 담당, en: Clerk}}
data: {lead: {type: person}, others: {type: array, items: {type: person}, default: []}, place: {type: string, default: here}}
start: {by: clerk, form: {lead: {like: data.lead}}, set: {lead: form.lead, others: '[form.lead]'}, to: meet}
steps:
  meet:
    title: {ko: 모임, en: Meet}
    parallel:
      one:  {title: {ko: 혼자, en: Alone}, first: note, steps: {note: {title: {ko: 기록, en: Note}, by: {person: data.lead}, done: noted}}}
      all:  {title: {ko: 함께, en: Together}, first: talk, steps: {talk: {title: {ko: 대화, en: Talk}, by: {people: data.others}, done: talked}}}
      room: {title: {ko: 방, en: Room}, first: tidy, steps: {tidy: {title: {ko: 정리, en: Tidy}, by: clerk, in: data.place, done: tidied}}}
      vote: {title: {ko: 표결, en: Vote}, first: choose, steps: {choose: {title: {ko: 선택, en: Choose}, by: {people: data.others}, quorum: {need: 1, of: data.others}, done: chosen}}}
    join: all
    to: done
actions:
  change: {title: {ko: 변경, en: Change}, by: clerk, form: {lead: {like: data.lead}, place: {like: data.place}}, set: {lead: form.lead, others: 'data.others + [form.lead]', place: form.place}}
ends: {done: {title: {ko: 끝, en: Done}}}
"#;

/// Who takes over finds the task, and who had it does not: in the inbox, by right, and after a replay.
#[tokio::test]
async fn the_holders_of_a_task_follow_the_data_that_name_them() {
    let world = World::new().await;
    world.publish(CIRCLE).await;
    for (person, roles) in [("clerk-1", &["clerk"][..]), ("old", &[]), ("new", &[])] {
        world.person(person, roles).await;
    }
    let case = world.started("circle", "clerk-1", json!({"lead": "old"})).await;
    let (note, talk) = ("meet:one/note", "meet:all/talk");
    assert_eq!(changed(&world, &case, note, "old", TaskChange::Claim).await, "accepted");
    let change = act("clerk-1", json!({"lead": "new", "place": "there"}));
    world.engine.act(acting(&case, "change", change)).await.expect("the lead changes");
    let inbox = async |person: &str| {
        let tasks = world.engine.inbox(&person_id(person)).await.expect("an inbox");
        tasks.iter().map(|task| task.step.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(inbox("old").await, [talk, "meet:vote/choose"]);
    assert_eq!(inbox("new").await, [talk, note], "a vote is of the people it began with");
    assert_eq!(completes(&world, &case, note, "old").await, "E-role-missing");
    let tasks = world.engine.inbox(&person_id("clerk-1")).await.expect("an inbox");
    let Holder::Roles { scope, .. } = &tasks[0].holder else { panic!("{tasks:?}") };
    assert_eq!(scope.as_deref(), Some("there"), "and so does the scope of a role");
    assert_eq!(completes(&world, &case, note, "new").await, "accepted");
    assert_eq!(completes(&world, &case, talk, "old").await, "accepted");
}
