//! The DOT files that stand under `tests/data`, from other hands and ours.

use std::fs;
use std::path::Path;

use super::*;
use crate::diagram::{Arrow, Dash, Shape};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");

fn example(name: &str) -> Diagram {
    let path = Path::new(DATA).join("dot").join(name);
    let bytes = fs::read(path).expect("an example is there");
    read_bytes(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn all_are_read() {
    let mut count = 0;
    for folder in ["dot", "graphs"] {
        for file in fs::read_dir(Path::new(DATA).join(folder)).expect("a folder of examples") {
            let path = file.expect("an example").path();
            if path.extension().is_some_and(|extension| extension == "dot") {
                let bytes = fs::read(&path).expect("an example is there");
                read_bytes(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                count += 1;
            }
        }
    }
    assert!(count >= 17, "{count}");
}

/// The numbers are those that Graphviz's `gc` counts.
#[test]
fn computational_graphs_are_read_whole() {
    for (name, nodes, edges) in [
        ("tanh2", 22, 25),
        ("tanh7", 1856, 2704),
        ("goldstein", 95, 108),
        ("residual-1k", 1001, 1125),
        ("rnn-1k", 994, 1320),
    ] {
        let found = example(&format!("../graphs/{name}.dot"));
        assert_eq!(
            (found.nodes.len(), found.edges.len()),
            (nodes, edges),
            "{name}"
        );
    }
}

#[test]
fn the_grammar() {
    let found = example("grammar.dot");
    assert_eq!(found.title, "a long title");
    assert_eq!(found.direction, Direction::Right);
    assert_eq!((found.rank_distance, found.node_distance), (54.0, 36.0));
    assert_eq!(
        names(&found).join(" "),
        "a b c d e f quoted id -.5 3.14 1. -7 π 높이 line continued html <b>id</b> html <b>id</b> g node edge"
    );
    assert_eq!(
        edges(&found),
        "a-b b-c b-d c-e c-f d-e d-f c-quoted id -.5-3.14 3.14-1. 1.--7 π-높이 높이-line continued \
         html <b>id</b>-html <b>id</b> node-edge e-e"
    );
    assert_eq!(found.ranks, [(Rank::Same, vec![0, 4])]);
    let last = &found.edges[14];
    assert_eq!(
        (last.tail, last.head, last.paint.dash),
        (Arrow::Dot, Arrow::Hollow, Dash::Dashed)
    );
    assert_eq!(found.edges[2].label[0].text, "b to d");
}

#[test]
fn clusters() {
    let found = example("clusters.dot");
    let clusters = found.clusters.iter();
    let titles: Vec<_> = clusters
        .map(|cluster| super::super::label::joined(&cluster.title))
        .collect();
    assert_eq!(
        titles,
        ["Data", "Split\ninto two", "the model", "by attribute"]
    );
    assert_eq!(found.clusters[1].parent, Some(0));
    assert_eq!(found.clusters[0].paint.fill.as_deref(), Some("#fffef2"));
    // It is filled like the cluster around it, which `bgcolor` does not change.
    assert_eq!(found.clusters[1].paint.fill, found.clusters[0].paint.fill);
    assert_eq!(found.clusters[1].paint.stroke.as_deref(), Some("#999999"));
    assert_eq!(found.clusters[2].font_size, 18.0);
    assert_eq!(found.ranks, [(Rank::Last, vec![7])]);
}

#[test]
fn shapes() {
    let found = example("shapes.dot");
    let shape = |name: &str| {
        let named = |node: &&Node| node.id == format!("node-{name}");
        let node = found.nodes.iter().find(named).expect("a node of that name");
        (node.shape, label(node))
    };
    assert_eq!(shape("double"), (Shape::Circle, "double".to_owned()));
    assert_eq!(shape("none"), (Shape::Box, "none".to_owned()));
    assert_eq!(shape("record"), (Shape::Box, "a | b | c | d".to_owned()));
    assert_eq!(
        shape("class").1,
        "Variable\n———\n+ data: Array\n+ grad: Variable\n———\nbackward()"
    );
    assert_eq!(shape("table"), (Shape::Plain, "x | x²\n2 | 4".to_owned()));
    assert!(found.edges.iter().all(|edge| edge.head == Arrow::None));
    assert_eq!(found.edges[7].label[0].text, "α → β");
}

#[test]
fn text_of_all_kinds() {
    let found = example("text.dot");
    let texts = names(&found);
    assert_eq!(texts[0], "centred\nto the left\nto the right");
    assert_eq!(texts[1], "quotes \" and \\ backslashes");
    assert_eq!(texts[2], "c of names & <text>\nbeside");
    assert_eq!(
        texts[3..6],
        ["שלום עולם", "🎉 naïve façade", "수학 E = mc²"]
    );
    assert_eq!(texts[6..11], ["two words", "a/b", "a\nb", "", "-"]);
    assert_eq!(names(&example("latin1.dot")), ["café", "über"]);
    assert_eq!(example("windows.dot").edges[1].label.len(), 2);
}
