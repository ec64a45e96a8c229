//! "Did you mean", as expressions know it: one measure of closeness for the whole language.

pub(crate) use crate::expression::did_you_mean;
