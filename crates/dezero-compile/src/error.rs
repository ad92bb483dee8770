//! The error of this crate.

use std::fmt;

use crate::check::Difference;
use crate::ir::nowhere;

/// What cannot be done, and why.
#[derive(Clone, Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    difference: Option<Box<Difference>>,
}

/// The result of what can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Input,
    Record,
    Derivative,
    Computation,
    Saved,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $Kind:ident $new:ident $is:ident;)+) => {
        impl Error {$(
            // That of saving is made with the feature `serde` alone.
            #[cfg_attr(not(feature = "serde"), allow(dead_code))]
            pub(crate) fn $new(message: impl Into<String>) -> Self {
                Self { kind: Kind::$Kind, message: message.into(), difference: None }
            }

            $(#[doc = $doc])+
            pub fn $is(&self) -> bool {
                self.kind == Kind::$Kind
            }
        )+}
    };
}
kinds! {
    /// Whether the inputs or outputs of a call do not fit the program in number, shape or dtype.
    Input input is_input;
    /// Whether the function cannot be recorded as a program, or replays as something else.
    Record record is_record;
    /// Whether a derivative cannot be had.
    Derivative derivative is_derivative;
    /// Whether an operation failed while the program ran: a singular matrix, an index out of range,
    /// what a user's function reports.
    Computation computation is_computation;
    /// Whether a program cannot be saved, or what was to be loaded is none.
    Saved saved is_saved;
}

impl Error {
    /// The program replays as something else than the function.
    pub(crate) fn differs(difference: Difference) -> Self {
        Self {
            message: difference.to_string(),
            difference: Some(Box::new(difference)),
            ..Self::record("")
        }
    }

    /// Where the program replays as something else than the function, if that is what is wrong.
    pub fn difference(&self) -> Option<&Difference> {
        self.difference.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<dezero_core::Error> for Error {
    fn from(error: dezero_core::Error) -> Self {
        let mut text = error.to_string();
        if error.line() == Some(nowhere())
            && let Some((before, _)) = text.rsplit_once("\n  at ")
        {
            text.truncate(before.len());
        }
        if error.is_derivative() {
            Self::derivative(text)
        } else {
            Self::computation(text)
        }
    }
}
