//! Publishing workflows and finding the version a case runs on.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use dure_storage::{
    CanonicalJson, Commit, ExpectedVersion, NewEvent, StoreError, StreamAppend, StreamVersion,
};
use serde::{Deserialize, Serialize};

use super::engine::{Engine, Inner};
use super::history::read_from;
use super::streams;
use crate::checker::Staff;
use crate::error::EngineError;
use crate::language::{self, Diagnostics};
use crate::limits::DEFINITION_PART_BYTES;
use crate::model::definition::Definition;
use crate::model::names::{Name, PersonId, WorkflowRef};
use crate::model::published::{
    WORKFLOW_PUBLISHED, WORKFLOW_TEXT_CONTINUED, WorkflowPublished, WorkflowTextContinued,
};
use crate::model::refusal::Why;

/// Definitions by version, compiled once: a published version never changes.
#[derive(Default)]
pub(super) struct Registry {
    compiled: Mutex<HashMap<WorkflowRef, Arc<Definition>>>,
    /// The texts of a workflow's versions, and how many events of its stream they were read from.
    texts: Mutex<HashMap<Name, Arc<Texts>>>,
}

#[derive(Debug, Default)]
struct Texts {
    read: StreamVersion,
    versions: BTreeMap<u32, WorkflowPublished>,
    /// What a newer program wrote into the stream.
    unreadable: Option<String>,
}

/// A publication.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Published {
    /// What is published now.
    pub workflow: WorkflowRef,
    /// Whether the same text had been published before and nothing new was recorded.
    pub repeated: bool,
}

/// A published workflow in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowSummary {
    /// Its name.
    pub name: Name,
    /// Its latest version.
    pub version: u32,
}

/// What number the first version of something may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// The number 1.
    One,
    /// Any.
    Any,
}

impl First {
    /// Refuses a version that is not the next one.
    pub(super) fn allows(self, version: u32, published: u32) -> Result<(), Why> {
        match version == published + 1 || (self == First::Any && published == 0) {
            true => Ok(()),
            false => Err(Why::VersionPublished { version, published }),
        }
    }
}

impl Engine {
    /// Checks a workflow file against the workflows that are published.
    ///
    /// # Errors
    /// Every mistake in it.
    pub async fn check(&self, file: &str, text: &str) -> Result<Definition, EngineError> {
        self.examine(file, text, &Staff::default()).await.map(|(definition, _)| definition)
    }

    /// Checks a workflow file against the workflows that are published and the people who are known now: what a person
    /// should look at though it may be published.
    ///
    /// # Errors
    /// Every mistake in it.
    pub async fn warnings(&self, file: &str, text: &str) -> Result<Diagnostics, EngineError> {
        let staff = self.staff(self.inner.clock.now()).await?;
        self.examine(file, text, &staff).await.map(|(_, warnings)| warnings)
    }

    async fn examine(
        &self,
        file: &str,
        text: &str,
        staff: &Staff,
    ) -> Result<(Definition, Diagnostics), EngineError> {
        let mut called = HashMap::new();
        for name in language::called_names(text) {
            if let Some(definition) = self.inner.latest(&name).await? {
                called.insert(name.to_string(), definition);
            }
        }
        let mut published = BTreeSet::new();
        for name in language::referred_names(text) {
            if self.inner.latest(&name).await?.is_some() {
                published.insert(name.to_string());
            }
        }
        let called = |name: &str| called.get(name).cloned();
        let published = |name: &str| published.contains(name);
        language::examine_for(file, text, &called, staff, Some(&published))
            .map_err(EngineError::Definition)
    }

    /// Publishes a workflow file. Publishing the same text again changes nothing.
    ///
    /// # Errors
    /// Every mistake in it, or `E-version-published` if its version is not the next one.
    pub async fn publish(
        &self,
        file: &str,
        text: &str,
        by: Option<PersonId>,
    ) -> Result<Published, EngineError> {
        self.publish_as(file, text, by, First::One).await
    }

    /// Publishes the first version of a workflow whatever number it has: for a log that is made for one play.
    pub(crate) async fn adopt(&self, file: &str, text: &str) -> Result<Published, EngineError> {
        self.publish_as(file, text, None, First::Any).await
    }

