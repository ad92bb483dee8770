//! Star colourings of symmetric matrices, which take fewer colours than a colouring of the columns,
//! because an entry can be read at its mirror image as well.
//!
//! Neighbours in the graph of the matrix get different colours, and no path on four vertices has
//! only two: Gebremedhin, Manne, Pothen, "What color is your Jacobian? Graph coloring for computing
//! derivatives", SIAM Review 47 (2005), section 4.

use super::colouring::{Colouring, NONE, Place, better, falling};
use super::pattern::SparsityPattern;

/// Colours the columns of a symmetric pattern such that each entry, or its mirror image, stands
/// alone in the sum of a colour: a star colouring, in which neighbours differ and no path on four
/// vertices has only two colours.
pub(super) fn star(pattern: &SparsityPattern) -> Colouring {
    let n = pattern.columns();
    let degree = |v: usize| pattern.row(v).len();
    let work = |v: usize| degree(v) * degree(v);
    let mut steps: usize = (0..n).map(work).sum();
    // Where most is full, little can be saved, and all would be tried.
    let full = |share: usize| share * pattern.nnz() > n * n;
    if (steps > FEW_STEPS && full(2)) || (steps > MOST_STEPS && full(8)) {
        return Colouring::distinct((0..n).map(|v| !pattern.row(v).is_empty()));
    }
    // Vertices next to a large part of all would make the work quadratic. With a colour of its own a
    // vertex is on no path of two colours, and leaves the graph.
    let mut hubs = vec![false; n];
    let outstanding = MANY_NEIGHBOURS.max(8 * pattern.nnz() / n.max(1));
    for v in falling(n, degree) {
        if steps <= FEW_STEPS || degree(v) <= outstanding {
            break;
        }
        steps -= work(v);
        hubs[v] = true;
    }
    let graph = Graph::new(pattern, &hubs);
    let others = |v: &usize| !hubs[*v] && !pattern.row(*v).is_empty();
    let natural = graph.star((0..n).filter(others));
    // Three are the least for any graph with a path on four vertices.
    let mut best = if natural.count <= 3 {
        natural
    } else {
        better(natural, graph.star(falling(n, degree).filter(others)))
    };
    for v in (0..n).filter(|&v| hubs[v]) {
        best.colours[v] = best.count as u32;
        best.count += 1;
    }
    best
}

/// Steps of a star colouring that nobody notices.
const FEW_STEPS: usize = 1 << 23;

/// Steps that are too many for a matrix of which an eighth is full.
const MOST_STEPS: usize = 1 << 30;

/// Neighbours that a vertex may have, whatever the others have.
const MANY_NEIGHBOURS: usize = 64;

/// Where the sums of columns show each place of a symmetric pattern, in its order.
///
/// The entry `(i, j)` stands in row `i` of the sum of the colour of `j`, alone if no other neighbour
/// of `i` has that colour; else no other neighbour of `j` has the colour of `i`, because that would
/// make a path of two colours, and the entry is read at its mirror image.
pub(super) fn places_by_symmetry(pattern: &SparsityPattern, colouring: &Colouring) -> Vec<Place> {
    let colours = &colouring.colours;
    let mut times = vec![0_usize; colouring.count];
    let mut places = Vec::with_capacity(pattern.nnz());
    for i in 0..pattern.rows() {
        let row = pattern.row(i);
        for &j in row {
            times[colours[j] as usize] += 1;
        }
        places.extend(row.iter().map(|&j| {
            if times[colours[j] as usize] == 1 {
                (colours[j], i)
            } else {
                (colours[i], j)
            }
        }));
        for &j in row {
            times[colours[j] as usize] = 0;
        }
    }
    places
}

/// The graph of a symmetric pattern: an edge for each pair of places off the diagonal.
struct Graph {
    starts: Vec<usize>,
    neighbours: Vec<u32>,
    /// The number of the edge to each neighbour.
    edges: Vec<u32>,
    edge_count: usize,
}

