//! One row for each verdict and each reason: where the case is, what the next version changes, what the plan says.

use dure_engine::model::event::TaskChange;
use dure_engine::model::names::CaseId;
use dure_engine::{MessageRequest, TaskRequest};
use serde_json::json;

use super::{PLAIN, case_at, next, plan, tried, world};
use crate::harness::{World, act, person_id};

/// A case, brought to where a row wants it.
async fn brought(world: &World, to: &str) -> CaseId {
    let (at, then) = to.split_once(' ').unwrap_or((to, ""));
    let case = case_at(world, at).await;
    let change = async |change: TaskChange| {
        let step = if at == "vote" { "vote" } else { "write" }.to_owned();
        let by = if at == "vote" { "chief-1" } else { "clerk-1" };
        let (case, act) = (case.clone(), act(by, json!({})));
        let request = TaskRequest { case, step, change, expected: None, act };
        world.engine.change_task(request).await.expect("the task is changed");
    };
    match then {
        "" => {}
        "claimed" => change(TaskChange::Claim).await,
        "delegated" => change(TaskChange::Delegate(person_id("chief-2"))).await,
        "voted" => drop(world.done(&case, "vote", "yes", "chief-1", json!({})).await),
        "one" => drop(world.done(&case, "see", "ok", "clerk-1", json!({})).await),
        "reserved" => drop(world.done(&case, "pay", "ok", "clerk-1", json!({})).await),
        "told" => {
            let act = act("clerk-1", json!({"text": "yes"}));
            let request = MessageRequest { case: case.clone(), message: "word".to_owned(), act };
            world.engine.send(request).await.expect("the message is kept");
        }
        "closed" => {
            world.done(&case, "write", "hand_in", "clerk-1", json!({})).await;
            world.done(&case, "sign", "done", "chief-1", json!({})).await;
        }
        other => panic!("{other}"),
    }
    case
}

type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

const PARALLEL_LEFT: &str = "      left:  {title: {ko: 왼쪽, en: Left}, steps: {see: {title: {ko: 봄, en: See}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, done: ok}}}}}\n";

