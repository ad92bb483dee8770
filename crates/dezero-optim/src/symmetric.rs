//! Symmetric matrices, dense or sparse, and their factorisations (by faer): what Newton's method
//! solves with.

use std::sync::Arc;

use dezero_core::SparsityPattern;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{LltParams, LltRegularization};
use faer::linalg::solvers::{Llt, PartialPivLu, SelfAdjointEigen, Solve};
use faer::sparse::linalg::cholesky::SymmetricOrdering;
use faer::sparse::linalg::cholesky::{
    CholeskySymbolicParams, LltRef, SymbolicCholesky, factorize_symbolic_cholesky,
};
use faer::sparse::linalg::solvers::{Lu, SymbolicLu};
use faer::sparse::{SparseColMatRef, SymbolicSparseColMatRef};
use faer::{ColMut, Conj, Mat, Par, Side, Spec};

use crate::vector::{difference, dot, norm};

/// The most numbers that a sparse factor may have: 4 GB.
const LARGEST_FACTOR: usize = 1 << 29;

/// A symmetric matrix.
pub(crate) enum Symmetric {
    Dense(Mat<f64>),
    Sparse(Sparse),
}

/// A sparse symmetric matrix: the values of what its structure says, column by column.
pub(crate) struct Sparse {
    structure: Arc<Structure>,
    values: Vec<f64>,
}

/// The places of the entries of a symmetric matrix, with the whole diagonal, and the analysis of its
/// Cholesky factor.
pub(crate) struct Structure {
    starts: Vec<usize>,
    rows: Vec<usize>,
    /// Where the diagonal entries stand.
    diagonal: Vec<usize>,
    /// Where the entries of the pattern stand.
    places: Vec<usize>,
    symbolic: SymbolicCholesky<usize>,
}

impl Structure {
    /// `None` if the factor would be too large to be of use.
    pub(crate) fn new(pattern: &SparsityPattern) -> Option<Self> {
        let n = pattern.shape().0;
        let (mut starts, mut rows) = (vec![0], Vec::with_capacity(pattern.nnz() + n));
        let (mut diagonal, mut places) = (Vec::new(), Vec::with_capacity(pattern.nnz()));
        for j in 0..n {
            let column = pattern.row(j); // the same by symmetry
            let at = column.partition_point(|&i| i < j);
            for &i in &column[..at] {
                places.push(rows.len());
                rows.push(i);
            }
            diagonal.push(rows.len());
            if column.get(at) != Some(&j) {
                rows.push(j);
            }
            for &i in &column[at..] {
                places.push(rows.len());
                rows.push(i);
            }
            starts.push(rows.len());
        }
        let shape = SymbolicSparseColMatRef::new_checked(n, n, &starts, None, &rows);
        let ordering = SymmetricOrdering::default();
        let parameters = CholeskySymbolicParams::default();
        let symbolic =
            factorize_symbolic_cholesky(shape, Side::Lower, ordering, parameters).ok()?;
        (symbolic.len_val() <= LARGEST_FACTOR).then_some(Self {
            starts,
            rows,
            diagonal,
            places,
            symbolic,
        })
    }
}

impl Symmetric {
    /// From its entries, row by row; of what rounding made of the two triangles, the mean.
    pub(crate) fn dense(n: usize, entries: &[f64]) -> Self {
        Self::Dense(Mat::from_fn(n, n, |i, j| {
            0.5 * entries[i * n + j] + 0.5 * entries[j * n + i]
        }))
    }

    pub(crate) fn sparse(structure: &Arc<Structure>, entries: &[f64]) -> Self {
        let mut values = vec![0.0; structure.rows.len()];
        for (&place, &entry) in structure.places.iter().zip(entries) {
            values[place] = entry;
        }
        Self::Sparse(Sparse {
            structure: Arc::clone(structure),
            values,
        })
    }

    /// Makes the least change to a dense matrix after which it takes `s` to `y`, and says whether there
    /// is one.
    pub(crate) fn update(&mut self, s: &[f64], y: &[f64]) -> bool {
        let image = self.times(s);
        let Self::Dense(matrix) = self else {
            return false;
        };
        let missing = difference(y, &image);
        let (square, product) = (dot(s, s), dot(&missing, s));
        if square == 0.0 || !product.is_finite() {
            return false;
        }
        // (r s' + s r') / s's - (r's) s s' / (s's)^2, with r = y - H s
        for j in 0..s.len() {
            for i in 0..s.len() {
                let cross = missing[i] * s[j] + s[i] * missing[j];
                matrix[(i, j)] += (cross - product / square * s[i] * s[j]) / square;
            }
        }
        true
    }

