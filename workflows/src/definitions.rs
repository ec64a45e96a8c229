//! The shipped definition files in the order they are published: a workflow after those it calls.

use dure_engine::{Engine, EngineError};

use crate::samples::{demo_samples, people};

macro_rules! files {
    ($($path:literal),* $(,)?) => { &[$(($path, include_str!(concat!("../", $path)))),*] };
}

/// Path in this crate, and text.
pub const DEFINITIONS: &[(&str, &str)] = files![
    "directory/organisation/organisation.yaml",
    "directory/region/region.yaml",
    "directory/program_year/program_year.yaml",
    "directory/budget_transfer/budget_transfer.yaml",
    "plan_approval/document_register/document_register.yaml",
    "plan_approval/plan_request/plan_request.yaml",
    "plan_approval/needs_survey/needs_survey.yaml",
    "plan_approval/committee_deliberation/committee_deliberation.yaml",
    "plan_approval/plan_route/plan_route.yaml",
    "plan_approval/library_plan/library_plan.yaml",
    "plan_approval/plan_evaluation/plan_evaluation.yaml",
    "plan_approval/plan_approval.yaml",
    "support_request/maintenance_round/maintenance_round.yaml",
    "support_request/assign_contacts/assign_contacts.yaml",
    "support_request/lending/lending.yaml",
    "support_request/cooperation_meeting/cooperation_meeting.yaml",
    "support_request/one_book/one_book.yaml",
    "support_request/open_call/open_call.yaml",
    "support_request/training/training.yaml",
    "support_request/joint_program/joint_program.yaml",
    "support_request/visiting/visiting.yaml",
    "support_request/consult/consult.yaml",
    "support_request/support_request.yaml",
    "support_request/one_book_selection/one_book_selection.yaml",
    "support_request/budget_allocation/budget_allocation.yaml",
    "learning_community_cycle/screen_application/screen_application.yaml",
    "learning_community_cycle/review_application/review_application.yaml",
    "learning_community_cycle/community_spending/community_spending.yaml",
    "learning_community_cycle/evaluate_community/evaluate_community.yaml",
    "learning_community_cycle/learning_community_cycle.yaml",
    "learning_community_cycle/learning_season/learning_season.yaml",
];

/// The calendars, as [`DEFINITIONS`].
pub const CALENDARS: &[(&str, &str)] = files!["calendars/korea.yaml"];

/// The sample people: path in this crate, and text.
pub(crate) const PEOPLE: (&str, &str) =
    ("samples/people.yaml", include_str!("../samples/people.yaml"));

/// Publishes the calendars and every definition, adds the sample people and opens the accounts of the
/// demonstration. Doing it again changes nothing; the answer is how many definitions and people were new.
///
/// # Errors
/// If the engine refuses or its store fails.
pub async fn install(engine: &Engine) -> Result<(usize, usize), EngineError> {
    let (mut published, mut added) = (0, 0);
    for (file, text) in CALENDARS {
        engine.publish_calendar(file, text, None).await?;
    }
    for (file, text) in DEFINITIONS {
        published += usize::from(!engine.publish(file, text, None).await?.repeated);
    }
    for person in people() {
        added += usize::from(engine.add_person(person, None).await?);
    }
    for account in demo_samples().into_iter().flat_map(|sample| sample.accounts) {
        engine.open_account(account.value, None).await?;
    }
    Ok((published, added))
}
