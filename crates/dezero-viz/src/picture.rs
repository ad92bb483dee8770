//! A finished picture, and its way into files and notebooks.

mod file;
mod format;
#[cfg(feature = "pdf")]
mod pdf;
#[cfg(feature = "png")]
mod png;
mod row;
#[cfg(any(feature = "png", feature = "pdf"))]
mod runs;
#[cfg(any(feature = "png", feature = "pdf"))]
mod tree;

use std::fmt;
use std::path::Path;

pub use file::write_file;
pub use format::Format;

use crate::drawing::paper;
use crate::error::Error;
use crate::theme::Theme;

/// Pixels for each unit of a picture in a PNG file, if nothing is said: sharp on the screens of today.
pub(crate) const SCALE: f64 = 2.0;

/// A finished picture: what drawings and plots become.
///
/// It is held as SVG; the other formats are made of that. Text is drawn with fonts that come with
/// this crate (Latin, Greek, Cyrillic, Hebrew, Arabic, mathematics, and Hangul with the feature
/// `korean`), and with fonts of the system only where these lack a character.
///
/// ```
/// use dezero_viz::Picture;
///
/// let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="80" height="30">
///     <text x="10" y="20" font-size="14">∇f(x) = 0</text></svg>"#;
/// let picture = Picture::from_svg(svg.to_owned());
/// assert_eq!(picture.size(), (80.0, 30.0));
/// # #[cfg(feature = "png")]
/// assert!(picture.to_png(2.0)?.starts_with(b"\x89PNG"));
/// # Ok::<(), dezero_viz::Error>(())
/// ```
#[derive(Clone)]
pub struct Picture {
    svg: String,
}

impl Picture {
    /// The picture that SVG text describes.
    ///
    /// The text is looked at when another format is made of it; files that it refers to are not
    /// read.
    pub fn from_svg(svg: String) -> Self {
        Self { svg }
    }

    /// Pictures from left to right, on the paper of the first, or on that of a theme where it has none.
    ///
    /// ```
    /// use dezero_core::{Variable, graph};
    /// use dezero_viz::{Drawing, Picture, Theme};
    ///
    /// let x = Variable::new(1.0).named("x");
    /// let (sine, square) = (x.sin(), x.square());
    /// let pictures = [Drawing::new(&graph(&sine)).picture()?, Drawing::new(&graph(&square)).picture()?];
    /// let both = Picture::row(&pictures, Theme::Light);
    /// assert!(both.size().0 > pictures[0].size().0 + pictures[1].size().0);
    /// # Ok::<(), dezero_viz::Error>(())
    /// ```
    #[must_use]
    pub fn row(pictures: &[Self], theme: Theme) -> Self {
        Self::from_svg(row::svg(pictures, paper(theme)))
    }

    /// The picture as SVG.
    pub fn to_svg(&self) -> &str {
        &self.svg
    }

    /// Width and height in points, as the SVG gives them; (0, 0) where it does not.
    pub fn size(&self) -> (f64, f64) {
        size_of(&self.svg).unwrap_or_default()
    }

    /// The picture as a PNG file, with `scale` pixels for each point.
    ///
    /// It is drawn in bands, so that memory stays below 100 MB for the pixels of any size.
    ///
    /// # Errors
    ///
    /// If the scale is not a finite number above 0, if there were more than 400 million pixels or
    /// more than 200,000 in a row or column, or if the SVG is not well-formed.
    #[cfg(feature = "png")]
    pub fn to_png(&self, scale: f64) -> Result<Vec<u8>, Error> {
        png::render(&self.svg, scale)
    }

    /// The picture as a PDF file of one page, as large as the picture.
    ///
    /// Text stays text, and the letters that it needs are embedded. A page has at most 14,400
    /// points on a side, the most that readers take; what is larger is drawn smaller.
    ///
    /// # Errors
    ///
    /// If the SVG is not well-formed.
    #[cfg(feature = "pdf")]
    pub fn to_pdf(&self) -> Result<Vec<u8>, Error> {
        pdf::render(&self.svg)
    }

