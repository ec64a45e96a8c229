//! Views at the size of the demonstration: thrown away they come back equal, and a mark that does not match the log is
//! told and its view built again. Nothing but `log/` is needed for anything.

use std::fs;

use dure_engine::scenario::Scenario;
use dure_storage::merkle::{Frontier, leaf_hash};
use dure_storage::{DerivedStore, SledStore};
use dure_workflows::demo_samples;
use serde_json::{Value, json};

use crate::folder::{Folder, played};

const VIEWS: [&str; 8] =
    ["cases", "tasks", "timeline", "people", "workflows", "accounts", "calendars", "webhooks"];
/// Page cache of the view store.
const CACHE_BYTES: u64 = 16 * 1024 * 1024;

/// The demonstration and, beside its closed cases, an open one of each workflow.
fn busy() -> Folder {
    let folder = played().folder();
    let mut workflows = Vec::new();
    for sample in demo_samples() {
        if workflows.contains(&sample.workflow) {
            continue;
        }
        let act = &sample.lines[0].act;
        let by = act.by.as_ref().expect("somebody starts it");
        let form = serde_json::to_string(&act.form).expect("a form");
        let form = folder.write("form.json", &form);
        let workflow = sample.workflow.as_str();
        let start = ["case", "start", workflow, "--as", by.as_str(), "--form", &form];
        let on_behalf = act.on_behalf_of.iter().flat_map(|person| ["--for", person.as_str()]);
        folder.run(&start.into_iter().chain(on_behalf).collect::<Vec<_>>()).ok();
        workflows.push(sample.workflow.clone());
    }
    folder
}

/// Whoever acts next on one of the open cases.
fn next_to_act() -> Vec<String> {
    let second = |sample: &Scenario| sample.lines[1].act.by.as_ref().map(ToString::to_string);
    demo_samples().iter().filter_map(second).collect()
}

/// Everything that views answer.
fn everything(folder: &Folder) -> String {
    let read = |arguments: &[&str]| folder.run(&[arguments, &["--json"]].concat()).ok().out;
    let list = folder.run(&["case", "list", "--json"]).ok();
    let mut all = list.out.clone() + &read(&["person", "list"]) + &read(&["workflow", "list"]);
    for case in list.documents() {
        let id = case["id"].as_str().expect("a number");
        all += &read(&["case", "timeline", id]);
    }
    let open = list.documents().into_iter().find(|case| case["status"] == "open");
    let open = open.expect("an open case");
    all += &read(&["case", "show", open["id"].as_str().expect("a number")]);
    let inboxes: Vec<String> =
        next_to_act().iter().map(|person| read(&["inbox", "--as", person])).collect();
    assert!(inboxes.iter().any(|inbox| !inbox.is_empty()), "somebody has something to do");
    all + &inboxes.concat()
}

#[test]
fn i10_views_that_were_deleted_come_back_equal_whatever_is_run_first() {
    let folder = busy();
    let before = everything(&folder);
    fs::remove_dir_all(folder.views()).expect("the views are deleted");
    assert_eq!(everything(&folder), before);
    fs::remove_dir_all(folder.views()).expect("the views are deleted");
    folder.run(&["view", "status"]).ok();
    folder.run(&["view", "rebuild"]).ok();
    assert_eq!(everything(&folder), before);
}

#[test]
fn deleting_everything_but_the_log_loses_nothing() {
    let folder = busy();
    let (everything_before, head, export) = (everything(&folder), folder.head(), folder.export());
    for entry in fs::read_dir(folder.data()).expect("the data folder").flatten() {
        match (entry.file_name() == "log", entry.path().is_dir()) {
            (true, _) => {}
            (false, true) => fs::remove_dir_all(entry.path()).expect("deleted"),
            (false, false) => fs::remove_file(entry.path()).expect("deleted"),
        }
    }
    assert_eq!(folder.export(), export);
    assert_eq!(folder.head(), head);
    assert_eq!(everything(&folder), everything_before);
    let again = folder.run(&["demo", "--json"]).ok().document();
    assert_eq!((&again["new_events"], &again["repeated"]), (&json!(0), &json!(true)));
    assert_eq!(folder.head(), head);
}

/// Changes the stored mark of a view.
fn tamper(folder: &Folder, view: &str, change: impl FnOnce(Value) -> Value) {
    let store = SledStore::open(&folder.views(), CACHE_BYTES).expect("the views open");
    let key = [b"mark\0", view.as_bytes()].concat();
    let mark = store.get(&key).expect("it is read").expect("the view has a mark");
    let mark = change(serde_json::from_slice(&mark).expect("a mark is JSON"));
    store.insert(&key, mark.to_string().as_bytes()).expect("it is written");
    store.flush().expect("it is flushed");
}

/// The frontier of a view that skipped one event.
fn skipping(export: &str, skipped: usize) -> Vec<u8> {
    let mut frontier = Frontier::default();
    for (number, line) in export.lines().enumerate() {
        if number != skipped {
            frontier.push(leaf_hash(line.as_bytes()));
        }
    }
    frontier.to_bytes()
}

#[test]
fn i10_a_view_whose_mark_does_not_match_the_log_says_so_and_is_built_again() {
    let folder = busy();
    let (before, head, export) = (everything(&folder), folder.head(), folder.export());
    let skipping = skipping(&export, export.lines().count() / 2);
    let changed = |name: &'static str, value: Value| {
        move |mut mark: Value| {
            mark[name] = value;
            mark
        }
    };
    let flipped = |mut mark: Value| {
        let last = mark["frontier"].as_array_mut().expect("bytes").last_mut().expect("a byte");
        *last = json!(last.as_u64().expect("a byte") ^ 1);
        mark
    };
    type Change = Box<dyn FnOnce(Value) -> Value>;
    let table: [(&str, Change, &str); 5] = [
        ("cases", Box::new(changed("frontier", json!(skipping))), "did_not_match"),
        ("tasks", Box::new(flipped), "did_not_match"),
        ("timeline", Box::new(changed("frontier", json!([1, 2, 3]))), "did_not_match"),
        ("people", Box::new(|_| json!("no mark")), "did_not_match"),
        ("workflows", Box::new(changed("schema", json!(0))), "older_schema"),
    ];
    for (view, change, expected) in table {
        tamper(&folder, view, change);
        let status = folder.run(&["view", "status", "--json"]).ok();
        assert!(expected != "did_not_match" || status.err.contains(view), "{}", status.err);
        for found in status.documents() {
            let state = if found["name"] == view { expected } else { "agrees" };
            assert_eq!((&found["state"], &found["root"]), (&json!(state), &head["root"]), "{view}");
        }
    }
    assert_eq!(everything(&folder), before);
}

#[test]
fn every_view_has_a_root_of_its_own_and_all_of_them_agree() {
    let folder = played().folder();
    let head = folder.head();
    let status = folder.run(&["view", "status", "--json"]).ok().documents();
    let names: Vec<&str> = status.iter().filter_map(|view| view["name"].as_str()).collect();
    assert_eq!(names, VIEWS);
    for view in status {
        assert_eq!((&view["position"], &view["root"]), (&head["size"], &head["root"]));
    }
}
