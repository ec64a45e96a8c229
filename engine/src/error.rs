//! Everything a caller of the engine can be told: a refusal, the mistakes of a workflow file, or a failed store.

use dure_storage::{Code, CodeEntry, Explain, Lang, StoreError};

use crate::language::Diagnostics;
use crate::model::account::{self, AccountFault};
use crate::model::names::NotAnIdentifier;
use crate::model::refusal::{Refusal, WebhookFault, Why};
use crate::time::CalendarFault;

/// Why the engine did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A rule said no.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// A workflow file has mistakes.
    #[error("{}", .0.render(Lang::En, false))]
    Definition(Diagnostics),
    /// A calendar file has mistakes.
    #[error("{}", .0.render(Lang::En, false))]
    Calendar(Diagnostics),
    /// A migration plan has mistakes.
    #[error("{}", .0.render(Lang::En, false))]
    Plan(Diagnostics),
    /// A report file has mistakes.
    #[error("{}", .0.render(Lang::En, false))]
    Report(Diagnostics),
    /// An identifier has the wrong form.
    #[error(transparent)]
    Identifier(#[from] NotAnIdentifier),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The code of a malformed identifier.
pub const IDENTIFIER: Code = Code("E-identifier");
/// The code of a workflow file with mistakes; each mistake has its own.
pub const DEFINITION: Code = Code("E-workflow-invalid");
/// The code of a calendar file with mistakes; each mistake has its own.
pub const CALENDAR: Code = Code("E-calendar-invalid");
/// The code of a migration plan with mistakes; each mistake has its own.
pub const PLAN: Code = Code("E-plan-invalid");
/// The code of a report file with mistakes; each mistake has its own.
pub const REPORT: Code = Code("E-report-invalid");

/// The error reference of what is not told elsewhere.
pub const CODES: &[CodeEntry] = &[
    CodeEntry {
        code: IDENTIFIER,
        class: dure_storage::Class::Input,
        cause: "an identifier (case number, person id, name) has characters it cannot have, or is too long",
        fix: "use letters, digits, `.`, `_` and `-`, beginning with a letter or digit, at most 64",
    },
    CodeEntry {
        code: DEFINITION,
        class: dure_storage::Class::Input,
        cause: "a workflow file has mistakes; each is listed with its own code and place",
        fix: "correct each of them; `dure workflow check FILE` shows them again",
    },
    CodeEntry {
        code: PLAN,
        class: dure_storage::Class::Input,
        cause: "a migration plan has mistakes; each is listed with its own code and place",
        fix: "correct each of them; `dure workflow migrate --plan FILE --dry-run` shows them again",
    },
    CodeEntry {
        code: REPORT,
        class: dure_storage::Class::Input,
        cause: "a report file has mistakes; each is listed with its own code and place",
        fix: "correct each of them; `dure report FILE` shows them again",
    },
    CodeEntry {
        code: CALENDAR,
        class: dure_storage::Class::Input,
        cause: "a calendar does not hold together; the message says where",
        fix: "correct what the message names; `dure calendar check FILE` shows it again",
    },
];

impl Explain for EngineError {
    fn code(&self) -> Code {
        match self {
            EngineError::Refused(refusal) => refusal.code(),
            EngineError::Definition(_) => DEFINITION,
            EngineError::Calendar(_) => CALENDAR,
            EngineError::Plan(_) => PLAN,
            EngineError::Report(_) => REPORT,
            EngineError::Identifier(_) => IDENTIFIER,
            EngineError::Store(error) => error.code(),
        }
    }

    fn explain(&self, lang: Lang) -> String {
        match (self, lang) {
            (EngineError::Refused(refusal), lang) => refusal.explain(lang),
            (
                EngineError::Definition(found)
                | EngineError::Calendar(found)
                | EngineError::Plan(found)
                | EngineError::Report(found),
                lang,
            ) => found.render(lang, false),
            (EngineError::Identifier(error), Lang::Ko) => {
                format!("\"{}\" 값은 식별자로 쓸 수 없습니다", error.text)
            }
            (EngineError::Identifier(error), Lang::En) => error.to_string(),
            (EngineError::Store(error), lang) => error.explain(lang),
        }
    }
}

impl From<Refusal> for EngineError {
    fn from(refusal: Refusal) -> EngineError {
        EngineError::Refused(Box::new(refusal))
    }
}

impl From<Why> for EngineError {
    fn from(why: Why) -> EngineError {
        Refusal::from(why).into()
    }
}

impl From<AccountFault> for EngineError {
    fn from(fault: AccountFault) -> EngineError {
        Why::from(fault).into()
    }
}

impl From<WebhookFault> for EngineError {
    fn from(fault: WebhookFault) -> EngineError {
        Why::from(fault).into()
    }
}

impl From<CalendarFault> for EngineError {
    fn from(fault: CalendarFault) -> EngineError {
        Why::from(fault).into()
    }
}

/// The error reference of the whole engine.
pub fn codes() -> impl Iterator<Item = &'static CodeEntry> {
    CODES
        .iter()
        .chain(crate::model::refusal::CODES)
        .chain(account::CODES)
        .chain(crate::language::WORKFLOW_CODES)
        .chain(crate::language::YAML_CODES)
        .chain(crate::language::PLAN_CODES)
        .chain(crate::language::REPORT_CODES)
        .chain(crate::language::IMPORT_CODES)
        .chain(crate::import::CELL_CODES)
        .chain(crate::model::refusal::TASK_CODES)
        .chain(crate::model::refusal::OUTSIDE_CODES)
        .chain(crate::model::refusal::PERSON_CODES)
        .chain(crate::model::refusal::MIGRATION_CODES)
        .chain(crate::model::refusal::WEBHOOK_CODES)
        .chain(crate::time::codes())
        .chain(crate::checker::CODES)
        .chain(crate::scenario::CODES)
        .chain(crate::expression::CODES)
}
