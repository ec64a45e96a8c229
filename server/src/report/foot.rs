//! The lines beneath a report, each with what it is in its first empty cell.

use dure_engine::report::{Cell, Table};
use dure_storage::Lang;

use crate::words;

/// The cells of each line.
pub fn lines(table: &Table, lang: Lang) -> Vec<Vec<Cell>> {
    let line = |(line, cells): &(_, Vec<Cell>)| {
        let mut cells = cells.clone();
        if let Some(free) = cells.iter_mut().find(|cell| **cell == Cell::Empty) {
            *free = Cell::Text(words::foot(lang, *line).to_owned());
        }
        cells
    };
    table.foot.iter().map(line).collect()
}
