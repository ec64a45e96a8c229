//! Reports: tables that a file describes, of the log as of any moment.

mod histories;
mod moments;
mod reading;
mod shapes;

use chrono::TimeDelta;
use dure_engine::model::account::{OpenAccount, Unit};
use dure_engine::model::names::{CaseId, Name};
use dure_engine::report::Table;
use dure_engine::runtime::{Clock, Moment};
use serde_json::{Value, json};

use crate::harness::World;

/// A repair that is planned, may be asked about meanwhile, and is done by a workshop.
const WORKSHOP: &str = r#"
workflow: workshop
version: 1
title: {ko: 작업, en: Workshop}
roles: {smith: {ko: 기술자, en: Smith}}
data:
  hours: {type: integer}
  parts: {type: array, items: {type: object, fields: {name: {type: string}, cost: {type: krw}}}, default: []}
start: {by: smith, form: {hours: {type: integer}}, set: {hours: form.hours}, to: mend}
steps:
  mend:
    title: {ko: 수리, en: Mend}
    by: smith
    form: {parts: {like: data.parts}}
    set: {parts: form.parts}
    to: mended
ends: {mended: {title: {ko: 고침, en: Mended}}}
"#;

const REPAIR: &str = r#"
workflow: repair
version: 1
title: {ko: 수선, en: Repair}
subject: 'data.place + (has(data.note) ? ": " + data.note : "")'
roles: {clerk: {ko: 담당, en: Clerk}, head: {ko: 팀장, en: Head}}
data:
  kind:
    title: {ko: 종류, en: Kind}
    enum: {roof: {ko: 지붕, en: Roof}, door: {ko: 문, en: Door}}
  place:   {type: string}
  cost:    {type: krw, default: 0}
  note:    {type: string}
start:
  by: clerk
  form: {kind: {like: data.kind}, place: {like: data.place}, cost: {like: data.cost}}
  set: {kind: form.kind, place: form.place, cost: form.cost}
  to: plan
accounts: {purse: {title: {ko: 예산, en: Purse}, unit: krw}}
steps:
  plan:
    title: {ko: 계획, en: Plan}
    by: clerk
    due: {within: 2d, escalate: [{after: 1d, to: head}]}
    outcomes:
      ask:  {title: {ko: 문의, en: Ask}, to: answer}
      give: {title: {ko: 맡김, en: Hand over}, reserve: {account: purse, amount: data.cost}, to: deliver}
  answer:
    title: {ko: 답변, en: Answer}
    by: clerk
    pauses: case
    form: {note: {like: data.note}}
    set: {note: form.note}
    to: plan
  deliver: {title: {ko: 시행, en: Deliver}, call: workshop, with: {hours: '3'}, to: report}
  report:  {title: {ko: 보고, en: Report}, spawn: letter, link: told, to: done}
actions:
  drop: {title: {ko: 그만둠, en: Drop}, by: clerk, reason: required, to: dropped}
  more: {title: {ko: 연장, en: More time}, by: clerk, extends: 3d}
flags: {dear: {title: {ko: 고액, en: Dear}, when: data.cost > 1000}}
ends:
  done:    {title: {ko: 끝, en: Done}, commits: purse}
  dropped: {title: {ko: 그만둠, en: Dropped}, releases: purse}
"#;

const LETTER: &str = r#"
workflow: letter
version: 1
title: {ko: 알림, en: Letter}
roles: {clerk: {ko: 담당, en: Clerk}}
start: {by: clerk, to: write}
steps: {write: {title: {ko: 쓰기, en: Write}, by: clerk, to: sent}}
ends: {sent: {title: {ko: 보냄, en: Sent}}}
"#;

async fn workshop() -> World {
    let world = World::new().await;
    for text in [WORKSHOP, LETTER, REPAIR] {
        world.publish(text).await;
    }
    world.person("clerk-1", &["clerk"]).await;
    world.person("smith-1", &["smith"]).await;
    let (account, unit) = ("purse".parse().expect("an account"), Name::new("krw").expect("a unit"));
    let purse = OpenAccount { account, unit: Unit(unit), floor: 0, amount: 10_000 };
    world.engine.open_account(purse, None).await.expect("an account is opened");
    world
}

impl World {
    fn later(&self, hours: i64) {
        self.clock.go_to(self.clock.now() + TimeDelta::hours(hours));
    }
}

async fn asked(world: &World, kind: &str, place: &str, cost: i64) -> CaseId {
    world.started("repair", "clerk-1", json!({"kind": kind, "place": place, "cost": cost})).await
}

/// A report with these lines after its head.
fn file(lines: &str) -> String {
    let head = "report: repairs\ntitle: {ko: 수선, en: Repairs}\nanswers: {ko: 무엇을, en: What}\nfor: coordinator\n";
    format!("{head}{lines}")
}

async fn table_at(world: &World, lines: &str, moment: Moment) -> Table {
    let report = world.engine.read_report("report.yaml", &file(lines)).await;
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    let table = world.engine.report(&report, moment, &|_, _| {}).await;
    table.unwrap_or_else(|error| panic!("{error}"))
}

async fn table(world: &World, lines: &str) -> Table {
    let table = table_at(world, lines, Moment::Now).await;
    assert_eq!(table.notices, [], "nothing that could not be shown");
    table
}

/// The rows, each as a list of values.
fn rows(table: &Table) -> Vec<Value> {
    table.rows.iter().map(|row| row.iter().map(|cell| cell.to_json()).collect()).collect()
}
