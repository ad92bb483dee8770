//! Texts that want too much.

use super::super::{MAX_DEPTH, MAX_LENGTH, MAX_SUBGRAPHS};
use super::*;

#[test]
fn limits_are_stated() {
    let nodes = |count: usize| {
        (0..count)
            .map(|n| format!("n{n};"))
            .collect::<Vec<_>>()
            .concat()
    };
    let deep = |depth: usize| format!("digraph {{{}{}}}", "{".repeat(depth), "}".repeat(depth));
    assert!(read(&deep(MAX_DEPTH)).is_ok());
    assert_eq!(
        diagram(&format!("graph {{{}}}", nodes(MAX_NODES)))
            .nodes
            .len(),
        MAX_NODES
    );
    let edges = "a--b;".repeat(MAX_EDGES);
    assert_eq!(
        diagram(&format!("graph {{{edges}}}")).edges.len(),
        MAX_EDGES
    );
    for (text, message) in [
        (
            deep(MAX_DEPTH + 1),
            "subgraphs lie more than 1,000 deep in each other, which is the limit",
        ),
        (
            format!("graph {{{}", "{".repeat(10_000_000)),
            "subgraphs lie more than 1,000 deep",
        ),
        (
            "{".repeat(10_000_000),
            "line 1, column 1: expected `graph` or `digraph`",
        ),
        (
            format!("graph {{{}", "{}".repeat(MAX_SUBGRAPHS + 1)),
            "more than 50,000 subgraphs",
        ),
        (
            format!("graph {{{}}}", nodes(MAX_NODES + 1)),
            "more than 50,000 nodes, which is the limit",
        ),
        (
            format!("graph {{{edges} a--b}}"),
            "more than 200,000 edges, which is the limit",
        ),
        (
            format!("graph {{a{}}}", "--a".repeat(MAX_EDGES + 1)),
            "more than 200,000 edges",
        ),
        (
            format!("graph {{ {{{0}}} -- {{{0}}} }}", nodes(10_000)),
            "more than 200,000 edges",
        ),
        (
            format!("strict graph {{ {{{0}}} -- {{{0}}} }}", nodes(400)),
            "",
        ),
        (
            format!("digraph {{ a [label=\"{}\"] }}", "x".repeat(20_000)),
            "line 1, column 11: this has a label of more than 16,384 characters",
        ),
        (
            format!(
                "digraph {{ node [label=\"{}\"] {} }}",
                "x".repeat(16_000),
                nodes(1_000)
            ),
            "more than 8,000,000 characters",
        ),
        (
            format!(
                "digraph {{ node [label=<{}>] {} }}",
                "<b/>".repeat(40_000),
                nodes(1_000)
            ),
            "or 64,000,000 bytes of DOT",
        ),
        (
            format!(
                "digraph {{ edge [style=\"{}\"] a -> b }}",
                "bold,".repeat(40_000)
            ),
            "",
        ),
        (
            "x".repeat(MAX_LENGTH + 1),
            "line 1, column 1: the text has 33,554,433 bytes, more than the limit of 33,554,432",
        ),
    ] {
        match read(&text) {
            Ok(_) => assert_eq!(message, "", "{}", &text[..60]),
            Err(error) => {
                let error = error.to_string();
                assert!(!message.is_empty() && error.contains(message), "{error}");
            }
        }
    }
}

#[test]
fn a_subgraph_that_is_named_again_and_again_is_not_searched_forever() {
    // A node in each of 20,000 subgraphs of one, which edges of a strict graph go from 5,000 times.
    let inner = "{a}".repeat(20_000);
    let again = "subgraph s{} -- b;".repeat(5_000);
    let error = error(&format!(
        "strict graph {{ subgraph s {{{inner}}} {again} }}"
    ));
    assert!(error.contains("more than 2,000,000 steps"), "{error}");
    let empty = "subgraph s{} -- {};".repeat(5_000);
    let found = diagram(&format!(
        "strict graph {{ subgraph s {{{inner}}} {empty} }}"
    ));
    assert_eq!(found.edges.len(), 0);
}

#[test]
fn nodes_deep_within_clusters_are_found_at_once() {
    let open: Vec<_> = (0..990)
        .map(|n| format!("subgraph cluster{n} {{ "))
        .collect();
    let nodes: Vec<_> = (0..20_000).map(|n| format!("n{n};")).collect();
    let text = format!(
        "digraph {{ rank=same; {} {} {} }}",
        open.concat(),
        nodes.concat(),
        "}".repeat(990)
    );
    let found = diagram(&text);
    assert_eq!(found.clusters.len(), 990);
    assert!(found.nodes.iter().all(|node| node.cluster == Some(989)));
}
