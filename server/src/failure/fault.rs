//! What only the command line can find wrong: files, folders and who acts.

use dure_engine::language::Diagnostics;
use dure_engine::simulation::Trouble;
use dure_storage::{Class, Code, CodeEntry, Explain, Lang};

/// What the command line found wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Nobody was named.
    #[error("say who acts: --as PERSON, or the variable DURE_AS")]
    PersonMissing,
    /// There is no data folder.
    #[error(
        "there is no data folder at {folder:?}; name it with --data DIR, or fill one with `dure demo` or `dure workflow publish FILE`"
    )]
    DataMissing {
        /// Where it was looked for.
        folder: String,
    },
    /// A report that this program does not have, and no file either.
    #[error("there is no report {report:?}{}", near.as_ref().map(|near| format!("; did you mean {near:?}?")).unwrap_or_default())]
    ReportUnknown {
        /// What was asked for.
        report: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read: {reason}")]
    FileUnreadable {
        /// The file.
        file: String,
        /// What the operating system said.
        reason: String,
    },
    /// A file is larger than it may be.
    #[error("{file} is larger than {max} bytes")]
    FileTooLarge {
        /// The file.
        file: String,
        /// The bound, in bytes.
        max: usize,
    },
    /// A file is not UTF-8.
    #[error("{file} is not text in UTF-8: byte {byte} is wrong")]
    FileNotText {
        /// The file.
        file: String,
        /// The first byte that is wrong, from 0.
        byte: usize,
    },
    /// A file cannot be written.
    #[error("{file} cannot be written: {reason}")]
    FileUnwritable {
        /// The file.
        file: String,
        /// What the operating system said.
        reason: String,
    },
    /// What is not text would go to a terminal.
    #[error("a workbook is not text: name a file with --output FILE, or send it down a pipe")]
    TerminalBinary,
    /// A form is no JSON object.
    #[error("{file} holds {found}, not a JSON object of fields")]
    FormNotObject {
        /// The file.
        file: String,
        /// What it holds.
        found: &'static str,
    },
    /// Hints cannot be read.
    #[error("{file} holds no hints for a simulation: {reason}")]
    HintsInvalid {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// Runs of a simulation did not end as they must.
    #[error(
        "{failed} of {runs} simulated runs failed; each is told above with how to see it again"
    )]
    SimulationFailed {
        /// How many.
        failed: u64,
        /// Of how many.
        runs: u64,
    },
    /// Simulated years did not hold what must.
    #[error("years of seed {seed} did not hold: {}", .trouble.explain(Lang::En))]
    YearsUnsound {
        /// The seed.
        seed: u64,
        /// What did not hold.
        trouble: Box<Trouble>,
    },
    /// The same seed gave other years.
    #[error("seed {seed} gave the Merkle root {first}, and then {then}")]
    YearsDiffer {
        /// The seed.
        seed: u64,
        /// The root of the first time.
        first: String,
        /// The other.
        then: String,
    },
    /// A sample is made where there is something already.
    #[error(
        "{folder:?} has {size} events already; a sample is made in a folder of its own, which --data DIR names"
    )]
    SampleFolder {
        /// The folder.
        folder: String,
        /// How many events it has.
        size: u64,
    },
    /// A sample could not be made.
    #[error("the sample of seed {seed} could not be made: {}", .trouble.explain(Lang::En))]
    SampleTrouble {
        /// The seed.
        seed: u64,
        /// What went wrong.
        trouble: Box<Trouble>,
    },
    /// Years that have to be confirmed are not.
    #[error("{calendar} has no confirmed table of holidays for: {years}")]
    CalendarUnconfirmed {
        /// The calendar and its version.
        calendar: String,
        /// The years.
        years: String,
    },
    /// Years in the wrong order.
    #[error("the years from {from} to {to} are none: write the earlier one in --from")]
    YearsReversed {
        /// The first.
        from: i32,
        /// The last.
        to: i32,
    },
    /// Scenarios did not go as they say.
    #[error("{failed} of {of} scenarios did not go as they say")]
    ScenariosFailed {
        /// How many.
        failed: usize,
        /// Of how many.
        of: usize,
    },
    /// Scenario files have mistakes.
    #[error("{invalid} of {of} scenario files have mistakes")]
    ScenariosInvalid {
        /// How many.
        invalid: usize,
        /// Of how many.
        of: usize,
    },
    /// The scenarios did not take everything.
    #[error("the scenarios did not take {missing} of the {of} parts of the workflows")]
    NotCovered {
        /// How many parts.
        missing: usize,
        /// Of how many.
        of: usize,
    },
    /// Rows of a sheet were refused.
    #[error("{refused} of {rows} rows were refused; each is told above")]
    RowsRefused {
        /// How many.
        refused: u64,
        /// Of how many.
        rows: u64,
    },
    /// A number passes its bound.
    #[error("{option} is {given}, more than the {max} allowed")]
    TooMany {
        /// The option.
        option: &'static str,
        /// What was given.
        given: usize,
        /// The bound.
        max: usize,
    },
}

