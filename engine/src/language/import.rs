//! From a YAML file to a map for the rows of a sheet. Holds what the map says against the workflow's start form and the
//! titles of the columns; reads no sheet.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveTime;
use chrono::format::{Item, StrftimeItems};
use chrono_tz::Tz;
use serde_json::Value as Json;

use super::codes::ReaderCodes;
use super::diagnostic::Diagnostics;
use super::mapping::Mapping;
use super::node::{self, Node, NodeKind, Span};
use super::reading::Reading;
use crate::import::{
    Column, DayForms, Encoding, Filled, ImportMap, ImportSource, Shape, Take, When,
};
use crate::model::definition::Definition;
use crate::model::form::{Field, Form};
use crate::tables::code_table;

code_table! {
    pub(super) const;

    /// A key a map does not have.
    KEY = "E-import-key", "a key is not part of an import map in that place", "use one of the keys named";
    /// A key that must be there.
    MISSING = "E-import-missing", "an import map lacks a required key, or a field that the start form of the workflow must have", "add it";
    /// A value of the wrong kind.
    KIND = "E-import-kind", "a value of an import map has the wrong kind", "write what the message asks for";
    /// A name of the wrong form.
    NAME = "E-import-name", "a name in an import map does not have the form of a name", "use a lower-case Latin letter, then lower-case letters, digits or `_`";
    /// Something named that is not there.
    UNKNOWN = "E-import-unknown-name", "an import map names a field that the start form of the workflow does not have", "use one of those named";
    /// A column that is not there.
    COLUMN = "E-import-column", "an import map names a column that the sheet does not have, or has twice", "use one of the titles named; `header` says in which row they stand";
    /// A value that does not fit its field.
    VALUE = "E-import-value", "a value of an import map does not fit its field, or no cell can hold the field", "write a value that the form takes; give fields within fields as a constant `value`";
    /// A format that says nothing.
    FORMAT = "E-import-format", "a format, time, zone or separator of an import map is not right", "write formats as %Y. %m. %d. or `serial`, times as 09:00, zones as Asia/Seoul, a separator of one character";
}

/// What the shared readers call mistakes here. A map has no texts of its own.
const READER: ReaderCodes = ReaderCodes {
    key: KEY,
    missing: MISSING,
    kind: KIND,
    name: NAME,
    unknown: UNKNOWN,
    text: KIND,
};

/// Reads what a map says of its workflow and its file, before the columns are known.
///
/// # Errors
/// Every mistake in that part.
pub fn read_import_source(file: &str, text: &str) -> Result<ImportSource, Diagnostics> {
    let document = node::parse(file, text)?;
    let reading = Reading::of_kind(text, &READER);
    let keys = Mapping::of(&document, &reading);
    let source = keys.and_then(|keys| source(&keys, &reading));
    told(file, text, source, reading)
}

/// Reads a map for a workflow and the titles of the columns of a sheet.
///
/// # Errors
/// Every mistake that was found.
pub fn read_import(
    file: &str,
    text: &str,
    workflow: &Arc<Definition>,
    titles: &[String],
) -> Result<ImportMap, Diagnostics> {
    let document = node::parse(file, text)?;
    let reading = Reading::of_kind(text, &READER);
    let sheet = Titles { titles, reading: &reading };
    let map = map(&document, workflow, &sheet);
    told(file, text, map, reading)
}

fn told<T>(
    file: &str,
    text: &str,
    read: Option<T>,
    reading: Reading<'_>,
) -> Result<T, Diagnostics> {
    match (read, reading.into_found().0) {
        (Some(read), found) if found.is_empty() => Ok(read),
        (_, found) => Err(Diagnostics::new(file, text, found)),
    }
}

fn source(keys: &Mapping<'_>, reading: &Reading<'_>) -> Option<ImportSource> {
    let workflow = keys.need("workflow", reading).and_then(|node| reading.name(node));
    let encoding = keys.take("encoding").and_then(|node| encoding(node, reading));
    let separator = keys.take("separator").and_then(|node| separator(node, reading));
    let sheet = keys.take("sheet").and_then(|node| reading.string(node)).map(str::to_owned);
    let header = match keys.take("header") {
        Some(node) => row(node, reading)?,
        None => 1,
    };
    Some(ImportSource { workflow: workflow?, encoding, separator, sheet, header })
}

