//! The schema of the language and its reader say the same: which keys stand where, what is sound and what is not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use dure_engine::language::{self, parse_yaml};
use dure_storage::Lang;
use jsonschema::Validator;
use serde_json::Value;

/// Every mapping of the language once; `‹place›` stands where a key of it may stand.
const EVERYWHERE: &str = include_str!("files/everywhere.yaml");
/// The keys that tell the kind of a step, a field or a wait; the reader knows them all wherever one stands.
const LEADING: [(&str, &[&str]); 3] = [
    ("step_", &["by", "auto", "decide", "wait", "parallel", "each", "call", "spawn", "send"]),
    ("field_", &["like", "enum", "type", "refers_to"]),
    ("wait", &["message"]),
];
/// A key of no place, like none of them.
const STRANGE: &str = "zzzzzzzz_qqqq";

const PART: &str = "workflow: part\nversion: 1\ntitle: {ko: 부분, en: Part}\nroles: {r: {ko: 역할, en: Role}}\n\
    start: {by: r, to: act}\nsteps:\n  act: {title: {ko: 처리, en: Act}, by: r, to: over}\n\
    ends: {over: {title: {ko: 끝, en: Over}}}\n";

fn validator() -> Validator {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .build(&language::schema())
        .expect("the schema is one")
}

fn json(text: &str) -> Value {
    parse_yaml("test.yaml", text).unwrap_or_else(|found| panic!("{found}\n{text}"))
}

/// What the reader finds wrong, as JSON in English.
fn found(text: &str) -> Vec<Value> {
    let part = Arc::new(language::read("part.yaml", PART, &|_| None).expect("a sound file"));
    let called = |name: &str| (name == "part").then(|| part.clone());
    match language::read("test.yaml", text, &called) {
        Ok(_) => Vec::new(),
        Err(found) => found.to_json(Lang::En)["diagnostics"].as_array().cloned().expect("a list"),
    }
}

fn wrong_by_schema(validator: &Validator, text: &str) -> Vec<String> {
    let document = json(text);
    validator
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

fn places() -> Vec<&'static str> {
    EVERYWHERE.split('‹').skip(1).filter_map(|rest| rest.split('›').next()).collect()
}

/// The file with one key more in one place.
fn with_key(place: Option<&str>, key: &str) -> String {
    places().into_iter().fold(EVERYWHERE.to_owned(), |text, other| {
        let here = place == Some(other);
        let put = if here { format!("{key}: true, ") } else { String::new() };
        text.replacen(&format!("‹{other}›"), &put, 1)
    })
}

fn keys_of_schema(place: &str) -> BTreeSet<String> {
    let schema = language::schema();
    let properties = schema["$defs"][place]["properties"].as_object().cloned();
    properties.unwrap_or_else(|| panic!("no place {place}")).keys().cloned().collect()
}

/// The keys the reader takes there, as it tells whoever writes another.
fn keys_of_reader(place: &str) -> BTreeSet<String> {
    let found = found(&with_key(Some(place), STRANGE));
    assert_eq!(found.len(), 1, "{place}: {found:?}");
    assert_eq!(found[0]["code"], "E-workflow-key", "{place}");
    let help = found[0]["help"].as_str().expect("the keys there are");
    help.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn a_file_with_every_mapping_is_sound_for_both() {
    let text = with_key(None, "");
    assert_eq!(found(&text), Vec::<Value>::new());
    assert_eq!(wrong_by_schema(&validator(), &text), Vec::<String>::new());
}

#[test]
fn in_every_place_the_reader_takes_the_keys_of_the_schema_and_no_other() {
    let validator = validator();
    for place in places() {
        let mut reader = keys_of_reader(place);
        let schema = keys_of_schema(place);
        for (_, leading) in LEADING.iter().filter(|(kind, _)| place.starts_with(kind)) {
            reader.retain(|key| !leading.contains(&key.as_str()) || schema.contains(key));
        }
        assert_eq!(reader, schema, "{place}");
        let strange = with_key(Some(place), STRANGE);
        assert!(!wrong_by_schema(&validator, &strange).is_empty(), "{place}");
    }
}

#[test]
fn every_place_of_the_schema_is_tried() {
    let tried: BTreeSet<&str> = places().into_iter().collect();
    let schema = language::schema();
    let definitions = schema["$defs"].as_object().expect("definitions");
    for (name, definition) in definitions.iter().filter(|(name, _)| *name != "text") {
        let is_place = definition["additionalProperties"] == Value::Bool(false);
        assert_eq!(tried.contains(name.as_str()), is_place, "{name}");
    }
}

#[test]
fn every_key_the_reader_asks_for_is_in_the_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/language");
    let schema = language::schema().to_string();
    let mut asked = 0;
    for file in std::fs::read_dir(folder).expect("the reader") {
        let path = file.expect("a file").path();
        // Calendars, import maps, migration plans, reports and scenarios are files of their own.
        let own = ["calendar.rs", "import.rs", "plan.rs", "report.rs", "scenario.rs"];
        let other = own.iter().any(|own| path.ends_with(own));
        if path.extension().is_none_or(|ending| ending != "rs") || other {
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("a source");
        for call in [".take(\"", ".need(\""] {
            for key in source.split(call).skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(schema.contains(&format!("\"{key}\":{{")), "{}: {key}", path.display());
                asked += 1;
            }
        }
    }
    assert!(asked > 60, "{asked}");
}

