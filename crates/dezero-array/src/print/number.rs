//! Single numbers as text: Python's `repr` of a float, and the columns in which an array shows its
//! elements.

use std::fmt::{self, Write};
use std::iter::repeat_n;
use std::str::FromStr;

use crate::dtype::Element;

/// At most so many digits follow the point.
const PRECISION: usize = 8;

/// A float as Python writes it: the fewest digits that read back as the same number.
///
/// ```
/// use dezero_array::python_float;
///
/// assert_eq!([0.1, 100.0, 1e16, 1e-5].map(python_float), ["0.1", "100.0", "1e+16", "1e-05"]);
/// assert_eq!([f64::NAN, f64::NEG_INFINITY, -0.0].map(python_float), ["nan", "-inf", "-0.0"]);
/// ```
pub fn python_float(x: f64) -> String {
    scalar(x, 1e16)
}

/// An f32 as NumPy writes a `float32` scalar: the fewest digits that read back as the same f32, with an
/// exponent from a million up.
///
/// ```
/// use dezero_array::python_float32;
///
/// assert_eq!([0.1, 250.0, 1e6, 1e-5].map(python_float32), ["0.1", "250.0", "1e+06", "1e-05"]);
/// ```
pub fn python_float32(x: f32) -> String {
    scalar(x, 1e6)
}

fn scalar<T: Float>(x: T, exponents_from: f64) -> String {
    let wide: f64 = x.into();
    let mut text = String::new();
    if !wide.is_finite() {
        text.push_str(not_finite(wide));
    } else if wide == 0.0 || (1e-4..exponents_from).contains(&wide.abs()) {
        write_plain(x, &mut text);
    } else {
        let mut digits = String::new();
        write_scientific(x, &mut digits);
        let (mantissa, exponent) = split_exponent(&digits);
        text.push_str(mantissa);
        write_exponent(exponent, 2, &mut text);
    }
    text
}

/// Appends `e`, the sign and at least so many digits of an exponent as Rust writes it.
fn write_exponent(exponent: &str, digits: usize, text: &mut String) {
    let (sign, magnitude) = match exponent.strip_prefix('-') {
        Some(magnitude) => ('-', magnitude),
        None => ('+', exponent),
    };
    text.extend(['e', sign]);
    text.extend(repeat_n('0', digits.saturating_sub(magnitude.len())));
    text.push_str(magnitude);
}

/// An element type that can be printed.
pub(super) trait Printed: Element {
    /// How elements are written so that they stand in columns.
    type Format;

    /// The format for all elements that are shown.
    fn format(shown: &[Self]) -> Self::Format;

    /// Appends the element as it stands in a column.
    fn write(self, format: &Self::Format, text: &mut String);

