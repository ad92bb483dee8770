//! Running a recurrence: the series of a primitive's result from the series of its inputs.

use super::algebra::{Algebra, Extent};
use super::program::{Program, Step};
use crate::error::Result;

/// The coefficients of a series, from the value on; what is not there is zero.
pub(crate) type Series<V> = Vec<Option<V>>;

/// The coefficients of every step of a program, side by side.
struct Run<'a, A: Algebra> {
    program: &'a Program,
    algebra: &'a A,
    extent: Extent,
    coefficients: Vec<Option<A::Value>>,
    /// For each step, one more than its highest coefficient that is there.
    lengths: Vec<usize>,
}

/// The series of the result of `program`, whose value is `y`.
pub(crate) fn run<A: Algebra>(
    program: &Program,
    algebra: &A,
    extent: Extent,
    inputs: [&[Option<A::Value>]; 2],
    y: A::Value,
) -> Result<Series<A::Value>> {
    let width = extent.order + 1;
    let mut run = Run {
        program,
        algebra,
        extent,
        coefficients: vec![None; program.steps.len() * width],
        lengths: vec![0; program.steps.len()],
    };
    for (at, step) in program.steps.iter().enumerate() {
        if let Step::Input(i) = *step {
            for (k, x) in inputs[i].iter().enumerate().take(width) {
                if let Some(x) = x {
                    run.put(at, k, x.clone());
                }
            }
        }
    }
    run.put(program.result, 0, y);
    for at in 0..program.steps.len() {
        if program.rated[at] == 0 && at != program.result {
            run.start(at)?;
        }
    }
    for weight in 1..=extent.order {
        let order = if weight == extent.order {
            &program.last
        } else {
            &program.order
        };
        for &at in order {
            run.step(at, weight)?;
        }
    }
    let from = program.result * width;
    Ok(run.coefficients.drain(from..from + width).collect())
}

