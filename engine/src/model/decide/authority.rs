//! Who may act: a role held in the right scope, a deputy, a delegate; and nobody who did the step that this one
//! checks, or who has stepped back from it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::super::case::{Case, Frame, Handling, OpenTask};
use super::super::command::{ActingRole, Request};
use super::super::consequence::Holder;
use super::super::definition::{Action, By, Task, start_name};
use super::super::event::Authority;
use super::super::known::Undecided;
use super::super::names::{Name, PersonId};
use super::super::people::Person;
use super::super::refusal::{PersonFault, TaskFault, Wanted, Why};
use super::facts::{Facts, Here};
use super::outside::Outside;
use crate::expression::Expression;

/// The right under which somebody acts.
#[derive(Debug, Clone)]
pub(super) struct Right {
    /// In which role; none as the person the case is for, or a person named.
    pub(super) role: ActingRole,
    /// Whose decision it is, where that was delegated to the role.
    pub(super) for_role: Option<Name>,
    /// Of what kind.
    pub(super) authority: Authority,
    /// For whom.
    pub(super) on_behalf_of: Option<PersonId>,
}

impl Right {
    pub(super) fn own(role: ActingRole) -> Right {
        Right { role, for_role: None, authority: Authority::Own, on_behalf_of: None }
    }
}

/// The first of the roles that the person holds in the scope at that time.
pub(super) fn authorize(
    roles: &[Name],
    scope: Option<&str>,
    person: &Person,
    at: DateTime<Utc>,
) -> Result<Name, Why> {
    if let Some(role) = roles.iter().find(|role| person.holds_in(role, scope, at)) {
        return Ok(role.clone());
    }
    let person_id = person.id.to_string();
    if let Some(role) = roles.iter().find(|role| person.ever_holds_in(role, scope)) {
        let role = role.to_string();
        return Err(Why::Person(PersonFault::RoleNotThen { person: person_id, role }));
    }
    let wanted = Wanted::any_of(roles.iter().map(ToString::to_string));
    match scope {
        Some(scope) if roles.iter().any(|role| person.holds(role, at)) => {
            Err(Why::ScopeMissing { person: person_id, wanted, scope: scope.to_owned() })
        }
        Some(_) | None => Err(Why::RoleMissing { person: person_id, wanted }),
    }
}

/// A task and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The case.
    pub(super) case: &'a Case,
    /// The block of the task.
    pub(super) here: &'a Here<'a>,
    /// The task as it is defined.
    pub(super) task: &'a Task,
}

/// The right under which somebody may complete a task.
pub(super) fn right_to_task(
    asked: Asked<'_>,
    open: &OpenTask<'_>,
    request: &Request,
    outside: &Outside<'_>,
) -> Result<Right, Undecided> {
    let Asked { case, here, task } = asked;
    let holder = |person: &Person| right_of_holder(case, here, open, person, request);
    let entered = entered(&task.entered_by, request, holder).transpose()?;
    let right = match entered {
        Some(right) => right,
        None => on_behalf(
            task.on_behalf_of.as_ref(),
            request,
            right_in_own_name(open, request, outside, holder)?,
        )?,
    };
    belongs(asked, open, &right, request, outside)?;
    recused(here, task, open.handling, &right, request, &case.starter)?;
    votes(open.handling, &right, request)?;
    exclude_same_person(case, here.frame, &task.not_same_as, &right, request)?;
    Ok(right)
}

/// The right of whoever acts: their own, that of somebody absent, or of somebody who delegated the task.
fn right_in_own_name(
    open: &OpenTask<'_>,
    request: &Request,
    outside: &Outside<'_>,
    holder: impl Fn(&Person) -> Result<Right, Why>,
) -> Result<Right, Undecided> {
    Ok(match (&request.deputy_of, open.handling.delegates.get(&request.by.id)) {
        (Some(absent), _) => deputy(absent, request, holder(absent)?)?,
        (None, Some(from)) => {
            // What somebody delegated holds as long as they could do it themselves.
            let lent = match outside.person(from)? {
                Some(known) => holder(known).map(|_| lent_by(from)),
                None => Err(Why::PersonUnknown { person: from.to_string() }),
            };
            // A delegate who is a holder too falls back on their own right when the other's is used up.
            match used_up(open.handling, from) || lent.is_err() {
                true => holder(&request.by).or(lent)?,
                false => lent?,
            }
        }
        (None, None) => holder(&request.by)?,
    })
}

