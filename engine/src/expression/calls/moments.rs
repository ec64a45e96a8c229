//! Checks the functions of timestamps, dates and durations.

use super::super::ast::{Kind, Node, Spot, Word};
use super::super::check::{Checked, Checker, Typed, fail, typed};
use super::super::error::{ExpressionError, NameFault, TypeFault};
use super::super::plan::{Function, Part, Plan, Total, Work};
use super::super::time;
use super::super::types::Type;
use super::wrong_count;

impl Checker<'_> {
    /// A part of a timestamp, in UTC or in the zone given; or the whole of a duration in that unit.
    pub(super) fn part(
        &mut self,
        part: Part,
        of: &Node,
        function: &Word,
        arguments: &[Node],
        spot: Spot,
    ) -> Checked {
        let Typed { plan, ty } = self.check(of, Some(&Type::Timestamp))?;
        if let (Type::Duration, Some(total)) = (&ty, part.total()) {
            return total_call(total, plan, function, arguments, spot);
        }
        if ty != Type::Timestamp {
            return fail(TypeFault::Mismatch { wanted: Type::Timestamp, found: ty }, of.spot);
        }
        let arguments = self.with_zone(plan, function, arguments, "0 or 1", spot)?;
        typed(Work::Call { function: Function::Part(part), arguments }, Type::Int, spot)
    }

    /// A duration in whole units.
    pub(super) fn total(
        &mut self,
        total: Total,
        of: &Node,
        function: &Word,
        arguments: &[Node],
        spot: Spot,
    ) -> Checked {
        let plan = self.wanted(of, &Type::Duration)?;
        total_call(total, plan, function, arguments, spot)
    }

    /// `date("2017-03-10")`, with a zone or without: when that day begins.
    pub(super) fn day_start(&mut self, function: &Word, arguments: &[Node], spot: Spot) -> Checked {
        let [day, rest @ ..] = arguments else {
            return wrong_count(function, "1 or 2", arguments, spot);
        };
        if let Kind::Text(text) = &day.kind
            && time::date(text).is_none()
        {
            return fail(TypeFault::BadDate { text: text.clone() }, day.spot);
        }
        let day = self.wanted(day, &Type::String)?;
        if rest.len() > 1 {
            return wrong_count(function, "1 or 2", arguments, spot);
        }
        let arguments = self.with_zone(day, function, rest, "1 or 2", spot)?;
        typed(Work::Call { function: Function::DayStart, arguments }, Type::Timestamp, spot)
    }

    /// `now.isoDate()`, with a zone or without: the date as text.
    pub(super) fn day_text(
        &mut self,
        of: &Node,
        function: &Word,
        arguments: &[Node],
        spot: Spot,
    ) -> Checked {
        let at = self.wanted(of, &Type::Timestamp)?;
        let arguments = self.with_zone(at, function, arguments, "0 or 1", spot)?;
        typed(Work::Call { function: Function::DayText, arguments }, Type::String, spot)
    }

    /// `days(3)`: a duration.
    pub(super) fn days(&mut self, of: &Node, spot: Spot) -> Checked {
        let arguments = vec![self.wanted(of, &Type::Int)?];
        typed(Work::Call { function: Function::Days, arguments }, Type::Duration, spot)
    }

    /// `businessDays(FROM, TO)`, `addBusinessDays(FROM, COUNT)`, `nextDay(RULE, FROM, HOLIDAY)`: days by the calendar, all
    /// as texts.
    pub(super) fn days_counted(
        &mut self,
        asked: Function,
        function: &Word,
        arguments: &[Node],
        spot: Spot,
    ) -> Checked {
        let (text, int) = (Type::String, Type::Int);
        let (wanted, count, ty) = match asked {
            Function::AddBusinessDays => (vec![&text, &int], "2", Type::String),
            Function::NextDay => (vec![&text; 3], "3", Type::String),
            _ => (vec![&text; 2], "2", Type::Int),
        };
        if arguments.len() != wanted.len() {
            return wrong_count(function, count, arguments, spot);
        }
        if !self.scope.has_calendar() {
            let fault = NameFault::NoCalendar { function: function.name.clone() };
            return Err(ExpressionError::new(fault, function.spot));
        }
        let plans = arguments.iter().zip(wanted).map(|(node, ty)| self.wanted(node, ty));
        let arguments = plans.collect::<Result<Vec<_>, _>>()?;
        typed(Work::Call { function: asked, arguments }, ty, spot)
    }

    /// What a function works on, and the zone behind it if there is one.
    fn with_zone(
        &mut self,
        of: Plan,
        function: &Word,
        arguments: &[Node],
        count: &'static str,
        spot: Spot,
    ) -> Result<Vec<Plan>, ExpressionError> {
        match arguments {
            [] => Ok(vec![of]),
            [zone] => Ok(vec![of, self.zone(zone)?]),
            [_, _, ..] => wrong_count(function, count, arguments, spot),
        }
    }

    fn zone(&mut self, node: &Node) -> Result<Plan, ExpressionError> {
        if let Kind::Text(text) = &node.kind
            && time::zone(text).is_none()
        {
            return fail(TypeFault::BadZone { text: text.clone() }, node.spot);
        }
        self.wanted(node, &Type::String)
    }
}

fn total_call(total: Total, of: Plan, function: &Word, arguments: &[Node], spot: Spot) -> Checked {
    match arguments {
        [] => {
            let work = Work::Call { function: Function::Total(total), arguments: vec![of] };
            typed(work, Type::Int, spot)
        }
        [_, ..] => wrong_count(function, "0", arguments, spot),
    }
}
