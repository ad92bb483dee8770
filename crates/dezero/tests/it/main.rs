//! The facade: what the examples print, and that the parts fit together.

mod examples;
mod together;
