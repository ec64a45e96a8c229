//! What can go wrong with a workflow before anyone runs it: explores its block graphs and tells each finding with the
//! shortest way there. Knows no file and no case; published versions are never checked again.

mod accounts;
mod calls;
mod graph;
mod guards;
mod joins;
mod outline;
mod people;
mod staff;
mod timers;
mod too_few;
mod unused;

use std::collections::BTreeSet;

use dure_storage::Code;

use crate::model::definition::{BlockDefinition, Definition, Step};
use crate::model::names::{Name, Text};
use crate::tables::code_table;
use outline::Outline;

pub use staff::Staff;

code_table! {
    pub const;

    /// Nothing leads to a step.
    UNREACHABLE = "E-check-unreachable", "nothing leads to a step, whatever people choose", "lead an outcome to it, or take it out";
    /// From a step no end can be reached.
    NO_WAY_OUT = "E-check-no-way-out", "from a step no end of its block can be reached: a case that gets there never closes", "lead an outcome of the steps named towards an end";
    /// A join is never met.
    JOIN = "E-check-join", "too few branches of a step can end for its join ever to be met", "let the branches end, ask for fewer of them, or mark those that go on for ever with `background: true`";
    /// The condition of a join is never true.
    JOIN_CONDITION = "E-check-join-condition", "the condition of a join is never true, however the branches end", "compare with results that the branches can have, or write `join: all`";
    /// A result to keep that does not occur.
    KEPT = "E-check-kept-result", "`keep` names a result that no item can have", "name one of the results of the block";
    /// Steps go round by themselves.
    ENDLESS = "E-check-endless-loop", "steps that nobody waits in go round without a bound", "bound one of the outcomes with `at_most`, or put a task or a wait between";
    /// Only the clock goes round.
    CLOCKWORK = "E-check-clock-loop", "a case can go round for ever by the clock alone, without a person and without a bound", "bound one of the outcomes with `at_most`, or let a person decide";
    /// A workflow calls itself.
    CALL_CYCLE = "E-check-call-cycle", "a workflow calls itself, directly or through others", "take one of the calls out, or start another case with `spawn`";
    /// Every bound of a step can run out.
    SPENT = "E-check-spent", "every outcome of a step may be taken only so often, and the step can come again after that", "leave one outcome without `at_most`";
    /// Every guard of a step can be false.
    NO_OUTCOME = "E-check-no-outcome", "the guards of a task can all be false at once, and then nobody can end it", "add an outcome without a guard, or `expire`, or let one guard be the opposite of another";
    /// A guard that decides nothing.
    CONSTANT = "E-check-constant", "a guard is always true or always false, or leaves nothing over for what stands after it", "correct the guard, or take it or the outcome out";
    /// A reservation stays.
    UNSETTLED = "E-check-unsettled", "an end can be reached while the case still has reserved something in an account", "name the account under `commits` or `releases` of the end";
    /// Nothing to settle.
    UNRESERVED = "E-check-unreserved", "a step uses up or gives back what nothing reserved on the way to it, and so cannot be ended like that", "reserve it before, or lead there only from where it was reserved";
    /// Nobody can be somebody else.
    FOUR_EYES = "E-check-four-eyes", "a step must be done by somebody else than another, and both belong to the same single person", "let one of the two be done by a role";
    /// More people than there can be.
    QUORUM = "E-check-quorum", "a quorum needs more people than can ever vote", "ask for fewer, or let a role vote";
    /// Not enough people are known.
    TOO_FEW = "E-check-too-few-people", "the people who are known do not suffice: nobody holds a role, or a step has fewer holders than it needs, or may have, once those are excluded who did another", "give the role to more people, or ask for fewer";
    /// A vote without a way on.
    SPLIT = "E-check-split", "the votes on a task can split so that no outcome reaches the number, and nothing ends it then", "name an outcome under `impossible`, or let the due `expire`";
    /// A timer that comes too late.
    NEVER_FIRES = "E-check-never-fires", "the clock or a quorum is to do something that cannot come: a call after the step has expired, a reminder before it begins, `impossible` without `of`", "correct the times, or take it out";
    /// Asked of a step that is never seen active.
    NEVER_ACTIVE = "E-check-never-active", "something is possible only while a step is active that passes the moment it is entered", "name a step in which the case comes to rest";
    /// Read and never set.
    NEVER_SET = "E-check-never-set", "an expression reads a field that nothing sets and that has no default", "set it, give it a default, or ask `has(…)` first";
    /// A role nobody needs.
    UNUSED_ROLE = "E-check-unused-role", "a role appears nowhere in the workflow", "take it out, or say what it may do";
    /// An account nothing moves.
    UNUSED_ACCOUNT = "E-check-unused-account", "no step moves an account", "take it out, or move it";
    /// A message nobody waits for.
    UNUSED_MESSAGE = "E-check-unused-message", "no step waits for a message", "take it out, or wait for it";
    /// A setting nothing reads.
    UNUSED_SETTING = "E-check-unused-setting", "nothing reads a setting", "take it out, or use it";
    /// A workflow that forms refer to and nobody published.
    UNPUBLISHED = "E-check-unpublished", "a form has to name a case of a workflow that is not published", "correct the name, or publish that workflow, too";
    /// A field nothing touches.
    UNUSED_FIELD = "E-check-unused-field", "nothing sets or reads a field of the data", "take it out, or set it";
}

