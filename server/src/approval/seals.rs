//! Who signs a case: those who wrote what others had to look at, and those who looked at it. A step is signed if a rule
//! of its workflow keeps it from those who did another (four eyes), if several decide it together, or if it is such
//! another. The last decision of a person at a step counts, and one that is the same for several items stands once.

use chrono::{DateTime, Utc};
use dure_engine::model::address::{BlockPath, StepPath};
use dure_engine::model::definition::{Step, StepKind};
use dure_engine::model::event::{Authority, TaskChange};
use dure_engine::model::names::{Name, PersonId};
use dure_engine::runtime::TimelineEntry;
use dure_engine::runtime::projection::timeline::Did;
use dure_storage::Lang;

use super::{People, called};
use crate::titles::Titles;
use crate::words;

/// How rules name the start of a case.
const START: &str = "start";

/// One signature.
pub struct Seal {
    /// The workflow whose step was signed.
    pub of: String,
    /// What was signed.
    pub step: String,
    /// In which role.
    pub role: Option<String>,
    /// By whom.
    pub person: String,
    /// By what right, if not their own.
    pub mark: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
    /// How they decided.
    pub decision: String,
}

/// Reads signatures off a timeline.
pub struct Signing<'a> {
    /// What things are called.
    pub titles: &'a Titles,
    /// What people are called.
    pub people: &'a People,
    /// The language of the reader.
    pub lang: Lang,
}

impl Signing<'_> {
    /// The signatures, in the order in which they were given.
    pub fn seals(&self, entries: &[TimelineEntry]) -> Vec<Seal> {
        let mut signed: Vec<(StepPath, PersonId, Seal)> = Vec::new();
        for entry in entries {
            let Some((step, by, decision)) = self.signature(entry) else { continue };
            let seal = self.seal(entry, &step, by, decision);
            signed.retain(|(known, person, other)| {
                let again = *known == step
                    || (&other.step, &other.decision) == (&seal.step, &seal.decision);
                !again || person != by
            });
            signed.push((step, by.clone(), seal));
        }
        signed.into_iter().map(|(_, _, seal)| seal).collect()
    }

    /// Which step an entry signs, who does and how they decide; nothing for what is no signature.
    fn signature<'e>(&self, entry: &'e TimelineEntry) -> Option<(StepPath, &'e PersonId, String)> {
        let by = entry.by.as_ref()?;
        match &entry.did {
            Did::Started => {
                let start = StepPath { block: BlockPath::root(), step: Name::new(START).ok()? };
                self.is_signed(&start).then(|| (start, by, String::new()))
            }
            Did::Completed { step, outcome }
            | Did::Changed { step, change: TaskChange::Vote(outcome) } => {
                let decision = || self.titles.outcome(step, outcome).unwrap_or_default();
                self.is_signed(step).then(|| (step.clone(), by, decision()))
            }
            Did::Acted { .. }
            | Did::TimerFired { .. }
            | Did::Answered { .. }
            | Did::EffectFailed { .. }
            | Did::EffectRetried { .. }
            | Did::Received { .. }
            | Did::Changed { .. }
            | Did::DuesMoved { .. }
            | Did::Migrated { .. } => None,
        }
    }

    fn is_signed(&self, path: &StepPath) -> bool {
        let Some(definition) = self.titles.definition(&path.block) else { return false };
        let of = |step: &Step| match &step.kind {
            StepKind::Task(task) => {
                let several = !task.not_same_as.is_empty() || task.quorum.is_some();
                task.not_same_as.contains(&path.step) || (step.name == path.step && several)
            }
            StepKind::Auto(_)
            | StepKind::Decide
            | StepKind::Wait(_)
            | StepKind::Parallel(_)
            | StepKind::Each(_)
            | StepKind::Call(_)
            | StepKind::Spawn(_)
            | StepKind::Send(_) => false,
        };
        definition.steps().into_iter().any(of)
    }

    fn seal(
        &self,
        entry: &TimelineEntry,
        step: &StepPath,
        by: &PersonId,
        decision: String,
    ) -> Seal {
        let title = match entry.did == Did::Started {
            true => words::DRAFTED.get(self.lang).to_owned(),
            false => self.titles.step(step),
        };
        let of = self.titles.definition(&step.block);
        Seal {
            of: of.map_or_else(String::new, |of| of.title.get(self.lang).to_owned()),
            step: title,
            role: entry.role.as_ref().map(|role| self.titles.role(&step.block, role)),
            person: called(self.people, by).to_owned(),
            mark: self.mark(entry),
            at: entry.occurred_at,
            decision,
        }
    }

    /// 전결, 대결 or in whose place.
    fn mark(&self, entry: &TimelineEntry) -> Option<String> {
        let other = entry.on_behalf_of.as_ref().map(|id| called(self.people, id));
        match (entry.authority?, other) {
            (Authority::Delegated, None) => Some(words::BY_DELEGATION.get(self.lang).to_owned()),
            (authority, Some(other)) => Some(words::in_place(self.lang, authority, other)),
            (Authority::Deputy, None) => Some(words::AS_DEPUTY.get(self.lang).to_owned()),
            (Authority::Own | Authority::OnBehalf | Authority::Spawned, None) => None,
        }
    }
}
