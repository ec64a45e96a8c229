//! `bench years`: years of work on a clock that is told what time it is, by the shipped workflows and one that lives by its
//! timers, in memory. Played more than once with one seed, it has to give the same events to the byte.

use std::sync::Arc;
use std::time::Instant;

use dure_engine::simulation::{Ground, Years, YearsPlan, YearsReport};
use dure_storage::MemoryLog;
use dure_workflows::{CALENDARS, DEFINITIONS, simulation_hints};
use serde::Serialize;

use super::report::peak_rss_kib;
use crate::cli::YearsArgs;
use crate::failure::{Failure, Fault};
use crate::progress::Progress;

/// The workflow that lives by its timers: what recurs, is due, reminds, escalates, expires and stands still.
const DUTY: (&str, &str) = ("years.yaml", include_str!("years.yaml"));
/// What people start, and of a hundred cases how many.
const BEGUN: [(&str, u32); 4] = [
    ("support_request", 55),
    ("plan_approval", 15),
    ("learning_community_cycle", 10),
    ("bench_duty", 20),
];

/// What `dure bench years` prints; the names are a contract with the tools that read it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct YearsBench {
    /// What came of the years: the same in every round.
    #[serde(flatten)]
    pub(super) years: YearsReport,
    /// Each time they were played.
    pub(super) rounds: Vec<Round>,
    /// Most memory this process has had resident, KiB.
    pub(super) peak_rss_kib: u64,
}

/// One time the years were played.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Round {
    /// Wall time, with reading the whole log at the end, seconds.
    pub(super) seconds: f64,
    /// Events in a second of it.
    pub(super) events_per_second: f64,
}

/// Plays the years as often as asked for.
///
/// # Errors
/// `E-years-unsound` if something did not hold, `E-years-differ` if a round came to other bytes than the first.
pub(super) async fn years(args: &YearsArgs, progress: &Progress) -> Result<YearsBench, Failure> {
    let (years, first) = timed(args, progress).await?;
    let mut rounds = vec![first];
    for _ in 1..args.rounds {
        let (again, round) = timed(args, progress).await?;
        if again != years {
            let (seed, first, then) = (args.seed, years.root, again.root);
            return Err(Fault::YearsDiffer { seed, first, then }.into());
        }
        rounds.push(round);
    }
    Ok(YearsBench { years, rounds, peak_rss_kib: peak_rss_kib() })
}

async fn timed(args: &YearsArgs, progress: &Progress) -> Result<(YearsReport, Round), Failure> {
    let begin = Instant::now();
    let years = play(args, progress).await?;
    let seconds = begin.elapsed().as_secs_f64();
    let events_per_second = years.events as f64 / seconds;
    Ok((years, Round { seconds, events_per_second }))
}

async fn play(args: &YearsArgs, progress: &Progress) -> Result<YearsReport, Failure> {
    let ground = Ground::on(Arc::new(MemoryLog::new(Ground::source()))).await?;
    for (file, text) in CALENDARS {
        ground.engine().publish_calendar(file, text, None).await?;
    }
    for (file, text) in DEFINITIONS.iter().chain([&DUTY]) {
        ground.publish(file, text).await?;
    }
    let plan = YearsPlan { years: args.years, cases: args.cases };
    let years = Years::of(ground, &BEGUN, simulation_hints(), args.seed, plan).await?;
    let played = years.play(&mut || progress.step()).await;
    let unsound = |trouble| Fault::YearsUnsound { seed: args.seed, trouble: Box::new(trouble) };
    Ok(played.map_err(unsound)?)
}

impl YearsBench {
    /// Names and values as they are shown.
    pub(super) fn rows(&self) -> Vec<(String, String)> {
        let years = &self.years;
        let counts = [
            ("seed", years.seed),
            ("started", years.started),
            ("cases", years.cases),
            ("closed", years.closed),
            ("people", years.people),
            ("acts", years.acts),
            ("refused", years.refused.values().sum()),
            ("events", years.events),
        ];
        let named = |(name, count): (&str, u64)| (name.to_owned(), count.to_string());
        let times = [("from", years.from), ("until", years.until)];
        let timers =
            years.timers.iter().map(|(kind, count)| (format!("timers.{kind}"), count.to_string()));
        let rounds = self.rounds.iter().flat_map(|round| {
            let speed = format!("{:.0}", round.events_per_second);
            [
                ("seconds".to_owned(), format!("{:.1}", round.seconds)),
                ("events_per_second".to_owned(), speed),
            ]
        });
        let times = times.map(|(name, at)| (name.to_owned(), at.to_rfc3339()));
        let memory = ("peak_rss_kib".to_owned(), self.peak_rss_kib.to_string());
        let root = ("root".to_owned(), years.root.clone());
        let counted = counts.into_iter().map(named).chain(timers);
        times.into_iter().chain(counted).chain([root]).chain(rounds).chain([memory]).collect()
    }
}
