//! A report as a page to print, A4 across, its header on every sheet: the register (처리대장) of an office.

use chrono::{DateTime, TimeDelta, Utc};
use dure_engine::report::{Cell, Heading, Show, Table};
use dure_storage::Lang;
use maud::{Markup, html};

use super::cell::{date, shown};
use super::foot;
use crate::moment::ends_day;
use crate::paper::{Paper, date as dates, is_mark, origin, page};
use crate::words;

/// The report as a page.
pub fn table(table: &Table, lang: Lang) -> String {
    let title = table.title.get(lang);
    let counted = [
        (words::AS_OF, dates::minute(table.at, lang)),
        (words::ROWS, table.rows.len().to_string()),
    ];
    let body = html! {
        h1 { (title) }
        dl class="facts" {
            @for (word, fact) in counted { div { dt { (word.get(lang)) } dd { (fact) } } }
        }
        table {
            caption { (table.answers.get(lang)) }
            thead { tr {
                @for column in &table.columns { th scope="col" { (column.title.get(lang)) } }
            } }
            tbody {
                @for row in &table.rows { (line(row, &table.columns, lang)) }
                @if table.rows.is_empty() {
                    tr { td class="none" colspan=(table.columns.len()) { (words::NO_ROWS.get(lang)) } }
                }
            }
            @if !table.foot.is_empty() {
                tfoot {
                    @for row in foot::lines(table, lang) { (line(&row, &table.columns, lang)) }
                }
            }
        }
        (notices(table, lang))
        (origin(table.events, table.root, lang))
    };
    page(title, Paper::Across, lang, &body)
}

/// A row, headed by its first cell.
fn line(row: &[Cell], columns: &[Heading], lang: Lang) -> Markup {
    let cells = || row.iter().zip(columns).map(|(cell, column)| (cell, column.show));
    html! {
        tr {
            @for (cell, show) in cells().take(1) {
                th scope="row" class=[class(cell, show)] { (marked(cell, show, lang)) }
            }
            @for (cell, show) in cells().skip(1) {
                td class=[class(cell, show)] { (marked(cell, show, lang)) }
            }
        }
    }
}

fn class(cell: &Cell, show: Show) -> Option<&'static str> {
    match cell {
        Cell::Int(_) | Cell::Tenths(_) => Some("number"),
        Cell::Text(text) if date(cell, show).is_some() || is_mark(text) => Some("whole"),
        Cell::Empty
        | Cell::Bool(_)
        | Cell::Time(_)
        | Cell::Span(_)
        | Cell::Text(_)
        | Cell::Word { .. }
        | Cell::List(_) => None,
    }
}

/// A cell whose lines break where a reader would: between a day and its time.
fn marked(cell: &Cell, show: Show, lang: Lang) -> Markup {
    match cell {
        Cell::Time(at) => {
            let (day, time) = parts(*at, show, lang);
            html! { span class="whole" { (day) } " " (time) }
        }
        Cell::Empty
        | Cell::Bool(_)
        | Cell::Int(_)
        | Cell::Tenths(_)
        | Cell::Span(_)
        | Cell::Text(_)
        | Cell::Word { .. }
        | Cell::List(_) => html! { (written(cell, show, lang)) },
    }
}

/// Day and time, apart; a due at the end of a day is that day's 24:00.
fn parts(at: DateTime<Utc>, show: Show, lang: Lang) -> (String, String) {
    match show == Show::Due && ends_day(at) {
        true => (dates::day_of(at - TimeDelta::minutes(1), lang), "24:00".to_owned()),
        false => dates::day_and_time(at, lang),
    }
}

/// A cell as documents write it.
fn written(cell: &Cell, show: Show, lang: Lang) -> String {
    if let Some(day) = date(cell, show) {
        return dates::day(day, lang);
    }
    match cell {
        Cell::Time(at) => {
            let (day, time) = parts(*at, show, lang);
            format!("{day} {time}")
        }
        Cell::List(cells) => {
            cells.iter().map(|cell| written(cell, show, lang)).collect::<Vec<_>>().join(", ")
        }
        Cell::Empty
        | Cell::Bool(_)
        | Cell::Int(_)
        | Cell::Tenths(_)
        | Cell::Span(_)
        | Cell::Text(_)
        | Cell::Word { .. } => shown(cell, show, lang),
    }
}

fn notices(table: &Table, lang: Lang) -> Markup {
    let more = table.noticed.saturating_sub(table.notices.len());
    html! {
        @if !table.notices.is_empty() {
            h2 { (words::NOTICES.get(lang)) }
            ul {
                @for notice in &table.notices {
                    li { (notice.of) " " (notice.column) ": " (notice.reason.get(lang)) }
                }
                @if more > 0 { li { (words::more_notices(lang, more)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_register_has_its_cells_in_the_style_of_documents() {
        let page = table(&sample::table(), Lang::Ko);
        for part in [
            "<html lang=\"ko\">",
            "<title>처리 [대장]: 2017/3</title>",
            "<caption>무엇이 있었는지</caption>",
            "<th scope=\"col\">쪽, &quot;수&quot;</th>",
            "<th scope=\"row\">도서 대출</th><td>대출</td><td class=\"number\">1,200,000</td><td class=\"number\">66.7 %</td>",
            "<td><span class=\"whole\">2017. 3. 10.</span> 10:00</td><td class=\"whole\">2017. 3. 31.</td><td>3일 12시간</td><td>예</td>",
            "<tfoot><tr><th scope=\"row\" class=\"whole\">합계</th>",
            "<dd>2017. 3. 10. 10:00</dd>",
            "<li>SR-2017-0001 share: 0으로 나눔</li>",
            "size: A4 landscape",
            "thead { display: table-header-group; }",
            "counter(page)",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        let english = table(&sample::table(), Lang::En);
        assert!(english.contains("<td><span class=\"whole\">2017-03-10</span> 10:00</td><td class=\"whole\">2017-03-31</td>"), "{english}");
        assert!(english.contains("<html lang=\"en\">"));
    }

    #[test]
    fn nothing_that_was_written_becomes_markup() {
        let mut harmful = sample::table();
        harmful.rows[0][1] = Cell::Text("' onload='x' & <b>".to_owned());
        let page = table(&harmful, Lang::En);
        assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
        assert!(
            page.contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;,\n둘째 줄"),
            "{page}"
        );
        assert!(page.contains("' onload='x' &amp; &lt;b&gt;"), "{page}");
    }

    #[test]
    fn a_page_needs_nothing_from_elsewhere() {
        let page = table(&sample::table(), Lang::Ko);
        for part in ["http", "src=", "href=", "url(", "@import"] {
            assert!(!page.contains(part), "{part}");
        }
    }

    #[test]
    fn a_register_without_rows_says_so() {
        let page =
            table(&Table { rows: Vec::new(), foot: Vec::new(), ..sample::table() }, Lang::Ko);
        assert!(page.contains("colspan=\"9\">해당하는 것이 없습니다</td>"), "{page}");
    }
}
