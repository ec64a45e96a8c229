//! Publishing calendars and finding the version in force.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use dure_storage::{
    CanonicalJson, Commit, EventType, ExpectedVersion, StreamAppend, StreamVersion,
};
use serde::{Deserialize, Serialize};

use super::engine::{Engine, Inner};
use super::history::read_from;
use super::streams;
use crate::error::EngineError;
use crate::language;
use crate::limits::EVENT_DATA_BYTES_MAX;
use crate::model::names::{Name, PersonId};
use crate::model::refusal::{OutsideFault, Why};
use crate::time::Calendar;

/// A calendar was published.
pub const CALENDAR_PUBLISHED: EventType = EventType("dure.calendar_published.v1");

/// Payload of [`CALENDAR_PUBLISHED`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalendarPublished {
    /// The calendar.
    pub calendar: Calendar,
    /// Who published it; absent when done by whoever keeps the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

/// The latest version of each calendar that was asked for, with the version of its stream.
#[derive(Default)]
pub(super) struct Calendars(Mutex<HashMap<Name, (StreamVersion, Arc<Calendar>)>>);

impl Engine {
    /// Publishes a calendar, written as YAML or JSON. Publishing the latest version again changes nothing and answers
    /// `false`.
    ///
    /// # Errors
    /// What is wrong with it, or `E-version-published` if its version is not the next one.
    pub async fn publish_calendar(
        &self,
        file: &str,
        text: &str,
        by: Option<PersonId>,
    ) -> Result<bool, EngineError> {
        let inner = &self.inner;
        let calendar = language::read_calendar(file, text).map_err(EngineError::Calendar)?;
        let stream = streams::calendar(&calendar.name)?;
        let latest = inner.latest_calendar(&calendar.name).await?;
        if latest.as_deref() == Some(&calendar) {
            return Ok(false);
        }
        let published = latest.map_or(0, |latest| latest.version);
        if calendar.version != published + 1 {
            return Err(Why::VersionPublished { version: calendar.version, published }.into());
        }
        let expected = ExpectedVersion::Exact(inner.log.stream_version(&stream).await?);
        let data = CanonicalJson::of(&CalendarPublished { calendar, by })?;
        let bytes = data.as_bytes().len();
        if bytes > EVENT_DATA_BYTES_MAX {
            return Err(Why::TooLarge { bytes, max: EVENT_DATA_BYTES_MAX }.into());
        }
        let now = inner.clock.now();
        let events = vec![inner.new_event(CALENDAR_PUBLISHED, data, now, now)];
        let part = StreamAppend { stream, expected, events };
        inner.log.append(Commit { parts: vec![part], recorded_at: now, idempotency: None }).await?;
        Ok(true)
    }

    /// The latest version of a calendar.
    ///
    /// # Errors
    /// `E-calendar-unknown`.
    pub async fn calendar(&self, name: &Name) -> Result<Arc<Calendar>, EngineError> {
        let unknown = || Why::Outside(OutsideFault::CalendarUnknown { calendar: name.to_string() });
        Ok(self.inner.latest_calendar(name).await?.ok_or_else(unknown)?)
    }
}

impl Inner {
    pub(super) async fn latest_calendar(
        &self,
        name: &Name,
    ) -> Result<Option<Arc<Calendar>>, EngineError> {
        let stream = streams::calendar(name)?;
        let version = self.log.stream_version(&stream).await?;
        if let Some((known, calendar)) = self.calendars.lock().get(name)
            && *known == version
        {
            return Ok(Some(calendar.clone()));
        }
        let mut latest = None;
        read_from(&*self.log, &stream, version, |event| {
            let envelope = event.envelope::<CalendarPublished>()?;
            latest = Some((envelope.version, Arc::new(envelope.data.calendar)));
            Ok(())
        })
        .await?;
        let Some((version, calendar)) = latest else { return Ok(None) };
        self.calendars.lock().insert(name.clone(), (version, calendar.clone()));
        Ok(Some(calendar))
    }
}

impl Calendars {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Name, (StreamVersion, Arc<Calendar>)>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}
