//! One run: a case is started and random people do random things with it, and with the cases it starts, until all are
//! closed. After every act it is asked whether all is sound.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use dure_storage::Explain;
use serde_json::json;

use super::cast::Cast;
use super::chance::Chance;
use super::clues::Clues;
use super::deed::{Asked, Deed, Doer, Mood, Verb, asked, possible};
use super::doing::{OF_THE_PERSON, ask, doers, likely, refused};
use super::filling::Filling;
use super::ground::Ground;
use super::report::{Failure, RunReport, Trouble};
use super::script::Script;
use super::soundness::{broken, shown};
use crate::error::EngineError;
use crate::expression::Expression;
use crate::limits::{
    SIMULATION_ACTS_MAX, SIMULATION_CASES_MAX, SIMULATION_FORMS_PER_ACT, SIMULATION_NEWCOMERS_MAX,
    SIMULATION_REFUSALS_IN_A_ROW,
};
use crate::model::case::{Case, Status};
use crate::model::consequence::{Consequence, Object};
use crate::model::definition::Definition;
use crate::model::event::{CaseEvent, Happened, TaskChange};
use crate::model::names::{CaseId, Name, PersonId};
use crate::model::people::{Absence, AbsenceRegistered};
use crate::runtime::{Accepted, ActOf, Clock, StartRequest};

/// Acts after which a run goes straight to an end.
const HASTY_AFTER: usize = 250;
/// Runs of a hundred in which people also do what ends a case early.
const RESTLESS: u32 = 30;
/// Acts of a hundred that are tried by anybody at all, whatever their roles.
const BY_ANYBODY: u32 = 4;
/// Forms of a hundred that must be refused.
const WRONG_FORMS: u32 = 3;
/// Acts of a hundred before which somebody is registered as absent.
const ABSENCES: u32 = 1;
/// Turns of a hundred in which the clock goes to the next timer.
const PASSING: u32 = 6;
/// Times in a hundred that somebody acts to whom the task belongs or whom a rule names, if there is such a person.
const LIKELY: u32 = 80;
/// The codes of refusals for which somebody has done or decided too much already.
const USED_UP: [&str; 2] = ["E-same-person", "E-recused"];
/// Days an absence lasts.
const ABSENT_DAYS: i64 = 14;

/// A run that is going on.
pub(super) struct Run<'s> {
    script: &'s Script,
    /// The workflow of the case it begins with.
    definition: &'s Arc<Definition>,
    cast: Arc<Cast>,
    pub(super) ground: Ground,
    chance: Chance,
    pub(super) cases: Vec<CaseId>,
    mood: Mood,
    acts: Vec<String>,
    /// Turns since the case was last further.
    in_vain: usize,
    absent: Vec<(PersonId, Absence)>,
    pub(super) report: RunReport,
}

/// What came of trying something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tried {
    /// It was accepted, and the case is further.
    Accepted,
    /// It was accepted, and the same has to be done as before.
    Handled,
    /// With this code.
    Refused(&'static str),
    /// There was nobody or nothing to try it with.
    Skipped,
    /// Nothing at all can be done before the clock has come to this time.
    Waiting(DateTime<Utc>),
}

/// Somebody who tries something, and in whose place.
struct Actor {
    person: PersonId,
    deputy_of: Option<PersonId>,
}

