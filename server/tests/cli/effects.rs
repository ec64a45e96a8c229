//! `dure effect …`: programs as handlers, what failed and is parked, and a person who has it tried again.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::folder::Folder;

const NOTICE: &str = r#"
workflow: notice
version: 1
title: {ko: 알림, en: Notice}
roles: {clerk: {ko: 담당자, en: Clerk}}
data: {receipt: {type: string, title: {ko: 접수증, en: Receipt}}}
start: {by: clerk, to: tell}
steps:
  tell:
    title: {ko: 알리기, en: Tell}
    auto: mail
    with: {to: starter.id}
    form: {receipt: {type: string, title: {ko: 접수증, en: Receipt}}}
    set: {receipt: form.receipt}
    outcomes: {sent: {title: {ko: 보냄, en: Sent}, to: told}}
ends: {told: {title: {ko: 알림, en: Told}}}
"#;

fn noticed() -> Folder {
    let folder = Folder::new();
    let file = folder.write("notice.yaml", NOTICE);
    folder.run(&["workflow", "publish", &file]).ok();
    folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
    folder.run(&["case", "start", "notice", "--id", "n-1", "--as", "clerk-1"]).ok();
    folder
}

/// A program of a shell, as the value of `--handler`.
fn program(folder: &Folder, name: &str, body: &str) -> String {
    let path = folder.write(name, format!("#!/bin/sh\n{body}\n"));
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&path, mode).expect("it may be run");
    format!("mail={path}")
}

fn status(folder: &Folder) -> Value {
    folder.run(&["case", "show", "n-1", "--json"]).ok().document()["status"].clone()
}

#[test]
fn a_program_gets_the_work_and_its_answer_moves_the_case() {
    let folder = noticed();
    let listed = folder.run(&["effect", "list", "--json"]).ok().document();
    assert_eq!(listed["key"], "n-1/tell#1");
    assert_eq!(listed["input"]["to"], "clerk-1");
    let mail = program(
        &folder,
        "mail.sh",
        r#"grep -q '"key":"n-1/tell#1"' || exit 3; echo '{"outcome": "sent", "form": {"receipt": "r-7"}}'"#,
    );
    let ran = folder.run(&["effect", "run", "--handler", &mail, "--json"]).ok().document();
    assert_eq!((&ran["tried"], &ran["next"]), (&Value::from(1), &Value::Null));
    let case = folder.run(&["case", "show", "n-1", "--json"]).ok().document();
    assert_eq!(case["data"]["receipt"], "r-7", "{case}");
    assert_eq!(folder.run(&["effect", "list", "--json"]).ok().out, "");
    let again = folder.run(&["effect", "run", "--handler", &mail, "--json"]).ok().document();
    assert_eq!(again["tried"], 0);
}

#[test]
fn a_program_gets_its_work_as_one_whole_line() {
    let folder = noticed();
    let mail = program(
        &folder,
        "lines.sh",
        r#"read -r given || exit 3; read -r more && exit 4; expr "$given" : '.*n-1/tell#1' > /dev/null || exit 5
echo '{"outcome": "sent", "form": {"receipt": "r-7"}}'"#,
    );
    let ran = folder.run(&["effect", "run", "--handler", &mail, "--json"]).ok();
    let case = folder.run(&["case", "show", "n-1", "--json"]).ok().document();
    assert_eq!(case["data"]["receipt"], "r-7", "{ran:?}");
}

#[test]
fn what_fails_for_good_is_parked_with_its_reason_until_a_person_says_why_it_will_go_well() {
    let folder = noticed();
    let broken = program(&folder, "broken.sh", r#"echo '{"fail": "no such mailbox"}'"#);
    folder.run(&["effect", "run", "--handler", &broken]).ok();
    let why = folder.run(&["case", "why", "n-1", "--lang", "en"]).ok().out;
    assert!(why.contains("no such mailbox"), "{why}");
    let korean = folder.run(&["effect", "list", "--lang", "ko"]).ok().out;
    assert!(korean.contains("no such mailbox"), "{korean}");
    let good = program(&folder, "good.sh", r#"echo '{"outcome":"sent","form":{"receipt":"r"}}'"#);
    let nothing = folder.run(&["effect", "run", "--handler", &good, "--json"]).ok().document();
    assert_eq!(nothing["tried"], 0, "it is parked");
    let retry = ["effect", "retry", "n-1", "tell", "--as", "clerk-1", "--reason"];
    let retried: Vec<&str> = retry.into_iter().chain(["the address was corrected"]).collect();
    folder.run(&retried).ok();
    folder.run(&["effect", "run", "--handler", &good]).ok();
    assert_eq!(status(&folder), "closed");
    let timeline = folder.run(&["case", "timeline", "n-1", "--lang", "en"]).ok().out;
    assert!(timeline.contains("the address was corrected"), "{timeline}");
    let late = folder.run(&retried).failed(1).err;
    assert!(late.contains("E-case-closed"), "{late}");
}

#[test]
fn an_answer_that_cannot_be_taken_is_parked_and_says_what_would_be_right() {
    let folder = noticed();
    let wrong = program(&folder, "wrong.sh", r#"echo '{"outcome": "send"}'"#);
    folder.run(&["effect", "run", "--handler", &wrong]).ok();
    let listed = folder.run(&["effect", "list", "--json"]).ok().document();
    let error = listed["failing"]["error"].as_str().unwrap_or_default();
    assert!(error.contains("sent"), "{error}");
    assert_eq!(listed["failing"]["retry_at"], Value::Null, "{listed}");
}

#[test]
fn a_program_that_is_not_there_is_tried_again_later_and_a_handler_without_a_program_is_a_usage_error()
 {
    let folder = noticed();
    let missing = format!("mail={}", folder.data().join("nothing").display());
    let ran = folder.run(&["effect", "run", "--handler", &missing, "--json"]).ok().document();
    assert!(ran["next"].is_string(), "{ran}");
    assert_eq!(status(&folder), "open");
    let wrong = folder.run(&["effect", "run", "--handler", "mail"]).failed(2).err;
    assert!(wrong.contains("NAME=PROGRAM") || wrong.contains("mail"), "{wrong}");
}
