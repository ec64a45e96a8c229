//! Simulated runs of every shipped workflow: they end, with nothing left open, due or reserved (WCP43), and the same
//! seed gives the same runs.

use std::sync::Arc;

use dure_engine::simulation::{Report, Simulation, World};
use dure_workflows::{CALENDARS, DEFINITIONS, simulation_hints};

use crate::campaign::{Chance, scaled};
use crate::folder::{Folder, quick_binary};

const RUNS_QUICK: u32 = 6;
const RUNS_FULL: u32 = 10_000;

fn name(text: &str) -> &str {
    let named = text.lines().find_map(|line| line.strip_prefix("workflow: "));
    named.expect("a definition begins with its name")
}

async fn simulation(workflow: &str, seed: u64) -> Simulation {
    let world = World::empty().await.expect("a world");
    for (file, text) in CALENDARS {
        let published = world.engine().publish_calendar(file, text, None).await;
        published.unwrap_or_else(|error| panic!("{error}"));
    }
    for (file, text) in DEFINITIONS {
        world.publish(file, text).await.unwrap_or_else(|error| panic!("{error}"));
    }
    let hints = simulation_hints();
    Simulation::of(world, workflow, hints, seed).await.unwrap_or_else(|error| panic!("{error}"))
}

async fn report(workflow: &str, seed: u64, runs: u32) -> Report {
    let simulation = simulation(workflow, seed).await;
    let mut done = Vec::new();
    for run in 0..runs {
        done.push(simulation.run(run.into()).await);
    }
    Report::of(simulation.definition(), seed, done)
}

#[tokio::test]
async fn i13_every_run_of_every_shipped_workflow_ends_with_nothing_left() {
    let seed = Chance::new("simulation").draw();
    let runs = scaled(RUNS_QUICK, RUNS_FULL);
    for (_, text) in DEFINITIONS {
        let workflow = name(text);
        if runs == RUNS_QUICK {
            let report = report(workflow, seed, runs).await;
            assert!(report.failures.is_empty(), "seed {seed}: {:#?}", report.failures);
            assert_eq!(report.ends.values().sum::<u64>(), u64::from(runs), "{workflow}");
            continue;
        }
        let (runs, seed) = (runs.to_string(), seed.to_string());
        let arguments =
            ["workflow", "simulate", workflow, "--json", "--runs", &runs, "--seed", &seed];
        let ran = std::process::Command::new(quick_binary()).args(arguments).output();
        let ran = ran.expect("the binary runs");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{workflow}, seed {seed}: {said}");
        println!("{said}");
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_runs_in_any_order() {
    let simulation = Arc::new(simulation("support_request", 7).await);
    let report = async |numbers: [u64; 4]| {
        let mut runs = Vec::new();
        for number in numbers {
            runs.push(simulation.run(number).await);
        }
        Report::of(simulation.definition(), 7, runs)
    };
    assert_eq!(report([0, 1, 2, 3]).await, report([3, 1, 0, 2]).await);
}

#[tokio::test]
async fn every_hint_for_a_shipped_workflow_fits_one_of_its_forms() {
    for hints in simulation_hints() {
        let simulation = simulation(hints.workflow.as_str(), 1).await;
        assert_eq!(hints.idle(simulation.definition()), [], "{}", hints.workflow);
    }
}

/// The canary: workflows that must be found wanting.
#[tokio::test]
async fn a_workflow_that_cannot_end_is_found_and_the_run_can_be_seen_again() {
    for (guard, kind) in [("data.n < 100", "stuck"), ("data.n < data.n", "stuck")] {
        let text = CANARY.replace("GUARD", guard);
        let world = World::empty().await.expect("a world");
        world.publish("canary.yaml", &text).await.unwrap_or_else(|error| panic!("{error}"));
        let simulation = Simulation::of(world, "canary", Vec::new(), 1).await.expect("a cast");
        let mut failed = None;
        for run in 0..40 {
            failed = failed.or(simulation.run(run).await.failure);
        }
        let failed = failed.expect("a run that fails");
        let trouble = serde_json::to_value(&failed.trouble).expect("JSON");
        assert_eq!(trouble["kind"], kind, "{guard}: {trouble}");
        assert_eq!(simulation.run(failed.run).await.failure, Some(failed));
    }
}

#[test]
fn runs_that_fail_and_hints_that_are_none_are_told_with_their_codes() {
    let folder = Folder::new();
    let canary = folder.write("canary.yaml", &CANARY.replace("GUARD", "data.n < data.n"));
    let simulated = |more: &[&str]| {
        let simulate = ["workflow", "simulate", &canary, "--runs", "4", "--seed", "1", "--json"];
        folder.run(&[&simulate, more].concat())
    };
    assert_eq!(simulated(&[]).ended(1).error()["code"], "E-simulation-failed");
    let hints = folder.write("hints.yaml", "workflow: canary\nfields: [n]\n");
    assert_eq!(simulated(&["--hints", &hints]).ended(2).error()["code"], "E-hints-invalid");
}

const CANARY: &str = "
workflow: canary
version: 7
title: {ko: 카나리아, en: Canary}
roles: {staff: {ko: 직원, en: Staff}}
data: {n: {type: integer, title: {ko: 수, en: Number}}}
start: {by: staff, form: {n: {like: data.n}}, set: {n: form.n}, to: work}
steps:
  work:
    title: {ko: 일, en: Work}
    by: staff
    outcomes: {ok: {title: {ko: 끝, en: Done}, when: GUARD, to: done}}
ends: {done: {title: {ko: 끝, en: Done}}}
";
