//! The four element types, how they promote, and the scalars that stand beside arrays.

use std::cell::RefCell;
use std::fmt;
use std::sync::Mutex;

use crate::array::{Array, Buffer, BufferRef, Repr};
use crate::pool::{Kept, Local, Pool, Shared};

/// Runs the body with the type name `$T` bound to the Rust type of a dtype.
macro_rules! each_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::Bool => {
                type $T = bool;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
        }
    };
}
pub(crate) use each_dtype;

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub enum DType {
    /// Truth values: masks and the results of comparisons.
    Bool,
    /// 64-bit signed integers: indices and counts.
    I64,
    /// 32-bit floats.
    F32,
    /// 64-bit floats.
    F64,
}

impl DType {
    /// Whether the elements are floats, and so can be differentiated.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }

    /// The dtype that holds the values of both, as NumPy promotes arrays.
    ///
    /// ```
    /// use dezero_array::DType;
    ///
    /// assert_eq!(DType::Bool.promote(DType::F32), DType::F32);
    /// assert_eq!(DType::I64.promote(DType::F32), DType::F64);
    /// ```
    #[must_use]
    pub fn promote(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Bool, other) | (other, Self::Bool) => other,
            _ => Self::F64,
        }
    }

    /// The float dtype in which a function of such elements is computed: itself, or `F64`.
    #[must_use]
    pub fn to_float(self) -> Self {
        if self == Self::F32 {
            Self::F32
        } else {
            Self::F64
        }
    }

    /// The size of one element in bytes.
    pub fn size_of(self) -> usize {
        each_dtype!(self, T => size_of::<T>())
    }
}

/// NumPy's name: `bool`, `int64`, `float32`, `float64`.
impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Bool => "bool",
            Self::I64 => "int64",
            Self::F32 => "float32",
            Self::F64 => "float64",
        })
    }
}

/// A number or truth value from Rust or Python that takes its dtype from the array beside it.
///
/// See [`Array::weak`]: an f32 array times `2.0` stays f32.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// An integer.
    I64(i64),
    /// A float.
    F64(f64),
}

impl Scalar {
    /// The dtype this scalar takes beside an array of dtype `other`.
    ///
    /// ```
    /// use dezero_array::{DType, Scalar};
    ///
    /// assert_eq!(Scalar::F64(0.5).dtype_beside(DType::F32), DType::F32);
    /// assert_eq!(Scalar::F64(0.5).dtype_beside(DType::I64), DType::F64);
    /// assert_eq!(Scalar::I64(2).dtype_beside(DType::Bool), DType::I64);
    /// ```
    pub fn dtype_beside(self, other: DType) -> DType {
        match self {
            Self::I64(_) if other == DType::Bool => DType::I64,
            Self::Bool(_) | Self::I64(_) => other,
            Self::F64(_) => other.to_float(),
        }
    }
}

macro_rules! scalar_from {
    ($($from:ty => $variant:ident),*) => {$(
        impl From<$from> for Scalar {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}
scalar_from!(f64 => F64, f32 => F64, i64 => I64, i32 => I64, i16 => I64, i8 => I64,
    u32 => I64, u16 => I64, u8 => I64, bool => Bool);

/// Beyond `i64::MAX`, which no index reaches, the value becomes a float.
impl From<usize> for Scalar {
    fn from(value: usize) -> Self {
        i64::try_from(value).map_or(Self::F64(value as f64), Self::I64)
    }
}

macro_rules! from_scalar {
    ($($to:ty),*) => {$(
        /// Converts as `as` does.
        impl From<Scalar> for $to {
            #[inline]
            fn from(scalar: Scalar) -> Self {
                match scalar {
                    Scalar::Bool(value) => Self::from(u8::from(value)),
                    Scalar::I64(value) => value as Self,
                    Scalar::F64(value) => value as Self,
                }
            }
        }
    )*};
}
from_scalar!(f64, f32, i64);

/// A number is true unless it is 0.
impl From<Scalar> for bool {
    #[inline]
    fn from(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool(value) => value,
            Scalar::I64(value) => value != 0,
            Scalar::F64(value) => value != 0.0,
        }
    }
}

/// A Rust type that arrays can hold: `f64`, `f32`, `i64` and `bool`.
pub trait Element:
    sealed::Sealed
    + Copy
    + Default
    + PartialEq
    + PartialOrd
    + fmt::Debug
    + fmt::Display
    + Into<Scalar>
    + From<Scalar>
    + Into<Array>
    + Send
    + Sync
    + 'static
{
    /// The dtype of an array of such elements.
    const DTYPE: DType;
}

/// The value as another element type, as `as` converts; numbers are true unless they are 0.
#[inline]
pub(crate) fn cast<T: Element, U: Element>(value: T) -> U {
    U::from(value.into())
}

pub(crate) mod sealed {
    use super::{Buffer, BufferRef, Element};
    use crate::pool::{Local, Shared};

    /// How an element type is stored.
    pub trait Sealed: Sized {
        /// The buffers that the thread keeps, and those that threads share.
        fn local() -> &'static Local<Self>
        where
            Self: Element;
        fn shared() -> &'static Shared<Self>;
        fn buffer(values: Vec<Self>) -> Buffer;
        fn values_mut(buffer: &mut Buffer) -> Option<&mut Vec<Self>>;
        fn slice(buffer: BufferRef<'_>) -> Option<&[Self]>;
    }
}

macro_rules! element {
    ($($T:ty => $variant:ident),*) => {$(
        impl Element for $T {
            const DTYPE: DType = DType::$variant;
        }

        impl sealed::Sealed for $T {
            #[inline]
            fn local() -> &'static Local<Self> {
                thread_local! {
                    static KEPT: RefCell<Kept<$T>> = RefCell::default();
                }
                &KEPT
            }

            #[inline]
            fn shared() -> &'static Shared<Self> {
                static SHARED: Shared<$T> = Mutex::new(Pool::new());
                &SHARED
            }

            #[inline]
            fn buffer(values: Vec<Self>) -> Buffer {
                Buffer::$variant(values)
            }

            #[inline]
            fn values_mut(buffer: &mut Buffer) -> Option<&mut Vec<Self>> {
                match buffer {
                    Buffer::$variant(values) => Some(values),
                    _ => None,
                }
            }

            #[inline]
            fn slice(buffer: BufferRef<'_>) -> Option<&[Self]> {
                match buffer {
                    BufferRef::$variant(values) => Some(values),
                    _ => None,
                }
            }
        }

        impl From<$T> for Array {
            #[inline]
            fn from(value: $T) -> Self {
                Self(Repr::$variant(value))
            }
        }
    )*};
}
element!(f64 => F64, f32 => F32, i64 => I64, bool => Bool);
