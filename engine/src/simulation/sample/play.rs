//! Playing a sample: the clock goes from one visit or timer to the next, and whoever has a task in a case that moved gets
//! a visit. What it remembers grows with what is open, not with what has happened.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use dure_storage::{Explain, Position};
use serde_json::value::RawValue;

use super::acting::{Asking, Matter, Seen};
use super::clerk::weighted;
use super::company::Company;
use super::diary::{Diary, Seeing, Visit};
use super::office::Office;
use super::story::{Story, Told};
use super::{Begun, Purse, SamplePlan, SampleReport, SampleScale, StepGuide};
use crate::error::EngineError;
use crate::limits::{READ_PAGE_EVENTS, SAMPLE_STARTS_TRIED, SAMPLE_VISITS_IN_VAIN};
use crate::model::account::{AccountRef, Amount, OpenAccount};
use crate::model::address::StepPath;
use crate::model::case::{Case, Running, Waits};
use crate::model::consequence::Object;
use crate::model::definition::Definition;
use crate::model::names::{CaseId, Name, PersonId};
use crate::model::people::{Absence, AbsenceRegistered};
use crate::runtime::{AccountAct, ActOf, Clock, Engine, StartRequest, streams};
use crate::simulation::chance::Chance;
use crate::simulation::deed::{Asked, Doer};
use crate::simulation::doing::refused;
use crate::simulation::ground::Ground;
use crate::simulation::report::Trouble;
use crate::simulation::soundness::broken;

/// Minutes until somebody sees to what is due, at the least, where there is so much time.
const MINUTES_AT_LEAST: i64 = 20;
/// Of the time until something is due, in a hundred parts, what passes at the most before it is done.
const TIME_TAKEN: i64 = 80;
/// Hours until somebody sees to what is not due, at least and at most, where the plan says nothing.
const HOURS: (u32, u32) = (2, 48);
/// Working days by which what is late is late, at the most.
const LATE_DAYS: i64 = 3;

/// A sample that is to be played on a ground on which no case was begun.
pub struct Sample {
    ground: Ground,
    plan: SamplePlan,
    scale: SampleScale,
    begun: Vec<Arc<Definition>>,
    office: Office,
    companies: Vec<Company>,
    stories: Vec<Story>,
}

impl Sample {
    /// A sample by a plan whose workflows and calendar are published; its people and accounts are added. The stories
    /// are told once, whatever the number of districts.
    ///
    /// # Errors
    /// `E-workflow-unknown`, `E-calendar-unknown`, or what the engine says to a person or an account.
    pub async fn of(
        ground: Ground,
        plan: SamplePlan,
        scale: SampleScale,
        stories: Vec<Story>,
    ) -> Result<Sample, EngineError> {
        let engine = ground.engine();
        let mut begun = Vec::new();
        for one in &plan.begun {
            begun.push(engine.workflow(one.workflow.as_str(), None).await?);
        }
        let office = Office::of(engine.calendar(&plan.calendar, None).await?);
        let mut companies: Vec<Company> = Vec::new();
        let mut first = 1;
        for district in 1..=plan.districts {
            let company = Company::of(&plan, district, first)?;
            first += company.cast.people.len() as u32;
            companies.push(company);
        }
        for person in companies.iter().flat_map(|company| &company.cast.people) {
            engine.add_person(person.clone(), None).await?;
        }
        let sample = Sample { ground, plan, scale, begun, office, companies, stories };
        sample.open_accounts().await?;
        Ok(sample)
    }

    pub(super) fn plan(&self) -> &SamplePlan {
        &self.plan
    }

    pub(super) fn company(&self, district: usize) -> &Company {
        &self.companies[district]
    }

    pub(super) fn stories(&self) -> &[Story] {
        &self.stories
    }

