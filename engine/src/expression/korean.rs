//! The Korean sentences of expression errors, in the words of the person who writes expressions.

use dure_storage::Lang;

use super::error::{
    Bound, EvaluationFault, ExpressionFault, NameFault, SyntaxFault, TypeFault, Unsupported,
    bound_max, example,
};
use super::limits;
use super::types::Type;

/// The sentence for a text that is no expression.
pub(super) fn expression(fault: &ExpressionFault) -> String {
    match fault {
        ExpressionFault::Syntax(fault) => syntax(fault),
        ExpressionFault::Name(fault) => name(fault),
        ExpressionFault::Type(fault) => mismatch(fault),
        ExpressionFault::TooLarge { bound, found } => too_large(*bound, *found),
    }
}

fn syntax(fault: &SyntaxFault) -> String {
    match fault {
        SyntaxFault::UnexpectedCharacter { character } => {
            format!("문자 '{character}'는 식에서 쓸 수 없습니다.")
        }
        SyntaxFault::UnexpectedToken { found } => format!("여기에는 '{found}'가 올 수 없습니다."),
        SyntaxFault::UnexpectedEnd => "식이 끝나지 않았는데 내용이 끊겼습니다.".into(),
        SyntaxFault::UnclosedString => "문자열을 닫는 따옴표가 같은 줄에 없습니다.".into(),
        SyntaxFault::BadEscape { escape } => {
            format!("'{escape}'는 쓸 수 없는 표기입니다. 역슬래시는 '\\\\'로 적습니다.")
        }
        SyntaxFault::BadNumber { text } => {
            format!("'{text}'는 ±{} 안의 정수가 아닙니다.", limits::INTEGER_MAX)
        }
        SyntaxFault::ReservedWord { word } => {
            format!("'{word}'는 미리 정해진 낱말이어서 이름으로 쓸 수 없습니다.")
        }
        SyntaxFault::NotSupported { what } => unsupported(*what).into(),
    }
}

fn unsupported(what: Unsupported) -> &'static str {
    match what {
        Unsupported::Null => "null은 없습니다. 값이 있는지는 has(data.cost)처럼 물으세요.",
        Unsupported::Decimal => "소수는 쓸 수 없습니다. 더 작은 단위의 정수로 적으세요.",
        Unsupported::Unsigned => "부호 없는 정수는 쓸 수 없습니다. 'u'를 빼세요.",
        Unsupported::Bytes => "바이트열은 쓸 수 없습니다. 문자열로 적으세요.",
        Unsupported::Map => "중괄호는 식에서 쓸 수 없습니다. 맵은 적을 수 없습니다.",
    }
}

fn name(fault: &NameFault) -> String {
    match fault {
        NameFault::UnknownName { name, suggestion, available } => {
            unknown(&format!("'{name}'라는 이름은 여기에 없습니다."), suggestion, available)
        }
        NameFault::UnknownField { record, field, suggestion, available } => {
            unknown(&format!("'{record}'에는 '{field}' 항목이 없습니다."), suggestion, available)
        }
        NameFault::UnknownFunction { name, suggestion, available } => {
            unknown(&format!("'{name}' 함수는 없습니다."), suggestion, available)
        }
        NameFault::UnknownStep { name, suggestion, available } => {
            unknown(&format!("'{name}' 단계는 없습니다."), suggestion, available)
        }
        NameFault::NoCalendar { function } => {
            format!("{function}(..)는 근무일 달력으로 셉니다. `calendar:`에 달력을 적어야 합니다.")
        }
        NameFault::StepNotLiteral { function } => {
            format!("{function}(..)에는 단계 이름을 따옴표 안에 적어야 합니다.")
        }
    }
}

fn unknown(what: &str, suggestion: &Option<String>, available: &[String]) -> String {
    let meant = suggestion.as_ref().map(|word| format!(" 혹시 '{word}'입니까?"));
    let listed = match available.is_empty() {
        true => String::new(),
        false => format!(" 쓸 수 있는 이름: {}.", available.join(", ")),
    };
    format!("{what}{}{listed}", meant.unwrap_or_default())
}

