//! Tests of what a person and a program see of a mistake.

use dure_storage::{Code, Lang};
use serde_json::json;

use super::super::limits::{DIAGNOSTICS_MAX, SHOWN_LINE_BYTES_MAX};
use super::super::node::{Span, parse};
use super::{Diagnostic, Diagnostics};

const CODE: Code = Code("E-test");

#[track_caller]
fn check(found: &Diagnostics, lang: Lang, expect: &str) {
    let rendered = found.render(lang, false);
    let lines: Vec<&str> = rendered.lines().map(str::trim_end).collect();
    assert_eq!(lines.join("\n").trim_end(), expect.trim_matches('\n'), "\n{rendered}");
}

fn refused(text: &str) -> Diagnostics {
    parse("파일.yaml", text).expect_err("is refused")
}

/// The place of `part` in `text`.
fn place(text: &str, part: &str) -> Span {
    let start = text.find(part).expect("is there");
    Span::new(start, start + part.len())
}

#[test]
fn both_places_of_a_duplicate_key_are_shown_in_english() {
    check(
        &refused("title: a\nroles: b\ntitle: c\n"),
        Lang::En,
        "
E-yaml-duplicate-key

  × the key `title` stands twice
   ╭─[파일.yaml:3:1]
 1 │ title: a
   · ──┬──
   ·   ╰── it stands here first
 2 │ roles: b
 3 │ title: c
   · ─────
   ╰────
",
    );
}

#[test]
fn a_caret_stands_under_wide_korean_letters() {
    check(
        &refused("제목: 두레\n역할: {접수: 1, 담당: 2, 접수: 3}\n"),
        Lang::Ko,
        "
E-yaml-duplicate-key

  × `접수` 항목이 두 번 나옵니다
   ╭─[파일.yaml:2:20]
 1 │ 제목: 두레
 2 │ 역할: {접수: 1, 담당: 2, 접수: 3}
   ·        ──┬─              ────
   ·          ╰── 처음 나온 곳
   ╰────
",
    );
}

#[test]
fn a_syntax_error_shows_its_place_and_help_is_printed() {
    check(
        &refused("단계:\n\t- 1\n"),
        Lang::Ko,
        "
E-yaml-syntax

  × 들여쓰기에 탭을 쓸 수 없습니다. 빈칸을 쓰세요
   ╭─[파일.yaml:2:2]
 1 │ 단계:
 2 │     - 1
   ·     ─
   ╰────
",
    );
    check(
        &refused("roles: {2017: a}\n"),
        Lang::En,
        "
E-yaml-key

  × the key `2017` is not a string
   ╭─[파일.yaml:1:9]
 1 │ roles: {2017: a}
   ·         ────
   ╰────
  help: put it in quotes: `\"2017\"`
",
    );
}

#[test]
fn warnings_and_places_of_several_lines_show_their_first_line() {
    let text = "steps:\n  triage:\n    title: 분류\n";
    let warning = Diagnostic::warning(
        CODE,
        place(text, "triage:\n    title: 분류"),
        "끝이 없습니다",
        "it has no end",
    );
    check(
        &Diagnostics::new("a.yaml", text, [warning]),
        Lang::En,
        "
E-test

  ⚠ it has no end
   ╭─[a.yaml:2:3]
 1 │ steps:
 2 │   triage:
   ·   ───────
 3 │     title: 분류
   ╰────
",
    );
}

#[test]
fn what_cannot_be_shown_is_named() {
    let long = format!("[{}]", "1,".repeat(SHOWN_LINE_BYTES_MAX));
    let found = Diagnostics::new(
        "a.json",
        &long,
        [
            Diagnostic::error(CODE, Span::new(1, 2), "길다", "too long"),
            Diagnostic::error(CODE, Span::default(), "파일", "the file").without_place(),
        ],
    );
    check(
        &found,
        Lang::En,
        "
E-test

  × too long [a.json:1:2]

E-test

  × the file [a.json]
",
    );
}

#[test]
fn a_file_cannot_steer_the_terminal() {
    let text = "a: \u{1b}[31m\u{202e}\n";
    let found = Diagnostics::new(
        "a\u{7}.yaml",
        text,
        [Diagnostic::error(CODE, Span::new(3, 4), "\u{1b}", "\u{1b}[2J").help("\u{1b}", "\u{1b}")],
    );
    for (lang, colour) in [(Lang::Ko, false), (Lang::En, false)] {
        let shown = found.render(lang, colour);
        assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown:?}");
    }
    assert!(!found.to_string().contains('\u{1b}'), "{found}");
}

#[test]
fn colour_is_used_only_when_asked_for() {
    let found = refused("a: 1\na: 2\n");
    assert!(found.render(Lang::En, true).contains('\u{1b}'));
    assert!(!found.render(Lang::En, false).contains('\u{1b}'));
}

#[test]
fn past_the_bound_mistakes_are_counted() {
    let many =
        (0..DIAGNOSTICS_MAX + 7).map(|_| Diagnostic::error(CODE, Span::new(0, 1), "틀림", "wrong"));
    let found = Diagnostics::new("a.yaml", "x", many);
    assert_eq!((found.items().len(), found.more()), (DIAGNOSTICS_MAX, 7));
    assert!(found.render(Lang::En, false).ends_with("and 7 more\n"));
    assert!(found.render(Lang::Ko, false).ends_with("그 밖에 7건이 더 있습니다.\n"));
    assert!(found.to_string().ends_with("and 7 more\n"));
    assert_eq!(found.to_json(Lang::En)["more"], json!(7));
}

#[test]
fn json_counts_lines_and_columns_in_characters() {
    let text = "제목: 두레\n역할: 접수\n";
    let found = Diagnostics::new(
        "a.yaml",
        text,
        [
            Diagnostic::error(CODE, place(text, "접수"), "없음", "missing")
                .help("적으세요", "write it"),
            Diagnostic::warning(CODE, Span::new(0, 0), "파일", "file")
                .without_place()
                .trace(vec!["start".into(), "a=go".into()]),
        ],
    );
    let expect = json!({"more": 0, "diagnostics": [
        {"code": "E-test", "severity": "error", "message": "없음", "help": "적으세요", "trace": [], "file": "a.yaml",
         "line": 2, "column": 5, "end_line": 2, "end_column": 7},
        {"code": "E-test", "severity": "warning", "message": "파일", "help": "가장 짧은 길: start → a=go",
         "trace": ["start", "a=go"], "file": "a.yaml"},
    ]});
    assert_eq!(found.to_json(Lang::Ko), expect);
    assert_eq!(found.to_string(), "a.yaml:2:5: E-test: missing\na.yaml: E-test: file\n");
    assert!(found.has_errors());
}

#[test]
fn places_outside_of_the_text_are_survived() {
    for span in [Span::new(5, 9), Span::new(1, 2), Span::new(3, 3), Span::new(0, 99)] {
        let found = Diagnostics::new(
            "a.yaml",
            "가",
            [Diagnostic::error(CODE, span, "ㄱ", "x").related(span, "ㄴ", "y")],
        );
        assert!(found.render(Lang::En, false).contains('x'), "{span:?}");
        found.to_json(Lang::Ko);
    }
}
