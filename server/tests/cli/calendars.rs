//! `dure calendar …`: the shipped calendar, one with mistakes, versions, and how a due is reached.

use serde_json::json;

use crate::folder::{Folder, run};

const KOREA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../workflows/calendars/korea.yaml");

fn published() -> Folder {
    let folder = Folder::new();
    folder.run(&["calendar", "publish", KOREA]).ok();
    folder
}

fn shipped() -> String {
    std::fs::read_to_string(KOREA).expect("the shipped calendar")
}

#[test]
fn the_shipped_calendar_is_sound_and_checked_without_a_data_folder() {
    let folder = Folder::new();
    let checked = folder.run(&["calendar", "check", KOREA, "--json"]).ok().document();
    assert_eq!(
        checked,
        json!({
            "calendar": "korea", "version": 1, "holidays": 286, "ok": true,
            "unconfirmed_years": [2027, 2028, 2029, 2030],
        })
    );
    assert!(!folder.data().exists());
    let ran = folder.run(&["calendar", "check", KOREA, "--lang", "ko"]).ok();
    assert_eq!(ran.out, "korea v1: 잘못이 없습니다 (공휴일 286일)\n");
    assert_eq!(ran.err, "확정된 공휴일 표가 없는 해: 2027–2030\n");
}

#[test]
fn every_mistake_of_a_calendar_is_shown_with_line_and_caret_and_nothing_is_published() {
    let folder = Folder::new();
    let broken = shipped()
        .replace("version: 1", "version: 0")
        .replace("zone: Asia/Seoul", "zone: Asia/Seul")
        .replace("[sat, sun]", "[sat, sat]")
        .replace("[\"13:00\", \"18:00\"]", "[\"11:00\", \"18:00\"]")
        .replace("from: 2016-01-01", "from: 2016-01-02");
    let file = folder.write("broken.yaml", broken);
    let codes = [
        "E-calendar-version",
        "E-calendar-zone",
        "E-calendar-weekday-twice",
        "E-calendar-hours-overlap",
        "E-calendar-holiday-outside",
    ];
    for command in ["check", "publish"] {
        let ran = folder.run(&["calendar", command, &file, "--lang", "ko"]).failed(2);
        assert!(ran.err.starts_with("E-calendar-invalid: "), "{}", ran.err);
        assert!(ran.err.contains("달력 파일에 잘못이 5건"), "{}", ran.err);
        for code in codes {
            assert!(ran.err.contains(code), "{code}: {}", ran.err);
        }
        assert!(ran.err.contains("broken.yaml:8:"), "with its line: {}", ran.err);
    }
    let error = folder.run(&["calendar", "check", &file, "--json"]).failed(2).error();
    let told = error["diagnostics"].as_array().expect("each mistake");
    assert_eq!(told.len(), 5, "{error}");
    folder.run(&["calendar", "list"]).ok();
    assert_eq!(folder.run(&["calendar", "list", "--json"]).ok().out, "");
}

#[test]
fn what_is_no_calendar_is_told_as_such() {
    let folder = Folder::new();
    for (text, word) in [
        ("calendar: korea\n", "missing field"),
        ("[1, 2]\n", "invalid type"),
        ("surprise: 1\ncalendar: korea\n", "surprise"),
    ] {
        let file = folder.write("no.yaml", text);
        let ran = folder.run(&["calendar", "check", &file, "--lang", "en"]).failed(2);
        assert!(ran.err.contains("E-calendar-form") && ran.err.contains(word), "{}", ran.err);
    }
    let file = folder.write("alias.yaml", "calendar: &a korea\nzone: *a\n");
    assert!(folder.run(&["calendar", "check", &file]).failed(2).err.contains("E-yaml-alias"));
}

