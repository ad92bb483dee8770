//! Graphviz, where it is installed and wanted.

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::picture::Format;

/// How often the program is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// What Graphviz's program `dot` makes of DOT text: the content of a file in a format.
///
/// The text goes through standard input; there is no shell and no temporary file. After
/// `patience` the program is stopped.
///
/// ```no_run
/// use std::time::Duration;
/// use dezero_viz::{Format, graphviz};
///
/// let svg = graphviz("digraph g { x -> y }", Format::Svg, Duration::from_mins(1))?;
/// # Ok::<(), dezero_viz::Error>(())
/// ```
///
/// # Errors
///
/// If Graphviz is not installed, says that something is wrong, or takes longer than `patience`; and
/// for [`Format::Html`], which it has not.
pub fn graphviz(dot: &str, format: Format, patience: Duration) -> Result<Vec<u8>, Error> {
    run(OsStr::new("dot"), dot, format, patience)
}

fn run(program: &OsStr, dot: &str, format: Format, patience: Duration) -> Result<Vec<u8>, Error> {
    if format == Format::Html {
        return Err(Error::format(
            "Graphviz makes no pages: leave it out for .html".to_owned(),
        ));
    }
    let mut child = Command::new(program)
        .arg(format!("-T{}", format.extension()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| not_started(&error))?;
    let text = dot.to_owned();
    let input = child.stdin.take();
    // A program that ends early closes its input: what it says of that is in its own message.
    let writer =
        thread::spawn(move || input.map_or(Ok(()), |mut input| input.write_all(text.as_bytes())));
    let output = reader(child.stdout.take());
    let messages = reader(child.stderr.take());
    let ended = wait(&mut child, patience);
    let status = match ended {
        Ok(Some(status)) => status,
        Ok(None) => {
            return Err(Error::graphviz(format!(
                "Graphviz did not end within {} s: the graph may be too large for it; the layout of dezero \
                 itself takes no Graphviz",
                patience.as_secs_f64()
            )));
        }
        Err(error) => return Err(Error::graphviz(format!("Graphviz: {error}"))),
    };
    // Joined only now, as they end with the program.
    let _ = writer.join();
    let picture = output.join().unwrap_or_default();
    let messages = messages.join().unwrap_or_default();
    if status.success() && !picture.is_empty() {
        return Ok(picture);
    }
    let said = String::from_utf8_lossy(&messages);
    let said: String = said.trim().chars().take(600).collect();
    Err(Error::graphviz(format!(
        "Graphviz ended with {status}, and said: {}",
        if said.is_empty() { "nothing" } else { &said }
    )))
}

fn reader(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read until then says what went wrong.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// Waits for the program, or stops it.
fn wait(child: &mut Child, patience: Duration) -> io::Result<Option<std::process::ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= patience {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(GLANCE);
    }
}

fn not_started(error: &io::Error) -> Error {
    let what = if error.kind() == io::ErrorKind::NotFound {
        "Graphviz's program `dot` is not on the path: install Graphviz (most systems call the package \
         graphviz), or leave it out: the layout of dezero itself takes none"
            .to_owned()
    } else {
        format!("Graphviz's program `dot` cannot be started: {error}")
    };
    Error::graphviz(what)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;

    /// A program in place of Graphviz.
    fn program(folder: &tempfile::TempDir, script: &str) -> PathBuf {
        let path = folder.path().join("dot");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn outcome(script: &str, patience: Duration) -> Result<Vec<u8>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let program = program(&folder, script);
        run(program.as_os_str(), "digraph g {}", Format::Svg, patience)
    }

    #[test]
    fn the_text_goes_in_and_the_picture_comes_out() {
        let patience = Duration::from_mins(1);
        let made = outcome("echo \"$@\"; cat", patience).unwrap();
        assert_eq!(made, b"-Tsvg\ndigraph g {}");
    }

    #[test]
    fn what_goes_wrong_is_said() {
        let patience = Duration::from_mins(1);
        let error = outcome("echo syntax error in line 1 >&2; exit 3", patience).unwrap_err();
        assert!(error.is_graphviz());
        assert!(
            error.to_string().contains("syntax error in line 1"),
            "{error}"
        );
        let error = outcome("exit 0", patience).unwrap_err();
        assert!(error.to_string().contains("said: nothing"), "{error}");
        let error = outcome("exec sleep 1000", Duration::from_millis(50)).unwrap_err();
        assert!(error.to_string().contains("did not end within"), "{error}");
        let missing = OsStr::new("/nowhere/dot");
        let error = run(missing, "digraph g {}", Format::Png, patience).unwrap_err();
        assert!(error.to_string().contains("install Graphviz"), "{error}");
        let error = run(missing, "digraph g {}", Format::Html, patience).unwrap_err();
        assert!(error.is_format());
    }
}
