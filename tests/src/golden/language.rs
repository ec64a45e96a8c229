//! One of everything that can be recorded: the play that the history `language-v1` was recorded from. It may be changed
//! with the engine, and what it makes today proves nothing; the recorded file does.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use dure_engine::model::account::{Amount, OpenAccount, Unit};
use dure_engine::model::event::TaskChange;
use dure_engine::model::names::{CaseId, Name, PersonId};
use dure_engine::model::people::{Absence, AbsenceRegistered, Grant, Person, RoleGranted};
use dure_engine::runtime::{AccountAct, ComeBack, CountedIds, EndRole, ManualClock, MigrationMode};
use dure_engine::{
    ActOf, ActionRequest, CompleteRequest, Engine, EngineOptions, MessageRequest, StartRequest,
    TaskRequest,
};
use dure_storage::{EventLog, MemoryLog, MemoryStore, Source};
use serde_json::{Value, json};

const EVERYTHING: &str = include_str!("language/everything.yaml");
const CALLED: [&str; 2] =
    [include_str!("language/errand.yaml"), include_str!("language/part.yaml")];
const OFFICE: &str = include_str!("language/office.yaml");
const PEOPLE: [(&str, &[&str]); 9] = [
    ("clerk-1", &["clerk"]),
    ("clerk-2", &["clerk"]),
    ("head-1", &["head"]),
    ("head-2", &["head"]),
    ("member-1", &["member"]),
    ("member-2", &["member"]),
    ("member-3", &["member"]),
    ("applicant-1", &["applicant"]),
    ("other-1", &[]),
];
/// Items whose steps, each with its clock, do not fit one event.
const MANY_ITEMS: usize = 150;

/// Plays everything, and gives the log.
pub async fn played() -> Arc<MemoryLog> {
    let log = Arc::new(MemoryLog::new(Source("urn:dure:golden".into())));
    let play = Play::on(log.clone()).await;
    play.begins().await;
    play.papers().await;
    play.votes().await;
    play.branches().await;
    play.machine().await;
    play.far().await;
    play.money().await;
    play.goes_on_in_other_versions().await;
    log
}

struct Play {
    engine: Engine,
    clock: Arc<ManualClock>,
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an RFC 3339 time")
}

