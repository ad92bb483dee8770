//! `dezero fit`: the parameters of a formula that meet the columns of a table best, by least squares.
//!
//! `table` reads the file, `model` sorts the names of the formula into parameters and columns, `search`
//! runs the library's fit and draws conclusions from it, `report` and `picture` show them.

mod arguments;
mod model;
mod picture;
mod report;
mod search;
mod student;
mod table;

pub(crate) use self::arguments::FitArguments;
use self::model::{Model, Weighting};
use self::picture::Picture;
use self::search::{Data, Fitted};
use self::table::Table;
use crate::report::{Failure, Report};

pub(crate) fn run(arguments: &FitArguments) -> Result<Report, Failure> {
    let table = Table::read(&arguments.data).map_err(|failure| swapped(arguments, failure))?;
    let weighting = Weighting::read(arguments, &table)?;
    let model = Model::read(arguments, &table, weighting)?;
    picture::check(arguments, &model)?;
    let data = Data::read(arguments, &table, &model, weighting)?;
    let fitted = Fitted::search(arguments, &table, &model, &data)?;
    let picture = Picture::new(&table, &model, &data, &fitted);
    let drawn = picture.show(arguments)?;
    Ok(report::report(
        arguments, &table, &model, &data, &fitted, &drawn,
    ))
}

/// The failure to read the table, with a hint where both arguments may have changed places.
fn swapped(arguments: &FitArguments, failure: Failure) -> Failure {
    if !arguments.data.exists() && std::path::Path::new(&arguments.model).is_file() {
        return Failure::failed(format!(
            "{}: there is no such file\n  help: the table comes first, then the model",
            arguments.data.display()
        ));
    }
    failure
}
