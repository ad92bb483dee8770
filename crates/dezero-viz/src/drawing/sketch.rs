//! What the learner's style draws of a graph: functions, variables that have a name or a user, and
//! constants at each use. Unnamed results are edges.

use dezero_core::{Graph, Role};

/// A variable with more uses than this is drawn at each of them.
const MOST_USES: usize = 8;

/// Nodes and edges, by position. Nodes are in the order of the walk.
#[derive(Clone, Debug, Default)]
pub(super) struct Sketch {
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) what: What,
    /// Which of several copies of the same variable.
    pub(super) copy: Option<usize>,
    /// The pass that it is drawn in.
    pub(super) pass: usize,
}

/// By position in the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Function(usize),
    Variable(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// What goes along it, by position in the graph's variables.
    pub(super) variable: usize,
}

impl Sketch {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut sketch = Self::default();
        let variables = graph.variables();
        let mut uses = vec![0; variables.len()];
        for function in graph.functions() {
            for &x in &function.inputs {
                uses[x] += 1;
            }
        }
        let mut is_output = vec![false; variables.len()];
        for &y in graph.outputs() {
            is_output[y] = true;
        }

        // What computes it stands for an unnamed result.
        let mut source: Vec<Option<usize>> = vec![None; variables.len()];
        let mut functions = Vec::with_capacity(graph.functions().len());
        for (at, function) in graph.functions().iter().enumerate() {
            let node = sketch.node(What::Function(at), function.pass);
            functions.push(node);
            for &y in &function.outputs {
                source[y] = Some(node);
            }
        }
        for (at, variable) in variables.iter().enumerate() {
            let creator = source[at];
            if creator.is_some() && variable.name.is_none() && !is_output[at] {
                continue;
            }
            let is_split = match variable.role {
                Role::Constant => true,
                Role::Leaf | Role::Result => uses[at] > MOST_USES,
            };
            if is_split && uses[at] > 0 && creator.is_none() && !is_output[at] {
                continue;
            }
            let pass = variable
                .creator
                .map_or(variable.pass, |creator| graph.functions()[creator].pass);
            let node = sketch.node(What::Variable(at), pass);
            if let Some(from) = creator {
                sketch.edge(from, node, at);
            }
            // What is computed stands where it is computed too.
            source[at] = (!is_split || uses[at] == 0).then_some(node);
        }
        let mut copies = vec![0; variables.len()];
        for (function, &to) in graph.functions().iter().zip(&functions) {
            for &x in &function.inputs {
                let from = source[x].unwrap_or_else(|| {
                    let node = sketch.node(What::Variable(x), function.pass);
                    copies[x] += 1;
                    sketch.nodes[node].copy = Some(copies[x]);
                    node
                });
                sketch.edge(from, to, x);
            }
        }
        sketch
    }

    fn node(&mut self, what: What, pass: usize) -> usize {
        self.nodes.push(Node {
            what,
            copy: None,
            pass,
        });
        self.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, variable: usize) {
        self.edges.push(Edge { from, to, variable });
    }

    /// The edges into each node, in the order of its operands.
    pub(super) fn incoming(&self) -> Vec<Vec<usize>> {
        let mut incoming = vec![Vec::new(); self.nodes.len()];
        for (at, edge) in self.edges.iter().enumerate() {
            incoming[edge.to].push(at);
        }
        incoming
    }

    /// The edges out of each node.
    pub(super) fn outgoing(&self) -> Vec<Vec<usize>> {
        let mut outgoing = vec![Vec::new(); self.nodes.len()];
        for (at, edge) in self.edges.iter().enumerate() {
            outgoing[edge.from].push(at);
        }
        outgoing
    }

    /// All nodes, each after those that lead to it.
    pub(super) fn in_order(&self) -> Vec<usize> {
        let (incoming, outgoing) = (self.incoming(), self.outgoing());
        let mut missing: Vec<usize> = incoming.iter().map(Vec::len).collect();
        let is_ready = |&node: &usize| missing[node] == 0;
        let mut order: Vec<usize> = (0..self.nodes.len()).filter(is_ready).collect();
        let mut next = 0;
        while next < order.len() {
            for &edge in &outgoing[order[next]] {
                let to = self.edges[edge].to;
                missing[to] -= 1;
                if missing[to] == 0 {
                    order.push(to);
                }
            }
            next += 1;
        }
        order
    }
}
