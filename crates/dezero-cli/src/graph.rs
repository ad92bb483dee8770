//! `dezero graph`: the computational graph of a formula or of a derivative, as DOT.

use std::path::Path;

use dezero::expr::Formula;
use dezero::{Dot, Variable, graph, live_nodes};

use crate::assignments::Point;
use crate::cli::GraphArguments;
use crate::derivation::Derivation;
use crate::report::{Failure, Report, write_file};

/// The most nodes whose graph is written: about 400 MB of DOT.
const MOST_NODES: i64 = 3_000_000;

pub(crate) fn run(arguments: &GraphArguments) -> Result<Report, Failure> {
    if let Some(path) = &arguments.output {
        check_extension(path)?;
    }
    let formula = Formula::parse(&arguments.text.formula)?;
    let point = Point::read([&formula], "--at", &arguments.point.at)?;
    let by = wrt(arguments, &point)?;
    let mut y = point.value(&formula)?;
    // A formula that is a variable is that variable.
    if !point.variables.iter().any(|x| x.is_same(&y)) {
        y.set_name("y");
    }
    if let Some(by) = by {
        y = derivative(&y, &point.variables[by], &point.names[by], arguments.order)?;
    }
    let nodes = live_nodes();
    if nodes > MOST_NODES {
        return Err(Failure::failed(format!(
            "the graph has {nodes} nodes, too many to draw; ask for a lower --order"
        )));
    }
    let dot = Dot::new(&graph(&y)).verbose(arguments.verbose).to_string() + "\n";
    let Some(path) = &arguments.output else {
        return Ok(Report::text(dot));
    };
    write_file(path, &dot)?;
    Ok(Report::text(String::new()))
}

fn check_extension(path: &Path) -> Result<(), Failure> {
    let is_dot = path.extension().is_some_and(|extension| {
        ["dot", "gv"]
            .iter()
            .any(|dot| extension.eq_ignore_ascii_case(dot))
    });
    if is_dot {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "--output {}: the graph is written as Graphviz DOT; name a file that ends in .dot or .gv",
        path.display()
    )))
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
