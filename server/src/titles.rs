//! What people call the things of a case: titles of steps, outcomes, actions, ends and roles, found in the
//! definition that applies at an address, also inside called workflows.

use std::collections::BTreeMap;
use std::sync::Arc;

use dure_engine::limits::READ_PAGE_EVENTS;
use dure_engine::model::address::{BlockPath, StepPath};
use dure_engine::model::case::Case;
use dure_engine::model::consequence::{Consequence, Holder, WaitsFor};
use dure_engine::model::definition::{Definition, Step};
use dure_engine::model::event::CaseEvent;
use dure_engine::model::names::{CaseId, Name, PersonId, Text};
use dure_engine::runtime::streams;
use dure_engine::{Engine, EngineError};
use dure_storage::{Direction, Envelope, Lang, RecordedEvent, StoreError, StreamVersion};
use serde_json::value::RawValue;

use crate::failure::Failure;
use crate::words;

/// Finds titles in the definition of a case and of the workflows it called.
pub struct Titles {
    /// The definition the case runs on, if this program can read it.
    pub root: Option<Arc<Definition>>,
    /// Which workflow each calling step called.
    called: BTreeMap<StepPath, Name>,
    lang: Lang,
}

impl Titles {
    /// For what is active now.
    ///
    /// # Errors
    /// If the store failed. Where the definition cannot be read, names stand for titles.
    pub async fn now(engine: &Engine, case: &Case, lang: Lang) -> Result<Titles, Failure> {
        let root = definition(engine, case).await?;
        let running = case.frames();
        let calls = running
            .iter()
            .filter_map(|(block, frame)| Some((block.owner()?, frame.workflow.name.clone())));
        let called = calls.collect();
        Ok(Titles { root, called, lang })
    }

    /// For everything that ever happened.
    ///
    /// # Errors
    /// If the events cannot be read.
    pub async fn ever(engine: &Engine, case: &Case, lang: Lang) -> Result<Titles, Failure> {
        let root = definition(engine, case).await?;
        let called = past_calls(engine, &case.id).await?;
        Ok(Titles { root, called, lang })
    }

    /// For a case that cannot be read.
    pub fn none(lang: Lang) -> Titles {
        Titles { root: None, called: BTreeMap::new(), lang }
    }

    /// What the case is about; empty if its workflow does not say.
    pub fn subject(&self, case: &Case) -> String {
        self.root.as_ref().and_then(|root| root.subject_of(case)).unwrap_or_default()
    }

    /// The title of the workflow.
    pub fn workflow(&self) -> &str {
        let title = self.root.as_ref().map(|root| root.title.get(self.lang));
        title.unwrap_or(words::UNREADABLE.get(self.lang))
    }

    /// The title of a step; its name if it has none.
    pub fn step(&self, path: &StepPath) -> String {
        self.step_text(path).get(self.lang).to_owned()
    }

    /// The title of a step in both languages.
    pub fn step_text(&self, path: &StepPath) -> Text {
        match self.find_step(path) {
            Some(step) => step.title.clone(),
            None => {
                let address: Arc<str> = path.to_string().into();
                Text { ko: address.clone(), en: address }
            }
        }
    }

    /// The title of an outcome; none where the outcome is the only one and needs no name.
    pub fn outcome(&self, path: &StepPath, outcome: &Name) -> Option<String> {
        let title = |step: &Step| step.outcome(outcome.as_str()).map(|known| known.title.clone());
        match self.find_step(path).and_then(title) {
            Some(Some(title)) => Some(title.get(self.lang).to_owned()),
            Some(None) if outcome.as_str() == "done" => None,
            Some(None) | None => Some(outcome.to_string()),
        }
    }

    /// The title of an action.
    pub fn action(&self, path: &StepPath) -> String {
        let definition = self.definition(&path.block);
        let action = definition.and_then(|definition| definition.action(path.step.as_str()));
        action.map_or_else(|| path.to_string(), |action| action.title.get(self.lang).to_owned())
    }

