//! Patterns where the moment of an arrival matters: what passes at once, what is left behind by a join, what repeats.

use serde_json::json;

use super::{Run, THREE, flow, orders, repeated, split};

/// Three branches; those in `passing` end at once, the others by a task.
fn some_pass(passing: &[&str], rest: &str) -> String {
    let mut text = split(rest);
    for branch in passing {
        text = text.replace(
            &format!("do_{branch}: {{title: {{ko: T, en: T}}, by: worker, done: ok}}"),
            &format!("do_{branch}: {{title: {{ko: T, en: T}}, decide: {{go: {{otherwise: true, done: ok}}}}}}"),
        );
    }
    text
}

#[tokio::test]
async fn a_branch_that_passes_at_once_counts_wherever_it_stands() {
    for passing in ["a", "b", "c"] {
        let run = Run::of(&some_pass(&[passing], "join: any")).await;
        assert_eq!(run.active().await, ["after"], "any: {passing}");
        run.left().await;
        let run = Run::of(&some_pass(&[passing], "join: any\n    rest: run")).await;
        assert_eq!(run.active().await.len(), 3, "the two others run on: {passing}");
        run.left().await;
        let run = Run::of(&some_pass(&[passing], "join: all")).await;
        assert_eq!(run.active().await.len(), 2, "all: {passing}");
        run.left().await;
    }
    let run = Run::of(&some_pass(&["a", "b", "c"], "join: {quorum: 2}")).await;
    assert_eq!(run.active().await, ["after"]);
    run.left().await;
}

#[tokio::test]
async fn items_that_pass_at_once_are_joined_like_others() {
    for (join, active) in [("all", 1), ("any", 1), ("{quorum: 2}", 1)] {
        let text = repeated(&format!("join: {join}")).replace(
            "by: worker, outcomes: {ok: {title: {ko: T, en: T}, done: ok}, no: {title: {ko: T, en: T}, done: no}}",
            "decide: {go: {otherwise: true, done: ok}}",
        );
        let run = Run::of(&text).await;
        assert_eq!(run.active().await.len(), active, "{join}");
        assert_eq!(run.active().await, ["after"], "{join}");
        run.left().await;
    }
}

#[tokio::test]
async fn a_bound_counts_outcomes_that_a_rule_chose() {
    let text = flow(
        "work",
        "steps:
  work: {T_, by: worker, to: check}
  check: {T_, decide: {again: {when: 'true', at_most: 2, to: work}, good: {otherwise: true, to: done}}}
",
    );
    let run = Run::of(&text).await.repeating(&["work"]);
    for _ in 0..2 {
        run.done("work").await;
        assert_eq!(run.active().await, ["work"]);
    }
    run.done("work").await;
    assert_eq!(run.end().await.as_deref(), Some("done"));
}

#[tokio::test]
async fn a_bound_counts_joins_whose_rest_runs_on() {
    let text = flow(
        "all",
        &format!(
            "steps:\n  all:\n    T_\n    parallel:{THREE}\n    join: any\n    rest: run\n    outcomes: {{again: {{T_, when: 'true', at_most: 2, to: redo}}, good: {{T_, otherwise: true, to: done}}}}\n  redo: {{T_, by: worker, to: all}}\n"
        ),
    );
    let run = Run::of(&text).await;
    for _ in 0..2 {
        assert_eq!(run.done("do_a").await, "accepted");
        assert_eq!(run.done("redo").await, "accepted");
        assert_eq!(run.active().await.len(), 3, "what ran on was left when the step began again");
    }
    run.done("do_a").await;
    assert_eq!(run.end().await.as_deref(), Some("done"));
}

#[tokio::test]
async fn an_action_cannot_leave_a_step_that_has_ended_and_whose_rest_runs_on() {
    let stop = "actions:\n  stop: {title: {ko: T, en: T}, by: worker, at: all, to: after}\n";
    let text = split("join: any\n    rest: run").replace("actions:\n", stop);
    let run = Run::of(&text).await;
    run.done("do_a").await;
    assert_eq!(run.acted("stop", json!({})).await, "E-action-unknown");
    assert_eq!(run.active().await.len(), 3);
    run.left().await;
}

