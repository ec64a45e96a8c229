//! The reference of expressions is true: its examples give what it says, its functions exist, its bounds are
//! those of the code.

use dure_engine::expression::{
    Binding, Environment, ExpressionFault, NameFault, Scope, Type, compile, limits,
};
use dure_engine::time::Calendar;
use serde_json::{Value as Json, json};

pub const REFERENCE: &str = include_str!("../../docs/expressions.md");

/// The case that the examples see, and its calendar.
struct Example(Json, Calendar);

/// Monday to Friday, without the holidays of October 2017.
fn office() -> Calendar {
    let days = ["2017-10-02", "2017-10-03", "2017-10-04", "2017-10-05", "2017-10-06", "2017-10-09"];
    let holiday = |day: &str| (day.to_owned(), json!({"ko": "휴일", "en": "Holiday"}));
    let holidays: serde_json::Map<String, Json> = days.into_iter().map(holiday).collect();
    let calendar = json!({
        "calendar": "office", "version": 1, "weekend": ["sat", "sun"], "hours": [["09:00", "18:00"]],
        "from": "2017-01-01", "to": "2017-12-31", "holidays": holidays,
    });
    Calendar::read(calendar).expect("a calendar")
}

impl Environment for Example {
    fn variable(&self, name: &str) -> Option<Binding<'_>> {
        self.0.get(name).map(Binding::from)
    }

    fn times(&self, step: &str) -> i64 {
        match step {
            "triage" => 1,
            "supplement" => 2,
            _ => 0,
        }
    }

    fn reached(&self, _step: &str) -> bool {
        true
    }

    fn active(&self, step: &str) -> bool {
        step == "deliver"
    }

    fn calendar(&self) -> Option<&Calendar> {
        Some(&self.1)
    }
}

fn scope() -> Scope {
    let item = Type::record([("name", Type::String), ("amount", Type::Int)]);
    let data = Type::record([
        ("cost", Type::Int),
        ("title", Type::String),
        ("open", Type::Bool),
        ("apply_on", Type::String),
        ("close_on", Type::String),
        ("library", Type::record([("name", Type::String), ("region", Type::String)])),
        ("opinions", Type::list(Type::String)),
        ("items", Type::list(item)),
    ]);
    let settings = Type::record([("limit", Type::Int), ("answer_within", Type::Duration)]);
    Scope::new()
        .variable("data", data)
        .variable("settings", settings)
        .variable("now", Type::Timestamp)
        .calendar(true)
        .steps(["triage", "supplement", "deliver"])
}

/// The blocks marked with a language.
fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    REFERENCE.split(&fence).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// What an expression gives, in the words of the reference.
fn outcome(text: &str, example: &Example) -> String {
    match compile(text, &scope()) {
        Err(error) => format!("refused: {}", error.code()),
        Ok(expression) => match expression.evaluate(example) {
            Err(error) => format!("fails: {}", error.code()),
            Ok(value) => value.to_json().to_string(),
        },
    }
}

#[test]
fn every_example_of_the_reference_gives_what_it_says() {
    let data: Vec<&str> = blocks("json");
    let case = serde_json::from_str(data[0]).expect("the case of the examples");
    let example = Example(case, office());
    let examples: Vec<&str> = blocks("cel").into_iter().flat_map(str::lines).collect();
    assert!(examples.len() > 50, "the reference has its examples");
    for line in examples {
        let (_, says) = line.rsplit_once("// ").expect("an example says what it gives");
        assert_eq!(outcome(line, &example), says, "{line}");
    }
}

/// The functions there are, as the errors list them.
fn functions(text: &str) -> Vec<String> {
    let error = compile(text, &scope()).expect_err("there is no such function");
    let ExpressionFault::Name(NameFault::UnknownFunction { available, .. }) = *error.kind else {
        panic!("{error}");
    };
    let name = |written: &String| {
        let name = written.trim_start_matches("x.");
        name.trim_end_matches("(..)").to_owned()
    };
    available.iter().map(name).collect()
}

#[test]
fn the_reference_names_every_function() {
    for name in [functions("nothing(1)"), functions("now.nothing()")].concat() {
        let written = [format!("`{name}("), format!(".{name}(")];
        assert!(written.iter().any(|written| REFERENCE.contains(written)), "{name}");
    }
}

#[test]
fn the_reference_names_the_bounds_of_the_code() {
    let bounds = [
        ("text", limits::TEXT_BYTES_MAX.to_string()),
        ("nesting", limits::DEPTH_MAX.to_string()),
        ("parts", limits::NODES_MAX.to_string()),
        ("integer", format!("±{}", limits::INTEGER_MAX)),
        ("a compiled pattern", limits::PATTERN_BYTES_MAX.to_string()),
        ("steps", limits::COST_MAX.to_string()),
        ("a string", limits::STRING_BYTES_MAX.to_string()),
        ("a list", limits::LIST_ITEMS_MAX.to_string()),
        ("a duration", limits::DURATION_SECONDS_MAX.to_string()),
    ];
    let (_, section) = REFERENCE.split_once("## Bounds").expect("the section");
    for (what, bound) in bounds {
        let row = section.lines().find(|line| line.starts_with(&format!("| {what}")));
        let row = row.unwrap_or_else(|| panic!("no row for {what}"));
        assert!(row.contains(&format!("| {bound}")), "{row}: {bound}");
    }
}
