//! What is written down of a program.
//!
//! Shapes and dtypes of what operations give are not among it: they follow from the operations.

use std::borrow::Cow;

use dezero_core::DType;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Deserialize, Serialize)]
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    /// The paths of source files.
    #[serde(borrow)]
    pub(super) sources: Vec<&'a str>,
    /// Operations that differ.
    pub(super) operations: Vec<Operation<'a>>,
    /// The inputs come first.
    pub(super) values: Vec<Value<'a>>,
    /// Positions among the values.
    pub(super) outputs: Vec<u32>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Operation<'a> {
    pub(super) name: &'a str,
    /// In bytes of their own, so that one of a later version can be passed over and named.
    #[serde(borrow)]
    pub(super) parameters: Bytes<'a>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Value<'a> {
    #[serde(borrow)]
    pub(super) source: Source<'a>,
    pub(super) name: Option<&'a str>,
    pub(super) line: Option<Place>,
    pub(super) pass: u16,
}

#[derive(Deserialize, Serialize)]
pub(super) enum Source<'a> {
    /// With the example it was recorded with.
    #[serde(borrow)]
    Input(Array<'a>),
    Constant(Array<'a>),
    Call {
        /// A position among the operations.
        operation: u32,
        /// Positions among the values before.
        args: Vec<u32>,
    },
}

#[derive(Clone, Copy, Deserialize, Serialize)]
pub(super) struct Place {
    /// A position among the sources.
    pub(super) source: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Array<'a> {
    pub(super) dtype: DType,
    pub(super) shape: Vec<usize>,
    /// How far neighbours along each axis are apart in memory, unless they lie row-major. Sums depend on it in
    /// their last bits.
    pub(super) strides: Option<Vec<isize>>,
    /// The elements in row-major order, little-endian, without repetitions along axes of stride 0.
    #[serde(borrow)]
    pub(super) elements: Bytes<'a>,
}

/// Bytes that are written and read as a whole.
pub(super) struct Bytes<'a>(pub(super) Cow<'a, [u8]>);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Bytes<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&[u8]>::deserialize(deserializer).map(|bytes| Self(bytes.into()))
    }
}
