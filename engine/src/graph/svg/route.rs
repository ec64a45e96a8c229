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
    /// The other part of the same line, which has to lie above this one.
    pub(super) below: Option<usize>,
    /// Whether it is a part of a line that was parted.
    pub(super) is_part: bool,
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
    /// Adds the level part of a line; its place among the others.
    pub(super) fn add(&mut self, from: (f64, bool), to: (f64, bool)) -> usize {
        let ((from, from_above), (to, to_above)) = (from, to);
        let (track, below, is_part) = (0, None, false);
        self.runs.push(Run { from, to, from_above, to_above, track, below, is_part });
        self.runs.len() - 1
    }

    /// Gives every run its track: below everything it must be below of, as high as that allows. Where two would each
    /// have to be above the other, one is parted in two; gives back which, and its second part.
    pub(super) fn assign(&mut self) -> Vec<(usize, usize)> {
        let mut left: Vec<usize> =
            (0..self.runs.len()).filter(|at| self.runs[*at].is_level()).collect();
        let (mut placed, mut parted) = (Vec::new(), Vec::new());
        self.sort(&mut left);
        let mut waits = self.waits(&left);
        while !left.is_empty() {
            let free = left.iter().position(|at| waits[*at] == 0);
            let whole = left.iter().position(|at| !self.runs[*at].is_part);
            if let (None, Some(next)) = (free, whole) {
                parted.push((left[next], self.part(left[next])));
                left.push(self.runs.len() - 1);
                self.sort(&mut left);
                waits = self.waits(&left);
                continue;
            }
            let at = left.remove(free.unwrap_or(0));
            for other in &left {
                waits[*other] -= usize::from(self.is_above(at, *other));
            }
            self.place(at, &placed);
            placed.push(at);
        }
        parted
    }

    fn sort(&self, left: &mut [usize]) {
        left.sort_by(|a, b| self.runs[*a].key().total_cmp(&self.runs[*b].key()).then(a.cmp(b)));
    }

    /// How many of those left have to lie above each.
    fn waits(&self, left: &[usize]) -> Vec<usize> {
        let mut waits: Vec<usize> = vec![0; self.runs.len()];
        for (a, b) in left.iter().flat_map(|a| left.iter().map(move |b| (*a, *b))) {
            waits[b] += usize::from(a != b && self.is_above(a, b));
        }
        waits
    }

    fn is_above(&self, a: usize, b: usize) -> bool {
        match (self.runs[a].below, self.runs[b].below) {
            (_, Some(above)) if above == a => true,
            (Some(above), _) if above == b => false,
            (_, _) => self.runs[a].must_be_above(&self.runs[b]),
        }
    }

    fn place(&mut self, at: usize, placed: &[usize]) {
        let below = placed.iter().filter(|other| {
            self.runs[at].overlaps(&self.runs[**other]) || self.is_above(**other, at)
        });
        let track = below.map(|other| self.runs[*other].track + 1).max().unwrap_or(0);
        self.runs[at].track = track;
        self.tracks = self.tracks.max(track + 1);
    }

    /// Parts a run where no upright part is near; gives back its second part.
    fn part(&mut self, at: usize) -> usize {
        let run = &self.runs[at];
        let taken: Vec<f64> = self.runs.iter().flat_map(|run| [run.from, run.to]).collect();
        let (start, to) = ((run.from + run.to) / 2.0, (run.to, run.to_above));
        let (from_above, to_above) = (run.from_above, run.to_above);
        let tries = (0..=taken.len()).map(|step| start + step as f64 * 2.0 * CLEAR);
        let mut free = tries.filter(|x| taken.iter().all(|other| (other - x).abs() >= CLEAR));
        let middle = free.next().unwrap_or(start).round();
        let second = self.add((middle, from_above), to);
        let first = &mut self.runs[at];
        (first.to, first.is_part) = (middle, true);
        self.runs[second].is_part = true;
        // A line that goes down lies higher in its first part, one that goes up in its second.
        match to_above {
            false => self.runs[second].below = Some(at),
            true => self.runs[at].below = Some(second),
        }
        second
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
