//! Scenarios: what people do with a workflow, line by line, and what has to come of it. Plays them on an engine, and
//! says what of the workflows they took. `language` reads their files; nothing here reads one.

mod codes;
mod coverage;
mod element;
mod expectation;
mod judge;
mod line;
mod places;
mod play;
mod script;
mod sources;
mod staffing;
mod timeline;
mod trace;
mod world;

pub use codes::CODES;
pub(crate) use codes::*;
pub use coverage::{Coverage, CoverageOf, Row};
pub use element::{Element, Ruled, Way};
pub use expectation::{AccountExpected, Expectation, Expected, HolderNamed};
pub use line::{Act, Deed, Line, MAIN_CASE, Names, PersonChange, Placed, Published, Refused, When};
pub(crate) use play::Player;
pub use play::{LineResult, Played, PlayedLine, play};
pub use script::{CalendarFile, Scenario, WorkflowFile};
pub use sources::{Found, Sources};
pub use world::{Run, run};
