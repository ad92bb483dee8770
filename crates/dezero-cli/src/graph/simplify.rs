//! `dezero graph --simplify`: a graph before and after simplification.

use std::cell::Cell;
use std::fmt::Write;
use std::panic::Location;

use clap::ValueEnum;
use dezero::compile::{Assume, Simplification, ValueSource};
use dezero::viz::Format;
use dezero::{Op, Picture, Program, Variable, try_grad};

use super::{Engine, GraphArguments, bytes, drawing};
use crate::assignments::Point;
use crate::report::{Failure, Report, write_file};

/// How many rules are named.
const NAMED: usize = 5;

/// From how many functions on a picture is a summary, or likely to be one, and the nodes above which what stands
/// beside it is one too: the two are to be compared.
const SUMMARISED: usize = 1_500;
const BESIDE: usize = 150;

/// What simplification may take for granted: without words of their own, which would make the help long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Assuming {
    Exact,
    NoSignedZeros,
    Finite,
    Reals,
}

impl Assuming {
    fn assume(self) -> Assume {
        match self {
            Self::Exact => Assume::Nothing,
            Self::NoSignedZeros => Assume::NoSignedZeros,
            Self::Finite => Assume::Finite,
            Self::Reals => Assume::Reals,
        }
    }

    fn says(self) -> &'static str {
        match self {
            Self::Exact => "the same to the last bit",
            Self::NoSignedZeros => "the same but for signs of zeros",
            Self::Finite => "the same where every value is finite",
            Self::Reals => "the same in real numbers, rounded otherwise",
        }
    }
}

/// A result, and the same from fewer functions.
pub(super) struct Simplified {
    before: Program,
    after: Simplification,
    assuming: Assuming,
}

impl Simplified {
    /// Records how a derivative of an order by one of the variables is computed, and simplifies that.
    pub(super) fn new(
        derivative: impl Fn(&[Variable], usize) -> Result<Variable, Failure>,
        point: &Point,
        by: Option<usize>,
        order: usize,
        assuming: Assuming,
    ) -> Result<Self, Failure> {
        let before = recorded(|variables| derivative(variables, order), &point.variables)?;
        let mut after = before.simplified_assuming(assuming.assume());
        // Where results may round otherwise, each derivative may be that of the simplified one before.
        if let (Assuming::Reals, Some(by)) = (assuming, by) {
            let formula = recorded(|variables| derivative(variables, 0), &point.variables)?;
            if let Ok(turned) = in_turn(&formula, point, by, order)
                && turned.program.len() < after.program.len()
            {
                after = turned;
            }
        }
        Ok(Self {
            before,
            after,
            assuming,
        })
    }

    /// Draws both, where the format can show two graphs; else the simplified one.
    pub(super) fn report(
        &self,
        arguments: &GraphArguments,
        title: &str,
        format: Format,
    ) -> Result<Report, Failure> {
        let graph = |program: &Program| {
            let graph = program.graph();
            graph.map_err(|error| Failure::failed(error.to_string()))
        };
        let after = graph(&self.after.program)?;
        let (many, few) = (self.before.len(), self.after.program.len());
        let is_row =
            arguments.engine == Engine::Auto && !matches!(format, Format::Dot | Format::Html);
        let content = if is_row {
            let before = graph(&self.before)?;
            let titles = [
                joined(title, &functions(many)),
                if title.is_empty() {
                    functions(few)
                } else {
                    format!("Simplified: {}", functions(few))
                },
            ];
            let mut beside = drawing(arguments, &after, &titles[1], format);
            if many > SUMMARISED {
                beside = beside.summarised_above(BESIDE);
            }
            let pictures = [
                drawing(arguments, &before, &titles[0], format).picture()?,
                beside.picture()?,
            ];
            let theme = arguments.theme.unwrap_or_default().into();
            let row = Picture::row(&pictures, theme);
            arguments
                .sharpness
                .try_scales(|scale| row.to_bytes(format, scale))?
        } else {
            let counts = format!("{} -> {}", thousands(many), functions(few));
            let title = joined(title, &counts);
            let content = bytes(
                arguments,
                &drawing(arguments, &after, &title, format),
                format,
            )?;
            if format == Format::Dot {
                [format!("// simplified: {counts}\n").into_bytes(), content].concat()
            } else {
                content
            }
        };
        let Some(path) = &arguments.output else {
            return Ok(Report::text(String::from_utf8_lossy(&content).into_owned()));
        };
        write_file(path, content)?;
        Ok(Report::text(self.text()))
    }

