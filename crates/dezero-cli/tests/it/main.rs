//! The built command, as a shell runs it.

mod check;
mod command;
mod diff;
mod exit_codes;
mod fit;
mod graph;
mod help;
mod jacobian;
mod minimize;
mod ops;
mod taylor;
