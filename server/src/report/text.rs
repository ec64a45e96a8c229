//! A report for a terminal: its title, the moment, and aligned columns.

use dure_engine::report::Table;
use dure_storage::Lang;

use super::cell::shown;
use super::foot;
use crate::moment::minute;
use crate::sheet::Sheet;
use crate::words;

/// The report as lines.
pub fn table(table: &Table, lang: Lang) -> String {
    let title = table.title.get(lang);
    let head =
        format!("{title} · {}\n", words::as_of_events(lang, &minute(table.at), table.events));
    if table.rows.is_empty() {
        return format!("{head}\n{}\n", words::NO_ROWS.get(lang));
    }
    let titles: Vec<&str> = table.columns.iter().map(|column| column.title.get(lang)).collect();
    let mut sheet = Sheet::with_header(&titles);
    let shows: Vec<_> = table.columns.iter().map(|column| column.show).collect();
    let row = |cells: &[dure_engine::report::Cell]| -> Vec<String> {
        cells.iter().zip(&shows).map(|(cell, show)| shown(cell, *show, lang)).collect()
    };
    table.rows.iter().for_each(|cells| sheet.row(row(cells)));
    foot::lines(table, lang).iter().for_each(|cells| sheet.row(row(cells)));
    format!("{head}\n{}", sheet.render())
}
