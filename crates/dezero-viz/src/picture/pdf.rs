//! Pictures as PDF: one page, with text as text.

use krilla::Document;
use krilla::geom::Size;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt, SvgSettings};

use super::tree;
use crate::error::Error;

/// The longest side of a page in points (ISO 32000-1, annex C.2).
const LONGEST_SIDE: f32 = 14_400.0;

/// A PDF file of SVG text.
pub(super) fn render(svg: &str) -> Result<Vec<u8>, Error> {
    let wrong =
        |what: String| Error::svg(format!("the picture could not be written as PDF: {what}"));
    let tree::Parsed { tree, title } = tree::parse(svg)?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let fit = (LONGEST_SIDE / width.max(height)).min(1.0);
    // A page of nothing is none; 3 points are the least (the same annex).
    let side = |points: f32| (points * fit).max(3.0);
    let size = Size::from_wh(side(width), side(height));
    let size = size.ok_or_else(|| wrong(format!("its size is {width} x {height}")))?;

    let mut document = Document::new();
    let mut page = document.start_page_with(PageSettings::new(size));
    let mut surface = page.surface();
    surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    // No time of making: the same picture is the same file.
    let mut metadata = Metadata::new().creator("dezero".to_owned());
    if let Some(title) = title {
        metadata = metadata.title(title);
    }
    document.set_metadata(metadata);
    document.finish().map_err(|error| wrong(error.to_string()))
}
