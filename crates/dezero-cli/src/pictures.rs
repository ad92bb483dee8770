//! Pictures on their way out: to files, and in the terminal.

use std::io;
use std::path::Path;

use clap::{Args, ValueEnum};
use dezero::Picture;
use terminal_size::terminal_size_of;

use crate::report::{Failure, write_file};

/// The formats of pictures.
const FORMATS: [&str; 1] = ["svg"];

/// Columns where the terminal does not say how many it has, and the most that are used.
const COLUMNS: usize = 80;
const MOST_COLUMNS: usize = 120;

/// The colours of a picture: without words of their own, which would make every help long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Theme {
    #[default]
    Light,
    Dark,
}

impl From<Theme> for dezero::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self::Light,
            Theme::Dark => Self::Dark,
        }
    }
}

/// How a picture in a file looks.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Look {
    /// The colours of the picture; light unless given
    #[arg(long, value_enum, requires = "output")]
    theme: Option<Theme>,
}

impl Look {
    pub(crate) fn theme(&self) -> dezero::Theme {
        self.theme.unwrap_or_default().into()
    }
}

/// Whether a picture can be written to a file of this name.
pub(crate) fn check(path: &Path) -> Result<(), Failure> {
    let extension = path.extension().unwrap_or_default();
    if FORMATS
        .iter()
        .any(|format| extension.eq_ignore_ascii_case(format))
    {
        return Ok(());
    }
    let endings = FORMATS.map(|format| format!(".{format}")).join(" or ");
    Err(Failure::usage(format!(
        "--output {}: name a file that ends in {endings}",
        path.display()
    )))
}

/// Writes a picture in the format that the name of the file says.
pub(crate) fn write(path: &Path, picture: &Picture) -> Result<(), Failure> {
    write_file(path, picture.to_svg())
}

/// How wide a picture in characters may be.
pub(crate) fn columns() -> usize {
    let columns = terminal_size_of(io::stdout()).map_or(COLUMNS, |(width, _)| width.0.into());
    columns.min(MOST_COLUMNS)
}
