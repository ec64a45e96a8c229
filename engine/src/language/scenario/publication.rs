//! What is published in the middle of a scenario, and by which plan its cases go on.

use super::setup::{calendar, found};
use super::{Script, codes};
use crate::language::mapping::Mapping;
use crate::language::node::{Node, NodeKind};
use crate::scenario::{Act, Deed, Found, Published, WorkflowFile};

/// Reads `publish`: a calendar, from a file or written here, or the file of a workflow.
pub(super) fn publish(node: &Node, script: &Script<'_, '_>) -> Option<(Deed, Act)> {
    let (at, reading) = ((script.file, script.sources), script.reading);
    if let NodeKind::String(_) = &node.kind {
        let file = found(node, at, reading)?;
        if let Some(name) = crate::language::workflow_name(&file.text) {
            script.needed.add_called(&file.text, node, at, reading)?;
            let published = Published::Workflow(WorkflowFile { name, found: file });
            return Some((Deed::Publish(Box::new(published)), Act::default()));
        }
    }
    let published = Published::Calendar(calendar(node, at, reading)?);
    Some((Deed::Publish(Box::new(published)), Act::default()))
}

/// Reads `migrate`: a plan, from a file or written here.
pub(super) fn migrate(
    node: &Node,
    keys: &Mapping<'_>,
    script: &Script<'_, '_>,
) -> Option<(Deed, Act)> {
    let reading = script.reading;
    let act = script.act(keys, &[]);
    let only = keys.take("completable_only").map_or(Some(false), |node| reading.boolean(node));
    let plan = match &node.kind {
        NodeKind::Map(_) => {
            Some(Found { file: script.file.to_owned(), text: node.to_json().to_string() })
        }
        NodeKind::String(_) => found(node, (script.file, script.sources), reading),
        NodeKind::Null
        | NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Float(_)
        | NodeKind::List(_) => {
            let ko = "이행 계획이나 그 파일의 이름을 적습니다";
            reading.error(codes::KIND, node.span, ko, "write a migration plan, or name its file");
            None
        }
    };
    Some((Deed::Migrate { plan: plan?, completable_only: only? }, act?))
}
