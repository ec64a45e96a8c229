//! Tests of expressions: one world of data, and `check(input, expect)` over it.

mod analysis;
mod bounds;
mod messages;
mod operators;
mod properties;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::{Binding, Environment, Scope, Type, Value, compile};

/// Data that every test sees.
struct World {
    variables: BTreeMap<&'static str, Json>,
    now: DateTime<Utc>,
}

impl Environment for World {
    fn variable(&self, name: &str) -> Option<Binding<'_>> {
        match name {
            "now" => Some(Value::Timestamp(self.now).into()),
            "data" => self.variables.get("data")?.as_object().map(Binding::from),
            _ => self.variables.get(name).map(Binding::from),
        }
    }

    fn times(&self, step: &str) -> i64 {
        if step == "supplement" { 2 } else { 0 }
    }

    fn reached(&self, step: &str) -> bool {
        step == "triage"
    }

    fn active(&self, step: &str) -> bool {
        step == "deliver"
    }
}

fn world() -> World {
    let data = json!({
        "cost": 1200, "name": "두레", "open": true, "null_note": null, "bad_cost": "much",
        "library": {"name": "sample01", "region": "region3"},
        "at": "2017-03-10T10:00:00+09:00", "long": "90m", "big": 9_007_199_254_740_992_i64,
        "numbers": [3, 1, 2], "words": ["ok", "ok", "return"], "empty": [], "holes": [1, null],
        "mixed": [1, "x", 3], "days": ["2017-03-10T00:00:00Z"],
        "items": [{"name": "가", "count": 2}, {"name": "나", "count": 5}, {"name": "다"}],
    });
    let variables = BTreeMap::from([
        ("data", data),
        ("settings", json!({"rounds": 3})),
        ("results", json!(["ok", "return"])),
        ("number", json!(7)),
        ("text", json!("abc")),
        ("none", Json::Null),
    ]);
    World { variables, now: "2017-03-11T00:30:00Z".parse().expect("a timestamp") }
}

fn scope() -> Scope {
    let item = Type::record([("name", Type::String), ("count", Type::Int)]);
    let data = Type::record([
        ("cost", Type::Int),
        ("name", Type::String),
        ("open", Type::Bool),
        ("note", Type::String),
        ("null_note", Type::String),
        ("bad_cost", Type::Int),
        ("library", Type::record([("name", Type::String), ("region", Type::String)])),
        ("branch", Type::record([("name", Type::String)])),
        ("at", Type::Timestamp),
        ("long", Type::Duration),
        ("big", Type::Int),
        ("numbers", Type::list(Type::Int)),
        ("words", Type::list(Type::String)),
        ("empty", Type::list(Type::Int)),
        ("holes", Type::list(Type::Int)),
        ("mixed", Type::list(Type::Int)),
        ("days", Type::list(Type::Timestamp)),
        ("items", Type::list(item)),
    ]);
    Scope::new()
        .variable("data", data)
        .variable("settings", Type::record([("rounds", Type::Int)]))
        .variable("results", Type::list(Type::String))
        .variable("number", Type::Int)
        .variable("text", Type::String)
        .variable("none", Type::Int)
        .variable("missing", Type::Int)
        .variable("now", Type::Timestamp)
        .steps(["triage", "supplement", "deliver"])
}

/// The result as JSON, or the code and the English message of what went wrong.
fn run(text: &str) -> String {
    let expression = match compile(text, &scope()) {
        Ok(expression) => expression,
        Err(error) => return format!("{}: {error}", error.code()),
    };
    let world = world();
    match expression.evaluate(&world) {
        Ok(value) => {
            assert!(value.is_a(expression.ty()), "{text}: {value:?} is no {}", expression.ty());
            value.to_json().to_string()
        }
        Err(error) => format!("{}: {error}", error.code()),
    }
}

/// Checks a table of lines `input => expect`.
#[track_caller]
fn check(table: &str) {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let wrong: Vec<String> = lines
        .filter_map(|line| {
            let (input, expect) = line.split_once("=>").unwrap_or((line, ""));
            let found = run(input.trim());
            (found != expect.trim())
                .then(|| format!("{}\n   found {found}\n  expect {expect}", input.trim()))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
