//! Why a case cannot go on under another version of its workflow: one row for each reason, with the sentence in both
//! languages.

use crate::tables::faults;

faults! {
    /// Why a case cannot go on under another version of its workflow, or not now.
    MigrationFault, MIGRATION_CODES;
    /// The plan is not about it.
    NotConcerned { case: String } =>
        "E-migrate-not-concerned", Refused, "the plan is not about the case: it is closed, runs on another version, or `only` leaves it out", "nothing; the case goes on as it is",
        "the plan is not about {case}", "\"{case}\" 건은 이 계획의 대상이 아닙니다";
    /// Some of the cases cannot be migrated.
    Incomplete { blocked: usize, unreachable: usize } =>
        "E-migrate-incomplete", Refused, "some running cases cannot be migrated, so that none was", "look at them with `--dry-run` and change the plan, or migrate the others with `--completable-only`",
        "{blocked} cases are blocked and {unreachable} have no place in the new version; nothing was recorded",
        "현재 이행할 수 없는 건이 {blocked}건, 새 버전에 대응 단계가 없는 건이 {unreachable}건이어서 아무것도 기록하지 않았습니다";
    /// A step is gone.
    NoCounterpart { step: String, to: String } =>
        "E-migrate-no-counterpart", Refused, "the case is in a step that the new version does not have", "say under `steps` which step it becomes, or let the case leave the step first",
        "{to} has no step {step:?}", "{to}에 \"{step}\" 단계가 없습니다";
    /// A step is of another kind.
    OtherKind { step: String, was: String, is: String } =>
        "E-migrate-kind", Refused, "the case is in a step that is of another kind in the new version", "map it to a step of the same kind, or let the case leave the step first",
        "the step {step:?} is `{is}` in the new version, and was `{was}`", "\"{step}\" 단계는 새 버전에서 `{is}`이고 지금은 `{was}`입니다";
    /// A step stands in another block.
    OtherBlock { step: String } =>
        "E-migrate-place", Refused, "the case is in a step that stands in another block in the new version", "map it to a step of the same block, or let the case leave the step first",
        "the step {step:?} stands in another block in the new version", "\"{step}\" 단계는 새 버전에서 다른 블록에 있습니다";
    /// A branch is gone.
    NoBranch { branch: String } =>
        "E-migrate-no-branch", Refused, "the case has a branch that the new version does not have", "say under `branches` which branch it becomes, or let the case leave the step first",
        "the new version has no branch {branch:?}", "새 버전에 \"{branch}\" 분기가 없습니다";
    /// A workflow is not called any more.
    NotCalled { called: String } =>
        "E-migrate-not-called", Refused, "the case is in a called workflow that the step of the new version does not call", "let the called workflow end first",
        "the step does not call {called:?} in the new version", "새 버전에서는 이 단계가 \"{called}\" 업무 절차를 호출하지 않습니다";
    /// There is no way to an end.
    NoEnd { step: String } =>
        "E-migrate-no-end", Refused, "from the step in which the case would be, no end of its block can be reached", "correct the new version, or map the step to another",
        "no end can be reached from {step:?} in the new version", "새 버전의 \"{step}\" 단계에서는 종결에 이를 수 없습니다";
    /// A branch was never begun.
    BranchNotBegun { branch: String } =>
        "E-migrate-branch-new", Refused, "the new version has a branch that did not begin when the case entered the step", "let the case leave the step first",
        "the branch {branch:?} is new and has not begun", "\"{branch}\" 분기는 새로 생겨 시작된 적이 없습니다";
    /// Two active steps would be one.
    StepsMeet { step: String } =>
        "E-migrate-steps-meet", Refused, "two steps that are active beside each other would become the same step", "let the case leave one of them first",
        "two active steps would both be {step:?}", "진행 중인 두 단계가 모두 \"{step}\" 단계가 됩니다";
    /// The result of a branch is unknown.
    UnknownResult { branch: String, result: String } =>
        "E-migrate-result", Refused, "a branch ended with a result that the new version does not have", "let the case leave the step first",
        "the branch {branch:?} ended with {result:?}, which is no result of it in the new version",
        "\"{branch}\" 분기가 새 버전에 없는 결과 \"{result}\"로 끝났습니다";
    /// Nothing is left to wait for.
    NothingToAwait {} =>
        "E-migrate-join", Refused, "every branch that the step waits for in the new version has ended already", "let the case leave the step first",
        "every branch the step waits for in the new version has ended", "새 버전에서 기다릴 분기가 모두 이미 끝났습니다";
    /// The list is another.
    ListChanged {} =>
        "E-migrate-list", Refused, "the list of a repeated step would have other items in the new version, or its items begin otherwise", "let `set` keep the list as it is, or let the case leave the step first",
        "the list of the step would have other items, or begin them otherwise", "이 단계의 목록에 다른 항목이 있거나 항목을 시작하는 방법이 다릅니다";
    /// A value does not fit.
    DataUnfit { field: String, rule: String } =>
        "E-migrate-data", Refused, "the case has a value that breaks the field of the new version", "give the field a value with `set`",
        "the value of {field:?} breaks `{rule}` in the new version", "\"{field}\" 값이 새 버전의 `{rule}` 규칙에 맞지 않습니다";
    /// A value is missing.
    DataMissing { field: String } =>
        "E-migrate-data-missing", Refused, "the new version gives a new field a value at the start, which a running case does not have", "give the field a value with `set`",
        "{field:?} is new, and the new version sets it at the start", "\"{field}\" 항목은 새로 생겼고 새 버전에서는 시작할 때 값을 받습니다";
    /// An account is gone.
    AccountGone { account: String } =>
        "E-migrate-account", Refused, "the case has reserved something in an account that the new version does not have, or counts in another unit", "let the case commit or release it first",
        "something is reserved in {account}, which the new version does not have in the same unit", "{account} 계정에 확보한 것이 있으나 새 버전에 같은 단위의 그 계정이 없습니다";
    /// A message is unknown.
    MessageGone { message: String } =>
        "E-migrate-message", Refused, "a message waits in the mailbox that the new version does not know or whose form it would refuse", "let the case take the message first",
        "{message:?} waits in the mailbox, and the new version does not know it so", "\"{message}\" 통보가 쌓여 있으나 새 버전은 그런 통보를 받지 않습니다";
    /// A person would be excluded.
    PersonExcluded { person: String } =>
        "E-migrate-person", Refused, "a task belongs to, or was delegated by, somebody who may not do it by the new version", "let the person give it back, or assign it anew",
        "{person:?} has the task, and may not do it by the new version", "\"{person}\" 사용자가 맡은 일이지만 새 버전에서는 처리할 수 없습니다";
    /// A role is gone.
    RoleGone { role: String } =>
        "E-migrate-role", Refused, "a role that was called in to an overdue task does not exist in the new version", "let the task be completed first, or keep the role",
        "the role {role:?} was called in, and the new version does not have it", "\"{role}\" 역할에 넘겨졌으나 새 버전에 그 역할이 없습니다";
    /// A vote is open.
    BallotOpen {} =>
        "E-migrate-ballot", Refused, "people have voted already, and the new version asks for another number of votes, for other people or for other outcomes", "let the vote come to its end first",
        "a vote is open, and the new version counts it otherwise", "표결이 진행 중이나 새 버전은 다르게 셉니다";
    /// A handler is at work.
    AnswerOutstanding { handler: String } =>
        "E-migrate-handler", Refused, "a handler has been asked and not answered, and its step has another handler or another address in the new version", "let the handler answer first",
        "{handler:?} has not answered, and would not be asked so in the new version", "\"{handler}\" 처리기의 응답을 기다리는 중이나 새 버전에서는 그렇게 묻지 않습니다";
    /// A timer could not fire.
    TimerUnfit { does: String } =>
        "E-migrate-timer", Refused, "the clock of a step would take an outcome, or call in a role, that the new version does not have", "write `dues: anew`, so that the clock is that of the new version",
        "the clock that runs would come to {does:?}, which the new version does not have", "진행 중인 기한이 새 버전에 없는 \"{does}\"에 이르게 됩니다";
    /// It would be stuck.
    Stuck {} =>
        "E-migrate-stuck", Refused, "nobody and nothing would move the case any more", "map its steps to others",
        "nobody and nothing would move the case any more", "건을 진행할 사람도 기한도 남지 않습니다";
}

