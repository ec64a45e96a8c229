//! What a person reads, in both languages, and where it points.

use dure_storage::{Explain, Lang};

use super::super::{CODES, Type, compile, compile_as};
use super::{scope, world};

/// The place, and the sentences in English and Korean.
fn read(text: &str, wanted: &Type) -> (String, String, String) {
    match compile_as(text, &scope(), wanted) {
        Err(error) => {
            (text[error.range()].into(), error.explain(Lang::En), error.explain(Lang::Ko))
        }
        Ok(expression) => {
            let world = world();
            let error = expression.evaluate(&world).expect_err("goes wrong");
            (text[error.range()].into(), error.explain(Lang::En), error.explain(Lang::Ko))
        }
    }
}

#[test]
fn an_error_points_at_its_place_and_speaks_both_languages() {
    let table = [
        (
            "data.cost + 1",
            "data.cost + 1",
            "This must be bool, but it is int.",
            "여기에는 참/거짓(bool) 값이 필요한데 정수(int) 값입니다.",
        ),
        (
            "true && dta.open",
            "dta",
            "There is no 'dta' here; did you mean 'data'? (available: data, missing, none, now, number, results, settings, text).",
            "'dta'라는 이름은 여기에 없습니다. 혹시 'data'입니까? 쓸 수 있는 이름: data, missing, none, now, number, results, settings, text.",
        ),
        (
            "reached(\"tirage\")",
            "\"tirage\"",
            "There is no step 'tirage'; did you mean 'triage'? (available: deliver, supplement, triage).",
            "'tirage' 단계는 없습니다. 혹시 'triage'입니까? 쓸 수 있는 이름: deliver, supplement, triage.",
        ),
        (
            "\"가나\" == 1 + 2",
            "\"가나\" == 1 + 2",
            "'==' does not work between string and int.",
            "'=='는 문자열(string)와(과) 정수(int) 사이에 쓸 수 없습니다.",
        ),
        (
            "\"가\" in [\"가\", 3]",
            "3",
            "This must be string, but it is int.",
            "여기에는 문자열(string) 값이 필요한데 정수(int) 값입니다.",
        ),
        (
            "data.note == \"가\"",
            "data.note",
            "'data.note' is not set.",
            "'data.note' 값이 없습니다.",
        ),
        (
            "1 / (number - 7) > 0",
            "1 / (number - 7)",
            "Division by zero.",
            "0으로 나눌 수 없습니다.",
        ),
        (
            "(",
            "",
            "The expression ends where something must follow.",
            "식이 끝나지 않았는데 내용이 끊겼습니다.",
        ),
    ];
    for (text, place, en, ko) in table {
        assert_eq!(read(text, &Type::Bool), (place.into(), en.into(), ko.into()), "{text}");
    }
}

#[test]
fn every_code_has_one_row() {
    let errors = [
        compile("(", &scope()),
        compile("x", &scope()),
        compile("1 + \"\"", &scope()),
        compile(&"(".repeat(100), &scope()),
    ];
    for error in errors {
        let code = Explain::code(&error.expect_err("is wrong"));
        assert_eq!(CODES.iter().filter(|row| row.code == code).count(), 1, "{code}");
    }
    let mut codes: Vec<_> = CODES.iter().map(|row| row.code).collect();
    codes.dedup();
    assert_eq!(codes.len(), CODES.len());
}
