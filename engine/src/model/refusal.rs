//! Why a command is refused: the rule, the place, and what would be right, in Korean and English.

use chrono::{DateTime, FixedOffset, Utc};
use dure_storage::{Class, Code, CodeEntry, Explain, Lang, StreamVersion};

use super::case::Completion;
use super::form::Violation;
use super::names::{CaseId, Text};
use crate::expression::EvaluationError;

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
    /// No case of that number.
    CaseUnknown,
    /// A case of that number exists.
    CaseExists,
    /// The workflow numbers its cases itself.
    NumberGiven,
    /// No such person was added.
    PersonUnknown { person: String },
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
    RoleMissing { person: String, wanted: String },
    /// The person holds the role, but not there.
    ScopeMissing { person: String, wanted: String, scope: String },
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
    /// A reason is required.
    ReasonMissing,
    /// The reason is too long.
    ReasonTooLong { bytes: usize, max: usize },
    /// The form breaks its schema.
    FormInvalid { violations: Vec<Violation> },
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
        passed on: $passed:pat => $passed_code:expr;
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
                    $passed => $passed_code,
                }
            }
        }
    };
}

codes! {
    passed on: Why::ExpressionFailed { error, .. } => error.code();
    Why::WorkflowUnknown { .. } => "E-workflow-unknown", NotFound, "no workflow of that name is published", "publish it, or use one of the names shown by `dure workflow list`";
    Why::CaseUnknown => "E-case-unknown", NotFound, "no case has that number", "look it up with `dure case list`";
    Why::CaseExists => "E-case-exists", Conflict, "a case of that number exists already", "choose another number, or work on the existing case";
    Why::NumberGiven => "E-number-given", Input, "the workflow numbers its cases itself and a number was given", "start the case without a number";
    Why::PersonUnknown { .. } => "E-person-unknown", NotFound, "no such person was added", "add the person with `dure person add`";
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
    Why::ReasonMissing => "E-reason-missing", Refused, "the outcome needs a reason and none was given", "give a reason";
    Why::ReasonTooLong { .. } => "E-reason-too-long", Input, "the reason is too long", "shorten it";
    Why::FormInvalid { .. } => "E-form-invalid", Input, "the form breaks its schema; every violation is listed with its path", "correct each field listed";
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

/// A time as Korean offices write it; the offset is part of it.
fn when(at: DateTime<Utc>) -> String {
    let seoul = FixedOffset::east_opt(9 * 3600).expect("nine hours are an offset");
    at.with_timezone(&seoul).format("%Y-%m-%d %H:%M (UTC+9)").to_string()
}

fn holders(active: &[ActiveNow], none: &str) -> String {
    match active {
        [] => none.to_owned(),
        active => {
            let each = active.iter().map(|a| format!("{} ({})", a.step, a.holder));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

fn listed(violations: &[Violation], lang: Lang) -> String {
    violations.iter().map(|v| v.explain(lang)).collect::<Vec<_>>().join("; ")
}

impl Why {
    fn explain(&self, lang: Lang) -> String {
        match lang {
            Lang::Ko => self.korean(),
            Lang::En => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Why::WorkflowUnknown { name, known } => {
                format!("no workflow {name:?} is published; published are: {}", known.join(", "))
            }
            Why::CaseUnknown => "no case has this number".into(),
            Why::CaseExists => "a case of this number exists already".into(),
            Why::NumberGiven => {
                "this workflow numbers its cases itself; start it without a number".into()
            }
            Why::PersonUnknown { person } => format!("no person {person:?} was added"),
            Why::CaseFaulty { fault } => {
                format!("the case can go no further: {fault}; its events are kept")
            }
            Why::CaseClosed { outcome, at } => {
                format!("the case was closed as {outcome:?} on {}", when(*at))
            }
            Why::Stale { expected, actual } => {
                format!("the case is at version {actual}, not {expected}; read it again")
            }
            Why::StepUnknown { known } => {
                format!("the workflow has no such step; its steps are: {}", known.join(", "))
            }
            Why::StepNotActive { active, last } => {
                let last = last.as_ref().map_or(String::new(), |l| {
                    format!("; {} completed it by {:?} on {}", l.by, l.outcome.as_str(), when(l.at))
                });
                format!("the step is not active now{last}; active: {}", holders(active, "none"))
            }
            Why::StepAmbiguous { candidates } => {
                format!("several active steps answer to this name: {}", candidates.join(", "))
            }
            Why::ActionUnknown { known } => {
                format!("the workflow has no such action; its actions are: {}", known.join(", "))
            }
            Why::RoleMissing { person, wanted } => format!("{person} does not hold {wanted}"),
            Why::ScopeMissing { person, wanted, scope } => {
                format!("{person} does not hold {wanted} in {scope:?}")
            }
            Why::SamePerson { person, other } => {
                format!("{person} completed {other:?}, so somebody else must do this")
            }
            Why::OnBehalf { person, wanted: Some(role) } => {
                format!("{person} does not hold {role}, so the case cannot be started for them")
            }
            Why::OnBehalf { person, wanted: None } => format!(
                "this workflow is not started on behalf of others; {person} must start it themselves"
            ),
            Why::OutcomeUnknown { known } => {
                format!("the step has no such outcome; its outcomes are: {}", known.join(", "))
            }
            Why::InFuture { occurred_at, recorded_at } => format!(
                "it cannot have happened on {} when it is {} now",
                when(*occurred_at),
                when(*recorded_at)
            ),
            Why::BeforeStart { occurred_at, opened_at } => format!(
                "it cannot have happened on {}, before the case was opened on {}",
                when(*occurred_at),
                when(*opened_at)
            ),
            Why::ReasonMissing => "a reason is required".into(),
            Why::ReasonTooLong { bytes, max } => {
                format!("the reason has {bytes} bytes, at most {max} are kept")
            }
            Why::FormInvalid { violations } => {
                format!("the form is not right: {}", listed(violations, Lang::En))
            }
            Why::GuardFalse { guard, because: Some(text) } => {
                format!("{} (rule: {guard})", text.en)
            }
            Why::GuardFalse { guard, because: None } => format!("the rule does not hold: {guard}"),
            Why::ExpressionFailed { expression, error } => {
                format!("{} (in {expression:?})", error.explain(Lang::En))
            }
            Why::NoOutcome { step } => format!("no way out of the automatic step {step:?} is open"),
            Why::NothingToCall { step, value } => {
                format!("the step {step:?} has no workflow to call for {value:?}")
            }
            Why::CalledFormInvalid { step, violations } => format!(
                "what the step {step:?} passes on is not right: {}",
                listed(violations, Lang::En)
            ),
            Why::EndlessLoop { step, steps } => {
                format!("{steps} automatic steps in a row without an end, last {step:?}")
            }
            Why::CallsTooDeep { step, max } => format!(
                "the step {step:?} would be the call number {} within calls, at most {max} are allowed",
                max + 1
            ),
            Why::TooLarge { bytes, max } => {
                format!("it needs {bytes} bytes in one event, at most {max} fit")
            }
            Why::Contended { attempts } => format!("others were first {attempts} times in a row"),
            Why::PersonExists { person } => {
                format!("a person {person:?} exists with another title or other roles")
            }
            Why::VersionPublished { version, published } => format!(
                "version {version} cannot be published: the published version is {published} and never changes; the next is {}",
                published + 1
            ),
        }
    }

    fn korean(&self) -> String {
        match self {
            Why::WorkflowUnknown { name, known } => format!(
                "\"{name}\" 업무 절차가 공개되어 있지 않습니다. 공개된 절차: {}",
                known.join(", ")
            ),
            Why::CaseUnknown => "이 번호의 건이 없습니다".into(),
            Why::CaseExists => "이 번호의 건이 이미 있습니다".into(),
            Why::NumberGiven => {
                "이 업무 절차는 번호를 스스로 매깁니다. 번호 없이 시작하십시오".into()
            }
            Why::PersonUnknown { person } => {
                format!("\"{person}\" 사용자가 등록되어 있지 않습니다")
            }
            Why::CaseFaulty { fault } => format!(
                "기록이 서로 맞지 않아 건을 더 진행할 수 없습니다({fault}). 기록은 그대로 보존됩니다"
            ),
            Why::CaseClosed { outcome, at } => {
                format!("이 건은 {}에 \"{outcome}\" 결과로 종결되었습니다", when(*at))
            }
            Why::Stale { expected, actual } => format!(
                "건의 판이 {expected}에서 {actual}(으)로 바뀌었습니다. 다시 읽고 처리하십시오"
            ),
            Why::StepUnknown { known } => {
                format!("업무 절차에 그런 단계가 없습니다. 단계: {}", known.join(", "))
            }
            Why::StepNotActive { active, last } => {
                let last = last.as_ref().map_or(String::new(), |l| {
                    format!(
                        " {} 사용자가 {}에 \"{}\" 결과로 이미 처리하였습니다.",
                        l.by,
                        when(l.at),
                        l.outcome
                    )
                });
                format!(
                    "지금 진행 중인 단계가 아닙니다.{last} 진행 중인 단계: {}",
                    holders(active, "없음")
                )
            }
            Why::StepAmbiguous { candidates } => {
                format!("진행 중인 단계 여럿이 이 이름에 해당합니다: {}", candidates.join(", "))
            }
            Why::ActionUnknown { known } => {
                format!("업무 절차에 그런 조치가 없습니다. 조치: {}", known.join(", "))
            }
            Why::RoleMissing { person, wanted } => {
                format!("{person} 사용자에게 필요한 역할이 없습니다: {wanted}")
            }
            Why::ScopeMissing { person, wanted, scope } => {
                format!("{person} 사용자의 역할({wanted})은 \"{scope}\" 범위에 미치지 않습니다")
            }
            Why::SamePerson { person, other } => format!(
                "{person} 사용자가 \"{other}\" 단계를 처리하였으므로 다른 사람이 처리해야 합니다"
            ),
            Why::OnBehalf { person, wanted: Some(role) } => {
                format!("{person} 사용자에게 {role} 역할이 없어 대신 시작할 수 없습니다")
            }
            Why::OnBehalf { person, wanted: None } => format!(
                "이 업무 절차는 대신 시작할 수 없습니다. {person} 사용자가 직접 시작해야 합니다"
            ),
            Why::OutcomeUnknown { known } => {
                format!("이 단계에 그런 처리 결과가 없습니다. 처리 결과: {}", known.join(", "))
            }
            Why::InFuture { occurred_at, recorded_at } => format!(
                "발생 시각({})이 지금({})보다 늦습니다",
                when(*occurred_at),
                when(*recorded_at)
            ),
            Why::BeforeStart { occurred_at, opened_at } => format!(
                "발생 시각({})이 건을 시작한 시각({})보다 이릅니다",
                when(*occurred_at),
                when(*opened_at)
            ),
            Why::ReasonMissing => "사유를 적어야 합니다".into(),
            Why::ReasonTooLong { bytes, max } => {
                format!("사유가 {bytes}바이트입니다. {max}바이트까지 적을 수 있습니다")
            }
            Why::FormInvalid { violations } => {
                format!("양식이 올바르지 않습니다. {}", listed(violations, Lang::Ko))
            }
            Why::GuardFalse { guard, because: Some(text) } => {
                format!("{} (규칙: {guard})", text.ko)
            }
            Why::GuardFalse { guard, because: None } => {
                format!("규칙을 만족하지 않습니다: {guard}")
            }
            Why::ExpressionFailed { expression, error } => {
                format!("{} (식: {expression})", error.explain(Lang::Ko))
            }
            Why::NoOutcome { step } => {
                format!("자동 단계 \"{step}\"에서 나아갈 수 있는 처리 결과가 없습니다")
            }
            Why::NothingToCall { step, value } => {
                format!("\"{step}\" 단계에 \"{value}\" 값으로 부를 업무 절차가 없습니다")
            }
            Why::CalledFormInvalid { step, violations } => format!(
                "\"{step}\" 단계가 넘기는 값이 올바르지 않습니다. {}",
                listed(violations, Lang::Ko)
            ),
            Why::EndlessLoop { step, steps } => {
                format!("자동 단계가 끝없이 {steps}번 이어졌습니다. 마지막 단계: \"{step}\"")
            }
            Why::CallsTooDeep { step, max } => {
                format!("\"{step}\" 단계에서 업무 절차 호출이 {max}겹을 넘습니다")
            }
            Why::TooLarge { bytes, max } => {
                format!("기록 하나에 {bytes}바이트가 필요합니다. {max}바이트까지 담을 수 있습니다")
            }
            Why::Contended { attempts } => {
                format!("다른 처리가 {attempts}번 잇달아 먼저 이루어졌습니다. 다시 시도하십시오")
            }
            Why::PersonExists { person } => {
                format!("\"{person}\" 사용자가 다른 직함이나 역할로 이미 등록되어 있습니다")
            }
            Why::VersionPublished { version, published } => format!(
                "{version}판은 공개할 수 없습니다. 공개된 {published}판은 바뀌지 않으며 다음 판은 {}판입니다",
                published + 1
            ),
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
