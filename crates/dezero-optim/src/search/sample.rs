//! Values and first derivatives: a call of the function at a point, and what is asked of its record.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use dezero_core::transforms::Evaluation;
use dezero_core::{Variable, no_grad};
use faer::Mat;

use super::{BOTTOMLESS, Goal, Halt, Search};
use crate::error::Kind;
use crate::stop::Stop;
use crate::vector::all_finite;

/// The function at a point. Of a maximum, that is the negative function.
pub(crate) struct Sample {
    pub(crate) x: Arc<[f64]>,
    /// Infinity if it is not a number.
    pub(crate) value: f64,
    /// Of a sum of squares, what is squared.
    pub(crate) residuals: Vec<f64>,
    /// The record of the call, from when something is asked that it is needed for.
    record: OnceCell<Evaluation>,
    gradient: OnceCell<Vec<f64>>,
}

impl Search<'_> {
    /// Calls the function at a point, within the bounds and as the variables can hold it.
    pub(crate) fn evaluate(&mut self, mut x: Vec<f64>) -> Result<Rc<Sample>, Halt> {
        if self.calls.get() >= self.options.evaluations {
            return Err(Stop::Evaluations(self.options.evaluations).into());
        }
        self.check_time()?;
        self.layout.round(&mut x);
        if let Some(bounds) = &self.bounds {
            bounds.clamp(&mut x);
        }
        if !all_finite(&x) {
            return Err(Stop::Diverged.into());
        }
        let sample = self.call(x.into())?;
        if sample.value.is_finite() && self.best.as_ref().is_none_or(|best| sample.value < best.1) {
            self.best = Some((Arc::clone(&sample.x), sample.value));
        }
        if sample.value < BOTTOMLESS {
            return Err(Stop::Unbounded.into());
        }
        Ok(Rc::new(sample))
    }

    /// Calls the function, or replays what it recorded, and counts it.
    pub(super) fn call(&self, x: Arc<[f64]>) -> Result<Sample, Halt> {
        self.calls.set(self.calls.get() + 1);
        let mut sample = Sample {
            x,
            value: f64::INFINITY,
            residuals: Vec::new(),
            record: OnceCell::new(),
            gradient: OnceCell::new(),
        };
        let value = if let Some(replay) = &self.replay {
            replay.value(&sample.x)?
        } else {
            let y = self.record(&sample)?.value();
            match self.goal {
                Goal::LeastSquares => {
                    sample.residuals = y.to_vec();
                    sample.residuals.iter().fold(0.0, |sum, r| sum + r * r)
                }
                _ if y.size() != 1 => return Err(Kind::NotScalar(y.shape()).into()),
                _ => y.item(),
            }
        };
        if !value.is_nan() {
            sample.value = self.sign() * value;
        }
        Ok(sample)
    }

    /// The record of the function at a sample.
    pub(super) fn record<'a>(&self, at: &'a Sample) -> Result<&'a Evaluation, Halt> {
        if let Some(record) = at.record.get() {
            return Ok(record);
        }
        let record = self.record_at(&at.x)?;
        Ok(at.record.get_or_init(|| record))
    }

    fn record_at(&self, x: &[f64]) -> Result<Evaluation, Halt> {
        // An error of the function goes on as it is: the line here is none of its user's.
        let raised = RefCell::new(None);
        let record = no_grad(|| {
            let called = |xs: &[Variable]| {
                let y = if self.joined {
                    (self.function)(&self.layout.split(&xs[0])?)?
                } else {
                    (self.function)(xs)?
                };
                if self.is_squared {
                    y.try_square()?.try_sum(..)
                } else {
                    Ok(y)
                }
            };
            let f = |xs: &[Variable]| {
                called(xs).map_err(|error: dezero_core::Error| {
                    *raised.borrow_mut() = Some(error);
                    dezero_core::Error::function("search", "the function failed")
                })
            };
            if self.joined {
                Evaluation::try_new(f, &[self.layout.joined(x)?][..])
            } else {
                Evaluation::try_new(f, &self.layout.separate(x)?[..])
            }
        });
        record.map_err(|error| raised.take().unwrap_or(error).into())
    }

    /// The gradient of a sample.
    pub(crate) fn gradient<'a>(&mut self, at: &'a Sample) -> Result<&'a [f64], Halt> {
        if let Some(gradient) = at.gradient.get() {
            return Ok(gradient);
        }
        self.evaluations.gradient += 1;
        if let Some(replay) = &self.replay {
            let mut gradient = replay.gradient(&at.x)?;
            self.turn(&mut gradient);
            return Ok(at.gradient.get_or_init(|| gradient));
        }
        let record = self.record(at)?;
        let parts = no_grad(|| match self.goal {
            // d/dx r'r = 2 J'r
            Goal::LeastSquares => record.try_vjp(&(2.0 * record.value())),
            _ => record.try_grad(),
        })?;
        let gradient = self.flat(&parts);
        if gradient.len() != self.dimension() {
            return Err(Kind::Gradient {
                found: vec![gradient.len()],
                x: vec![self.dimension()],
            }
            .into());
        }
        Ok(at.gradient.get_or_init(|| gradient))
    }

    /// Whether the record leads from the value to the variables, if the value depends on them.
    pub(super) fn check_record(&mut self, at: &Sample) -> Result<(), Halt> {
        if !self.record(at)?.is_constant() || self.calls.get() >= self.options.evaluations {
            return Ok(());
        }
        // Another value elsewhere, and no way back from it: something in the function cut the record.
        let mut x: Vec<f64> = (at.x.iter().enumerate())
            .map(|(i, x)| x + 1e-3 * x.abs().max(1.0) * (0.5 + (i as f64 * 0.618).fract()))
            .collect();
        self.layout.round(&mut x);
        if let Some(bounds) = &self.bounds {
            bounds.clamp(&mut x);
        }
        let there = self.call(x.into())?;
        if there.value == at.value {
            Ok(()) // a constant
        } else {
            Err(Kind::Cut.into())
        }
    }

    /// Derivatives by each variable as one vector, of the negative function for a maximum.
    pub(super) fn flat(&self, parts: &[Variable]) -> Vec<f64> {
        let mut numbers: Vec<f64> = parts.iter().flat_map(|part| part.to_vec::<f64>()).collect();
        self.turn(&mut numbers);
        numbers
    }

    /// Derivatives become those of the negative function for a maximum.
    pub(super) fn turn(&self, derivatives: &mut [f64]) {
        if self.goal == Goal::Maximum {
            for x in derivatives {
                *x = -*x;
            }
        }
    }

    /// The Jacobian of a sample's residuals: a row for each residual.
    pub(crate) fn jacobian(&mut self, at: &Sample) -> Result<Mat<f64>, Halt> {
        let record = self.record(at)?;
        let jacobian = no_grad(|| record.try_jacobian())?;
        let (m, n) = (record.value().size(), self.dimension());
        self.evaluations.jacobian += 1;
        self.evaluations.products += m.min(n);
        let entries = jacobian[0].to_vec::<f64>();
        Ok(Mat::from_fn(m, n, |i, j| entries[i * n + j]))
    }
}
