//! `Search`: what a method may ask of a function, and where it tells how far it is.
//!
//! Everything that a method learns of the function comes through here, where it is counted, held within
//! bounds and limits, and remembered if it is the best so far. A method is a loop that ends by `?`: what
//! ends it is a [`Halt`].

mod hessian;
mod replay;
mod sample;

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use dezero_core::Variable;

use crate::bounds::Bounds;
use crate::error::{Error, Kind};
use crate::layout::Layout;
use crate::minimizer::Options;
use crate::optimum::{Curvature, Evaluations, Iteration};
use crate::stop::Stop;
use crate::vector::{all_finite, difference, largest, norm};

use hessian::Sparsity;
use replay::Replay;
pub(crate) use sample::Sample;

/// Below this, a value counts as falling without end.
const BOTTOMLESS: f64 = -1e100;

/// A function of variables.
pub(crate) type Function<'f> = Box<dyn Fn(&[Variable]) -> dezero_core::Result<Variable> + 'f>;

/// A callback for each iteration.
pub(crate) type Callback<'f> = Box<dyn FnMut(&Iteration) -> ControlFlow<()> + 'f>;

/// What is sought of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    Minimum,
    Maximum,
    /// The least sum of the squares of its elements.
    LeastSquares,
}

/// The end of a method.
pub(crate) enum Halt {
    Stop(Stop),
    Failed(Error),
}