    /// The rows and columns of some numbers alone, of a dense matrix.
    pub(crate) fn part(&self, numbers: &[usize]) -> Option<Self> {
        let Self::Dense(matrix) = self else {
            return None;
        };
        let n = numbers.len();
        let entry = |i: usize, j: usize| matrix[(numbers[i], numbers[j])];
        Some(Self::Dense(Mat::from_fn(n, n, entry)))
    }

    /// With each row and column multiplied by its factor.
    pub(crate) fn scaled(&self, factors: &[f64]) -> Self {
        match self {
            Self::Dense(matrix) => {
                let n = matrix.nrows();
                let entry = |i: usize, j: usize| factors[i] * matrix[(i, j)] * factors[j];
                Self::Dense(Mat::from_fn(n, n, entry))
            }
            Self::Sparse(matrix) => {
                let structure = &matrix.structure;
                let mut values = matrix.values.clone();
                for (j, &factor) in factors.iter().enumerate() {
                    for place in structure.starts[j]..structure.starts[j + 1] {
                        values[place] *= factor * factors[structure.rows[place]];
                    }
                }
                Self::Sparse(Sparse {
                    structure: Arc::clone(structure),
                    values,
                })
            }
        }
    }

    pub(crate) fn order(&self) -> usize {
        match self {
            Self::Dense(matrix) => matrix.nrows(),
            Self::Sparse(matrix) => matrix.structure.diagonal.len(),
        }
    }

    pub(crate) fn is_finite(&self) -> bool {
        match self {
            Self::Dense(matrix) => matrix.is_all_finite(),
            Self::Sparse(matrix) => matrix.values.iter().all(|x| x.is_finite()),
        }
    }

    pub(crate) fn diagonal(&self) -> Vec<f64> {
        match self {
            Self::Dense(matrix) => (0..matrix.nrows()).map(|i| matrix[(i, i)]).collect(),
            Self::Sparse(matrix) => {
                let places = matrix.structure.diagonal.iter();
                places.map(|&place| matrix.values[place]).collect()
            }
        }
    }

    pub(crate) fn times(&self, x: &[f64]) -> Vec<f64> {
        let mut y = vec![0.0; x.len()];
        match self {
            Self::Dense(matrix) => {
                for (column, &x) in matrix.col_iter().zip(x) {
                    for (y, &entry) in y.iter_mut().zip(column.iter()) {
                        *y += entry * x;
                    }
                }
            }
            Self::Sparse(matrix) => {
                for (j, y) in y.iter_mut().enumerate() {
                    *y = matrix.column(j).map(|(i, entry)| entry * x[i]).sum();
                }
            }
        }
        y
    }

    /// The largest sum of the absolute entries of a column: no eigenvalue is larger.
    pub(crate) fn bound(&self) -> f64 {
        let sums: Vec<f64> = match self {
            Self::Dense(matrix) => {
                let sum = |column: faer::ColRef<'_, f64>| column.iter().map(|x| x.abs()).sum();
                matrix.col_iter().map(sum).collect()
            }
            Self::Sparse(matrix) => (0..self.order())
                .map(|j| matrix.column(j).map(|(_, entry)| entry.abs()).sum())
                .collect(),
        };
        sums.into_iter().fold(0.0, f64::max)
    }

    /// The Cholesky factor of the matrix with `shift` added to its diagonal, if that is positive
    /// definite.
    pub(crate) fn factor(&self, shift: f64) -> Option<Factor> {
        match self {
            Self::Dense(matrix) => {
                let mut shifted = matrix.clone();
                for i in 0..shifted.nrows() {
                    shifted[(i, i)] += shift;
                }
                Llt::new(shifted.as_ref(), Side::Lower)
                    .ok()
                    .map(Factor::Dense)
            }
            Self::Sparse(matrix) => {
                let structure = &matrix.structure;
                let mut values = matrix.values.clone();
                for &place in &structure.diagonal {
                    values[place] += shift;
                }
                let symbolic = &structure.symbolic;
                let mut factor = vec![0.0; symbolic.len_val()];
                let settings = Spec::<LltParams, f64>::default();
                let scratch = symbolic.factorize_numeric_llt_scratch::<f64>(Par::Seq, settings);
                symbolic
                    .factorize_numeric_llt(
                        &mut factor,
                        structure.matrix(&values),
                        Side::Lower,
                        LltRegularization::default(),
                        Par::Seq,
                        MemStack::new(&mut MemBuffer::try_new(scratch).ok()?),
                        settings,
                    )
                    .ok()?;
                Some(Factor::Sparse(Arc::clone(structure), factor))
            }
        }
    }

