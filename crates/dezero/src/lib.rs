//! Define-by-run automatic differentiation of any order, with its graphs drawn.
pub use dezero_core::*;
pub use dezero_viz::{Dot, dot_func, dot_var, get_dot_graph};
pub use dezero_optim as optim;
pub use dezero_expr as expr;
