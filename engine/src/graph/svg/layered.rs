//! Places boxes in rows and leads lines between them: rows by rank, order within a row by the mean place of what is
//! connected, places by least squares, lines at right angles with a track of their own. No two boxes overlap, and no
//! line crosses a box, by construction.

use super::ranks::Link;
use super::route::Gap;
use crate::limits::GRAPH_SWEEPS;

/// Between two boxes of a row.
const APART: f64 = 22.0;
/// What a line that passes a row takes of it.
const LANE: f64 = 12.0;
/// Between a line and the side of the box it enters.
const PORT_MARGIN: f64 = 9.0;
/// Between two lines that enter a box.
const PORTS_APART: f64 = 12.0;

/// Where everything stands.
#[derive(Debug, Default)]
pub(super) struct Placement {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The upper left corner of each vertex.
    pub(super) corners: Vec<(f64, f64)>,
    /// The corners of each line.
    pub(super) routes: Vec<Vec<(f64, f64)>>,
}

/// Something in a row: a vertex, or a line that passes.
#[derive(Debug)]
struct Item {
    width: f64,
    /// The left side.
    x: f64,
    /// What it is connected with: the other item, where there, and where here, both from the left.
    near: Vec<(usize, f64, f64)>,
    is_lane: bool,
}

struct Rows {
    items: Vec<Item>,
    /// The items of each row, from left to right.
    rows: Vec<Vec<usize>>,
    /// The items a link goes through between its ends.
    lanes: Vec<Vec<usize>>,
    row_of: Vec<usize>,
}

/// Places vertices of these sizes in these rows.
pub(super) fn place(sizes: &[(f64, f64)], ranks: &[usize], links: &[Link]) -> Placement {
    if sizes.is_empty() {
        return Placement::default();
    }
    let mut rows = Rows::new(sizes, ranks, links);
    rows.connect(links);
    rows.order();
    rows.settle();
    let ports = rows.ports(links);
    rows.routed(sizes, links, &ports)
}

impl Rows {
    fn new(sizes: &[(f64, f64)], ranks: &[usize], links: &[Link]) -> Rows {
        let count = ranks.iter().max().map_or(0, |rank| rank + 1);
        let mut rows = Rows {
            items: Vec::new(),
            rows: vec![Vec::new(); count],
            lanes: Vec::new(),
            row_of: Vec::new(),
        };
        for ((width, _), rank) in sizes.iter().zip(ranks) {
            rows.add(*width, *rank, false);
        }
        for link in links {
            let (from, to) = (ranks[link.from], ranks[link.to]);
            // A way back passes the rows of both its ends, on its way round them.
            let passed: Vec<usize> = match from < to {
                true => (from + 1..to).collect(),
                false => (to..=from).rev().collect(),
            };
            let lanes = passed.into_iter().map(|rank| rows.add(LANE, rank, true)).collect();
            rows.lanes.push(lanes);
        }
        rows
    }

    fn add(&mut self, width: f64, row: usize, is_lane: bool) -> usize {
        let at = self.items.len();
        self.items.push(Item { width, x: 0.0, near: Vec::new(), is_lane });
        self.rows[row].push(at);
        self.row_of.push(row);
        at
    }

    /// The items of a link from its beginning to its end.
    fn chain(&self, at: usize, link: &Link) -> Vec<usize> {
        let lanes = self.lanes[at].iter().copied();
        std::iter::once(link.from).chain(lanes).chain([link.to]).collect()
    }

    fn connect(&mut self, links: &[Link]) {
        for (at, link) in links.iter().enumerate() {
            let chain = self.chain(at, link);
            for (step, pair) in chain.windows(2).enumerate() {
                let (a, b) = (pair[0], pair[1]);
                let out = if step == 0 { link.exit } else { LANE / 2.0 };
                let into = self.items[b].width / 2.0;
                self.items[a].near.push((b, into, out));
                self.items[b].near.push((a, out, into));
            }
        }
    }

