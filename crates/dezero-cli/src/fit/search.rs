//! The fit itself: residuals of whole columns, the library's search, and what the result says.

use dezero::optim::{self, Method, Minimizer};
use dezero::{Variable, no_grad};

use super::arguments::FitArguments;
use super::model::{Model, Weighting};
use super::student;
use super::table::{Numbers, Table, counted};
use crate::interrupt;
use crate::report::{Failure, Number};

/// The columns that the fit needs.
pub(super) struct Data {
    pub(super) weighting: Weighting,
    pub(super) response: Vec<f64>,
    pub(super) predictors: Vec<Vec<f64>>,
    /// What the residual of each row is multiplied by, unless all rows count alike.
    scale: Option<Vec<f64>>,
    /// Where each row stands in the file.
    pub(super) lines: Vec<usize>,
    /// The lines of rows that were left out.
    pub(super) skipped: Vec<usize>,
}

impl Data {
    pub(super) fn read(
        arguments: &FitArguments,
        table: &Table,
        model: &Model,
        weighting: Weighting,
    ) -> Result<Self, Failure> {
        let weight = weighting.column();
        let wanted: Vec<usize> = [model.response]
            .into_iter()
            .chain(weight)
            .chain(model.predictors.iter().copied())
            .collect();
        let Numbers {
            columns,
            lines,
            skipped,
        } = table.numbers(&wanted, arguments.columns.skip_missing)?;
        let mut columns = columns.into_iter();
        let response = columns.next().unwrap_or_default();
        let scale = match weight.and_then(|column| Some((column, columns.next()?))) {
            Some((column, mut scale)) => {
                if let Some(row) = scale.iter().position(|&x| x <= 0.0) {
                    return Err(Failure::failed(format!(
                        "{}, line {}, column {}: {} is not above 0",
                        table.name,
                        lines[row],
                        table.names[column],
                        Number(scale[row])
                    )));
                }
                for x in &mut scale {
                    *x = if matches!(weighting, Weighting::Errors(_)) {
                        1.0 / *x
                    } else {
                        x.sqrt()
                    };
                }
                Some(scale)
            }
            None => None,
        };
        let (rows, needed) = (lines.len(), model.parameters.len());
        if rows < needed {
            return Err(Failure::failed(format!(
                "{} has {}, too few for {}",
                table.name,
                counted(
                    rows,
                    if skipped.is_empty() {
                        "row"
                    } else {
                        "complete row"
                    }
                ),
                counted(needed, "parameter")
            )));
        }
        Ok(Self {
            weighting,
            response,
            predictors: columns.collect(),
            scale,
            lines,
            skipped,
        })
    }

    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }
}

/// Where the search ended, and what follows from it.
pub(super) struct Fitted {
    /// What the library found.
    pub(super) fit: optim::Fit<Vec<Variable>>,
    /// The parameters, in the order of the model.
    pub(super) values: Vec<f64>,
    pub(super) standard_errors: Vec<f64>,
    /// The standard deviation of the residuals; NaN without degrees of freedom.
    pub(super) deviation: f64,
    /// Row by row.
    pub(super) covariance: Vec<f64>,
    /// How many standard errors a 95% interval reaches to either side.
    pub(super) quantile: f64,
    /// The model in each row.
    pub(super) model: Vec<f64>,
    /// The part of the variance of the response that the model explains. NaN if there is no variance.
    pub(super) r_squared: f64,
}