    /// The title of a flag.
    pub fn flag(&self, path: &StepPath) -> String {
        let definition = self.definition(&path.block);
        let flag = definition.and_then(|definition| definition.flag(path.step.as_str()));
        flag.map_or_else(|| path.to_string(), |flag| flag.title.get(self.lang).to_owned())
    }

    /// The title of an end of the case.
    pub fn end(&self, end: &Name) -> String {
        let known = self.root.as_ref().and_then(|root| root.end(end.as_str()));
        known.map_or_else(|| end.to_string(), |end| end.title.get(self.lang).to_owned())
    }

    /// The title of a role where a step stands.
    pub fn role(&self, block: &BlockPath, role: &Name) -> String {
        let of = |definition: &'_ Definition| definition.roles.get(role).cloned();
        let title = self.definition(block).and_then(of);
        let title = title.or_else(|| self.root.as_deref().and_then(of));
        title.map_or_else(|| role.to_string(), |title| title.get(self.lang).to_owned())
    }

    /// Who may complete a step, as words.
    pub fn holder(&self, path: &StepPath, holder: &Holder) -> String {
        match holder {
            Holder::Starter(person) | Holder::Person(person) => person.to_string(),
            Holder::People(people) => {
                people.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
            }
            Holder::Roles { roles, scope } => {
                let roles: Vec<String> =
                    roles.iter().map(|role| self.role(&path.block, role)).collect();
                let scope = scope.as_ref().map_or_else(String::new, |scope| format!(" @{scope}"));
                format!("{}{scope}", roles.join(", "))
            }
        }
    }

    fn find_step(&self, path: &StepPath) -> Option<&Step> {
        self.definition(&path.block)?.step(path.step.as_str())
    }

    /// The definition whose block this is.
    pub fn definition(&self, block: &BlockPath) -> Option<&Definition> {
        let mut definition = self.root.as_deref()?;
        for depth in 1..=block.0.len() {
            let inner = BlockPath(block.0[..depth].to_vec());
            if inner.0.last().is_some_and(|segment| segment.branch.is_none()) {
                let name = self.called.get(&inner.owner()?)?;
                definition = definition.called.get(name)?;
            }
        }
        Some(definition)
    }
}

/// What people call a person: the title with the id, or the id alone.
pub async fn person(engine: &Engine, id: &PersonId, lang: Lang) -> String {
    let known = engine.person(id).await.ok();
    let title = known.as_ref().and_then(|person| person.title.as_ref());
    title.map_or_else(|| id.to_string(), |title| title.get(lang).to_owned())
}

/// The definition of a case; none if this program cannot read it, which shall not keep the others from being shown.
async fn definition(engine: &Engine, case: &Case) -> Result<Option<Arc<Definition>>, Failure> {
    match engine.definition_of(case).await {
        Ok(definition) => Ok(Some(definition)),
        Err(EngineError::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn past_calls(
    engine: &Engine,
    case: &CaseId,
) -> Result<BTreeMap<StepPath, Name>, StoreError> {
    let stream = streams::case(case)?;
    let (mut called, mut from) = (BTreeMap::new(), StreamVersion(1));
    loop {
        let log = engine.log();
        let page = log.read_stream(&stream, from, Direction::Forward, READ_PAGE_EVENTS).await?;
        page.iter().try_for_each(|event| add_calls(event, &mut called))?;
        // A page may end early, so only an empty one is the last.
        match u32::try_from(page.len()) {
            Ok(0) | Err(_) => return Ok(called),
            Ok(read) => from = StreamVersion(from.0 + read),
        }
    }
}

fn add_calls(
    recorded: &RecordedEvent,
    called: &mut BTreeMap<StepPath, Name>,
) -> Result<(), StoreError> {
    let envelope: Envelope<&RawValue> = recorded.envelope()?;
    let Some(Ok(event)) = CaseEvent::decode(&envelope.kind, envelope.data.get()) else {
        return Ok(());
    };
    for consequence in event.consequences() {
        if let Consequence::StepEntered { step, waits: WaitsFor::Call { workflow, .. }, .. } =
            consequence
        {
            called.insert(step.clone(), workflow.name.clone());
        }
    }
    Ok(())
}
