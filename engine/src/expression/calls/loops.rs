//! Checks the macros that go through a list.

use super::super::ast::{Kind, Node, Spot, Word};
use super::super::check::{Checked, Checker, Typed, fail, typed};
use super::super::error::{ExpressionError, TypeFault};
use super::super::plan::{Loop, LoopKind, Plan, Work};
use super::super::types::Type;
use super::{Macro, wrong_argument, wrong_count};

impl Checker<'_> {
    pub(super) fn turns(
        &mut self,
        kind: Macro,
        of: &Node,
        function: &Word,
        arguments: &[Node],
        hint: Option<&Type>,
        spot: Spot,
    ) -> Checked {
        let (name, condition, body) = match (kind, arguments) {
            (Macro::Map, [name, condition, body]) => (name, Some(condition), body),
            (
                Macro::All | Macro::Exists | Macro::ExistsOne | Macro::Filter | Macro::Map,
                [name, body],
            ) => (name, None, body),
            (Macro::Map, [..]) => return wrong_count(function, "2 or 3", arguments, spot),
            (Macro::All | Macro::Exists | Macro::ExistsOne | Macro::Filter, [..]) => {
                return wrong_count(function, "2", arguments, spot);
            }
        };
        let Kind::Name(name_text) = &name.kind else {
            let fault = TypeFault::NotLoopName { function: function.name.clone() };
            return fail(fault, name.spot);
        };
        let numbers = Type::list(Type::Int);
        let source = match kind {
            Macro::Filter => hint.unwrap_or(&numbers),
            Macro::All | Macro::Exists | Macro::ExistsOne | Macro::Map => &numbers,
        };
        let list = self.check(of, Some(source))?;
        let Type::List(item) = list.ty else {
            return wrong_argument(function, list.ty, of.spot);
        };
        self.locals.push((name_text.clone(), *item.clone()));
        let body = self.body(kind, &item, condition, body, hint);
        self.locals.pop();
        let (kind, body, ty) = body?;
        typed(Work::Loop(Box::new(Loop { kind, list: list.plan, item: *item, body })), ty, spot)
    }

    /// What happens in every turn, and the type of the whole loop.
    fn body(
        &mut self,
        kind: Macro,
        item: &Type,
        condition: Option<&Node>,
        body: &Node,
        hint: Option<&Type>,
    ) -> Result<(LoopKind, Plan, Type), ExpressionError> {
        let kind = match kind {
            Macro::All => (LoopKind::All, Type::Bool),
            Macro::Exists => (LoopKind::Exists, Type::Bool),
            Macro::ExistsOne => (LoopKind::ExistsOne, Type::Bool),
            Macro::Filter => (LoopKind::Filter, Type::list(item.clone())),
            Macro::Map => {
                let condition = condition.map(|node| self.wanted(node, &Type::Bool)).transpose()?;
                let hint = match hint {
                    Some(Type::List(item)) => Some(item.as_ref()),
                    Some(_) | None => None,
                };
                let Typed { plan, ty } = self.check(body, hint)?;
                return Ok((LoopKind::Map { condition }, plan, Type::list(ty)));
            }
        };
        Ok((kind.0, self.wanted(body, &Type::Bool)?, kind.1))
    }
}
