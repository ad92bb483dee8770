//! Pictures of what dezero computes.
//!
//! - Computational graphs as text: Graphviz DOT, in the notation of the book "Deep Learning from
//!   Scratch 3" ([`get_dot_graph`]).
//! - Plots of minimisation and of fits as SVG, from plain numbers and closures: the module
//!   `plot`, of the feature of the same name, which is on by default.
//!
//! ```
//! use dezero_core::{grad, Variable};
//! use dezero_viz::get_dot_graph;
//!
//! let x = Variable::new(1.0).named("x");
//! let y = x.tanh().named("y");
//! let gx = grad(&y, &[&x])[0].clone().named("gx");
//! let gx2 = grad(&gx, &[&x])[0].clone().named("gx2");
//!
//! let dot = get_dot_graph(&gx2, false); // the graph of the second derivative of tanh
//! assert!(dot.starts_with("digraph g {\n1 [label=\"gx2\", color=orange, style=filled]\n"));
//! ```

mod diagram;
mod dot;
mod error;
pub mod layout;
mod picture;
#[cfg(feature = "plot")]
pub mod plot;
mod text;
mod theme;

pub use dot::{Dot, dot_func, dot_var, get_dot_graph};
pub use picture::Picture;
pub use theme::Theme;