impl<A: Algebra> Run<'_, A> {
    #[inline]
    fn get(&self, at: usize, k: usize) -> Option<&A::Value> {
        self.coefficients[at * (self.extent.order + 1) + k].as_ref()
    }

    #[inline]
    fn put(&mut self, at: usize, k: usize, value: A::Value) {
        self.coefficients[at * (self.extent.order + 1) + k] = Some(value);
        self.lengths[at] = self.lengths[at].max(k + 1);
    }

    /// The value of a step: its coefficient of weight 0.
    fn start(&mut self, at: usize) -> Result<()> {
        let algebra = self.algebra;
        let value = |a| self.get(a, 0);
        let value = match self.program.steps[at] {
            Step::Number(0.0) | Step::Input(_) | Step::Rate(_) => None,
            Step::Number(x) => Some(algebra.number(x)),
            Step::Function {
                function,
                arguments: [a, b],
                ..
            } => {
                // What a primitive of one variable does not read, and a number that is zero.
                let zero = algebra.number(0.0);
                let arguments = [a, b].map(|a| value(a).unwrap_or(&zero));
                Some(algebra.value(function, arguments)?)
            }
            Step::Compare(op, a, b) => {
                let zero = algebra.number(0.0);
                let [a, b] = [a, b].map(|a| value(a).unwrap_or(&zero));
                Some(algebra.compare(op, a, b)?)
            }
            Step::Add(a, b) => self.plus(value(a), value(b))?,
            Step::Sub(a, b) => self.minus(value(a), value(b))?,
            Step::Mul(a, b) => match (value(a), value(b)) {
                (Some(a), Some(b)) => Some(algebra.mul(a, b)?),
                _ => None,
            },
            Step::Div(a, b) => match (value(a), value(b)) {
                (Some(a), Some(b)) => Some(algebra.div(a, b)?),
                _ => None,
            },
            Step::Neg(a) => value(a).map(|a| algebra.scale(a, -1.0)),
            Step::Select(condition, yes, no) => self.choose(condition, value(yes), value(no))?,
        };
        if let Some(value) = value {
            self.put(at, 0, value);
        }
        Ok(())
    }

    /// The coefficient of a step of a weight above 0.
    fn step(&mut self, at: usize, weight: usize) -> Result<()> {
        let algebra = self.algebra;
        let rated = self.program.rated[at];
        let k = weight - rated;
        let value = match self.program.steps[at] {
            Step::Number(_) | Step::Input(_) | Step::Compare(..) => return Ok(()),
            Step::Function { rate, .. } => {
                rate.and_then(|rate| self.get(rate, weight - 1))
                    .map(|rate| {
                        if weight == 1 {
                            rate.clone()
                        } else {
                            algebra.part(rate, weight)
                        }
                    })
            }
            Step::Rate(a) => self.get(a, weight).map(|a| {
                if weight == 1 {
                    a.clone()
                } else {
                    algebra.scale(a, weight as f64)
                }
            }),
            Step::Add(a, b) => self.plus(self.get(a, k), self.get(b, k))?,
            Step::Sub(a, b) => self.minus(self.get(a, k), self.get(b, k))?,
            Step::Neg(a) => self.get(a, k).map(|a| algebra.scale(a, -1.0)),
            Step::Select(condition, yes, no) => {
                self.choose(condition, self.get(yes, k), self.get(no, k))?
            }
            Step::Mul(a, b) if a == b => self.square(a, weight)?,
            Step::Mul(a, b) => self.products(a, b, 0, k, weight)?,
            Step::Div(a, b) => {
                // q_k = (a_k - sum_{j=1..k} b_j q_{k-j}) / b_0
                let products = self.products(b, at, 1, k, weight)?;
                match (
                    self.minus(self.get(a, k), products.as_ref())?,
                    self.get(b, 0),
                ) {
                    (Some(rest), Some(b)) => Some(algebra.div(&rest, b)?),
                    (Some(rest), None) => Some(algebra.div(&rest, &algebra.number(0.0))?),
                    (None, _) => None,
                }
            }
        };
        if let Some(value) = value {
            self.put(at, k, value);
        }
        Ok(())
    }

    fn plus(&self, a: Option<&A::Value>, b: Option<&A::Value>) -> Result<Option<A::Value>> {
        Ok(match (a, b) {
            (Some(a), Some(b)) => Some(self.algebra.add(a, b)?),
            (a, b) => a.or(b).cloned(),
        })
    }

    fn minus(&self, a: Option<&A::Value>, b: Option<&A::Value>) -> Result<Option<A::Value>> {
        Ok(match (a, b) {
            (Some(a), Some(b)) => Some(self.algebra.sub(a, b)?),
            (a, None) => a.cloned(),
            (None, Some(b)) => Some(self.algebra.scale(b, -1.0)),
        })
    }

    fn choose(
        &self,
        condition: usize,
        yes: Option<&A::Value>,
        no: Option<&A::Value>,
    ) -> Result<Option<A::Value>> {
        match (yes, no, self.get(condition, 0)) {
            (None, None, _) | (_, _, None) => Ok(None),
            (yes, no, Some(condition)) => self.algebra.select(condition, yes, no).map(Some),
        }
    }

    /// `sum_{i = from..=k} a_i b_{k-i}`.
    fn products(
        &self,
        a: usize,
        b: usize,
        from: usize,
        k: usize,
        weight: usize,
    ) -> Result<Option<A::Value>> {
        let mut sum = None;
        let least = (k + 1).saturating_sub(self.lengths[b]).max(from);
        for i in least..(k + 1).min(self.lengths[a]) {
            let (Some(x), Some(y)) = (self.get(a, i), self.get(b, k - i)) else {
                continue;
            };
            let weights = [i + self.program.rated[a], k - i + self.program.rated[b]];
            let product = self.narrow(self.algebra.mul(x, y)?, weights, weight)?;
            sum = self.plus(sum.as_ref(), Some(&product))?;
        }
        Ok(sum)
    }

    /// `sum a_i a_{k-i}`, each pair once.
    fn square(&self, a: usize, k: usize) -> Result<Option<A::Value>> {
        let mut sum = None;
        let least = (k + 1).saturating_sub(self.lengths[a]);
        for i in least..=k / 2 {
            let (Some(x), Some(y)) = (self.get(a, i), self.get(a, k - i)) else {
                continue;
            };
            let product = self.algebra.mul(x, y)?;
            let product = self.narrow(product, [i, k - i], k)?;
            let product = if 2 * i == k {
                product
            } else {
                self.algebra.scale(&product, 2.0)
            };
            sum = self.plus(sum.as_ref(), Some(&product))?;
        }
        Ok(sum)
    }

    /// A product of factors of the given weights, summed over the directions if that is due.
    fn narrow(&self, product: A::Value, of: [usize; 2], weight: usize) -> Result<A::Value> {
        if self.extent.sums_at(weight) && of[0] > 0 && of[1] > 0 {
            self.algebra.total(&product)
        } else {
            Ok(product)
        }
    }
}
