//! What can go wrong with a workflow before anyone runs it: explores its block graphs and tells each finding with the
//! shortest way there. Knows no file and no case; published versions are never checked again.

mod calls;
mod graph;

use std::collections::BTreeSet;

use dure_storage::{Class, Code, CodeEntry};

use crate::model::definition::{
    AccountMoveKind, BlockDefinition, By, Definition, Outcome, Step, StepKind, Target,
};
use crate::model::names::{Name, Text};
use graph::Graph;

macro_rules! findings {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $cause:literal, $fix:literal;)*) => {
        $($(#[$doc])* pub const $name: Code = Code($code);)*

        /// The error reference of findings.
        pub const CODES: &[CodeEntry] = &[
            $(CodeEntry { code: $name, class: Class::Input, cause: $cause, fix: $fix },)*
        ];
    };
}

findings! {
    /// Nothing leads to a step.
    UNREACHABLE = "E-check-unreachable", "nothing leads to a step, whatever people choose", "lead an outcome to it, or take it out";
    /// From a step no end can be reached.
    NO_WAY_OUT = "E-check-no-way-out", "from a step no end of its block can be reached: a case that gets there never closes", "lead an outcome of the steps named towards an end";
    /// Steps go round by themselves.
    ENDLESS = "E-check-endless-loop", "steps that nobody waits in go round without a bound", "bound one of the outcomes with `at_most`, or put a task or a wait between";
    /// Only the clock goes round.
    CLOCKWORK = "E-check-clock-loop", "a case can go round for ever by the clock alone, without a person and without a bound", "bound one of the outcomes with `at_most`, or let a person decide";
    /// A workflow calls itself.
    CALL_CYCLE = "E-check-call-cycle", "a workflow calls itself, directly or through others", "take one of the calls out, or start another case with `spawn`";
    /// A reservation stays.
    UNSETTLED = "E-check-unsettled", "an end can be reached while the case still has reserved something in an account", "name the account under `commits` or `releases` of the end";
    /// Nobody can be somebody else.
    FOUR_EYES = "E-check-four-eyes", "a step must be done by somebody else than another, and both belong to the same single person", "let one of the two be done by a role";
    /// A timer that comes too late.
    NEVER_FIRES = "E-check-never-fires", "a role would be called in after the clock has ended the step already", "call it in before the due with `remind`, or take `expire` out";
    /// A role nobody needs.
    UNUSED_ROLE = "E-check-unused-role", "a role appears nowhere in the workflow", "take it out, or say what it may do";
    /// An account nothing moves.
    UNUSED_ACCOUNT = "E-check-unused-account", "no step moves an account", "take it out, or move it";
}

/// One thing that can go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The stable code.
    pub code: Code,
    /// The step it is about.
    pub step: Option<Name>,
    /// The shortest way there: step and outcome, in turn.
    pub trace: Vec<String>,
    /// What is wrong.
    pub message: Text,
}

impl Finding {
    /// Whether the workflow can be used all the same.
    pub fn is_warning(&self) -> bool {
        [CLOCKWORK, NEVER_FIRES, UNUSED_ROLE, UNUSED_ACCOUNT].contains(&self.code)
    }
}

/// Everything that can go wrong with a workflow, in the order of the file.
pub fn check(definition: &Definition) -> Vec<Finding> {
    let mut findings = Vec::new();
    blocks(definition, &mut findings);
    calls::cycles(definition, &mut findings);
    unsettled(definition, &mut findings);
    for step in definition.steps() {
        four_eyes(definition, step, &mut findings);
        never_fires(step, &mut findings);
    }
    unused(definition, &mut findings);
    findings
}

/// The steps of a block from which its end can be reached, whatever people choose.
pub(crate) fn steps_with_a_way_out(block: &BlockDefinition) -> BTreeSet<Name> {
    Graph::new(block, Vec::new(), &[]).leaving()
}

/// Checks the main block and every block in it as a graph of its own: blocks are structured, so a case can get
/// stuck only inside one.
fn blocks(definition: &Definition, findings: &mut Vec<Finding>) {
    let mut firsts = Vec::new();
    if let Target::Step(first) = &definition.start.to {
        firsts.push((String::from("start"), first.clone()));
    }
    let main = Graph::new(&definition.block, firsts, &definition.actions);
    // A background that ends the workflow is a way out of every step.
    let bounded = definition.background.iter().any(|beside| beside.step.ends_within());
    main.check(!bounded, findings);
    let beside = |step: &Step| definition.background.iter().any(|b| b.step.name == step.name);
    for step in definition.steps() {
        for (first, block, waited_for) in inner(step) {
            let from = vec![(step.name.to_string(), first.clone())];
            let must_end = waited_for && !beside(step);
            Graph::new(block, from, &definition.actions).check(must_end, findings);
        }
    }
}

/// The blocks inside a step with the step each begins with, and whether anything waits for its end.
fn inner(step: &Step) -> Vec<(&Name, &BlockDefinition, bool)> {
    match &step.kind {
        StepKind::Parallel(parallel) => {
            let branches = parallel.branches.iter();
            branches.map(|branch| (&branch.first, &branch.block, !branch.background)).collect()
        }
        StepKind::Each(each) => vec![(&each.first, &each.block, true)],
        StepKind::Task(_)
        | StepKind::Auto(_)
        | StepKind::Decide
        | StepKind::Wait(_)
        | StepKind::Call(_)
        | StepKind::Spawn(_)
        | StepKind::Send(_) => Vec::new(),
    }
}

