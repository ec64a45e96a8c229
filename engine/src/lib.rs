//! Dure's engine: the rules of workflows (`model`), the language they are written in (`language`, `expression`)
//! and the runtime that obeys them. Knows no library, no HTTP and no database.

pub mod checker;
pub mod error;
pub mod expression;
pub mod graph;
pub mod import;
pub mod language;
pub mod limits;
pub mod model;
pub mod report;
pub mod runtime;
pub mod scenario;
pub mod simulation;
mod tables;
pub mod time;

pub use error::EngineError;
pub use runtime::{
    Accepted, ActOf, ActionRequest, AnswerRequest, CompleteRequest, Engine, EngineOptions,
    MessageRequest, StartRequest, TaskRequest,
};
