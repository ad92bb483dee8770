//! Why a search could not begin, or broke off.

use std::fmt;

use dezero_core::Tuple;

use crate::optimum::Iteration;

/// Why a search could not begin, or broke off: a start that is none, bounds or a method that do not
/// fit, or an error of the function itself.
///
/// A search that ends without arriving is no error: [`Optimum::stop`](crate::Optimum::stop) says why.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    best: Option<Iteration>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// The function itself failed.
    Function(dezero_core::Error),
    /// The function gave something else than one float.
    NotScalar(Vec<usize>),
    /// A gradient of another shape than its variable.
    Gradient { found: Vec<usize>, x: Vec<usize> },
    /// A value that changes with the variables, and a record that does not lead to them.
    Cut,
    /// No number to change.
    Empty,
    /// A variable that is not of floats.
    NotFloat(String),
    /// The function, or its gradient, is not finite at the start.
    Start { value: f64, what: &'static str },
    /// Bounds that do not fit.
    Bounds(String),
    /// Something that the method does not do.
    Method(String),
    /// The function cannot be replayed, or failed while it was.
    Program(dezero_compile::Error),
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self(Box::new(Inner { kind, best: None }))
    }
}

impl From<dezero_core::Error> for Error {
    fn from(error: dezero_core::Error) -> Self {
        Kind::Function(error).into()
    }
}

impl Error {
    /// The same error, with the best point until then.
    pub(crate) fn after(mut self, best: Option<Iteration>) -> Self {
        self.0.best = best;
        self
    }

    /// The best point that was found before a function broke the search off.
    pub fn best(&self) -> Option<&Iteration> {
        self.0.best.as_ref()
    }

    /// The function is not finite at the start, or has no finite gradient there.
    pub fn is_start(&self) -> bool {
        matches!(self.0.kind, Kind::Start { .. })
    }

    /// The bounds are not an interval for each number, or the start lies outside.
    pub fn is_bounds(&self) -> bool {
        matches!(self.0.kind, Kind::Bounds(_))
    }

    /// The method does not do what was asked of it.
    pub fn is_method(&self) -> bool {
        matches!(self.0.kind, Kind::Method(_))
    }

    /// The function failed, or gave what cannot be minimised.
    pub fn is_function(&self) -> bool {
        matches!(
            self.0.kind,
            Kind::Function(_)
                | Kind::NotScalar(_)
                | Kind::Gradient { .. }
                | Kind::Cut
                | Kind::Program(_)
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::Function(error) => write!(f, "{error}"),
            Kind::NotScalar(shape) => write!(
                f,
                "the function gave shape {}, where one number is wanted: `sum(..)` it, or ask for `least_squares`",
                Tuple(shape)
            ),
            Kind::Gradient { found, x } => write!(
                f,
                "a gradient of shape {} came back for a variable of shape {}: the `backward` of a function of your own \
                 is wrong; `gradcheck` finds where",
                Tuple(found),
                Tuple(x)
            ),
            Kind::Cut => f.write_str(
                "the value changes with the variables, but the record of the function does not lead to them, so there \
                 are no derivatives: `item`, `data`, `to_vec`, `detach` or `Variable::new` inside the function cuts it \
                 off. Compute with the variables themselves, or search by `NelderMead`",
            ),
            Kind::Empty => f.write_str("there is no number to change: the start is empty"),
            Kind::NotFloat(dtype) => write!(
                f,
                "a start of dtype {dtype} cannot move in small steps: `cast` gives one of floats"
            ),
            Kind::Start { value, what } => {
                write!(f, "the function is {value:?} at the start")?;
                match *what {
                    "value" => f.write_str("; start where it is finite"),
                    what => write!(f, ", but its {what} is not finite there; start elsewhere"),
                }
            }
            Kind::Program(error) => write!(f, "{error}"),
            Kind::Bounds(message) | Kind::Method(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.kind {
            Kind::Function(error) => Some(error),
            Kind::Program(error) => Some(error),
            _ => None,
        }
    }
}
