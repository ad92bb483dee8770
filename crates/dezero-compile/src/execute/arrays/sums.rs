//! Sums in the order in which arrays are summed, so that they come out the same to the last bit.

use super::number::Number;

/// Rows are added one after the other in blocks of this many, and the blocks pairwise.
pub(super) const ROWS: usize = 16;

/// Up to this many values are added with eight running sums.
const BLOCK: usize = 128;

/// Where so many values are cut in two.
pub(super) fn half(len: usize) -> usize {
    let half = len / 2;
    half - half % 8
}

/// The sum of values.
pub(super) fn pairwise<T: Number>(values: &[T]) -> T {
    if values.len() > BLOCK {
        let (head, tail) = values.split_at(half(values.len()));
        return pairwise(head) + pairwise(tail);
    }
    let Some((first, rest)) = values.split_first_chunk::<8>() else {
        return values
            .iter()
            .copied()
            .reduce(|a, b| a + b)
            .unwrap_or_default();
    };
    let (chunks, rest) = rest.as_chunks::<8>();
    let mut sums = *first;
    for chunk in chunks {
        for (sum, &x) in sums.iter_mut().zip(chunk) {
            *sum = *sum + x;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let eight = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(eight, |sum, &x| sum + x)
}

/// Adds other sums to these.
pub(super) fn add<T: Number>(sums: &mut [T], others: &[T]) {
    for (sum, &x) in sums.iter_mut().zip(others) {
        *sum = *sum + x;
    }
}

/// Adds values that follow each other row by row to the sums of their columns; the first of them is
/// number `at`. The first row begins the sums.
pub(super) fn add_rows<T: Number>(sums: &mut [T], values: &[T], at: usize) {
    let (mut column, mut is_first) = (at % sums.len(), at < sums.len());
    let mut rest = values;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(sums.len() - column));
        let row = &mut sums[column..][..now.len()];
        if is_first {
            row.copy_from_slice(now);
        } else {
            add(row, now);
        }
        (rest, column, is_first) = (later, 0, false);
    }
}