#[test]
fn only_the_next_version_is_published_and_the_same_again_changes_nothing() {
    let folder = published();
    let again = folder.run(&["calendar", "publish", KOREA, "--json"]).ok().document();
    assert_eq!(again, json!({"calendar": "korea", "version": 1, "repeated": true}));
    let changed = shipped().replace("2020-08-17", "2020-08-18");
    let file = folder.write("korea.yaml", &changed);
    let refused = folder.run(&["calendar", "publish", &file]).failed(1);
    assert!(refused.err.contains("E-version-published"), "{}", refused.err);
    let file = folder.write("korea.yaml", changed.replace("version: 1", "version: 2"));
    folder.run(&["calendar", "publish", &file]).ok();
    let repeated = folder.run(&["calendar", "publish", KOREA, "--json"]).ok().document();
    assert_eq!(repeated["repeated"], true, "the first version again");
    let version = |arguments: &[&str]| {
        let words = [&["calendar", "show", "korea", "--json"], arguments].concat();
        folder.run(&words).ok().document()["version"].clone()
    };
    assert_eq!((version(&[]), version(&["--version", "1"])), (json!(2), json!(1)));
    let unknown = folder.run(&["calendar", "show", "korea", "--version", "3"]).failed(1);
    assert!(unknown.err.contains("E-calendar-unknown"), "{}", unknown.err);
    let head = folder.head();
    assert_eq!(head["size"], 2);
}

