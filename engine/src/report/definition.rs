//! A report as the engine runs it: what it has a row for, and the expressions of its columns, typed for each version
//! of each workflow it is about. `language` makes it from a file; nothing here knows YAML.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::facts::History;
use super::table::FootLine;
use crate::expression::Expression;
use crate::model::names::{Name, Text, WorkflowRef};

/// A report.
#[derive(Debug)]
pub struct Report {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// The question it answers.
    pub answers: Text,
    /// Whose question that is.
    pub audience: Audience,
    /// What it has rows for.
    pub subject: Subject,
    /// The workflows whose cases it shows by what they are about, beside those it has rows for.
    pub named: Vec<Name>,
    /// The lists it goes through, the outer before the inner: a row for each item.
    pub each: Vec<Name>,
    /// Its columns, in the order of the file.
    pub columns: Vec<Column>,
    /// How the value is to be read that measures are parted by, each with a column of its own.
    pub across: Option<Show>,
    /// The columns rows are ordered by.
    pub sort: Vec<SortKey>,
    /// Lines beneath the rows.
    pub foot: Vec<FootLine>,
    /// Whether rows are numbered, and which way.
    pub numbered: Option<Numbered>,
    /// The histories of cases its expressions look at.
    pub histories: BTreeSet<History>,
    /// The expressions for each kind of row there can be.
    pub bound: Bindings,
}

/// Whose question a report answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Who advances cases.
    Coordinator,
    /// Who proves what was done.
    Auditor,
    /// Who compares years and versions.
    Analyst,
    /// Who asked for something.
    Requester,
}

/// What a report has rows for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The runs of these workflows, as cases of their own or called by others.
    Cases(Vec<Name>),
    /// Every run, whatever its workflow.
    AllCases,
    /// The accounts of these names; all, if there are none.
    Accounts(Vec<Name>),
    /// Everybody who was added.
    People,
}

/// A column.
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// How its cells are to be read.
    pub show: Show,
    /// How its cells are made.
    pub made: Made,
}

/// How the cells of a column are made.
#[derive(Debug)]
pub enum Made {
    /// By an expression over a row. Beside measures, rows with the same values are one.
    Value,
    /// By taking the rows together that have the same values.
    Measure {
        /// How.
        measure: Measure,
        /// Whether it is taken over the whole row, though others are parted.
        whole: bool,
    },
    /// By an expression over the columns before.
    From(Expression),
}

/// How rows are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// How many there are for which the expression is true.
    Count,
    /// In how many of a hundred the expression is true.
    Share,
    /// The sum.
    Sum,
    /// The mean.
    Mean,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// All different values.
    List,
}

/// How a cell is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// By its type; a field with texts for its options by those.
    Plain,
    /// As a person.
    Person,
    /// As a role.
    Role,
    /// As a step, an action or a message.
    Step,
    /// As an outcome of a step.
    Outcome,
    /// As an end of the workflow.
    End,
    /// As a workflow.
    Workflow,
    /// As a flag.
    Flag,
    /// As the authority somebody acted under.
    Authority,
    /// As a case, by what it is about.
    Case,
    /// As an amount of money.
    Krw,
    /// As percent.
    Percent,
    /// As a date.
    Date,
    /// As a due: the end of a day as that day's 24:00.
    Due,
}

/// A column rows are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// Which.
    pub column: usize,
    /// The greatest first.
    pub descending: bool,
}

/// Which way rows are numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbered {
    /// From 1.
    Up,
    /// Down to 1.
    Down,
}

/// The expressions of a report for each kind of row there can be.
#[derive(Debug)]
pub enum Bindings {
    /// For each version of each workflow.
    Versions(BTreeMap<WorkflowRef, Binding>),
    /// For every row.
    One(Box<Binding>),
}

/// The expressions of a report for one kind of row.
#[derive(Debug)]
pub struct Binding {
    /// The lists gone through; `None` where this version has no such list.
    pub each: Vec<Option<Expression>>,
    /// Which rows are left in.
    pub filter: Option<Expression>,
    /// Whether the filter asks for something this version does not have: then no row is left in.
    pub filter_lost: bool,
    /// Per column the expression over a row; `None` where there is none, or this version has no such thing.
    pub cells: Vec<Option<Expression>>,
    /// Per column what its words are called.
    pub words: Vec<BTreeMap<String, Text>>,
    /// The value measures are parted by.
    pub across: Option<Expression>,
    /// What its words are called.
    pub across_words: BTreeMap<String, Text>,
}

impl Report {
    /// Whether rows with the same values are taken together.
    pub fn is_grouped(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.made, Made::Measure { .. }))
    }

    /// Whether cases stand in it that are shown by what they are about.
    pub fn names_cases(&self) -> bool {
        let shows = self.columns.iter().map(|column| column.show).chain(self.across);
        shows.into_iter().any(|show| show == Show::Case)
    }

    /// The expressions for the runs of a workflow; `None` if the report is not about it.
    pub fn binding(&self, workflow: &WorkflowRef) -> Option<&Binding> {
        match &self.bound {
            Bindings::Versions(versions) => versions.get(workflow),
            Bindings::One(binding) => Some(binding),
        }
    }
}
