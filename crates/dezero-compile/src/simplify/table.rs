//! The table of rules: one row each, with what it takes for granted.
//!
//! A row says what a value may look like and what takes its place, as formulas (see [`pattern`](super::pattern)
//! for the letters), or names the function of [`structure`](super::structure) that knows. A row is
//! under the least that it assumes. Of several rows that apply, the first does.

use std::collections::HashMap;
use std::sync::LazyLock;

use dezero_core::Op;

use super::Assume::{self, Finite, NoSignedZeros, Nothing, Reals};
use super::pattern::{LETTERS, Pattern};
use super::rewriter::{Form, Found, Rewriter};
use super::structure as s;
use crate::ir::ValueId;

/// A rule.
pub(super) struct Row {
    pub(super) before: &'static str,
    pub(super) after: &'static str,
    pub(super) assumes: Assume,
    /// What must hold of the numbers that its letters stand for.
    pub(super) when: Option<When>,
    pub(super) how: How,
}

pub(super) type When = fn(&[Option<f64>; LETTERS]) -> bool;
pub(super) type Structure = fn(&mut Rewriter<'_>, &Op, &[ValueId], &Form) -> Option<Found>;

pub(super) enum How {
    Pattern(Pattern, Pattern),
    Structure(Structure),
}

macro_rules! table {
    (@how $before:literal $after:literal) => {
        How::Pattern(read($before), read($after))
    };
    (@how $before:literal $after:literal $rule:path) => {
        How::Structure($rule)
    };
    (@roots $before:literal) => { &[] };
    (@roots $before:literal $($root:ident)+) => { &[$(stringify!($root)),+] };
    ($($assumes:ident {$(
        $before:literal => $after:literal $(if $when:ident)? $(by $rule:path, on $($root:ident)+)?;
    )+})+) => {
        fn rows() -> Vec<(Row, &'static [&'static str])> {
            vec![$($((
                Row {
                    before: $before,
                    after: $after,
                    assumes: $assumes,
                    when: None $(.or(Some($when)))?,
                    how: table!(@how $before $after $($rule)?),
                },
                table!(@roots $before $($($root)+)?),
            ),)+)+]
        }
    };
}

