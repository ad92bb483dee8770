//! The book's style: every variable an orange ellipse, every function a light blue box.

use dezero_core::Graph;

use super::Look;
use super::words::description;
use crate::diagram::{Arrow, Diagram, Edge, Line, Node, Paint, Shape, Sheet};
use crate::dot::variable_label;
use crate::theme::Theme;

/// Graphviz's own: text in points, and distances of 0.5 and 0.25 inches.
const FONT: f64 = 14.0;
const RANKS: f64 = 36.0;
const NODES: f64 = 18.0;
const MARGIN: (f64, f64) = (7.92, 3.96); // 0.11 and 0.055 inches

/// The diagram of a graph, as the book has it drawn by Graphviz.
pub(super) fn diagram(graph: &Graph, look: Look<'_>) -> Diagram {
    let mut diagram = Diagram {
        title: look.title.to_owned(),
        description: description(graph),
        direction: look.direction,
        rank_distance: RANKS,
        node_distance: NODES,
        sheet: match look.theme {
            Theme::Light => Sheet {
                paper: Some("#ffffff".to_owned()),
                text: "#000000".to_owned(),
            },
            Theme::Dark => Sheet {
                paper: Some("#14171c".to_owned()),
                text: "#e8e8e8".to_owned(),
            },
        },
        ..Diagram::default()
    };
    let mut numbered: Vec<(usize, Node)> = Vec::new();
    for variable in graph.variables() {
        let node = node(
            &variable_label(variable, look.verbose),
            Shape::Ellipse,
            "orange",
        );
        numbered.push((variable.number, node));
    }
    for function in graph.functions() {
        let node = node(function.label(), Shape::Box, "lightblue");
        numbered.push((function.number, node));
    }
    numbered.sort_by_key(|&(number, _)| number);
    let mut place = vec![0; numbered.len() + 1];
    for (number, mut node) in numbered {
        if let Some(place) = place.get_mut(number) {
            *place = diagram.nodes.len();
        }
        node.id = format!("n{number}");
        diagram.nodes.push(node);
    }
    let line = Paint {
        stroke: Some(diagram.sheet.text.clone()),
        text: diagram.sheet.text.clone(),
        width: 1.0,
        ..Paint::default()
    };
    for (from, to) in graph.edges() {
        diagram.edges.push(Edge {
            from: place[from],
            to: place[to],
            paint: line.clone(),
            font_size: FONT,
            head: Arrow::Triangle,
            arrow_size: 1.2,
            weight: 1.0,
            ..Edge::default()
        });
    }
    diagram
}

fn node(label: &str, shape: Shape, colour: &str) -> Node {
    Node {
        class: match shape {
            Shape::Box => "function",
            _ => "variable",
        }
        .to_owned(),
        shape,
        label: vec![Line::new(label)],
        font_size: FONT,
        paint: Paint {
            fill: Some(colour.to_owned()),
            stroke: Some(colour.to_owned()),
            text: "#000000".to_owned(),
            width: 1.0,
            ..Paint::default()
        },
        least: (54.0, 36.0),
        margin: MARGIN,
        ..Node::default()
    }
}
