//! The rows of the reports on organisations, regions and the money of a year, from the events.

use serde_json::{Value as Json, json};

use super::Recomputation;
use super::raw::{Case, Ledger, Run};

pub const ROWS: &[(&str, Recomputation)] =
    &[("organisations", organisations), ("program_years", program_years), ("regions", regions)];

fn organisations(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "number": case.id, "name": run.get("org_name"), "kind": run.get("org_type"),
            "parent": run.get("parent"), "district": run.get("district"), "region": run.get("region"),
            "representative": run.get("representative"), "hub": run.get("is_hub"),
            "hub_from": run.get("hub_from"), "hub_until": run.get("hub_until"),
            "contact": run.get("contact"), "introduction": run.get("introduction"),
            "reviewed": run.get("reviewed_on"), "closed": run.get("closed_on"),
        })
    };
    ledger.runs(&["organisation"]).into_iter().map(row).collect()
}

fn program_years(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "number": case.id, "year": run.get("year"), "district": run.get("district"),
            "first": run.get("first_year"), "previous": run.get("previous"), "pool": run.get("pool"),
            "plan": run.get("document"), "closes": run.get("closes_on"),
            "regions": run.get("regions"), "outcome": run.end(),
        })
    };
    ledger.runs(&["program_year"]).into_iter().map(row).collect()
}

fn regions(ledger: &Ledger) -> Vec<Json> {
    let row = |(case, run): (&Case, &Run)| {
        json!({
            "number": case.id, "name": run.get("region_name"), "district": run.get("district"),
            "hub": run.get("hub"), "hub_from": run.get("hub_from"),
            "population": run.get("population"), "counted": run.get("counted_on"),
            "weight": run.get("weight"), "outcome": run.end(),
        })
    };
    ledger.runs(&["region"]).into_iter().map(row).collect()
}
