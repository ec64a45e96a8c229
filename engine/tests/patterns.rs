//! The control-flow patterns that approval and support work needs, each on the real engine, in every order in which
//! people may act, with every act done twice and with acts that come too late.

mod arrivals;

use std::sync::Arc;

use dure_engine::model::case::Case;
use dure_engine::model::evolve::fold;
use dure_engine::model::names::CaseId;
use dure_engine::{ActionRequest, MessageRequest};
use dure_storage::Explain;
use serde_json::{Value, json};

use crate::harness::{World, act, at, code};
use crate::invariants::history;

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
    out.push_str(body);
    if !body.contains("\nends:") {
        out.push_str("ends:\n  done: {title: {ko: D, en: D}}\n  other: {title: {ko: O, en: O}}\n");
    }
    out.replace("T_", "title: {ko: T, en: T}")
}

/// A task of one outcome.
fn task(name: &str, to: &str) -> String {
    format!("{name}: {{T_, by: worker, {to}}}")
}

/// A case of a flow.
struct Run {
    world: World,
    case: CaseId,
}

impl Run {
    async fn of(text: &str) -> Run {
        Run::with(text, json!({})).await
    }

    async fn with(text: &str, form: Value) -> Run {
        let world = World::new().await;
        world.publish(text).await;
        world.person("p", &["worker"]).await;
        let case = world.started("flow", "p", form).await;
        Run { world, case }
    }

    /// Completes a step by an outcome, `step` or `step=outcome`, and gives the code.
    async fn done(&self, deed: &str) -> String {
        let (step, outcome) = deed.split_once('=').unwrap_or((deed, "done"));
        let code = code(self.world.complete(&self.case, step, outcome, "p", json!({})).await);
        self.sound().await;
        code
    }

    async fn acted(&self, action: &str, form: Value) -> String {
        let (case, action) = (self.case.clone(), action.to_owned());
        let request = ActionRequest { case, action, expected: None, act: act("p", form) };
        let code = code(self.world.engine.act(request).await);
        self.sound().await;
        code
    }

    async fn told(&self, message: &str) -> String {
        let (case, message) = (self.case.clone(), message.to_owned());
        let request = MessageRequest { case, message, act: act("p", json!({})) };
        let code = code(self.world.engine.send(request).await);
        self.sound().await;
        code
    }

    async fn goes_to(&self, time: &str) -> usize {
        self.world.clock.go_to(at(time));
        let fired = self.world.engine.tick().await.expect("the clock is looked at");
        self.sound().await;
        fired
    }

    async fn now(&self) -> Arc<Case> {
        self.world.engine.case(&self.case).await.expect("the case is there")
    }

    async fn active(&self) -> Vec<String> {
        self.world.active(&self.case).await
    }

    async fn end(&self) -> Option<String> {
        match &self.now().await.status {
            dure_engine::model::case::Status::Open => None,
            dure_engine::model::case::Status::Closed { outcome, .. } => Some(outcome.to_string()),
        }
    }

    /// I13: an open case has somebody or something that moves it; a closed one has nothing left. I6: what was stored
    /// folds to the state that was decided upon.
    async fn sound(&self) {
        let case = self.now().await;
        assert_eq!(case.fault, None);
        assert!(!case.is_stuck(), "{case:?}");
        assert!(case.is_open() || case.running().is_empty(), "{case:?}");
        assert_eq!(fold(&history(&self.world, &self.case).await).as_ref(), Some(&*case));
    }
}

fn orders(deeds: &[&str]) -> Vec<Vec<String>> {
    if deeds.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for at in 0..deeds.len() {
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
            assert_eq!(run.done(deed).await, "E-step-not-active");
        }
        assert_eq!(run.active().await, ["after"]);
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
    for (choice, taken, other) in [("left", "l", "r"), ("right", "r", "l")] {
        let run = Run::of(&text).await;
        run.done(&format!("ask={choice}")).await;
        assert_eq!(run.done(other).await, "E-step-not-active");
        assert_eq!(run.done(taken).await, "accepted");
        assert_eq!(run.done("merged").await, "accepted");
        assert_eq!(run.end().await.as_deref(), Some("done"));
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
                assert_eq!(run.done(deed).await, "E-step-not-active");
            }
            assert_eq!(run.active().await, ["after"], "{order:?}");
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
    let run = Run::of(&text).await;
    for _ in 0..2 {
        assert_eq!(run.done("work").await, "accepted");
        assert_eq!(run.done("check=again").await, "accepted");
    }
    run.done("work").await;
    assert_eq!(run.done("check=again").await, "E-outcome-spent");
    assert_eq!(run.done("check=good").await, "accepted");
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
    }
}

