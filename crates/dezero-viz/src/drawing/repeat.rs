//! Chains in a sketch whose links are built alike, as a loop in the program leaves them.
//!
//! All that is computed in one pass flows to its results. Where all paths from a node pass another one
//! first, that one is its immediate post-dominator, and these form a tree. A path in the tree, from far down up
//! to a result, is the spine of a chain: what hangs beside it flows only into the next node on the
//! spine. So the spine cuts the pass into pieces with one way in and one way out, and a loop shows
//! as pieces that repeat.

use std::collections::BTreeMap;

use dezero_core::{Graph, Role};

use super::sketch::{Sketch, What};
use super::value;

/// A chain is folded if it has this many links at least, and that hides this many nodes.
const LEAST_LINKS: usize = 4;
const LEAST_HIDDEN: usize = 12;

/// The most pieces of a spine in one link.
const LONGEST_LINK: usize = 32;

/// A chain: for each link its nodes, in the same order for all.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub(super) links: Vec<Vec<usize>>,
}

/// The chains of a sketch. No node is in two.
pub(super) fn chains(sketch: &Sketch, graph: &Graph) -> Vec<Chain> {
    let tree = Tree::new(sketch);
    let mut pieces = Pieces::new(sketch, graph, &tree);
    let mut taken = vec![false; sketch.nodes.len()];
    let mut chains = Vec::new();
    for spine in tree.spines() {
        if spine.len() < LEAST_LINKS || taken[spine[0]] {
            continue;
        }
        let cut: Vec<Piece> = (0..spine.len())
            .map(|at| pieces.piece(spine[at], at.checked_sub(1).map(|below| spine[below])))
            .collect();
        for chain in runs(&cut) {
            for &node in chain.links.iter().flatten() {
                taken[node] = true;
            }
            chains.push(chain);
        }
    }
    chains
}

/// Where the same pieces follow each other, again and again.
fn runs(pieces: &[Piece]) -> Vec<Chain> {
    let mut chains = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let rest = &pieces[at..];
        let longest = LONGEST_LINK.min(rest.len() / LEAST_LINKS);
        let mut best = (0, 0);
        for period in 1..=longest {
            let alike = (period..rest.len())
                .take_while(|&k| rest[k].kind == rest[k - period].kind)
                .count();
            let links = alike / period + 1;
            let hidden: usize = rest[period..period * links]
                .iter()
                .map(|piece| piece.nodes.len())
                .sum();
            if links >= LEAST_LINKS && hidden >= LEAST_HIDDEN && links * period > best.0 * best.1 {
                best = (links, period);
            }
        }
        let (links, period) = best;
        if links == 0 {
            at += 1;
            continue;
        }
        let nodes = |link: &[Piece]| link.iter().flat_map(|piece| piece.nodes.clone()).collect();
        let links_of = rest[..links * period].chunks_exact(period);
        chains.push(Chain {
            links: links_of.map(nodes).collect(),
        });
        at += links * period;
    }
    chains
}

/// The tree of immediate post-dominators within each pass, of what is computed.
struct Tree {
    children: Vec<Vec<usize>>,
    /// The nodes without a post-dominator.
    roots: Vec<usize>,
    /// The child that the longest path down goes through.
    deepest: Vec<Option<usize>>,
    is_computed: Vec<bool>,
}

impl Tree {
    fn new(sketch: &Sketch) -> Self {
        let (incoming, outgoing) = (sketch.incoming(), sketch.outgoing());
        let count = sketch.nodes.len();
        let is_computed: Vec<bool> = incoming.iter().map(|edges| !edges.is_empty()).collect();
        let mut parent: Vec<Option<usize>> = vec![None; count];
        let mut depth = vec![0; count];
        let order: Vec<usize> = sketch.in_order();
        for &node in order.iter().rev().filter(|&&node| is_computed[node]) {
            let within = outgoing[node]
                .iter()
                .map(|&edge| sketch.edges[edge].to)
                .filter(|&to| sketch.nodes[to].pass == sketch.nodes[node].pass);
            let mut common: Option<Option<usize>> = None;
            for to in within {
                common = Some(match common {
                    None => Some(to),
                    Some(other) => nearest_common(other, Some(to), &parent, &depth),
                });
            }
            parent[node] = common.flatten();
            depth[node] = parent[node].map_or(1, |parent| depth[parent] + 1);
        }
        let mut tree = Self {
            children: vec![Vec::new(); count],
            roots: Vec::new(),
            deepest: vec![None; count],
            is_computed,
        };
        let mut height = vec![0; count];
        for &node in order.iter().filter(|&&node| tree.is_computed[node]) {
            height[node] += 1;
            match parent[node] {
                None => tree.roots.push(node),
                Some(parent) => {
                    tree.children[parent].push(node);
                    if height[node] > height[parent] {
                        height[parent] = height[node];
                        tree.deepest[parent] = Some(node);
                    }
                }
            }
        }
        tree
    }

