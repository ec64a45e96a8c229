//! What performs effects: a trait that embedders implement, and what it may answer.

use async_trait::async_trait;

use crate::model::consequence::Object;
use crate::model::effect::Effect;

/// What a handler answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// It is done: the step ends by this outcome.
    Done {
        /// The outcome.
        outcome: String,
        /// The form of the outcome.
        form: Object,
    },
    /// It failed, and may go well another time.
    Retry {
        /// Why; it is kept in the log for ever.
        error: String,
    },
    /// It failed, and would fail again: a person has to look.
    Fail {
        /// Why; it is kept in the log for ever.
        error: String,
    },
}

/// Performs the effects of one handler name. It may be called again for an effect that it has performed, after a crash
/// for one: whoever it tells must know repetitions by the effect's key.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Performs an effect. A panic, or more than
    /// [`EFFECT_SECONDS_MAX`](crate::limits::EFFECT_SECONDS_MAX), counts as [`Answer::Retry`].
    async fn perform(&self, effect: &Effect) -> Answer;
}
