//! Why a minimisation ended without a minimum.

use std::fmt;

/// Why a minimisation could not go on.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
pub(crate) enum Kind {
    /// The function itself failed.
    Function(dezero_core::Error),
    /// The function gave something else than one float.
    NotScalar(Vec<usize>),
    /// No variable to move.
    NoVariables,
    /// The start is no place to begin.
    Start(f64),
    /// The steps led away, until something was no longer finite.
    Diverged {
        iteration: usize,
        first: f64,
        last: f64,
        /// What is no longer finite, or has a gradient that is not.
        value: f64,
        learning_rate: f64,
    },
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self(kind)
    }
}

impl From<dezero_core::Error> for Error {
    fn from(error: dezero_core::Error) -> Self {
        Self(Kind::Function(error))
    }
}

impl Error {
    /// The steps led away, until the value, the gradient or the point was no longer finite.
    pub fn is_divergence(&self) -> bool {
        matches!(self.0, Kind::Diverged { .. })
    }

    /// A divergence in which the value fell to negative infinity: the function has no minimum
    /// that way, and shorter steps would not find one.
    pub fn is_unbounded(&self) -> bool {
        matches!(
            self.0,
            Kind::Diverged {
                value: f64::NEG_INFINITY,
                ..
            }
        )
    }

    /// The function is not finite at the start, or has no finite gradient there.
    pub fn is_start(&self) -> bool {
        matches!(self.0, Kind::Start(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Function(error) => write!(f, "{error}"),
            Kind::NotScalar(shape) => {
                write!(
                    f,
                    "the function to minimise gave shape {}, where one number is wanted",
                    dezero_core::Tuple(shape)
                )
            }
            Kind::NoVariables => f.write_str("there is no variable to move"),
            Kind::Start(value) if value.is_finite() => {
                write!(
                    f,
                    "the function is {value:?} at the start, but its gradient is not finite there; start elsewhere"
                )
            }
            Kind::Start(value) => write!(
                f,
                "the function is {value} at the start; start where it is finite"
            ),
            Kind::Diverged {
                iteration,
                first,
                last,
                learning_rate,
                ..
            } => {
                write!(
                    f,
                    "gradient descent diverged at iteration {iteration}: the value went from {first:?} to {last:?}, and \
                     the next step is not finite. "
                )?;
                if self.is_unbounded() {
                    f.write_str("The function seems to have no minimum that way: start elsewhere")
                } else {
                    write!(
                        f,
                        "The steps are too long: try a learning rate below {learning_rate:?}"
                    )
                }
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Function(error) => Some(error),
            _ => None,
        }
    }
}
