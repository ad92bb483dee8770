//! The one way out: a report to standard output, or a failure to standard error with its exit
//! code.

use std::any::Any;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use dezero::expr;
use serde_json::Value;

/// What a command found, for people and for programs.
pub(crate) struct Report {
    text: String,
    json: Option<Value>,
}

impl Report {
    pub(crate) fn new(text: String, json: Value) -> Self {
        Self {
            text,
            json: Some(json),
        }
    }

    /// A report that is a text for programs already.
    pub(crate) fn text(text: String) -> Self {
        Self { text, json: None }
    }

    pub(crate) fn print(&self, json: bool) -> Result<(), Failure> {
        let mut text = match &self.json {
            Some(value) if json => value.to_string(),
            _ => self.text.clone(),
        };
        if !text.ends_with('\n') && !text.is_empty() {
            text.push('\n');
        }
        match io::stdout().lock().write_all(text.as_bytes()) {
            // The reader has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|error| Failure::failed(format!("standard output: {error}"))),
        }
    }
}

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was asked in the wrong way: exit code 2.
    Usage(String),
    /// It could not be done: exit code 1.
    Failed(String),
    /// What clap has to say, which includes help and version.
    Clap(clap::Error),
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

    pub(crate) fn print(self) -> ExitCode {
        let (code, message) = match self {
            Self::Usage(message) => (2, message),
            Self::Failed(message) => (1, message),
            Self::Clap(error) => {
                let code = u8::try_from(error.exit_code()).unwrap_or(2);
                // Nothing is left to say if that cannot be printed.
                let _ = error.print();
                return ExitCode::from(code);
            }
        };
        let _ = writeln!(io::stderr().lock(), "error: {message}");
        ExitCode::from(code)
    }
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Clap(error)
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

/// A number that reads back as the same number.
pub(crate) struct Number(pub(crate) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_nan() {
            f.pad("nan")
        } else {
            f.pad(&format!("{:?}", self.0))
        }
    }
}

/// A number in JSON, which has no others than the finite ones.
pub(crate) fn json(x: f64) -> Value {
    serde_json::Number::from_f64(x)
        .map_or_else(|| Value::from(Number(x).to_string()), Value::Number)
}

/// Writes a file whole or not at all: beside its place first, then renamed.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::failed(format!("{}: {error}", path.display()));
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = Path::new(&beside);
    fs::write(beside, text)
        .and_then(|()| fs::rename(beside, path))
        .map_err(|error| {
            // What could not be written may not be there to be removed.
            let _ = fs::remove_file(beside);
            failed(error)
        })
}
