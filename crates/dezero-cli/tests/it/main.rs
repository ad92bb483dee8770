//! The built command, as a shell runs it.

mod command;
mod diff;
mod exit_codes;
mod graph;
mod help;
mod minimize;
mod ops;
