//! Functions with known minima, for testing minimisers.
//!
//! A test function knows its standard start and the minima that are published, local ones too, so
//! that a test can tell whether a minimiser has arrived somewhere. Many are sums of squares and
//! give their residuals. The 35 problems of Moré, Garbow and Hillstrom, on which minimisers have
//! been compared since 1981, come as a list, [`more_garbow_hillstrom`].
//!
//! ```
//! use dezero_core::{Variable, transforms};
//! use dezero_optim::test_functions::rosenbrock;
//!
//! let valley = rosenbrock(1.0, 100.0);
//! let start = Variable::new(valley.start());
//! assert_eq!(valley.value(&start)?.item(), 24.199999999999996);
//! let slope = transforms::grad(|x: &Variable| valley.value(x).unwrap(), &start);
//! assert_eq!(slope.to_vec::<f64>(), [-215.59999999999997, -87.99999999999999]);
//!
//! let bottom = Variable::new([1.0, 1.0]);
//! assert!(valley.is_minimum(valley.value(&bottom)?.item()));
//! # Ok::<(), dezero_core::Error>(())
//! ```

mod any_dimension;
mod data_fits;
mod few_variables;
mod more_garbow_hillstrom;
mod named;
#[cfg(test)]
mod tests;

pub use any_dimension::extended_rosenbrock;
pub use few_variables::{beale, helical_valley, powell_singular, rosenbrock, wood};
pub use more_garbow_hillstrom::more_garbow_hillstrom;
pub use named::{
    booth, chained_rosenbrock, goldstein_price, himmelblau, matyas, sphere, styblinski_tang,
    three_hump_camel, zakharov,
};

use std::fmt;
use std::sync::Arc;

use dezero_core::{Array, Error, Result, Tuple, Variable};

/// A function with known minima, for testing minimisers.
///
/// ```
/// use dezero_optim::test_functions::himmelblau;
///
/// let function = himmelblau();
/// assert_eq!(function.name(), "Himmelblau");
/// assert_eq!(function.dimension(), 2);
/// assert_eq!(function.minima().len(), 4); // all of value 0
/// ```
#[derive(Clone)]
pub struct TestFunction {
    name: &'static str,
    start: Vec<f64>,
    minima: Vec<KnownMinimum>,
    form: Form,
}

/// A published minimum of a [`TestFunction`].
#[derive(Clone, Debug, PartialEq)]
pub struct KnownMinimum {
    /// The value of the function there.
    pub value: f64,
    /// Where it is taken, at one point if there are several; none if it is only approached, as
    /// variables grow without bound or on a plateau, or if the place is not published.
    pub at: Option<Vec<f64>>,
    /// Whether no value of the function is lower.
    pub global: bool,
    /// Where the figure is published.
    pub source: &'static str,
}

/// A formula for x of shape (n,), n being the dimension of the function: no operation in it can
/// fail, and it is written with operators.
type Formula = Arc<dyn Fn(&Variable) -> Variable + Send + Sync>;

#[derive(Clone)]
enum Form {
    Value(Formula),
    Residuals(Formula),
}

impl TestFunction {
    /// What the function is called.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The standard start.
    pub fn start(&self) -> &[f64] {
        &self.start
    }

    /// The number of variables.
    pub fn dimension(&self) -> usize {
        self.start.len()
    }

    /// The published minima, global ones first.
    pub fn minima(&self) -> &[KnownMinimum] {
        &self.minima
    }

    /// The value at `x` of shape `(n,)`, a 0-d variable.
    ///
    /// # Errors
    ///
    /// When `x` is not one axis of [`dimension`](Self::dimension) elements.
    pub fn value(&self, x: &Variable) -> Result<Variable> {
        self.check(x)?;
        match &self.form {
            Form::Value(value) => Ok(value(x)),
            Form::Residuals(residuals) => residuals(x).try_square()?.try_sum(..),
        }
    }

