//! Plots of functions, of minimisation and of fits.
//!
//! | picture | shows |
//! | --- | --- |
//! | [`Functions`] | functions of one variable, with derivatives or approximations; also as text for a terminal |
//! | [`Paths`] | a function of two variables by its contours, and the ways of methods over it; also as text |
//! | [`Curve`] | a function of one variable, and the points that methods came to |
//! | [`Convergence`] | the value at each iteration, of a function of any number of variables |
//! | [`Fit`] | data, and curves fitted to it; also as text for a terminal |
//!
//! Each is made from plain numbers and closures, says what it shows by methods that can be chained,
//! and becomes a [`Picture`](crate::Picture) with `picture`, light or dark. The same calls make the same picture. No numbers
//! are an error: what is not finite is left out, and a step that leads far away does not make the
//! rest small, but leaves the frame.
//!
//! ```
//! use dezero_viz::plot::Paths;
//!
//! let descent: Vec<(f64, f64)> = (0..20).map(|i| 0.7_f64.powi(i)).map(|r| (2.0 * r, r * r)).collect();
//! let picture = Paths::new(|x, y| x * x + 4.0 * y * y)
//!     .title("x^2 + 4*y^2")
//!     .axes("x", "y")
//!     .path("gradient descent", descent)
//!     .minimum(0.0, 0.0)
//!     .picture();
//! assert!(picture.to_svg().starts_with("<svg"));
//! assert!(picture.to_svg().contains("gradient descent (19 iterations)"));
//! ```

mod axis;
mod colours;
mod contour;
mod contour_lines;
mod convergence;
mod curve;
mod fit;
mod functions;
mod line;
mod panel;
mod paths;
mod picture;
mod sampling;
mod text;

pub use convergence::Convergence;
pub use curve::{Curve, Parabola};
pub use fit::Fit;
pub use functions::Functions;
pub use paths::Paths;

/// The name of a method with the number of its iterations, as legends have it.
fn with_iterations(name: &str, points: usize) -> String {
    match points.saturating_sub(1) {
        1 => format!("{name} (1 iteration)"),
        n => format!("{name} ({} iterations)", axis::count(n)),
    }
}

/// Whether a method was about to stop where its points end: the last step is a small part of the
/// way. Where it is not, the end may be anywhere.
fn has_settled(coordinates: impl Iterator<Item = f64>) -> bool {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut last, mut step) = (f64::NAN, f64::NAN);
    for v in coordinates {
        (low, high) = (low.min(v), high.max(v));
        (step, last) = ((v - last).abs(), v);
    }
    step <= 0.1 * (high - low)
}
