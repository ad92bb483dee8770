//! Function minimisation with derivatives from the engine: write the function, no gradient.
//!
//! ```
//! use dezero_core::Variable;
//! use dezero_optim::GradientDescent;
//!
//! // The book's Rosenbrock function, from its start.
//! let minimum = GradientDescent::new(0.001).iterations(50_000).minimize(
//!     |x| Ok(100.0 * (&x[1] - x[0].powf(2.0)).powf(2.0) + (1.0 - &x[0]).powf(2.0)),
//!     &[Variable::new(0.0), Variable::new(2.0)],
//! )?;
//! assert!(minimum.converged);
//! assert!((minimum.point[0].item() - 1.0).abs() < 1e-6);
//! # Ok::<(), dezero_optim::Error>(())
//! ```

mod error;
mod gradient_descent;
pub mod test_functions;

pub use error::Error;
pub use gradient_descent::{Evaluations, GradientDescent, Minimum, Step};