fn encoding(node: &Node, reading: &Reading<'_>) -> Option<Encoding> {
    match reading.word(node, &["utf-8", "cp949"])? {
        "cp949" => Some(Encoding::Cp949),
        _ => Some(Encoding::Utf8),
    }
}

fn separator(node: &Node, reading: &Reading<'_>) -> Option<char> {
    let text = reading.string(node)?;
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if letter.is_ascii() && letter != '"' => Some(letter),
        (_, _) => format_fault(
            node,
            reading,
            "구분자는 `,`, `;`, `\"\\t\"` 같은 한 글자입니다",
            "a separator is one character, such as `,`, `;` or `\"\\t\"`",
        ),
    }
}

fn row(node: &Node, reading: &Reading<'_>) -> Option<u32> {
    match u32::try_from(reading.count(node)?) {
        Ok(row) if row > 0 => Some(row),
        Ok(_) | Err(_) => {
            reading.wrong_kind(node, "1 이상의 행 번호", "the number of a row, from 1")
        }
    }
}

fn format_fault<T>(node: &Node, reading: &Reading<'_>, ko: &str, en: &str) -> Option<T> {
    reading.error(FORMAT, node.span, ko, en);
    None
}

/// The titles of the columns, in which a map looks its columns up.
struct Titles<'r, 't> {
    titles: &'r [String],
    reading: &'r Reading<'t>,
}

fn map(document: &Node, workflow: &Arc<Definition>, sheet: &Titles<'_, '_>) -> Option<ImportMap> {
    let reading = sheet.reading;
    let keys = Mapping::of(document, reading)?;
    let name = keys.need("import", reading).and_then(|node| reading.name(node));
    // What was said of the file was read and told before.
    source(&keys, reading)?;
    let key = keys.need("key", reading);
    let key: Vec<Column> = key
        .map(|node| reading.items(node))
        .unwrap_or_default()
        .iter()
        .filter_map(|node| sheet.column(node, node.span))
        .collect();
    let zone = keys.take("zone").map_or(Some(chrono_tz::Asia::Seoul), |node| zone(node, reading));
    let occurred_at = keys.take("occurred_at").map(|node| sheet.when(node, zone?));
    let text = Shape::Text;
    let by = keys.take("by").map(|node| sheet.take(node, &text, None));
    let on_behalf_of = keys.take("on_behalf_of").map(|node| sheet.take(node, &text, None));
    let case = keys.take("case").map(|node| sheet.take(node, &text, None));
    let form = keys.need("form", reading).map(|node| sheet.form(node, &workflow.start.form));
    keys.finish(reading);
    if key.is_empty() && reading.found_so_far() == 0 {
        reading.wrong_kind::<()>(document, "열이 있는 `key`", "a `key` of columns");
    }
    Some(ImportMap {
        name: name?,
        workflow: workflow.clone(),
        columns: sheet.titles.len(),
        key,
        occurred_at: all_or_none(occurred_at)?,
        by: all_or_none(by)?,
        on_behalf_of: all_or_none(on_behalf_of)?,
        case: all_or_none(case)?,
        form: form?,
    })
}

/// What was not written is no mistake; what was written wrongly is.
fn all_or_none<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        None => Some(None),
        Some(read) => read.map(Some),
    }
}

fn zone(node: &Node, reading: &Reading<'_>) -> Option<Tz> {
    let text = reading.string(node)?;
    let zone: Option<Tz> = text.parse().ok();
    zone.or_else(|| {
        let ko = format!("`{text}` 시간대가 없습니다. `Asia/Seoul`처럼 적습니다");
        format_fault(node, reading, &ko, &format!("there is no zone `{text}`: write `Asia/Seoul`"))
    })
}

