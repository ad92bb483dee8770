//! What can be wrong with a picture.

use std::fmt;
use std::io;
use std::path::Path;

/// Why a picture could not be made or saved.
///
/// Its text says what to do about it where something can be done; the methods tell the cases apart.
///
/// ```
/// use dezero_viz::Format;
///
/// let error = Format::from_path("tanh.jpg").unwrap_err();
/// assert!(error.is_format());
/// assert!(error.to_string().contains(".svg"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Error {
    kind: Kind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Io,
    Format,
    TooLarge,
    Value,
    Svg,
    Graphviz,
}

impl Error {
    /// Whether reading or writing a file failed; `source` is the [`io::Error`].
    pub fn is_io(&self) -> bool {
        self.kind == Kind::Io
    }

    /// Whether the format that was asked for is not known, is not in this build, or is not one of
    /// what was to be saved.
    pub fn is_format(&self) -> bool {
        self.kind == Kind::Format
    }

    /// Whether the picture has more pixels than it may, or the graph more nodes.
    pub fn is_too_large(&self) -> bool {
        self.kind == Kind::TooLarge
    }

    /// Whether a number that was given makes no sense, such as a scale of 0.
    pub fn is_value(&self) -> bool {
        self.kind == Kind::Value
    }

    /// Whether the text of the picture is not SVG that can be drawn.
    pub fn is_svg(&self) -> bool {
        self.kind == Kind::Svg
    }

    /// Whether Graphviz was asked for, and is not there or failed.
    pub fn is_graphviz(&self) -> bool {
        self.kind == Kind::Graphviz
    }

    pub(crate) fn graphviz(message: String) -> Self {
        Self::new(Kind::Graphviz, message)
    }

    pub(crate) fn io(path: &Path, message: impl fmt::Display, source: io::Error) -> Self {
        let message = format!("{}: {message}", path.display());
        Self::new(Kind::Io, message).because(source)
    }

    pub(crate) fn format(message: String) -> Self {
        Self::new(Kind::Format, message)
    }

    pub(crate) fn too_large(message: String) -> Self {
        Self::new(Kind::TooLarge, message)
    }

    #[cfg(feature = "png")]
    pub(crate) fn value(message: String) -> Self {
        Self::new(Kind::Value, message)
    }

    #[cfg(any(feature = "png", feature = "pdf"))]
    pub(crate) fn svg(message: String) -> Self {
        Self::new(Kind::Svg, message)
    }

    /// The error, with the file that was to be written.
    pub(crate) fn at(mut self, path: &Path) -> Self {
        self.message = format!("{}: {}", path.display(), self.message);
        self
    }

    fn new(kind: Kind, message: String) -> Self {
        Self {
            kind,
            message,
            source: None,
        }
    }

    fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