    /// The counts, and what did most.
    fn text(&self) -> String {
        let after = &self.after;
        let mut text = format!(
            "{} -> {}, {}\n",
            thousands(self.before.len()),
            functions(after.program.len()),
            self.assuming.says()
        );
        let mut line = |times: usize, what: &str| {
            if times > 0 {
                // A String takes everything.
                let _ = writeln!(text, "{:>9}  {what}", thousands(times));
            }
        };
        line(after.merged, "computed before, and used again");
        line(after.computed, "of constants alone, and computed");
        for (rule, times) in after.rules.iter().take(NAMED) {
            line(*times, &format!("{} => {}", rule.before, rule.after));
        }
        let others: usize = after.rules.iter().skip(NAMED).map(|(_, times)| times).sum();
        line(others, "by other rules");
        text
    }
}

/// How a result is computed from variables.
fn recorded(
    result: impl Fn(&[Variable]) -> Result<Variable, Failure>,
    variables: &[Variable],
) -> Result<Program, Failure> {
    // A failure of this program goes on as it is.
    let failure = Cell::new(None);
    let recorded = Program::record(
        |variables: &[Variable]| {
            result(variables).map_err(|error| {
                failure.set(Some(error));
                dezero::Error::function("graph", "there is no result")
            })
        },
        variables,
    );
    recorded.map_err(|error| {
        failure.take().unwrap_or_else(|| {
            Failure::failed(if error.is_record() {
                "--simplify: the result is a constant, and there is nothing to simplify".to_owned()
            } else {
                format!("--simplify: {error}")
            })
        })
    })
}

/// The derivative of a formula, simplified before each further one, in real numbers.
fn in_turn(
    formula: &Program,
    point: &Point,
    by: usize,
    order: usize,
) -> Result<Simplification, Failure> {
    let mut found = formula.simplified_assuming(Assume::Reals);
    for order in 1..=order {
        let next = recorded(
            |variables| {
                let y = replayed(&found.program, variables)?;
                let gx = try_grad(&y, &[&variables[by]])?.remove(0);
                if !variables.iter().any(|x| x.is_same(&gx)) {
                    gx.set_name(&format!("g{}{order}", point.names[by]));
                }
                Ok(gx)
            },
            &point.variables,
        )?;
        let next = next.simplified_assuming(Assume::Reals);
        found.program = next.program;
        found.merged += next.merged;
        found.computed += next.computed;
        for (rule, times) in next.rules {
            match found.rules.iter_mut().find(|(known, _)| *known == rule) {
                Some((_, known)) => *known += times,
                None => found.rules.push((rule, times)),
            }
        }
    }
    found
        .rules
        .sort_by_key(|&(_, times)| std::cmp::Reverse(times));
    Ok(found)
}

/// The result of a program, computed function by function: so it can be differentiated.
fn replayed(program: &Program, variables: &[Variable]) -> Result<Variable, Failure> {
    // A formula's operations are not the user's lines of Rust.
    let nowhere = Location::caller();
    let mut values: Vec<Vec<Variable>> = Vec::with_capacity(program.len());
    for value in program.values() {
        values.push(match value.source {
            ValueSource::Input(number) => vec![variables[number].clone()],
            ValueSource::Constant(array) => vec![Variable::constant(array.clone())],
            ValueSource::Call(Op::Output(number), args) => {
                vec![values[args[0]][*number as usize].clone()]
            }
            ValueSource::Call(op, args) => {
                let args: Vec<&Variable> = args.iter().map(|&x| &values[x][0]).collect();
                let ys = op.record(&args, nowhere, value.pass)?;
                if let (Some(name), [y]) = (value.name, &ys[..]) {
                    y.set_name(name);
                }
                ys
            }
        });
    }
    Ok(values[program.output_values()[0]][0].clone())
}

/// A title and what is said of it; what is said alone, where there is no title.
fn joined(title: &str, said: &str) -> String {
    if title.is_empty() {
        said.to_owned()
    } else {
        format!("{title}: {said}")
    }
}

fn functions(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} function{plural}", thousands(count))
}

/// A count with commas between its thousands.
fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    String::from_utf8_lossy(&groups.join(&b',')).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped() {
        assert_eq!(functions(1), "1 function");
        assert_eq!(functions(21_217), "21,217 functions");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }
}
