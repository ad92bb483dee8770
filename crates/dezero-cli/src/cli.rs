//! What can be asked of the command: its subcommands, arguments and help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::fit::FitArguments;
use crate::graph::GraphArguments;
use crate::minimize::MinimizeArguments;
use crate::pictures::Look;
use crate::plot::PlotArguments;
use crate::render::RenderArguments;
use crate::root::RootArguments;

/// Derivatives, series, graphs, minima, roots and fits of formulas.
///
/// A formula is written as on paper: `sin(x)*exp(-x^2) + y/3`. `dezero ops` lists the functions;
/// `^` is the power, `pi`, `e` and `tau` are known, and every other name is a variable.
#[derive(Debug, Parser)]
#[command(
    name = "dezero",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  dezero diff \"x^3*sin(x)\" --at x=2 --order 3
  dezero taylor \"sin(x)\" --around x=0 --order 9
  dezero plot \"sin(x)\" --range x=-7..7 --order 3
  dezero graph \"tanh(x)\" --at x=1 --order 2 -o tanh.svg
  dezero minimize \"100*(x1 - x0^2)^2 + (1 - x0)^2\" --start x0=0,x1=2
  dezero fit decay.csv \"a*exp(-b*t) + c\" --start a=1,b=1,c=0"
)]
pub(crate) struct Cli {
    /// Print JSON, for programs (not graph, render, completions and man)
    #[arg(long, global = true, display_order = 100)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The value of a formula and its derivatives at a point
    #[command(after_help = "\
Examples:
  dezero diff \"x^2 + 3*x\" --at x=2
  dezero diff \"sin(x)\" --at x=pi/4 --order 4
  dezero diff \"x*y^2\" --at x=1,y=-2 --order 2 --json
  dezero diff --jacobian \"r*cos(t); r*sin(t)\" --at r=2,t=pi/6")]
    Diff(DiffArguments),

    /// The Taylor series of a formula around a point, up to an order
    #[command(after_help = "\
The series is in powers of one variable less its value at the point. If the point has several, \
--wrt names that one, and the others stay at their values. A coefficient that is a fraction, up to \
rounding, is printed as one. The polynomial is a formula again.

With -o, the formula is drawn with its Taylor polynomials of rising order.

Examples:
  dezero taylor \"sin(x)\" --around x=0 --order 9
  dezero taylor \"sqrt(x)\" --around x=4
  dezero taylor \"exp(x*y)\" --around x=0,y=2 --wrt x --order 4 --json
  dezero taylor \"sin(x)\" --around x=0 --order 9 --range x=-7..7 -o taylor.svg")]
    Taylor(TaylorArguments),

    /// The curves of formulas and of their derivatives, or the contours of a formula
    #[command(after_help = "\
Without -o, the picture is drawn in the terminal; letters on the curves say which is which. All values \
are shown, but for those next to poles. Several formulas share one picture.

With ranges of two variables, contours are drawn: at round values, or at logarithmic heights above the \
smallest value where that shows more. Other variables have the values of --at.

With --json, the values at evenly spaced points are printed.

Examples:
  dezero plot \"sin(x)\" --range x=-7..7 --order 3 -o sin.svg
  dezero plot \"tan(x)\" \"x + x^3/3\" --range x=-pi..pi
  dezero plot \"exp(-a*t)*cos(t)\" --at a=0.2 --range t=0..8*pi -o decay.svg --theme dark
  dezero plot \"x^2 - y^2 + x*y\" --range x=-2..2,y=-1..1 -o saddle.svg")]
    Plot(PlotArguments),

    /// The derivatives of a formula against differences of its values
    #[command(after_help = "\
Each derivative is computed twice: by the rules, and from values near the point alone (central \
differences, extrapolated by Ridders' method). The exit code is 1 if any two disagree. Where the \
formula has a kink, a jump or a pole at the point, the values have no single answer: the verdict \
says so, and nothing is compared.

Examples:
  dezero check \"x^2*sin(y)\" --at x=1,y=2
  dezero check \"lgamma(x)/tanh(x)\" --at x=3.5 --json
  dezero check \"abs(x)\" --at x=0")]
    Check(CheckArguments),

    /// The computational graph of a formula, or of its derivative, as DOT or drawn
    #[command(after_help = "\
With -o, the graph is drawn; Graphviz is not needed. The learner's style shows values on the edges, \
symbols on the functions and the passes of differentiation in frames; chains that repeat are folded, and \
graphs of more than 1,500 nodes are summarised unless --whole is given. The style dezero is the book's. A \
.html is a page to explore: pan, zoom, search, fold, click for values.

