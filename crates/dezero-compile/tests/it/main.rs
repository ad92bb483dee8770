//! Programs against what the engine computes eagerly.

mod calls;
mod cases;
mod checks;
mod derivatives;
mod functions;
#[cfg(feature = "serde")]
mod hostile;
mod looks;
mod programs;
mod random;
#[cfg(feature = "serde")]
mod random_programs;
#[cfg(feature = "serde")]
mod saved;
