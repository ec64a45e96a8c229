//! Texts as they are checked, compared and hashed: in composed form (Unicode NFC), so that a syllable typed as its letters
//! is the same as one typed whole. Names of fields are left: one that is not composed is the name of no field.

use serde_json::Value;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::consequence::Object;

/// What was filled in, with every text in it composed.
pub fn composed(form: Object) -> Object {
    form.into_iter().map(|(field, value)| (field, composed_value(value))).collect()
}

/// A text, composed.
pub fn composed_text(text: String) -> String {
    match is_nfc(&text) {
        true => text,
        false => text.nfc().collect(),
    }
}

/// Forms are read from JSON of bounded depth, so this ends.
fn composed_value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(composed_text(text)),
        Value::Array(items) => items.into_iter().map(composed_value).collect(),
        Value::Object(fields) => Value::Object(composed(fields)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_text_is_composed_wherever_it_stands_and_names_are_left() {
        let apart = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}";
        let form = json!({"a": apart, "b": [apart, 1, null], "c": {"d": apart}, apart: true});
        let Value::Object(form) = form else { panic!("an object") };
        let wanted = json!({"a": "한글", "b": ["한글", 1, null], "c": {"d": "한글"}, apart: true});
        assert_eq!(Value::Object(composed(form)), wanted);
    }

    #[test]
    fn what_is_composed_stays_as_it_is() {
        for text in ["", "한글 123 Aé", "\u{1100}"] {
            assert_eq!(composed_text(text.to_owned()), text);
        }
    }
}
