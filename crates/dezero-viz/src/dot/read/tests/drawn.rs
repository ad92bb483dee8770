//! What attributes draw.

use super::*;
use crate::diagram::{Align, Arrow, Dash, Shape};

fn node(attributes: &str) -> Node {
    diagram(&format!("digraph g {{ a [{attributes}] }}"))
        .nodes
        .remove(0)
}

fn edge(attributes: &str) -> crate::diagram::Edge {
    diagram(&format!("digraph g {{ a -> b [{attributes}] }}"))
        .edges
        .remove(0)
}

#[test]
fn the_book_draws_these_by_hand() {
    let found = diagram(
        "digraph g{\n1[label=\"x\", color= orange, style=filled]\n2 [label=\"y\", color=orange, style=filled]\n3[label=\"Exp\", color=lightblue, style=filled, shape=box]\n1 -> 3\n3 -> 2\n}",
    );
    assert_eq!(edges(&found), "x-Exp Exp-y");
    let colours: Vec<_> = found
        .nodes
        .iter()
        .map(|node| node.paint.fill.clone().unwrap())
        .collect();
    assert_eq!(colours, ["#ffa500", "#ffa500", "#add8e6"]);
    assert!(
        found
            .nodes
            .iter()
            .all(|node| node.paint.fill == node.paint.stroke)
    );
    let shapes: Vec<_> = found.nodes.iter().map(|node| node.shape).collect();
    assert_eq!(shapes, [Shape::Ellipse, Shape::Ellipse, Shape::Box]);
    assert_eq!(found.edges[0].head, Arrow::Triangle);
}

#[test]
fn without_attributes_things_look_as_in_graphviz() {
    let found = diagram("digraph { a -> b }");
    let node = &found.nodes[0];
    assert_eq!(
        (node.paint.fill.as_deref(), node.paint.stroke.as_deref()),
        (None, Some("#000000"))
    );
    assert_eq!(
        (node.font_size, node.paint.width, node.least),
        (14.0, 1.0, (54.0, 36.0))
    );
    assert_eq!(node.paint.text, "#000000");
    let edge = &found.edges[0];
    assert_eq!(
        (edge.paint.stroke.as_deref(), edge.weight, edge.arrow_size),
        (Some("#000000"), 1.0, 1.0)
    );
    assert!(edge.label.is_empty() && !edge.is_free);
    assert_eq!(found.sheet.paper.as_deref(), Some("#ffffff"));
    assert_eq!(
        found.description,
        "A directed graph with 2 nodes and 1 edge."
    );
    assert_eq!(diagram("graph { a -- b }").edges[0].head, Arrow::None);
    assert_eq!(
        diagram("graph {}").description,
        "An undirected graph with 0 nodes and 0 edges."
    );
}

#[test]
fn fills_and_outlines() {
    let of = |attributes: &str| {
        let paint = node(attributes).paint;
        [paint.fill, paint.stroke].map(Option::unwrap_or_default)
    };
    assert_eq!(of("style=filled"), ["#d3d3d3", "#000000"]);
    assert_eq!(
        of("style=filled, fillcolor=red, color=blue"),
        ["#ff0000", "#0000ff"]
    );
    assert_eq!(of("fillcolor=red"), ["", "#000000"]);
    assert_eq!(
        of("style=filled fillcolor=transparent color=red"),
        ["", "#ff0000"]
    );
    assert_eq!(of("style=filled fillcolor=rot"), ["#d3d3d3", "#000000"]);
    assert_eq!(of("shape=point"), ["#000000", "#000000"]);
    assert_eq!(of("shape=point color=red"), ["#ff0000", "#ff0000"]);
    assert_eq!(of("shape=none"), ["", ""]);
    assert_eq!(of("peripheries=0"), ["", ""]);
    assert_eq!(of("colorscheme=svg color=green"), ["", "#008000"]);
    assert_eq!(of("color=\"0 1 1\""), ["", "#ff0000"]);
    // Text alone has no ground to fill; a box without an outline has.
    let filled = node("shape=plaintext style=filled fillcolor=red");
    assert_eq!((filled.shape, filled.paint.stroke), (Shape::Box, None));
    assert_eq!(node("fontcolor=red").paint.text, "#ff0000");
}

