//! When people of a sample are at work: the hours and days of a calendar. Outside of what it covers nobody works.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::limits::SAMPLE_DAYS_OFF_MAX;
use crate::simulation::chance::Chance;
use crate::time::{Calendar, Counting};

/// The hours of an office.
#[derive(Debug, Clone)]
pub(in crate::simulation) struct Office(Arc<Calendar>);

impl Office {
    pub(super) fn of(calendar: Arc<Calendar>) -> Office {
        Office(calendar)
    }

    /// The day of a moment.
    pub(in crate::simulation) fn day(&self, at: DateTime<Utc>) -> Option<NaiveDate> {
        Counting::by(&self.0).ok()?.day(at).ok()
    }

    /// The day so many days after another, or the next on which work is done.
    pub(in crate::simulation) fn working_day(
        &self,
        from: NaiveDate,
        days: i64,
    ) -> Option<NaiveDate> {
        let counting = Counting::by(&self.0).ok()?;
        let first = from.checked_add_signed(TimeDelta::try_days(days)?)?;
        let mut later =
            (0..SAMPLE_DAYS_OFF_MAX).map_while(|days| first.checked_add_days(Days::new(days)));
        later.find(|day| counting.is_business_day(*day).unwrap_or(false))
    }

    /// The moment itself if the office is open then, else some time of the next day on which it opens.
    pub(super) fn open_at(&self, at: DateTime<Utc>, chance: &mut Chance) -> Option<DateTime<Utc>> {
        let counting = Counting::by(&self.0).ok()?;
        let today = counting.day(at).ok()?;
        let open = counting.is_business_day(today).ok()?
            && counting.opening(today).ok()? <= at
            && at < counting.closing(today).ok()?;
        if open {
            return Some(at);
        }
        let early = at < counting.opening(today).ok()?;
        self.some_time_of(self.working_day(today, i64::from(!early))?, chance)
    }

    /// Some moment of a working day at which the office is open.
    pub(super) fn some_time_of(
        &self,
        day: NaiveDate,
        chance: &mut Chance,
    ) -> Option<DateTime<Utc>> {
        let counting = Counting::by(&self.0).ok()?;
        let (opens, closes) = (counting.opening(day).ok()?, counting.closing(day).ok()?);
        let minutes = chance.between(0, ((closes - opens).num_minutes() - 1).max(0));
        Some(opens + TimeDelta::minutes(minutes))
    }
}
