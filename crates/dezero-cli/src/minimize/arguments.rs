//! What can be asked of `dezero minimize` and `dezero maximize`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use dezero::optim;

use crate::cli::{Start, from_zero, positive, whole};
use crate::pictures::Look;

/// The learning rate unless one is given: the book's.
pub(crate) const LEARNING_RATE: f64 = 0.001;

#[derive(Debug, Args)]
pub(crate) struct MinimizeArguments {
    /// The formula, such as "(x - 3)^2"
    #[arg(allow_hyphen_values = true, required_unless_present_any = ["residuals", "from_file", "fit"])]
    pub(crate) formula: Option<String>,

    #[command(flatten)]
    pub(crate) start: Start,

    /// How to search; auto unless given
    #[arg(long, value_enum)]
    pub(crate) method: Option<Method>,

    /// Search by several of these methods, such as gd,newton, and show them side by side
    #[arg(
        long,
        value_name = "METHODS",
        value_enum,
        hide_possible_values = true,
        value_delimiter = ',',
        conflicts_with = "method"
    )]
    pub(crate) compare: Vec<Method>,

    /// The learning rate of gd, momentum and adam, the step per unit of gradient; 0.001 unless given
    #[arg(long, value_name = "RATE", allow_negative_numbers = true, value_parser = positive)]
    pub(crate) lr: Option<f64>,

    /// The most iterations; the method's limit unless given
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    pub(crate) iters: Option<usize>,

    /// Converged when no entry of the gradient is larger than this; 1e-8 unless given
    #[arg(long, value_name = "T", allow_negative_numbers = true, value_parser = from_zero)]
    pub(crate) tol: Option<f64>,

    /// The most evaluations of the formula
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    pub(crate) evaluations: Option<usize>,

    /// The longest time
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = positive)]
    pub(crate) time: Option<f64>,

    /// Where the variables have to stay, such as x0=-1..1,x1=0..
    #[arg(
        long,
        value_name = "BOUNDS",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) bounds: String,

    /// Search for the least sum of squares of several formulas, with semicolons between them, instead of
    /// FORMULA
    #[arg(long, value_name = "FORMULAS", allow_hyphen_values = true)]
    pub(crate) residuals: Option<String>,

    /// Read what is not given here from a TOML file
    #[arg(long, value_name = "FILE")]
    pub(crate) from_file: Option<PathBuf>,

    /// Fit the formula of --model to the columns of a CSV file, as `dezero fit` does, which has more options
    #[arg(
        long,
        value_name = "FILE",
        requires = "model",
        conflicts_with_all = ["formula", "residuals", "from_file", "method", "compare", "lr", "time", "trace"]
    )]
    pub(crate) fit: Option<PathBuf>,

    /// The model to --fit: names of columns are data, other names are parameters
    #[arg(
        long,
        value_name = "FORMULA",
        allow_hyphen_values = true,
        requires = "fit"
    )]
    pub(crate) model: Option<String>,

    /// Compute the formula anew at each point, instead of recording it once and replaying that
    #[arg(long)]
    pub(crate) no_compile: bool,

    /// Show the point, the value and the largest entry of the gradient at every iteration
    #[arg(long)]
    pub(crate) trace: bool,

    /// Draw the way to this .svg, .png or .pdf file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) look: Look,

    /// Draw a panel for each of the methods to compare
    #[arg(long, requires = "compare", requires = "output")]
    pub(crate) side_by_side: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Method {
    /// What fits the formula, the bounds and the number of variables
    Auto,
    /// Gradient descent with a fixed step
    Gd,
    /// Gradient descent that keeps some of its speed
    Momentum,
    /// Steps scaled by means of the gradient and its square
    Adam,
    /// Newton's method and nothing else: fast near a minimum, lost far away
    Newton,
    /// Newton's method in a trust region
    NewtonTrust,
    /// Quasi-Newton steps from gradients, with a line search
    Bfgs,
    /// The same in little memory; takes bounds
    Lbfgs,
    /// Levenberg-Marquardt, for sums of squares
    Lm,
    /// Gauss-Newton, for sums of squares
    GaussNewton,
    /// A simplex that crawls downhill, without derivatives
    NelderMead,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Gd => "gd",
            Self::Momentum => "momentum",
            Self::Adam => "adam",
            Self::Newton => "newton",
            Self::NewtonTrust => "newton-trust",
            Self::Bfgs => "bfgs",
            Self::Lbfgs => "lbfgs",
            Self::Lm => "lm",
            Self::GaussNewton => "gauss-newton",
            Self::NelderMead => "nelder-mead",
        }
    }

    pub(crate) fn has_learning_rate(self) -> bool {
        matches!(self, Self::Gd | Self::Momentum | Self::Adam)
    }

    pub(crate) fn takes_bounds(self) -> bool {
        matches!(
            self,
            Self::Auto
                | Self::Gd
                | Self::Momentum
                | Self::Adam
                | Self::Lbfgs
                | Self::Lm
                | Self::NelderMead
        )
    }

    /// Whether it works on residuals, and on sums of squares only.
    pub(crate) fn is_for_squares(self) -> bool {
        matches!(self, Self::Lm | Self::GaussNewton)
    }

    /// The method of the library, with a learning rate if it has one.
    pub(crate) fn with(self, lr: Option<f64>) -> optim::Method {
        let lr = lr.unwrap_or(LEARNING_RATE);
        match self {
            Self::Auto => optim::Method::Auto,
            Self::Gd => optim::GradientDescent::new(lr).into(),
            Self::Momentum => optim::Momentum::new(lr).into(),
            Self::Adam => optim::Adam::new(lr).into(),
            Self::Newton => optim::Method::Newton,
            Self::NewtonTrust => optim::NewtonTrust::new().into(),
            Self::Bfgs => optim::Method::Bfgs,
            Self::Lbfgs => optim::Lbfgs::new().into(),
            Self::Lm => optim::Method::LevenbergMarquardt,
            Self::GaussNewton => optim::Method::GaussNewton,
            Self::NelderMead => optim::Method::NelderMead,
        }
    }
}

/// The names of the methods that are so, in a sentence.
pub(crate) fn names_of(are_so: impl Fn(Method) -> bool) -> String {
    let all = Method::value_variants().iter().copied();
    let mut names: Vec<&str> = all.filter(|m| are_so(*m)).map(Method::name).collect();
    let last = names.pop().unwrap_or_default();
    if names.is_empty() {
        return last.to_owned();
    }
    format!("{} and {last}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use dezero::Variable;
    use dezero::optim::Minimizer;

    use super::*;

    #[test]
    fn methods_are_named_as_in_the_library() {
        for &method in Method::value_variants() {
            assert_eq!(method.with(None).name(), method.name());
            let value = method.to_possible_value().unwrap();
            assert_eq!(value.get_name(), method.name());
        }
    }

    #[test]
    fn methods_take_bounds_where_the_library_does() {
        for &method in Method::value_variants() {
            let bounded = Minimizer::new(method.with(None))
                .bounds(0.0, 2.0)
                .minimize(|x| x.square(), &Variable::new(1.0));
            assert_eq!(bounded.is_ok(), method.takes_bounds(), "{method:?}");
        }
    }

    #[test]
    fn names_are_listed_as_in_a_sentence() {
        assert_eq!(names_of(Method::has_learning_rate), "gd, momentum and adam");
        assert_eq!(names_of(|method| method == Method::Gd), "gd");
    }
}
