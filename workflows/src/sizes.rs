//! Samples of the size of a district: a plan as a file, played by the engine, with the hard cases told in the middle of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dure_engine::Engine;
use dure_engine::language::parse_yaml;
use dure_engine::model::names::Name;
use dure_engine::runtime::ManualClock;
use dure_engine::scenario::Scenario;
use dure_engine::simulation::{
    Ground, Sample, SamplePlan, SampleReport, SampleScale, Story, Trouble,
};
use dure_storage::Lang;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::definitions::install;
use crate::earlier::Earlier;
use crate::samples::branch_samples;

const DISTRICT: (&str, &str) =
    ("samples/sizes/district.yaml", include_str!("../samples/sizes/district.yaml"));
const STORIES: (&str, &str) =
    ("samples/sizes/stories.yaml", include_str!("../samples/sizes/stories.yaml"));

/// A scenario that is told in a sample.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoryOf {
    scenario: Name,
    /// How much earlier than it was written.
    weeks: u32,
}

/// The plan of a district and a year.
pub fn district_plan() -> SamplePlan {
    read(DISTRICT)
}

/// When the clock of a sample stands at its beginning.
pub fn sample_begins() -> DateTime<Utc> {
    district_plan().begins.and_hms_opt(0, 0, 0).unwrap_or_default().and_utc()
}

/// The hard cases, each at its place in the year.
pub fn stories() -> Vec<Story> {
    let samples = branch_samples();
    let stories: Vec<StoryOf> = read(STORIES);
    let story = |story: StoryOf| {
        let sample = samples.iter().find(|sample| sample.name == story.scenario);
        let sample = sample.unwrap_or_else(|| panic!("{} is not shipped", story.scenario));
        let earlier = Earlier::by(story.weeks);
        let read = Scenario::read(&sample.file, &earlier.text(&sample.text), &earlier);
        Arc::new(read.unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false))))
    };
    stories.into_iter().map(story).collect()
}

/// Prepares a sample on an engine in which no case was begun and whose clock stands at [`sample_begins`].
///
/// # Errors
/// If the engine refuses or its store fails.
pub async fn sample(
    engine: &Engine,
    clock: &Arc<ManualClock>,
    plan: SamplePlan,
    scale: SampleScale,
) -> Result<Sample, Trouble> {
    install(engine).await?;
    let ground = Ground::of(engine.clone(), clock.clone());
    Ok(Sample::of(ground, plan, scale, stories()).await?)
}

/// A year of a district: so many cases of a hundred of the plan, and every hard case.
///
/// # Errors
/// As [`sample`], or what did not go as it should.
pub async fn district(
    engine: &Engine,
    clock: &Arc<ManualClock>,
    seed: u64,
    percent: u32,
) -> Result<SampleReport, Trouble> {
    let scale = SampleScale { seed, percent };
    sample(engine, clock, district_plan(), scale).await?.play(&mut || {}).await
}

/// They are part of the program: a file that cannot be read is a bug of it.
fn read<T: DeserializeOwned>((file, text): (&str, &str)) -> T {
    let json =
        parse_yaml(file, text).unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)));
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{file}: {error}"))
}
