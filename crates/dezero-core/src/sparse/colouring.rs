//! Colourings of rows and columns, such that the sum of all columns of one colour still shows their
//! entries: a matrix is found from as many products with vectors as there are colours.
//!
//! For a symmetric matrix a star colouring of its graph serves; for others a colouring of the
//! columns in which no row meets a colour twice. Both are described in Gebremedhin, Manne, Pothen,
//! "What color is your Jacobian? Graph coloring for computing derivatives", SIAM Review 47 (2005),
//! sections 3 and 4. All here is greedy, in two orders of which the better is taken, and
//! deterministic.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::pattern::SparsityPattern;
use super::sets::Multiplicative;

/// A colour for each column (or row) of a matrix, numbered from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Colouring {
    /// `NONE` for those without entries, which need no product.
    pub(super) colours: Vec<u32>,
    pub(super) count: usize,
}

/// The colour of what has none, or not yet.
pub(super) const NONE: u32 = u32::MAX;

impl Colouring {
    /// Each vertex that needs a colour gets one of its own.
    fn distinct(needed: impl Iterator<Item = bool>) -> Self {
        let mut count = 0;
        let colours = needed
            .map(|needed| {
                if !needed {
                    return NONE;
                }
                count += 1;
                count - 1
            })
            .collect();
        Self {
            colours,
            count: count as usize,
        }
    }
}

/// Where the compressed matrix shows an entry: the colour, and the row in the sum of that colour.
pub(super) type Place = (u32, usize);

/// Colours the columns such that no row has entries in two of one colour: a partial distance-2
/// colouring of the bipartite graph of rows and columns.
pub(super) fn columns(pattern: &SparsityPattern) -> Colouring {
    let transposed = pattern.transposed();
    let least = pattern.longest_row();
    if least > pattern.columns() / 2 {
        // At best half could be saved, and a dense matrix is many rows with many columns.
        return Colouring::distinct((0..pattern.columns()).map(|j| !transposed.row(j).is_empty()));
    }
    let natural = first_fit(pattern, &transposed, 0..pattern.columns());
    if natural.count == least {
        return natural;
    }
    let largest_first = first_fit(
        pattern,
        &transposed,
        falling(pattern.columns(), |j| transposed.row(j).len()),
    );
    better(natural, largest_first)
}

fn better(one: Colouring, other: Colouring) -> Colouring {
    if other.count < one.count { other } else { one }
}

/// The numbers below `count` by falling degree; equal ones in their order.
fn falling(count: usize, degree: impl Fn(usize) -> usize) -> impl Iterator<Item = usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&v| Reverse(degree(v)));
    order.into_iter()
}

/// The least colour for each column that none of its rows has seen. Rows remember their colours, so
/// that a long row costs what it has entries, not their square.
fn first_fit(
    pattern: &SparsityPattern,
    transposed: &SparsityPattern,
    order: impl Iterator<Item = usize>,
) -> Colouring {
    let mut colours = vec![NONE; pattern.columns()];
    let mut count = 0;
    let mut seen: HashSet<u64, Multiplicative> = HashSet::default();
    let key = |row: usize, colour: u32| (row as u64) << 32 | u64::from(colour);
    // The least colour that a row has not seen.
    let mut free = vec![0; pattern.rows()];
    for j in order {
        let rows = transposed.row(j);
        let Some(mut colour) = rows.iter().map(|&i| free[i]).max() else {
            continue;
        };
        while rows.iter().any(|&i| seen.contains(&key(i, colour))) {
            colour += 1;
        }
        colours[j] = colour;
        count = count.max(colour as usize + 1);
        for &i in rows {
            seen.insert(key(i, colour));
            while free[i] <= colour && seen.contains(&key(i, free[i])) {
                free[i] += 1;
            }
        }
    }
    Colouring { colours, count }
}

/// Where the sums of columns show each place of the pattern, in its order.
pub(super) fn places_by_columns<'a>(
    pattern: &'a SparsityPattern,
    colouring: &'a Colouring,
) -> impl Iterator<Item = Place> + 'a {
    pattern.iter().map(move |(i, j)| (colouring.colours[j], i))
}

/// Where the sums of rows show each place of the pattern, in its order.
pub(super) fn places_by_rows<'a>(
    pattern: &'a SparsityPattern,
    colouring: &'a Colouring,
) -> impl Iterator<Item = Place> + 'a {
    pattern.iter().map(move |(i, j)| (colouring.colours[i], j))
}

