//! Every sample, read once and played once on an engine of its own, for all tests to look at: reading the definitions
//! anew for each test would cost far more than the tests themselves.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};
use std::thread;

use dure_engine::model::names::Name;
use dure_engine::scenario::{self, CoverageOf, Played, Scenario};
use dure_workflows::{branch_samples, demo_samples};

/// What became of a sample.
pub(crate) struct Outcome {
    pub(crate) played: Played,
    /// What of its workflows it took.
    pub(crate) coverage: Vec<CoverageOf>,
}

/// Every sample by its name.
pub(crate) static SCENARIOS: LazyLock<BTreeMap<Name, Scenario>> = LazyLock::new(|| {
    let samples = demo_samples().into_iter().chain(branch_samples());
    samples.map(|sample| (sample.name.clone(), sample)).collect()
});

/// What became of each, by its name.
pub(crate) static PLAYED: LazyLock<BTreeMap<Name, Outcome>> = LazyLock::new(|| {
    let waiting = Mutex::new(SCENARIOS.values());
    let next = || waiting.lock().expect("no player stops while it takes the next one").next();
    let player = || -> Vec<(Name, Outcome)> {
        let taken = std::iter::from_fn(next);
        taken.map(|sample| (sample.name.clone(), play(sample))).collect()
    };
    let players = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let players: Vec<_> = (0..players).map(|_| scope.spawn(player)).collect();
        let played = players.into_iter().map(|player| player.join().expect("every sample plays"));
        played.flatten().collect()
    })
});

fn play(sample: &Scenario) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let run = runtime.expect("a runtime").block_on(scenario::run(sample));
    let run = run.unwrap_or_else(|error| panic!("{}: {error}", sample.name));
    Outcome { played: run.played, coverage: run.coverage.report() }
}
