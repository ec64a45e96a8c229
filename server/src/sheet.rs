//! Plain aligned columns: two spaces between, no lines drawn, wide characters counted as two.

use comfy_table::{ContentArrangement, Table, presets};

use crate::output::one_line;

/// Rows of cells that become aligned lines.
#[derive(Debug)]
pub struct Sheet {
    table: Table,
    indent: &'static str,
}

impl Sheet {
    /// Without a header.
    pub fn plain() -> Sheet {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        Sheet { table, indent: "" }
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
        self.table.add_row(cells.into_iter().map(|cell| one_line(&cell)));
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
}
