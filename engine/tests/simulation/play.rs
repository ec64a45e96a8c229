//! Plays a definition through: from the start every act of every person, of the clock and of whoever sends messages, at
//! every time that its guards tell apart, until nothing new comes. Drives the model itself and knows no checker.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use dure_engine::model::account::{Account, AccountRef, Unit};
use dure_engine::model::case::{ActiveStep, Block, Case, Frame, Status, Waits};
use dure_engine::model::command::{
    Command, CompleteStep, FireTimer, ReceiveMessage, Request, Sender, StartCase, TakeAction,
};
use dure_engine::model::consequence::Holder;
use dure_engine::model::decide::{decide, possible_actions, start, task_of};
use dure_engine::model::definition::Definition;
use dure_engine::model::event::{CaseEvent, Happened};
use dure_engine::model::evolve::evolve;
use dure_engine::model::known::{Known, Undecided};
use dure_engine::model::names::{CaseId, Name};
use dure_engine::model::people::{Grant, Person};
use dure_storage::{Explain, StreamVersion};

use crate::harness::{at, person_id};

/// States of one definition that are looked at; a definition with more is left out.
const STATES_MAX: usize = 600;

/// What came of playing a definition through.
#[derive(Debug, Default)]
pub struct Played {
    /// Steps that were ever entered.
    pub entered: BTreeSet<String>,
    /// Steps that ever ended by an outcome.
    pub completed: BTreeSet<String>,
    /// Steps active in a state from which no end can be reached.
    pub stranded: BTreeSet<String>,
    /// Whether there is such a state.
    pub strands: bool,
    /// Ends reached with something reserved.
    pub unsettled: BTreeSet<String>,
    /// Refusals that had nothing to do with who asked: code and step.
    pub refused: BTreeSet<(String, String)>,
}

struct Play<'d> {
    definition: &'d Definition,
    known: Known,
    times: Vec<i64>,
    states: Vec<Case>,
    index: HashMap<String, usize>,
    /// Before each state: the states that lead to it, other than by an action that is possible everywhere.
    before: Vec<Vec<usize>>,
    played: Played,
}

fn noon() -> DateTime<Utc> {
    at("2017-03-10T12:00:00Z")
}

/// Plays it through; `None` if that takes too many states.
pub fn play(definition: &Definition, bits: usize) -> Option<Played> {
    let times = (0..1 << bits).collect();
    let (index, played) = (HashMap::new(), Played::default());
    let known = known();
    let (states, before) = (Vec::new(), Vec::new());
    let mut play = Play { definition, known, times, states, index, before, played };
    for time in play.times.clone() {
        let case = CaseId::new("c-1").expect("a case");
        let command = StartCase { case, imported: None, request: request("p1", "clerk", time) };
        let decided = start(definition, &command, &play.known);
        play.take(None, None, time, decided.map(|decided| decided.event), true);
    }
    let mut at = 0;
    while at < play.states.len() {
        if play.states.len() > STATES_MAX {
            return None;
        }
        play.from(at);
        at += 1;
    }
    Some(play.judged())
}

fn known() -> Known {
    let account = AccountRef::new("budget", None).expect("an account");
    let open = Account {
        account: account.clone(),
        unit: Unit(Name::new("krw").expect("a unit")),
        floor: 0,
        available: 1_000,
        reserved: 1_000,
        committed: 0,
        version: StreamVersion::NONE.next(),
        closed: false,
    };
    Known { accounts: BTreeMap::from([(account, Some(open))]), ..Known::default() }
}

fn request(person: &str, role: &str, millisecond: i64) -> Request {
    let role = Name::new(role).expect("a role");
    let by = Person {
        id: person_id(person),
        title: None,
        roles: vec![Grant { role, scope: None, from: None, until: None }],
        absences: Vec::new(),
        stands_in: Vec::new(),
    };
    let now = noon() + TimeDelta::milliseconds(millisecond);
    Request {
        by,
        deputy_of: None,
        on_behalf_of: None,
        occurred_at: now,
        recorded_at: now,
        reason: None,
        form: Default::default(),
    }
}

