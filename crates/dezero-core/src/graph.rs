//! The recorded graph as plain data: what drawing, searching and compiling read.

use std::collections::HashMap;
use std::panic::Location;

use dezero_array::Array;

use crate::backward::plain_grad;
use crate::error::Result;
use crate::mode::Line;
use crate::node::{Inputs, Node, NodeRef};
use crate::op::Op;
use crate::trace::{Source, Step, Trace};
use crate::variable::{Repr, Variable};

/// A read-only picture of how some variables were computed: variables and functions, in the order
/// of a walk from the results downwards.
///
/// The walk is that of the book's `get_dot_graph`, following every input: from the results, always
/// into the function found last. It depends on the program alone, so the same program gives the
/// same graph. It holds values, but not the record itself.
#[derive(Clone, Debug)]
pub struct Graph {
    variables: Vec<GraphVariable>,
    functions: Vec<GraphFunction>,
    outputs: Vec<usize>,
}

/// What a variable is to the computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Made by the user.
    Leaf,
    /// A constant: a number in a formula, or a variable without gradient.
    Constant,
    /// Computed.
    Result,
}

/// A variable in a [`Graph`].
#[derive(Clone, Debug)]
pub struct GraphVariable {
    /// The place in the walk, from 1, counting variables and functions together.
    pub number: usize,
    /// The name, if one was given.
    pub name: Option<String>,
    /// What it is to the computation.
    pub role: Role,
    /// The value it had when it was used.
    pub value: Array,
    /// The gradient, where there is one: what the user's variable held as its
    /// [`grad`](Variable::grad), or with [`graph_with_gradients`] the derivative of the results.
    pub gradient: Option<Array>,
    /// The function that computed it, as a position in [`Graph::functions`].
    pub creator: Option<usize>,
    /// The user's source line that made it; a number in a formula has that of the formula.
    pub line: &'static Location<'static>,
    /// The backward pass in which it was made; 0 is the user's own code.
    pub pass: usize,
}

/// A function in a [`Graph`]: one application of an operation.
#[derive(Clone, Debug)]
pub struct GraphFunction {
    /// The place in the walk, from 1, counting variables and functions together.
    pub number: usize,
    /// The operation.
    pub op: Op,
    /// What it was applied to, in order, as positions in [`Graph::variables`].
    pub inputs: Vec<usize>,
    /// Its results that belong to the graph, as positions in [`Graph::variables`].
    pub outputs: Vec<usize>,
    /// The user's source line that applied it; for what a derivative did, the line of the
    /// operation that it differentiates.
    pub line: &'static Location<'static>,
    /// The backward pass in which it was applied; 0 is the user's own code.
    pub pass: usize,
}

impl GraphFunction {
    /// The label in drawings.
    pub fn label(&self) -> &str {
        self.op.label()
    }

    /// What stands for it in a formula: a mathematical symbol, or else its name.
    pub fn symbol(&self) -> String {
        self.op.symbol()
    }
}

/// The graph of one or several results.
///
/// ```
/// use dezero_core::{graph, Variable};
///
/// let x = Variable::new(1.0).named("x");
/// let y = (x.sin() + &x).named("y");
/// let graph = graph(&y);
/// let labels: Vec<&str> = graph.functions().iter().map(|f| f.label()).collect();
/// assert_eq!(labels, ["Add", "Sin"]);
/// assert_eq!(graph.edges().count(), 5); // x to Sin and to Add, and through Sin's result to y
/// ```
pub fn graph<'a>(outputs: impl Into<Outputs<'a>>) -> Graph {
    Walk::new().from(&outputs.into().0)
}

