//! Plain aligned columns: two spaces between, no lines drawn, wide characters counted as two.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

use crate::output::one_line;

/// Rows of cells that become aligned lines.
#[derive(Debug)]
pub struct Sheet {
    table: Table,
    indent: &'static str,
    /// Which columns have a cell that is not empty.
    filled: Vec<bool>,
}

impl Sheet {
    /// Without a header.
    pub fn plain() -> Sheet {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        Sheet { table, indent: "", filled: Vec::new() }
    }

    /// With a header.
    pub fn with_header(header: &[&str]) -> Sheet {
        let mut sheet = Sheet::plain();
        sheet.table.set_header(header.iter().map(|title| one_line(title)));
        sheet
    }

    /// Indented by a few spaces.
    #[must_use]
    pub fn indented(mut self, indent: &'static str) -> Sheet {
        self.indent = indent;
        self
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells: Vec<String> = cells.into_iter().map(|cell| one_line(&cell)).collect();
        self.filled.resize(self.filled.len().max(cells.len()), false);
        self.filled.iter_mut().zip(&cells).for_each(|(filled, cell)| *filled |= !cell.is_empty());
        self.table.add_row(cells);
    }

    /// Without those of these columns in which no row has anything: they only take room.
    #[must_use]
    pub fn without_empty(mut self, columns: &[usize]) -> Sheet {
        self.table.discover_columns();
        for column in columns.iter().filter(|column| self.filled.get(**column) == Some(&false)) {
            if let Some(column) = self.table.column_mut(*column) {
                column.set_constraint(ColumnConstraint::Hidden);
            }
        }
        self
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Its lines.
    pub fn render(mut self) -> String {
        self.table.discover_columns();
        for column in self.table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        let line = |line: String| format!("{}{}", self.indent, line).trim_end().to_owned() + "\n";
        self.table.lines().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_align() {
        let mut sheet = Sheet::plain();
        sheet.row(["분류".to_owned(), "a".to_owned()]);
        sheet.row(["triage".to_owned(), "b".to_owned()]);
        assert_eq!(sheet.render(), "분류    a\ntriage  b\n");
    }

    #[test]
    fn a_column_that_may_be_left_out_is_when_it_is_empty() {
        let mut sheet = Sheet::with_header(&["case", "flags", "due"]);
        sheet.row(["A-1".to_owned(), String::new(), String::new()]);
        assert_eq!(sheet.without_empty(&[0, 1]).render(), "case  due\nA-1\n");
    }
}
