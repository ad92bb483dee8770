//! Checks of derivatives, in reverse and in forward mode, against finite differences, to any order,
//! with the likely cause where they are wrong. For functions of one's own; the engine's own tests use them too.
//!
//! ```
//! use dezero_core::gradcheck::gradcheck;
//! use dezero_core::{Array, Function, Result, Variable};
//!
//! struct Square;
//!
//! impl Function for Square {
//!     fn name(&self) -> &str {
//!         "Square"
//!     }
//!     fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
//!         Ok(vec![xs[0].map_float(|x| x * x, |x| x * x)])
//!     }
//!     fn backward(&self, xs: &[Variable], _ys: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
//!         Ok(vec![&gys[0] * &xs[0]]) // the 2 is missing
//!     }
//! }
//!
//! let x = Variable::new([0.3, -1.2, 2.0]);
//! let failure = gradcheck(|xs| Square.call(&[&xs[0]]), &[&x]).unwrap_err();
//! assert!(failure.to_string().contains("it is 0.5000000 times what it should be"));
//! ```

mod causes;
mod differences;
mod problem;
mod report;

pub use causes::Cause;
pub use report::{Comparison, Coverage, Failure, InputReport, Mode, OrderReport, Report};

use std::panic::Location;

use dezero_array::{Array, DType};

use crate::error::{Error, Result};
use crate::mode;
use crate::variable::Variable;
use causes::{Evidence, causes};
use problem::{ByRules, Direction, Problem, Random, Tolerance};

/// Checks the first derivative of `f` by each of `xs` at their values against finite differences.
///
/// `f` gets fresh variables with the values of `xs`, and may give a result of any shape. Integers,
/// bools and constants among the inputs are passed on as they are.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_core::gradcheck::gradcheck;
///
/// let (x, w) = (Variable::new([1.0, 2.0]), Variable::new([[0.5, -1.0], [2.0, 0.1]]));
/// gradcheck(|xs| xs[0].matmul(&xs[1]).tanh(), &[&x, &w])?;
/// # Ok::<(), dezero_core::gradcheck::Failure>(())
/// ```
///
/// # Errors
///
/// [`Failure::Wrong`] with the report if a derivative is wrong, or cannot be judged at this point;
/// [`Failure::Error`] as [`GradCheck::run`] has it.
#[track_caller]
pub fn gradcheck(f: impl Fn(&[Variable]) -> Variable, xs: &[&Variable]) -> Result<Report, Failure> {
    GradCheck::new().run(f, xs)
}

/// [`gradcheck`] of the first and second derivatives.
///
/// # Errors
///
/// As [`gradcheck`].
#[track_caller]
pub fn gradgradcheck(
    f: impl Fn(&[Variable]) -> Variable,
    xs: &[&Variable],
) -> Result<Report, Failure> {
    GradCheck::new().order(2).run(f, xs)
}

/// A check with its settings.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_core::gradcheck::GradCheck;
///
/// let x = Variable::new([0.3, -1.2]);
/// let report = GradCheck::new().order(4).rtol(1e-7).run(|xs| xs[0].sin(), &[&x])?;
/// println!("{report}");
/// # Ok::<(), dezero_core::gradcheck::Failure>(())
/// ```
#[derive(Clone, Debug)]
pub struct GradCheck {
    order: usize,
    rtol: Option<f64>,
    atol: Option<f64>,
    seed: u64,
    elementwise: Option<bool>,
}

/// Inputs with more elements than this are checked in random directions, unless told otherwise.
const SMALL: usize = 64;
/// How many random directions are tried.
const DIRECTIONS: usize = 3;
/// How many elements are looked at to find a cause, where not all were compared.
const SAMPLE: usize = 32;

impl GradCheck {
    /// A check of the first order, as [`gradcheck`] does it.
    pub fn new() -> Self {
        Self {
            order: 1,
            rtol: None,
            atol: None,
            seed: 0,
            elementwise: None,
        }
    }

    /// Checks all derivatives up to this order: each against differences of the one before.
    #[must_use]
    pub fn order(mut self, order: usize) -> Self {
        self.order = order;
        self
    }

