//! Minima, maxima, fits and roots, with derivatives from the engine: write the function, no gradient.
//!
//! ```
//! use dezero_core::Variable;
//! use dezero_optim::minimize;
//!
//! // Himmelblau's function, which has four minima.
//! let (a, b) = (Variable::new(0.0), Variable::new(0.0));
//! let found = minimize(
//!     |[a, b]| (a.square() + b - 11.0).square() + (a + b.square() - 7.0).square(),
//!     [&a, &b],
//! )?;
//! assert!(found.is_converged());
//! assert!((found.x[0].item() - 3.0).abs() < 1e-9 && (found.x[1].item() - 2.0).abs() < 1e-9);
//! # Ok::<(), dezero_optim::Error>(())
//! ```
//!
//! A function is of one variable of any shape, or of several: `&x` and a closure `|x| ...`, or `[&a, &b]` and
//! `|[a, b]| ...`. It gives a variable, or a `Result` of one, and may be ordinary code with branches and loops.
//!
//! # What to ask for
//!
//! | you have | you want | ask for |
//! | --- | --- | --- |
//! | a function that gives one number | where it is least, or greatest | [`minimize`], [`maximize`] |
//! | a model and data | the parameters that fit, and their errors | [`least_squares`] |
//! | equations | where they hold | [`root`] |
//! | a method in mind, bounds, a limit, a look at each step | any of these | [`Minimizer`] |
//! | a minimiser to test | functions with known minima | [`test_functions`] |
//!
//! The default, [`Method::Auto`], takes Newton steps in a trust region for functions of few numbers and for
//! those whose Hessian is sparse, L-BFGS for the rest and within bounds, and Levenberg-Marquardt for residuals. The
//! others are listed at [`Method`].
//!
//! # What comes back
//!
//! An [`Optimum`] says where the search ended, why ([`Stop`], in words), what it took ([`Evaluations`], all calls
//! counted), and how the function curves there ([`Curvature`]): a saddle is told from a minimum. A search that
//! ends elsewhere than at a minimum is no error. An [`Error`] is a start, bounds or a method that do not fit, or
//! what the function itself reported, with the best point until then.
//!
//! ```
//! use dezero_core::Variable;
//! use dezero_optim::{Method, Minimizer, Stop};
//!
//! let found = Minimizer::new(Method::Bfgs)
//!     .gradient_tolerance(1e-10)
//!     .evaluations(1000)
//!     .trace(true)
//!     .minimize(|x| (x - 2.0).powf(4.0) + x.square(), &Variable::new(0.0))?;
//! assert_eq!(found.stop, Stop::Gradient);
//! for step in &found.trace {
//!     println!("{:3} {:?} {:.3e} {:.1e}", step.iteration, step.x, step.value, step.gradient_norm);
//! }
//! # Ok::<(), dezero_optim::Error>(())
//! ```
//!
//! # What a step costs
//!
//! The value, the gradient and the Hessian at a point come from one call of the function. A Hessian of `n`
//! numbers takes `n` products with vectors in one wide sweep, or as few as its sparsity allows: three for the chained
//! Rosenbrock function of a million numbers.

mod bounds;
mod curvature;
mod error;
mod fit;
mod layout;
mod method;
mod methods;
mod minimizer;
mod optimum;
mod root;
mod search;
mod squares;
mod stop;
mod symmetric;
pub mod test_functions;
mod vector;

pub use bounds::Bound;
pub use error::Error;
pub use fit::{Fit, least_squares};
pub use method::{Adam, GradientDescent, Lbfgs, Method, Momentum, NewtonTrust};
pub use minimizer::{Minimizer, maximize, minimize};
pub use optimum::{Curvature, Evaluations, Iteration, Optimum};
pub use root::{Root, root};
pub use stop::Stop;
