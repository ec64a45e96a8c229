//! What is no mapping of fixed keys: names, texts, expressions, spans, and where one of several shapes may stand.

use serde_json::{Map, Value as Json, json};

use super::to;

/// Every definition that is no place.
pub(super) fn definitions() -> Map<String, Json> {
    let all = [
        ("name", name()),
        ("text", text()),
        ("expression", expression()),
        ("span", span()),
        ("setting_named", setting_named()),
        ("share", share()),
        ("setting", json!({"title": "설정 · setting", "type": ["string", "integer", "boolean"]})),
        ("options", options()),
        ("roles", roles()),
        ("holders", holders()),
        ("callee", callee()),
        ("join", json!({"anyOf": [{"enum": ["all", "any"]}, to("join_rule")]})),
        ("field", field()),
        ("step", step()),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn name() -> Json {
    json!({
        "title": "이름 · name",
        "type": "string",
        "pattern": "^[a-z][a-z0-9_]{0,63}$",
    })
}

fn text() -> Json {
    let line = json!({"type": "string", "pattern": "\\S"});
    json!({
        "title": "글 · text",
        "type": "object",
        "properties": {"ko": line, "en": line},
        "required": ["ko", "en"],
        "additionalProperties": false,
    })
}

fn expression() -> Json {
    json!({
        "title": "식 · expression",
        "description": "CEL 식\nan expression in CEL syntax",
        "type": ["string", "integer", "boolean"],
    })
}

fn span() -> Json {
    json!({
        "title": "기간 · duration",
        "description": "`30m`, `3h`, `3wh`, `5bd`, `10d`, `2w`, `1mo`, `settings.이름`\n`30m`, `3h`, `3wh`, `5bd`, `10d`, `2w`, `1mo`, `settings.NAME`",
        "type": "string",
        "pattern": "^([1-9][0-9]{0,5}(m|h|wh|bd|d|w|mo)|settings\\.[a-z][a-z0-9_]{0,63})$",
    })
}

fn setting_named() -> Json {
    json!({"type": "string", "pattern": "^settings\\.[a-z][a-z0-9_]{0,63}$"})
}

fn share() -> Json {
    json!({
        "title": "수나 비율 · number or share",
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "string", "pattern": "^([0-9]+%|[0-9]+ */ *[0-9]+)$"},
            to("setting_named"),
        ],
    })
}

fn options() -> Json {
    json!({
        "anyOf": [
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
            {"type": "object", "additionalProperties": to("text")},
        ],
    })
}

fn roles() -> Json {
    json!({
        "title": "역할 · roles",
        "anyOf": [to("name"), {"type": "array", "items": to("name"), "minItems": 1}],
    })
}

fn holders() -> Json {
    json!({
        "title": "맡는 이 · who",
        "description": "역할, 역할 목록, `starter`, `{person: 식}`, `{people: 식}`\na role, a list of roles, `starter`, `{person: EXPRESSION}`, or `{people: EXPRESSION}`",
        "anyOf": [to("roles"), to("person")],
    })
}

fn callee() -> Json {
    json!({
        "anyOf": [to("name"), {"type": "object", "additionalProperties": to("name")}],
    })
}

/// What kind a field is shows in its leading key.
fn field() -> Json {
    let of = |kind: &str| json!({"required": ["type"], "properties": {"type": {"const": kind}}});
    let has = |key: &str| json!({"required": [key]});
    chosen(
        [
            (has("like"), "field_like"),
            (has("enum"), "field_choice"),
            (has("refers_to"), "field_reference"),
            (of("array"), "field_list"),
            (of("object"), "field_record"),
        ],
        "field_plain",
    )
}

/// What kind a step is shows in its leading key.
fn step() -> Json {
    let has = |key: &str| json!({"required": [key]});
    let message = json!({"required": ["wait"], "properties": {"wait": {"required": ["message"]}}});
    let mut schema = chosen(
        [
            (has("auto"), "step_auto"),
            (has("decide"), "step_decide"),
            (message, "step_wait_message"),
            (has("wait"), "step_wait"),
            (has("parallel"), "step_parallel"),
            (has("each"), "step_each"),
            (has("call"), "step_call"),
            (has("spawn"), "step_spawn"),
            (has("send"), "step_send"),
        ],
        "step_task",
    );
    schema["title"] = json!("단계 · step");
    schema
}

/// The first definition whose condition is met, so that an editor speaks of that one only.
fn chosen<const N: usize>(kinds: [(Json, &str); N], otherwise: &str) -> Json {
    let last = json!({"type": "object", "allOf": [to(otherwise)]});
    kinds.into_iter().rev().fold(last, |rest, (when, name)| {
        let when = json!({"allOf": [{"type": "object"}, when]});
        json!({"if": when, "then": to(name), "else": rest})
    })
}
