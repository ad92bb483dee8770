//! Sparse second derivatives and Jacobians: the entries of large matrices that are mostly zero, from
//! as many products with vectors as the structure needs.
//!
//! Three steps, each in a file of its own: what depends on what (`dependence`), which columns can be
//! found from one product (`colouring`, `star`), and the products themselves with the entries read from them,
//! here. The first two depend on the recorded operations alone and are kept in a plan.

mod colouring;
mod dependence;
mod matrix;
mod pattern;
mod products;
mod sets;
mod star;

use std::fmt;
use std::panic::Location;

use dezero_array::{Array, Tuple};

use self::dependence::{is_indexed_by_variables, jacobian_pattern};
use self::products::{Compression, compressed_columns, compressed_rows};
use crate::error::{Error, Result};
use crate::mode::{self, Line};
use crate::operators::panicking;
use crate::transforms::Call;
use crate::variable::Variable;

pub use self::matrix::SparseMatrix;
pub use self::pattern::SparsityPattern;

/// The second derivatives of a function with one number as its result, as a sparse matrix of shape
/// `(n, n)` for `n` elements of `at`, of any shape and numbered row-major.
///
/// What must be zero is seen from the operations that `f` records. The rest takes one product with
/// a vector for each colour of a star colouring: 3 for a tridiagonal matrix of any size. For several
/// points, [`SparseHessian`] finds pattern and colours once.
///
/// ```
/// use dezero_core::{Variable, sparse_hessian};
///
/// // The chained Rosenbrock function of 1000 variables.
/// let rosenbrock = |x: &Variable| {
///     let (head, tail) = (x.get_item(..999), x.get_item(1..));
///     (100.0 * (tail - head.square()).square() + (1.0 - head).square()).sum(..)
/// };
/// let x = Variable::new(vec![1.0; 1000]);
/// let hessian = sparse_hessian(rosenbrock, &x);
/// assert_eq!(hessian.shape(), (1000, 1000));
/// assert_eq!(hessian.nnz(), 2998);
/// assert_eq!(hessian.triplets().take(2).collect::<Vec<_>>(), [(0, 0, 802.0), (0, 1, -400.0)]);
/// ```
///
/// # Panics
///
/// Where [`try_sparse_hessian`] gives an error.
#[track_caller]
#[must_use]
pub fn sparse_hessian(f: impl Fn(&Variable) -> Variable, at: &Variable) -> SparseMatrix {
    panicking(try_sparse_hessian(f, at))
}

/// [`sparse_hessian`], or why it cannot be.
///
/// # Errors
///
/// If `at` is not of floats, the result of `f` is not one number, more than 2^28 entries can differ
/// from zero, or as [`try_grad`](crate::try_grad).
#[track_caller]
pub fn try_sparse_hessian(
    f: impl Fn(&Variable) -> Variable,
    at: &Variable,
) -> Result<SparseMatrix> {
    let line = mode::line(Location::caller());
    SparseHessian::plan(f, at, line)
        .and_then(|(plan, recorded)| plan.entries(&recorded))
        .map_err(|error| error.at(line))
}

/// The derivatives of all elements of `f`'s result by all elements of `at`, as a sparse matrix with
/// a row for each element of the result and a column for each of `at`, both numbered row-major.
///
/// What must be zero is seen from the operations that `f` records. The rest takes one product with
/// a vector for each colour of the columns, or of the rows if those need fewer.
///
/// ```
/// use dezero_core::{Variable, sparse_jacobian};
///
/// let x = Variable::new([1.0, 2.0, 4.0, 8.0]);
/// let jacobian = sparse_jacobian(|x| x.get_item(1..) - x.get_item(..3).square(), &x);
/// assert_eq!(jacobian.shape(), (3, 4));
/// assert_eq!(
///     jacobian.to_dense().to_vec::<f64>(),
///     [-2.0, 1.0, 0.0, 0.0, 0.0, -4.0, 1.0, 0.0, 0.0, 0.0, -8.0, 1.0],
/// );
/// ```
///
/// # Panics
///
/// Where [`try_sparse_jacobian`] gives an error.
#[track_caller]
#[must_use]
pub fn sparse_jacobian(f: impl Fn(&Variable) -> Variable, at: &Variable) -> SparseMatrix {
    panicking(try_sparse_jacobian(f, at))
}

