//! The control-flow patterns that approval and support work needs, each on the real engine, in every order in which
//! people may act, with every act done twice and with acts that come too late.

mod arrivals;
mod run;

use dure_storage::Explain;
use serde_json::json;

use self::run::Run;
use crate::harness::World;

const LEAVE: &str = "  leave: {T_, by: worker, to: other}\n";

/// A workflow of these steps that begins with `first`; everybody is `p`, who holds the role `worker`.
fn flow(first: &str, body: &str) -> String {
    let text = |en: &str| format!("{{ko: {en}, en: {en}}}");
    let mut out = format!(
        "workflow: flow\nversion: 1\ntitle: {}\nroles: {{worker: {}}}\n\
         data:\n  list: {{type: array, items: {{type: string}}, default: [x, y, z]}}\n  n: {{type: integer, default: 0}}\n\
         start:\n  by: worker\n  form: {{list: {{like: data.list, optional: true}}}}\n  set: {{list: form.list}}\n  to: {first}\n",
        text("Flow"),
        text("Worker"),
    );
    // Every case can be left, so that every run comes to an end.
    match body.split_once("actions:\n") {
        Some((before, actions)) => out.push_str(&format!("{before}actions:\n{LEAVE}{actions}")),
        None => out.push_str(&format!("{body}actions:\n{LEAVE}")),
    }
    out.push_str("ends:\n  done: {title: {ko: D, en: D}}\n  other: {title: {ko: O, en: O}}\n");
    out.replace("T_", "title: {ko: T, en: T}")
}

/// A task of one outcome.
fn task(name: &str, to: &str) -> String {
    format!("{name}: {{T_, by: worker, {to}}}")
}

/// Every order of these deeds, each once.
fn orders(deeds: &[&str]) -> Vec<Vec<String>> {
    if deeds.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in 0..deeds.len() {
        if deeds[..at].contains(&deeds[at]) {
            continue;
        }
        let mut rest = deeds.to_vec();
        let first = rest.remove(at).to_owned();
        all.extend(orders(&rest).into_iter().map(|mut order| {
            order.insert(0, first.clone());
            order
        }));
    }
    all
}

const THREE: &str = "
      a: {T_, steps: {do_a: {T_, by: worker, done: ok}}}
      b: {T_, steps: {do_b: {T_, by: worker, done: ok}}}
      c: {T_, steps: {do_c: {T_, by: worker, done: ok}}}";

fn split(rest: &str) -> String {
    let after = task("after", "to: done");
    flow(
        "all",
        &format!(
            "steps:\n  all:\n    T_\n    parallel:{THREE}\n    {rest}\n    to: after\n  {after}\n"
        ),
    )
}

#[tokio::test]
async fn sequence() {
    let text =
        flow("a", &format!("steps:\n  {}\n  {}\n", task("a", "to: b"), task("b", "to: done")));
    for order in orders(&["a", "b", "a"]) {
        let run = Run::of(&text).await;
        let mut accepted = Vec::new();
        for deed in &order {
            if run.done(deed).await == "accepted" {
                accepted.push(deed.as_str());
            }
        }
        assert!(["a", "b"].starts_with(&accepted), "{order:?}: {accepted:?}");
        run.left().await;
    }
}

#[tokio::test]
async fn parallel_split_and_synchronisation() {
    for order in orders(&["do_a", "do_b", "do_c"]) {
        let run = Run::of(&split("join: all")).await;
        assert_eq!(run.active().await.len(), 3);
        for (at, deed) in order.iter().enumerate() {
            assert!(!run.active().await.contains(&"after".to_owned()), "{order:?} at {at}");
            assert_eq!(run.done(deed).await, "accepted");
        }
        assert_eq!(run.active().await, ["after"]);
        run.left().await;
    }
}