    /// The residuals at `x` of shape `(n,)`, shape `(m,)`, if the function is a sum of squares:
    /// [`value`](Self::value) is the sum of their squares, without a factor 1/2.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// use dezero_optim::test_functions::{matyas, rosenbrock};
    ///
    /// let x = Variable::new([-1.2, 1.0]);
    /// let residuals = rosenbrock(1.0, 100.0).residuals(&x).unwrap()?;
    /// assert_eq!(residuals.to_vec::<f64>(), [-4.3999999999999995, 2.2]);
    /// assert!(matyas().residuals(&x).is_none());
    /// # Ok::<(), dezero_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`value`](Self::value).
    pub fn residuals(&self, x: &Variable) -> Option<Result<Variable>> {
        match &self.form {
            Form::Value(_) => None,
            Form::Residuals(residuals) => Some(self.check(x).map(|()| residuals(x))),
        }
    }

    /// Whether a value is that of a known minimum, global or not: to a relative 1e-6, or an
    /// absolute 1e-10 where it is zero.
    pub fn is_minimum(&self, value: f64) -> bool {
        self.minima.iter().any(|minimum| minimum.is_at(value))
    }

    fn check(&self, x: &Variable) -> Result<()> {
        let shape = x.shape();
        if shape == [self.dimension()] {
            return Ok(());
        }
        let message = format!(
            "x has shape {}, and the function is one of shape {}",
            Tuple(&shape),
            Tuple(&[self.dimension()])
        );
        Err(Error::function(self.name, message))
    }

    fn new(name: &'static str, start: impl Into<Vec<f64>>, form: Form) -> Self {
        Self {
            name,
            start: start.into(),
            minima: Vec::new(),
            form,
        }
    }

    fn of_value(
        name: &'static str,
        start: impl Into<Vec<f64>>,
        value: impl Fn(&Variable) -> Variable + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, start, Form::Value(Arc::new(value)))
    }

    fn of_squares(
        name: &'static str,
        start: impl Into<Vec<f64>>,
        residuals: impl Fn(&Variable) -> Variable + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, start, Form::Residuals(Arc::new(residuals)))
    }

    /// The same function with one more known minimum.
    fn minimum(mut self, minimum: KnownMinimum) -> Self {
        self.minima.push(minimum);
        self
    }
}

impl fmt::Debug for TestFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestFunction")
            .field("name", &self.name)
            .field("start", &self.start)
            .field("minima", &self.minima)
            .finish_non_exhaustive()
    }
}

impl KnownMinimum {
    /// Whether a value is that of this minimum, as [`TestFunction::is_minimum`] says.
    ///
    /// ```
    /// use dezero_optim::test_functions::goldstein_price;
    ///
    /// let function = goldstein_price();
    /// let found = function.minima().iter().find(|minimum| minimum.is_at(30.000001)).unwrap();
    /// assert!(!found.global);
    /// assert_eq!(found.at, Some(vec![-0.6, -0.4]));
    /// ```
    pub fn is_at(&self, value: f64) -> bool {
        let tolerance = if self.value == 0.0 {
            1e-10
        } else {
            1e-6 * self.value.abs()
        };
        (value - self.value).abs() <= tolerance
    }

    fn global(value: f64, source: &'static str) -> Self {
        Self {
            value,
            at: None,
            global: true,
            source,
        }
    }

    fn local(value: f64, source: &'static str) -> Self {
        Self {
            global: false,
            ..Self::global(value, source)
        }
    }

    fn at(mut self, at: impl Into<Vec<f64>>) -> Self {
        self.at = Some(at.into());
        self
    }
}

/// The variables of a function of few, each 0-d.
fn coordinates<const N: usize>(x: &Variable) -> [Variable; N] {
    std::array::from_fn(|i| x.get_item(i))
}

/// The residuals, each 0-d, as one variable.
fn stack<const N: usize>(residuals: &[Variable; N]) -> Variable {
    Variable::stack(&residuals.each_ref(), 0)
}

/// The residuals, in parts of one axis each, as one variable.
fn concatenate<const N: usize>(residuals: &[Variable; N]) -> Variable {
    Variable::concatenate(&residuals.each_ref(), 0)
}

/// `f(1.0), f(2.0), ..., f(n)`: papers count from 1.
fn each(n: usize, f: impl Fn(f64) -> f64) -> Array {
    Array::from((1..=n).map(|i| f(i as f64)).collect::<Vec<f64>>())
}
