//! How the cells of a workbook look: number formats, bold lines, the header.

use dure_storage::Lang;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::words;

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Text, which goes on in a further line.
    Text,
    /// A whole number.
    Whole,
    /// A number with one decimal.
    Tenths,
    /// An amount, in groups of three.
    Krw,
    /// Percent.
    Percent,
    /// Percent with one decimal.
    PercentTenths,
    /// A day.
    Day,
    /// A day and a time.
    Minute,
    /// A span, in days.
    Days,
}

const ALL: [Look; 9] = [
    Look::Text,
    Look::Whole,
    Look::Tenths,
    Look::Krw,
    Look::Percent,
    Look::PercentTenths,
    Look::Day,
    Look::Minute,
    Look::Days,
];
/// A light grey, on which black is read well.
const HEADER_GREY: Color = Color::RGB(0x00E7_E6E6);

/// Every look, made once.
pub struct Looks {
    heading: Format,
    plain: [Format; ALL.len()],
    bold: [Format; ALL.len()],
}

impl Looks {
    /// The looks for a reader.
    pub fn new(lang: Lang) -> Looks {
        let plain = ALL.map(|look| format(look, lang));
        let bold = plain.clone().map(Format::set_bold);
        let heading =
            Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        let heading =
            heading.set_background_color(HEADER_GREY).set_border_bottom(FormatBorder::Thin);
        Looks { heading, plain, bold }
    }

    /// That of the header.
    pub fn heading(&self) -> &Format {
        &self.heading
    }

    /// That of a cell, bold in the lines beneath.
    pub fn of(&self, look: Look, bold: bool) -> &Format {
        let formats = if bold { &self.bold } else { &self.plain };
        &formats[look as usize]
    }
}

fn format(look: Look, lang: Lang) -> Format {
    let plain = Format::new().set_align(FormatAlign::Top);
    match look {
        Look::Text => plain.set_text_wrap(),
        Look::Whole => plain.set_num_format("0"),
        Look::Tenths => plain.set_num_format("0.0"),
        Look::Krw => plain.set_num_format("#,##0"),
        Look::Percent => plain.set_num_format("0%"),
        Look::PercentTenths => plain.set_num_format("0.0%"),
        Look::Day => plain.set_num_format("yyyy-mm-dd"),
        Look::Minute => plain.set_num_format("yyyy-mm-dd hh:mm"),
        Look::Days => plain.set_num_format(format!("0.0# \"{}\"", words::DAYS_UNIT.get(lang))),
    }
}
