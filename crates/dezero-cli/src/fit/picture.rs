//! Data and model in one picture: in the terminal, or in a file.

use dezero::plot::Fit;
use dezero::{Variable, no_grad};

use super::arguments::FitArguments;
use super::model::Model;
use super::search::{Data, Fitted};
use super::table::Table;
use crate::pictures;
use crate::report::Failure;

/// Rows of a picture in the terminal.
const ROWS: usize = 20;

/// What can be drawn: the curve, if there is one predictor; with several, what was observed against what
/// the model says.
pub(super) struct Picture<'a> {
    /// What is fitted to what.
    title: String,
    fit: Option<Fit<'a>>,
}

/// Whether a picture that is asked for can be drawn.
pub(super) fn check(arguments: &FitArguments, model: &Model) -> Result<(), Failure> {
    let Some(path) = &arguments.output else {
        return Ok(());
    };
    if model.predictors.is_empty() {
        return Err(Failure::usage(format!(
            "--output {}: the model uses no column: there is no curve to draw",
            path.display()
        )));
    }
    pictures::check(path)
}

impl<'a> Picture<'a> {
    pub(super) fn new(table: &Table, model: &'a Model, data: &Data, fitted: &'a Fitted) -> Self {
        let response = &table.names[model.response];
        let title = format!("{response} = {}", model.text);
        let fit = match &data.predictors[..] {
            [] => None,
            [x] => {
                let points = x.iter().copied().zip(data.response.iter().copied());
                let curve = |x: f64| {
                    let at = [Variable::constant(x)];
                    no_grad(|| model.eval(&fitted.fit.optimum.x, &at))
                        .map_or(f64::NAN, |value| value.item())
                };
                let predictor = &table.names[model.predictors[0]];
                Some(
                    Fit::new(points)
                        .axes(predictor, response)
                        .curve("model", curve),
                )
            }
            _ => {
                let points = fitted
                    .model
                    .iter()
                    .copied()
                    .zip(data.response.iter().copied());
                let fit = Fit::new(points)
                    .axes(&format!("{response} of the model"), response)
                    .curve("where both are equal", |x| x);
                Some(fit)
            }
        };
        Self { title, fit }
    }

    /// What the terminal shows of it. With `--output`, it goes to the file instead.
    pub(super) fn show(self, arguments: &FitArguments) -> Result<String, Failure> {
        let Some(fit) = self.fit else {
            return Ok(String::new());
        };
        if let Some(path) = &arguments.output {
            let fit = fit.title(&self.title).theme(arguments.look.theme());
            arguments.look.write(path, &fit.picture())?;
            return Ok(String::new());
        }
        Ok(fit.to_text(pictures::columns(), ROWS))
    }
}
