//! Values as a drawing shows them: numbers to four digits, arrays by shape and dtype.

use dezero_core::{Array, DType, Tuple};

/// What stands beside an edge, or after a name.
pub(super) fn text(value: &Array) -> String {
    if value.ndim() > 0 {
        return shape(value);
    }
    let shown = match value.dtype() {
        DType::F64 => value.item().map(number),
        DType::F32 => value.item().map(|x: f32| number(x.into())),
        DType::I64 | DType::Bool => Ok(value.to_string()),
    };
    shown.unwrap_or_else(|_| shape(value))
}

/// Shape and dtype, as in `(2, 3) float64`.
pub(super) fn shape(value: &Array) -> String {
    format!("{} {}", Tuple(value.shape()), value.dtype())
}

/// The elements that a page shows of a value.
const MOST_SHOWN: usize = 400;

/// The value in full, as far as anybody wants to read it.
pub(super) fn whole(value: &Array) -> String {
    if value.size() <= MOST_SHOWN {
        value.to_string()
    } else {
        shape(value)
    }
}

/// A number to four significant digits; whole ones in full where they are not long.
pub(super) fn number(x: f64) -> String {
    /// From here on, zeros would have to be counted.
    const SMALL: f64 = 1e-4;
    const LARGE: f64 = 1e6;
    if x == 0.0 {
        return "0".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    if x.is_nan() || (x.fract() == 0.0 && x.abs() < LARGE) {
        return format!("{x}").to_lowercase();
    }
    let scientific = format!("{x:.3e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    if !(SMALL..LARGE).contains(&x.abs()) {
        return format!("{}e{exponent}", trimmed(digits));
    }
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let decimals = usize::try_from(3 - exponent).unwrap_or(0);
    trimmed(&format!("{x:.decimals$}")).to_owned()
}

fn trimmed(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_four_digits() {
        let cases = [
            (0.761_594_155_955_764_9, "0.7616"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.523, "-1.523"),
            (12_345.678, "12346"),
            (999_999.7, "1000000"),
            (123_456_789.0, "1.235e8"),
            (1e-5, "1e-5"),
            (0.000_123_456, "0.0001235"),
            (0.5, "0.5"),
            (2024.0, "2024"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-∞"),
        ];
        for (x, shown) in cases {
            assert_eq!(number(x), shown);
        }
    }

    #[test]
    fn arrays_are_shown_by_shape_and_dtype() {
        assert_eq!(text(&Array::from(0.25)), "0.25");
        assert_eq!(text(&Array::from([1.0_f32, 2.0])), "(2,) float32");
        assert_eq!(text(&Array::from(7_i64)), "7");
        assert_eq!(text(&Array::from(true)), "True");
    }
}