impl MigrationFault {
    /// Whether the case has no place in the new version, whatever happens to it where it is.
    pub fn is_unreachable(&self) -> bool {
        match self {
            MigrationFault::NoCounterpart { .. }
            | MigrationFault::OtherKind { .. }
            | MigrationFault::OtherBlock { .. }
            | MigrationFault::NoBranch { .. }
            | MigrationFault::NotCalled { .. }
            | MigrationFault::NoEnd { .. } => true,
            MigrationFault::NotConcerned { .. }
            | MigrationFault::Incomplete { .. }
            | MigrationFault::BranchNotBegun { .. }
            | MigrationFault::StepsMeet { .. }
            | MigrationFault::UnknownResult { .. }
            | MigrationFault::NothingToAwait {}
            | MigrationFault::ListChanged {}
            | MigrationFault::DataUnfit { .. }
            | MigrationFault::DataMissing { .. }
            | MigrationFault::AccountGone { .. }
            | MigrationFault::MessageGone { .. }
            | MigrationFault::PersonExcluded { .. }
            | MigrationFault::RoleGone { .. }
            | MigrationFault::BallotOpen {}
            | MigrationFault::AnswerOutstanding { .. }
            | MigrationFault::TimerUnfit { .. }
            | MigrationFault::Stuck {} => false,
        }
    }
}

impl From<MigrationFault> for super::Why {
    fn from(fault: MigrationFault) -> super::Why {
        super::Why::Migration(fault)
    }
}
