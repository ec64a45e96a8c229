//! What the stored events say, read as plain JSON: no type of the engine and none of its folds is used here, so that
//! a report can be held against numbers that were come by in another way.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value as Json, json};

/// A point in time.
pub type Time = DateTime<Utc>;

/// The log so far.
#[derive(Debug, Default)]
pub struct Ledger {
    /// How many events were read.
    pub events: u64,
    /// When the last event was recorded.
    pub now: Time,
    /// By number.
    pub cases: BTreeMap<String, Case>,
    /// By name, or name and key: `region_allocation/seoul`.
    pub accounts: BTreeMap<String, Account>,
    /// By id.
    pub people: BTreeMap<String, Person>,
    /// By name, as last published.
    pub calendars: BTreeMap<String, Json>,
}

/// A case.
#[derive(Debug, Default)]
pub struct Case {
    pub id: String,
    pub starter: String,
    pub entered_by: String,
    pub parent: Option<String>,
    pub recorded_at: Time,
    pub changed_at: Time,
    /// Its own run first, then those of the workflows that it called.
    pub runs: Vec<Run>,
    /// When its clock stood still.
    pub pauses: Vec<(Time, Option<Time>)>,
    pub stopped: bool,
    pub reports_owed: usize,
    /// By the path of its block: the item that a block runs for.
    items: BTreeMap<String, Json>,
}

/// One run of a workflow.
#[derive(Debug, Default)]
pub struct Run {
    /// The path of the step that called it; empty for the case's own.
    pub block: String,
    pub workflow: String,
    pub version: i64,
    /// Its data when it came to its first step.
    pub began: Json,
    pub opened_at: Time,
    /// By which end, none if it was left; and when.
    pub ended: Option<(Option<String>, Time)>,
    pub data: Map<String, Json>,
    pub acts: Vec<Act>,
    pub stays: Vec<Stay>,
    pub flags: Vec<Flag>,
    /// What the link is called, the case, and its workflow.
    pub links: Vec<(String, String, String)>,
    pub moves: Vec<Move>,
    /// Step, role, when.
    pub escalations: Vec<(String, String, Time)>,
    pub extensions: Vec<Extension>,
    /// By step, wherever it is: how often it was entered, and how often it was completed.
    pub visits: BTreeMap<String, (i64, i64)>,
}

/// Something that happened.
#[derive(Debug)]
pub struct Act {
    /// The event's name: `step_completed`, `action_taken`, `case_started`, `task_changed` and so on.
    pub kind: String,
    /// The step, the action, the message; `start` for the start.
    pub step: Option<String>,
    pub item: Option<String>,
    pub branch: Option<String>,
    pub outcome: Option<String>,
    pub at: Time,
    pub recorded_at: Time,
    /// Its number in the case.
    pub no: i64,
    /// Who acted and how; null for what no person did.
    pub who: Json,
    pub form: Map<String, Json>,
}

/// One time a step was active.
#[derive(Debug, Clone)]
pub struct Stay {
    /// The whole path.
    pub path: String,
    pub step: String,
    /// `task`, `auto` or `wait`.
    pub kind: &'static str,
    pub item: Option<String>,
    pub branch: Option<String>,
    /// The roles or the person who may do it.
    pub holders: Vec<String>,
    pub assigned: Option<String>,
    pub escalated: Vec<String>,
    pub since: Time,
    pub due: Option<Time>,
    pub left: Option<Left>,
}

/// How a step ended.
#[derive(Debug, Clone)]
pub struct Left {
    pub at: Time,
    pub outcome: Option<String>,
    pub by: Option<String>,
}

/// A flag that was raised.
#[derive(Debug)]
pub struct Flag {
    pub flag: String,
    pub since: Time,
    pub cleared: Option<Time>,
}

