//! What DOT statements build: nodes, edges and subgraphs with their attributes, as the section
//! "Subgraphs and Clusters" and the notes on attributes in the manual of the language tell.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::attributes::{Attributes, Key, Kind, Layers, Value};
use super::error::DotError;
use super::{MAX_EDGES, MAX_MEMBERS, MAX_NODES, MAX_SUBGRAPHS, MAX_VISITS, counted};

/// The graph as it has been read so far.
#[derive(Debug)]
pub(super) struct Graph<'a> {
    source: &'a str,
    is_strict: bool,
    pub(super) is_directed: bool,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// The graph itself, then its subgraphs, each after the one that it lies in.
    pub(super) subgraphs: Vec<Subgraph>,
    node_of: HashMap<Value, usize>,
    subgraph_of: HashMap<(usize, Value), usize>,
    /// Edges by their ends and their key: all where the graph is strict, else those with a key.
    edge_of: HashMap<(usize, usize, Option<Rc<str>>), usize>,
    /// Which subgraph names which node.
    members: HashSet<(usize, usize)>,
    /// Steps of looking for the nodes of subgraphs, and edges that were there already.
    visits: usize,
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: Value,
    pub(super) attributes: Layers,
    /// The byte where it is first named.
    pub(super) at: usize,
}

#[derive(Debug)]
pub(super) struct Edge {
    pub(super) tail: usize,
    pub(super) head: usize,
    pub(super) attributes: Layers,
    /// The byte where its statement begins.
    pub(super) at: usize,
}

#[derive(Debug, Default)]
pub(super) struct Subgraph {
    pub(super) name: Option<Value>,
    pub(super) parent: Option<usize>,
    pub(super) attributes: Rc<Attributes>,
    node_defaults: Rc<Attributes>,
    edge_defaults: Rc<Attributes>,
    /// Those that are named between its own braces.
    pub(super) nodes: Vec<usize>,
    children: Vec<usize>,
    /// Whether it has nodes, or subgraphs in it have.
    pub(super) has_nodes: bool,
    /// The byte where it begins.
    pub(super) at: usize,
}

/// What stands at an end of edges.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    Node(usize),
    Nodes(Vec<usize>),
    Subgraph(usize),
}

impl<'a> Graph<'a> {
    pub(super) fn new(source: &'a str, is_strict: bool, is_directed: bool) -> Self {
        Self {
            source,
            is_strict,
            is_directed,
            nodes: Vec::new(),
            edges: Vec::new(),
            subgraphs: vec![Subgraph::default()],
            node_of: HashMap::new(),
            subgraph_of: HashMap::new(),
            edge_of: HashMap::new(),
            members: HashSet::new(),
            visits: 0,
        }
    }

    /// The node of that name, made with the defaults of `scope` where there is none; `scope` has it
    /// from now on.
    pub(super) fn node(&mut self, scope: usize, name: Value, at: usize) -> Result<usize, DotError> {
        let node = if let Some(&node) = self.node_of.get(&name) {
            node
        } else {
            if self.nodes.len() == MAX_NODES {
                return Err(self.beyond(at, MAX_NODES, "nodes"));
            }
            self.node_of.insert(name.clone(), self.nodes.len());
            self.nodes.push(Node {
                name,
                attributes: Layers {
                    own: Rc::default(),
                    defaults: Rc::clone(&self.subgraphs[scope].node_defaults),
                },
                at,
            });
            self.nodes.len() - 1
        };
        if scope != 0 && self.members.insert((scope, node)) {
            if self.members.len() > MAX_MEMBERS {
                return Err(self.beyond(at, MAX_MEMBERS, "nodes in subgraphs"));
            }
            self.subgraphs[scope].nodes.push(node);
            let mut above = Some(scope);
            while let Some(subgraph) = above.map(|above| &mut self.subgraphs[above]) {
                if subgraph.has_nodes {
                    break;
                }
                subgraph.has_nodes = true;
                above = subgraph.parent;
            }
        }
        Ok(node)
    }

    /// The subgraph of that name in `scope`, made with what holds in `scope` where there is none. One
    /// without a name is always new.
    pub(super) fn subgraph(
        &mut self,
        scope: usize,
        name: Option<Value>,
        at: usize,
    ) -> Result<usize, DotError> {
        let next = self.subgraphs.len();
        if let Some(name) = &name {
            let known = self.subgraph_of.entry((scope, name.clone()));
            let subgraph = *known.or_insert(next);
            if subgraph < next {
                return Ok(subgraph);
            }
        }
        if next > MAX_SUBGRAPHS {
            return Err(self.beyond(at, MAX_SUBGRAPHS, "subgraphs"));
        }
        let around = &mut self.subgraphs[scope];
        around.children.push(next);
        let subgraph = Subgraph {
            name,
            parent: Some(scope),
            attributes: Rc::clone(&around.attributes),
            node_defaults: Rc::clone(&around.node_defaults),
            edge_defaults: Rc::clone(&around.edge_defaults),
            at,
            ..Subgraph::default()
        };
        self.subgraphs.push(subgraph);
        Ok(next)
    }

