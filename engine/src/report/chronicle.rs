//! What happened to one case, told as lists that a report can go through: the fold of its events that keeps what the
//! state of a case lets go of. Evaluates nothing.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::facts::History;
use crate::model::address::{BlockPath, NewNames, StepPath};
use crate::model::case::{Case, Frame};
use crate::model::consequence::{ClockChange, Consequence, Holder, Object, TimerKind, WaitsFor};
use crate::model::event::{Act, CaseEvent, Happened, TaskChange};
use crate::model::evolve::evolve_watched;
use crate::model::names::{Name, WorkflowRef};

/// One case: its state and what happened to it.
#[derive(Debug, Default)]
pub struct Chronicle {
    /// The case as it is.
    pub case: Option<Case>,
    /// When its last event happened.
    pub changed_at: Option<DateTime<Utc>>,
    /// When its start was recorded.
    pub recorded_at: Option<DateTime<Utc>>,
    /// Its own run, then every run of a workflow that it called.
    pub runs: Vec<Run>,
    /// When its clock stood still; the last span may still last.
    pub pauses: Vec<(DateTime<Utc>, Option<DateTime<Utc>>)>,
}

/// One run of a workflow: the case's own, or one that a step called.
#[derive(Debug)]
pub struct Run {
    /// Its main block.
    pub block: BlockPath,
    /// Which workflow, in the version it last ran in.
    pub workflow: WorkflowRef,
    /// What it knew when it came to its first step.
    pub began: Option<Object>,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// How and when it ended; without an end, if it was left.
    pub ended: Option<(Option<Name>, DateTime<Utc>)>,
    /// What it knew when it ended; before, that stands in the case.
    pub last: Option<Frame>,
    /// What happened: acts, raised flags, account moves and the like, by list.
    pub acts: Vec<Json>,
    /// Every time a step was active.
    pub stays: Vec<Stay>,
    /// Every time a flag was raised.
    pub flags: Vec<Spell>,
    /// The cases it started.
    pub links: Vec<Json>,
    /// What it did to accounts.
    pub moves: Vec<Json>,
    /// Roles called in.
    pub escalations: Vec<Json>,
    /// Dues that changed.
    pub extensions: Vec<Json>,
}

/// One time a step was active.
#[derive(Debug)]
pub struct Stay {
    /// The step.
    pub step: StepPath,
    /// What it waited for.
    pub kind: &'static str,
    /// The item it was for, if that is a text.
    pub item: Option<String>,
    /// Who held it.
    pub holder: Option<Holder>,
    /// When it was due at last.
    pub due: Option<DateTime<Utc>>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when, by which outcome and by whom.
    pub left: Option<Leaving>,
}

/// How a step ended.
#[derive(Debug)]
pub struct Leaving {
    /// When.
    pub at: DateTime<Utc>,
    /// By which outcome; without one, it was left.
    pub outcome: Option<Name>,
    /// Who did it.
    pub by: Option<String>,
}

/// One time a flag was raised.
#[derive(Debug)]
pub struct Spell {
    /// The flag.
    pub flag: Name,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub cleared: Option<DateTime<Utc>>,
}

impl Chronicle {
    /// Adds one event.
    pub fn add(
        &mut self,
        happened: &Happened,
        recorded_at: DateTime<Utc>,
        wanted: &BTreeSet<History>,
    ) {
        if let CaseEvent::Started(started) = &happened.event {
            self.recorded_at = Some(recorded_at);
            self.runs.push(Run::begin(BlockPath::root(), &started.workflow, happened.occurred_at));
        }
        if wanted.contains(&History::Acts) {
            self.add_act(happened, recorded_at);
        }
        let case = self.case.take();
        let at = happened.occurred_at;
        let by = happened.event.act().map(|act| act.by.to_string());
        let case = evolve_watched(case, happened, |case, consequence| {
            if wanted.contains(&History::Began) {
                self.set_out(case, consequence);
            }
            self.watch(case, consequence, at, by.as_deref());
        });
        self.changed_at = self.changed_at.max(Some(at));
        self.case = case;
    }

