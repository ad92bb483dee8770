//! The DOT language of Graphviz: graphs written in the book's notation, and DOT text read and drawn.

mod book;
mod graph;
mod read;
mod write;

pub(crate) use book::variable_label;
pub use book::{Dot, dot_func, dot_var, get_dot_graph};
pub use graph::DotGraph;
pub use read::DotError;
pub(crate) use write::write;
