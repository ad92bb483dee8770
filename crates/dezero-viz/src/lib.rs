//! Computational graphs of dezero as Graphviz DOT.
