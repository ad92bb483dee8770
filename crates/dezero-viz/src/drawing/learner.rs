//! The learner's style: a graph to read. Unnamed results are edges with their values, roles have
//! colours, functions their symbols, and the passes of differentiation have frames of their own.

use std::collections::BTreeSet;

use dezero_core::{Graph, GraphVariable, Role};

use super::palette::Kind;
use super::repeat::{Chain, chains};
use super::sketch::{Edge, Sketch, What};
use super::value;
use super::words::{description, passes};
use super::{Chains, Look};
use crate::diagram::{self, Arrow, Cluster, Diagram, Key, Line, Sample, Shape};

/// Text in nodes, beside edges and of frames, in points.
const NODE: f64 = 13.0;
const EDGE: f64 = 10.0;
const FRAME: f64 = 12.0;

/// Distances in points.
const RANKS: f64 = 30.0;
const NODES: f64 = 20.0;

/// What is drawn of each node of a sketch.
struct Shown<'a> {
    graph: &'a Graph,
    sketch: Sketch,
    look: Look<'a>,
    chains: Vec<Chain>,
    /// For a node of a chain, its chain, its link and its place there.
    link: Vec<Option<(usize, usize, usize)>>,
    /// Whether one link stands for all.
    is_folded: bool,
}

/// The diagram of a graph.
pub(super) fn diagram(graph: &Graph, sketch: Sketch, look: Look<'_>, how: Chains) -> Diagram {
    let chains = match how {
        Chains::Folded | Chains::Framed => chains(&sketch, graph),
        Chains::Plain => Vec::new(),
    };
    let mut link = vec![None; sketch.nodes.len()];
    for (at, chain) in chains.iter().enumerate() {
        for (number, nodes) in chain.links.iter().enumerate() {
            for (place, &node) in nodes.iter().enumerate() {
                link[node] = Some((at, number, place));
            }
        }
    }
    let shown = Shown {
        graph,
        sketch,
        look,
        chains,
        link,
        is_folded: how == Chains::Folded,
    };
    shown.diagram()
}

/// How many nodes are drawn if chains are folded.
pub(super) fn folded_count(graph: &Graph, sketch: &Sketch) -> usize {
    let hidden: usize = chains(sketch, graph).iter().map(Chain::hidden).sum();
    sketch.nodes.len() - hidden
}

