//! The mappings of steps of every kind, and what stands in them.

use super::keys::{BEHALF, DONE, ENTERED, FORM, IN, SET, TITLE, TO};
use super::{Bond, Key, Place, Shape, may, need};
use Shape::{Flag, Named, One, Some, Text, Word};

const WITH: Key = may(
    "with",
    Named("expression", 0),
    "건네는 값: 항목과 식",
    "what it is given: field and expression",
);
const DUE: Key = may("due", One("due"), "기한", "when it is due");
const PAUSES: Key = may(
    "pauses",
    Word(&["case"]),
    "그동안 건의 처리기간 정지",
    "the clock of the case stands still meanwhile",
);
const OUTCOMES: Key = may("outcomes", Named("outcome", 1), "처리 결과", "the ways it ends");
const JOIN: Key = may("join", One("join"), "언제 모이는가", "how many have to end");
const REST: Key =
    may("rest", Word(&["leave", "run"]), "남은 분기를 어떻게 하는가", "what becomes of the others");
const STEPS: Key = need("steps", Named("step", 0), "그 안의 단계", "its steps");
const FIRST: Key = may("first", One("name"), "처음 단계", "the step it begins with");
const FOR: Key = may("for", One("span"), "얼마 동안", "so long");
const UNTIL: Key = may("until", One("expression"), "언제까지", "until this time or date");
const NEXT: Key =
    may("next", One("recurrence"), "다음에 되풀이될 때까지", "until something recurs next");

/// A kind of step that ends by its outcomes, or by the one that `to` or `done` is.
macro_rules! step {
    ($name:literal, $title:expr, [$($own:expr),* $(,)?]) => {
        place!(
            $name,
            $title,
            [TITLE, $($own,)* OUTCOMES, TO, DONE],
            Bond::OneOf(&["outcomes", "to", "done"])
        )
    };
}

