//! The engine of dezero: variables that remember how they were computed, and derivatives of any
//! order.
//!
//! ```
//! use dezero_core::{Variable, grad};
//!
//! let x = Variable::new(1.0);
//! let y = x.tanh();
//!
//! let gx = &grad(&y, &[&x])[0]; // the derivative, itself a variable with a history
//! let gx2 = &grad(gx, &[&x])[0]; // so it can be differentiated again
//! assert_eq!(gx.item(), 0.41997434161402614);
//! assert_eq!(gx2.item(), -0.6397000084492246);
//! ```
//!
//! # What there is
//!
//! - [`Variable`]: a value with its record. Operators and methods compute at once.
//!   [`Variable::backward`] fills [`Variable::grad`] of the leaves, as in the book "Deep Learning
//!   from Scratch 3"; [`grad`] returns the derivatives and touches nothing.
//! - [`primitives`]: the table of elementwise functions. Beside them stand the comparisons,
//!   [`where_`](Variable::where_), reductions, shapes, indexing and linear algebra, all methods of
//!   [`Variable`], all differentiable to every order.
//! - [`transforms`]: derivatives of functions. Jacobians and their products with vectors, Hessians,
//!   Laplacians, Taylor series to any order; which to ask for, and what it costs, stands there.
//! - [`sparse_hessian`] and [`sparse_jacobian`]: large matrices of which most is zero.
//! - [`Function`]: a function of one's own, with its derivative.
//! - [`checkpoint`]: recomputing instead of storing. [`Variable::register_hook`]: seeing, or
//!   replacing, a cotangent as it passes.
//! - [`gradcheck`](mod@gradcheck): derivatives against finite differences; [`detect_anomaly`]: where a NaN begins.
//! - [`no_grad`], [`Variable::constant`], [`Variable::detach`], [`Variable::unchain_backward`]: what
//!   is not recorded, and what is forgotten.
//! - [`Polynomial`]: a truncated Taylor series, to evaluate and to print.
//! - [`graph`]: the record as plain data, for drawing; [`trace`]: the same in the order of computation, for compiling.
//!
//! # Which derivative rule holds where
//!
//! At a kink, derivatives take the value 0 (`abs`, `relu`) or are shared among those that tie
//! (`maximum`, `max`). `x^0` has derivative 0 everywhere, and so `x^2` has a third derivative of 0 at
//! 0, not NaN. NaN and infinity flow as IEEE 754 says.
//!
//! # Numbers on the left
//!
//! Operators take f64 and i32 literals on either side: `1.0 - &x`, `2 * &x`. An f32 or a `usize` goes
//! to the right, `&x * 2.0_f32`, or is converted: with more types on the left, Rust could no longer
//! tell of which type the `1.0` in `(1.0 - &x).sin()` is.

mod anomaly;
mod backward;
mod checkpoint;
mod elementwise;
mod error;
mod function;
pub mod gradcheck;
mod graph;
mod hooks;
mod leaf;
mod mode;
mod node;
mod op;
mod operators;
mod ops;
mod order;
mod ownership;
mod polynomial;
mod record;
mod sparse;
mod taylor;
pub mod trace;
pub mod transforms;
mod variable;
mod warning;

pub use anomaly::{AnomalousInput, Anomaly};
pub use backward::{Backward, Unused, grad, grad_with, try_grad};
pub use checkpoint::{checkpoint, try_checkpoint};
pub use dezero_array::{Array, DType, Element, Lanes, Scalar, Slice, Tuple};
pub use elementwise::{Binary, Compare, Parameter, Primitive, Unary, primitives};
pub use error::{Error, Result};
pub use function::{Creator, Custom, Function};
pub use graph::{Graph, GraphFunction, GraphVariable, Outputs, Role, graph, graph_with_gradients};
pub use hooks::HookId;
pub use mode::{
    DetectAnomaly, NoGrad, attributed_to, detect_anomaly, enable_grad, interruptible, is_recording,
    live_nodes, no_grad,
};
pub use op::Op;
pub use op::form::Form;
pub use op::parts::Parts;
pub use operators::{Operand, attempt};
pub use ops::arguments::{Axes, Shape};
pub use ops::index::Index;
pub use ownership::{Holder, Holdings, Identity, Part, holdings};
pub use polynomial::Polynomial;
pub use sparse::{
    SparseHessian, SparseJacobian, SparseMatrix, SparsePlan, SparsityPattern, sparse_hessian,
    sparse_jacobian, try_sparse_hessian, try_sparse_jacobian,
};
pub use variable::Variable;
pub use warning::{reads_during, set_warning_handler};
