//! The mappings around the steps: the workflow itself, its fields, start, outcomes, actions and ends.

use super::keys::{BEHALF, DONE, ENTERED, FORM, IN, SET, TITLE, TO};
use super::{Bond, Key, Place, Shape, may, need};
use Shape::{Any, Flag, Named, Number, One, Some, Text, Whole, Word};

const WHEN: Key = may("when", One("expression"), "조건", "the condition");
const BECAUSE: Key = may(
    "because",
    One("text"),
    "조건에 맞지 않을 때 알리는 글",
    "what is told if the condition says no",
);
const RULES: Key = may("rules", Some("rule"), "그 밖의 조건", "further conditions");
const RESERVE: Key =
    may("reserve", One("move"), "계정에서 따로 떼어 둠", "sets a quantity aside for the case");
const COMMIT: Key = may("commit", One("move"), "떼어 둔 것을 씀", "uses up what was set aside");
const RELEASE: Key =
    may("release", One("move"), "떼어 둔 것을 돌려줌", "gives back what was set aside");
const TRANSFER: Key = may(
    "transfer",
    One("transfer"),
    "다른 계정으로 옮김",
    "moves it to another account of the same unit",
);
const REASON: Key =
    may("reason", Word(&["required"]), "사유를 적어야 함", "a reason must be given");
const HELP: Key = may("help", One("text"), "도움말", "a help text");
const OPTIONAL: Key = may("optional", Flag, "비워 둘 수 있음", "it may be left out");
const PERSONAL: Key = may(
    "personal",
    Flag,
    "개인정보: 비워 둘 수 있어야 함",
    "it holds personal data, and may stay empty",
);
const DEFAULT: Key = may("default", Any, "처음 값", "its value before anything sets it");
const LENGTH_MIN: Key =
    may("minLength", Number(Option::Some(0)), "가장 적은 글자 수", "the fewest characters");
const LENGTH_MAX: Key =
    may("maxLength", Number(Option::Some(0)), "가장 많은 글자 수", "the most characters");
const ITEMS_MIN: Key =
    may("minItems", Number(Option::Some(0)), "가장 적은 개수", "the fewest items");
const ITEMS_MAX: Key = may("maxItems", Number(Option::Some(0)), "가장 많은 개수", "the most items");
const MINIMUM: Key = may("minimum", Number(None), "가장 작은 수", "the least number");
const MAXIMUM: Key = may("maximum", Number(None), "가장 큰 수", "the greatest number");
const PATTERN: Key =
    may("pattern", Text, "글의 모양(정규식)", "what a text has to match (a regular expression)");
const UNIQUE: Key =
    may("uniqueItems", Flag, "같은 것이 두 번 있을 수 없음", "no item stands twice");
const FIELD_TITLE: Key = may("title", One("text"), "사람이 읽는 이름", "what people call it");

/// A kind of field: what it begins with, and what every field may have.
macro_rules! field {
    ($name:literal, $title:expr, [$($own:expr),* $(,)?]) => {
        place!(
            $name,
            $title,
            [
                FIELD_TITLE, $($own,)* HELP, OPTIONAL, PERSONAL, DEFAULT, LENGTH_MIN, LENGTH_MAX, ITEMS_MIN,
                ITEMS_MAX, MINIMUM, MAXIMUM, PATTERN, UNIQUE,
            ]
        )
    };
}