impl Halt {
    /// The error, where a search that has ended looks once more at its function.
    pub(crate) fn into_error(self) -> Error {
        match self {
            Self::Failed(error) => error,
            Self::Stop(stop) => Kind::Method(stop.to_string()).into(),
        }
    }
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Kind> for Halt {
    fn from(kind: Kind) -> Self {
        Self::Failed(kind.into())
    }
}

impl From<dezero_core::Error> for Halt {
    fn from(error: dezero_core::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<dezero_compile::Error> for Halt {
    fn from(error: dezero_compile::Error) -> Self {
        Kind::Program(error).into()
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// A search for a minimum, as a method sees it.
pub(crate) struct Search<'f> {
    function: Function<'f>,
    goal: Goal,
    /// Whether the function gives residuals, and their squares are summed.
    is_squared: bool,
    /// The last one with residuals, while their squares are asked for.
    residual_sample: Option<Rc<Sample>>,
    /// What the function recorded, if it is to be replayed.
    replay: Option<Replay>,
    layout: Layout,
    /// Whether the variables are joined into one, which second derivatives need.
    joined: bool,
    pub(crate) options: &'f Options,
    pub(crate) bounds: Option<Bounds>,
    callback: Option<Callback<'f>>,
    calls: Cell<usize>,
    evaluations: Evaluations,
    started: Instant,
    iterations: usize,
    iteration_limit: usize,
    /// The largest entry of the gradient at the start.
    first_norm: Option<f64>,
    first: Option<Arc<[f64]>>,
    best: Option<(Arc<[f64]>, f64)>,
    last: Option<Iteration>,
    last_sample: Option<Rc<Sample>>,
    trace: Vec<Iteration>,
    sparsity: Sparsity,
    is_doubted: bool,
    /// A direction of negative curvature, where the search ended at a saddle.
    pub(crate) down: Option<Vec<f64>>,
    /// Where a method has looked at the Hessian already, and what it saw.
    seen: Option<(Arc<[f64]>, Curvature)>,
}

impl<'f> Search<'f> {
    pub(crate) fn new(
        function: Function<'f>,
        goal: Goal,
        layout: Layout,
        options: &'f Options,
        bounds: Option<Bounds>,
        callback: Option<Callback<'f>>,
    ) -> Self {
        Self {
            function,
            goal,
            is_squared: false,
            residual_sample: None,
            replay: None,
            down: None,
            joined: layout.variables() == 1,
            layout,
            options,
            bounds,
            callback,
            calls: Cell::new(0),
            evaluations: Evaluations::default(),
            started: Instant::now(),
            iterations: 0,
            iteration_limit: usize::MAX,
            first_norm: None,
            first: None,
            best: None,
            last: None,
            last_sample: None,
            trace: Vec::new(),
            sparsity: Sparsity::Unknown,
            is_doubted: false,
            seen: None,
        }
    }

    pub(crate) fn dimension(&self) -> usize {
        self.layout.dimension()
    }

    /// The size of the numbers: of the point, the start, and the way between them.
    pub(crate) fn scale(&self, x: &[f64]) -> f64 {
        let first = self.first.as_deref().unwrap_or(x);
        norm(x).max(norm(first)).max(norm(&difference(x, first)))
    }

    pub(crate) fn goal(&self) -> Goal {
        self.goal
    }

    /// Joins the variables into one from here on, for the methods that ask for Hessians.
    pub(crate) fn join(&mut self) {
        self.joined = true;
    }

    /// The limit of iterations, if the user gave none.
    pub(crate) fn limit_iterations(&mut self, otherwise: usize) {
        self.iteration_limit = self.options.iterations.unwrap_or(otherwise);
    }

    pub(crate) fn evaluations(&self) -> Evaluations {
        Evaluations {
            value: self.calls.get(),
            ..self.evaluations
        }
    }

    /// The unit in which values and gradients of this function are rounded.
    pub(crate) fn epsilon(&self) -> f64 {
        if self.layout.is_single() {
            f64::from(f32::EPSILON)
        } else {
            f64::EPSILON
        }
    }

    fn sign(&self) -> f64 {
        if self.goal == Goal::Maximum {
            -1.0
        } else {
            1.0
        }
    }

    /// The function at the start, where it and its gradient have to be finite.
    pub(crate) fn begin(&mut self, x: Vec<f64>) -> Result<Rc<Sample>, Halt> {
        if let Some(i) = x.iter().position(|x| !x.is_finite()) {
            let message = format!("number {i} of the start is {:?}", x[i]);
            return Err(Kind::Bounds(message).into());
        }
        let at = self.evaluate(x)?;
        if !at.value.is_finite() {
            let value = if self.goal == Goal::LeastSquares {
                at.value
            } else {
                self.record(&at)?.value().item()
            };
            return Err(Kind::Start {
                value,
                what: "value",
            }
            .into());
        }
        Ok(at)
    }

    /// Tells of a point that was reached, with its gradient: the search ends here if it is one to end at.
    pub(crate) fn arrive(&mut self, at: &Rc<Sample>) -> Result<(), Halt> {
        let gradient = self.gradient(at)?;
        let gradient_norm = match &self.bounds {
            Some(bounds) if all_finite(gradient) => largest(&bounds.projected(&at.x, gradient)),
            _ => largest(gradient),
        };
        if !gradient_norm.is_finite() && self.last.is_none() {
            return Err(Kind::Start {
                value: self.sign() * at.value,
                what: "gradient",
            }
            .into());
        }
        if gradient_norm == 0.0 && self.last.is_none() {
            self.check_record(at)?;
        }
        let first = *self.first_norm.get_or_insert(gradient_norm);
        let previous = self.reach(at, gradient_norm)?;
        let options = self.options;
        if !gradient_norm.is_finite() || !at.value.is_finite() {
            return Err(Stop::Diverged.into());
        }
        let tolerance = options.gradient_tolerance(self.goal, self.epsilon());
        if gradient_norm <= tolerance.max(options.relative_gradient * first) {
            return Err(Stop::Gradient.into());
        }
        if let Some(previous) = previous {
            self.check_change(&previous, at)?;
        }
        self.check_limits()
    }

    /// [`arrive`](Self::arrive), for methods without gradients.
    pub(crate) fn arrive_without_gradient(&mut self, at: &Rc<Sample>) -> Result<(), Halt> {
        let previous = self.reach(at, f64::NAN)?;
        if let Some(previous) = previous
            && previous.value != at.value
        {
            self.check_change(&previous, at)?;
        }
        self.check_limits()
    }

    /// Notes a point, and gives the one before.
    fn reach(&mut self, at: &Rc<Sample>, gradient_norm: f64) -> Result<Option<Iteration>, Halt> {
        let previous = self.last.take();
        self.first.get_or_insert_with(|| Arc::clone(&at.x));
        if previous.is_some() {
            self.iterations += 1;
        }
        let step = previous
            .as_ref()
            .map_or(0.0, |previous| norm(&difference(&at.x, &previous.x)));
        let reached = Iteration {
            iteration: self.iterations,
            x: Arc::clone(&at.x),
            value: self.sign() * at.value,
            gradient_norm,
            step,
            evaluations: self.evaluations(),
        };
        if self.options.trace {
            self.trace.push(reached.clone());
        }
        let asked = self.callback.as_mut().map(|callback| callback(&reached));
        self.last = Some(reached);
        self.last_sample = Some(Rc::clone(at));
        match asked {
            Some(ControlFlow::Break(())) => Err(Stop::Callback.into()),
            _ => Ok(previous),
        }
    }

    fn check_change(&self, previous: &Iteration, at: &Sample) -> Result<(), Halt> {
        let options = self.options;
        let (before, now) = (self.sign() * previous.value, at.value);
        let change = options
            .value
            .allows((before - now).abs(), now.abs().max(before.abs()));
        if change && now <= before {
            return Err(Stop::Value.into());
        }
        let step = self.last.as_ref().map_or(0.0, |last| last.step);
        if options.step.allows(step, norm(&at.x)) {
            return Err(Stop::Step.into());
        }
        Ok(())
    }

    pub(crate) fn check_limits(&self) -> Result<(), Halt> {
        if self.iterations >= self.iteration_limit {
            return Err(Stop::Iterations(self.iteration_limit).into());
        }
        self.check_time()
    }

    fn check_time(&self) -> Result<(), Halt> {
        match self.options.time {
            Some(limit) if self.started.elapsed() >= limit && self.best.is_some() => {
                Err(Stop::Time(limit).into())
            }
            _ => Ok(()),
        }
    }

    /// The best point so far.
    pub(crate) fn best(&self) -> Option<Iteration> {
        let (x, value) = self.best.as_ref()?;
        let value = self.sign() * value;
        let is_last = |last: &&Iteration| last.x == *x;
        if let Some(last) = self.last.as_ref().filter(is_last) {
            return Some(last.clone());
        }
        Some(Iteration {
            iteration: self.iterations,
            x: Arc::clone(x),
            value,
            gradient_norm: f64::NAN,
            step: 0.0,
            evaluations: self.evaluations(),
        })
    }

    /// Where the method arrived, if it did; else the best point.
    pub(crate) fn end(&mut self, stop: Stop) -> Option<Iteration> {
        let best = self.best();
        let arrived = self.last.take().filter(|last| last.value.is_finite());
        match arrived {
            Some(last) if stop.is_converged() => Some(last),
            Some(last)
                if best
                    .as_ref()
                    .is_none_or(|best| self.sign() * best.value >= self.sign() * last.value) =>
            {
                Some(last)
            }
            _ => best,
        }
    }

    /// Notes how the function curves at a point.
    pub(crate) fn see(&mut self, at: &Sample, curvature: Curvature) {
        self.seen = Some((Arc::clone(&at.x), curvature));
    }

    /// How the function curves at a point, if that was noted.
    pub(crate) fn seen(&self, end: &Iteration) -> Option<Curvature> {
        self.seen
            .as_ref()
            .filter(|(x, _)| *x == end.x)
            .map(|&(_, curvature)| curvature)
    }

    pub(crate) fn iterations(&self) -> usize {
        self.iterations
    }

    pub(crate) fn take_trace(&mut self) -> Vec<Iteration> {
        std::mem::take(&mut self.trace)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// From here on, of a sum of squares the value is asked for in place of the residuals: it has a Hessian.
    pub(crate) fn square(&mut self) {
        if self.goal == Goal::LeastSquares {
            self.goal = Goal::Minimum;
            self.is_squared = true;
            self.residual_sample = self.last_sample.take();
        }
    }

    /// Asks for the residuals again.
    pub(crate) fn unsquare(&mut self) {
        if self.is_squared {
            self.goal = Goal::LeastSquares;
            self.is_squared = false;
            self.last_sample = self.residual_sample.take();
        }
    }

    /// Goes on from where a search ended: the way from there is a step.
    pub(crate) fn resume(&mut self, end: &Iteration) {
        self.last = Some(end.clone());
    }

    /// A value as a search sees it.
    pub(crate) fn signed(&self, value: f64) -> f64 {
        self.sign() * value
    }

    /// Whether [`sample_of`](Self::sample_of) is within the limit of calls.
    pub(crate) fn may_look_at(&self, end: &Iteration) -> bool {
        let is_known = |sample: &Rc<Sample>| self.joined && sample.x == end.x;
        self.calls.get() < self.options.evaluations
            || self.last_sample.as_ref().is_some_and(is_known)
    }

    /// The function where the search ended, with its variables joined: called again only if the search
    /// has no record of it.
    pub(crate) fn sample_of(&mut self, end: &Iteration) -> Result<Rc<Sample>, Halt> {
        let known = self
            .last_sample
            .clone()
            .filter(|sample| self.joined && sample.x == end.x);
        if let Some(sample) = known {
            return Ok(sample);
        }
        self.joined = true;
        self.call(Arc::clone(&end.x)).map(Rc::new)
    }
}
