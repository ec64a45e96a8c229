//! Refusals around tasks, and around what comes from outside a case: one row for each, with code, cause, fix and
//! the sentence in both languages.

use crate::tables::faults;

faults! {
    /// Why somebody may not do something with a task, or not now.
    TaskFault, TASK_CODES;
    /// It belongs to another of its holders.
    AssignedToOther { person: String, assigned: String } =>
        "E-task-assigned", Refused, "the task belongs to another of its holders", "let that person act, give it back, or assign it anew",
        "{person:?} may not: the task belongs to {assigned:?}",
        "\"{person}\" 사용자는 할 수 없습니다. 이 할 일은 \"{assigned}\" 사용자가 맡고 있습니다";
    /// They stepped back from it, or a rule makes them.
    Recused { person: String } =>
        "E-recused", Refused, "the person stepped back from the task, or a rule of the workflow excludes them (recusal)", "let somebody else act",
        "{person:?} may not: they are recused", "\"{person}\" 사용자는 제척·회피 대상입니다";
    /// They do not count in the quorum.
    NotAMember { person: String } =>
        "E-not-a-member", Refused, "the person is not among those who decide together", "let one of those listed act",
        "{person:?} is not among those who decide", "\"{person}\" 사용자는 의결에 참여하는 사람이 아닙니다";
    /// They have voted.
    VotedAlready { person: String } =>
        "E-voted-already", Conflict, "the person has voted already", "let the others vote",
        "{person:?} has voted already", "\"{person}\" 사용자는 이미 표결했습니다";
    /// They are not the deputy of an absent person.
    NotDeputy { person: String, absent: String } =>
        "E-not-deputy", Refused, "the person acts in place of somebody who is not absent at that time, or has another deputy", "register the absence with its deputy first, or act in your own right",
        "{person:?} is not the deputy of {absent:?} at that time",
        "\"{person}\" 사용자는 그때 \"{absent}\" 사용자의 대결자가 아닙니다";
    /// The record can name only one of them.
    TwoPlaces { place: String, other: String } =>
        "E-two-places", Refused, "whoever acts in somebody's place named a further person who asked for it; the record names one", "act in your own right for the person who asked, or leave that person out",
        "it would be done in place of {place:?} and for {other:?} at once", "\"{place}\" 사용자를 대신하면서 \"{other}\" 사용자의 요청으로 처리할 수는 없습니다";
    /// Nothing is owed to them.
    ReportUnknown { person: String } =>
        "E-report-unknown", Input, "nothing was done in the person's place that they have not taken note of", "see `dure case show`",
        "nothing was done in place of {person:?} there", "\"{person}\" 사용자를 대신하여 한 일이 없습니다";
    /// Nobody else could complete it.
    ReplacementMissing {} =>
        "E-replacement-missing", Input, "only one person may complete the task, so whoever steps back must name a replacement", "name who takes over",
        "nobody else could complete the task: name a replacement", "다른 사람이 처리할 수 없는 일이므로 대신할 사람을 적어야 합니다";
    /// The change names nobody, or cannot be asked for.
    ChangeNotPossible {} =>
        "E-task-change", Input, "what was asked for with the task lacks the other person, or cannot be asked for", "name the other person",
        "the other person is missing", "상대방을 적어야 합니다";
    /// Only the clock or a quorum takes the outcome.
    OutcomeAutomatic {} =>
        "E-outcome-automatic", Refused, "the outcome is taken by the clock or when no quorum is possible, never by a person", "use another outcome",
        "no person takes this outcome: it is taken by the clock, or when no quorum is possible",
        "사람이 고르는 처리 결과가 아닙니다. 기한이 지나거나 정족수를 채울 수 없을 때 자동으로 정해집니다";
    /// It was taken as often as it may be.
    OutcomeSpent { max: u32 } =>
        "E-outcome-spent", Refused, "the outcome was taken as often as the workflow allows", "choose another outcome",
        "the outcome was taken {max} times, which is as often as it may be", "이 처리 결과는 {max}번까지만 고를 수 있습니다";
    /// None of the steps is active during which it is possible.
    ActionNotNow { during: String } =>
        "E-action-not-now", Refused, "the action is possible only while one of certain steps is active", "wait until one of the steps named is active",
        "the action is possible only during: {during}", "이 조치는 다음 단계에서만 할 수 있습니다: {during}";
    /// It is possible once and was taken.
    ActionSpent {} =>
        "E-action-spent", Refused, "the action is possible once and was taken", "nothing; it was taken",
        "the action is possible once and was taken", "한 번만 할 수 있는 조치를 이미 했습니다";
    /// More would have to agree than there are.
    QuorumTooLarge { need: u32, of: u32 } =>
        "E-quorum-too-large", Refused, "more people would have to agree than there are", "name more people, or correct the workflow",
        "{need} would have to agree, and there are {of}", "{need}명이 동의해야 하는데 {of}명뿐입니다";
}