    /// What a run knows: as it was when it ended, or as it is.
    pub fn frame<'a>(&'a self, run: &'a Run) -> Option<&'a Frame> {
        run.last.as_ref().or_else(|| frame_at(self.case.as_ref()?, &run.block))
    }

    /// The run that goes on in the block's workflow; the case's own, if none does.
    fn run_of(&mut self, block: &BlockPath) -> Option<&mut Run> {
        let wanted = block.frame();
        let at = self.runs.iter().rposition(|run| run.block == wanted && run.ended.is_none());
        self.runs.get_mut(at.unwrap_or(0))
    }

    fn add_act(&mut self, happened: &Happened, recorded_at: DateTime<Utc>) {
        let Some(told) = Told::of(&happened.event) else { return };
        let item = told.step.and_then(|step| self.item_around(&step.block));
        let step = match told.step {
            Some(step) => step.step.as_str(),
            // What concerns no step is called by its kind: whoever filters acts by step needs one in each.
            None => told.name.as_deref().unwrap_or(told.kind),
        };
        let branch =
            told.step.and_then(|step| Some(step.block.0.last()?.branch.clone()?.to_string()));
        let act = happened.event.act();
        let mut entry = json!({
            "no": happened.version.0,
            "kind": told.kind,
            "step": step,
            "item": item,
            "branch": branch,
            "outcome": told.outcome,
            "at": happened.occurred_at,
            "recorded_at": recorded_at,
            "form": told.form.or(act.map(|act| &act.form)),
        });
        if let (Some(act), Some(entry)) = (act, entry.as_object_mut()) {
            entry.extend(who(act));
        }
        let root = BlockPath::root();
        let block = told.step.map_or(&root, |step| &step.block);
        if let Some(run) = self.run_of(block) {
            run.acts.push(entry);
        }
    }

    /// The innermost item for which a block runs, as it is named.
    fn item_around(&self, block: &BlockPath) -> Option<String> {
        let case = self.case.as_ref()?;
        item_of(case, block)
    }