/// The graph of one or several results, with the derivative of (the sum of) the results by each
/// variable in it that has one. Touches no [`grad`](Variable::grad).
///
/// ```
/// use dezero_core::{graph_with_gradients, Variable};
///
/// let x = Variable::new(3.0).named("x");
/// let y = x.square() + 1.0;
/// let graph = graph_with_gradients(&y)?;
/// let x = graph.variables().iter().find(|x| x.name.as_deref() == Some("x")).unwrap();
/// assert_eq!(x.gradient.as_ref().unwrap().to_string(), "6.0");
/// # Ok::<(), dezero_core::Error>(())
/// ```
///
/// # Errors
///
/// As [`Variable::try_backward`], but for constants, which have no gradients.
#[track_caller]
pub fn graph_with_gradients<'a>(outputs: impl Into<Outputs<'a>>) -> Result<Graph> {
    let outputs = outputs.into().0;
    let mut walk = Walk::new();
    walk.tracked = Some(Vec::new());
    let (mut graph, tracked) = walk.with_tracked(&outputs);
    for variable in &mut graph.variables {
        variable.gradient = None;
    }
    let (places, variables): (Vec<usize>, Vec<Variable>) = tracked.into_iter().unzip();
    let variables: Vec<&Variable> = variables.iter().collect();
    // What is constant has no derivatives, which is nothing wrong with a drawing.
    for y in outputs.into_iter().filter(|y| !y.is_constant()) {
        for (&at, gradient) in places.iter().zip(plain_grad(y, &variables)?) {
            let Some(gradient) = gradient else { continue };
            let sum = &mut graph.variables[at].gradient;
            let gradient = match sum.take() {
                Some(sum) => gradient.try_add(Variable::constant(sum))?,
                None => gradient,
            };
            *sum = Some(gradient.data());
        }
    }
    Ok(graph)
}

/// The results that a graph is asked for: one variable, or several.
pub struct Outputs<'a>(Vec<&'a Variable>);

impl<'a> From<&'a Variable> for Outputs<'a> {
    fn from(y: &'a Variable) -> Self {
        Self(vec![y])
    }
}

impl<'a> From<&[&'a Variable]> for Outputs<'a> {
    fn from(ys: &[&'a Variable]) -> Self {
        Self(ys.to_vec())
    }
}

impl<'a, const N: usize> From<&[&'a Variable; N]> for Outputs<'a> {
    fn from(ys: &[&'a Variable; N]) -> Self {
        Self(ys.to_vec())
    }
}

impl<'a> From<&'a [Variable]> for Outputs<'a> {
    fn from(ys: &'a [Variable]) -> Self {
        Self(ys.iter().collect())
    }
}

impl<'a> From<&'a Vec<Variable>> for Outputs<'a> {
    fn from(ys: &'a Vec<Variable>) -> Self {
        Self(ys.iter().collect())
    }
}

impl Graph {
    /// The graph of what a trace holds: that of the results it was read from, with its inputs as leaves, what
    /// is below them left out, and all else that was not computed as constants.
    ///
    /// ```
    /// use dezero_core::{Graph, Variable, graph, trace::Trace};
    ///
    /// let x = Variable::new(1.0).named("x");
    /// let y = x.sin() * 2.0;
    /// let traced = Graph::of(&Trace::new(&[&x], &[&y]));
    /// assert!(traced.edges().eq(graph(&y).edges()));
    /// ```
    pub fn of(trace: &Trace) -> Self {
        let mut walk = Walk::new();
        // Steps stand for nodes, and their positions for ids.
        let mut pending = Vec::new();
        for &y in &trace.outputs {
            let at = walk.step(trace, y, &mut pending);
            walk.graph.outputs.push(at);
        }
        while let Some((step, at)) = pending.pop() {
            walk.count += 1;
            walk.graph.functions[at].number = walk.count;
            let Source::Call(_, args) = &trace.steps[step].source else {
                continue;
            };
            let inputs = args.iter().map(|&x| walk.step(trace, x, &mut pending));
            walk.graph.functions[at].inputs = inputs.collect();
        }
        walk.in_order()
    }

    /// The variables, in the order of the walk.
    pub fn variables(&self) -> &[GraphVariable] {
        &self.variables
    }

    /// The functions, in the order of the walk.
    pub fn functions(&self) -> &[GraphFunction] {
        &self.functions
    }

    /// The results the graph was asked for, as positions in [`variables`](Self::variables).
    pub fn outputs(&self) -> &[usize] {
        &self.outputs
    }

