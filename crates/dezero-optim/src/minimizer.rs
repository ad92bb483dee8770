//! `Minimizer`: what is sought, how, how exactly and for how long; and the calls for those who want the
//! defaults.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Duration;

use dezero_core::Variable;
use dezero_core::transforms::{Point, Returned};

use crate::bounds::{Bound, Bounds};
use crate::curvature;
use crate::error::{Error, Kind};
use crate::layout::Layout;
use crate::method::Method;
use crate::methods;
use crate::optimum::{Curvature, Iteration, Optimum};
use crate::search::{Callback, Function, Goal, Halt, Search};
use crate::squares;

/// Finds a minimum of a function of one variable of any shape, or several, that gives one number, by
/// the default method.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::minimize;
///
/// let x = Variable::new([-1.2, 1.0]);
/// let found = minimize(
///     |x| {
///         let (x0, x1) = (x.get_item(0), x.get_item(1));
///         100.0 * (x1 - x0.square()).square() + (1.0 - x0).square()
///     },
///     &x,
/// )?;
/// assert!(found.is_converged());
/// assert!((found.x.to_vec::<f64>()[0] - 1.0).abs() < 1e-9);
/// println!("{found}");
/// # Ok::<(), dezero_optim::Error>(())
/// ```
///
/// # Errors
///
/// As [`Minimizer::minimize`].
pub fn minimize<P: Point, R: Returned>(
    f: impl Fn(&P::Arguments) -> R,
    start: P,
) -> Result<Optimum<P::Each<Variable>>, Error> {
    Minimizer::new(Method::Auto).minimize(f, start)
}

/// Finds a maximum, as [`minimize`] finds a minimum.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::maximize;
///
/// let top = maximize(|x| x * (-x).exp(), &Variable::new(0.0))?;
/// assert!((top.x.item() - 1.0).abs() < 1e-8);
/// # Ok::<(), dezero_optim::Error>(())
/// ```
///
/// # Errors
///
/// As [`Minimizer::minimize`].
pub fn maximize<P: Point, R: Returned>(
    f: impl Fn(&P::Arguments) -> R,
    start: P,
) -> Result<Optimum<P::Each<Variable>>, Error> {
    Minimizer::new(Method::Auto).maximize(f, start)
}

/// A search: its method, tolerances, limits, bounds and callback.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_optim::{GradientDescent, Minimizer};
///
/// // The book's Rosenbrock function, from its start.
/// let (x0, x1) = (Variable::new(0.0), Variable::new(2.0));
/// let found = Minimizer::new(GradientDescent::new(0.001))
///     .iterations(10_000)
///     .trace(true)
///     .minimize(
///         |[x0, x1]| 100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0),
///         [&x0, &x1],
///     )?;
/// assert_eq!(found.trace.len(), 10_001);
/// assert_eq!(found.x[0].item(), 0.9944984367782456);
/// # Ok::<(), dezero_optim::Error>(())
/// ```
pub struct Minimizer<'a> {
    method: Method,
    options: Options,
    bounds: Option<(Bound, Bound)>,
    callback: Option<Callback<'a>>,
}

/// The most saddles that a search leaves.
const ESCAPES: usize = 5;

/// What a search is told besides the function and the method.
pub(crate) struct Options {
    gradient_tolerance: Option<f64>,
    pub(crate) relative_gradient: f64,
    pub(crate) value: Tolerance,
    pub(crate) step: Tolerance,
    pub(crate) iterations: Option<usize>,
    pub(crate) evaluations: usize,
    pub(crate) time: Option<Duration>,
    pub(crate) trace: bool,
    pub(crate) curvature: bool,
    pub(crate) compile: bool,
}

impl Options {
    /// Whether the user has not said how small the gradient has to be.
    pub(crate) fn has_default_gradient_tolerance(&self) -> bool {
        self.gradient_tolerance.is_none() && self.relative_gradient == 0.0
    }

    /// The largest entry that the gradient may have, for numbers of a given precision. Sums of squares come
    /// in all sizes: unless told otherwise, they are searched to the end of precision.
    pub(crate) fn gradient_tolerance(&self, goal: Goal, epsilon: f64) -> f64 {
        /// About the square root of the precision.
        const ROOTS: f64 = 0.67;
        let default = if goal == Goal::LeastSquares {
            0.0
        } else {
            ROOTS * epsilon.sqrt()
        };
        self.gradient_tolerance.unwrap_or(default)
    }
}

