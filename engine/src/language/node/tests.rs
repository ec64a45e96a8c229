//! Tests of the YAML reader: values, places, refusals and hostile documents.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::limits::{DEPTH_MAX, DIAGNOSTICS_MAX, DOCUMENT_BYTES_MAX, NODES_MAX};
use super::{CODES, Node, NodeKind, Span, line_column, parse};

fn read(text: &str) -> Node {
    parse("test.yaml", text).unwrap_or_else(|found| panic!("{text:?} is refused:\n{found}"))
}

/// The codes a text is refused with.
fn codes(text: &str) -> Vec<&'static str> {
    match parse("test.yaml", text) {
        Ok(_) => Vec::new(),
        Err(found) => found.items().iter().map(|item| item.code.0).collect(),
    }
}

#[test]
fn plain_scalars_follow_the_core_schema_and_quoted_ones_are_strings() {
    let table = [
        ("yes", json!("yes")),
        ("no", json!("no")),
        ("on", json!("on")),
        ("true", json!(true)),
        ("FALSE", json!(false)),
        ("tRue", json!("tRue")),
        ("~", Json::Null),
        ("null", Json::Null),
        ("", Json::Null),
        ("0", json!(0)),
        ("-12", json!(-12)),
        ("+7", json!(7)),
        ("010", json!(10)),
        ("0o17", json!(15)),
        ("0xFf", json!(255)),
        ("0x", json!("0x")),
        ("1_000", json!("1_000")),
        ("9007199254740991", json!(9_007_199_254_740_991_i64)),
        ("-9007199254740991", json!(-9_007_199_254_740_991_i64)),
        ("1.5", json!(1.5)),
        (".5", json!(0.5)),
        ("2.", json!(2.0)),
        ("-1e3", json!(-1000.0)),
        ("1e", json!("1e")),
        (".", json!(".")),
        ("+", json!("+")),
        ("1.2.3", json!("1.2.3")),
        ("2017-03-10", json!("2017-03-10")),
        ("2017-03-10 10:00", json!("2017-03-10 10:00")),
        ("10:30", json!("10:30")),
        ("\"true\"", json!("true")),
        ("'12'", json!("12")),
        ("\"\"", json!("")),
        ("3wh", json!("3wh")),
        ("times(\"a\") < 2", json!("times(\"a\") < 2")),
    ];
    for (text, expect) in table {
        assert_eq!(read(&format!("- {text}\n")).to_json(), json!([expect]), "{text}");
    }
}

#[test]
fn structures_of_every_style_are_read() {
    let text = "a: [1, {b: c}, 'd']\ne:\n- f\n- g: 1\n  h:\nfolded: >-\n  one\n  two\nliteral: |\n  one\n  two\n";
    let expect = json!({
        "a": [1, {"b": "c"}, "d"], "e": ["f", {"g": 1, "h": null}],
        "folded": "one two", "literal": "one\ntwo\n",
    });
    assert_eq!(read(text).to_json(), expect);
    assert_eq!(read("").kind, NodeKind::Null);
    assert_eq!(read("# only a comment\n").kind, NodeKind::Null);
    assert_eq!(read("--- {a: 1}\n...\n").to_json(), json!({"a": 1}));
}

#[test]
fn accessors_answer_only_for_their_kind() {
    let node = read("a: 1\nb: x\nc: true\nd: [1]\n");
    let get = |key: &str| node.get(key).expect("is there");
    assert_eq!((get("a").as_int(), get("a").as_str()), (Some(1), None));
    assert_eq!((get("b").as_str(), get("b").as_int()), (Some("x"), None));
    assert_eq!((get("c").as_bool(), get("d").as_list().map(<[Node]>::len)), (Some(true), Some(1)));
    assert_eq!((node.as_map().map(<[_]>::len), node.get("e")), (Some(4), None));
}

#[test]
fn places_are_bytes_even_behind_korean_text() {
    let text = "제목: 두레  # 주석\n# 또 주석\n단계: [가, \"나 다\"]\n끝:\n  값: 라\n";
    let node = read(text);
    let written = |node: &Node| node.span.of(text).to_owned();
    let keys: Vec<_> =
        node.as_map().expect("a mapping").iter().map(|(key, _)| key.span.of(text)).collect();
    assert_eq!(keys, ["제목", "단계", "끝"]);
    assert_eq!(written(node.get("제목").expect("is there")), "두레");
    let steps = node.get("단계").expect("is there");
    assert_eq!(written(steps), "[가, \"나 다\"]");
    assert_eq!(written(&steps.as_list().expect("a list")[1]), "\"나 다\"");
    assert_eq!(written(node.get("끝").expect("is there")), "값: 라");
    let place = line_column(
        text,
        node.get("끝").and_then(|end| end.get("값")).expect("is there").span.start,
    );
    assert_eq!((place.line, place.column), (5, 6));
}

