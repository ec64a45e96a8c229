//! What a plan comes to for one case, and the event that lets it go on.

use chrono::{DateTime, Utc};

use super::placing::{Placed, place};
use super::{Changes, NotConcerned, Obstacle, Plan, Verdict, carrying};
use crate::model::address::BlockPath;
use crate::model::case::{Case, Status};
use crate::model::command::MigrateCase;
use crate::model::consequence::Consequence;
use crate::model::decide::{Facts, Here, TakingOver, may_ask, take_over};
use crate::model::definition::Definition;
use crate::model::event::{Act, Authority, CaseEvent, CaseMigrated};
use crate::model::known::{Fact, Known, Undecided};
use crate::model::refusal::{MigrationFault, Place, Refusal, Why};

/// What a plan comes to for a case.
///
/// # Errors
/// A fact from outside the case that has to be brought first.
pub fn judge(
    case: &Case,
    old: &Definition,
    plan: &Plan,
    at: DateTime<Utc>,
    known: &Known,
) -> Result<Verdict, Fact> {
    let facts = Facts { now: Some(at), ..Facts::automatic(&case.starter) };
    match not_concerned(case, old, plan, &facts) {
        Ok(None) => {}
        Ok(Some(why)) => return Ok(Verdict::NotConcerned(why)),
        Err(why) => return Ok(Verdict::Blocked(vec![Obstacle::new("only", why)])),
    }
    if let Some(fault) = &case.fault {
        let why = Why::CaseFaulty { fault: fault.clone() };
        return Ok(Verdict::Blocked(vec![Obstacle::new("", why)]));
    }
    let nothing = Changes::default();
    let placed = place(case, old, plan, &nothing);
    let (consequences, obstacles) = carried(case, old, plan, &placed, &facts);
    if !obstacles.is_empty() {
        return Ok(verdict(obstacles));
    }
    let taking = TakingOver {
        case,
        to: &plan.to,
        dues: plan.dues,
        at,
        steps: &placed.steps,
        before: consequences,
    };
    Ok(match take_over(taking, known)? {
        (consequences, found) if found.is_empty() => Verdict::Completable(consequences),
        (_, found) => {
            verdict(found.into_iter().map(|(path, why)| Obstacle::new(path, why)).collect())
        }
    })
}

fn not_concerned(
    case: &Case,
    old: &Definition,
    plan: &Plan,
    facts: &Facts<'_>,
) -> Result<Option<NotConcerned>, Why> {
    let running = &case.frame.workflow;
    if running.name != plan.workflow || !plan.from.contains(&running.version) {
        return Ok(Some(NotConcerned::OtherVersion));
    }
    if let Status::Closed { .. } = case.status {
        return Ok(Some(NotConcerned::Closed));
    }
    let Some(only) = plan.only.get(&running.version) else { return Ok(None) };
    let meant = facts.holds(&Here::at(case, old, &BlockPath::root())?, only)?;
    Ok((!meant).then_some(NotConcerned::LeftOut))
}

/// What becomes true before any step is looked at: names, versions, data.
fn carried(
    case: &Case,
    old: &Definition,
    plan: &Plan,
    placed: &Placed<'_>,
    facts: &Facts<'_>,
) -> (Vec<Consequence>, Vec<Obstacle>) {
    let mut obstacles = placed.obstacles.clone();
    let mut consequences = placed.renames.clone();
    for frame in &placed.frames {
        carrying::accounts(frame, &mut obstacles);
        let values = carrying::data(case, old, plan, frame, facts, &mut obstacles);
        let (block, workflow) = (frame.at.clone(), frame.new.reference.clone());
        if frame.old.reference != workflow {
            let block = block.clone();
            consequences.push(Consequence::WorkflowChanged { block, workflow });
        }
        if !values.is_empty() {
            consequences.push(Consequence::DataSet { block, values });
        }
    }
    carrying::mailbox(case, &plan.to, &mut obstacles);
    (consequences, obstacles)
}

fn verdict(mut obstacles: Vec<Obstacle>) -> Verdict {
    obstacles.sort_by_key(|obstacle| !obstacle.is_unreachable());
    match obstacles.first().is_some_and(Obstacle::is_unreachable) {
        true => Verdict::Unreachable(obstacles),
        false => Verdict::Blocked(obstacles),
    }
}

/// The event that lets a case go on under another version.
pub(in crate::model) fn migrate(
    case: &Case,
    old: &Definition,
    command: &MigrateCase,
    known: &Known,
) -> Result<CaseEvent, Undecided> {
    let (plan, request) = (&command.plan, &command.request);
    may_ask(case, request)?;
    let verdict = judge(case, old, plan, request.occurred_at, known).map_err(Undecided::Lacking)?;
    let consequences = match verdict {
        Verdict::Completable(consequences) => consequences,
        Verdict::NotConcerned(_) => {
            return Err(
                Why::from(MigrationFault::NotConcerned { case: case.id.to_string() }).into()
            );
        }
        Verdict::Blocked(obstacles) | Verdict::Unreachable(obstacles) => {
            return Err(first_of(obstacles).into());
        }
    };
    Ok(CaseEvent::Migrated(CaseMigrated {
        from: case.frame.workflow.clone(),
        to: plan.to.reference.clone(),
        act: Act {
            by: request.by.id.clone(),
            role: None,
            for_role: None,
            authority: Authority::Own,
            on_behalf_of: None,
            reason: None,
            form: request.form.clone(),
        },
        because: Some(plan.because.clone()),
        plan: Some(plan.digest.clone()),
        dues: Some(plan.dues),
        consequences,
    }))
}

fn first_of(obstacles: Vec<Obstacle>) -> Refusal {
    match obstacles.into_iter().next() {
        Some(Obstacle { place, why }) => {
            let step = Some(place).filter(|place| !place.is_empty());
            Refusal::from(why).at(Place { step, ..Place::default() })
        }
        None => Why::from(MigrationFault::Stuck {}).into(),
    }
}