/// How small a change has to be, relative to what changes or absolutely; 0 is off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tolerance {
    relative: f64,
    absolute: f64,
}

impl Tolerance {
    pub(crate) fn allows(self, change: f64, size: f64) -> bool {
        let most = self.absolute.max(self.relative * size);
        most > 0.0 && change <= most
    }
}

impl<'a> Minimizer<'a> {
    /// A search by a method, with the default tolerances and limits.
    pub fn new(method: impl Into<Method>) -> Self {
        Self {
            method: method.into(),
            options: Options {
                gradient_tolerance: None,
                relative_gradient: 0.0,
                value: Tolerance::default(),
                step: Tolerance::default(),
                iterations: None,
                evaluations: usize::MAX,
                time: None,
                trace: false,
                curvature: true,
                compile: false,
            },
            bounds: None,
            callback: None,
        }
    }

    /// Ends the search when no entry of the gradient is above `absolute`: 1e-8 unless set, or 2.3e-4 in
    /// single precision. (Unless it is set, Newton steps in a trust region go on from there while they are
    /// long, and other methods end as [`Stop::Shallow`](crate::Stop::Shallow).) Of a sum of squares `r'r`, the gradient is `2 J'r`, and least squares go on to the end
    /// of precision unless this is set.
    #[must_use]
    pub fn gradient_tolerance(mut self, absolute: f64) -> Self {
        self.options.gradient_tolerance = Some(absolute);
        self
    }

    /// Ends the search when no entry of the gradient is above `relative` times the largest at the start; 0
    /// unless set.
    #[must_use]
    pub fn relative_gradient_tolerance(mut self, relative: f64) -> Self {
        self.options.relative_gradient = relative;
        self
    }

    /// Ends the search when an iteration lowers the value by no more than `relative` times its size, or
    /// than `absolute`; both are 0, which is off, unless set.
    #[must_use]
    pub fn value_tolerance(mut self, relative: f64, absolute: f64) -> Self {
        self.options.value = Tolerance { relative, absolute };
        self
    }

    /// Ends the search when an iteration moves the point by no more than `relative` times its Euclidean
    /// norm, or than `absolute`; both are 0, which is off, unless set.
    #[must_use]
    pub fn step_tolerance(mut self, relative: f64, absolute: f64) -> Self {
        self.options.step = Tolerance { relative, absolute };
        self
    }

    /// The most iterations: 10,000 unless set, 100,000 of gradient descent and its kin.
    #[must_use]
    pub fn iterations(mut self, most: usize) -> Self {
        self.options.iterations = Some(most);
        self
    }

    /// The most calls of the function; without limit unless set.
    #[must_use]
    pub fn evaluations(mut self, most: usize) -> Self {
        self.options.evaluations = most;
        self
    }

    /// The longest time, looked at between calls of the function; without limit unless set.
    #[must_use]
    pub fn time(mut self, most: Duration) -> Self {
        self.options.time = Some(most);
        self
    }

    /// Bounds for the numbers: the same for all, or one for each. The function is never called outside.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// use dezero_optim::{Method, Minimizer};
    ///
    /// let found = Minimizer::new(Method::Auto)
    ///     .bounds([0.0, 2.0], f64::INFINITY)
    ///     .minimize(|x| (x - 1.0).square().sum(..), &Variable::new([3.0, 3.0]))?;
    /// assert_eq!(found.x.to_vec::<f64>(), [1.0, 2.0]);
    /// # Ok::<(), dezero_optim::Error>(())
    /// ```
    #[must_use]
    pub fn bounds(mut self, lower: impl Into<Bound>, upper: impl Into<Bound>) -> Self {
        self.bounds = Some((lower.into(), upper.into()));
        self
    }

    /// Shows each point that is reached, the start first, to `callback`, which stops the search by
    /// [`ControlFlow::Break`].
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use dezero_core::Variable;
    /// use dezero_optim::{Method, Minimizer, Stop};
    ///
    /// let found = Minimizer::new(Method::Bfgs)
    ///     .on_iteration(|step| {
    ///         println!("{} {:?} {}", step.iteration, step.x, step.value);
    ///         if step.value < 0.1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    ///     })
    ///     .minimize(|x| x.powf(4.0), &Variable::new(1.0))?;
    /// assert_eq!(found.stop, Stop::Callback);
    /// # Ok::<(), dezero_optim::Error>(())
    /// ```
    #[must_use]
    pub fn on_iteration(
        mut self,
        callback: impl FnMut(&Iteration) -> ControlFlow<()> + 'a,
    ) -> Self {
        self.callback = Some(Box::new(callback));
        self
    }

