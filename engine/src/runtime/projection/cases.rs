//! Every case as it is now. A row is the folded case, so it also serves as the snapshot a command begins from.

use dure_storage::StoreError;
use serde::{Deserialize, Serialize};

use super::{Projection, Rows, ViewEvent};
use crate::model::case::Case;
use crate::model::evolve::evolve;
use crate::runtime::streams;

/// A case in the view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    /// The case.
    pub case: Case,
    /// Why this program cannot follow it any further; it is kept as it was before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

/// Key: the case's number.
#[derive(Debug, Default)]
pub struct Cases;

impl Projection for Cases {
    type Row = CaseRow;
    const NAME: &'static str = "cases";
    const SCHEMA: u32 = 1;

    fn apply(&mut self, event: &ViewEvent<'_>, rows: &mut Rows<CaseRow>) -> Result<(), StoreError> {
        let Some(id) = streams::case_of(&event.envelope.subject) else { return Ok(()) };
        if let (Some(reason), Some(row)) = (event.unreadable, rows.get(id.as_str())?) {
            let unreadable = row.unreadable.or_else(|| Some(reason.to_owned()));
            rows.put(id.to_string(), CaseRow { unreadable, ..row });
        }
        let Some(happened) = event.case_event else { return Ok(()) };
        let known = rows.take(id.as_str())?.map(|row| row.case);
        let seen = known.as_ref().is_some_and(|case| case.version >= happened.version);
        let case = if seen { known } else { evolve(known, happened) };
        if let Some(case) = case {
            rows.put(id.to_string(), CaseRow { case, unreadable: None });
        }
        Ok(())
    }
}
