//! Colourings of columns, such that the sum of all columns of one colour still shows their entries:
//! a matrix is found from as many products with vectors as there are colours.
//!
//! No row may meet a colour twice. This, and what symmetry saves (`star`), is described in
//! Gebremedhin, Manne, Pothen, "What color is your Jacobian? Graph coloring for computing
//! derivatives", SIAM Review 47 (2005), sections 3 and 4. All is greedy, in two orders of which the
//! better is taken, and deterministic.

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
    pub(super) fn distinct(needed: impl Iterator<Item = bool>) -> Self {
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

pub(super) fn better(one: Colouring, other: Colouring) -> Colouring {
    if other.count < one.count { other } else { one }
}

/// The numbers below `count` by falling degree; equal ones in their order.
pub(super) fn falling(
    count: usize,
    degree: impl Fn(usize) -> usize,
) -> impl Iterator<Item = usize> {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers of which no sum of others is one.
    fn values(pattern: &SparsityPattern) -> impl Iterator<Item = ((usize, usize), f64)> + '_ {
        let value = |i: usize, j: usize| 1.0 + (i * 1009 + j) as f64 * 0.618_033_988_749_895;
        pattern.iter().map(move |(i, j)| ((i, j), value(i, j)))
    }

    #[test]
    fn well_known_patterns_take_few_colours() {
        let banded = |n: usize, width: usize| {
            SparsityPattern::symmetric(
                n,
                (0..n).flat_map(move |i| (i..(i + width).min(n)).map(move |j| (i, j))),
            )
        };
        assert_eq!(columns(&banded(50, 1)).count, 1);
        assert_eq!(columns(&banded(100_000, 2)).count, 3);
        assert_eq!(columns(&banded(200, 4)).count, 7);
        assert_eq!(columns(&banded(30, 30)).count, 30);
        let arrow =
            SparsityPattern::symmetric(100_000, (0..100_000).flat_map(|i| [(i, i), (i, 7)]));
        assert_eq!(columns(&arrow).count, 100_000);
    }

    #[test]
    fn what_is_empty_needs_no_colour() {
        assert_eq!(columns(&SparsityPattern::symmetric(3, [])).count, 0);
        let one = SparsityPattern::symmetric(5, [(3, 3)]);
        assert_eq!(columns(&one).colours, [NONE, NONE, NONE, 0, NONE]);
    }

    proptest! {
        #[test]
        fn column_colourings_hold_and_recover(
            rows in 1_usize..16,
            width in 1_usize..24,
            places in proptest::collection::vec((0_usize..16, 0_usize..24), 0..80),
        ) {
            let places = places.into_iter().map(|(i, j)| (i % rows, j % width)).collect();
            let pattern = SparsityPattern::from_places(rows, width, &places);
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
