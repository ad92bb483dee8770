//! `dezero graph`: the computational graph of a formula or of a derivative, as DOT.

use dezero::expr::Formula;
use dezero::{Dot, graph};

use crate::assignments::Point;
use crate::cli::GraphArguments;
use crate::diff::differentiate;
use crate::report::{Failure, Report, write_file};

pub(crate) fn run(arguments: &GraphArguments) -> Result<Report, Failure> {
    if let Some(path) = &arguments.output
        && path
            .extension()
            .is_none_or(|extension| extension != "dot" && extension != "gv")
    {
        let message = format!(
            "{}: the graph is written as Graphviz DOT; name a file that ends in .dot or .gv",
            path.display()
        );
        return Err(Failure::usage(message));
    }
    let formula = Formula::parse(&arguments.formula)?;
    let point = Point::read(&formula, "--at", &arguments.at)?;
    let mut y = point.value(&formula)?;
    // A formula that is a variable is that variable.
    if !point.variables.iter().any(|x| x.is_same(&y)) {
        y.set_name("y");
    }
    if arguments.order > 0 {
        let by = wrt(arguments, &point)?;
        let (name, x) = (&point.names[by], &point.variables[by]);
        for order in 1..=arguments.order {
            y = differentiate(&y, &[x], order)?.remove(0);
            y.set_name(&format!("g{name}{order}"));
        }
    }
    let graph = graph(&y);
    let dot = Dot::new(&graph).verbose(arguments.verbose).to_string();
    let Some(path) = &arguments.output else {
        return Ok(Report::text(dot));
    };
    write_file(path, &(dot + "\n"))?;
    Ok(Report::text(String::new()))
}

/// The position of the variable to differentiate by.
fn wrt(arguments: &GraphArguments, point: &Point) -> Result<usize, Failure> {
    match &arguments.wrt {
        Some(name) => point.names.iter().position(|n| n == name).ok_or_else(|| {
            Failure::usage(format!(
                "--wrt {name}: the formula has no such variable; it has {}",
                point.names.join(", ")
            ))
        }),
        None if point.names.len() == 1 => Ok(0),
        None if point.names.is_empty() => Err(Failure::usage(
            "the formula has no variable to differentiate by",
        )),
        None => Err(Failure::usage(format!(
            "the formula has several variables, {}: say with --wrt which one to differentiate by",
            point.names.join(", ")
        ))),
    }
}