    fn watch(&mut self, case: &Case, told: &Consequence, at: DateTime<Utc>, by: Option<&str>) {
        match told {
            Consequence::StepEntered { step, waits, clock, .. } => {
                self.enter(case, step, waits, clock.due, at)
            }
            Consequence::StepCompleted { step, outcome, .. } => {
                self.leave(case, step, Some(outcome), at, by)
            }
            Consequence::StepLeft { step } => self.leave(case, step, None, at, by),
            Consequence::ItemWithdrawn { block } => self.leave_block(case, block, at, by),
            Consequence::BlockEnded { block, result } => self.end(case, block, result, at),
            Consequence::CaseClosed { end } => {
                if let Some(run) = self.runs.first_mut() {
                    run.ended = Some((Some(end.clone()), at));
                }
            }
            Consequence::ClockStopped {} => self.pauses.push((at, None)),
            Consequence::ClockResumed {} => {
                if let Some(pause) = self.pauses.last_mut() {
                    pause.1.get_or_insert(at);
                }
            }
            Consequence::ClockSet { step, clock, why } => {
                self.set_due(step, clock.due, why, at, by);
            }
            Consequence::FlagRaised { flag } => {
                if let Some(run) = self.run_of(&flag.block) {
                    let (flag, cleared) = (flag.step.clone(), None);
                    run.flags.push(Spell { flag, since: at, cleared });
                }
            }
            Consequence::FlagCleared { flag } => {
                let spells = self.run_of(&flag.block).into_iter().flat_map(|run| &mut run.flags);
                let open = |spell: &&mut Spell| spell.flag == flag.step && spell.cleared.is_none();
                spells.filter(open).for_each(|spell| spell.cleared = Some(at));
            }
            Consequence::CaseSpawned { step, case, workflow, link } => {
                let entry = json!({"link": link, "case": case, "workflow": workflow.name});
                self.add_to(&step.block, entry, |run| &mut run.links);
            }
            Consequence::AccountMoved { block, kind, account, amount } => {
                let (name, key, amount) = (&account.name, &account.key, amount.get());
                let entry = json!({
                    "kind": kind, "account": name, "key": key.as_ref().map(|key| key.as_str()),
                    "amount": amount, "at": at,
                });
                self.add_to(block, entry, |run| &mut run.moves);
            }
            Consequence::Escalated { step, to } => {
                let entry = json!({"step": step.step, "to": to, "at": at});
                self.add_to(&step.block, entry, |run| &mut run.escalations);
            }
            Consequence::WaitChanged { step, waits: WaitsFor::Task { holder, .. }, .. } => {
                let stays = self.runs.iter_mut().flat_map(|run| &mut run.stays);
                let open = stays.filter(|stay| stay.left.is_none() && stay.step == *step);
                open.for_each(|stay| stay.holder = Some(holder.clone()));
            }
            Consequence::StepsRenamed { block, steps, branches } => {
                self.rename(block, &NewNames { steps, branches });
            }
            Consequence::WorkflowChanged { block, workflow } => {
                if let Some(run) = self.run_of(block) {
                    run.workflow = workflow.clone();
                }
            }
            Consequence::DataSet { .. }
            | Consequence::StepPassed { .. }
            | Consequence::StepDetached { .. }
            | Consequence::Reminded { .. }
            | Consequence::TaskAssigned { .. }
            | Consequence::TaskDelegated { .. }
            | Consequence::PersonRecused { .. }
            | Consequence::VoteCast { .. }
            | Consequence::ReportOwed { .. }
            | Consequence::ReportTaken { .. }
            | Consequence::ItemAdded { .. }
            | Consequence::ResultsKept { .. }
            | Consequence::EffectFailed { .. }
            | Consequence::EffectRetried { .. }
            | Consequence::MessageSent { .. }
            | Consequence::MessageKept { .. }
            | Consequence::MessageTaken { .. }
            | Consequence::WaitChanged { .. }
            | Consequence::ActionCounted { .. } => {}
        }
    }

    fn add_to(
        &mut self,
        block: &BlockPath,
        entry: Json,
        list: impl Fn(&mut Run) -> &mut Vec<Json>,
    ) {
        if let Some(run) = self.run_of(block) {
            list(run).push(entry);
        }
    }

    /// Keeps what a run knows when it comes to its first step.
    fn set_out(&mut self, case: &Case, told: &Consequence) {
        let (Consequence::StepEntered { step, .. } | Consequence::StepPassed { step, .. }) = told
        else {
            return;
        };
        if let Some(run) = self.run_of(&step.block).filter(|run| run.began.is_none()) {
            run.began = frame_at(case, &run.block).map(|frame| frame.data.clone());
        }
    }

    fn enter(
        &mut self,
        case: &Case,
        step: &StepPath,
        waits: &WaitsFor,
        due: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) {
        if let WaitsFor::Call { workflow, .. } = waits {
            self.runs.push(Run::begin(step.called(), workflow, at));
            return;
        }
        let (kind, holder, due) = match waits {
            WaitsFor::Task { holder, due: own, .. } => ("task", Some(holder.clone()), own.or(due)),
            WaitsFor::Auto { .. } => ("auto", None, due),
            WaitsFor::Event { .. } => ("wait", None, due),
            WaitsFor::Branches(_) | WaitsFor::Items(_) | WaitsFor::Call { .. } => return,
        };
        let (step, item) = (step.clone(), item_of(case, &step.block));
        if let Some(run) = self.run_of(&step.block) {
            run.stays.push(Stay { step, kind, item, holder, due, since: at, left: None });
        }
    }

    /// Ends a step and everything inside it.
    fn leave(
        &mut self,
        case: &Case,
        step: &StepPath,
        outcome: Option<&Name>,
        at: DateTime<Utc>,
        by: Option<&str>,
    ) {
        let open = |stay: &&mut Stay| stay.left.is_none();
        let stays = self.runs.iter_mut().flat_map(|run| &mut run.stays).filter(open);
        for stay in stays.filter(|stay| stay.step == *step) {
            let by = by.map(str::to_owned);
            stay.left = Some(Leaving { at, outcome: outcome.cloned(), by });
        }
        for branch in case.active(step).into_iter().flat_map(|active| active.branches()) {
            self.leave_block(case, &step.branch(&branch.name), at, by);
        }
        self.leave_block(case, &step.called(), at, by);
    }

