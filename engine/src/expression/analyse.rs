//! What can be said of an expression without data: what it reads, whether it always has one value, whether it
//! is the opposite of another. Never decides a rule by it; a checker of workflows asks.

use std::collections::BTreeSet;

use super::evaluate::Environment;
use super::plan::{Order, Plan, Work};
use super::value::{Binding, Value};
use super::{Expression, evaluate};

/// What an expression may ask about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// `times`.
    Times,
    /// `reached`.
    Reached,
    /// `active`.
    Active,
}

/// The values written in an expression.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Literals {
    /// Whole numbers.
    pub ints: BTreeSet<i64>,
    /// Texts.
    pub texts: BTreeSet<String>,
}

/// What an expression looks at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    /// The paths it reads or asks for with `has`, each as long as it is written: `data.library.name`, `now`.
    pub paths: BTreeSet<String>,
    /// The steps it asks about, and what.
    pub steps: BTreeSet<(Asked, String)>,
    /// The paths it asks for with `has`.
    pub asked: BTreeSet<String>,
    /// Whether it counts by the calendar.
    pub counts_days: bool,
}

impl Names {
    /// Whether it looks at `path`, at something inside it or at the whole it is a part of.
    pub fn reads(&self, path: &str) -> bool {
        self.paths.iter().any(|read| is_within(read, path) || is_within(path, read))
    }

    /// Whether it asks for `path`, or something inside it, with `has`.
    pub fn asks(&self, path: &str) -> bool {
        self.asked.iter().any(|asked| is_within(asked, path))
    }
}

/// Whether `path` is `whole` or a part of it.
fn is_within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Where nothing is known.
struct Nothing;

impl Environment for Nothing {
    fn variable(&self, _name: &str) -> Option<Binding<'_>> {
        None
    }
}

impl Expression {
    /// What it looks at. Fields of the items of a list are not followed: `data.items.map(i, i.count)` reads
    /// `data.items`.
    pub fn names(&self) -> Names {
        let mut names = Names::default();
        collect(&self.0.plan, &mut names);
        names
    }

    /// The values written in it: what it compares with, for one.
    pub fn literals(&self) -> Literals {
        let mut literals = Literals::default();
        write_down(&self.0.plan, &mut literals);
        literals
    }

    /// The one value it has whatever the data is, if that shows without any; `true || data.open` has one.
    pub fn constant(&self) -> Option<Value<'_>> {
        static NOTHING: Nothing = Nothing;
        if asks(&self.0.plan) {
            return None;
        }
        evaluate::evaluate(&self.0.text, &self.0.plan, &self.0.ty, &NOTHING).ok()
    }

    /// Whether it is, as written, the opposite of another: wherever both have a value exactly one is true.
    /// Knows `!`, the relations and their mirror images, and `&&` against `||` part by part. `false` says
    /// nothing.
    pub fn complements(&self, other: &Expression) -> bool {
        opposite(&self.0.plan, &other.0.plan)
    }
}

fn collect(plan: &Plan, names: &mut Names) {
    if let Some(path) = path_of(plan) {
        if let Work::Has { .. } = &plan.work {
            names.asked.insert(path.clone());
        }
        names.paths.insert(path);
        return;
    }
    if let Some(asked) = step_of(plan) {
        names.steps.insert(asked);
    }
    names.counts_days |= counts_days(plan);
    plan.below().into_iter().for_each(|below| collect(below, names));
}

fn write_down(plan: &Plan, literals: &mut Literals) {
    if let Work::Int(number) = &plan.work {
        literals.ints.insert(*number);
    }
    if let Work::Text(text) = &plan.work {
        literals.texts.insert(text.clone());
    }
    plan.below().into_iter().for_each(|below| write_down(below, literals));
}

/// The path that a variable, a field of one, or `has` of that names.
fn path_of(plan: &Plan) -> Option<String> {
    if let Work::Variable { name, .. } = &plan.work {
        return Some(name.clone());
    }
    if let Work::Select { of, field, .. } | Work::Has { of, field } = &plan.work {
        return path_of(of).map(|path| format!("{path}.{field}"));
    }
    None
}

