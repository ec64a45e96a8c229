//! What the gate refuses, with the path; and that canonical JSON passes it unchanged.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::explain::Explain;

/// The code and the path (or line:column) with which a text is refused.
fn refused(text: impl AsRef<[u8]>) -> (String, String) {
    let error = parse(text.as_ref()).expect_err("refused");
    let StoreError::Json(fault) = &error else { panic!("{error}") };
    let place = match fault {
        JsonFault::Syntax { line, column, .. } => format!("{line}:{column}"),
        JsonFault::DuplicateKey { path }
        | JsonFault::Surrogate { path }
        | JsonFault::Integer { path }
        | JsonFault::Depth { path } => path.clone(),
    };
    (error.code().to_string(), place)
}

#[test]
fn what_two_readers_could_understand_differently_is_refused_with_its_place() {
    let deep = "[".repeat(65) + &"]".repeat(65);
    let deepest = "/0".repeat(64);
    let cases: [(&str, &str, &str); 15] = [
        (r#"{"a":1,"b":{"c":1,"c":2}}"#, "E-json-duplicate-key", "/b/c"),
        (r#"{"a":1,"\u0061":2}"#, "E-json-duplicate-key", "/a"),
        (r#"{"a/b":{"~":[0,"\ud800"]}}"#, "E-json-surrogate", "/a~1b/~0/1"),
        (r#"["\ud800\u0041"]"#, "E-json-surrogate", "/0"),
        (r#"["\udc00"]"#, "E-json-surrogate", "/0"),
        (r#"[0,9007199254740992]"#, "E-json-integer", "/1"),
        (r#"{"n":-9007199254740992}"#, "E-json-integer", "/n"),
        (r#"[9007199254740993.0]"#, "E-json-integer", "/0"),
        (r#"[100000000000000000000]"#, "E-json-integer", "/0"),
        (r#"[1e300]"#, "E-json-integer", "/0"),
        (r#"[1e999]"#, "E-json-syntax", "1:6"),
        ("[1] [2]", "E-json-syntax", "1:5"),
        ("\u{feff}[1]", "E-json-syntax", "1:1"),
        ("{\n \"a\": nope}", "E-json-syntax", "2:8"),
        ("", "E-json-syntax", "1:0"),
    ];
    for (text, code, place) in cases {
        assert_eq!(refused(text), (code.to_owned(), place.to_owned()), "{text}");
    }
    assert_eq!(refused(&deep[..64]).0, "E-json-syntax", "64 levels are allowed");
    assert_eq!(refused(deep), ("E-json-depth".to_owned(), deepest));
    assert_eq!(refused(b"[\"\xff\"]").0, "E-json-syntax");
}

#[test]
fn what_every_reader_understands_alike_passes() {
    for text in ["9007199254740991", "-9007199254740991", "0.1", "\"\\ud83d\\ude00\"", " [ ] "] {
        parse(text.as_bytes()).expect(text);
    }
    let levels = "[".repeat(64) + &"]".repeat(64);
    parse(levels.as_bytes()).expect("64 levels are allowed");
}

#[test]
fn a_value_that_never_was_a_text_meets_the_same_gate() {
    let code = |value: Value| CanonicalJson::of(&value).expect_err("refused").code().to_string();
    assert_eq!(code(json!({ "n": 9_007_199_254_740_992_u64 })), "E-json-integer");
    assert_eq!(code(json!([1e20])), "E-json-integer");
    let deep = (0..65).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(code(deep), "E-json-depth");
}

/// RFC 8785, section 3.2.2, without the number past the gate; and the sorting example of section 3.2.3.
#[test]
fn the_examples_of_the_standard_come_out() {
    let example = parse(
        br#"{"numbers":[333333333.33333329,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
    );
    assert_eq!(
        CanonicalJson::of(&example.unwrap()).unwrap().as_str(),
        r#"{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
    );
    let sorting = parse(
        br#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
            "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
    );
    assert_eq!(
        CanonicalJson::of(&sorting.unwrap()).unwrap().as_str(),
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}"
    );
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-1e15_f64..1e15).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("[a-z]{0,3}|\\PC{0,3}", inner, 0..6)
                .prop_map(|members| members.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn i11_canonical_json_reads_back_and_is_canonical_again(value in any_value()) {
        let canonical = CanonicalJson::of(&value).unwrap();
        let read = parse(canonical.as_bytes()).unwrap();
        prop_assert_eq!(CanonicalJson::of(&read).unwrap(), canonical);
    }

    #[test]
    fn i11_the_plain_writer_is_taken_only_where_it_gives_the_canonical_form(value in any_value()) {
        let general = serde_json_canonicalizer::to_vec(&value).unwrap();
        let canonical = CanonicalJson::of(&value).unwrap();
        prop_assert_eq!(canonical.as_bytes(), general.as_slice());
    }

    #[test]
    fn no_bytes_make_the_gate_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }
}
