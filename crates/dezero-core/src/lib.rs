//! Define-by-run automatic differentiation of any order.

mod backward;
mod elementwise;
mod error;
mod function;
mod graph;
mod mode;
mod node;
mod op;
mod operators;
mod ops;
mod variable;

pub use backward::{Backward, grad, try_grad};
pub use dezero_array::{Array, DType, Element, Scalar, Slice, Tuple};
pub use elementwise::{Binary, Compare, Parameter, Primitive, Unary, primitives};
pub use error::{Error, Result};
pub use function::{Creator, Custom, Function};
pub use graph::{Graph, GraphFunction, GraphVariable, Outputs, Role, graph};
pub use mode::{NoGrad, enable_grad, is_recording, live_nodes, no_grad};
pub use op::Op;
pub use operators::Operand;
pub use ops::arguments::{Axes, Shape};
pub use ops::index::Index;
pub use variable::Variable;
