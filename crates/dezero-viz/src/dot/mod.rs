//! The DOT language of Graphviz: graphs written in the book's notation, and DOT text read.

mod book;
pub(crate) mod read;

pub use book::{Dot, dot_func, dot_var, get_dot_graph};
