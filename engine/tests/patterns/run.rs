//! A case of a pattern, and what is tried at every act whatever the test is about: the act once more, with its key and
//! without it; every step that is over; after the end, everything again. A run that does not come to its end fails.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;

use dure_engine::model::case::{Case, Status};
use dure_engine::model::evolve::fold;
use dure_engine::model::names::CaseId;
use dure_engine::{Accepted, ActOf, ActionRequest, EngineError, MessageRequest};
use dure_storage::Explain;
use serde_json::{Value, json};

use crate::harness::{World, act, at, code, completing};
use crate::invariants::history;

/// The end of every case: the action `leave`, which `flow` writes into every workflow.
const LEAVE: &str = "!leave";

/// What is done: `step=outcome` or `step` completes, `!name` acts, `?message` tells; a form may follow after a space.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    what: What,
    form: Value,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Complete { step: String, outcome: String },
    Act(String),
    Tell(String),
    Clock(String),
}

impl Deed {
    fn read(text: &str) -> Deed {
        let (name, form) = text.split_once(' ').unwrap_or((text, "{}"));
        let form = serde_json::from_str(form).expect("a form");
        let what = match (name.strip_prefix('!'), name.strip_prefix('?')) {
            (Some(action), _) => What::Act(action.to_owned()),
            (None, Some(message)) => What::Tell(message.to_owned()),
            (None, None) => {
                let (step, outcome) = name.split_once('=').unwrap_or((name, "done"));
                What::Complete { step: step.to_owned(), outcome: outcome.to_owned() }
            }
        };
        Deed { what, form }
    }

    /// What it may be told that comes too late in an open case.
    fn late(&self) -> &'static [&'static str] {
        match self.what {
            What::Complete { .. } => &["E-step-not-active"],
            What::Act(_) => {
                &["E-action-unknown", "E-action-not-now", "E-action-spent", "E-guard-false"]
            }
            What::Tell(_) => &["E-message-not-awaited"],
            What::Clock(_) => &[],
        }
    }
}

/// A case and its engine, with nothing tried beside what is asked.
struct Stage {
    world: World,
    case: CaseId,
}

impl Stage {
    async fn new(text: &str, form: &Value) -> Stage {
        let world = World::new().await;
        world.publish(text).await;
        world.person("p", &["worker"]).await;
        let case = world.started("flow", "p", form.clone()).await;
        Stage { world, case }
    }

    async fn asks(&self, deed: &Deed, key: Option<&str>) -> Result<Accepted, EngineError> {
        let idempotency_key = key.map(str::to_owned);
        let act = ActOf { idempotency_key, ..act("p", deed.form.clone()) };
        let (engine, case) = (&self.world.engine, self.case.clone());
        match &deed.what {
            What::Complete { step, outcome } => {
                engine.complete(completing(&case, step, outcome, act)).await
            }
            What::Act(action) => {
                let action = action.clone();
                engine.act(ActionRequest { case, action, expected: None, act }).await
            }
            What::Tell(message) => {
                engine.send(MessageRequest { case, message: message.clone(), act }).await
            }
            What::Clock(time) => panic!("nobody asks for {time}"),
        }
    }

    async fn goes_to(&self, time: &str) -> usize {
        self.world.clock.go_to(at(time));
        self.world.engine.tick().await.expect("the clock is looked at")
    }

    async fn now(&self) -> Arc<Case> {
        self.world.engine.case(&self.case).await.expect("the case is there")
    }

    /// I13: an open case has somebody or something that moves it; a closed one has nothing left. I6: what was stored
    /// folds to the state that was decided upon.
    async fn sound(&self) {
        let case = self.now().await;
        assert_eq!(case.fault, None);
        assert!(!case.is_stuck(), "{case:?}");
        assert!(case.is_open() || case.running().is_empty(), "{case:?}");
        assert_eq!(fold(&history(&self.world, &self.case).await).as_ref(), Some(&*case));
    }

    /// The state and how much is recorded: what a refusal and a repetition leave as it is.
    async fn mark(&self) -> (Arc<Case>, u64) {
        (self.now().await, self.world.engine.log().head().await.expect("a head").size)
    }
}

/// A request that was sent, under its key.
#[derive(Debug, Clone)]
struct Tried {
    deed: Deed,
    key: String,
    accepted: bool,
}

/// A case of a flow.
pub struct Run {
    text: String,
    form: Value,
    stage: Stage,
    /// What may be done again at once, and is accepted again.
    repeatable: Vec<Deed>,
    tried: RefCell<Vec<Tried>>,
    /// Every task that was ever active.
    seen: RefCell<BTreeSet<String>>,
    over: Cell<bool>,
}

impl Run {
    pub async fn of(text: &str) -> Run {
        Run::with(text, json!({})).await
    }

    pub async fn with(text: &str, form: Value) -> Run {
        let stage = Stage::new(text, &form).await;
        let run = Run {
            text: text.to_owned(),
            form,
            stage,
            repeatable: Vec::new(),
            tried: RefCell::default(),
            seen: RefCell::default(),
            over: Cell::new(false),
        };
        run.looked_at().await;
        run
    }

    /// Says what may be done twice in a row.
    pub fn repeating(mut self, deeds: &[&str]) -> Run {
        self.repeatable = deeds.iter().map(|deed| Deed::read(deed)).collect();
        self
    }

    /// Does a deed and gives the code.
    pub async fn done(&self, deed: &str) -> String {
        self.does(Deed::read(deed)).await
    }

    pub async fn filled(&self, deed: &str, form: Value) -> String {
        self.does(Deed { form, ..Deed::read(deed) }).await
    }

