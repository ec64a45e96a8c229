//! The reports that come with this program.

use dure_engine::expression::did_you_mean;
use dure_engine::language::parse_yaml;
use dure_engine::model::names::Text;
use dure_storage::Lang;
use dure_workflows::REPORTS;
use serde::Deserialize;

use crate::sheet::Sheet;
use crate::words;

/// What the list says of a report.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// Its name.
    #[serde(rename = "report")]
    pub name: String,
    /// Whose question it answers.
    #[serde(rename = "for")]
    pub audience: String,
    /// What people call it.
    pub title: Text,
    /// The question it answers.
    pub answers: Text,
}

/// The path and the text of a shipped report.
pub fn shipped(name: &str) -> Option<(&'static str, &'static str)> {
    REPORTS.iter().copied().find(|(path, _)| name_of(path) == name)
}

/// The shipped report that may have been meant.
pub fn near(name: &str) -> Option<String> {
    did_you_mean(name, REPORTS.iter().map(|(path, _)| name_of(path))).map(str::to_owned)
}

/// Every shipped report, by audience and name.
pub fn all() -> Vec<Entry> {
    let mut entries: Vec<Entry> = REPORTS.iter().map(|(path, text)| read(path, text)).collect();
    entries.sort_by(|a, b| (&a.audience, &a.name).cmp(&(&b.audience, &b.name)));
    entries
}

/// The list as lines.
pub fn text(entries: &[Entry], lang: Lang) -> String {
    let mut sheet = Sheet::with_header(&[
        words::FOR_WHOM.get(lang),
        words::REPORT.get(lang),
        words::REPORT_TITLE.get(lang),
        words::ANSWERS.get(lang),
    ]);
    for entry in entries {
        let audience = words::audience(lang, &entry.audience).to_owned();
        let texts = [entry.title.get(lang).to_owned(), entry.answers.get(lang).to_owned()];
        sheet.row([audience, entry.name.clone()].into_iter().chain(texts));
    }
    sheet.render()
}

fn name_of(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".yaml").unwrap_or(file)
}

/// They are part of the program: a report that cannot be read is a bug of it.
fn read(path: &str, text: &str) -> Entry {
    let json =
        parse_yaml(path, text).unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)));
    serde_json::from_value(json).unwrap_or_else(|error| panic!("{path}: {error}"))
}
