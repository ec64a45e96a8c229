//! What a history folds to, as documents to be kept: cases, accounts and people by their streams, and the rows of every
//! view by their keys; one line for each, in canonical JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use dure_engine::model::account::{Account, AccountEvent};
use dure_engine::model::people::{Person, PersonEvent};
use dure_engine::model::webhook::{Webhook, WebhookEvent};
use dure_engine::{Engine, EngineOptions};
use dure_storage::{CanonicalJson, DerivedStore, EventLog, MemoryStore};
use serde::Serialize;
use serde_json::Value;

use crate::history::{Cases, History};

/// Rows read at once.
const ROWS_MAX: usize = 1_000_000;

/// One JSON object, one line for each entry, in the order of the keys.
pub fn document(lines: &BTreeMap<String, String>) -> String {
    let mut text = String::from("{\n");
    for (number, (key, value)) in lines.iter().enumerate() {
        let comma = if number + 1 < lines.len() { "," } else { "" };
        writeln!(text, "{}:{value}{comma}", Value::from(key.as_str())).expect("memory");
    }
    text + "}\n"
}

pub fn canonical(value: &impl Serialize) -> String {
    CanonicalJson::of(value).expect("a state is JSON").as_str().to_owned()
}

fn lines<T: Serialize>(states: &BTreeMap<String, T>) -> BTreeMap<String, String> {
    states.iter().map(|(stream, state)| (stream.clone(), canonical(state))).collect()
}

/// Every case by its stream.
pub fn cases(cases: &Cases) -> String {
    document(&lines(cases))
}

/// Accounts, people and webhooks by their streams.
#[derive(Default)]
pub struct Others {
    pub accounts: BTreeMap<String, Account>,
    pub people: BTreeMap<String, Person>,
    /// Those that are registered.
    pub webhooks: BTreeMap<String, Webhook>,
}

impl Others {
    /// Folded from the events with nothing but the model.
    pub fn of(history: &History) -> Others {
        let mut others = Others::default();
        for (recorded, envelope) in history.events().iter().zip(history.envelopes()) {
            let (stream, data) = (envelope.subject, envelope.data.get());
            if let Some(event) = AccountEvent::decode(&envelope.kind, data) {
                let event = event.expect("an account's event");
                let account = Account::fold(others.accounts.remove(&stream), &event);
                others.accounts.insert(stream, account.expect("an opened account"));
            } else if let Some(event) = PersonEvent::decode(&envelope.kind, data) {
                let event = event.expect("a person's event");
                let person = Person::after(others.people.remove(&stream), event);
                others.people.insert(stream, person.expect("a person who was added"));
            } else if let Some(event) = WebhookEvent::decode(&envelope.kind, data) {
                let (event, known) =
                    (event.expect("a webhook's event"), others.webhooks.remove(&stream));
                let webhook = Webhook::fold(known, recorded.position, &event);
                others.webhooks.insert(stream, webhook.expect("a webhook that was registered"));
            }
        }
        others.webhooks.retain(|_, webhook| !webhook.removed);
        others
    }

    /// The same ones as an engine has them.
    pub async fn on(&self, engine: &Engine) -> Others {
        let mut found = Others::default();
        for (stream, Account { account, .. }) in &self.accounts {
            let account = engine.account(account).await.expect("the account is known");
            found.accounts.insert(stream.clone(), (*account).clone());
        }
        for (stream, Person { id, .. }) in &self.people {
            let person = engine.person(id).await.expect("the person is known");
            found.people.insert(stream.clone(), (*person).clone());
        }
        for (stream, Webhook { name, .. }) in &self.webhooks {
            let webhook = engine.webhook(name).await.expect("the webhook is registered");
            found.webhooks.insert(stream.clone(), webhook);
        }
        found
    }

    pub fn document(&self) -> String {
        let mut all = lines(&self.accounts);
        all.extend(lines(&self.people));
        all.extend(lines(&self.webhooks));
        document(&all)
    }
}

/// An engine on a log, and the store of its views.
pub async fn engine_on(log: Arc<dyn EventLog>) -> (Engine, Arc<dyn DerivedStore>) {
    let views: Arc<dyn DerivedStore> = Arc::new(MemoryStore::default());
    let engine = Engine::open(log, views.clone(), EngineOptions::default()).await;
    (engine.expect("an engine opens"), views)
}

/// The rows of every view that has any, by its name and the number of their form: `timeline.1`.
pub async fn views(engine: &Engine, store: &dyn DerivedStore) -> BTreeMap<String, String> {
    let status = engine.view_status().await.expect("the views are kept");
    let mut found = BTreeMap::new();
    for view in status {
        let mark = store.get(format!("mark\0{}", view.name).as_bytes()).expect("a store");
        let mark: Value = serde_json::from_slice(&mark.expect("a mark")).expect("a mark is JSON");
        let prefix = format!("{}\0", view.name);
        let rows = store.scan(prefix.as_bytes(), None, ROWS_MAX).expect("a store");
        let row = |(key, row): (Vec<u8>, Vec<u8>)| {
            let key = String::from_utf8(key).expect("a key is text").replacen(&prefix, "", 1);
            let row: Value = serde_json::from_slice(&row).expect("a row is JSON");
            (key, canonical(&row))
        };
        let rows: BTreeMap<String, String> = rows.into_iter().map(row).collect();
        if !rows.is_empty() {
            found.insert(format!("{}.{}", view.name, mark["schema"]), document(&rows));
        }
    }
    found
}
