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
}

/// Key: the case's number.
#[derive(Debug, Default)]
pub struct Cases;

impl Projection for Cases {
    type Row = CaseRow;
    const NAME: &'static str = "cases";
    const SCHEMA: u32 = 1;

    fn apply(&mut self, event: &ViewEvent<'_>, rows: &mut Rows<CaseRow>) -> Result<(), StoreError> {
        let (Some(happened), Some(id)) =
            (event.case_event, streams::case_of(&event.envelope.subject))
        else {
            return Ok(());
        };
        let known = rows.take(id.as_str())?.map(|row| row.case);
        let seen = known.as_ref().is_some_and(|case| case.version >= happened.version);
        let case = if seen { known } else { evolve(known, happened) };
        if let Some(case) = case {
            rows.put(id.to_string(), CaseRow { case });
        }
        Ok(())
    }
}
