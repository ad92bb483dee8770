//! A large graph in few boxes: the functions of each pass, cut by depth, with counts.

use std::collections::{BTreeMap, HashMap};

use dezero_core::{Graph, Role};

use super::palette::Kind;
use super::sketch::{Sketch, What};
use super::words::{description, pass_title};
use super::{Look, value};
use crate::diagram::{Arrow, Cluster, Diagram, Edge, Line, Node, Shape};

/// About how many boxes a summary has, if there are not more passes, and how many variables stand beside
/// them.
const BOXES: usize = 12;
const MOST_VARIABLES: usize = 40;

/// The operations that a box names.
const NAMED: usize = 4;

/// The edges that are drawn into a box: those that carry most.
const EDGES: usize = 3;

/// A part of a summary: some functions of one pass, or a variable that is shown as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Functions { pass: usize, band: usize },
    Variable(usize),
}

/// The summary of a graph.
pub(super) fn diagram(graph: &Graph, sketch: &Sketch, look: Look<'_>) -> Diagram {
    let part_of = parts(graph, sketch);
    let mut members: BTreeMap<Part, Vec<usize>> = BTreeMap::new();
    for (node, part) in part_of.iter().enumerate() {
        if let Some(part) = part {
            members.entry(*part).or_default().push(node);
        }
    }
    let mut diagram = Diagram {
        title: look.title.to_owned(),
        description: description(graph),
        direction: look.direction,
        sheet: Kind::sheet(look.theme),
        rank_distance: 34.0,
        node_distance: 22.0,
        ..Diagram::default()
    };
    let mut passes: Vec<usize> = sketch.nodes.iter().map(|node| node.pass).collect();
    passes.sort_unstable();
    passes.dedup();
    if passes.len() > 1 {
        for &pass in &passes {
            diagram.clusters.push(Cluster {
                id: format!("pass-{pass}"),
                class: Kind::Pass(pass).class().to_owned(),
                title: vec![Line::new(&pass_title(pass, graph))],
                font_size: 12.0,
                paint: Kind::Pass(pass).paint(look.theme),
                ..Cluster::default()
            });
        }
    }
    let mut place: BTreeMap<Part, usize> = BTreeMap::new();
    for (&part, nodes) in &members {
        let pass = sketch.nodes[nodes[0]].pass;
        let mut node = match part {
            Part::Functions { pass, band } => functions(graph, sketch, nodes, (pass, band)),
            Part::Variable(at) => variable(graph, at),
        };
        let kind = match part {
            Part::Functions { .. } => Kind::Group,
            Part::Variable(at) => Kind::of_variable(graph, at),
        };
        kind.class().clone_into(&mut node.class);
        node.paint = kind.paint(look.theme);
        node.cluster = passes
            .binary_search(&pass)
            .ok()
            .filter(|_| passes.len() > 1);
        place.insert(part, diagram.nodes.len());
        diagram.nodes.push(node);
    }
    let (edges, left_out) = edges(sketch, &part_of, &place, &diagram.nodes, look);
    diagram.edges = edges;
    diagram.note = format!(
        "A summary: {} nodes in {} boxes, by pass and depth; numbers count edges. The option `whole` draws all.",
        thousands(sketch.nodes.len()),
        diagram.nodes.len()
    );
    if left_out > 0 {
        let plural = if left_out == 1 { "" } else { "s" };
        diagram.note = format!(
            "{}\nOf the edges into a box, the {EDGES} that stand for most are drawn; {left_out} thinner \
             one{plural} are not.",
            diagram.note
        );
    }
    diagram
}

/// The part that each node belongs to; none for constants.
fn parts(graph: &Graph, sketch: &Sketch) -> Vec<Option<Part>> {
    let is_shown = |at: usize| {
        let variable = &graph.variables()[at];
        graph.outputs().contains(&at)
            || (variable.role != Role::Constant && variable.name.is_some())
    };
    let variables = sketch.nodes.iter().filter_map(|node| match node.what {
        What::Variable(at) if is_shown(at) => Some(at),
        _ => None,
    });
    let mut variables: Vec<usize> = variables.collect();
    variables.dedup();
    let most = if variables.len() > MOST_VARIABLES {
        0
    } else {
        MOST_VARIABLES
    };

    // By the longest way from a source, so that edges within a pass go from band to band.
    let mut depth = vec![0_usize; sketch.nodes.len()];
    let outgoing = sketch.outgoing();
    for node in sketch.in_order() {
        for &edge in &outgoing[node] {
            let to = sketch.edges[edge].to;
            depth[to] = depth[to].max(depth[node] + 1);
        }
    }
    let mut by_pass: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, node) in sketch.nodes.iter().enumerate() {
        if matches!(node.what, What::Function(_)) {
            by_pass.entry(node.pass).or_default().push(at);
        }
    }
    let count: usize = by_pass.values().map(Vec::len).sum();
    let mut part_of = vec![None; sketch.nodes.len()];
    for (pass, mut functions) in by_pass {
        functions.sort_by_key(|&function| (depth[function], function));
        let bands = (functions.len() * BOXES).div_ceil(count.max(1)).max(1);
        let size = functions.len().div_ceil(bands);
        for (band, functions) in functions.chunks(size).enumerate() {
            for &function in functions {
                part_of[function] = Some(Part::Functions { pass, band });
            }
        }
    }
    for (at, node) in sketch.nodes.iter().enumerate() {
        if let What::Variable(variable) = node.what
            && (graph.outputs().contains(&variable) || (is_shown(variable) && most > 0))
        {
            part_of[at] = Some(Part::Variable(variable));
        }
    }
    // A named result that is not shown belongs to what computed it.
    for edge in &sketch.edges {
        if part_of[edge.to].is_none() {
            part_of[edge.to] = part_of[edge.from];
        }
    }
    part_of
}

