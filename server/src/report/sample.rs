//! A report with every kind of cell, for the tests of the formats.

use chrono::{DateTime, TimeZone, Utc};
use dure_engine::model::names::{Name, Text};
use dure_engine::report::{Audience, Cell, FootLine, Heading, Notice, Show, Table};
use dure_storage::merkle::Hash;

pub fn ten_in_the_morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2017, 3, 10, 1, 0, 0).single().expect("a time")
}

fn both(ko: &str, en: &str) -> Text {
    Text { ko: ko.into(), en: en.into() }
}

/// Three rows: one as it should be, one whose text would do harm in every format, one of which nothing is known.
pub fn table() -> Table {
    let columns = [
        ("name", "이름", "Name", Show::Plain),
        ("kind", "종류", "Kind", Show::Plain),
        ("amount", "금액", "Amount", Show::Krw),
        ("share", "비율", "Share", Show::Percent),
        ("received", "받은 때", "Received", Show::Plain),
        ("due", "마감일", "Due", Show::Date),
        ("lasted", "걸린 시간", "Lasted", Show::Plain),
        ("done", "끝남", "Done", Show::Plain),
        ("pages", "쪽, \"수\"", "Pages, \"n\"", Show::Plain),
    ];
    let column = |(name, ko, en, show): (&str, &str, &str, Show)| Heading {
        name: name.to_owned(),
        title: both(ko, en),
        show,
    };
    let lending = Cell::Word { word: "lending".into(), ko: "대출".into(), en: "Lending".into() };
    let text = |text: &str| Cell::Text(text.to_owned());
    let at = ten_in_the_morning();
    let harm = "<script>alert(\"1\")</script>,\n둘째 줄";
    let rows = vec![
        vec![
            text("도서 대출"),
            lending.clone(),
            Cell::Int(1_200_000),
            Cell::Tenths(667),
            Cell::Time(at),
            text("2017-03-31"),
            Cell::Span(302_400),
            Cell::Bool(true),
            Cell::Int(3),
        ],
        vec![
            text(harm),
            Cell::List(vec![lending, text("=1+1")]),
            Cell::Int(-12_000),
            Cell::Int(40),
            Cell::Time(at),
            Cell::Time(at),
            Cell::Span(-60),
            Cell::Bool(false),
            Cell::Int(2_000),
        ],
        vec![Cell::Empty; 9],
    ];
    let mut total = vec![Cell::Empty; 9];
    total[2] = Cell::Int(1_188_000);
    total[8] = Cell::Int(2_003);
    Table {
        report: Name::new("sample").expect("a name"),
        title: both("처리 [대장]: 2017/3", "Register [of] requests: 2017/3"),
        answers: both("무엇이 있었는지", "What there was"),
        audience: Audience::Auditor,
        at,
        events: 551,
        root: Hash([0xab; 32]),
        columns: columns.map(column).into(),
        rows,
        foot: vec![(FootLine::Total, total)],
        notices: vec![Notice {
            of: "SR-2017-0001".to_owned(),
            column: "share".to_owned(),
            reason: both("0으로 나눔", "division by zero"),
        }],
        noticed: 3,
    }
}