    /// Saves the picture in the format of the file's extension: `.svg`, `.png` (with two pixels for
    /// each point) or `.pdf`.
    ///
    /// The file is there whole or not at all: it is written beside its place, then renamed.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let file = |name| folder.path().join(name);
    /// # let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="80" height="30"/>"#;
    /// # let picture = dezero_viz::Picture::from_svg(svg.to_owned());
    /// picture.save(file("tanh.svg"))?;
    /// let error = picture.save(file("tanh.gif")).unwrap_err();
    /// assert!(error.is_format());
    /// # Ok::<(), dezero_viz::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the extension is another one, if the format is a feature of this crate that is off, if the
    /// picture cannot be drawn (see [`Picture::to_png`] and [`Picture::to_pdf`]), or if the file
    /// cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        self.save_scaled(path, SCALE)
    }

    /// Saves the picture as [`Picture::save`] does, with `scale` pixels for each point if the format
    /// has pixels.
    ///
    /// # Errors
    ///
    /// See [`Picture::save`].
    pub fn save_scaled(&self, path: impl AsRef<Path>, scale: f64) -> Result<(), Error> {
        let path = path.as_ref();
        let bytes = self.to_bytes(Format::from_path(path)?, scale);
        write_file(path, bytes.map_err(|error| error.at(path))?)
    }

    /// The picture as the content of a file, with `scale` pixels for each point if the format has
    /// pixels.
    ///
    /// # Errors
    ///
    /// See [`Picture::save`].
    pub fn to_bytes(&self, format: Format, scale: f64) -> Result<Vec<u8>, Error> {
        match format {
            Format::Svg => Ok(self.svg.clone().into_bytes()),
            #[cfg(feature = "png")]
            Format::Png => self.to_png(scale),
            #[cfg(feature = "pdf")]
            Format::Pdf => self.to_pdf(),
            other => {
                let _ = scale;
                Err(other.not_for_pictures())
            }
        }
    }

    /// Shows the picture in a notebook: the Rust kernel evcxr calls this for the last value of a cell.
    pub fn evcxr_display(&self) {
        println!(
            "EVCXR_BEGIN_CONTENT text/html\n{}\nEVCXR_END_CONTENT",
            self.svg
        );
    }
}

/// The SVG text.
impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.svg)
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = self.size();
        let mut shown = f.debug_struct("Picture");
        shown.field("width", &width).field("height", &height);
        shown.finish_non_exhaustive()
    }
}

/// The width and height that the first tag of an SVG text says, else those of its view box.
fn size_of(svg: &str) -> Option<(f64, f64)> {
    let (_, tag) = svg.split_once("<svg")?;
    let (tag, _) = tag.split_once('>')?;
    let value = |name: &str| {
        let mut rest = tag;
        loop {
            let (before, after) = rest.split_once(name)?;
            rest = after;
            let after = after.trim_start().strip_prefix('=').map(str::trim_start);
            let quote = after.and_then(|after| after.chars().next());
            if let (Some(after), Some(quote @ ('"' | '\''))) = (after, quote)
                && before.ends_with(char::is_whitespace)
            {
                return after[1..].split_once(quote).map(|(value, _)| value);
            }
        }
    };
    let length = |text: &str| {
        let text = text.trim();
        let number = text.strip_suffix("px").or(text.strip_suffix("pt"));
        let length: f64 = number.unwrap_or(text).parse().ok()?;
        (length.is_finite() && length > 0.0).then_some(length)
    };
    let said = |name| value(name).and_then(length);
    if let (Some(width), Some(height)) = (said("width"), said("height")) {
        return Some((width, height));
    }
    let view = value("viewBox")?;
    let view = view.split(|c: char| c == ',' || c.is_whitespace());
    let mut view = view.filter(|part| !part.is_empty()).skip(2);
    Some((length(view.next()?)?, length(view.next()?)?))
}

/// How far the text of a picture moves the place where the next would begin.
#[cfg(all(test, feature = "png"))]
pub(crate) fn text_width(svg: &str) -> f64 {
    let tree = tree::parse(svg).unwrap().tree;
    let width = |node: &usvg::Node| match node {
        usvg::Node::Text(text) => f64::from(text.bounding_box().width()),
        _ => 0.0,
    };
    tree.root().children().iter().map(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_from_the_first_tag() {
        let sizes = [
            (
                r#"<svg width="80" height="30.5"><svg width="1" height="1"/></svg>"#,
                (80.0, 30.5),
            ),
            (
                r#"<?xml version="1.0"?><svg stroke-width="3" height='30px' width = '80pt'/>"#,
                (80.0, 30.0),
            ),
            (r#"<svg viewBox="0 0 12,7"/>"#, (12.0, 7.0)),
            (
                r#"<svg width="100%" height="100%" viewBox="-5 -5 12 7"/>"#,
                (12.0, 7.0),
            ),
            (r#"<svg width="NaN" height="-1"/>"#, (0.0, 0.0)),
            (r#"<svg width="80 height=30>"#, (0.0, 0.0)),
            ("no picture", (0.0, 0.0)),
            ("<svg width=é", (0.0, 0.0)),
        ];
        for (svg, size) in sizes {
            assert_eq!(Picture::from_svg(svg.to_owned()).size(), size, "{svg}");
        }
    }

    #[test]
    fn debug_is_short_and_display_is_the_text() {
        let picture = Picture::from_svg(r#"<svg width="8" height="3"/>"#.to_owned());
        assert_eq!(
            format!("{picture:?}"),
            "Picture { width: 8.0, height: 3.0, .. }"
        );
        assert_eq!(picture.to_string(), picture.to_svg());
    }
}
