//! Waiting for the next time something recurs: the days of a rule, moved or left out where no work is done, and followed
//! when the calendar changes.

use dure_engine::EngineError;
use dure_engine::model::names::{CaseId, Name};
use serde_json::json;

use crate::harness::{World, at};

/// Meetings on the first and the second Monday of a month.
const MEETINGS: &str = r#"
workflow: meetings
version: 1
title: {ko: 정기회의, en: Meetings}
calendar: korea
settings: {mondays: "FREQ=MONTHLY;BYDAY=1MO,2MO", at: "10:00"}
roles: {host: {ko: 주관, en: Host}}
data: {held: {type: integer, default: 0}}
start: {by: host, to: next_time}
steps:
  next_time:
    title: {ko: 다음 회의까지, en: Until the next meeting}
    wait: {next: {rule: settings.mondays, at: settings.at, holiday: POLICY}}
    to: meet
  meet:
    title: {ko: 회의, en: Meeting}
    by: host
    set: {held: data.held + 1}
    outcomes:
      held: {title: {ko: 열림, en: Held}, to: next_time}
      stop: {title: {ko: 그만, en: Stop}, to: over}
ends: {over: {title: {ko: 끝, en: Over}}}
"#;

/// 2 October 2017 was a temporary holiday, the 3rd to the 6th and the 9th holidays.
fn korea(version: u32, holidays: &[&str]) -> String {
    let each = |day: &&str| format!("  {day}: {{ko: 휴일, en: Holiday}}\n");
    let days: String = holidays.iter().map(each).collect();
    format!(
        "calendar: korea\nversion: {version}\nweekend: [sat, sun]\nhours: [[\"09:00\", \"18:00\"]]\n\
         from: 2017-01-01\nto: 2018-12-31\nholidays:\n{days}"
    )
}

const OCTOBER: [&str; 6] =
    ["2017-10-02", "2017-10-03", "2017-10-04", "2017-10-05", "2017-10-06", "2017-10-09"];

async fn begun(policy: &str) -> (World, CaseId) {
    let world = World::new().await;
    let published = world.engine.publish_calendar("korea.yaml", &korea(1, &OCTOBER), None).await;
    published.expect("a calendar");
    world.publish(&MEETINGS.replace("POLICY", policy)).await;
    world.person("h-1", &["host"]).await;
    world.clock.go_to(at("2017-09-04T03:00:00Z"));
    let case = world.started("meetings", "h-1", json!({})).await;
    (world, case)
}

/// When the case wakes next, in Seoul.
async fn wakes(world: &World, case: &CaseId) -> String {
    let case = world.engine.case(case).await.expect("the case");
    let (_, timer) = case.next_timer().expect("a timer");
    let seoul = chrono::FixedOffset::east_opt(9 * 3600).expect("an offset");
    timer.at.with_timezone(&seoul).format("%m-%d %H:%M").to_string()
}

#[tokio::test]
async fn a_case_wakes_whenever_it_recurs_and_each_policy_treats_holidays_its_way() {
    let table = [
        ("skip", ["09-11 10:00", "11-06 10:00", "11-13 10:00"]),
        ("keep", ["09-11 10:00", "10-02 10:00", "10-09 10:00"]),
        ("next", ["09-11 10:00", "10-10 10:00", "11-06 10:00"]),
        ("previous", ["09-11 10:00", "09-29 10:00", "11-06 10:00"]),
        ("same_week", ["09-11 10:00", "10-10 10:00", "11-06 10:00"]),
    ];
    for (policy, expected) in table {
        let (world, case) = begun(policy).await;
        let mut seen = Vec::new();
        for _ in expected {
            seen.push(wakes(&world, &case).await);
            let next = world.engine.next_wake().await.expect("views").expect("a wake");
            world.clock.go_to(next);
            world.engine.tick().await.expect("time passes");
            assert_eq!(world.active(&case).await, ["meet"], "{policy}");
            world.done(&case, "meet", "held", "h-1", json!({})).await;
        }
        assert_eq!(seen, expected, "{policy}");
    }
}

#[tokio::test]
async fn a_holiday_declared_later_moves_the_next_time_and_says_what_it_follows_from() {
    let (world, case) = begun("next").await;
    let mut holidays = OCTOBER.to_vec();
    holidays.push("2017-09-11");
    let later = korea(2, &holidays);
    world.engine.publish_calendar("korea.yaml", &later, None).await.expect("a next version");
    world.engine.move_dues(&case, &Name::new("korea").expect("a name")).await.expect("moved");
    assert_eq!(wakes(&world, &case).await, "09-12 10:00");
    let state = world.engine.case(&case).await.expect("the case");
    let basis = state.running()[0].step.clock.basis.clone().expect("a basis");
    assert_eq!(basis.counted.to_string(), "FREQ=MONTHLY;BYDAY=1MO,2MO 10:00 (next)");
    assert_eq!(basis.calendar.expect("a calendar").version, 2);
}

#[tokio::test]
async fn a_recurrence_that_cannot_be_is_refused_when_the_file_is_checked() {
    let table = [
        ("FREQ=MONTHLY;BYDAY=1MO,2MO", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "E-recurrence-never"),
        ("FREQ=MONTHLY;BYDAY=1MO,2MO", "FREQ=SOMETIMES", "E-recurrence-rule"),
        ("FREQ=MONTHLY;BYDAY=1MO,2MO", "FREQ=HOURLY", "E-recurrence-frequency"),
        ("FREQ=MONTHLY;BYDAY=1MO,2MO", "FREQ=DAILY;COUNT=3", "E-recurrence-part"),
        ("at: \"10:00\"", "at: \"25:00\"", "E-recurrence-time"),
        ("holiday: POLICY", "holiday: maybe", "E-recurrence-holiday"),
        ("settings.mondays", "settings.tuesdays", "E-workflow-unknown-name"),
        ("calendar: korea\n", "", "E-workflow-calendar"),
        (", holiday: POLICY", "", "E-workflow-missing"),
        ("wait: {next:", "wait: {for: 1d, next:", "E-workflow-outcomes"),
    ];
    let world = World::new().await;
    for (part, broken, code) in table {
        assert!(MEETINGS.contains(part), "{part}");
        let text = MEETINGS.replace(part, broken).replace("POLICY", "skip");
        match world.engine.check("meetings.yaml", &text).await {
            Err(EngineError::Definition(found)) => {
                let codes: Vec<&str> = found.items().iter().map(|item| item.code.0).collect();
                assert_eq!(codes, [code], "{broken}");
            }
            other => panic!("{broken}: {other:?}"),
        }
    }
}