#[tokio::test]
async fn exclusive_choice_and_simple_merge() {
    let text = flow(
        "ask",
        "steps:
  ask: {T_, by: worker, outcomes: {left: {T_, set: {n: '1'}, to: way}, right: {T_, set: {n: '2'}, to: way}}}
  way: {T_, decide: {one: {when: data.n == 1, to: l}, two: {otherwise: true, to: r}}}
  l: {T_, by: worker, to: merged}
  r: {T_, by: worker, to: merged}
  merged: {T_, by: worker, to: done}
",
    );
    for order in orders(&["ask=left", "ask=right", "l", "r", "merged"]) {
        let run = Run::of(&text).await;
        let mut active = "ask";
        for deed in &order {
            let (next, wanted) = match (active, deed.as_str()) {
                ("over", _) => ("over", "E-case-closed"),
                ("ask", "ask=left") => ("l", "accepted"),
                ("ask", "ask=right") => ("r", "accepted"),
                ("l", "l") | ("r", "r") => ("merged", "accepted"),
                ("merged", "merged") => ("over", "accepted"),
                (active, _) => (active, "E-step-not-active"),
            };
            assert_eq!(run.done(deed).await, wanted, "{order:?} {deed}");
            active = next;
        }
        run.left().await;
    }
}

fn repeated(rest: &str) -> String {
    let after = task("after", "to: done");
    flow(
        "each",
        &format!(
            "steps:\n  each:\n    T_\n    each: data.list\n    as: item\n    {rest}\n    steps: {{work: {{T_, by: worker, outcomes: {{ok: {{T_, done: ok}}, no: {{T_, done: no}}}}}}}}\n    to: after\n  {after}\nactions:\n  choose: {{T_, by: worker, form: {{list: {{like: data.list}}}}, set: {{list: form.list}}}}\n"
        ),
    )
}

#[tokio::test]
async fn multi_choice_and_structured_synchronising_merge() {
    for chosen in [vec![], vec!["x"], vec!["x", "z"], vec!["x", "y", "z"]] {
        let tasks: Vec<String> =
            (1..=chosen.len()).map(|at| format!("each:i{at}/work=ok")).collect();
        let tasks: Vec<&str> = tasks.iter().map(String::as_str).collect();
        for order in orders(&tasks) {
            let run = Run::with(&repeated("join: all"), json!({ "list": chosen })).await;
            for deed in &order {
                assert_eq!(run.done(deed).await, "accepted");
            }
            assert_eq!(run.active().await, ["after"], "{order:?}");
            assert_eq!(run.done("after").await, "accepted");
        }
    }
}

#[tokio::test]
async fn structured_discriminator() {
    for order in orders(&["do_a", "do_b", "do_c"]) {
        let run = Run::of(&split("join: any\n    rest: run")).await;
        assert_eq!(run.done(&order[0]).await, "accepted");
        assert_eq!(run.active().await.len(), 3, "the rest runs on beside: {order:?}");
        assert_eq!(run.done(&order[1]).await, "accepted");
        assert!(run.active().await.contains(&"after".to_owned()));
        assert_eq!(run.done(&order[2]).await, "accepted");
        assert_eq!(run.active().await, ["after"], "what ends late changes nothing: {order:?}");
        run.left().await;
    }
}

#[tokio::test]
async fn partial_join() {
    for order in orders(&["do_a", "do_b", "do_c"]) {
        let run = Run::of(&split("join: {quorum: 2}\n    rest: run")).await;
        run.done(&order[0]).await;
        assert!(!run.active().await.contains(&"after".to_owned()));
        run.done(&order[1]).await;
        assert_eq!(run.active().await.len(), 2);
        assert_eq!(run.done("after").await, "accepted");
        assert_eq!(run.end().await.as_deref(), Some("done"), "an end leaves what runs beside");
        assert_eq!(run.done(&order[2]).await, "E-case-closed");
    }
}

#[tokio::test]
async fn cancelling_partial_join() {
    for (join, enough) in [("any", 1), ("{quorum: 2}", 2), ("{quorum: \"2/3\"}", 2)] {
        for order in orders(&["do_a", "do_b", "do_c"]) {
            let run = Run::of(&split(&format!("join: {join}"))).await;
            for deed in &order[..enough] {
                assert_eq!(run.done(deed).await, "accepted");
            }
            assert_eq!(run.active().await, ["after"], "{join} {order:?}");
            assert_eq!(run.done(&order[2]).await, "E-step-not-active");
            assert_eq!(run.done("after").await, "accepted");
        }
    }
}

