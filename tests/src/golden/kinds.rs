//! The closed enums of what is on the log, each with all its variants, and which of them a history holds. The compiler
//! holds the lists to be complete: a variant that is missing here does not compile.

use std::collections::BTreeSet;

use dure_engine::model::account::{AccountEvent, MoveKind};
use dure_engine::model::consequence::{
    ClockChange, Consequence, Holder, Moved, StepClock, TimerKind, WaitsFor,
};
use dure_engine::model::event::{Authority, CaseEvent, Dues, TaskChange};
use dure_engine::model::people::PersonEvent;
use dure_engine::model::webhook::WebhookEvent;
use dure_engine::time::Counted;

use crate::history::History;

/// What may be on the log.
trait Closed {
    /// Every variant, as `Enum::Variant`.
    const ALL: &'static [&'static str];
    /// The variant.
    fn variant(&self) -> &'static str;
}

macro_rules! closed {
    ($($of:ident: $($variant:ident)*;)*) => {
        $(impl Closed for $of {
            const ALL: &'static [&'static str] =
                &[$(concat!(stringify!($of), "::", stringify!($variant)),)*];

            fn variant(&self) -> &'static str {
                match self {
                    $($of::$variant { .. } => concat!(stringify!($of), "::", stringify!($variant)),)*
                }
            }
        })*

        /// Every variant of every enum.
        pub fn all() -> BTreeSet<&'static str> {
            [$(<$of as Closed>::ALL),*].into_iter().flatten().copied().collect()
        }
    };
}

closed! {
    CaseEvent: Started StepCompleted ActionTaken TimerFired AutoCompleted EffectFailed EffectRetried MessageReceived
        TaskChanged DuesMoved Migrated Continued;
    PersonEvent: PersonAdded RoleGranted RoleEnded AbsenceRegistered AbsenceEnded DeputyNamed;
    AccountEvent: Opened Moved Closed;
    WebhookEvent: Registered Changed Removed Delivered Failed Retried;
    Consequence: DataSet StepEntered StepPassed StepCompleted StepDetached StepLeft BlockEnded CaseClosed ClockSet
        ClockStopped ClockResumed Reminded Escalated TaskAssigned TaskDelegated PersonRecused VoteCast ReportOwed
        ReportTaken ItemAdded ItemWithdrawn ResultsKept AccountMoved EffectFailed EffectRetried CaseSpawned MessageSent
        MessageKept MessageTaken WorkflowChanged StepsRenamed WaitChanged ActionCounted FlagRaised FlagCleared;
    Authority: Own OnBehalf Deputy Delegated Spawned;
    TaskChange: Claim Unclaim Assign Delegate Recuse Vote TakeNote;
    Dues: Kept Anew;
    WaitsFor: Task Auto Event Branches Items Call;
    Holder: Roles Starter Person People;
    TimerKind: Remind Wake Expire Escalate;
    ClockChange: Fired Extended Resumed Calendar Migrated;
    Counted: Span Recurrence;
    Moved: Reserved Committed Released TransferredOut TransferredIn;
    MoveKind: Credit Debit Reserve Commit Release;
}

/// The variants that a history holds.
pub fn of(history: &History) -> BTreeSet<&'static str> {
    let mut found = Found(BTreeSet::new());
    for envelope in history.envelopes() {
        let (kind, data) = (envelope.kind.as_str(), envelope.data.get());
        if let Some(event) = CaseEvent::decode(kind, data) {
            found.case(&event.expect("a case's event"));
        } else if let Some(event) = PersonEvent::decode(kind, data) {
            found.see(&event.expect("a person's event"));
        } else if let Some(event) = AccountEvent::decode(kind, data) {
            found.account(&event.expect("an account's event"));
        } else if let Some(event) = WebhookEvent::decode(kind, data) {
            found.see(&event.expect("a webhook's event"));
        }
    }
    found.0
}

struct Found(BTreeSet<&'static str>);

impl Found {
    fn see(&mut self, value: &impl Closed) {
        self.0.insert(value.variant());
    }

    fn account(&mut self, event: &AccountEvent) {
        self.see(event);
        if let AccountEvent::Moved(moved) = event {
            moved.moves.iter().for_each(|each| self.see(&each.kind));
        }
    }

    fn case(&mut self, event: &CaseEvent) {
        self.see(event);
        event.act().into_iter().for_each(|act| self.see(&act.authority));
        match event {
            CaseEvent::TaskChanged(changed) => self.see(&changed.change),
            CaseEvent::TimerFired(fired) => self.see(&fired.timer.does),
            CaseEvent::Migrated(migrated) => migrated.dues.iter().for_each(|dues| self.see(dues)),
            CaseEvent::Started(_)
            | CaseEvent::StepCompleted(_)
            | CaseEvent::ActionTaken(_)
            | CaseEvent::AutoCompleted(_)
            | CaseEvent::EffectFailed(_)
            | CaseEvent::EffectRetried(_)
            | CaseEvent::MessageReceived(_)
            | CaseEvent::DuesMoved(_)
            | CaseEvent::Continued(_) => {}
        }
        event.consequences().iter().for_each(|consequence| self.consequence(consequence));
    }

    fn consequence(&mut self, consequence: &Consequence) {
        self.see(consequence);
        if let Consequence::StepEntered { waits, .. } | Consequence::WaitChanged { waits, .. } =
            consequence
        {
            self.see(waits);
            if let WaitsFor::Task { holder, .. } = waits {
                self.see(holder);
            }
        }
        if let Consequence::StepEntered { clock, .. } | Consequence::ClockSet { clock, .. } =
            consequence
        {
            self.clock(clock);
        }
        if let Consequence::ClockSet { why, .. } = consequence {
            self.see(why);
        }
        if let Consequence::AccountMoved { kind, .. } = consequence {
            self.see(kind);
        }
    }

    fn clock(&mut self, clock: &StepClock) {
        clock.timers.iter().for_each(|timer| self.see(&timer.does));
        clock.basis.iter().for_each(|basis| self.see(&basis.counted));
    }
}