/// [`sparse_jacobian`], or why it cannot be.
///
/// # Errors
///
/// If `at` is not of floats, more than 2^28 entries can differ from zero, or as
/// [`try_grad`](crate::try_grad).
#[track_caller]
pub fn try_sparse_jacobian(
    f: impl Fn(&Variable) -> Variable,
    at: &Variable,
) -> Result<SparseMatrix> {
    let line = mode::line(Location::caller());
    SparseJacobian::plan(f, at, line)
        .and_then(|(plan, recorded)| plan.entries(&recorded))
        .map_err(|error| error.at(line))
}

/// Where a Hessian or a Jacobian can differ from zero, and from which products with vectors its
/// entries are read: what the points have in common at which a function does the same operations.
///
/// Made and used by an [`Evaluation`](crate::transforms::Evaluation); [`SparseHessian`] and [`SparseJacobian`]
/// are a function with its plan.
pub struct SparsePlan {
    /// The shape of the points.
    shape: Vec<usize>,
    pattern: SparsityPattern,
    compression: Compression,
}

impl SparsePlan {
    /// Of a gradient, by the variable, if the Hessian has at most `most` entries.
    pub(crate) fn hessian(gradient: &Variable, x: &Variable, most: usize) -> Result<Self> {
        let pattern = jacobian_pattern(gradient, x, most)?.symmetrized();
        Ok(Self {
            shape: x.shape(),
            compression: Compression::symmetric(&pattern),
            pattern,
        })
    }

    /// Of a result, by the variable, if the Jacobian has at most `most` entries.
    pub(crate) fn jacobian(y: &Variable, x: &Variable, most: usize) -> Result<Self> {
        let pattern = jacobian_pattern(y, x, most)?;
        Ok(Self {
            shape: x.shape(),
            compression: Compression::general(&pattern),
            pattern,
        })
    }

    /// The number of products with vectors that the matrix takes.
    pub fn colours(&self) -> usize {
        self.compression.colours()
    }

    /// Where the matrix may have entries other than zero.
    pub fn pattern(&self) -> &SparsityPattern {
        &self.pattern
    }

    fn check(&self, op: &str, x: &Variable) -> Result<()> {
        if x.shape() == self.shape {
            return Ok(());
        }
        Err(Error::shape(format!(
            "{op}: the plan was made for points of shape {}, and this one has shape {}; make another plan for it",
            Tuple(&self.shape),
            Tuple(&x.shape())
        )))
    }

    /// The entries, from products with seeds in the shape of `like`.
    fn entries(
        &self,
        call: &Call,
        like: &Variable,
        products: impl Fn(&Array) -> Result<Variable>,
    ) -> Result<SparseMatrix> {
        let values = call.recorded(|| self.compression.values(like, products))?;
        Ok(SparseMatrix::new(self.pattern.clone(), call.give(values)))
    }
}

impl fmt::Debug for SparsePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SparsePlan({:?}, {} colours)",
            self.pattern,
            self.colours()
        )
    }
}

/// The entries of the Hessian of a call's result, from its recorded gradient.
pub(crate) fn hessian_entries(
    call: &Call,
    gradient: &Variable,
    plan: &SparsePlan,
) -> Result<SparseMatrix> {
    let x = &call.xs[0];
    plan.check("sparse_hessian", x)?;
    plan.entries(call, x, |seeds| compressed_columns(gradient, x, seeds))
}

/// The entries of the Jacobian of a call's result.
pub(crate) fn jacobian_entries(call: &Call, plan: &SparsePlan) -> Result<SparseMatrix> {
    let (y, x) = (&call.y, &call.xs[0]);
    plan.check("sparse_jacobian", x)?;
    let rows = plan.pattern.rows();
    if y.size() != rows {
        return Err(Error::shape(format!(
            "sparse_jacobian: the plan was made for {rows} results, and here the function gives shape {}; make \
             another plan for this point",
            Tuple(&y.shape())
        )));
    }
    if plan.compression.is_by_rows() {
        plan.entries(call, y, |seeds| compressed_rows(y, x, seeds))
    } else {
        plan.entries(call, x, |seeds| compressed_columns(y, x, seeds))
    }
}

