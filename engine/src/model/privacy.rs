//! Personal data in what is filled in: whatever stands in a field marked as personal, and telephone, resident
//! registration and card numbers and e-mail addresses anywhere. Refused before anything is appended, since an event
//! can never be changed (I12). Looks at fields and texts, never at who wrote.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::consequence::Object;
use super::form::{Form, Violation};
use super::refusal::Why;
use crate::expression::Type;
use crate::limits::VIOLATIONS_MAX;

/// A kind of personal data that can be told by its form.
struct Kind {
    /// Its word in [`Violation::keyword`].
    word: &'static str,
    form: Regex,
    /// What tells it from other numbers of that form.
    is_one: fn(&str) -> bool,
    message: (&'static str, &'static str),
}

/// The boundaries are those of ASCII words, for a Korean particle may follow a number without a space.
static KINDS: LazyLock<[Kind; 4]> = LazyLock::new(|| {
    let kind = |word, form: &str, is_one, message| Kind {
        word,
        form: Regex::new(&format!(r"(?-u:\b)(?:{form})(?-u:\b)")).expect("a pattern of ours"),
        is_one,
        message,
    };
    [
        kind(
            "email",
            r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
            |_| true,
            ("전자우편 주소로 보입니다", "looks like an e-mail address"),
        ),
        kind(
            "telephone",
            r"(?:82[-. ]?)?0?1[016-9][-. ]?[0-9]{3,4}[-. ]?[0-9]{4}",
            |found| found.starts_with("01") || found.starts_with("82"),
            ("휴대전화 번호로 보입니다", "looks like a mobile telephone number"),
        ),
        kind(
            "resident_number",
            r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[- ]?[1-8][0-9]{6}",
            |_| true,
            ("주민등록번호로 보입니다", "looks like a resident registration number"),
        ),
        kind(
            "card",
            r"[3-6][0-9]{3}[- ]?[0-9]{4}[- ]?[0-9]{4}[- ]?[0-9]{3,4}",
            passes_luhn,
            ("카드 번호로 보입니다", "looks like a card number"),
        ),
    ]
});

/// Every personal field in which something was filled in, up to [`VIOLATIONS_MAX`]: as long as nothing seals it, it must
/// stay empty. The value is not repeated.
pub fn unsealed(form: &Form, filled: &Object) -> Vec<Violation> {
    let mut found = Vec::new();
    for field in form.fields().iter().filter(|field| field.ty.holds_personal()) {
        let value = filled.get(field.name.as_str()).unwrap_or(&Value::Null);
        look_for_unsealed(&field.ty, value, &format!("/{}", field.name), &mut found);
    }
    found.truncate(VIOLATIONS_MAX);
    form.label(&mut found);
    found
}

/// Refuses a form in which a personal field is filled in.
///
/// # Errors
/// [`Why::PersonalUnsealed`] with every place.
pub fn refuse_unsealed(form: &Form, filled: &Object) -> Result<(), Why> {
    let found = unsealed(form, filled);
    if found.is_empty() { Ok(()) } else { Err(Why::PersonalUnsealed { found }) }
}

/// Types are nested no deeper than the field language allows, so this ends.
fn look_for_unsealed(ty: &Type, value: &Value, path: &str, found: &mut Vec<Violation>) {
    match (ty, value) {
        (Type::Personal(_), Value::Null) => {}
        (Type::Personal(_), _) => {
            let words = ("비워 두어야 합니다".to_owned(), "must be left empty".to_owned());
            found.push(Violation::new(path, "personal", words));
        }
        (Type::List(item), Value::Array(values)) => {
            for (at, value) in values.iter().enumerate() {
                look_for_unsealed(item, value, &format!("{path}/{at}"), found);
            }
        }
        (Type::Record(record), Value::Object(values)) => {
            for (name, ty) in record.fields() {
                let value = values.get(name).unwrap_or(&Value::Null);
                look_for_unsealed(ty, value, &format!("{path}/{name}"), found);
            }
        }
        (Type::List(_) | Type::Record(_), _)
        | (Type::Bool | Type::Int | Type::String | Type::Timestamp | Type::Duration, _) => {}
    }
}

/// Refuses what a person filled in, and the reason they gave, if any text in it holds personal data.
///
/// # Errors
/// [`Why::PersonalData`] with every place, up to [`VIOLATIONS_MAX`].
pub fn refuse_personal(form: &Object, reason: Option<&str>) -> Result<(), Why> {
    let mut found = Vec::new();
    form.iter().for_each(|(field, value)| look(value, &format!("/{field}"), &mut found));
    reason.iter().for_each(|reason| look_at("reason", reason, &mut found));
    found.truncate(VIOLATIONS_MAX);
    if found.is_empty() { Ok(()) } else { Err(Why::PersonalData { found }) }
}

