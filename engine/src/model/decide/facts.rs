//! What an expression may look at while a command is decided.

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};

use super::super::address::BlockPath;
use super::super::case::{Case, Frame};
use super::super::command::Request;
use super::super::consequence::Object;
use super::super::definition::{Assignments, Definition, StepKind};
use super::super::event::Authority;
use super::super::form::Form;
use super::super::known::Known;
use super::super::names::{Name, PersonId};
use super::super::refusal::Why;
use crate::expression::{Binding, Environment, EvaluationError, Expression, Type, Value};
use crate::time::Calendar;

/// The place an expression is evaluated in: a block of a running workflow.
#[derive(Debug)]
pub struct Here<'a> {
    /// The workflow.
    pub definition: &'a Definition,
    /// What is known of it.
    pub frame: &'a Frame,
    /// The items of the repeated blocks around, by the name they have in expressions.
    items: Object,
    /// `case`: id. A called workflow runs inside the case that calls it, under its number.
    case: Json,
    /// What days are counted by, if that was brought.
    calendar: Option<&'a Calendar>,
}

impl<'a> Here<'a> {
    /// The place a block is.
    ///
    /// # Errors
    /// [`Why::CaseFaulty`] if no such block is running.
    pub fn at(case: &'a Case, root: &'a Definition, block: &BlockPath) -> Result<Here<'a>, Why> {
        let (definition, frame) = super::frame_at(case, root, block)?;
        let items = items_around(case, definition, block);
        let case = json!({"id": case.id.as_str()});
        Ok(Here { definition, frame, items, case, calendar: None })
    }

    /// The same, where days can be counted by the calendars that were brought.
    #[must_use]
    pub fn with(self, known: &'a Known) -> Here<'a> {
        let calendar = self.definition.calendar.as_ref().and_then(|name| known.calendars.get(name));
        Here { calendar: calendar.and_then(Option::as_deref), ..self }
    }
}

fn items_around(case: &Case, definition: &Definition, block: &BlockPath) -> Object {
    let mut items = Object::new();
    for depth in block.frame().0.len()..block.0.len() {
        let segment = &block.0[depth];
        let step = definition.step(segment.step.as_str()).map(|step| &step.kind);
        let Some(StepKind::Each(each)) = step else { continue };
        let path = BlockPath(block.0[..depth].to_vec()).step(&segment.step);
        let branches = case.active(&path).map(|active| active.branches()).unwrap_or_default();
        let branch = branches.iter().find(|branch| Some(&branch.name) == segment.branch.as_ref());
        if let Some(item) = branch.and_then(|branch| branch.item.clone()) {
            items.insert(each.item.to_string(), item);
        }
    }
    items
}

/// Names beside `data`, `settings` and the history of steps, which come from the running workflow.
#[derive(Debug, Clone, Default)]
pub struct Facts<'a> {
    /// `form`.
    pub form: Option<&'a Object>,
    /// `actor`: id, role and authority.
    pub actor: Option<Json>,
    /// `starter`: id.
    pub starter: Json,
    /// `now`.
    pub now: Option<DateTime<Utc>>,
    /// `results`: of the branches of a parallel step, in order.
    pub results: Option<Json>,
    /// `branches`: branch to result.
    pub branches: Option<Json>,
    /// `ended`: the end of a called workflow.
    pub ended: Option<Json>,
    /// `result`: the data of a called workflow.
    pub result: Option<Object>,
    /// `delivered`: whether a message was taken.
    pub delivered: Option<Json>,
}