fn person(id: &str) -> PersonId {
    PersonId::new(id).expect("a person's id")
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn units(count: i64) -> Amount {
    Amount::new(count).expect("an amount")
}

fn act(by: &str, form: Value) -> ActOf {
    let Value::Object(form) = form else { panic!("a form is an object") };
    ActOf { form, reason: Some("for the record".into()), ..ActOf::by(person(by)) }
}

impl Play {
    async fn on(log: Arc<dyn EventLog>) -> Play {
        // A Monday, ten o'clock in Seoul.
        let clock = Arc::new(ManualClock::at(at("2017-03-06T01:00:00Z")));
        let options = EngineOptions { clock: clock.clone(), ids: Arc::new(CountedIds::default()) };
        let engine = Engine::open(log, Arc::new(MemoryStore::default()), options).await;
        Play { engine: engine.expect("an engine opens"), clock }
    }

    async fn publish(&self, text: &str) {
        let published = self.engine.publish("everything.yaml", text, None).await;
        published.unwrap_or_else(|error| panic!("{error}"));
    }

    async fn calendar(&self, text: &str) {
        let published = self.engine.publish_calendar("office.yaml", text, None).await;
        published.unwrap_or_else(|error| panic!("{error}"));
    }

    /// Time passes, and whatever is due fires at its own time.
    async fn until(&self, time: &str) {
        let time = at(time);
        while let Some(next) = self.engine.next_wake().await.expect("a time").filter(|n| *n <= time)
        {
            self.clock.go_to(next);
            self.engine.tick().await.expect("time passes");
        }
        self.clock.go_to(time);
    }

    async fn start(&self, form: Value) -> CaseId {
        self.started(act("clerk-1", form)).await
    }

    async fn started(&self, act: ActOf) -> CaseId {
        let request = StartRequest { workflow: "everything".into(), case: None, act };
        let started = self.engine.start(request).await;
        started.unwrap_or_else(|error| panic!("{error}")).case.id.clone()
    }

    /// Completes a step: `STEP OUTCOME`.
    async fn done(&self, case: &CaseId, by: &str, what: &str, form: Value) {
        self.completed(case, what, act(by, form)).await;
    }

    async fn completed(&self, case: &CaseId, what: &str, act: ActOf) {
        let (step, outcome) = what.split_once(' ').expect("a step and an outcome");
        let (case, step, outcome) = (case.clone(), step.to_owned(), outcome.to_owned());
        let request = CompleteRequest { case, step, outcome, expected: None, act };
        let completed = self.engine.complete(request).await;
        completed.unwrap_or_else(|error| panic!("{what}: {error}"));
    }

    async fn action(&self, case: &CaseId, by: &str, action: &str, form: Value) {
        let (case, action) = (case.clone(), action.to_owned());
        let request = ActionRequest { case, action, expected: None, act: act(by, form) };
        self.engine.act(request).await.unwrap_or_else(|error| panic!("{error}"));
    }

    async fn change(&self, case: &CaseId, by: &str, step: &str, change: TaskChange) {
        let (case, step, act) = (case.clone(), step.to_owned(), act(by, json!({})));
        let request = TaskRequest { case, step, change, expected: None, act };
        self.engine.change_task(request).await.unwrap_or_else(|error| panic!("{error}"));
    }

    async fn word(&self, case: &CaseId) {
        let (case, act) = (case.clone(), act("clerk-1", json!({"text": "go on"})));
        let request = MessageRequest { case, message: "word".into(), act };
        self.engine.send(request).await.unwrap_or_else(|error| panic!("{error}"));
    }

    async fn open(&self, account: &str, amount: i64) {
        let (account, unit) = (account.parse().expect("an account"), Unit(name("krw")));
        let open = OpenAccount { account, unit, floor: 0, amount };
        self.engine.open_account(open, None).await.expect("it is opened");
    }

    async fn begins(&self) {
        self.calendar(OFFICE).await;
        for text in CALLED.into_iter().chain([EVERYTHING]) {
            self.publish(text).await;
        }
        for (id, roles) in PEOPLE {
            let roles = roles.iter().map(|role| Grant::always(name(role), None)).collect();
            let added = self.engine.add_person(Person::new(person(id), roles), None).await;
            assert!(added.expect("they are added"));
        }
        for (account, amount) in [("budget/east", 100), ("budget/west", 50), ("budget/old", 7)] {
            self.open(account, amount).await;
        }
        let grant = Grant::always(name("member"), Some("east".into()));
        let granted = RoleGranted { grant, reason: Some("a new term".into()), by: None };
        self.engine.grant_role(&person("other-1"), granted).await.expect("it is granted");
    }

    /// On behalf of somebody; reminded, called in, given more time; claimed, assigned, delegated; standing still; in
    /// place of somebody absent, who takes note of it.
    async fn papers(&self) {
        let starting = act("clerk-1", json!({"way": "papers", "who": "applicant-1"}));
        let starting = ActOf { on_behalf_of: Some(person("applicant-1")), ..starting };
        let case = self.started(starting).await;
        self.until("2017-03-14T10:00:00Z").await;
        self.action(&case, "head-1", "more_time", json!({})).await;
        self.change(&case, "clerk-1", "write", TaskChange::Claim).await;
        self.change(&case, "clerk-1", "write", TaskChange::Unclaim).await;
        self.change(&case, "clerk-1", "write", TaskChange::Assign(person("clerk-2"))).await;
        self.change(&case, "clerk-2", "write", TaskChange::Delegate(person("other-1"))).await;
        self.done(&case, "other-1", "write ask", json!({})).await;
        self.until("2017-03-15T01:00:00Z").await;
        self.done(&case, "applicant-1", "supplement done", json!({})).await;
        self.until("2017-03-16T01:00:00Z").await;
        self.done(&case, "clerk-1", "write hand_in", json!({})).await;
        self.change(&case, "head-2", "sign", TaskChange::Recuse(Some(person("other-1")))).await;
        let absence = Absence {
            from: at("2017-03-16T00:00:00Z"),
            to: at("2017-03-30T00:00:00Z"),
            deputy: person("member-1"),
        };
        let registered = AbsenceRegistered { absence, reason: None, by: Some(person("head-1")) };
        self.engine.register_absence(&person("head-1"), registered).await.expect("registered");
        let in_place = ActOf { deputy_of: Some(person("head-1")), ..act("member-1", json!({})) };
        self.completed(&case, "sign yes", in_place).await;
        let back = ComeBack { at: at("2017-03-20T00:00:00Z"), reason: None, by: None };
        self.until("2017-03-20T01:00:00Z").await;
        self.engine.end_absence(&person("head-1"), back).await.expect("they are back");
        self.change(&case, "head-1", "sign", TaskChange::TakeNote).await;
        self.done(&case, "applicant-1", "receive done", json!({})).await;
    }

    async fn votes(&self) {
        let [agreed, divided] =
            [self.start(json!({"way": "vote"})).await, self.start(json!({"way": "vote"})).await];
        for member in ["member-1", "member-2"] {
            self.done(&agreed, member, "vote aye", json!({})).await;
        }
        self.done(&divided, "member-1", "vote aye", json!({})).await;
        self.done(&divided, "member-2", "vote nay", json!({})).await;
        self.change(&divided, "member-3", "vote", TaskChange::Recuse(None)).await;
        let end = EndRole {
            role: name("member"),
            scope: Some("east".into()),
            at: at("2017-03-20T00:00:00Z"),
            reason: None,
            by: Some(person("head-1")),
        };
        self.engine.end_role(&person("other-1"), end).await.expect("it ends");
    }

    /// One that runs on beside and is left; a list that changes, whose good items are kept; and one of many items.
    async fn branches(&self) {
        let both = self.start(json!({"way": "both"})).await;
        self.done(&both, "clerk-1", "run done", json!({})).await;
        self.action(&both, "clerk-1", "withdraw", json!({})).await;
        let list = self.start(json!({"way": "list", "parts": ["a", "b"]})).await;
        self.done(&list, "clerk-1", "list:i1/check good", json!({})).await;
        self.action(&list, "clerk-1", "change", json!({"parts": ["a", "c"]})).await;
        self.done(&list, "clerk-1", "list:i3/check poor", json!({})).await;
        self.done(&list, "clerk-1", "redo done", json!({})).await;
        self.done(&list, "clerk-1", "list:i2/check good", json!({})).await;
        let parts: Vec<String> = (1..=MANY_ITEMS).map(|part| format!("part {part}")).collect();
        let many = self.start(json!({"way": "list", "parts": parts})).await;
        self.action(&many, "clerk-1", "withdraw", json!({})).await;
    }

    /// A handler that fails, is tried again, fails for good, is released by a person, and answers.
    async fn machine(&self) {
        let case = self.start(json!({"way": "machine"})).await;
        for for_good in [false, true] {
            let lease = self.lease().await;
            let failed = self.engine.fail_lease(lease, "no paper".into(), for_good).await;
            failed.expect("it is recorded");
            self.until("2017-03-21T01:00:00Z").await;
        }
        let retried = self.engine.retry_effect(&case, "machine", act("clerk-1", json!({}))).await;
        retried.unwrap_or_else(|error| panic!("{error}"));
        let answer = json!({"cost": 4}).as_object().cloned().unwrap_or_default();
        let answered = self.engine.complete_lease(self.lease().await, "ok".into(), answer).await;
        answered.expect("it is recorded");
    }

    async fn lease(&self) -> dure_storage::EventId {
        let minute = Duration::from_secs(60);
        let leases = self.engine.claim(&name("convert"), "worker", minute, 1).await;
        leases.expect("the store works").first().expect("work").token
    }

    /// Another case is started and told; a time that recurs is awaited, and a word.
    async fn far(&self) {
        let case = self.start(json!({"way": "far"})).await;
        let errand = self.engine.case(&case).await.expect("the case").links[0].case.clone();
        self.done(&case, "clerk-1", "tell done", json!({"errand": errand})).await;
        self.done(&errand, "clerk-1", "ready done", json!({})).await;
        let waiting = self.start(json!({"way": "wait"})).await;
        self.until("2017-04-03T02:00:00Z").await;
        self.word(&waiting).await;
        let unheard = self.start(json!({"way": "wait"})).await;
        self.until("2017-05-12T02:00:00Z").await;
        assert!(!self.engine.case(&unheard).await.expect("the case").is_open());
    }

    /// Set aside, used, given back and moved, in the case and in what it calls; a flag raised and cleared.
    async fn money(&self) {
        let case = self.start(json!({"way": "pay", "cost": 10})).await;
        for cost in [200, 10] {
            self.action(&case, "clerk-1", "change", json!({"cost": cost})).await;
        }
        for what in ["pay ok", "spend some", "spend back", "spend move"] {
            self.done(&case, "clerk-1", what, json!({})).await;
        }
        let calling = self.start(json!({"way": "call", "cost": 5})).await;
        for what in ["work set_aside", "work ready"] {
            self.done(&calling, "clerk-1", what, json!({})).await;
        }
        // What a called workflow has set aside passes to the one that leaves it.
        let left = self.start(json!({"way": "call", "cost": 2})).await;
        self.done(&left, "clerk-1", "work set_aside", json!({})).await;
        self.action(&left, "clerk-1", "withdraw", json!({})).await;
        let [east, west, old] = ["budget/east", "budget/west", "budget/old"]
            .map(|account| account.parse().expect("an account"));
        let because = || AccountAct::by(person("head-1"), "the year ends");
        self.engine.credit(west, units(9), because()).await.expect("credited");
        let moved = self.engine.transfer(old, east, units(6), because()).await;
        let old = moved.expect("moved").accounts[0].account.clone();
        self.engine.debit(old.clone(), units(1), because()).await.expect("debited");
        self.engine.close_account(old, because()).await.expect("closed");
    }

    /// A holiday declared later moves dues; then everything that is open goes on under new names, and once more with
    /// clocks that begin anew.
    async fn goes_on_in_other_versions(&self) {
        let writing = self.start(json!({"way": "papers"})).await;
        let asked = self.start(json!({"way": "papers"})).await;
        self.done(&asked, "clerk-1", "write ask", json!({})).await;
        let calling = self.start(json!({"way": "call", "cost": 1})).await;
        let holiday = "holidays: {\"2017-05-15\": {ko: 임시공휴일, en: Temporary holiday}, ";
        let calendar = OFFICE.replace("version: 1", "version: 2").replace("holidays: {", holiday);
        self.calendar(&calendar).await;
        self.engine.move_dues(&writing, &name("office")).await.expect("they move");
        let second = EVERYTHING
            .replace("version: 1", "version: 2")
            .replace("write", "draft")
            .replace("left:", "west:")
            .replace("en: Write}\n    by: clerk", "en: Write}\n    by: [clerk, head]");
        self.publish(&second).await;
        self.migrate(
            "from: 1\nto: 2\nsteps: {write: draft}\nbranches: {together: {left: west}}\n\
             set: {cost: data.cost + 1}\n",
        )
        .await;
        let third =
            second.replace("version: 2", "version: 3").replace("within: 5bd", "within: 9bd");
        self.publish(&third).await;
        self.migrate("from: 2\nto: 3\ndues: anew\n").await;
        self.done(&writing, "head-1", "draft hand_in", json!({})).await;
        // Small sums may be signed by a clerk.
        self.done(&writing, "clerk-2", "sign no_", json!({})).await;
        self.done(&calling, "clerk-1", "work ready", json!({})).await;
    }

    async fn migrate(&self, says: &str) {
        let text = format!("migrate: everything\nbecause: {{ko: 새 규정, en: New rules}}\n{says}");
        let plan = self.engine.migration_plan("plan.yaml", &text).await;
        let plan = plan.unwrap_or_else(|error| panic!("{error}"));
        let mode = MigrationMode::Apply { by: person("head-1"), completable_only: false };
        let counts = self.engine.migrate(&plan, &mode, &mut |_| {}).await;
        assert!(counts.unwrap_or_else(|error| panic!("{error}")).applied > 2);
    }
}
