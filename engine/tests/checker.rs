//! Definitions with one thing that can go wrong each: the code, and the shortest way there. And sound ones that look
//! as if they were not.

use dure_engine::EngineError;
use dure_storage::Lang;

use crate::harness::World;

fn flow(body: &str) -> String {
    format!(
        "workflow: flow\nversion: 1\ntitle: {{ko: T, en: T}}\nroles: {{worker: {{ko: W, en: W}}}}\n\
         accounts: {{budget: {{T_, unit: krw}}}}\nmessages: {{paid: {{T_, by: [worker]}}}}\n\
         data: {{n: {{type: integer, default: 0}}}}\nstart: {{by: worker, to: a}}\n{body}"
    )
    .replace("T_", "title: {ko: T, en: T}")
}

const ENDS: &str = "ends: {done: {T_, releases: budget}}\n";
const MOVE: &str =
    "  keep: {T_, by: worker, reserve: {account: budget, amount: '1'}, while: [a]}\n";

/// The codes of what is found, with the hints, in English.
async fn found(text: &str) -> Vec<(String, String)> {
    let world = World::new().await;
    match world.engine.publish("flow.yaml", text, None).await {
        Ok(_) => Vec::new(),
        Err(EngineError::Definition(found)) => {
            let json = found.to_json(Lang::En);
            let items = json["diagnostics"].as_array().cloned().unwrap_or_default();
            let word = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let errors = items.iter().filter(|item| item["severity"] == "error");
            errors.map(|item| (word(&item["code"]), word(&item["help"]))).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn each_thing_that_can_go_wrong_is_found_with_the_shortest_way_there() {
    let table = [
        (
            "steps:\n  a: {T_, by: worker, to: done}\n  b: {T_, by: worker, to: done}\n",
            "E-check-unreachable",
            "",
        ),
        (
            "steps:\n  a: {T_, by: worker, to: b}\n  b: {T_, by: worker, to: c}\n  c: {T_, by: worker, to: b}\n",
            "E-check-no-way-out",
            "start",
        ),
        (
            "steps:\n  a: {T_, by: worker, outcomes: {stop: {T_, to: done}, go: {T_, to: b}}}\n  b: {T_, by: worker, to: b}\n",
            "E-check-no-way-out",
            "start → a=go",
        ),
        (
            "steps:\n  a: {T_, decide: {x: {when: data.n > 0, to: done}, y: {otherwise: true, to: b}}}\n  b: {T_, decide: {x: {when: data.n > 1, to: done}, y: {otherwise: true, to: a}}}\n",
            "E-check-endless-loop",
            "start",
        ),
        (
            "steps:\n  a: {T_, by: starter, outcomes: {ok: {T_, to: b}}}\n  b: {T_, by: starter, not_same_as: [a], to: done}\n",
            "E-check-four-eyes",
            "a → b",
        ),
        (
            "steps:\n  a: {T_, by: starter, not_same_as: [start], to: done}\n",
            "E-check-four-eyes",
            "start → a",
        ),
        (
            "steps:\n  a: {T_, parallel: {x: {T_, first: p, steps: {p: {T_, by: worker, done: ok}, q: {T_, by: worker, done: ok}}}, y: {T_, steps: {r: {T_, by: worker, done: ok}}}}, to: done}\n",
            "E-check-unreachable",
            "",
        ),
        (
            "steps:\n  a: {T_, parallel: {x: {T_, steps: {p: {T_, by: worker, to: p}}}, y: {T_, steps: {r: {T_, by: worker, done: ok}}}}, to: done}\n",
            "E-check-no-way-out",
            "a",
        ),
        (
            "steps:\n  a: {T_, by: worker, outcomes: {ok: {T_, reserve: {account: budget, amount: '5'}, to: b}}}\n  b: {T_, by: worker, to: lost}\n",
            "E-check-unsettled",
            "",
        ),
    ];
    for (steps, code, trace) in table {
        let ends = match code {
            "E-check-unsettled" => "ends: {lost: {T_}}\n",
            _ => ENDS,
        };
        let actions = if code == "E-check-unsettled" { "" } else { &format!("actions:\n{MOVE}") };
        let text = flow(&format!("{steps}{actions}{ends}")).replace("T_", "title: {ko: T, en: T}");
        let found = found(&text).await;
        let hit = found.iter().find(|(found, _)| found == code);
        let (_, help) = hit.unwrap_or_else(|| panic!("{code}: {found:?}\n{text}"));
        assert!(help.ends_with(trace), "{code}: {help:?} should end with {trace:?}");
    }
}

#[tokio::test]
async fn an_end_inside_a_block_is_a_way_out_and_may_leave_a_reservation() {
    let round = "steps:\n  a: {T_, parallel: {x: {T_, steps: {do_x: {T_, by: worker, outcomes: {ok: {T_, done: ok}, out: {T_, to: done}}}}}, y: {T_, steps: {do_y: {T_, by: worker, done: ok}}}}, join: all, to: a}\n";
    assert_eq!(found(&flow(&format!("{round}actions:\n{}{ENDS}", MOVE))).await, []);
    let reserving = "background: {limit: {T_, steps: {late: {T_, wait: {for: 30d}, to: late_end}}}}\n\
                     steps:\n  a: {T_, by: worker, outcomes: {go: {T_, reserve: {account: budget, amount: '1'}, to: a}}}\n";
    let open = flow(&format!("{reserving}ends: {{late_end: {{T_}}}}\n"));
    let codes: Vec<String> = found(&open).await.into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["E-check-unsettled"]);
    let settled = flow(&format!("{reserving}ends: {{late_end: {{T_, releases: budget}}}}\n"));
    assert_eq!(found(&settled).await, []);
}

#[tokio::test]
async fn sound_but_unusual_workflows_are_accepted() {
    let table = [
        "steps:\n  a: {T_, by: worker, outcomes: {again: {T_, to: a}, stop: {T_, to: done}}}\n",
        "steps:\n  a: {T_, decide: {x: {at_most: 3, to: a}, y: {otherwise: true, to: done}}}\n",
        "steps:\n  a: {T_, wait: {for: 1d}, outcomes: {x: {when: data.n > 0, to: done}, y: {otherwise: true, to: a}}}\n",
        "steps:\n  a: {T_, by: worker, outcomes: {x: {T_, to: b}, y: {T_, to: done}}}\n  b: {T_, decide: {x: {otherwise: true, to: a}}}\n",
        "steps:\n  a: {T_, by: worker, to: done}\n  b: {T_, by: worker, to: a}\nactions:\n  go: {T_, by: worker, to: b}\n",
        "steps:\n  a: {T_, by: starter, to: b}\n  b: {T_, by: worker, not_same_as: [a, start], to: done}\n",
        "steps:\n  a: {T_, by: worker, outcomes: {ok: {T_, reserve: {account: budget, amount: '5'}, to: b}}}\n  b: {T_, by: worker, outcomes: {ok: {T_, commit: {account: budget, amount: '5'}, to: bare}}}\n",
        "steps:\n  a: {T_, parallel: {x: {T_, background: true, steps: {p: {T_, by: worker, outcomes: {m: {T_, to: p}, n: {T_, done: ok}}}}}, y: {T_, steps: {r: {T_, by: worker, done: ok}}}}, join: any, to: done}\n",
        "steps:\n  a: {T_, wait: {message: paid, for: 2d}, outcomes: {received: {T_, to: done}, expired: {T_, to: b}}}\n  b: {T_, by: worker, to: a}\n",
        "steps:\n  a: {T_, by: worker, quorum: {need: 3, of: 3}, to: done}\n",
        "background:\n  notes: {T_, steps: {note: {T_, by: worker, to: note}}}\nsteps:\n  a: {T_, by: worker, to: done}\n",
    ];
    for steps in table {
        let ends = "ends: {done: {T_, releases: budget}, bare: {T_}}\n";
        let text = flow(&format!("{steps}{ends}")).replace("T_", "title: {ko: T, en: T}");
        assert_eq!(found(&text).await, Vec::new(), "{text}");
    }
}

#[tokio::test]
async fn a_warning_does_not_refuse_publishing_and_is_shown_by_the_check() {
    let text = flow(
        "steps:\n  a: {T_, by: worker, due: {within: 1d, expire: late, escalate: [{after: 1d, to: worker}]}, outcomes: {ok: {T_, to: done}, late: {T_, to: done}}}\nends: {done: {T_}}\n",
    )
    .replace("roles: {", "roles: {idle: {ko: I, en: I}, ")
    .replace("T_", "title: {ko: T, en: T}");
    assert_eq!(found(&text).await, Vec::new());
    let (_, warnings) =
        dure_engine::language::examine("flow.yaml", &text, &|_| None).expect("no errors");
    let codes: Vec<&str> = warnings.items().iter().map(|item| item.code.0).collect();
    assert_eq!(codes, ["E-check-never-fires", "E-check-unused-role", "E-check-unused-account"]);
}
