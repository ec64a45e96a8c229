//! The files that are shipped because of where they stand: `scenarios/` and `reports/` of each workflow, and its
//! `simulation.yaml`. `build.rs` finds them.

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));
