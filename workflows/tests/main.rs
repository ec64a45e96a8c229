//! The shipped workflows, played as their people would.

mod coverage;
mod pages;
mod played;
mod red_flags;
mod reports;
mod samples;
mod sizes;