    async fn publish_as(
        &self,
        file: &str,
        text: &str,
        by: Option<PersonId>,
        first: First,
    ) -> Result<Published, EngineError> {
        let definition = self.check(file, text).await?;
        let workflow = definition.reference.clone();
        let texts = self.inner.texts(&workflow.name).await?;
        if let Some(known) = texts.versions.get(&workflow.version)
            && known.text == text
        {
            return Ok(Published { workflow, repeated: true });
        }
        if let Some(reason) = &texts.unreadable {
            let (workflow, reason) = (workflow.to_string(), reason.clone());
            return Err(Why::DefinitionUnreadable { workflow, reason }.into());
        }
        let published = texts.versions.keys().next_back().copied().unwrap_or(0);
        first.allows(workflow.version, published)?;
        self.inner.record(&definition, texts.read, by).await?;
        // Recorded, it is what reading it back from the log would give, the versions it calls included.
        lock(&self.inner.registry.compiled).insert(workflow.clone(), Arc::new(definition));
        Ok(Published { workflow, repeated: false })
    }

    /// Publishes a workflow file in whatever version it says: in a simulation its earlier versions need not be there.
    pub(crate) async fn publish_alone(
        &self,
        file: &str,
        text: &str,
    ) -> Result<WorkflowRef, EngineError> {
        let definition = self.check(file, text).await?;
        let texts = self.inner.texts(&definition.reference.name).await?;
        self.inner.record(&definition, texts.read, None).await?;
        Ok(definition.reference)
    }

    /// The numbers of the versions of a workflow, ascending.
    ///
    /// # Errors
    /// If the store failed.
    pub(crate) async fn versions(&self, name: &Name) -> Result<Vec<u32>, EngineError> {
        Ok(self.inner.texts(name).await?.versions.keys().copied().collect())
    }

    /// A workflow in one version, or its latest.
    ///
    /// # Errors
    /// `E-workflow-unknown`.
    pub async fn workflow(
        &self,
        name: &str,
        version: Option<u32>,
    ) -> Result<Arc<Definition>, EngineError> {
        let found = match Name::new(name) {
            Ok(name) => match version {
                Some(version) => self.inner.definition(&WorkflowRef { name, version }).await?,
                None => self.inner.latest(&name).await?,
            },
            Err(_) => None,
        };
        match found {
            Some(definition) => Ok(definition),
            None => Err(self.inner.workflow_unknown(name).await?.into()),
        }
    }
}

impl Inner {
    async fn workflow_unknown(&self, name: &str) -> Result<Why, StoreError> {
        let known = self.views.workflows().await?;
        let known = known.into_iter().map(|workflow| workflow.name.to_string()).collect();
        Ok(Why::WorkflowUnknown { name: name.chars().take(80).collect(), known })
    }

    pub(super) async fn latest(&self, name: &Name) -> Result<Option<Arc<Definition>>, EngineError> {
        match self.texts(name).await?.versions.keys().next_back() {
            Some(version) => {
                self.definition(&WorkflowRef { name: name.clone(), version: *version }).await
            }
            None => Ok(None),
        }
    }

    /// The definition of one version, with every workflow it calls in the version fixed at its publication.
    pub(super) async fn definition(
        &self,
        wanted: &WorkflowRef,
    ) -> Result<Option<Arc<Definition>>, EngineError> {
        if let Some(known) = lock(&self.registry.compiled).get(wanted) {
            return Ok(Some(known.clone()));
        }
        let mut called = HashMap::new();
        let texts = self.texts(&wanted.name).await?;
        let Some(published) = texts.versions.get(&wanted.version) else {
            return match &texts.unreadable {
                Some(reason) => Err(unreadable(wanted, reason.clone())),
                None => Ok(None),
            };
        };
        for (name, version) in &published.calls {
            let callee = WorkflowRef { name: name.clone(), version: *version };
            if let Some(definition) = Box::pin(self.definition(&callee)).await? {
                called.insert(name.to_string(), definition);
            }
        }
        let definition = compile(wanted, &published.text, &called)
            .map_err(|found| unreadable(wanted, first_of(&found)))?;
        lock(&self.registry.compiled).insert(wanted.clone(), definition.clone());
        Ok(Some(definition))
    }