impl Titles<'_, '_> {
    /// Where a value comes from: the title of a column, or a mapping that says more.
    fn take(&self, node: &Node, shape: &Shape, field: Option<&Field>) -> Option<Take> {
        if let NodeKind::String(_) = node.kind {
            self.fits_a_cell(node.span, shape)?;
            return self.column(node, node.span).map(Take::Column);
        }
        let keys = Mapping::of(node, self.reading)?;
        if let Some(value) = keys.take("value") {
            keys.finish(self.reading);
            return self.value(value, field).map(Take::Value);
        }
        self.fits_a_cell(node.span, shape)?;
        let mut column = self.column_of(&keys)?;
        column.values = self.values(&keys, shape, field);
        column.otherwise = keys.take("otherwise").and_then(|node| self.value(node, field));
        column.separator =
            keys.take("separator").and_then(|node| self.reading.string(node)).map(str::to_owned);
        column.forms = self.forms(&keys)?;
        keys.finish(self.reading);
        self.parts_a_list(node.span, shape, &column)?;
        Some(Take::Column(column))
    }

    fn column_of(&self, keys: &Mapping<'_>) -> Option<Column> {
        let node = keys.need("column", self.reading)?;
        self.column(node, node.span)
    }

    fn column(&self, node: &Node, span: Span) -> Option<Column> {
        let title = self.reading.string(node)?;
        let mut places = self.titles.iter().enumerate().filter(|(_, known)| *known == title);
        let (first, second) = (places.next(), places.next());
        if second.is_some() {
            let ko = format!("`{title}` 열이 둘 이상입니다. 표에서 제목을 다르게 적어야 합니다");
            let en = format!(
                "there are several columns `{title}`: give them different titles in the sheet"
            );
            self.reading.error(COLUMN, span, ko, en);
            return None;
        }
        let Some((index, _)) = first else {
            self.no_column(title, span);
            return None;
        };
        Some(Column {
            index,
            title: title.to_owned(),
            values: BTreeMap::new(),
            otherwise: None,
            separator: None,
            forms: DayForms::Usual,
        })
    }

    fn no_column(&self, title: &str, span: Span) {
        let known = self.titles.iter().map(String::as_str).filter(|title| !title.is_empty());
        let all = known.clone().collect::<Vec<_>>().join("`, `");
        let ko = format!("표에 `{title}` 열이 없습니다");
        let diagnostic = super::diagnostic::Diagnostic::error(
            COLUMN,
            span,
            ko,
            format!("the sheet has no column `{title}`"),
        );
        self.reading.report(match super::suggest::did_you_mean(title, known) {
            Some(near) => {
                diagnostic.help(format!("`{near}` 아닙니까?"), format!("did you mean `{near}`?"))
            }
            None => diagnostic.help(format!("있는 열: `{all}`"), format!("there are `{all}`")),
        });
    }

    fn fits_a_cell(&self, span: Span, shape: &Shape) -> Option<()> {
        if shape.fits_a_cell() {
            return Some(());
        }
        let ko = "여러 항목으로 된 값은 한 칸에 담을 수 없습니다. `value`로 적거나 비워 둡니다";
        let en = "no cell can hold fields within a field: give it as `value`, or leave it out";
        self.reading.error(VALUE, span, ko, en);
        None
    }

    fn parts_a_list(&self, span: Span, shape: &Shape, column: &Column) -> Option<()> {
        match (shape, &column.separator) {
            (Shape::List(_), Some(separator)) if !separator.is_empty() => Some(()),
            (Shape::List(_), _) => self.list_unparted(span),
            (_, None) => Some(()),
            (_, Some(_)) => {
                let ko = "목록이 아닌 항목에는 `separator`를 쓰지 않습니다";
                self.reading.error(FORMAT, span, ko, "only a list has a `separator`");
                None
            }
        }
    }

    fn list_unparted(&self, span: Span) -> Option<()> {
        let ko = "목록은 `{column: …, separator: \",\"}`처럼 무엇으로 나뉘는지 적어야 합니다";
        let en = "say what stands between the items: `{column: …, separator: \",\"}`";
        self.reading.error(FORMAT, span, ko, en);
        None
    }

    fn values(
        &self,
        keys: &Mapping<'_>,
        shape: &Shape,
        field: Option<&Field>,
    ) -> BTreeMap<String, Json> {
        let Some(node) = keys.take("values") else { return BTreeMap::new() };
        let entries = self.reading.entries(node).unwrap_or_default().iter();
        // The values of a list are those of its items, which the form checks with the whole.
        let field = field.filter(|_| !matches!(shape, Shape::List(_)));
        let read = entries.map(|(key, node)| Some((key.name.clone(), self.value(node, field)?)));
        read.flatten().collect()
    }

