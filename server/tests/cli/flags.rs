//! Red flags: listed, shown with the case they are raised in, and told by the act that raised them.

use serde_json::json;

use crate::folder::{Folder, VISIT};

/// Two cases of `visit`, one of which was started with a long note.
fn two_cases() -> Folder {
    let folder = Folder::new();
    let flag =
        "flags: {long_note: {title: {ko: 긴 메모, en: Long note}, when: size(data.note) > 5}}\n";
    let file = folder.write("visit.yaml", format!("{VISIT}\n{flag}"));
    folder.run(&["workflow", "publish", &file]).ok();
    folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
    for (id, note) in [("v-1", "메모"), ("v-2", "아주 긴 메모")] {
        let form = json!({"region": "east", "note": note}).to_string();
        let form = folder.write("start.json", &form);
        let start = ["case", "start", "visit", "--id", id, "--as", "clerk-1", "--form", &form];
        folder.run(&start).ok();
    }
    folder
}

#[test]
fn cases_are_listed_by_a_flag_and_show_it_since_when() {
    let folder = two_cases();
    let list = |args: &[&str]| {
        let all = [&["case", "list", "--lang", "en"], args].concat();
        folder.run(&all).ok().out
    };
    let (all, flagged) = (list(&[]), list(&["--flag", "long_note"]));
    assert!(all.contains("v-1") && all.contains("v-2") && all.contains("Long note"), "{all}");
    assert!(!flagged.contains("v-1") && flagged.contains("v-2"), "{flagged}");
    assert_eq!(list(&["--flag", "nothing"]).lines().count(), 1, "that there is none is said once");
    let found = folder.run(&["case", "list", "--flag", "long_note", "--json"]).ok().document();
    assert_eq!((&found["id"], &found["flags"][0]["flag"]), (&json!("v-2"), &json!("long_note")));
    assert_eq!(found["flags"][0]["since"], found["opened_at"]);
    let shown = folder.run(&["case", "show", "v-2", "--lang", "ko"]).ok().out;
    assert!(shown.contains("주의 표시") && shown.contains("긴 메모"), "{shown}");
    let timeline = folder.run(&["case", "timeline", "v-2", "--lang", "en"]).ok().out;
    assert!(timeline.contains("flag raised: Long note"), "{timeline}");
}

#[test]
fn a_workflow_shows_its_flags() {
    let folder = two_cases();
    let shown = folder.run(&["workflow", "show", "visit", "--json"]).ok().document();
    let flag = json!({"name": "long_note", "title": {"ko": "긴 메모", "en": "Long note"}, "when": "size(data.note) > 5"});
    assert_eq!(shown["flags"], json!([flag]));
    let shown = folder.run(&["workflow", "show", "visit", "--lang", "en"]).ok().out;
    assert!(shown.contains("red flags") && shown.contains("long_note"), "{shown}");
}