fn mismatch(fault: &TypeFault) -> String {
    match fault {
        TypeFault::Mismatch { wanted, found } => {
            format!("여기에는 {} 값이 필요한데 {} 값입니다.", ko(wanted), ko(found))
        }
        TypeFault::Operator { operator, left, right } => {
            format!("'{operator}'는 {}와(과) {} 사이에 쓸 수 없습니다.", ko(left), ko(right))
        }
        TypeFault::Argument { function, found } => {
            format!("{function}(..)는 {}에 쓸 수 없습니다.", ko(found))
        }
        TypeFault::Branches { yes, no } => {
            format!("'?:'의 두 결과는 형이 같아야 하는데 {}와(과) {}입니다.", ko(yes), ko(no))
        }
        TypeFault::EmptyList => "'[]'가 무엇의 목록인지 알 수 없습니다.".into(),
        TypeFault::NotRecord { of, found } => {
            format!("항목은 레코드에만 있는데 '{of}'는 {}입니다.", ko(found))
        }
        TypeFault::NotList { of, found } => {
            format!("번호로 고르는 항목은 목록에만 있는데 '{of}'는 {}입니다.", ko(found))
        }
        TypeFault::Arguments { function, wanted, found } => {
            let wanted = wanted.replace(" or ", "개 또는 ");
            format!("{function}(..)의 인자는 {wanted}개여야 하는데 {found}개입니다.")
        }
        TypeFault::NotField => "has(..)에는 has(data.cost)처럼 항목을 적어야 합니다.".into(),
        TypeFault::NotLoopName { function } => {
            format!("{function}(..)에는 {function}(item, ..)처럼 먼저 이름을 적어야 합니다.")
        }
        TypeFault::BadConstant { text, wanted } => unreadable(text, wanted),
        TypeFault::BadDate { text } => bad_date(text),
        TypeFault::BadZone { text } => bad_zone(text),
        TypeFault::PatternNotLiteral { function } => {
            format!("{function}(..)의 정규식은 따옴표 안에 그대로 적어야 합니다.")
        }
        TypeFault::BadPattern { pattern, reason } => {
            format!("'{pattern}'는 올바른 정규식이 아닙니다({reason}).")
        }
        TypeFault::PatternTooLarge { pattern } => format!(
            "정규식 '{pattern}'가 한도 {}바이트를 넘습니다. 반복 횟수를 줄이세요.",
            limits::PATTERN_BYTES_MAX
        ),
    }
}

fn ko(ty: &Type) -> String {
    ty.word(Lang::Ko)
}

fn unreadable(text: &str, wanted: &Type) -> String {
    format!("'{text}'를 {} 값으로 읽을 수 없습니다. 예: {}", ko(wanted), example(wanted))
}

fn bad_date(text: &str) -> String {
    format!("'{text}'는 날짜가 아닙니다. 예: \"2017-03-10\"")
}

fn bad_zone(text: &str) -> String {
    format!("'{text}'는 시간대가 아닙니다. 예: \"Asia/Seoul\", \"+09:00\"")
}

fn too_large(bound: Bound, found: usize) -> String {
    let max = bound_max(bound);
    match bound {
        Bound::Text => format!("식의 길이가 {found}바이트로, 한도 {max}바이트를 넘습니다."),
        Bound::Depth => format!("식이 {max}단계보다 깊이 겹쳐 있습니다."),
        Bound::Nodes => format!("식의 요소가 {max}개보다 많습니다."),
    }
}

/// The sentence for an expression without a result.
pub(super) fn evaluation(fault: &EvaluationFault) -> String {
    match fault {
        EvaluationFault::Unset { path } => format!("'{path}' 값이 없습니다."),
        EvaluationFault::WrongType { path, wanted, found } => {
            let found = found.word(wanted, Lang::Ko);
            format!("'{path}'에는 {} 값이 있어야 하는데 {found}입니다.", ko(wanted))
        }
        EvaluationFault::Overflow => format!("수가 ±{}를 넘습니다.", limits::INTEGER_MAX),
        EvaluationFault::TimeOverflow => {
            format!(
                "시각이 1년과 {}년 사이를 벗어나거나 기간이 292년보다 깁니다.",
                limits::YEAR_MAX
            )
        }
        EvaluationFault::DivisionByZero => "0으로 나눌 수 없습니다.".into(),
        EvaluationFault::IndexOutOfRange { index, size } => {
            format!("항목이 {size}개인 목록에 {index}번은 없습니다. 처음은 0번입니다.")
        }
        EvaluationFault::EmptyList { function } => {
            format!("빈 목록에는 {function}(..)의 값이 없습니다.")
        }
        EvaluationFault::Unreadable { text, wanted } => unreadable(text, wanted),
        EvaluationFault::BadDate { text } => bad_date(text),
        EvaluationFault::BadZone { text } => bad_zone(text),
        EvaluationFault::Calendar(fault) => fault.explain(Lang::Ko),
        EvaluationFault::CalendarMissing => "셀 근무일 달력이 없습니다.".into(),
        EvaluationFault::StringTooLong => {
            format!("문자열이 {}바이트를 넘습니다.", limits::STRING_BYTES_MAX)
        }
        EvaluationFault::ListTooLong => {
            format!("목록의 항목이 {}개를 넘습니다.", limits::LIST_ITEMS_MAX)
        }
        EvaluationFault::Cost => format!("계산이 {}단계를 넘습니다.", limits::COST_MAX),
    }
}
