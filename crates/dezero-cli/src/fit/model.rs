//! The model: which of its names are columns and which are parameters, and what it is to meet.

use dezero::Variable;
use dezero::expr::Formula;

use super::arguments::FitArguments;
use super::table::Table;
use crate::assignments::{Point, listed};
use crate::bounds::{self, Bounds};
use crate::formulas;
use crate::report::{Failure, Number, Quoted};

/// A formula of parameters and of columns of a table.
pub(super) struct Model {
    formula: Formula,
    /// The text of the formula, in one line.
    pub(super) text: String,
    /// The position of the column that the model is to meet.
    pub(super) response: usize,
    /// The positions of the columns that the model uses.
    pub(super) predictors: Vec<usize>,
    /// The parameters, in the order of their starts.
    pub(super) parameters: Vec<String>,
    pub(super) start: Vec<f64>,
    pub(super) bounds: Option<Bounds>,
    inputs: Vec<Input>,
}

/// What a variable of the formula is, by its position among its kind.
#[derive(Clone, Copy)]
enum Input {
    Parameter(usize),
    Predictor(usize),
}

/// The position of a column that says how much each row counts, and how.
#[derive(Clone, Copy)]
pub(super) enum Weighting {
    Equal,
    Errors(usize),
    Weights(usize),
}

impl Weighting {
    pub(super) fn read(arguments: &FitArguments, table: &Table) -> Result<Self, Failure> {
        match (&arguments.columns.errors, &arguments.columns.weights) {
            (Some(name), _) => Ok(Self::Errors(column(table, "--errors", name)?)),
            (None, Some(name)) => Ok(Self::Weights(column(table, "--weights", name)?)),
            (None, None) => Ok(Self::Equal),
        }
    }

    pub(super) fn column(self) -> Option<usize> {
        match self {
            Self::Equal => None,
            Self::Errors(column) | Self::Weights(column) => Some(column),
        }
    }
}

impl Model {
    /// The model of a command line.
    pub(super) fn read(
        arguments: &FitArguments,
        table: &Table,
        weighting: Weighting,
    ) -> Result<Self, Failure> {
        let (left, text) = match formulas::sides(&arguments.model)[..] {
            [left, text] => (Some(left.trim()), text),
            [text] => (None, text),
            _ => {
                return Err(Failure::usage(format!(
                    "{} has several `=`",
                    Quoted(&arguments.model)
                )));
            }
        };
        let formula = Formula::parse(text)?;
        if let Some(name) = table.hidden_in(text) {
            return Err(Failure::failed(format!(
                "{}: the column {name} cannot be used: in a formula, {name} is the number {}; give the column \
                 another name",
                table.name,
                Number(Formula::parse(name)?.eval(&[])?.item())
            )));
        }
        let is_column = |name: &str| table.position(name).is_some();
        let mut predictors = Vec::new();
        for position in formula
            .variables()
            .iter()
            .filter_map(|name| table.position(name))
        {
            predictors.push(position);
        }
        let needed: Vec<&str> = formula
            .variables()
            .iter()
            .map(String::as_str)
            .filter(|name| !is_column(name))
            .collect();
        if needed.is_empty() {
            return Err(Failure::usage(
                "the model has no parameter to fit: all its names are those of columns",
            ));
        }
        let point = Point::read(std::iter::empty(), "--start", &arguments.start.start)?;
        check_start(&point, &needed, table)?;
        let bounds = bounds::read(&arguments.bounds)?;
        let bounds = Bounds::of(&bounds, &point.names, &point.values)?;
        let response = response(arguments, left, table, &predictors, weighting)?;
        let inputs = formula.variables().iter().filter_map(|name| {
            let parameter = point.names.iter().position(|other| other == name);
            let predictor = || predictors.iter().position(|&p| table.names[p] == *name);
            parameter
                .map(Input::Parameter)
                .or_else(|| predictor().map(Input::Predictor))
        });
        Ok(Self {
            inputs: inputs.collect(),
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            response,
            predictors,
            parameters: point.names,
            start: point.values,
            bounds,
            formula,
        })
    }

    /// The model at some parameters, for numbers or whole columns in place of the predictors.
    pub(super) fn eval(
        &self,
        parameters: &[Variable],
        predictors: &[Variable],
    ) -> dezero::Result<Variable> {
        let inputs = self.inputs.iter().map(|input| match *input {
            Input::Parameter(position) => &parameters[position],
            Input::Predictor(position) => &predictors[position],
        });
        self.formula.eval(&inputs.collect::<Vec<_>>())
    }
}

