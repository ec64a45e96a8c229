//! How spans and calendars are written, and what is told about mistakes in them.

use dure_storage::Lang;

use super::*;

#[test]
fn a_span_reads_back_as_it_was_written() {
    for text in ["30m", "3h", "3wh", "5bd", "10d", "2w", "1mo", "100000d"] {
        assert_eq!(span(text).to_string(), text);
        let json = serde_json::to_value(span(text)).expect("json");
        assert_eq!(json, json!(text));
        assert_eq!(serde_json::from_value::<Span>(json).expect("a span"), span(text));
    }
    let needing: Vec<&str> = ["1m", "1h", "1wh", "1bd", "1d", "1w", "1mo"]
        .into_iter()
        .filter(|text| span(text).needs_calendar())
        .collect();
    assert_eq!(needing, ["1wh", "1bd"]);
}

#[test]
fn what_is_no_span_is_refused_with_its_code() {
    for text in ["", "3", "d", "-1d", "3x", "1.5h", "3 d", "03d", "３d", "3D", "wh"] {
        assert_eq!(Span::parse(text).map_err(|fault| fault.code().0), Err("E-span"), "{text}");
    }
    for text in ["0d", "100001d", "99999999999999999999d"] {
        assert_eq!(
            Span::parse(text).map_err(|fault| fault.code().0),
            Err("E-span-count"),
            "{text}"
        );
    }
}

#[test]
fn a_calendar_reads_back_as_it_was_written() {
    for rule in ["plain", "civil_petition"] {
        let calendar = Calendar::read(korea_file(rule)).expect("a calendar");
        assert_eq!(serde_json::to_value(&calendar).expect("json"), korea_file(rule));
    }
}

#[test]
fn every_mistake_of_a_calendar_is_told_with_its_code() {
    let holiday = json!({"ko": "공휴일", "en": "Holiday"});
    let table = [
        ("version", json!(0), "E-calendar-version"),
        ("zone", json!("Asia/Busan"), "E-calendar-zone"),
        ("weekend", json!(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), "E-calendar-week"),
        ("weekend", json!(["sat", "sat"]), "E-calendar-weekday-twice"),
        ("weekend", json!(["saturday"]), "E-calendar-form"),
        ("hours", json!([]), "E-calendar-hours-missing"),
        ("hours", json!([["9:00", "12:00"]]), "E-calendar-hour"),
        ("hours", json!([["09:00", "24:01"]]), "E-calendar-hour"),
        ("hours", json!([["12:00", "09:00"]]), "E-calendar-hours-reversed"),
        ("hours", json!([["09:00", "09:00"]]), "E-calendar-hours-reversed"),
        ("hours", json!([["09:00", "13:00"], ["12:00", "18:00"]]), "E-calendar-hours-overlap"),
        ("hours", json!([["13:00", "18:00"], ["09:00", "12:00"]]), "E-calendar-hours-overlap"),
        ("hours", json!([["09:00", "18:00"]]), "E-calendar-civil-hours"),
        ("from", json!("2019-01-01"), "E-calendar-days"),
        ("from", json!("1700-01-01"), "E-calendar-years"),
        ("from", json!("2017-02-29"), "E-calendar-form"),
        ("holidays", json!({"2016-12-31": holiday}), "E-calendar-holiday-outside"),
        ("tables", json!([table(2018, 2017)]), "E-calendar-table"),
        ("tables", json!([table(2017, 2019)]), "E-calendar-table"),
        ("tables", json!([table(2017, 2018), table(2018, 2018)]), "E-calendar-table"),
        ("holidays", json!({"2017-13-01": holiday}), "E-calendar-form"),
        ("holidays", json!({"2017-12-01": {"ko": "공휴일"}}), "E-calendar-form"),
        ("calendar", json!("Korea"), "E-calendar-form"),
        ("surprise", json!(1), "E-calendar-form"),
    ];
    for (key, value, code) in table {
        let mut file = korea_file("civil_petition");
        file[key] = value.clone();
        let faults = Calendar::read(file).expect_err(code);
        assert_eq!(faults[0].code().0, code, "{key}: {value}: {faults:?}");
        for fault in faults {
            assert_ne!(fault.explain(Lang::Ko), fault.explain(Lang::En), "{code}");
        }
    }
}

