//! Hostile expressions end quickly with a clear refusal.

use super::super::limits::{COST_MAX, DEPTH_MAX, NODES_MAX, TEXT_BYTES_MAX};
use super::super::{Bound, ExpressionFault, Scope, Type, Value, compile};
use super::{run, scope, world};

/// Bytes of stack that must suffice, without optimisation too: half of what a thread gets.
const STACK_BYTES: usize = 1024 * 1024;

fn bound_of(text: &str) -> Option<Bound> {
    match compile(text, &scope()).map_err(|error| *error.kind) {
        Err(ExpressionFault::TooLarge { bound, .. }) => Some(bound),
        Err(ExpressionFault::Syntax(_) | ExpressionFault::Name(_) | ExpressionFault::Type(_))
        | Ok(_) => None,
    }
}

#[test]
fn too_large_expressions_are_refused_before_they_cost_anything() {
    let nested = |open: &str, close: &str, times: usize| {
        format!("{}1{}", open.repeat(times), close.repeat(times))
    };
    let table = [
        (format!("1{}", "+1".repeat(20_000)), Some(Bound::Text)),
        ("(".repeat(20_000), Some(Bound::Text)),
        (format!("1{}", "+1".repeat(1_500)), Some(Bound::Nodes)),
        (format!("true{}", "||true".repeat(600)), None),
        (format!("[{}]", "1,".repeat(1_200)), Some(Bound::Nodes)),
        ("(".repeat(2_000), Some(Bound::Depth)),
        ("[".repeat(2_000), Some(Bound::Depth)),
        ("-".repeat(2_000) + "1", Some(Bound::Depth)),
        ("!".repeat(2_000) + "true", Some(Bound::Depth)),
        (format!("data{}", ".a".repeat(1_000)), Some(Bound::Depth)),
        (format!("data{}", "[0]".repeat(1_000)), Some(Bound::Depth)),
        ("true?1:".repeat(400) + "1", Some(Bound::Depth)),
        (format!("true{}", "==true".repeat(400)), Some(Bound::Depth)),
        ("size(".repeat(500), Some(Bound::Depth)),
        (nested("(", ")", DEPTH_MAX - 1), None),
        (nested("[", "]", DEPTH_MAX - 1), None),
        (format!("1{}", "+1".repeat(NODES_MAX - 2)), None),
        ("x".repeat(TEXT_BYTES_MAX + 1), Some(Bound::Text)),
    ];
    for (text, expect) in table {
        assert_eq!(bound_of(&text), expect, "{}", text.chars().take(20).collect::<String>());
    }
}

#[test]
fn the_deepest_expressions_need_little_stack() {
    let deep = |open: &str, leaf: &str, close: &str, times: usize| {
        format!("{}{leaf}{}", open.repeat(times), close.repeat(times))
    };
    let table = [
        (deep("-", "1", "", 62), "1"),
        (deep("[", "1", "]", 62), ""),
        (deep("[1].all(x, ", "true", ")", 31), "true"),
        (deep("(1 + ", "1", ")", 62), "63"),
        (deep("true ? (", "1", ") : 1", 62), "1"),
        (deep("(true && ", "true", ")", 62), "true"),
        (deep("size([", "1", "])", 31), ""),
        (format!("text.matches(\"{}\")", deep("(", "b", ")", 200)), "true"),
        (format!("text.matches(\"{}\")", "(".repeat(4_000)), ""),
    ];
    let run_all = move || table.map(|(text, expect)| (run(&text), expect, text));
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run_all);
    for (found, expect, text) in thread.expect("starts").join().expect("does not overflow") {
        assert!(!found.starts_with("E-expression-syntax"), "{text}: {found}");
        assert!(expect.is_empty() || found == expect, "{text}: {found}");
    }
}

#[test]
fn nested_empty_lists_are_checked_once_a_level() {
    let text = format!("{}data.numbers{}", "([] + ".repeat(30), ")".repeat(30));
    assert_eq!(run(&text), "[3,1,2]");
}

