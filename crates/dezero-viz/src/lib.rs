//! Pictures of what dezero computes, with nothing to install.
//!
//! ```
//! use dezero_core::{grad, graph, Variable};
//! use dezero_viz::Drawing;
//!
//! let x = Variable::new(1.0).named("x");
//! let y = x.tanh().named("y");
//! let gx = grad(&y, &[&x])[0].clone().named("gx");
//! let gx2 = grad(&gx, &[&x])[0].clone().named("gx2");
//!
//! let graph = graph(&gx2); // the graph of the second derivative of tanh
//! let drawing = Drawing::new(&graph).title("tanh, differentiated twice");
//! # let folder = tempfile::tempdir().unwrap();
//! # let file = |name: &str| folder.path().join(name);
//! drawing.save(file("tanh.svg"))?; // or .png, .pdf, .dot
//! drawing.save(file("tanh.html"))?; // to explore in a browser
//! # Ok::<(), dezero_viz::Error>(())
//! ```
//!
//! - [`Drawing`] draws computational graphs: for learners ([`Style::Learner`]), with values on the edges, symbols, the passes
//!   of differentiation, folded loops; or as the book "Deep Learning from Scratch 3" does
//!   ([`Style::DeZero`]). [`plot_dot_graph`] and [`get_dot_graph`] are the book's functions.
//! - [`DotGraph`] reads text in the DOT language of Graphviz, and draws it.
//! - The module `plot` draws functions, the ways of searches and fits, from plain numbers and closures.
//! - [`Picture`] is what all of them become: SVG, which is saved as PNG and PDF too. Fonts come along.
//! - [`layout`] is the layered layout behind the drawings; [`graphviz`](fn@graphviz) asks Graphviz instead.
//!
//! | feature | brings | default |
//! | --- | --- | --- |
//! | `plot` | the module `plot` | yes |
//! | `png`, `pdf` | these formats, beside SVG, HTML and DOT | yes |
//! | `korean` | letters of Hangul in PNG and PDF (1.3 MB) | no |

mod diagram;
mod dot;
mod drawing;
mod error;
mod graphviz;
mod html;
pub mod layout;
mod measure;
mod picture;
#[cfg(feature = "plot")]
pub mod plot;
mod svg;
mod text;
mod theme;
mod xml;

pub use dot::{Dot, DotError, DotGraph, dot_func, dot_var, get_dot_graph};
pub use drawing::{Drawing, Style, plot_dot_graph};
pub use error::Error;
pub use graphviz::graphviz;
pub use picture::{Format, Picture, write_file};
pub use theme::Theme;
