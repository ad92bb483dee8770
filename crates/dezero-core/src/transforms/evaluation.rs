//! `Evaluation`: a function called once at a point, and all its derivatives there from that one record.

use std::cell::OnceCell;
use std::fmt;
use std::panic::Location;

use super::jacobian::either;
use super::point::{Call, Point, Returned};
use super::second::{hessian_blocks, hessian_products};
use crate::error::{Error, Result};
use crate::mode;
use crate::operators::panicking;
use crate::sparse::{self, SparseMatrix, SparsePlan};
use crate::taylor::zeros;
use crate::variable::Variable;

/// A function called once at a point: its value, and whichever derivatives are asked for, all from
/// the record of that one call.
///
/// The transforms call the function each time. A minimiser that has looked at a value and then
/// wants the gradient there, and then the Hessian, asks an evaluation. What is given for each
/// variable comes as a `Vec`, also for one variable.
///
/// ```
/// use dezero_core::{Variable, transforms::Evaluation};
///
/// let x = Variable::new([1.0, 2.0]);
/// let at = Evaluation::new(|x| x.powf(3.0).sum(..), &x);
/// assert_eq!(at.value().item(), 9.0);
/// assert_eq!(at.try_grad()?[0].to_vec::<f64>(), [3.0, 12.0]);
/// assert_eq!(at.try_hessian()?[0][0].to_vec::<f64>(), [6.0, 0.0, 0.0, 12.0]);
/// # Ok::<(), dezero_core::Error>(())
/// ```
pub struct Evaluation {
    call: Call,
    /// The gradient with its record, from when it is needed.
    gradient: OnceCell<Vec<Variable>>,
}

impl Evaluation {
    /// Calls the function.
    ///
    /// # Panics
    ///
    /// Where [`try_new`](Self::try_new) gives an error.
    #[track_caller]
    pub fn new<P: Point, R: Returned>(f: impl Fn(&P::Arguments) -> R, at: P) -> Self {
        panicking(Self::try_new(f, at))
    }

    /// [`new`](Self::new), or why it cannot be.
    ///
    /// # Errors
    ///
    /// What the function reports; a point or a result that is not of floats.
    #[track_caller]
    pub fn try_new<P: Point, R: Returned>(f: impl Fn(&P::Arguments) -> R, at: P) -> Result<Self> {
        let call = Call::new("evaluation", &f, &at, Location::caller())?;
        Ok(Self {
            call,
            gradient: OnceCell::new(),
        })
    }

    /// The value of the function.
    pub fn value(&self) -> Variable {
        self.call.give(self.call.y.clone())
    }

    /// Whether no way in the record leads from the result to a variable, so that all derivatives are zero.
    ///
    /// ```
    /// use dezero_core::{Variable, transforms::Evaluation};
    /// let x = Variable::new(2.0);
    /// assert!(!Evaluation::new(|x| x * 3.0, &x).is_constant());
    /// assert!(Evaluation::new(|x| Variable::new(x.item() * 3.0), &x).is_constant());
    /// ```
    pub fn is_constant(&self) -> bool {
        let call = &self.call;
        !call.y.is_tracked() || !call.between(&[&call.y]).leads_somewhere()
    }

    /// The gradient of a function that gives one number: for each variable, of its shape.
    ///
    /// # Errors
    ///
    /// If the function gives something else than one number, or as [`try_grad`](crate::try_grad).
    #[track_caller]
    pub fn try_grad(&self) -> Result<Vec<Variable>> {
        self.scalar()?;
        if self.call.keep || self.gradient.get().is_some() {
            let gradient = self.recorded_gradient()?;
            return Ok(gradient
                .iter()
                .map(|gx| self.call.give(gx.clone()))
                .collect());
        }
        self.call.plain_gradient()
    }

    /// The Hessian of a function that gives one number, times a vector: one for each variable, of its
    /// shape.
    ///
    /// # Errors
    ///
    /// If the vectors do not have the shapes of the variables, or as [`try_grad`](Self::try_grad).
    #[track_caller]
    pub fn try_hvp(&self, vs: &[&Variable]) -> Result<Vec<Variable>> {
        self.scalar()?;
        let vs = self.fitting("vector", vs)?;
        hessian_products(&self.call, self.recorded_gradient()?, &vs)
    }

    /// The Hessian of a function that gives one number: for each variable a row with a block for each,
    /// of the shapes of both.
    ///
    /// # Errors
    ///
    /// If memory cannot hold it, or as [`try_grad`](Self::try_grad).
    #[track_caller]
    pub fn try_hessian(&self) -> Result<Vec<Vec<Variable>>> {
        self.scalar()?;
        hessian_blocks(&self.call, self.recorded_gradient()?)
    }

    /// The Jacobian: for each variable, of the shape of the result followed by that of the variable.
    ///
    /// # Errors
    ///
    /// If memory cannot hold it, or as [`try_grad`](crate::try_grad).
    #[track_caller]
    pub fn try_jacobian(&self) -> Result<Vec<Variable>> {
        either(&self.call)
    }