#[tokio::test]
async fn multiple_instances_without_prior_knowledge() {
    let run = Run::of(&repeated("join: all")).await;
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
        run.world.done(&run.case, "redraft", "again", "p", form).await;
        assert_eq!(
            run.active().await,
            ["each:i2/work", "each:i3/work"],
            "x was ok and is as it was"
        );
    }
}

#[tokio::test]
async fn deferred_choice() {
    let body = "messages: {paid: {T_, by: [worker]}}
steps:
  first: {T_, wait: {message: paid, for: 2d}, outcomes: {received: {T_, to: done}, expired: {T_, to: other}}}
";
    for (message_first, end) in [(true, "done"), (false, "other")] {
        let run = Run::of(&flow("first", body)).await;
        if message_first {
            assert_eq!(run.told("paid").await, "accepted");
        }
        let fired = run.goes_to("2017-03-20T00:00:00Z").await;
        assert_eq!(fired, usize::from(!message_first));
        assert_eq!(run.end().await.as_deref(), Some(end));
        assert_eq!(run.told("paid").await, "E-case-closed");
    }
    for order in orders(&["do_a", "do_b", "do_c"]) {
        let run = Run::of(&split("join: any")).await;
        assert_eq!(run.done(&order[0]).await, "accepted");
        assert_eq!(
            run.done(&order[1]).await,
            "E-step-not-active",
            "the first takes it from the others"
        );
    }
}

#[tokio::test]
async fn interleaved_routing() {
    let run = Run::of(&repeated("in_turn: true\n    join: all")).await;
    for item in ["each:i1/work", "each:i2/work", "each:i3/work"] {
        assert_eq!(run.active().await, [item], "one at a time");
        assert_eq!(run.done(&format!("{item}=ok")).await, "accepted");
    }
    assert_eq!(run.active().await, ["after"]);
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
    let run = Run::of(&text).await;
    assert_eq!(run.acted("note", json!({})).await, "E-action-not-now");
    assert_eq!(run.acted("hint", json!({})).await, "E-guard-false");
    run.done("a").await;
    assert_eq!(run.acted("note", json!({})).await, "accepted");
    assert_eq!(run.acted("hint", json!({})).await, "accepted");
    assert_eq!(run.acted("hint", json!({})).await, "E-action-spent");
    assert_eq!(run.active().await, ["b"], "an action without `to` keeps the position");
    run.done("b").await;
    assert_eq!(run.acted("note", json!({})).await, "E-action-not-now");
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
    let run = Run::of(&text).await;
    assert_eq!(run.acted("drop_a", json!({})).await, "accepted");
    assert_eq!(run.active().await, ["all:b/do_b", "all:c/do_c"], "a task");
    assert_eq!(run.acted("drop_a", json!({})).await, "E-action-unknown");
    assert_eq!(run.acted("drop_all", json!({})).await, "accepted");
    assert_eq!(run.active().await, ["after"], "a region");
    assert_eq!(run.done("do_b").await, "E-step-not-active");
    assert_eq!(run.acted("withdraw", json!({})).await, "accepted");
    assert_eq!(run.end().await.as_deref(), Some("other"), "a case");
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
    let run = Run::of(&waiting(false)).await;
    assert_eq!(run.told("paid").await, "E-message-not-awaited");
    run.done("before").await;
    assert!(run.active().await.is_empty(), "what came too early is lost");
    assert_eq!(run.told("paid").await, "accepted");
    assert_eq!(run.active().await, ["after"]);
    assert_eq!(run.told("paid").await, "E-message-not-awaited");
}

#[tokio::test]
async fn persistent_trigger() {
    let run = Run::of(&waiting(true)).await;
    assert_eq!(run.told("paid").await, "accepted");
    assert_eq!(run.told("paid").await, "accepted");
    run.done("before").await;
    assert_eq!(run.active().await, ["after"], "the first that was kept is used");
    assert_eq!(run.now().await.mailbox.len(), 1);
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
        let run = Run::of(&text).await;
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