impl<'a> Facts<'a> {
    /// What a person's act brings along.
    pub fn of_act(
        request: &'a Request,
        role: Option<&Name>,
        authority: Authority,
        starter: &PersonId,
    ) -> Facts<'a> {
        let facts = Facts {
            form: Some(&request.form),
            now: Some(request.occurred_at),
            ..Facts::automatic(starter)
        };
        facts.with_actor(&request.by.id, role, authority)
    }

    /// The same as if that person acted.
    pub fn with_actor(
        self,
        person: &PersonId,
        role: Option<&Name>,
        authority: Authority,
    ) -> Facts<'a> {
        let role = role.map(Name::as_str).unwrap_or("starter");
        let actor = json!({"id": person.as_str(), "role": role, "authority": authority});
        Facts { actor: Some(actor), ..self }
    }

    /// What is known when no person acts.
    pub fn automatic(starter: &PersonId) -> Facts<'a> {
        Facts { starter: json!({"id": starter.as_str()}), ..Facts::default() }
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// [`Why::ExpressionFailed`] if it has none, for an unset field for one.
    pub fn evaluate(&self, here: &Here<'_>, expression: &Expression) -> Result<Json, Why> {
        let view = View { facts: self, here };
        expression
            .evaluate(&view)
            .map(|value| value.to_json())
            .map_err(|error| failed(expression, error))
    }

    /// Whether a guard is true.
    ///
    /// # Errors
    /// As [`Facts::evaluate`].
    pub fn holds(&self, here: &Here<'_>, guard: &Expression) -> Result<bool, Why> {
        let view = View { facts: self, here };
        match guard.evaluate(&view) {
            Ok(value) => Ok(matches!(value, Value::Bool(true))),
            Err(error) => Err(failed(guard, error)),
        }
    }

    /// The values of assignments, all seen from the same state.
    ///
    /// # Errors
    /// As [`Facts::evaluate`], for the first that has no value.
    pub fn assign(&self, here: &Here<'_>, set: &Assignments) -> Result<Object, Why> {
        self.values(here, set, |_, expression| copies_form_field(expression))
    }

    /// The fields of a start form that a call or a spawn fills in. An optional one whose value is not set is left out.
    ///
    /// # Errors
    /// As [`Facts::assign`].
    pub fn give(&self, here: &Here<'_>, with: &Assignments, form: &Form) -> Result<Object, Why> {
        let optional = |name: &Name| form.fields().iter().any(|f| f.optional && f.name == *name);
        self.values(here, with, |name, _| optional(name))
    }

    /// The values, without those that are not set where that may be, and without personal data that nobody gave, from
    /// wherever it would be copied.
    fn values(
        &self,
        here: &Here<'_>,
        wanted: &Assignments,
        may_be_unset: impl Fn(&Name, &Expression) -> bool,
    ) -> Result<Object, Why> {
        let mut values = Object::new();
        for (name, expression) in wanted {
            let personal = || matches!(expression.ty(), Type::Personal(_));
            match self.evaluate(here, expression) {
                Err(why) if is_unset(&why) && (personal() || may_be_unset(name, expression)) => {}
                value => {
                    values.insert(name.to_string(), value?);
                }
            }
        }
        Ok(values)
    }
}

/// `set: {note: form.note}` with an optional field left out sets nothing.
fn copies_form_field(expression: &Expression) -> bool {
    let field = expression.text().trim().strip_prefix("form.");
    field.is_some_and(|field| Name::new(field).is_ok())
}

fn is_unset(why: &Why) -> bool {
    matches!(why, Why::ExpressionFailed { error, .. } if error.is_unset())
}

fn failed(expression: &Expression, error: EvaluationError) -> Why {
    Why::ExpressionFailed { expression: expression.text().to_owned(), error }
}

struct View<'a> {
    facts: &'a Facts<'a>,
    here: &'a Here<'a>,
}

impl Environment for View<'_> {
    fn variable(&self, name: &str) -> Option<Binding<'_>> {
        let facts = self.facts;
        match name {
            "data" => Some(Binding::Record(&self.here.frame.data)),
            "settings" => Some(Binding::Record(&self.here.definition.settings)),
            "form" => facts.form.map(Binding::Record),
            "actor" => facts.actor.as_ref().map(Binding::Json),
            "starter" => Some(Binding::Json(&facts.starter)),
            "now" => facts.now.map(|at| Binding::Value(Value::Timestamp(at))),
            "results" => facts.results.as_ref().map(Binding::Json),
            "branches" => facts.branches.as_ref().map(Binding::Json),
            "ended" => facts.ended.as_ref().map(Binding::Json),
            "result" => facts.result.as_ref().map(Binding::Record),
            "delivered" => facts.delivered.as_ref().map(Binding::Json),
            item => {
                let known = (item == "case").then_some(&self.here.case);
                self.here.items.get(item).or(known).map(Binding::Json)
            }
        }
    }

    fn times(&self, step: &str) -> i64 {
        self.here.frame.visits.get(step).map_or(0, |visit| i64::from(visit.completed))
    }

    fn reached(&self, step: &str) -> bool {
        self.here.frame.visits.get(step).is_some_and(|visit| visit.entered > 0)
    }

    fn active(&self, step: &str) -> bool {
        self.here.frame.is_active(step)
    }

    fn calendar(&self) -> Option<&Calendar> {
        self.here.calendar
    }
}