#[test]
fn a_part_of_a_scalar_is_found_in_what_was_written() {
    let table = [
        ("x: data.cost > 1", "data.cost > 1", 5..9, "cost"),
        ("x: \"data.kind == \\\"a\\\" && b\"", "data.kind == \"a\" && b", 20..21, "b"),
        ("x: 'data.kind == ''a'' && b'", "data.kind == 'a' && b", 20..21, "b"),
        ("x: >-\n  가나 ==\n  data.cost\n", "가나 == data.cost", 10..19, "data.cost"),
        ("x: |\n  one &&\n  two\n", "one &&\ntwo\n", 7..10, "two"),
        ("x: a\n  b  c", "a b  c", 5..6, "c"),
        ("x: abc", "something else", 0..3, "abc"),
        ("x: abc", "abc", 7..9, ""),
    ];
    for (text, value, range, expect) in table {
        let node = read(text);
        let span = node.get("x").expect("is there").span.part_of(text, value, range);
        assert_eq!(span.of(text), expect, "{text:?}");
    }
}

#[test]
fn what_can_surprise_a_reader_is_refused() {
    let table: &[(&str, &[&str])] = &[
        ("a: 1\nb: 2\na: 3", &["E-yaml-duplicate-key"]),
        ("{\"a\": 1, \"\\u0061\": 2}", &["E-yaml-duplicate-key"]),
        ("a: {b: 1, b: 2}\na: 1", &["E-yaml-duplicate-key", "E-yaml-duplicate-key"]),
        ("1: a", &["E-yaml-key"]),
        ("true: a", &["E-yaml-key"]),
        (": a", &["E-yaml-key"]),
        ("? [a]\n: 1", &["E-yaml-key"]),
        ("[a, b]: 1", &["E-yaml-key"]),
        ("{{a: 1}: 2}", &["E-yaml-key"]),
        ("\"1\": a", &[]),
        ("a: &x 1", &["E-yaml-alias"]),
        ("a: &x [1]\nb: *x", &["E-yaml-alias", "E-yaml-alias"]),
        ("&x a: 1", &["E-yaml-alias"]),
        ("*x : 1", &["E-yaml-alias"]),
        ("a: *x", &["E-yaml-alias"]),
        ("<<: {a: 1}", &["E-yaml-alias"]),
        ("a: !!str 1", &["E-yaml-tag"]),
        ("a: !own {b: 1}", &["E-yaml-tag"]),
        ("a: ! b", &["E-yaml-tag"]),
        ("a: 9007199254740992", &["E-yaml-number"]),
        ("a: -99999999999999999999999", &["E-yaml-number"]),
        ("a: 1e999", &["E-yaml-number"]),
        ("a: .inf", &["E-yaml-number"]),
        ("a: -.INF", &["E-yaml-number"]),
        ("a: .nan", &["E-yaml-number"]),
        ("a: 1\n---\nb: 2", &["E-yaml-documents"]),
        ("a: 1\n...\n---\n", &["E-yaml-documents"]),
        ("a: 1\n...\nb: 1\n", &["E-yaml-documents"]),
        ("a:\n\t- 1", &["E-yaml-syntax"]),
        ("\u{feff}a: 1", &["E-yaml-syntax"]),
        ("a: 1\0\nb: 2", &["E-yaml-syntax"]),
        ("a: \u{1b}[31m", &["E-yaml-syntax"]),
        ("a: b: c", &["E-yaml-syntax"]),
        ("a: [1, 2", &["E-yaml-syntax"]),
        ("a: \"b", &["E-yaml-syntax"]),
        ("a: 1\n b: 2", &["E-yaml-syntax"]),
        ("- a\nb: 1", &["E-yaml-syntax"]),
        ("a: @b", &["E-yaml-syntax"]),
        ("a: [1,,2]", &["E-yaml-syntax"]),
        ("a: \"\\q\"", &["E-yaml-syntax"]),
        ("{\"a\": \"\\ud800\"}", &["E-yaml-syntax"]),
    ];
    for (text, expect) in table {
        assert_eq!(codes(text), *expect, "{text:?}");
        assert!(
            expect.iter().all(|code| CODES.iter().filter(|row| row.code.0 == *code).count() == 1)
        );
    }
}