    /// Sorts each row by the mean place of what it is connected with in the row before, then in the row after; keeps
    /// the order with the fewest crossings.
    fn order(&mut self) {
        self.pack();
        let mut best = (self.crossings(), self.rows.clone());
        for sweep in 0..GRAPH_SWEEPS {
            let count = self.rows.len();
            for step in 0..count {
                let row = if sweep % 2 == 0 { step } else { count - 1 - step };
                self.sort(row, sweep % 2 == 0);
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.rows.clone());
            }
        }
        self.rows = best.1;
        self.pack();
    }

    /// Every item as far to the left as it can stand.
    fn pack(&mut self) {
        for row in 0..self.rows.len() {
            self.pack_row(row);
        }
    }

    fn pack_row(&mut self, row: usize) {
        let mut x = 0.0;
        for at in &self.rows[row] {
            self.items[*at].x = x;
            x += self.items[*at].width + APART;
        }
    }

    fn sort(&mut self, row: usize, downwards: bool) {
        let wanted = |at: usize| {
            let near = self.items[at].near.iter().filter(|(other, _, _)| {
                let other = self.row_of[*other];
                other == row || (other < row) == downwards
            });
            let places: Vec<f64> =
                near.map(|(other, there, _)| self.items[*other].x + there).collect();
            match places.is_empty() {
                true => self.items[at].x + self.items[at].width / 2.0,
                false => places.iter().sum::<f64>() / places.len() as f64,
            }
        };
        let mut keyed: Vec<(f64, usize)> =
            self.rows[row].iter().map(|at| (wanted(*at), *at)).collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.rows[row] = keyed.into_iter().map(|(_, at)| at).collect();
        self.pack_row(row);
    }

    /// How many pairs of lines between neighbouring rows cross.
    fn crossings(&self) -> usize {
        let mut place = vec![0; self.items.len()];
        for row in &self.rows {
            row.iter().enumerate().for_each(|(at, item)| place[*item] = at);
        }
        let mut count = 0;
        for (row, items) in self.rows.iter().enumerate() {
            let mut lines: Vec<(f64, usize)> = Vec::new();
            for at in items {
                let down = self.items[*at].near.iter();
                let down = down.filter(|(other, _, _)| self.row_of[*other] == row + 1);
                lines.extend(
                    down.map(|(other, _, here)| {
                        (place[*at] as f64 * 10_000.0 + here, place[*other])
                    }),
                );
            }
            lines.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            count += inversions(&lines.iter().map(|(_, to)| *to).collect::<Vec<_>>());
        }
        count
    }

    /// Moves every item towards what it is connected with, as far as its neighbours allow.
    fn settle(&mut self) {
        for sweep in 0..GRAPH_SWEEPS * 4 {
            let count = self.rows.len();
            for step in 0..count {
                let row = if sweep % 2 == 0 { step } else { count - 1 - step };
                self.settle_row(row);
            }
        }
        let left = self.items.iter().map(|item| item.x).fold(f64::INFINITY, f64::min);
        self.items.iter_mut().for_each(|item| item.x = (item.x - left).round());
    }

    fn settle_row(&mut self, row: usize) {
        let mut offset = 0.0;
        let mut wishes = Vec::new();
        let mut offsets = Vec::new();
        for at in &self.rows[row] {
            let item = &self.items[*at];
            let near = item.near.iter();
            let places: Vec<f64> =
                near.map(|(other, there, here)| self.items[*other].x + there - here).collect();
            let wish = match places.is_empty() {
                true => item.x,
                false => places.iter().sum::<f64>() / places.len() as f64,
            };
            let weight = if item.is_lane { 4.0 } else { 1.0 + places.len() as f64 };
            wishes.push((wish - offset, weight));
            offsets.push(offset);
            offset += item.width + APART;
        }
        let places = rising(&wishes);
        for ((at, place), offset) in self.rows[row].iter().zip(places).zip(offsets) {
            self.items[*at].x = place + offset;
        }
    }

    /// Where each link enters its last vertex, in pixels: as near to where it comes from as the others allow.
    fn ports(&self, links: &[Link]) -> Vec<f64> {
        let mut ports = vec![0.0; links.len()];
        let mut entering: Vec<Vec<usize>> = vec![Vec::new(); self.items.len()];
        links.iter().enumerate().for_each(|(at, link)| entering[link.to].push(at));
        for (vertex, mut lines) in entering.into_iter().enumerate() {
            let item = &self.items[vertex];
            let origin = |at: usize| match self.lanes[at].last() {
                Some(lane) => self.items[*lane].x + LANE / 2.0,
                None => self.items[links[at].from].x + links[at].exit,
            };
            lines.sort_by(|a, b| origin(*a).total_cmp(&origin(*b)).then(a.cmp(b)));
            let room = (item.width - 2.0 * PORT_MARGIN).max(0.0);
            let apart = PORTS_APART.min(room / lines.len().saturating_sub(1).max(1) as f64);
            let low = item.x + PORT_MARGIN;
            let spread = |place: usize| apart * place as f64;
            let high = low + room - spread(lines.len().saturating_sub(1));
            let wishes: Vec<(f64, f64)> = lines
                .iter()
                .enumerate()
                .map(|(place, at)| ((origin(*at) - spread(place)).clamp(low, high.max(low)), 1.0))
                .collect();
            for ((place, at), found) in lines.iter().enumerate().zip(rising(&wishes)) {
                ports[*at] = found + spread(place);
            }
        }
        ports
    }

    fn routed(&self, sizes: &[(f64, f64)], links: &[Link], ports: &[f64]) -> Placement {
        let (runs, gaps) = self.runs(links, ports);
        let mut heights = vec![0.0_f64; self.rows.len()];
        for (at, (_, height)) in sizes.iter().enumerate() {
            let row = self.row_of[at];
            heights[row] = heights[row].max(*height);
        }
        let (mut tops, mut gap_tops) = (Vec::new(), Vec::new());
        let mut y = 0.0;
        for (row, gap) in gaps.iter().enumerate() {
            gap_tops.push(y);
            y += gap.height(row == 0 || row == self.rows.len());
            if let Some(height) = heights.get(row) {
                tops.push(y);
                y += height;
            }
        }
        let corners: Vec<(f64, f64)> =
            (0..sizes.len()).map(|at| (self.items[at].x, tops[self.row_of[at]])).collect();
        let mut routes = Vec::new();
        for (at, link) in links.iter().enumerate() {
            let bottom = corners[link.from].1 + sizes[link.from].1;
            let mut points = vec![(self.items[link.from].x + link.exit, bottom)];
            for (gap, place) in &runs[at] {
                let run = &gaps[*gap].runs[*place];
                let y = gap_tops[*gap] + gaps[*gap].track_y(*place, *gap == 0);
                points.extend([(run.from, y), (run.to, y)]);
            }
            points.push((ports[at], corners[link.to].1));
            routes.push(straightened(points));
        }
        let sides = self.items.iter().map(|item| item.x + item.width);
        let corners_of_lines = routes.iter().flatten().map(|(x, _)| x + LANE / 2.0);
        let width = sides.chain(corners_of_lines).fold(0.0, f64::max);
        Placement { width, height: y, corners, routes }
    }

    /// The level runs of each link, by gap, and the gaps with their tracks; gap `n` lies above row `n`.
    fn runs(&self, links: &[Link], ports: &[f64]) -> (Vec<Vec<(usize, usize)>>, Vec<Gap>) {
        let mut gaps: Vec<Gap> = (0..=self.rows.len()).map(|_| Gap::default()).collect();
        let mut runs = Vec::new();
        for (at, link) in links.iter().enumerate() {
            let mut own = Vec::new();
            let is_back = self.row_of[link.from] >= self.row_of[link.to];
            let mut x = self.items[link.from].x + link.exit;
            let mut add = |gap: usize, from: f64, to: f64, upper: (bool, bool)| {
                own.push((gap, gaps[gap].add((from, upper.0), (to, upper.1))));
            };
            for (step, lane) in self.lanes[at].iter().enumerate() {
                let next = self.items[*lane].x + LANE / 2.0;
                match (is_back, step) {
                    (false, _) => add(self.row_of[*lane], x, next, (true, false)),
                    (true, 0) => add(self.row_of[*lane] + 1, x, next, (true, true)),
                    (true, _) => add(self.row_of[*lane] + 1, x, next, (false, true)),
                }
                x = next;
            }
            add(self.row_of[link.to], x, ports[at], (!is_back, false));
            runs.push(own);
        }
        for (gap, lines) in gaps.iter_mut().enumerate() {
            for (first, second) in lines.assign() {
                let owners = runs.iter_mut();
                owners.for_each(|own: &mut Vec<(usize, usize)>| {
                    if let Some(at) = own.iter().position(|run| *run == (gap, first)) {
                        own.insert(at + 1, (gap, second));
                    }
                });
            }
        }
        (runs, gaps)
    }
}