impl Graph {
    /// The graph without the vertices that are `left_out`.
    fn new(pattern: &SparsityPattern, left_out: &[bool]) -> Self {
        let n = pattern.columns();
        let (mut starts, mut neighbours) = (vec![0], Vec::with_capacity(pattern.nnz()));
        for v in 0..n {
            if !left_out[v] {
                let row = pattern.row(v).iter();
                neighbours.extend(row.filter(|&&w| w != v && !left_out[w]).map(|&w| w as u32));
            }
            starts.push(neighbours.len());
        }
        // Neighbours are sorted, so those below a vertex see it in the order of the vertices.
        let mut mirrored = starts.clone();
        let mut edges = vec![0; neighbours.len()];
        let mut edge_count = 0;
        for v in 0..n {
            for at in starts[v]..starts[v + 1] {
                let w = neighbours[at] as usize;
                if w > v {
                    edges[at] = edge_count;
                    edges[mirrored[w]] = edge_count;
                    mirrored[w] += 1;
                    edge_count += 1;
                }
            }
        }
        Self {
            starts,
            neighbours,
            edges,
            edge_count: edge_count as usize,
        }
    }

    /// The neighbours of a vertex, each with its edge.
    fn around(&self, v: u32) -> impl Iterator<Item = (u32, usize)> + '_ {
        let range = self.starts[v as usize]..self.starts[v as usize + 1];
        let edges = self.edges[range.clone()].iter().map(|&edge| edge as usize);
        self.neighbours[range].iter().copied().zip(edges)
    }

    /// The star colouring of Gebremedhin, Tarafdar, Manne, Pothen, "New acyclic and star coloring
    /// algorithms with application to computing Hessians", SIAM Journal on Scientific Computing 29
    /// (2007), algorithm 4.1. The edges of two colours form stars; what would join two of them, or
    /// lengthen one into a path, is forbidden.
    fn star(&self, order: impl Iterator<Item = usize>) -> Colouring {
        let n = self.starts.len() - 1;
        let mut colours = vec![NONE; n];
        let mut count = 0;
        // By colour: the vertex it is forbidden to; and for which vertex a neighbour with that colour was
        // found first, the neighbour, and the edge to it.
        let mut forbidden: Vec<u32> = Vec::new();
        let mut first: Vec<(u32, u32, usize)> = Vec::new();
        // By vertex: for which vertex its neighbours' colours were forbidden.
        let mut treated = vec![NONE; n];
        // By edge its star, and by star its hub; a star of one edge has none.
        let mut stars = vec![NONE; self.edge_count];
        let mut hubs: Vec<u32> = Vec::new();
        for v in order {
            let v = v as u32;
            let mut treat = |w: u32, forbidden: &mut [u32], colours: &[u32]| {
                if treated[w as usize] != v {
                    treated[w as usize] = v;
                    for (x, _) in self.around(w) {
                        if colours[x as usize] != NONE {
                            forbidden[colours[x as usize] as usize] = v;
                        }
                    }
                }
            };
            for (w, edge) in self.around(v) {
                let colour = colours[w as usize];
                if colour == NONE {
                    continue;
                }
                forbidden[colour as usize] = v;
                let (of, earlier, _) = first[colour as usize];
                if of == v {
                    // With two neighbours of one colour, v is the hub between them.
                    treat(earlier, &mut forbidden, &colours);
                    treat(w, &mut forbidden, &colours);
                    continue;
                }
                first[colour as usize] = (v, w, edge);
                for (x, edge) in self.around(w) {
                    let colour = colours[x as usize];
                    if colour != NONE && hubs[stars[edge] as usize] == x {
                        forbidden[colour as usize] = v;
                    }
                }
            }
            let colour = forbidden
                .iter()
                .position(|&vertex| vertex != v)
                .unwrap_or(count);
            colours[v as usize] = colour as u32;
            if colour == count {
                count += 1;
                forbidden.push(NONE);
                first.push((NONE, NONE, 0));
            }
            // The edges to the neighbours enter stars.
            for (w, edge) in self.around(v) {
                if colours[w as usize] == NONE {
                    continue;
                }
                let sibling = self
                    .around(w)
                    .find(|&(x, _)| x != v && colours[x as usize] as usize == colour);
                let (of, earlier, to_earlier) = first[colours[w as usize] as usize];
                stars[edge] = if let Some((_, to_sibling)) = sibling {
                    let star = stars[to_sibling];
                    hubs[star as usize] = w;
                    star
                } else if of == v && earlier != w {
                    let star = stars[to_earlier];
                    hubs[star as usize] = v;
                    star
                } else {
                    hubs.push(NONE);
                    hubs.len() as u32 - 1
                };
            }
        }
        Colouring { colours, count }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mirrored(i: usize, j: usize) -> (usize, usize) {
        (i.min(j), i.max(j))
    }

    /// Neighbours differ, and no path on four vertices has two colours: the definition, tried on every
    /// path.
    fn assert_star(pattern: &SparsityPattern, Colouring { colours, count }: &Colouring) {
        for (i, j) in pattern.iter() {
            assert!((colours[i] as usize) < *count && (colours[j] as usize) < *count);
            assert!(i == j || colours[i] != colours[j], "neighbours {i} and {j}");
            for &h in pattern.row(i).iter().filter(|&&h| h != i && h != j) {
                for &k in pattern
                    .row(j)
                    .iter()
                    .filter(|&&k| k != i && k != j && k != h)
                {
                    if i != j {
                        let two = colours[h] == colours[j] && colours[i] == colours[k];
                        assert!(!two, "the path {h} {i} {j} {k}");
                    }
                }
            }
        }
    }

    /// Compresses a symmetric matrix and finds each of its entries again.
    fn assert_recovers(pattern: &SparsityPattern, colouring: &Colouring) {
        let n = pattern.columns();
        let value = |(i, j): (usize, usize)| {
            1.0 + (mirrored(i, j).0 * 1009 + mirrored(i, j).1) as f64 * 0.618
        };
        let mut sums = vec![vec![0.0; n]; colouring.count];
        for (i, j) in pattern.iter() {
            sums[colouring.colours[j] as usize][i] += value((i, j));
        }
        let places = places_by_symmetry(pattern, colouring);
        assert_eq!(places.len(), pattern.nnz());
        for (place, (colour, row)) in pattern.iter().zip(places) {
            assert_eq!(sums[colour as usize][row], value(place), "{place:?}");
        }
    }

    #[test]
    fn well_known_patterns_take_few_colours() {
        let tridiagonal = |n: usize| {
            SparsityPattern::symmetric(
                n,
                (0..n).flat_map(move |i| [(i, i), (i, (i + 1).min(n - 1))]),
            )
        };
        assert_eq!(star(&tridiagonal(1)).count, 1);
        assert_eq!(star(&tridiagonal(2)).count, 2);
        assert_eq!(star(&tridiagonal(4)).count, 3);
        assert_eq!(star(&tridiagonal(100_000)).count, 3);

        let diagonal = SparsityPattern::symmetric(50, (0..50).map(|i| (i, i)));
        assert_eq!(star(&diagonal).count, 1);

        let arrow = |n: usize, head: usize| {
            SparsityPattern::symmetric(n, (0..n).flat_map(move |i| [(i, i), (i, head)]))
        };
        for head in [0, 7, 49] {
            assert_eq!(star(&arrow(50, head)).count, 2);
        }
        // Large enough for the hub to be set apart.
        let large = arrow(100_000, 99_999);
        let colouring = star(&large);
        assert_eq!(colouring.count, 2);
        assert_recovers(&large, &colouring);

        let dense =
            SparsityPattern::symmetric(30, (0..30).flat_map(|i| (0..30).map(move |j| (i, j))));
        assert_eq!(star(&dense).count, 30);

        let banded = SparsityPattern::symmetric(
            200,
            (0..200).flat_map(|i| (i..(i + 4).min(200)).map(move |j| (i, j))),
        );
        assert!(star(&banded).count <= 7);
    }

    #[test]
    fn what_is_empty_needs_no_colour() {
        assert_eq!(star(&SparsityPattern::symmetric(3, [])).count, 0);
        assert_eq!(star(&SparsityPattern::symmetric(0, [])).count, 0);
        let one = SparsityPattern::symmetric(5, [(3, 3)]);
        assert_eq!(star(&one).colours, [NONE, NONE, NONE, 0, NONE]);
    }

    proptest! {
        #[test]
        fn star_colourings_hold_and_recover(
            n in 1_usize..24,
            places in proptest::collection::vec((0_usize..24, 0_usize..24), 0..60),
            diagonal: bool,
        ) {
            let places = places.into_iter().map(|(i, j)| (i % n, j % n));
            let diagonal = (0..n).filter(|_| diagonal).map(|i| (i, i));
            let pattern = SparsityPattern::symmetric(n, places.chain(diagonal));
            let no_hubs = vec![false; n];
            let graph = Graph::new(&pattern, &no_hubs);
            let degree = |v: usize| pattern.row(v).len();
            for colouring in [
                star(&pattern),
                graph.star(0..n),
                graph.star(falling(n, degree)),
                graph.star((0..n).rev()),
            ] {
                assert_star(&pattern, &colouring);
                assert_recovers(&pattern, &colouring);
            }
            prop_assert_eq!(star(&pattern), star(&pattern));
        }
    }
}
