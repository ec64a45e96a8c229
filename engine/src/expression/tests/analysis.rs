//! What an expression reads, when it is constant, and when two are opposite.

use super::super::{Asked, Expression, compile};
use super::scope;

fn compiled(text: &str) -> Expression {
    compile(text, &scope()).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn an_expression_names_the_paths_and_steps_it_looks_at() {
    let table: [(&str, &[&str]); 9] = [
        ("1 + 2", &[]),
        ("data.cost + settings.rounds", &["data.cost", "settings.rounds"]),
        ("data.library.name == data.library.region", &["data.library.name", "data.library.region"]),
        ("has(data.note) && now > data.at", &["data.at", "data.note", "now"]),
        ("data.items.map(i, i.count + number)", &["data.items", "number"]),
        ("data.numbers.map(n, n > 1, n * 2)[size(results)]", &["data.numbers", "results"]),
        ("data.items[number].name", &["data.items", "number"]),
        ("true ? data.cost : -data.big", &["data.big", "data.cost"]),
        ("text in [data.name, \"a\"] || !data.open", &["data.name", "data.open", "text"]),
    ];
    for (text, expect) in table {
        let names = compiled(text).names();
        assert_eq!(names.paths.iter().map(String::as_str).collect::<Vec<_>>(), expect, "{text}");
        assert!(names.steps.is_empty(), "{text}");
    }
    let names = compiled(
        "times(\"triage\") > 1 ? reached(\"deliver\") : active(\"deliver\") || reached(\"deliver\")",
    )
    .names();
    let expect =
        [(Asked::Times, "triage"), (Asked::Reached, "deliver"), (Asked::Active, "deliver")];
    assert_eq!(names.steps, expect.map(|(asked, step)| (asked, step.to_owned())).into());
}

#[test]
fn a_path_is_read_with_its_parts_and_with_its_whole() {
    let names = compiled("data.library.name == text").names();
    for (path, expect) in [
        ("data.library.name", true),
        ("data.library", true),
        ("data.library.name.first", true),
        ("data.library.region", false),
        ("data.lib", false),
        ("text", true),
        ("te", false),
    ] {
        assert_eq!(names.reads(path), expect, "{path}");
    }
    assert!(compiled("data == data").names().reads("data.cost"));
}

#[test]
fn what_needs_no_data_is_constant() {
    let table = [
        ("1 + 2 * 3", "7"),
        ("[1, 2].exists(x, x == 2)", "true"),
        ("true || data.open", "true"),
        ("data.open || true", "true"),
        ("data.open && false", "false"),
        ("true ? \"a\" : text", "\"a\""),
        ("timestamp(\"2017-03-10T00:00:00Z\").getDate()", "10"),
        ("data.open", ""),
        ("data.open || false", ""),
        ("now == now", ""),
        ("has(data.note)", ""),
        ("reached(\"triage\")", ""),
        ("times(\"triage\") >= 0", ""),
        ("active(\"triage\") || !active(\"triage\")", ""),
        ("1 / 0", ""),
    ];
    for (text, expect) in table {
        let expression = compiled(text);
        let found = expression.constant().map(|value| value.to_json().to_string());
        assert_eq!(found.unwrap_or_default(), expect, "{text}");
    }
}

#[test]
fn two_guards_that_are_opposite_as_written_are_told() {
    let table = [
        ("data.open", "!data.open", true),
        ("!data.open", "(!(!(data.open)))", true),
        ("data.cost <= 10", "data.cost > 10", true),
        ("data.cost <= 10", "10 < data.cost", true),
        ("data.cost <= 10", "!( 10 >= data.cost )", true),
        ("data.cost < 10", "data.cost >= 10", true),
        ("text == \"a\"", "text != \"a\"", true),
        ("text == \"a\"", "\"a\" != text", true),
        ("data.numbers == []", "data.numbers != []", true),
        ("has(data.note) && data.cost > 1", "!has(data.note) || data.cost <= 1", true),
        ("!(data.open && data.cost > 1)", "data.open && data.cost > 1", true),
        ("!(data.open && data.cost > 1)", "data.open && !(data.cost <= 1)", true),
        ("results.all(r, r == \"ok\")", "!results.all(x, x == \"ok\")", true),
        ("times(\"triage\") < 3", "times(\"triage\") >= 3", true),
        ("true", "false", true),
        ("data.cost < 10", "data.cost > 10", false),
        ("data.cost <= 10", "data.cost >= 10", false),
        ("data.cost <= 10", "data.cost > 11", false),
        ("data.cost == 1", "data.cost > 1", false),
        ("data.open", "data.open", false),
        ("!data.open", "!data.open", false),
        ("!!data.open", "data.open", false),
        ("data.open && data.cost > 1", "!data.open && data.cost <= 1", false),
        ("data.open && data.cost > 1", "!data.open || data.cost > 1", false),
        ("data.open", "!reached(\"triage\")", false),
        ("true", "true", false),
    ];
    for (left, right, expect) in table {
        let (one, other) = (compiled(left), compiled(right));
        assert_eq!(one.complements(&other), expect, "{left} / {right}");
        assert_eq!(other.complements(&one), expect, "{right} / {left}");
    }
}