    /// A cotangent of the result's shape times the Jacobian: one for each variable, of its shape.
    ///
    /// # Errors
    ///
    /// If the cotangent has another shape, or as [`try_grad`](crate::try_grad).
    #[track_caller]
    pub fn try_vjp(&self, cotangent: &Variable) -> Result<Vec<Variable>> {
        let call = &self.call;
        let cotangent = call.fitting("cotangent", cotangent, &call.y)?;
        let gradient = call.gradient(Some(&cotangent))?;
        Ok(gradient.into_iter().map(|gx| call.give(gx)).collect())
    }

    /// The Jacobian times a vector, which has a part for each variable, of its shape: of the result's
    /// shape.
    ///
    /// # Errors
    ///
    /// If the parts do not have the shapes of the variables, or as [`try_jvp`](super::try_jvp).
    #[track_caller]
    pub fn try_jvp(&self, tangents: &[&Variable]) -> Result<Variable> {
        let call = &self.call;
        let tangents = self.fitting("tangent", tangents)?;
        let found = call.recorded(|| call.between(&[&call.y]).first(&tangents))?;
        let tangent = found.into_iter().next().flatten();
        Ok(call.give(tangent.unwrap_or_else(|| call.y.with_value(zeros))))
    }

    /// Where the Hessian of a function of one variable can differ from zero, and from how few products it
    /// is found; for this point and all others at which the function does the same operations.
    ///
    /// # Errors
    ///
    /// If the function is of several variables, more than `most` entries (or 2^28) can differ from zero, or
    /// as [`try_grad`](Self::try_grad).
    #[track_caller]
    pub fn try_hessian_plan(&self, most: usize) -> Result<SparsePlan> {
        self.scalar()?;
        let x = self.only()?;
        let gradient = &self.recorded_gradient()?[0];
        SparsePlan::hessian(gradient, x, most).map_err(|error| error.at(self.call.line))
    }

    /// The Hessian as a sparse matrix, by a plan that was made at this point or at another.
    ///
    /// # Errors
    ///
    /// If the plan is of another shape, or as [`try_hessian_plan`](Self::try_hessian_plan).
    #[track_caller]
    pub fn try_sparse_hessian(&self, plan: &SparsePlan) -> Result<SparseMatrix> {
        self.scalar()?;
        self.only()?;
        let gradient = &self.recorded_gradient()?[0];
        sparse::hessian_entries(&self.call, gradient, plan)
            .map_err(|error| error.at(self.call.line))
    }

    /// [`try_hessian_plan`](Self::try_hessian_plan), for the Jacobian.
    ///
    /// # Errors
    ///
    /// As there, but the function may give any shape.
    #[track_caller]
    pub fn try_jacobian_plan(&self, most: usize) -> Result<SparsePlan> {
        SparsePlan::jacobian(&self.call.y, self.only()?, most)
            .map_err(|error| error.at(self.call.line))
    }

    /// The Jacobian as a sparse matrix, by a plan that was made at this point or at another.
    ///
    /// # Errors
    ///
    /// If the plan is of another shape, or as [`try_jacobian_plan`](Self::try_jacobian_plan).
    #[track_caller]
    pub fn try_sparse_jacobian(&self, plan: &SparsePlan) -> Result<SparseMatrix> {
        self.only()?;
        sparse::jacobian_entries(&self.call, plan).map_err(|error| error.at(self.call.line))
    }

    fn recorded_gradient(&self) -> Result<&[Variable]> {
        if let Some(gradient) = self.gradient.get() {
            return Ok(gradient);
        }
        let gradient = self.call.gradient(None)?;
        Ok(self.gradient.get_or_init(|| gradient))
    }

    fn scalar(&self) -> Result<()> {
        self.call.check_scalar()
    }

    fn only(&self) -> Result<&Variable> {
        match &self.call.xs[..] {
            [x] => Ok(x),
            xs => Err(Error::derivative(format!(
                "evaluation: sparse matrices are of functions of one variable, and this one has {}; join them by \
                 `Variable::concatenate`",
                xs.len()
            ))
            .at(self.call.line)),
        }
    }

    fn fitting(&self, what: &str, vs: &[&Variable]) -> Result<Vec<Variable>> {
        let xs = &self.call.xs;
        if vs.len() != xs.len() {
            return Err(Error::derivative(format!(
                "evaluation: {} variables and {} {what}s; one for each is needed",
                xs.len(),
                vs.len()
            ))
            .at(self.call.line));
        }
        let fit = |(v, x): (&&Variable, &Variable)| self.call.fitting(what, v, x);
        vs.iter().zip(xs).map(fit).collect()
    }
}

impl fmt::Debug for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = mode::line(self.call.line);
        write!(f, "Evaluation({}, called at {line})", self.call.y)
    }
}
