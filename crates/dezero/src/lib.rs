//! Define-by-run automatic differentiation of any order.
