//! The tests of the engine as its users meet it.

mod backward;
mod broadcasting;
mod differences;
mod dtypes;
mod elementwise;
mod errors;
mod functions;
mod gradcheck;
mod graph;
mod hostile;
mod laws;
mod memory;
mod oracles;
mod random;
mod reference;
mod special_points;
mod structural;
mod structural_values;