--simplify draws it as it was recorded, and beside it what is left if nothing is computed twice or in vain; a \
page, DOT and Graphviz's drawings have what is left alone, with both counts. What may be assumed:
  exact            nothing: every result stays the same to the last bit; this is meant unless said
  no-signed-zeros  that the sign of a zero does not matter
  finite           that no value is infinite or NaN, either
  reals            that values are real numbers: results may round otherwise, at each order

Examples:
  dezero graph \"x0 + x1\" --at x0=1,x1=1
  dezero graph \"tanh(x)\" --at x=1 --order 2 -o tanh2.svg
  dezero graph \"tanh(x)\" --at x=1 --order 2 --style dezero -o tanh2.png
  dezero graph \"tanh(x)\" --at x=1 --order 3 --simplify=reals -o tanh3.svg
  dezero graph \"x*sin(y)\" --at x=1,y=2 --gradients --theme dark -o page.html
  dezero graph \"x*sin(y)\" --at x=1,y=2 --order 1 --wrt y --verbose")]
    Graph(GraphArguments),

    /// The picture of a graph in the DOT language
    #[command(after_help = "\
The language is read as Graphviz's manual defines it, and drawn without Graphviz. Drawn of the attributes \
are those of common pictures: label, colours, style, shape, rankdir, rank, clusters, penwidth, arrows; \
others are passed over. What is not DOT is an error that says where, and no file is written. With \
--engine dot, an installed Graphviz draws instead.

Examples:
  dezero render graph.dot -o graph.png
  dezero render graph.dot -o graph.html
  echo 'digraph g { x -> f; f -> y }' | dezero render - > graph.svg")]
    Render(RenderArguments),

    /// The minimum of a formula, searched from a start
    #[command(after_help = "\
The point is printed with the value, how the search ended, how the formula curves there, the method \
and what it took. The exit code is 0 if the search converged, or went to a limit that was set; a \
saddle is found as such, and is 0 too, though not converged. It is 1 if there is no minimum to give: \
the value falls without end, or the steps diverge, get stuck or are not determined. The best point \
is printed in any case, also after Ctrl-C, which is 130. With --compare, one method that got so far is \
enough for 0.

With -o, a formula of one variable is drawn as a curve, one of two by its contours, and of more by \
its values at each iteration.

Examples:
  dezero minimize \"(x - 3)^2 + 1\" --start x=0
  dezero minimize \"100*(x1 - x0^2)^2 + (1 - x0)^2\" --start x0=0,x1=2 --method gd --iters 50000
  dezero minimize \"x^4 - 2*x^2\" --start x=2 --compare gd,newton --lr 0.01 --iters 50 -o quartic.svg
  dezero minimize \"x*y + exp(x)\" --start x=0,y=1 --bounds x=-1..,y=0..pi/2 --trace --json
  dezero minimize --residuals \"a*exp(b) - 5; a*exp(2*b) - 3; a*exp(3*b) - 2\" --start a=1,b=0

In a file for --from-file, the keys are those of the options:
  formula = \"x0^2 + cos(x1)\"
  start = { x0 = 1, x1 = \"pi/2\" }
  bounds = { x0 = [-2, 2], x1 = \"0..\" }")]
    Minimize(MinimizeArguments),

    /// The maximum of a formula, searched from a start
    #[command(after_help = "\
All is as with `dezero minimize`, upwards; `dezero minimize --help` says more.

Examples:
  dezero maximize \"x*exp(-x)\" --start x=0
  dezero maximize \"sin(x)*cos(y)\" --start x=1,y=0.5 --compare gd,newton --lr 0.1 -o hills.svg")]
    Maximize(MinimizeArguments),

    /// The point where equations hold, searched from a start
    #[command(after_help = "\
An equation is two formulas with `=` between them, or one formula that is to be zero. The exit code is \
1 if the search ends where the equations do not hold.

Examples:
  dezero root \"cos(x) = x\" --start x=1
  dezero root \"x^2 + y^2 = 4; y = x^2\" --start x=1,y=1
  dezero root \"x^3 - 2*x - 5\" --start x=2 --json")]
    Root(RootArguments),

    /// The parameters of a formula that meet a table of data best
    #[command(after_help = "\
The sum of the squares of the residuals, data less model, is made least. Standard errors, and 95% \
intervals from Student's t distribution, are those of linear theory around the result; they are \
scaled to the scatter of the residuals, and hold where rows err independently and alike. With --errors \
they are not scaled: the errors given are taken as known, and the intervals are normal.

The file may have commas, semicolons or tabs between the columns, and comments in lines that begin \
with #. `y = ` before the model says the same as --response y.