faults! {
    /// Why something from outside a case does not come in.
    OutsideFault, OUTSIDE_CODES;
    /// The timer is not the next of the step any more.
    TimerGone { step: String } =>
        "E-timer-gone", Conflict, "the timer fired before, was moved, or its step is over", "nothing; read the case again",
        "the step {step:?} has no such timer now", "\"{step}\" 단계에 그런 기한이 없습니다";
    /// The step was left, or entered again, before the answer came.
    AnswerLate { step: String } =>
        "E-answer-late", Conflict, "a handler answered after its step was over", "nothing; the answer is not needed any more",
        "the step {step:?} does not wait for this answer any more", "\"{step}\" 단계는 이 응답을 더 기다리지 않습니다";
    /// The handler of the step has not failed.
    EffectNotFailing { known: String } =>
        "E-effect-not-failing", Refused, "nothing that failed waits at the step, so there is nothing to try again", "see `dure effect list`",
        "nothing that failed waits at the step; it does at: {known}", "이 단계에는 실패하여 기다리는 일이 없습니다. 있는 단계: {known}";
    /// Nothing is tried at the step now.
    EffectNotTried { step: String } =>
        "E-effect-not-tried", Refused, "nothing is tried at the step now: it asks no handler, what it asks is parked, or its pause is not over", "see `dure effect list`",
        "nothing is tried at {step:?} now", "\"{step}\" 단계에서는 지금 시도되는 일이 없습니다";
    /// The lease is over, or was never given.
    LeaseLost { token: String } =>
        "E-lease-lost", Conflict, "the lease on the work ended, was completed, or was never given", "claim the work again; an answer that was accepted counts once",
        "there is no lease {token:?} now", "\"{token}\" 작업 임대가 지금 없습니다";
    /// The workflow knows no such message.
    MessageUnknown { known: String } =>
        "E-message-unknown", Input, "the workflow of the case has no such message", "use one of the messages named",
        "the workflow has no such message; it has: {known}", "이 업무 절차에 없는 통보입니다. 있는 것: {known}";
    /// Nothing waits for it, and it is not kept.
    MessageNotAwaited { message: String } =>
        "E-message-not-awaited", Refused, "the case does not wait for the message now, and the workflow does not keep it", "send it when the case waits for it",
        "the case does not wait for {message:?} now", "이 건은 지금 \"{message}\" 통보를 기다리지 않습니다";
    /// Too many wait already.
    MailboxFull { max: usize } =>
        "E-mailbox-full", Refused, "too many messages wait in the case", "let the case take some first",
        "{max} messages wait in the case already", "이 건에 이미 통보 {max}건이 쌓여 있습니다";
    /// No calendar of that name.
    CalendarUnknown { calendar: String } =>
        "E-calendar-unknown", NotFound, "no calendar of that name is published", "publish it with `dure calendar publish`",
        "no calendar {calendar:?} is published", "\"{calendar}\" 달력이 없습니다";
    /// A text that should be a time.
    TimeInvalid { text: String } =>
        "E-time-invalid", Refused, "an expression that gives a time gave something else", "give a date such as 2017-03-10, or a time such as 2017-03-10T10:00:00+09:00",
        "{text:?} is no date and no time", "\"{text}\" 값은 날짜나 시각이 아닙니다";
    /// A text that should name a case or an account's key.
    ReferenceInvalid { text: String } =>
        "E-reference-invalid", Refused, "an expression that names a case or the key of an account gave something that cannot be one", "correct the data it is made from",
        "{text:?} cannot name a case or an account", "\"{text}\" 값은 건 번호나 계정 이름이 될 수 없습니다";
    /// The list is too long.
    TooManyItems { items: usize, max: usize } =>
        "E-items-limit", Refused, "a list has more items than a step can run one block for each", "part the work into several cases",
        "the list has {items} items, at most {max} are allowed", "목록에 항목이 {items}개 있습니다. {max}개까지 할 수 있습니다";
    /// Cases start or tell each other without end.
    TooManyCases { step: String, max: usize } =>
        "E-cases-limit", Refused, "one act would start or tell more cases than allowed", "correct the workflow; nothing was recorded",
        "at the step {step:?} more than {max} cases would be started or told", "\"{step}\" 단계에서 건을 {max}개 넘게 시작하거나 통보하게 됩니다";
    /// The decision asks for too much from outside the case.
    TooManyFacts { max: usize } =>
        "E-facts-limit", Refused, "one act would look at more accounts, numbers and cases than allowed", "correct the workflow; nothing was recorded",
        "it would look at more than {max} accounts, numbers and cases", "계정, 번호, 건을 {max}개 넘게 조회해야 합니다";
}

