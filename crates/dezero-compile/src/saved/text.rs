//! Programs within what users serialize: bytes, or in formats for people those bytes as text.
//!
//! Never field by field: numbers in JSON are neither NaN nor to the bit, and what stands in the bytes has one
//! way in, which checks it.

use std::fmt;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser};

use crate::program::Program;

/// The bytes of [`Program::to_bytes`]; as hexadecimal digits where the format is for people.
///
/// ```
/// use dezero_compile::Program;
/// use dezero_core::{Array, Variable};
///
/// #[derive(serde::Deserialize, serde::Serialize)]
/// struct Model {
///     author: String,
///     program: Program,
/// }
///
/// let program = Program::record(|x: &Variable| x.square(), &Variable::new(1.0))?;
/// let author = "Ada".to_owned();
/// let json = serde_json::to_string(&Model { author, program })?;
///
/// let model: Model = serde_json::from_str(&json)?;
/// assert_eq!(model.program.run(&[Array::from(3.0)])?, [Array::from(9.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Serialize for Program {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes = self.to_bytes().map_err(ser::Error::custom)?;
        if serializer.is_human_readable() {
            serializer.serialize_str(&digits(&bytes))
        } else {
            serializer.serialize_bytes(&bytes)
        }
    }
}

/// As [`Program::from_bytes`]: it may come from anywhere.
impl<'de> Deserialize<'de> for Program {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Saved)
        } else {
            deserializer.deserialize_bytes(Saved)
        }
    }
}

struct Saved;

impl Visitor<'_> for Saved {
    type Value = Program;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a saved program, as bytes or their hexadecimal digits")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Program, E> {
        Program::from_bytes(bytes).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Program, E> {
        let bytes = bytes(text)
            .ok_or_else(|| E::invalid_value(de::Unexpected::Other("other text"), &self))?;
        self.visit_bytes(&bytes)
    }
}

fn digits(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |&c: &u8| char::from(c).to_digit(16);
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some((digit(high)? * 16 + digit(low)?) as u8),
        _ => None,
    };
    pairs.map(byte).collect()
}