/// Refuses a text that stands under a name.
///
/// # Errors
/// As [`refuse_personal`].
pub fn refuse_personal_text(name: &str, text: &str) -> Result<(), Why> {
    let mut found = Vec::new();
    look_at(name, text, &mut found);
    if found.is_empty() { Ok(()) } else { Err(Why::PersonalData { found }) }
}

/// Forms are read from JSON of bounded depth, so this ends.
fn look(value: &Value, path: &str, found: &mut Vec<Violation>) {
    match value {
        Value::String(text) => look_at(path, text, found),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(at, item)| look(item, &format!("{path}/{at}"), found));
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = format!("{path}/{name}");
                look_at(&path, name, found);
                look(value, &path, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn look_at(path: &str, text: &str, found: &mut Vec<Violation>) {
    if found.len() >= VIOLATIONS_MAX {
        return;
    }
    if let Some(kind) = kind_in(text) {
        let (ko, en) = kind.message;
        found.push(Violation::new(path, kind.word, (ko.to_owned(), en.to_owned())));
    }
}

fn kind_in(text: &str) -> Option<&'static Kind> {
    // Most texts have neither, and need no search.
    let digits = text.chars().filter(|letter| plain(*letter).is_ascii_digit()).count();
    if digits < 10 && !text.chars().any(|letter| plain(letter) == '@') {
        return None;
    }
    let text: String = text.chars().map(plain).collect();
    let holds =
        |kind: &&Kind| kind.form.find_iter(&text).any(|found| (kind.is_one)(found.as_str()));
    KINDS.iter().find(holds)
}

/// Full-width letters and the many dashes as their plain forms.
fn plain(letter: char) -> char {
    match letter {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(u32::from(letter) - 0xff01 + 0x21).unwrap_or(letter)
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{00a0}' | '\u{3000}' => ' ',
        letter => letter,
    }
}

/// The check digit of ISO/IEC 7812: it tells a card number from most other numbers of that length.
fn passes_luhn(number: &str) -> bool {
    let digits = number.chars().rev().filter_map(|letter| letter.to_digit(10));
    let sum: u32 = digits
        .enumerate()
        .map(|(at, digit)| match at % 2 {
            0 => digit,
            _ => digit * 2 / 10 + digit * 2 % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Numbers are put together here, so that none stands in a file.
    fn mobile(separator: &str) -> String {
        ["010", "0000", "0000"].join(separator)
    }

    fn resident() -> String {
        ["000101", "3000000"].join("-")
    }

    fn word(text: &str) -> Option<&'static str> {
        kind_in(text).map(|kind| kind.word)
    }

    #[test]
    fn personal_data_is_told_by_its_form_and_other_numbers_are_let_pass() {
        let wide: String = mobile("-")
            .chars()
            .map(|c| match c {
                '0'..='9' => char::from_u32(u32::from(c) - 0x30 + 0xff10).unwrap_or(c),
                other => other,
            })
            .collect();
        let table = [
            (mobile("-"), Some("telephone")),
            (mobile(""), Some("telephone")),
            (mobile(". "), None),
            (mobile(" "), Some("telephone")),
            (mobile("\u{2013}"), Some("telephone")),
            (wide, Some("telephone")),
            (format!("연락처는 {}로 함", mobile("")), Some("telephone")),
            (format!("+82 {}", &mobile("-")[1..]), Some("telephone")),
            (format!("{}5", mobile("")), None),
            (resident(), Some("resident_number")),
            (resident().replace('-', ""), Some("resident_number")),
            (resident().replace("0101", "1301"), None),
            (["4111", "1111", "1111", "1111"].join(" "), Some("card")),
            (["4111", "1111", "1111", "1112"].join(" "), None),
            ("p0007@example.org".to_owned(), Some("email")),
            ("담당자(p0007@example.org)에게".to_owned(), Some("email")),
            ("오후 3시 @ 회의실".to_owned(), None),
            ("SR-2017-0001, 2017-03-10 10:00, 113560".to_owned(), None),
            ("총무과-2017-000123 1234567890".to_owned(), None),
            ("금113,560원 2,000,000,000원".to_owned(), None),
        ];
        for (text, wanted) in table {
            assert_eq!(word(&text), wanted, "{text}");
        }
    }

    #[test]
    fn every_place_is_named_with_its_path() {
        let form = json!({
            "note": "문제없음", "n": 3,
            "people": [{"title": "운영자 12"}, {"title": mobile("-")}],
            "mail": "p0007@example.org",
        });
        let Value::Object(form) = form else { panic!("an object") };
        let refused = refuse_personal(&form, Some(&resident()));
        let Err(Why::PersonalData { found }) = refused else { panic!("{refused:?}") };
        let mut told: Vec<(&str, &str)> =
            found.iter().map(|found| (found.path.as_str(), found.keyword.as_str())).collect();
        told.sort_unstable();
        let wanted =
            [("/mail", "email"), ("/people/1/title", "telephone"), ("reason", "resident_number")];
        assert_eq!(told, wanted);
        assert_eq!(refuse_personal(&Object::new(), Some("해당 없음")), Ok(()));
    }
}
