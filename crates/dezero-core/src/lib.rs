//! Define-by-run automatic differentiation of any order: Variable, Function, backward.
