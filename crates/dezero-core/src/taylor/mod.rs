//! Taylor mode: truncated power series carried upwards through a recorded graph.
//!
//! Given inputs as series `x(t) = x_0 + x_1 t + ... + x_K t^K`, the sweep finds those of the
//! results, node by node. Order 1 is forward mode: `y_1` is the Jacobian times `x_1`. Many
//! directions go at once, as a leading axis of the coefficients.
//!
//! - [`program`] finds the recurrence of an elementwise primitive from its derivative (which
//!   [`trace`] writes down), [`recurrence`] runs it, [`compose`] stands in where there is none;
//! - [`algebra`] is the arithmetic of coefficients, on bare numbers and on variables;
//! - [`jet`] is what the rules of whole-array operations are written with (they stand beside the
//!   operations, in `ops`);
//! - [`custom`] takes series through users' functions;
//! - [`sweep`] walks the graph.

mod algebra;
mod compose;
mod custom;
pub(crate) mod hash;
mod jet;
mod program;
mod recurrence;
mod sweep;
mod trace;

pub(crate) use algebra::{Algebra, Extent, Term};
pub(crate) use compose::{alias, zeros, zeros_of};
pub(crate) use jet::{Jet, Lead};
pub(crate) use program::Function;
pub(crate) use recurrence::Series;
pub(crate) use sweep::Pushforward;
pub(crate) use trace::{Traced, apply};
