//! What must hold after every act and at the end of a run. Asks the engine and the log; changes nothing.

use super::report::Trouble;
use super::run::Run;
use crate::model::case::Case;
use crate::model::evolve::fold;

impl Run<'_> {
    /// After every act: every open case has a holder or a next wake-up (I13), none contradicts itself, no account
    /// lies below its floor (I8).
    pub(super) async fn sound(&self) -> Result<(), Trouble> {
        for id in &self.cases {
            let case = self.ground.engine().case(id).await.map_err(broken)?;
            if case.fault.is_some() || case.is_stuck() {
                return Err(Trouble::Unsound(shown(&case)));
            }
            if !case.is_open() && has_something_left(&case) {
                return Err(Trouble::LeftOver(shown(&case)));
            }
        }
        for account in self.ground.opened() {
            let account = self.ground.engine().account(account).await.map_err(broken)?;
            if account.available < account.floor || account.reserved < 0 || account.committed < 0 {
                return Err(Trouble::BelowFloor(format!("{account:?}")));
            }
        }
        Ok(())
    }

    /// At the end: nothing is reserved, nothing is due, and every case is what its stored events fold to.
    pub(super) async fn settled(&mut self) -> Result<(), Trouble> {
        let engine = self.ground.engine().clone();
        for account in self.ground.opened() {
            let account = engine.account(account).await.map_err(broken)?;
            if account.reserved != 0 {
                return Err(Trouble::LeftOver(format!("{account:?}")));
            }
        }
        if let Some(at) = engine.next_wake().await.map_err(broken)? {
            return Err(Trouble::LeftOver(format!("a timer at {at}")));
        }
        for (index, id) in self.cases.clone().iter().enumerate() {
            let case = engine.case(id).await.map_err(broken)?;
            let history =
                engine.history(id).await.map_err(|error| Trouble::Broken(error.to_string()))?;
            if fold(&history).as_ref() != Some(&*case) {
                return Err(Trouble::FoldsDifferently(shown(&case)));
            }
            if index == 0 {
                self.count(&case, &history);
            }
        }
        Ok(())
    }
}

/// Whether a task, a timer or a reservation is left in a case.
pub(super) fn has_something_left(case: &Case) -> bool {
    !case.running().is_empty()
        || case.next_timer().is_some()
        || case.frames().iter().any(|(_, frame)| frame.reserved.values().any(|units| *units != 0))
}

pub(super) fn broken(error: crate::error::EngineError) -> Trouble {
    Trouble::Broken(error.to_string())
}

/// A case in a line: what is active in it.
pub(super) fn shown(case: &Case) -> String {
    let active: Vec<String> =
        case.running().iter().map(|running| running.path.to_string()).collect();
    let fault = case.fault.as_deref().map(|fault| format!(": {fault}")).unwrap_or_default();
    format!("{} v{} [{}]{fault}", case.id, case.version.0, active.join(", "))
}
