//! `dezero graph`: the computational graph of a formula or of a derivative, as DOT or drawn.

mod simplify;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use dezero::expr::Formula;
use dezero::viz::layout::Direction;
use dezero::viz::{Format, graphviz};
use dezero::{Drawing, Graph, Style, Variable, graph, graph_with_gradients, live_nodes};

use crate::assignments::Point;
use crate::cli::{At, Text, whole};
use crate::derivation::Derivation;
use crate::graph::simplify::{Assuming, Simplified};
use crate::pictures::{Sharpness, Theme};
use crate::report::{Failure, Report, write_file};

/// The most nodes whose graph is written: about 400 MB of DOT.
const MOST_NODES: i64 = 3_000_000;

/// How long Graphviz may take.
const PATIENCE: Duration = Duration::from_mins(2);

#[derive(Debug, Args)]
pub(crate) struct GraphArguments {
    #[command(flatten)]
    text: Text,

    #[command(flatten)]
    point: At,

    /// Draw the derivative of this order; 0 draws the formula itself
    #[arg(long, value_name = "N", default_value = "0", allow_negative_numbers = true, value_parser = whole)]
    order: usize,

    /// The variable to differentiate by, if there are several
    #[arg(long, value_name = "VARIABLE")]
    wrt: Option<String>,

    /// Show the shape and dtype of each variable
    #[arg(long)]
    verbose: bool,

    /// Write to this file instead of DOT to standard output: .svg, .png, .pdf, .html or .dot
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How it is drawn; learner unless given, but dezero for .dot
    #[arg(long, value_enum)]
    style: Option<StyleName>,

    /// The colours of the picture; light unless given
    #[arg(long, value_enum)]
    theme: Option<Theme>,

    /// The title of the picture; the formula unless given
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    title: Option<String>,

    /// Show the derivative of the result by each variable
    #[arg(long)]
    gradients: bool,

    /// Draw it before and after simplification, side by side; what may be assumed is said below
    #[arg(
        long,
        value_enum,
        value_name = "ASSUMING",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "exact",
        conflicts_with = "gradients"
    )]
    simplify: Option<Assuming>,

    /// Draw all there is: fold no chains, and summarise nothing
    #[arg(long)]
    whole: bool,

    /// Where the edges go; down unless given
    #[arg(long, value_enum)]
    direction: Option<DirectionName>,

    #[command(flatten)]
    sharpness: Sharpness,

    /// What lays it out; dot is Graphviz, which has to be installed
    #[arg(long, value_enum, default_value = "auto", requires = "output")]
    engine: Engine,
}

/// The styles, without words of their own, which would make the help long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StyleName {
    Learner,
    Dezero,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DirectionName {
    Down,
    Up,
    Right,
    Left,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Auto,
    Dot,
}

pub(crate) fn run(arguments: &GraphArguments) -> Result<Report, Failure> {
    let format = match &arguments.output {
        Some(path) => format_of(path)?,
        None => Format::Dot,
    };
    let formula = Formula::parse(&arguments.text.formula)?;
    let point = Point::read([&formula], "--at", &arguments.point.at)?;
    let by = wrt(arguments, &point)?;
    let title = arguments.title.clone().unwrap_or_else(|| {
        let formula: Vec<&str> = arguments.text.formula.split_whitespace().collect();
        title(
            &formula.join(" "),
            by.map(|by| point.names[by].as_str()),
            arguments.order,
        )
    });
    let result = |variables: &[Variable], order: usize| {
        let y = result(&formula, &point, variables, by, order)?;
        let nodes = live_nodes();
        if nodes > MOST_NODES {
            return Err(Failure::failed(format!(
                "the graph has {nodes} nodes, too many to draw; ask for a lower --order"
            )));
        }
        Ok(y)
    };
    if let Some(assuming) = arguments.simplify {
        let simplified = Simplified::new(result, &point, by, arguments.order, assuming)?;
        return simplified.report(arguments, &title, format);
    }
    let y = result(&point.variables, arguments.order)?;
    let graph = if arguments.gradients {
        graph_with_gradients(&y)?
    } else {
        graph(&y)
    };
    let drawing = drawing(arguments, &graph, &title, format);
    let Some(path) = &arguments.output else {
        return Ok(Report::text(drawing.to_dot()?));
    };
    write_file(path, bytes(arguments, &drawing, format)?)?;
    Ok(Report::text(String::new()))
}