impl<'s> Run<'s> {
    /// A run that has not begun.
    pub(super) fn of(
        script: &'s Script,
        definition: &'s Arc<Definition>,
        ground: Ground,
        number: u64,
    ) -> Run<'s> {
        let mut chance = Chance::part(script.seed, number);
        let mood = if chance.percent(RESTLESS) { Mood::Restless } else { Mood::Patient };
        Run {
            script,
            definition,
            cast: script.cast.clone(),
            ground,
            chance,
            cases: Vec::new(),
            mood,
            acts: Vec::new(),
            in_vain: 0,
            absent: Vec::new(),
            report: RunReport { run: number, ..RunReport::default() },
        }
    }

    /// From start to end, with nobody else on the ground.
    pub(super) async fn whole(mut self) -> RunReport {
        if let Err(trouble) = self.until_closed().await {
            self.fail(trouble);
        }
        self.report
    }

    fn fail(&mut self, trouble: Trouble) {
        let acts = std::mem::take(&mut self.acts);
        self.report.failure = Some(Failure { run: self.report.run, trouble, acts });
    }

    async fn until_closed(&mut self) -> Result<(), Trouble> {
        self.start().await?;
        let begun = self.now();
        while let Some(case) = self.one_open().await? {
            self.let_time_pass().await?;
            // The clock may have taken it further, or to its end.
            let case = self.case(&case.id).await?;
            if !case.is_open() {
                continue;
            }
            if let Tried::Waiting(at) = self.turn(&case).await? {
                self.go_to(at).await?;
            }
        }
        self.report.days = (self.now() - begun).num_days();
        self.report.cases = self.cases.len() as u64;
        self.settled().await
    }

    /// Somebody tries something with a case, or, after many refusals in a row, everybody everything with every case.
    pub(super) async fn turn(&mut self, case: &Case) -> Result<Tried, Trouble> {
        if self.acts.len() >= SIMULATION_ACTS_MAX {
            return Err(Trouble::Endless(SIMULATION_ACTS_MAX));
        }
        if self.acts.len() >= HASTY_AFTER {
            self.mood = Mood::Hasty;
        }
        let tried = match self.in_vain >= SIMULATION_REFUSALS_IN_A_ROW {
            true => self.anything_at_all().await?,
            false => self.something(case).await?,
        };
        self.in_vain = match tried {
            Tried::Accepted | Tried::Waiting(_) => 0,
            Tried::Handled | Tried::Refused(_) | Tried::Skipped => self.in_vain + 1,
        };
        Ok(tried)
    }

    fn now(&self) -> DateTime<Utc> {
        self.ground.clock().now()
    }

    async fn case(&self, id: &CaseId) -> Result<Arc<Case>, Trouble> {
        self.ground.engine().case(id).await.map_err(broken)
    }

    /// One of the cases that are open; none once all are closed.
    pub(super) async fn one_open(&mut self) -> Result<Option<Arc<Case>>, Trouble> {
        let mut open = Vec::new();
        for id in &self.cases {
            let case = self.case(id).await?;
            if case.is_open() {
                open.push(case);
            }
        }
        Ok(self.chance.pick(&open).cloned())
    }

    /// Somebody starts its first case.
    pub(super) async fn start(&mut self) -> Result<(), Trouble> {
        let definition = self.definition;
        let start = &definition.start;
        let may: Vec<Name> = start.by.iter().chain(&start.entered_by).cloned().collect();
        let people: Vec<PersonId> = self.cast.holding(&may, None).cloned().collect();
        let mut last = String::new();
        for _ in 0..SIMULATION_FORMS_PER_ACT * SIMULATION_REFUSALS_IN_A_ROW {
            let Some(person) = self.chance.pick(&people).cloned() else { break };
            let rules: Vec<&Expression> = start.rules.iter().map(|rule| &rule.when).collect();
            let asked = Asked {
                definition,
                data: &definition.defaults,
                doer: Doer::Roles(&start.by),
                form: Some(&start.form),
                rules,
                reason: false,
            };
            let Some(form) = self.filled(&asked, &person) else { continue };
            let enters = !self.cast.holding(&start.by, None).any(|holder| *holder == person);
            let mut sometimes = || start.on_behalf_of.as_ref().filter(|_| self.chance.percent(20));
            let asking: &[Name] = match enters {
                true => &start.by,
                false => sometimes().map(std::slice::from_ref).unwrap_or_default(),
            };
            let askers: Vec<&PersonId> = self.cast.holding(asking, None).collect();
            let on_behalf_of = self.chance.pick(&askers).map(|asker| (*asker).clone());
            let act = ActOf { form, on_behalf_of, ..ActOf::by(person.clone()) };
            let told = format!("start by {person} {}", json!(act.form));
            let workflow = definition.reference.name.to_string();
            match self.ground.engine().start(StartRequest { workflow, case: None, act }).await {
                Ok(accepted) => return self.accepted(&accepted, told).await,
                Err(error) => {
                    last = error.to_string();
                    self.refused(error)?;
                }
            }
        }
        Err(Trouble::NotStarted(last))
    }

    /// Minutes or hours pass, seldom days; what is due meanwhile happens.
    async fn let_time_pass(&mut self) -> Result<(), Trouble> {
        let minutes = match self.chance.below(20) {
            0 => self.chance.between(0, 3 * 24 * 60),
            1..=6 => self.chance.between(0, 8 * 60),
            _ => 0,
        };
        let mut at = self.now() + TimeDelta::minutes(minutes);
        if self.chance.percent(PASSING) {
            at = self.ground.engine().next_wake().await.map_err(broken)?.unwrap_or(at);
        }
        self.go_to(at).await
    }

    async fn go_to(&mut self, at: DateTime<Utc>) -> Result<(), Trouble> {
        let fired = self.ground.go_to(at).await?;
        if fired > 0 {
            self.report.timers += fired as u64;
            self.acts.push(format!("{} the clock: {fired}", self.now().to_rfc3339()));
            self.follow().await?;
            self.sound().await?;
        }
        Ok(())
    }

    /// Tries something by chance.
    async fn something(&mut self, case: &Case) -> Result<Tried, Trouble> {
        let root = self.ground.engine().definition_of(case).await.map_err(broken)?;
        let deeds = possible(case, &root, &self.script.course, self.mood);
        let whole: usize = deeds.iter().map(|(_, weight)| *weight as usize).sum();
        if whole == 0 {
            return Ok(Tried::Skipped);
        }
        let mut at = self.chance.below(whole);
        let chosen = deeds.iter().find(|(_, weight)| {
            let here = at < *weight as usize;
            at = at.saturating_sub(*weight as usize);
            here
        });
        let Some((deed, _)) = chosen else { return Ok(Tried::Skipped) };
        let Some(asked) = asked(case, &root, deed) else { return Ok(Tried::Skipped) };
        self.somebody_is_absent(&asked).await?;
        let Some(actor) = self.actor(case, &root, &asked) else { return Ok(Tried::Skipped) };
        if let Some(form) = asked.form.filter(|_| self.chance.percent(WRONG_FORMS)) {
            let filling = self.filling(&asked, &actor.person);
            let mut chance = self.chance.clone();
            let wrong = filling.wrong_form(form, &mut chance);
            self.chance = chance;
            let Some(wrong) = wrong else { return Ok(Tried::Skipped) };
            return match self.try_it(case, deed, &asked, &actor, wrong).await? {
                tried @ (Tried::Refused(_) | Tried::Skipped | Tried::Waiting(_)) => Ok(tried),
                Tried::Accepted | Tried::Handled => {
                    Err(Trouble::RefusalChanged(format!("a form that is not allowed: {deed}")))
                }
            };
        }
        let Some(form) = self.filled(&asked, &actor.person) else { return Ok(Tried::Skipped) };
        self.try_it(case, deed, &asked, &actor, form).await
    }

    /// Tries everything there is on every open case, by everybody who may, with many forms: what is refused here cannot
    /// be done before the clock goes on. Where it stands still somebody new comes; then nothing helps.
    async fn anything_at_all(&mut self) -> Result<Tried, Trouble> {
        let mut refusals = BTreeMap::new();
        if self.all(Deed::leads_on, &mut refusals).await? == Tried::Accepted {
            return Ok(Tried::Accepted);
        }
        // What belongs to somebody who can do nothing with it is given back.
        let unclaims = |deed: &Deed| matches!(deed, Deed::Change(_, Verb::Unclaim));
        self.all(unclaims, &mut BTreeMap::new()).await?;
        if self.all(Deed::leads_on, &mut refusals).await? == Tried::Accepted {
            return Ok(Tried::Accepted);
        }
        if let Some(at) = self.next_timer().await? {
            return Ok(Tried::Waiting(at));
        }
        let used_up = refusals.values().flatten().any(|code| USED_UP.contains(&code.as_str()));
        if used_up && self.report.newcomers < SIMULATION_NEWCOMERS_MAX {
            self.somebody_new().await?;
            return Ok(Tried::Skipped);
        }
        Err(Trouble::Stuck(format!("{}; {}", self.everything_open().await?, json!(refusals))))
    }

    /// When the clock next does something to one of its cases.
    async fn next_timer(&self) -> Result<Option<DateTime<Utc>>, Trouble> {
        let mut next = None;
        for id in &self.cases {
            let case = self.case(id).await?;
            let at = case.next_timer().filter(|_| case.is_open()).map(|(_, timer)| timer.at);
            next = next.into_iter().chain(at).min();
        }
        Ok(next)
    }

    /// Tries every deed of a kind on every open case until one leads on; notes the codes by which each is refused.
    async fn all(
        &mut self,
        of_kind: impl Fn(&Deed) -> bool,
        refusals: &mut BTreeMap<String, Vec<String>>,
    ) -> Result<Tried, Trouble> {
        for id in self.cases.clone() {
            let case = self.case(&id).await?;
            let root = self.ground.engine().definition_of(&case).await.map_err(broken)?;
            let deeds = match case.is_open() {
                true => possible(&case, &root, &self.script.course, Mood::Hasty),
                false => Vec::new(),
            };
            for (deed, _) in deeds.into_iter().filter(|(deed, _)| of_kind(deed)) {
                let before = self.report.refused.clone();
                let case = self.case(&id).await?;
                if self.by_everybody(&case, &root, &deed).await? == Tried::Accepted {
                    return Ok(Tried::Accepted);
                }
                let more = |(code, count): (&String, &u64)| {
                    (before.get(code) != Some(count)).then(|| code.clone())
                };
                let codes: Vec<String> = self.report.refused.iter().filter_map(more).collect();
                refusals.insert(format!("{} {deed}", case.id), codes);
            }
        }
        Ok(Tried::Skipped)
    }

    async fn somebody_new(&mut self) -> Result<(), Trouble> {
        let Some(newcomer) = Arc::make_mut(&mut self.cast).newcomer() else { return Ok(()) };
        self.report.newcomers += 1;
        self.acts.push(format!("{} joins", newcomer.id));
        self.ground.people(&[newcomer]).await.map_err(broken)
    }

    /// Lets everybody who may do it try, with many forms.
    async fn by_everybody(
        &mut self,
        case: &Case,
        root: &Definition,
        deed: &Deed,
    ) -> Result<Tried, Trouble> {
        let Some(asked) = asked(case, root, deed) else { return Ok(Tried::Skipped) };
        let doers = self.doers(case, root, &asked);
        let in_place = doers.iter().filter_map(|person| {
            let deputy_of = Some(self.represented(person)?);
            Some(Actor { person: person.clone(), deputy_of })
        });
        let in_own_right = doers.iter().cloned().map(|person| Actor { person, deputy_of: None });
        for actor in in_own_right.chain(in_place).collect::<Vec<_>>() {
            for _ in 0..SIMULATION_FORMS_PER_ACT {
                let Some(form) = self.filled(&asked, &actor.person) else { break };
                let nothing_to_fill = form.is_empty();
                match self.try_it(case, deed, &asked, &actor, form).await? {
                    tried @ (Tried::Accepted | Tried::Handled) => return Ok(tried),
                    Tried::Refused(code) if nothing_to_fill || OF_THE_PERSON.contains(&code) => {
                        break;
                    }
                    Tried::Refused(_) | Tried::Skipped | Tried::Waiting(_) => {}
                }
            }
        }
        Ok(Tried::Skipped)
    }

    async fn everything_open(&self) -> Result<String, Trouble> {
        let mut open = Vec::new();
        for id in &self.cases {
            let case = self.case(id).await?;
            if case.is_open() {
                let (tasks, data) = (case.open_tasks(), &case.frame.data);
                open.push(format!("{} {}", shown(&case), json!({"tasks": tasks, "data": data})));
            }
        }
        Ok(open.join("; "))
    }

    /// Registers one of those who could do it as absent, now and then.
    async fn somebody_is_absent(&mut self, asked: &Asked<'_, '_>) -> Result<(), Trouble> {
        let Doer::Holder(open) = &asked.doer else { return Ok(()) };
        let holders = self.cast.holders(open.holder);
        if holders.is_empty() || !self.chance.percent(ABSENCES) {
            return Ok(());
        }
        let people = &self.cast.people;
        let (Some(person), Some(deputy)) =
            (self.chance.pick(&holders).cloned(), self.chance.pick(people).map(|p| p.id.clone()))
        else {
            return Ok(());
        };
        let (from, to) = (self.now(), self.now() + TimeDelta::days(ABSENT_DAYS));
        let absence = Absence { from, to, deputy: deputy.clone() };
        let registered = AbsenceRegistered { absence, reason: None, by: None };
        let absence = registered.absence.clone();
        match self.ground.engine().register_absence(&person, registered).await {
            Ok(_) => {
                self.acts.push(format!("{} absent {person} deputy {deputy}", from.to_rfc3339()));
                self.absent.push((person, absence));
                Ok(())
            }
            Err(error) => self.refused(error),
        }
    }

    /// The absent person in whose place somebody may act.
    fn represented(&self, person: &PersonId) -> Option<PersonId> {
        let found = self.deputies().find(|(_, deputy)| *deputy == person);
        found.map(|(absent, _)| absent.clone())
    }

    /// Those who are absent now, and their deputies.
    fn deputies(&self) -> impl Iterator<Item = (&PersonId, &PersonId)> {
        let now = self.now();
        let lasts = move |absence: &Absence| absence.from <= now && now < absence.to;
        let absent = self.absent.iter().filter(move |(_, absence)| lasts(absence));
        absent.map(|(person, absence)| (person, &absence.deputy))
    }

    /// Everybody who might do it.
    fn doers(&self, case: &Case, root: &Definition, asked: &Asked<'_, '_>) -> Vec<PersonId> {
        let deputies: Vec<&PersonId> = self.deputies().map(|(_, deputy)| deputy).collect();
        doers(&self.cast, &deputies, case, root, asked)
    }

    fn actor(&mut self, case: &Case, root: &Definition, asked: &Asked<'_, '_>) -> Option<Actor> {
        let anybody = &self.cast.people;
        if self.chance.percent(BY_ANYBODY) {
            let person = self.chance.pick(anybody)?.id.clone();
            return Some(Actor { person, deputy_of: None });
        }
        let mut doers = self.doers(case, root, asked);
        let likely = likely(asked);
        if doers.iter().any(|doer| likely.contains(doer)) && self.chance.percent(LIKELY) {
            doers.retain(|doer| likely.contains(doer));
        }
        let person = self.chance.pick(&doers)?.clone();
        let deputy_of = self.represented(&person).filter(|_| self.chance.percent(50));
        Some(Actor { person, deputy_of })
    }

    fn filling<'a>(&'a self, asked: &'a Asked<'_, '_>, actor: &'a PersonId) -> Filling<'a> {
        let definition = asked.definition;
        let rules = asked.rules.iter().copied();
        Filling {
            cast: &self.cast,
            definition,
            hints: self.script.hints(definition),
            data: asked.data,
            clues: Clues::of(rules, asked.data, &definition.settings),
            actor,
            now: self.now(),
        }
    }

    /// A form that may be filled in so; an empty one where nothing is asked.
    fn filled(&mut self, asked: &Asked<'_, '_>, actor: &PersonId) -> Option<Object> {
        let Some(form) = asked.form else { return Some(Object::new()) };
        let mut chance = self.chance.clone();
        let filled = self.filling(asked, actor).form(form, &mut chance);
        self.chance = chance;
        filled
    }

    async fn try_it(
        &mut self,
        case: &Case,
        deed: &Deed,
        asked: &Asked<'_, '_>,
        actor: &Actor,
        form: Object,
    ) -> Result<Tried, Trouble> {
        let said = asked.reason && !self.chance.percent(WRONG_FORMS) || self.chance.percent(10);
        let act = ActOf {
            form,
            reason: said.then(|| "simulated".to_owned()),
            deputy_of: actor.deputy_of.clone(),
            ..ActOf::by(actor.person.clone())
        };
        let told = format!("{} {deed} by {} {}", case.id, told_of(&act), json!(act.form));
        let change = match deed {
            Deed::Change(_, verb) => Some(self.change(*verb)),
            Deed::Complete(..) | Deed::Answer(..) | Deed::Act(_) | Deed::Tell(..) => None,
            Deed::TakeNote(..) => Some(TaskChange::TakeNote),
        };
        let engine = self.ground.engine();
        match ask(engine, case, deed, change, act).await {
            Ok(accepted) => {
                self.accepted(&accepted, told).await?;
                Ok(if deed.leads_on() { Tried::Accepted } else { Tried::Handled })
            }
            Err(error) => {
                let code = error.code().0;
                self.refused(error)?;
                match self.case(&case.id).await?.version == case.version {
                    true => Ok(Tried::Refused(code)),
                    false => Err(Trouble::RefusalChanged(told)),
                }
            }
        }
    }

    fn change(&mut self, verb: Verb) -> TaskChange {
        let people = &self.cast.people;
        let other = self.chance.pick(people).map(|person| person.id.clone());
        match (verb, other) {
            (Verb::Claim, _) | (Verb::Assign | Verb::Delegate, None) => TaskChange::Claim,
            (Verb::Unclaim, _) => TaskChange::Unclaim,
            (Verb::Assign, Some(other)) => TaskChange::Assign(other),
            (Verb::Delegate, Some(other)) => TaskChange::Delegate(other),
            (Verb::Recuse, other) => TaskChange::Recuse(other),
        }
    }

    async fn accepted(&mut self, accepted: &Accepted, told: String) -> Result<(), Trouble> {
        self.acts.push(format!("{} {told}", self.now().to_rfc3339()));
        self.report.acts += 1;
        let id = &accepted.case.id;
        if !self.cases.contains(id) {
            self.cases.push(id.clone());
        }
        self.follow().await?;
        self.sound().await
    }

    fn refused(&mut self, error: EngineError) -> Result<(), Trouble> {
        refused(&mut self.report.refused, error)
    }

    /// Follows the cases that were started by the cases of this run.
    pub(super) async fn follow(&mut self) -> Result<(), Trouble> {
        let mut next = 0;
        while next < self.cases.len() {
            let case = self.case(&self.cases[next]).await?;
            for link in &case.links {
                if !self.cases.contains(&link.case) && self.cases.len() < SIMULATION_CASES_MAX {
                    self.cases.push(link.case.clone());
                }
            }
            next += 1;
        }
        Ok(())
    }

    /// Counts what was taken in the workflow itself.
    pub(super) fn count(&mut self, case: &Case, history: &[Happened]) {
        if let Status::Closed { outcome, .. } = &case.status {
            self.report.end = Some(outcome.clone());
        }
        for happened in history {
            if let CaseEvent::ActionTaken(event) = &happened.event
                && event.action.block.frame().0.is_empty()
            {
                *self.report.actions.entry(event.action.step.clone()).or_default() += 1;
            }
            for consequence in happened.event.consequences() {
                if let Consequence::StepCompleted { step, outcome, .. }
                | Consequence::StepPassed { step, outcome, .. }
                | Consequence::StepDetached { step, outcome, .. } = consequence
                    && step.block.frame().0.is_empty()
                {
                    let taken = (step.step.clone(), outcome.clone());
                    *self.report.taken.entry(taken).or_default() += 1;
                }
            }
        }
    }
}

fn told_of(act: &ActOf) -> String {
    match &act.deputy_of {
        Some(absent) => format!("{} for {absent}", act.by),
        None => act.by.to_string(),
    }
}
