//! Formula text to syntax tree and back, knowing nothing of what the functions compute.

mod diagnose;
mod error;
mod functions;
mod lexer;
mod parser;
mod print;
mod source;
mod tree;

pub use error::Error;
pub use functions::{FunctionId, Functions, Parameter, Signature};
pub use parser::{MAX_DEPTH, MAX_LENGTH};
pub use tree::{Binary, Comparison, Constant, Node, Tree};
