//! The arguments of array methods: shapes and axes, from whatever a caller finds natural.

use std::ops::RangeFull;

use dezero_array::{Error, axis_positions};

/// A shape, from numbers, arrays or slices of them; one entry may be -1, to be worked out.
pub struct Shape(pub(crate) Vec<isize>);

/// Axes to work over, from a number, an array or slice of numbers (negative ones count from the
/// end), or `..` for all.
///
/// ```
/// use dezero_core::{Axes, Variable};
/// let x = Variable::new([[1.0, 2.0], [3.0, 4.0]]);
/// assert_eq!(x.sum(..).item(), 10.0);
/// assert_eq!(x.sum(0).to_vec::<f64>(), [4.0, 6.0]);
/// assert_eq!(x.sum(Axes::from(-1).keepdims()).shape(), [2, 1]);
/// ```
#[derive(Clone, Debug)]
pub struct Axes {
    axes: Option<Vec<isize>>,
    keepdims: bool,
}

impl Axes {
    /// The axes worked over stay, with length 1.
    #[must_use]
    pub fn keepdims(mut self) -> Self {
        self.keepdims = true;
        self
    }

    pub(crate) fn keeps(&self) -> bool {
        self.keepdims
    }

    pub(crate) fn as_option(&self) -> Option<&[isize]> {
        self.axes.as_deref()
    }

    /// The axes as sorted positions; an error names `op`.
    pub(crate) fn positions(&self, op: &str, ndim: usize) -> Result<Vec<usize>, Error> {
        axis_positions(op, self.axes.as_deref(), ndim)
    }
}

/// The axis counted from the front, if it is in range.
pub(crate) fn position(axis: isize, ndim: usize) -> Option<usize> {
    let axis = if axis < 0 { axis + ndim as isize } else { axis };
    usize::try_from(axis).ok().filter(|&axis| axis < ndim)
}

impl From<RangeFull> for Axes {
    fn from(_: RangeFull) -> Self {
        Self {
            axes: None,
            keepdims: false,
        }
    }
}

/// The number as a signed one; one that is too large stays too large.
fn whole(n: impl TryInto<isize>) -> isize {
    n.try_into().unwrap_or(isize::MAX)
}

macro_rules! from_numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Shape {
            fn from(n: $number) -> Self {
                Self(vec![whole(n)])
            }
        }
        impl<const N: usize> From<[$number; N]> for Shape {
            fn from(n: [$number; N]) -> Self {
                Self(n.iter().map(|&n| whole(n)).collect())
            }
        }
        impl From<&[$number]> for Shape {
            fn from(n: &[$number]) -> Self {
                Self(n.iter().map(|&n| whole(n)).collect())
            }
        }
        impl From<Vec<$number>> for Shape {
            fn from(n: Vec<$number>) -> Self {
                Self::from(n.as_slice())
            }
        }
        impl From<&Vec<$number>> for Shape {
            fn from(n: &Vec<$number>) -> Self {
                Self::from(n.as_slice())
            }
        }
        impl From<$number> for Axes {
            fn from(n: $number) -> Self {
                Self { axes: Some(vec![whole(n)]), keepdims: false }
            }
        }
        impl<const N: usize> From<[$number; N]> for Axes {
            fn from(n: [$number; N]) -> Self {
                Self { axes: Some(n.iter().map(|&n| whole(n)).collect()), keepdims: false }
            }
        }
        impl From<&[$number]> for Axes {
            fn from(n: &[$number]) -> Self {
                Self { axes: Some(n.iter().map(|&n| whole(n)).collect()), keepdims: false }
            }
        }
        impl From<Vec<$number>> for Axes {
            fn from(n: Vec<$number>) -> Self {
                Self::from(n.as_slice())
            }
        }
    )+};
}
from_numbers!(i32, isize, usize);
