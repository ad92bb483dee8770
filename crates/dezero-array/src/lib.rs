//! N-dimensional arrays with a run-time dtype, NumPy semantics and NumPy printing: the values under dezero.