Examples:
  dezero fit decay.csv \"a*exp(-b*t) + c\" --start a=1,b=1,c=0
  dezero fit decay.csv \"y = a*exp(-b*t) + c\" --start a=1,b=1,c=0 -o fit.svg
  dezero fit plane.csv \"a + b*u + c*v\" --start a=0,b=0,c=0 --errors sigma --json")]
    Fit(FitArguments),

    /// The functions a formula can use, with their derivatives
    #[command(after_help = "Example:\n  dezero ops")]
    Ops,

    /// A completion script for a shell
    #[command(after_help = "Example:\n  dezero completions bash > /etc/bash_completion.d/dezero")]
    Completions {
        /// The shell
        shell: Shell,
    },

    /// The manual page, as troff
    #[command(after_help = "Example:\n  dezero man > dezero.1 && man ./dezero.1")]
    Man,
}

impl Command {
    /// What the command prints, if there is no JSON of it.
    pub(crate) fn written_for_programs(&self) -> Option<&'static str> {
        match self {
            Self::Graph(_) => Some("DOT"),
            Self::Render(_) => Some("a picture"),
            Self::Completions { .. } => Some("a completion script"),
            Self::Man => Some("troff"),
            Self::Diff(_)
            | Self::Taylor(_)
            | Self::Plot(_)
            | Self::Check(_)
            | Self::Minimize(_)
            | Self::Maximize(_)
            | Self::Root(_)
            | Self::Fit(_)
            | Self::Ops => None,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Text {
    /// The formula, such as "x^2*sin(y)"
    #[arg(allow_hyphen_values = true)]
    pub(crate) formula: String,
}

#[derive(Debug, Args)]
pub(crate) struct At {
    /// The point: a value for each variable, such as x=2,y=pi/3
    #[arg(
        long,
        value_name = "POINT",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) at: String,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Start {
    /// Where to begin: a value for each variable or parameter, such as x0=0,x1=2
    #[arg(
        long,
        visible_alias = "at",
        value_name = "POINT",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) start: String,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The formula, such as "x^2*sin(y)"
    #[arg(allow_hyphen_values = true, required_unless_present = "jacobian")]
    pub(crate) formula: Option<String>,

    #[command(flatten)]
    pub(crate) point: At,

    /// The highest order of derivatives
    #[arg(long, value_name = "N", default_value = "1", allow_negative_numbers = true, value_parser = whole)]
    pub(crate) order: usize,

    /// The Jacobian of several formulas, with semicolons between them, instead of FORMULA
    #[arg(long, value_name = "FORMULAS", allow_hyphen_values = true)]
    pub(crate) jacobian: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct TaylorArguments {
    #[command(flatten)]
    pub(crate) text: Text,

    /// The point to expand around: a value for each variable, such as x=0
    #[arg(
        long,
        visible_alias = "at",
        value_name = "POINT",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) around: String,

    /// The highest power
    #[arg(long, value_name = "N", default_value = "5", allow_negative_numbers = true, value_parser = whole)]
    pub(crate) order: usize,

    /// The variable to expand in, if there are several
    #[arg(long, value_name = "VARIABLE")]
    pub(crate) wrt: Option<String>,

    /// From where to where to draw, such as x=-7..7; around the point unless given
    #[arg(
        long,
        value_name = "RANGE",
        allow_hyphen_values = true,
        requires = "output"
    )]
    pub(crate) range: Option<String>,

    /// Draw the formula and its Taylor polynomials into this .svg, .png or .pdf file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) look: Look,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) text: Text,

    #[command(flatten)]
    pub(crate) point: At,
}

/// A whole number; `1e6` is one too.
pub(crate) fn whole(text: &str) -> Result<usize, String> {
    /// Up to here every whole number is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && (0.0..=EXACT).contains(&number) => {
            Ok(number as usize)
        }
        Ok(number) if number > EXACT => Err("it is too large".to_owned()),
        _ => Err("it must be a whole number from 0".to_owned()),
    }
}

pub(crate) fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err("it must be a number above 0".to_owned()),
    }
}

pub(crate) fn from_zero(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number >= 0.0 => Ok(number),
        _ => Err("it must be a number from 0".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_declaration_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn whole_numbers_are_written_in_either_way() {
        assert_eq!(whole("18446744073709551615"), Ok(usize::MAX));
        assert_eq!(whole("1e6"), Ok(1_000_000));
        for text in ["-1", "0.5", "nan", "inf", "1e300", "", "x", "-0.1"] {
            assert!(whole(text).is_err(), "{text}");
        }
    }
}
