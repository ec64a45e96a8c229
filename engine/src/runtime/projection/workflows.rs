//! Every published workflow with its latest version.

use dure_storage::StoreError;

use super::{Projection, Rows, ViewEvent};
use crate::model::published::{WORKFLOW_PUBLISHED, WorkflowPublished};
use crate::runtime::workflows::WorkflowSummary;

/// Key: the workflow's name.
#[derive(Debug, Default)]
pub struct Workflows;

impl Projection for Workflows {
    type Row = WorkflowSummary;
    const NAME: &'static str = "workflows";
    const SCHEMA: u32 = 1;

    fn apply(
        &mut self,
        event: &ViewEvent<'_>,
        rows: &mut Rows<WorkflowSummary>,
    ) -> Result<(), StoreError> {
        if event.envelope.kind == WORKFLOW_PUBLISHED.0 {
            let published: WorkflowPublished = event.payload()?;
            let (name, version) = (published.workflow.name, published.workflow.version);
            rows.put(name.to_string(), WorkflowSummary { name, version });
        }
        Ok(())
    }
}