/// Every end has to say what becomes of what the workflow may have reserved, unless no reservation can be open there.
fn unsettled(definition: &Definition, findings: &mut Vec<Finding>) {
    let reserved: BTreeSet<&Name> = outcomes(definition)
        .flat_map(|outcome| &outcome.moves)
        .chain(definition.actions.iter().flat_map(|action| &action.moves))
        .filter(|account_move| matches!(account_move.kind, AccountMoveKind::Reserve))
        .map(|account_move| &account_move.account.name)
        .collect();
    for end in &definition.ends {
        let open = reserved.iter().filter(|name| {
            !end.commits.contains(name)
                && !end.releases.contains(name)
                && graph::can_end_reserved(definition, &end.name, name)
        });
        for account in open {
            let (end, account) = (&end.name, account.as_str());
            findings.push(Finding {
                code: UNSETTLED,
                step: Some(end.clone()),
                trace: Vec::new(),
                message: text(
                    format!("`{account}` 계정에 확보한 것이 남은 채 `{end}`에 이를 수 있습니다"),
                    format!(
                        "`{end}` can be reached while something is still reserved in `{account}`"
                    ),
                ),
            });
        }
    }
}

fn outcomes(definition: &Definition) -> impl Iterator<Item = &Outcome> {
    definition.steps().into_iter().flat_map(|step| &step.outcomes)
}

fn four_eyes(definition: &Definition, step: &Step, findings: &mut Vec<Finding>) {
    let StepKind::Task(task) = &step.kind else { return };
    for other in &task.not_same_as {
        let other_by = definition.step(other.as_str()).map(|other| &other.kind);
        let same = match (&task.by, other_by) {
            (By::Starter, Some(StepKind::Task(other))) => matches!(other.by, By::Starter),
            (By::Person(one), Some(StepKind::Task(other))) => {
                matches!(&other.by, By::Person(two) if two.text() == one.text())
            }
            // Whoever a case is for counts as one who did its start.
            (By::Starter, None) => true,
            (By::Roles(_), _) | (By::Starter | By::Person(_), Some(_)) | (By::Person(_), None) => {
                false
            }
        };
        if same {
            findings.push(Finding {
                code: FOUR_EYES,
                step: Some(step.name.clone()),
                trace: vec![other.to_string(), step.name.to_string()],
                message: text(
                    format!("`{}` 단계와 `{other}` 단계를 할 사람이 한 사람뿐입니다", step.name),
                    format!("`{}` and `{other}` belong to the same single person", step.name),
                ),
            });
        }
    }
}

fn never_fires(step: &Step, findings: &mut Vec<Finding>) {
    let Some(due) = step.due().filter(|due| due.expire.is_some()) else { return };
    if !due.escalate.is_empty() {
        findings.push(Finding {
            code: NEVER_FIRES,
            step: Some(step.name.clone()),
            trace: Vec::new(),
            message: text(
                format!("`{}` 단계는 기한에 끝나므로 그 뒤에 넘길 수 없습니다", step.name),
                format!("`{}` expires at its due, so nobody is called in after it", step.name),
            ),
        });
    }
}

fn unused(definition: &Definition, findings: &mut Vec<Finding>) {
    let used = used_roles(definition);
    for role in definition.roles.keys().filter(|role| !used.contains(role)) {
        findings.push(Finding {
            code: UNUSED_ROLE,
            step: None,
            trace: Vec::new(),
            message: text(
                format!("`{role}` 역할은 쓰이지 않습니다"),
                format!("the role `{role}` appears nowhere"),
            ),
        });
    }
    let moved: BTreeSet<&Name> = outcomes(definition)
        .flat_map(|outcome| &outcome.moves)
        .chain(definition.actions.iter().flat_map(|action| &action.moves))
        .flat_map(|account_move| match &account_move.kind {
            AccountMoveKind::Transfer { to } => vec![&account_move.account.name, &to.name],
            AccountMoveKind::Reserve | AccountMoveKind::Commit | AccountMoveKind::Release => {
                vec![&account_move.account.name]
            }
        })
        .collect();
    for account in definition.accounts.iter().filter(|account| !moved.contains(&account.name)) {
        let name = &account.name;
        findings.push(Finding {
            code: UNUSED_ACCOUNT,
            step: None,
            trace: Vec::new(),
            message: text(
                format!("`{name}` 계정은 쓰이지 않습니다"),
                format!("no step moves the account `{name}`"),
            ),
        });
    }
}

fn used_roles(definition: &Definition) -> BTreeSet<&Name> {
    let start = definition.start.by.iter().chain(&definition.start.on_behalf_of);
    let mut used: BTreeSet<&Name> = start.collect();
    let roles = |by: &'_ By| if let By::Roles(roles) = by { roles.clone() } else { Vec::new() };
    let mut named: Vec<Name> = Vec::new();
    for step in definition.steps() {
        if let StepKind::Task(task) = &step.kind {
            named.extend(roles(&task.by));
            named.extend(task.on_behalf_of.clone());
        }
        let escalations = step.due().into_iter().flat_map(|due| &due.escalate);
        named.extend(escalations.map(|escalation| escalation.to.clone()));
    }
    named.extend(definition.actions.iter().flat_map(|action| roles(&action.by)));
    named.extend(definition.actions.iter().flat_map(|action| action.on_behalf_of.clone()));
    named.extend(definition.messages.iter().flat_map(|message| message.by.clone()));
    named.extend(definition.delegations.iter().map(|delegation| delegation.to.clone()));
    used.extend(definition.roles.keys().filter(|role| named.contains(role)));
    used
}

fn text(ko: String, en: String) -> Text {
    Text { ko: ko.into(), en: en.into() }
}
