//! For random small changes of a definition and random running cases: what is judged completable and applied is driven
//! to an end, what is judged unreachable has no place, and every state is what its events say.

use std::collections::BTreeMap;

use dure_engine::model::names::CaseId;
use dure_engine::runtime::MigrationOutcome;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::json;

use super::{PLAIN, agrees_with_its_events, apply, migrated, plan};
use crate::harness::World;

/// Steps a walk takes at most before it counts as not coming to an end.
const WALK_STEPS_MAX: usize = 200;

/// What a step of the random definitions is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Task,
    Vote,
    Wait,
    Both,
    Each,
}

const KINDS: [Kind; 5] = [Kind::Task, Kind::Vote, Kind::Wait, Kind::Both, Kind::Each];

/// A line of steps, each of which also leads back to the first.
#[derive(Debug, Clone)]
struct Line {
    steps: Vec<(String, Kind)>,
    background: bool,
    /// Votes that have to agree.
    need: u32,
    /// Whether what runs side by side has a third branch.
    wide: bool,
}

impl Line {
    fn text(&self, version: u32) -> String {
        let next = |at: usize| match self.steps.get(at + 1) {
            Some((name, _)) => name.clone(),
            None => "done".to_owned(),
        };
        let steps: String = self
            .steps
            .iter()
            .enumerate()
            .map(|(at, (name, kind))| step(self, name, *kind, &next(at)))
            .collect();
        let beside = match self.background {
            true => {
                "background:\n  notes: {title: {ko: 기록, en: Notes}, steps: {jot: {title: {ko: 적음, en: Jot}, by: clerk, to: jot}}}\n"
            }
            false => "",
        };
        format!(
            "workflow: plan\nversion: {version}\ntitle: {{ko: 줄, en: Line}}\nroles: {{clerk: {{ko: 담당, en: Clerk}}}}\nmessages: {{word: {{title: {{ko: 통보, en: Word}}, by: [clerk]}}}}\ndata: {{parts: {{type: array, items: {{type: string}}, default: [a, b]}}}}\nstart: {{by: clerk, to: {}}}\nsteps:\n{steps}{beside}ends: {{done: {{title: {{ko: 끝, en: Done}}}}}}\n",
            self.steps[0].0
        )
    }

    fn kinds(&self) -> BTreeMap<&str, Kind> {
        self.steps.iter().map(|(name, kind)| (name.as_str(), *kind)).collect()
    }
}

fn step(line: &Line, name: &str, kind: Kind, next: &str) -> String {
    let first = &line.steps[0].0;
    let inner = |step: &str| {
        format!(
            "{{{step}: {{title: {{ko: 안, en: In}}, by: clerk, outcomes: {{ok: {{title: {{ko: 됨, en: OK}}, done: ok}}}}}}}}"
        )
    };
    let third = match line.wide {
        true => format!(
            "      third: {{title: {{ko: 셋째, en: Third}}, steps: {}}}\n",
            inner(&format!("{name}_t"))
        ),
        false => String::new(),
    };
    let body = match kind {
        Kind::Task => format!(
            "    by: clerk\n    outcomes:\n      on: {{title: {{ko: 다음, en: On}}, to: {next}}}\n      back: {{title: {{ko: 처음, en: Back}}, at_most: 2, to: {first}}}\n"
        ),
        Kind::Vote => format!(
            "    by: clerk\n    quorum: {{need: {}, of: 3}}\n    outcomes:\n      on: {{title: {{ko: 다음, en: On}}, to: {next}}}\n",
            line.need
        ),
        Kind::Wait => format!("    wait: {{for: 3d}}\n    to: {next}\n"),
        Kind::Both => format!(
            "    parallel:\n      left: {{title: {{ko: 왼쪽, en: Left}}, steps: {}}}\n      right: {{title: {{ko: 오른쪽, en: Right}}, steps: {}}}\n{third}    join: any\n    rest: run\n    to: {next}\n",
            inner(&format!("{name}_l")),
            inner(&format!("{name}_r"))
        ),
        Kind::Each => format!(
            "    each: data.parts\n    as: part\n    join: all\n    steps: {}\n    to: {next}\n",
            inner(&format!("{name}_p"))
        ),
    };
    format!("  {name}:\n    title: {{ko: 단계, en: Step}}\n{body}")
}

/// A small change of a definition.
#[derive(Debug, Clone)]
enum Change {
    Rename { at: usize, told: bool },
    Add { at: usize, kind: Kind },
    Remove { at: usize },
    OtherKind { at: usize, kind: Kind },
    Background,
    Quorum,
    Branch,
}