#[tokio::test]
async fn an_action_may_end_a_branch_of_the_background() {
    let text = flow(
        "a",
        "background:
  spending: {T_, steps: {spend: {T_, by: worker, done: ok}}}
steps:
  a: {T_, by: worker, to: done}
actions:
  stop: {T_, by: worker, at: spend, done: stopped}
",
    );
    for order in orders(&["stop", "spend", "stop"]) {
        let run = Run::of(&text).await;
        let mut accepted = 0;
        for deed in &order {
            let told = match deed.as_str() {
                "stop" => run.acted("stop", json!({})).await,
                deed => run.done(deed).await,
            };
            accepted += usize::from(told == "accepted");
        }
        assert_eq!(accepted, 1, "only what came first: {order:?}");
        assert_eq!(run.active().await, ["a"]);
        run.left().await;
    }
}

#[tokio::test]
async fn a_background_begins_with_its_step_and_once_only() {
    let text = flow(
        "a",
        "background:
  spending: {T_, from: b, steps: {spend: {T_, by: worker, done: ok}}}
steps:
  a: {T_, by: worker, to: b}
  b: {T_, by: worker, outcomes: {back: {T_, to: a}, on: {T_, to: done}}}
",
    );
    let run = Run::of(&text).await;
    assert_eq!(run.done("spend").await, "E-step-not-active", "too early");
    run.done("a").await;
    assert_eq!(run.active().await, ["b", "spending:loop/spend"]);
    run.done("b=back").await;
    assert_eq!(run.active().await, ["a", "spending:loop/spend"], "it runs on");
    assert_eq!(run.done("spend").await, "accepted");
    assert_eq!(run.done("spend").await, "E-step-not-active");
    run.done("a").await;
    assert_eq!(run.active().await, ["b"], "it has been");
    assert_eq!(run.done("b=on").await, "accepted");
    assert_eq!(run.done("spend").await, "E-case-closed");
}

#[tokio::test]
async fn an_action_that_goes_to_a_step_lets_the_background_run_on() {
    let text = flow(
        "a",
        "background:
  spending: {T_, steps: {spend: {T_, by: worker, outcomes: {more: {T_, to: spend}, enough: {T_, done: ok}}}}}
steps:
  a: {T_, parallel: {x: {T_, steps: {do_x: {T_, by: worker, done: ok}}}, y: {T_, steps: {do_y: {T_, by: worker, done: ok}}}}, join: any, rest: run, to: b}
  b: {T_, by: worker, outcomes: {on: {T_, to: done}, back: {T_, to: a}}}
actions:
  redo: {T_, by: worker, to: b}
  stop: {T_, by: worker, to: other}
",
    );
    for order in orders(&["do_x", "redo", "spend=more"]) {
        let run = Run::of(&text).await.repeating(&["!redo", "spend=more"]);
        for deed in &order {
            let _ = match deed.as_str() {
                "redo" => run.acted("redo", json!({})).await,
                deed => run.done(deed).await,
            };
        }
        assert_eq!(run.acted("redo", json!({})).await, "accepted");
        assert_eq!(run.active().await, ["b", "spending:loop/spend"], "{order:?}");
        for late in ["do_x", "do_y"] {
            assert_eq!(run.done(late).await, "E-step-not-active", "what ran on is left");
        }
        assert_eq!(run.done("spend=more").await, "accepted", "the background runs on");
        assert_eq!(run.acted("stop", json!({})).await, "accepted");
        assert_eq!(run.end().await.as_deref(), Some("other"), "an end leaves it too");
        assert_eq!(run.done("spend=more").await, "E-case-closed");
    }
}

#[tokio::test]
async fn an_end_may_come_from_inside_any_block_and_leaves_everything() {
    let text = flow(
        "all",
        "background:
  stopping: {T_, steps: {stop: {T_, by: worker, to: other}}}
steps:
  all:
    T_
    parallel:
      a: {T_, steps: {do_a: {T_, by: worker, outcomes: {ok: {T_, done: ok}, out: {T_, to: other}}}}}
      b: {T_, first: each_b, steps: {each_b: {T_, each: data.list, as: item, steps: {do_b: {T_, by: worker, outcomes: {ok: {T_, done: ok}, out: {T_, to: other}}}}, done: ok}}}
    to: after
  after: {T_, by: worker, to: done}
",
    );
    let ends = ["stop", "do_a=out", "all:b/each_b:i2/do_b=out"];
    for end in ends {
        let others = ["do_a=ok", "all:b/each_b:i1/do_b=ok", "all:b/each_b:i3/do_b=ok", end];
        for order in orders(&others) {
            let run = Run::of(&text).await;
            for deed in &order {
                let closed = run.end().await.is_some();
                let wanted = if closed { "E-case-closed" } else { "accepted" };
                let told = run.done(deed).await;
                let over = end == "do_a=out" && told == "E-step-not-active";
                assert!(told == wanted || over, "{order:?} {deed}: {told}");
            }
            let gone = order.iter().position(|deed| deed == "do_a=ok")
                < order.iter().position(|deed| deed == end);
            match end == "do_a=out" && gone {
                true => assert_eq!(run.end().await, None, "the step was over: {order:?}"),
                false => assert_eq!(run.end().await.as_deref(), Some("other"), "{order:?}"),
            }
            run.left().await;
        }
    }
}

