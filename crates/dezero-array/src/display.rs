//! A provisional way to show arrays.

use std::fmt;

use crate::{Array, each_dtype};

impl fmt::Display for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each_dtype!(self.dtype(), T => match self.ndim() {
            0 => write!(f, "{:?}", self.to_vec::<T>()[0]),
            _ => write!(f, "{:?}", self.to_vec::<T>()),
        })
    }
}

impl fmt::Debug for Array {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "array({self}, shape={:?}, dtype={})",
            self.shape(),
            self.dtype()
        )
    }
}