#[test]
fn calendars_are_listed_and_shown_in_both_languages() {
    let folder = published();
    let listed = folder.run(&["calendar", "list", "--json"]).ok().document();
    assert_eq!(
        (&listed["name"], &listed["version"], &listed["holidays"]),
        (&json!("korea"), &json!(1), &json!(286))
    );
    let text = folder.run(&["calendar", "list", "--lang", "en"]).ok().out;
    assert!(text.contains("korea") && text.contains("2016-01-01"), "{text}");
    let shown = folder.run(&["calendar", "show", "korea", "--lang", "ko"]).ok().out;
    for words in
        ["09:00–12:00, 13:00–18:00", "토, 일", "공휴일 (286)", "2017-10-02  월  임시공휴일"]
    {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn a_due_is_said_with_how_it_is_reached() {
    let folder = published();
    let words = ["calendar", "next", "korea", "--after", "2017-09-29 17:00", "--span", "3wh"];
    let shown = folder.run(&[&words[..], &["--lang", "ko"]].concat()).ok().out;
    for line in [
        "기한            2017-10-10 11:00",
        "달력            korea v1",
        "근무일          2",
        "2017-10-03  화  개천절, 추석 전날",
        "2017-10-09  월  한글날",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    let json = folder.run(&[&words[..], &["--json"]].concat()).ok().document();
    assert_eq!(json["due"], "2017-10-10T02:00:00Z");
    assert_eq!(json["basis"]["span"], "3wh");
    assert_eq!(json["basis"]["calendar"], json!({"name": "korea", "version": 1, "rule": "plain"}));
    assert_eq!((&json["days"]["business"], &json["days"]["weekend"]), (&json!(2), &json!(4)));
    assert_eq!(json["days"]["holidays"].as_object().map(|days| days.len()), Some(6));
}

#[test]
fn a_due_that_cannot_be_said_names_the_reason() {
    let folder = published();
    let next = |after: &str, span: &str| {
        let words = ["calendar", "next", "korea", "--after", after, "--span", span, "--lang", "en"];
        folder.run(&words)
    };
    let gap = next("2030-12-31 17:00", "3wh").failed(1);
    let words = "knows the days from 2016-01-01 to 2030-12-31, not 2031-01-01";
    assert!(gap.err.contains("E-calendar-range") && gap.err.contains(words), "{}", gap.err);
    let huge = next("2017-03-10 10:00", "100000mo").failed(1);
    assert!(huge.err.contains("E-calendar-far"), "{}", huge.err);
    let wrong = next("2017-03-10 10:00", "3 days").failed(2);
    assert!(wrong.err.contains("3 days"), "{}", wrong.err);
    let unknown = ["calendar", "next", "mars", "--after", "2017-03-10 10:00", "--span", "1d"];
    assert!(folder.run(&unknown).failed(1).err.contains("E-calendar-unknown"));
}

#[test]
fn a_calendar_comes_from_standard_input_too() {
    let folder = Folder::new();
    let ran = run(folder.command(&["calendar", "publish", "-"]), &shipped()).ok();
    assert!(ran.out.contains("korea v1"), "{}", ran.out);
}

#[test]
fn years_that_have_to_be_confirmed_and_are_not_are_listed_with_where_they_are_from() {
    let folder = published();
    let check = |words: &[&str]| folder.run(&[&["calendar", "check"], words].concat());
    for calendar in [KOREA, "korea"] {
        check(&[calendar]).ok();
        check(&[calendar, "--to", "2026"]).ok();
        check(&[calendar, "--from", "2020", "--to", "2020"]).ok();
        let ran = check(&[calendar, "--from", "2026", "--to", "2032", "--lang", "ko"]).failed(1);
        assert_eq!(
            ran.out,
            "korea v1: 잘못이 없습니다 (공휴일 286일)\n  \
             2027–2030  계산함   위 규정에 따라 계산한 공개 자료 holidays 0.109\n  \
             2031–2032  표 없음\n"
        );
        let told = "E-calendar-unconfirmed: korea v1에 확정된 공휴일 표가 없는 해: 2027–2032\n";
        assert_eq!(ran.err, told);
        let ran = check(&[calendar, "--from", "2030", "--json"]).failed(1);
        let told = (&ran.document()["unconfirmed_years"], &ran.document()["ok"]);
        assert_eq!(told, (&json!([2030]), &json!(false)));
        assert_eq!(ran.error()["code"], "E-calendar-unconfirmed");
        let reversed = check(&[calendar, "--from", "2031"]).failed(2);
        assert!(reversed.err.contains("E-years-reversed"), "{}", reversed.err);
    }
    assert!(check(&["mars"]).failed(1).err.contains("E-calendar-unknown"));
    check(&["korea", "--from", "19"]).failed(2);
}

#[test]
fn a_due_in_a_year_that_nobody_has_confirmed_says_so() {
    let folder = published();
    let next = |after: &str| {
        let words = ["calendar", "next", "korea", "--after", after, "--span", "1bd"];
        (
            folder.run(&[&words[..], &["--lang", "en"]].concat()).ok().err,
            folder.run(&[&words[..], &["--json"]].concat()).ok().document()["confirmed"].clone(),
        )
    };
    let note =
        "a due lies in 2027, whose holidays are not confirmed, and may move (calendar korea)\n";
    assert_eq!(next("2026-12-31 10:00"), (note.to_owned(), json!(false)));
    assert_eq!(next("2026-12-30 10:00"), (String::new(), json!(true)));

    let text = "workflow: later\nversion: 1\ntitle: {ko: 나중, en: Later}\ncalendar: korea\n\
         roles: {clerk: {ko: 담당자, en: Clerk}}\ndata: {day: {type: date}}\n\
         start: {by: clerk, form: {day: {like: data.day}}, set: {day: form.day}, to: wait}\n\
         steps: {wait: {title: {ko: 기다림, en: Wait}, by: clerk, due: {at: date(data.day)}, to: done}}\n\
         ends: {done: {title: {ko: 마침, en: Done}}}\n";
    folder.run(&["workflow", "publish", &folder.write("later.yaml", text)]).ok();
    folder.run(&["person", "add", "clerk-1", "--role", "clerk"]).ok();
    let start = |id: &str, day: &str| {
        let form = folder.write("form.json", json!({"day": day}).to_string());
        let words = ["case", "start", "later", "--id", id, "--as", "clerk-1", "--form", &form];
        folder.run(&[&words[..], &["--lang", "ko"]].concat()).ok().err
    };
    let note = "기한이 공휴일이 확정되지 않은 2100년에 있어 바뀔 수 있음 (달력 korea)\n";
    assert_eq!(start("l-1", "2100-03-02"), note);
    assert_eq!(folder.run(&["case", "show", "l-1", "--lang", "ko"]).ok().err, note);
    assert_eq!(start("l-2", "2026-03-03"), "");
}