macro_rules! plans {
    ($(
        $(#[$meta:meta])*
        $Plan:ident, $op:literal, $matrix:literal;
    )+) => {$(
        $(#[$meta])*
        pub struct $Plan<F> {
            f: F,
            plan: SparsePlan,
        }

        impl<F: Fn(&Variable) -> Variable> $Plan<F> {
            /// Finds pattern and colours from what `f` records at `x`.
            ///
            /// # Panics
            ///
            /// Where [`try_new`](Self::try_new) gives an error.
            #[track_caller]
            #[must_use]
            pub fn new(f: F, x: &Variable) -> Self {
                panicking(Self::try_new(f, x))
            }

            /// [`new`](Self::new), or why it cannot be.
            ///
            /// # Errors
            ///
            #[doc = concat!("As [`try_", $op, "`].")]
            #[track_caller]
            pub fn try_new(f: F, x: &Variable) -> Result<Self> {
                let line = mode::line(Location::caller());
                Self::plan(f, x, line)
                    .map(|(plan, ..)| plan)
                    .map_err(|error| error.at(line))
            }

            #[doc = concat!("The ", $matrix, " at a point of the shape of the first.")]
            ///
            /// # Panics
            ///
            /// Where [`try_at`](Self::try_at) gives an error.
            #[track_caller]
            #[must_use]
            pub fn at(&self, x: &Variable) -> SparseMatrix {
                panicking(self.try_at(x))
            }

            /// [`at`](Self::at), or why it cannot be.
            ///
            /// # Errors
            ///
            #[doc = concat!("If the point has another shape than the first; else as [`try_", $op, "`].")]
            #[track_caller]
            pub fn try_at(&self, x: &Variable) -> Result<SparseMatrix> {
                let line = mode::line(Location::caller());
                self.plan
                    .check($op, x)
                    .and_then(|()| Self::record(&self.f, x, line))
                    .and_then(|recorded| self.entries(&recorded))
                    .map_err(|error| error.at(line))
            }
        }

        impl<F> $Plan<F> {
            /// The number of products with vectors that the matrix takes.
            pub fn colours(&self) -> usize {
                self.plan.colours()
            }

            /// Where the matrix may have entries other than zero.
            pub fn pattern(&self) -> &SparsityPattern {
                &self.plan.pattern
            }
        }

        impl<F> fmt::Debug for $Plan<F> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let (pattern, colours) = (self.pattern(), self.colours());
                write!(f, concat!(stringify!($Plan), "({:?}, {} colours)"), pattern, colours)
            }
        }
    )+};
}

plans! {
    /// A plan for the Hessians of one function at many points: pattern and colours, found once.
    ///
    /// The pattern is that of the operations recorded at the first point. It holds at all others
    /// where `f` does the same operations; a function that branches in Rust on its values, or
    /// indexes by them, needs a plan for each way it can go. `where_`, `maximum` and the like record
    /// both ways, and one plan is enough.
    ///
    /// ```
    /// use dezero_core::{SparseHessian, Variable};
    ///
    /// let x = Variable::new([1.0, 2.0, 3.0, 4.0]);
    /// let plan = SparseHessian::new(|x| (x.get_item(1..) * x.get_item(..3)).exp().sum(..), &x);
    /// assert_eq!(plan.colours(), 3);
    /// assert_eq!(plan.pattern().nnz(), 10);
    /// let hessian = plan.at(&Variable::new([0.0; 4]));
    /// assert_eq!(hessian.values().to_vec::<f64>(), [0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
    /// ```
    SparseHessian, "sparse_hessian", "Hessian";

    /// A plan for the Jacobians of one function at many points: pattern and colours, found once.
    ///
    /// The pattern is that of the operations recorded at the first point, as for [`SparseHessian`].
    ///
    /// ```
    /// use dezero_core::{SparseJacobian, Variable};
    ///
    /// let x = Variable::new([1.0, 2.0, 3.0, 4.0]);
    /// let plan = SparseJacobian::new(|x| x.get_item(1..) * x.get_item(..3), &x);
    /// assert_eq!(plan.colours(), 2);
    /// assert_eq!(plan.at(&x).values().to_vec::<f64>(), [2.0, 1.0, 3.0, 2.0, 4.0, 3.0]);
    /// ```
    SparseJacobian, "sparse_jacobian", "Jacobian";
}

