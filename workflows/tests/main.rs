//! The shipped workflows, played as their people would.

mod coverage;
mod played;
mod pages;
mod red_flags;
mod reports;
mod samples;
mod sizes;