fn change() -> impl Strategy<Value = Change> {
    let kind = || proptest::sample::select(KINDS.to_vec());
    prop_oneof![
        3 => (0usize..8, any::<bool>()).prop_map(|(at, told)| Change::Rename { at, told }),
        2 => (0usize..8, kind()).prop_map(|(at, kind)| Change::Add { at, kind }),
        2 => (0usize..8).prop_map(|at| Change::Remove { at }),
        1 => (0usize..8, kind()).prop_map(|(at, kind)| Change::OtherKind { at, kind }),
        1 => Just(Change::Background),
        2 => Just(Change::Quorum),
        2 => Just(Change::Branch),
    ]
}

/// The definition after the changes, and what the plan says of names: old to new.
fn changed(line: &Line, changes: &[Change]) -> (Line, BTreeMap<String, String>) {
    let (mut line, mut names) = (line.clone(), BTreeMap::new());
    for (number, change) in changes.iter().enumerate() {
        let count = line.steps.len();
        match change {
            Change::Rename { at, told } => {
                let (old, kind) = line.steps[at % count].clone();
                let new = format!("n{number}_{old}");
                line.steps[at % count].0.clone_from(&new);
                let inner: &[&str] = match kind {
                    Kind::Both => &["", "_l", "_r"],
                    Kind::Each => &["", "_p"],
                    Kind::Task | Kind::Vote | Kind::Wait => &[""],
                };
                for suffix in inner.iter().filter(|_| *told && !old.starts_with('n')) {
                    names.insert(format!("{old}{suffix}"), format!("{new}{suffix}"));
                }
            }
            Change::Add { at, kind } => {
                line.steps.insert(at % count, (format!("x{number}"), *kind))
            }
            Change::Remove { at } if count > 1 => drop(line.steps.remove(at % count)),
            Change::Remove { .. } => {}
            Change::OtherKind { at, kind } => line.steps[at % count].1 = *kind,
            Change::Background => line.background = !line.background,
            Change::Quorum => line.need = 5 - line.need,
            Change::Branch => line.wide = !line.wide,
        }
    }
    let known = inner_names(&line);
    names.retain(|_, new| known.contains_key(new.as_str()));
    (line, names)
}

/// Every step with its kind, those inside blocks too.
fn inner_names(line: &Line) -> BTreeMap<String, Kind> {
    let mut all = BTreeMap::new();
    for (name, kind) in line.kinds() {
        all.insert(name.to_owned(), kind);
        let inner: &[&str] = match kind {
            Kind::Both if line.wide => &["_l", "_r", "_t"],
            Kind::Both => &["_l", "_r"],
            Kind::Each => &["_p"],
            Kind::Task | Kind::Vote | Kind::Wait => &[],
        };
        all.extend(inner.iter().map(|suffix| (format!("{name}{suffix}"), Kind::Task)));
    }
    all
}

/// Does something that can be done; false if nothing can.
async fn moved(world: &World, case: &CaseId, choice: usize) -> bool {
    let now = world.engine.case(case).await.expect("a case");
    if !now.is_open() {
        return false;
    }
    let mut tasks: Vec<String> =
        now.open_tasks().iter().map(|task| task.step.to_string()).collect();
    // The background goes round for ever.
    tasks.retain(|step| !step.ends_with("jot"));
    let wait = tasks.is_empty() || choice.is_multiple_of(5);
    if wait && let Some(at) = world.engine.next_wake().await.expect("a time") {
        world.clock.go_to(at);
        world.engine.tick().await.expect("time passes");
        return true;
    }
    for turn in 0..tasks.len() {
        let step = &tasks[(choice + turn) % tasks.len()];
        for person in ["p-1", "p-2", "p-3"] {
            for outcome in
                if choice.is_multiple_of(3) { ["back", "on", "ok"] } else { ["on", "ok", "back"] }
            {
                if world.complete(case, step, outcome, person, json!({})).await.is_ok() {
                    return true;
                }
            }
        }
    }
    false
}

async fn driven_to_an_end(world: &World, case: &CaseId, choices: &[usize]) {
    for turn in 0..WALK_STEPS_MAX {
        // After the random choices every step goes on, so that the walk is bounded.
        let choice = choices.get(turn).copied().unwrap_or(1);
        if !moved(world, case, choice).await {
            break;
        }
    }
    let case = world.engine.case(case).await.expect("a case");
    assert!(!case.is_open() && case.fault.is_none(), "{case:?}");
}