impl Play<'_> {
    /// Everything anybody may do in a state.
    fn from(&mut self, at: usize) {
        let case = self.states[at].clone();
        if !case.is_open() {
            return;
        }
        for (command, time, way_out) in self.commands(&case) {
            // The clock of a state stands at one time; the timer that fires is put to the one that is tried.
            let mut case = case.clone();
            if let Command::Fire(fire) = &command {
                let active = case.frame.active_mut(&fire.step).expect("an active step");
                active.clock.timers[0] = fire.timer.clone();
            }
            let decided = decide(&case, self.definition, &command, &self.known);
            self.take(Some(at), Some(&case), time, decided.map(|decided| decided.event), way_out);
        }
    }

    fn commands(&self, case: &Case) -> Vec<(Command, i64, bool)> {
        let mut commands = Vec::new();
        for time in self.times.clone() {
            for task in case.open_tasks() {
                let (step, defined) = task_of(self.definition, &task.step).expect("a task");
                let voted = task.handling.votes.len() + 1;
                let (person, role) = match &task.holder {
                    Holder::People(people) => (people[0].to_string(), "worker"),
                    Holder::Starter(_) => (String::from("p1"), "clerk"),
                    Holder::Person(person) => (person.to_string(), "worker"),
                    Holder::Roles { .. } if defined.quorum.is_some() => {
                        (format!("v{voted}"), "worker")
                    }
                    Holder::Roles { .. } => (String::from("p2"), "worker"),
                };
                // A quorum is of three, and they have voted.
                if voted > 3 {
                    continue;
                }
                for outcome in step.outcomes.iter().filter(|outcome| !outcome.automatic) {
                    let command = CompleteStep {
                        step: task.step.to_string(),
                        outcome: outcome.name.to_string(),
                        expected: None,
                        request: request(&person, role, time),
                    };
                    commands.push((Command::Complete(command), time, true));
                }
            }
            for running in case.running() {
                let Some(timer) = running.step.clock.timers.first() else { continue };
                let mut timer = timer.clone();
                timer.at = noon() + TimeDelta::milliseconds(time);
                let recorded_at = timer.at;
                let fire = FireTimer { step: running.path.clone(), timer, recorded_at };
                commands.push((Command::Fire(fire), time, true));
            }
            for message in &self.definition.messages {
                let from = Sender::Person(Box::new(request("p2", "worker", time)));
                let message = ReceiveMessage { message: message.name.to_string(), from };
                commands.push((Command::Receive(message), time, true));
            }
            for (path, action) in possible_actions(case, self.definition) {
                let request = request("p2", "worker", time);
                let command = TakeAction { action: path.to_string(), expected: None, request };
                let way_out = action.leaves.is_some() || !action.during.is_empty();
                commands.push((Command::Act(command), time, way_out));
            }
        }
        commands
    }

    fn take(
        &mut self,
        from: Option<usize>,
        case: Option<&Case>,
        time: i64,
        decided: Result<CaseEvent, Undecided>,
        way_out: bool,
    ) {
        let event = match decided {
            Ok(event) => event,
            Err(Undecided::Refused(refusal)) => {
                let step = refusal.place.step.clone().unwrap_or_default();
                let step = step.rsplit('/').next().unwrap_or_default().to_owned();
                self.played.refused.insert((refusal.code().to_string(), step));
                return;
            }
            Err(Undecided::Lacking(fact)) => panic!("{fact:?} was not brought"),
        };
        let version = case.map_or(StreamVersion::NONE, |case| case.version).next();
        let occurred_at = noon() + TimeDelta::milliseconds(time);
        let next = evolve(case.cloned(), &Happened { version, occurred_at, event });
        let next = self.plain(next.expect("a case"));
        assert_eq!(next.fault, None);
        self.note(&next);
        let key = serde_json::to_string(&next).expect("a case is JSON");
        let to = *self.index.entry(key).or_insert_with(|| {
            self.states.push(next);
            self.before.push(Vec::new());
            self.states.len() - 1
        });
        if let (Some(from), true) = (from, way_out) {
            self.before[to].push(from);
        }
    }

    fn note(&mut self, case: &Case) {
        for (step, visit) in &case.frame.visits {
            if visit.entered > 0 {
                self.played.entered.insert(step.to_string());
            }
            if visit.completed > 0 {
                self.played.completed.insert(step.to_string());
            }
        }
        if let Status::Closed { outcome, .. } = &case.status
            && !case.frame.reserved.is_empty()
        {
            self.played.unsettled.insert(outcome.to_string());
        }
    }

    /// A state without what never decides anything: how late it is, how often, who did it last.
    fn plain(&self, mut case: Case) -> Case {
        case.version = StreamVersion::NONE.next();
        case.opened_at = noon();
        if let Status::Closed { at, .. } = &mut case.status {
            *at = noon();
        }
        let source = &self.definition.source;
        let Frame { visits, block, .. } = &mut case.frame;
        for (step, visit) in visits.iter_mut() {
            visit.entered = visit.entered.min(1);
            visit.completed = visit.completed.min(1);
            visit.last = None;
            if !source.contains(&format!("not_same_as: [{step}]")) {
                visit.by.clear();
            }
        }
        plain_block(block);
        case
    }

    /// From which states an end can be reached.
    fn judged(mut self) -> Played {
        let open = |at: &usize| self.states[*at].is_open();
        let mut queue: Vec<usize> = (0..self.states.len()).filter(|at| !open(at)).collect();
        let mut closing: BTreeSet<usize> = queue.iter().copied().collect();
        while let Some(at) = queue.pop() {
            for before in &self.before[at] {
                if closing.insert(*before) {
                    queue.push(*before);
                }
            }
        }
        let states = self.states.iter().enumerate();
        for (_, state) in states.filter(|(at, _)| !closing.contains(at)) {
            self.played.strands = true;
            self.played.stranded.extend(state.running().iter().map(|r| r.step.step.to_string()));
        }
        // A start that is always refused goes nowhere.
        self.played.strands |= self.states.is_empty();
        self.played
    }
}

fn plain_block(block: &mut Block) {
    let main = block.active.as_deref_mut().into_iter();
    main.chain(&mut block.beside).for_each(plain_step);
}

fn plain_step(active: &mut ActiveStep) {
    active.since = noon();
    active.clock.due = active.clock.due.map(|_| noon());
    active.clock.basis = None;
    active.clock.timers.iter_mut().for_each(|timer| timer.at = noon());
    match &mut active.waits {
        Waits::Task { due, .. } => *due = due.map(|_| noon()),
        Waits::Auto { entry, .. } => *entry = 1,
        Waits::Event { .. } => {}
        Waits::Branches(branches) => branches.iter_mut().for_each(|b| plain_block(&mut b.block)),
        Waits::Call(frame) => plain_block(&mut frame.block),
    }
}
