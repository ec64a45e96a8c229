//! The loop around the model: loads, decides, appends, and keeps the views. Everything that waits, reads a
//! clock or touches a store is here.

mod accounts;
mod calendars;
mod cases;
mod clock;
mod effects;
mod engine;
mod history;
mod importing;
mod lines;
mod migrating;
mod outside;
mod people;

mod person_at;
pub mod projection;
mod reporting;
mod request;
pub mod streams;
mod ticking;
mod views;
mod webhooks;
mod why;
mod workflows;

pub use calendars::{CALENDAR_PUBLISHED, CalendarPublished, PublishedCalendar};
pub use clock::{Clock, CountedIds, Ids, ManualClock, RandomIds, SystemClock};
pub use effects::{Answer, Handler, Lease};
pub use engine::{Engine, EngineOptions};
pub use importing::{Import, ImportCounts, RefusedRow};
pub use migrating::{MigratedCase, MigrationCounts, MigrationMode, MigrationOutcome};
pub use people::{ComeBack, EndRole, PersonEntry};
pub use person_at::{PersonAt, SaidBy};
pub use projection::Projection;
pub use projection::accounts::{LedgerEntry, LedgerLine};
pub use projection::calendars::CalendarSummary;
pub use projection::cases::CaseRow;
pub use projection::tasks::TaskRow;
pub use projection::timeline::TimelineEntry;
pub use reporting::Moment;
pub use request::{
    Accepted, AccountAccepted, AccountAct, ActOf, ActionRequest, AnswerRequest, CompleteRequest,
    MessageRequest, StartRequest, TaskRequest,
};
pub use views::{RoleHolder, ViewState, ViewStatus};
pub use webhooks::{Deliver, Delivery, Message, WebhookAccepted};
pub use why::{Assigned, InPlace, OutcomeNow, StepNow, Why};
pub use workflows::{Published, WorkflowSummary};
