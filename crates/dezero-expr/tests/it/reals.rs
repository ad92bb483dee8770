//! Formulas of plain `f64`: the operations that the tests evaluate with.

use dezero_expr::{Binary, Comparison, Formula, FunctionId, Functions, Operand, Operations};

pub(crate) struct Reals;

impl Operations for Reals {
    type Value = f64;
    /// A function that has no `f64` version here.
    type Error = &'static str;

    fn number(&self, number: f64) -> f64 {
        number
    }

    fn negate(&self, x: &f64) -> Result<f64, &'static str> {
        Ok(-x)
    }

    fn binary(
        &self,
        operator: Binary,
        x: Operand<'_, f64>,
        y: Operand<'_, f64>,
    ) -> Result<f64, &'static str> {
        Ok(operator.of_numbers(plain(&x), plain(&y)))
    }

    fn compare(
        &self,
        comparison: Comparison,
        x: Operand<'_, f64>,
        y: Operand<'_, f64>,
    ) -> Result<f64, &'static str> {
        Ok(f64::from(comparison.of_numbers(plain(&x), plain(&y))))
    }

    fn call(
        &self,
        function: FunctionId,
        arguments: &[Operand<'_, f64>],
    ) -> Result<f64, &'static str> {
        let name = Functions::builtin().signature(function).name();
        let arguments: Vec<f64> = arguments.iter().map(plain).collect();
        of_numbers(name, &arguments).ok_or(name)
    }
}

/// The formula's value at the values of its variables.
pub(crate) fn eval(formula: &Formula, values: &[f64]) -> Result<f64, &'static str> {
    let values: Vec<&f64> = values.iter().collect();
    formula.eval_with(&Reals, &values)
}

fn plain(operand: &Operand<'_, f64>) -> f64 {
    match operand {
        Operand::Number(number) => *number,
        Operand::Value(value) => **value,
    }
}

/// The function called `name` of plain numbers, if the standard library or libm has it.
pub(crate) fn of_numbers(name: &str, arguments: &[f64]) -> Option<f64> {
    Some(match (name, arguments) {
        ("neg", [x]) => -x,
        ("abs", [x]) => x.abs(),
        ("sign", [x]) if *x == 0.0 => 0.0,
        ("sign", [x]) => x.signum(),
        ("square", [x]) => x * x,
        ("sqrt", [x]) => x.sqrt(),
        ("cbrt", [x]) => x.cbrt(),
        ("recip", [x]) => x.recip(),
        ("exp", [x]) => x.exp(),
        ("exp2", [x]) => x.exp2(),
        ("expm1", [x]) => x.exp_m1(),
        ("log", [x]) => x.ln(),
        ("log2", [x]) => x.log2(),
        ("log10", [x]) => x.log10(),
        ("log1p", [x]) => x.ln_1p(),
        ("sin", [x]) => x.sin(),
        ("cos", [x]) => x.cos(),
        ("tan", [x]) => x.tan(),
        ("asin", [x]) => x.asin(),
        ("acos", [x]) => x.acos(),
        ("atan", [x]) => x.atan(),
        ("sinh", [x]) => x.sinh(),
        ("cosh", [x]) => x.cosh(),
        ("tanh", [x]) => x.tanh(),
        ("asinh", [x]) => x.asinh(),
        ("acosh", [x]) => x.acosh(),
        ("atanh", [x]) => x.atanh(),
        ("sigmoid", [x]) => 1.0 / (1.0 + (-x).exp()),
        ("softplus", [x]) => x.max(0.0) + (-x.abs()).exp().ln_1p(),
        ("relu", [x]) => larger(*x, 0.0),
        ("leaky_relu", [x]) if *x <= 0.0 => 0.01 * x,
        ("leaky_relu", [x, slope]) if *x <= 0.0 => slope * x,
        ("leaky_relu", [x, ..]) => *x,
        ("erf", [x]) => libm::erf(*x),
        ("lgamma", [x]) => libm::lgamma(*x),
        ("floor", [x]) => x.floor(),
        ("ceil", [x]) => x.ceil(),
        ("round", [x]) => x.round_ties_even(),
        ("add", [x, y]) => x + y,
        ("sub", [x, y]) => x - y,
        ("mul", [x, y]) => x * y,
        ("div", [x, y]) => x / y,
        ("pow", [x, y]) => x.powf(*y),
        ("atan2", [y, x]) => y.atan2(*x),
        ("hypot", [x, y]) => x.hypot(*y),
        ("maximum" | "max", values) => values.iter().copied().reduce(larger)?,
        ("minimum" | "min", values) => values.iter().copied().reduce(smaller)?,
        ("clip", [x, low, high]) => {
            let held = if x < low { low } else { x };
            if held > high { *high } else { *held }
        }
        ("where", [condition, x, y]) => {
            if *condition == 0.0 {
                *y
            } else {
                *x
            }
        }
        _ => return None,
    })
}

/// The larger of two, the second of two zeros, and NaN where either is, as in NumPy; the standard
/// library's leaves NaN out, and takes either zero.
fn larger(a: f64, b: f64) -> f64 {
    if a > b || a.is_nan() { a } else { b }
}

fn smaller(a: f64, b: f64) -> f64 {
    if a < b || a.is_nan() { a } else { b }
}
