//! The function of one number behind a check of order n, by the rules and by values.
//!
//! It is the weighted sum of the results, then the weighted sum of its gradients, and so on, n times:
//! its gradient holds derivatives of order n, and its values those of order n - 1.

use dezero_array::{Array, DType, Tuple};

use super::differences::{Estimate, Side, derivative};
use super::report::{Comparison, Mode};
use crate::backward::try_grad;
use crate::error::{Error, Result};
use crate::mode::no_grad;
use crate::taylor::Pushforward;
use crate::variable::Variable;

/// The generator `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
#[derive(Clone, Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number of f32 between 0.5 and 1.5 or between -1.5 and -0.5: none is so small that what it
    /// weighs goes unseen.
    fn weight(&mut self) -> f64 {
        let random = self.next();
        let size = 0.5 + (random >> 44) as f64 / f64::from(1 << 20);
        if random & 1 == 0 { size } else { -size }
    }

    pub(super) fn weights(&mut self, like: &Array) -> Result<Array> {
        let weights = (0..like.size()).map(|_| self.weight()).collect();
        Ok(Array::from_vec::<f64>(weights, like.shape())?.astype(like.dtype()))
    }
}

/// Which way an input is moved.
pub(super) enum Direction {
    /// One element.
    Element(usize),
    /// All of them, by these multiples.
    All(Vec<f64>),
}

impl Direction {
    fn dot(&self, gradient: &[f64]) -> f64 {
        match self {
            Self::Element(at) => gradient[*at],
            Self::All(weights) => gradient.iter().zip(weights).map(|(g, w)| g * w).sum(),
        }
    }

    fn tangent(&self, size: usize) -> Vec<f64> {
        match self {
            Self::Element(at) => {
                let mut unit = vec![0.0; size];
                unit[*at] = 1.0;
                unit
            }
            Self::All(weights) => weights.clone(),
        }
    }
}

/// The derivatives of one order by the rules: of reverse mode as they are, and a graph for forward
/// mode to go through.
pub(super) struct ByRules {
    gradients: Vec<Vec<f64>>,
    forward: Pushforward,
}

#[derive(Clone, Copy)]
pub(super) struct Tolerance {
    pub(super) relative: f64,
    pub(super) absolute: f64,
}

pub(super) struct Problem<'a, F> {
    pub(super) f: &'a F,
    pub(super) given: &'a [&'a Variable],
    pub(super) values: Vec<Array>,
    /// The inputs that are moved.
    pub(super) checked: Vec<usize>,
    /// Of the results, then of the gradients by the checked inputs, and so on.
    pub(super) weights: Vec<Vec<Array>>,
    /// The coarsest of the dtypes.
    pub(super) dtype: DType,
    pub(super) tolerance: Tolerance,
}