/// Takes out points on a straight line between their neighbours.
fn straightened(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in points {
        let level = |a: f64, b: f64| (a - b).abs() < 0.5;
        if let [.., a, b] = kept.as_slice()
            && ((level(a.0, b.0) && level(b.0, point.0))
                || (level(a.1, b.1) && level(b.1, point.1)))
        {
            kept.pop();
        }
        if kept.last().is_none_or(|last| !level(last.0, point.0) || !level(last.1, point.1)) {
            kept.push(point);
        }
    }
    kept
}

/// The rising sequence nearest to these wishes by weighted least squares (pool adjacent violators).
fn rising(wishes: &[(f64, f64)]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (wish, weight) in wishes {
        let (mut value, mut weight, mut count) = (*wish, *weight, 1);
        while let Some((before, heavy, many)) = pools.pop_if(|pool| pool.0 > value) {
            value = (before * heavy + value * weight) / (heavy + weight);
            weight += heavy;
            count += many;
        }
        pools.push((value, weight, count));
    }
    pools.iter().flat_map(|(value, _, count)| std::iter::repeat_n(*value, *count)).collect()
}

/// How many pairs stand in the wrong order.
fn inversions(values: &[usize]) -> usize {
    let size = values.iter().max().map_or(0, |max| max + 2);
    let mut counts = vec![0_usize; size];
    let mut found = 0;
    for (before, value) in values.iter().enumerate() {
        let (mut at, mut not_above) = (value + 1, 0);
        while at > 0 {
            not_above += counts[at];
            at &= at - 1;
        }
        found += before - not_above;
        let mut at = value + 1;
        while at < size {
            counts[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_that_contradict_each_other_meet_in_the_middle() {
        assert_eq!(rising(&[(3.0, 1.0), (1.0, 1.0), (5.0, 1.0)]), [2.0, 2.0, 5.0]);
        assert_eq!(rising(&[(3.0, 3.0), (1.0, 1.0)]), [2.5, 2.5]);
    }

    #[test]
    fn pairs_in_the_wrong_order_are_counted() {
        assert_eq!(inversions(&[0, 1, 2]), 0);
        assert_eq!(inversions(&[2, 1, 0]), 3);
        assert_eq!(inversions(&[1, 1, 0]), 2);
    }
}