/// What a case did to an account.
#[derive(Debug)]
pub struct Move {
    /// `reserved`, `committed`, `released`, `transferred_out`, `transferred_in`.
    pub kind: String,
    pub account: String,
    pub key: Option<String>,
    pub amount: i64,
    pub at: Time,
}

/// A due that changed.
#[derive(Debug)]
pub struct Extension {
    pub step: String,
    pub why: String,
    pub by: Option<String>,
    pub at: Time,
    pub from: Option<Time>,
    pub due: Option<Time>,
}

/// An account.
#[derive(Debug, Default)]
pub struct Account {
    pub name: String,
    pub key: Option<String>,
    pub unit: String,
    pub floor: i64,
    pub available: i64,
    pub reserved: i64,
    pub committed: i64,
    pub closed: bool,
}

/// A person.
#[derive(Debug, Default)]
pub struct Person {
    pub roles: Vec<Json>,
    pub absences: Vec<Json>,
}

/// The event that is being read.
struct Now<'a> {
    at: Time,
    recorded_at: Time,
    kind: &'a str,
    no: i64,
    by: Option<String>,
    data: &'a Json,
}

impl Ledger {
    /// Reads one stored event.
    pub fn add(&mut self, event: &Json) {
        let kind = text(&event["type"]);
        let kind = kind.trim_start_matches("dure.").trim_end_matches(".v1");
        let now = Now {
            at: time(&event["time"]).expect("a time"),
            recorded_at: time(&event["recordedtime"]).expect("a time"),
            kind,
            no: event["streamversion"].as_i64().expect("a number"),
            by: event["data"]["act"]["by"].as_str().map(str::to_owned),
            data: &event["data"],
        };
        (self.events, self.now) = (self.events + 1, now.recorded_at);
        let subject = text(&event["subject"]);
        match subject.split_once('/') {
            Some(("case", id)) => {
                let case = self.cases.entry(id.to_owned()).or_default();
                case.add(id, &now);
            }
            Some(("account", name)) => self.accounts.entry(name.to_owned()).or_default().add(&now),
            Some(("person", id)) => self.people.entry(id.to_owned()).or_default().add(&now),
            Some(("calendar", name)) => {
                self.calendars.insert(name.to_owned(), now.data["calendar"].clone());
            }
            _ => {}
        }
    }

    /// Whether somebody in whose place a deputy acted was absent then, and that deputy was theirs; none, if nobody's
    /// deputy acted.
    pub fn absence_known(&self, act: &Act) -> Option<bool> {
        if act.said("authority") != "deputy" {
            return None;
        }
        let absent = self.people.get(&text(&act.said("on_behalf_of")));
        let covers = |absence: &Json| {
            let (from, to) = (time(&absence["from"]), time(&absence["to"]));
            from <= Some(act.at) && Some(act.at) < to && absence["deputy"] == act.said("by")
        };
        Some(absent.is_some_and(|person| person.absences.iter().any(covers)))
    }

    /// Every run of these workflows, each with its case.
    pub fn runs<'a>(&'a self, workflows: &[&str]) -> Vec<(&'a Case, &'a Run)> {
        let of = |case: &'a Case| case.runs.iter().map(move |run| (case, run));
        let all = self.cases.values().flat_map(of);
        all.filter(|(_, run)| workflows.contains(&run.workflow.as_str())).collect()
    }

    /// Every case with its own run.
    pub fn every_case(&self) -> impl Iterator<Item = (&Case, &Run)> {
        self.cases.values().filter_map(|case| Some((case, case.runs.first()?)))
    }
}

impl Case {
    fn add(&mut self, id: &str, now: &Now<'_>) {
        if now.kind == "case_started" {
            self.begin(id, now);
        }
        if now.kind == "number_assigned" || self.runs.is_empty() {
            return;
        }
        self.changed_at = self.changed_at.max(now.at);
        self.note(now);
        for told in now.data["consequences"].as_array().into_iter().flatten() {
            let (what, about) = told.as_object().and_then(|o| o.iter().next()).expect("one thing");
            self.happen(what, about, now);
        }
    }