    /// The relative tolerance: 1e-6 for f64 and 1e-3 where anything is f32, unless set here.
    #[must_use]
    pub fn rtol(mut self, rtol: f64) -> Self {
        self.rtol = Some(rtol);
        self
    }

    /// The absolute tolerance: 1e-8 for f64 and 1e-3 where anything is f32, unless set here.
    #[must_use]
    pub fn atol(mut self, atol: f64) -> Self {
        self.atol = Some(atol);
        self
    }

    /// The seed of the random weights and directions.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Compares every element if `true`, random directions if `false`. Unless told, inputs of up
    /// to 64 elements are compared element by element.
    #[must_use]
    pub fn elementwise(mut self, elementwise: bool) -> Self {
        self.elementwise = Some(elementwise);
        self
    }

    /// Checks `f` at the values of `xs`, and stops at the first order that is wrong.
    ///
    /// # Errors
    ///
    /// [`Failure::Wrong`] with the report if a derivative is wrong, or cannot be judged at this
    /// point. [`Failure::Error`] if the order is 0, if no input is a float that is not constant, if
    /// the result is not a float, if its shape changes, or if a derivative cannot be computed.
    ///
    /// # Panics
    ///
    /// If `f` does.
    #[track_caller]
    pub fn run(
        &self,
        f: impl Fn(&[Variable]) -> Variable,
        xs: &[&Variable],
    ) -> Result<Report, Failure> {
        let line = mode::line(Location::caller());
        let report = self.report(&f, xs).map_err(|error| error.at(line))?;
        if report.is_right() {
            Ok(report)
        } else {
            Err(Failure::Wrong(report))
        }
    }

    fn report(&self, f: &impl Fn(&[Variable]) -> Variable, xs: &[&Variable]) -> Result<Report> {
        let mut random = Random(self.seed);
        let mut problem = self.problem(f, xs, &mut random)?;
        let mut report = Report {
            orders: Vec::new(),
            weighted: problem.weights[0][0].size() != 1,
        };
        for order in 1..=self.order {
            if order > 1 {
                report.weighted = true;
                problem.more_weights(&mut random)?;
            }
            let rules = problem.by_rules()?;
            let inputs = (0..xs.len())
                .map(|i| self.check_input(&problem, i, &rules, &mut random))
                .collect::<Result<_>>()?;
            report.orders.push(OrderReport { order, inputs });
            if !report.is_right() {
                break;
            }
        }
        Ok(report)
    }

