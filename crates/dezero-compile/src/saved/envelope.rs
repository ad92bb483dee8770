//! What stands around a saved program: a mark, the format, the version that wrote it, a checksum.
//!
//! ```text
//! 8 bytes  the mark
//! 2        the format, little-endian, as all numbers here
//! 1        the length of the version
//! ..       the version of dezero, as text
//! ..       the payload
//! 8        FNV-1a of all before
//! ```

use super::unread;
use crate::error::Result;

/// A transfer that takes the bytes for text changes the last two.
const MARK: [u8; 8] = *b"DEZERO\x1a\n";

/// Grows when what older versions cannot read is written.
const FORMAT: u16 = 1;

/// The version of this crate.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What was inside.
pub(super) struct Opened<'a> {
    pub(super) payload: &'a [u8],
    /// The version that wrote it, fit to be shown.
    pub(super) version: String,
}

pub(super) fn closed(payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(MARK.len() + payload.len() + 32);
    bytes.extend(MARK);
    bytes.extend(FORMAT.to_le_bytes());
    bytes.push(VERSION.len() as u8);
    bytes.extend(VERSION.as_bytes());
    bytes.extend(payload);
    let checksum = checksum(&bytes);
    bytes.extend(checksum.to_le_bytes());
    bytes
}

pub(super) fn opened(bytes: &[u8]) -> Result<Opened<'_>> {
    let short = || {
        unread(format!(
            "{} bytes are only the beginning of a program",
            bytes.len()
        ))
    };
    let Some(rest) = bytes.strip_prefix(&MARK) else {
        if MARK.starts_with(bytes) {
            return Err(short());
        }
        return Err(unread(
            "these bytes are no program: they do not begin as those of `Program::to_bytes` do",
        ));
    };
    let (format, rest) = rest.split_first_chunk::<2>().ok_or_else(short)?;
    let (&length, rest) = rest.split_first().ok_or_else(short)?;
    let (version, rest) = rest.split_at_checked(length.into()).ok_or_else(short)?;
    let version = String::from_utf8_lossy(version).escape_debug().to_string();
    let format = u16::from_le_bytes(*format);
    if format != FORMAT {
        return Err(unread(format!(
            "the program is in format {format}, as dezero {version} saves it, or was changed on the way; dezero \
             {VERSION} reads format {FORMAT}: load it with that version, or save it anew with this one"
        )));
    }
    let (payload, sum) = rest.split_last_chunk::<8>().ok_or_else(short)?;
    if checksum(&bytes[..bytes.len() - sum.len()]) != u64::from_le_bytes(*sum) {
        return Err(unread(format!(
            "the checksum of the {} bytes is not the one that they end with: they were cut off, or changed on the \
             way (as text, perhaps)",
            bytes.len()
        )));
    }
    Ok(Opened { payload, version })
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo): a single changed byte always changes it.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
