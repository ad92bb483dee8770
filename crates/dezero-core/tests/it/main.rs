//! The tests of the engine as its users meet it.

mod backward;
mod broadcasting;
mod checkpoints;
mod differences;
mod dtypes;
mod elementwise;
mod errors;
mod functions;
mod functions_forward;
mod graph;
mod hooks;
mod hostile;
mod laws;
mod max_order;
mod memory;
mod random;
mod special_points;
mod structural;
mod structural_values;
mod taylor;
mod transforms;
mod warnings;
