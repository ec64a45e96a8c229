//! Counting by a calendar: stretches of work, business days, and the moments at which work closes. Knows no rule set
//! and no span. Every loop ends with the days that the calendar covers.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use chrono_tz::Tz;

use super::calendar::Calendar;
use super::fault::CalendarFault;
use super::zone;

/// From when to when work is done without a break.
type Stretch = (DateTime<Utc>, DateTime<Utc>);

/// A calendar made ready to count by.
pub struct Counting<'a> {
    calendar: &'a Calendar,
    pub(super) zone: Tz,
    /// When work begins and ends without a break, in minutes from midnight.
    hours: Vec<(u32, u32)>,
}

/// Which way time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Forwards.
    Later,
    /// Backwards.
    Earlier,
}

impl<'a> Counting<'a> {
    /// Makes a calendar ready.
    ///
    /// # Errors
    /// If it cannot be counted by at all; a checked calendar always can.
    pub fn by(calendar: &'a Calendar) -> Result<Counting<'a>, CalendarFault> {
        let minutes = |time: &super::calendar::TimeOfDay| {
            time.minutes().ok_or_else(|| CalendarFault::HourForm { text: time.to_string() })
        };
        let stretch = |(opens, closes): &(_, _)| Ok((minutes(opens)?, minutes(closes)?));
        let hours = calendar.hours.iter().map(stretch).collect::<Result<Vec<_>, _>>()?;
        if hours.is_empty() {
            return Err(CalendarFault::HoursMissing {});
        }
        Ok(Counting { calendar, zone: calendar.tz()?, hours })
    }

    /// What the clocks show.
    pub fn local(&self, at: DateTime<Utc>) -> Result<NaiveDateTime, CalendarFault> {
        zone::local(self.zone, at).ok_or(CalendarFault::TooFar {})
    }

    /// The day of a moment.
    pub fn day(&self, at: DateTime<Utc>) -> Result<NaiveDate, CalendarFault> {
        Ok(self.local(at)?.date())
    }

    /// Whether work is done on a day.
    pub fn is_business_day(&self, day: NaiveDate) -> Result<bool, CalendarFault> {
        match self.calendar.covers(day) {
            true => Ok(!self.calendar.is_idle(day)),
            false => Err(self.calendar.out_of_range(day)),
        }
    }

    /// The next day, or the one before.
    pub fn step(&self, day: NaiveDate, way: Way) -> Result<NaiveDate, CalendarFault> {
        let next = match way {
            Way::Later => day.succ_opt(),
            Way::Earlier => day.pred_opt(),
        };
        next.ok_or_else(|| self.calendar.out_of_range(day))
    }

    /// The day itself if work is done on it, else the next, or the one before, on which it is.
    pub fn business_day_from(&self, day: NaiveDate, way: Way) -> Result<NaiveDate, CalendarFault> {
        let mut day = day;
        while !self.is_business_day(day)? {
            day = self.step(day, way)?;
        }
        Ok(day)
    }

    /// The `count`-th business day after a day, or before it; 0 is the day itself.
    pub fn business_day_after(
        &self,
        day: NaiveDate,
        count: u32,
        way: Way,
    ) -> Result<NaiveDate, CalendarFault> {
        let mut day = day;
        for _ in 0..count {
            day = self.business_day_from(self.step(day, way)?, way)?;
        }
        Ok(day)
    }

    /// How many business days there are after the day of one moment, up to the day of another; 0 if that is no later.
    pub fn business_days_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<i64, CalendarFault> {
        let (mut day, last, mut count) = (self.day(from)?, self.day(to)?, 0);
        while day < last {
            day = self.step(day, Way::Later)?;
            count += i64::from(self.is_business_day(day)?);
        }
        Ok(count)
    }

    /// The moment at which work begins on a day.
    pub fn opening(&self, day: NaiveDate) -> Result<DateTime<Utc>, CalendarFault> {
        let opens = self.hours.first().map_or(0, |(opens, _)| *opens);
        self.at(day, opens)
    }

    /// The moment at which work is over on a day.
    pub fn closing(&self, day: NaiveDate) -> Result<DateTime<Utc>, CalendarFault> {
        let closes = self.hours.last().map_or(0, |(_, closes)| *closes);
        self.at(day, closes)
    }

    /// The first moment at which so much work is done.
    pub fn add_worked(
        &self,
        from: DateTime<Utc>,
        work: Duration,
    ) -> Result<DateTime<Utc>, CalendarFault> {
        if work <= Duration::zero() {
            return Ok(from);
        }
        let (mut day, mut left) = (self.day(from)?, work);
        loop {
            for (opens, closes) in self.stretches(day)? {
                let begins = opens.max(from);
                if begins < closes {
                    if closes - begins >= left {
                        return Ok(begins + left);
                    }
                    left -= closes - begins;
                }
            }
            day = self.step(day, Way::Later)?;
        }
    }

    /// The moment since which so much work is done; of several, that at the end of a stretch of work, as
    /// [`Counting::add_worked`] gives it.
    pub fn take_worked(
        &self,
        from: DateTime<Utc>,
        work: Duration,
    ) -> Result<DateTime<Utc>, CalendarFault> {
        let (mut day, mut left) = (self.day(from)?, work);
        loop {
            for (opens, closes) in self.stretches(day)?.into_iter().rev() {
                let ends = closes.min(from);
                if ends > opens {
                    if ends - opens > left {
                        return Ok(ends - left);
                    }
                    left -= ends - opens;
                }
            }
            day = self.step(day, Way::Earlier)?;
        }
    }

    /// The work done between two moments; zero if the second is not later.
    pub fn worked_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Duration, CalendarFault> {
        let mut worked = Duration::zero();
        if from >= to {
            return Ok(worked);
        }
        let (mut day, last) = (self.day(from)?, self.day(to)?);
        while day <= last {
            for (opens, closes) in self.stretches(day)? {
                worked += (closes.min(to) - opens.max(from)).max(Duration::zero());
            }
            day = self.step(day, Way::Later)?;
        }
        Ok(worked)
    }

    /// Whether work closes at a moment.
    pub fn closes_at(&self, at: DateTime<Utc>) -> Result<bool, CalendarFault> {
        let day = self.day(at)?;
        Ok(self.is_business_day(day)? && self.closing(day)? == at)
    }

    /// How often work closes after `from` until `to`.
    pub fn closings_between(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<u32, CalendarFault> {
        let (mut day, last, mut count) = (self.day(from)?, self.day(to)?, 0);
        while day <= last {
            if self.is_business_day(day)? {
                let closes = self.closing(day)?;
                count += u32::from(from < closes && closes <= to);
            }
            day = self.step(day, Way::Later)?;
        }
        Ok(count)
    }

    /// The `nth` closing of work after a moment, from 1.
    pub fn closing_after(
        &self,
        at: DateTime<Utc>,
        nth: u32,
    ) -> Result<DateTime<Utc>, CalendarFault> {
        let mut first = self.business_day_from(self.day(at)?, Way::Later)?;
        if self.closing(first)? <= at {
            first = self.business_day_after(first, 1, Way::Later)?;
        }
        self.closing(self.business_day_after(first, nth.saturating_sub(1), Way::Later)?)
    }

    /// The last closing of work until a moment, and `back` closings before that.
    pub fn closing_until(
        &self,
        at: DateTime<Utc>,
        back: u32,
    ) -> Result<DateTime<Utc>, CalendarFault> {
        let mut last = self.business_day_from(self.day(at)?, Way::Earlier)?;
        if self.closing(last)? > at {
            last = self.business_day_after(last, 1, Way::Earlier)?;
        }
        self.closing(self.business_day_after(last, back, Way::Earlier)?)
    }

    fn stretches(&self, day: NaiveDate) -> Result<Vec<Stretch>, CalendarFault> {
        if !self.is_business_day(day)? {
            return Ok(Vec::new());
        }
        let stretch =
            |(opens, closes): &(u32, u32)| Ok((self.at(day, *opens)?, self.at(day, *closes)?));
        self.hours.iter().map(stretch).collect()
    }

    /// So many minutes after midnight by the clocks of the zone.
    fn at(&self, day: NaiveDate, minutes: u32) -> Result<DateTime<Utc>, CalendarFault> {
        let midnight = day.and_time(NaiveTime::MIN);
        let local = midnight.checked_add_signed(Duration::minutes(i64::from(minutes)));
        let at = local.and_then(|local| zone::instant(self.zone, local));
        at.ok_or_else(|| self.calendar.out_of_range(day))
    }
}