#[test]
fn a_long_evaluation_ends_at_its_budget() {
    let ten = "[0,1,2,3,4,5,6,7,8,9]";
    let loops = (0..6).fold("true".to_owned(), |body, at| format!("{ten}.all(x{at}, {body})"));
    let spent = format!("E-expression-cost: the evaluation takes more than {COST_MAX} steps");
    assert_eq!(run(&loops), spent);
    assert_eq!(run(&format!("{loops} || true")), spent, "no operator outlives the budget");
    assert_eq!(run(&format!("[1].exists(x, {loops})")), spent);
}

#[test]
fn long_results_are_refused() {
    let doubled =
        (0..14).fold("\"0123456789\"".to_owned(), |text, _| format!("[{text}].map(t, t + t)[0]"));
    assert_eq!(run(&doubled), "E-expression-cost: the string would be longer than 65535 bytes");
    let list = "[0,1,2,3,4,5,6,7,8,9]";
    let hundred = format!("[{}].map(l, l + l + l + l + l + l + l + l + l + l)[0]", list);
    let thousand = format!("[{hundred}].map(l, l + l + l + l + l + l + l + l + l + l)[0]");
    let many = format!("[{thousand}].map(l, l + l + l + l + l + l + l + l + l + l + l)[0]");
    assert_eq!(run(&many), "E-expression-cost: the list would have more than 10000 items");
}

#[test]
fn shared_lists_cannot_multiply_in_the_result() {
    let doubled = |times: usize| format!("[[1]]{}", ".map(l, [l, l])".repeat(times));
    assert!(run(&doubled(10)).starts_with("[[[["));
    let spent = format!("E-expression-cost: the evaluation takes more than {COST_MAX} steps");
    assert_eq!(run(&doubled(50)), spent);
    assert_eq!(run(&format!("{0} == {0}", doubled(40))), spent);
    let text = format!("[[data.name + \"{}\"]]{}", "x".repeat(1_000), ".map(l, [l, l])".repeat(14));
    assert_eq!(run(&text), spent, "text that is shared weighs each time it is written");
}

#[test]
fn text_costs_what_it_weighs() {
    let long = serde_json::Value::String("가".repeat(2_000_000));
    let mut world = world();
    world.variables.insert("text", long);
    let expression = compile("[1,2,3,4].exists(x, text.contains(\"나\"))", &scope()).expect("fits");
    let error = expression.evaluate(&world).expect_err("12 MB are too much");
    assert_eq!(error.code().0, "E-expression-cost");
}

#[test]
fn a_pattern_costs_by_its_size_and_by_the_text() {
    let mut world = world();
    world.variables.insert("text", serde_json::Value::String("a".repeat(20_000)));
    let code = |pattern: &str| {
        let text = format!("text.matches(\"{pattern}\")");
        let expression = compile(&text, &scope()).expect("fits");
        expression.evaluate(&world).map_err(|error| error.code().0).map(|value| value.to_json())
    };
    assert_eq!(code("b$"), Ok(serde_json::json!(false)));
    assert_eq!(code("(a?){1000}a{1000}b"), Err("E-expression-cost"));
}

#[test]
fn an_expression_goes_to_every_thread_and_reads_without_copying() {
    fn shared<T: Send + Sync + Clone>(_: &T) {}
    let expression = compile("data.library.name", &scope()).expect("fits");
    shared(&expression);
    let world = world();
    let value = expression.evaluate(&world).expect("is set");
    assert!(matches!(value, Value::String(std::borrow::Cow::Borrowed("sample01"))), "{value:?}");
}

#[test]
fn the_environment_may_not_break_its_types() {
    let scope = Scope::new().variable("now", Type::Int);
    let world = world();
    let error =
        compile("now + 1", &scope).expect("fits").evaluate(&world).expect_err("a timestamp");
    assert_eq!(error.to_string(), "'now' must be int, but it is a timestamp");
}
