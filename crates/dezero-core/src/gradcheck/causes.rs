//! Why a derivative is not what differences say: found by looking at all elements at once, at the
//! two sides of the point, and at other points and results.

use std::fmt;

use dezero_array::Array;

use super::differences::{Estimate, Side};
use super::problem::{Direction, Problem};
use super::report::{Comparison, Number};
use crate::error::Result;

/// What probably went wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// The function gives another value when it is called again.
    Random,
    /// The function itself is not finite at the point, or on one side of it.
    Domain,
    /// The derivative jumps at the point: differences to its left and to its right disagree.
    Kink {
        /// The derivative from the left.
        left: f64,
        /// The derivative from the right.
        right: f64,
    },
    /// The differences grow as the steps get smaller: a pole, a jump or a vertical tangent.
    Unbounded,
    /// The differences settle on no number that could be compared.
    Rough,
    /// The derivative by the rules is NaN or infinite where the function is smooth.
    NotFinite,
    /// The derivative by the rules is zero where the function varies.
    NoGradient,
    /// The derivative by the rules has the opposite sign.
    Sign,
    /// The derivative by the rules is this many times what it should be.
    Factor {
        /// The constant ratio.
        factor: f64,
        /// The axis of the result that has `1 / factor` entries, as if a mean was taken over it.
        mean_over: Option<usize>,
    },
    /// The derivative by the rules is the transpose of what it should be.
    Transposed,
    /// The derivative by the rules is that of one slice of the result instead of the sum over all.
    MissingSum {
        /// The axis of the result.
        axis: usize,
        /// The position along it.
        position: usize,
    },
    /// The lower derivatives are right, so that a rule computes the right number, but not out of
    /// variables.
    RawData {
        /// The order up to which all is right.
        right: usize,
    },
}

impl Cause {
    /// Whether the derivative is wrong, rather than the point or the function unfit for a check.
    pub(super) fn blames_the_rule(&self) -> bool {
        !matches!(
            self,
            Self::Random | Self::Domain | Self::Kink { .. } | Self::Unbounded | Self::Rough
        )
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Random => write!(
                f,
                "the function gives another value each time it is called; fix its random numbers"
            ),
            Self::Domain => write!(
                f,
                "the point is at the edge of the domain or outside: the function is not finite\n\
                 there or right beside it; check at another point"
            ),
            Self::Kink { left, right } => write!(
                f,
                "a kink: the derivative is {} from the left and {} from the right,\n\
                 and either may be right; check at another point",
                Number(*left),
                Number(*right)
            ),
            Self::Unbounded => write!(
                f,
                "a pole, a jump or a vertical tangent: the differences grow as their steps get\n\
                 smaller; check at another point"
            ),
            Self::Rough => write!(
                f,
                "the values are too rough for differences: they settle on no number; check at\n\
                 another point, in f64, or with a larger tolerance"
            ),
            Self::NotFinite => write!(
                f,
                "the rule divides by zero, or takes 0 times infinity, where the function is smooth;\n\
                 a `where_` does not keep the NaN of the branch not taken away: choose a safe\n\
                 argument before the function, not a safe result after it"
            ),
            Self::NoGradient => write!(
                f,
                "no derivative arrives: on the way from the input the value is taken as raw data\n\
                 (`data()`, `item()`, `detach()`, `no_grad`), or `backward` returns zero for it"
            ),
            Self::Sign => write!(f, "a wrong sign: it is -1 times what it should be"),
            Self::Factor { factor, mean_over } => {
                write!(f, "a wrong factor: it is ")?;
                match factor - 1.0 {
                    more if (0.0..1e-4).contains(&more) => write!(f, "1 + {more:.1e}")?,
                    less if (-1e-4..0.0).contains(&less) => write!(f, "1 - {:.1e}", -less)?,
                    _ => write!(f, "{}", Number(*factor))?,
                }
                write!(f, " times what it should be")?;
                match mean_over {
                    Some(axis) => write!(
                        f,
                        ",\nas if a mean was taken over axis {axis} of the result instead of a sum"
                    ),
                    None => Ok(()),
                }
            }
            Self::Transposed => write!(f, "it is the transpose of what it should be"),
            Self::MissingSum { axis, position } => write!(
                f,
                "a missing sum: it is the derivative of slice {position} along axis {axis} of the\n\
                 result alone; the input is broadcast along that axis, so its cotangent is the sum\n\
                 over it (`sum_to` takes it)"
            ),
            Self::RawData { right } => write!(
                f,
                "`backward` reads raw data (`data()`, `item()`, `detach()`): the derivatives up to\n\
                 order {right} are right, but are not computed out of variables, and so cannot be\n\
                 differentiated again; or a function that `backward` calls has a wrong rule itself"
            ),
        }
    }
}

