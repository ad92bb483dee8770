//! DOT in, diagrams or errors out.

mod drawn;
mod examples;
mod hostile;
mod wrong;

use super::{DotError, MAX_EDGES, MAX_NODES, read, read_bytes};
use crate::diagram::{Diagram, Node};
use crate::layout::{Direction, Rank};

fn diagram(text: &str) -> Diagram {
    read(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn error(text: &str) -> String {
    match read(text) {
        Ok(_) => panic!("read: {text}"),
        Err(error) => error.to_string(),
    }
}

fn names(diagram: &Diagram) -> Vec<String> {
    diagram.nodes.iter().map(label).collect()
}

fn label(node: &Node) -> String {
    super::label::joined(&node.label)
}

/// Edges as `a-b`, by labels.
fn edges(diagram: &Diagram) -> String {
    let names = names(diagram);
    let edges = diagram.edges.iter();
    let edges: Vec<_> = edges
        .map(|edge| format!("{}-{}", names[edge.from], names[edge.to]))
        .collect();
    edges.join(" ")
}

#[test]
fn statements_build_nodes_and_edges() {
    for (text, nodes, edges) in [
        ("digraph {}", "", ""),
        ("digraph g{\nx\ny\n}", "x y", ""),
        ("graph { a -- b; b -- c }", "a b c", "a-b b-c"),
        ("digraph { a -> b -> c -> a }", "a b c", "a-b b-c c-a"),
        ("digraph { a -> {b c} -> d }", "a b c d", "a-b a-c b-d c-d"),
        ("digraph { {a b} -> {c d} }", "a b c d", "a-c a-d b-c b-d"),
        ("digraph { a, b -> c, d }", "a b c d", "a-c a-d b-c b-d"),
        ("digraph { a -> a a -> b a -> b }", "a b", "a-a a-b a-b"),
        ("strict digraph { a -> b a -> b b -> a }", "a b", "a-b b-a"),
        ("strict graph { a -- b b -- a }", "a b", "a-b"),
        (
            "digraph { a -> b [key=1] a -> b [key=1] a -> b [key=2] }",
            "a b",
            "a-b a-b",
        ),
        (
            "digraph { subgraph s { a; { b } } subgraph s {} -> c }",
            "a b c",
            "a-c b-c",
        ),
        ("digraph { a -> {} -> b }", "a b", ""),
        ("digraph { {{{}}} {} -> a }", "a", ""),
        (
            "digraph { a:p -> b:q:ne; c:n; d:\"x y\":_ }",
            "a b c d",
            "a-b",
        ),
        (
            "DiGraph { EDGE [color=red] Node [] GRAPH [] SUBGRAPH { a } }",
            "a",
            "",
        ),
        ("digraph { x = y; a = \"b\" c }", "c", ""),
        ("digraph { a b; c\n;d }", "a b c d", ""),
        (
            "digraph \"a b\" { 1 -> -.5 -> 3.14 }",
            "1 -.5 3.14",
            "1--.5 -.5-3.14",
        ),
        (
            "digraph { \"a\" -> a -> \"\\\na\" -> \"a\" + \"\" }",
            "a",
            "a-a a-a a-a",
        ),
        ("digraph { π -> 높이 -> é }", "π 높이 é", "π-높이 높이-é"),
        (
            "\u{feff}digraph {\r\na\r\n->\r\nb // c\r\n}\r\n",
            "a b",
            "a-b",
        ),
        (
            "# first\ndigraph { a # b\n/* c */ d // e\n}\n#end",
            "a d",
            "",
        ),
        (
            "digraph { a } graph { b -- c } strict digraph x {}",
            "a",
            "",
        ),
        (
            "digraph { \"node\" -> \"graph\" }",
            "node graph",
            "node-graph",
        ),
        ("digraph { <b> \"b\" }", "b b", ""),
    ] {
        let found = diagram(text);
        assert_eq!(names(&found).join(" "), nodes, "{text}");
        assert_eq!(self::edges(&found), edges, "{text}");
    }
}

#[test]
fn defaults_hold_for_what_is_made_after_them_in_their_scope() {
    let found = diagram(
        "digraph {
            a
            node [color=red] edge [label=e]
            b
            subgraph { node [color=blue] c b edge [label=f] b -> c }
            subgraph s { node [color=green] }
            d -> a
            subgraph s { e }
            a [color=gold]
            node [color=\"\"] f
        }",
    );
    let colours: Vec<_> = found
        .nodes
        .iter()
        .map(|node| node.paint.stroke.as_deref())
        .collect();
    let expected = [
        "#ffd700", "#ff0000", "#0000ff", "#ff0000", "#00ff00", "#000000",
    ];
    assert_eq!(colours, expected.map(Some));
    let labels: Vec<_> = found
        .edges
        .iter()
        .map(|edge| edge.label[0].text.as_str())
        .collect();
    assert_eq!(labels, ["f", "e"]);
}

#[test]
fn later_attributes_win_and_strict_edges_gather_theirs() {
    let found = diagram("digraph { a [color=red, color=blue][color=gold] a [shape=box] }");
    assert_eq!(found.nodes[0].paint.stroke.as_deref(), Some("#ffd700"));
    assert_eq!(found.nodes[0].shape, crate::diagram::Shape::Box);
    let found = diagram("strict digraph { a -> b [label=x] a -> b [color=red] }");
    assert_eq!(found.edges[0].label[0].text, "x");
    assert_eq!(found.edges[0].paint.stroke.as_deref(), Some("#ff0000"));
}

#[test]
fn clusters_nest_and_keep_their_titles() {
    let found = diagram(
        "digraph {
            label = whole
            subgraph cluster_a {
                label = \"A\\lB\"
                { subgraph clusterB { label = \"in \\G\" x } }
                y x
            }
            subgraph plain { cluster = true; label = P; z; y }
            subgraph cluster_none { label = gone }
            subgraph other { w }
            subgraph cluster_inherits { v }
        }",
    );
    assert_eq!(found.title, "whole");
    let titles: Vec<_> = found
        .clusters
        .iter()
        .map(|cluster| super::label::joined(&cluster.title))
        .collect();
    assert_eq!(titles, ["A\nB", "in clusterB", "P", "whole"]);
    let parents: Vec<_> = found
        .clusters
        .iter()
        .map(|cluster| cluster.parent)
        .collect();
    assert_eq!(parents, [None, Some(0), None, None]);
    let of: Vec<_> = found.nodes.iter().map(|node| node.cluster).collect();
    assert_eq!(names(&found), ["x", "y", "z", "w", "v"]);
    assert_eq!(of, [Some(1), Some(0), Some(2), None, Some(3)]);
    let ids: Vec<_> = found
        .clusters
        .iter()
        .map(|cluster| cluster.id.as_str())
        .collect();
    assert_eq!(ids, ["cluster_a", "clusterB", "plain", "cluster_inherits"]);
}

#[test]
fn a_node_goes_to_an_inner_cluster_though_the_outer_names_it_first() {
    let found = diagram(
        "digraph { subgraph cluster_a { x subgraph cluster_b { x y } } subgraph cluster_c { y z } }",
    );
    let of: Vec<_> = found.nodes.iter().map(|node| node.cluster).collect();
    assert_eq!(of, [Some(1), Some(1), Some(2)]);
}

#[test]
fn ranks_and_directions() {
    let found = diagram(
        "digraph {
            rankdir=LR ranksep=1 nodesep=\"0.5\"
            { rank=same; a; b; { c } }
            { rank=min d } { rank=source; e } { rank=sink f }
            { rank=same; g } { rank=odd; h i }
            subgraph cluster_x { rank=same; j k { rank=max; l m } }
        }",
    );
    assert_eq!(found.direction, Direction::Right);
    assert_eq!((found.rank_distance, found.node_distance), (72.0, 36.0));
    assert_eq!(
        found.ranks,
        [
            (Rank::Same, vec![0, 1, 2]),
            (Rank::First, vec![3]),
            (Rank::First, vec![4]),
            (Rank::Last, vec![5]),
            (Rank::Same, vec![11, 12]),
        ]
    );
    for (name, direction) in [
        ("TB", Direction::Down),
        ("BT", Direction::Up),
        ("RL", Direction::Left),
        ("XX", Direction::Down),
    ] {
        let found = diagram(&format!("digraph {{ rankdir={name} }}"));
        assert_eq!(found.direction, direction);
        assert_eq!((found.rank_distance, found.node_distance), (36.0, 18.0));
    }
}

#[test]
fn bytes_are_utf_8_or_what_the_graph_says() {
    let found = read_bytes("digraph { é }".as_bytes()).unwrap();
    assert_eq!(names(&found), ["é"]);
    let found = read_bytes(b"digraph { charset=\"ISO-8859-1\" \"caf\xe9\" }").unwrap();
    assert_eq!(names(&found), ["café"]);
    for (bytes, message) in [
        (
            &b"digraph {\n \xc3\xa9\xe9 }"[..],
            "line 2, column 3: the text from here on is not UTF-8",
        ),
        (
            b"\xff\xfed\0i\0",
            "line 1, column 1: the text from here on is not UTF-8\n  help: this looks like UTF-16",
        ),
        (
            b"digraph { charset=latin1 \xe9",
            "line 1, column 26: the text from here on is not UTF-8",
        ),
        (
            b"digraph { charset=big5 \xe9 }",
            "line 1, column 24: the text from here on is not UTF-8",
        ),
    ] {
        let error = read_bytes(bytes).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn ids_are_safe_and_the_name_is_kept_beside_another_label() {
    let found = diagram("digraph { \"a b\" [label=x] \"a_b\" \"\" [label=y] \"<&>\" }");
    let ids: Vec<_> = found.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["node-a_b", "node-a_b-2", "node-", "node-___"]);
    assert_eq!(
        found.nodes[0].details,
        [("name".to_owned(), "a b".to_owned())]
    );
    assert!(found.nodes[1].details.is_empty());
    assert_eq!(label(&found.nodes[3]), "<&>");
}

#[test]
fn errors_are_errors_of_the_standard_library() {
    fn assert_error<T: std::error::Error + Send + Sync + 'static>(_: &T) {}
    let error = read("digraph {\n a ->\n}").unwrap_err();
    assert_error::<DotError>(&error);
    assert_eq!((error.line(), error.column()), (3, 1));
}