#[test]
fn styles_of_lines() {
    let paint = node("style=\"dashed,bold,rounded\"").paint;
    assert_eq!(
        (paint.dash, paint.width, paint.rounded),
        (Dash::Dashed, 2.0, true)
    );
    assert_eq!(
        edge("style=dotted penwidth=3 style=dotted").paint.width,
        3.0
    );
    assert_eq!(node("penwidth=nonsense").paint.width, 1.0);
    assert!(node("style=invis").hidden && edge("style=invis").hidden);
    assert!(node("shape=Mrecord").paint.rounded);
    let found = diagram("digraph { node [style=filled] a [style=\"\"] }");
    assert_eq!(found.nodes[0].paint.fill, None);
}

#[test]
fn labels() {
    assert_eq!(label(&node("label=\"\"")), "");
    assert_eq!(label(&node("label=\"\\N of \\G\"")), "a of g");
    assert_eq!(
        label(&node("label=<x<br align=\"left\"/><b>y</b> &amp; z>")),
        "x\ny & z"
    );
    assert_eq!(
        label(&node("shape=record label=\"{a|b|<p> c}\"")),
        "a | b | c"
    );
    assert_eq!(label(&node("label=\"{a|b}\"")), "{a|b}");
    assert_eq!(label(&node("label=l xlabel=x")), "l\nx");
    assert_eq!(
        label(&node("label=\"שלום 🎉 <&> \\\"q\\\"\"")),
        "שלום 🎉 <&> \"q\""
    );
    assert_eq!(node("label=\"a\\lb\\r\"").label[1].align, Align::Right);
    assert_eq!(node("tooltip=\"\\N: \\L\" label=x").tooltip, "a: x");
    assert_eq!(edge("label=\"\\E \\T \\H\"").label[0].text, "a->b a b");
    assert_eq!(label(&node("fontsize=8 label=x")), "x");
    assert_eq!(node("fontsize=8").font_size, 8.0);
    assert_eq!(edge("fontsize=\"1e9\"").font_size, 500.0);
}

#[test]
fn arrows_and_weights() {
    let of = |attributes: &str| (edge(attributes).tail, edge(attributes).head);
    assert_eq!(of("dir=back"), (Arrow::Triangle, Arrow::None));
    assert_eq!(
        of("dir=both arrowhead=dot arrowtail=odiamond"),
        (Arrow::Diamond, Arrow::Dot)
    );
    assert_eq!(of("dir=none arrowhead=dot"), (Arrow::None, Arrow::None));
    assert_eq!(of("arrowhead=empty"), (Arrow::None, Arrow::Hollow));
    let found = diagram("graph { a -- b [dir=forward] }");
    assert_eq!(found.edges[0].head, Arrow::Triangle);
    assert!(edge("constraint=false").is_free && !edge("constraint=true").is_free);
    assert_eq!(
        (edge("weight=5").weight, edge("weight=-5").weight),
        (5.0, 0.0)
    );
    assert_eq!(edge("arrowsize=.5").arrow_size, 0.5);
}

#[test]
fn clusters_are_painted() {
    let of = |attributes: &str| {
        let text = format!("digraph {{ subgraph cluster_a {{ {attributes} a }} }}");
        let paint = diagram(&text).clusters.remove(0).paint;
        [paint.fill, paint.stroke].map(Option::unwrap_or_default)
    };
    assert_eq!(of(""), ["", "#000000"]);
    assert_eq!(of("style=filled"), ["#d3d3d3", "#000000"]);
    assert_eq!(of("style=filled color=red"), ["#ff0000", "#ff0000"]);
    assert_eq!(
        of("style=filled color=red pencolor=blue fillcolor=gold"),
        ["#ffd700", "#0000ff"]
    );
    assert_eq!(of("bgcolor=red"), ["#ff0000", "#000000"]);
    assert_eq!(of("bgcolor=red style=filled"), ["#ff0000", "#000000"]);
    assert_eq!(of("peripheries=0"), ["", ""]);
    assert_eq!(of("style=invis bgcolor=red"), ["", ""]);
    let paper = |text: &str| diagram(text).sheet.paper;
    assert_eq!(paper("digraph { bgcolor=transparent }"), None);
    assert_eq!(
        paper("digraph { graph [bgcolor=\"#123456\"] }").as_deref(),
        Some("#123456")
    );
}
