//! A workflow as the engine runs it: names resolved, expressions typed, forms compiled. `language` makes it
//! from a file; nothing here knows YAML.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::account::Unit;
use super::consequence::Object;
use super::form::{Field, Form};
use super::names::{Name, Text, WorkflowRef};
use super::number::NumberFormat;
use crate::expression::Expression;
use crate::time::{Recurrence, Span};

/// One version of a workflow.
#[derive(Debug)]
pub struct Definition {
    /// Its name and version.
    pub reference: WorkflowRef,
    /// What people call it.
    pub title: Text,
    /// What the work is for.
    pub description: Option<Text>,
    /// What a case of it is about, in a few words.
    pub subject: Option<Expression>,
    /// How its cases are numbered.
    pub number: Option<NumberFormat>,
    /// The values of its settings.
    pub settings: Object,
    /// The roles that appear in it.
    pub roles: BTreeMap<Name, Text>,
    /// Who decides in whose place.
    pub delegations: Vec<Delegation>,
    /// The calendar its business days and working hours are counted by.
    pub calendar: Option<Name>,
    /// The calendars that expressions count days by, here and in the workflows it calls.
    pub counts_by: BTreeSet<Name>,
    /// The accounts its steps move.
    pub accounts: Vec<AccountUse>,
    /// What others may send to its cases.
    pub messages: Vec<Message>,
    /// What its cases know, in the order of the file.
    pub data: Vec<Field>,
    /// The data it begins with.
    pub defaults: Object,
    /// How a case of it is started.
    pub start: Start,
    /// Its main block.
    pub block: BlockDefinition,
    /// The branches that run beside the main block.
    pub background: Vec<Background>,
    /// What may be done at any time.
    pub actions: Vec<Action>,
    /// How it may end.
    pub ends: Vec<End>,
    /// The conditions an auditor wants listed.
    pub flags: Vec<Flag>,
    /// The workflows it calls or spawns, in the versions it was published with.
    pub called: BTreeMap<Name, Arc<Definition>>,
    /// The file it was read from.
    pub source: Arc<str>,
}

/// How a case is started.
#[derive(Debug)]
pub struct Start {
    /// Who may start one.
    pub by: Vec<Name>,
    /// The scope the role must be held in.
    pub scope: Option<Expression>,
    /// The role of a person it may be started for.
    pub on_behalf_of: Option<Name>,
    /// The roles of those who may enter what a person asked for who may start one.
    pub entered_by: Vec<Name>,
    /// The conditions for it.
    pub rules: Vec<Guard>,
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
    /// Waits for a handler outside.
    Auto(Auto),
    /// Goes on at once.
    Decide,
    /// Waits for a time or a message.
    Wait(Wait),
    /// Runs branches side by side.
    Parallel(Parallel),
    /// Runs one block for every item of a list.
    Each(Each),
    /// Runs another workflow and waits for its end.
    Call(Call),
    /// Starts another case and goes on.
    Spawn(Spawn),
    /// Sends a message to another case and goes on.
    Send(Send),
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
    /// True for a person who may not complete it.
    pub recuse_when: Option<Expression>,
    /// The role of a person it may be completed for.
    pub on_behalf_of: Option<Name>,
    /// The roles of those who may enter what a holder asked for.
    pub entered_by: Vec<Name>,
    /// How many have to agree, if one is not enough.
    pub quorum: Option<Quorum>,
    /// Whether the clock of the case stands still meanwhile.
    pub pauses: bool,
    /// How long it may take, and what happens then.
    pub due: Option<Due>,
}

/// Who may act.
#[derive(Debug, Clone)]
pub enum By {
    /// Whoever holds one of these roles.
    Roles(Vec<Name>),
    /// The person the case is for.
    Starter,
    /// The person an expression names.
    Person(Expression),
    /// The people an expression lists.
    People(Expression),
}

/// How many people have to choose the same outcome of a task.
#[derive(Debug)]
pub struct Quorum {
    /// How many.
    pub need: Need,
    /// Of how many.
    pub of: Electorate,
    /// The outcome when no other can reach the number any more.
    pub impossible: Option<Name>,
}

/// How many of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// So many.
    Count(u32),
    /// At least this share, rounded up.
    Share {
        /// Parts.
        parts: u32,
        /// Of so many.
        whole: u32,
    },
}

