//! The built command, as a shell runs it.

mod check;
mod command;
mod compare;
mod diff;
mod exit_codes;
mod fit;
mod graph;
mod help;
mod interrupt;
mod jacobian;
mod minimize;
mod ops;
mod plot;
mod problem_file;
mod render;
mod root;
mod taylor;
