//! What arrays promise to those who use them, checked against plain loops over indices.

mod broadcasting;
mod constructors;
mod errors;
mod indexing;
mod interchange;
mod joining;
mod linear_algebra;
mod model;
mod printing;
mod reductions;
mod special;
mod threads;
mod views;
