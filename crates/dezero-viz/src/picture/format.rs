//! The formats of files, and which of them there are for what.

use std::fmt;
use std::path::Path;

use crate::error::Error;

/// A format of files with pictures.
///
/// ```
/// use dezero_viz::Format;
///
/// assert_eq!(Format::from_path("figures/tanh.PNG")?, Format::Png);
/// assert_eq!(Format::Html.extension(), "html");
/// # Ok::<(), dezero_viz::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// Scalable Vector Graphics.
    Svg,
    /// Portable Network Graphics; the feature `png`.
    Png,
    /// Portable Document Format; the feature `pdf`.
    Pdf,
    /// A page to explore in a browser: drawings of graphs only.
    Html,
    /// The text that Graphviz reads: drawings of graphs only.
    Dot,
}

impl Format {
    /// All formats, those for all pictures first.
    pub fn all() -> &'static [Self] {
        &[Self::Svg, Self::Png, Self::Pdf, Self::Html, Self::Dot]
    }

    /// The format that the extension of a file names, in upper or lower case.
    ///
    /// # Errors
    ///
    /// If there is no extension, or it names no format; the error lists those that exist.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let unknown = |what: String| {
            let known = format!("{}; drawings of graphs also .html and .dot", listed());
            Error::format(format!("{}: {what}; there are {known}", path.display()))
        };
        let Some(extension) = path.extension() else {
            return Err(unknown(
                "no extension says which format is wanted".to_owned(),
            ));
        };
        let extension = extension.to_string_lossy();
        match extension.to_ascii_lowercase().as_str() {
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            "pdf" => Ok(Self::Pdf),
            "html" | "htm" => Ok(Self::Html),
            "dot" | "gv" => Ok(Self::Dot),
            _ => Err(unknown(format!("unknown format .{extension}"))),
        }
    }

    /// The extension of its files, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Dot => "dot",
        }
    }

    /// Whether this build can write it: PNG and PDF are features.
    pub fn is_available(self) -> bool {
        match self {
            Self::Png => cfg!(feature = "png"),
            Self::Pdf => cfg!(feature = "pdf"),
            Self::Svg | Self::Html | Self::Dot => true,
        }
    }

    /// Why a finished picture does not become a file of this format.
    pub(super) fn not_for_pictures(self) -> Error {
        let name = self.extension();
        Error::format(if self.is_available() {
            format!(
                "only drawings of graphs can be saved as .{name}; there are {}",
                listed()
            )
        } else {
            format!(
                "this build cannot write {self}, because the feature `{name}` of dezero-viz is off; there are {}",
                listed()
            )
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Svg => "SVG",
            Self::Png => "PNG",
            Self::Pdf => "PDF",
            Self::Html => "HTML",
            Self::Dot => "DOT",
        })
    }
}

/// The formats that all pictures can be saved in.
fn listed() -> String {
    let pictures = [Format::Svg, Format::Png, Format::Pdf];
    let here = pictures.into_iter().filter(|format| format.is_available());
    let names: Vec<String> = here
        .map(|format| format!(".{}", format.extension()))
        .collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}
