//! A recorded graph as a program: run it again on new inputs, at native speed.
//!
//! ```
//! use dezero_compile::compile;
//! use dezero_core::Variable;
//!
//! let f = compile(|x: &Variable| x.tanh(), &Variable::new(1.0))?;
//! assert_eq!(f.call(&Variable::new(0.5)).item(), 0.5_f64.tanh());
//! # Ok::<(), dezero_compile::Error>(())
//! ```
//!
//! One writes eagerly, as always; [`compile`](compile()) runs the function once, and what the engine recorded is a
//! [`Program`]. Its derivatives, to any order, are programs again:
//!
//! ```
//! use dezero_compile::Program;
//! use dezero_core::Variable;
//!
//! let x = Variable::new([0.0, 2.0]);
//! let rosenbrock = Program::record(
//!     |x: &Variable| {
//!         let (x0, x1) = (x.get_item(0), x.get_item(1));
//!         100.0 * (x1 - x0.square()).square() + (x0 - 1.0).square()
//!     },
//!     &x,
//! )?;
//! let step = rosenbrock.grad()?;
//! let (mut at, mut gradient) = ([0.0, 2.0], [0.0; 2]);
//! for _ in 0..10_000 {
//!     step.call(&at, &mut gradient)?; // no graph, no variables
//!     at = [at[0] - 0.001 * gradient[0], at[1] - 0.001 * gradient[1]];
//! }
//! assert!((at[0] - 0.994).abs() < 1e-3);
//! # Ok::<(), dezero_compile::Error>(())
//! ```
//!
//! # When it helps
//!
//! Where the same computation runs often with other numbers: steps of a search, training, integration. What
//! eager code spends on recording is spent once, and a derivative is not derived anew at each step.
//!
//! It does not help for what runs once: recording is one eager run, each check another, and a derivative of the
//! program is derived as eagerly as any. Nor for large arrays where nearly all time goes into matrix products,
//! which are the same.
//!
//! So one Hessian is best asked for eagerly, by [`hessian`](dezero_core::transforms::hessian): a program of it
//! costs as much as 2 to 8 of those, and pays from about the tenth point at the latest. Then it pays well: of
//! Rosenbrock's function in 2 dimensions, a Hessian takes 25 us eagerly and 0.3 us as a program, the same to the last
//! bit, and in 1,000 dimensions 0.95 ms and 0.31 ms.
//!
//! ```
//! use dezero_compile::compile;
//! use dezero_core::{Variable, transforms};
//!
//! let f = |x: &Variable| (x.square() * x.sin()).sum(..);
//! let x = Variable::new([0.5, 1.5]);
//! let once = transforms::hessian(f, &x);
//!
//! let hessian = compile(f, &x)?.program().hessian()?;
//! let mut h = [0.0; 4];
//! for i in 0..1000 {
//!     hessian.call(&[0.5, 1.5 + f64::from(i)], &mut h)?; // row by row
//! }
//! assert_eq!(once.to_vec::<f64>()[0], h[0]);
//! # Ok::<(), dezero_compile::Error>(())
//! ```
//!
//! # What a recording is
//!
//! The one way that the function went. Shapes, dtypes and captured variables are fixed in it. A Rust `if` on a
//! value is decided once; `where_`, `maximum` and `clip` are recorded and decide at each call. What is random or
//! changes between calls is a constant. [`compile`](compile()) compares the program with the function at some
//! points around the example and gives an error, with the lines that read values, where they differ; branches
//! that no such point takes stay unseen, and [`Compiled::check`] looks where one likes.
//!
//! Every value is what the engine computes, to the last bit. (On another kind of processor, `sin`, `exp` and their
//! like of arrays may differ in the last digit, there as here.)
//!
//! # Keeping a program
//!
//! With the feature `serde`, a program becomes bytes and bytes become a program, which runs without the code
//! that it was recorded from, and gives the same to the last bit:
//!
#![cfg_attr(feature = "serde", doc = "```")]
#![cfg_attr(not(feature = "serde"), doc = "```ignore")]
//! use dezero_compile::Program;
//! use dezero_core::Variable;
//!
//! let weights = Variable::new([0.3, -1.2]);
//! let model = Program::record(|x: &Variable| (x * &weights).sum(..).tanh(), &Variable::new([1.0, 2.0]))?;
//! let bytes = model.to_bytes()?; // std::fs::write("model.dz", &bytes)?
//!
//! let loaded = Program::from_bytes(&bytes)?;
//! let mut gradient = [0.0; 2];
//! loaded.grad()?.call(&[0.0, 0.0], &mut gradient)?;
//! assert_eq!(gradient, [0.3, -1.2]);
//! # Ok::<(), dezero_compile::Error>(())
//! ```
//!
//! Bytes from anywhere may be loaded: they are a program that is in order, or an error. A `Program` can stand in
//! what one serializes, too: it is bytes there, or text in formats for people such as JSON.
//!
//! # Native code
//!
//! With the feature `jit`, a program of numbers or small arrays that is called often becomes native code, by
//! Cranelift. When is decided by what it costs and saves; [`Program::prepare`] does it at once. Values are
//! the same to the last bit, and where there can be no native code, as on a processor that Cranelift does not
//! know, the program runs as it does without.

#![cfg_attr(not(feature = "jit"), forbid(unsafe_code))]

mod check;
mod compile;
mod compiled;
mod derivative;
mod error;
mod execute;
mod ir;
mod program;
#[cfg(test)]
#[path = "../tests/it/random_programs.rs"]
mod random_programs;
mod replay;
#[cfg(feature = "serde")]
mod saved;
mod simplify;
mod walk;

pub use check::Difference;
pub use compile::{Compile, OtherShapes, Results, compile};
pub use compiled::Compiled;
pub use error::{Error, Result};
pub use program::{Program, Slot};
pub use simplify::{Assume, Rule, Simplification, rules};
pub use walk::{ProgramValue, SourceLine, ValueSource};