macro_rules! codes {
    ($($variant:pat => $code:literal, $class:ident, $cause:literal, $fix:literal;)*) => {
        /// The error reference of what only the command line finds wrong.
        pub const FAULT_CODES: &[CodeEntry] = &[
            $(CodeEntry { code: Code($code), class: Class::$class, cause: $cause, fix: $fix },)*
        ];

        fn code_of(fault: &Fault) -> Code {
            match fault {
                $($variant => Code($code),)*
            }
        }
    };
}

codes! {
    Fault::PersonMissing => "E-person-missing", Input, "a person must act and nobody was named", "give `--as PERSON`, or set DURE_AS";
    Fault::DataMissing { .. } => "E-data-missing", Input, "there is no data folder where one was looked for", "name it with `--data DIR`, or make one with `dure demo`, `dure workflow publish` or `dure person add`";
    Fault::ReportUnknown { .. } => "E-report-not-there", Input, "a report is named that this program does not have, and no such file exists", "`dure report` lists the reports; a file is named with its ending";
    Fault::FileUnreadable { .. } => "E-file-unreadable", Input, "a file does not exist, is a folder, or may not be read", "name another file, or correct its rights";
    Fault::FileTooLarge { .. } => "E-file-too-large", Input, "a file is larger than what it is read as may be", "shorten it";
    Fault::FileNotText { .. } => "E-file-not-text", Input, "a file is not text in UTF-8", "save it as UTF-8";
    Fault::FileUnwritable { .. } => "E-file-unwritable", Store, "a file that was asked for cannot be written", "name another file, or make room";
    Fault::TerminalBinary => "E-terminal-binary", Input, "a workbook was asked for, and standard output is a terminal", "name a file with `--output FILE`, or send it down a pipe";
    Fault::FormNotObject { .. } => "E-form-not-object", Input, "a form is not a JSON object", "write an object of fields: {\"field\": value}";
    Fault::HintsInvalid { .. } => "E-hints-invalid", Input, "a file of hints for a simulation is no mapping of `workflow` and `fields`, each with `values` or `value`", "correct it; the reference of the workflow language shows the form";
    Fault::SimulationFailed { .. } => "E-simulation-failed", Refused, "simulated runs of a workflow did not end, got stuck or left something behind", "correct the workflow; `--only NUMBER` with the same seed shows a run again";
    Fault::YearsUnsound { .. } => "E-years-unsound", Refused, "in simulated years a timer was late, a case got lost, stuck or differs from its events, or an account fell below its floor", "report it with the command, whose seed shows it again";
    Fault::YearsDiffer { .. } => "E-years-differ", Refused, "the same seed gave simulated years that differ", "report it with the command and both roots";
    Fault::SampleFolder { .. } => "E-sample-folder", Input, "`dure demo --size district` or `nation` was asked for in a data folder that has events", "name a new folder with `--data DIR`";
    Fault::SampleTrouble { .. } => "E-sample-trouble", Refused, "a sample could not be made: nobody could begin a case, or a story was refused", "report it with the command, whose seed shows it again";
    Fault::CalendarUnconfirmed { .. } => "E-calendar-unconfirmed", Refused, "years that were asked for have no confirmed table of holidays in a calendar: a day may still be added, and dues move", "once they are announced, publish the next version of the calendar with a table that says `confirmed: true` and its source";
    Fault::YearsReversed { .. } => "E-years-reversed", Input, "the first of the years that are asked for lies after the last", "write the earlier year in `--from`";
    Fault::ScenariosFailed { .. } => "E-scenario-failed", Refused, "a scenario did not go as it says; what differs is told with its line", "correct the line or the workflow";
    Fault::ScenariosInvalid { .. } => "E-scenario-invalid", Input, "a scenario file has mistakes; each is told with its own code and place", "correct each of them";
    Fault::NotCovered { .. } => "E-scenario-coverage", Refused, "`--require-coverage` was asked for, and no scenario took some parts of the workflows", "add lines or scenarios that take the parts listed";
    Fault::RowsRefused { .. } => "E-import-refused", Refused, "rows of a sheet were refused, or would be; the others are in, or would be", "correct the rows listed and import the file again: what is in is left alone";
    Fault::TooMany { .. } => "E-too-many", Input, "a number passes the bound of its option", "give a smaller one";
}

impl Explain for Fault {
    fn code(&self) -> Code {
        code_of(self)
    }

    fn explain(&self, lang: Lang) -> String {
        match lang {
            Lang::Ko => self.korean(),
            Lang::En => self.to_string(),
        }
    }
}

