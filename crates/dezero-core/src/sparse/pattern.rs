//! `SparsityPattern`: where a matrix may have entries other than zero, in compressed rows.

use std::fmt;
use std::sync::Arc;

/// The places of a matrix where something other than zero may stand, row by row: compressed sparse
/// rows (CSR) without values.
///
/// ```
/// use dezero_core::{SparseHessian, Variable};
///
/// let x = Variable::new([1.0, 2.0, 3.0]);
/// let plan = SparseHessian::new(|x| (x.get_item(1..) * x.get_item(..2)).sum(..), &x);
/// let pattern = plan.pattern();
/// assert_eq!(pattern.shape(), (3, 3));
/// assert_eq!(pattern.row(1), [0, 2]);
/// assert_eq!(pattern.iter().collect::<Vec<_>>(), [(0, 1), (1, 0), (1, 2), (2, 1)]);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SparsityPattern {
    columns: usize,
    indptr: Arc<[usize]>,
    indices: Arc<[usize]>,
}

impl SparsityPattern {
    /// Rows with the given ends, one after the other; each is sorted and names no column twice.
    pub(super) fn new(columns: usize, indptr: Vec<usize>, indices: Vec<usize>) -> Self {
        debug_assert_eq!(indptr.last(), Some(&indices.len()));
        let pattern = Self {
            columns,
            indptr: indptr.into(),
            indices: indices.into(),
        };
        debug_assert!(
            (0..pattern.rows()).all(|i| pattern.row(i).is_sorted_by(|a, b| a < b)
                && pattern.row(i).last().is_none_or(|&last| last < columns))
        );
        pattern
    }

    /// The number of rows and of columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows(), self.columns)
    }

    pub(super) fn rows(&self) -> usize {
        self.indptr.len() - 1
    }

    pub(super) fn columns(&self) -> usize {
        self.columns
    }

    /// The number of places.
    pub fn nnz(&self) -> usize {
        self.indices.len()
    }

    /// The columns of the places in row `i`, ascending.
    ///
    /// # Panics
    ///
    /// If there is no row `i`.
    #[track_caller]
    pub fn row(&self, i: usize) -> &[usize] {
        assert!(
            i < self.rows(),
            "row: there is no row {i} among {}",
            self.rows()
        );
        &self.indices[self.indptr[i]..self.indptr[i + 1]]
    }

    /// Where each row begins in [`indices`](Self::indices), and where the last one ends: one number
    /// more than there are rows.
    pub fn indptr(&self) -> &[usize] {
        &self.indptr
    }

    /// The columns of all places, row by row.
    pub fn indices(&self) -> &[usize] {
        &self.indices
    }

    /// The places as pairs of row and column, row by row.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.rows()).flat_map(move |i| self.row(i).iter().map(move |&j| (i, j)))
    }

    /// The most places in any row.
    pub(super) fn longest_row(&self) -> usize {
        self.indptr
            .windows(2)
            .map(|ends| ends[1] - ends[0])
            .max()
            .unwrap_or(0)
    }

    /// Rows and columns exchanged.
    pub(super) fn transposed(&self) -> Self {
        let mut indptr = vec![0; self.columns + 1];
        for &j in self.indices.iter() {
            indptr[j + 1] += 1;
        }
        for j in 0..self.columns {
            indptr[j + 1] += indptr[j];
        }
        let mut next = indptr.clone();
        let mut indices = vec![0; self.nnz()];
        for (i, j) in self.iter() {
            indices[next[j]] = i;
            next[j] += 1;
        }
        Self::new(self.rows(), indptr, indices)
    }

    /// The places of this square pattern and of its transpose together.
    pub(super) fn symmetrized(self) -> Self {
        let other = self.transposed();
        if self == other {
            return self;
        }
        let (mut indptr, mut indices) = (vec![0], Vec::with_capacity(self.nnz()));
        for i in 0..self.rows() {
            let mut row = [self.row(i), other.row(i)].concat();
            row.sort_unstable();
            row.dedup();
            indices.extend(row);
            indptr.push(indices.len());
        }
        Self::new(self.columns, indptr, indices)
    }
}

#[cfg(test)]
impl SparsityPattern {
    pub(super) fn from_places(
        rows: usize,
        columns: usize,
        places: &std::collections::BTreeSet<(usize, usize)>,
    ) -> Self {
        let mut indptr = vec![0; rows + 1];
        for &(i, _) in places {
            indptr[i + 1] += 1;
        }
        for i in 0..rows {
            indptr[i + 1] += indptr[i];
        }
        Self::new(columns, indptr, places.iter().map(|&(_, j)| j).collect())
    }

    /// The places and their mirror images.
    pub(super) fn symmetric(n: usize, places: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let both = places.into_iter().flat_map(|(i, j)| [(i, j), (j, i)]);
        Self::from_places(n, n, &both.collect())
    }
}

impl fmt::Debug for SparsityPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SparsityPattern({} x {}, {} places)",
            self.rows(),
            self.columns,
            self.nnz()
        )
    }
}
