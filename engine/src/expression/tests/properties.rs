//! Whatever is written and whatever the data is: no panic, one answer, of the type that was checked.

use proptest::prelude::*;

use super::super::{Expression, compile};
use super::{run, scope, world};

/// Any text, text of the alphabet of expressions, and text of whole words.
fn any_text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "data",
        ".",
        "cost",
        "items",
        "[",
        "]",
        "(",
        ")",
        "+",
        "-",
        "==",
        "in",
        "&&",
        "||",
        "?",
        ":",
        "1",
        "\"a\"",
        "map",
        "all",
        "x",
        ",",
        "!",
        "size",
        "has",
        "true",
        "now",
        " ",
        "name",
        "numbers",
        "%",
        "/",
        "0",
        "'",
        "\\",
        "matches",
        "date",
        "days",
        "isoDate",
        "getDays",
        "\"Asia/Seoul\"",
        "\"[a-\"",
        "active",
    ]);
    prop_oneof![
        any::<String>(),
        "[-+*/%()\\[\\]{}.,?:!<>=&|'\"\\\\ a-z0-9가]{0,60}",
        prop::collection::vec(words, 0..30).prop_map(|words| words.concat()),
    ]
}

fn int() -> impl Strategy<Value = String> {
    leaf(&[
        "1",
        "0",
        "9007199254740991",
        "data.cost",
        "number",
        "missing",
        "data.big",
        "data.mixed[1]",
        "times(\"triage\")",
    ])
}

fn leaf(words: &'static [&'static str]) -> BoxedStrategy<String> {
    prop::sample::select(words).prop_map(str::to_owned).boxed()
}

/// Expressions whose types fit, of all types, in the order bool, int, string, timestamp, duration, list.
fn typed() -> impl Strategy<Value = String> {
    let seeds = (
        leaf(&["true", "false", "has(data.note)", "data.open", "reached(\"triage\")"]),
        int().boxed(),
        leaf(&["\"\"", "\"가나\"", "data.name", "data.note", "text"]),
        leaf(&[
            "now",
            "data.at",
            "date(\"2017-03-10\", \"America/Sao_Paulo\")",
            "timestamp(\"9999-12-31T23:59:59Z\")",
        ]),
        leaf(&["duration(\"1h\")", "data.long", "duration(\"-2562047h\")"]),
        leaf(&["[1, 2]", "data.numbers", "data.empty", "data.holes", "data.mixed"]),
    );
    let grown = (0..3).fold(seeds, |below, _| grow(&below));
    prop_oneof![grown.0, grown.1, grown.2, grown.3, grown.4, grown.5]
}

type Kinds = (
    BoxedStrategy<String>,
    BoxedStrategy<String>,
    BoxedStrategy<String>,
    BoxedStrategy<String>,
    BoxedStrategy<String>,
    BoxedStrategy<String>,
);