/// Who counts in a quorum.
#[derive(Debug)]
pub enum Electorate {
    /// It is not known how many there are.
    Open,
    /// So many people.
    Count(u32),
    /// The people an expression lists.
    People(Expression),
}

/// When an active step is due, and what happens around that time.
#[derive(Debug)]
pub struct Due {
    /// When.
    pub when: DueWhen,
    /// How long before the due its holder is reminded.
    pub remind: Vec<Span>,
    /// Who is called in how long after the due.
    pub escalate: Vec<Escalation>,
    /// The outcome the step then takes by itself.
    pub expire: Option<Name>,
}

/// A point in time, from the time a step is entered.
#[derive(Debug)]
pub enum DueWhen {
    /// So long after.
    Within(Span),
    /// The time or the date an expression gives.
    At(Expression),
}

/// A role that is called in after a due has passed.
#[derive(Debug)]
pub struct Escalation {
    /// How long after.
    pub after: Span,
    /// The role.
    pub to: Name,
}

/// A step a handler outside completes.
#[derive(Debug)]
pub struct Auto {
    /// The handler.
    pub handler: Name,
    /// What it is given.
    pub with: Assignments,
    /// How long it may take, and what happens then.
    pub due: Option<Due>,
}

/// What a waiting step waits for: a time, a message, or whichever comes first.
#[derive(Debug)]
pub struct Wait {
    /// Until when.
    pub until: Option<Until>,
    /// For which message.
    pub message: Option<Name>,
    /// Whether the clock of the case stands still meanwhile.
    pub pauses: bool,
}

/// The end of a wait.
#[derive(Debug)]
pub enum Until {
    /// So long after it began.
    For(Span),
    /// The time or the date an expression gives.
    At(Expression),
    /// The next time something recurs.
    Next(Recurrence),
}

/// Branches that run side by side.
#[derive(Debug)]
pub struct Parallel {
    /// The branches.
    pub branches: Vec<BranchDefinition>,
    /// How many of them have to end.
    pub join: Join,
    /// What becomes of the others.
    pub rest: Rest,
    /// How long it may take, and what happens then.
    pub due: Option<Due>,
}

/// One block for every item of a list.
#[derive(Debug)]
pub struct Each {
    /// The list.
    pub list: Expression,
    /// The name of an item in expressions.
    pub item: Name,
    /// Whether one begins when the one before has ended.
    pub in_turn: bool,
    /// How many have to end.
    pub join: Join,
    /// What becomes of the others.
    pub rest: Rest,
    /// The result an unchanged item keeps when the step is entered again.
    pub keep: Option<Name>,
    /// The step each begins with.
    pub first: Name,
    /// The steps.
    pub block: BlockDefinition,
    /// How long it may take, and what happens then.
    pub due: Option<Due>,
}

/// When the branches of a step are enough. Whatever it says, it is met when all have ended.
#[derive(Debug)]
pub enum Join {
    /// All have ended.
    All,
    /// So many have ended.
    Ended(Need),
    /// The results so far say so.
    When(Expression),
}

/// What becomes of branches that still run when the join is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// They are left.
    Leave,
    /// They run on; how they end no longer counts.
    Run,
}

/// A branch of a parallel step.
#[derive(Debug)]
pub struct BranchDefinition {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// Whether the join does not wait for it.
    pub background: bool,
    /// The step it begins with.
    pub first: Name,
    /// Its steps.
    pub block: BlockDefinition,
}

/// A branch that runs beside the main block of a workflow and ends with it: a parallel step of one branch.
#[derive(Debug)]
pub struct Background {
    /// The step of the main block whose first entry begins it; the start of the case if there is none.
    pub from: Option<Name>,
    /// The step.
    pub step: Step,
}

/// Another case that a step starts.
#[derive(Debug)]
pub struct Spawn {
    /// Its workflow.
    pub workflow: Name,
    /// The fields of its start form.
    pub with: Assignments,
    /// What the link between the cases is called.
    pub link: Name,
}

/// A message that a step sends.
#[derive(Debug)]
pub struct Send {
    /// Its name.
    pub message: Name,
    /// The case it goes to.
    pub to_case: Expression,
    /// What it says.
    pub with: Assignments,
}

/// A quantity that steps move.
#[derive(Debug)]
pub struct AccountUse {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// What is counted.
    pub unit: Unit,
    /// Whether there is one for each key, such as a region.
    pub keyed: bool,
}