#[tokio::test]
async fn a_join_may_be_met_by_what_the_results_say() {
    let text = repeated("join: {when: 'results.exists(r, r == \"no\")'}");
    for order in orders(&["each:i1/work=ok", "each:i2/work=no", "each:i3/work=ok"]) {
        let run = Run::of(&text).await;
        for deed in &order {
            assert_eq!(run.done(deed).await, "accepted");
            if deed.ends_with("no") {
                break;
            }
        }
        assert_eq!(run.active().await, ["after"], "{order:?}");
        run.left().await;
    }
}

#[tokio::test]
async fn structured_loop() {
    let text = flow(
        "work",
        "steps:
  work: {T_, by: worker, to: check}
  check: {T_, by: worker, outcomes: {again: {T_, at_most: 2, to: work}, good: {T_, to: done}}}
",
    );
    let (work, again) = (["work"; 3], ["check=again"; 3]);
    for order in orders(&[&work[..], &again[..], &["check=good"]].concat()) {
        let run = Run::of(&text).await;
        let (mut active, mut left) = ("work", 2);
        for deed in &order {
            let (next, wanted) = match (active, deed.as_str()) {
                ("over", _) => ("over", "E-case-closed"),
                ("work", "work") => ("check", "accepted"),
                ("check", "check=again") if left == 0 => ("check", "E-outcome-spent"),
                ("check", "check=again") => {
                    left -= 1;
                    ("work", "accepted")
                }
                ("check", "check=good") => ("over", "accepted"),
                (active, _) => (active, "E-step-not-active"),
            };
            assert_eq!(run.done(deed).await, wanted, "{order:?} {deed}");
            active = next;
        }
        run.left().await;
    }
}

#[tokio::test]
async fn multiple_instances_with_prior_knowledge() {
    for order in orders(&["each:i1/work=ok", "each:i2/work=ok", "each:i3/work=no"]) {
        let run = Run::of(&repeated("join: all")).await;
        for deed in &order {
            assert!(!run.active().await.contains(&"after".to_owned()));
            assert_eq!(run.done(deed).await, "accepted");
        }
        assert_eq!(run.active().await, ["after"]);
        run.left().await;
    }
}

#[tokio::test]
async fn multiple_instances_without_prior_knowledge() {
    for order in orders(&["each:i1/work=ok", "each:i2/work=ok", "drop y", "add w"]) {
        let run = Run::of(&repeated("join: all")).await.repeating(&[
            r#"!choose {"list":["x","z"]}"#,
            r#"!choose {"list":["x","z","w"]}"#,
            r#"!choose {"list":["x","y","z","w"]}"#,
        ]);
        let mut list = vec!["x", "y", "z"];
        for deed in &order {
            match deed.as_str() {
                "drop y" => list.retain(|item| *item != "y"),
                "add w" => list.push("w"),
                deed => {
                    let told = run.done(deed).await;
                    let withdrawn = deed.contains("i2") && !list.contains(&"y");
                    let wanted = if withdrawn { "E-step-not-active" } else { "accepted" };
                    assert_eq!(told, wanted, "{order:?} {deed}");
                    continue;
                }
            }
            assert_eq!(run.acted("choose", json!({ "list": list })).await, "accepted");
        }
        assert_eq!(run.active().await, ["each:i3/work", "each:i4/work"], "{order:?}");
        for deed in ["each:i4/work=ok", "each:i3/work=no", "after"] {
            assert_eq!(run.done(deed).await, "accepted");
        }
    }
}

