//! The rows of the reports on support requests and their deliveries, from the events.

use serde_json::{Value as Json, json};

use super::Recomputation;
use super::raw::Ledger;

pub const ROWS: &[(&str, Recomputation)] = &[("queue_by_hub", queue_by_hub)];

fn queue_by_hub(ledger: &Ledger) -> Vec<Json> {
    let open = ledger.runs(&["support_request"]).into_iter().filter(|(_, run)| run.is_open());
    open.map(|(case, run)| {
        let (since, due) = (case.since(run), case.due(run));
        json!({
            "hub": run.get("hub"),
            "number": case.id,
            "kind": run.get("kind"),
            "title": run.get("subject"),
            "step": case.steps(run),
            "holder": case.holders(run),
            "since": since,
            "waiting": since.map(|since| (ledger.now - since).num_seconds()),
            "due": due,
            "late": due.map(|due| due < ledger.now),
        })
    })
    .collect()
}