pub(super) const PLACES: &[Place] = &[
    place!(
        "workflow",
        ("업무 절차", "workflow"),
        [
            need("workflow", One("name"), "업무 절차의 이름", "the name of the workflow"),
            need("version", Whole(Option::Some(1)), "버전, 1부터", "its version, from 1"),
            TITLE,
            may("description", One("text"), "설명", "a description"),
            may(
                "subject",
                One("expression"),
                "건이 무엇에 관한 것인지",
                "what a case is about, in a few words",
            ),
            may(
                "number",
                Text,
                "건 번호의 모양: `LV-{year}-{serial:4}`",
                "how cases are numbered: `LV-{year}-{serial:4}`",
            ),
            may(
                "settings",
                Named("setting", 0),
                "설치한 곳에서 바꿀 수 있는 값",
                "what an installation may change",
            ),
            may("roles", Named("text", 0), "나오는 역할", "the roles that appear"),
            may("data", Named("field", 0), "건이 아는 것", "what a case knows"),
            may(
                "calendar",
                One("name"),
                "근무일과 근무 시간을 세는 달력",
                "the calendar business days and working hours are counted by",
            ),
            may(
                "accounts",
                Named("account", 0),
                "단계가 움직이는 계정",
                "the accounts its steps move",
            ),
            may(
                "messages",
                Named("message", 0),
                "건에 보낼 수 있는 통보",
                "what others may send to a case",
            ),
            may("delegations", Some("delegation"), "전결", "who decides in whose place"),
            need("start", One("start"), "시작", "how a case is started"),
            need("steps", Named("step", 0), "본 블록의 단계", "the steps of the main block"),
            may(
                "background",
                Named("background", 0),
                "함께 진행되는 분기",
                "branches that run beside the main block",
            ),
            may(
                "actions",
                Named("action", 0),
                "언제든지 할 수 있는 조치",
                "what may be done at any time",
            ),
            need("ends", Named("end", 0), "종결", "how a case may end"),
            may(
                "flags",
                Named("flag", 0),
                "감사가 살피는 표시",
                "the conditions an auditor wants listed",
            ),
        ]
    ),
    field!(
        "field_like",
        ("자료를 따르는 항목", "field like a data field"),
        [need("like", Text, "따를 자료: `data.이름`", "the data field it is like: `data.NAME`")]
    ),
    field!(
        "field_choice",
        ("고르는 항목", "field with options"),
        [need("enum", One("options"), "고를 수 있는 낱말", "the words to choose from")]
    ),
    field!(
        "field_reference",
        ("가리키는 항목", "field that refers to something"),
        [
            need(
                "refers_to",
                One("name"),
                "가리킬 건의 업무 절차, 또는 `person`",
                "the workflow whose case it names, or `person`"
            ),
            may(
                "state",
                Word(&["open", "closed", "any"]),
                "그 건의 상태(적지 않으면 진행 중)",
                "the state the case is in, open unless said"
            ),
        ]
    ),
    field!(
        "field_plain",
        ("항목", "field"),
        [need(
            "type",
            Word(&[
                "string",
                "integer",
                "boolean",
                "krw",
                "date",
                "person",
                "organisation",
                "region"
            ]),
            "값의 종류",
            "the type of its value"
        )]
    ),
    field!(
        "field_list",
        ("목록 항목", "field with a list"),
        [
            need("type", Word(&["array"]), "목록", "a list"),
            need("items", One("field"), "목록의 각 항목", "the field of each element")
        ]
    ),
    field!(
        "field_record",
        ("묶음 항목", "field with fields"),
        [
            need("type", Word(&["object"]), "항목 묶음", "a record"),
            need("fields", Named("field", 0), "그 안의 항목", "the fields in it")
        ]
    ),
    place!(
        "account",
        ("계정", "account"),
        [
            TITLE,
            need("unit", One("name"), "세는 단위", "what is counted"),
            may("keyed", Flag, "이름마다 하나씩 있음", "there is one for each key"),
        ]
    ),
    place!(
        "message",
        ("통보", "message"),
        [
            TITLE,
            may("by", Some("name"), "보낼 수 있는 역할", "the roles of people who may send it"),
            FORM,
            may("keep", Flag, "건이 기다릴 때까지 보관함", "it waits until the case waits for it"),
        ]
    ),
    place!(
        "delegation",
        ("전결", "delegation"),
        [
            need("of", One("name"), "원래 정하는 역할", "the role whose decision it is"),
            need("to", One("name"), "대신 정하는 역할", "the role that may decide"),
            need("when", One("expression"), "그렇게 하는 조건", "in which cases"),
        ]
    ),
    place!(
        "start",
        ("시작", "start"),
        [
            need("by", One("roles"), "시작할 수 있는 역할", "the roles that may start a case"),
            BEHALF,
            ENTERED,
            IN,
            WHEN,
            BECAUSE,
            RULES,
            FORM,
            SET,
            need("to", One("name"), "처음 단계", "where it goes"),
        ]
    ),
    place!(
        "outcome",
        ("처리 결과", "outcome"),
        [
            may("title", One("text"), "사람이 읽는 이름", "what people call it"),
            WHEN,
            BECAUSE,
            RULES,
            may(
                "otherwise",
                Flag,
                "앞의 조건이 모두 아닐 때",
                "taken when no guard before it was true",
            ),
            may(
                "at_most",
                Number(Option::Some(1)),
                "한 건에서 고를 수 있는 횟수",
                "how often it may be taken in a case",
            ),
            FORM,
            SET,
            RESERVE,
            COMMIT,
            RELEASE,
            TRANSFER,
            REASON,
            TO,
            DONE,
        ],
        Bond::OneOf(&["to", "done"]),
        Bond::NotBoth("when", "otherwise")
    ),
    place!(
        "rule",
        ("조건", "condition"),
        [need("when", One("expression"), "조건", "the condition"), BECAUSE]
    ),
    place!(
        "move",
        ("계정 이동", "move of an account"),
        [
            need("account", One("name"), "계정", "the account"),
            may("of", One("expression"), "어느 계정인지", "which of several"),
            need("amount", One("expression"), "수량", "how much"),
        ]
    ),
    place!(
        "transfer",
        ("계정 사이 이동", "transfer"),
        [
            need("from", One("name"), "어디서", "from which account"),
            may("from_of", One("expression"), "어느 계정에서", "which of several"),
            need("to", One("name"), "어디로", "to which account"),
            may("to_of", One("expression"), "어느 계정으로", "which of several"),
            need("amount", One("expression"), "수량", "how much"),
        ]
    ),
    place!(
        "action",
        ("조치", "action"),
        [
            TITLE,
            need("by", One("holders"), "할 수 있는 이", "who may do it"),
            IN,
            BEHALF,
            ENTERED,
            WHEN,
            BECAUSE,
            RULES,
            FORM,
            SET,
            RESERVE,
            COMMIT,
            RELEASE,
            TRANSFER,
            REASON,
            may("to", One("name"), "옮겨 갈 단계나 종결", "the step or end it leads to"),
            DONE,
            may("at", One("name"), "이 단계만 떠남", "leaves only this step"),
            may(
                "while",
                Some("name"),
                "이 단계 가운데 하나가 진행 중일 때만",
                "possible only while one of these is active",
            ),
            may("once", Flag, "한 건에서 한 번만", "possible once in a case"),
            may("extends", One("span"), "늘리는 기한", "gives that much more time"),
        ],
        Bond::Needs("done", "at"),
        Bond::NotBoth("to", "done")
    ),
    place!(
        "end",
        ("종결", "end"),
        [
            TITLE,
            may(
                "commits",
                Some("name"),
                "남은 것을 쓰는 계정",
                "accounts in which the rest is used up",
            ),
            may(
                "releases",
                Some("name"),
                "남은 것을 돌려주는 계정",
                "accounts in which the rest is given back",
            ),
        ]
    ),
    place!(
        "flag",
        ("표시", "flag"),
        [TITLE, need("when", One("expression"), "조건", "when it is raised")]
    ),
];
