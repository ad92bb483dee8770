//! The book's `plot_dot_graph`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use dezero_core::{Outputs, graph};

use super::{Drawing, Style};
use crate::error::Error;
use crate::picture::Format;

/// The folder for files that are named without one.
const FOLDER: &str = "graphs";

/// Draws how one or several variables were computed, as the book's function of this name: in the
/// book's style, with the DOT text beside the picture. Returns where the picture is.
///
/// A bare file name is taken into the folder `graphs` under the current one, which is made if it is
/// not there; a name with a folder in it goes exactly there. The format follows from the extension:
/// `.svg`, `.png`, `.pdf`, `.html` or `.dot`. Nothing needs to be installed.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_viz::plot_dot_graph;
///
/// # let folder = tempfile::tempdir().unwrap();
/// # let file = folder.path().join("sample.svg");
/// # let file = file.to_str().unwrap();
/// let (x0, x1) = (Variable::new(1.0).named("x0"), Variable::new(1.0).named("x1"));
/// let y = (&x0 + &x1).named("y");
/// plot_dot_graph(&y, false, file)?; // "sample.png" is drawn to graphs/sample.png
/// # assert!(folder.path().join("sample.dot").exists());
/// # Ok::<(), dezero_viz::Error>(())
/// ```
///
/// [`Drawing`] has more to choose from.
///
/// # Errors
///
/// If the extension is another one, the graph is too large to be drawn, or a file cannot be written.
pub fn plot_dot_graph<'a>(
    outputs: impl Into<Outputs<'a>>,
    verbose: bool,
    file: impl AsRef<Path>,
) -> Result<PathBuf, Error> {
    let file = file.as_ref();
    let format = Format::from_path(file)?;
    let is_bare = file.parent() == Some(Path::new(""));
    let path = if is_bare {
        Path::new(FOLDER).join(file)
    } else {
        file.to_owned()
    };
    let graph = graph(outputs);
    let drawing = Drawing::new(&graph).style(Style::DeZero).verbose(verbose);
    let bytes = drawing.to_bytes(format, crate::picture::SCALE);
    let bytes = bytes.map_err(|error| error.at(&path))?;
    if is_bare {
        make_folder(Path::new(FOLDER))?;
    }
    crate::write_file(&path, bytes)?;
    if format != Format::Dot {
        crate::write_file(path.with_extension("dot"), drawing.to_dot()?)?;
    }
    Ok(path)
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    let cannot = |error: io::Error| Error::io(folder, "the folder cannot be made", error);
    fs::create_dir_all(folder).map_err(cannot)
}
