//! `Replay`: a function that was recorded once, as programs for its value and its derivatives.

use std::cell::{Cell, OnceCell, RefCell};

use dezero_compile::{Compile, Program, Result};
use dezero_core::Variable;

use super::{Goal, Halt, Search};

/// The programs of a function of one vector that gives one number.
pub(crate) struct Replay {
    value: Program,
    with_gradient: Program,
    product: OnceCell<Option<Program>>,
    /// Whether the gradient was asked for where the value was computed last: then it is likely to be asked for
    /// again, and both are computed together.
    both: Cell<bool>,
    last: RefCell<Last>,
}

/// What was computed last with a value.
#[derive(Default)]
struct Last {
    x: Vec<f64>,
    /// The value and the gradient.
    results: Vec<f64>,
}

impl Replay {
    /// The programs of a function that was recorded.
    pub(crate) fn new(value: Program) -> Result<Self> {
        Ok(Self {
            with_gradient: value.value_and_grad()?,
            value,
            product: OnceCell::new(),
            both: Cell::new(false),
            last: RefCell::default(),
        })
    }

    pub(super) fn value(&self, x: &[f64]) -> Result<f64> {
        if self.both.replace(false) {
            return self.compute_both(x);
        }
        let mut value = [0.0];
        self.value.call(x, &mut value)?;
        Ok(value[0])
    }

    pub(super) fn gradient(&self, x: &[f64]) -> Result<Vec<f64>> {
        self.both.set(true);
        let same = |(a, b): (&f64, &f64)| a.to_bits() == b.to_bits();
        let is_last = {
            let last = self.last.borrow();
            last.x.len() == x.len() && last.x.iter().zip(x).all(same)
        };
        if !is_last {
            self.compute_both(x)?;
        }
        Ok(self.last.borrow().results[1..].to_vec())
    }

    fn compute_both(&self, x: &[f64]) -> Result<f64> {
        let Last { x: at, results } = &mut *self.last.borrow_mut();
        at.clear(); // nothing is known, should the call fail
        results.resize(1 + x.len(), 0.0);
        self.with_gradient.call(x, results)?;
        at.extend_from_slice(x);
        Ok(results[0])
    }

    /// The product of the Hessian with a vector, unless it takes a record.
    pub(super) fn hessian_product(&self, x: &[f64], v: &[f64]) -> Result<Option<Vec<f64>>> {
        let program = self.product.get_or_init(|| self.value.hvp().ok());
        let Some(program) = program else {
            return Ok(None);
        };
        let mut product = vec![0.0; x.len()];
        program.call(&[x, v].concat(), &mut product)?;
        Ok(Some(product))
    }
}

impl Search<'_> {
    /// Records the function at a point, to replay it from here on, where that can be done: for one number of
    /// f64 variables. What cannot be recorded is called as ever, and reports what is wrong with it.
    ///
    /// # Errors
    ///
    /// If the function does something else elsewhere.
    pub(crate) fn record_once(&mut self, x: &[f64]) -> std::result::Result<(), Halt> {
        if self.goal == Goal::LeastSquares || self.layout.is_single() {
            return Ok(());
        }
        let f = |x: &Variable| (self.function)(&self.layout.split(x)?);
        let compile = match self.bounds {
            // The checks would call the function outside of them.
            Some(_) => Compile::new().checks(0),
            None => Compile::new(),
        };
        let program = match compile.compile(f, &self.layout.joined(x)?) {
            Ok(compiled) => compiled.into_program(),
            Err(error) if error.difference().is_some() => return Err(error.into()),
            Err(_) => return Ok(()),
        };
        if program.outputs().all(|y| y.size() == 1) {
            self.replay = Replay::new(program).ok();
        }
        Ok(())
    }
}