    fn begin(&mut self, id: &str, now: &Now<'_>) {
        self.id = id.to_owned();
        self.starter = text(&now.data["starter"]);
        self.entered_by = now.by.clone().unwrap_or_default();
        self.parent = now.data["parent"]["case"].as_str().map(str::to_owned);
        self.recorded_at = now.recorded_at;
        self.runs.push(Run::begin("", &now.data["workflow"], &now.data["data"], now.at));
    }

    /// Keeps what happened under the run it happened in.
    fn note(&mut self, now: &Now<'_>) {
        let data = now.data;
        let path = data["step"].as_str().or(data["action"].as_str());
        let (step, outcome) = match now.kind {
            "case_started" => (Some("start".to_owned()), None),
            "message_received" => (data["message"].as_str().map(str::to_owned), None),
            "timer_fired" => (path.map(name_of), Some(timer(&data["timer"]["does"]))),
            "task_changed" => (path.map(name_of), Some(change(&data["change"]))),
            "case_continued" => return,
            _ => (path.map(name_of), data["outcome"].as_str().map(str::to_owned)),
        };
        let form = match data["act"]["form"].as_object() {
            Some(form) => form.clone(),
            None => data["form"].as_object().cloned().unwrap_or_default(),
        };
        let block = block_of(path.unwrap_or_default());
        let act = Act {
            kind: now.kind.to_owned(),
            step,
            item: self.item_around(&block),
            branch: branch_of(&block),
            outcome,
            at: now.at,
            recorded_at: now.recorded_at,
            no: now.no,
            who: data["act"].clone(),
            form,
        };
        self.run_in(&block).acts.push(act);
    }

    fn happen(&mut self, what: &str, about: &Json, now: &Now<'_>) {
        let path = text(about.get("step").or(about.get("flag")).unwrap_or(&Json::Null));
        let (block, name) = (block_of(&path), name_of(&path));
        match what {
            "data_set" => {
                let values = about["values"].as_object().expect("values");
                let data = &mut self.run_in(&text(&about["block"])).data;
                data.extend(values.clone());
                data.retain(|_, value| !value.is_null());
            }
            "step_entered" => {
                self.run_in(&block).set_out();
                self.enter(&path, about, now);
            }
            "step_passed" => {
                self.run_in(&block).set_out();
                let visit = self.run_in(&block).visits.entry(name).or_default();
                *visit = (visit.0 + 1, visit.1 + 1);
            }
            "step_completed" => {
                self.leave(&path, about["outcome"].as_str(), now);
                self.run_in(&block).visits.entry(name).or_default().1 += 1;
            }
            "step_detached" => self.run_in(&block).visits.entry(name).or_default().1 += 1,
            "step_left" => self.leave(&path, None, now),
            "item_withdrawn" => self.leave_inside(&text(&about["block"]), now),
            "item_added" => self.run_for(&path, &about["item"]),
            "block_ended" => {
                let block = text(&about["block"]);
                let mut open = self.runs.iter_mut().filter(|run| run.ended.is_none());
                if let Some(run) = open.find(|run| run.block == block && !block.is_empty()) {
                    run.ended = Some((about["result"].as_str().map(str::to_owned), now.at));
                }
            }
            "case_closed" => self.runs[0].ended = Some((Some(text(&about["end"])), now.at)),
            "clock_stopped" => {
                self.pauses.push((now.at, None));
                self.stopped = true;
            }
            "clock_resumed" => {
                self.pauses.last_mut().expect("a pause").1.get_or_insert(now.at);
                self.stopped = false;
            }
            "clock_set" => self.set_clock(&path, about, now),
            "escalated" => {
                let to = text(&about["to"]);
                self.run_in(&block).escalations.push((name, to.clone(), now.at));
                self.open(&path, |stay| stay.escalated.push(to));
            }
            "task_assigned" => {
                self.open(&path, |stay| stay.assigned = about["to"].as_str().map(str::to_owned));
            }
            "person_recused" => self.open(&path, |stay| {
                stay.assigned.take_if(|who| Some(who.as_str()) == about["person"].as_str());
            }),
            "report_owed" => self.reports_owed += 1,
            "report_taken" => self.reports_owed -= 1,
            "account_moved" => self.move_money(about, now.at),
            "case_spawned" => {
                let of = |field: &str| text(&about[field]);
                let link = (of("link"), of("case"), text(&about["workflow"]["name"]));
                self.run_in(&block).links.push(link);
            }
            "flag_raised" => {
                self.run_in(&block).flags.push(Flag { flag: name, since: now.at, cleared: None });
            }
            "flag_cleared" => {
                for flag in self.run_in(&block).flags.iter_mut().filter(|flag| flag.flag == name) {
                    flag.cleared.get_or_insert(now.at);
                }
            }
            "wait_changed" => {
                let held_by = holders(&about["waits"]["task"]["holder"]);
                self.open(&path, |stay| stay.holders.clone_from(&held_by));
            }
            "workflow_changed" | "steps_renamed" => {
                panic!("the samples keep their versions: {what}")
            }
            _ => {}
        }
    }

