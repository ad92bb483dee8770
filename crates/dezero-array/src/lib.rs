//! N-dimensional arrays with a run-time dtype, NumPy semantics and NumPy printing: the values under dezero.

mod array;
mod convert;
mod diagonal;
mod dtype;
mod elementwise;
mod error;
mod index;
mod join;
mod linalg;
mod matmul;
mod ndarray;
mod print;
mod reduce;
mod shape;
mod slice;
pub mod special;
mod strided;
mod view;

pub use array::Array;
pub use dtype::{DType, Element, Scalar};
pub use error::{Error, Result};
pub use print::{python_float, python_float32};
pub use shape::{Tuple, broadcast_shapes};
pub use slice::Slice;
