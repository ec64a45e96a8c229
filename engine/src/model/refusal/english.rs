//! The English sentence of every refusal: one total match, so that none can be missing.

use dure_storage::Lang;

use super::Why;
use super::words::{broken_form, holders, listed, personal, unmet, unsealed, when};

impl Why {
    pub(super) fn english(&self) -> String {
        match self {
            Why::WorkflowUnknown { name, known } => {
                format!("no workflow {name:?} is published; published are: {}", known.join(", "))
            }
            Why::DefinitionUnreadable { workflow, reason } => {
                format!("{workflow} cannot be read by this program: {reason}")
            }
            Why::CaseUnknown => "no case has this number".into(),
            Why::CaseExists => "a case of this number exists already".into(),
            Why::NumberGiven => {
                "this workflow numbers its cases itself; start it without a number".into()
            }
            Why::PersonUnknown { person } => format!("no person {person:?} was added"),
            Why::HistoryUnreadable { position, reason } => {
                format!(
                    "this program cannot read what happened to the case at position {position}: {reason}"
                )
            }
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
            Why::RoleMissing { person, wanted } => {
                format!("{person} does not hold {}", wanted.explain(Lang::En))
            }
            Why::ScopeMissing { person, wanted, scope } => {
                format!("{person} does not hold {} in {scope:?}", wanted.explain(Lang::En))
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
            Why::ReportTooLarge { max } => format!("over {max} rows or columns: use `where`"),
            Why::CaseNotThen { at, opened_at, now } => format!(
                "on {} there is nothing to see of the case: it was opened on {}, and it is {} now",
                when(*at),
                when(*opened_at),
                when(*now)
            ),
            Why::ReasonMissing => "a reason is required".into(),
            Why::ReasonTooLong { bytes, max } => {
                format!("the reason has {bytes} bytes, at most {max} are kept")
            }
            Why::PersonalUnsealed { found } => unsealed(found, Lang::En),
            Why::FormInvalid { violations } => broken_form(violations, Lang::En),
            Why::PersonalData { found } => personal(found, Lang::En),
            Why::ReferenceUnmet { found } => unmet(found, Lang::En),
            Why::GuardFalse { because: Some(text), .. } => text.en.to_string(),
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
            Why::Account(fault) => fault.explain(Lang::En),
            Why::Task(fault) => fault.explain(Lang::En),
            Why::Outside(fault) => fault.explain(Lang::En),
            Why::Calendar(fault) => fault.explain(Lang::En),
            Why::Person(fault) => fault.explain(Lang::En),
            Why::Migration(fault) => fault.explain(Lang::En),
            Why::Webhook(fault) => fault.explain(Lang::En),
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
}