#[tokio::test]
async fn a_list_is_followed_only_while_its_step_runs() {
    let run = Run::of(&repeated("join: all")).await.repeating(&[
        r#"!choose {"list":["x","z","w"]}"#,
        r#"!choose {"list":["x","z"]}"#,
        r#"!choose {"list":["q"]}"#,
    ]);
    run.done("each:i1/work=ok").await;
    let list = |list: &[&str]| json!({ "list": list });
    assert_eq!(run.acted("choose", list(&["x", "z", "w"])).await, "accepted");
    assert_eq!(
        run.active().await,
        ["each:i3/work", "each:i4/work"],
        "y was withdrawn, w was added"
    );
    assert_eq!(run.done("each:i2/work=ok").await, "E-step-not-active");
    run.done("each:i3/work=ok").await;
    assert_eq!(run.acted("choose", list(&["x", "z"])).await, "accepted");
    assert_eq!(run.active().await, ["after"], "withdrawing what was left meets the join");
    assert_eq!(run.acted("choose", list(&["q"])).await, "accepted");
    assert_eq!(run.active().await, ["after"], "a list is followed only while its step runs");
    run.left().await;
}

#[tokio::test]
async fn an_unchanged_item_keeps_its_result_when_the_step_is_entered_again() {
    let text = flow(
        "each",
        "steps:
  each: {T_, each: data.list, as: item, keep: ok, steps: {work: {T_, by: worker, outcomes: {ok: {T_, done: ok}, no: {T_, done: no}}}}, to: redraft}
  redraft: {T_, by: worker, form: {list: {like: data.list}}, set: {list: form.list}, outcomes: {again: {T_, to: each}, enough: {T_, to: done}}}
",
    );
    for order in orders(&["each:i1/work=ok", "each:i2/work=no", "each:i3/work=ok"]) {
        let run = Run::of(&text).await;
        for deed in &order {
            run.done(deed).await;
        }
        let form = json!({"list": ["x", "y", "changed"]});
        assert_eq!(run.filled("redraft=again", form).await, "accepted");
        assert_eq!(
            run.active().await,
            ["each:i2/work", "each:i3/work"],
            "x was ok and is as it was"
        );
        run.left().await;
    }
}

#[tokio::test]
async fn deferred_choice() {
    let body = "messages: {paid: {T_, by: [worker]}}
steps:
  first: {T_, wait: {message: paid, for: 2d}, outcomes: {received: {T_, to: done}, expired: {T_, to: other}}}
";
    for order in orders(&["?paid", "time", "?paid"]) {
        let run = Run::of(&flow("first", body)).await;
        for (at, deed) in order.iter().enumerate() {
            match deed.as_str() {
                "time" => {
                    let fired = run.goes_to("2017-03-20T00:00:00Z").await;
                    assert_eq!(fired, usize::from(at == 0), "{order:?}");
                }
                deed => {
                    let wanted = if at == 0 { "accepted" } else { "E-case-closed" };
                    assert_eq!(run.done(deed).await, wanted, "{order:?}");
                }
            }
        }
        let end = if order[0] == "time" { "other" } else { "done" };
        assert_eq!(run.end().await.as_deref(), Some(end));
    }
    for order in orders(&["do_a", "do_b", "do_c"]) {
        let run = Run::of(&split("join: any")).await;
        assert_eq!(run.done(&order[0]).await, "accepted");
        for deed in &order[1..] {
            let told = run.done(deed).await;
            assert_eq!(told, "E-step-not-active", "the first takes it from the others");
        }
        run.left().await;
    }
}

#[tokio::test]
async fn interleaved_routing() {
    let items = ["each:i1/work=ok", "each:i2/work=ok", "each:i3/work=ok"];
    for order in orders(&items) {
        let run = Run::of(&repeated("in_turn: true\n    join: all")).await;
        let mut turn = 0;
        for deed in order.iter().map(String::as_str).chain(items) {
            let wanted =
                if items.get(turn) == Some(&deed) { "accepted" } else { "E-step-not-active" };
            assert_eq!(run.done(deed).await, wanted, "one at a time: {order:?} {deed}");
            turn += usize::from(wanted == "accepted");
            assert_eq!(run.active().await.len(), 1);
        }
        assert_eq!(run.active().await, ["after"]);
        run.left().await;
    }
}

