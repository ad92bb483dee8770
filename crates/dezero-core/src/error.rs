//! The one error of this crate: what was asked, what was wrong, and on which line of the user.

use std::fmt;

use crate::anomaly::Anomaly;
use crate::mode::Line;

/// Why an operation on variables could not be carried out.
///
/// Its text names the operation, the shapes and dtypes, and the user's source line. The predicates
/// say what kind of mistake it was.
///
/// ```
/// use dezero_core::Variable;
/// let x = Variable::new([1.0, 2.0, 3.0]);
/// let error = x.try_reshape([2, 2]).unwrap_err();
/// assert!(error.is_shape());
/// assert!(error.line().is_some()); // of `try_reshape` above
/// println!("{error}");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    line: Option<Line>,
}

enum Kind {
    Array(dezero_array::Error),
    Shape(String),
    Derivative(String),
    Function { name: String, message: String },
    Anomaly(Box<Anomaly>),
    Interrupted,
}

impl Error {
    fn new(kind: Kind) -> Self {
        Self(Box::new(Inner { kind, line: None }))
    }

    /// Shapes do not fit, found before any array was asked.
    pub(crate) fn shape(message: impl Into<String>) -> Self {
        Self::new(Kind::Shape(message.into()))
    }

    /// A derivative was asked for that does not exist here.
    pub(crate) fn derivative(message: impl Into<String>) -> Self {
        Self::new(Kind::Derivative(message.into()))
    }

    /// A user's [`Function`](crate::Function) failed, or broke its contract.
    pub fn function(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Function {
            name: name.into(),
            message: message.into(),
        })
    }

    /// An operation made NaN or infinity, while looking for that.
    pub(crate) fn from_anomaly(anomaly: Box<Anomaly>) -> Self {
        Self::new(Kind::Anomaly(anomaly))
    }

    /// The user asked to stop.
    pub(crate) fn interrupted() -> Self {
        Self::new(Kind::Interrupted)
    }

    /// The same error, blamed on `line` unless it already knows a line.
    pub(crate) fn at(mut self, line: Line) -> Self {
        self.0.line.get_or_insert(line);
        self
    }

    /// The same error; if it is an anomaly in a user's code that a sweep runs, with the label of what is
    /// being differentiated.
    pub(crate) fn differentiating(mut self, of: &str) -> Self {
        if let Kind::Anomaly(anomaly) = &mut self.0.kind {
            anomaly.differentiating(of);
        }
        self
    }

    /// The user's source line that the failing operation stands on.
    pub fn line(&self) -> Option<&'static std::panic::Location<'static>> {
        self.0.line
    }

    /// The text without the source line: for who says in another way where the mistake is.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// let error = Variable::new(1.0).try_reshape([2]).unwrap_err();
    /// assert!(error.to_string().starts_with(&error.message()));
    /// assert!(!error.message().contains(".rs"));
    /// ```
    pub fn message(&self) -> String {
        match &self.0.kind {
            Kind::Array(error) => error.to_string(),
            Kind::Shape(message) | Kind::Derivative(message) => message.clone(),
            Kind::Anomaly(anomaly) => anomaly.to_string(),
            Kind::Function { name, message } => format!("function `{name}`: {message}"),
            Kind::Interrupted => "interrupted: differentiation was asked to stop".to_owned(),
        }
    }

    fn array(&self) -> Option<&dezero_array::Error> {
        match &self.0.kind {
            Kind::Array(error) => Some(error),
            _ => None,
        }
    }

    /// Shapes that do not fit each other or the operation.
    pub fn is_shape(&self) -> bool {
        matches!(self.0.kind, Kind::Shape(_))
            || self.array().is_some_and(dezero_array::Error::is_shape)
    }

    /// An array for which memory did not suffice; a shape error as well.
    pub fn is_memory(&self) -> bool {
        self.array().is_some_and(dezero_array::Error::is_memory)
    }

    /// A dtype that the operation does not take.
    pub fn is_dtype(&self) -> bool {
        self.array().is_some_and(dezero_array::Error::is_dtype)
    }

    /// An axis out of range or named twice.
    pub fn is_axis(&self) -> bool {
        self.array().is_some_and(dezero_array::Error::is_axis)
    }

    /// An index out of bounds.
    pub fn is_index(&self) -> bool {
        self.array().is_some_and(dezero_array::Error::is_index)
    }

    /// A matrix that has no inverse, or no Cholesky factor.
    pub fn is_singular(&self) -> bool {
        self.array().is_some_and(dezero_array::Error::is_singular)
    }

    /// A derivative that was asked for and does not exist: no graph, a result that is not a
    /// float, a variable that the result does not depend on.
    pub fn is_derivative(&self) -> bool {
        matches!(self.0.kind, Kind::Derivative(_))
    }

    /// An operation that made NaN or infinity of finite numbers, found by
    /// [`detect_anomaly`](crate::detect_anomaly).
    pub fn is_anomaly(&self) -> bool {
        self.anomaly().is_some()
    }

    /// The operation that made NaN or infinity of finite numbers, with what is around it.
    pub fn anomaly(&self) -> Option<&Anomaly> {
        match &self.0.kind {
            Kind::Anomaly(anomaly) => Some(anomaly),
            _ => None,
        }
    }

    /// Stopped by what [`interruptible`](crate::interruptible) was given.
    pub fn is_interrupted(&self) -> bool {
        matches!(self.0.kind, Kind::Interrupted)
    }

    /// A user's function that failed or returned what it must not.
    pub fn is_function(&self) -> bool {
        matches!(self.0.kind, Kind::Function { .. })
    }
}

impl From<dezero_array::Error> for Error {
    fn from(error: dezero_array::Error) -> Self {
        Self::new(Kind::Array(error))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        match self.0.line {
            Some(line) => write!(
                f,
                "\n  at {}:{}:{}",
                line.file(),
                line.line(),
                line.column()
            ),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.array().map(|error| error as _)
    }
}

/// The result of an operation that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;