    /// The edges, as pairs of numbers of variables and functions: for each function, from its
    /// inputs, then to its outputs.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.functions.iter().flat_map(|function| {
            let inputs = function
                .inputs
                .iter()
                .map(|&x| (self.variables[x].number, function.number));
            let outputs = function
                .outputs
                .iter()
                .map(|&y| (function.number, self.variables[y].number));
            inputs.chain(outputs)
        })
    }
}

/// An operation that was not recorded, with what its inputs were computed from, some functions down.
pub(crate) fn neighbourhood(
    op: &Op,
    inputs: &[Variable],
    value: &Array,
    line: Line,
    pass: u16,
    levels: usize,
) -> Graph {
    let mut walk = Walk::new();
    walk.most = levels;
    walk.push(None, Role::Result, value.clone(), line, pass);
    walk.graph.outputs.push(0);
    walk.graph.variables[0].creator = Some(0);
    walk.count += 1;
    walk.graph.functions.push(GraphFunction {
        number: walk.count,
        op: op.clone(),
        inputs: Vec::new(),
        outputs: vec![0],
        line,
        pass: usize::from(pass),
    });
    let inputs = inputs
        .iter()
        .map(|x| walk.variable(&x.to_link(), None))
        .collect();
    walk.graph.functions[0].inputs = inputs;
    walk.from(&[])
}

struct Walk {
    graph: Graph,
    /// Positions by the ids of the nodes.
    variables: HashMap<u64, usize>,
    functions: HashMap<u64, usize>,
    /// Functions found and not visited yet, and how far down they are.
    pending: Vec<(NodeRef, usize, usize)>,
    count: usize,
    /// How far down the variables are that are being found, and how far the walk goes.
    level: usize,
    most: usize,
    /// The variables that can have a derivative, with their positions, if anybody wants them.
    tracked: Option<Vec<(usize, Variable)>>,
}

impl Walk {
    fn new() -> Self {
        Self {
            graph: Graph {
                variables: Vec::new(),
                functions: Vec::new(),
                outputs: Vec::new(),
            },
            variables: HashMap::new(),
            functions: HashMap::new(),
            pending: Vec::new(),
            count: 0,
            level: 0,
            most: usize::MAX,
            tracked: None,
        }
    }

    fn from(self, outputs: &[&Variable]) -> Graph {
        self.with_tracked(outputs).0
    }

    fn with_tracked(mut self, outputs: &[&Variable]) -> (Graph, Vec<(usize, Variable)>) {
        for y in outputs {
            let at = self.variable(&y.to_link(), None);
            self.graph.outputs.push(at);
        }
        while let Some((node, at, level)) = self.pending.pop() {
            self.level = level;
            self.count += 1;
            self.graph.functions[at].number = self.count;
            // Copied, so that no lock is held while names are read below.
            let inputs: Vec<Variable> = node.links().inputs.copied();
            let inputs = inputs
                .iter()
                .map(|x| self.variable(x, Some(&node)))
                .collect();
            self.graph.functions[at].inputs = inputs;
        }
        let tracked = self.tracked.take().unwrap_or_default();
        (self.in_order(), tracked)
    }

    /// The graph with its functions in the order in which they were visited, not found.
    fn in_order(self) -> Graph {
        let mut graph = self.graph;
        graph.functions.sort_by_key(|function| function.number);
        for (at, function) in graph.functions.iter().enumerate() {
            for &y in &function.outputs {
                graph.variables[y].creator = Some(at);
            }
        }
        graph
    }

