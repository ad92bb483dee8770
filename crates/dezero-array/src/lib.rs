//! N-dimensional arrays whose element type is known at run time, with NumPy's semantics: broadcasting,
//! promotion, views, reductions, indexing, linear algebra and printing. The values under dezero.
//!
//! ```
//! use dezero_array::{Array, Slice};
//!
//! // Distances between all pairs of three points, without a loop and without a copy of the points.
//! let points = Array::from([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]);
//! let (rows, columns) = (points.expand_dims(0)?, points.expand_dims(1)?);
//! let offsets = rows.zip_float(&columns, "sub", |x, y| x - y, |x, y| x - y)?;
//! let squares = offsets.map_float(|x| x * x, |x| x * x).sum(Some(&[-1]), false)?;
//! let distances = squares.map_float(f64::sqrt, f32::sqrt);
//! assert_eq!(distances, Array::from([[0.0, 5.0, 10.0], [5.0, 0.0, 5.0], [10.0, 5.0, 0.0]]));
//!
//! // Every other column from the right: a view with a negative stride.
//! let view = distances.slice(&[Slice::Ellipsis, Slice::step(.., -2)])?;
//! assert_eq!((view.shape(), view.strides()), (&[3, 2][..], &[3, -2][..]));
//!
//! // What does not fit says so in full.
//! let error = points.matmul(&points).unwrap_err();
//! assert!(error.is_shape());
//! assert_eq!(
//!     error.to_string(),
//!     "matmul: shapes (3, 2) and (3, 2) do not multiply: \
//!      the last axis of the first has 2, the last but one of the second 3"
//! );
//! # Ok::<(), dezero_array::Error>(())
//! ```
//!
//! The elementwise functions themselves are not here: `map_float`, `zip_slices` and their siblings take
//! them as closures, one per dtype, and do the broadcasting. Nothing is changed in place, arrays share
//! their elements freely, and a 0-d array is a number in the handle, without a heap.
//!
//! A [`DType`] is `bool`, `int64`, `float32` or `float64`. Arrays promote each other as in NumPy; a
//! [`Scalar`] from Rust takes its dtype from the array beside it ([`Array::weak`]).

mod apply;
mod array;
mod convert;
mod diagonal;
mod dtype;
mod elements;
mod elementwise;
mod error;
mod index;
mod join;
pub mod kernels;
mod lanes;
mod linalg;
mod matmul;
mod ndarray;
mod parallel;
mod pool;
mod print;
mod reduce;
mod shape;
mod slice;
pub mod special;
mod strided;
mod view;

pub use array::Array;
pub use dtype::{DType, Element, Scalar};
pub use elements::recycled;
pub use elementwise::{SliceMap, SliceZip};
pub use error::{Error, Result};
pub use lanes::{Lanes, map_lanes};
pub use print::{python_float, python_float32};
pub use shape::{Layout, Tuple, axis_positions, broadcast_shapes};
pub use slice::Slice;
