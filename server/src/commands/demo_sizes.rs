//! `dure demo --size district|nation`: years of work of districts, made by a plan from a seed, in an empty data folder. The
//! clock is that of the sample; what is recorded is flushed as always.

use std::sync::Arc;

use dure_engine::EngineOptions;
use dure_engine::runtime::{CountedIds, ManualClock};
use dure_engine::simulation::{SamplePlan, SampleReport, SampleScale, Trouble};
use dure_storage::{EventLog, Source};
use dure_workflows::{district_plan, sample, sample_begins};
use serde::Serialize;

use crate::cli::DemoArgs;
use crate::context::Context;
use crate::failure::{Failure, Fault};
use crate::limits::{DEMO_DISTRICTS_MAX, DEMO_NATION_YEARS};
use crate::progress::Progress;
use crate::sheet::Sheet;
use crate::words;
use crate::world::{World, within_world};

/// The source in the events of a sample: the same in every folder, so that a seed gives the same bytes.
const SOURCE: &str = "urn:dure:sample";

/// How many districts and years there are if nothing else is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    districts: u32,
    years: u32,
}

/// A district and a year.
pub(super) const DISTRICT: Extent = Extent { districts: 1, years: 1 };
/// Every district of a country.
pub(super) const NATION: Extent =
    Extent { districts: DEMO_DISTRICTS_MAX, years: DEMO_NATION_YEARS };

/// What was made; nothing in it was measured by the machine.
#[derive(Debug, Serialize)]
struct Made {
    #[serde(flatten)]
    report: SampleReport,
    years: u32,
    size: u64,
    root: String,
}

/// Makes a sample and says what it has.
///
/// # Errors
/// `E-sample-folder` if the folder has events, `E-sample-trouble`, or what the store says.
pub(super) async fn run(context: &Context, args: DemoArgs, extent: Extent) -> Result<(), Failure> {
    let districts = args.districts.unwrap_or(extent.districts);
    let plan = SamplePlan { districts, years: extent.years, ..district_plan() };
    let clock = Arc::new(ManualClock::at(sample_begins()));
    let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
    let world = World::for_sample(&context.data, Source(SOURCE.into()), options).await?;
    within_world(world, async |world| {
        let size = world.log.head().await?.size;
        if size > 0 {
            let folder = context.data.display().to_string();
            return Err(Fault::SampleFolder { folder, size }.into());
        }
        let scale = SampleScale { seed: args.seed, percent: args.percent };
        let trouble =
            |trouble: Trouble| Fault::SampleTrouble { seed: args.seed, trouble: Box::new(trouble) };
        let sample = sample(&world.engine, &clock, plan, scale).await.map_err(trouble)?;
        let cases = usize::try_from(sample.cases()).unwrap_or(usize::MAX);
        let progress = Progress::counting(cases, words::PLAYING.get(context.lang));
        let played = sample.play(&mut || progress.step()).await;
        progress.done();
        let head = world.log.head().await?;
        let report = played.map_err(trouble)?;
        let (size, root) = (head.size, head.root.to_string());
        show(context, &Made { report, years: extent.years, size, root })
    })
    .await
}

fn show(context: &Context, made: &Made) -> Result<(), Failure> {
    if context.output.json {
        return context.output.document(made);
    }
    let lang = context.lang;
    let report = &made.report;
    let counts = [
        (words::SEED, report.seed),
        (words::DISTRICTS, report.districts.into()),
        (words::YEARS, made.years.into()),
        (words::PEOPLE_THERE, report.people),
        (words::CASES_BEGUN, report.begun),
        (words::STORIES_TOLD, report.stories),
        (words::ACTS, report.acts),
        (words::GIVEN_UP, report.given_up.len() as u64),
        (words::EVENTS, made.size),
    ];
    let mut sheet = Sheet::plain();
    for (name, count) in counts {
        sheet.row([name.get(lang).to_owned(), count.to_string()]);
    }
    sheet.row([words::ROOT.get(lang).to_owned(), made.root.clone()]);
    context.output.text(&sheet.render())
}