#[test]
fn every_key_says_what_it_means_in_both_languages() {
    let schema = language::schema();
    for place in places() {
        let properties = schema["$defs"][place]["properties"].as_object().expect("keys");
        for (key, described) in properties {
            let text = described["description"].as_str().unwrap_or_default();
            let (ko, en) = text.split_once('\n').unwrap_or_else(|| panic!("{place}.{key}: {text}"));
            assert!(ko.chars().any(|letter| ('가'..='힣').contains(&letter)), "{place}.{key}");
            assert!(en.is_ascii() && !en.is_empty(), "{place}.{key}: {en}");
        }
    }
}

#[test]
fn what_is_wrong_in_its_structure_is_refused_by_both() {
    let table: &[(&str, &str)] = &[
        ("version: 1", "version: 0"),
        ("version: 1", "version: one"),
        ("workflow: everywhere", "workflow: Everywhere"),
        ("ko: 어디에나, en: Everywhere", "en: Everywhere"),
        ("ko: 어디에나, en: Everywhere", "ko: ' ', en: Everywhere"),
        ("ko: 어디에나, en: Everywhere", "ko: 어디에나, en: Everywhere, fr: Partout"),
        ("start: {", "begin: {"),
        ("to: size}\n", "to: size, otherwise: true}\n"),
        ("steps:\n", "steps: none,\nstages:\n"),
        ("by: chair, in:", "by: [], in:"),
        ("by: clerk, to: size}", "by: [], to: size}"),
        ("by: clerk, to: size}", "by: {person: now}, to: size}"),
        ("by: chair, in:", "in:"),
        ("by: chair, in:", "by: chair, auto: checker, in:"),
        ("within: 5bd", "within: 5 days"),
        ("within: 5bd", "within: 0d"),
        ("within: 5bd", "within: 5bd, at: now"),
        ("within: 5bd, ", ""),
        ("remind: 1bd", "remind: {after: 1bd}"),
        ("pauses: case", "pauses: clock"),
        ("need: 2/3", "need: most"),
        ("need: 2/3", "need: 0"),
        ("reason: required", "reason: true"),
        ("at_most: 2", "at_most: 0"),
        ("at_most: 2", "at_most: often"),
        ("at_most: 2, ", "at_most: 2, done: again, "),
        ("otherwise: true, to: vote", "otherwise: true"),
        ("otherwise: true, to: vote", "when: data.amount > 1, otherwise: true, to: vote"),
        ("rest: run", "rest: go"),
        ("join: {‹join_rule›quorum: 1}", "join: some"),
        ("join: {‹join_rule›quorum: 1}", "join: {}"),
        ("join: {‹join_rule›quorum: 1}", "join: {quorum: 1, when: 'true'}"),
        ("for: 2d}", "}"),
        ("for: 2d}", "for: 2d, until: now}"),
        ("rule: \"FREQ=DAILY\", ", ""),
        ("message: reply, for: 10d", "message: reply, for: 10d, until: now"),
        ("to_case: data.other, ", ""),
        ("as: item, ", ""),
        ("unit: krw, ", ""),
        ("keyed: true", "keyed: yes please"),
        ("type: array, items", "type: arry, items"),
        ("items: {‹field_plain›type: string}", "things: {type: string}"),
        ("like: data.amount", "like: data.amount, type: krw"),
        ("enum: [a, b]", "enum: []"),
        ("minLength: 2", "minLength: short"),
        ("personal: true", "personal: secret"),
        ("account: budget, ", ""),
        ("extends: 3bd", "extends: 3"),
        ("done: skipped", "done: skipped, to: size"),
        ("commits: budget", "commits: {budget: 1}"),
        ("{‹delegation›of: chair, ", "{"),
    ];
    let validator = validator();
    for (before, after) in table {
        assert!(EVERYWHERE.contains(before), "{before}");
        let changed = EVERYWHERE.replacen(before, after, 1);
        let text = places()
            .into_iter()
            .fold(changed, |text, place| text.replacen(&format!("‹{place}›"), "", 1));
        assert!(!found(&text).is_empty(), "the reader takes {after:?} for {before:?}");
        let wrong = wrong_by_schema(&validator, &text);
        assert!(!wrong.is_empty(), "the schema takes {after:?} for {before:?}");
    }
}

/// The definitions below a folder: each stands in a folder of its name.
fn shipped_in(folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            shipped_in(&path, files);
        } else if path.file_stem() == folder.file_name() {
            let text = std::fs::read_to_string(&path).expect("a definition");
            files.insert(path.display().to_string(), text);
        }
    }
}

#[test]
fn every_example_of_the_reference_and_every_shipped_workflow_is_sound() {
    let validator = validator();
    let reference = include_str!("../../docs/workflow-language.md");
    let blocks = reference.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut files: BTreeMap<String, String> = blocks
        .filter(|block| block.starts_with("workflow:"))
        .enumerate()
        .map(|(at, block)| (format!("example {at}"), block.to_owned()))
        .collect();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../workflows");
    shipped_in(&shipped, &mut files);
    assert!(files.len() > 31, "{:?}", files.keys());
    for (file, text) in &files {
        assert_eq!(wrong_by_schema(&validator, text), Vec::<String>::new(), "{file}");
    }
}

#[test]
fn the_published_schema_is_written_from_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/workflow.schema.json");
    let text = serde_json::to_string_pretty(&language::schema()).expect("JSON") + "\n";
    if std::env::var_os("DURE_BLESS").is_some() {
        std::fs::write(&path, &text).expect("the schema is written");
    }
    let kept = std::fs::read_to_string(&path).expect("docs/workflow.schema.json");
    assert_eq!(
        kept, text,
        "run the tests once with DURE_BLESS=1 to write docs/workflow.schema.json anew"
    );
}
