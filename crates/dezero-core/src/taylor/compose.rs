//! Series of a function without a recurrence, or at a point where its recurrence divides by zero:
//! composed from its derivatives there.
//!
//! `f(x_0 + d(t)) = sum_m f^(m)(x_0) / m! d(t)^m`, summed by Horner's rule. The derivatives come
//! from the rules of reverse mode, nested.

use dezero_array::{Array, DType};

use super::algebra::{Algebra, Extent, Term};
use super::jet::Jet;
use super::program::Function;
use super::recurrence::Series;
use crate::backward::try_grad;
use crate::elementwise::{Binary, binary, unary};
use crate::error::Result;
use crate::mode::{self, Recording};
use crate::variable::Variable;

/// The series of `function`, of which input `varying` alone is a series.
pub(crate) fn composed(jet: &Jet<'_>, function: Function, varying: usize) -> Result<Series<Term>> {
    let order = jet.extent.order;
    let x = jet.aligned(varying, jet.ndim())?;
    let derivatives = derivatives_at(function, jet, varying)?;
    let mut factorial: f64 = (1..=order).map(|m| m as f64).product();
    let mut sum: Series<Term> = Vec::new();
    for m in (0..=order).rev() {
        // sum = f^(m) / m! + d * sum, of which no more than `order - m` coefficients matter.
        let mut next = vec![derivatives[m].as_ref().map(|d| {
            let mut term = Term::from(d.to_link());
            term = jet.algebra.scale(&term, 1.0 / factorial);
            term
        })];
        for k in 1..=order - m {
            next.push(jet.products(&x, &sum, 1..k + 1, k, |a, b| a.try_mul(b))?);
        }
        sum = next;
        factorial /= (m as f64).max(1.0);
    }
    for (k, term) in sum.iter_mut().enumerate().skip(1) {
        if let Some(t) = term {
            *t = jet.fit(t, k)?;
        }
    }
    Ok(sum)
}

/// The derivatives of an elementwise function by input `varying`, at each element of the result: from the
/// value to the order that is wanted.
fn derivatives_at(
    function: Function,
    jet: &Jet<'_>,
    varying: usize,
) -> Result<Vec<Option<Variable>>> {
    let (xs, order, algebra) = (jet.xs, jet.extent.order, jet.algebra);
    let keep = mode::is_recording();
    // An input that is broadcast has another derivative at each element: it is one variable for each.
    let y = jet.y.linked_value();
    let whole = xs[varying].try_cast(y.dtype())?;
    let at = alias(&whole.try_broadcast_to(y.shape())?.into_link(), keep)?;
    let mut derivatives = Vec::with_capacity(order + 1);
    let _recording = mode::enter_recording(Recording::On);
    let mut y = match function {
        Function::Unary(op) => unary(op, at.to_link(), algebra.line)?,
        Function::Binary(op) => {
            let mut operands = [xs[0].to_link(), xs[1].to_link()];
            operands[varying] = at.to_link();
            let [x0, x1] = operands;
            binary(op, x0.into(), x1.into(), algebra.line)?
        }
    };
    let mut vanished = false;
    for m in 0..=order {
        derivatives.push((!vanished).then(|| kept(&y, keep)));
        if m < order && !vanished {
            if y.is_tracked() {
                y = try_grad(&y, &[&at])?.remove(0);
            } else {
                vanished = true;
            }
        }
    }
    Ok(derivatives)
}

/// The same value as a variable of its own, through which derivatives find the way to `x` if they
/// are to be `kept`.
pub(crate) fn alias(x: &Variable, kept: bool) -> Result<Variable> {
    let _recording = mode::enter_recording(Recording::On);
    if kept && x.is_tracked() {
        let shape = x.with_value(|x| x.shape().to_vec());
        return x.try_reshape(shape);
    }
    Ok(Variable::new(x.array()))
}