    async fn open_accounts(&self) -> Result<(), EngineError> {
        for purse in &self.plan.accounts {
            let years = if purse.once { 1 } else { i64::from(self.plan.years.max(1)) };
            let (keys, districts): (Vec<Option<&String>>, i64) = match &purse.each {
                Some(kind) => {
                    let companies = self.companies.iter();
                    (companies.flat_map(|company| company.of_kind(kind)).map(Some).collect(), 1)
                }
                None => (vec![None], i64::from(self.plan.districts)),
            };
            for key in keys {
                let account = AccountRef::new(purse.account.as_str(), key.map(String::as_str))?;
                let amount = purse.amount.saturating_mul(years).saturating_mul(districts);
                self.open_account(account, purse, amount).await?;
            }
        }
        Ok(())
    }

    /// Opens an account, or lets the amount come in where there is one of that name.
    async fn open_account(
        &self,
        account: AccountRef,
        purse: &Purse,
        units: i64,
    ) -> Result<(), EngineError> {
        let (engine, unit) = (self.ground.engine(), purse.unit.clone());
        let open = OpenAccount { account: account.clone(), unit, floor: 0, amount: units };
        match engine.open_account(open, None).await {
            Err(error) if error.code().0 == "E-account-exists" && !purse.once => {
                let by = self.companies.iter().flat_map(|company| &company.cast.people).next();
                let (Some(by), Some(reason), Ok(amount)) =
                    (by, self.plan.reasons.first(), Amount::new(units))
                else {
                    return Err(error);
                };
                let act = AccountAct::by(by.id.clone(), reason);
                engine.credit(account, amount, act).await.map(|_| ())
            }
            done => done.map(|_| ()),
        }
    }

    /// How many cases the plan begins, those of the stories not counted.
    pub fn cases(&self) -> u64 {
        let a_year: u64 =
            self.plan.begun.iter().map(|begun| u64::from(self.share(begun.a_year))).sum();
        a_year * u64::from(self.plan.years) * self.companies.len() as u64
    }

    fn share(&self, number: u32) -> u32 {
        number.saturating_mul(self.scale.percent) / 100
    }

    /// Plays it. `begun` is told of each case that people begin.
    ///
    /// # Errors
    /// What the engine or the log says, or a story that cannot be told.
    pub async fn play(&self, begun: &mut (dyn FnMut() + Send)) -> Result<SampleReport, Trouble> {
        let mut play = Play::of(self);
        play.prepare_stories().await?;
        play.months();
        play.holidays();
        play.through(begun).await?;
        play.report.people =
            self.companies.iter().map(|company| company.cast.people.len() as u64).sum();
        Ok(play.report)
    }

    fn first_day_of(&self, month: u32) -> Option<NaiveDate> {
        self.plan.begins.checked_add_months(Months::new(month))
    }
}

/// A case of the sample and the steps that somebody will see to.
struct Ours {
    district: usize,
    seen_to: BTreeSet<(String, DateTime<Utc>)>,
}

/// A sample that is being played.
pub(super) struct Play<'p> {
    pub(super) sample: &'p Sample,
    pub(super) chance: Chance,
    pub(super) diary: Diary,
    pub(super) told: Vec<Told<'p>>,
    pub(super) away: BTreeMap<PersonId, Absence>,
    pub(super) office: Office,
    pub(super) report: SampleReport,
    open: HashMap<CaseId, Ours>,
    /// Up to where in the log the cases that moved were looked at.
    read: Position,
}

impl<'p> Play<'p> {
    fn of(sample: &'p Sample) -> Play<'p> {
        let seed = sample.scale.seed;
        Play {
            sample,
            chance: Chance::part(seed, 0),
            diary: Diary::default(),
            told: Vec::new(),
            away: BTreeMap::new(),
            office: sample.office.clone(),
            report: SampleReport {
                seed,
                districts: sample.plan.districts,
                ..SampleReport::default()
            },
            open: HashMap::new(),
            read: Position(0),
        }
    }

    pub(super) fn ground(&self) -> &'p Ground {
        &self.sample.ground
    }

