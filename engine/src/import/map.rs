//! A map: which workflow the rows of a sheet become cases of, and where each thing of a case stands in a row.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveTime;
use chrono_tz::Tz;
use serde_json::Value as Json;

use super::convert::Shape;
use super::dates::DayForms;
use crate::model::definition::Definition;
use crate::model::names::Name;

/// How the letters of a file of text are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// CP949, which EUC-KR is a part of, as spreadsheets in Korea save it.
    Cp949,
}

/// What a map says before its columns: of which workflow, and how the file is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSource {
    /// The workflow.
    pub workflow: Name,
    /// How its letters are written; UTF-8 if it is not said.
    pub encoding: Option<Encoding>,
    /// What stands between two cells, in a file of text.
    pub separator: Option<char>,
    /// The sheet, in a file of several.
    pub sheet: Option<String>,
    /// The row with the titles of the columns, from 1.
    pub header: u32,
}

/// A map for the columns of one sheet.
#[derive(Debug, Clone)]
pub struct ImportMap {
    /// Its name: a part of the key of every row.
    pub name: Name,
    /// The workflow.
    pub workflow: Arc<Definition>,
    /// How many columns have a title, or lie before one that has.
    pub columns: usize,
    /// The columns whose cells tell a row from every other.
    pub key: Vec<Column>,
    /// When it happened; now, if it is not said.
    pub occurred_at: Option<When>,
    /// Who acts; whoever runs the import, if it is not said.
    pub by: Option<Take>,
    /// Who asked for it.
    pub on_behalf_of: Option<Take>,
    /// The name of the case, for a workflow that does not number its cases.
    pub case: Option<Take>,
    /// The form.
    pub form: Vec<Filled>,
}

/// Where a value comes from.
#[derive(Debug, Clone)]
pub enum Take {
    /// It is the same for all rows.
    Value(Json),
    /// It stands in a column.
    Column(Column),
}

impl Take {
    /// The title of the column, if it comes from one.
    pub fn title(&self) -> Option<&str> {
        match self {
            Take::Column(column) => Some(&column.title),
            Take::Value(_) => None,
        }
    }
}

/// A column and how its cells are read.
#[derive(Debug, Clone)]
pub struct Column {
    /// Which, from 0.
    pub index: usize,
    /// Its title.
    pub title: String,
    /// What certain cells stand for.
    pub values: BTreeMap<String, Json>,
    /// What an empty cell stands for; nothing, if it is not said.
    pub otherwise: Option<Json>,
    /// What stands between the items of a list.
    pub separator: Option<String>,
    /// How days are written.
    pub forms: DayForms,
}

/// When something happened.
#[derive(Debug, Clone)]
pub struct When {
    /// Where it stands.
    pub column: Column,
    /// The time of a day that is written without one.
    pub time: NaiveTime,
    /// The zone of the clocks.
    pub zone: Tz,
}

/// A field of the form and where it comes from.
#[derive(Debug, Clone)]
pub struct Filled {
    /// The field.
    pub field: Name,
    /// What it must be.
    pub shape: Shape,
    /// Where it comes from.
    pub take: Take,
}
