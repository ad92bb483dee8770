//! A formula and its Taylor polynomials of rising order in one picture.

use dezero::plot::Functions;
use dezero::{Picture, Polynomial, Theme};

use crate::plot::range::Range;

/// The most polynomials that are drawn.
const MOST: usize = 6;

/// What is drawn where the coefficients do not say how far the polynomial holds.
const USUAL: f64 = 5.0;

/// How far beyond the place to which the polynomial holds is drawn.
const BEYOND: f64 = 1.5;

/// The picture of `f`, which `text` says as in `f(x) = sin(x)`, and of its polynomials in `name`.
pub(super) fn draw(
    f: impl Fn(f64) -> f64,
    [text, name]: [&str; 2],
    polynomial: &Polynomial,
    range: &Range,
    theme: Theme,
) -> Picture {
    let (around, coefficients) = (polynomial.around(), polynomial.coefficients());
    let mut picture = Functions::new(range.low, range.high)
        .title(text)
        .axes(name, "y")
        .theme(theme)
        .function(text.split(" = ").next().unwrap_or(text), f);
    for order in orders(coefficients) {
        let partial = Polynomial::new(around, coefficients[..=order].to_vec());
        let label = format!("to order {order}");
        picture = picture.approximation(&label, move |x| partial.at(x));
    }
    let label = format!("{name} = {around}");
    picture.mark(&label, around, coefficients[0]).picture()
}

/// The orders whose polynomials are drawn: those that differ from the one below, but not more than can
/// be told apart.
fn orders(coefficients: &[f64]) -> Vec<usize> {
    let mut orders: Vec<usize> = (0..coefficients.len())
        .filter(|&k| k == 0 || coefficients[k] != 0.0)
        .collect();
    if orders.len() > 1 && coefficients[0] == 0.0 {
        orders.remove(0);
    }
    let last = orders.len() - 1;
    if last < MOST {
        return orders;
    }
    let chosen = |i: usize| orders[(i * last + (MOST - 1) / 2) / (MOST - 1)];
    (0..MOST).map(chosen).collect()
}

/// What is drawn unless a range is given: somewhat more than where the polynomial holds.
///
/// It is left where its last term is as large as its first, which for a series that converges within
/// a radius is about there.
pub(super) fn range(name: &str, polynomial: &Polynomial) -> Range {
    let terms = polynomial
        .coefficients()
        .iter()
        .map(|c| c.abs())
        .enumerate();
    let mut terms = terms.skip(1).filter(|&(_, c)| c > 0.0);
    let half = match (terms.next(), terms.next_back()) {
        (Some((k, first)), Some((n, last))) => {
            let reach = ((first.ln() - last.ln()) / (n - k) as f64).exp();
            round(BEYOND * reach)
        }
        _ => USUAL,
    };
    let around = polynomial.around();
    // Next to a large number, a small range could not be drawn.
    let half = half.clamp(1e-280, 1e280).max(1e-9 * around.abs());
    Range {
        name: name.to_owned(),
        low: around - half,
        high: around + half,
    }
}

/// A number of one digit next to a positive one.
fn round(x: f64) -> f64 {
    format!("{x:.0e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_that_coincide_are_drawn_once() {
        let sine = [0.0, 1.0, 0.0, -0.2, 0.0, 0.1];
        assert_eq!(orders(&sine), [1, 3, 5]);
        assert_eq!(orders(&[2.0, 0.0]), [0]);
        assert_eq!(orders(&[0.0, 0.0]), [0]);
        assert_eq!(orders(&[1.0; 6]), [0, 1, 2, 3, 4, 5]);
        assert_eq!(orders(&[1.0; 11]), [0, 2, 4, 6, 8, 10]);
        let many = orders(&[1.0; 40]);
        assert_eq!((many.len(), many[0], many[5]), (6, 0, 39));
    }

    #[test]
    fn the_range_is_somewhat_more_than_where_the_series_holds() {
        let half = |coefficients: Vec<f64>| {
            let range = range("x", &Polynomial::new(0.0, coefficients));
            range.high
        };
        let mut factorial = 1.0;
        let sine = (0..10).map(|k| {
            factorial *= f64::from(k.max(1));
            if k % 2 == 0 { 0.0 } else { 1.0 / factorial }
        });
        assert_eq!(half(sine.collect()), 7.0);
        // 1/(1 - 100 x)
        assert_eq!(half((0..8).map(|k| 100_f64.powi(k)).collect()), 0.02);
        assert_eq!(half(vec![3.0, 2.0]), USUAL);
        assert!(half(vec![0.0, 1e-300, 1e300, 1e-300]).is_finite());
    }
}
