//! Programs against what the engine computes eagerly.

mod calls;
mod cases;
mod checks;
mod derivatives;
mod functions;
mod looks;
mod programs;
mod random;
