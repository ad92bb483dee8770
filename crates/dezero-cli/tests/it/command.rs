//! Running the command.

use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// What became of a run.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A file of the directory of data for tests.
pub(crate) fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

/// `dezero arguments`, not started yet.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dezero"));
    command.args(arguments).stdin(Stdio::null());
    command
}

/// Runs `dezero arguments`.
pub(crate) fn dezero(arguments: &[&str]) -> Run {
    finished(command(arguments))
}

/// Runs `dezero arguments` in a directory.
pub(crate) fn dezero_in(directory: &Path, arguments: &[&str]) -> Run {
    let mut command = command(arguments);
    command.current_dir(directory);
    finished(command)
}

/// Runs `dezero arguments` with a text as standard input.
pub(crate) fn dezero_with_input(arguments: &[&str], input: &str) -> Run {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(input.as_bytes()).unwrap();
    file.rewind().unwrap();
    let mut command = command(arguments);
    command.stdin(file);
    finished(command)
}

pub(crate) fn finished(mut command: Command) -> Run {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let code = status
        .code()
        .unwrap_or_else(|| panic!("ended by a signal: {status}"));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run {
        code,
        stdout: text(stdout),
        stderr: text(stderr),
    }
}

impl Run {
    /// What was printed, of a run that succeeded without a word on standard error.
    #[track_caller]
    pub(crate) fn success(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""));
        self.stdout
    }

    /// What was said, of a run that failed with `code` and printed nothing.
    #[track_caller]
    pub(crate) fn failure(self, code: i32) -> String {
        assert_eq!(
            (self.code, self.stdout.as_str()),
            (code, ""),
            "{}",
            self.stderr
        );
        self.stderr
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.success()).unwrap()
    }
}

/// The fields of an object, in their order.
#[track_caller]
pub(crate) fn fields(object: &Value) -> Vec<&str> {
    object
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[track_caller]
pub(crate) fn assert_close(found: &Value, expected: f64) {
    let found = found.as_f64().unwrap();
    assert!(
        (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}