pub(super) const PLACES: &[Place] = &[
    step!(
        "step_task",
        ("할 일", "task"),
        [
            need("by", One("holders"), "맡는 이", "who does it"),
            IN,
            may(
                "not_same_as",
                Some("name"),
                "이 단계를 한 사람은 할 수 없음",
                "nobody who completed one of these steps may do it",
            ),
            may(
                "recuse_when",
                One("expression"),
                "제척: 참이면 할 수 없음",
                "true for a person who may not do it",
            ),
            BEHALF,
            ENTERED,
            may(
                "quorum",
                One("quorum"),
                "몇 사람이 같은 결과를 골라야 하는가",
                "how many have to choose the same outcome",
            ),
            PAUSES,
            DUE,
            FORM,
            SET,
        ]
    ),
    step!(
        "step_auto",
        ("자동 처리", "handler"),
        [need("auto", One("name"), "처리기", "the handler"), WITH, DUE, FORM, SET]
    ),
    place!(
        "step_decide",
        ("판단", "decision"),
        [TITLE, need("decide", Named("outcome", 1), "조건에 따른 길", "the ways, by their guards")]
    ),
    step!(
        "step_wait",
        ("때를 기다림", "wait for a time"),
        [need("wait", One("wait"), "무엇을 기다리는가", "what it waits for"), PAUSES, SET]
    ),
    step!(
        "step_wait_message",
        ("통보를 기다림", "wait for a message"),
        [need("wait", One("wait_message"), "무엇을 기다리는가", "what it waits for"), PAUSES]
    ),
    step!(
        "step_parallel",
        ("나란히", "parallel"),
        [need("parallel", Named("branch", 2), "분기", "the branches"), JOIN, REST, DUE, SET]
    ),
    step!(
        "step_each",
        ("항목마다", "for each"),
        [
            need("each", One("expression"), "목록", "the list"),
            need("as", One("name"), "항목을 부르는 이름", "what an item is called"),
            may("in_turn", Flag, "차례로", "one after the other"),
            STEPS,
            FIRST,
            JOIN,
            REST,
            may(
                "keep",
                One("name"),
                "그대로인 항목이 지키는 결과",
                "the result an unchanged item keeps",
            ),
            DUE,
            SET,
        ]
    ),
    step!(
        "step_call",
        ("다른 절차", "workflow"),
        [
            need("call", One("callee"), "부르는 업무 절차", "the workflow it runs"),
            may("choose", One("expression"), "무엇으로 고르는가", "by which value it is chosen"),
            WITH,
            DUE,
            SET,
        ]
    ),
    step!(
        "step_spawn",
        ("새 건", "new case"),
        [
            need("spawn", One("name"), "시작하는 업무 절차", "the workflow of the case it starts"),
            WITH,
            may("link", One("name"), "두 건을 잇는 이름", "what the link is called"),
            SET,
        ]
    ),
    step!(
        "step_send",
        ("통보", "message"),
        [
            need("send", One("name"), "보내는 통보", "the message it sends"),
            need("to_case", One("expression"), "받는 건", "the case it goes to"),
            WITH,
            SET,
        ]
    ),
    place!(
        "branch",
        ("분기", "branch"),
        [TITLE, STEPS, FIRST, may("background", Flag, "기다리지 않음", "it is not waited for")]
    ),
    place!(
        "background",
        ("함께 진행되는 분기", "background branch"),
        [
            TITLE,
            may("from", One("name"), "이 단계부터", "the step whose first entry begins it"),
            STEPS,
            FIRST,
        ]
    ),
    place!(
        "person",
        ("정해진 사람", "people named"),
        [
            may("person", One("expression"), "한 사람의 번호", "the id of one person"),
            may("people", One("expression"), "여러 사람의 번호 목록", "a list of ids"),
        ],
        Bond::OneOf(&["person", "people"])
    ),
    place!(
        "quorum",
        ("정족수", "quorum"),
        [
            need("need", One("share"), "몇 사람", "how many"),
            may("of", One("expression"), "모두 몇 사람이거나 누구인지", "of how many, or of whom"),
            may(
                "impossible",
                One("name"),
                "이를 수 없을 때의 결과",
                "the outcome when no other can reach it",
            ),
        ]
    ),
    place!(
        "due",
        ("기한", "due"),
        [
            may("within", One("span"), "들어온 때부터", "counted from entering"),
            may("at", One("expression"), "이때까지", "by this time or date"),
            may(
                "remind",
                Some("span"),
                "얼마 전에 알리는가",
                "how long before it somebody is reminded",
            ),
            may(
                "escalate",
                Some("escalation"),
                "지난 뒤에 부르는 역할",
                "who is called in after it",
            ),
            may(
                "expire",
                One("name"),
                "지나면 저절로 고르는 결과",
                "the outcome the clock then takes",
            ),
        ],
        Bond::OneOf(&["within", "at"])
    ),
    place!(
        "escalation",
        ("기한 뒤의 부름", "escalation"),
        [
            need("after", One("span"), "얼마 뒤에", "how long after"),
            need("to", One("name"), "어느 역할을", "which role"),
        ]
    ),
    place!("wait", ("때", "time"), [FOR, UNTIL, NEXT], Bond::OneOf(&["for", "until", "next"])),
    place!(
        "wait_message",
        ("통보와 때", "message and time"),
        [need("message", One("name"), "통보", "the message"), FOR, UNTIL, NEXT],
        Bond::NotBoth("for", "until"),
        Bond::NotBoth("for", "next"),
        Bond::NotBoth("until", "next")
    ),
    place!(
        "recurrence",
        ("되풀이", "recurrence"),
        [
            need("rule", Text, "되풀이되는 날(RFC 5545)", "the days, as RFC 5545 says them"),
            need("at", Text, "시각", "the time of day"),
            need(
                "holiday",
                Text,
                "쉬는 날이면 어떻게 하는가",
                "what happens to a day without work",
            ),
        ]
    ),
    place!(
        "join_rule",
        ("모이는 조건", "join"),
        [
            may("quorum", One("share"), "분기 몇 개가 끝나면", "when so many have ended"),
            may("when", One("expression"), "결과가 이러하면", "when the results say so"),
        ],
        Bond::OneOf(&["quorum", "when"])
    ),
];
