//! A run of effects killed at any moment, again and again on the same folder: a program and the receiver of a webhook only
//! ever hear of what the log already says, hear of everything at least once, and that they did is recorded once.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use dure_engine::model::event::AUTO_COMPLETED;
use dure_engine::model::names::{CaseId, PersonId};
use dure_engine::model::webhook::WEBHOOK_DELIVERED;
use dure_engine::{ActOf, Engine, EngineOptions, StartRequest};
use dure_storage::{LocalLog, LocalOptions, MemoryStore, verify};
use serde_json::Value;

use crate::campaign::{Chance, scaled};
use crate::folder::Folder;
use crate::history::History;
use crate::receiver::{Receiver, VARIABLE};

/// Two effects per case, so that most become owed while the run goes on.
const NOTICE: &str = r#"
workflow: notice
version: 1
title: {ko: 알림, en: Notice}
roles: {clerk: {ko: 담당자, en: Clerk}}
start: {by: clerk, to: tell}
steps:
  tell:
    title: {ko: 알리기, en: Tell}
    auto: mail
    outcomes: {sent: {title: {ko: 보냄, en: Sent}, to: keep}}
  keep:
    title: {ko: 보관하기, en: Keep}
    auto: mail
    outcomes: {sent: {title: {ko: 보냄, en: Sent}, to: told}}