    fn enter(&mut self, path: &str, about: &Json, now: &Now<'_>) {
        let (block, name, waits) = (block_of(path), name_of(path), &about["waits"]);
        self.run_in(&block).visits.entry(name.clone()).or_default().0 += 1;
        for item in waits["items"].as_array().into_iter().flatten() {
            self.run_for(path, item);
        }
        if let Some(call) = waits.get("call") {
            self.runs.push(Run::begin(path, &call["workflow"], &call["data"], now.at));
        }
        let kind = match waits.as_object().and_then(|o| o.keys().next()).map(String::as_str) {
            Some("task") => "task",
            Some("auto") => "auto",
            Some("event") => "wait",
            _ => return,
        };
        let own = time(&waits["task"]["due"]);
        let stay = Stay {
            path: path.to_owned(),
            step: name,
            kind,
            item: self.item_around(&block),
            branch: branch_of(&block),
            holders: holders(&waits["task"]["holder"]),
            assigned: None,
            escalated: Vec::new(),
            since: now.at,
            due: own.or_else(|| time(&about["clock"]["due"])),
            left: None,
        };
        self.run_in(&block).stays.push(stay);
    }

    fn run_for(&mut self, path: &str, item: &Json) {
        self.items.insert(format!("{path}:{}", text(&item["branch"])), item["value"].clone());
    }

    fn leave(&mut self, path: &str, outcome: Option<&str>, now: &Now<'_>) {
        let outcome = outcome.map(str::to_owned);
        let left = Left { at: now.at, outcome, by: now.by.clone() };
        self.open(path, |stay| stay.left = Some(left));
        self.leave_inside(path, now);
    }

    /// Ends whatever is active beneath a step or a block.
    fn leave_inside(&mut self, path: &str, now: &Now<'_>) {
        for run in &mut self.runs {
            let open = run.stays.iter_mut().filter(|stay| stay.left.is_none());
            for stay in open.filter(|stay| is_beneath(&stay.path, path)) {
                stay.left = Some(Left { at: now.at, outcome: None, by: now.by.clone() });
            }
            let here = run.block == path || is_beneath(&run.block, path);
            if run.ended.is_none() && here && !run.block.is_empty() {
                run.ended = Some((None, now.at));
            }
        }
    }

    fn set_clock(&mut self, path: &str, about: &Json, now: &Now<'_>) {
        let mut from = None;
        self.open(path, |stay| {
            from = stay.due;
            stay.due = time(&about["clock"]["due"]).or(stay.due);
        });
        let mut due = None;
        self.open(path, |stay| due = stay.due);
        if due != from {
            let (step, why, by) = (name_of(path), text(&about["why"]), now.by.clone());
            let extension = Extension { step, why, by, at: now.at, from, due };
            self.run_in(&block_of(path)).extensions.push(extension);
        }
    }