    /// The position of a variable, which enters the graph with its creator if it is new. `user` is
    /// the function that takes it.
    fn variable(&mut self, x: &Variable, user: Option<&Node>) -> usize {
        let at = self.graph.variables.len();
        let Repr::Link(node) = &x.0 else {
            let value = x.linked_value().clone();
            let (line, pass) = user.map_or((Location::caller(), 0), |user| (user.line, user.pass));
            self.push(None, Role::Constant, value, line, pass);
            return at;
        };
        if let Some(&at) = self.variables.get(&node.id) {
            return at;
        }
        self.variables.insert(node.id, at);
        let role = match node.op {
            Op::Leaf => Role::Leaf,
            Op::Constant => Role::Constant,
            _ => Role::Result,
        };
        let name = node.name().map(|name| name.as_ref().to_owned());
        self.push(name, role, node.value.clone(), node.line, node.pass);
        let leaf = node.leaf();
        let gradient = leaf
            .as_ref()
            .map_or_else(|| node.grad(), |leaf| leaf.grad());
        self.graph.variables[at].gradient = gradient.map(|gradient| gradient.data());
        if role != Role::Constant
            && let Some(tracked) = &mut self.tracked
        {
            let x = leaf.map_or_else(|| x.clone(), |leaf| Variable(Repr::Leaf(leaf)));
            tracked.push((at, x));
        }
        if self.level < self.most
            && let Some(call) = call_of(node)
        {
            let function = self.function(call);
            self.graph.functions[function].outputs.push(at);
            self.graph.variables[at].creator = Some(function);
        }
        at
    }

    /// [`variable`](Self::variable), for a step of a trace.
    fn step(&mut self, trace: &Trace, step: usize, pending: &mut Vec<(usize, usize)>) -> usize {
        if let Some(&at) = self.variables.get(&(step as u64)) {
            return at;
        }
        let at = self.graph.variables.len();
        self.variables.insert(step as u64, at);
        let Step {
            source,
            value,
            name,
            line,
            pass,
        } = &trace.steps[step];
        let role = match source {
            Source::Input(_) => Role::Leaf,
            Source::Constant => Role::Constant,
            Source::Call(..) => Role::Result,
        };
        let pass = u16::try_from(*pass).unwrap_or(u16::MAX);
        self.push(name.clone(), role, value.clone(), line, pass);
        let call = match source {
            Source::Call(Op::Output(_), args) => args[0],
            Source::Call(..) => step,
            _ => return at,
        };
        let known = self.functions.get(&(call as u64)).copied();
        let function = known.unwrap_or(self.graph.functions.len());
        if let (None, Source::Call(op, _)) = (known, &trace.steps[call].source) {
            self.functions.insert(call as u64, function);
            self.graph.functions.push(GraphFunction {
                number: 0,
                op: op.clone(),
                inputs: Vec::new(),
                outputs: Vec::new(),
                line: trace.steps[call].line,
                pass: trace.steps[call].pass,
            });
            pending.push((call, function));
        }
        self.graph.functions[function].outputs.push(at);
        self.graph.variables[at].creator = Some(function);
        at
    }

    fn push(&mut self, name: Option<String>, role: Role, value: Array, line: Line, pass: u16) {
        self.count += 1;
        let pass = usize::from(pass);
        self.graph.variables.push(GraphVariable {
            number: self.count,
            name,
            role,
            value,
            creator: None,
            gradient: None,
            line,
            pass,
        });
    }

    fn function(&mut self, call: NodeRef) -> usize {
        if let Some(&at) = self.functions.get(&call.id) {
            return at;
        }
        let at = self.graph.functions.len();
        self.functions.insert(call.id, at);
        let function = GraphFunction {
            number: 0,
            op: call.op.clone(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            line: call.line,
            pass: usize::from(call.pass),
        };
        self.graph.functions.push(function);
        self.pending.push((call, at, self.level + 1));
        at
    }
}

/// The node whose inputs a variable was computed from: its own, or for one of several results that
/// of the call.
pub(crate) fn call_of(output: &NodeRef) -> Option<NodeRef> {
    let call = match (&output.links().inputs, &output.op) {
        (Inputs::None | Inputs::Leaf(_), _) => return None,
        (Inputs::One(Variable(Repr::Link(call))), Op::Output(_)) => call.clone(),
        _ => return Some(output.clone()),
    };
    // A call that was cut off computed nothing that is still known.
    let cut = matches!(call.links().inputs, Inputs::None);
    (!cut).then_some(call)
}
