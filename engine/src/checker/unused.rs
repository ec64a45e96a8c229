//! What a file declares and nothing needs, and what is read though nothing ever sets it.

use std::collections::BTreeSet;

use super::{
    Finding, NEVER_SET, UNUSED_ACCOUNT, UNUSED_FIELD, UNUSED_MESSAGE, UNUSED_ROLE, UNUSED_SETTING,
};
use crate::expression::Expression;
use crate::model::definition::{
    AccountMove, AccountMoveKind, Action, Assignments, By, Callee, Definition, DueWhen, Electorate,
    Guard, Join, Outcome, Quantity, Step, StepKind, Until,
};
use crate::model::names::Name;

pub(super) fn check(definition: &Definition, findings: &mut Vec<Finding>) {
    roles(definition, findings);
    accounts(definition, findings);
    messages(definition, findings);
    settings(definition, findings);
    fields(definition, findings);
}

fn roles(definition: &Definition, findings: &mut Vec<Finding>) {
    let used = used_roles(definition);
    for role in definition.roles.keys().filter(|role| !used.contains(role)) {
        findings.push(Finding::about(UNUSED_ROLE, "roles", role).told(
            format!("`{role}` 역할은 쓰이지 않습니다"),
            format!("the role `{role}` appears nowhere"),
        ));
    }
}

pub(super) fn used_roles(definition: &Definition) -> BTreeSet<&Name> {
    let start = &definition.start;
    let start = start.by.iter().chain(&start.on_behalf_of).chain(&start.entered_by);
    let mut used: BTreeSet<&Name> = start.collect();
    for step in definition.steps() {
        if let StepKind::Task(task) = &step.kind {
            used.extend(roles_of(&task.by));
            used.extend(task.on_behalf_of.iter().chain(&task.entered_by));
        }
        let escalations = step.due().into_iter().flat_map(|due| &due.escalate);
        used.extend(escalations.map(|escalation| &escalation.to));
    }
    used.extend(definition.actions.iter().flat_map(|action| roles_of(&action.by)));
    used.extend(definition.actions.iter().flat_map(|action| &action.on_behalf_of));
    used.extend(definition.actions.iter().flat_map(|action| &action.entered_by));
    used.extend(definition.messages.iter().flat_map(|message| &message.by));
    used.extend(definition.delegations.iter().map(|delegation| &delegation.to));
    used
}

fn roles_of(by: &By) -> &[Name] {
    match by {
        By::Roles(roles) => roles,
        By::Starter | By::Person(_) | By::People(_) => &[],
    }
}

fn accounts(definition: &Definition, findings: &mut Vec<Finding>) {
    let mut moved: BTreeSet<&Name> = BTreeSet::new();
    for account_move in moves(definition) {
        moved.insert(&account_move.account.name);
        match &account_move.kind {
            AccountMoveKind::Transfer { to } => {
                moved.insert(&to.name);
            }
            AccountMoveKind::Reserve | AccountMoveKind::Commit | AccountMoveKind::Release => {}
        }
    }
    // What a called workflow has reserved is settled by the end of this one, if that comes first.
    let mut below: Vec<&Definition> = definition.called.values().map(AsRef::as_ref).collect();
    while let Some(called) = below.pop() {
        moved.extend(called.accounts.iter().map(|account| &account.name));
        below.extend(called.called.values().map(AsRef::as_ref));
    }
    for account in definition.accounts.iter().filter(|account| !moved.contains(&account.name)) {
        let name = &account.name;
        findings.push(Finding::about(UNUSED_ACCOUNT, "accounts", name).told(
            format!("`{name}` 계정은 쓰이지 않습니다"),
            format!("no step moves the account `{name}`"),
        ));
    }
}

fn moves(definition: &Definition) -> impl Iterator<Item = &AccountMove> {
    let outcomes = definition.steps().into_iter().flat_map(|step| &step.outcomes);
    let acted = definition.actions.iter().flat_map(|action| &action.moves);
    outcomes.flat_map(|outcome| &outcome.moves).chain(acted)
}

fn messages(definition: &Definition, findings: &mut Vec<Finding>) {
    let awaited = |name: &Name| {
        definition.steps().into_iter().any(|step| match &step.kind {
            StepKind::Wait(wait) => wait.message.as_ref() == Some(name),
            StepKind::Task(_)
            | StepKind::Auto(_)
            | StepKind::Decide
            | StepKind::Parallel(_)
            | StepKind::Each(_)
            | StepKind::Call(_)
            | StepKind::Spawn(_)
            | StepKind::Send(_) => false,
        })
    };
    for message in definition.messages.iter().filter(|message| !awaited(&message.name)) {
        let name = &message.name;
        findings.push(Finding::about(UNUSED_MESSAGE, "messages", name).told(
            format!("`{name}` 통보를 기다리는 단계가 없습니다"),
            format!("no step waits for the message `{name}`"),
        ));
    }
}

/// A duration among the settings is put in place when the file is read, so only the source shows that it is used.
fn settings(definition: &Definition, findings: &mut Vec<Finding>) {
    let read = |path: &str| expressions(definition).iter().any(|(_, e)| e.names().reads(path));
    let spans = |path: &str| {
        let lines = definition.source.lines().map(|line| line.split('#').next().unwrap_or(line));
        lines
            .flat_map(|line| line.match_indices(path).map(move |(at, _)| &line[at + path.len()..]))
            .any(|after| {
                !after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
            })
    };
    for name in definition.settings.keys() {
        let path = format!("settings.{name}");
        let named = Name::new(name).ok().filter(|_| !read(&path) && !spans(&path));
        findings.extend(named.map(|name| {
            Finding::about(UNUSED_SETTING, "settings", &name).told(
                format!("`{name}` 설정은 쓰이지 않습니다"),
                format!("nothing reads the setting `{name}`"),
            )
        }));
    }
}