    fn problem<'a, F: Fn(&[Variable]) -> Variable>(
        &self,
        f: &'a F,
        xs: &'a [&'a Variable],
        random: &mut Random,
    ) -> Result<Problem<'a, F>> {
        if self.order == 0 {
            return Err(Error::derivative(
                "gradcheck: order 0 is the function itself, and there is nothing to compare it with; the first \
                 derivative is order 1",
            ));
        }
        let is_checked = |x: &Variable| x.dtype().is_float() && x.is_tracked();
        let checked: Vec<usize> = (0..xs.len()).filter(|&i| is_checked(xs[i])).collect();
        if checked.is_empty() {
            return Err(Error::derivative(
                "gradcheck: none of the inputs has a derivative: they are integers, bools or constants, or there are \
                 none",
            ));
        }
        let values: Vec<_> = xs.iter().map(|x| x.data()).collect();
        let fresh: Vec<Variable> = (0..xs.len())
            .map(|i| {
                if checked.contains(&i) {
                    Variable::new(values[i].clone())
                } else {
                    xs[i].clone()
                }
            })
            .collect();
        let y = f(&fresh).data();
        if !y.dtype().is_float() {
            return Err(Error::derivative(format!(
                "gradcheck: the function gives {}, which has no derivative; f32 and f64 have",
                y.dtype()
            )));
        }
        let narrow = |dtype| dtype == DType::F32;
        let coarse = narrow(y.dtype()) || checked.iter().any(|&i| narrow(values[i].dtype()));
        let (dtype, relative, absolute) = if coarse {
            (DType::F32, 1e-3, 1e-3)
        } else {
            (DType::F64, 1e-6, 1e-8)
        };
        Ok(Problem {
            f,
            given: xs,
            weights: vec![vec![if y.size() == 1 {
                Array::ones(y.shape(), y.dtype())?
            } else {
                random.weights(&y)?
            }]],
            values,
            checked,
            dtype,
            tolerance: Tolerance {
                relative: self.rtol.unwrap_or(relative),
                absolute: self.atol.unwrap_or(absolute),
            },
        })
    }

    fn check_input<F: Fn(&[Variable]) -> Variable>(
        &self,
        problem: &Problem<'_, F>,
        input: usize,
        rules: &ByRules,
        random: &mut Random,
    ) -> Result<InputReport> {
        let value = &problem.values[input];
        let mut report = InputReport {
            name: problem.given[input].name(),
            dtype: value.dtype(),
            shape: value.shape().to_vec(),
            coverage: Coverage::Unchecked,
            worst: None,
            causes: Vec::new(),
        };
        if !problem.checked.contains(&input) {
            return Ok(report);
        }
        let compare = |direction| problem.compare(input, &direction, rules);
        let size = value.size();
        if self.elementwise.unwrap_or(size <= SMALL) {
            let elements: Vec<usize> = (0..size).collect();
            let all = elements
                .iter()
                .map(|&at| compare(Direction::Element(at)))
                .collect::<Result<Vec<_>>>()?;
            report.coverage = Coverage::Elements {
                compared: size,
                wrong: all.iter().filter(|c| !c.agrees()).count(),
            };
            report.conclude(problem, input, &elements, all)?;
            return Ok(report);
        }
        report.coverage = Coverage::Directions(DIRECTIONS);
        for _ in 0..DIRECTIONS {
            let direction = random.weights(value)?.to_vec::<f64>();
            let comparison = compare(Direction::All(direction.clone()))?;
            if !comparison.agrees() {
                // What it is that is wrong shows in single elements.
                let mut elements = vec![guilty(&direction, |part| compare(Direction::All(part)))?];
                elements.extend((0..size).step_by(size.div_ceil(SAMPLE)));
                elements.sort_unstable();
                elements.dedup();
                let all = elements
                    .iter()
                    .map(|&at| compare(Direction::Element(at)))
                    .collect::<Result<Vec<_>>>()?;
                let wrong = all.iter().filter(|c| !c.agrees()).count();
                if wrong == 0 {
                    report.worst = Some(comparison);
                } else {
                    let compared = elements.len();
                    report.coverage = Coverage::Elements { compared, wrong };
                    report.conclude(problem, input, &elements, all)?;
                }
                break;
            }
            let is_worse = |worst: &Comparison| comparison.severity() > worst.severity();
            if report.worst.as_ref().is_none_or(is_worse) {
                report.worst = Some(comparison);
            }
        }
        Ok(report)
    }
}

impl Default for GradCheck {
    fn default() -> Self {
        Self::new()
    }
}

impl InputReport {
    /// Keeps the worst, and looks for the cause if anything is wrong.
    fn conclude<F: Fn(&[Variable]) -> Variable>(
        &mut self,
        problem: &Problem<'_, F>,
        input: usize,
        elements: &[usize],
        comparisons: Vec<Comparison>,
    ) -> Result<()> {
        if comparisons.iter().any(|c| !c.agrees()) {
            let evidence = Evidence {
                input,
                elements,
                comparisons: &comparisons,
            };
            self.causes = causes(problem, &evidence)?;
        }
        self.worst = comparisons
            .into_iter()
            .max_by(|a, b| a.severity().total_cmp(&b.severity()));
        Ok(())
    }
}

/// An element that is wrong, by halving a direction that is: one of the halves is.
fn guilty(direction: &[f64], compare: impl Fn(Vec<f64>) -> Result<Comparison>) -> Result<usize> {
    let (mut start, mut end) = (0, direction.len());
    while end - start > 1 {
        let middle = start.midpoint(end);
        let part = |from: usize, to: usize| {
            let mut part = vec![0.0; direction.len()];
            part[from..to].copy_from_slice(&direction[from..to]);
            compare(part)
        };
        if part(start, middle)?.severity() >= part(middle, end)?.severity() {
            end = middle;
        } else {
            start = middle;
        }
    }
    Ok(start)
}