    fn move_money(&mut self, about: &Json, at: Time) {
        let account = text(&about["account"]);
        let (account, key) = match account.split_once('/') {
            Some((name, key)) => (name.to_owned(), Some(key.to_owned())),
            None => (account, None),
        };
        let amount = about["amount"].as_i64().expect("an amount");
        let told = Move { kind: text(&about["kind"]), account, key, amount, at };
        self.run_in(&text(&about["block"])).moves.push(told);
    }

    /// The run that goes on in a block: of the innermost step around it that called a workflow.
    fn run_in(&mut self, block: &str) -> &mut Run {
        let wanted = caller_of(block);
        let open = |run: &Run| run.block == wanted && run.ended.is_none();
        let at = self.runs.iter().rposition(open).unwrap_or(0);
        &mut self.runs[at]
    }

    /// Does something with a step that is active.
    fn open(&mut self, path: &str, change: impl FnOnce(&mut Stay)) {
        let stays = self.runs.iter_mut().flat_map(|run| &mut run.stays);
        let mut open = stays.filter(|stay| stay.path == path && stay.left.is_none());
        if let Some(stay) = open.next_back() {
            change(stay);
        }
    }

    /// The innermost item around a block that is a text or a number.
    fn item_around(&self, block: &str) -> Option<String> {
        let segments: Vec<&str> = block.split('/').collect();
        (1..=segments.len()).rev().find_map(|length| {
            match self.items.get(&segments[..length].join("/"))? {
                Json::String(text) => Some(text.clone()),
                Json::Number(number) => Some(number.to_string()),
                record => record["code"].as_str().map(str::to_owned),
            }
        })
    }

    /// The tasks that are open in a run, and in those it called.
    pub fn tasks<'a>(&'a self, run: &Run) -> Vec<&'a Stay> {
        if run.ended.is_some() {
            return Vec::new();
        }
        let inside = |stay: &&Stay| run.block.is_empty() || is_beneath(&stay.path, &run.block);
        let stays = self.runs.iter().flat_map(|run| &run.stays);
        stays.filter(|stay| stay.kind == "task" && stay.left.is_none()).filter(inside).collect()
    }

    /// Who has a run on their desk: roles, or whoever took it.
    pub fn holders(&self, run: &Run) -> Json {
        let names: BTreeSet<String> = (self.tasks(run).into_iter()).flat_map(held_by).collect();
        json!(names)
    }

    /// The steps of its open tasks.
    pub fn steps(&self, run: &Run) -> Json {
        let names: BTreeSet<&str> = self.tasks(run).iter().map(|task| task.step.as_str()).collect();
        json!(names)
    }

    /// Since when the oldest of its open tasks is open.
    pub fn since(&self, run: &Run) -> Option<Time> {
        self.tasks(run).iter().map(|task| task.since).min()
    }

    /// When the first of its open tasks is due.
    pub fn due(&self, run: &Run) -> Option<Time> {
        self.tasks(run).iter().filter_map(|task| task.due).min()
    }

    /// How many seconds of the time between two moments its clock stood still.
    pub fn stopped_between(&self, from: Time, until: Time, now: Time) -> i64 {
        let spans = self.pauses.iter().map(|(begin, end)| {
            let (begin, end) = ((*begin).max(from), end.unwrap_or(now).min(until));
            (end - begin).max(TimeDelta::zero()).num_seconds()
        });
        spans.sum()
    }
}

impl Run {
    fn begin(block: &str, workflow: &Json, data: &Json, at: Time) -> Run {
        Run {
            block: block.to_owned(),
            workflow: text(&workflow["name"]),
            version: workflow["version"].as_i64().unwrap_or_default(),
            opened_at: at,
            data: data.as_object().cloned().unwrap_or_default(),
            ..Run::default()
        }
    }