#[test]
fn all_mistakes_of_a_calendar_are_told_at_once() {
    let mut file = korea_file("plain");
    file["version"] = json!(0);
    file["zone"] = json!("Mars/Olympus");
    file["hours"] = json!([["25:00", "26:00"], ["09:00", "08:00"]]);
    let faults = Calendar::read(file).expect_err("mistakes");
    let codes: Vec<_> = faults.iter().map(|fault| fault.code().0).collect();
    assert_eq!(
        codes[..4],
        ["E-calendar-version", "E-calendar-zone", "E-calendar-hour", "E-calendar-hour"]
    );
    assert!(codes.contains(&"E-calendar-hours-reversed"), "{codes:?}");
}

#[test]
fn a_calendar_without_work_for_months_is_refused() {
    let mut file = korea_file("plain");
    let holiday = json!({"ko": "휴관", "en": "Closed"});
    let closed: serde_json::Map<_, _> = day("2017-03-01")
        .iter_days()
        .take(130)
        .map(|day| (day.to_string(), holiday.clone()))
        .collect();
    file["holidays"] = closed.into();
    let faults = Calendar::read(file).expect_err("idle");
    assert_eq!(faults[0].code().0, "E-calendar-idle");
    assert!(faults[0].explain(Lang::En).contains("2017-03-01"), "{}", faults[0]);
}

#[test]
fn an_unchecked_calendar_refuses_and_never_fails() {
    let mut calendar = korea();
    calendar.hours.clear();
    let code = |fault: CalendarFault| fault.code().0;
    let from = seoul("2017-03-10T10:00");
    assert_eq!(calendar.after(from, span("1wh")).map_err(code), Err("E-calendar-hours-missing"));
    let mut calendar = korea();
    calendar.zone = "Nowhere".to_owned();
    assert_eq!(calendar.after(from, span("1wh")).map_err(code), Err("E-calendar-zone"));
    let mut calendar = korea();
    calendar.weekend.extend([Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri]);
    assert_eq!(calendar.after(from, span("1bd")).map_err(code), Err("E-calendar-range"));
}

#[test]
fn a_basis_says_what_a_due_was_computed_from() {
    let from = seoul("2017-03-10T10:00");
    let basis = DueBasis::of(Some(&civil()), from, Counted::Span(span("3wh")));
    assert!(basis.used(&civil().name) && !basis.zone_data.is_empty());
    let json = serde_json::to_value(&basis).expect("json");
    assert_eq!(json["calendar"], json!({"name": "korea", "version": 1, "rule": "civil_petition"}));
    assert_eq!(serde_json::from_value::<DueBasis>(json).expect("a basis"), basis);
    assert_eq!(basis.due(Some(&civil())), Ok(seoul("2017-03-10T14:00")));
    let plain =
        serde_json::to_value(DueBasis::of(None, from, Counted::Span(span("3d")))).expect("json");
    assert!(plain.get("calendar").is_none() && plain.get("pauses").is_none(), "{plain}");
}

fn table(from: i32, to: i32) -> Value {
    json!({"from": from, "to": to, "confirmed": true, "source": {"ko": "표", "en": "table"}})
}

#[test]
fn a_year_without_a_confirmed_table_is_named() {
    assert_eq!(korea().unconfirmed_years(), [2017, 2018]);
    let mut file = korea_file("plain");
    let mut computed = table(2018, 2018);
    computed["confirmed"] = json!(false);
    file["tables"] = json!([table(2017, 2017), computed]);
    assert_eq!(Calendar::read(file).expect("a calendar").unconfirmed_years(), [2018]);
}