/// A derivative by the rules and from differences, element by element.
pub(super) struct Evidence<'a> {
    pub(super) input: usize,
    pub(super) elements: &'a [usize],
    pub(super) comparisons: &'a [Comparison],
}

/// The likely causes of what is wrong with an input, the first found.
pub(super) fn causes<F: Fn(&[crate::Variable]) -> crate::Variable>(
    problem: &Problem<'_, F>,
    evidence: &Evidence<'_>,
) -> Result<Vec<Cause>> {
    if problem.varies()? {
        return Ok(vec![Cause::Random]);
    }
    if let Some(cause) = at_the_point(problem, evidence)? {
        return Ok(vec![cause]);
    }
    if evidence
        .comparisons
        .iter()
        .any(|c| !c.analytic.is_finite() && c.numerical.is_finite())
    {
        return Ok(vec![Cause::NotFinite]);
    }
    if problem.order() > 1 {
        let right = problem.order() - 1;
        return Ok(vec![Cause::RawData { right }]);
    }
    let wrong = || evidence.comparisons.iter().filter(|c| !c.agrees());
    if wrong().all(|c| c.analytic == 0.0) {
        return Ok(vec![Cause::NoGradient]);
    }
    if let Some(factor) = constant_ratio(evidence.comparisons)
        && holds_nearby(problem, evidence, factor)?
    {
        return Ok(vec![if (factor + 1.0).abs() < 1e-3 {
            Cause::Sign
        } else {
            Cause::Factor {
                factor,
                mean_over: mean_over(problem, factor),
            }
        }]);
    }
    if is_transposed(problem, evidence) {
        return Ok(vec![Cause::Transposed]);
    }
    missing_sum(problem, evidence).map(|cause| cause.into_iter().collect())
}

/// Whether the point is one at which differences cannot tell.
fn at_the_point<F: Fn(&[crate::Variable]) -> crate::Variable>(
    problem: &Problem<'_, F>,
    evidence: &Evidence<'_>,
) -> Result<Option<Cause>> {
    let worst = evidence
        .elements
        .iter()
        .zip(evidence.comparisons)
        .filter(|(_, c)| !c.agrees())
        .max_by(|(_, a), (_, b)| a.severity().total_cmp(&b.severity()));
    let Some((&element, comparison)) = worst else {
        return Ok(None);
    };
    let direction = Direction::Element(element);
    let side = |side| problem.numerical(evidence.input, &direction, side);
    let (left, right) = (side(Side::Left)?, side(Side::Right)?);
    if !problem.value()?.is_finite()
        || left.derivative.is_nan()
        || right.derivative.is_nan()
        || comparison.numerical.is_nan()
    {
        return Ok(Some(Cause::Domain));
    }
    let (l, r) = (left.derivative, right.derivative);
    let size = l.abs().max(r.abs());
    let settled = |e: Estimate| e.uncertainty < 0.05 * size + problem.atol();
    match (settled(left), settled(right)) {
        (true, true) if (l - r).abs() > 0.2 * size + 10.0 * problem.atol() => {
            Ok(Some(Cause::Kink { left: l, right: r }))
        }
        (true, true) => Ok(None),
        _ if problem.grows(evidence.input, &direction)? => Ok(Some(Cause::Unbounded)),
        _ => Ok(Some(Cause::Rough)),
    }
}