/// The right of whoever enters what somebody asked for by phone, on paper or in person: it is that of the one who asked,
/// if they may do it themselves. None, if nobody is named or whoever acts has no such role.
pub(super) fn entered(
    by: &[Name],
    request: &Request,
    right_of: impl FnOnce(&Person) -> Result<Right, Why>,
) -> Option<Result<Right, Why>> {
    let other = request.on_behalf_of.as_ref().filter(|other| other.id != request.by.id)?;
    let may_enter = |role: &&Name| request.by.holds(role, request.occurred_at);
    let role = by.iter().find(may_enter).filter(|_| request.deputy_of.is_none())?;
    Some(right_of(other).map(|theirs| Right {
        role: Some(role.clone()),
        for_role: theirs.role,
        authority: Authority::OnBehalf,
        on_behalf_of: Some(other.id.clone()),
    }))
}

/// The right somebody has to a task if it belonged to nobody yet, in their own name.
pub(super) fn right_of_other(
    asked: Asked<'_>,
    open: &OpenTask<'_>,
    person: &Person,
    request: &Request,
    outside: &Outside<'_>,
) -> Result<Right, Undecided> {
    let in_their_place =
        Request { by: person.clone(), deputy_of: None, on_behalf_of: None, ..request.clone() };
    let unassigned = Handling { assigned: None, ..open.handling.clone() };
    let open = OpenTask { handling: &unassigned, ..open.clone() };
    right_to_task(asked, &open, &in_their_place, outside)
}

fn lent_by(from: &PersonId) -> Right {
    let (authority, on_behalf_of) = (Authority::Delegated, Some(from.clone()));
    Right { authority, on_behalf_of, ..Right::own(None) }
}

/// Whether somebody can do nothing more with a task: they voted, or stepped back.
fn used_up(handling: &Handling, person: &PersonId) -> bool {
    handling.votes.contains_key(person) || handling.recused.contains(person)
}

/// The right of one of the holders of a task, or of those to whom their decisions are delegated.
pub(super) fn right_of_holder(
    case: &Case,
    here: &Here<'_>,
    open: &OpenTask<'_>,
    person: &Person,
    request: &Request,
) -> Result<Right, Why> {
    let at = request.occurred_at;
    if open.handling.replacements.contains(&person.id) {
        return Ok(Right::own(None));
    }
    let escalated = &open.handling.escalated;
    let called_in = || authorize(escalated, None, person, at).map(|role| Right::own(Some(role)));
    match open.holder {
        Holder::Roles { roles, scope } => authorize(roles, scope.as_deref(), person, at)
            .map(|role| Right::own(Some(role)))
            .or_else(|why| called_in().map_err(|_| why))
            .or_else(|why| delegated(case, here, roles, scope.as_deref(), person, request, why)),
        Holder::Starter(wanted) | Holder::Person(wanted) if *wanted == person.id => {
            Ok(Right::own(None))
        }
        Holder::People(people) if people.contains(&person.id) => Ok(Right::own(None)),
        Holder::Starter(_) | Holder::Person(_) | Holder::People(_) => called_in().map_err(|_| {
            let wanted = Wanted::any_of([holder_words(open.holder)]);
            Why::RoleMissing { person: person.id.to_string(), wanted }
        }),
    }
}

