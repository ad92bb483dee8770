//! The tests of the engine as its users meet it.

mod backward;
mod broadcasting;
mod differences;
mod dtypes;
mod elementwise;
mod errors;
mod functions;
mod graph;
mod hostile;
mod laws;
mod memory;
mod random;
mod sparse;
mod sparse_operations;
mod special_points;
mod structural;
mod structural_values;