    /// The texts of a workflow's versions, read again if its stream has grown.
    async fn texts(&self, name: &Name) -> Result<Arc<Texts>, EngineError> {
        let stream = streams::workflow(name)?;
        let version = self.log.stream_version(&stream).await?;
        if let Some(known) = lock(&self.registry.texts).get(name)
            && known.read == version
        {
            return Ok(known.clone());
        }
        let mut texts = Texts::default();
        read_from(&*self.log, &stream, StreamVersion(1), |event| {
            let envelope = event.envelope::<serde_json::Value>()?;
            texts.read = envelope.version;
            if let Err(reason) = add_part(&mut texts.versions, &envelope.kind, envelope.data) {
                texts.unreadable.get_or_insert(reason);
            }
            Ok(())
        })
        .await?;
        let texts = Arc::new(texts);
        lock(&self.registry.texts).insert(name.clone(), texts.clone());
        Ok(texts)
    }

    async fn record(
        &self,
        definition: &Definition,
        known: StreamVersion,
        by: Option<PersonId>,
    ) -> Result<(), EngineError> {
        let events = self.publication(definition, by)?;
        let stream = streams::workflow(&definition.reference.name)?;
        let part = StreamAppend { stream, expected: ExpectedVersion::Exact(known), events };
        let recorded_at = self.clock.now();
        self.log.append(Commit { parts: vec![part], recorded_at, idempotency: None }).await?;
        Ok(())
    }

    fn publication(
        &self,
        definition: &Definition,
        by: Option<PersonId>,
    ) -> Result<Vec<NewEvent>, StoreError> {
        let mut parts = parts(&definition.source).into_iter();
        let now = self.clock.now();
        let first = WorkflowPublished {
            workflow: definition.reference.clone(),
            calls: definition
                .called
                .iter()
                .map(|(name, d)| (name.clone(), d.reference.version))
                .collect(),
            parts: parts.len() as u32,
            text: parts.next().unwrap_or_default(),
            by,
        };
        let first = self.new_event(WORKFLOW_PUBLISHED, CanonicalJson::of(&first)?, now, now);
        let others = parts.map(|text| {
            let part = CanonicalJson::of(&WorkflowTextContinued { text })?;
            Ok(self.new_event(WORKFLOW_TEXT_CONTINUED, part, now, now))
        });
        std::iter::once(Ok(first)).chain(others).collect()
    }
}

/// A published version that this program cannot read concerns its own cases alone.
fn unreadable(wanted: &WorkflowRef, reason: String) -> EngineError {
    Why::DefinitionUnreadable { workflow: wanted.to_string(), reason }.into()
}

/// The first mistake: a version that a newer program published usually has one, the key this one does not know.
fn first_of(found: &Diagnostics) -> String {
    let told = found.items().first().map(|item| format!("{}: {}", item.code, item.message.en));
    told.unwrap_or_default()
}

fn compile(
    wanted: &WorkflowRef,
    text: &str,
    called: &HashMap<String, Arc<Definition>>,
) -> Result<Arc<Definition>, Diagnostics> {
    let file = format!("{wanted}");
    language::read(&file, text, &|name| called.get(name).cloned()).map(Arc::new)
}

fn add_part(
    versions: &mut BTreeMap<u32, WorkflowPublished>,
    kind: &str,
    data: serde_json::Value,
) -> Result<(), String> {
    let said = |error: serde_json::Error| format!("{kind}: {error}");
    if kind == WORKFLOW_PUBLISHED.0 {
        let published: WorkflowPublished = serde_json::from_value(data).map_err(said)?;
        versions.insert(published.workflow.version, published);
        return Ok(());
    }
    if kind != WORKFLOW_TEXT_CONTINUED.0 {
        return Err(format!("this program does not know {kind}"));
    }
    let part: WorkflowTextContinued = serde_json::from_value(data).map_err(said)?;
    if let Some(mut last) = versions.last_entry() {
        last.get_mut().text.push_str(&part.text);
    }
    Ok(())
}

/// Cuts a text into parts of at most [`DEFINITION_PART_BYTES`], never inside a character.
fn parts(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let cut = rest.floor_char_boundary(DEFINITION_PART_BYTES);
        let (part, after) = rest.split_at(cut);
        parts.push(part.to_owned());
        rest = after;
    }
    parts
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
