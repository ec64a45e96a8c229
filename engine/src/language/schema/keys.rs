//! The keys that stand in more than one kind of place.

use super::{Key, Shape, may, need};
use Shape::{Named, One};

pub(super) const TITLE: Key = need("title", One("text"), "사람이 읽는 이름", "what people call it");
pub(super) const FORM: Key =
    may("form", Named("field", 0), "적어 넣을 항목", "the fields to fill in");
pub(super) const SET: Key = may(
    "set",
    Named("expression", 0),
    "바꿀 자료: 항목과 식",
    "the data to set: field and expression",
);
pub(super) const IN: Key =
    may("in", One("expression"), "역할을 가져야 하는 범위", "the scope the role must be held in");
pub(super) const BEHALF: Key = may(
    "on_behalf_of",
    One("name"),
    "부탁한 이의 역할",
    "the role of the person it may be done for",
);
pub(super) const ENTERED: Key = may(
    "entered_by",
    One("roles"),
    "부탁받아 대신 입력하는 역할",
    "the roles that may enter it for a holder who asks",
);
pub(super) const TO: Key = may("to", One("name"), "다음 단계나 종결", "the next step, or an end");
pub(super) const DONE: Key =
    may("done", One("name"), "분기를 끝내는 결과", "ends the branch with this result");
