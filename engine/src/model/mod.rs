//! The rules of workflows as pure functions: no clock, disk, network, chance or waiting in here (I4).
//! `decide` turns a command into an event, `evolve` folds events into a case.

pub mod account;
pub mod address;
pub mod case;
pub mod command;
pub mod composed;
pub mod consequence;
pub mod decide;
pub mod definition;
pub mod effect;
pub mod event;
pub mod evolve;
pub mod form;
pub mod known;
pub mod migration;
pub mod names;
pub mod number;
pub mod people;
pub mod privacy;
pub mod published;
mod reason;
pub mod reference;
pub mod refusal;
mod subject;
pub mod webhook;

pub use account::{Account, AccountFault, AccountRef, Amount, Move, MoveKind, Unit};
pub use address::{BlockPath, StepPath};
pub use case::{Case, Status};
pub use definition::Definition;
pub use event::{CaseEvent, Happened};
pub use names::{CaseId, Name, PersonId, Text, WorkflowRef};
pub use people::{Grant, Person};
pub use refusal::{Place, Refusal, Why};
