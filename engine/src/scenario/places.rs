//! Where the parts of a workflow stand in its file: the line of each step, outcome, action and end.

use std::collections::HashMap;

use super::element::{Element, Ruled};
use crate::language::{Node, NodeKind, Span, line_of, parse_node};

/// The places of a file, found once.
#[derive(Debug, Default)]
pub(super) struct Places {
    steps: HashMap<String, Span>,
    outcomes: HashMap<(String, String), Span>,
    others: HashMap<(&'static str, String), Span>,
}

/// What stands beside the steps.
const OTHERS: [&str; 3] = ["actions", "ends", "flags"];

impl Places {
    /// Those of a workflow file; none if it cannot be read.
    pub(super) fn of(text: &str) -> Places {
        let mut places = Places::default();
        if let Some(document) = parse_node(text) {
            places.collect(&document);
            for part in OTHERS {
                let entries = document.get(part).and_then(Node::as_map).unwrap_or_default();
                let named = entries.iter().map(|(key, _)| ((part, key.name.clone()), key.span));
                places.others.extend(named);
            }
        }
        places
    }

    fn collect(&mut self, node: &Node) {
        let NodeKind::Map(entries) = &node.kind else { return };
        for (key, value) in entries {
            let steps = value.as_map().filter(|_| key.name == "steps" || key.name == "background");
            for (name, step) in steps.unwrap_or_default() {
                self.steps.insert(name.name.clone(), name.span);
                let outcomes = step.get("outcomes").or_else(|| step.get("decide"));
                let outcomes = outcomes.and_then(Node::as_map).unwrap_or_default();
                let named = outcomes
                    .iter()
                    .map(|(outcome, _)| ((name.name.clone(), outcome.name.clone()), outcome.span));
                self.outcomes.extend(named);
            }
            self.collect(value);
        }
    }

    /// The line of something, from 1.
    pub(super) fn line(&self, text: &str, element: &Element) -> Option<usize> {
        let other = |part, name: &str| self.others.get(&(part, name.to_owned()));
        let span = match element {
            Element::Step(step) | Element::Timer { step, .. } => self.steps.get(step.as_str()),
            Element::Outcome { step, outcome }
            | Element::Guard { of: Ruled::Outcome { step, outcome }, .. } => {
                let named = self.outcomes.get(&(step.to_string(), outcome.to_string()));
                named.or_else(|| self.steps.get(step.as_str()))
            }
            Element::Action(name) | Element::Guard { of: Ruled::Action(name), .. } => {
                other("actions", name.as_str())
            }
            Element::End(name) => other("ends", name.as_str()),
            Element::Flag(name) => other("flags", name.as_str()),
            Element::Guard { of: Ruled::Start, .. } => None,
        };
        span.map(|span| line_of(text, *span))
    }
}
