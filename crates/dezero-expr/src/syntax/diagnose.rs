//! What to tell someone whose formula is wrong: the message, the place, and the fix where it is clear.
//!
//! The parser says what it could not go on with; the reasons are found here, from the tokens around.

mod characters;
mod missing_operator;
mod names;
mod operands;
mod structure;

pub(super) use missing_operator::{operator_expected, two_exponents};
pub(super) use names::{
    constant_called, function_not_called, run_together, unknown_function, wrong_arity,
};
pub(super) use operands::operand_expected;
pub(super) use structure::{
    chained_comparison, comma_outside_call, comparison_as_number, comparison_not_wanted,
    condition_expected, never_closed, never_opened, number_too_large, too_deep, too_long,
    whole_number_expected,
};
