//! A run of effects killed at any moment, again and again on the same folder: a program only ever hears of what the
//! log already says, hears of everything at least once, and what it answered is recorded once.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Arc;

use dure_engine::model::event::AUTO_COMPLETED;
use dure_engine::model::names::{CaseId, PersonId};
use dure_engine::{ActOf, Engine, EngineOptions, StartRequest};
use dure_storage::{LocalLog, LocalOptions, MemoryStore, verify};
use serde_json::Value;

use crate::campaign::{Chance, scaled};
use crate::folder::Folder;
use crate::history::History;

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
/// The latest line of the program that a kill waits for; below the effects of a run's new cases.
const LINES_MAX: u64 = 40;
/// One kill in this many comes before the program was run: while opening and reading what is owed.
const EARLY_ONE_IN: u64 = 5;
/// Turns of waiting before an early kill: about as long as starting takes.
const EARLY_TURNS: u64 = 60_000;
/// Turns of waiting after the last line that was waited for.
const LATE_TURNS: u64 = 3_000;
/// Runs for each kill that is wanted: a run that was done before its kill came does not count.
const RUNS_PER_KILL: u32 = 4;

/// A folder with the workflow published, and the program that hears of effects.
struct Bench {
    folder: Folder,
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
        let heard = PathBuf::from(folder.write("heard", ""));
        let text = PROGRAM.replace("HEARD", &heard.display().to_string());
        let program = folder.write("mail.sh", &text);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&program, mode).expect("it may be run");
        Bench { folder, handler: format!("mail={program}"), heard, cases: BTreeSet::new() }
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

    fn lines(&self) -> usize {
        std::fs::read(&self.heard).expect("it is read").iter().filter(|b| **b == b'\n').count()
    }

    fn arguments(&self) -> [&str; 5] {
        ["effect", "run", "--handler", &self.handler, "--json"]
    }

    /// Kills a run at that moment; gives how it ended.
    fn run_until(&self, moment: &Moment) -> ExitStatus {
        let wanted = self.lines() + moment.lines;
        let mut command = self.folder.command(&self.arguments());
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
        let ran = self.folder.run(&self.arguments()).ok().document();
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

/// How often the log says of each effect that it was performed; fails the test if the log is damaged.
async fn recorded(folder: &Path) -> BTreeMap<String, u32> {
    let log = LocalLog::open(folder, &LocalOptions::default()).expect("it opens");
    let history = History::of(&log).await;
    history.has_no_gaps();
    history.cases();
    let mut recorded = BTreeMap::new();
    for envelope in history.envelopes().filter(|envelope| envelope.kind == AUTO_COMPLETED.0) {
        let data: Value = serde_json::from_str(envelope.data.get()).expect("its payload");
        let case = envelope.subject.trim_start_matches("case/");
        let step = data["step"].as_str().expect("a step");
        *recorded.entry(format!("{case}/{step}#{}", data["entry"])).or_default() += 1;
    }
    drop(log);
    let report = verify(folder).expect("it can be verified");
    assert_eq!((report.damage, report.torn), (None, None));
    recorded
}

/// The program heard only of what the log said before, and nothing is recorded that it did not hear of.
fn nothing_came_first(heard: &BTreeMap<String, u32>, recorded: &BTreeMap<String, u32>) {
    for key in heard.keys() {
        if let Some(case) = key.strip_suffix("/keep#2") {
            assert!(recorded.contains_key(&format!("{case}/tell#1")), "{key} came first");
        }
    }
    for (key, times) in recorded {
        assert!(heard.contains_key(key), "{key} is recorded, but was not performed");
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
        nothing_came_first(&bench.heard(), &recorded);
    }
    bench.finish();
    let recorded = runtime.block_on(recorded(&bench.folder.data()));
    let heard = bench.heard();
    nothing_came_first(&heard, &recorded);
    assert!(recorded.keys().eq(&bench.all()), "what is recorded is what was owed");
    let times: u32 = heard.values().sum();
    println!("{kills} kills, {} effects, each recorded once, {times} performed", recorded.len());
}