/// A derivative as a link, or its bare value if nobody differentiates it again.
fn kept(y: &Variable, keep: bool) -> Variable {
    if keep {
        y.to_link()
    } else {
        Variable::value(y.array())
    }
}

/// The series of any function of variables, by nested derivatives along the curve
/// `x(t) = sum_k x_k t^k`: for what has neither a recurrence nor a rule.
///
/// One direction at a time, and the cost grows exponentially with the order.
pub(crate) fn nested(
    f: &dyn Fn(&[Variable]) -> Result<Vec<Variable>>,
    xs: &[Variable],
    series: &[Option<Series<Term>>],
    extent: Extent,
    outputs: usize,
) -> Result<Vec<Series<Term>>> {
    let keep = mode::is_recording();
    let directions = each_direction(series, extent, |series| {
        let _recording = mode::enter_recording(Recording::On);
        let t = Variable::new(0.0);
        let along: Vec<Variable> = xs
            .iter()
            .zip(series)
            .map(|(x, series)| on_curve(x, series, &t))
            .collect::<Result<_>>()?;
        let mut ys = f(&along)?;
        let mut results = vec![vec![None]; ys.len()];
        let mut factorial = 1.0;
        for k in 1..=extent.order {
            factorial *= k as f64;
            for (y, results) in ys.iter_mut().zip(&mut results) {
                let rate = super::Pushforward::new(&[&*y], &[&t])
                    .first(&[Variable::value(1.0)])?
                    .remove(0);
                let rate = match rate {
                    Some(rate) => rate,
                    None => y.with_value(zeros).into_user(),
                };
                results.push(Some(kept(&rate.try_div(factorial)?, keep)));
                *y = rate;
            }
        }
        Ok(results)
    })?;
    gather(&directions, extent, outputs)
}

/// The series of an elementwise function of which both inputs vary, where it has no recurrence: the
/// derivatives along the curve, nested, at every element and in every direction at once.
pub(crate) fn nested_elementwise(jet: &Jet<'_>, op: Binary) -> Result<Series<Term>> {
    let keep = mode::is_recording();
    let (y, extent) = (jet.y.linked_value(), jet.extent);
    let series = [jet.aligned(0, jet.ndim())?, jet.aligned(1, jet.ndim())?];
    let derivatives = {
        let _recording = mode::enter_recording(Recording::On);
        // A place on the curve for each element and direction, so that one sweep goes back from all.
        let shape: Vec<usize> = extent
            .directions
            .into_iter()
            .chain(y.shape().iter().copied())
            .collect();
        let t = Variable::new(zeros_of(&shape, y.dtype())?.data());
        let curve = |series: &Series<Term>| -> Result<Variable> {
            let mut sum = t.try_mul(0.0)?;
            for (k, term) in series.iter().enumerate() {
                let Some(term) = term else { continue };
                let mut c = term.variable()?;
                if let (true, Some(n)) = (extent.sums_at(k), extent.directions) {
                    // Summed already: each direction gets its part.
                    c = c.try_div(n as f64)?;
                }
                sum = sum.try_add(c.try_mul(t.try_powf(k as f64)?)?)?;
            }
            Ok(sum)
        };
        let mut y = op.apply(curve(&series[0])?, curve(&series[1])?)?;
        let mut derivatives = vec![];
        for _ in 0..extent.order {
            y = try_grad(&y, &[&t])?.remove(0);
            derivatives.push(kept(&y, keep));
        }
        derivatives
    };
    let mut result = vec![None];
    let mut factorial = 1.0;
    for (k, derivative) in (1..).zip(derivatives) {
        factorial *= f64::from(k);
        let mut term = Term::from(derivative).times_number(1.0 / factorial);
        if extent.sums_at(k as usize) {
            term = jet.algebra.total(&term)?;
        }
        result.push(Some(term));
    }
    Ok(result)
}