    fn set_out(&mut self) {
        if self.began.is_null() {
            self.began = json!(self.data);
        }
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.ended.is_none()
    }

    /// The end it came to; null while it goes on, and if it was left.
    pub fn end(&self) -> Json {
        json!(self.ended.as_ref().and_then(|(end, _)| end.as_ref()))
    }

    /// When it ended.
    pub fn closed_at(&self) -> Option<Time> {
        self.ended.as_ref().map(|(_, at)| *at)
    }

    /// A field of its data; null if it is not set.
    pub fn get(&self, field: &str) -> Json {
        self.data.get(field).cloned().unwrap_or_default()
    }

    /// A number of its data; 0 if it is not set.
    pub fn number(&self, field: &str) -> i64 {
        self.data.get(field).and_then(Json::as_i64).unwrap_or_default()
    }

    /// A list of its data; empty if it is not set.
    pub fn list(&self, field: &str) -> Vec<Json> {
        self.data.get(field).and_then(Json::as_array).cloned().unwrap_or_default()
    }

    /// How often a step was completed.
    pub fn times(&self, step: &str) -> i64 {
        self.visits.get(step).map_or(0, |visit| visit.1)
    }

    /// Whether a step was ever entered.
    pub fn reached(&self, step: &str) -> bool {
        self.visits.get(step).is_some_and(|visit| visit.0 > 0)
    }

    /// The acts of a kind at a step, oldest first.
    pub fn acts_at<'a>(&'a self, step: &'a str) -> impl DoubleEndedIterator<Item = &'a Act> {
        self.acts.iter().filter(move |act| act.step.as_deref() == Some(step))
    }
}

impl Act {
    /// A field of the act itself: `by`, `role`, `for_role`, `authority`, `on_behalf_of`, `reason`.
    pub fn said(&self, field: &str) -> Json {
        self.who.get(field).cloned().unwrap_or_default()
    }

    /// A field of its form; null if it was left out.
    pub fn filled(&self, field: &str) -> Json {
        self.form.get(field).cloned().unwrap_or_default()
    }

    /// Whether a step was completed by an outcome.
    pub fn completed(&self, step: &str, outcome: &str) -> bool {
        self.kind == "step_completed"
            && self.step.as_deref() == Some(step)
            && self.outcome.as_deref() == Some(outcome)
    }
}

impl Stay {
    /// Until when it lasted, so far.
    pub fn until(&self, now: Time) -> Time {
        self.left.as_ref().map_or(now, |left| left.at)
    }

    /// How many seconds it lasted, so far.
    pub fn lasted(&self, now: Time) -> i64 {
        (self.until(now) - self.since).num_seconds()
    }

    /// Whether it lasted longer than it was to.
    pub fn is_late(&self, now: Time) -> bool {
        self.due.is_some_and(|due| due < self.until(now))
    }

    /// The outcome it ended by.
    pub fn outcome(&self) -> Option<&str> {
        self.left.as_ref()?.outcome.as_deref()
    }
}

impl Account {
    fn add(&mut self, now: &Now<'_>) {
        let data = now.data;
        match now.kind {
            "account_opened" => {
                let account = text(&data["account"]);
                self.key = account.split_once('/').map(|(_, key)| key.to_owned());
                self.name = account.split('/').next().unwrap_or_default().to_owned();
                self.unit = text(&data["unit"]);
                self.floor = data["floor"].as_i64().expect("a floor");
                self.available = data["amount"].as_i64().expect("an amount");
            }
            "account_moved" => {
                data["moves"].as_array().into_iter().flatten().for_each(|each| self.take(each))
            }
            "account_closed" => self.closed = true,
            other => panic!("an account has no {other}"),
        }
    }

