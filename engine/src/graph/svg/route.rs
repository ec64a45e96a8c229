//! The tracks between two rows: every level run of a line gets one, so that no two lie upon each other.

/// Between two tracks.
const TRACK: f64 = 9.0;
/// Between a row and the first or last track; below it is room for the head of an arrow.
const ROOM: f64 = 13.0;
/// How near two lines may come side by side.
const CLEAR: f64 = 5.0;

/// The level part of a line between two rows.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Whether it comes from the row above.
    pub(super) from_above: bool,
    /// Whether it goes on to the row above.
    pub(super) to_above: bool,
    /// Which track it takes, from the top.
    pub(super) track: usize,
}

/// What lies between two rows.
#[derive(Debug, Default)]
pub(super) struct Gap {
    pub(super) runs: Vec<Run>,
    tracks: usize,
}

impl Run {
    fn ends(&self) -> (f64, f64) {
        (self.from.min(self.to), self.from.max(self.to))
    }

    fn is_level(&self) -> bool {
        (self.from - self.to).abs() >= 0.5
    }

    fn overlaps(&self, other: &Run) -> bool {
        let (a, b) = (self.ends(), other.ends());
        a.0 < b.1 + CLEAR && b.0 < a.1 + CLEAR
    }

    /// The upright parts that reach up to the row above, and down to the row below.
    fn legs(&self) -> (Vec<f64>, Vec<f64>) {
        let ends = [(self.from, self.from_above), (self.to, self.to_above)];
        let of = |above: bool| ends.iter().filter(|end| end.1 == above).map(|end| end.0).collect();
        (of(true), of(false))
    }

    /// Whether it has to lie above another, lest an upright part of one lie upon one of the other.
    fn must_be_above(&self, other: &Run) -> bool {
        let (up, _) = self.legs();
        let (_, down) = other.legs();
        up.iter().any(|a| down.iter().any(|b| (a - b).abs() < CLEAR))
    }

    /// Lines that go the same way do not cross if the one farther on lies higher.
    fn key(&self) -> f64 {
        if self.to >= self.from { -self.from } else { self.from }
    }
}

impl Gap {
    /// Gives every run its track: below everything it must be below of, as high as that allows.
    pub(super) fn assign(&mut self) {
        let mut left: Vec<usize> =
            (0..self.runs.len()).filter(|at| self.runs[*at].is_level()).collect();
        left.sort_by(|a, b| self.runs[*a].key().total_cmp(&self.runs[*b].key()).then(a.cmp(b)));
        let mut waits: Vec<usize> = vec![0; self.runs.len()];
        for (a, b) in left.iter().flat_map(|a| left.iter().map(move |b| (*a, *b))) {
            waits[b] += usize::from(a != b && self.runs[a].must_be_above(&self.runs[b]));
        }
        let mut placed: Vec<usize> = Vec::new();
        while !left.is_empty() {
            // Where each would have to be above the other, the first one is.
            let next = left.iter().position(|at| waits[*at] == 0).unwrap_or(0);
            let at = left.remove(next);
            for other in &left {
                waits[*other] -= usize::from(self.runs[at].must_be_above(&self.runs[*other]));
            }
            let below = placed.iter().filter(|other| {
                let (run, other) = (&self.runs[at], &self.runs[**other]);
                run.overlaps(other) || other.must_be_above(run)
            });
            let track = below.map(|other| self.runs[*other].track + 1).max().unwrap_or(0);
            self.runs[at].track = track;
            self.tracks = self.tracks.max(track + 1);
            placed.push(at);
        }
    }

    /// How high it is; nothing, at the rim and without lines.
    pub(super) fn height(&self, is_rim: bool) -> f64 {
        match (is_rim, self.tracks) {
            (true, 0) => 0.0,
            (true, tracks) => ROOM + tracks as f64 * TRACK,
            (false, tracks) => 2.0 * ROOM + tracks.saturating_sub(1) as f64 * TRACK,
        }
    }

    /// How far below its upper side the track of a run lies.
    pub(super) fn track_y(&self, run: usize, is_top: bool) -> f64 {
        let before = if is_top { 0.0 } else { ROOM };
        before + self.runs[run].track as f64 * TRACK
    }
}