/// What a step does to an account.
#[derive(Debug)]
pub struct AccountMove {
    /// What.
    pub kind: AccountMoveKind,
    /// To which account.
    pub account: AccountExpression,
    /// How much.
    pub amount: Quantity,
}

/// How much a step moves.
#[derive(Debug)]
pub enum Quantity {
    /// So much.
    Units(Expression),
    /// All that is available above the floor of the account it is taken from.
    All,
}

/// The kinds of [`AccountMove`].
#[derive(Debug)]
pub enum AccountMoveKind {
    /// Sets it aside for the case.
    Reserve,
    /// Uses up what was set aside.
    Commit,
    /// Gives back what was set aside.
    Release,
    /// Moves it to another account of the same unit.
    Transfer {
        /// Which.
        to: AccountExpression,
    },
}

/// One account, named when the step is reached.
#[derive(Debug)]
pub struct AccountExpression {
    /// Its name.
    pub name: Name,
    /// Its key, if it has keys.
    pub key: Option<Expression>,
}

/// What others may send to a case.
#[derive(Debug)]
pub struct Message {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// The roles of people who may send it; none: only other cases.
    pub by: Vec<Name>,
    /// What it says.
    pub form: Form,
    /// Whether it waits for the case, if the case is not waiting for it.
    pub keep: bool,
}

/// A role whose decisions another role may take in some cases.
#[derive(Debug)]
pub struct Delegation {
    /// The role whose decision it is.
    pub of: Name,
    /// The role that may decide.
    pub to: Name,
    /// In which cases.
    pub when: Expression,
}

/// Which workflow a step calls, and with what.
#[derive(Debug)]
pub struct Call {
    /// Which.
    pub callee: Callee,
    /// The fields of its start form.
    pub with: Assignments,
    /// How long it may take, and what happens then.
    pub due: Option<Due>,
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
    /// The conditions for it; none is always true.
    pub rules: Vec<Guard>,
    /// Whether only the clock or a quorum takes it, never a person.
    pub automatic: bool,
    /// How often it may be taken.
    pub at_most: Option<u32>,
    /// What to fill in: the step's fields and its own.
    pub form: Arc<Form>,
    /// The data it sets, after the step's.
    pub set: Assignments,
    /// What it does to accounts.
    pub moves: Vec<AccountMove>,
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
    /// To an end of the workflow, from any block: it leaves everything.
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
    /// The role of those on whose behalf it may be taken.
    pub on_behalf_of: Option<Name>,
    /// The roles of those who may enter what somebody asked for who may take it.
    pub entered_by: Vec<Name>,
    /// The conditions for it.
    pub rules: Vec<Guard>,
    /// The steps of which one must be active; none asks for nothing.
    pub during: Vec<Name>,
    /// Whether it can be taken only once in a case.
    pub once: bool,
    /// What to fill in.
    pub form: Form,
    /// The data it sets.
    pub set: Assignments,
    /// What it does to accounts.
    pub moves: Vec<AccountMove>,
    /// How much longer the active tasks may take.
    pub extends: Option<Span>,
    /// Whether a reason must be given.
    pub reason_required: bool,
    /// The step it leaves. If it names none, one that leads to an end leaves everything, and one that leads to a step
    /// everything but the background.
    pub leaves: Option<Name>,
    /// Where it leads from the block of what it leaves; nowhere, if it changes no position.
    pub target: Option<Target>,
}

/// An end.
#[derive(Debug)]
pub struct End {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// Accounts in which the end uses up what the case has reserved.
    pub commits: Vec<Name>,
    /// Accounts in which the end gives back what the case has reserved.
    pub releases: Vec<Name>,
}

/// A condition an auditor wants listed.
#[derive(Debug)]
pub struct Flag {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// When it is raised.
    pub when: Expression,
}

/// The name under which the start of a case stands beside its steps.
pub fn start_name() -> Name {
    Name::new("start").expect("`start` is a name")
}

impl Definition {
    /// The same, with the workflows it calls or spawns.
    #[must_use]
    pub fn calling(mut self, called: BTreeMap<Name, Arc<Definition>>) -> Definition {
        self.counts_by.extend(called.values().flat_map(|called| called.counts_by.iter().cloned()));
        Definition { called, ..self }
    }