    /// Writes the element as a Python scalar.
    fn write_scalar(self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl Printed for bool {
    /// The width of `False`.
    type Format = usize;

    fn format(_: &[Self]) -> usize {
        5
    }

    fn write(self, width: &usize, text: &mut String) {
        append(text, format_args!("{:>width$}", python_bool(self)));
    }

    fn write_scalar(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(python_bool(self))
    }
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

impl Printed for i64 {
    /// The width of the widest.
    type Format = usize;

    fn format(shown: &[Self]) -> usize {
        // Of numbers with the same sign, the one farthest from 0 is the widest.
        let ends = [shown.iter().min(), shown.iter().max()];
        let widths = ends.into_iter().flatten().map(|x| x.to_string().len());
        widths.max().unwrap_or(0)
    }

    fn write(self, width: &usize, text: &mut String) {
        append(text, format_args!("{self:width$}"));
    }

    fn write_scalar(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Printed for f64 {
    type Format = FloatFormat;

    fn format(shown: &[Self]) -> FloatFormat {
        FloatFormat::new(shown)
    }

    fn write(self, format: &FloatFormat, text: &mut String) {
        format.write(self, text);
    }

    fn write_scalar(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&python_float(self))
    }
}

impl Printed for f32 {
    type Format = FloatFormat;

    fn format(shown: &[Self]) -> FloatFormat {
        FloatFormat::new(shown)
    }

    fn write(self, format: &FloatFormat, text: &mut String) {
        format.write(self, text);
    }

    fn write_scalar(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&python_float32(self))
    }
}

/// A float type as far as its digits are concerned.
trait Float: Element + fmt::LowerExp + Into<f64> + FromStr {
    /// An array with an element as large as this, or one smaller than `SMALL`, or two whose quotient is
    /// above `SPREAD`, is written with exponents.
    const LARGE: f64;
    const SMALL: f64;
    const SPREAD: f64 = 1e3;

    /// Rounds to this type.
    fn round(wide: f64) -> f64;
}

impl Float for f64 {
    const LARGE: f64 = 1e8;
    const SMALL: f64 = 1e-4;

    fn round(wide: f64) -> f64 {
        wide
    }
}

impl Float for f32 {
    const LARGE: f64 = 1e6;
    const SMALL: f64 = 1e-4_f32 as f64;

    fn round(wide: f64) -> f64 {
        f64::from(wide as f32)
    }
}

/// How the floats of an array are written, in NumPy's mode `maxprec`.
pub(super) struct FloatFormat {
    /// The characters before the point, and after it.
    left: usize,
    right: usize,
    exponents: Option<Exponents>,
}

/// With exponents, all numbers have the same number of digits.
#[derive(Clone, Copy)]
struct Exponents {
    /// The digits between the point and the `e`.
    precision: usize,
    /// The digits of the exponent.
    digits: usize,
}

impl FloatFormat {
    fn new<T: Float>(shown: &[T]) -> Self {
        let is_finite = |x: &T| Into::<f64>::into(*x).is_finite();
        let finite = shown.iter().copied().filter(is_finite);
        let mut format = if needs_exponents(finite.clone()) {
            Self::with_exponents(finite)
        } else {
            Self::positional(finite)
        };
        // The values that are not finite end where the others end.
        let others = shown.iter().filter(|x| !is_finite(x));
        let width = others.map(|&x| not_finite(x.into()).len()).max();
        let left = width.unwrap_or(0).saturating_sub(format.right + 1);
        format.left = format.left.max(left);
        format
    }

    fn positional<T: Float>(finite: impl Iterator<Item = T>) -> Self {
        let (mut left, mut right) = (0, 0);
        let mut word = String::new();
        for x in finite {
            word.clear();
            write_positional(x, &mut word);
            let point = point(&word);
            left = left.max(point);
            right = right.max(word.len() - point - 1);
        }
        Self {
            left,
            right,
            exponents: None,
        }
    }

    fn with_exponents<T: Float>(finite: impl Iterator<Item = T>) -> Self {
        let (mut left, mut precision, mut digits) = (0, 0, 2);
        let mut word = String::new();
        for x in finite {
            word.clear();
            write_rounded_scientific(x, &mut word);
            let (mantissa, exponent) = split_exponent(&word);
            left = left.max(mantissa.find('.').unwrap_or(mantissa.len()));
            precision = precision.max(fraction_len(mantissa));
            digits = digits.max(exponent.trim_start_matches('-').len());
        }
        Self {
            left,
            right: precision + "e+".len() + digits,
            exponents: Some(Exponents { precision, digits }),
        }
    }

    fn write<T: Float>(&self, x: T, text: &mut String) {
        let wide: f64 = x.into();
        if !wide.is_finite() {
            let width = self.left + 1 + self.right;
            append(text, format_args!("{:>width$}", not_finite(wide)));
            return;
        }
        let mut word = String::new();
        if let Some(exponents) = self.exponents {
            write_with_exponent(x, exponents, &mut word);
        } else {
            write_positional(x, &mut word);
        }
        let point = point(&word);
        text.extend(repeat_n(' ', self.left - point));
        text.push_str(&word);
        text.extend(repeat_n(' ', self.right + 1 - (word.len() - point)));
    }
}

fn needs_exponents<T: Float>(finite: impl Iterator<Item = T>) -> bool {
    let magnitudes = finite.map(|x| Into::<f64>::into(x).abs());
    let ends = magnitudes.filter(|&x| x > 0.0).fold(None, |ends, x| {
        let (min, max) = ends.unwrap_or((x, x));
        Some((x.min(min), x.max(max)))
    });
    ends.is_some_and(|(min, max): (f64, f64)| {
        max >= T::LARGE || min < T::SMALL || T::round(max / min) > T::SPREAD
    })
}

fn not_finite(x: f64) -> &'static str {
    if x.is_nan() {
        "nan"
    } else if x > 0.0 {
        "inf"
    } else {
        "-inf"
    }
}

/// Where the point is in a number that has one.
fn point(word: &str) -> usize {
    word.find('.').expect("floats are written with a point")
}

/// Appends `2.` or `0.125`, rounded if there are more digits than the precision allows.
fn write_positional<T: Float>(x: T, word: &mut String) {
    write_plain(x, word);
    if word.len() - point(word) - 1 > PRECISION {
        word.clear();
        append(word, format_args!("{x:.PRECISION$}"));
    }
    word.truncate(word.trim_end_matches('0').len());
}

/// Appends `2e5` or `1.25e-7`, rounded if there are more digits than the precision allows.
fn write_rounded_scientific<T: Float>(x: T, word: &mut String) {
    write_scientific(x, word);
    if fraction_len(split_exponent(word).0) > PRECISION {
        word.clear();
        append(word, format_args!("{x:.PRECISION$e}"));
        let (mantissa, exponent) = split_exponent(word);
        let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
        *word = format!("{mantissa}e{exponent}");
    }
}

/// Appends the number as the array shows it, with digits up to the precision: beyond the shortest ones
/// they are those of the exact value.
fn write_with_exponent<T: Float>(x: T, exponents: Exponents, word: &mut String) {
    let Exponents { precision, digits } = exponents;
    let mut number = String::new();
    write_rounded_scientific(x, &mut number);
    if fraction_len(split_exponent(&number).0) < precision {
        number.clear();
        append(&mut number, format_args!("{x:.precision$e}"));
    }
    let (mantissa, exponent) = split_exponent(&number);
    word.push_str(mantissa);
    if precision == 0 {
        word.push('.');
    }
    write_exponent(exponent, digits, word);
}

/// Appends the shortest digits as `0.125` or `2.0`.
fn write_plain<T: Float>(x: T, text: &mut String) {
    let start = text.len();
    append(text, format_args!("{x}"));
    if !text[start..].contains('.') {
        text.push_str(".0");
        return;
    }
    let decimals = fraction_len(&text[start..]);
    if is_tie(x.into(), decimals as i32) {
        replace_if_same(x, start, text, &format!("{x:.decimals$}"));
    }
}

/// Appends the shortest digits with Rust's exponent, as `1.25e-7` or `2e5`.
fn write_scientific<T: Float>(x: T, text: &mut String) {
    let start = text.len();
    append(text, format_args!("{x:e}"));
    let (mantissa, exponent) = split_exponent(&text[start..]);
    let digits = fraction_len(mantissa);
    let exponent: i32 = exponent.parse().expect("an exponent is an integer");
    if is_tie(x.into(), digits as i32 - exponent) {
        replace_if_same(x, start, text, &format!("{x:.digits$e}"));
    }
}

/// Whether a number may lie half way between two with so many decimals.
///
/// Where both of them are its shortest form, Rust takes the upper one, but Python and NumPy the even
/// one, which is also what Rust gives when asked for a number of digits.
fn is_tie(x: f64, decimals: i32) -> bool {
    (x * 2.0_f64.powi(decimals + 1)).fract() == 0.0
}

fn replace_if_same<T: Float>(x: T, start: usize, text: &mut String, other: &str) {
    if other.parse().is_ok_and(|same: T| same == x) {
        text.replace_range(start.., other);
    }
}

fn split_exponent(number: &str) -> (&str, &str) {
    number.split_once('e').expect("a number with an exponent")
}

fn fraction_len(mantissa: &str) -> usize {
    mantissa
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len())
}

fn append(text: &mut String, arguments: fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("a string takes all that is written to it");
}