/// One level higher: every operator over what there is below.
fn grow((bools, ints, texts, times, spans, lists): &Kinds) -> Kinds {
    let two = |left: &BoxedStrategy<String>,
               operators: &'static [&'static str],
               right: &BoxedStrategy<String>| {
        (left.clone(), prop::sample::select(operators), right.clone())
            .prop_map(|(left, operator, right)| format!("({left} {operator} {right})"))
            .boxed()
    };
    let within = |of: &BoxedStrategy<String>, before: &'static str, after: &'static str| {
        of.clone().prop_map(move |of| format!("{before}{of}{after}")).boxed()
    };
    let choose = |of: &BoxedStrategy<String>| {
        (bools.clone(), of.clone(), of.clone())
            .prop_map(|(b, yes, no)| format!("({b} ? {yes} : {no})"))
            .boxed()
    };
    let compared: &[&str] = &["==", "!=", "<", "<=", ">", ">="];
    (
        prop_oneof![
            bools.clone(),
            two(bools, &["&&", "||", "=="], bools),
            two(ints, compared, ints),
            two(texts, compared, texts),
            two(times, compared, times),
            two(spans, compared, spans),
            two(lists, &["==", "!="], lists),
            two(ints, &["in"], lists),
            within(bools, "!", ""),
            choose(bools),
            within(lists, "", ".all(n, n > 1)"),
            within(lists, "", ".exists(n, 6 / n == 3)"),
            within(texts, "", ".matches(\"^.*[가-힣]$\")"),
            within(texts, "bool(\"\" + ", ")"),
        ]
        .boxed(),
        prop_oneof![
            ints.clone(),
            two(ints, &["+", "-", "*", "/", "%"], ints),
            within(ints, "-", ""),
            choose(ints),
            within(texts, "size(", ")"),
            within(texts, "int(", ")"),
            within(lists, "max(", ")"),
            within(times, "", ".getDate(\"+09:00\")"),
            within(times, "int(", ")"),
            within(times, "", ".getDayOfYear(\"Asia/Kathmandu\")"),
            within(spans, "", ".getDays()"),
            (lists.clone(), ints.clone()).prop_map(|(l, i)| format!("{l}[{i}]")),
        ]
        .boxed(),
        prop_oneof![
            texts.clone(),
            two(texts, &["+"], texts),
            within(ints, "string(", ")"),
            within(spans, "string(", ")"),
            within(times, "string(", ")"),
            within(times, "", ".isoDate(\"Pacific/Apia\")"),
            choose(texts),
        ]
        .boxed(),
        prop_oneof![
            times.clone(),
            two(times, &["+", "-"], spans),
            two(spans, &["+"], times),
            within(texts, "timestamp(\"\" + ", ")"),
            within(ints, "timestamp(", ")"),
            within(texts, "date(\"\" + ", ", \"Pacific/Apia\")"),
        ]
        .boxed(),
        prop_oneof![
            spans.clone(),
            two(spans, &["+", "-"], spans),
            two(times, &["-"], times),
            within(texts, "duration(\"\" + ", ")"),
            within(ints, "days(", ")"),
        ]
        .boxed(),
        prop_oneof![
            lists.clone(),
            two(lists, &["+"], lists),
            choose(lists),
            within(ints, "[", "]"),
            within(lists, "", ".map(n, n * 2)"),
            within(lists, "", ".filter(n, n % 2 == 1)"),
        ]
        .boxed(),
    )
}

fn evaluate(expression: &Expression) -> String {
    let world = world();
    match expression.evaluate(&world) {
        Ok(value) => {
            assert!(value.is_a(expression.ty()), "{value:?} is no {}", expression.ty());
            value.to_json().to_string()
        }
        Err(error) => {
            assert!(expression.text().get(error.range()).is_some(), "{error:?} points at a place");
            error.to_string()
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_compiler_panic(text in any_text()) {
        match compile(&text, &scope()) {
            Ok(expression) => { evaluate(&expression); }
            Err(error) => prop_assert!(text.get(error.range()).is_some(), "{error:?} points at a place"),
        }
    }

    #[test]
    fn what_is_typed_compiles_and_its_value_has_that_type(text in typed()) {
        match compile(&text, &scope()) {
            Ok(expression) => prop_assert_eq!(evaluate(&expression), evaluate(&expression.clone())),
            Err(error) => prop_assert!(error.code().0 == "E-expression-too-large" || error.to_string().contains("cannot be read as"), "{}: {}", text, error),
        }
    }

    #[test]
    fn a_negation_is_the_opposite_and_nothing_is_its_own(text in typed()) {
        if let (Ok(one), Ok(other)) = (compile(&text, &scope()), compile(&format!("!{text}"), &scope())) {
            prop_assert!(one.complements(&other) && other.complements(&one), "{}", text);
            prop_assert!(!one.complements(&one), "{}", text);
        }
    }

    #[test]
    fn what_is_constant_has_that_value(text in typed()) {
        if let Ok(expression) = compile(&text, &scope())
            && let Some(constant) = expression.constant()
        {
            prop_assert_eq!(constant.to_json().to_string(), evaluate(&expression));
        }
    }

    #[test]
    fn the_same_text_and_data_give_the_same_answer(text in typed()) {
        prop_assert_eq!(run(&text), run(&text));
    }
}
