//! Calendars as events: versions, publishing at the same time, what is too large, and an older engine on the same log.

use std::sync::Arc;

use dure_engine::model::names::Name;
use dure_engine::runtime::PublishedCalendar;
use dure_storage::{EventLog, MemoryLog, Source};

use crate::harness::{World, code};

fn text(version: u32, holidays: &str) -> String {
    format!(
        "calendar: korea\nversion: {version}\nweekend: [sat, sun]\nhours: [[\"09:00\", \"18:00\"]]\n\
         from: 2017-01-01\nto: 2018-12-31\nholidays: {{{holidays}}}\n"
    )
}

fn korea() -> Name {
    Name::new("korea").expect("a name")
}

fn log() -> Arc<dyn EventLog> {
    Arc::new(MemoryLog::new(Source("urn:test".into())))
}

async fn publish(world: &World, text: &str) -> Result<PublishedCalendar, dure_engine::EngineError> {
    world.engine.publish_calendar("korea.yaml", text, None).await
}

#[tokio::test]
async fn every_version_stays_and_the_latest_is_in_force() {
    let world = World::on(log()).await;
    for version in 1..=3 {
        let holiday = format!("2017-0{version}-10: {{ko: 쉼, en: Off}}");
        assert!(!publish(&world, &text(version, &holiday)).await.expect("published").repeated);
    }
    for version in 1..=3 {
        let found = world.engine.calendar(&korea(), Some(version)).await.expect("a calendar");
        let days: Vec<String> = found.holidays.keys().map(ToString::to_string).collect();
        assert_eq!(days, [format!("2017-0{version}-10")]);
    }
    assert_eq!(world.engine.calendar(&korea(), None).await.expect("a calendar").version, 3);
    let listed = world.engine.calendars().await.expect("calendars");
    assert_eq!((listed.len(), listed[0].version, listed[0].holidays), (1, 3, 1));
    assert_eq!(code(world.engine.calendar(&korea(), Some(4)).await), "E-calendar-unknown");
    let mars = Name::new("mars").expect("a name");
    assert_eq!(code(world.engine.calendar(&mars, None).await), "E-calendar-unknown");
}

#[tokio::test]
async fn two_engines_that_publish_at_once_publish_one_calendar() {
    let log = log();
    let (one, two) = (World::on(log.clone()).await, World::on(log.clone()).await);
    let (mine, theirs) = (text(1, ""), text(1, "2017-03-01: {ko: 쉼, en: Off}"));
    let (first, second) = tokio::join!(publish(&one, &mine), publish(&two, &theirs));
    let mut codes = [code(first), code(second)];
    codes.sort();
    assert!(codes.contains(&"accepted".to_owned()), "{codes:?}");
    assert!(codes.iter().any(|code| code.starts_with("E-version-")), "{codes:?}");
    assert_eq!(log.head().await.expect("a head").size, 1);
    // Each sees what the other published.
    let (one, two) =
        (one.engine.calendar(&korea(), None).await, two.engine.calendar(&korea(), None).await);
    assert_eq!(one.expect("a calendar"), two.expect("a calendar"));
}

#[tokio::test]
async fn a_calendar_that_does_not_fit_an_event_is_refused_and_nothing_is_recorded() {
    let log = log();
    let world = World::on(log.clone()).await;
    let long = "가".repeat(7_000);
    let holidays = |day: u32| format!("2017-03-{day:02}: {{ko: {long}, en: Off}}");
    let much = (1..=4).map(holidays).collect::<Vec<_>>().join(", ");
    assert_eq!(code(publish(&world, &text(1, &much)).await), "E-act-too-large");
    assert_eq!(log.head().await.expect("a head").size, 0);
}