impl<F: Fn(&[Variable]) -> Variable> Problem<'_, F> {
    pub(super) fn order(&self) -> usize {
        self.weights.len()
    }

    pub(super) fn atol(&self) -> f64 {
        self.tolerance.absolute
    }

    pub(super) fn result_shape(&self) -> &[usize] {
        self.weights[0][0].shape()
    }

    fn precision(&self) -> f64 {
        match self.dtype {
            DType::F32 => f64::from(f32::EPSILON),
            _ => f64::EPSILON,
        }
    }

    /// Fresh variables, so that nothing is left in the gradients of those given.
    fn inputs(&self, values: &[Array]) -> Vec<Variable> {
        let fresh = |(i, value): (usize, &Array)| {
            if self.checked.contains(&i) {
                Variable::new(value.clone())
            } else {
                self.given[i].clone()
            }
        };
        values.iter().enumerate().map(fresh).collect()
    }

    /// What the last weights apply to, as functions of the inputs.
    fn terms(&self, xs: &[Variable]) -> Result<Vec<Variable>> {
        let mut terms = vec![(self.f)(xs)];
        let shape = terms[0].shape();
        if shape != self.result_shape() {
            return Err(Error::shape(format!(
                "gradcheck: the function gives shape {} at the point and {} right beside it; its shape may not \
                 depend on the values",
                Tuple(self.result_shape()),
                Tuple(&shape)
            )));
        }
        for weights in &self.weights[..self.order() - 1] {
            terms = self.gradients_of(&weighted_sum(&terms, weights)?, xs)?;
        }
        Ok(terms)
    }

    fn gradients_of(&self, y: &Variable, xs: &[Variable]) -> Result<Vec<Variable>> {
        let xs: Vec<&Variable> = self.checked.iter().map(|&i| &xs[i]).collect();
        if y.is_tracked() || y.is_constant_derivative() {
            return try_grad(y, &xs);
        }
        // The function depends on none of them, as far as it is recorded.
        let zeros = |x: &&Variable| Ok(Variable::constant(Array::zeros(&x.shape(), x.dtype())?));
        xs.iter().map(zeros).collect()
    }

    /// The derivatives by the checked inputs, by the rules.
    pub(super) fn by_rules(&self) -> Result<ByRules> {
        let xs = self.inputs(&self.values);
        let sum = weighted_sum(&self.terms(&xs)?, &self.weights[self.order() - 1])?;
        let gradients = self.gradients_of(&sum, &xs)?;
        let checked: Vec<&Variable> = self.checked.iter().map(|&i| &xs[i]).collect();
        Ok(ByRules {
            gradients: gradients.iter().map(Variable::to_vec).collect(),
            forward: Pushforward::new(&[&sum], &checked),
        })
    }

    /// Weights for the next order.
    pub(super) fn more_weights(&mut self, random: &mut Random) -> Result<()> {
        let weights = self
            .checked
            .iter()
            .map(|&i| random.weights(&self.values[i]));
        let weights = weights.collect::<Result<_>>()?;
        self.weights.push(weights);
        Ok(())
    }

    /// The function's value, summed in f64 whatever the dtype.
    pub(super) fn value(&self) -> Result<f64> {
        self.value_at(&self.values)
    }

    fn value_at(&self, values: &[Array]) -> Result<f64> {
        let terms = self.terms(&self.inputs(values))?;
        let weights = &self.weights[self.order() - 1];
        let dot = |(term, weights): (&Variable, &Array)| -> f64 {
            let weights = weights.to_vec::<f64>();
            let products = term.to_vec::<f64>().into_iter().zip(weights);
            products.map(|(x, w)| x * w).sum()
        };
        Ok(terms.iter().zip(weights).map(dot).sum())
    }

    /// Whether a second call gives another value.
    pub(super) fn varies(&self) -> Result<bool> {
        let (first, second) = (self.value()?, self.value()?);
        Ok(first != second && !(first.is_nan() && second.is_nan()))
    }

    /// The derivative from values along a direction of one input.
    pub(super) fn numerical(
        &self,
        input: usize,
        direction: &Direction,
        side: Side,
    ) -> Result<Estimate> {
        let enough = 1e-2 * self.tolerance.absolute.min(self.tolerance.relative);
        derivative(
            |h| self.value_beside(input, direction, h),
            side,
            self.first_step(input, direction),
            self.precision(),
            enough,
        )
    }

    /// The derivative from values on both sides, together or apart.
    fn best_numerical(&self, input: usize, direction: &Direction) -> Result<Estimate> {
        let both = self.numerical(input, direction, Side::Both)?;
        let wanted = self.tolerance.absolute + self.tolerance.relative * both.derivative.abs();
        if both.derivative.is_nan() || both.uncertainty <= wanted {
            return Ok(both);
        }
        // At the jump of a second derivative, central differences settle slowly, one-sided ones do
        // not mind.
        let left = self.numerical(input, direction, Side::Left)?;
        let right = self.numerical(input, direction, Side::Right)?;
        let uncertainty = left.uncertainty.max(right.uncertainty);
        let apart = (left.derivative - right.derivative).abs();
        if uncertainty < both.uncertainty && apart <= wanted + uncertainty {
            return Ok(Estimate {
                derivative: left.derivative.midpoint(right.derivative),
                uncertainty,
            });
        }
        Ok(both)
    }

    /// Whether the differences double, or nearly, over four halvings of a small step.
    pub(super) fn grows(&self, input: usize, direction: &Direction) -> Result<bool> {
        let h = self.first_step(input, direction) / 64.0;
        let slope = |h: f64| -> Result<f64> {
            let here = self.value()?;
            let right = (self.value_beside(input, direction, h)? - here) / h;
            let left = (here - self.value_beside(input, direction, -h)?) / h;
            Ok(right.abs().max(left.abs()))
        };
        Ok(slope(h / 16.0)? > 1.5 * slope(h)?)
    }

    fn first_step(&self, input: usize, direction: &Direction) -> f64 {
        let x = self.values[input].to_vec::<f64>();
        let size = match direction {
            Direction::Element(at) => x[*at].abs(),
            Direction::All(_) => x.iter().fold(0.0, |size: f64, x| size.max(x.abs())),
        };
        // A power of two, so that the step itself is exact.
        let size = if size.is_finite() { size.max(1.0) } else { 1.0 };
        size.log2().floor().exp2() / if self.dtype == DType::F32 { 4.0 } else { 16.0 }
    }

    fn value_beside(&self, input: usize, direction: &Direction, h: f64) -> Result<f64> {
        let x = &self.values[input];
        let mut moved = x.to_vec::<f64>();
        match direction {
            Direction::Element(at) => moved[*at] += h,
            Direction::All(weights) => {
                for (x, w) in moved.iter_mut().zip(weights) {
                    *x += w * h;
                }
            }
        }
        let mut values = self.values.clone();
        values[input] = Array::from_vec::<f64>(moved, x.shape())?.astype(x.dtype());
        self.value_at(&values)
    }

    /// A direction of one input, by the rules and by values; the worst of the modes.
    pub(super) fn compare(
        &self,
        input: usize,
        direction: &Direction,
        rules: &ByRules,
    ) -> Result<Comparison> {
        let found = self.best_numerical(input, direction)?;
        let element = match direction {
            Direction::Element(at) => Some(position(*at, self.values[input].shape())),
            Direction::All(_) => None,
        };
        let compared = |(mode, analytic): (Mode, f64)| {
            let size = analytic.abs().max(found.derivative.abs());
            let wanted = self.tolerance.absolute + self.tolerance.relative * size;
            // What differences are unsure of is no fault of the rule, but it may not hide one.
            let unsure = found.uncertainty.min(1e-3 * size.min(f64::MAX));
            Comparison {
                element: element.clone(),
                mode,
                analytic,
                numerical: found.derivative,
                tolerance: wanted + if unsure.is_nan() { 0.0 } else { unsure },
            }
        };
        let by_rules = self.derivatives_by_rules(input, direction, rules)?;
        let worst = by_rules
            .into_iter()
            .map(compared)
            .reduce(|a, b| if b.severity() > a.severity() { b } else { a });
        Ok(worst.expect("there is the reverse mode"))
    }

    /// The derivative along a direction in both modes.
    fn derivatives_by_rules(
        &self,
        input: usize,
        direction: &Direction,
        rules: &ByRules,
    ) -> Result<[(Mode, f64); 2]> {
        let at = self.checked.iter().position(|&i| i == input);
        let at = at.expect("only checked inputs are compared");
        let reverse = direction.dot(&rules.gradients[at]);
        let tangents = self
            .checked
            .iter()
            .map(|&i| {
                let x = &self.values[i];
                let tangent = if i == input {
                    direction.tangent(x.size())
                } else {
                    vec![0.0; x.size()]
                };
                let tangent = Array::from_vec::<f64>(tangent, x.shape())?.astype(x.dtype());
                Ok(Variable::constant(tangent))
            })
            .collect::<Result<Vec<_>>>()?;
        let forward = no_grad(|| rules.forward.first(&tangents))?.remove(0);
        let forward = forward.map_or(0.0, |t| t.item());
        Ok([(Mode::Reverse, reverse), (Mode::Forward, forward)])
    }

    /// The same function at a point close by.
    pub(super) fn nearby(&self) -> Self {
        let mut random = Random(7);
        let moved = |(i, x): (usize, &Array)| {
            if !self.checked.contains(&i) {
                return x.clone();
            }
            let scaled = |x: f64| {
                let t = random.weight() / 16.0;
                if x == 0.0 { t } else { x * (1.0 + t) }
            };
            let values = x.to_vec::<f64>().into_iter().map(scaled).collect();
            Array::from_vec::<f64>(values, x.shape()).map_or(x.clone(), |y| y.astype(x.dtype()))
        };
        let values = self.values.iter().enumerate().map(moved).collect();
        Self {
            values,
            ..self.again()
        }
    }

    /// The same, with other weights of the results.
    pub(super) fn with_weights(&self, weights: Array) -> Self {
        Self {
            weights: vec![vec![weights]],
            ..self.again()
        }
    }

    fn again(&self) -> Self {
        Self {
            f: self.f,
            given: self.given,
            values: self.values.clone(),
            checked: self.checked.clone(),
            weights: self.weights.clone(),
            ..*self
        }
    }
}

fn weighted_sum(terms: &[Variable], weights: &[Array]) -> Result<Variable> {
    let mut sum: Option<Variable> = None;
    for (term, weights) in terms.iter().zip(weights) {
        let next = term.try_mul(weights)?.try_sum(..)?;
        sum = Some(match sum {
            Some(sum) => sum.try_add(next)?,
            None => next,
        });
    }
    Ok(sum.unwrap_or_else(|| Variable::constant(0.0)))
}

/// The index of an element, given by its place in row-major order.
fn position(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, &length) in index.iter_mut().zip(shape).rev() {
        *i = at % length;
        at /= length;
    }
    index
}
