//! Chains in a sketch whose links are built alike, as a loop in the program leaves them.
//!
//! Where all ways from a node pass another one first, that one is its immediate post-dominator, and
//! these form a tree. A path in the tree is the spine of a chain: what hangs beside it flows only
//! into the next node on the spine. So the spine cuts a pass into pieces, and a loop shows as
//! pieces that repeat. The derivative of a loop runs the other way, from one cotangent to many: its
//! spine is a path of immediate dominators, through which all ways to a node come. Both are tried.

use std::collections::{BTreeMap, BTreeSet};

use dezero_core::{Graph, Role};

use super::dominators::{Flow, Tree};
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
    let flows = [Flow::In, Flow::Out];
    let mut taken = vec![false; sketch.nodes.len()];
    let found = flows.map(|flow| chains_of(sketch, graph, flow, &mut taken.clone()));
    let passes: BTreeSet<usize> = sketch.nodes.iter().map(|node| node.pass).collect();
    let mut chains = Vec::new();
    for pass in passes {
        let of_pass = found.each_ref().map(|found| {
            let is_here = |chain: &&Chain| sketch.nodes[chain.links[0][0]].pass == pass;
            found
                .iter()
                .filter(is_here)
                .cloned()
                .collect::<Vec<Chain>>()
        });
        let [joining, parting] = of_pass;
        let hidden = |chains: &[Chain]| chains.iter().map(Chain::hidden).sum::<usize>();
        let is_better = hidden(&parting) > hidden(&joining);
        chains.extend(if is_better { parting } else { joining });
    }
    for &node in chains
        .iter()
        .flat_map(|chain: &Chain| chain.links.iter().flatten())
    {
        taken[node] = true;
    }
    // What is left may be a chain beside a chain: the sum of what each turn contributes.
    for flow in flows {
        chains.extend(chains_of(sketch, graph, flow, &mut taken));
    }
    chains
}

impl Chain {
    /// The nodes that are not drawn if one link stands for all.
    pub(super) fn hidden(&self) -> usize {
        self.links[1..].iter().map(Vec::len).sum()
    }
}

