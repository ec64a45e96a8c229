//! The built binary killed at any moment, again and again on the same folder: what it acknowledged is there, the log
//! is whole, and every case folds.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;

use dure_engine::{Engine, EngineOptions};
use dure_storage::merkle::Frontier;
use dure_storage::{EventLog, LocalLog, LocalOptions, SledStore, VerifyReport, verify};

use crate::campaign::{Chance, scaled};
use crate::folder::Folder;
use crate::history::History;

/// Kills on one folder before a fresh one is taken.
const KILLS_PER_FOLDER: u32 = 5;
/// One kill in this many comes before anything was acknowledged: while opening, recovering, publishing.
const EARLY_ONE_IN: u64 = 5;
/// Turns of waiting before an early kill: about as long as starting takes.
const EARLY_TURNS: u64 = 60_000;
/// Turns of waiting after the last acknowledgement that was read.
const LATE_TURNS: u64 = 3_000;
/// Page cache of the view store.
const VIEW_CACHE_BYTES: u64 = 16 * 1024 * 1024;
/// More work than any run gets to do.
const BENCH: &[&str] = &[
    "bench",
    "advance",
    "--cases",
    "48",
    "--steps",
    "1000000",
    "--callers",
    "16",
    "--ack-file",
    "/dev/stdout",
];

/// What is known of a folder after its last kill.
#[derive(Default)]
struct Known {
    acknowledged: BTreeSet<u64>,
    frontier: Frontier,
}

/// When a run is killed.
#[derive(Debug)]
struct Moment {
    acknowledgements: usize,
    turns: u64,
}

impl Moment {
    fn any(chance: &mut Chance) -> Moment {
        match chance.below(EARLY_ONE_IN) {
            0 => Moment { acknowledgements: 0, turns: chance.below(EARLY_TURNS) },
            _ => {
                let acknowledgements = 1 + chance.below(u64::from(scaled(1_500, 5_000))) as usize;
                Moment { acknowledgements, turns: chance.below(LATE_TURNS) }
            }
        }
    }

    /// Lets the run go on until then, kills it, and gives every position it acknowledged.
    ///
    /// The file of acknowledgements is a pipe: reading waits without a clock, and what was written into it before
    /// the kill can still be read after it.
    fn kill(&self, folder: &Folder) -> Vec<u64> {
        let mut child = folder.command(BENCH).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut acknowledged = positions(&mut lines, self.acknowledgements);
        (0..self.turns).for_each(|_| std::thread::yield_now());
        kill(&mut child);
        acknowledged.extend(positions(&mut lines, usize::MAX));
        acknowledged
    }
}

/// SIGKILL: nothing of the program runs after it.
fn kill(child: &mut Child) {
    use std::os::unix::process::ExitStatusExt;
    child.kill().expect("it is killed");
    let status = child.wait().expect("it ends");
    assert_eq!(status.signal(), Some(9), "it ended by itself: {status}");
}

fn positions(lines: &mut Lines<BufReader<ChildStdout>>, at_most: usize) -> Vec<u64> {
    let position = |line: std::io::Result<String>| {
        line.expect("a line").parse().expect("a position stands alone on its line")
    };
    lines.take(at_most).map(position).collect()
}

/// Fails the test unless the log is whole but for a tail that a kill tore.
fn whole(folder: &Path) -> VerifyReport {
    let report = verify(folder).expect("it can be verified");
    assert_eq!(report.damage, None);
    report
}

impl Known {
    /// Opens the folder after a kill and holds it against everything that is known of it.
    async fn check(&mut self, folder: &Path, acknowledged: &[u64], in_good_order: bool) {
        for position in acknowledged {
            assert!(self.acknowledged.insert(*position), "position {position} acknowledged twice");
        }
        let before = folder.join("log").is_dir().then(|| whole(folder));
        let log = LocalLog::open(folder, &LocalOptions::default()).expect("it opens");
        let report = log.open_report().clone();
        if let Some(before) = before {
            assert_eq!((report.events, report.torn), (before.size, before.torn));
        }
        let head = log.head().await.expect("a head");
        let beyond = self.acknowledged.range(head.size..).next();
        assert_eq!(beyond, None, "acknowledged, but the log has {} events", head.size);
        let earlier = log.frontier_at(self.frontier.size()).await.expect("it is not shorter");
        assert_eq!(earlier, self.frontier, "what stood there before is unchanged");
        self.frontier = log.frontier_at(head.size).await.expect("the frontier at the head");
        let history = History::of(&log).await;
        history.has_no_gaps();
        let cases = history.cases();
        let acted: u32 = cases.values().map(|case| case.version.0).sum();
        assert!(acted as usize >= self.acknowledged.len());
        if in_good_order {
            log.close().await.expect("it closes");
        }
        drop(log);
        let after = whole(folder);
        assert_eq!((after.size, after.root, after.torn), (head.size, head.root, None));
    }
}

/// Views that saw several kills are those that a rebuild gives.
async fn views_agree(folder: &Folder) {
    let log = Arc::new(LocalLog::open(&folder.data(), &LocalOptions::default()).expect("it opens"));
    let views = SledStore::open_or_reset(&folder.views(), VIEW_CACHE_BYTES).expect("they open");
    let engine = Engine::open(log.clone(), Arc::new(views), EngineOptions::default()).await;
    let engine = engine.expect("an engine opens");
    let root = log.head().await.expect("a head").root.to_string();
    for view in engine.view_status().await.expect("a status") {
        assert_eq!(view.root, root, "{}", view.name);
    }
    let rows = engine.cases(None, usize::MAX).await.expect("cases");
    let folded = History::of(&*log).await.cases();
    assert!(rows.iter().map(|row| &row.case).eq(folded.values().take(rows.len())));
    engine.close().await.expect("it closes");
}

#[test]
fn i3_what_a_killed_program_acknowledged_is_there_and_the_log_is_whole() {
    let mut chance = Chance::new("crash");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build();
    let runtime = runtime.expect("a runtime");
    let (mut folder, mut known) = (Folder::new(), Known::default());
    let kills = scaled(6, 50);
    let mut acknowledged = 0;
    for number in 1..=kills {
        let moment = Moment::any(&mut chance);
        println!("kill {number} at {moment:?}");
        let positions = moment.kill(&folder);
        acknowledged += positions.len();
        let in_good_order = chance.below(2) == 0;
        runtime.block_on(known.check(&folder.data(), &positions, in_good_order));
        if number % KILLS_PER_FOLDER == 0 || number == kills {
            runtime.block_on(views_agree(&folder));
            (folder, known) = (Folder::new(), Known::default());
        }
    }
    println!("{kills} kills, {acknowledged} acknowledged positions");
}