fn functions(
    graph: &Graph,
    sketch: &Sketch,
    nodes: &[usize],
    (pass, band): (usize, usize),
) -> Node {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = 0;
    for &node in nodes {
        if let What::Function(at) = sketch.nodes[node].what {
            *counts.entry(graph.functions()[at].symbol()).or_default() += 1;
            count += 1;
        }
    }
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named = counts.iter().take(NAMED);
    let mut operations: Vec<String> = named
        .map(|(symbol, count)| format!("{count} {symbol}"))
        .collect();
    if counts.len() > NAMED {
        operations.push("…".to_owned());
    }
    let plural = if count == 1 { "" } else { "s" };
    Node {
        id: format!("pass-{pass}-part-{}", band + 1),
        shape: Shape::Box,
        label: vec![
            Line::new(&format!("{} function{plural}", thousands(count))),
            Line::new(&operations.join(", ")),
        ],
        font_size: 12.0,
        margin: (10.0, 5.0),
        details: counts
            .into_iter()
            .map(|(symbol, count)| (symbol, count.to_string()))
            .collect(),
        ..Node::default()
    }
}

fn variable(graph: &Graph, at: usize) -> Node {
    let variable = &graph.variables()[at];
    let shown = value::text(&variable.value);
    let label = match &variable.name {
        Some(name) if variable.value.ndim() == 0 => vec![Line::new(&format!("{name} = {shown}"))],
        Some(name) => vec![Line::new(name), Line::new(&shown)],
        None => vec![Line::new(&shown)],
    };
    Node {
        id: format!("v{}", variable.number),
        label,
        font_size: 13.0,
        margin: (5.0, 2.0),
        least: (34.0, 28.0),
        ..Node::default()
    }
}

/// One edge between two parts for all that go from one to the other, with their number; and how many
/// are left out.
fn edges(
    sketch: &Sketch,
    part_of: &[Option<Part>],
    place: &BTreeMap<Part, usize>,
    nodes: &[Node],
    look: Look<'_>,
) -> (Vec<Edge>, usize) {
    let mut counts: HashMap<(usize, usize), usize> = HashMap::new();
    let mut order = Vec::new();
    for edge in &sketch.edges {
        let (Some(from), Some(to)) = (part_of[edge.from], part_of[edge.to]) else {
            continue;
        };
        if from == to {
            continue;
        }
        let ends = (place[&from], place[&to]);
        let count = counts.entry(ends).or_default();
        if *count == 0 {
            order.push(ends);
        }
        *count += 1;
    }
    let all = order.len();
    let mut into: HashMap<usize, Vec<usize>> = HashMap::new();
    for ends in &order {
        into.entry(ends.1).or_default().push(counts[ends]);
    }
    for counts in into.values_mut() {
        counts.sort_unstable_by(|a, b| b.cmp(a));
        counts.truncate(EDGES);
    }
    order.retain(|ends| Some(&counts[ends]) >= into[&ends.1].last());
    let left_out = all - order.len();
    let drawn = order.into_iter().map(|(from, to)| {
        let count = counts[&(from, to)];
        let is_across = nodes[from].cluster != nodes[to].cluster;
        let kind = if is_across { Kind::Across } else { Kind::Edge };
        let mut paint = kind.paint(look.theme);
        paint.width = (1.0 + (count as f64).log10()).min(4.0);
        Edge {
            from,
            to,
            class: kind.class().to_owned(),
            label: if count > 1 {
                vec![Line::new(&thousands(count))]
            } else {
                Vec::new()
            },
            font_size: 10.0,
            paint,
            head: Arrow::Triangle,
            arrow_size: 0.9,
            weight: 1.0,
            ..Edge::default()
        }
    });
    (drawn.collect(), left_out)
}

/// A count with commas between its thousands.
pub(super) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
