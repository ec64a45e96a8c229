//! Which row each vertex stands in: the longest way from the first, once the ways back are set aside.

/// A way between two vertices, by index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Where it leaves the lower side of `from`, from the left.
    pub(super) exit: f64,
}

/// The row of each vertex.
pub(super) fn ranks(vertices: usize, first: usize, links: &[Link]) -> Vec<usize> {
    let mut ways = vec![Vec::new(); vertices];
    links.iter().for_each(|link| ways[link.from].push(link.to));
    let order = topological(first, &ways);
    let mut place = vec![0; vertices];
    order.iter().enumerate().for_each(|(at, vertex)| place[*vertex] = at);
    let mut ranks = vec![0; vertices];
    for vertex in order {
        // A way to a vertex that comes before in the order is a way back.
        for next in ways[vertex].iter().filter(|next| place[**next] > place[vertex]) {
            ranks[*next] = ranks[*next].max(ranks[vertex] + 1);
        }
    }
    ranks
}

/// The vertices so that every way that is no way back leads onwards: depth first, in the order of the file.
fn topological(first: usize, ways: &[Vec<usize>]) -> Vec<usize> {
    let mut seen = vec![false; ways.len()];
    let mut left = Vec::new();
    for root in std::iter::once(first).chain(0..ways.len()) {
        if seen.get(root).is_none_or(|seen| *seen) {
            continue;
        }
        seen[root] = true;
        let mut path = vec![(root, ways[root].iter())];
        while let Some((vertex, rest)) = path.last_mut() {
            match rest.next() {
                Some(next) if seen[*next] => {}
                Some(next) => {
                    seen[*next] = true;
                    path.push((*next, ways[*next].iter()));
                }
                None => {
                    left.push(*vertex);
                    path.pop();
                }
            }
        }
    }
    left.reverse();
    left
}