/// The drawing as the content of a file, by the engine that was asked for.
fn bytes(
    arguments: &GraphArguments,
    drawing: &Drawing<'_>,
    format: Format,
) -> Result<Vec<u8>, Failure> {
    let bytes = match arguments.engine {
        Engine::Dot if format != Format::Dot => graphviz(&drawing.to_dot()?, format, PATIENCE),
        _ => arguments
            .sharpness
            .try_scales(|scale| drawing.to_bytes(format, scale)),
    };
    Ok(bytes?)
}

/// The formula, or its derivative of an order by one of the variables.
fn result(
    formula: &Formula,
    point: &Point,
    variables: &[Variable],
    by: Option<usize>,
    order: usize,
) -> Result<Variable, Failure> {
    let y = point.evaluate(formula, variables)?;
    // A formula that is a variable is that variable.
    if !variables.iter().any(|x| x.is_same(&y)) {
        y.set_name(free_name(&point.names));
    }
    match by {
        Some(by) => derivative(&y, &variables[by], &point.names[by], order),
        None => Ok(y),
    }
}

/// A name for the result that no variable has.
fn free_name(taken: &[String]) -> &'static str {
    let mut names = ["y", "z", "f", "result"].into_iter();
    names
        .find(|name| taken.iter().all(|taken| taken != name))
        .unwrap_or("the result")
}

/// What Graphviz makes of DOT text.
pub(crate) fn by_graphviz(dot: &str, format: Format) -> Result<Vec<u8>, Failure> {
    Ok(graphviz(dot, format, PATIENCE)?)
}

/// The format that the name of a file says.
pub(crate) fn format_of(path: &Path) -> Result<Format, Failure> {
    if path == Path::new("-") {
        return Err(Failure::usage(
            "--output -: leave out --output, and the text goes to standard output",
        ));
    }
    Format::from_path(path).map_err(|error| Failure::usage(format!("--output {error}")))
}

fn drawing<'a>(
    arguments: &GraphArguments,
    graph: &'a Graph,
    title: &'a str,
    format: Format,
) -> Drawing<'a> {
    let style = match (arguments.style, format, arguments.engine) {
        // The book's text is what a file of DOT is expected to be.
        (Some(StyleName::Dezero), ..) | (None, Format::Dot, Engine::Auto) => Style::DeZero,
        _ => Style::Learner,
    };
    let direction = match arguments.direction {
        None | Some(DirectionName::Down) => Direction::Down,
        Some(DirectionName::Up) => Direction::Up,
        Some(DirectionName::Right) => Direction::Right,
        Some(DirectionName::Left) => Direction::Left,
    };
    Drawing::new(graph)
        .style(style)
        .theme(arguments.theme.unwrap_or_default().into())
        .title(title)
        .direction(direction)
        .verbose(arguments.verbose)
        .whole(arguments.whole)
        // Lines of this program say nothing of a formula.
        .source_lines(false)
}

/// `tanh(x), its 2nd derivative`.
fn title(formula: &str, by: Option<&str>, order: usize) -> String {
    let ordinal = |order: usize| match (order % 10, order % 100) {
        (1, tens) if tens != 11 => format!("{order}st"),
        (2, tens) if tens != 12 => format!("{order}nd"),
        (3, tens) if tens != 13 => format!("{order}rd"),
        _ => format!("{order}th"),
    };
    match (by, order) {
        (None, _) => formula.to_owned(),
        (Some(by), 1) => format!("{formula}, its derivative by {by}"),
        (Some(by), order) => format!("{formula}, its {} derivative by {by}", ordinal(order)),
    }
}

/// The position of the variable to differentiate by, if that is asked for.
fn wrt(arguments: &GraphArguments, point: &Point) -> Result<Option<usize>, Failure> {
    // A name that is wrong is wrong at order 0 too.
    if arguments.order == 0 && arguments.wrt.is_none() {
        return Ok(None);
    }
    let by = point.wrt(arguments.wrt.as_deref(), "differentiate by")?;
    Ok((arguments.order > 0).then_some(by))
}

/// The derivative of `y` by `x` of an order from 1, with every one on the way named.
fn derivative(y: &Variable, x: &Variable, name: &str, order: usize) -> Result<Variable, Failure> {
    let mut derivation = Derivation::new();
    let mut y = y.clone();
    for order in 1..=order {
        derivation.next_order()?;
        y = derivation.differentiate(&y, &[x])?.remove(0);
        y.set_name(&format!("g{name}{order}"));
    }
    Ok(y)
}