impl Fitted {
    pub(super) fn search(
        arguments: &FitArguments,
        table: &Table,
        model: &Model,
        data: &Data,
    ) -> Result<Self, Failure> {
        let column = |numbers: &Vec<f64>| Variable::constant(numbers.as_slice());
        let predictors: Vec<Variable> = data.predictors.iter().map(column).collect();
        let (response, scale) = (column(&data.response), data.scale.as_ref().map(column));
        let start: Vec<Variable> = model.start.iter().map(|&x| Variable::new(x)).collect();

        let at_start = in_rows(model, data, &start, &predictors)?;
        check_start(table, model, data, &at_start)?;
        let residuals = |parameters: &[Variable]| {
            let residuals = response.try_sub(&model.eval(parameters, &predictors)?)?;
            match &scale {
                Some(scale) => residuals.try_mul(scale),
                None => Ok(residuals),
            }
        };
        interrupt::listen();
        // Data may be in any units: no gradient is small in itself.
        let mut minimizer = Minimizer::new(Method::Auto)
            .gradient_tolerance(arguments.tol)
            .iterations(arguments.iters)
            .on_iteration(|_| interrupt::watch());
        if let Some(bounds) = &model.bounds {
            minimizer = minimizer.bounds(bounds.lower.clone(), bounds.upper.clone());
        }
        if let Some(most) = arguments.evaluations {
            minimizer = minimizer.evaluations(most);
        }
        let fit = minimizer
            .least_squares(residuals, &start[..])
            .map_err(|error| not_begun(&error))?;
        let numbers =
            |variables: &[Variable]| variables.iter().map(Variable::item).collect::<Vec<f64>>();
        let (covariance, quantile) = if matches!(data.weighting, Weighting::Errors(_)) {
            (fit.unscaled_covariance.clone(), student::NORMAL)
        } else {
            let quantile = student::quantile(fit.degrees_of_freedom.max(1));
            (fit.covariance.clone(), quantile)
        };
        let values = numbers(&fit.optimum.x);
        let n = values.len();
        Ok(Self {
            deviation: fit.residual_deviation,
            standard_errors: (0..n).map(|i| covariance[i * n + i].sqrt()).collect(),
            values,
            covariance,
            quantile,
            r_squared: 1.0 - fit.optimum.value / variation(data),
            model: in_rows(model, data, &fit.optimum.x, &predictors)?,
            fit,
        })
    }

    /// The correlation of two parameters.
    pub(super) fn correlation(&self, i: usize, j: usize) -> f64 {
        let n = self.values.len();
        let entry = |i: usize, j: usize| self.covariance[i * n + j];
        if i == j {
            // One, unless nothing is known.
            return entry(i, i) / entry(i, i);
        }
        entry(i, j) / (entry(i, i).sqrt() * entry(j, j).sqrt())
    }

    /// The 95% confidence interval of a parameter.
    pub(super) fn interval(&self, parameter: usize) -> [f64; 2] {
        let reach = self.quantile * self.standard_errors[parameter];
        [
            self.values[parameter] - reach,
            self.values[parameter] + reach,
        ]
    }
}

/// Why the library refuses to search.
fn not_begun(error: &optim::Error) -> Failure {
    let message = error.to_string();
    Failure::failed(if error.is_start() {
        // What the library calls so.
        message.replacen("the function", "the sum of squares", 1)
    } else {
        message
    })
}

/// The model in each row.
fn in_rows(
    model: &Model,
    data: &Data,
    parameters: &[Variable],
    predictors: &[Variable],
) -> Result<Vec<f64>, Failure> {
    let found = no_grad(|| model.eval(parameters, predictors))?.to_vec::<f64>();
    Ok(match found[..] {
        // A model of parameters alone says the same in every row.
        [one] => vec![one; data.rows()],
        _ => found,
    })
}

/// Says in which row the model has no value at the start.
fn check_start(table: &Table, model: &Model, data: &Data, at_start: &[f64]) -> Result<(), Failure> {
    let Some(row) = at_start.iter().position(|x| !x.is_finite()) else {
        return Ok(());
    };
    let parameters = model.parameters.iter().zip(model.start.iter().copied());
    let names = model
        .predictors
        .iter()
        .map(|&position| &table.names[position]);
    let predictors = names.zip(data.predictors.iter().map(|column| column[row]));
    let place: Vec<String> = parameters
        .chain(predictors)
        .map(|(name, value)| format!("{name} = {}", Number(value)))
        .collect();
    Err(Failure::failed(format!(
        "{}, line {}: the model is {} at the start, where {}\n  help: another --start, or a model that has a \
         value there",
        table.name,
        data.lines[row],
        Number(at_start[row]),
        place.join(", ")
    )))
}

/// The weighted sum of the squares of the response around its mean.
fn variation(data: &Data) -> f64 {
    let weights: Vec<f64> = match &data.scale {
        Some(scale) => scale.iter().map(|x| x * x).collect(),
        None => vec![1.0; data.rows()],
    };
    let rows = || weights.iter().zip(&data.response);
    let mean = rows().map(|(w, y)| w * y).sum::<f64>() / weights.iter().sum::<f64>();
    let sum: f64 = rows().map(|(w, y)| w * (y - mean).powi(2)).sum();
    if sum > 0.0 { sum } else { f64::NAN }
}
