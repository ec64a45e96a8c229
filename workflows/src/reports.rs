//! The shipped reports: data files beside the workflows they are about.

use crate::definitions::files;

/// Path in this crate, and text. A report is called as its file is.
pub const REPORTS: &[(&str, &str)] = files![
    "learning_community_cycle/reports/attendance.yaml",
    "learning_community_cycle/reports/continuation_rate.yaml",
    "learning_community_cycle/reports/early_confusion.yaml",
    "learning_community_cycle/reports/implications.yaml",
    "learning_community_cycle/reports/learning_hours.yaml",
    "learning_community_cycle/reports/membership.yaml",
    "learning_community_cycle/reports/missing_logs.yaml",
    "learning_community_cycle/reports/model_versions.yaml",
    "learning_community_cycle/reports/multi_year.yaml",
    "learning_community_cycle/reports/pilot_vs_regular.yaml",
    "learning_community_cycle/reports/returned_reports.yaml",
    "learning_community_cycle/reports/roadmap.yaml",
    "learning_community_cycle/reports/season_board.yaml",
    "learning_community_cycle/reports/selection_decisions.yaml",
    "learning_community_cycle/reports/selection_scores.yaml",
    "learning_community_cycle/reports/settled_received.yaml",
    "learning_community_cycle/reports/spend_plan.yaml",
    "learning_community_cycle/reports/spends.yaml",
    "learning_community_cycle/reports/support_promised_received.yaml",
    "learning_community_cycle/reports/survey_response.yaml",
    "support_request/reports/queue_by_hub.yaml",
];
