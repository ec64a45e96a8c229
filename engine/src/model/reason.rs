//! A reason that has to be given: there, not too long, and without personal data, since the log is for ever.

use super::privacy::refuse_personal_text;
use super::refusal::Why;
use crate::limits::REASON_BYTES_MAX;

/// Checks a reason that must be given.
///
/// # Errors
/// If it is missing, too long, or holds personal data.
pub(super) fn given(reason: &str) -> Result<(), Why> {
    if reason.trim().is_empty() {
        return Err(Why::ReasonMissing);
    }
    if reason.len() > REASON_BYTES_MAX {
        return Err(Why::ReasonTooLong { bytes: reason.len(), max: REASON_BYTES_MAX });
    }
    refuse_personal_text("reason", reason)
}
