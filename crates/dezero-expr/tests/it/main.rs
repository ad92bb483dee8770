//! What a user of the crate meets: errors, printing, evaluation, and texts that mean harm.

mod corpus;
mod errors;
mod evaluation;
mod expression;
mod hostile;
mod printing;
mod reals;
mod recorded;
