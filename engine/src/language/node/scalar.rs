//! What a plain scalar means by the core schema of YAML 1.2, and nothing more: no dates, no `yes`.

use super::NodeKind;
use crate::language::limits::INTEGER_MAX;

/// A number that JSON cannot carry faithfully.
pub(super) struct BadNumber;

/// The meaning of a plain scalar.
pub(super) fn resolve(text: &str) -> Result<NodeKind, BadNumber> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Ok(NodeKind::Null),
        "true" | "True" | "TRUE" => Ok(NodeKind::Bool(true)),
        "false" | "False" | "FALSE" => Ok(NodeKind::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => Err(BadNumber),
        _ => number(text).unwrap_or_else(|| Ok(NodeKind::String(text.to_owned()))),
    }
}

/// The number that `text` is; `None` if it is a string.
fn number(text: &str) -> Option<Result<NodeKind, BadNumber>> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(Err(BadNumber));
    }
    if is_digits(unsigned, 10) {
        return Some(integer(unsigned, 10, text.starts_with('-')));
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix)
            && is_digits(digits, radix)
        {
            return Some(integer(digits, radix, false));
        }
    }
    is_float(unsigned).then(|| float(text))
}

fn is_digits(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|digit| digit.is_digit(radix))
}

fn integer(digits: &str, radix: u32, negative: bool) -> Result<NodeKind, BadNumber> {
    let value = u64::from_str_radix(digits, radix).ok().filter(|value| *value <= INTEGER_MAX);
    let value = value.and_then(|value| i64::try_from(value).ok()).ok_or(BadNumber)?;
    Ok(NodeKind::Int(if negative { -value } else { value }))
}

/// Whether `text` is `digits . digits e digits`, of which the fraction or the whole part may be missing.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    let is_optional = |digits: &str| digits.is_empty() || is_digits(digits, 10);
    let has_mantissa = match mantissa.split_once('.') {
        Some((whole, fraction)) => {
            is_optional(whole) && is_optional(fraction) && mantissa.len() > 1
        }
        None => is_digits(mantissa, 10),
    };
    has_mantissa && exponent.is_none_or(|exponent| is_digits(exponent, 10))
}

fn float(text: &str) -> Result<NodeKind, BadNumber> {
    let value = text.parse().ok().filter(|value: &f64| value.is_finite());
    value.map(NodeKind::Float).ok_or(BadNumber)
}