table! {
    Nothing {
        "x * 1" => "x";
        "x / 1" => "x";
        "x * -1" => "-x";
        "x / -1" => "-x";
        "x - 0" => "x";
        "x + -0" => "x";
        "-0 - x" => "-x";
        "x - a" => "x + -a";

        "-(-x)" => "x";
        "x + -y" => "x - y";
        "x - -y" => "x + y";
        "-(x * a)" => "x * -a";
        "-(x / a)" => "x / -a";
        "-(a / x)" => "-a / x";
        "-x * a" => "x * -a";
        "-x / a" => "x / -a";
        "a / -x" => "-a / x";
        "-x * -y" => "x * y";
        "-x * y" => "-(x * y)";
        "-x / -y" => "x / y";
        "-x / y" => "-(x / y)";
        "x / -y" => "-(x / y)";
        "recip(-x)" => "-recip(x)";
        "sign(-x)" => "-sign(x)";

        "x + x" => "x * 2";
        "x * x" => "square(x)";
        "square(-x)" => "square(x)";
        "square(abs(x))" => "square(x)";
        "abs(-x)" => "abs(x)";
        "abs(abs(x))" => "abs(x)";
        "abs(square(x))" => "square(x)";

        "pow(x, a)" => "x ^ a";
        "x ^ 0" => "1";
        "x ^ 1" => "x";
        "x ^ 2" => "square(x)";
        "x ^ 0.5" => "sqrt(x)";
        "x ^ -1" => "recip(x)";
        "1 / x" => "recip(x)";
        "x / a" => "x * (1 / a)" if is_power_of_two;

        "sign(sign(x))" => "sign(x)";
        "floor(floor(x))" => "floor(x)";
        "floor(ceil(x))" => "ceil(x)";
        "floor(round(x))" => "round(x)";
        "ceil(floor(x))" => "floor(x)";
        "ceil(ceil(x))" => "ceil(x)";
        "ceil(round(x))" => "round(x)";
        "round(floor(x))" => "floor(x)";
        "round(ceil(x))" => "ceil(x)";
        "round(round(x))" => "round(x)";
        "relu(relu(x))" => "relu(x)";
        "maximum(x, x)" => "x";
        "minimum(x, x)" => "x";

        "where(p, x, x)" => "x";
        "where(p, where(p, x, y), z)" => "where(p, x, z)";
        "where(p, x, where(p, y, z))" => "where(p, x, z)";
        "where(true, x, y)" => "x" by s::choice, on Where;

        "cast(x, its dtype)" => "x" by s::cast_to_itself, on Cast;
        "cast(cast(x, wider), its dtype)" => "x" by s::cast_back, on Cast;
        "reshape(x, its shape)" => "x" by s::same_shape, on Reshape BroadcastTo SumTo Pad Concatenate;
        "reshape(reshape(x, t), s)" => "reshape(x, s)" by s::reshape_of_reshape, on Reshape;
        "transpose(x, in order)" => "x" by s::transpose_in_order, on Transpose;
        "transpose(transpose(x))" => "transpose(x)" by s::transpose_of_transpose, on Transpose;
        "broadcast_to(broadcast_to(x, t), s)" => "broadcast_to(x, s)" by s::broadcast_of_broadcast, on BroadcastTo;
        "f(broadcast_to(x, s), y)" => "f(x, y)" by s::implied_broadcast, on elementwise;
        "f(broadcast_to(x, s))" => "broadcast_to(f(x), s)" by s::broadcast_before, on elementwise;
        "f(x, [a, a, ...])" => "f(x, a)" by s::uniform_constant, on elementwise;
        "f(transpose(x), transpose(y))" => "transpose(f(x, y))" by s::transpose_before, on elementwise;
        "sum(x, axes of length 1)" => "reshape(x)" by s::sum_of_one, on Sum SumTo Max Min;
        "x[..]" => "x" by s::whole, on GetItem;
    }

    NoSignedZeros {
        "x + 0" => "x";
        "0 - x" => "-x";
        "-(x - y)" => "y - x";
        "-x - y" => "-(x + y)";
    }

    Finite {
        "x * 0" => "0";
        "0 / x" => "0";
        "x - x" => "0";
        "x / x" => "1";
    }

    Reals {
        "(x + a) + b" => "x + (a + b)";
        "(a - x) + b" => "(a + b) - x";
        "a - (x + b)" => "(a - b) - x";
        "a - (b - x)" => "x + (a - b)";
        "(x * a) * b" => "x * (a * b)";
        "(x / a) * b" => "x * (b / a)";
        "(x * a) / b" => "x * (a / b)";
        "(a / x) * b" => "(a * b) / x";
        "x / a" => "x * (1 / a)" if is_regular;

        "x * a + x * b" => "x * (a + b)";
        "x * a - x * b" => "x * (a - b)";
        "x * a + x" => "x * (a + 1)";
        "x * a - x" => "x * (a - 1)";
        "x - x * a" => "x * (1 - a)";
        "x + (y - x)" => "y";
        "x - (x + y)" => "-y";
        "x - (x - y)" => "y";
        "(x + y) - x" => "y";
        "(x - y) - x" => "-y";

        "(x * a) * y" => "(x * y) * a";
        "(x * a) / y" => "(x / y) * a";
        "y / (x * a)" => "(y / x) * (1 / a)" if is_regular;
        "square(x * a)" => "square(x) * (a * a)";
        "(x + a) + y" => "(x + y) + a";
        "(x + a) - y" => "(x - y) + a";
        "y - (x + a)" => "(y - x) + -a";

        "x * y + x * z" => "x * (y + z)";
        "x * y - x * z" => "x * (y - z)";
        "x * y + x" => "x * (y + 1)";
        "x * y - x" => "x * (y + -1)";
        "x - x * y" => "x * (1 - y)";
        "square(x) + x * y" => "x * (x + y)";
        "square(x) - x * y" => "x * (x - y)";
        "x * y - square(x)" => "x * (y - x)";
        "square(x) * z + x * y" => "x * (x * z + y)";
        "square(x) * z - x * y" => "x * (x * z - y)";
        "x * y - square(x) * z" => "x * (y - x * z)";
        "x / z + y / z" => "(x + y) / z";
        "x / z - y / z" => "(x - y) / z";

        "(x / y) * y" => "x";
        "(x * y) / y" => "x";
        "x / (x * y)" => "recip(y)";
        "x / (y / z)" => "(x * z) / y";
        "(x / y) / z" => "x / (y * z)";
        "recip(recip(x))" => "x";
        "recip(x / y)" => "y / x";
        "recip(x) * y" => "y / x";
        "x / recip(y)" => "x * y";

        "x ^ 3" => "square(x) * x";
        "x ^ 4" => "square(square(x))";
        "x ^ 5" => "square(square(x)) * x";
        "x ^ 6" => "square(square(x) * x)";
        "x ^ 8" => "square(square(square(x)))";
        "x ^ -2" => "recip(square(x))";
        "x ^ -3" => "recip(square(x) * x)";
        "x ^ -4" => "recip(square(square(x)))";
        "(x ^ a) ^ b" => "x ^ (a * b)" if keeps_sign;
        "square(x ^ a)" => "x ^ (a * 2)";
        "sqrt(x) ^ a" => "x ^ (a * 0.5)";
        "x ^ a * x ^ b" => "x ^ (a + b)";
        "x ^ a * x" => "x ^ (a + 1)";
        "x ^ a / x" => "x ^ (a - 1)";
        "square(sqrt(x))" => "x";
        "sqrt(square(x))" => "abs(x)";
        "cbrt(x) ^ 3" => "x";

        "exp(log(x))" => "x";
        "log(exp(x))" => "x";
        "exp2(log2(x))" => "x";
        "log2(exp2(x))" => "x";
        "expm1(log1p(x))" => "x";
        "log1p(expm1(x))" => "x";
        "exp(x) * exp(y)" => "exp(x + y)";
        "exp(x) / exp(y)" => "exp(x - y)";
        "recip(exp(x))" => "exp(-x)";
        "tan(atan(x))" => "x";
        "sinh(asinh(x))" => "x";
        "asinh(sinh(x))" => "x";
        "atanh(tanh(x))" => "x";
        "tanh(atanh(x))" => "x";
        "square(sin(x)) + square(cos(x))" => "1";
        "square(cosh(x)) - square(sinh(x))" => "1";
        "sin(-x)" => "-sin(x)";
        "cos(-x)" => "cos(x)";
        "tan(-x)" => "-tan(x)";
        "atan(-x)" => "-atan(x)";
        "sinh(-x)" => "-sinh(x)";
        "cosh(-x)" => "cosh(x)";
        "tanh(-x)" => "-tanh(x)";
        "erf(-x)" => "-erf(x)";

        "sum(broadcast_to(x))" => "sum(x) * count" by s::sum_of_broadcast, on Sum SumTo;
        "sum(-x)" => "-sum(x)" by s::sum_of_negative, on Sum SumTo;
        "sum(x * w)" => "sum(x) * w" by s::sum_of_multiple, on Sum SumTo;
    }
}

