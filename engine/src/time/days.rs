//! Questions about whole days that rules of a workflow ask of its calendar.

use chrono::{DateTime, NaiveDate, Utc};

use super::calendar::Calendar;
use super::counting::{Counting, Way};
use super::fault::{CalendarFault, RecurrenceFault};
use super::recurrence::Recurrence;

impl Calendar {
    /// How many business days there are after `from`, up to and with `to`; 0 if that is no later.
    ///
    /// # Errors
    /// If a day between them lies outside what the calendar covers.
    pub fn business_days(&self, from: NaiveDate, to: NaiveDate) -> Result<i64, CalendarFault> {
        let counting = Counting::by(self)?;
        let (mut day, mut count) = (from, 0);
        while day < to {
            day = counting.step(day, Way::Later)?;
            count += i64::from(counting.is_business_day(day)?);
        }
        Ok(count)
    }

    /// The `count`-th business day after `day`, or before it where `count` is negative; 0 is the day itself.
    ///
    /// # Errors
    /// If it lies outside what the calendar covers.
    pub fn add_business_days(
        &self,
        day: NaiveDate,
        count: i64,
    ) -> Result<NaiveDate, CalendarFault> {
        let way = if count < 0 { Way::Earlier } else { Way::Later };
        let steps = u32::try_from(count.unsigned_abs()).map_err(|_| CalendarFault::TooFar {})?;
        Counting::by(self)?.business_day_after(day, steps, way)
    }

    /// The first day on or after `from` on which something recurs.
    ///
    /// # Errors
    /// As [`Recurrence::next_after`].
    pub fn next_day(&self, of: &Recurrence, from: NaiveDate) -> Result<NaiveDate, RecurrenceFault> {
        let counting = Counting::by(self)?;
        let begins: DateTime<Utc> =
            super::zone::start_of(counting.zone, from).ok_or(CalendarFault::TooFar {})?;
        let before = begins - chrono::TimeDelta::seconds(1);
        Ok(counting.day(of.next_after(self, before)?)?)
    }
}
