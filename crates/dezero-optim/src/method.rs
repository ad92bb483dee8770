//! The methods by name, with what can be set of each.

use std::fmt;

/// How to search.
///
/// | method | uses | for |
/// | --- | --- | --- |
/// | [`Auto`](Method::Auto) | what fits | the default: chosen by dimension, sparsity, bounds and form |
/// | [`GradientDescent`] | gradients | the book; many cheap steps. Bounds |
/// | [`Momentum`], [`Adam`] | gradients | losses of networks. Bounds |
/// | [`Newton`](Method::Newton) | Hessians | the book; near a minimum |
/// | [`NewtonTrust`] | Hessians, or products with them | most functions; sparse ones in a million dimensions |
/// | [`Bfgs`](Method::Bfgs) | gradients | smooth functions of up to some hundred numbers |
/// | [`Lbfgs`] | gradients | smooth functions of many numbers. Bounds |
/// | [`LevenbergMarquardt`](Method::LevenbergMarquardt) | Jacobians | sums of squares. Bounds |
/// | [`GaussNewton`](Method::GaussNewton) | Jacobians | sums of squares near a good fit |
/// | [`NelderMead`](Method::NelderMead) | values | functions without derivatives, of a few numbers. Bounds |
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Method {
    /// One of the others, chosen by the dimension, the sparsity of the Hessian, the bounds and the form
    /// of the function; [`Optimum::method`](crate::Optimum::method) says which, and why.
    #[default]
    Auto,
    /// Down the gradient, by a fixed step or a line search.
    GradientDescent(GradientDescent),
    /// Gradient descent that keeps some of its speed.
    Momentum(Momentum),
    /// Steps scaled by running means of the gradient and its square.
    Adam(Adam),
    /// `x - f'(x) / f''(x)`, in several dimensions `x - H^-1 g`, and nothing else: fast near a minimum,
    /// attracted by saddles, and lost far away.
    Newton,
    /// Newton's method within a trust region.
    NewtonTrust(NewtonTrust),
    /// An approximation of the inverse Hessian from gradients, with a line search.
    Bfgs,
    /// The same from the last few gradients, in little memory.
    Lbfgs(Lbfgs),
    /// Gauss-Newton steps within a trust region, for sums of squares: residuals, or a value that is visibly a
    /// sum of squares.
    LevenbergMarquardt,
    /// Linear least squares again and again, with a line search, for sums of squares.
    GaussNewton,
    /// A simplex that crawls downhill, without derivatives.
    NelderMead,
}

impl Method {
    /// The name that the command line uses: `newton-trust`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::GradientDescent(_) => "gd",
            Self::Momentum(_) => "momentum",
            Self::Adam(_) => "adam",
            Self::Newton => "newton",
            Self::NewtonTrust(_) => "newton-trust",
            Self::Bfgs => "bfgs",
            Self::Lbfgs(_) => "lbfgs",
            Self::LevenbergMarquardt => "lm",
            Self::GaussNewton => "gauss-newton",
            Self::NelderMead => "nelder-mead",
        }
    }

    /// Whether the method stays within bounds.
    pub(crate) fn takes_bounds(&self) -> bool {
        matches!(
            self,
            Self::Auto
                | Self::GradientDescent(_)
                | Self::Momentum(_)
                | Self::Adam(_)
                | Self::Lbfgs(_)
                | Self::LevenbergMarquardt
                | Self::NelderMead
        )
    }

    /// What is wrong with the settings, if they are of no use.
    pub(crate) fn unusable(&self) -> Option<String> {
        let (rate, rest) = match self {
            Self::GradientDescent(settings) => (settings.learning_rate, true),
            Self::Momentum(settings) => (
                Some(settings.learning_rate),
                (0.0..1.0).contains(&settings.momentum),
            ),
            Self::Adam(settings) => (
                Some(settings.learning_rate),
                (0.0..1.0).contains(&settings.beta1) && (0.0..1.0).contains(&settings.beta2),
            ),
            _ => (None, true),
        };
        match rate {
            Some(rate) if !(rate > 0.0 && rate.is_finite()) => Some(format!(
                "a learning rate of {rate:?} leads nowhere; it is a number above 0"
            )),
            _ if !rest => Some("a decay is a number from 0 to below 1".into()),
            _ => None,
        }
    }

    /// Whether the method works on residuals alone.
    pub(crate) fn needs_residuals(&self) -> bool {
        matches!(self, Self::LevenbergMarquardt | Self::GaussNewton)
    }

    /// Whether the method takes residuals in place of one value.
    pub(crate) fn takes_residuals(&self) -> bool {
        matches!(
            self,
            Self::Auto | Self::LevenbergMarquardt | Self::GaussNewton
        )
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::GradientDescent(_) => "gradient descent",
            Self::Momentum(_) => "gradient descent with momentum",
            Self::Adam(_) => "Adam",
            Self::Newton => "Newton's method",
            Self::NewtonTrust(_) => "Newton's method in a trust region",
            Self::Bfgs => "BFGS",
            Self::Lbfgs(_) => "L-BFGS",
            Self::LevenbergMarquardt => "Levenberg-Marquardt",
            Self::GaussNewton => "Gauss-Newton",
            Self::NelderMead => "Nelder-Mead",
        })
    }
}