/// Whether `1 / a` is exact, in f32 as well, and neither overflows nor underflows.
fn is_power_of_two(numbers: &[Option<f64>; LETTERS]) -> bool {
    let fraction = (1 << 52) - 1;
    is_regular(numbers) && numbers[0].is_some_and(|a| a.to_bits() & fraction == 0)
}

/// Whether `1 / a` neither overflows nor underflows.
fn is_regular(numbers: &[Option<f64>; LETTERS]) -> bool {
    numbers[0].is_some_and(|a| (1e-30..1e30).contains(&a.abs()))
}

/// Whether `(x^a)^b` is `x^(a b)` where it is defined: not if `x^a` loses a sign that `b` minds.
fn keeps_sign(numbers: &[Option<f64>; LETTERS]) -> bool {
    let (Some(a), Some(b)) = (numbers[0], numbers[1]) else {
        return false;
    };
    b.fract() == 0.0 || a % 2.0 != 0.0
}

/// The rows, and which of them can apply to what.
pub(super) struct Rules {
    pub(super) rows: Vec<Row>,
    by_label: HashMap<&'static str, Vec<usize>>,
}

pub(super) static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut rules = Rules {
        rows: Vec::new(),
        by_label: HashMap::new(),
    };
    for (at, (row, roots)) in rows().into_iter().enumerate() {
        match &row.how {
            How::Pattern(before, _) => {
                let label = before.label().expect("a rule has an operation on its left");
                rules.by_label.entry(label).or_default().push(at);
            }
            How::Structure(_) => {
                for root in roots {
                    rules.by_label.entry(root).or_default().push(at);
                }
            }
        }
        rules.rows.push(row);
    }
    rules
});

impl Rules {
    /// The rows that can apply to an operation, with their numbers, in the order of the table.
    pub(super) fn of(&self, op: &Op) -> impl Iterator<Item = (usize, &Row)> {
        let elementwise = match op {
            Op::Unary(_) | Op::Binary(_) | Op::Compare(_) | Op::Where => "elementwise",
            _ => "",
        };
        let rows = |label| self.by_label.get(label).into_iter().flatten();
        rows(op.label())
            .chain(rows(elementwise))
            .map(|&at| (at, &self.rows[at]))
    }
}

fn read(text: &str) -> Pattern {
    Pattern::read(text).unwrap_or_else(|| panic!("the table has a row that cannot be read: {text}"))
}
