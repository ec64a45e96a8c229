//! Where something is in the tree of running blocks: `deliver_support/review:libraries/check` is the step
//! `check` in the branch `libraries` of the step `review`, in the workflow that `deliver_support` called.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::names::{Name, NotAnIdentifier};

/// One level down: into a branch of a parallel step, or into the workflow a step called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Segment {
    /// The step one goes into.
    pub step: Name,
    /// The branch of it, if it is a parallel step.
    pub branch: Option<Name>,
}

/// A block; the case's main block is the empty path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct BlockPath(pub Vec<Segment>);

/// A step in a block.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct StepPath {
    /// The block it is in.
    pub block: BlockPath,
    /// The step.
    pub step: Name,
}

impl BlockPath {
    /// The main block of the case.
    pub fn root() -> BlockPath {
        BlockPath::default()
    }

    /// A step of this block.
    pub fn step(&self, step: &Name) -> StepPath {
        StepPath { block: self.clone(), step: step.clone() }
    }

    /// The step whose branch or called workflow this block is; `None` for the main block.
    pub fn owner(&self) -> Option<StepPath> {
        let (last, above) = self.0.split_last()?;
        Some(StepPath { block: BlockPath(above.to_vec()), step: last.step.clone() })
    }

    /// The block of the called workflow (or of the case) this block belongs to.
    pub fn frame(&self) -> BlockPath {
        let depth = self.0.iter().rposition(|s| s.branch.is_none()).map_or(0, |i| i + 1);
        BlockPath(self.0[..depth].to_vec())
    }
}

impl StepPath {
    /// A branch of this step.
    pub fn branch(&self, branch: &Name) -> BlockPath {
        self.inside(Some(branch.clone()))
    }

    /// The main block of the workflow this step called.
    pub fn called(&self) -> BlockPath {
        self.inside(None)
    }

    /// The same step after the steps of the workflow that runs in `block`, and branches of them, were renamed.
    #[must_use]
    pub fn renamed(&self, block: &BlockPath, names: &NewNames<'_>) -> StepPath {
        let depth = block.0.len();
        let mut path = self.clone();
        if !path.block.0.starts_with(&block.0) {
            return path;
        }
        for segment in &mut path.block.0[depth..] {
            let step = names.step(&segment.step);
            let Some(branch) = &segment.branch else {
                // What the step called has names of its own.
                segment.step = step;
                return path;
            };
            segment.branch = Some(names.branch(&segment.step, branch));
            segment.step = step;
        }
        path.step = names.step(&self.step);
        path
    }

    fn inside(&self, branch: Option<Name>) -> BlockPath {
        let mut segments = self.block.0.clone();
        segments.push(Segment { step: self.step.clone(), branch });
        BlockPath(segments)
    }

    /// Whether a person may mean this step by `text`: its full address, or an end of it that begins at a
    /// step's name, with or without branches (`check`, `deliver_support/check`).
    pub fn answers_to(&self, text: &str) -> bool {
        let full = self.to_string();
        let plain = self.without_branches();
        [full.as_str(), plain.as_str()].into_iter().any(|address| {
            address.strip_suffix(text).is_some_and(|above| above.is_empty() || above.ends_with('/'))
        })
    }

    /// The address a person reads and types: the called workflows and the step, without branch names.
    pub fn without_branches(&self) -> String {
        let called = self.block.0.iter().filter(|s| s.branch.is_none());
        called.map(|s| s.step.as_str()).chain([self.step.as_str()]).collect::<Vec<_>>().join("/")
    }
}

/// What the steps of a workflow, and branches of them, are called from now on. Who is not in it keeps its name.
#[derive(Debug, Clone, Copy)]
pub struct NewNames<'a> {
    /// Old name of a step to new.
    pub steps: &'a BTreeMap<Name, Name>,
    /// By the step's old name: old name of a branch to new.
    pub branches: &'a BTreeMap<Name, BTreeMap<Name, Name>>,
}

impl NewNames<'_> {
    /// The new name of a step.
    pub fn step(&self, old: &Name) -> Name {
        self.steps.get(old).unwrap_or(old).clone()
    }

    /// The new name of a branch of a step that had this name.
    pub fn branch(&self, step: &Name, old: &Name) -> Name {
        let new = self.branches.get(step).and_then(|branches| branches.get(old));
        new.unwrap_or(old).clone()
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.branch {
            Some(branch) => write!(f, "{}:{branch}", self.step),
            None => self.step.fmt(f),
        }
    }
}

impl fmt::Display for BlockPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("/")?;
            }
            segment.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for StepPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.block.0.is_empty() {
            write!(f, "{}/", self.block)?;
        }
        self.step.fmt(f)
    }
}

impl From<BlockPath> for String {
    fn from(path: BlockPath) -> String {
        path.to_string()
    }
}

impl From<StepPath> for String {
    fn from(path: StepPath) -> String {
        path.to_string()
    }
}

impl TryFrom<String> for BlockPath {
    type Error = NotAnIdentifier;

    fn try_from(text: String) -> Result<BlockPath, NotAnIdentifier> {
        match text.is_empty() {
            true => Ok(BlockPath::root()),
            false => blocks(&text),
        }
    }
}

impl TryFrom<String> for StepPath {
    type Error = NotAnIdentifier;

    fn try_from(text: String) -> Result<StepPath, NotAnIdentifier> {
        let (block, step) = match text.rsplit_once('/') {
            Some((block, step)) => (blocks(block)?, step),
            None => (BlockPath::root(), text.as_str()),
        };
        Ok(StepPath { block, step: Name::new(step)? })
    }
}

fn blocks(text: &str) -> Result<BlockPath, NotAnIdentifier> {
    text.split('/').map(segment).collect::<Result<_, _>>().map(BlockPath)
}

fn segment(text: &str) -> Result<Segment, NotAnIdentifier> {
    let (step, branch) = match text.split_once(':') {
        Some((step, branch)) => (step, Some(Name::new(branch)?)),
        None => (text, None),
    };
    Ok(Segment { step: Name::new(step)?, branch })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> StepPath {
        StepPath::try_from(text.to_owned()).expect("a path")
    }

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        for text in ["triage", "deliver/review:east/check", "a:b/c:d/e"] {
            assert_eq!(path(text).to_string(), text);
        }
        assert_eq!(BlockPath::try_from(String::new()), Ok(BlockPath::root()));
        for text in ["", "/a", "a//b", "a:/b", "A"] {
            assert!(StepPath::try_from(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn a_person_may_leave_out_what_is_clear() {
        let check = path("deliver/review:east/check");
        for text in ["check", "deliver/check", "review:east/check", "deliver/review:east/check"] {
            assert!(check.answers_to(text), "{text}");
        }
        for text in ["heck", "east/check", "other/check", ""] {
            assert!(!check.answers_to(text), "{text}");
        }
    }

    #[test]
    fn the_frame_is_the_innermost_called_workflow() {
        assert_eq!(path("deliver/review:east/check").block.frame().to_string(), "deliver");
        assert_eq!(path("review:east/check").block.frame(), BlockPath::root());
        let owner = path("deliver/review:east/check").block.owner().expect("an owner");
        assert_eq!(owner.to_string(), "deliver/review");
    }
}