    /// A value that stands in the map; it has to fit its field.
    fn value(&self, node: &Node, field: Option<&Field>) -> Option<Json> {
        let value = node.to_json();
        let Some(field) = field else {
            return self.reading.string(node).map(Json::from);
        };
        let form = Form::compile(vec![field.clone()]).ok()?;
        let filled = [(field.name.to_string(), value.clone())].into_iter().collect();
        match form.check(&filled) {
            Ok(()) => Some(value),
            Err(violations) => {
                let said = violations.first().map(|violation| violation.message.clone());
                let (ko, en) = said.map_or_else(Default::default, |said| (said.ko, said.en));
                let ko = format!("`{}` 항목에 맞지 않습니다: {ko}", field.name);
                let en = format!("this does not fit `{}`: it {en}", field.name);
                self.reading.error(VALUE, node.span, ko, en);
                None
            }
        }
    }

    fn forms(&self, keys: &Mapping<'_>) -> Option<DayForms> {
        let Some(node) = keys.take("format") else { return Some(DayForms::Usual) };
        if node.as_str() == Some("serial") {
            return Some(DayForms::Serial);
        }
        let items = self.reading.items(node).iter();
        let forms: Option<Vec<String>> = items.map(|node| self.day_form(node)).collect();
        forms.map(DayForms::Given)
    }

    fn day_form(&self, node: &Node) -> Option<String> {
        let form = self.reading.string(node)?;
        if form.contains('%') && !StrftimeItems::new(form).any(|item| item == Item::Error) {
            return Some(form.to_owned());
        }
        let ko = "날짜 형식은 `%Y. %m. %d.`처럼 적거나, 날수로 적힌 칸이면 `serial`이라고 적습니다";
        let en = "write a format as `%Y. %m. %d.`, or `serial` for cells that count days";
        format_fault(node, self.reading, ko, en)
    }

    fn when(&self, node: &Node, zone: Tz) -> Option<When> {
        if let NodeKind::String(_) = node.kind {
            let column = self.column(node, node.span)?;
            return Some(When { column, time: NaiveTime::MIN, zone });
        }
        let keys = Mapping::of(node, self.reading)?;
        let mut column = self.column_of(&keys)?;
        column.forms = self.forms(&keys)?;
        let time = keys.take("time").map_or(Some(NaiveTime::MIN), |node| self.time(node));
        keys.finish(self.reading);
        Some(When { column, time: time?, zone })
    }

    fn time(&self, node: &Node) -> Option<NaiveTime> {
        let text = self.reading.string(node)?;
        let time = NaiveTime::parse_from_str(text, "%H:%M").ok();
        time.or_else(|| {
            let en = "write a time as `09:00`";
            format_fault(node, self.reading, "시각은 `09:00`처럼 적습니다", en)
        })
    }

    fn form(&self, node: &Node, form: &Form) -> Vec<Filled> {
        let mut filled = Vec::new();
        for (field, span, node) in self.reading.named(node) {
            let known = form.fields().iter().find(|known| known.name == field);
            let Some(known) = known else {
                let names = form.fields().iter().map(|field| field.name.as_str());
                self.reading.unknown(span, ("양식", "field"), field.as_str(), names);
                continue;
            };
            let shape = Shape::of(known);
            let take = self.take(node, &shape, Some(known));
            filled.extend(take.map(|take| Filled { field, shape, take }));
        }
        self.nothing_missing(node, form);
        filled
    }

    fn nothing_missing(&self, node: &Node, form: &Form) {
        let needed = form.fields().iter().filter(|field| !field.optional);
        for field in needed.filter(|field| node.get(field.name.as_str()).is_none()) {
            let name = &field.name;
            let span = node.span.first_line_of(self.reading.text());
            let ko = format!("`{name}` 항목이 어디에 있는지 적어야 합니다");
            self.reading.error(
                MISSING,
                span,
                ko,
                format!("say where the field `{name}` comes from"),
            );
        }
    }
}