const ROWS: &[Row<'_>] = &[
    // Completable.
    ("any", &[], "", "completable"),
    ("vote voted", &[], "", "completable"),
    ("both one", &[], "", "completable"),
    ("list", &[], "", "completable"),
    ("machine", &[], "", "completable"),
    ("word", &[], "", "completable"),
    ("pay reserved", &[], "", "completable"),
    ("any claimed", &[], "", "completable"),
    ("any told", &[], "", "completable"),
    ("any", &[("write", "draft")], "steps: {write: draft}", "completable"),
    ("both", &[("see", "look")], "steps: {see: look}", "completable"),
    ("both", &[("left:", "west:")], "", "unreachable E-migrate-no-branch E-migrate-branch-new"),
    ("both", &[("right:", "other:")], "branches: {both: {right: other}}", "completable"),
    (
        "any",
        &[(
            "  write:\n    title: {ko: 작성, en: Write}\n    by: clerk",
            "  write:\n    title: {ko: 작성, en: Write}\n    by: chief",
        )],
        "",
        "completable",
    ),
    (
        "any",
        &[
            ("note: {type: string, default: old}", "note: {type: integer}"),
            ("note: form.at", "note: size(form.at)"),
            ("data.note == \"vote\"", "data.note == 1"),
            ("data.note == \"both\"", "data.note == 2"),
            ("data.note == \"list\"", "data.note == 3"),
            ("data.note == \"machine\"", "data.note == 4"),
            ("data.note == \"word\"", "data.note == 5"),
            ("data.note == \"pay\"", "data.note == 6"),
        ],
        "set: {note: size(data.note)}",
        "completable",
    ),
    (
        "any",
        &[("expire: late", "expire: over"), ("      late:", "      over:")],
        "dues: anew",
        "completable",
    ),
    // Not concerned.
    ("any closed", &[], "", "not concerned: Closed"),
    ("any", &[], "only: data.cost > 0", "not concerned: LeftOut"),
    // Unreachable.
    ("any", &[("write", "draft")], "", "unreachable E-migrate-no-counterpart"),
    ("both", &[("see", "look")], "", "unreachable E-migrate-no-counterpart"),
    (
        "any",
        &[(
            "    by: clerk\n    due: {within: 3d, expire: late, remind: 1d}\n    outcomes:\n      hand_in",
            "    auto: convert\n    due: {within: 3d, expire: late}\n    outcomes:\n      hand_in",
        )],
        "",
        "unreachable E-migrate-kind",
    ),
    ("any", &[("write", "away"), ("see", "write")], "", "unreachable E-migrate-place"),
    // Blocked.
    (
        "any",
        &[("note: {type: string, default: old}", "note: {type: string, maxLength: 2}")],
        "",
        "blocked E-migrate-data",
    ),
    (
        "any",
        &[
            (
                "  cost: {type: krw, default: 0}",
                "  cost: {type: krw, default: 0}\n  more: {type: string}",
            ),
            ("set: {note: form.at}", "set: {note: form.at, more: form.at}"),
        ],
        "",
        "blocked E-migrate-data-missing",
    ),
    (
        "any",
        &[
            (
                "  cost: {type: krw, default: 0}",
                "  cost: {type: krw, default: 0}\n  more: {type: string}",
            ),
            ("set: {note: form.at}", "set: {note: form.at, more: form.at}"),
        ],
        "set: {more: data.note}",
        "completable",
    ),
    ("any", &[], "set: {cost: 1 / (data.cost - data.cost)}", "blocked E-expression-failed"),
    ("pay reserved", &[("unit: krw", "unit: won")], "", "blocked E-migrate-account"),
    (
        "any told",
        &[("{text: {type: string}}", "{text: {type: string, minLength: 9}}")],
        "",
        "blocked E-migrate-message",
    ),
    (
        "any claimed",
        &[("    by: clerk\n    due", "    by: chief\n    due")],
        "",
        "blocked E-migrate-person",
    ),
    (
        "any delegated",
        &[("    by: clerk\n    due", "    by: chief\n    due")],
        "",
        "blocked E-migrate-person",
    ),
    (
        "vote voted",
        &[("quorum: {need: 2, of: 3}", "quorum: {need: 3, of: 3}")],
        "",
        "blocked E-migrate-ballot",
    ),
    ("vote voted", &[("yes:", "aye:")], "", "blocked E-migrate-ballot"),
    ("vote", &[("quorum: {need: 2, of: 3}", "quorum: {need: 3, of: 3}")], "", "completable"),
    ("machine", &[("auto: convert", "auto: convert_twice")], "", "blocked E-migrate-handler"),
    (
        "machine",
        &[("machine", "engine_room"), ("data.note == \"engine_room\"", "data.note == \"machine\"")],
        "steps: {machine: engine_room}",
        "blocked E-migrate-handler",
    ),
    (
        "any",
        &[("expire: late", "expire: over"), ("      late:", "      over:")],
        "",
        "blocked E-migrate-timer",
    ),
    (
        "both",
        &[(
            PARALLEL_LEFT,
            "      left:  {title: {ko: 왼쪽, en: Left}, steps: {see: {title: {ko: 봄, en: See}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, done: ok}}}}}\n      third: {title: {ko: 셋째, en: Third}, steps: {feel: {title: {ko: 느낌, en: Feel}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, done: ok}}}}}\n",
        )],
        "",
        "blocked E-migrate-branch-new",
    ),
    (
        "both one",
        &[(
            "en: See}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, done: ok}",
            "en: See}, by: clerk, outcomes: {ok: {title: {ko: 됨, en: OK}, done: fine}",
        )],
        "",
        "blocked E-migrate-result",
    ),
    (
        "both one",
        &[("right: {title", "right: {background: true, title")],
        "",
        "blocked E-migrate-join",
    ),
    ("list", &[("each: data.parts", "each: '[\"a\"]'")], "", "blocked E-migrate-list"),
];

#[tokio::test]
async fn every_verdict_and_every_reason_has_its_row() {
    for (to, changes, says, expected) in ROWS {
        let world = world().await;
        let case = brought(&world, to).await;
        world.publish(&next(changes)).await;
        let plan = plan(&world, &format!("{PLAIN}{says}\n")).await;
        let found = tried(&world, &plan).await;
        assert_eq!(found, [(case.to_string(), (*expected).to_owned())], "{to}: {changes:?} {says}");
    }
}

#[tokio::test]
async fn a_case_of_another_version_or_workflow_is_left_alone() {
    let world = world().await;
    let old = case_at(&world, "any").await;
    world.publish(&next(&[])).await;
    let new = case_at(&world, "any").await;
    let other = super::OLD.replace("workflow: plan", "workflow: other");
    world.publish(&other).await;
    world.started("other", "clerk-1", json!({"at": "any"})).await;
    let plan = plan(&world, PLAIN).await;
    let mut found = tried(&world, &plan).await;
    found.sort();
    let mut expected = vec![
        (old.to_string(), "completable".to_owned()),
        (new.to_string(), "not concerned: OtherVersion".to_owned()),
    ];
    expected.sort();
    assert_eq!(found, expected);
}
