//! The Korean sentence of every refusal: one total match, so that none can be missing.

use chrono::{DateTime, Utc};
use dure_storage::Lang;

use super::words::{broken_form, holders, listed, personal, unmet, unsealed, when};
use super::{ActiveNow, Why};
use crate::model::case::Completion;

impl Why {
    pub(super) fn korean(&self) -> String {
        match self {
            Why::WorkflowUnknown { name, known } => format!(
                "\"{name}\" 업무 절차가 공개되어 있지 않습니다. 공개된 절차: {}",
                known.join(", ")
            ),
            Why::DefinitionUnreadable { workflow, reason } => {
                format!("이 프로그램은 {workflow}을(를) 읽을 수 없습니다: {reason}")
            }
            Why::CaseUnknown => "이 번호의 건이 없습니다".into(),
            Why::CaseExists => "이 번호의 건이 이미 있습니다".into(),
            Why::NumberGiven => {
                "이 업무 절차는 번호를 자동으로 매깁니다. 번호 없이 시작하십시오".into()
            }
            Why::PersonUnknown { person } => {
                format!("\"{person}\" 사용자가 등록되어 있지 않습니다")
            }
            Why::HistoryUnreadable { position, reason } => {
                format!("이 프로그램은 이 건의 순번 {position} 기록을 읽을 수 없습니다: {reason}")
            }
            Why::CaseFaulty { fault } => faulty(fault),
            Why::CaseClosed { outcome, at } => {
                format!("이 건은 {}에 \"{outcome}\" 결과로 종결되었습니다", when(*at))
            }
            Why::Stale { expected, actual } => {
                format!("건의 버전이 바뀌었습니다({expected} → {actual}). 다시 읽고 처리하십시오")
            }
            Why::StepUnknown { known } => {
                format!("업무 절차에 그런 단계가 없습니다. 단계: {}", known.join(", "))
            }
            Why::StepNotActive { active, last } => not_active(active, last.as_ref()),
            Why::StepAmbiguous { candidates } => {
                format!("진행 중인 단계 여럿이 이 이름에 해당합니다: {}", candidates.join(", "))
            }
            Why::ActionUnknown { known } => {
                format!("업무 절차에 그런 조치가 없습니다. 조치: {}", known.join(", "))
            }
            Why::RoleMissing { person, wanted } => {
                format!("{person} 사용자에게 필요한 역할이 없습니다: {}", wanted.explain(Lang::Ko))
            }
            Why::ScopeMissing { person, wanted, scope } => {
                let wanted = wanted.explain(Lang::Ko);
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
                "발생 시각({})이 현재 시각({})보다 늦습니다",
                when(*occurred_at),
                when(*recorded_at)
            ),
            Why::BeforeStart { occurred_at, opened_at } => before_start(*occurred_at, *opened_at),
            Why::ReportTooLarge { max } => {
                format!("행이나 열이 {max}개를 넘습니다. `where`로 범위를 좁히십시오")
            }
            Why::CaseNotThen { at, opened_at, now } => format!(
                "{} 시점의 건은 볼 수 없습니다. 시작 시각은 {}, 현재 시각은 {}입니다",
                when(*at),
                when(*opened_at),
                when(*now)
            ),
            Why::ReasonMissing => "사유를 적어야 합니다".into(),
            Why::ReasonTooLong { bytes, max } => {
                format!("사유가 {bytes}바이트입니다. {max}바이트까지 적을 수 있습니다")
            }
            Why::PersonalUnsealed { found } => unsealed(found, Lang::Ko),
            Why::FormInvalid { violations } => broken_form(violations, Lang::Ko),
            Why::PersonalData { found } => personal(found, Lang::Ko),
            Why::ReferenceUnmet { found } => unmet(found, Lang::Ko),
            Why::GuardFalse { because: Some(text), .. } => text.ko.to_string(),
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
                format!("\"{step}\" 단계에 \"{value}\" 값으로 호출할 업무 절차가 없습니다")
            }
            Why::CalledFormInvalid { step, violations } => format!(
                "\"{step}\" 단계가 넘기는 값이 올바르지 않습니다. {}",
                listed(violations, Lang::Ko)
            ),
            Why::EndlessLoop { step, steps } => {
                format!("자동 단계가 끝없이 {steps}번 이어졌습니다. 마지막 단계: \"{step}\"")
            }
            Why::CallsTooDeep { step, max } => {
                format!("\"{step}\" 단계에서 업무 절차 호출이 {max}단계를 넘습니다")
            }
            Why::Account(fault) => fault.explain(Lang::Ko),
            Why::Task(fault) => fault.explain(Lang::Ko),
            Why::Outside(fault) => fault.explain(Lang::Ko),
            Why::Calendar(fault) => fault.explain(Lang::Ko),
            Why::Person(fault) => fault.explain(Lang::Ko),
            Why::Migration(fault) => fault.explain(Lang::Ko),
            Why::Webhook(fault) => fault.explain(Lang::Ko),
            Why::TooLarge { bytes, max } => {
                format!("기록 하나에 {bytes}바이트가 필요합니다. {max}바이트까지 담을 수 있습니다")
            }
            Why::Contended { attempts } => {
                format!("다른 처리가 {attempts}번 연속 먼저 기록되었습니다. 다시 시도하십시오")
            }
            Why::PersonExists { person } => {
                format!("\"{person}\" 사용자가 다른 직함이나 역할로 이미 등록되어 있습니다")
            }
            Why::VersionPublished { version, published } => format!(
                "{version} 버전은 공개할 수 없습니다. 공개된 {published} 버전은 바뀌지 않으며, 다음 버전은 {}입니다",
                published + 1
            ),
        }
    }
}

fn not_active(active: &[ActiveNow], last: Option<&Completion>) -> String {
    let last = last.map_or(String::new(), |l| {
        format!(" {} 사용자가 {}에 \"{}\" 결과로 이미 처리하였습니다.", l.by, when(l.at), l.outcome)
    });
    format!("지금 진행 중인 단계가 아닙니다.{last} 진행 중인 단계: {}", holders(active, "없음"))
}

fn before_start(occurred_at: DateTime<Utc>, opened_at: DateTime<Utc>) -> String {
    let (occurred, opened) = (when(occurred_at), when(opened_at));
    format!("발생 시각({occurred})이 건을 시작한 시각({opened})보다 이릅니다")
}

fn faulty(fault: &str) -> String {
    format!(
        "기록이 서로 맞지 않아 이 건을 더 진행할 수 없습니다({fault}). 기록은 그대로 보존됩니다"
    )
}