impl<F: Fn(&Variable) -> Variable> SparseHessian<F> {
    /// The plan, and the call and the gradient from which it was made.
    fn plan(f: F, at: &Variable, line: Line) -> Result<(Self, Recorded)> {
        let recorded = Self::record(&f, at, line)?;
        let plan = SparsePlan::hessian(&recorded.ends, &recorded.call.xs[0], usize::MAX)?;
        Ok((Self { f, plan }, recorded))
    }

    /// The call, and the gradient.
    fn record(f: &F, at: &Variable, line: Line) -> Result<Recorded> {
        let call = called("sparse_hessian", f, at, line)?;
        if call.y.size() != 1 {
            return Err(Error::shape(format!(
                "sparse_hessian: a Hessian is of one number, and the function gives shape {}; sum its elements, \
                 or take `sparse_jacobian` for the first derivatives of each",
                Tuple(&call.y.shape())
            )));
        }
        let ends = call.gradient(None)?.remove(0);
        Ok(Recorded { call, ends })
    }

    fn entries(&self, recorded: &Recorded) -> Result<SparseMatrix> {
        hessian_entries(&recorded.call, &recorded.ends, &self.plan)
    }
}

impl<F: Fn(&Variable) -> Variable> SparseJacobian<F> {
    /// The plan, and the call from which it was made.
    fn plan(f: F, at: &Variable, line: Line) -> Result<(Self, Call)> {
        let call = Self::record(&f, at, line)?;
        let plan = SparsePlan::jacobian(&call.y, &call.xs[0], usize::MAX)?;
        Ok((Self { f, plan }, call))
    }

    fn record(f: &F, at: &Variable, line: Line) -> Result<Call> {
        called("sparse_jacobian", f, at, line)
    }

    fn entries(&self, call: &Call) -> Result<SparseMatrix> {
        jacobian_entries(call, &self.plan)
    }
}

/// The Hessian as a dense matrix, from the recorded gradient, where so much of it is zero that finding
/// out pays; `None` elsewhere.
pub(crate) fn dense_hessian(gradient: &Variable, x: &Variable) -> Result<Option<Variable>> {
    /// Fewer columns are swept as fast as looked through.
    const LEAST: usize = 64;
    /// The columns that a product has to stand for.
    const SPARSE: usize = 4;

    let n = x.size();
    if n < LEAST {
        return Ok(None);
    }
    // What is recorded has to hold for other indices too.
    if mode::is_recording() && is_indexed_by_variables(gradient, x) {
        return Ok(None);
    }
    let Ok(pattern) = jacobian_pattern(gradient, x, n * n / SPARSE) else {
        return Ok(None); // not sparse
    };
    let pattern = pattern.symmetrized();
    let compression = Compression::symmetric(&pattern);
    if compression.colours() > n / SPARSE {
        return Ok(None);
    }
    let values = compression.values(x, |seeds| compressed_columns(gradient, x, seeds))?;
    let matrix = SparseMatrix::new(pattern, values);
    matrix.try_to_dense().map(Some)
}

/// A call of the function, and its gradient.
struct Recorded {
    call: Call,
    ends: Variable,
}

/// Calls `f` at a point of floats.
fn called(
    op: &'static str,
    f: &impl Fn(&Variable) -> Variable,
    at: &Variable,
    line: Line,
) -> Result<Call> {
    if !at.dtype().is_float() {
        return Err(Error::derivative(format!(
            "{op}: a point of dtype {} has no derivatives; `cast` gives one of floats",
            at.dtype()
        )));
    }
    Call::new(op, f, &at, line)
}
