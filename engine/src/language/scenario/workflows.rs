//! Which workflows a scenario needs: those it starts cases on, and everything they call, a workflow after those it
//! calls.

use std::cell::RefCell;

use super::codes;
use super::setup::{At, found, unusable};
use crate::language::limits::SCENARIO_WORKFLOWS_MAX;
use crate::language::node::Node;
use crate::language::reading::Reading;
use crate::model::names::Name;
use crate::scenario::{Found, WorkflowFile};

/// The workflows of a scenario.
pub(super) struct Needed {
    /// Those whose files it names.
    given: Vec<WorkflowFile>,
    /// Those that are needed so far, in the order they have to be published in.
    in_order: RefCell<Vec<WorkflowFile>>,
}

impl Needed {
    /// Reads `workflows`, a list of files.
    pub(super) fn new(node: Option<&Node>, at: At<'_>, reading: &Reading<'_>) -> Needed {
        let items = node.map(|node| reading.items(node)).unwrap_or_default();
        let given = items.iter().filter_map(|node| {
            let found = found(node, at, reading)?;
            match crate::language::workflow_name(&found.text) {
                Some(name) => Some(WorkflowFile { name, found }),
                None => unusable(node, &found.file, "it has no name of a workflow", reading),
            }
        });
        Needed { given: given.collect(), in_order: RefCell::default() }
    }

    /// Adds the workflow that a node names, with everything it calls.
    pub(super) fn add(&self, node: &Node, at: At<'_>, reading: &Reading<'_>) -> Option<Name> {
        let name = reading.name(node)?;
        let mut asked = Vec::new();
        match self.collect(&name, at, &mut asked) {
            Ok(()) => Some(name),
            Err(Lacking::Workflow) => {
                let given = self.given.iter().map(|file| file.name.as_str());
                reading.unknown(node.span, ("업무 절차", "workflow"), name.as_str(), given);
                None
            }
            Err(Lacking::Room) => too_many(node, reading),
        }
    }

    /// Adds what the text of a workflow calls, which a node names.
    pub(super) fn add_called(
        &self,
        text: &str,
        node: &Node,
        at: At<'_>,
        reading: &Reading<'_>,
    ) -> Option<()> {
        for called in crate::language::called_names(text) {
            if let Err(Lacking::Room) = self.collect(&called, at, &mut Vec::new()) {
                return too_many(node, reading);
            }
        }
        Some(())
    }

    /// Every workflow that is needed.
    pub(super) fn in_order(self) -> Vec<WorkflowFile> {
        self.in_order.into_inner()
    }

    fn collect(&self, name: &Name, at: At<'_>, asked: &mut Vec<Name>) -> Result<(), Lacking> {
        let is_known = self.in_order.borrow().iter().any(|known| known.name == *name);
        if is_known || asked.contains(name) {
            return Ok(());
        }
        if asked.len() + self.in_order.borrow().len() >= SCENARIO_WORKFLOWS_MAX {
            return Err(Lacking::Room);
        }
        asked.push(name.clone());
        let found = self.find(name, at).ok_or(Lacking::Workflow)?;
        for called in crate::language::called_names(&found.text) {
            // A branch of that name looks like a call; a call that leads nowhere is found when the file is checked.
            match self.collect(&called, at, asked) {
                Ok(()) | Err(Lacking::Workflow) => {}
                Err(Lacking::Room) => return Err(Lacking::Room),
            }
        }
        self.in_order.borrow_mut().push(WorkflowFile { name: name.clone(), found });
        Ok(())
    }

    fn find(&self, name: &Name, (_, sources): At<'_>) -> Option<Found> {
        let given = self.given.iter().find(|file| file.name == *name);
        given.map(|file| file.found.clone()).or_else(|| sources.workflow(name.as_str()))
    }
}

fn too_many<T>(node: &Node, reading: &Reading<'_>) -> Option<T> {
    let ko = format!("필요한 업무 절차가 {SCENARIO_WORKFLOWS_MAX}개보다 많습니다");
    let en = format!("more than {SCENARIO_WORKFLOWS_MAX} workflows are needed");
    reading.error(codes::LIMIT, node.span, ko, en);
    None
}

enum Lacking {
    Workflow,
    Room,
}
