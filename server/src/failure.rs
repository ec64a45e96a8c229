//! Everything a command can end with beside success, and how it is told: text or JSON on standard error.

use std::io;
use std::process::ExitCode;

use dure_engine::EngineError;
use dure_engine::language::Diagnostics;
use dure_engine::model::names::NotAnIdentifier;
use dure_storage::{Class, Code, CodeEntry, Explain, Lang, StoreError};
use serde_json::{Value, json};

use crate::context::Context;
use crate::exit;
use crate::import::{SHEET_CODES, SheetFault};
use crate::output::{error_line, one_line};
use crate::usage::USAGE;

mod detail;
mod fault;

pub use fault::{FAULT_CODES, Fault};

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The engine said no.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A file that was read holds something that cannot be.
    #[error("{file}: {error}")]
    InFile {
        /// The file.
        file: String,
        /// What is wrong in it.
        error: StoreError,
    },
    /// The command line said no.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// A file of people has mistakes.
    #[error("a file of people has mistakes: {0}")]
    People(Diagnostics),
    /// An import map has mistakes.
    #[error("an import map has mistakes: {0}")]
    ImportMap(Diagnostics),
    /// A sheet cannot be read.
    #[error(transparent)]
    Sheet(#[from] SheetFault),
    /// A sample case did not go as it should.
    #[error("a sample did not go as its lines say: {0}")]
    Sample(Diagnostics),
    /// Standard output failed.
    #[error("standard output cannot be written: {0}")]
    Output(#[from] io::Error),
    /// The operating system gave no threads.
    #[error("the threads of this program cannot be started: {0}")]
    Runtime(io::Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Engine(error.into())
    }
}

impl From<NotAnIdentifier> for Failure {
    fn from(error: NotAnIdentifier) -> Failure {
        Failure::Engine(error.into())
    }
}

/// Standard output failed.
const OUTPUT: CodeEntry = CodeEntry {
    code: Code("E-output"),
    class: Class::Store,
    cause: "standard output cannot be written, because its disk is full for one",
    fix: "make room or send the output elsewhere; what was recorded stays recorded",
};
/// No threads.
const RUNTIME: CodeEntry = CodeEntry {
    code: Code("E-runtime"),
    class: Class::Store,
    cause: "the operating system gave this program no threads",
    fix: "raise the limit of processes or threads of this user",
};
/// People.
const PEOPLE: CodeEntry = CodeEntry {
    code: Code("E-people-invalid"),
    class: Class::Input,
    cause: "a file of people has mistakes; each is listed with its own code and place",
    fix: "write a map from id to `roles`, as the people of a scenario are written",
};
/// An import map.
const IMPORT_MAP: CodeEntry = CodeEntry {
    code: Code("E-import-invalid"),
    class: Class::Input,
    cause: "an import map has mistakes; each is listed with its own code and place",
    fix: "correct each of them; `dure import … --dry-run` shows them again",
};
/// A sample.
const SAMPLE: CodeEntry = CodeEntry {
    code: Code("E-sample"),
    class: Class::Refused,
    cause: "a sample case did not go as its lines say; the folder may hold other workflows of these names",
    fix: "run the demonstration on a folder of its own",
};

/// The error reference of the command line itself.
pub fn codes() -> impl Iterator<Item = &'static CodeEntry> {
    [&IMPORT_MAP, &OUTPUT, &PEOPLE, &RUNTIME, &SAMPLE, &USAGE]
        .into_iter()
        .chain(FAULT_CODES)
        .chain(SHEET_CODES)
}

/// The error reference of the whole program: storage, engine, command line.
pub fn all_codes() -> impl Iterator<Item = &'static CodeEntry> {
    dure_storage::error::CODES.iter().chain(dure_engine::error::codes()).chain(codes())
}

impl Failure {
    /// The class its code has in the error reference.
    pub fn class(&self) -> Class {
        let code = self.code();
        all_codes().find(|entry| entry.code == code).map_or(Class::Store, |entry| entry.class)
    }

    /// Tells it on standard error and answers with the exit code.
    pub fn report(&self, context: &Context) -> ExitCode {
        if self.is_closed_output() {
            return ExitCode::from(exit::DONE);
        }
        match context.output.json {
            true => error_line(&self.to_json(context.lang).to_string()),
            false => error_line(self.to_text(context.lang).trim_end()),
        }
        ExitCode::from(exit::code(self.class()))
    }

