//! A workflow as the engine runs it: names resolved, expressions typed, forms compiled. `language` makes it
//! from a file; nothing here knows YAML.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Duration;

use super::consequence::Object;
use super::form::{Field, Form};
use super::names::{Name, Text, WorkflowRef};
use super::number::NumberFormat;
use crate::expression::Expression;

/// One version of a workflow.
#[derive(Debug)]
pub struct Definition {
    /// Its name and version.
    pub reference: WorkflowRef,
    /// What people call it.
    pub title: Text,
    /// How its cases are numbered.
    pub number: Option<NumberFormat>,
    /// The values of its settings.
    pub settings: Object,
    /// The roles that appear in it.
    pub roles: BTreeMap<Name, Text>,
    /// What its cases know, in the order of the file.
    pub data: Vec<Field>,
    /// The data it begins with.
    pub defaults: Object,
    /// How a case of it is started.
    pub start: Start,
    /// Its main block.
    pub block: BlockDefinition,
    /// What may be done at any time.
    pub actions: Vec<Action>,
    /// How it may end.
    pub ends: Vec<End>,
    /// The workflows it calls, in the versions it was published with.
    pub called: BTreeMap<Name, Arc<Definition>>,
    /// The file it was read from.
    pub source: Arc<str>,
}

/// How a case is started.
#[derive(Debug)]
pub struct Start {
    /// Who may start one.
    pub by: Vec<Name>,
    /// The role of a person it may be started for.
    pub on_behalf_of: Option<Name>,
    /// What to fill in.
    pub form: Form,
    /// The data it sets.
    pub set: Assignments,
    /// Where it goes.
    pub to: Target,
}

/// Steps that form a graph, of which one is active at a time.
#[derive(Debug)]
pub struct BlockDefinition {
    /// Its steps, in the order of the file.
    pub steps: Vec<Step>,
}

/// A step.
#[derive(Debug)]
pub struct Step {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// What it does.
    pub kind: StepKind,
    /// The data to set, whatever the outcome.
    pub set: Assignments,
    /// How it may end, in the order of the file.
    pub outcomes: Vec<Outcome>,
}

/// What a step does.
#[derive(Debug)]
pub enum StepKind {
    /// Waits for a person.
    Task(Task),
    /// Goes on at once.
    Decide,
    /// Runs branches and waits for all of them.
    Parallel(Vec<BranchDefinition>),
    /// Runs another workflow and waits for its end.
    Call(Call),
}

/// Who may complete a task, and by when.
#[derive(Debug)]
pub struct Task {
    /// Who.
    pub by: By,
    /// The scope the role must be held in.
    pub scope: Option<Expression>,
    /// Steps whose completers may not complete this one.
    pub not_same_as: Vec<Name>,
    /// How long it may take.
    pub due_within: Option<Duration>,
}

/// Who may act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Whoever holds one of these roles.
    Roles(Vec<Name>),
    /// The person the case is for.
    Starter,
}

/// A branch of a parallel step.
#[derive(Debug)]
pub struct BranchDefinition {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// The step it begins with.
    pub first: Name,
    /// Its steps.
    pub block: BlockDefinition,
}

/// Which workflow a step calls, and with what.
#[derive(Debug)]
pub struct Call {
    /// Which.
    pub callee: Callee,
    /// The fields of its start form.
    pub with: Assignments,
}

/// Which workflow a step calls.
#[derive(Debug)]
pub enum Callee {
    /// Always this one.
    One(Name),
    /// The one that stands beside the value of an expression.
    Chosen {
        /// The expression.
        choose: Expression,
        /// Value to workflow.
        among: BTreeMap<String, Name>,
    },
}

/// A way a step ends.
#[derive(Debug)]
pub struct Outcome {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Option<Text>,
    /// The condition for it; none is always true.
    pub guard: Option<Guard>,
    /// What to fill in: the step's fields and its own.
    pub form: Arc<Form>,
    /// The data it sets, after the step's.
    pub set: Assignments,
    /// Whether a reason must be given.
    pub reason_required: bool,
    /// Where it leads.
    pub target: Target,
}

/// A condition.
#[derive(Debug)]
pub struct Guard {
    /// Must be true.
    pub when: Expression,
    /// What a person is told if it is not.
    pub because: Option<Text>,
}

/// Where an outcome leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To a step of the same block.
    Step(Name),
    /// To an end of the workflow.
    End(Name),
    /// To the end of the branch, with this result.
    Done(Name),
}

/// Field and the expression that gives its value, in the order of the file.
pub type Assignments = Vec<(Name, Expression)>;

/// What may be done at any time while the workflow is running.
#[derive(Debug)]
pub struct Action {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// Who may do it.
    pub by: By,
    /// The scope the role must be held in.
    pub scope: Option<Expression>,
    /// The condition for it.
    pub guard: Option<Guard>,
    /// What to fill in.
    pub form: Form,
    /// The data it sets.
    pub set: Assignments,
    /// Whether a reason must be given.
    pub reason_required: bool,
    /// Where it leads: a step of the main block, or an end.
    pub target: Target,
}

/// An end.
#[derive(Debug)]
pub struct End {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
}

/// The name under which the start of a case stands beside its steps.
pub fn start_name() -> Name {
    Name::new("start").expect("`start` is a name")
}

impl Definition {
    /// A step anywhere in it; names are unique in a workflow.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.block.find(name)
    }

    /// An action.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name.as_str() == name)
    }

    /// An end.
    pub fn end(&self, name: &str) -> Option<&End> {
        self.ends.iter().find(|end| end.name.as_str() == name)
    }

    /// Every step, outer before inner, in the order of the file.
    pub fn steps(&self) -> Vec<&Step> {
        let mut steps = Vec::new();
        self.block.collect(&mut steps);
        steps
    }
}

impl BlockDefinition {
    fn find(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find_map(|step| match step.name.as_str() == name {
            true => Some(step),
            false => step.branches().iter().find_map(|branch| branch.block.find(name)),
        })
    }

    fn collect<'a>(&'a self, steps: &mut Vec<&'a Step>) {
        for step in &self.steps {
            steps.push(step);
            for branch in step.branches() {
                branch.block.collect(steps);
            }
        }
    }
}

impl Step {
    /// Its branches; none unless it is parallel.
    pub fn branches(&self) -> &[BranchDefinition] {
        match &self.kind {
            StepKind::Parallel(branches) => branches,
            StepKind::Task(_) | StepKind::Decide | StepKind::Call(_) => &[],
        }
    }

    /// One of its outcomes.
    pub fn outcome(&self, name: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.name.as_str() == name)
    }
}