#[test]
fn json_is_a_subset() {
    let text = "{\n\t\"a\":\t[1, -2.5e3, true, null, {}],\r\n\t\"\\u00e9\\/\\\\ud83d\": \"\\ud83d\\ude00 \\\"x\\\"\",\"b\":\"\"}";
    let expect: Json = serde_json::from_str(text).expect("is JSON");
    let node = read(text);
    assert_eq!(node.to_json(), expect);
    assert_eq!(node.get("b").expect("is there").span.of(text), "\"\"");
    assert_eq!(
        node.get("é/\\ud83d").expect("is there").span.of(text),
        "\"\\ud83d\\ude00 \\\"x\\\"\""
    );
}

#[test]
fn hostile_documents_end_with_a_clear_refusal() {
    let lines = |text: &str, times: usize| text.repeat(times);
    let table = [
        (lines("[", 100_000), "E-yaml-depth"),
        (lines("{a: ", 100_000), "E-yaml-depth"),
        (lines("- ", 100_000), "E-yaml-depth"),
        (lines("[\n", 100_000), "E-yaml-depth"),
        (format!("[{}]", lines("[", DEPTH_MAX)), "E-yaml-depth"),
        (lines("? ", 100_000), "E-yaml-key"),
        (lines("{", 100_000), "E-yaml-depth"),
        (lines("- 1\n", NODES_MAX + 1), "E-yaml-too-large"),
        (lines(" ", DOCUMENT_BYTES_MAX + 1), "E-yaml-too-large"),
        (lines("\"", 500_000), "E-yaml-syntax"),
        (lines("&a ", 100_000), "E-yaml-alias"),
    ];
    for (text, expect) in table {
        assert!(codes(&text).contains(&expect), "{:?}: {:?}", &text[..20], codes(&text));
    }
    assert_eq!(read(&(lines("[", DEPTH_MAX) + &lines("]", DEPTH_MAX))).span.start, 0);
}

#[test]
fn an_alias_bomb_does_not_expand_and_its_mistakes_are_counted() {
    let bomb = (1..200).fold("a0: &a0 [x]\n".to_owned(), |text, at| {
        text + &format!("a{at}: &a{at} [*a{before}, *a{before}]\n", before = at - 1)
    });
    let found = parse("bomb.yaml", &bomb).expect_err("aliases are refused");
    assert_eq!(found.items().len(), DIAGNOSTICS_MAX);
    assert_eq!(found.more(), 200 + 2 * 199 - DIAGNOSTICS_MAX);
}

#[test]
fn a_long_key_is_not_repeated_in_messages() {
    let text = format!("\"{0}\": 1\n\"{0}\": 2\n", "가".repeat(900));
    let found = parse("long.yaml", &text).expect_err("stands twice");
    assert!(found.items()[0].message.en.chars().count() < 100, "{found}");
}

/// JSON without numbers that lose digits.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Json::from),
        "[ -~가-힣\\t\\n\"\\\\😀]{0,12}".prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::btree_map("[a-z가-힣:#,\\[ ]{1,6}", inner, 0..5)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

/// Every node lies inside its parent, and plain strings are what is written there.
fn assert_places(node: &Node, outer: Span, text: &str) {
    assert!(outer.start <= node.span.start && node.span.end <= outer.end, "{node:?} in {outer:?}");
    assert!(text.get(node.span.start..node.span.end).is_some(), "{node:?}");
    match &node.kind {
        NodeKind::List(items) => items.iter().for_each(|item| assert_places(item, node.span, text)),
        NodeKind::Map(entries) => {
            entries.iter().for_each(|(_, value)| assert_places(value, node.span, text))
        }
        NodeKind::String(_)
        | NodeKind::Null
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_) => {}
    }
}

proptest! {
    #[test]
    fn every_json_document_reads_as_itself(json in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        let text = text.expect("is JSON");
        let node = read(&text);
        prop_assert_eq!(node.to_json(), json);
        assert_places(&node, Span::new(0, text.len()), &text);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in prop_oneof![
        any::<String>(),
        "[-a:가 \\n\\t\\[\\]{},#&*!|>'\"%@`?0-9.~<]{0,60}",
        "([ ]{0,4}(- |[ab가]: |\\? |\"|'|# )?[a가1]{0,3}\n){0,12}",
    ]) {
        match parse("any.yaml", &text) {
            Ok(node) => assert_places(&node, Span::new(0, text.len()), &text),
            Err(found) => {
                prop_assert!(!found.is_empty());
                found.render(dure_storage::Lang::Ko, false);
                found.to_json(dure_storage::Lang::En);
            }
        }
    }
}
