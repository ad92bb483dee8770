//! The one error of this crate: what went wrong, in a sentence that names the operation, the shapes
//! and the dtypes, and predicates for code that wants to know the kind.

use std::fmt;

/// The result of an array operation.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an array operation could not be done.
///
/// The text names the operation and what it was given. Ask for the kind with the predicates.
///
/// ```
/// use dezero_array::{Array, DType};
///
/// let a = Array::zeros(&[2, 3], DType::F64)?;
/// let error = a.reshape(&[7]).unwrap_err();
/// assert!(error.is_shape());
/// assert_eq!(error.to_string(), "reshape: an array of shape (2, 3) has 6 elements, shape (7,) has 7");
/// # Ok::<(), dezero_array::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Shape,
    Memory,
    DType,
    Axis,
    Index,
    Singular,
    Value,
}

impl Error {
    #[cold]
    fn new(kind: Kind, message: String) -> Self {
        Self(Box::new(Inner { kind, message }))
    }

    #[cold]
    pub(crate) fn shape(message: impl Into<String>) -> Self {
        Self::new(Kind::Shape, message.into())
    }

    #[cold]
    pub(crate) fn memory(message: impl Into<String>) -> Self {
        Self::new(Kind::Memory, message.into())
    }

    #[cold]
    pub(crate) fn dtype(message: impl Into<String>) -> Self {
        Self::new(Kind::DType, message.into())
    }

    #[cold]
    pub(crate) fn axis(message: impl Into<String>) -> Self {
        Self::new(Kind::Axis, message.into())
    }

    #[cold]
    pub(crate) fn index(message: impl Into<String>) -> Self {
        Self::new(Kind::Index, message.into())
    }

    #[cold]
    pub(crate) fn singular(message: impl Into<String>) -> Self {
        Self::new(Kind::Singular, message.into())
    }

    #[cold]
    pub(crate) fn value(message: impl Into<String>) -> Self {
        Self::new(Kind::Value, message.into())
    }

    /// Whether shapes do not fit: they do not broadcast, have another size, or are too big.
    pub fn is_shape(&self) -> bool {
        matches!(self.0.kind, Kind::Shape | Kind::Memory)
    }

    /// Whether memory did not suffice for an array that could exist elsewhere; a shape error as well.
    pub fn is_memory(&self) -> bool {
        self.0.kind == Kind::Memory
    }

    /// Whether the operation is not defined for the dtype.
    pub fn is_dtype(&self) -> bool {
        self.0.kind == Kind::DType
    }

    /// Whether an axis is out of range or named twice.
    pub fn is_axis(&self) -> bool {
        self.0.kind == Kind::Axis
    }

    /// Whether an index is out of bounds.
    pub fn is_index(&self) -> bool {
        self.0.kind == Kind::Index
    }

    /// Whether a matrix is singular, or not positive definite where it has to be.
    pub fn is_singular(&self) -> bool {
        self.0.kind == Kind::Singular
    }

    /// Whether a value is one the operation cannot take, such as a slice step of 0.
    pub fn is_value(&self) -> bool {
        self.0.kind == Kind::Value
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} error: {}", self.0.kind, self.0.message)
    }
}

impl std::error::Error for Error {}