/// Gradient descent: each iteration moves the point down its gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientDescent {
    pub(crate) learning_rate: Option<f64>,
}

impl GradientDescent {
    /// With a fixed step: the point less `learning_rate` times the gradient, as in the book's step 28, to
    /// the last digit.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate: Some(learning_rate),
        }
    }

    /// With steps as long as a line search finds them (Moré and Thuente).
    pub fn line_search() -> Self {
        Self {
            learning_rate: None,
        }
    }
}

/// Gradient descent with momentum: `v = momentum * v - learning_rate * gradient`, `x + v`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Momentum {
    pub(crate) learning_rate: f64,
    pub(crate) momentum: f64,
}

impl Momentum {
    /// With a momentum of 0.9.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            momentum: 0.9,
        }
    }

    /// The part of the speed that an iteration keeps, from 0 to 1.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> Self {
        self.momentum = momentum;
        self
    }
}

/// Adam: D. Kingma and J. Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    pub(crate) learning_rate: f64,
    pub(crate) beta1: f64,
    pub(crate) beta2: f64,
    pub(crate) epsilon: f64,
}

impl Adam {
    /// With the paper's decay rates, 0.9 and 0.999, and its epsilon, 1e-8.
    pub fn new(learning_rate: f64) -> Self {
        Self {
            learning_rate,
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
        }
    }

    /// The decay rates of the means of the gradient and of its square, from 0 to below 1.
    #[must_use]
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Self {
        (self.beta1, self.beta2) = (beta1, beta2);
        self
    }
}

/// Newton's method made safe: each step minimises a quadratic model within a region where the model is
/// trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NewtonTrust {
    pub(crate) model: Option<Model>,
}

/// How the model's minimum is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Exact,
    ConjugateGradients,
}

impl NewtonTrust {
    /// Exact steps where the Hessian is small or sparse, conjugate gradients elsewhere. A small dense
    /// Hessian serves for several steps, with updates in between, while its model promises well.
    pub fn new() -> Self {
        Self::default()
    }

    /// The exact minimum of the model, from factorisations of the Hessian, which is computed for each step. (J. Moré and D. Sorensen,
    /// "Computing a trust region step", 1983.)
    pub fn exact() -> Self {
        Self {
            model: Some(Model::Exact),
        }
    }

    /// An approximate minimum by conjugate gradients, from products of the Hessian with vectors. (T.
    /// Steihaug, "The conjugate gradient method and trust regions in large scale optimization", 1983.)
    pub fn conjugate_gradients() -> Self {
        Self {
            model: Some(Model::ConjugateGradients),
        }
    }
}

/// Limited-memory BFGS; with bounds, L-BFGS-B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lbfgs {
    pub(crate) memory: usize,
}

impl Lbfgs {
    /// From the last 10 steps.
    pub fn new() -> Self {
        Self { memory: 10 }
    }

    /// The number of steps that are remembered, at least 1.
    #[must_use]
    pub fn memory(mut self, steps: usize) -> Self {
        self.memory = steps.max(1);
        self
    }
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! methods {
    ($($Settings:ident)+) => {$(
        impl From<$Settings> for Method {
            fn from(settings: $Settings) -> Self {
                Self::$Settings(settings)
            }
        }
    )+};
}
methods! { GradientDescent Momentum Adam NewtonTrust Lbfgs }