/// Findings with which a workflow can be used all the same: a mistake is likely, but no case can come to harm.
const WARNINGS: &[Code] = &[
    JOIN_CONDITION,
    KEPT,
    CLOCKWORK,
    NO_OUTCOME,
    TOO_FEW,
    SPLIT,
    CONSTANT,
    NEVER_FIRES,
    NEVER_ACTIVE,
    UNUSED_ROLE,
    UNUSED_ACCOUNT,
    UNUSED_MESSAGE,
    UNUSED_SETTING,
    UNUSED_FIELD,
    UNPUBLISHED,
];

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A step.
    Step(Name),
    /// What stands under a key of the file: a role, an end.
    Entry(&'static str, Name),
    /// The file as a whole.
    Whole,
}

/// One thing that can go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// What it is about.
    pub about: Subject,
    /// The shortest way there: step and outcome, in turn.
    pub trace: Vec<String>,
    /// What is wrong.
    pub message: Text,
}

impl Finding {
    /// Whether the workflow can be used all the same.
    pub fn is_warning(&self) -> bool {
        WARNINGS.contains(&self.code)
    }

    fn new(code: Code, about: Subject) -> Finding {
        Finding { code, about, trace: Vec::new(), message: text(String::new(), String::new()) }
    }

    fn at(code: Code, step: &Step) -> Finding {
        Finding::step(code, &step.name)
    }

    fn step(code: Code, name: &Name) -> Finding {
        Finding::new(code, Subject::Step(name.clone()))
    }

    fn about(code: Code, key: &'static str, name: &Name) -> Finding {
        Finding::new(code, Subject::Entry(key, name.clone()))
    }

    fn whole(code: Code) -> Finding {
        Finding::new(code, Subject::Whole)
    }

    fn by(self, trace: Vec<String>) -> Finding {
        Finding { trace, ..self }
    }

    fn told(self, ko: String, en: String) -> Finding {
        Finding { message: text(ko, en), ..self }
    }
}

/// Everything that can go wrong with a workflow.
pub fn check(definition: &Definition) -> Vec<Finding> {
    let outline = Outline::of(definition);
    let mut findings = Vec::new();
    graph::check(&outline, &mut findings);
    calls::cycles(definition, &mut findings);
    guards::check(&outline, &mut findings);
    accounts::check(&outline, &mut findings);
    people::check(&outline, &mut findings);
    timers::check(&outline, &mut findings);
    unused::check(definition, &mut findings);
    findings
}

/// Where the people who are known do not suffice for a workflow; nothing is said while nobody is known.
pub fn check_people(definition: &Definition, staff: &Staff) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !staff.is_empty() {
        too_few::check(&Outline::of(definition), staff, &mut findings);
    }
    findings
}

/// The steps of a block from which its end can be reached, whatever people choose.
pub(crate) fn steps_with_a_way_out(block: &BlockDefinition) -> BTreeSet<Name> {
    outline::leading_out(block)
}

fn text(ko: String, en: String) -> Text {
    Text { ko: ko.into(), en: en.into() }
}
