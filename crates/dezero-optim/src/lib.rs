//! Function minimisation with derivatives from the engine: write the function, no gradient.
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