#[tokio::test]
async fn milestone() {
    let text = flow(
        "a",
        "steps:
  a: {T_, by: worker, to: b}
  b: {T_, by: worker, to: c}
  c: {T_, by: worker, to: done}
actions:
  note: {T_, by: worker, while: [b], set: {n: data.n + 1}}
  hint: {T_, by: worker, when: 'active(\"b\")', once: true}
",
    );
    for order in orders(&["a", "b", "!note", "!note", "!hint", "!hint"]) {
        let run = Run::of(&text).await.repeating(&["!note"]);
        let (mut active, mut hinted) = ("a", false);
        for deed in &order {
            let wanted = match (active, deed.as_str()) {
                ("a", "a") | ("b", "b" | "!note") => "accepted",
                (_, "a" | "b") => "E-step-not-active",
                (_, "!note") => "E-action-not-now",
                (_, _) if hinted => "E-action-spent",
                ("b", _) => "accepted",
                (_, _) => "E-guard-false",
            };
            assert_eq!(run.done(deed).await, wanted, "{order:?} {deed}");
            match (wanted, deed.as_str()) {
                ("accepted", "a") => active = "b",
                ("accepted", "b") => active = "c",
                ("accepted", "!hint") => hinted = true,
                (_, _) => {}
            }
            assert_eq!(run.active().await, [active], "an action without `to` keeps the position");
        }
        run.left().await;
    }
}

#[tokio::test]
async fn cancel_task_region_and_case() {
    let after = task("after", "to: done");
    let text = flow(
        "all",
        &format!(
            "steps:\n  all:\n    T_\n    parallel:{THREE}\n    to: after\n  {after}\nactions:
  drop_a: {{T_, by: worker, at: do_a, done: dropped}}
  drop_all: {{T_, by: worker, at: all, to: after}}
  withdraw: {{T_, by: worker, to: other}}
"
        ),
    );
    for order in orders(&["do_a", "do_b", "!drop_a", "!drop_all", "!withdraw"]) {
        let run = Run::of(&text).await;
        let mut active = vec!["all:a/do_a", "all:b/do_b", "all:c/do_c"];
        for deed in &order {
            let closed = active.is_empty();
            let leaves = match deed.as_str() {
                "do_a" | "!drop_a" => Some("all:a/do_a"),
                "do_b" => Some("all:b/do_b"),
                _ => None,
            };
            let wanted = match (closed, leaves, deed.as_str()) {
                (true, _, _) => "E-case-closed",
                (_, Some(step), _) if active.contains(&step) => "accepted",
                (_, Some(_), "!drop_a") => "E-action-unknown",
                (_, Some(_), _) => "E-step-not-active",
                (_, None, "!drop_all") if active == ["after"] => "E-action-unknown",
                (_, None, _) => "accepted",
            };
            assert_eq!(run.done(deed).await, wanted, "{order:?} {deed}");
            if wanted == "accepted" {
                match (leaves, deed.as_str()) {
                    (Some(step), _) => active.retain(|other| *other != step),
                    (None, "!drop_all") => active = vec!["after"],
                    (None, _) => active.clear(),
                }
            }
            assert_eq!(run.active().await, active, "{order:?} {deed}");
        }
        assert_eq!(run.end().await.as_deref(), Some("other"), "the case was withdrawn");
    }
}

fn waiting(keep: bool) -> String {
    flow(
        "before",
        &format!(
            "messages: {{paid: {{T_, by: [worker], keep: {keep}}}}}
steps:
  before: {{T_, by: worker, to: pay}}
  pay: {{T_, wait: {{message: paid}}, to: after}}
  after: {{T_, by: worker, to: done}}
"
        ),
    )
}

#[tokio::test]
async fn transient_trigger() {
    for order in orders(&["before", "?paid", "?paid", "after"]) {
        let run = Run::of(&waiting(false)).await;
        let mut at = "before";
        for deed in &order {
            let (next, wanted) = match (at, deed.as_str()) {
                ("over", _) => ("over", "E-case-closed"),
                ("before", "before") => ("pay", "accepted"),
                ("pay", "?paid") => ("after", "accepted"),
                ("after", "after") => ("over", "accepted"),
                (at, "?paid") => (at, "E-message-not-awaited"),
                (at, _) => (at, "E-step-not-active"),
            };
            assert_eq!(run.done(deed).await, wanted, "what came too early is lost: {order:?}");
            at = next;
        }
        let waits = run.active().await.is_empty() && run.end().await.is_none();
        assert_eq!(waits, at == "pay", "{order:?}");
        run.left().await;
    }
}

