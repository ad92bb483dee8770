//! The one way out: a report to standard output, or a failure to standard error with its exit
//! code.

use std::any::Any;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use dezero::expr;
use serde_json::Value;

use crate::interrupt;

/// What a command found, for people and for programs.
#[derive(Debug)]
pub(crate) struct Report {
    text: String,
    json: Option<Value>,
    failure: Option<Failure>,
}

/// What is left to do for the command line: to print, and to fail if something is wrong with it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) failure: Option<Failure>,
}

impl Report {
    pub(crate) fn new(text: String, json: Value) -> Self {
        Self {
            text,
            json: Some(json),
            failure: None,
        }
    }

    /// A report that is a text for programs already.
    pub(crate) fn text(text: String) -> Self {
        Self {
            text,
            json: None,
            failure: None,
        }
    }

    /// A report of something that is not as it should be.
    pub(crate) fn with_failure(mut self, failure: Failure) -> Self {
        self.failure = Some(failure);
        self
    }

    /// The report, with the failure of what else there was to do, unless it has one of its own.
    pub(crate) fn or_failure(self, done: Result<(), Failure>) -> Self {
        match done {
            Err(failure) if self.failure.is_none() => self.with_failure(failure),
            _ => self,
        }
    }

    /// What is printed, with a line break at its end.
    pub(crate) fn render(self, json: bool) -> Answer {
        Answer {
            text: match self.json {
                Some(value) if json => format!("{value}\n"),
                _ => self.text,
            },
            failure: self.failure,
        }
    }
}

impl Answer {
    /// Prints what was asked for.
    pub(crate) fn print(self) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        let printed = out.write_all(self.text.as_bytes());
        written(printed.and_then(|()| out.flush()))?;
        self.failure.map_or(Ok(()), Err)
    }
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        // The reader has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|error| Failure::failed(format!("standard output: {error}"))),
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was asked in the wrong way: exit code 2.
    Usage(String),
    /// It could not be done: exit code 1.
    Failed(String),
    /// An interrupt ended it: exit code 130.
    Interrupted(String),
    /// What clap has to say, which includes help and version.
    Clap(Box<clap::Error>),
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }

    /// A panic: a mistake in this program, not of its user.
    pub(crate) fn bug(payload: &(dyn Any + Send)) -> Self {
        let text = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied());
        Self::Failed(format!(
            "internal error: {}; please report it with the command line",
            text.unwrap_or("unknown")
        ))
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) => 1,
            Self::Interrupted(_) => interrupt::EXIT_CODE,
            Self::Clap(error) => u8::try_from(error.exit_code()).unwrap_or(2),
        }
    }

    /// Says it on standard error; help and version on standard output.
    pub(crate) fn print(self) -> ExitCode {
        match &self {
            Self::Clap(error) if !error.use_stderr() => match written(error.print()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(failure) => failure.print(),
            },
            failure => {
                // Nothing is left to say if that cannot be printed.
                let _ = match failure {
                    // With the colours of the terminal, if it is one.
                    Self::Clap(error) => error.print(),
                    Self::Usage(_) | Self::Failed(_) | Self::Interrupted(_) => {
                        writeln!(io::stderr(), "{failure}")
                    }
                };
                ExitCode::from(self.exit_code())
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Failed(message) => write!(f, "error: {message}"),
            Self::Interrupted(message) => write!(f, "interrupted: {message}"),
            Self::Clap(error) => write!(f, "{error}"),
        }
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Clap(Box::new(error))
    }
}

impl From<expr::Error> for Failure {
    fn from(error: expr::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<dezero::Error> for Failure {
    fn from(error: dezero::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What cannot be drawn as it was asked for is a matter of usage.
impl From<dezero::viz::Error> for Failure {
    fn from(error: dezero::viz::Error) -> Self {
        if error.is_format() || error.is_value() {
            Self::Usage(error.to_string())
        } else {
            Self::Failed(error.to_string())
        }
    }
}

/// A number that reads back as the same number.
pub(crate) struct Number(pub(crate) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_nan() {
            f.write_str("nan")
        } else {
            write!(f, "{:?}", self.0)
        }
    }
}

/// A number to so many significant digits, for what is not more exact than that.
pub(crate) fn to_digits(x: f64, digits: usize) -> f64 {
    format!("{x:.*e}", digits.saturating_sub(1))
        .parse()
        .unwrap_or(x)
}

/// A number in JSON, which has no others than the finite ones.
pub(crate) fn json(x: f64) -> Value {
    serde_json::Number::from_f64(x)
        .map_or_else(|| Value::from(Number(x).to_string()), Value::Number)
}

/// Characters of a quotation before it is cut.
const QUOTED: usize = 40;

/// What the user wrote, between backticks, fit to be shown in a message.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`")?;
        for c in self.0.chars().take(QUOTED) {
            write!(f, "{}", if c.is_control() { '\u{fffd}' } else { c })?;
        }
        f.write_str(if self.0.chars().nth(QUOTED).is_some() {
            "…`"
        } else {
            "`"
        })
    }
}

/// `f(x, y) = ` and the formula, which may have come in several lines, in one.
pub(crate) fn on_one_line(formula: &str, names: &[String]) -> String {
    let formula = formula.split_whitespace().collect::<Vec<_>>().join(" ");
    match names {
        [] => format!("f = {formula}\n"),
        names => format!("f({}) = {formula}\n", names.join(", ")),
    }
}

/// Writes a file whole or not at all.
pub(crate) fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    dezero::viz::write_file(path, bytes).map_err(|error| Failure::failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_short_and_without_control_characters() {
        assert_eq!(Quoted("x\u{1b}[31m").to_string(), "`x\u{fffd}[31m`");
        assert_eq!(
            Quoted(&"이".repeat(41)).to_string(),
            format!("`{}…`", "이".repeat(40))
        );
    }

    #[test]
    fn numbers_are_cut_to_digits() {
        assert_eq!(to_digits(123.456, 2), 120.0);
        assert_eq!(to_digits(-1.999_999_9, 6), -2.0);
        assert_eq!(
            (to_digits(0.0, 2), to_digits(f64::INFINITY, 2)),
            (0.0, f64::INFINITY)
        );
        assert!(to_digits(f64::NAN, 2).is_nan());
    }

    #[test]
    fn numbers_of_json_read_back_or_are_strings() {
        for x in [0.1 + 0.2, -0.0, 5e-324, f64::MAX, 1e21, 123_456_789.0] {
            let back: f64 = serde_json::from_str(&json(x).to_string()).unwrap();
            assert_eq!(back.to_bits(), x.to_bits());
        }
        assert_eq!(json(f64::INFINITY), "inf");
        assert_eq!(json(f64::NEG_INFINITY), "-inf");
        assert_eq!(json(-f64::NAN), "nan");
    }
}
