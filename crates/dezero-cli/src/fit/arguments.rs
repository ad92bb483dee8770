//! What can be asked of `dezero fit`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Start, from_zero, whole};
use crate::pictures::Look;

/// The most iterations unless told otherwise.
const ITERATIONS: usize = 10_000;

#[derive(Clone, Debug, Args)]
pub(crate) struct FitArguments {
    /// The table: a CSV file with the names of its columns in the first line; - for standard input
    pub(crate) data: PathBuf,

    /// The model, such as "a*exp(-b*x) + c": names of columns are data, other names are parameters
    #[arg(allow_hyphen_values = true)]
    pub(crate) model: String,

    #[command(flatten)]
    pub(crate) start: Start,

    /// Where the parameters have to stay, such as a=0..,b=-1..1
    #[arg(
        long,
        value_name = "BOUNDS",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) bounds: String,

    #[command(flatten)]
    pub(crate) columns: Columns,

    /// The largest number of iterations
    #[arg(long, value_name = "N", default_value_t = ITERATIONS, allow_negative_numbers = true, value_parser = whole)]
    pub(crate) iters: usize,

    /// Converged when no entry of the gradient of the sum of squares is larger than this; at 0, when
    /// rounding lets it come no closer
    #[arg(long, value_name = "T", default_value = "0", allow_negative_numbers = true, value_parser = from_zero)]
    pub(crate) tol: f64,

    /// The largest number of evaluations of the model [default: no limit]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    pub(crate) evaluations: Option<usize>,

    /// Draw data and curve into this .svg, .png or .pdf file instead of the terminal
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) look: Look,
}

impl FitArguments {
    /// What is asked without any option.
    pub(crate) fn new(data: PathBuf, model: String, start: Start) -> Self {
        Self {
            data,
            model,
            start,
            bounds: String::new(),
            columns: Columns::default(),
            iters: ITERATIONS,
            tol: 0.0,
            evaluations: None,
            output: None,
            look: Look::default(),
        }
    }
}

/// What the columns of the table are for. The argument with the id `data` names the table.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Columns {
    /// The column that the model is to meet [default: the one that the model does not use]
    #[arg(long, value_name = "COLUMN", requires = "data")]
    pub(crate) response: Option<String>,

    /// A column of known standard deviations, one of each row; they make the standard errors absolute
    #[arg(
        long,
        value_name = "COLUMN",
        requires = "data",
        conflicts_with = "weights"
    )]
    pub(crate) errors: Option<String>,

    /// A column of weights of the rows in the sum of squares, known up to a common factor
    #[arg(long, value_name = "COLUMN", requires = "data")]
    pub(crate) weights: Option<String>,

    /// Leave out rows in which a column that is needed is empty, or says NA, NaN, null or -
    #[arg(long, requires = "data")]
    pub(crate) skip_missing: bool,

    /// Show each row with what the model says and the difference
    #[arg(long, requires = "data")]
    pub(crate) residuals: bool,
}