    /// Ends every step in a block, and the runs in it, without an outcome.
    fn leave_block(&mut self, case: &Case, block: &BlockPath, at: DateTime<Utc>, by: Option<&str>) {
        let inside = |path: &BlockPath| path.0.starts_with(&block.0);
        for run in &mut self.runs {
            let stays = run.stays.iter_mut().filter(|stay| stay.left.is_none());
            for stay in stays.filter(|stay| inside(&stay.step.block)) {
                stay.left = Some(Leaving { at, outcome: None, by: by.map(str::to_owned) });
            }
            if run.ended.is_none() && inside(&run.block) {
                run.finish(case, None, at);
            }
        }
    }

    /// Ends a called run by one of its ends; the results of branches say nothing here.
    fn end(&mut self, case: &Case, block: &BlockPath, result: &Name, at: DateTime<Utc>) {
        let mut ended = self.runs.iter_mut().filter(|run| run.ended.is_none());
        if let Some(run) = ended.find(|run| run.block == *block) {
            run.finish(case, Some(result.clone()), at);
        }
    }

    fn set_due(
        &mut self,
        step: &StepPath,
        due: Option<DateTime<Utc>>,
        why: &ClockChange,
        at: DateTime<Utc>,
        by: Option<&str>,
    ) {
        let Some(run) = self.run_of(&step.block) else { return };
        let open = |stay: &&mut Stay| stay.step == *step && stay.left.is_none();
        let Some(stay) = run.stays.iter_mut().rfind(open) else { return };
        let from = stay.due;
        stay.due = due.or(from.filter(|_| *why != ClockChange::Migrated));
        if stay.due != from {
            let (step, due, why) = (&step.step, stay.due, word(why));
            let entry =
                json!({"step": step, "why": why, "by": by, "at": at, "from": from, "due": due});
            run.extensions.push(entry);
        }
    }

    fn rename(&mut self, block: &BlockPath, names: &NewNames<'_>) {
        for run in self.runs.iter_mut().filter(|run| run.ended.is_none()) {
            let owner = run.block.owner().map(|owner| owner.renamed(block, names));
            run.block = owner.map_or_else(BlockPath::root, |owner| owner.called());
            for stay in run.stays.iter_mut().filter(|stay| stay.left.is_none()) {
                stay.step = stay.step.renamed(block, names);
            }
        }
    }
}

impl Run {
    fn begin(block: BlockPath, workflow: &WorkflowRef, opened_at: DateTime<Utc>) -> Run {
        Run {
            block,
            workflow: workflow.clone(),
            began: None,
            opened_at,
            ended: None,
            last: None,
            acts: Vec::new(),
            stays: Vec::new(),
            flags: Vec::new(),
            links: Vec::new(),
            moves: Vec::new(),
            escalations: Vec::new(),
            extensions: Vec::new(),
        }
    }

    fn finish(&mut self, case: &Case, result: Option<Name>, at: DateTime<Utc>) {
        self.last = frame_at(case, &self.block).cloned();
        self.ended = Some((result, at));
    }
}

/// The workflow whose main block this is, while it runs.
fn frame_at<'c>(case: &'c Case, block: &BlockPath) -> Option<&'c Frame> {
    case.frames().into_iter().find(|(own, _)| own == block).map(|(_, frame)| frame)
}

/// What an event says in the list of acts.
struct Told<'a> {
    kind: &'static str,
    step: Option<&'a StepPath>,
    name: Option<String>,
    outcome: Option<String>,
    form: Option<&'a Object>,
}

