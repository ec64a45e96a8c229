//! Work that several people and the clock share: calendars, quorums, deputies, messages, timers.

use serde_json::json;

use crate::folder::Folder;

/// With the workflow `committee` on its calendar, three members, a chair and a clerk; the case `c-1` started in 2017.
fn committee() -> Folder {
    let folder = Folder::new();
    let calendar = folder.write("korea.yaml", include_str!("../files/korea.yaml"));
    let workflow = folder.write("committee.yaml", include_str!("../files/committee.yaml"));
    folder.run(&["calendar", "publish", &calendar]).ok();
    folder.run(&["workflow", "publish", &workflow]).ok();
    for (id, role) in [
        ("clerk-1", "clerk"),
        ("m-1", "member"),
        ("m-2", "member"),
        ("m-3", "member"),
        ("chair-1", "chair"),
    ] {
        folder.run(&["person", "add", id, "--role", role]).ok();
    }
    let start = [
        "case",
        "start",
        "committee",
        "--id",
        "c-1",
        "--as",
        "clerk-1",
        "--at",
        "2017-09-27 10:00",
    ];
    folder.run(&start).ok();
    folder
}

const DAY: &str = "2017-09-28 10:00";

#[test]
fn a_due_in_business_days_names_the_calendar_it_was_counted_by() {
    let folder = committee();
    let shown = folder.run(&["case", "show", "c-1", "--json"]).ok().document();
    // Thursday, Friday, then Wednesday to Friday after a weekend and two holidays.
    assert_eq!(shown["active"][0]["due"], "2017-10-06T09:00:00Z");
    let again = folder.write("korea.yaml", include_str!("../files/korea.yaml"));
    let repeated = folder.run(&["calendar", "publish", &again, "--json"]).ok().document();
    assert_eq!(repeated["repeated"], true);
    let shown = folder.run(&["calendar", "show", "korea", "--lang", "ko"]).ok().out;
    assert!(shown.contains("2017-10-02") && shown.contains("임시공휴일"), "{shown}");
}

#[test]
fn two_of_three_decide_and_nobody_votes_twice() {
    let folder = committee();
    let vote = |person: &str, outcome: &str| {
        folder.run(&["case", "do", "c-1", "vote", outcome, "--as", person, "--at", DAY, "--json"])
    };
    assert_eq!(vote("m-1", "agree").ok().document()["active"][0]["step"], "vote");
    assert!(vote("m-1", "agree").err.contains("E-voted-already"));
    assert!(vote("m-2", "divided").err.contains("E-outcome-automatic"));
    assert_eq!(vote("m-2", "agree").ok().document()["active"], json!([]));
    let timeline = folder.run(&["case", "timeline", "c-1", "--lang", "en"]).ok().out;
    assert!(timeline.contains("voted agree"), "{timeline}");
}

#[test]
fn a_deputy_votes_for_an_absent_member_who_takes_note_afterwards() {
    let folder = committee();
    let absent = |from: &str, to: &str, deputy: &str| {
        folder.run(&["person", "absent", "m-1", "--from", from, "--to", to, "--deputy", deputy])
    };
    absent("2017-09-28 00:00", "2017-09-30 00:00", "clerk-1").ok();
    assert!(
        absent("2017-09-29 00:00", "2017-10-02 00:00", "m-2").err.contains("E-absence-overlaps")
    );
    assert!(absent("2017-11-01 00:00", "2017-11-02 00:00", "m-1").err.contains("E-deputy-absent"));
    let vote = ["case", "do", "c-1", "vote", "agree", "--as", "clerk-1", "--deputy-of", "m-1"];
    let late = folder.run(&[&vote[..], &["--at", "2017-09-30 10:00"]].concat());
    assert!(late.err.contains("E-not-deputy"), "{}", late.err);
    folder.run(&[&vote[..], &["--at", DAY]].concat()).ok();
    let mine = folder.run(&["case", "do", "c-1", "vote", "agree", "--as", "m-1", "--at", DAY]);
    assert!(mine.err.contains("E-voted-already"), "{}", mine.err);
    let note = ["case", "task", "c-1", "vote", "take-note", "--as", "m-1", "--at", DAY];
    folder.run(&note).ok();
    assert!(folder.run(&note).err.contains("E-report-unknown"));
    let timeline = folder.run(&["case", "timeline", "c-1", "--lang", "ko"]).ok().out;
    assert!(timeline.contains("m-1 대결") && timeline.contains("대결 사후 확인"), "{timeline}");
    let sheet = folder.run(&["case", "sheet", "c-1", "--lang", "ko"]).ok().out;
    assert!(sheet.contains("<span>clerk-1</span><span class=\"mark\">m-1 대결</span>"), "{sheet}");
}

#[test]
fn the_clock_calls_in_the_chair_and_ends_the_wait() {
    let folder = committee();
    for member in ["m-1", "m-2"] {
        folder.run(&["case", "do", "c-1", "vote", "agree", "--as", member, "--at", DAY]).ok();
    }
    // Ten days after the vote have long passed.
    let ticked = folder.run(&["tick", "--json"]).ok().document();
    assert_eq!(ticked, json!({"fired": 1, "next": null}));
    let shown = folder.run(&["case", "show", "c-1", "--json"]).ok().document();
    assert_eq!((&shown["status"], &shown["outcome"]), (&json!("closed"), &json!("agreed")));
    assert_eq!(folder.run(&["tick", "--json"]).ok().document()["fired"], 0);
    let timeline = folder.run(&["case", "timeline", "c-1", "--lang", "en"]).ok().out;
    assert!(timeline.contains("expired") || timeline.contains("the time came"), "{timeline}");
}

#[test]
fn a_message_comes_before_the_time_does() {
    let folder = committee();
    for member in ["m-1", "m-2"] {
        folder.run(&["case", "do", "c-1", "vote", "agree", "--as", member, "--at", DAY]).ok();
    }
    let form = folder.write("objection.json", r#"{"text": "이의 있음"}"#);
    let send = |message: &str, at: &str| {
        folder.run(&[
            "case", "send", "c-1", message, "--as", "m-3", "--form", &form, "--at", at, "--json",
        ])
    };
    assert!(send("praise", "2017-09-29 10:00").err.contains("E-message-unknown"));
    let sent = send("objection", "2017-09-29 10:00").ok().document();
    assert_eq!(sent["active"][0]["step"], "decide");
    assert!(send("objection", "2017-09-29 10:01").err.contains("E-message-not-awaited"));
}

#[test]
fn a_task_that_is_claimed_belongs_to_one_until_it_is_given_back() {
    let folder = committee();
    let task = |verb: &str, person: &str, to: &[&str]| {
        let words = ["case", "task", "c-1", "vote", verb, "--as", person, "--at", DAY];
        folder.run(&[&words[..], to].concat())
    };
    task("claim", "m-1", &[]).ok();
    assert!(task("claim", "m-2", &[]).err.contains("E-task-assigned"));
    assert!(task("assign", "m-1", &["--to", "chair-1"]).err.contains("E-role-missing"));
    task("assign", "m-1", &["--to", "m-2"]).ok();
    task("unclaim", "m-2", &[]).ok();
    task("recuse", "m-3", &[]).ok();
    let vote = ["case", "do", "c-1", "vote", "agree", "--as", "m-3", "--at", DAY];
    assert!(folder.run(&vote).err.contains("E-recused"));
    assert!(task("delegate", "m-1", &[]).err.contains("E-task-change"));
}