/// A role to which decisions like this one are delegated (전결).
fn delegated(
    case: &Case,
    here: &Here<'_>,
    roles: &[Name],
    scope: Option<&str>,
    person: &Person,
    request: &Request,
    why: Why,
) -> Result<Right, Why> {
    for delegation in here.definition.delegations.iter().filter(|d| roles.contains(&d.of)) {
        let to = std::slice::from_ref(&delegation.to);
        let Ok(role) = authorize(to, scope, person, request.occurred_at) else { continue };
        let facts = Facts { now: Some(request.occurred_at), ..Facts::automatic(&case.starter) };
        if facts.holds(here, &delegation.when)? {
            let for_role = Some(delegation.of.clone());
            let authority = Authority::Delegated;
            return Ok(Right { for_role, authority, ..Right::own(Some(role)) });
        }
    }
    Err(why)
}

/// The right of a deputy, which is that of the absent person (대결).
fn deputy(absent: &Person, request: &Request, right: Right) -> Result<Right, Why> {
    let deputy = request.by.id.clone();
    match absent.deputy_at(request.occurred_at) {
        Some(named) if *named == deputy => Ok(Right {
            authority: Authority::Deputy,
            on_behalf_of: Some(absent.id.clone()),
            ..right
        }),
        Some(_) | None => Err(Why::Task(TaskFault::NotDeputy {
            person: deputy.to_string(),
            absent: absent.id.to_string(),
        })),
    }
}

/// The same right, exercised for somebody who asked by phone, on paper or in person. The record names one other
/// person: whoever acts in somebody's place cannot do so for a third.
pub(super) fn on_behalf(
    wanted: Option<&Name>,
    request: &Request,
    right: Right,
) -> Result<Right, Why> {
    let Some(other) = &request.on_behalf_of else { return Ok(right) };
    if let Some(place) = right.on_behalf_of.filter(|_| wanted.is_some()) {
        let (place, other) = (place.to_string(), other.id.to_string());
        return Err(Why::Task(TaskFault::TwoPlaces { place, other }));
    }
    match wanted {
        Some(role) if other.holds(role, request.occurred_at) => Ok(Right {
            authority: Authority::OnBehalf,
            on_behalf_of: Some(other.id.clone()),
            ..right
        }),
        Some(_) | None => Err(Why::OnBehalf {
            person: other.id.to_string(),
            wanted: wanted.map(ToString::to_string),
        }),
    }
}

/// A task that belongs to somebody is theirs as long as they may do it; after that it is again everybody's (I13).
fn belongs(
    asked: Asked<'_>,
    open: &OpenTask<'_>,
    right: &Right,
    request: &Request,
    outside: &Outside<'_>,
) -> Result<(), Undecided> {
    let Some(assigned) = &open.handling.assigned else { return Ok(()) };
    if *assigned == request.by.id || Some(assigned) == right.on_behalf_of.as_ref() {
        return Ok(());
    }
    match still_may(asked, open, assigned, request, outside)? {
        true => {
            let (person, assigned) = (request.by.id.to_string(), assigned.to_string());
            Err(Why::Task(TaskFault::AssignedToOther { person, assigned }).into())
        }
        false => Ok(()),
    }
}

/// Whether the one a task belongs to may still do it.
pub(super) fn still_may(
    asked: Asked<'_>,
    open: &OpenTask<'_>,
    assigned: &PersonId,
    request: &Request,
    outside: &Outside<'_>,
) -> Result<bool, Undecided> {
    let Some(person) = outside.person(assigned)? else { return Ok(false) };
    match right_of_other(asked, open, person, request, outside) {
        Ok(_) => Ok(true),
        Err(Undecided::Refused(_)) => Ok(false),
        Err(lacking @ Undecided::Lacking(_)) => Err(lacking),
    }
}

