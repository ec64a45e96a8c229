//! From a cell to the value of a form's field, by what the field must be. Checks no rule of the form: the model does.

use dure_storage::Lang;
use serde_json::Value as Json;

use chrono::NaiveTime;

use super::cell::Cell;
use super::fault::CellFault;
use super::map::Column;
use crate::model::form::Field;

/// What a field must be, as far as a cell is read by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// A text, or a reference.
    Text,
    /// A whole number.
    Integer,
    /// True or false.
    Boolean,
    /// A day.
    Day,
    /// One of these words, each with what people call it.
    Choice(Vec<(String, Vec<String>)>),
    /// A list of them, parted by a separator.
    List(Box<Shape>),
    /// Fields within a field, which no cell can hold.
    Record,
}

/// Largest whole number that every reader of JSON keeps exactly: 2^53 − 1.
const INTEGER_MAX: i64 = crate::language::INTEGER_MAX as i64;

impl Shape {
    /// The shape of a field.
    pub fn of(field: &Field) -> Shape {
        Shape::of_schema(&field.schema)
    }

    fn of_schema(schema: &Json) -> Shape {
        if let Some(words) = schema["enum"].as_array() {
            return Shape::Choice(words.iter().filter_map(|word| choice(schema, word)).collect());
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("integer"), _) => Shape::Integer,
            (Some("boolean"), _) => Shape::Boolean,
            (Some("array"), _) => Shape::List(Box::new(Shape::of_schema(&schema["items"]))),
            (Some("object"), _) => Shape::Record,
            (_, Some("date")) => Shape::Day,
            (_, _) => Shape::Text,
        }
    }

    /// Whether one cell can hold it.
    pub fn fits_a_cell(&self) -> bool {
        match self {
            Shape::Record => false,
            Shape::List(of) => !matches!(**of, Shape::List(_) | Shape::Record),
            Shape::Text | Shape::Integer | Shape::Boolean | Shape::Day | Shape::Choice(_) => true,
        }
    }

    /// The value of a cell in which something is.
    pub(super) fn value(&self, cell: &Cell, column: &Column) -> Result<Json, CellFault> {
        if let Cell::Error(error) = cell {
            return Err(CellFault::Formula { error: error.clone() });
        }
        let text = cell.text();
        if let Some(value) = column.values.get(&text) {
            return Ok(value.clone());
        }
        match self {
            Shape::Text => Ok(text.into()),
            Shape::Integer => whole(cell, &text).map(Json::from),
            Shape::Boolean => boolean(cell, column).map(Json::from),
            Shape::Day => {
                let at = column.forms.moment(cell, NaiveTime::MIN).ok_or(CellFault::Day {})?;
                Ok(at.format("%Y-%m-%d").to_string().into())
            }
            Shape::Choice(words) => word(words, &text, column).map(Json::from),
            Shape::List(of) => of.list(&text, column),
            Shape::Record => Err(CellFault::Choice { known: String::new() }),
        }
    }

    fn list(&self, text: &str, column: &Column) -> Result<Json, CellFault> {
        let separator = column.separator.as_deref().unwrap_or("\n");
        let items = text.split(separator).map(str::trim).filter(|item| !item.is_empty());
        items.map(|item| self.value(&Cell::Text(item.to_owned()), column)).collect()
    }
}

fn choice(schema: &Json, word: &Json) -> Option<(String, Vec<String>)> {
    let word = word.as_str()?;
    let titles = &schema["x-enum"][word];
    let called = ["ko", "en"].iter().filter_map(|lang| titles[*lang].as_str());
    Some((word.to_owned(), called.map(str::to_owned).collect()))
}

/// `1200000`, `1,200,000`, `1,200,000원`, and a number without a fraction.
fn whole(cell: &Cell, text: &str) -> Result<i64, CellFault> {
    let found = match cell {
        Cell::Number(number) => (number.fract() == 0.0).then_some(*number as i64),
        Cell::Text(_) => written(text),
        Cell::Empty | Cell::Boolean(_) | Cell::Moment(_) | Cell::Error(_) => None,
    };
    found.filter(|number| number.abs() <= INTEGER_MAX).ok_or(CellFault::Whole {})
}

fn written(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let amount = text.strip_suffix('원').unwrap_or(&text).trim_start_matches(['₩', '￦']);
    let digits = amount.strip_prefix('-').unwrap_or(amount);
    let groups: Vec<&str> = digits.split(',').collect();
    let first = groups.first()?.len();
    let grouped = groups.len() == 1
        || ((1..=3).contains(&first) && groups[1..].iter().all(|group| group.len() == 3));
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b',');
    (grouped && plain).then(|| amount.replace(',', "").parse().ok())?
}

fn boolean(cell: &Cell, column: &Column) -> Result<bool, CellFault> {
    let listed = || column.values.keys().cloned().collect::<Vec<_>>().join("`, `");
    match cell {
        Cell::Boolean(value) => Ok(*value),
        Cell::Empty | Cell::Text(_) | Cell::Number(_) | Cell::Moment(_) | Cell::Error(_) => {
            match column.values.is_empty() {
                true => Err(CellFault::TruthUnsaid {}),
                false => Err(CellFault::Choice { known: listed() }),
            }
        }
    }
}

fn word(words: &[(String, Vec<String>)], text: &str, column: &Column) -> Result<String, CellFault> {
    let is_it = |(word, called): &&(String, Vec<String>)| {
        word == text || called.iter().any(|called| called == text)
    };
    if let Some((word, _)) = words.iter().find(is_it) {
        return Ok(word.clone());
    }
    let called = words.iter().map(|(word, called)| called.first().unwrap_or(word));
    let known: Vec<&str> = column.values.keys().chain(called).map(String::as_str).collect();
    Err(CellFault::Choice { known: known.join("`, `") })
}

impl CellFault {
    /// The sentence in both languages.
    pub(super) fn text(&self) -> crate::model::names::Text {
        let said = |lang| self.explain(lang).into();
        crate::model::names::Text { ko: said(Lang::Ko), en: said(Lang::En) }
    }
}