    /// The solution of `matrix x = b`, definite or not; `None` if the matrix is singular.
    pub(crate) fn solve(&self, b: &[f64]) -> Option<Vec<f64>> {
        let mut x = b.to_vec();
        match self {
            // As the book divides.
            Self::Dense(matrix) if matrix.nrows() == 1 => x[0] = b[0] / matrix[(0, 0)],
            Self::Dense(matrix) => {
                let factor = PartialPivLu::new(matrix.as_ref());
                factor.solve_in_place(ColMut::from_slice_mut(&mut x).as_mat_mut());
            }
            Self::Sparse(matrix) => {
                let structure = &matrix.structure;
                let matrix = structure.matrix(&matrix.values);
                let symbolic = SymbolicLu::try_new(matrix.symbolic()).ok()?;
                let factor = Lu::try_new_with_symbolic(symbolic, matrix).ok()?;
                factor.solve_in_place(ColMut::from_slice_mut(&mut x).as_mat_mut());
            }
        }
        x.iter().all(|x| x.is_finite()).then_some(x)
    }

    /// All eigenvalues, ascending, if they can be found; of a dense matrix.
    pub(crate) fn eigenvalues(&self) -> Option<Vec<f64>> {
        let Self::Dense(matrix) = self else {
            return None;
        };
        let eigen = SelfAdjointEigen::new(matrix.as_ref(), Side::Lower).ok()?;
        Some(eigen.S().column_vector().iter().copied().collect())
    }

    /// A unit vector near the eigenvectors of the least eigenvalue, by inverse iteration with a factor
    /// of the matrix shifted to just above singularity.
    pub(crate) fn lowest_direction(&self, factor: &Factor) -> Vec<f64> {
        // Any start will do that is not orthogonal to all of them; this one is nothing's eigenvector.
        let mut z: Vec<f64> = (0..self.order())
            .map(|i| 1.0 + (i as f64 * 0.618_033_988_749_895).fract())
            .collect();
        for _ in 0..4 {
            z = factor.solve(&z);
            let length = norm(&z);
            for z in &mut z {
                *z /= length;
            }
        }
        z
    }

    /// `d' matrix d`
    pub(crate) fn quadratic(&self, d: &[f64]) -> f64 {
        dot(d, &self.times(d))
    }
}

impl Structure {
    fn matrix<'a>(&'a self, values: &'a [f64]) -> SparseColMatRef<'a, usize, f64> {
        let n = self.diagonal.len();
        let places = SymbolicSparseColMatRef::new_checked(n, n, &self.starts, None, &self.rows);
        SparseColMatRef::new(places, values)
    }
}

impl Sparse {
    fn column(&self, j: usize) -> impl Iterator<Item = (usize, f64)> {
        let places = self.structure.starts[j]..self.structure.starts[j + 1];
        let rows = self.structure.rows[places.clone()].iter().copied();
        rows.zip(self.values[places].iter().copied())
    }
}

/// The Cholesky factor of a positive definite matrix.
pub(crate) enum Factor {
    Dense(Llt<f64>),
    Sparse(Arc<Structure>, Vec<f64>),
}

impl Factor {
    pub(crate) fn solve(&self, b: &[f64]) -> Vec<f64> {
        let mut x = b.to_vec();
        let column = ColMut::from_slice_mut(&mut x).as_mat_mut();
        match self {
            Self::Dense(factor) => factor.solve_in_place(column),
            Self::Sparse(structure, values) => {
                let symbolic = &structure.symbolic;
                let scratch = symbolic.solve_in_place_scratch::<f64>(1, Par::Seq);
                LltRef::<'_, usize, f64>::new(symbolic, values).solve_in_place_with_conj(
                    Conj::No,
                    column,
                    Par::Seq,
                    MemStack::new(&mut MemBuffer::new(scratch)),
                );
            }
        }
        x
    }
}