fn recused(
    here: &Here<'_>,
    task: &Task,
    handling: &Handling,
    right: &Right,
    request: &Request,
    starter: &PersonId,
) -> Result<(), Why> {
    let stepped_back = people(right, request).find(|person| handling.recused.contains(*person));
    if let Some(person) = stepped_back {
        return Err(Why::Task(TaskFault::Recused { person: person.to_string() }));
    }
    let Some(rule) = &task.recuse_when else { return Ok(()) };
    // Nobody gets around the rule by letting somebody else act in their place.
    let borrowed = match right.authority {
        Authority::Deputy | Authority::Delegated => right.on_behalf_of.as_ref(),
        Authority::Own | Authority::OnBehalf | Authority::Spawned => None,
    };
    for person in std::iter::once(&request.by.id).chain(borrowed) {
        let facts = Facts::of_act(request, right.role.as_ref(), right.authority, starter);
        if facts.with_actor(person, right.role.as_ref(), right.authority).holds(here, rule)? {
            return Err(Why::Task(TaskFault::Recused { person: person.to_string() }));
        }
    }
    Ok(())
}

fn votes(handling: &Handling, right: &Right, request: &Request) -> Result<(), Why> {
    let Some(ballot) = &handling.ballot else { return Ok(()) };
    let voter = voter(right, request);
    let person = voter.to_string();
    let listed = ballot.people.is_empty()
        || ballot.people.contains(voter)
        || handling.replacements.contains(voter);
    match (listed, handling.votes.contains_key(voter)) {
        (false, _) => Err(Why::Task(TaskFault::NotAMember { person })),
        (true, true) => Err(Why::Task(TaskFault::VotedAlready { person })),
        (true, false) => Ok(()),
    }
}

/// Whose right it is: that of the absent, or of whoever delegated; otherwise of whoever acts.
pub(super) fn principal<'a>(right: &'a Right, request: &'a Request) -> &'a PersonId {
    match right.authority {
        Authority::Deputy | Authority::Delegated => voter(right, request),
        Authority::Own | Authority::OnBehalf | Authority::Spawned => &request.by.id,
    }
}

/// Whose vote it is.
pub(super) fn voter<'a>(right: &'a Right, request: &'a Request) -> &'a PersonId {
    right.on_behalf_of.as_ref().unwrap_or(&request.by.id)
}

fn people<'a>(right: &'a Right, request: &'a Request) -> impl Iterator<Item = &'a PersonId> {
    std::iter::once(&request.by.id).chain(&right.on_behalf_of)
}

/// Refuses whoever completed one of the steps before (four eyes), also through a deputy.
fn exclude_same_person(
    case: &Case,
    frame: &Frame,
    steps: &[Name],
    right: &Right,
    request: &Request,
) -> Result<(), Why> {
    for step in steps {
        let frame = if *step == start_name() { &case.frame } else { frame };
        let Some(visit) = frame.visits.get(step) else { continue };
        if let Some(person) = people(right, request).find(|person| visit.by.contains(*person)) {
            let (person, other) = (person.to_string(), step.to_string());
            return Err(Why::SamePerson { person, other });
        }
    }
    Ok(())
}

/// The right somebody has by one of several roles: their own, or that of the absent person they act in place of.
pub(super) fn right_by_role(
    roles: &[Name],
    scope: Option<&str>,
    request: &Request,
) -> Result<Right, Why> {
    let role = authorize(roles, scope, in_whose_place(request), request.occurred_at)?;
    as_deputy(request, Right::own(Some(role)))
}

/// The person whose roles count: the absent one, or whoever acts.
pub(super) fn in_whose_place(request: &Request) -> &Person {
    request.deputy_of.as_ref().unwrap_or(&request.by)
}

fn as_deputy(request: &Request, right: Right) -> Result<Right, Why> {
    match &request.deputy_of {
        Some(absent) => deputy(absent, request, right),
        None => Ok(right),
    }
}