    /// Paths that have every node once, each from its lowest node up; longer ones around shorter ones.
    fn spines(&self) -> Vec<Vec<usize>> {
        let mut spines = Vec::new();
        let mut tops = self.roots.clone();
        let mut next = 0;
        while let Some(&top) = tops.get(next) {
            next += 1;
            let mut spine = vec![top];
            let mut node = top;
            loop {
                let deepest = self.deepest[node];
                tops.extend(self.children[node].iter().filter(|&&c| Some(c) != deepest));
                let Some(deepest) = deepest else { break };
                spine.push(deepest);
                node = deepest;
            }
            spine.reverse();
            spines.push(spine);
        }
        spines
    }
}

/// The lowest node that both are below of, or are; `None` is the top of all.
fn nearest_common(
    mut a: Option<usize>,
    mut b: Option<usize>,
    parent: &[Option<usize>],
    depth: &[usize],
) -> Option<usize> {
    while let (Some(x), Some(y)) = (a, b) {
        if x == y {
            return a;
        }
        if depth[x] >= depth[y] {
            a = parent[x];
        } else {
            b = parent[y];
        }
    }
    None
}

/// A node of a spine with what flows only into it.
struct Piece {
    /// The same for pieces that are built alike.
    kind: usize,
    /// In an order that is the same for pieces of the same kind.
    nodes: Vec<usize>,
}

/// What is read on the way through a piece: pieces that read alike are built alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    /// Something computed: a function by its class, or a named result by its name.
    Computed(String),
    /// A variable or constant that belongs to this piece, by shape and dtype.
    Source { is_constant: bool, shape: String },
    /// One use of a variable that is drawn at each.
    Copy(usize),
    /// A node of the piece that was read before.
    Again(usize),
    /// What the spine brings.
    Spine,
    /// A variable that others use too.
    Shared(usize),
    /// A result of another pass.
    Elsewhere,
    /// What the graph was asked for is like nothing else.
    Output(usize),
}

struct Pieces<'a> {
    sketch: &'a Sketch,
    graph: &'a Graph,
    tree: &'a Tree,
    incoming: Vec<Vec<usize>>,
    outgoing: Vec<Vec<usize>>,
    kinds: BTreeMap<Vec<Token>, usize>,
    /// The place of each node in the piece that is read, with the number of the piece.
    place: Vec<(usize, usize)>,
    /// The piece that a node belongs to.
    piece_of: Vec<usize>,
    count: usize,
}

impl<'a> Pieces<'a> {
    fn new(sketch: &'a Sketch, graph: &'a Graph, tree: &'a Tree) -> Self {
        Self {
            sketch,
            graph,
            tree,
            incoming: sketch.incoming(),
            outgoing: sketch.outgoing(),
            kinds: BTreeMap::new(),
            place: vec![(0, 0); sketch.nodes.len()],
            piece_of: vec![0; sketch.nodes.len()],
            count: 0,
        }
    }

    /// The piece of a node on a spine, above `below`.
    fn piece(&mut self, top: usize, below: Option<usize>) -> Piece {
        self.count += 1;
        let mut stack = vec![top];
        while let Some(node) = stack.pop() {
            self.piece_of[node] = self.count;
            let children = self.tree.children[node].iter();
            stack.extend(children.filter(|&&child| Some(child) != below));
        }
        let (mut nodes, mut tokens) = (Vec::new(), Vec::new());
        let mut stack = vec![top];
        while let Some(node) = stack.pop() {
            let token = self.token(node, below);
            if matches!(
                token,
                Token::Computed(_) | Token::Source { .. } | Token::Copy(_) | Token::Output(_)
            ) {
                self.place[node] = (self.count, nodes.len());
                nodes.push(node);
                let operands = self.incoming[node].iter().rev();
                stack.extend(operands.map(|&edge| self.sketch.edges[edge].from));
            }
            tokens.push(token);
        }
        let next = self.kinds.len();
        let kind = *self.kinds.entry(tokens).or_insert(next);
        Piece { kind, nodes }
    }

    fn token(&self, node: usize, below: Option<usize>) -> Token {
        if Some(node) == below {
            return Token::Spine;
        }
        if self.place[node].0 == self.count {
            return Token::Again(self.place[node].1);
        }
        let variables = self.graph.variables();
        let is_computed = self.tree.is_computed[node];
        match self.sketch.nodes[node].what {
            What::Variable(at) if self.graph.outputs().contains(&at) => Token::Output(at),
            _ if is_computed && self.piece_of[node] != self.count => Token::Elsewhere,
            What::Function(at) => Token::Computed(self.graph.functions()[at].label().to_owned()),
            What::Variable(at) if is_computed => {
                Token::Computed(format!("={}", variables[at].name.as_deref().unwrap_or("")))
            }
            What::Variable(at) => {
                let is_constant = variables[at].role == Role::Constant;
                if self.sketch.nodes[node].copy.is_some() && !is_constant {
                    return Token::Copy(at);
                }
                let uses = self.outgoing[node].iter();
                let is_own = uses
                    .map(|&edge| self.piece_of[self.sketch.edges[edge].to])
                    .all(|piece| piece == self.count);
                if is_own {
                    Token::Source {
                        is_constant,
                        shape: value::shape(&variables[at].value),
                    }
                } else {
                    Token::Shared(at)
                }
            }
        }
    }
}
