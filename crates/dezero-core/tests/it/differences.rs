//! Derivatives from values alone, and how close numbers have to be.

/// The derivative of `f` at `x`: central differences with steps `h`, `h/2` and `h/4`, extrapolated
/// twice (Richardson), so that the terms in `h^2` and `h^4` of the error vanish.
///
/// With `h = 1/256` and a function that varies over a length of 0.2 the remainder is below
/// `(h / 0.2)^6 / 64`, some 1e-12, and the rounding of `f` weighs in with `4 eps / h`, some 2e-13.
/// Higher derivatives vary faster; 1e-8 is safe to the third order and still finds a rule that is
/// wrong by one part in a million.
pub(crate) fn derivative(f: impl Fn(f64) -> f64, x: f64) -> f64 {
    let central = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
    let h = 1.0 / 256.0;
    let (coarse, middle, fine) = (central(h), central(h / 2.0), central(h / 4.0));
    let (first, second) = (
        middle + (middle - coarse) / 3.0,
        fine + (fine - middle) / 3.0,
    );
    second + (second - first) / 15.0
}

/// What a derivative may differ from its finite differences, in units of its scale.
pub(crate) const DIFFERENCES: f64 = 1e-8;

/// Whether two numbers agree to `tolerance` times the larger of 1 and their size. Infinities agree
/// with themselves, and NaN with NaN.
pub(crate) fn agree(a: f64, b: f64, tolerance: f64) -> bool {
    a == b
        || (a.is_nan() && b.is_nan())
        || (a - b).abs() <= tolerance * a.abs().max(b.abs()).max(1.0)
}

/// Fails, saying where, unless two lists of numbers agree.
#[track_caller]
pub(crate) fn assert_agree(actual: &[f64], expected: &[f64], tolerance: f64, place: &str) {
    let same = actual.len() == expected.len()
        && actual
            .iter()
            .zip(expected)
            .all(|(&a, &b)| agree(a, b, tolerance));
    assert!(same, "{place}: {actual:?} is not {expected:?}");
}