    /// Whether to keep all points on the way.
    #[must_use]
    pub fn trace(mut self, keep: bool) -> Self {
        self.options.trace = keep;
        self
    }

    /// Whether to look at the Hessian at the end, as is done unless this is off: for the price of one
    /// Hessian, it tells a minimum from a saddle, and from where a gradient is small because the units are.
    /// Newton's method in a trust region, fits and the default method leave a saddle and go on.
    #[must_use]
    pub fn check_curvature(mut self, check: bool) -> Self {
        self.options.curvature = check;
        self
    }

    /// Whether to record the function at the start, and to replay that in place of calling it: values,
    /// gradients and products of the Hessian with vectors come from programs then, to the same last digit
    /// and in a fraction of the time. Off unless set.
    ///
    /// The function has to do the same operations everywhere. One that branches on a value that it reads
    /// out, draws random numbers or counts its calls does not, and most such are found out: the program is
    /// compared with the function near the start. Where a Hessian is taken as a matrix, and for least squares,
    /// the function is called as ever; so it is where a variable is not of f64.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// use dezero_optim::{GradientDescent, Minimizer};
    ///
    /// let (x0, x1) = (Variable::new(0.0), Variable::new(2.0));
    /// let found = Minimizer::new(GradientDescent::new(0.001))
    ///     .iterations(10_000)
    ///     .compile(true)
    ///     .minimize(
    ///         |[x0, x1]| 100.0 * (x1 - x0.powf(2.0)).powf(2.0) + (1.0 - x0).powf(2.0),
    ///         [&x0, &x1],
    ///     )?;
    /// assert_eq!(found.x[0].item(), 0.9944984367782456); // as without
    /// # Ok::<(), dezero_optim::Error>(())
    /// ```
    #[must_use]
    pub fn compile(mut self, compile: bool) -> Self {
        self.options.compile = compile;
        self
    }

    /// Finds a minimum of a function that gives one number.
    ///
    /// # Errors
    ///
    /// What the function reports, with the best point until then; a start that is empty, not of floats,
    /// outside the bounds, or where the function or its gradient is not finite; a method that does not do
    /// what is asked.
    pub fn minimize<P: Point, R: Returned>(
        self,
        f: impl Fn(&P::Arguments) -> R,
        start: P,
    ) -> Result<Optimum<P::Each<Variable>>, Error> {
        self.run(Goal::Minimum, boxed::<P, R>(f), start)
    }

    /// Finds a maximum of a function that gives one number. Values, gradients and the trace are those of
    /// the function itself.
    ///
    /// # Errors
    ///
    /// As [`minimize`](Self::minimize).
    pub fn maximize<P: Point, R: Returned>(
        self,
        f: impl Fn(&P::Arguments) -> R,
        start: P,
    ) -> Result<Optimum<P::Each<Variable>>, Error> {
        self.run(Goal::Maximum, boxed::<P, R>(f), start)
    }

    fn run<P: Point>(
        self,
        goal: Goal,
        function: Function<'_>,
        start: P,
    ) -> Result<Optimum<P::Each<Variable>>, Error> {
        if goal == Goal::Minimum && self.method.needs_residuals() {
            return self.run_on_squares(&function, start);
        }
        let (found, ()) = self.search(goal, function, &start.variables(), |_, _| Ok(()))?;
        Ok(found.map(P::each))
    }

    /// Runs a search on the residuals that are seen in what the function records.
    fn run_on_squares<P: Point>(
        self,
        function: &Function<'_>,
        start: P,
    ) -> Result<Optimum<P::Each<Variable>>, Error> {
        let unseen = RefCell::new(None);
        let residuals = |xs: &[Variable]| {
            squares::residuals(&function(xs)?)?.map_err(|message| {
                let error = dezero_core::Error::function("least squares", message.as_str());
                *unseen.borrow_mut() = Some(message);
                error
            })
        };
        let start = start.variables();
        let found = self.search(Goal::LeastSquares, Box::new(residuals), &start, |_, _| {
            Ok(())
        });
        match (found, unseen.take()) {
            (Err(_), Some(message)) => Err(Kind::Method(message).into()),
            (found, _) => found.map(|(optimum, ())| optimum.map(P::each)),
        }
    }

