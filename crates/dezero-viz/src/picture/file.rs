//! Files that are there whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;

/// Writes a file whole or not at all: beside its place first, then renamed.
///
/// A link stays a link, and the file that it leads to is written; a file that was there keeps its
/// permissions. What is no file but can be written to (`/dev/stdout`, a named pipe) is written to
/// directly.
///
/// ```
/// # let folder = tempfile::tempdir().unwrap();
/// # let folder = folder.path();
/// dezero_viz::write_file(folder.join("sample.dot"), "digraph {}")?;
/// assert_eq!(std::fs::read_to_string(folder.join("sample.dot")).unwrap(), "digraph {}");
///
/// let error = dezero_viz::write_file(folder.join("no/such/folder.dot"), "").unwrap_err();
/// assert!(error.is_io());
/// # Ok::<(), dezero_viz::Error>(())
/// ```
///
/// # Errors
///
/// If the folder does not exist or cannot be written to, if the file is protected, or if the disk is
/// full; the error names the path and the cause, and nothing is left behind.
pub fn write_file(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
    let (path, bytes) = (path.as_ref(), bytes.as_ref());
    write(path, bytes).map_err(|error| {
        let folder = folder(path);
        match error.kind() {
            io::ErrorKind::NotFound if !folder.exists() => {
                let message = format!("there is no folder {}", folder.display());
                Error::io(path, message, error)
            }
            _ => Error::io(path, error.to_string(), error),
        }
    })
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let there = fs::metadata(path).ok();
    if let Some(there) = &there {
        if there.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !there.is_file() {
            return fs::OpenOptions::new()
                .write(true)
                .open(path)?
                .write_all(bytes);
        }
        if there.permissions().readonly() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
    }
    let path = &target(path);
    if path.file_name().is_none() {
        return Err(io::ErrorKind::InvalidFilename.into());
    }
    let (beside, mut file) = beside(path)?;
    let finish = || {
        file.write_all(bytes)?;
        if let Some(there) = there {
            file.set_permissions(there.permissions())?;
        }
        fs::rename(&beside, path)
    };
    finish().inspect_err(|_| {
        // If not even that works, the first error is the one to tell.
        let _ = fs::remove_file(&beside);
    })
}

/// Where a path leads: what is a link stays one, also one to a file that is not there yet.
fn target(path: &Path) -> PathBuf {
    /// As many as systems follow.
    const MOST_LINKS: usize = 40;
    let mut target = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&target) else {
            break;
        };
        target = folder(&target).join(next);
    }
    fs::canonicalize(&target).unwrap_or(target)
}

/// A new file in the folder of another.
fn beside(path: &Path) -> io::Result<(PathBuf, fs::File)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let beside = path.with_file_name(format!(".dezero-{}-{number}.part", process::id()));
        match fs::File::create_new(&beside) {
            // Left by a process that was ended.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((beside, file)),
        }
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
