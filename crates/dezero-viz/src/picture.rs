//! A finished picture, and its formats.

/// A finished picture: what drawings and plots become.
#[derive(Clone, Debug)]
pub struct Picture {
    svg: String,
}

impl Picture {
    /// The picture that SVG text describes.
    pub(crate) fn from_svg(svg: String) -> Self {
        Self { svg }
    }

    /// The picture as SVG.
    pub fn to_svg(&self) -> &str {
        &self.svg
    }
}