#[tokio::test]
async fn persistent_trigger() {
    for order in orders(&["before", "?paid", "?paid", "after"]) {
        let run = Run::of(&waiting(true)).await.repeating(&["?paid"]);
        let (mut at, mut kept) = ("before", 0);
        for deed in &order {
            let (next, wanted) = match (at, deed.as_str()) {
                ("over", _) => ("over", "E-case-closed"),
                ("before", "before") => ("pay", "accepted"),
                ("after", "after") => ("over", "accepted"),
                (at, "?paid") => {
                    kept += 1;
                    (at, "accepted")
                }
                (at, _) => (at, "E-step-not-active"),
            };
            assert_eq!(run.done(deed).await, wanted, "{order:?} {deed}");
            at = next;
            if at == "pay" && kept > 0 {
                (at, kept) = ("after", kept - 1);
            }
            assert_eq!(run.now().await.mailbox.len(), kept, "the first that was kept is used");
        }
        run.left().await;
    }
}

#[tokio::test]
async fn explicit_termination() {
    let text = flow(
        "main",
        "background:
  spending: {T_, steps: {spend: {T_, by: worker, outcomes: {more: {T_, to: spend}, enough: {T_, done: ok}}}}}
steps:
  main: {T_, by: worker, to: done}
",
    );
    for order in orders(&["main", "spend=more", "spend=enough"]) {
        let run = Run::of(&text).await.repeating(&["spend=more"]);
        assert_eq!(run.active().await, ["main", "spending:loop/spend"]);
        for deed in &order {
            let closed = run.end().await.is_some();
            let wanted = if closed { "E-case-closed" } else { "accepted" };
            let told = run.done(deed).await;
            assert!(told == wanted || told == "E-step-not-active", "{order:?} {deed}: {told}");
        }
        assert_eq!(run.end().await.as_deref(), Some("done"));
    }
}

#[tokio::test]
async fn a_branch_in_the_background_is_not_waited_for() {
    let text = split("join: all").replace(
        "      c: {title: {ko: T, en: T}, ",
        "      c: {title: {ko: T, en: T}, background: true, ",
    );
    for order in orders(&["do_a", "do_b"]) {
        let run = Run::of(&text).await;
        for deed in &order {
            assert_eq!(run.done(deed).await, "accepted");
        }
        assert_eq!(run.active().await, ["after"]);
        assert_eq!(run.done("do_c").await, "E-step-not-active");
        run.left().await;
    }
}

#[tokio::test]
async fn i13_a_case_that_nothing_can_move_any_more_is_told_from_one_that_waits() {
    let run = Run::of(&waiting(false)).await;
    run.done("before").await;
    let mut case = (*run.now().await).clone();
    assert!(!case.is_stuck(), "it waits for a message");
    let mut active = case.frame.block.active.take().expect("the wait");
    active.waits = dure_engine::model::case::Waits::Event { message: None };
    case.frame.block.active = Some(active);
    assert!(case.is_stuck(), "a wait for nothing, with no timer, never ends");
    case.frame.block.active = None;
    assert!(case.is_stuck(), "an open case without an active step");
    run.left().await;
}

#[tokio::test]
async fn a_quorum_of_nothing_or_of_more_than_all_is_refused() {
    for join in
        ["{quorum: 0}", "{quorum: 4}", "{quorum: \"101%\"}", "{quorum: \"0/3\"}", "{quorum: -1}"]
    {
        let world = World::new().await;
        let found = world.engine.publish("flow.yaml", &split(&format!("join: {join}")), None).await;
        let shown = found.map_err(|error| (error.code().0, error.to_string()));
        assert!(
            matches!(&shown, Err((_, text)) if text.contains("E-workflow-quorum")),
            "{join}: {shown:?}"
        );
    }
}
