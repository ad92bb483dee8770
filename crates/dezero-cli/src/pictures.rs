//! Pictures on their way out: to files, and in the terminal.

use std::io;
use std::path::Path;

use clap::{Args, ValueEnum};
use dezero::Picture;
use dezero::viz::Format;
use terminal_size::terminal_size_of;

use crate::cli::positive;
use crate::report::{Failure, write_file};

/// Pixels for each point of a picture, unless given: sharp on the screens of today.
const SCALE: f64 = 2.0;

/// Below this nothing can be read.
const LEAST_SCALE: f64 = 0.25;

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

    #[command(flatten)]
    sharpness: Sharpness,
}

impl Look {
    pub(crate) fn theme(&self) -> dezero::Theme {
        self.theme.unwrap_or_default().into()
    }

    /// Writes a picture in the format that the name of the file says.
    pub(crate) fn write(&self, path: &Path, picture: &Picture) -> Result<(), Failure> {
        let format = Format::from_path(path)?;
        let bytes = self
            .sharpness
            .try_scales(|scale| picture.to_bytes(format, scale));
        write_file(path, bytes?)
    }
}

/// How sharp a picture of pixels is.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Sharpness {
    /// The pixels of a .png for each point of the picture; 2 unless given, less if that were too many
    #[arg(long, value_name = "NUMBER", value_parser = positive, allow_negative_numbers = true, requires = "output")]
    scale: Option<f64>,
}

impl Sharpness {
    /// What is made at the scale that was given; or else, at the highest that is not too large.
    pub(crate) fn try_scales<T>(
        &self,
        make: impl Fn(f64) -> Result<T, dezero::viz::Error>,
    ) -> Result<T, dezero::viz::Error> {
        let mut scale = self.scale.unwrap_or(SCALE);
        loop {
            let made = make(scale);
            if made.is_ok() && self.scale.is_none() && scale < SCALE {
                eprintln!(
                    "note: the picture is large, and drawn with {scale} pixels for each point in place of \
                     {SCALE}; .svg and .html have no such limit"
                );
            }
            match made {
                Err(error)
                    if error.is_too_large() && self.scale.is_none() && scale > LEAST_SCALE =>
                {
                    scale /= 2.0;
                }
                made => return made,
            }
        }
    }
}

/// Whether a plot can be written to a file of this name.
pub(crate) fn check(path: &Path) -> Result<(), Failure> {
    match Format::from_path(path) {
        Ok(Format::Svg | Format::Png | Format::Pdf) => Ok(()),
        _ => Err(Failure::usage(format!(
            "--output {}: name a file that ends in .svg, .png or .pdf",
            path.display()
        ))),
    }
}

/// How wide a picture in characters may be.
pub(crate) fn columns() -> usize {
    let columns = terminal_size_of(io::stdout()).map_or(COLUMNS, |(width, _)| width.0.into());
    columns.min(MOST_COLUMNS)
}
