//! Pictures side by side.

use std::fmt::Write;

use super::Picture;

/// Between two pictures, in points.
const GAP: f64 = 24.0;

/// The SVG of pictures from left to right, with their upper edges on one line, on the paper of the first, or else
/// on this.
pub(super) fn svg(pictures: &[Picture], paper: &str) -> String {
    let sizes: Vec<(f64, f64)> = pictures.iter().map(Picture::size).collect();
    let gaps = GAP * pictures.len().saturating_sub(1) as f64;
    let width = sizes.iter().map(|size| size.0).sum::<f64>() + gaps;
    let height = sizes.iter().map(|size| size.1).fold(0.0, f64::max);
    let paper = pictures
        .first()
        .and_then(|picture| own_paper(&picture.svg))
        .unwrap_or(paper);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.2}\" height=\"{height:.2}\" \
         viewBox=\"0 0 {width:.2} {height:.2}\">\n\
         <rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"{paper}\"/>\n"
    );
    let mut x = 0.0;
    for (at, (picture, size)) in pictures.iter().zip(sizes).enumerate() {
        // An id names one element of a document.
        let part = picture.svg.replace(" id=\"", &format!(" id=\"part-{at}-"));
        let part = match part.strip_prefix("<svg ") {
            Some(rest) => format!("<svg x=\"{x:.2}\" y=\"0\" {rest}"),
            None => part,
        };
        // A String takes everything.
        let _ = writeln!(svg, "{}", part.trim_end());
        x += size.0 + GAP;
    }
    svg.push_str("</svg>\n");
    svg
}

/// The colour of the paper that a drawing of this crate has.
fn own_paper(svg: &str) -> Option<&str> {
    let (_, rest) = svg.split_once("<rect class=\"paper\" ")?;
    let (tag, _) = rest.split_once("/>")?;
    let (_, fill) = tag.split_once("fill=\"")?;
    Some(fill.split_once('"')?.0)
}