    pub async fn acted(&self, action: &str, form: Value) -> String {
        self.filled(&format!("!{action}"), form).await
    }

    pub async fn goes_to(&self, time: &str) -> usize {
        let fired = self.stage.goes_to(time).await;
        let what = What::Clock(time.to_owned());
        let deed = Deed { what, form: json!({}) };
        self.tried.borrow_mut().push(Tried { deed, key: String::new(), accepted: true });
        self.looked_at().await;
        fired
    }

    pub async fn now(&self) -> Arc<Case> {
        self.stage.now().await
    }

    pub async fn active(&self) -> Vec<String> {
        self.stage.world.active(&self.stage.case).await
    }

    pub async fn end(&self) -> Option<String> {
        match &self.now().await.status {
            Status::Open => None,
            Status::Closed { outcome, .. } => Some(outcome.to_string()),
        }
    }

    /// Ends the case if it is open, so that everything done on it is tried once more.
    pub async fn left(&self) {
        if self.end().await.is_none() {
            assert_eq!(self.done(LEAVE).await, "accepted");
        }
    }

    async fn does(&self, deed: Deed) -> String {
        let key = format!("key-{}", self.tried.borrow().len());
        let before = self.stage.mark().await;
        let answer = self.stage.asks(&deed, Some(&key)).await;
        let accepted = answer.is_ok();
        self.tried.borrow_mut().push(Tried { deed: deed.clone(), key: key.clone(), accepted });
        match answer {
            Ok(first) => {
                assert!(!first.repeated && self.stage.mark().await.1 > before.1, "{deed:?}");
                self.does_with_its_key_again(&deed, &key, &first).await;
                self.does_again(&deed).await;
                self.looked_at().await;
                "accepted".to_owned()
            }
            Err(error) => {
                assert_eq!(self.stage.mark().await, before, "{deed:?} was refused");
                error.code().to_string()
            }
        }
    }

    /// The same request under the same key gets the first answer, and nothing is recorded.
    async fn does_with_its_key_again(&self, deed: &Deed, key: &str, first: &Accepted) {
        let before = self.stage.mark().await;
        let again = self.stage.asks(deed, Some(key)).await;
        let again = again.unwrap_or_else(|error| panic!("{deed:?} with its key: {error}"));
        assert!(again.repeated, "{deed:?} with its key");
        assert_eq!((again.position, &again.case), (first.position, &first.case), "{deed:?}");
        assert_eq!(self.stage.mark().await, before, "{deed:?} with its key");
    }

    /// The same act without a key is refused, or, where the test says so, accepted: on a twin, so that the run goes
    /// on as the test wants it.
    async fn does_again(&self, deed: &Deed) {
        let open = self.now().await.is_open();
        if open && self.repeatable.contains(deed) {
            let twin = self.twin().await;
            let again = code(twin.asks(deed, None).await);
            assert_eq!(again, "accepted", "{deed:?} may be done twice");
            twin.sound().await;
            return;
        }
        let late = if open { deed.late() } else { &["E-case-closed"] };
        self.is_refused(deed, None, late).await;
    }

    /// An engine of its own with the same case, brought to where this one is.
    async fn twin(&self) -> Stage {
        let twin = Stage::new(&self.text, &self.form).await;
        let tried = self.tried.borrow().clone();
        for Tried { deed, .. } in tried.into_iter().filter(|tried| tried.accepted) {
            match &deed.what {
                What::Clock(time) => _ = twin.goes_to(time).await,
                What::Complete { .. } | What::Act(_) | What::Tell(_) => {
                    twin.asks(&deed, None).await.unwrap_or_else(|error| panic!("{error}"));
                }
            }
        }
        assert_eq!(twin.now().await.frame, self.now().await.frame, "the same acts, the same state");
        twin
    }

    /// What holds after everything that was accepted: the state is sound, and every step that is over is over.
    async fn looked_at(&self) {
        self.stage.sound().await;
        let (active, open) = (self.active().await, self.now().await.is_open());
        self.seen.borrow_mut().extend(active.iter().cloned());
        let seen = self.seen.borrow().clone();
        let late = if open { "E-step-not-active" } else { "E-case-closed" };
        for step in seen.into_iter().filter(|step| !active.contains(step)) {
            self.is_refused(&Deed::read(&step), None, &[late]).await;
        }
        if !open && !self.over.replace(true) {
            self.everything_comes_too_late().await;
        }
    }

    /// A closed case refuses whatever was done on it; a key that was accepted still gets its answer.
    async fn everything_comes_too_late(&self) {
        let tried = self.tried.borrow().clone();
        for Tried { deed, key, accepted } in tried {
            if matches!(deed.what, What::Clock(_)) {
                continue;
            }
            self.is_refused(&deed, None, &["E-case-closed"]).await;
            if !accepted {
                self.is_refused(&deed, Some(&key), &["E-case-closed"]).await;
                continue;
            }
            let before = self.stage.mark().await;
            let again = self.stage.asks(&deed, Some(&key)).await;
            assert!(again.is_ok_and(|again| again.repeated), "{deed:?} with its key, late");
            assert_eq!(self.stage.mark().await, before, "{deed:?} with its key, late");
        }
    }

    async fn is_refused(&self, deed: &Deed, key: Option<&str>, codes: &[&str]) {
        let before = self.stage.mark().await;
        let told = code(self.stage.asks(deed, key).await);
        assert!(codes.contains(&told.as_str()), "{deed:?} again or too late: {told}");
        assert_eq!(self.stage.mark().await, before, "{deed:?}: {told}");
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        assert!(
            self.over.get() || std::thread::panicking(),
            "the case did not end, so nothing came late"
        );
    }
}
