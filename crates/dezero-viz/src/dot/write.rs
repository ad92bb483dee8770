//! A diagram in the DOT language.

use std::fmt::{self, Write};

use super::book::Escaped;
use crate::diagram::{Arrow, Cluster, Dash, Diagram, Edge, Line, Node, Paint, Shape};
use crate::layout::Direction;

/// Inches in a point.
const INCHES: f64 = 1.0 / 72.0;

/// The diagram as DOT text.
pub(crate) fn write(diagram: &Diagram) -> String {
    let mut dot = String::new();
    let written = write_diagram(&mut dot, diagram);
    debug_assert!(written.is_ok(), "a String takes everything");
    dot
}

fn write_diagram(dot: &mut String, diagram: &Diagram) -> fmt::Result {
    let direction = match diagram.direction {
        Direction::Down => "TB",
        Direction::Up => "BT",
        Direction::Right => "LR",
        Direction::Left => "RL",
    };
    let paper = diagram.sheet.paper.as_deref().unwrap_or("transparent");
    writeln!(
        dot,
        "digraph g {{\ngraph [rankdir={direction}, bgcolor=\"{paper}\", fontname=\"{FONT}\", fontcolor=\"{}\", \
         ranksep={:.2}, nodesep={:.2}, labelloc=t, label=\"{}\"]\nnode [fontname=\"{FONT}\"]\nedge [fontname=\"{FONT}\"]",
        diagram.sheet.text,
        diagram.rank_distance * INCHES,
        diagram.node_distance * INCHES,
        Escaped(&diagram.title)
    )?;
    // Clusters lie in each other: they are written from outside in, and what is in none at last.
    let mut inside: Vec<Vec<usize>> = vec![Vec::new(); diagram.clusters.len()];
    let mut outermost = Vec::new();
    for (at, cluster) in diagram.clusters.iter().enumerate() {
        match cluster.parent {
            Some(parent) => inside[parent].push(at),
            None => outermost.push(at),
        }
    }
    let mut members: Vec<Vec<&Node>> = vec![Vec::new(); diagram.clusters.len()];
    let mut free = Vec::new();
    for node in &diagram.nodes {
        match node.cluster {
            Some(cluster) => members[cluster].push(node),
            None => free.push(node),
        }
    }
    let mut steps: Vec<Step> = outermost.into_iter().rev().map(Step::Open).collect();
    while let Some(step) = steps.pop() {
        let Step::Open(at) = step else {
            dot.push_str("}\n");
            continue;
        };
        write_cluster(dot, &diagram.clusters[at])?;
        for node in &members[at] {
            write_node(dot, node)?;
        }
        steps.push(Step::Close);
        steps.extend(inside[at].iter().rev().map(|&inner| Step::Open(inner)));
    }
    for node in free {
        write_node(dot, node)?;
    }
    for edge in &diagram.edges {
        let [from, to] = [edge.from, edge.to].map(|end| &diagram.nodes[end].id);
        write_edge(dot, edge, from, to)?;
    }
    dot.push_str("}\n");
    Ok(())
}

/// What is left to write of the clusters.
enum Step {
    Open(usize),
    Close,
}

const FONT: &str = "DejaVu Sans";

fn write_cluster(dot: &mut String, cluster: &Cluster) -> fmt::Result {
    writeln!(
        dot,
        "subgraph \"cluster_{}\" {{\nlabel=\"{}\"\nlabeljust=l\nfontsize={}\nstyle=\"{}\"{}",
        Escaped(&cluster.id),
        Label(&cluster.title),
        cluster.font_size,
        Styled(&cluster.paint),
        Painted(&cluster.paint, "\n")
    )
}

fn write_node(dot: &mut String, node: &Node) -> fmt::Result {
    let shape = match node.shape {
        Shape::Ellipse => "ellipse",
        Shape::Circle => "circle",
        Shape::Box => "box",
        Shape::Diamond => "diamond",
        Shape::Point => "point",
        Shape::Plain => "plaintext",
    };
    writeln!(
        dot,
        "\"{}\" [label=\"{}\", shape={shape}, fontsize={}, style=\"{}\", margin=\"{:.2},{:.2}\", width={:.2}, \
         height={:.2}, tooltip=\"{}\"{}]",
        Escaped(&node.id),
        Label(&node.label),
        node.font_size,
        Styled(&node.paint),
        node.margin.0 * INCHES,
        node.margin.1 * INCHES,
        node.least.0 * INCHES,
        node.least.1 * INCHES,
        Escaped(&node.tooltip),
        Painted(&node.paint, ", ")
    )
}

fn write_edge(dot: &mut String, edge: &Edge, from: &str, to: &str) -> fmt::Result {
    let head = match edge.head {
        Arrow::None => "none",
        Arrow::Triangle => "normal",
        Arrow::Hollow => "empty",
        Arrow::Open => "vee",
        Arrow::Dot => "dot",
        Arrow::Diamond => "diamond",
        Arrow::Bar => "tee",
    };
    write!(
        dot,
        "\"{}\" -> \"{}\" [arrowhead={head}, arrowsize={:.2}, style=\"{}\"{}",
        Escaped(from),
        Escaped(to),
        edge.arrow_size * 0.8,
        Styled(&edge.paint),
        Painted(&edge.paint, ", ")
    )?;
    if !edge.label.is_empty() {
        let size = edge.font_size;
        write!(dot, ", label=\" {}\", fontsize={size}", Label(&edge.label))?;
    }
    dot.push_str("]\n");
    Ok(())
}

/// Lines of a label; DOT knows one colour for all.
struct Label<'a>(&'a [Line]);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, line) in self.0.iter().enumerate() {
            let end = if at > 0 { "\\n" } else { "" };
            write!(f, "{end}{}", Escaped(&line.text))?;
        }
        Ok(())
    }
}

struct Styled<'a>(&'a Paint);

impl fmt::Display for Styled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paint = self.0;
        let styles = [
            (paint.fill.is_some(), "filled"),
            (paint.rounded && paint.fill.is_some(), "rounded"),
            (paint.dash == Dash::Dashed, "dashed"),
            (paint.dash == Dash::Dotted, "dotted"),
        ];
        let styles: Vec<&str> = styles.iter().filter(|s| s.0).map(|s| s.1).collect();
        f.write_str(&styles.join(","))
    }
}

/// Colours and width, each after a separator.
struct Painted<'a>(&'a Paint, &'static str);

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(paint, separator) = *self;
        if let Some(fill) = &paint.fill {
            write!(f, "{separator}fillcolor=\"{}\"", Escaped(fill))?;
        }
        if let Some(stroke) = &paint.stroke {
            write!(f, "{separator}color=\"{}\"", Escaped(stroke))?;
        }
        let (text, width) = (Escaped(&paint.text), paint.width);
        write!(
            f,
            "{separator}fontcolor=\"{text}\"{separator}penwidth={width}"
        )
    }
}