/// What a random round is made of.
#[derive(Debug, Clone)]
struct Round {
    line: Line,
    changes: Vec<Change>,
    before: Vec<Vec<usize>>,
    after: Vec<usize>,
}

fn round() -> impl Strategy<Value = Round> {
    let kinds = proptest::collection::vec(proptest::sample::select(KINDS.to_vec()), 1..5);
    let choices = |max| proptest::collection::vec(0usize..30, 0..max);
    let before = proptest::collection::vec(choices(7), 1..4);
    let parts =
        (kinds, any::<bool>(), proptest::collection::vec(change(), 0..3), before, choices(9));
    parts.prop_map(|(kinds, background, changes, before, after)| {
        let named = kinds.into_iter().enumerate().map(|(at, kind)| (format!("s{at}"), kind));
        Round {
            line: Line { steps: named.collect(), background, need: 2, wide: false },
            changes,
            before,
            after,
        }
    })
}

/// How often each verdict was met, so that the test cannot pass by never meeting one.
#[derive(Debug, Default)]
struct Met {
    applied: usize,
    blocked: usize,
    unreachable: usize,
}

async fn played(round: &Round, met: &mut Met) {
    let world = World::new().await;
    world.publish(&round.line.text(1)).await;
    for person in ["p-1", "p-2", "p-3", "chief-1"] {
        world.person(person, &["clerk"]).await;
    }
    let mut cases = Vec::new();
    for choices in &round.before {
        let case = world.started("plan", "p-1", json!({})).await;
        for choice in choices {
            moved(&world, &case, *choice).await;
        }
        cases.push(case);
    }
    let (line, names) = changed(&round.line, &round.changes);
    world.publish(&line.text(2)).await;
    let kinds = (inner_names(&round.line), inner_names(&line));
    let like = |old: &str, new: &str| match (kinds.0.get(old), kinds.1.get(new)) {
        (Some(old), Some(new)) => group(*old) == group(*new),
        (Some(_) | None, _) => false,
    };
    let told: Vec<String> = names
        .iter()
        .filter(|(old, new)| like(old, new))
        .map(|(old, new)| format!("{old}: {new}"))
        .collect();
    let plan = plan(&world, &format!("{PLAIN}steps: {{{}}}\n", told.join(", "))).await;
    let (judged, _) = migrated(&world, &plan, &apply(true)).await.expect("applied");
    for case in judged {
        let now = agrees_with_its_events(&world, &case.case).await;
        let has_place = |step: &str| {
            let new = plan.own.steps.iter().find(|(old, _)| old.as_str() == step);
            let new = new.map_or(step, |(_, new)| new.as_str());
            like(step, new)
                || (step == "notes" && line.background)
                || (step == "jot" && line.background)
        };
        let all = now.running().iter().all(|running| has_place(running.path.step.as_str()));
        match case.outcome {
            MigrationOutcome::Applied => {
                met.applied += 1;
                assert_eq!(now.frame.workflow.version, 2);
                driven_to_an_end(&world, &case.case, &round.after).await;
                agrees_with_its_events(&world, &case.case).await;
            }
            MigrationOutcome::Unreachable(found) => {
                met.unreachable += 1;
                assert!(!all, "every step has a place: {found:?} {round:?}");
                assert_eq!(now.frame.workflow.version, 1);
            }
            MigrationOutcome::Blocked(found) => {
                met.blocked += 1;
                assert!(all, "a step has no place: {found:?} {round:?}");
            }
            MigrationOutcome::NotConcerned(_) => assert!(!now.is_open()),
            MigrationOutcome::Completable => panic!("the plan was applied"),
        }
    }
}

/// A vote is a task.
fn group(kind: Kind) -> Kind {
    match kind {
        Kind::Vote => Kind::Task,
        Kind::Task | Kind::Wait | Kind::Both | Kind::Each => kind,
    }
}

#[test]
fn i13_what_is_judged_completable_comes_to_an_end_and_what_is_unreachable_has_no_place() {
    let full = std::env::var("DURE_FULL").is_ok_and(|full| full == "1");
    let cases = if full { 3_000 } else { 150 };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    // Always the same rounds: how often each verdict is met is asked below.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let met = std::cell::RefCell::new(Met::default());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("one");
    let ran = runner.run(&round(), |round| {
        runtime.block_on(played(&round, &mut met.borrow_mut()));
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
    let met = met.into_inner();
    assert!(met.applied > 50 && met.unreachable > 10 && met.blocked > 1, "{met:?}");
}