    /// Runs a search, and lets `look` learn more from where it ended.
    pub(crate) fn search<T>(
        self,
        goal: Goal,
        function: Function<'_>,
        start: &[&Variable],
        look: impl FnOnce(&mut Search<'_>, &Iteration) -> Result<T, Error>,
    ) -> Result<(Optimum<Vec<Variable>>, T), Error> {
        let (layout, x) = Layout::of(start)?;
        let bounds = self.bounds.as_ref();
        let bounds = bounds.map(|bounds| Bounds::new(bounds, &x, |i| layout.is_single_at(i)));
        let bounds = bounds.transpose()?;
        self.check_method(goal, bounds.is_some())?;
        let Self {
            method,
            options,
            callback,
            ..
        } = self;
        let mut search = Search::new(function, goal, layout, &options, bounds, callback);
        if options.compile {
            search.record_once(&x).map_err(Halt::into_error)?;
        }
        // Those who leave the method open, or fit, do not want to end at a saddle.
        let leaves_saddles = matches!(method, Method::Auto | Method::LevenbergMarquardt);
        let mut escapes = if leaves_saddles { ESCAPES } else { 0 };
        let mut start = x;
        let (used, end, stop, curvature) = loop {
            let (used, halt) = methods::run(&method, &mut search, start);
            let stop = match halt {
                Halt::Stop(stop) => stop,
                Halt::Failed(error) => return Err(error.after(search.best())),
            };
            let Some(end) = search.end(stop) else {
                // No point was finite, and yet none was refused: the first call was never made.
                return Err(Kind::Method(format!("the search did not begin: {stop}")).into());
            };
            let (curvature, stop) = if options.curvature {
                curvature::at(&mut search, &end, stop)
            } else {
                (Curvature::Unknown, stop)
            };
            let is_left = curvature.is_saddle() && stop.is_converged() && escapes > 0;
            if is_left && let Some(lower) = curvature::below(&mut search, &end) {
                escapes -= 1;
                search.unsquare();
                search.resume(&end);
                start = lower.x.to_vec();
                continue;
            }
            search.unsquare();
            break (used, end, stop, curvature);
        };
        let looked = look(&mut search, &end)?;
        let optimum = Optimum {
            x: search.layout().separate(&end.x)?,
            value: end.value,
            gradient_norm: end.gradient_norm,
            stop,
            iterations: search.iterations(),
            evaluations: search.evaluations(),
            method: used,
            curvature,
            trace: search.take_trace(),
            is_upwards: goal == Goal::Maximum,
        };
        Ok((optimum, looked))
    }

    fn check_method(&self, goal: Goal, bounded: bool) -> Result<(), Error> {
        let method = &self.method;
        if bounded && !method.takes_bounds() {
            return Err(Kind::Method(format!(
                "{method} does not stay within bounds; `Lbfgs` does, for residuals `LevenbergMarquardt`, and so do `GradientDescent` and `NelderMead`"
            ))
            .into());
        }
        if let Some(reason) = method.unusable() {
            return Err(Kind::Method(format!("{method}: {reason}")).into());
        }
        let tolerance = self.options.gradient_tolerance(goal, 1.0);
        if tolerance.is_nan() || tolerance < 0.0 {
            return Err(Kind::Method(format!(
                "a gradient tolerance of {tolerance:?} is never met"
            ))
            .into());
        }
        if goal == Goal::Maximum && method.needs_residuals() {
            return Err(Kind::Method(format!("{method} finds least squares, not maxima")).into());
        }
        if goal == Goal::LeastSquares && !method.takes_residuals() {
            return Err(Kind::Method(format!(
                "{method} does not work on residuals: minimise the sum of their squares, or use `LevenbergMarquardt`"
            ))
            .into());
        }
        Ok(())
    }
}

/// A function of variables that is given what it takes.
pub(crate) fn boxed<'f, P: Point, R: Returned>(
    f: impl Fn(&P::Arguments) -> R + 'f,
) -> Function<'f> {
    Box::new(move |xs| f(P::arguments(xs.to_vec()).borrow()).returned())
}
