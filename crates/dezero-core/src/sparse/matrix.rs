//! `SparseMatrix`: a matrix of which only the entries that can differ from zero are kept.

use std::fmt;
use std::panic::Location;

use dezero_array::{Array, Tuple};

use super::pattern::SparsityPattern;
use crate::error::{Error, Result};
use crate::mode;
use crate::operators::panicking;
use crate::variable::Variable;

/// A matrix in compressed sparse rows (CSR), whose entries are a [`Variable`]: what
/// [`sparse_hessian`](crate::sparse_hessian) and [`sparse_jacobian`](crate::sparse_jacobian) give.
///
/// ```
/// use dezero_core::{Variable, sparse_hessian};
///
/// let x = Variable::new([1.0, 2.0, 3.0]);
/// let hessian = sparse_hessian(|x| (x.get_item(1..) * x.get_item(..2).square()).sum(..), &x);
/// println!("{hessian}");
/// let entries: Vec<_> = hessian.triplets().filter(|&(i, j, _)| i <= j).collect();
/// assert_eq!(entries, [(0, 0, 4.0), (0, 1, 2.0), (1, 1, 6.0), (1, 2, 4.0)]);
///
/// let step = hessian.matvec(&Variable::new([1.0, 0.0, 0.0]));
/// assert_eq!(step.to_vec::<f64>(), [4.0, 2.0, 0.0]);
///
/// // The entries have a history: this is a third derivative.
/// let trace = hessian.to_dense().trace();
/// trace.backward();
/// assert_eq!(x.grad().unwrap().to_vec::<f64>(), [0.0, 2.0, 2.0]);
/// ```
#[derive(Clone)]
pub struct SparseMatrix {
    pattern: SparsityPattern,
    values: Variable,
}

impl SparseMatrix {
    /// A matrix with a value for each place of a pattern.
    pub(super) fn new(pattern: SparsityPattern, values: Variable) -> Self {
        debug_assert_eq!(values.shape(), [pattern.nnz()]);
        Self { pattern, values }
    }

    /// The number of rows and of columns.
    pub fn shape(&self) -> (usize, usize) {
        self.pattern.shape()
    }

    /// The number of entries, some of which may happen to be zero.
    pub fn nnz(&self) -> usize {
        self.pattern.nnz()
    }

    /// Where the entries stand.
    pub fn pattern(&self) -> &SparsityPattern {
        &self.pattern
    }

    /// Where each row begins in [`indices`](Self::indices), and where the last one ends: one number
    /// more than there are rows.
    pub fn indptr(&self) -> &[usize] {
        self.pattern.indptr()
    }

    /// The columns of the entries, row by row and ascending in each.
    pub fn indices(&self) -> &[usize] {
        self.pattern.indices()
    }

    /// The entries, row by row: a variable of shape `(nnz,)`, which can be differentiated.
    pub fn values(&self) -> &Variable {
        &self.values
    }

    /// The entries as row, column and value, row by row.
    pub fn triplets(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        let values = self.values.to_vec::<f64>();
        self.pattern
            .iter()
            .zip(values)
            .map(|((i, j), value)| (i, j, value))
    }

    /// The matrix as the three arrays that other libraries take for CSR: where the rows begin, the
    /// columns, the values.
    ///
    /// ```
    /// use dezero_core::{Variable, sparse_jacobian};
    /// let x = Variable::new([1.0, 2.0, 4.0]);
    /// let (indptr, indices, values) = sparse_jacobian(|x| x.get_item(1..) / x.get_item(..2), &x).to_csr();
    /// assert_eq!(indptr, [0, 2, 4]);
    /// assert_eq!(indices, [0, 1, 1, 2]);
    /// assert_eq!(values, [-2.0, 1.0, -1.0, 0.5]);
    /// ```
    pub fn to_csr(&self) -> (Vec<usize>, Vec<usize>, Vec<f64>) {
        let pattern = &self.pattern;
        (
            pattern.indptr().to_vec(),
            pattern.indices().to_vec(),
            self.values.to_vec(),
        )
    }

    /// The matrix with its zeros: a variable of shape `(rows, columns)`, which can be differentiated.
    ///
    /// # Panics
    ///
    /// Where [`try_to_dense`](Self::try_to_dense) gives an error.
    #[track_caller]
    #[must_use]
    pub fn to_dense(&self) -> Variable {
        panicking(self.try_to_dense())
    }

    /// [`to_dense`](Self::to_dense), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If memory cannot hold so many elements.
    #[track_caller]
    pub fn try_to_dense(&self) -> Result<Variable> {
        let line = mode::line(Location::caller());
        let (rows, columns) = self.shape();
        let dense = || {
            let zeros = Array::zeros(&[rows * columns], self.values.dtype())?;
            let at = self.pattern.iter().map(|(i, j)| (i * columns + j) as i64);
            let at = Array::from_vec::<i64>(at.collect(), &[self.nnz()])?;
            Variable::value(zeros)
                .try_put_add(at, &self.values, 0)?
                .try_reshape([rows, columns])
        };
        dense()
            .map(Variable::into_user)
            .map_err(|error: Error| error.at(line))
    }

    /// The product with a vector of as many elements as there are columns, of any shape and taken
    /// row-major: a variable of shape `(rows,)`, which can be differentiated by both.
    ///
    /// # Panics
    ///
    /// Where [`try_matvec`](Self::try_matvec) gives an error.
    #[track_caller]
    #[must_use]
    pub fn matvec(&self, x: &Variable) -> Variable {
        panicking(self.try_matvec(x))
    }

    /// [`matvec`](Self::matvec), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If the vector has another number of elements than the matrix columns.
    #[track_caller]
    pub fn try_matvec(&self, x: &Variable) -> Result<Variable> {
        let line = mode::line(Location::caller());
        let (rows, columns) = self.shape();
        if x.size() != columns {
            return Err(Error::shape(format!(
                "matvec: a matrix of {rows} x {columns} takes a vector of {columns} elements, and this one has shape {}",
                Tuple(&x.shape())
            ))
            .at(line));
        }
        let product = || {
            let index = |at: Vec<i64>| Array::from_vec::<i64>(at, &[self.nnz()]);
            let at = index(self.indices().iter().map(|&j| j as i64).collect())?;
            let into = index(self.pattern.iter().map(|(i, _)| i as i64).collect())?;
            let terms = x.try_flatten()?.try_take(at, 0)?.try_mul(&self.values)?;
            let zeros = Array::zeros(&[rows], terms.dtype())?;
            Variable::value(zeros).try_put_add(into, terms, 0)
        };
        product()
            .map(Variable::into_user)
            .map_err(|error: Error| error.at(line))
    }
}

/// Entries that are shown.
const SHOWN: usize = 8;

/// The shape, the number of entries, and the first few of them.
impl fmt::Display for SparseMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((rows, columns), nnz) = (self.shape(), self.nnz());
        let (entries, percent) = (
            if nnz == 1 { "entry" } else { "entries" },
            100.0 * nnz as f64 / (rows as f64 * columns as f64).max(1.0),
        );
        write!(
            f,
            "sparse matrix, {rows} x {columns}, {nnz} {entries} ({percent:.3}%)"
        )?;
        let few = if nnz > SHOWN { SHOWN - 1 } else { nnz };
        for (i, j, value) in self.triplets().take(few) {
            write!(f, "\n  ({i}, {j})  {}", dezero_array::python_float(value))?;
        }
        if few < nnz {
            write!(f, "\n  ... {} more", nnz - few)?;
        }
        Ok(())
    }
}

impl fmt::Debug for SparseMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
