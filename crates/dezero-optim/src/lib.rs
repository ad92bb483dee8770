//! Function minimisation with derivatives from dezero.
