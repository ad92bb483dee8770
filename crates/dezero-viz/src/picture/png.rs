//! Pictures as PNG: drawn in bands, each written before the next is drawn.

use resvg::tiny_skia::{Pixmap, Transform};

use super::tree;
use crate::error::Error;

/// The most pixels of a picture.
const MOST_PIXELS: f64 = 400e6;

/// The most pixels of a side.
const LONGEST_SIDE: f64 = 200e3;

/// The most pixels that are held at a time, of 4 bytes each.
const BAND: u32 = 1 << 24;

/// A PNG file of SVG text.
pub(super) fn render(svg: &str, scale: f64) -> Result<Vec<u8>, Error> {
    if !(scale.is_finite() && scale > 0.0) {
        return Err(Error::value(format!(
            "the scale of a PNG must be a number above 0, not {scale}"
        )));
    }
    let tree = tree::parse(svg)?.tree;
    let (width, height) = pixels(&tree, scale)?;
    let mut file = Vec::new();
    write(&tree, (width, height), &mut file)
        .map_err(|error| Error::svg(format!("the picture could not be written as PNG: {error}")))?;
    Ok(file)
}

/// The size of a picture in pixels.
fn pixels(tree: &usvg::Tree, scale: f64) -> Result<(u32, u32), Error> {
    let side = |points: f32| (f64::from(points) * scale).round().max(1.0);
    let (width, height) = (side(tree.size().width()), side(tree.size().height()));
    if width * height > MOST_PIXELS || width.max(height) > LONGEST_SIDE {
        return Err(Error::too_large(format!(
            "a PNG of {width} x {height} pixels is too large (at most {:.0} million pixels, {:.0} on a side); \
             lower the scale, or save as SVG",
            MOST_PIXELS / 1e6,
            LONGEST_SIDE
        )));
    }
    Ok((width as u32, height as u32))
}

fn write(
    tree: &usvg::Tree,
    (width, height): (u32, u32),
    file: &mut Vec<u8>,
) -> Result<(), ::png::EncodingError> {
    let mut encoder = ::png::Encoder::new(file, width, height);
    encoder.set_color(::png::ColorType::Rgba);
    encoder.set_depth(::png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let scale = (
        width as f32 / tree.size().width(),
        height as f32 / tree.size().height(),
    );
    let rows = (BAND / width).clamp(1, height);
    for top in (0..height).step_by(rows as usize) {
        let Some(mut band) = Pixmap::new(width, rows.min(height - top)) else {
            return Err(::png::EncodingError::LimitsExceeded);
        };
        let place = Transform::from_scale(scale.0, scale.1).post_translate(0.0, -(top as f32));
        resvg::render(tree, place, &mut band.as_mut());
        std::io::Write::write_all(&mut stream, &band.take_demultiplied())?;
    }
    stream.finish()
}