/// The right under which somebody may take an action.
pub(super) fn right_to_act(
    case: &Case,
    here: &Here<'_>,
    action: &Action,
    request: &Request,
) -> Result<Right, Why> {
    let facts = Facts { now: Some(request.occurred_at), ..Facts::automatic(&case.starter) };
    let named = match &action.by {
        By::Roles(roles) => {
            let scope = scope_of(action.scope.as_ref(), here, &facts)?;
            let of = RoleHeld { roles, scope: scope.as_deref() };
            return of.right(&action.entered_by, action.on_behalf_of.as_ref(), request);
        }
        By::Starter => vec![case.starter.clone()],
        By::Person(expression) => vec![person_of(here, &facts, expression)?],
        By::People(expression) => people_of(here, &facts, expression)?,
    };
    let theirs = |person: &Person| match named.contains(&person.id) {
        true => Ok(Right::own(None)),
        false => {
            let wanted = Wanted::any_of([holder_words(&Holder::People(named.clone()))]);
            Err(Why::RoleMissing { person: person.id.to_string(), wanted })
        }
    };
    if let Some(right) = entered(&action.entered_by, request, theirs) {
        return right;
    }
    let right = as_deputy(request, theirs(in_whose_place(request))?)?;
    on_behalf(action.on_behalf_of.as_ref(), request, right)
}

/// Roles one of which has to be held, and where.
#[derive(Clone, Copy)]
pub(super) struct RoleHeld<'a> {
    pub(super) roles: &'a [Name],
    pub(super) scope: Option<&'a str>,
}

impl RoleHeld<'_> {
    /// The right of whoever acts: by their own role, or for somebody who asked.
    pub(super) fn right(
        self,
        entered_by: &[Name],
        for_whom: Option<&Name>,
        request: &Request,
    ) -> Result<Right, Why> {
        let RoleHeld { roles, scope } = self;
        let theirs = |person: &Person| {
            let role = authorize(roles, scope, person, request.occurred_at)?;
            Ok(Right::own(Some(role)))
        };
        match entered(entered_by, request, theirs) {
            Some(right) => right,
            None => on_behalf(for_whom, request, right_by_role(roles, scope, request)?),
        }
    }
}

/// The scope a role must be held in now.
///
/// # Errors
/// [`Why::ExpressionFailed`] if the expression has no value.
pub fn scope_of(
    scope: Option<&Expression>,
    here: &Here<'_>,
    facts: &Facts<'_>,
) -> Result<Option<String>, Why> {
    let Some(expression) = scope else { return Ok(None) };
    let value = facts.evaluate(here, expression)?;
    Ok(value.as_str().map(str::to_owned))
}

/// The person an expression names.
///
/// # Errors
/// If it names none.
pub(super) fn person_of(
    here: &Here<'_>,
    facts: &Facts<'_>,
    expression: &Expression,
) -> Result<PersonId, Why> {
    let value = facts.evaluate(here, expression)?;
    let text = value.as_str().unwrap_or_default();
    PersonId::new(text).map_err(|error| Why::PersonUnknown { person: error.text })
}

/// The people an expression lists, each once.
///
/// # Errors
/// If it names nobody, or something that is no person.
pub(super) fn people_of(
    here: &Here<'_>,
    facts: &Facts<'_>,
    expression: &Expression,
) -> Result<Vec<PersonId>, Why> {
    let value = facts.evaluate(here, expression)?;
    let ids = value.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
    let people: Result<BTreeSet<PersonId>, _> = ids.map(PersonId::new).collect();
    let people = people.map_err(|error| Why::PersonUnknown { person: error.text })?;
    match people.is_empty() {
        true => Err(Why::PersonUnknown { person: expression.text().to_owned() }),
        false => Ok(people.into_iter().collect()),
    }
}

/// A holder as words for a message.
pub(super) fn holder_words(holder: &Holder) -> String {
    match holder {
        Holder::Starter(person) | Holder::Person(person) => person.to_string(),
        Holder::People(people) => {
            people.iter().map(PersonId::as_str).collect::<Vec<_>>().join(" / ")
        }
        Holder::Roles { roles, scope } => {
            let roles = roles.iter().map(Name::as_str).collect::<Vec<_>>().join(" / ");
            match scope {
                Some(scope) => format!("{roles} @ {scope}"),
                None => roles,
            }
        }
    }
}