    /// A step anywhere in it; names are unique in a workflow.
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.block.find(name).or_else(|| {
            self.background.iter().find_map(|beside| match beside.step.name.as_str() == name {
                true => Some(&beside.step),
                false => beside.step.blocks().find_map(|block| block.find(name)),
            })
        })
    }

    /// An action.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name.as_str() == name)
    }

    /// An end.
    pub fn end(&self, name: &str) -> Option<&End> {
        self.ends.iter().find(|end| end.name.as_str() == name)
    }

    /// A flag.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name.as_str() == name)
    }

    /// A message.
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.name.as_str() == name)
    }

    /// Every step, outer before inner, in the order of the file; the background after the main block.
    pub fn steps(&self) -> Vec<&Step> {
        let mut steps = Vec::new();
        self.block.collect(&mut steps);
        self.background.iter().for_each(|beside| beside.step.collect(&mut steps));
        steps
    }
}

impl BlockDefinition {
    fn find(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find_map(|step| match step.name.as_str() == name {
            true => Some(step),
            false => step.blocks().find_map(|block| block.find(name)),
        })
    }

    /// Adds every step in it, outer before inner, in the order of the file.
    pub fn collect<'a>(&'a self, steps: &mut Vec<&'a Step>) {
        self.steps.iter().for_each(|step| step.collect(steps));
    }
}

impl Step {
    /// The blocks inside it.
    pub fn blocks(&self) -> impl Iterator<Item = &BlockDefinition> {
        let repeated = if let StepKind::Each(each) = &self.kind { Some(&each.block) } else { None };
        self.branches().iter().map(|branch| &branch.block).chain(repeated)
    }

    /// Its branches; none unless it is parallel.
    pub fn branches(&self) -> &[BranchDefinition] {
        if let StepKind::Parallel(parallel) = &self.kind { &parallel.branches } else { &[] }
    }

    /// When it is due.
    pub fn due(&self) -> Option<&Due> {
        match &self.kind {
            StepKind::Task(task) => task.due.as_ref(),
            StepKind::Auto(auto) => auto.due.as_ref(),
            StepKind::Parallel(parallel) => parallel.due.as_ref(),
            StepKind::Each(each) => each.due.as_ref(),
            StepKind::Call(call) => call.due.as_ref(),
            StepKind::Decide | StepKind::Wait(_) | StepKind::Spawn(_) | StepKind::Send(_) => None,
        }
    }

    /// Whether the clock of the case stands still while it is active.
    pub fn pauses(&self) -> bool {
        match &self.kind {
            StepKind::Task(task) => task.pauses,
            StepKind::Wait(wait) => wait.pauses,
            StepKind::Auto(_)
            | StepKind::Decide
            | StepKind::Parallel(_)
            | StepKind::Each(_)
            | StepKind::Call(_)
            | StepKind::Spawn(_)
            | StepKind::Send(_) => false,
        }
    }

    /// One of its outcomes.
    pub fn outcome(&self, name: &str) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.name.as_str() == name)
    }

    /// Whether the workflow can end from inside it.
    pub fn ends_within(&self) -> bool {
        self.blocks().flat_map(|block| &block.steps).any(|inner| {
            let ends = |outcome: &Outcome| matches!(outcome.target, Target::End(_));
            inner.outcomes.iter().any(ends) || inner.ends_within()
        })
    }

    fn collect<'a>(&'a self, steps: &mut Vec<&'a Step>) {
        steps.push(self);
        self.blocks().for_each(|block| block.collect(steps));
    }
}

impl StepKind {
    /// The key it is written with.
    pub fn word(&self) -> &'static str {
        match self {
            StepKind::Task(_) => "by",
            StepKind::Auto(_) => "auto",
            StepKind::Decide => "decide",
            StepKind::Wait(_) => "wait",
            StepKind::Parallel(_) => "parallel",
            StepKind::Each(_) => "each",
            StepKind::Call(_) => "call",
            StepKind::Spawn(_) => "spawn",
            StepKind::Send(_) => "send",
        }
    }

    /// Whether another is of the same kind.
    pub fn is_like(&self, other: &StepKind) -> bool {
        self.word() == other.word()
    }
}

impl Need {
    /// How many that is of `all`, at least one.
    pub fn of(self, all: u32) -> u32 {
        let need = match self {
            Need::Count(count) => count,
            Need::Share { parts, whole } => {
                let parts = u64::from(all) * u64::from(parts);
                parts.div_ceil(u64::from(whole.max(1))).try_into().unwrap_or(u32::MAX)
            }
        };
        need.max(1)
    }
}