fn fields(definition: &Definition, findings: &mut Vec<Finding>) {
    let read: Vec<_> = expressions(definition).iter().map(|(_, e)| e.names()).collect();
    let set: BTreeSet<&Name> = assigned(definition).map(|(field, _)| field).collect();
    for field in definition.data.iter().filter(|field| !set.contains(&field.name)) {
        let (name, path) = (&field.name, format!("data.{}", field.name));
        let is_read = read.iter().any(|names| names.paths.iter().any(|p| is_within(p, &path)));
        let asked = read.iter().filter(|names| names.reads(&path)).all(|names| names.asks(&path));
        match (is_read, field.default.is_some()) {
            (true, false) if !asked => findings.push(Finding::about(NEVER_SET, "data", name).told(
                format!("`{path}` 자료를 읽는데 정하는 곳이 없습니다"),
                format!("`{path}` is read and nothing ever sets it"),
            )),
            (true, _) => {}
            (false, _) => findings.push(Finding::about(UNUSED_FIELD, "data", name).told(
                format!("`{path}` 자료는 쓰이지 않습니다"),
                format!("nothing sets or reads `{path}`"),
            )),
        }
    }
}

fn is_within(read: &str, path: &str) -> bool {
    read.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn assigned(definition: &Definition) -> impl Iterator<Item = &(Name, Expression)> {
    let steps = definition.steps();
    let steps = steps.into_iter().flat_map(|step| {
        step.set.iter().chain(step.outcomes.iter().flat_map(|outcome| &outcome.set))
    });
    let acted = definition.actions.iter().flat_map(|action| &action.set);
    definition.start.set.iter().chain(steps).chain(acted)
}

/// Every expression of a definition, with the step it stands in.
pub(super) fn expressions(definition: &Definition) -> Vec<(Option<&Step>, &Expression)> {
    let start = &definition.start;
    let mut found: Vec<&Expression> = start.scope.iter().chain(&definition.subject).collect();
    found.extend(start.rules.iter().map(|rule| &rule.when));
    found.extend(values(&start.set));
    found.extend(definition.delegations.iter().map(|delegation| &delegation.when));
    found.extend(definition.flags.iter().map(|flag| &flag.when));
    definition.actions.iter().for_each(|action| of_action(action, &mut found));
    let mut found: Vec<(Option<&Step>, &Expression)> =
        found.into_iter().map(|e| (None, e)).collect();
    for step in definition.steps() {
        let mut own: Vec<&Expression> = values(&step.set).collect();
        of_kind(step, &mut own);
        if let Some(DueWhen::At(when)) = step.due().map(|due| &due.when) {
            own.push(when);
        }
        step.outcomes.iter().for_each(|outcome| of_outcome(outcome, &mut own));
        found.extend(own.into_iter().map(|expression| (Some(step), expression)));
    }
    found
}

fn values(set: &Assignments) -> impl Iterator<Item = &Expression> {
    set.iter().map(|(_, expression)| expression)
}

fn of_by<'d>(by: &'d By, found: &mut Vec<&'d Expression>) {
    match by {
        By::Person(person) | By::People(person) => found.push(person),
        By::Roles(_) | By::Starter => {}
    }
}

fn of_action<'d>(action: &'d Action, found: &mut Vec<&'d Expression>) {
    of_by(&action.by, found);
    found.extend(&action.scope);
    found.extend(action.rules.iter().map(|rule| &rule.when));
    found.extend(values(&action.set));
    of_moves(&action.moves, found);
}

fn of_outcome<'d>(outcome: &'d Outcome, found: &mut Vec<&'d Expression>) {
    found.extend(outcome.rules.iter().map(|rule: &Guard| &rule.when));
    found.extend(values(&outcome.set));
    of_moves(&outcome.moves, found);
}

fn of_moves<'d>(moves: &'d [AccountMove], found: &mut Vec<&'d Expression>) {
    for account_move in moves {
        if let Quantity::Units(amount) = &account_move.amount {
            found.push(amount);
        }
        found.extend(&account_move.account.key);
        if let AccountMoveKind::Transfer { to } = &account_move.kind {
            found.extend(&to.key);
        }
    }
}

fn of_kind<'d>(step: &'d Step, found: &mut Vec<&'d Expression>) {
    match &step.kind {
        StepKind::Task(task) => {
            of_by(&task.by, found);
            found.extend(task.scope.iter().chain(&task.recuse_when));
            if let Some(Electorate::People(people)) = task.quorum.as_ref().map(|quorum| &quorum.of)
            {
                found.push(people);
            }
        }
        StepKind::Auto(auto) => found.extend(values(&auto.with)),
        StepKind::Decide => {}
        StepKind::Wait(wait) => {
            if let Some(Until::At(when)) = &wait.until {
                found.push(when);
            }
        }
        StepKind::Parallel(parallel) => of_join(&parallel.join, found),
        StepKind::Each(each) => {
            found.push(&each.list);
            of_join(&each.join, found);
        }
        StepKind::Call(call) => {
            found.extend(values(&call.with));
            if let Callee::Chosen { choose, .. } = &call.callee {
                found.push(choose);
            }
        }
        StepKind::Spawn(spawn) => found.extend(values(&spawn.with)),
        StepKind::Send(send) => {
            found.push(&send.to_case);
            found.extend(values(&send.with));
        }
    }
}

fn of_join<'d>(join: &'d Join, found: &mut Vec<&'d Expression>) {
    match join {
        Join::When(when) => found.push(when),
        Join::All | Join::Ended(_) => {}
    }
}
