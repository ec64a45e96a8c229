//! Why a command is refused: the rule, the place, and what would be right, in Korean and English.

mod english;
mod faults;
mod korean;
mod migration;
mod webhook;
mod words;

use chrono::{DateTime, Utc};
use dure_storage::{Class, Code, CodeEntry, Explain, Lang, StreamVersion};

pub use self::faults::{
    OUTSIDE_CODES, OutsideFault, PERSON_CODES, PersonFault, TASK_CODES, TaskFault,
};
pub use self::migration::{MIGRATION_CODES, MigrationFault};
pub use self::webhook::{WEBHOOK_CODES, WebhookFault};
pub use self::words::Wanted;
use super::account::AccountFault;
use super::case::Completion;
use super::form::Violation;
use super::names::{CaseId, Text};
use crate::expression::EvaluationError;
use crate::time::{CalendarFault, RecurrenceFault};

/// A refused command.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Where; boxed, for a refusal travels up through every layer.
    pub place: Box<Place>,
    /// Why.
    pub why: Why,
}

/// Where a refusal happened; each part is set as far as it is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Place {
    /// The case.
    pub case: Option<CaseId>,
    /// The workflow and its version.
    pub workflow: Option<String>,
    /// The step or action.
    pub step: Option<String>,
    /// The outcome.
    pub outcome: Option<String>,
}

/// An active step and who may complete it, as words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveNow {
    /// Its address.
    pub step: String,
    /// Roles and scope, or the person.
    pub holder: String,
}

/// Why a command is refused. The order of the variants is the order in which the rules are asked.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields of a variant are the words of its sentence")]
pub enum Why {
    /// No workflow of that name is published.
    WorkflowUnknown { name: String, known: Vec<String> },
    /// This program cannot read a published version of a workflow.
    DefinitionUnreadable { workflow: String, reason: String },
    /// No case of that number.
    CaseUnknown,
    /// A case of that number exists.
    CaseExists,
    /// The workflow numbers its cases itself.
    NumberGiven,
    /// No such person was added.
    PersonUnknown { person: String },
    /// This program does not know something that happened to the case.
    HistoryUnreadable { position: u64, reason: String },
    /// The case's history contradicts itself.
    CaseFaulty { fault: String },
    /// The case is closed.
    CaseClosed { outcome: String, at: DateTime<Utc> },
    /// The case has another version than the caller saw.
    Stale { expected: StreamVersion, actual: StreamVersion },
    /// The workflow has no such step.
    StepUnknown { known: Vec<String> },
    /// The step is not active now.
    StepNotActive { active: Vec<ActiveNow>, last: Option<Completion> },
    /// Several active steps answer to that name.
    StepAmbiguous { candidates: Vec<String> },
    /// The workflow has no such action.
    ActionUnknown { known: Vec<String> },
    /// The person holds none of the roles.
    RoleMissing { person: String, wanted: Wanted },
    /// The person holds the role, but not there.
    ScopeMissing { person: String, wanted: Wanted, scope: String },
    /// The person completed a step that excludes them.
    SamePerson { person: String, other: String },
    /// The case may not be started on behalf of that person.
    OnBehalf { person: String, wanted: Option<String> },
    /// The step has no such outcome.
    OutcomeUnknown { known: Vec<String> },
    /// It is said to have happened before the case was opened.
    BeforeStart { occurred_at: DateTime<Utc>, opened_at: DateTime<Utc> },
    /// It is said to have happened in the future.
    InFuture { occurred_at: DateTime<Utc>, recorded_at: DateTime<Utc> },
    /// It is asked for at a time at which it was not there yet, or that has not come.
    CaseNotThen { at: DateTime<Utc>, opened_at: DateTime<Utc>, now: DateTime<Utc> },
    /// A reason is required.
    ReasonMissing,
    /// The reason is too long.
    ReasonTooLong { bytes: usize, max: usize },
    /// A personal field is filled in, and nothing seals it.
    PersonalUnsealed { found: Vec<Violation> },
    /// The form breaks its schema.
    FormInvalid { violations: Vec<Violation> },
    /// What was written holds personal data.
    PersonalData { found: Vec<Violation> },
    /// What was filled in names a case or a person that is not there, or not as the form asks.
    ReferenceUnmet { found: Vec<Violation> },
    /// The guard says no.
    GuardFalse { guard: String, because: Option<Text> },
    /// An expression could not be evaluated.
    ExpressionFailed { expression: String, error: EvaluationError },
    /// No outcome of an automatic step is possible.
    NoOutcome { step: String },
    /// A value to choose a workflow by stands beside none.
    NothingToCall { step: String, value: String },
    /// The start form of a called workflow is broken.
    CalledFormInvalid { step: String, violations: Vec<Violation> },
    /// Automatic steps go round without end.
    EndlessLoop { step: String, steps: usize },
    /// Calls are nested too deep.
    CallsTooDeep { step: String, max: usize },
    /// An account does not allow it.
    Account(AccountFault),
    /// A task does not allow it.
    Task(TaskFault),
    /// What comes from outside the case does not fit.
    Outside(OutsideFault),
    /// A calendar cannot say when.
    Calendar(RecurrenceFault),
    /// A role or an absence of a person does not allow it.
    Person(PersonFault),
    /// The case cannot go on under another version.
    Migration(MigrationFault),
    /// A webhook does not allow it.
    Webhook(WebhookFault),
    /// A report would have more rows, or more columns, than one may have.
    ReportTooLarge { max: usize },
    /// What would be recorded does not fit an event.
    TooLarge { bytes: usize, max: usize },
    /// Others were first too often.
    Contended { attempts: usize },
    /// A person of that id exists and differs.
    PersonExists { person: String },
    /// That version is published with another text, or is not the next one.
    VersionPublished { version: u32, published: u32 },
}

