//! The graph as Graphviz DOT, in the book's notation.

use std::fmt;

use dezero_core::{Creator, Graph, GraphFunction, GraphVariable, Outputs, Tuple, Variable, graph};

/// A graph as DOT text: what [`Display`](fmt::Display) writes.
///
/// Variables are orange ellipses and functions light blue boxes, each written once. Ids number
/// them in the order of the walk from the results downwards, so that the same program gives the
/// same text.
///
/// ```
/// use dezero_core::{graph, Variable};
/// use dezero_viz::Dot;
///
/// let x = Variable::new(1.0).named("x");
/// let y = x.exp().named("y");
/// assert_eq!(
///     Dot::new(&graph(&y)).to_string(),
///     "digraph g {\n\
///      1 [label=\"y\", color=orange, style=filled]\n\
///      2 [label=\"Exp\", color=lightblue, style=filled, shape=box]\n\
///      3 -> 2\n\
///      2 -> 1\n\
///      3 [label=\"x\", color=orange, style=filled]\n\
///      }"
/// );
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dot<'a> {
    graph: &'a Graph,
    verbose: bool,
}

impl<'a> Dot<'a> {
    /// The graph with the names of its variables.
    pub fn new(graph: &'a Graph) -> Self {
        Self {
            graph,
            verbose: false,
        }
    }

    /// With shape and dtype too, as `x: (2, 3) float64`.
    #[must_use]
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.verbose = verbose;
        self
    }
}

impl fmt::Display for Dot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digraph g {\n")?;
        // The walk numbered variables and functions together: their two lists are merged again.
        let mut functions = self.graph.functions().iter().peekable();
        for variable in self.graph.variables() {
            while let Some(function) =
                functions.next_if(|function| function.number < variable.number)
            {
                write_function(f, function, self.graph)?;
            }
            write_variable(f, variable, self.verbose)?;
        }
        for function in functions {
            write_function(f, function, self.graph)?;
        }
        f.write_str("}")
    }
}

fn write_variable(f: &mut dyn fmt::Write, variable: &GraphVariable, verbose: bool) -> fmt::Result {
    let label = variable_label(variable, verbose);
    let (number, label) = (variable.number, Escaped(&label));
    writeln!(
        f,
        "{number} [label=\"{label}\", color=orange, style=filled]"
    )
}

/// The name, with shape and dtype too if it is to be verbose.
pub(crate) fn variable_label(variable: &GraphVariable, verbose: bool) -> String {
    let name = variable.name.as_deref();
    if !verbose {
        return name.unwrap_or_default().to_owned();
    }
    let (shape, dtype) = (Tuple(variable.value.shape()), variable.value.dtype());
    match name {
        Some(name) => format!("{name}: {shape} {dtype}"),
        None => format!("{shape} {dtype}"),
    }
}

fn write_function(f: &mut dyn fmt::Write, function: &GraphFunction, graph: &Graph) -> fmt::Result {
    let (number, label) = (function.number, Escaped(function.label()));
    writeln!(
        f,
        "{number} [label=\"{label}\", color=lightblue, style=filled, shape=box]"
    )?;
    for &x in &function.inputs {
        writeln!(f, "{} -> {number}", graph.variables()[x].number)?;
    }
    for &y in &function.outputs {
        writeln!(f, "{number} -> {}", graph.variables()[y].number)?;
    }
    Ok(())
}

/// Text inside a double-quoted DOT string.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => {}
                // DOT ends at a NUL, and other controls are not text.
                c if c.is_control() => f.write_str("\u{fffd}")?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// The DOT of how one or several variables were computed: the book's `get_dot_graph`.
///
/// ```
/// use dezero_core::Variable;
/// use dezero_viz::get_dot_graph;
///
/// let (x0, x1) = (Variable::new(1.0).named("x0"), Variable::new(1.0).named("x1"));
/// let y = (&x0 + &x1).named("y");
/// println!("{}", get_dot_graph(&y, false));
/// ```
pub fn get_dot_graph<'a>(outputs: impl Into<Outputs<'a>>, verbose: bool) -> String {
    Dot::new(&graph(outputs)).verbose(verbose).to_string()
}

/// The DOT line of one variable: the book's `_dot_var`.
///
/// ```
/// # use dezero_core::Variable;
/// let x = Variable::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]).named("x");
/// assert_eq!(
///     dezero_viz::dot_var(&x, true),
///     "1 [label=\"x: (2, 3) float64\", color=orange, style=filled]\n"
/// );
/// ```
pub fn dot_var(variable: &Variable, verbose: bool) -> String {
    let graph = graph(variable);
    let mut text = String::new();
    let written = write_variable(&mut text, &graph.variables()[graph.outputs()[0]], verbose);
    debug_assert!(written.is_ok(), "a String takes everything");
    text
}

/// The DOT lines of one function and its edges: the book's `_dot_func`. The result is number 1,
/// the function 2, and its inputs follow, as in the graph of the result.
///
/// ```
/// # use dezero_core::Variable;
/// let y = Variable::new(1.0) + Variable::new(1.0);
/// assert_eq!(
///     dezero_viz::dot_func(&y.creator().unwrap()),
///     "2 [label=\"Add\", color=lightblue, style=filled, shape=box]\n3 -> 2\n4 -> 2\n2 -> 1\n"
/// );
/// ```
pub fn dot_func(function: &Creator) -> String {
    let output = function.output();
    let graph = graph(&output);
    let mut text = String::new();
    // The function of the result is the first that the walk visits.
    if let Some(creator) = graph.variables()[graph.outputs()[0]].creator {
        let written = write_function(&mut text, &graph.functions()[creator], &graph);
        debug_assert!(written.is_ok(), "a String takes everything");
    }
    text
}