#[tokio::test]
async fn an_end_that_comes_at_once_leaves_branches_that_never_began() {
    let text = flow(
        "begin",
        "steps:
  begin: {T_, by: worker, to: all}
  all:
    T_
    parallel:
      a: {T_, steps: {check: {T_, decide: {out: {when: data.n == 0, to: other}, on: {otherwise: true, done: ok}}}}}
      b: {T_, steps: {do_b: {T_, by: worker, done: ok}}}
    to: done
",
    );
    let run = Run::of(&text).await;
    assert_eq!(run.done("begin").await, "accepted");
    assert_eq!(run.end().await.as_deref(), Some("other"));
    assert!(!run.now().await.frame.visits.contains_key("do_b"), "it never began");
}

#[tokio::test]
async fn what_comes_after_a_join_met_by_one_is_refused_or_changes_nothing() {
    for (rest, late) in [("leave", "E-step-not-active"), ("run", "accepted")] {
        for order in orders(&["do_a", "do_b", "do_c"]) {
            let run = Run::of(&split(&format!("join: any\n    rest: {rest}"))).await;
            assert_eq!(run.done(&order[0]).await, "accepted");
            assert_eq!(run.done(&order[0]).await, "E-step-not-active", "twice");
            assert_eq!(run.done(&order[1]).await, late, "{rest} {order:?}");
            assert_eq!(run.done(&order[1]).await, "E-step-not-active", "twice, late");
            assert!(run.active().await.contains(&"after".to_owned()));
            assert_eq!(run.done("after").await, "accepted");
            assert_eq!(run.done("after").await, "E-case-closed");
            assert_eq!(run.done(&order[2]).await, "E-case-closed");
        }
    }
}

#[tokio::test]
async fn items_that_all_keep_their_result_are_not_asked_again() {
    let text = flow(
        "each",
        "steps:
  each: {T_, each: data.list, as: item, keep: ok, steps: {work: {T_, by: worker, outcomes: {ok: {T_, done: ok}, no: {T_, done: no}}}}, to: redraft}
  redraft: {T_, by: worker, form: {list: {like: data.list}}, set: {list: form.list}, outcomes: {again: {T_, to: each}, enough: {T_, to: done}}}
",
    );
    let run = Run::of(&text).await.repeating(&[
        r#"redraft=again {"list":["x","y","z"]}"#,
        r#"redraft=again {"list":["z","x","y"]}"#,
    ]);
    for deed in ["each:i1/work=ok", "each:i2/work=ok", "each:i3/work=ok"] {
        run.done(deed).await;
    }
    for list in [["x", "y", "z"], ["z", "x", "y"]] {
        let again = json!({ "list": list });
        assert_eq!(run.filled("redraft=again", again).await, "accepted");
        assert_eq!(run.active().await, ["redraft"], "nothing changed but the order: {list:?}");
    }
    let changed = json!({"list": ["x", "x", "z"]});
    assert_eq!(run.filled("redraft=again", changed).await, "accepted");
    assert_eq!(run.active().await, ["each:i2/work"], "one result is kept for one item");
    run.left().await;
}

#[tokio::test]
async fn an_item_withdrawn_in_its_turn_gives_the_turn_to_the_next() {
    let run = Run::of(&repeated("in_turn: true\n    join: all"))
        .await
        .repeating(&[r#"!choose {"list":["y","z","w"]}"#]);
    assert_eq!(run.acted("choose", json!({"list": ["y", "z", "w"]})).await, "accepted");
    for item in ["each:i2/work", "each:i3/work", "each:i4/work"] {
        assert_eq!(run.active().await, [item], "one at a time");
        assert_eq!(run.done(&format!("{item}=ok")).await, "accepted");
        assert_eq!(run.done(&format!("{item}=ok")).await, "E-step-not-active");
    }
    assert_eq!(run.active().await, ["after"]);
    run.left().await;
}