macro_rules! codes {
    (
        passed on: { $($passed:pat => $passed_code:expr;)* }
        $($variant:pat => $code:literal, $class:ident, $cause:literal, $fix:literal;)*
    ) => {
        /// The error reference of refusals.
        pub const CODES: &[CodeEntry] = &[
            $(CodeEntry { code: Code($code), class: Class::$class, cause: $cause, fix: $fix },)*
        ];

        impl Why {
            /// The stable code.
            pub fn code(&self) -> Code {
                match self {
                    $($variant => Code($code),)*
                    $($passed => $passed_code,)*
                }
            }
        }
    };
}

codes! {
    passed on: {
        Why::ExpressionFailed { error, .. } => error.code();
        Why::Account(fault) => fault.code();
        Why::Task(fault) => fault.code();
        Why::Outside(fault) => fault.code();
        Why::Calendar(fault) => fault.code();
        Why::Person(fault) => fault.code();
        Why::Migration(fault) => fault.code();
        Why::Webhook(fault) => fault.code();
    }
    Why::WorkflowUnknown { .. } => "E-workflow-unknown", NotFound, "no workflow of that name is published", "publish it, or use one of the names shown by `dure workflow list`";
    Why::DefinitionUnreadable { .. } => "E-definition-unreadable", Refused, "a published version of a workflow says something this program does not know: it was published by a newer one", "use the newer program; other versions and workflows are not concerned";
    Why::CaseUnknown => "E-case-unknown", NotFound, "no case has that number", "look it up with `dure case list`";
    Why::CaseExists => "E-case-exists", Conflict, "a case of that number exists already", "choose another number, or work on the existing case";
    Why::NumberGiven => "E-number-given", Input, "the workflow numbers its cases itself and a number was given", "start the case without a number";
    Why::PersonUnknown { .. } => "E-person-unknown", NotFound, "no such person was added", "add the person with `dure person add`";
    Why::HistoryUnreadable { .. } => "E-case-unreadable", Refused, "something happened to the case that this program does not know: it was recorded by a newer one", "use the newer program; other cases are not concerned";
    Why::CaseFaulty { .. } => "E-case-faulty", Refused, "the history of the case contradicts itself, so it can go no further", "keep the log as it is and report the fault; every event is still there";
    Why::CaseClosed { .. } => "E-case-closed", Refused, "the case is closed", "read it; a closed case takes no further step";
    Why::Stale { .. } => "E-version-stale", Conflict, "the case has moved on since the caller saw it", "read the case again and decide again";
    Why::StepUnknown { .. } => "E-step-unknown", Input, "the workflow of the case has no such step", "use one of the steps named";
    Why::StepNotActive { .. } => "E-step-not-active", Refused, "the step is not active now; somebody else may have been first", "act on one of the active steps named";
    Why::StepAmbiguous { .. } => "E-step-ambiguous", Input, "several active steps answer to that name", "give one of the full addresses named";
    Why::ActionUnknown { .. } => "E-action-unknown", Input, "the workflow of the case has no such action", "use one of the actions named";
    Why::RoleMissing { .. } => "E-role-missing", Refused, "the person holds none of the roles the step asks for", "let somebody act who holds one of them";
    Why::ScopeMissing { .. } => "E-scope-missing", Refused, "the person holds the role, but not in the region, library or unit concerned", "let somebody act who holds it there";
    Why::SamePerson { .. } => "E-same-person", Refused, "the person completed another step that must be done by somebody else (four eyes)", "let somebody else act";
    Why::OnBehalf { .. } => "E-on-behalf", Refused, "the case may not be started on behalf of that person", "name a person who holds the role the workflow asks for, or leave it out";
    Why::OutcomeUnknown { .. } => "E-outcome-unknown", Input, "the step has no such outcome", "use one of the outcomes named";
    Why::InFuture { .. } => "E-time-future", Input, "it is said to have happened later than now", "give the time at which it happened";
    Why::BeforeStart { .. } => "E-time-before-start", Input, "it is said to have happened before the case was opened", "give the time at which it happened";
    Why::ReportTooLarge { .. } => "E-report-too-large", Input, "a report would have more rows, or more columns made of a value, than one may have", "leave rows out with `where`, or ask for a narrower report";
    Why::CaseNotThen { .. } => "E-case-not-then", Input, "the time asked for lies before the case was opened, or has not come yet", "ask for a time from the opening of the case until now";
    Why::ReasonMissing => "E-reason-missing", Refused, "the outcome needs a reason and none was given", "give a reason";
    Why::ReasonTooLong { .. } => "E-reason-too-long", Input, "the reason is too long", "shorten it";
    Why::PersonalUnsealed { .. } => "E-personal-unsealed", Refused, "a field for personal data is filled in, and nothing seals it yet, so it would stay in the log for ever", "leave each field named empty; keep what belongs there outside the log until sealing is set up";
    Why::FormInvalid { .. } => "E-form-invalid", Input, "the form breaks its schema; every violation is listed with its path", "correct each field listed";
    Why::PersonalData { .. } => "E-personal-data", Refused, "what was written holds personal data (a telephone, resident registration or card number, an e-mail address), which would stay in the log for ever", "take it out of each place named; write a role and a number in place of a person";
    Why::ReferenceUnmet { .. } => "E-reference-unmet", Input, "what was filled in names a case or a person that is not there, a case of another workflow, or one that is not open (or not closed) as the form asks", "name another in each field listed; `dure case list` and `dure person list` show which there are";
    Why::GuardFalse { .. } => "E-guard-false", Refused, "the guard of the outcome says no", "make the condition true, or choose another outcome";
    Why::NoOutcome { .. } => "E-no-outcome", Refused, "no guard of an automatic step is true, so the case could not go on", "choose another outcome, or correct the workflow";
    Why::NothingToCall { .. } => "E-nothing-to-call", Refused, "no called workflow stands beside the value it is chosen by", "choose another value, or correct the workflow";
    Why::CalledFormInvalid { .. } => "E-called-form-invalid", Refused, "what would be passed to a called workflow breaks its start form", "correct the data it is made from";
    Why::EndlessLoop { .. } => "E-endless-loop", Refused, "automatic steps of the workflow go round without an end", "correct the workflow; nothing was recorded";
    Why::CallsTooDeep { .. } => "E-calls-too-deep", Refused, "workflows call each other too deep", "correct the workflow; nothing was recorded";
    Why::TooLarge { .. } => "E-act-too-large", Input, "what was filled in does not fit one event", "shorten it, or keep long texts as files outside";
    Why::Contended { .. } => "E-contended", Conflict, "others changed the same case first, again and again", "try again";
    Why::PersonExists { .. } => "E-person-exists", Conflict, "a person of that id exists with another title or other roles", "use another id";
    Why::VersionPublished { .. } => "E-version-published", Conflict, "that version is published with another text, or is not the next one; a published version never changes", "give the file the next version number";
}

