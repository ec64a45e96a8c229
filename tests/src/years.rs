//! Ten simulated years of cases with timers: the same seed gives the same events to the byte, in another process too, and
//! every timer fires when it is due.

use std::process::Command;

use serde_json::Value;

use crate::campaign::{Chance, scaled};
use crate::folder::{binary, quick_binary};

const CASES_QUICK: u32 = 40;
const CASES_FULL: u32 = 10_000;
const YEARS: &str = "10";

/// What `dure bench years` says; it fails by itself if a timer is late, or a case is lost or differs from its events.
fn played(seed: u64, cases: u32, rounds: u32) -> Value {
    let program = if cases == CASES_QUICK { binary() } else { quick_binary() };
    let (seed, cases, rounds) = (seed.to_string(), cases.to_string(), rounds.to_string());
    let counts = ["--cases", &cases, "--seed", &seed, "--rounds", &rounds];
    let arguments = ["bench", "years", "--json", "--years", YEARS].into_iter().chain(counts);
    let ran = Command::new(program).args(arguments).output().expect("the binary runs");
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "seed {seed}: {err}");
    serde_json::from_str(&out).expect("one JSON document")
}

#[test]
fn ten_years_of_one_seed_have_one_merkle_root_and_every_timer_fires_when_it_is_due() {
    let seed = Chance::new("years").draw();
    let cases = scaled(CASES_QUICK, CASES_FULL);
    let years = played(seed, cases, 2);
    println!("{years}");
    assert_eq!(years["rounds"].as_array().map(Vec::len), Some(2));
    assert_eq!(years["started"], cases);
    for kind in ["remind", "wake", "expire", "escalate"] {
        let fired = years["timers"][kind].as_u64();
        assert!(fired.is_some_and(|fired| fired > 0), "no timer fired to {kind}: {years}");
    }
    let other = played(seed.wrapping_add(1), CASES_QUICK, 1);
    assert_ne!(other["root"], years["root"]);
    if cases == CASES_QUICK {
        let again = played(seed, cases, 1);
        for name in ["root", "events", "timers", "refused", "cases", "closed"] {
            assert_eq!(again[name], years[name], "{name} in another process");
        }
    }
}
