//! The nonlinear regression problems of the NIST Statistical Reference Datasets: 27 models with
//! data, two starts each, and certified solutions.

mod certified;
mod data;
mod digits;
mod fits;
mod models;

pub(crate) use data::Dataset;
pub(crate) use digits::fewest_digits;
pub(crate) use models::{PROBLEMS, Problem};
