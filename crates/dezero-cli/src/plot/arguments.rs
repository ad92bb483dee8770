//! What can be asked of `dezero plot`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::whole;
use crate::pictures::Look;

#[derive(Debug, Args)]
pub(crate) struct PlotArguments {
    /// The formula, such as "sin(x)/x"
    #[arg(allow_hyphen_values = true)]
    pub(crate) formula: String,

    /// More formulas, for the same picture
    #[arg(value_name = "FORMULA")]
    pub(crate) more: Vec<String>,

    /// From where to where, such as x=-7..7 or x=0..2*pi; contours are drawn of two, as in x=-2..2,y=-1..3;
    /// x=-5..5 unless given
    #[arg(
        long,
        value_name = "RANGE",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) range: String,

    /// What the other variables are, such as a=2,b=pi/3
    #[arg(
        long,
        value_name = "POINT",
        allow_hyphen_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) at: String,

    /// Draw the derivatives up to this order too
    #[arg(long, value_name = "N", default_value = "0", allow_negative_numbers = true, value_parser = whole)]
    pub(crate) order: usize,

    /// What is written above the picture; the formula unless given
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) title: Option<String>,

    /// Draw into this .svg, .png or .pdf file instead of the terminal
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) look: Look,
}