/// The chains among nodes that are not taken, which then are.
fn chains_of(sketch: &Sketch, graph: &Graph, flow: Flow, taken: &mut [bool]) -> Vec<Chain> {
    let tree = Tree::new(sketch, flow);
    let mut pieces = Pieces::new(sketch, graph, &tree);
    let mut chains = Vec::new();
    for spine in tree.spines() {
        let free: Vec<Vec<usize>> = spine
            .split(|&node| taken[node])
            .filter(|part| part.len() >= LEAST_LINKS)
            .map(<[usize]>::to_vec)
            .collect();
        for part in free {
            for chain in runs(&pieces.cut(&part, taken)) {
                for &node in chain.links.iter().flatten() {
                    taken[node] = true;
                }
                chains.push(chain);
            }
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

/// A node of a spine with what hangs beside it.
struct Piece {
    /// The same for pieces that are built alike.
    kind: usize,
    /// In an order that is the same for pieces of the same kind.
    nodes: Vec<usize>,
}

/// What is read on the way through a piece: pieces that read alike are built alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    /// A function by its class, or a named result by its name.
    Computed(String),
    /// A node of a piece near by: how many pieces away, and its place there.
    Near(isize, usize),
    /// A variable or constant that belongs to this piece, by shape and dtype.
    Source { is_constant: bool, shape: String },
    /// One use of a variable that is drawn at each.
    Copy(usize),
    /// A variable that others use too.
    Shared(usize),
    /// A result of another pass, or from far away.
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
    /// The piece that a node belongs to, counted through all spines, and its place there.
    place: Vec<Option<(usize, usize)>>,
    count: usize,
}

/// Pieces that are this far from each other are near.
const NEAR: usize = 2;

impl<'a> Pieces<'a> {
    fn new(sketch: &'a Sketch, graph: &'a Graph, tree: &'a Tree) -> Self {
        Self {
            sketch,
            graph,
            tree,
            incoming: sketch.incoming(),
            outgoing: sketch.outgoing(),
            kinds: BTreeMap::new(),
            place: vec![None; sketch.nodes.len()],
            count: 0,
        }
    }

    /// The pieces of a spine.
    fn cut(&mut self, spine: &[usize], taken: &[bool]) -> Vec<Piece> {
        let first = self.count;
        let mut pieces = Vec::with_capacity(spine.len());
        let on_spine: BTreeSet<usize> = spine.iter().copied().collect();
        for &top in spine {
            let mut nodes = vec![top];
            let mut next = 0;
            while let Some(&node) = nodes.get(next) {
                let children = self.tree.children[node].iter();
                nodes.extend(children.filter(|&child| !on_spine.contains(child) && !taken[*child]));
                next += 1;
            }
            // In the order of the walk, which takes the same turns in pieces that are alike.
            nodes.sort_unstable();
            for (place, &node) in nodes.iter().enumerate() {
                self.place[node] = Some((self.count, place));
            }
            self.count += 1;
            pieces.push(Piece { kind: 0, nodes });
        }
        for (at, piece) in pieces.iter_mut().enumerate() {
            self.read(piece, first + at);
        }
        pieces
    }

    /// Reads a piece: its kind follows, and the sources that belong to it join it.
    fn read(&mut self, piece: &mut Piece, number: usize) {
        let mut tokens = Vec::new();
        let computed = piece.nodes.clone();
        for node in computed {
            tokens.push(self.computed(node));
            for &edge in &self.incoming[node] {
                let from = self.sketch.edges[edge].from;
                let token = self.operand(from, number);
                if matches!(token, Token::Source { .. } | Token::Copy(_)) {
                    self.place[from] = Some((number, piece.nodes.len()));
                    piece.nodes.push(from);
                }
                tokens.push(token);
            }
        }
        let next = self.kinds.len();
        piece.kind = *self.kinds.entry(tokens).or_insert(next);
    }

    fn computed(&self, node: usize) -> Token {
        match self.sketch.nodes[node].what {
            What::Variable(at) if self.graph.outputs().contains(&at) => Token::Output(at),
            What::Function(at) => Token::Computed(self.graph.functions()[at].label().to_owned()),
            What::Variable(at) => {
                let name = self.graph.variables()[at].name.as_deref();
                Token::Computed(format!("={}", name.unwrap_or_default()))
            }
        }
    }

    /// What a node of the piece of a number takes.
    fn operand(&self, node: usize, number: usize) -> Token {
        if let Some((piece, place)) = self.place[node]
            && piece.abs_diff(number) <= NEAR
        {
            return Token::Near(piece as isize - number as isize, place);
        }
        let What::Variable(at) = self.sketch.nodes[node].what else {
            return Token::Elsewhere;
        };
        if self.tree.is_computed[node] {
            return Token::Elsewhere;
        }
        let variable = &self.graph.variables()[at];
        let is_constant = variable.role == Role::Constant;
        if self.sketch.nodes[node].copy.is_some() && !is_constant {
            return Token::Copy(at);
        }
        let uses = self.outgoing[node].iter();
        let is_own = uses
            .map(|&edge| self.place[self.sketch.edges[edge].to])
            .all(|place| place.is_some_and(|(piece, _)| piece == number));
        if is_own {
            Token::Source {
                is_constant,
                shape: value::shape(&variable.value),
            }
        } else {
            Token::Shared(at)
        }
    }
}

#[cfg(test)]
mod tests {
    use dezero_core::{Variable, grad, graph};

    use super::*;

    /// How often each chain repeats, and how many nodes a link has.
    fn folded(y: &Variable) -> Vec<(usize, usize)> {
        let graph = graph(y);
        let sketch = Sketch::new(&graph);
        let chains = chains(&sketch, &graph);
        let size = |chain: &Chain| (chain.links.len(), chain.links[0].len());
        chains.iter().map(size).collect()
    }

    fn network(steps: usize) -> (Variable, Variable) {
        let w = Variable::new(0.5).named("w");
        let mut h = Variable::new(0.1).named("h");
        for step in 0..steps {
            let x = Variable::new(step as f64).named(&format!("x{step}"));
            h = (&h * &w + x).tanh();
        }
        (h.named("y"), w)
    }

    #[test]
    fn a_loop_is_one_chain() {
        let (y, _) = network(20);
        // Product, sum and tanh, with the weight and the input of the step.
        assert_eq!(
            folded(&y),
            [(19, 5)],
            "the first step takes what the others do not"
        );
    }

    #[test]
    fn the_derivative_of_a_loop_is_a_chain_too() {
        let (y, w) = network(20);
        let chains = folded(&grad(&y, &[&w])[0]);
        assert_eq!(chains.len(), 3, "{chains:?}");
        // The cotangent through tanh, sum and product with the term for the weight; and their sum.
        assert_eq!(chains[1..], [(18, 7), (18, 1)]);
    }

    #[test]
    fn a_sum_of_terms_is_one_chain() {
        let x = Variable::new(0.5).named("x");
        let term = |k: i32| x.powf(f64::from(k)) / f64::from(k);
        let y = (2..30).fold(x.clone(), |sum, k| sum + term(k));
        assert_eq!(folded(&y), [(27, 5)]);
    }

    #[test]
    fn what_differs_is_not_folded() {
        let x = Variable::new(0.5).named("x");
        let mut y = x.clone();
        for step in 0..20 {
            // Never twice the same way.
            y = (0..step).fold(y.sin(), |y, _| y.cos());
        }
        assert!(folded(&y.tanh()).iter().all(|&(links, _)| links <= 20));
        let y = x.sin().cos().sin().cos().exp();
        assert_eq!(folded(&y), []);
        let y = (0..6).fold(x.clone(), |y, _| y.sin());
        assert_eq!(folded(&y), [], "too short to be worth it");
    }

    #[test]
    fn results_that_were_asked_for_stay_to_be_seen() {
        let x = Variable::new(0.5);
        let mut y = x.clone();
        let mut asked = Vec::new();
        for _ in 0..40 {
            y = y.sin();
            asked.push(y.clone());
        }
        let graph = graph(&asked);
        assert!(chains(&Sketch::new(&graph), &graph).is_empty());
    }
}
