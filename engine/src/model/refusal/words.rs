//! The parts that sentences in both languages share: times, holders, violations.

use chrono::{DateTime, FixedOffset, Utc};
use dure_storage::Lang;

use super::ActiveNow;
use crate::model::form::Violation;
use crate::model::names::Text;

/// A time as Korean offices write it; the offset is part of it.
pub(super) fn when(at: DateTime<Utc>) -> String {
    let seoul = FixedOffset::east_opt(9 * 3600).expect("nine hours are an offset");
    at.with_timezone(&seoul).format("%Y-%m-%d %H:%M (UTC+9)").to_string()
}

/// Who could have done it: roles, by their names and, where the workflow is known, their titles; or people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Their names.
    pub names: Vec<String>,
    /// What people call them.
    pub titled: Option<Text>,
}

impl Wanted {
    /// Whoever is one of these.
    pub(in crate::model) fn any_of(names: impl IntoIterator<Item = String>) -> Wanted {
        Wanted { names: names.into_iter().collect(), titled: None }
    }

    pub(super) fn explain(&self, lang: Lang) -> String {
        let names = self.names.join(" / ");
        match &self.titled {
            Some(titles) => format!("{} ({names})", titles.get(lang)),
            None => names,
        }
    }
}

pub(super) fn holders(active: &[ActiveNow], none: &str) -> String {
    match active {
        [] => none.to_owned(),
        active => {
            let each = active.iter().map(|a| format!("{} ({})", a.step, a.holder));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

pub(super) fn listed(violations: &[Violation], lang: Lang) -> String {
    violations.iter().map(|v| v.explain(lang)).collect::<Vec<_>>().join("; ")
}

/// What is wrong with a form.
pub(super) fn broken_form(violations: &[Violation], lang: Lang) -> String {
    match lang {
        Lang::Ko => format!("양식이 올바르지 않습니다. {}", listed(violations, lang)),
        Lang::En => format!("the form is not right: {}", listed(violations, lang)),
    }
}

/// Which references are not met.
pub(super) fn unmet(found: &[Violation], lang: Lang) -> String {
    match lang {
        Lang::Ko => format!("가리키는 것이 올바르지 않습니다. {}", listed(found, lang)),
        Lang::En => format!("what is named is not right: {}", listed(found, lang)),
    }
}

/// Where personal data stands.
pub(super) fn personal(found: &[Violation], lang: Lang) -> String {
    match lang {
        Lang::Ko => format!("개인정보는 기록하지 않습니다. {}", listed(found, lang)),
        Lang::En => format!("personal data is not recorded: {}", listed(found, lang)),
    }
}

/// Which personal fields are filled in.
pub(super) fn unsealed(found: &[Violation], lang: Lang) -> String {
    let listed = listed(found, lang);
    match lang {
        Lang::Ko => format!(
            "개인정보 항목은 아직 기록할 수 없습니다. {listed}. 봉인을 쓸 수 있을 때까지 기록 밖에 보관하십시오"
        ),
        Lang::En => format!(
            "personal fields cannot be recorded yet: {listed}; keep what belongs there outside the log until sealing is set up"
        ),
    }
}
