//! Derivatives of functions: what JAX and `torch.func` call transforms.
//!
//! A function takes one [`Variable`](crate::Variable) of any shape, or several, and gives one. It is called once,
//! recorded, and differentiated at that point. The transforms touch no gradient, nest in each other,
//! and record what they compute unless that is off, so that a derivative can stand in a loss.
//!
//! ```
//! use dezero_core::{Variable, transforms::{grad, hessian, hvp}};
//!
//! // Rosenbrock's function in two dimensions
//! let f = |x: &Variable| {
//!     let (x0, x1) = (x.get_item(0), x.get_item(1));
//!     100.0 * (x1 - x0.square()).square() + (1.0 - x0).square()
//! };
//! let x = Variable::new([0.0, 2.0]);
//! assert_eq!(grad(f, &x).to_vec::<f64>(), [-2.0, 400.0]);
//! assert_eq!(hessian(f, &x).to_vec::<f64>(), [-798.0, 0.0, 0.0, 200.0]);
//! assert_eq!(hvp(f, &x, &Variable::new([1.0, 1.0])).to_vec::<f64>(), [-798.0, 200.0]);
//! ```
//!
//! Several variables come as an array, and what is asked for comes back as one:
//!
//! ```
//! use dezero_core::{Variable, transforms::grad};
//! let (a, b) = (Variable::new(3.0), Variable::new(4.0));
//! let [ga, gb] = grad(|[a, b]| a * b.square(), [&a, &b]);
//! assert_eq!((ga.item(), gb.item()), (16.0, 24.0));
//! ```
//!
//! # Which derivative do I want?
//!
//! With `n` numbers going in and `m` coming out, and the cost of calling the function as the unit:
//!
//! | you want | ask for | it costs about |
//! | --- | --- | --- |
//! | the gradient of a scalar | [`grad`], [`value_and_grad`] | 3 to 4, whatever `n` |
//! | the derivative in one direction | [`jvp`] | 2 to 3, whatever `m` |
//! | a vector times the Jacobian | [`vjp`] | 3 to 4, whatever `n` |
//! | the whole Jacobian | [`jacobian`] | the smaller of `n` and `m`, in one wide sweep |
//! | a Jacobian with few entries in each row | [`sparse_jacobian`](crate::sparse_jacobian) | its number of colours |
//! | the Hessian of a scalar | [`hessian`] | `n` gradients in one wide sweep |
//! | the Hessian times a vector | [`hvp`] | 6 to 10, whatever `n` |
//! | a Hessian with few entries in each row | [`sparse_hessian`](crate::sparse_hessian) | its number of colours |
//! | the trace of the Hessian | [`laplacian`] | `n` directions, but no Hessian |
//! | the same at each of many points | [`pointwise_laplacian`] | as many directions as coordinates |
//! | the trace of the Jacobian | [`divergence`] | `n` directions |
//! | all derivatives up to order `k` along a line | [`derivatives`], [`jet`] | `k^2 / 2` per product, not `2^k` |
//! | a polynomial that stands for the function | [`taylor`] | the same |
//!
//! Several of these at one point come from one call of the function by [`Evaluation`].
//!
//! All of them run at once. Where the same derivative is wanted at many points, the crate `dezero-compile` records
//! it once: `compile(f, &x)?.program().hessian()?` is a program to call at each. Against a [`hessian`] at one point,
//! that takes about 6 times as long in 2 dimensions and 1.6 times in 1,000, and each call of the program a
//! hundredth or a third.
//!
//! Two functions are named `grad`. [`dezero_core::grad(&y, &[&x])`](crate::grad()) and
//! [`Variable::backward`](crate::Variable::backward) go back through something that was recorded
//! already; the functions here record it themselves, and differentiate by their argument alone: what
//! else a closure holds on to is constant to them, though not to a transform around them.
//!
//! Inside the function, its argument is a stand-in for the variable at the point: its derivatives are
//! asked for by [`grad`](crate::grad()) or a transform, not by `backward` and `.grad()`, and its data is
//! not to be replaced.
//!
//! A function may give a `Result<Variable>`, which the `try_` twins pass on; a panic in it stays a
//! panic. Of what a function does not depend on, the derivative is zero;
//! [`grad_with`](crate::grad_with) makes that an error. A closure that is named before it is passed needs
//! its type: `let f = |x: &Variable| ...`.
//!
//! # What is recorded
//!
//! The function is always recorded while it runs, also inside a [`no_grad`](crate::no_grad). What a
//! transform gives is recorded (can itself be differentiated) where recording is on and something
//! that can be differentiated by went in. Inside `no_grad` it is plain, and needs less memory.

mod evaluation;
mod first;
mod jacobian;
mod point;
mod second;
mod series;

pub use evaluation::Evaluation;
pub use first::{
    Pullback, grad, jvp, try_grad, try_jvp, try_value_and_grad, try_vjp, value_and_grad, vjp,
};
pub use jacobian::{
    divergence, jacfwd, jacobian, jacrev, pointwise_divergence, try_divergence, try_jacfwd,
    try_jacobian, try_jacrev, try_pointwise_divergence,
};
pub(crate) use point::Call;
pub use point::{Point, Returned};
pub use second::{
    hessian, hvp, laplacian, pointwise_laplacian, try_hessian, try_hvp, try_laplacian,
    try_pointwise_laplacian,
};
pub use series::{derivatives, jet, taylor, try_derivatives, try_jet, try_taylor};
