//! What comes in from outside: files, forms and times. Nothing unbounded is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};
use dure_engine::language;
use dure_engine::limits::{DEFINITION_BYTES_MAX, FORM_BYTES_MAX};
use dure_engine::model::consequence::Object;
use dure_engine::model::names::Name;
use dure_engine::model::people::Person;
use dure_engine::runtime::Moment;
use dure_engine::time::Span;
use dure_storage::{Position, json};
use serde_json::Value;

use crate::failure::{Failure, Fault};
use crate::limits::IMPORT_FILE_BYTES_MAX;
use crate::moment::seoul;

/// The form in a file, or an empty one.
///
/// # Errors
/// If the file cannot be read, is too large, is not JSON as everybody understands it, or no object.
pub fn form(file: Option<&Path>) -> Result<Object, Failure> {
    let Some(file) = file else { return Ok(Object::new()) };
    let bytes = bytes(file, FORM_BYTES_MAX)?;
    let value =
        json::parse(&bytes).map_err(|error| Failure::InFile { file: shown(file), error })?;
    match value {
        Value::Object(form) => Ok(form),
        other => Err(Fault::FormNotObject { file: shown(file), found: kind(&other) }.into()),
    }
}

/// The text of a workflow file.
///
/// # Errors
/// If the file cannot be read, is too large or is not UTF-8.
pub fn definition(file: &Path) -> Result<String, Failure> {
    let bytes = bytes(file, DEFINITION_BYTES_MAX)?;
    String::from_utf8(bytes).map_err(|error| {
        let byte = error.utf8_error().valid_up_to();
        Fault::FileNotText { file: shown(file), byte }.into()
    })
}

/// The people in a file, as scenarios have them.
///
/// # Errors
/// If the file cannot be read, or every mistake in it.
pub fn people(file: &Path) -> Result<Vec<Person>, Failure> {
    language::read_people(&shown(file), &definition(file)?).map_err(Failure::People)
}

/// How a file is called in messages.
pub fn shown(file: &Path) -> String {
    match is_standard_input(file) {
        true => "<stdin>".to_owned(),
        false => file.display().to_string(),
    }
}

/// A moment of the log: the position of an event, or a time.
///
/// # Errors
/// What would be right.
pub fn moment(text: &str) -> Result<Moment, String> {
    match text.parse() {
        Ok(position) => Ok(Moment::Position(Position(position))),
        Err(_) => time(text)
            .map(Moment::Time)
            .map_err(|wanted| format!("{wanted}; or the position of an event, such as 1200")),
    }
}

/// A moment: RFC 3339, or date and time in Seoul.
///
/// # Errors
/// What would be right.
pub fn time(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(at.with_timezone(&Utc));
    }
    let plain = ["%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let local = plain.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let at = local.and_then(|local| local.and_local_timezone(seoul()).single());
    at.map(|at| at.with_timezone(&Utc))
        .ok_or_else(|| "write 2017-03-10T10:00:00+09:00, or '2017-03-10 10:00' in Seoul".to_owned())
}

/// A span of time.
///
/// # Errors
/// What would be right.
pub fn span(text: &str) -> Result<Span, String> {
    Span::parse(text).map_err(|fault| fault.to_string())
}

/// A handler and its program: `NAME=PROGRAM`.
///
/// # Errors
/// What would be right.
pub fn handler(text: &str) -> Result<(Name, PathBuf), String> {
    let (name, program) = text.split_once('=').ok_or("write NAME=PROGRAM")?;
    let name = Name::new(name).map_err(|error| error.to_string())?;
    match program.is_empty() {
        true => Err("write NAME=PROGRAM".to_owned()),
        false => Ok((name, program.into())),
    }
}

/// The bytes of a sheet. A file is asked for its size before it is read.
///
/// # Errors
/// If the file cannot be read or is too large.
pub fn sheet(file: &Path) -> Result<Vec<u8>, Failure> {
    let size = std::fs::metadata(file).map_or(0, |known| known.len());
    if size > IMPORT_FILE_BYTES_MAX as u64 {
        return Err(Fault::FileTooLarge { file: shown(file), max: IMPORT_FILE_BYTES_MAX }.into());
    }
    bytes(file, IMPORT_FILE_BYTES_MAX)
}

fn is_standard_input(file: &Path) -> bool {
    file == Path::new("-")
}

fn bytes(file: &Path, max: usize) -> Result<Vec<u8>, Failure> {
    let unreadable =
        |error: io::Error| Fault::FileUnreadable { file: shown(file), reason: error.to_string() };
    let mut bytes = Vec::new();
    // One byte more than allowed shows that there is more.
    let limit = max as u64 + 1;
    match is_standard_input(file) {
        true => io::stdin().lock().take(limit).read_to_end(&mut bytes),
        false => File::open(file).and_then(|opened| opened.take(limit).read_to_end(&mut bytes)),
    }
    .map_err(unreadable)?;
    match bytes.len() > max {
        true => Err(Fault::FileTooLarge { file: shown(file), max }.into()),
        false => Ok(bytes),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_offset_is_a_time_in_seoul() {
        let ten = time("2017-03-10T01:00:00Z").expect("RFC 3339");
        for text in ["2017-03-10 10:00", "2017-03-10T10:00:00", "2017-03-10T10:00:00+09:00"] {
            assert_eq!(time(text), Ok(ten), "{text}");
        }
        for text in ["", "yesterday", "2017-03-10", "2017-02-30 10:00"] {
            assert!(time(text).is_err(), "{text}");
        }
    }
}