fn step_of(plan: &Plan) -> Option<(Asked, String)> {
    if let Work::Times(step) = &plan.work {
        return Some((Asked::Times, step.clone()));
    }
    if let Work::Reached(step) = &plan.work {
        return Some((Asked::Reached, step.clone()));
    }
    if let Work::Active(step) = &plan.work {
        return Some((Asked::Active, step.clone()));
    }
    None
}

fn counts_days(plan: &Plan) -> bool {
    matches!(&plan.work, Work::Call { function, .. } if function.counts_days())
}

/// Whether it asks a question that has an answer even where nothing is known.
fn asks(plan: &Plan) -> bool {
    matches!(plan.work, Work::Has { .. })
        || step_of(plan).is_some()
        || plan.below().into_iter().any(asks)
}

/// A plan without the `!` around it, and whether their number is odd.
fn bare(mut plan: &Plan) -> (&Plan, bool) {
    let mut negated = false;
    while let Work::Not(of) = &plan.work {
        (plan, negated) = (of, !negated);
    }
    (plan, negated)
}

fn opposite(left: &Plan, right: &Plan) -> bool {
    let ((left, left_negated), (right, right_negated)) = (bare(left), bare(right));
    related(left, right, left_negated == right_negated)
}

fn equivalent(left: &Plan, right: &Plan) -> bool {
    let ((left, left_negated), (right, right_negated)) = (bare(left), bare(right));
    related(left, right, left_negated != right_negated)
}

/// Whether two plans that are no negations are opposite, or otherwise equivalent.
fn related(left: &Plan, right: &Plan, opposed: bool) -> bool {
    if let (Work::All(these), Work::Any(those)) | (Work::Any(these), Work::All(those)) =
        (&left.work, &right.work)
    {
        return opposed && pairwise(these, those, opposite);
    }
    if let (Work::All(these), Work::All(those)) | (Work::Any(these), Work::Any(those)) =
        (&left.work, &right.work)
    {
        return !opposed && pairwise(these, those, equivalent);
    }
    if let (Work::Bool(this), Work::Bool(that)) = (&left.work, &right.work) {
        return (this != that) == opposed;
    }
    match (relation(left), relation(right)) {
        (Some(this), Some(that)) => this.relates(&that, opposed),
        (Some(_), None) | (None, Some(_)) => false,
        (None, None) => !opposed && left == right,
    }
}

fn pairwise(these: &[Plan], those: &[Plan], related: fn(&Plan, &Plan) -> bool) -> bool {
    these.len() == those.len() && these.iter().zip(those).all(|(this, that)| related(this, that))
}

/// A relation between two plans: whether each of less, equal and greater makes it true.
struct Relation<'p> {
    truth: [bool; 3],
    left: &'p Plan,
    right: &'p Plan,
}

/// The relation a plan is. Types without an order are only less or greater in name, which hurts nothing.
fn relation(plan: &Plan) -> Option<Relation<'_>> {
    if let Work::Order { order, left, right } = &plan.work {
        let truth = match order {
            Order::Less => [true, false, false],
            Order::LessOrEqual => [true, true, false],
            Order::Greater => [false, false, true],
            Order::GreaterOrEqual => [false, true, true],
        };
        return Some(Relation { truth, left, right });
    }
    if let Work::Equal { negated, left, right, .. } = &plan.work {
        let truth = [*negated, !*negated, *negated];
        return Some(Relation { truth, left, right });
    }
    None
}

impl Relation<'_> {
    fn relates(&self, other: &Relation<'_>, opposed: bool) -> bool {
        let [less, equal, greater] = other.truth;
        let fits = |truth: [bool; 3]| {
            self.truth.iter().zip(truth).all(|(this, that)| (*this != that) == opposed)
        };
        let same = self.left == other.left && self.right == other.right;
        let mirrored = self.left == other.right && self.right == other.left;
        (same && fits([less, equal, greater])) || (mirrored && fits([greater, equal, less]))
    }
}