/// The zeros of a value's shape and dtype.
pub(crate) fn zeros(x: &Array) -> Variable {
    let zero = Array::weak(0.0.into(), x.dtype());
    Variable::value(zero.broadcast_to(x.shape()).unwrap_or(zero))
}

/// Zeros of any shape.
pub(crate) fn zeros_of(shape: &[usize], dtype: DType) -> Result<Variable> {
    let zero = Array::weak(0.0.into(), dtype);
    Ok(Variable::value(zero.broadcast_to(shape)?))
}

/// `x + x_1 t + x_2 t^2 + ...`
fn on_curve(x: &Variable, series: &[Option<Variable>], t: &Variable) -> Result<Variable> {
    let mut sum: Option<Variable> = None;
    for coefficient in series.iter().skip(1).rev() {
        let inner = match (sum, coefficient) {
            (None, None) => None,
            (Some(sum), None) => Some(sum),
            (None, Some(c)) => Some(c.to_link()),
            (Some(sum), Some(c)) => Some(sum.try_add(c)?),
        };
        sum = inner.map(|inner| inner.try_mul(t)).transpose()?;
    }
    let x = x.to_link().into_user();
    match sum {
        None => Ok(x),
        Some(sum) => x.try_add(sum.try_cast(x.dtype())?),
    }
}

/// Coefficients by direction, output and order.
pub(crate) type Directions = Vec<Vec<Vec<Option<Variable>>>>;

/// Calls `f` with the series of each direction on its own: coefficients as plain variables.
pub(crate) fn each_direction(
    series: &[Option<Series<Term>>],
    extent: Extent,
    f: impl Fn(&[Vec<Option<Variable>>]) -> Result<Vec<Vec<Option<Variable>>>>,
) -> Result<Directions> {
    let directions = extent.directions.unwrap_or(1);
    let mut all = Vec::with_capacity(directions);
    for direction in 0..directions {
        let single = |k: usize, term: &Term| -> Result<Option<Variable>> {
            let t = term.variable()?;
            if extent.is_wide(k) {
                return t.try_get_item(direction).map(|t| Some(t.into_link()));
            }
            // What was summed over the directions goes with the first.
            let summed = extent.sums_at(k) && extent.directions.is_some() && direction > 0;
            Ok((!summed).then_some(t))
        };
        let curve: Vec<Vec<Option<Variable>>> = series
            .iter()
            .map(|series| {
                let series = series.as_deref().unwrap_or_default();
                let coefficient = |(k, term): (usize, &Option<Term>)| match term {
                    Some(term) => single(k, term),
                    None => Ok(None),
                };
                series.iter().enumerate().map(coefficient).collect()
            })
            .collect::<Result<_>>()?;
        all.push(f(&curve)?);
    }
    Ok(all)
}

/// The results of [`each_direction`] side by side again.
pub(crate) fn gather(
    directions: &[Vec<Vec<Option<Variable>>>],
    extent: Extent,
    outputs: usize,
) -> Result<Vec<Series<Term>>> {
    let mut results = Vec::with_capacity(outputs);
    for output in 0..outputs {
        let mut series: Series<Term> = vec![None];
        for k in 1..=extent.order {
            let parts: Vec<Option<&Variable>> = directions
                .iter()
                .map(|outputs| outputs[output].get(k).and_then(Option::as_ref))
                .collect();
            let Some(known) = parts.iter().flatten().next() else {
                series.push(None);
                continue;
            };
            let zero = known.with_value(zeros);
            let parts: Vec<&Variable> = parts.iter().map(|part| part.unwrap_or(&zero)).collect();
            let whole = if extent.is_wide(k) {
                Variable::try_stack(&parts, 0)?
            } else if parts.len() == 1 {
                parts[0].to_link()
            } else {
                Variable::try_stack(&parts, 0)?.try_sum(0)?
            };
            series.push(Some(whole.into()));
        }
        results.push(series);
    }
    Ok(results)
}
