//! The sample cases: who does what when, as scenario files. The same files serve the demonstration and the tests.

use dure_engine::model::people::Person;
use dure_engine::scenario::{Found, Scenario, Sources};
use dure_storage::Lang;

use crate::definitions::{CALENDARS, DEFINITIONS, PEOPLE};

/// What is shipped, as scenarios find it: paths end as they do in this crate.
#[derive(Debug, Clone, Copy, Default)]
pub struct Shipped;

impl Sources for Shipped {
    fn file(&self, _from: &str, path: &str) -> Result<Found, String> {
        let wanted = path.trim_start_matches("../");
        let mut files = DEFINITIONS.iter().chain(CALENDARS).chain(std::iter::once(&PEOPLE));
        let found = files.find(|(file, _)| file.ends_with(wanted));
        found.map(found_in).ok_or_else(|| "no such file is shipped".to_owned())
    }

    fn workflow(&self, name: &str) -> Option<Found> {
        let wanted = format!("/{name}.yaml");
        DEFINITIONS.iter().find(|(file, _)| file.ends_with(&wanted)).map(found_in)
    }
}

fn found_in((file, text): &(&str, &str)) -> Found {
    Found { file: (*file).to_owned(), text: (*text).to_owned() }
}

macro_rules! samples {
    ($($path:literal),* $(,)?) => {
        vec![$(read($path, include_str!(concat!("../samples/", $path, ".scenario.yaml")))),*]
    };
}

/// One case for each of the seven support items, the plan, and the pilot cycle.
pub fn demo_samples() -> Vec<Scenario> {
    samples![
        "demo/request_maintenance",
        "demo/request_contacts",
        "demo/request_lending",
        "demo/request_meetings",
        "demo/request_open_call",
        "demo/request_training",
        "demo/request_joint_programs",
        "demo/plan_performance",
        "demo/cycle_pilot",
    ]
}

/// Cases that leave the main path (declined, supplemented, returned, amended, withdrawn, dissolved), and what is kept of
/// organisations, regions and money.
pub fn branch_samples() -> Vec<Scenario> {
    [cycle_branches(), directory_branches(), plan_branches(), request_branches()].concat()
}

fn cycle_branches() -> Vec<Scenario> {
    samples![
        "branches/cycle_cancelled",
        "branches/cycle_dissolved",
        "branches/cycle_late",
        "branches/cycle_meetings",
        "branches/cycle_members",
        "branches/cycle_mid_check",
        "branches/cycle_no_applications",
        "branches/cycle_no_quorum",
        "branches/cycle_none_left",
        "branches/cycle_not_attended",
        "branches/cycle_not_eligible",
        "branches/cycle_not_formed",
        "branches/cycle_not_selected",
        "branches/cycle_objection",
        "branches/cycle_season",
        "branches/cycle_season_rejected",
        "branches/cycle_spending",
        "branches/cycle_suspended",
        "branches/cycle_three_seasons",
        "branches/cycle_withdrawn",
        "branches/spend_before_approval",
        "branches/spend_deputy_after_absence",
        "branches/spend_deputy_on_last_day",
        "branches/spend_in_order",
        "branches/spend_on_another_day",
        "branches/spend_recorded_late",
    ]
}

fn directory_branches() -> Vec<Scenario> {
    samples![
        "branches/directory_budget_transfer",
        "branches/directory_hubs",
        "branches/directory_organisations",
        "branches/directory_program_year",
        "branches/directory_region",
    ]
}

fn plan_branches() -> Vec<Scenario> {
    samples![
        "branches/committee_just_enough",
        "branches/committee_one_short",
        "branches/plan_agreed_in_turn",
        "branches/plan_amended",
        "branches/plan_committee",
        "branches/plan_consulted",
        "branches/plan_delegated",
        "branches/plan_deputised",
        "branches/plan_deputised_small",
        "branches/plan_disposal",
        "branches/plan_evaluated",
        "branches/plan_held",
        "branches/plan_late",
        "branches/plan_late_amendment",
        "branches/plan_library_returned",
        "branches/plan_mou_ended",
        "branches/plan_mou_renewed",
        "branches/plan_near_misses",
        "branches/plan_no_previous",
        "branches/plan_not_evaluated",
        "branches/plan_objection_dismissed",
        "branches/plan_opinions",
        "branches/plan_post_approved",
        "branches/plan_post_rejected",
        "branches/plan_red_flags",
        "branches/plan_returned",
        "branches/plan_route_changed",
        "branches/plan_rules",
        "branches/plan_section_returned",
        "branches/plan_stopped",
        "branches/plan_urgent_can_wait",
        "branches/plan_withdrawn",
        "branches/plan_year_turn",
    ]
}

fn request_branches() -> Vec<Scenario> {
    samples![
        "branches/request_budget_allocation",
        "branches/request_budget_limits",
        "branches/request_call_given_up",
        "branches/request_call_lapsed",
        "branches/request_call_lost",
        "branches/request_call_none",
        "branches/request_call_passed",
        "branches/request_call_refused",
        "branches/request_call_rejected",
        "branches/request_cancelled",
        "branches/request_consult_late",
        "branches/request_contacts_not_found",
        "branches/request_contacts_replaced",
        "branches/request_contest_won",
        "branches/request_corrected_before_close",
        "branches/request_declined",
        "branches/request_delivered_again",
        "branches/request_grant_call",
        "branches/request_hands",
        "branches/request_idea",
        "branches/request_idea_declined",
        "branches/request_late_hands",
        "branches/request_lending_made_good",
        "branches/request_lending_not_lent",
        "branches/request_lending_overdue",
        "branches/request_lending_rules",
        "branches/request_meeting_kickoff",
        "branches/request_meetings_october_kept",
        "branches/request_meetings_october_next",
        "branches/request_meetings_october_previous",
        "branches/request_meetings_october_skipped",
        "branches/request_meetings_in_turn",
        "branches/request_merged",
        "branches/request_minutes_corrected",
        "branches/request_no_response",
        "branches/request_one_book_call_none",
        "branches/request_one_book_call_partly",
        "branches/request_one_book_chosen",
        "branches/request_one_book_full",
        "branches/request_one_book_none",
        "branches/request_one_book_not_applied",
        "branches/request_one_book_not_wanted",
        "branches/request_one_book_relay",
        "branches/request_one_book_unread",
        "branches/request_partial",
        "branches/request_planned_again",
        "branches/request_program_none",
        "branches/request_program_rules",
        "branches/request_program_stopped",
        "branches/request_programs_many",
        "branches/request_recorded_fifth_day",
        "branches/request_recorded_late",
        "branches/request_recorded_sixth_day",
        "branches/request_referred",
        "branches/request_reopened",
        "branches/request_round_quiet",
        "branches/request_round_without_visit",
        "branches/request_supplemented",
        "branches/request_training_late",
        "branches/request_training_not_opened",
        "branches/request_training_rules",
        "branches/request_training_too_few",
        "branches/request_transferred",
        "branches/request_visiting",
        "branches/request_visiting_declined",
        "branches/request_withdrawn",
    ]
}

/// Reads a file of this crate. They are part of the program: one that cannot be read is a bug of it.
fn read(path: &str, text: &str) -> Scenario {
    let file = format!("samples/{path}.scenario.yaml");
    Scenario::read(&file, text, &Shipped)
        .unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)))
}

/// The sample people: a role and a number each.
pub fn people() -> Vec<Person> {
    let (file, text) = PEOPLE;
    dure_engine::language::read_people(file, text)
        .unwrap_or_else(|found| panic!("{}", found.render(Lang::En, false)))
}