impl Fault {
    fn korean(&self) -> String {
        match self {
            Fault::PersonMissing => {
                "누가 처리하는지 밝혀야 합니다: --as 사용자, 또는 환경 변수 DURE_AS".to_owned()
            }
            Fault::DataMissing { folder } => format!(
                "{folder:?}에 데이터 폴더가 없습니다. --data로 폴더를 알려 주거나 `dure demo` 또는 `dure workflow publish FILE`로 만드십시오"
            ),
            Fault::ReportUnknown { report, near } => {
                let near = near.as_ref().map(|near| format!(". {near:?} 아닙니까?"));
                format!("{report:?} 보고서가 없습니다{}", near.unwrap_or_default())
            }
            Fault::FileUnreadable { file, reason } => {
                format!("{file} 파일을 읽을 수 없습니다: {reason}")
            }
            Fault::FileTooLarge { file, max } => {
                format!("{file} 파일이 {max}바이트보다 큽니다")
            }
            Fault::FileNotText { file, byte } => {
                format!("{file} 파일은 UTF-8 글이 아닙니다. {byte}번째 바이트가 잘못되었습니다")
            }
            Fault::FileUnwritable { file, reason } => {
                format!("{file} 파일에 쓸 수 없습니다: {reason}")
            }
            Fault::TerminalBinary => {
                "통합 문서는 글이 아니므로 화면에 쓸 수 없습니다. --output FILE로 파일을 지정하거나 파이프로 보내십시오".to_owned()
            }
            Fault::HintsInvalid { file, reason } => {
                format!("{file}: 시뮬레이션 도움말로 읽을 수 없습니다: {reason}")
            }
            Fault::SimulationFailed { failed, runs } => format!(
                "시뮬레이션 {runs}번 가운데 {failed}번이 실패했습니다. 다시 보는 방법은 위에 있습니다"
            ),
            Fault::YearsUnsound { seed, trouble } => {
                let trouble = trouble.explain(Lang::Ko);
                format!("시드 {seed}의 여러 해가 지켜야 할 것을 지키지 않았습니다: {trouble}")
            }
            Fault::SampleFolder { folder, size } => format!(
                "{folder:?}에 이미 기록 {size}건이 있습니다. 견본은 빈 폴더에 만듭니다. --data DIR로 새 폴더를 정하십시오"
            ),
            Fault::SampleTrouble { seed, trouble } => {
                format!("시드 {seed}의 견본을 만들 수 없습니다: {}", trouble.explain(Lang::Ko))
            }
            Fault::YearsDiffer { seed, first, then } => {
                format!("시드 {seed}의 머클 루트가 처음에는 {first}, 다음에는 {then}입니다")
            }
            Fault::FormNotObject { file, found } => format!(
                "{file}에는 항목을 담은 JSON 객체가 있어야 하는데 다른 값({found})이 있습니다"
            ),
            Fault::CalendarUnconfirmed { calendar, years } => {
                format!("{calendar}에 확정된 공휴일 표가 없는 해: {years}")
            }
            Fault::YearsReversed { from, to } => {
                format!(
                    "{from}년부터 {to}년까지라는 기간은 없습니다. --from에 앞선 해를 적으십시오"
                )
            }
            Fault::ScenariosFailed { failed, of } => {
                format!("시나리오 {of}개 중 {failed}개가 적힌 대로 진행되지 않았습니다")
            }
            Fault::ScenariosInvalid { invalid, of } => {
                format!("시나리오 파일 {of}개 중 {invalid}개에 잘못이 있습니다")
            }
            Fault::NotCovered { missing, of } => {
                format!(
                    "업무 절차의 요소 {of}개 중 {missing}개를 어느 시나리오도 거치지 않았습니다"
                )
            }
            Fault::RowsRefused { refused, rows } => {
                format!("{rows}행 중 {refused}행이 거부되었습니다. 행마다 까닭은 위에 있습니다")
            }
            Fault::TooMany { option, given, max } => {
                format!("{option} 값 {given}은 한도 {max}보다 큽니다")
            }
        }
    }
}

/// What a file is called in Korean and English.
pub(super) type FileKind = (&'static str, &'static str);
/// A workflow file.
pub(super) const WORKFLOW_FILE: FileKind = ("업무 절차", "workflow");
/// A calendar file.
pub(super) const CALENDAR_FILE: FileKind = ("달력", "calendar");
/// A file of people.
pub(super) const PEOPLE_FILE: FileKind = ("사람", "people");
/// A migration plan.
pub(super) const PLAN_FILE: FileKind = ("이행 계획", "migration plan");
/// An import map.
pub(super) const IMPORT_MAP: FileKind = ("가져오기 맵", "import map");
/// A report file.
pub(super) const REPORT_FILE: FileKind = ("보고서", "report");

/// How many mistakes a file has, as a sentence.
pub(super) fn mistakes(found: &Diagnostics, (ko, en): FileKind, lang: Lang) -> String {
    let (file, count) = (found.file(), found.items().len() + found.more());
    match (lang, count) {
        (Lang::Ko, count) => format!("{file}: {ko} 파일에 잘못이 {count}건 있습니다"),
        (Lang::En, 1) => format!("{file}: the {en} file has a mistake"),
        (Lang::En, count) => format!("{file}: the {en} file has {count} mistakes"),
    }
}
