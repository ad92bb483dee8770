//! A polynomial as text: what one writes on paper, and what a formula parser reads.

use std::fmt;

use super::Polynomial;
use super::fraction::{Fraction, Fractions};

/// Decimals of this many characters or more have no end: any fraction is better.
const ENDLESS: usize = 12;

impl fmt::Display for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let precision = f.precision();
        let base = base(&self.name, self.around, precision);
        let mut fractions = Fractions::new();
        let mut first = true;
        for (k, &c) in self.coefficients.iter().enumerate() {
            if c == 0.0 {
                continue;
            }
            let size = c.abs();
            let fraction = fractions.next(size, k);
            let power = match k {
                0 => String::new(),
                1 => base.clone(),
                _ => format!("{base}^{k}"),
            };
            f.write_str(match (first, c < 0.0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            })?;
            f.write_str(&term(size, &power, fraction, precision))?;
            first = false;
        }
        if first { f.write_str("0") } else { Ok(()) }
    }
}

/// What the powers are of: `x`, `(x - 2)`, `(x + 2)`.
fn base(name: &str, around: f64, precision: Option<usize>) -> String {
    if around == 0.0 {
        return name.to_owned();
    }
    let sign = if around < 0.0 { '+' } else { '-' };
    format!("({name} {sign} {})", number(around.abs(), precision))
}

/// A coefficient with its power of the variable, which is empty of the first one.
fn term(size: f64, power: &str, fraction: Option<Fraction>, precision: Option<usize>) -> String {
    let decimal = match power {
        "" => number(size, precision),
        _ if size == 1.0 => power.to_owned(),
        _ => format!("{}*{power}", number(size, precision)),
    };
    let Some(Fraction {
        numerator: p,
        denominator: q,
    }) = fraction.filter(|fraction| fraction.denominator > 1 && precision.is_none())
    else {
        return decimal;
    };
    let fraction = match (power, p) {
        ("", _) => format!("{p}/{q}"),
        (_, 1) => format!("{power}/{q}"),
        _ => format!("{p}*{power}/{q}"),
    };
    let ends = number(size, None).len() < ENDLESS;
    if ends && decimal.len() < fraction.len() {
        decimal
    } else {
        fraction
    }
}

/// The shortest digits that read as the same number, with an exponent where that saves zeros; or
/// as many decimals as asked for.
fn number(x: f64, precision: Option<usize>) -> String {
    match precision {
        Some(precision) => format!("{x:.precision$}"),
        None if !x.is_finite() || x == 0.0 || (1e-5..1e16).contains(&x) => x.to_string(),
        None => format!("{x:e}"),
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::{FRAC_PI_2, PI};

    use super::*;

    fn print(around: f64, coefficients: &[f64]) -> String {
        Polynomial::new(around, coefficients).to_string()
    }

    #[test]
    fn as_on_paper() {
        for (around, coefficients, expected) in [
            (0.0, &[0.0][..], "0"),
            (0.0, &[0.0, -0.0], "0"),
            (0.0, &[-1.0], "-1"),
            (0.0, &[1.0, 1.0, 0.5, 1.0 / 6.0], "1 + x + x^2/2 + x^3/6"),
            (0.0, &[0.0, -1.0, 0.0, 2.0 / 3.0], "-x + 2*x^3/3"),
            (0.0, &[2.0 / 3.0, 0.0, -2.0], "2/3 - 2*x^2"),
            (2.0, &[1.0, 1.0 / 3.0, -1.0], "1 + (x - 2)/3 - (x - 2)^2"),
            (-2.0, &[0.0, 1.0, 1.0], "(x + 2) + (x + 2)^2"),
            (-0.0, &[0.0, 1.0], "x"),
            (
                FRAC_PI_2,
                &[1.0, 0.0, -0.5],
                "1 - (x - 1.5707963267948966)^2/2",
            ),
            (
                1e-9,
                &[PI, -PI],
                "3.141592653589793 - 3.141592653589793*(x - 1e-9)",
            ),
            (0.0, &[1e20, 1e-20], "1e20 + 1e-20*x"),
        ] {
            assert_eq!(print(around, coefficients), expected);
        }
    }

    #[test]
    fn decimals_that_end_stay_where_they_are_shorter() {
        for (c, expected) in [
            (0.1, "x/10"),
            (0.5, "x/2"),
            (0.75, "3*x/4"),
            (0.123, "0.123*x"),
            (0.07, "0.07*x"),
            (1e-7, "1e-7*x"),
            (12.25, "49*x/4"),
            (7.0 / 256.0, "7*x/256"),
            (1e15, "1000000000000000*x"),
        ] {
            assert_eq!(print(0.0, &[0.0, c]), expected);
        }
    }

    #[test]
    fn a_precision_asks_for_decimals() {
        let p = Polynomial::new(-FRAC_PI_2, [0.5, 1.0, -1.0 / 3.0, 0.0, 2.0, 1e-9]);
        assert_eq!(
            format!("{p:.3}"),
            "0.500 + (x + 1.571) - 0.333*(x + 1.571)^2 + 2.000*(x + 1.571)^4 + 0.000*(x + 1.571)^5"
        );
    }

    #[test]
    fn what_is_not_finite_shows() {
        let infinity = f64::INFINITY;
        assert_eq!(
            print(0.0, &[infinity, -infinity, f64::NAN, -f64::NAN]),
            "inf - inf*x + NaN*x^2 + NaN*x^3"
        );
        assert_eq!(print(infinity, &[1.0, 1.0]), "1 + (x - inf)");
        assert_eq!(print(f64::NAN, &[1.0, 1.0]), "1 + (x - NaN)");
    }

    #[test]
    fn the_exponential_function_to_order_20() {
        let mut coefficients = vec![1.0];
        for k in 1..=20 {
            coefficients.push(coefficients[k - 1] / k as f64);
        }
        let text = print(0.0, &coefficients);
        assert!(
            text.starts_with("1 + x + x^2/2 + x^3/6 + x^4/24 + "),
            "{text}"
        );
        assert!(
            text.ends_with(" + x^19/121645100408832000 + x^20/2432902008176640000"),
            "{text}"
        );
    }
}