impl<'a> Told<'a> {
    fn at(kind: &'static str, step: &'a StepPath) -> Told<'a> {
        Told { kind, step: Some(step), name: None, outcome: None, form: None }
    }

    fn beside(kind: &'static str, name: Option<String>) -> Told<'a> {
        Told { kind, step: None, name, outcome: None, form: None }
    }

    /// None for what only continues the event before it.
    fn of(event: &'a CaseEvent) -> Option<Told<'a>> {
        Some(match event {
            CaseEvent::Started(_) => Told::beside("started", Some("start".to_owned())),
            CaseEvent::StepCompleted(event) => {
                let outcome = Some(event.outcome.to_string());
                Told { outcome, ..Told::at("completed", &event.step) }
            }
            CaseEvent::ActionTaken(event) => Told::at("action", &event.action),
            CaseEvent::TimerFired(event) => {
                Told { outcome: Some(timer(&event.timer.does)), ..Told::at("timer", &event.step) }
            }
            CaseEvent::AutoCompleted(event) => Told {
                outcome: Some(event.outcome.to_string()),
                form: Some(&event.form),
                ..Told::at("auto", &event.step)
            },
            CaseEvent::EffectFailed(event) => Told::at("failed", &event.step),
            CaseEvent::EffectRetried(event) => Told::at("retried", &event.step),
            CaseEvent::MessageReceived(event) => {
                let form = event.act.is_none().then_some(&event.form);
                Told { form, ..Told::beside("message", Some(event.message.to_string())) }
            }
            CaseEvent::TaskChanged(event) => {
                Told { outcome: Some(change(&event.change)), ..Told::at("task", &event.step) }
            }
            CaseEvent::DuesMoved(_) => Told::beside("dues_moved", None),
            CaseEvent::Migrated(_) => Told::beside("migrated", None),
            CaseEvent::Continued(_) => return None,
        })
    }
}

fn timer(kind: &TimerKind) -> String {
    match kind {
        TimerKind::Remind { .. } => "remind".to_owned(),
        TimerKind::Wake {} => "wake".to_owned(),
        TimerKind::Expire { outcome } => outcome.to_string(),
        TimerKind::Escalate { .. } => "escalate".to_owned(),
    }
}

fn change(change: &TaskChange) -> String {
    match change {
        TaskChange::Claim => "claim".to_owned(),
        TaskChange::Unclaim => "unclaim".to_owned(),
        TaskChange::Assign(_) => "assign".to_owned(),
        TaskChange::Delegate(_) => "delegate".to_owned(),
        TaskChange::Recuse(_) => "recuse".to_owned(),
        TaskChange::Vote(outcome) => outcome.to_string(),
        TaskChange::TakeNote => "take_note".to_owned(),
    }
}

/// Who acted, as the list of acts has it.
fn who(act: &Act) -> Object {
    let fields = json!({
        "by": act.by,
        "role": act.role,
        "for_role": act.for_role,
        "authority": act.authority,
        "on_behalf_of": act.on_behalf_of,
        "reason": act.reason,
    });
    if let Json::Object(fields) = fields { fields } else { Object::new() }
}

/// The innermost item around a block that is a text or a number, or a record with a `code`.
pub(super) fn item_of(case: &Case, block: &BlockPath) -> Option<String> {
    (0..block.0.len()).rev().find_map(|depth| {
        let segment = &block.0[depth];
        let step = BlockPath(block.0[..depth].to_vec()).step(&segment.step);
        let branches = case.active(&step)?.branches();
        let branch =
            branches.iter().find(|branch| Some(&branch.name) == segment.branch.as_ref())?;
        match branch.item.as_ref()? {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            Json::Object(fields) => fields.get("code")?.as_str().map(str::to_owned),
            Json::Null | Json::Bool(_) | Json::Array(_) => None,
        }
    })
}

/// Why a due changed, as a word.
fn word(why: &ClockChange) -> &'static str {
    match why {
        ClockChange::Fired => "fired",
        ClockChange::Extended => "extended",
        ClockChange::Resumed => "resumed",
        ClockChange::Calendar => "calendar",
        ClockChange::Migrated => "migrated",
    }
}