ends: {told: {title: {ko: 알림, en: Told}}}
"#;
/// Writes down which effect it was given and answers.
const PROGRAM: &str = r#"#!/bin/sh
echo "$(sed -n 's/^{"key":"\([^"]*\)".*/\1/p')" >> 'HEARD'
echo '{"outcome": "sent"}'
"#;
/// Cases that are new before every run: more than it gets to finish before most kills.
const CASES_PER_RUN: usize = 24;
/// The latest line of the program, or message of the receiver, that a kill waits for; below what a run's new cases owe.
const LINES_MAX: u64 = 110;
/// One kill in this many comes before the program was run: while opening and reading what is owed.
const EARLY_ONE_IN: u64 = 5;
/// Turns of waiting before an early kill: about as long as starting takes.
const EARLY_TURNS: u64 = 60_000;
/// Turns of waiting after the last line that was waited for.
const LATE_TURNS: u64 = 3_000;
/// Runs for each kill that is wanted: a run that was done before its kill came does not count.
const RUNS_PER_KILL: u32 = 4;

/// A folder with the workflow published, the program that hears of effects, and the receiver that hears of events.
struct Bench {
    folder: Folder,
    receiver: Receiver,
    handler: String,
    heard: PathBuf,
    cases: BTreeSet<String>,
}

impl Bench {
    fn new() -> Bench {
        let folder = Folder::new();
        let definition = folder.write("notice.yaml", NOTICE);
        folder.run(&["workflow", "publish", &definition]).ok();
        folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
        let receiver = Receiver::new(&[]);
        let (add, url) = (["webhook", "add", "hook", "--secret-env", VARIABLE], receiver.url());
        folder.run(&[&add[..], &["--url", &url]].concat()).ok();
        let heard = PathBuf::from(folder.write("heard", ""));
        let text = PROGRAM.replace("HEARD", &heard.display().to_string());
        let program = folder.write("mail.sh", &text);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&program, mode).expect("it may be run");
        let (handler, cases) = (format!("mail={program}"), BTreeSet::new());
        Bench { folder, receiver, handler, heard, cases }
    }

    /// Starts cases that owe an effect each.
    async fn start(&mut self) {
        let log = LocalLog::open(&self.folder.data(), &LocalOptions::default()).expect("it opens");
        let views = Arc::new(MemoryStore::default());
        let engine = Engine::open(Arc::new(log), views, EngineOptions::default()).await;
        let engine = engine.expect("an engine opens");
        for _ in 0..CASES_PER_RUN {
            let id = format!("n-{}", self.cases.len());
            let case = Some(CaseId::new(id.clone()).expect("a name"));
            let act = ActOf::by(PersonId::new("clerk-1").expect("a name"));
            let request = StartRequest { workflow: "notice".to_owned(), case, act };
            engine.start(request).await.expect("it starts");
            self.cases.insert(id);
        }
        engine.close().await.expect("it closes");
    }

    /// How often the program heard of each effect.
    fn heard(&self) -> BTreeMap<String, u32> {
        let text = std::fs::read_to_string(&self.heard).expect("it is read");
        let mut heard = BTreeMap::new();
        text.lines().for_each(|key| *heard.entry(key.to_owned()).or_default() += 1);
        heard
    }

    /// How much the program and the receiver heard.
    fn lines(&self) -> usize {
        let lines = std::fs::read(&self.heard).expect("it is read");
        lines.iter().filter(|byte| **byte == b'\n').count() + self.receiver.count()
    }

    /// How often the receiver heard of each event, by its id; fails the test if one differs from what is stored.
    fn told(&self) -> BTreeMap<String, u32> {
        let (log, mut told) = (self.folder.export(), BTreeMap::new());
        let stored: BTreeSet<&str> = log.lines().collect();
        for message in self.receiver.heard() {
            message.is_signed();
            assert!(
                stored.contains(message.body.as_str()),
                "it came before its event: {message:?}"
            );
            *told.entry(message.header("webhook-id").to_owned()).or_default() += 1;
        }
        told
    }

    fn arguments(&self) -> [&str; 5] {
        ["effect", "run", "--handler", &self.handler, "--json"]
    }

    fn command(&self) -> Command {
        let mut command = self.folder.command(&self.arguments());
        command.env(VARIABLE, Receiver::secret());
        command
    }

    /// Kills a run at that moment; gives how it ended.
    fn run_until(&self, moment: &Moment) -> ExitStatus {
        let wanted = self.lines() + moment.lines;
        let mut command = self.command();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("it starts");
        while self.lines() < wanted && running(&mut child) {
            std::thread::yield_now();
        }
        (0..moment.turns).for_each(|_| std::thread::yield_now());
        child.kill().expect("it is killed");
        child.wait().expect("it ends")
    }

    /// Goes on in good order until nothing is owed.
    fn finish(&self) {
        let ran = self.command().output().expect("the binary runs");
        assert!(ran.status.success(), "{ran:?}");
        let ran: Value = serde_json::from_slice(&ran.stdout).expect("a document");
        assert_eq!(ran["next"], Value::Null, "{ran}");
        assert_eq!(self.folder.run(&["effect", "list", "--json"]).ok().out, "");
    }

    /// Every effect that the cases come to owe.
    fn all(&self) -> BTreeSet<String> {
        let keys = |case: &String| [format!("{case}/tell#1"), format!("{case}/keep#2")];
        self.cases.iter().flat_map(keys).collect()
    }
}

fn running(child: &mut Child) -> bool {
    child.try_wait().expect("it is asked").is_none()
}

/// When a run is killed.
#[derive(Debug)]
struct Moment {
    lines: usize,
    turns: u64,
}

impl Moment {
    fn any(chance: &mut Chance) -> Moment {
        match chance.below(EARLY_ONE_IN) {
            0 => Moment { lines: 0, turns: chance.below(EARLY_TURNS) },
            _ => {
                let lines = 1 + chance.below(LINES_MAX) as usize;
                Moment { lines, turns: chance.below(LATE_TURNS) }
            }
        }
    }
}

/// What the log says.
struct Recorded {
    /// How often of each effect that it was performed.
    performed: BTreeMap<String, u32>,
    /// How often of each event, by its id, that the webhook was told.
    told: BTreeMap<String, u32>,
    /// The ids of all events of cases.
    events: BTreeSet<String>,
}

/// What the log says; fails the test if it is damaged.
async fn recorded(folder: &Path) -> Recorded {
    let log = LocalLog::open(folder, &LocalOptions::default()).expect("it opens");
    let history = History::of(&log).await;
    history.has_no_gaps();
    history.cases();
    let (performed, told, events) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    let mut recorded = Recorded { performed, told, events };
    for envelope in history.envelopes() {
        let data: Value = serde_json::from_str(envelope.data.get()).expect("its payload");
        let text = |field: &str| data[field].as_str().expect("a text").to_owned();
        if let Some(case) = envelope.subject.strip_prefix("case/") {
            recorded.events.insert(envelope.id.to_string());
            if envelope.kind == AUTO_COMPLETED.0 {
                let key = format!("{case}/{}#{}", text("step"), data["entry"]);
                *recorded.performed.entry(key).or_default() += 1;
            }
        } else if envelope.kind == WEBHOOK_DELIVERED.0 {
            *recorded.told.entry(text("event")).or_default() += 1;
        }
    }
    drop(log);
    let report = verify(folder).expect("it can be verified");
    assert_eq!((report.damage, report.torn), (None, None));
    recorded
}

/// The program heard only of what the log said before, and nothing is recorded that it or the receiver did not hear of.
fn nothing_came_first(bench: &Bench, recorded: &Recorded) {
    let heard = bench.heard();
    for key in heard.keys() {
        if let Some(case) = key.strip_suffix("/keep#2") {
            let before = format!("{case}/tell#1");
            assert!(recorded.performed.contains_key(&before), "{key} came first");
        }
    }
    recorded_once(&heard, &recorded.performed);
    recorded_once(&bench.told(), &recorded.told);
}

fn recorded_once(heard: &BTreeMap<String, u32>, recorded: &BTreeMap<String, u32>) {
    for (key, times) in recorded {
        assert!(heard.contains_key(key), "{key} is recorded, but was not heard of");
        assert_eq!(*times, 1, "{key} is recorded {times} times");
    }
}

#[test]
fn i9_effects_of_a_killed_run_are_performed_at_least_once_and_recorded_once() {
    let mut chance = Chance::new("effects");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut bench = Bench::new();
    let (wanted, mut kills, mut runs) = (scaled(4, 20), 0, 0);
    while kills < wanted {
        assert!(runs < wanted * RUNS_PER_KILL, "only {kills} of {runs} runs were killed");
        runs += 1;
        runtime.block_on(bench.start());
        let moment = Moment::any(&mut chance);
        println!("run {runs} killed at {moment:?}");
        let status = bench.run_until(&moment);
        assert!(status.success() || status.signal() == Some(9), "it ended by itself: {status}");
        kills += u32::from(status.signal() == Some(9));
        let recorded = runtime.block_on(recorded(&bench.folder.data()));
        nothing_came_first(&bench, &recorded);
    }
    bench.finish();
    let recorded = runtime.block_on(recorded(&bench.folder.data()));
    nothing_came_first(&bench, &recorded);
    assert!(recorded.performed.keys().eq(&bench.all()), "what is recorded is what was owed");
    assert!(recorded.told.keys().eq(&recorded.events), "the webhook was told of every event");
    let (heard, told): (u32, u32) = (bench.heard().values().sum(), bench.told().values().sum());
    let (effects, events) = (recorded.performed.len(), recorded.events.len());
    println!("{kills} kills, {effects} effects and {events} messages, each recorded once");
    println!("{heard} times performed, {told} times sent");
}
