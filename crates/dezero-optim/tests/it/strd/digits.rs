//! How many digits of an estimate are right.

/// As many as NIST certifies.
const CERTIFIED: f64 = 11.0;

/// The number of correct significant digits of `found`, from 0 to 11: the logarithm of the relative
/// error, or of the absolute one if `certified` is 0.
pub(crate) fn digits(found: f64, certified: f64) -> f64 {
    // McCullough, "Assessing the reliability of statistical software: Part I", The American
    // Statistician 52 (1998), section 2: the LRE.
    let scale = if certified == 0.0 { 1.0 } else { certified };
    let error = ((found - certified) / scale).abs();
    if error.is_nan() {
        return 0.0;
    }
    (-error.log10()).clamp(0.0, CERTIFIED)
}

/// The digits of the worst of the estimates.
pub(crate) fn fewest_digits(found: &[f64], certified: &[f64]) -> f64 {
    assert_eq!(found.len(), certified.len());
    found
        .iter()
        .zip(certified)
        .map(|(&found, &certified)| digits(found, certified))
        .fold(CERTIFIED, f64::min)
}

#[test]
fn they_count_from_the_first_that_is_not_zero() {
    let close = |digits: f64, expected: f64| (digits - expected).abs() < 1e-6;
    assert_eq!(digits(1.0, 1.0), 11.0);
    assert_eq!(digits(-2.5e-9, -2.5e-9), 11.0);
    assert!(close(digits(1001.0, 1000.0), 3.0));
    assert!(close(digits(-0.000_999, -0.001), 3.0));
    assert!(close(digits(1e-4, 0.0), 4.0));
    for wrong in [2.0, -1.0, 1e9, f64::NAN, f64::INFINITY] {
        assert_eq!(digits(wrong, 1.0), 0.0, "{wrong}");
    }
    assert!(close(
        fewest_digits(&[1.0, 2.02, 5.0], &[1.0, 2.0, 5.0]),
        2.0
    ));
    assert_eq!(fewest_digits(&[f64::NAN, 2.0], &[1.0, 2.0]), 0.0);
}
