//! N-dimensional arrays with a run-time dtype, NumPy semantics and NumPy printing: the values under dezero.

mod array;
mod convert;
mod diagonal;
mod display;
mod dtype;
mod elementwise;
mod error;
mod index;
mod join;
mod linalg;
mod matmul;
mod ndarray;
mod reduce;
mod shape;
mod slice;
pub mod special;
mod strided;
mod view;

pub use array::Array;
pub use dtype::{DType, Element, Scalar};
pub use error::{Error, Result};
pub use shape::{Tuple, broadcast_shapes};
pub use slice::Slice;

use dtype::each_dtype;
