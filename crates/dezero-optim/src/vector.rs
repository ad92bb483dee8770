//! The few operations on plain vectors that the methods share.

/// The inner product.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The Euclidean norm, also of entries whose squares are out of range.
pub(crate) fn norm(a: &[f64]) -> f64 {
    let largest = largest(a);
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    let sum: f64 = a.iter().map(|a| (a / largest) * (a / largest)).sum();
    largest * sum.sqrt()
}

/// The largest absolute entry; NaN if there is one.
pub(crate) fn largest(a: &[f64]) -> f64 {
    let larger = |a: f64, b: f64| if a.is_nan() || a > b { a } else { b };
    a.iter().map(|a| a.abs()).fold(0.0, larger)
}

/// `x + t d`
pub(crate) fn along(x: &[f64], t: f64, d: &[f64]) -> Vec<f64> {
    x.iter().zip(d).map(|(x, d)| x + t * d).collect()
}

/// `a - b`
pub(crate) fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// `-a`
pub(crate) fn negated(a: &[f64]) -> Vec<f64> {
    a.iter().map(|a| -a).collect()
}

pub(crate) fn all_finite(a: &[f64]) -> bool {
    a.iter().all(|a| a.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_do_not_leave_the_range() {
        assert!((norm(&[3e200, 4e200]) / 5e200 - 1.0).abs() < 1e-15);
        assert!((norm(&[3e-200, 4e-200]) / 5e-200 - 1.0).abs() < 1e-15);
        assert_eq!(norm(&[]), 0.0);
        assert_eq!(largest(&[-3.0, 2.0]), 3.0);
        assert!(largest(&[1.0, f64::NAN, 2.0]).is_nan() && norm(&[f64::NAN, 1.0]).is_nan());
    }
}
