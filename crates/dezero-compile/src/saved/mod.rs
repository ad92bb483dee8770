//! Programs as bytes: saved, and loaded from anywhere.
//!
//! ```text
//! Program --file---> what is written down of it, by postcard
//!         --envelope--> with the version in front and a checksum behind
//! ```
//!
//! What is loaded is not trusted, nor is its checksum, which anybody can compute: see `load`.

mod array;
mod envelope;
mod file;
mod load;
#[cfg(test)]
mod random;
mod save;
#[cfg(test)]
mod tests;
mod text;

use crate::error::{Error, Result};
use crate::program::Program;

/// All values of a program that is loaded may have so many bytes together, unless one says otherwise.
const MOST_BYTES: usize = 4 << 30;

/// No array has more elements.
const MOST_ELEMENTS: usize = isize::MAX as usize / 8;

/// An array may have so many axes, as in NumPy: work that grows with their square stays little.
const MOST_AXES: usize = 64;

/// # Saving and loading
///
/// With the feature `serde`.
impl Program {
    /// The program as bytes, for [`from_bytes`](Self::from_bytes).
    ///
    /// They hold operations, constants, the inputs it was recorded with, names, and the source lines that
    /// its text shows, with their paths. They are the same on every machine; a later version of dezero
    /// reads them or says why not.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::{Array, Variable};
    ///
    /// let program = Program::record(|x: &Variable| x.sin() * x, &Variable::new([1.0, 2.0]))?;
    /// let loaded = Program::from_bytes(&program.to_bytes()?)?;
    ///
    /// let x = [Array::from([0.5, -0.5])];
    /// assert_eq!(loaded.run(&x)?, program.run(&x)?);
    /// assert_eq!(loaded.to_string(), program.to_string());
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the program calls a [`Function`](dezero_core::Function), which is code.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        save::payload(self).map(|payload| envelope::closed(&payload))
    }

    /// The program that [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// The bytes may come from anywhere. What is in them is checked before it is used: a program that comes
    /// out gives values or errors, as one does that was recorded. Its values may take up to 4 GiB together,
    /// [`from_bytes_within`](Self::from_bytes_within) another limit.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::Variable;
    ///
    /// let program = Program::record(|x: &Variable| x.exp(), &Variable::new(1.0))?;
    /// let mut bytes = program.to_bytes()?;
    /// bytes[20] ^= 1;
    /// let error = Program::from_bytes(&bytes).unwrap_err();
    /// assert!(error.is_saved());
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the bytes are no program, were cut off or changed, or need another version of dezero, which the
    /// error names; if the values would take more memory.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::from_bytes_within(bytes, MOST_BYTES)
    }

    /// [`from_bytes`](Self::from_bytes), where all values of the program, as [`run`](Self::run) computes them,
    /// may have so many bytes together.
    ///
    /// Derivatives take a multiple of that, a Jacobian as many times as it has rows.
    ///
    /// ```
    /// use dezero_compile::Program;
    /// use dezero_core::Variable;
    ///
    /// let x = Variable::new([1.0]);
    /// let bytes = Program::record(|x: &Variable| x.broadcast_to([1_000_000]), &x)?.to_bytes()?;
    /// assert!(Program::from_bytes_within(&bytes, 1 << 20).is_err());
    /// assert!(Program::from_bytes_within(&bytes, 1 << 23).is_ok());
    /// # Ok::<(), dezero_compile::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_bytes_within(bytes: &[u8], most: usize) -> Result<Self> {
        let opened = envelope::opened(bytes)?;
        load::program(&opened, most)
    }
}

fn unsaved(why: impl AsRef<str>) -> Error {
    Error::saved(format!("to_bytes: {}", why.as_ref()))
}

fn unread(why: impl AsRef<str>) -> Error {
    Error::saved(format!("from_bytes: {}", why.as_ref()))
}