fn check_start(point: &Point, needed: &[&str], table: &Table) -> Result<(), Failure> {
    for (name, value) in point.names.iter().zip(&point.values) {
        if table.position(name).is_some() {
            return Err(Failure::usage(format!(
                "--start: {name} is a column of {}, not a parameter",
                table.name
            )));
        }
        if !needed.contains(&name.as_str()) {
            return Err(Failure::usage(format!(
                "--start: the model has no parameter {name}; it has {}",
                listed(needed)
            )));
        }
        if !value.is_finite() {
            return Err(Failure::usage(format!("--start: {name} must be finite")));
        }
    }
    let value = |name: &str| {
        let at = point.names.iter().position(|other| other == name);
        at.map(|at| point.values[at])
    };
    let missing: Vec<&str> = needed
        .iter()
        .copied()
        .filter(|name| value(name).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let example: Vec<String> = needed
        .iter()
        .map(|name| match value(name) {
            Some(value) => format!("{name}={}", Number(value)),
            None => format!("{name}=1"),
        })
        .collect();
    Err(Failure::usage(format!(
        "no start for {}, which {} of {} (those are {})\n  help: --start {}",
        listed(&missing),
        if missing.len() == 1 {
            "is no column"
        } else {
            "are no columns"
        },
        table.name,
        table.listed(),
        example.join(",")
    )))
}

/// Whether a column is called as one of standard deviations.
fn is_error(name: &str) -> bool {
    let name = name.to_lowercase();
    let starts = ["err", "sigma", "std", "unc"];
    name == "sd" || starts.iter().any(|start| name.starts_with(start)) || name.ends_with("_err")
}

/// The position of a column that a flag names.
fn column(table: &Table, flag: &str, name: &str) -> Result<usize, Failure> {
    table.position(name.trim()).ok_or_else(|| {
        Failure::usage(format!(
            "{flag}: {} has no column {}; it has {}",
            table.name,
            Quoted(name),
            table.listed()
        ))
    })
}

/// The column that the model is to meet: the one that is named, or the only one that is left over.
fn response(
    arguments: &FitArguments,
    left: Option<&str>,
    table: &Table,
    predictors: &[usize],
    weighting: Weighting,
) -> Result<usize, Failure> {
    let flag = arguments.columns.response.as_deref();
    let named = match (flag, left) {
        (Some(flag), Some(left)) if flag.trim() != left => {
            return Err(Failure::usage(format!(
                "--response names {}, and the model is said to be {}; give one of the two",
                Quoted(flag),
                Quoted(left)
            )));
        }
        (Some(flag), _) => Some(column(table, "--response", flag)?),
        (None, Some(left)) => Some(column(table, "left of `=`", left)?),
        (None, None) => None,
    };
    if let Some(response) = named {
        let name = &table.names[response];
        if predictors.contains(&response) {
            return Err(Failure::usage(format!(
                "{name} cannot be the response: the model uses it"
            )));
        }
        if weighting.column() == Some(response) {
            return Err(Failure::usage(format!(
                "{name} cannot be the response and say how much the rows count"
            )));
        }
        return Ok(response);
    }
    let left_over: Vec<usize> = (0..table.names.len())
        .filter(|position| !table.names[*position].is_empty())
        .filter(|position| !predictors.contains(position))
        .filter(|position| weighting.column() != Some(*position))
        .collect();
    match left_over[..] {
        [response] => Ok(response),
        [] => Err(Failure::usage(format!(
            "{} has no column for the model to meet: all are in use ({})",
            table.name,
            table.listed()
        ))),
        [.., last] => {
            let names_error = |position: &&usize| is_error(&table.names[**position]);
            let is_likely = |position: &&usize| {
                !is_error(&table.names[**position]) && table.is_of_numbers(**position)
            };
            let likely = left_over.iter().find(is_likely).unwrap_or(&last);
            let errors = left_over.iter().find(names_error);
            let errors = errors.map_or_else(String::new, |&position| {
                format!(" --errors {}", table.names[position])
            });
            let names: Vec<&str> = left_over
                .iter()
                .map(|&position| table.names[position].as_str())
                .collect();
            Err(Failure::usage(format!(
                "several columns of {} could be the response: {}\n  help: --response {}{}",
                table.name,
                listed(&names),
                table.names[*likely],
                errors
            )))
        }
    }
}
