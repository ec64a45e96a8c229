//! Conditions that an auditor wants listed: asked after everything else an act made true, and written down when they
//! begin or cease to hold. They decide nothing.

use super::*;
use crate::model::definition::Flag;

impl Walk<'_, '_> {
    /// Asks the flags of every workflow that runs in the case. Those of a closed case stay as its last act left them.
    pub(super) fn settle_flags(&mut self) {
        let closes =
            |consequence: &Consequence| matches!(consequence, Consequence::CaseClosed { .. });
        if !self.case.is_open() && !self.consequences.iter().any(closes) {
            return;
        }
        let frames: Vec<BlockPath> =
            self.case.frames().into_iter().map(|(block, _)| block).collect();
        frames.iter().for_each(|block| self.settle_flags_of(block));
    }

    /// Asks the flags of one workflow. What it has raised when it ends stays raised.
    pub(super) fn settle_flags_of(&mut self, block: &BlockPath) {
        let Ok(definition) = self.definition(block) else { return };
        for flag in &definition.flags {
            let path = block.step(&flag.name);
            match (self.holds(block, flag), self.case.has_flag(&path)) {
                (true, false) => self.emit(Consequence::FlagRaised { flag: path }),
                (false, true) => self.emit(Consequence::FlagCleared { flag: path }),
                (true, true) | (false, false) => {}
            }
        }
        // Another version of the workflow may not have it any more.
        let of_here = self.case.flags.iter().map(|raised| &raised.flag);
        let of_here = of_here.filter(|flag| flag.block == *block);
        let gone: Vec<StepPath> =
            of_here.filter(|flag| definition.flag(flag.step.as_str()).is_none()).cloned().collect();
        gone.into_iter().for_each(|flag| self.emit(Consequence::FlagCleared { flag }));
    }

    /// A condition that has no value, for it reads a field that is not set, does not hold.
    fn holds(&self, block: &BlockPath, flag: &Flag) -> bool {
        let Ok(here) = self.here(block) else { return false };
        self.automatic().holds(&here, &flag.when).unwrap_or(false)
    }
}
