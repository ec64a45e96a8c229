//! Expressions: a typed, total, deterministic and bounded subset of CEL (Common Expression Language). Owns
//! reading, checking and evaluating them; knows nothing of workflows beyond the names in a [`Scope`].

mod analyse;
mod ast;
mod calls;
mod check;
mod error;
mod evaluate;
mod functions;
mod korean;
mod lexer;
pub mod limits;
mod operate;
mod parser;
mod pattern;
mod plan;
mod suggest;
mod time;
mod types;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use analyse::{Asked, Literals, Names};
pub use error::{
    Bound, CODES, EvaluationError, EvaluationFault, ExpressionError, ExpressionFault, NameFault,
    SyntaxFault, TypeFault, Unsupported,
};
pub use evaluate::Environment;
pub use suggest::did_you_mean;
pub use types::{RecordType, Scope, Type};
pub use value::{Binding, Found, List, Value};

use check::{Checker, Typed};
use plan::Plan;

/// A checked expression: cheap to clone, and the same for every thread.
#[derive(Clone)]
pub struct Expression(Arc<Inner>);

struct Inner {
    text: String,
    plan: Plan,
    ty: Type,
}

/// Reads and checks an expression.
///
/// # Errors
/// What is wrong with the text, and where: grammar, names, types or size.
pub fn compile(text: &str, scope: &Scope) -> Result<Expression, ExpressionError> {
    let Typed { plan, ty } = check(text, scope, None)?;
    Ok(Expression(Arc::new(Inner { text: text.into(), plan, ty })))
}

/// Reads and checks an expression whose place needs the type `wanted`.
///
/// # Errors
/// As [`compile`], and a [`TypeFault::Mismatch`] over the whole text if its type is another.
pub fn compile_as(text: &str, scope: &Scope, wanted: &Type) -> Result<Expression, ExpressionError> {
    let Typed { plan, ty } = check(text, scope, Some(wanted))?;
    if ty != *wanted {
        let fault = TypeFault::Mismatch { wanted: wanted.clone(), found: ty };
        return Err(ExpressionError::new(fault, plan.spot));
    }
    Ok(Expression(Arc::new(Inner { text: text.into(), plan, ty })))
}

fn check(text: &str, scope: &Scope, hint: Option<&Type>) -> check::Checked {
    let node = parser::parse(text)?;
    Checker { text, scope, locals: Vec::new() }.check(&node, hint)
}

impl Expression {
    /// The text it was made of.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The type of its result.
    pub fn ty(&self) -> &Type {
        &self.0.ty
    }

    /// Its value for the data of `environment`, borrowed from there where nothing new is made.
    ///
    /// # Errors
    /// Why there is no value: something is unset, has not its declared type or is out of bounds, or the
    /// evaluation takes too long.
    pub fn evaluate<'e>(
        &'e self,
        environment: &'e dyn Environment,
    ) -> Result<Value<'e>, EvaluationError> {
        evaluate::evaluate(&self.0.text, &self.0.plan, &self.0.ty, environment)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?}: {})", self.0.text, self.0.ty)
    }
}