    fn is_closed_output(&self) -> bool {
        matches!(self, Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// First line: code and sentence; the mistakes of a file follow, each with its caret.
    pub fn to_text(&self, lang: Lang) -> String {
        let first = format!("{}: {}", self.code(), one_line(&self.explain(lang)));
        match self.rendered(lang) {
            Some(mistakes) => format!("{first}\n{mistakes}"),
            None => first,
        }
    }

    /// One JSON object: `code`, `message`, `class`, and what is known of the place.
    pub fn to_json(&self, lang: Lang) -> Value {
        let mut object = json!({
            "code": self.code().0,
            "class": exit::word(self.class()),
            "message": self.explain(lang),
        });
        if let Some(fields) = object.as_object_mut() {
            fields.extend(self.details(lang));
        }
        object
    }
}

impl Explain for Failure {
    fn code(&self) -> Code {
        match self {
            Failure::Engine(error) => error.code(),
            Failure::InFile { error, .. } => error.code(),
            Failure::Fault(fault) => fault.code(),
            Failure::People(_) => PEOPLE.code,
            Failure::ImportMap(_) => IMPORT_MAP.code,
            Failure::Sheet(fault) => fault.code(),
            Failure::Sample(_) => SAMPLE.code,
            Failure::Output(_) => OUTPUT.code,
            Failure::Runtime(_) => RUNTIME.code,
        }
    }

    fn explain(&self, lang: Lang) -> String {
        match (self, lang) {
            (Failure::Engine(EngineError::Definition(found)), lang) => {
                fault::mistakes(found, fault::WORKFLOW_FILE, lang)
            }
            (Failure::Engine(EngineError::Calendar(found)), lang) => {
                fault::mistakes(found, fault::CALENDAR_FILE, lang)
            }
            (Failure::Engine(EngineError::Plan(found)), lang) => {
                fault::mistakes(found, fault::PLAN_FILE, lang)
            }
            (Failure::Engine(EngineError::Report(found)), lang) => {
                fault::mistakes(found, fault::REPORT_FILE, lang)
            }
            (Failure::People(found), lang) => fault::mistakes(found, fault::PEOPLE_FILE, lang),
            (Failure::ImportMap(found), lang) => fault::mistakes(found, fault::IMPORT_MAP, lang),
            (Failure::Sheet(fault), lang) => fault.explain(lang),
            (Failure::Engine(error), lang) => error.explain(lang),
            (Failure::InFile { file, error }, lang) => format!("{file}: {}", error.explain(lang)),
            (Failure::Fault(fault), lang) => fault.explain(lang),
            (Failure::Sample(found), Lang::Ko) => {
                format!("{}: 견본이 예정대로 진행되지 않았습니다", found.file())
            }
            (Failure::Sample(found), Lang::En) => {
                format!("{}: the sample did not go as its lines say", found.file())
            }
            (Failure::Output(error), Lang::Ko) => {
                format!("표준 출력에 쓸 수 없습니다: {error}")
            }
            (Failure::Runtime(error), Lang::Ko) => {
                format!("프로그램의 스레드를 시작할 수 없습니다: {error}")
            }
            (Failure::Output(_) | Failure::Runtime(_), Lang::En) => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn i16_no_code_of_the_whole_program_has_two_classes() {
        let mut seen = BTreeMap::new();
        for entry in all_codes() {
            let known = seen.insert(entry.code, entry.class);
            assert!(known.is_none_or(|class| class == entry.class), "{}", entry.code);
            assert!(entry.code.0.starts_with("E-") && !entry.fix.is_empty());
        }
    }

    #[test]
    fn a_fault_speaks_both_languages() {
        let faults = [
            Fault::PersonMissing,
            Fault::DataMissing { folder: "d".to_owned() },
            Fault::FormNotObject { file: "f".to_owned(), found: "null" },
        ];
        for fault in faults {
            assert!(!fault.explain(Lang::En).is_empty());
            assert!(fault.explain(Lang::Ko).chars().any(|c| ('가'..='힣').contains(&c)));
        }
    }
}