    fn take(&mut self, each: &Json) {
        let amount = each["amount"].as_i64().expect("an amount");
        let (available, reserved, committed) = match each["kind"].as_str().expect("a kind") {
            "credit" => (amount, 0, 0),
            "debit" => (-amount, 0, 0),
            "reserve" => (-amount, amount, 0),
            "commit" => (0, -amount, amount),
            "release" => (amount, -amount, 0),
            other => panic!("nothing moves by {other}"),
        };
        self.available += available;
        self.reserved += reserved;
        self.committed += committed;
    }
}

impl Person {
    fn add(&mut self, now: &Now<'_>) {
        let data = now.data;
        match now.kind {
            "person_added" => {
                let list = |of: &str| data["person"][of].as_array().cloned().unwrap_or_default();
                (self.roles, self.absences) = (list("roles"), list("absences"));
            }
            "role_granted" => self.roles.push(data["grant"].clone()),
            "role_ended" => {
                let (ended, same) = (&data["grant"], ["role", "in", "from"]);
                self.roles.retain(|role| same.iter().any(|field| role[field] != ended[field]));
                if ended["from"].is_null() || ended["from"] != ended["until"] {
                    self.roles.push(ended.clone());
                }
            }
            "absence_registered" => self.absences.push(data["absence"].clone()),
            "absence_ended" => {
                let ended = &data["absence"];
                self.absences.retain(|absence| absence["from"] != ended["from"]);
                if ended["from"] != ended["to"] {
                    self.absences.push(ended.clone());
                }
            }
            _ => {}
        }
    }
}

/// Who has a task on their desk.
pub fn held_by(task: &Stay) -> Vec<String> {
    task.assigned.as_ref().map_or_else(|| task.holders.clone(), |person| vec![person.clone()])
}

/// A time as it is stored.
pub fn time(json: &Json) -> Option<Time> {
    Some(DateTime::parse_from_rfc3339(json.as_str()?).ok()?.with_timezone(&Utc))
}

/// The text in it; empty if there is none.
pub fn text(json: &Json) -> String {
    json.as_str().unwrap_or_default().to_owned()
}

fn holders(holder: &Json) -> Vec<String> {
    match holder.as_object().and_then(|o| o.iter().next()) {
        Some((_, Json::String(person))) => vec![person.clone()],
        Some((_, Json::Array(people))) => people.iter().map(text).collect(),
        Some((_, roles)) => roles["roles"].as_array().into_iter().flatten().map(text).collect(),
        None => Vec::new(),
    }
}

/// What a timer did: the outcome it ended the step by, or what else it was for.
fn timer(does: &Json) -> String {
    match does.as_object().and_then(|o| o.iter().next()) {
        Some((kind, about)) if kind == "expire" => text(&about["outcome"]),
        Some((kind, _)) => kind.clone(),
        None => text(does),
    }
}

/// What was done with a task: the outcome that was voted for, or what else it was.
fn change(change: &Json) -> String {
    match change.as_object().and_then(|o| o.iter().next()) {
        Some((kind, about)) if kind == "vote" => text(about),
        Some((kind, _)) => kind.clone(),
        None => text(change),
    }
}

/// `deliver_support/visit_stops:small-02/visit_stop` is the step `visit_stop`.
fn name_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// It stands in the block `deliver_support/visit_stops:small-02`.
fn block_of(path: &str) -> String {
    path.rsplit_once('/').map_or("", |(block, _)| block).to_owned()
}

/// That block is the branch `small-02`.
fn branch_of(block: &str) -> Option<String> {
    let last = block.rsplit('/').next()?;
    last.split_once(':').map(|(_, branch)| branch.to_owned())
}

/// It is part of the workflow that `deliver_support` called.
fn caller_of(block: &str) -> String {
    let segments: Vec<&str> = block.split('/').collect();
    let called = segments.iter().rposition(|segment| !segment.contains(':'));
    called.map_or(String::new(), |last| segments[..=last].join("/"))
}

/// Whether a path lies beneath a step or a block.
fn is_beneath(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.starts_with(['/', ':']))
}