impl Why {
    /// The sentence in one language, without the place.
    pub fn explain(&self, lang: Lang) -> String {
        match lang {
            Lang::Ko => self.korean(),
            Lang::En => self.english(),
        }
    }
}

impl Place {
    fn explain(&self, lang: Lang) -> String {
        let words = match lang {
            Lang::Ko => ["건", "업무 절차", "단계", "처리 결과"],
            Lang::En => ["case", "workflow", "step", "outcome"],
        };
        let case = self.case.as_ref().map(ToString::to_string);
        let parts = [&case, &self.workflow, &self.step, &self.outcome];
        let named =
            words.iter().zip(parts).filter_map(|(w, p)| p.as_ref().map(|p| format!("{w} {p}")));
        named.collect::<Vec<_>>().join(", ")
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.explain(Lang::En))
    }
}

impl std::error::Error for Refusal {}

impl Explain for Refusal {
    fn code(&self) -> Code {
        self.why.code()
    }

    fn explain(&self, lang: Lang) -> String {
        let place = self.place.explain(lang);
        let why = self.why.explain(lang);
        if place.is_empty() { why } else { format!("{place}: {why}") }
    }
}

impl From<AccountFault> for Why {
    fn from(fault: AccountFault) -> Why {
        Why::Account(fault)
    }
}

impl From<PersonFault> for Why {
    fn from(fault: PersonFault) -> Why {
        Why::Person(fault)
    }
}

impl From<WebhookFault> for Why {
    fn from(fault: WebhookFault) -> Why {
        Why::Webhook(fault)
    }
}

impl From<CalendarFault> for Why {
    fn from(fault: CalendarFault) -> Why {
        Why::Calendar(fault.into())
    }
}

impl From<Why> for Refusal {
    fn from(why: Why) -> Refusal {
        Refusal { place: Box::default(), why }
    }
}

impl Refusal {
    /// The same refusal, with a place that says more.
    #[must_use]
    pub fn at(mut self, place: Place) -> Refusal {
        let Place { case, workflow, step, outcome } = place;
        self.place.case = self.place.case.or(case);
        self.place.workflow = self.place.workflow.or(workflow);
        self.place.step = self.place.step.or(step);
        self.place.outcome = self.place.outcome.or(outcome);
        self
    }
}
