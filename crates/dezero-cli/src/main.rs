//! The command `dezero`.

fn main() {}