    /// Sets the attributes of `scope` itself, or the defaults of what is made in it from now on.
    pub(super) fn set_defaults(&mut self, scope: usize, kind: Kind, attributes: &Attributes) {
        if attributes.is_empty() {
            return;
        }
        let scope = &mut self.subgraphs[scope];
        let set = match kind {
            Kind::Graph => &mut scope.attributes,
            Kind::Node => &mut scope.node_defaults,
            Kind::Edge => &mut scope.edge_defaults,
        };
        Rc::make_mut(set).set_all(attributes);
    }

    pub(super) fn set_attributes(&mut self, nodes: &Operand, attributes: &Attributes) {
        let nodes = match nodes {
            Operand::Node(node) => std::slice::from_ref(node),
            Operand::Nodes(nodes) => nodes,
            // Graphviz takes attributes after a subgraph and does nothing with them.
            Operand::Subgraph(_) => &[],
        };
        if attributes.is_empty() {
            return;
        }
        for &node in nodes {
            Rc::make_mut(&mut self.nodes[node].attributes.own).set_all(attributes);
        }
    }

    /// Edges from every node of `tails` to every node of `heads`.
    pub(super) fn connect(
        &mut self,
        scope: usize,
        (tails, heads): (&Operand, &Operand),
        own: &Rc<Attributes>,
        at: usize,
    ) -> Result<(), DotError> {
        if !self.has_nodes(tails) || !self.has_nodes(heads) {
            return Ok(());
        }
        let tails = self.nodes_of(tails, at)?;
        let heads = self.nodes_of(heads, at)?;
        let attributes = Layers {
            own: Rc::clone(own),
            defaults: Rc::clone(&self.subgraphs[scope].edge_defaults),
        };
        let key = own.get(Key::Identity).map(|key| Rc::clone(&key.text));
        for &tail in tails.iter() {
            for &head in heads.iter() {
                if self.is_strict || key.is_some() {
                    let ends = if self.is_directed || tail < head {
                        (tail, head, key.clone())
                    } else {
                        (head, tail, key.clone())
                    };
                    let next = self.edges.len();
                    let edge = *self.edge_of.entry(ends).or_insert(next);
                    if edge < next {
                        self.visit(1, at)?;
                        if !own.is_empty() {
                            Rc::make_mut(&mut self.edges[edge].attributes.own).set_all(own);
                        }
                        continue;
                    }
                }
                if self.edges.len() == MAX_EDGES {
                    return Err(self.beyond(at, MAX_EDGES, "edges"));
                }
                self.edges.push(Edge {
                    tail,
                    head,
                    attributes: attributes.clone(),
                    at,
                });
            }
        }
        Ok(())
    }

    fn has_nodes(&self, operand: &Operand) -> bool {
        match *operand {
            Operand::Subgraph(subgraph) => self.subgraphs[subgraph].has_nodes,
            Operand::Node(_) | Operand::Nodes(_) => true,
        }
    }

    /// The nodes of an operand; those of a subgraph in the order in which they were made.
    fn nodes_of<'o>(
        &mut self,
        operand: &'o Operand,
        at: usize,
    ) -> Result<Cow<'o, [usize]>, DotError> {
        let subgraph = match operand {
            Operand::Node(node) => return Ok(Cow::Borrowed(std::slice::from_ref(node))),
            Operand::Nodes(nodes) => return Ok(Cow::Borrowed(nodes)),
            Operand::Subgraph(subgraph) => *subgraph,
        };
        let mut found = Vec::new();
        let mut pending = vec![subgraph];
        while let Some(subgraph) = pending.pop() {
            let Subgraph {
                nodes, children, ..
            } = &self.subgraphs[subgraph];
            found.extend_from_slice(nodes);
            pending.extend_from_slice(children);
            let steps = 1 + nodes.len() + children.len();
            self.visit(steps, at)?;
        }
        found.sort_unstable();
        found.dedup();
        Ok(Cow::Owned(found))
    }

    fn visit(&mut self, steps: usize, at: usize) -> Result<(), DotError> {
        self.visits += steps;
        if self.visits > MAX_VISITS {
            let message = format!(
                "the edges of subgraphs take more than {} steps to find, which is the limit",
                counted(MAX_VISITS)
            );
            return Err(DotError::new(self.source, at, message));
        }
        Ok(())
    }

    pub(super) fn beyond(&self, at: usize, limit: usize, what: &str) -> DotError {
        let message = format!(
            "there are more than {} {what}, which is the limit",
            counted(limit)
        );
        DotError::new(self.source, at, message)
    }
}