/// Colours the columns of a symmetric pattern such that each entry, or its mirror image, stands
/// alone in the sum of a colour: a star colouring, in which neighbours differ and no path on four
/// vertices has only two colours.
pub(super) fn star(pattern: &SparsityPattern) -> Colouring {
    let n = pattern.columns();
    let degree = |v: usize| pattern.row(v).len();
    let work = |v: usize| degree(v) * degree(v);
    let mut steps: usize = (0..n).map(work).sum();
    if 2 * pattern.nnz() > n * n || (steps > MOST_STEPS && 8 * pattern.nnz() > n * n) {
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
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn pattern(rows: usize, columns: usize, places: &BTreeSet<(usize, usize)>) -> SparsityPattern {
        let mut indptr = vec![0; rows + 1];
        for &(i, _) in places {
            indptr[i + 1] += 1;
        }
        for i in 0..rows {
            indptr[i + 1] += indptr[i];
        }
        SparsityPattern::new(columns, indptr, places.iter().map(|&(_, j)| j).collect())
    }

    fn symmetric(n: usize, places: impl IntoIterator<Item = (usize, usize)>) -> SparsityPattern {
        let both = places.into_iter().flat_map(|(i, j)| [(i, j), (j, i)]);
        pattern(n, n, &both.collect())
    }

    /// Numbers of which no sum of others is one.
    fn values(pattern: &SparsityPattern) -> impl Iterator<Item = ((usize, usize), f64)> + '_ {
        let value = |i: usize, j: usize| 1.0 + (i * 1009 + j) as f64 * 0.618_033_988_749_895;
        pattern.iter().map(move |(i, j)| ((i, j), value(i, j)))
    }

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
    fn assert_recovers_symmetric(pattern: &SparsityPattern, colouring: &Colouring) {
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
            symmetric(
                n,
                (0..n).flat_map(move |i| [(i, i), (i, (i + 1).min(n - 1))]),
            )
        };
        assert_eq!(star(&tridiagonal(1)).count, 1);
        assert_eq!(star(&tridiagonal(2)).count, 2);
        assert_eq!(star(&tridiagonal(4)).count, 3);
        assert_eq!(star(&tridiagonal(100_000)).count, 3);
        assert_eq!(columns(&tridiagonal(100_000)).count, 3);

        let diagonal = symmetric(50, (0..50).map(|i| (i, i)));
        assert_eq!(star(&diagonal).count, 1);
        assert_eq!(columns(&diagonal).count, 1);

        let arrow =
            |n: usize, head: usize| symmetric(n, (0..n).flat_map(move |i| [(i, i), (i, head)]));
        for head in [0, 7, 49] {
            assert_eq!(star(&arrow(50, head)).count, 2);
        }
        // Large enough for the hub to be set apart.
        let large = arrow(100_000, 99_999);
        let colouring = star(&large);
        assert_eq!(colouring.count, 2);
        assert_recovers_symmetric(&large, &colouring);
        assert_eq!(columns(&large).count, 100_000);

        let dense = symmetric(30, (0..30).flat_map(|i| (0..30).map(move |j| (i, j))));
        assert_eq!(star(&dense).count, 30);
        assert_eq!(columns(&dense).count, 30);

        let banded = symmetric(
            200,
            (0..200).flat_map(|i| (i..(i + 4).min(200)).map(move |j| (i, j))),
        );
        assert_eq!(columns(&banded).count, 7);
        assert!(star(&banded).count <= 7);
    }

    #[test]
    fn what_is_empty_needs_no_colour() {
        let nothing = symmetric(3, []);
        assert_eq!(star(&nothing).count, 0);
        assert_eq!(columns(&nothing).count, 0);
        assert_eq!(star(&symmetric(0, [])).count, 0);
        let one = symmetric(5, [(3, 3)]);
        assert_eq!(star(&one).colours, [NONE, NONE, NONE, 0, NONE]);
        assert_eq!(columns(&one).colours, [NONE, NONE, NONE, 0, NONE]);
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
            let pattern = symmetric(n, places.chain(diagonal));
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
                assert_recovers_symmetric(&pattern, &colouring);
            }
            prop_assert_eq!(star(&pattern), star(&pattern));
        }

        #[test]
        fn column_colourings_hold_and_recover(
            rows in 1_usize..16,
            width in 1_usize..24,
            places in proptest::collection::vec((0_usize..16, 0_usize..24), 0..80),
        ) {
            let places = places.into_iter().map(|(i, j)| (i % rows, j % width)).collect();
            let pattern = pattern(rows, width, &places);
            let colouring = columns(&pattern);
            prop_assert!(colouring.count >= pattern.longest_row());
            let mut sums = vec![vec![0.0; rows]; colouring.count];
            for ((i, j), value) in values(&pattern) {
                sums[colouring.colours[j] as usize][i] += value;
            }
            for ((_, value), (colour, row)) in values(&pattern).zip(places_by_columns(&pattern, &colouring)) {
                prop_assert_eq!(sums[colour as usize][row], value);
            }

            // The rows of the one are the columns of the other.
            let transposed = pattern.transposed();
            let colouring = columns(&transposed);
            let mut sums = vec![vec![0.0; width]; colouring.count];
            for ((i, j), value) in values(&pattern) {
                sums[colouring.colours[i] as usize][j] += value;
            }
            for ((_, value), (colour, column)) in values(&pattern).zip(places_by_rows(&pattern, &colouring)) {
                prop_assert_eq!(sums[colour as usize][column], value);
            }
            prop_assert_eq!(transposed.transposed(), pattern);
        }
    }
}
