//! Publishing calendars and finding a version of one. A calendar is one event, which carries all of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use dure_storage::{
    CanonicalJson, Commit, EventType, ExpectedVersion, StreamAppend, StreamVersion,
};
use serde::{Deserialize, Serialize};

use super::engine::{Engine, Inner};
use super::history::read_from;
use super::streams;
use super::workflows::First;
use crate::error::EngineError;
use crate::language;
use crate::limits::EVENT_DATA_BYTES_MAX;
use crate::model::names::{Name, PersonId};
use crate::model::refusal::{OutsideFault, Why};
use crate::time::Calendar;

/// A calendar was published.
pub const CALENDAR_PUBLISHED: EventType = EventType("dure.calendar_published.v1");

/// Payload of [`CALENDAR_PUBLISHED`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarPublished {
    /// The calendar.
    pub calendar: Calendar,
    /// Who published it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// The publication of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedCalendar {
    /// The calendar.
    pub name: Name,
    /// Its version.
    pub version: u32,
    /// Whether the same had been published before and nothing new was recorded.
    pub repeated: bool,
}

/// The versions of each calendar that was asked for.
#[derive(Default)]
pub(super) struct Calendars(Mutex<HashMap<Name, Arc<Versions>>>);

/// The versions of a calendar, and how many events of its stream they were read from.
#[derive(Debug, Clone, Default)]
struct Versions {
    read: StreamVersion,
    known: BTreeMap<u32, Arc<Calendar>>,
}

impl Engine {
    /// Publishes a calendar, written as YAML or JSON. Publishing the same again changes nothing.
    ///
    /// # Errors
    /// Every mistake in it, `E-version-published` if its version is not the next one, or `E-act-too-large`.
    pub async fn publish_calendar(
        &self,
        file: &str,
        text: &str,
        by: Option<PersonId>,
    ) -> Result<PublishedCalendar, EngineError> {
        self.publish_calendar_as(file, text, by, First::One).await
    }

    /// Publishes the first version of a calendar whatever number it has: for a log that is made for one play.
    pub(crate) async fn adopt_calendar(
        &self,
        file: &str,
        text: &str,
    ) -> Result<PublishedCalendar, EngineError> {
        self.publish_calendar_as(file, text, None, First::Any).await
    }

    async fn publish_calendar_as(
        &self,
        file: &str,
        text: &str,
        by: Option<PersonId>,
        first: First,
    ) -> Result<PublishedCalendar, EngineError> {
        let calendar = language::read_calendar(file, text).map_err(EngineError::Calendar)?;
        let (name, version) = (calendar.name.clone(), calendar.version);
        let versions = self.inner.calendar_versions(&name).await?;
        if versions.known.get(&version).is_some_and(|known| **known == calendar) {
            return Ok(PublishedCalendar { name, version, repeated: true });
        }
        let published = versions.known.keys().next_back().copied().unwrap_or(0);
        first.allows(version, published)?;
        self.inner.append_calendar(versions.read, CalendarPublished { calendar, by }).await?;
        Ok(PublishedCalendar { name, version, repeated: false })
    }

    /// A calendar in one version, or its latest.
    ///
    /// # Errors
    /// `E-calendar-unknown`.
    pub async fn calendar(
        &self,
        name: &Name,
        version: Option<u32>,
    ) -> Result<Arc<Calendar>, EngineError> {
        let versions = self.inner.calendar_versions(name).await?;
        let found = match version {
            Some(version) => versions.known.get(&version),
            None => versions.known.values().next_back(),
        };
        let unknown = || {
            let version = version.map(|version| format!(" v{version}")).unwrap_or_default();
            Why::Outside(OutsideFault::CalendarUnknown { calendar: format!("{name}{version}") })
        };
        Ok(found.cloned().ok_or_else(unknown)?)
    }
}

impl Inner {
    pub(super) async fn latest_calendar(
        &self,
        name: &Name,
    ) -> Result<Option<Arc<Calendar>>, EngineError> {
        Ok(self.calendar_versions(name).await?.known.values().next_back().cloned())
    }

    /// What is published of a calendar now; only what is new is read.
    async fn calendar_versions(&self, name: &Name) -> Result<Arc<Versions>, EngineError> {
        let stream = streams::calendar(name)?;
        let latest = self.log.stream_version(&stream).await?;
        let known = self.calendars.lock().get(name).cloned().unwrap_or_default();
        if known.read >= latest {
            return Ok(known);
        }
        let mut versions = (*known).clone();
        read_from(&*self.log, &stream, versions.read.next(), |event| {
            let envelope = event.envelope::<CalendarPublished>()?;
            let calendar = envelope.data.calendar;
            versions.read = envelope.version;
            versions.known.insert(calendar.version, Arc::new(calendar));
            Ok(())
        })
        .await?;
        let versions = Arc::new(versions);
        self.calendars.lock().insert(name.clone(), versions.clone());
        Ok(versions)
    }

    async fn append_calendar(
        &self,
        after: StreamVersion,
        published: CalendarPublished,
    ) -> Result<(), EngineError> {
        let stream = streams::calendar(&published.calendar.name)?;
        let data = CanonicalJson::of(&published)?;
        let bytes = data.as_bytes().len();
        if bytes > EVENT_DATA_BYTES_MAX {
            return Err(Why::TooLarge { bytes, max: EVENT_DATA_BYTES_MAX }.into());
        }
        let now = self.clock.now();
        let events = vec![self.new_event(CALENDAR_PUBLISHED, data, now, now)];
        let part = StreamAppend { stream, expected: ExpectedVersion::Exact(after), events };
        self.log.append(Commit { parts: vec![part], recorded_at: now, idempotency: None }).await?;
        Ok(())
    }
}

impl Calendars {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Name, Arc<Versions>>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
