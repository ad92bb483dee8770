//! What a user of the crate meets: errors, printing, evaluation, and texts that mean harm.

mod errors;