    pub(super) fn engine(&self) -> &'p Engine {
        self.sample.ground.engine()
    }

    fn now(&self) -> DateTime<Utc> {
        self.ground().clock().now()
    }

    /// Writes the months into the diary: what begins in one is drawn when it comes.
    fn months(&mut self) {
        for month in 0..self.sample.plan.years * 12 {
            if let Some(at) = self.start_of(month) {
                self.diary.write(at, Visit::Month(month));
            }
        }
    }

    fn holidays(&mut self) {
        for (index, holiday) in self.sample.plan.holidays.iter().enumerate() {
            if let Some(at) = self.office.some_time_of(holiday.announced, &mut self.chance) {
                self.diary.write(at, Visit::Announce(index));
            }
        }
    }

    /// Publishes the calendar with one more holiday, and lets the dues of what is open follow it.
    async fn announce(&mut self, holiday: usize) -> Result<(), Trouble> {
        let holiday = &self.sample.plan.holidays[holiday];
        let (engine, name) = (self.engine(), &self.sample.plan.calendar);
        let mut calendar = (*engine.calendar(name, None).await.map_err(broken)?).clone();
        calendar.version += 1;
        calendar.holidays.insert(holiday.day, holiday.title.clone());
        let text = serde_json::to_string(&calendar).unwrap_or_default();
        engine.publish_calendar(name.as_str(), &text, None).await.map_err(broken)?;
        self.office = Office::of(engine.calendar(name, None).await.map_err(broken)?);
        let mut open: Vec<CaseId> = self.open.keys().cloned().collect();
        open.sort();
        for case in open {
            if let Err(error) = engine.move_dues(&case, name).await {
                self.refused(error)?;
            }
        }
        Ok(())
    }

    fn start_of(&self, month: u32) -> Option<DateTime<Utc>> {
        let day = self.sample.first_day_of(month)?;
        Some(day.and_hms_opt(0, 0, 0)?.and_utc())
    }

    /// Goes from one visit or timer to the next, until the last year is over.
    async fn through(&mut self, begun: &mut (dyn FnMut() + Send)) -> Result<(), Trouble> {
        let Some(until) = self.start_of(self.sample.plan.years * 12) else { return Ok(()) };
        loop {
            let timer = self.engine().next_wake().await.map_err(broken)?;
            let next = self.diary.next().into_iter().chain(timer).min();
            let Some(at) = next.filter(|at| *at < until) else { break };
            self.ground().go_to(at).await?;
            self.notice().await?;
            // Only what is due: what a visit brings about may change what is to be done at the same time.
            if let Some(visit) = self.diary.take(at) {
                self.visit(visit, begun).await?;
                self.notice().await?;
            }
        }
        self.ground().go_to(until).await.map(|_| ())
    }

    async fn visit(
        &mut self,
        visit: Visit,
        begun: &mut (dyn FnMut() + Send),
    ) -> Result<(), Trouble> {
        match visit {
            Visit::Month(month) => {
                self.month(month);
                Ok(())
            }
            Visit::Begin(which, district) => {
                begun();
                self.begin(which, district).await
            }
            Visit::See(seeing) => self.see(seeing).await,
            Visit::Tell(story) => self.tell(story).await,
            Visit::Away(which, district, nth) => self.go_away(which, district, nth).await,
            Visit::Announce(holiday) => self.announce(holiday).await,
        }
    }

    /// Draws when in a month what begins.
    fn month(&mut self, month: u32) {
        let sample = self.sample;
        let Some(first) = sample.first_day_of(month) else { return };
        let days =
            first.checked_add_months(Months::new(1)).map_or(28, |next| (next - first).num_days());
        for district in 0..sample.companies.len() {
            for (which, begun) in sample.plan.begun.iter().enumerate() {
                for _ in 0..self.in_month(begun, first.month0() as usize) {
                    let day = self.office.working_day(first, self.chance.between(0, days - 1));
                    let in_month = day.filter(|day| day.month() == first.month());
                    let day = in_month.or_else(|| self.office.working_day(first, 0));
                    let at = day.and_then(|day| self.office.some_time_of(day, &mut self.chance));
                    if let Some(at) = at {
                        self.diary.write(at, Visit::Begin(which, district));
                    }
                }
            }
            if first.month0() == 0 {
                self.absences(first, district);
            }
        }
    }

    /// How many begin in a month: what is left over by rounding goes to the months after.
    fn in_month(&self, begun: &Begun, month: usize) -> u64 {
        let whole: u64 = begun.months.iter().map(|weight| u64::from(*weight)).sum();
        let share = u64::from(self.sample.share(begun.a_year));
        let until = |month: usize| {
            let before: u64 = begun.months[..month].iter().map(|weight| u64::from(*weight)).sum();
            share * before / whole.max(1)
        };
        until(month + 1) - until(month)
    }

    fn absences(&mut self, year: NaiveDate, district: usize) {
        for (which, away) in self.sample.plan.absences.iter().enumerate() {
            for nth in 0..away.a_year {
                // Each time in its own part of the year, so that none overlaps another.
                let part = 360 / away.a_year.max(1);
                let spare = i64::from(part.saturating_sub(away.days + 1));
                let day = i64::from(nth * part) + self.chance.between(0, spare.max(0));
                let day = year.checked_add_days(Days::new(day.unsigned_abs()));
                let day = day.and_then(|day| day.and_hms_opt(0, 0, 0));
                if let Some(day) = day {
                    self.diary.write(day.and_utc(), Visit::Away(which, district, nth));
                }
            }
        }
    }

    async fn go_away(&mut self, which: usize, district: usize, nth: u32) -> Result<(), Trouble> {
        let away = &self.sample.plan.absences[which];
        let cast = &self.sample.company(district).cast;
        let holding = |role: &Name| -> Vec<PersonId> {
            cast.holding(std::slice::from_ref(role), None).cloned().collect()
        };
        let (people, deputies) = (holding(&away.role), holding(&away.deputy));
        let person = people.get(nth as usize % people.len().max(1));
        let deputy = deputies.iter().find(|deputy| !people.contains(deputy));
        let (Some(person), Some(deputy)) = (person, deputy) else { return Ok(()) };
        let (from, to) = (self.now(), self.now() + TimeDelta::days(away.days.into()));
        let absence = Absence { from, to, deputy: deputy.clone() };
        let registered = AbsenceRegistered { absence: absence.clone(), reason: None, by: None };
        match self.engine().register_absence(person, registered).await {
            Ok(_) => {
                self.away.insert(person.clone(), absence);
                Ok(())
            }
            Err(error) => self.refused(error),
        }
    }

    /// Somebody begins a case.
    async fn begin(&mut self, which: usize, district: usize) -> Result<(), Trouble> {
        let (plan, definition) = (&self.sample.plan, &self.sample.begun[which]);
        let (start, by) = (&definition.start, &plan.begun[which].by);
        let mut last = String::new();
        for _ in 0..SAMPLE_STARTS_TRIED {
            let Some(role) = weighted(by.iter(), &mut self.chance) else { break };
            let cast = &self.sample.company(district).cast;
            let holding = |role: &Name| -> Vec<PersonId> {
                cast.holding(std::slice::from_ref(role), None).cloned().collect()
            };
            let Some(person) = self.chance.pick(&holding(role)).cloned() else { break };
            let enters = start.entered_by.contains(role);
            let asking = start.by.iter().filter(|_| enters);
            let asking = asking.chain(start.on_behalf_of.as_ref().filter(|asking| *asking != role));
            let askers: Vec<PersonId> = asking.flat_map(holding).collect();
            let on_behalf_of = self.chance.pick(&askers).cloned();
            let asker = on_behalf_of.clone().unwrap_or_else(|| person.clone());
            let asked = Asked {
                definition,
                data: &definition.defaults,
                doer: Doer::Roles(&start.by),
                form: Some(&start.form),
                rules: Vec::new(),
                reason: false,
            };
            let (asked, asker, role) = (&asked, &asker, Some(role));
            let (item, guide, at) = (None, None, self.now());
            let asking = Asking { asked, district, item, asker, role, guide, at };
            let Some(form) = self.filled(&asking) else {
                last = "no form".to_owned();
                continue;
            };
            match self.start(definition, form, person, on_behalf_of).await {
                Ok(case) => {
                    self.report.begun += 1;
                    self.report.acts += 1;
                    self.ours(case, district);
                    return Ok(());
                }
                Err(error) => {
                    last = error.to_string();
                    self.refused(error)?;
                }
            }
        }
        Err(Trouble::NotStarted(format!("{}: {last}", definition.reference)))
    }

    async fn start(
        &self,
        definition: &Definition,
        form: Object,
        person: PersonId,
        on_behalf_of: Option<PersonId>,
    ) -> Result<CaseId, EngineError> {
        let act = ActOf { form, on_behalf_of, ..ActOf::by(person) };
        let workflow = definition.reference.name.to_string();
        let accepted = self.engine().start(StartRequest { workflow, case: None, act }).await?;
        Ok(accepted.case.id.clone())
    }

    fn ours(&mut self, case: CaseId, district: usize) {
        self.open.insert(case, Ours { district, seen_to: BTreeSet::new() });
    }

    pub(super) fn refused(&mut self, error: EngineError) -> Result<(), Trouble> {
        refused(&mut self.report.refused, error)
    }

    async fn see(&mut self, seeing: Seeing) -> Result<(), Trouble> {
        let Some(district) = self.open.get(&seeing.case).map(|ours| ours.district) else {
            return Ok(());
        };
        let case = self.engine().case(&seeing.case).await.map_err(broken)?;
        let is_active = case
            .running()
            .iter()
            .any(|running| running.path == seeing.step && running.step.since == seeing.since);
        if !is_active {
            return Ok(());
        }
        let root = self.engine().definition_of(&case).await.map_err(broken)?;
        let (path, done_at) = (&seeing.step, seeing.done_at);
        let matter = Matter { case: &case, root: &root, district, path, done_at };
        match self.see_to(&matter).await? {
            Seen::Done => {
                // What leads back to the same step at the same moment is another task.
                if let Some(ours) = self.open.get_mut(&case.id) {
                    ours.seen_to.remove(&(path.to_string(), seeing.since));
                }
                Ok(())
            }
            Seen::Left => Ok(()),
            Seen::Refused(last) if seeing.tries >= SAMPLE_VISITS_IN_VAIN => {
                self.report.given_up.push(format!("{} {path}: {last}", case.id));
                Ok(())
            }
            Seen::Refused(_) => {
                // Longer and longer: what it waits for may take its time.
                let later = self.now() + TimeDelta::days(1 + i64::from(seeing.tries));
                let at = self.office.open_at(later, &mut self.chance).unwrap_or(later);
                let seeing = Seeing { tries: seeing.tries + 1, done_at: None, ..seeing };
                self.diary.write(at, Visit::See(seeing));
                Ok(())
            }
        }
    }

    /// Looks at every case that moved: whoever has a task there gets a visit.
    async fn notice(&mut self) -> Result<(), Trouble> {
        loop {
            let page = self.engine().log().read_all(self.read, READ_PAGE_EVENTS).await;
            let page = page.map_err(|error| broken(error.into()))?;
            let Some(last) = page.last() else { return Ok(()) };
            self.read = Position(last.position.0 + 1);
            let mut moved = Vec::new();
            for event in &page {
                let envelope = event.envelope::<&RawValue>();
                let envelope = envelope.map_err(|error| broken(error.into()))?;
                moved.extend(streams::case_of(&envelope.subject));
            }
            moved.sort();
            moved.dedup();
            for id in moved {
                self.moved(&id).await?;
            }
        }
    }

    async fn moved(&mut self, id: &CaseId) -> Result<(), Trouble> {
        let case = self.engine().case(id).await.map_err(broken)?;
        if !self.open.contains_key(id) {
            let parent = case.parent.as_ref().and_then(|parent| self.open.get(&parent.case));
            let Some(district) = parent.map(|parent| parent.district) else { return Ok(()) };
            if case.is_open() {
                self.ours(id.clone(), district);
            }
        }
        if !case.is_open() {
            self.open.remove(id);
            return Ok(());
        }
        let root = self.engine().definition_of(&case).await.map_err(broken)?;
        let mut still = BTreeSet::new();
        for running in case.running() {
            let key = (running.path.to_string(), running.step.since);
            let known = self.open.get(id).is_some_and(|ours| ours.seen_to.contains(&key));
            if known || self.expect(&case, &root, &running) {
                still.insert(key);
            }
        }
        if let Some(ours) = self.open.get_mut(id) {
            ours.seen_to = still;
        }
        Ok(())
    }

    /// Writes a visit to an active step into the diary, if there is anything to be done.
    fn expect(&mut self, case: &Case, root: &Definition, running: &Running<'_>) -> bool {
        let guide = guide_of(&self.sample.plan, case, root, &running.path);
        let due = match &running.step.waits {
            Waits::Task { due, .. } => *due,
            Waits::Auto { .. } => None,
            Waits::Event { message: Some(_) } if guide.is_some() => None,
            Waits::Event { .. } | Waits::Branches(_) | Waits::Call(_) => return false,
        };
        let done = self.when(due, guide);
        let at = self.recorded(done, guide);
        let seeing = Seeing {
            case: case.id.clone(),
            step: running.path.clone(),
            since: running.step.since,
            done_at: Some(done).filter(|done| *done < at),
            tries: 0,
        };
        self.diary.write(at, Visit::See(seeing));
        true
    }

    /// When somebody does what is due at a time.
    fn when(&mut self, due: Option<DateTime<Utc>>, guide: Option<&StepGuide>) -> DateTime<Utc> {
        let (now, office) = (self.now(), self.office.clone());
        let late = guide.is_some_and(|guide| self.chance.percent(guide.late));
        let (least, most) = guide.and_then(|guide| guide.hours).unwrap_or(HOURS);
        let minutes = self.chance.between(i64::from(least) * 60, i64::from(most) * 60);
        let in_time = match due {
            Some(due) if late => {
                let late = due.max(now) + TimeDelta::days(self.chance.between(1, LATE_DAYS));
                return office.open_at(late, &mut self.chance).unwrap_or(late);
            }
            Some(due) if guide.is_some_and(|guide| guide.on_the_day) => {
                let day = office.day(due - TimeDelta::minutes(1));
                let time = day.and_then(|day| office.some_time_of(day, &mut self.chance));
                return time.unwrap_or(now).max(now);
            }
            Some(due) => {
                let left = (due - now).num_minutes().max(0) * TIME_TAKEN / 100;
                let taken = match guide.and_then(|guide| guide.hours) {
                    Some(_) => minutes.min(left),
                    None => self.chance.between(MINUTES_AT_LEAST.min(left), left),
                };
                now + TimeDelta::minutes(taken)
            }
            None => now + TimeDelta::minutes(minutes),
        };
        let open = office.open_at(in_time, &mut self.chance).unwrap_or(in_time);
        match due {
            Some(due) if open >= due => in_time,
            Some(_) | None => open,
        }
    }

    /// When it is recorded.
    fn recorded(&mut self, done: DateTime<Utc>, guide: Option<&StepGuide>) -> DateTime<Utc> {
        let Some((percent, days)) = guide.and_then(|guide| guide.recorded_later) else {
            return done;
        };
        if !self.chance.percent(percent) {
            return done;
        }
        let later = done + TimeDelta::days(self.chance.between(1, days.into()));
        self.office.open_at(later, &mut self.chance).unwrap_or(later)
    }
}

/// What the plan says of the step at a path.
fn guide_of<'p>(
    plan: &'p SamplePlan,
    case: &Case,
    root: &Definition,
    path: &StepPath,
) -> Option<&'p StepGuide> {
    let (definition, _) = crate::model::decide::frame_at(case, root, &path.block).ok()?;
    plan.guides.get(&definition.reference.name)?.steps.get(&path.step)
}
