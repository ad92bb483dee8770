//! `Search`: what a method may ask of a function, and where it tells how far it is.
//!
//! Everything that a method learns of the function comes through here, where it is counted, held within
//! bounds and limits, and remembered if it is the best so far. A method is a loop that ends by `?`: what
//! ends it is a [`Halt`].

use std::cell::{Cell, OnceCell};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use dezero_core::transforms::Evaluation;
use dezero_core::{SparsePlan, Variable, no_grad};
use faer::Mat;

use crate::bounds::Bounds;
use crate::error::{Error, Kind};
use crate::layout::Layout;
use crate::minimizer::Options;
use crate::optimum::{Evaluations, Iteration};
use crate::stop::Stop;
use crate::symmetric::{Structure, Symmetric};
use crate::vector::{all_finite, difference, largest, norm};

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

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// The function at a point. Of a maximum, that is the negative function.
pub(crate) struct Sample {
    pub(crate) x: Arc<[f64]>,
    /// Infinity if it is not a number.
    pub(crate) value: f64,
    record: Evaluation,
    gradient: OnceCell<Vec<f64>>,
}

/// A search for a minimum, as a method sees it.
pub(crate) struct Search<'f> {
    function: Function<'f>,
    goal: Goal,
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
    best: Option<(Arc<[f64]>, f64)>,
    last: Option<Iteration>,
    last_sample: Option<Rc<Sample>>,
    trace: Vec<Iteration>,
    sparsity: Sparsity,
    is_doubted: bool,
}

