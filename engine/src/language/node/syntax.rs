//! What the YAML parser complains about, in the words of both languages.

use dure_storage::Code;
use saphyr_parser::ScanError;

use super::{ALIAS, DEPTH, SYNTAX, Span};
use crate::language::diagnostic::Diagnostic;
use crate::language::limits::DEPTH_MAX;

/// A part of the parser's message, the code it means here, and our words for it.
type Complaint = (&'static str, Code, &'static str, &'static str);

const COMPLAINTS: &[Complaint] = &[
    (
        "recursion limit",
        DEPTH,
        "목록과 항목 묶음이 너무 깊이 겹쳐 있습니다",
        "lists and mappings are nested too deep",
    ),
    (
        "unknown anchor",
        ALIAS,
        "별칭(`*이름`)은 쓸 수 없습니다",
        "aliases (`*name`) are not allowed",
    ),
    (
        "tab",
        SYNTAX,
        "들여쓰기에 탭을 쓸 수 없습니다. 빈칸을 쓰세요",
        "tabs cannot indent; use spaces",
    ),
    (
        "byte order mark",
        SYNTAX,
        "바이트 순서 표시(BOM)가 글 안에 있습니다",
        "there is a byte order mark inside the text",
    ),
    (
        "mapping values are not allowed",
        SYNTAX,
        "여기에는 `: `을 쓸 수 없습니다. 들여쓰기를 확인하거나 값을 따옴표로 묶으세요",
        "`: ` cannot stand here; check the indentation, or put the value in quotes",
    ),
    (
        "did not find expected key",
        SYNTAX,
        "들여쓰기가 맞지 않거나 항목 이름이 없습니다",
        "the indentation does not fit, or a key is missing",
    ),
    (
        "did not find expected '-'",
        SYNTAX,
        "목록의 들여쓰기가 맞지 않거나 `-`가 없습니다",
        "the indentation of the list does not fit, or a `-` is missing",
    ),
    ("simple key expect", SYNTAX, "항목 이름 뒤에 `:`이 없습니다", "a key lacks its `:`"),
    ("invalid indentation", SYNTAX, "들여쓰기가 맞지 않습니다", "the indentation does not fit"),
    (
        "unexpected end of stream",
        SYNTAX,
        "따옴표나 괄호가 닫히지 않았습니다",
        "a quote or bracket is not closed",
    ),
    ("',' or '", SYNTAX, "`,`나 닫는 괄호가 없습니다", "a `,` or the closing bracket is missing"),
    (
        "document start",
        SYNTAX,
        "문서가 끝난 뒤에 다른 내용이 있습니다. 들여쓰기를 확인하세요",
        "there is more after the document's end; check the indentation",
    ),
    (
        "comments must be separated",
        SYNTAX,
        "주석(`#`) 앞에는 빈칸이 있어야 합니다",
        "a comment (`#`) needs a space before it",
    ),
    (
        "comment intercepting",
        SYNTAX,
        "글 사이에는 주석(`#`)을 둘 수 없습니다",
        "a comment (`#`) cannot interrupt a text",
    ),
    (
        "unexpected character",
        SYNTAX,
        "이 문자로는 값을 시작할 수 없습니다. 값을 따옴표로 묶으세요",
        "no value can begin with this character; put the value in quotes",
    ),
    ("expected node content", SYNTAX, "여기에 값이 없습니다", "a value is missing here"),
    (
        "escape",
        SYNTAX,
        "따옴표 안의 역슬래시 표기가 맞지 않습니다",
        "the text in quotes has an escape that does not exist",
    ),
    (
        "trailing content",
        SYNTAX,
        "닫는 따옴표 뒤에 다른 내용이 있습니다",
        "something follows the closing quote",
    ),
];

/// The parser's complaint at `span` as a diagnostic.
pub(super) fn diagnostic(error: &ScanError, span: Span) -> Diagnostic {
    let info = error.info();
    let known = COMPLAINTS.iter().find(|(part, ..)| info.contains(part));
    match known {
        Some((_, DEPTH, ..)) => too_deep(span),
        Some((_, code, ko, en)) => Diagnostic::error(*code, span, *ko, *en),
        None => Diagnostic::error(
            SYNTAX,
            span,
            format!("YAML 문법에 맞지 않습니다 ({info})"),
            format!("this is not YAML: {info}"),
        ),
    }
}

pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(
        DEPTH,
        span,
        format!("목록과 항목 묶음이 {DEPTH_MAX}단계보다 깊이 겹쳐 있습니다"),
        format!("lists and mappings are nested deeper than {DEPTH_MAX} levels"),
    )
}