faults! {
    /// Why a role or an absence of a person is not recorded, or does not hold.
    PersonFault, PERSON_CODES;
    /// It ends before it begins.
    AbsenceEmpty { person: String } =>
        "E-absence-empty", Input, "an absence ends before it begins", "give an end after the beginning",
        "the absence of {person:?} ends before it begins", "\"{person}\" 사용자의 부재 종료가 시작보다 빠릅니다";
    /// It overlaps another of the same person.
    AbsenceOverlaps { person: String } =>
        "E-absence-overlaps", Conflict, "an absence overlaps another of the same person", "give a time that no other absence touches",
        "{person:?} is absent in a part of that time already", "\"{person}\" 사용자는 그 기간에 이미 부재로 등록되어 있습니다";
    /// The deputy is absent too, or is the absent person.
    DeputyAbsent { person: String, deputy: String } =>
        "E-deputy-absent", Refused, "the deputy is absent too in that time, or is the absent person", "name somebody who is there",
        "{deputy:?} cannot act in place of {person:?}: absent too", "\"{deputy}\" 사용자는 그 기간에 \"{person}\" 사용자를 대신할 수 없습니다";
    /// Too many were registered.
    TooManyAbsences { person: String, max: usize } =>
        "E-absences-limit", Refused, "too many absences of one person were registered", "use another id for a new term of office",
        "{max} absences of {person:?} were registered, which is as many as are kept", "\"{person}\" 사용자의 부재는 {max}건까지만 등록할 수 있습니다";
    /// They are the deputy of somebody absent in that time.
    DeputyNeeded { person: String, absent: String } =>
        "E-deputy-needed", Conflict, "the person is the deputy of somebody who is absent in that time", "let the other person come back, or register their absence with another deputy, first",
        "{person:?} acts in place of {absent:?} in a part of that time", "\"{person}\" 사용자는 그 기간에 \"{absent}\" 사용자의 대결자입니다";
    /// No absence lasts at that time.
    NotAbsent { person: String } =>
        "E-absence-unknown", Refused, "the person is not absent at the time given", "give a moment within the absence, or its first moment to cancel it",
        "{person:?} is not absent at that time", "\"{person}\" 사용자는 그때 부재로 등록되어 있지 않습니다";
    /// The role ends before it begins.
    GrantEmpty { person: String, role: String } =>
        "E-grant-empty", Input, "a role would end before it begins", "give an end after the beginning",
        "the role {role} of {person:?} would end before it begins", "\"{person}\" 사용자의 {role} 역할이 시작하기 전에 끝납니다";
    /// The role is held in that time already.
    GrantOverlaps { person: String, role: String } =>
        "E-grant-overlaps", Conflict, "the person holds the role there in a part of that time already", "give a time in which it is not held, or end it first",
        "{person:?} holds {role} in a part of that time already", "\"{person}\" 사용자는 그 기간에 이미 {role} 역할을 맡고 있습니다";
    /// The role is not held at that time.
    GrantUnknown { person: String, role: String } =>
        "E-grant-unknown", Refused, "the person does not hold the role there at the time given", "see `dure person show`, and give role, scope and time as they stand there",
        "{person:?} does not hold {role} at that time", "\"{person}\" 사용자는 그때 {role} 역할을 맡고 있지 않습니다";
    /// Too many were granted.
    TooManyGrants { person: String, max: usize } =>
        "E-grants-limit", Refused, "too many roles were granted to one person", "use another id for a new term of office",
        "{max} roles were granted to {person:?}, which is as many as are kept", "\"{person}\" 사용자에게 줄 수 있는 역할은 {max}건까지입니다";
    /// A scope that fits no event.
    ScopeTooLong { bytes: usize, max: usize } =>
        "E-scope-too-long", Input, "the scope of a role is too long", "use the short identifier of the region, library or unit",
        "the scope has {bytes} bytes, at most {max} are allowed", "역할의 범위가 {bytes}바이트입니다. {max}바이트까지 쓸 수 있습니다";
    /// They hold the role, but not at that time.
    RoleNotThen { person: String, role: String } =>
        "E-role-not-then", Refused, "the person holds the role, but not at the time it happened: it had ended, or begins later", "let somebody act who held it then, or give the time at which it happened",
        "{person:?} holds {role}, but not at that time", "\"{person}\" 사용자는 그때 {role} 역할을 맡고 있지 않았습니다";
}