/// What is known of the places of a Hessian that are zero.
enum Sparsity {
    Unknown,
    /// All of it may differ from zero.
    Full,
    /// Few products give it, but it is worked with as a dense matrix.
    Compressed(SparsePlan),
    /// It is worked with as a sparse matrix.
    Sparse(SparsePlan, Arc<Structure>),
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
            best: None,
            last: None,
            last_sample: None,
            trace: Vec::new(),
            sparsity: Sparsity::Unknown,
            is_doubted: false,
        }
    }

    pub(crate) fn dimension(&self) -> usize {
        self.layout.dimension()
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
        let sample = self.call(x.into())?;
        if sample.value.is_finite() && self.best.as_ref().is_none_or(|best| sample.value < best.1) {
            self.best = Some((Arc::clone(&sample.x), sample.value));
        }
        if sample.value < BOTTOMLESS {
            return Err(Stop::Unbounded.into());
        }
        Ok(Rc::new(sample))
    }

    fn call(&self, x: Arc<[f64]>) -> Result<Sample, Halt> {
        let record = no_grad(|| {
            self.calls.set(self.calls.get() + 1);
            if self.joined {
                let f = |xs: &[Variable]| (self.function)(&self.layout.split(&xs[0])?);
                Evaluation::try_new(f, &[self.layout.joined(&x)?][..])
            } else {
                Evaluation::try_new(&self.function, &self.layout.separate(&x)?[..])
            }
        })?;
        let y = record.value();
        let value = match self.goal {
            Goal::LeastSquares => y.to_vec::<f64>().iter().map(|r| r * r).sum(),
            _ if y.size() != 1 => return Err(Kind::NotScalar(y.shape()).into()),
            _ => self.sign() * y.item(),
        };
        Ok(Sample {
            x,
            value: if value.is_nan() { f64::INFINITY } else { value },
            record,
            gradient: OnceCell::new(),
        })
    }

    /// The function at the start, where it and its gradient have to be finite.
    pub(crate) fn begin(&mut self, x: Vec<f64>) -> Result<Rc<Sample>, Halt> {
        if let Some(i) = x.iter().position(|x| !x.is_finite()) {
            let message = format!("number {i} of the start is {:?}", x[i]);
            return Err(Kind::Bounds(message).into());
        }
        let at = self.evaluate(x)?;
        if !at.value.is_finite() {
            let y = at.record.value();
            let value = if self.goal == Goal::LeastSquares {
                at.value
            } else {
                y.item()
            };
            return Err(Kind::Start {
                value,
                what: "value",
            }
            .into());
        }
        Ok(at)
    }

    /// The gradient of a sample.
    pub(crate) fn gradient<'a>(&mut self, at: &'a Sample) -> Result<&'a [f64], Halt> {
        if let Some(gradient) = at.gradient.get() {
            return Ok(gradient);
        }
        let parts = no_grad(|| match self.goal {
            // d/dx r'r = 2 J'r
            Goal::LeastSquares => at.record.try_vjp(&(2.0 * at.record.value())),
            _ => at.record.try_grad(),
        })?;
        self.evaluations.gradient += 1;
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

    /// Derivatives by each variable as one vector, of the negative function for a maximum.
    fn flat(&self, parts: &[Variable]) -> Vec<f64> {
        let sign = self.sign();
        let numbers = parts.iter().flat_map(|part| part.to_vec::<f64>());
        numbers.map(|x| sign * x).collect()
    }

    fn compressed_hessian(&mut self, at: &Sample) -> Result<Symmetric, Halt> {
        let n = self.dimension();
        self.evaluations.hessian += 1;
        let sign = self.sign();
        let signed = |x: &Variable| -> Vec<f64> {
            let mut values = x.to_vec::<f64>();
            for value in &mut values {
                *value *= sign;
            }
            values
        };
        let hessian = no_grad(|| match &self.sparsity {
            Sparsity::Sparse(plan, structure) => {
                let matrix = at.record.try_sparse_hessian(plan)?;
                self.evaluations.products += plan.colours();
                Ok(Symmetric::sparse(structure, &signed(matrix.values())))
            }
            Sparsity::Compressed(plan) => {
                let matrix = at.record.try_sparse_hessian(plan)?;
                self.evaluations.products += plan.colours();
                Ok(Symmetric::dense(n, &signed(&matrix.try_to_dense()?)))
            }
            Sparsity::Unknown | Sparsity::Full => {
                let blocks = at.record.try_hessian()?;
                self.evaluations.products += n;
                Ok(Symmetric::dense(n, &signed(&blocks[0][0])))
            }
        });
        let hessian = hessian.map_err(|error: dezero_core::Error| Halt::from(error))?;
        if hessian.is_finite() {
            Ok(hessian)
        } else if self.iterations == 0 {
            Err(Kind::Start {
                value: self.sign() * at.value,
                what: "Hessian",
            }
            .into())
        } else {
            Err(Stop::Diverged.into())
        }
    }

    /// Checks the sparsity when a Hessian is next asked for: a function that branches may have another one
    /// there than where it was found.
    pub(crate) fn doubt_sparsity(&mut self) {
        self.is_doubted = true;
    }

    /// The Hessian, from products in accordance with the sparsity. If that is in doubt, one more product
    /// tells whether it still holds.
    pub(crate) fn hessian(&mut self, at: &Sample) -> Result<Symmetric, Halt> {
        self.look_at_sparsity(at)?;
        let hessian = self.compressed_hessian(at)?;
        if !std::mem::take(&mut self.is_doubted) || matches!(self.sparsity, Sparsity::Full) {
            return Ok(hessian);
        }
        // No direction of zeros, nor of equal numbers.
        let v: Vec<f64> = (0..self.dimension())
            .map(|i| 0.5 + (i as f64 * 0.618_033_988_749_895).fract())
            .collect();
        let product = self.hessian_product(at, &v)?;
        let missed = difference(&product, &hessian.times(&v));
        if largest(&missed) <= self.epsilon().sqrt() * hessian.bound() * 1.5 {
            return Ok(hessian);
        }
        self.sparsity = Sparsity::Unknown;
        self.look_at_sparsity(at)?;
        self.compressed_hessian(at)
    }

    fn look_at_sparsity(&mut self, at: &Sample) -> Result<(), Halt> {
        if matches!(self.sparsity, Sparsity::Unknown) {
            self.sparsity = no_grad(|| sparsity(self.dimension(), &at.record))?;
        }
        Ok(())
    }

    /// Whether the Hessian is sparse enough to be factorised as a sparse matrix.
    pub(crate) fn is_sparse(&mut self, at: &Sample) -> Result<bool, Halt> {
        self.look_at_sparsity(at)?;
        Ok(matches!(self.sparsity, Sparsity::Sparse(..)))
    }

    /// The number of products that a Hessian takes.
    pub(crate) fn colours(&self) -> usize {
        match &self.sparsity {
            Sparsity::Unknown | Sparsity::Full => self.dimension(),
            Sparsity::Compressed(plan) | Sparsity::Sparse(plan, _) => plan.colours(),
        }
    }

    /// The product of a sample's Hessian with a vector.
    pub(crate) fn hessian_product(&mut self, at: &Sample, v: &[f64]) -> Result<Vec<f64>, Halt> {
        let v = self.layout.joined(v)?;
        let product = no_grad(|| at.record.try_hvp(&[&v]))?;
        self.evaluations.products += 1;
        let product = self.flat(&product);
        if all_finite(&product) {
            Ok(product)
        } else {
            Err(Stop::Diverged.into())
        }
    }

    /// The residuals of a sample.
    pub(crate) fn residuals(&self, at: &Sample) -> Vec<f64> {
        at.record.value().to_vec()
    }

    /// The Jacobian of a sample's residuals: a row for each residual.
    pub(crate) fn jacobian(&mut self, at: &Sample) -> Result<Mat<f64>, Halt> {
        let jacobian = no_grad(|| at.record.try_jacobian())?;
        let (m, n) = (at.record.value().size(), self.dimension());
        self.evaluations.jacobian += 1;
        self.evaluations.products += m.min(n);
        let entries = jacobian[0].to_vec::<f64>();
        Ok(Mat::from_fn(m, n, |i, j| entries[i * n + j]))
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

    fn check_limits(&self) -> Result<(), Halt> {
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

    pub(crate) fn iterations(&self) -> usize {
        self.iterations
    }

    pub(crate) fn take_trace(&mut self) -> Vec<Iteration> {
        std::mem::take(&mut self.trace)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The function where the search ended, with its variables joined: called again only if the search
    /// has no record of it.
    pub(crate) fn sample_of(&mut self, end: &Iteration) -> Result<Rc<Sample>, Halt> {
        let known = self
            .last_sample
            .take()
            .filter(|sample| self.joined && sample.x == end.x);
        match known {
            Some(sample) => Ok(sample),
            None => {
                self.joined = true;
                self.call(Arc::clone(&end.x)).map(Rc::new)
            }
        }
    }
}

/// Looks at the record for what of the Hessian can differ from zero.
fn sparsity(n: usize, record: &Evaluation) -> dezero_core::Result<Sparsity> {
    /// Below, a dense Hessian costs no more.
    const FEW: usize = 4;
    /// Up to here, a dense factorisation is as fast.
    const SMALL: usize = 50;

    if n < FEW {
        return Ok(Sparsity::Full);
    }
    let Ok(plan) = record.try_hessian_plan() else {
        return Ok(Sparsity::Full); // too large to be sparse
    };
    let thin = plan.pattern().nnz() <= n * n / 4 && plan.colours() <= n / 2;
    if n > SMALL
        && thin
        && let Some(structure) = Structure::new(plan.pattern())
    {
        return Ok(Sparsity::Sparse(plan, Arc::new(structure)));
    }
    if plan.colours() < n {
        return Ok(Sparsity::Compressed(plan));
    }
    Ok(Sparsity::Full)
}
