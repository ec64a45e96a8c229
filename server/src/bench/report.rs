//! What a benchmark reports, and how it counts: a latency histogram of fixed size, and the peak memory of this
//! process as the kernel counts it.

use std::time::Duration;

use serde::Serialize;

/// Buckets per doubling of the latency: a quantile is at most 1/32 off.
const BUCKETS_PER_DOUBLING: usize = 32;
/// Doublings from one nanosecond on; more than any latency has.
const DOUBLINGS: usize = 48;

/// Latencies, counted in buckets; its memory does not grow.
#[derive(Debug, Clone)]
pub struct Histogram {
    counts: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram { counts: vec![0; BUCKETS_PER_DOUBLING * DOUBLINGS] }
    }
}

impl Histogram {
    /// Counts one latency.
    pub fn record(&mut self, latency: Duration) {
        self.counts[bucket(latency.as_nanos() as u64)] += 1;
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: &Histogram) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
    }

    /// The latency in microseconds that this share of all latencies does not pass.
    pub fn quantile_us(&self, share: f64) -> f64 {
        let total: u64 = self.counts.iter().sum();
        let wanted = ((total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        let found = self.counts.iter().position(|count| {
            seen += count;
            seen >= wanted
        });
        found.map_or(0.0, |bucket| upper_ns(bucket) as f64 / 1_000.0)
    }
}

fn bucket(ns: u64) -> usize {
    let per_doubling = BUCKETS_PER_DOUBLING as u64;
    if ns < per_doubling {
        return ns as usize;
    }
    let shift = ns.ilog2() - per_doubling.ilog2();
    let within = (ns >> shift) - per_doubling;
    let bucket = (u64::from(shift) + 1) * per_doubling + within;
    (bucket as usize).min(BUCKETS_PER_DOUBLING * DOUBLINGS - 1)
}

/// The longest latency of a bucket.
fn upper_ns(bucket: usize) -> u64 {
    let (doubling, within) = (bucket / BUCKETS_PER_DOUBLING, bucket % BUCKETS_PER_DOUBLING);
    match doubling {
        0 => within as u64,
        _ => (((BUCKETS_PER_DOUBLING + within + 1) as u64) << (doubling - 1)) - 1,
    }
}

/// What `dure bench` prints; the names are a contract with the tools that read it.
#[derive(Debug, Clone, Serialize)]
pub struct BenchReport {
    /// Durable operations per second.
    pub per_second: f64,
    /// Median latency, microseconds.
    pub p50_us: f64,
    /// Latency that one in a hundred passes, microseconds.
    pub p99_us: f64,
    /// Latency that one in a thousand passes, microseconds.
    pub p999_us: f64,
    /// Events per flush, on average.
    pub group_mean: f64,
    /// Bytes on disk per event, everything derived included.
    pub bytes_per_event: f64,
    /// Most memory this process has had resident, KiB.
    pub peak_rss_kib: u64,
    /// Events per second by plain writes and flushes of such groups to a growing file.
    pub raw_growing_per_second: f64,
    /// The same to a file filled with zeros before.
    pub raw_zero_filled_per_second: f64,
    /// `per_second` as a share of the growing file's.
    pub ratio_growing: f64,
    /// `per_second` as a share of the zero-filled file's.
    pub ratio_zero_filled: f64,
}

impl BenchReport {
    /// Names and values as they are shown.
    pub(super) fn rows(&self) -> Vec<(String, String)> {
        let rows = [
            ("per_second", self.per_second),
            ("p50_us", self.p50_us),
            ("p99_us", self.p99_us),
            ("p999_us", self.p999_us),
            ("group_mean", self.group_mean),
            ("bytes_per_event", self.bytes_per_event),
            ("peak_rss_kib", self.peak_rss_kib as f64),
            ("raw_growing_per_second", self.raw_growing_per_second),
            ("raw_zero_filled_per_second", self.raw_zero_filled_per_second),
            ("ratio_growing", self.ratio_growing),
            ("ratio_zero_filled", self.ratio_zero_filled),
        ];
        rows.map(|(name, value)| (name.to_owned(), format!("{value:>12.2}"))).to_vec()
    }
}

/// Most memory this process has had resident, KiB; 0 where the kernel does not say.
pub fn peak_rss_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_at_most_one_part_in_thirty_two_off() {
        let mut histogram = Histogram::default();
        (1..=1_000).for_each(|us| histogram.record(Duration::from_micros(us)));
        for (share, us) in [(0.5, 500.0), (0.99, 990.0), (0.999, 999.0)] {
            let found = histogram.quantile_us(share);
            assert!((us..us * 33.0 / 32.0).contains(&found), "{share}: {found}");
        }
    }

    #[test]
    fn every_latency_has_a_bucket() {
        for ns in [0, 1, 31, 32, 33, 1_000_000, u64::MAX] {
            let mut histogram = Histogram::default();
            histogram.record(Duration::from_nanos(ns));
            assert!(histogram.quantile_us(1.0) > 0.0 || ns == 0);
        }
    }
}