/// The factor between the derivatives, if it is the same for all elements (least squares).
fn constant_ratio(comparisons: &[Comparison]) -> Option<f64> {
    let product: f64 = comparisons.iter().map(|c| c.analytic * c.numerical).sum();
    let square: f64 = comparisons.iter().map(|c| c.numerical * c.numerical).sum();
    let factor = product / square;
    let is_multiple = |c: &Comparison| {
        (c.analytic - factor * c.numerical).abs() <= c.tolerance * factor.abs().max(1.0) * 4.0
    };
    (factor.is_finite() && factor != 0.0 && comparisons.iter().all(is_multiple)).then_some(factor)
}

/// Whether the derivatives at another point have the same ratio: a single number has a ratio to any
/// other.
fn holds_nearby<F: Fn(&[crate::Variable]) -> crate::Variable>(
    problem: &Problem<'_, F>,
    evidence: &Evidence<'_>,
    factor: f64,
) -> Result<bool> {
    let nearby = problem.nearby();
    let rules = nearby.by_rules()?;
    for &element in evidence.elements.iter().take(4) {
        let direction = Direction::Element(element);
        let comparison = nearby.compare(evidence.input, &direction, &rules)?;
        let expected = factor * comparison.numerical;
        let difference = (comparison.analytic - expected).abs();
        // Small tolerances are for right numbers; here two wrong ones are told apart.
        if difference.is_nan() || difference > 1e-3 * expected.abs() + 10.0 * comparison.tolerance {
            return Ok(false);
        }
    }
    Ok(true)
}

fn mean_over<F: Fn(&[crate::Variable]) -> crate::Variable>(
    problem: &Problem<'_, F>,
    factor: f64,
) -> Option<usize> {
    let is_length = |&length: &usize| length > 1 && (factor * length as f64 - 1.0).abs() < 1e-3;
    problem.result_shape().iter().position(is_length)
}

fn is_transposed<F: Fn(&[crate::Variable]) -> crate::Variable>(
    problem: &Problem<'_, F>,
    evidence: &Evidence<'_>,
) -> bool {
    let &[rows, columns] = problem.values[evidence.input].shape() else {
        return false;
    };
    let all = evidence.comparisons;
    // The elements of the transpose, in the order of the matrix.
    all.len() == rows * columns
        && (0..rows * columns).all(|at| {
            let (i, j) = (at / columns, at % columns);
            let (analytic, c) = (all[j * rows + i].analytic, &all[at]);
            (analytic - c.numerical).abs() <= 4.0 * c.tolerance
        })
}

/// The slice of the result of which this is the derivative.
fn missing_sum<F: Fn(&[crate::Variable]) -> crate::Variable>(
    problem: &Problem<'_, F>,
    evidence: &Evidence<'_>,
) -> Result<Option<Cause>> {
    /// Each slice takes as many evaluations as the check itself.
    const SLICES: usize = 16;

    let shape = problem.result_shape().to_vec();
    let slices = (0..shape.len())
        .filter(|&axis| shape[axis] > 1)
        .flat_map(|axis| (0..shape[axis]).map(move |position| (axis, position)));
    for (axis, position) in slices.take(SLICES) {
        let inner: usize = shape[axis + 1..].iter().product();
        let weights = problem.weights[0][0].to_vec::<f64>();
        let masked = weights.iter().enumerate().map(|(at, &w)| {
            if at / inner % shape[axis] == position {
                w
            } else {
                0.0
            }
        });
        let masked = Array::from_vec::<f64>(masked.collect(), &shape)?;
        let part = problem.with_weights(masked.astype(problem.weights[0][0].dtype()));
        let mut all = true;
        for (&element, c) in evidence.elements.iter().zip(evidence.comparisons).take(16) {
            let numerical = part
                .numerical(evidence.input, &Direction::Element(element), Side::Both)?
                .derivative;
            all &= (c.analytic - numerical).abs() <= 4.0 * c.tolerance;
            if !all {
                break;
            }
        }
        if all {
            return Ok(Some(Cause::MissingSum { axis, position }));
        }
    }
    Ok(None)
}