impl Shown<'_> {
    fn diagram(&self) -> Diagram {
        let mut diagram = Diagram {
            title: self.look.title.to_owned(),
            description: description(self.graph),
            direction: self.look.direction,
            sheet: Kind::sheet(self.look.theme),
            rank_distance: RANKS,
            node_distance: NODES,
            ..Diagram::default()
        };
        let passes = passes(&self.sketch, self.graph);
        for (pass, title) in &passes {
            diagram.clusters.push(self.pass(*pass, title));
        }
        let cluster_of = |pass: usize| passes.iter().position(|&(number, _)| number == pass);
        let mut fold_of = Vec::new();
        for (at, chain) in self.chains.iter().enumerate() {
            fold_of.push(diagram.clusters.len());
            let parent = cluster_of(self.sketch.nodes[chain.links[0][0]].pass);
            diagram.clusters.push(self.fold(at, parent));
        }

        let mut place = vec![None; self.sketch.nodes.len()];
        for (at, node) in self.sketch.nodes.iter().enumerate() {
            let cluster = match self.link[at] {
                Some((_, link, _)) if link > 0 && self.is_folded => continue,
                Some((chain, ..)) => Some(fold_of[chain]),
                None => cluster_of(node.pass),
            };
            place[at] = Some(diagram.nodes.len());
            let mut drawn = self.node(at);
            drawn.cluster = cluster;
            diagram.nodes.push(drawn);
        }
        // The shape of an array is written once, also where many take it.
        let mut labelled = vec![false; self.graph.variables().len()];
        for (edge, to) in self.drawn_edges() {
            let from = self.stand_in(edge.from);
            if let (Some(from), Some(to)) = (place[from], place[to]) {
                let mut drawn = self.edge(edge);
                (drawn.from, drawn.to) = (from, to);
                let is_array = self.graph.variables()[edge.variable].value.ndim() > 0;
                if is_array && labelled[edge.variable] {
                    drawn.label.clear();
                }
                labelled[edge.variable] |= !drawn.label.is_empty();
                diagram.edges.push(drawn);
            }
        }
        if self.look.legend {
            diagram.legend = self.legend(&diagram);
            // Where there is only one thing, there is nothing to tell apart.
            if diagram.legend.len() < 2 {
                diagram.legend.clear();
            }
        }
        diagram
    }

    /// The edges that are drawn, with the nodes that they end at. Of a folded chain it is those of the
    /// first link; what the others take from outside of the chain is drawn if the first does not take it.
    fn drawn_edges(&self) -> Vec<(&Edge, usize)> {
        let edges = self.sketch.edges.iter();
        if !self.is_folded {
            return edges.map(|edge| (edge, edge.to)).collect();
        }
        let chain = |node: usize| self.link[node].map(|(chain, ..)| chain);
        let mut drawn = Vec::new();
        let mut seen = BTreeSet::new();
        let mut others = Vec::new();
        for edge in edges {
            let to = self.stand_in(edge.to);
            match (self.link[edge.from], self.link[edge.to]) {
                // From turn to turn.
                (Some((a, i, _)), Some((b, j, _))) if a == b && i != j => {}
                (_, Some((_, j, _))) if j > 0 => {
                    let is_near =
                        self.sketch.nodes[edge.from].pass == self.sketch.nodes[edge.to].pass;
                    if is_near && chain(edge.from) != chain(edge.to) {
                        others.push((edge, to));
                    }
                }
                _ => {
                    seen.insert((self.stand_in(edge.from), to));
                    drawn.push((edge, to));
                }
            }
        }
        for (edge, to) in others {
            if seen.insert((self.stand_in(edge.from), to)) {
                drawn.push((edge, to));
            }
        }
        drawn
    }

    /// The node that is drawn for one: in a folded chain, that of the first link.
    fn stand_in(&self, node: usize) -> usize {
        match self.link[node] {
            Some((chain, _, place)) if self.is_folded => self.chains[chain].links[0][place],
            _ => node,
        }
    }

    fn pass(&self, pass: usize, title: &str) -> Cluster {
        let functions = self.graph.functions().iter();
        let count = functions.filter(|function| function.pass == pass).count();
        let plural = if count == 1 { "" } else { "s" };
        Cluster {
            id: format!("pass-{pass}"),
            class: Kind::Pass(pass).class().to_owned(),
            title: vec![Line::new(title)],
            font_size: FRAME,
            paint: Kind::Pass(pass).paint(self.look.theme),
            collapsed: format!("{count} function{plural}"),
            ..Cluster::default()
        }
    }

    fn fold(&self, at: usize, parent: Option<usize>) -> Cluster {
        let chain = &self.chains[at];
        let what = |&node: &usize| match self.sketch.nodes[node].what {
            What::Function(function) => Some(self.graph.functions()[function].symbol()),
            What::Variable(_) => None,
        };
        let mut symbols: Vec<String> = chain.links[0].iter().filter_map(what).collect();
        symbols.reverse();
        if symbols.len() > 6 {
            symbols.truncate(5);
            symbols.push("…".to_owned());
        }
        Cluster {
            id: format!("chain-{}", at + 1),
            class: Kind::Fold.class().to_owned(),
            title: vec![Line::new(&format!("× {}", chain.links.len()))],
            font_size: FRAME,
            paint: Kind::Fold.paint(self.look.theme),
            tooltip: format!("{} times the same, one after the other", chain.links.len()),
            parent,
            collapsed: symbols.join(" "),
            starts_collapsed: !self.is_folded,
        }
    }

    fn node(&self, at: usize) -> diagram::Node {
        let node = &self.sketch.nodes[at];
        let mut drawn = diagram::Node {
            label: match self.link[at] {
                Some((chain, _, place)) if self.is_folded => self.folded_label(chain, place),
                _ => self.own_label(at),
            },
            font_size: NODE,
            ..diagram::Node::default()
        };
        let kind = match node.what {
            What::Function(function) => {
                let function = &self.graph.functions()[function];
                drawn.id = format!("f{}", function.number);
                drawn.shape = Shape::Box;
                drawn.margin = (9.0, 5.0);
                // Two edges from one node need room for two arrows.
                let is_twice = (1..function.inputs.len())
                    .any(|at| function.inputs[..at].contains(&function.inputs[at]));
                drawn.least = (if is_twice { 42.0 } else { 28.0 }, 26.0);
                function.label().clone_into(&mut drawn.tooltip);
                drawn.details = vec![("function".to_owned(), function.label().to_owned())];
                drawn.details.extend(self.source(function.line));
                Kind::Function
            }
            What::Variable(variable) => {
                let kind = Kind::of_variable(self.graph, variable);
                let variable = &self.graph.variables()[variable];
                drawn.id = format!("v{}", variable.number);
                if let Some(copy) = node.copy {
                    drawn.id = format!("v{}-{copy}", variable.number);
                }
                drawn.tooltip = value::shape(&variable.value);
                drawn.details = self.variable_details(variable);
                if kind == Kind::Constant {
                    drawn.shape = Shape::Plain;
                    drawn.font_size = EDGE + 1.0;
                    drawn.margin = (4.0, 2.0);
                } else {
                    drawn.margin = (5.0, 2.0);
                    drawn.least = (34.0, 28.0);
                }
                kind
            }
        };
        kind.class().clone_into(&mut drawn.class);
        drawn.paint = kind.paint(self.look.theme);
        drawn
    }

    fn variable_label(&self, variable: &GraphVariable, kind: Kind) -> Vec<Line> {
        let shown = value::text(&variable.value);
        let is_scalar = variable.value.ndim() == 0;
        let mut lines = match &variable.name {
            None => vec![Line::new(&shown)],
            Some(name) if is_scalar && kind == Kind::Constant => vec![Line::new(name)],
            Some(name) if is_scalar => vec![Line::new(&format!("{name} = {shown}"))],
            Some(name) => vec![Line::new(name), Line::new(&shown)],
        };
        if self.look.verbose && is_scalar {
            lines.push(Line::new(&value::shape(&variable.value)));
        }
        lines.extend(self.gradient(variable));
        lines
    }

    /// The gradient, as a line in its own colour.
    fn gradient(&self, variable: &GraphVariable) -> Option<Line> {
        let gradient = variable.gradient.as_ref()?;
        if gradient.ndim() > 0 {
            // It has the shape of its variable.
            return None;
        }
        let colour = Kind::Gradient.paint(self.look.theme).text;
        Some(Line {
            text: format!("∂ {}", value::text(gradient)),
            accent: Some((colour, Kind::Gradient.class())),
            ..Line::default()
        })
    }

    /// What the same place holds in the links of a chain: one for all, or the first and the last.
    fn folded_label(&self, chain: usize, place: usize) -> Vec<Line> {
        let links = &self.chains[chain].links;
        let (first, rest) = (links[0][place], &links[1..]);
        let label = self.own_label(first);
        if rest.iter().all(|link| self.own_label(link[place]) == label) {
            return label;
        }
        let short = |node: usize| match self.sketch.nodes[node].what {
            What::Function(at) => self.graph.functions()[at].symbol(),
            What::Variable(at) => {
                let variable = &self.graph.variables()[at];
                let name = variable.name.clone();
                name.unwrap_or_else(|| value::text(&variable.value))
            }
        };
        let (first, last) = (short(first), short(links[links.len() - 1][place]));
        if first == last {
            return vec![Line::new(&format!("{first} …"))];
        }
        vec![Line::new(&format!("{first} … {last}"))]
    }

    fn own_label(&self, node: usize) -> Vec<Line> {
        match self.sketch.nodes[node].what {
            What::Function(at) => vec![Line::new(&self.graph.functions()[at].symbol())],
            What::Variable(at) => {
                let variable = &self.graph.variables()[at];
                // Where it is computed, its value is to be seen.
                if let (Some(_), Some(name)) = (self.sketch.nodes[node].copy, &variable.name)
                    && variable.creator.is_some()
                {
                    return vec![Line::new(name)];
                }
                self.variable_label(variable, Kind::of_variable(self.graph, at))
            }
        }
    }

    fn variable_details(&self, variable: &GraphVariable) -> Vec<(String, String)> {
        let mut details = Vec::new();
        let mut tell = |what: &str, text: String| details.push((what.to_owned(), text));
        if let Some(name) = &variable.name {
            tell("name", name.clone());
        }
        tell("value", value::whole(&variable.value));
        tell(
            "shape",
            dezero_core::Tuple(variable.value.shape()).to_string(),
        );
        tell("dtype", variable.value.dtype().to_string());
        if let Some(gradient) = &variable.gradient {
            tell("gradient", value::whole(gradient));
        }
        details.extend(self.source(variable.line));
        details
    }

    fn source(&self, line: &std::panic::Location<'_>) -> Option<(String, String)> {
        let line = format!("{}:{}", line.file(), line.line());
        self.look.lines.then(|| ("line".to_owned(), line))
    }

    fn edge(&self, edge: &Edge) -> diagram::Edge {
        let (from, to) = (&self.sketch.nodes[edge.from], &self.sketch.nodes[edge.to]);
        let variable = &self.graph.variables()[edge.variable];
        let kind = match from.what {
            What::Variable(at) if self.graph.variables()[at].role == Role::Constant => {
                Kind::ConstantEdge
            }
            _ if from.pass != to.pass => Kind::Across,
            _ => Kind::Edge,
        };
        let mut drawn = diagram::Edge {
            class: kind.class().to_owned(),
            paint: kind.paint(self.look.theme),
            font_size: EDGE,
            head: Arrow::Triangle,
            arrow_size: if kind == Kind::ConstantEdge { 0.7 } else { 0.9 },
            weight: 1.0,
            ..diagram::Edge::default()
        };
        // Only what has no node of its own is shown beside its edges.
        let is_unnamed = matches!((from.what, to.what), (What::Function(_), What::Function(_)));
        let is_varying = self.is_folded && self.is_within(edge);
        if is_unnamed && !is_varying {
            drawn.label.push(Line::new(&value::text(&variable.value)));
            drawn.label.extend(self.gradient(variable));
        }
        if is_unnamed {
            drawn.tooltip = value::shape(&variable.value);
            drawn.details = self.variable_details(variable);
        }
        drawn
    }

    /// Whether an edge stands for one of each link of a chain.
    fn is_within(&self, edge: &Edge) -> bool {
        let chain = |node: usize| self.link[node].map(|(chain, ..)| chain);
        match (chain(edge.from), chain(edge.to)) {
            (Some(from), Some(to)) => from == to,
            _ => false,
        }
    }

    /// Samples of what is there.
    fn legend(&self, diagram: &Diagram) -> Vec<Key> {
        let theme = self.look.theme;
        let node_class = |kind: Kind| diagram.nodes.iter().any(|node| node.class == kind.class());
        let edge_class = |kind: Kind| diagram.edges.iter().any(|edge| edge.class == kind.class());
        let mut legend = Vec::new();
        let nodes = [
            (Kind::Leaf, Shape::Ellipse, "", "variable"),
            (Kind::Named, Shape::Ellipse, "", "named intermediate"),
            (Kind::Output, Shape::Ellipse, "", "result"),
            (Kind::Function, Shape::Box, "f", "function"),
            (Kind::Constant, Shape::Plain, "1", "constant"),
        ];
        for (kind, shape, text, meaning) in nodes {
            if node_class(kind) {
                legend.push(Key {
                    sample: Sample::Node {
                        shape,
                        class: kind.class().to_owned(),
                        paint: kind.paint(theme),
                        text: text.to_owned(),
                    },
                    text: meaning.to_owned(),
                });
            }
        }
        if edge_class(Kind::Across) {
            legend.push(Key {
                sample: Sample::Edge {
                    class: Kind::Across.class().to_owned(),
                    paint: Kind::Across.paint(theme),
                },
                text: "from another pass".to_owned(),
            });
        }
        let mut sample = |kind: Kind, text: &str, meaning: &str| {
            legend.push(Key {
                sample: Sample::Text {
                    class: kind.class().to_owned(),
                    colour: kind.paint(theme).text,
                    text: text.to_owned(),
                },
                text: meaning.to_owned(),
            });
        };
        if diagram.edges.iter().any(|edge| !edge.label.is_empty()) {
            sample(Kind::Edge, "0.5", "value");
        }
        let lines = diagram.nodes.iter().map(|node| &node.label);
        let mut lines = lines.chain(diagram.edges.iter().map(|edge| &edge.label));
        if lines.any(|label| label.iter().any(|line| line.accent.is_some())) {
            sample(Kind::Gradient, "∂ 0.5", "gradient of the result");
        }
        if !self.chains.is_empty() {
            sample(Kind::Fold, "× n", "one of n alike");
        }
        legend
    }
}
