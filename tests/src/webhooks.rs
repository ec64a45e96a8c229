//! Webhooks over HTTP: what a receiver gets from the built binary, signed by the convention; again by the same id after
//! a failure; and nothing at all where it would not be safe.

use serde_json::Value;

use crate::folder::{Folder, Ran};
use crate::receiver::{Receiver, VARIABLE};

const WORK: &str = r#"
workflow: work
version: 1
title: {ko: 일, en: Work}
roles: {clerk: {ko: 담당자, en: Clerk}}
start: {by: clerk, to: look}
steps:
  look: {title: {ko: 확인, en: Look}, by: clerk, outcomes: {done: {to: told}}}
ends: {told: {title: {ko: 끝, en: Done}}}
"#;

fn folder() -> Folder {
    let folder = Folder::new();
    let file = folder.write("work.yaml", WORK);
    folder.run(&["workflow", "publish", &file]).ok();
    folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
    folder
}

fn add(folder: &Folder, url: &str) -> Ran {
    folder.run(&["webhook", "add", "hook", "--url", url, "--secret-env", VARIABLE, "--json"])
}

fn start(folder: &Folder, case: &str) {
    folder.run(&["case", "start", "work", "--id", case, "--as", "clerk-1"]).ok();
}

/// `dure effect run` with the secret, or without.
fn run(folder: &Folder, secret: Option<&str>) -> Ran {
    let mut command = folder.command(&["effect", "run", "--json"]);
    command.env_remove(VARIABLE).env("HTTP_PROXY", "http://127.0.0.1:1");
    if let Some(secret) = secret {
        command.env(VARIABLE, secret);
    }
    let output = command.output().expect("the binary runs");
    let text = |bytes| String::from_utf8(bytes).expect("its output is UTF-8");
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn shown(folder: &Folder) -> Value {
    folder.run(&["webhook", "show", "hook", "--json"]).ok().document()
}

#[test]
fn a_receiver_gets_the_stored_event_signed_and_after_a_failure_again_by_the_same_id() {
    let receiver = Receiver::new(&["503 Service Unavailable", "302 Found"]);
    let (folder, secret) = (folder(), Receiver::secret());
    let added = add(&folder, &receiver.url()).ok().document();
    assert_eq!(
        (&added["repeated"], &added["webhook"]["secret"]),
        (&false.into(), &VARIABLE.into())
    );
    assert_eq!(add(&folder, &receiver.url()).ok().document()["repeated"], true);
    start(&folder, "w-1");
    let first = run(&folder, Some(&secret)).ok().document();
    assert_eq!((&first["told"], first["next"].is_string()), (&1.into(), true), "{first}");
    assert_eq!(run(&folder, Some(&secret)).ok().document()["told"], 0, "not before its time");
    let failing = &shown(&folder)["undelivered"][0]["failing"];
    assert!(failing["error"].as_str().is_some_and(|error| error.contains("503")), "{failing}");
    let retry = ["webhook", "retry", "hook", "--as", "clerk-1", "--reason", "it is back"];
    folder.run(&retry).ok();
    run(&folder, Some(&secret)).ok();
    assert_eq!(receiver.count(), 2, "a redirect is not followed");
    folder.run(&retry).ok();
    let last = run(&folder, Some(&secret)).ok().document();
    assert_eq!((&last["told"], &last["next"]), (&1.into(), &Value::Null), "{last}");
    assert_eq!(shown(&folder)["undelivered"], Value::Null);
    let heard = receiver.heard();
    let ids: Vec<_> = heard.iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!(ids, [ids[0]; 3]);
    let log = folder.export();
    for message in &heard {
        message.is_signed();
        assert_eq!(message.request, "POST /hook?to=1 HTTP/1.1");
        assert!(message.header("content-type").starts_with("application/cloudevents+json"));
        let position: usize = message.header("dure-position").parse().expect("a position");
        assert_eq!(log.lines().nth(position), Some(message.body.as_str()));
        let event: Value = serde_json::from_str(&message.body).expect("JSON");
        assert_eq!((&event["id"], &event["subject"]), (&ids[0].into(), &"case/w-1".into()));
    }
}

#[test]
fn what_is_gone_is_parked_and_both_languages_say_so() {
    let receiver = Receiver::new(&["410 Gone"]);
    let folder = folder();
    assert!(folder.run(&["webhook", "list", "--lang", "ko"]).ok().out.contains("웹훅이 없습니다"));
    add(&folder, &receiver.url()).ok();
    start(&folder, "w-1");
    run(&folder, Some(&Receiver::secret())).ok();
    start(&folder, "w-2");
    let ran = run(&folder, Some(&Receiver::secret())).ok().document();
    assert_eq!((&ran["told"], &ran["next"]), (&1.into(), &Value::Null), "what is later goes on");
    assert!(folder.run(&["webhook", "show", "hook", "--lang", "en"]).ok().out.contains("410 Gone"));
    assert!(folder.run(&["webhook", "list", "--lang", "ko"]).ok().out.contains("중지됨"));
    let retry = ["webhook", "retry", "hook", "--as", "clerk-1"];
    assert!(folder.run(&retry).ended(1).err.contains("E-reason-missing"));
    folder.run(&["webhook", "remove", "hook"]).ok();
    assert!(folder.run(&["webhook", "show", "hook"]).ended(1).err.contains("E-webhook-unknown"));
    assert_eq!(folder.run(&["webhook", "list", "--json"]).ok().out, "");
}

#[test]
fn a_missing_secret_is_told_and_nothing_is_lost_and_nobody_there_is_a_failure() {
    let receiver = Receiver::new(&[]);
    let folder = folder();
    add(&folder, &receiver.url()).ok();
    start(&folder, "w-1");
    let missing = run(&folder, None).ended(1);
    assert_eq!(missing.document()["stopped"], Value::from(vec!["hook"]));
    assert_eq!(missing.error()["code"], "E-webhook-secret-missing");
    let wrong = "a secret of another form";
    let other = run(&folder, Some(wrong)).ended(1);
    assert!(other.err.contains("E-webhook-secret") && !other.err.contains(wrong), "{}", other.err);
    assert_eq!((receiver.count(), &shown(&folder)["undelivered"]), (0, &Value::Null));
    run(&folder, Some(&Receiver::secret())).ok();
    receiver.heard()[0].is_signed();
    // Nobody listens there.
    let change = ["webhook", "change", "hook", "--secret-env", VARIABLE, "--url"];
    let nobody: Vec<&str> = change.into_iter().chain(["http://127.0.0.1:1/"]).collect();
    folder.run(&nobody).ok();
    start(&folder, "w-2");
    let ran = run(&folder, Some(&Receiver::secret())).ok().document();
    assert!(ran["next"].is_string(), "{ran}");
    assert_eq!(shown(&folder)["undelivered"][0]["failing"]["attempts"], 1);
}

#[test]
fn what_would_not_be_safe_is_refused_and_no_secret_reaches_the_log_or_the_terminal() {
    let folder = folder();
    let secret = Receiver::secret();
    let https = "https://example.org/hook";
    let table = [
        (["--url", "http://example.org/", "--secret-env", VARIABLE], "E-webhook-url"),
        (["--url", "https://user:word@example.org/", "--secret-env", VARIABLE], "E-webhook-url"),
        (["--url", https, "--secret-env", &secret], "E-webhook-variable"),
    ];
    for (arguments, code) in table {
        let wish: Vec<&str> = ["webhook", "add", "hook"].into_iter().chain(arguments).collect();
        for lang in ["ko", "en"] {
            let wish: Vec<&str> = wish.iter().copied().chain(["--lang", lang]).collect();
            let refused = folder.run(&wish).ended(2).err;
            assert!(refused.contains(code) && !refused.contains(&secret), "{refused}");
        }
    }
    let event = ["--url", https, "--secret-env", VARIABLE, "--event", "step_completed"];
    let wish: Vec<&str> = ["webhook", "add", "hook"].into_iter().chain(event).collect();
    let refused = folder.run(&wish).ended(2).err;
    assert!(refused.contains("dure.step_completed.v1"), "{refused}");
    assert!(!folder.export().contains("whsec_"));
}
