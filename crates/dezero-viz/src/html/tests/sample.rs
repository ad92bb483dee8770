//! A diagram with everything that the page can do something with: two passes, a fold within one of
//! them, values on edges, details, a legend and a note.

use crate::diagram::{
    Arrow, Cluster, Dash, Diagram, Edge, Key, Line, Node, Paint, Sample, Shape, Sheet,
};
use crate::html::Palette;

const INK: &str = "#1f2933";
const SOFT: &str = "#52606d";

/// How often the folded step is repeated.
pub(crate) const REPEATS: usize = 6;

/// A forward pass `y = tanh(x) * w`, and a backward pass with a chain of equal steps.
pub(crate) fn diagram() -> Diagram {
    let mut diagram = Diagram {
        title: "tanh at x = 1: first derivative".to_owned(),
        description: "A computational graph in two passes.".to_owned(),
        sheet: Sheet {
            paper: Some("#ffffff".to_owned()),
            text: INK.to_owned(),
        },
        rank_distance: 34.0,
        node_distance: 18.0,
        note: "Values are those of the last run.".to_owned(),
        ..Diagram::default()
    };
    let backward = ("backward 1 (gives y′)", "10 operations");
    diagram.clusters = vec![
        cluster(
            "forward",
            "pass",
            ("forward", "3 operations"),
            None,
            "#eff6ff",
        ),
        cluster("backward", "pass", backward, None, "#f5f3ff"),
        cluster(
            "repeat",
            "fold",
            ("× 6", "sin, 6 times"),
            Some(1),
            "#ede9fe",
        ),
    ];

    let x = variable(&mut diagram, "x = 1", "leaf", 0);
    let w = variable(&mut diagram, "w = 2", "leaf", 0);
    let tanh = function(&mut diagram, "tanh", "Tanh", 0);
    let mul = function(&mut diagram, "×", "Mul", 0);
    let y = variable(&mut diagram, "y = 1.523", "named", 0);
    value(&mut diagram, x, tanh, "", Dash::Solid);
    value(&mut diagram, tanh, mul, "0.7616", Dash::Solid);
    value(&mut diagram, w, mul, "", Dash::Solid);
    value(&mut diagram, mul, y, "", Dash::Solid);

    let square = function(&mut diagram, "square", "Pow", 1);
    let one = constant(&mut diagram, "1", 1);
    let minus = function(&mut diagram, "−", "Sub", 1);
    value(&mut diagram, tanh, square, "0.7616", Dash::Dashed);
    value(&mut diagram, one, minus, "", Dash::Dotted);
    value(&mut diagram, square, minus, "0.58", Dash::Solid);
    let mut last = minus;
    for at in 0..REPEATS {
        let sine = function(&mut diagram, "sin", "Sin", 2);
        let text = ["0.42", "0.4078", "0.3966", "0.3863", "0.3767", "0.3679"][at % 6];
        value(&mut diagram, last, sine, text, Dash::Solid);
        last = sine;
    }
    let times = function(&mut diagram, "×", "Mul", 1);
    value(&mut diagram, last, times, "0.3596", Dash::Solid);
    value(&mut diagram, w, times, "", Dash::Dashed);
    let gradient = variable(&mut diagram, "gx = 0.7192", "output", 1);
    value(&mut diagram, times, gradient, "", Dash::Solid);

    diagram.legend = legend();
    diagram
}

/// The colours of the sample in both themes.
pub(crate) fn palette() -> Palette {
    let rule = |selector: &str, light: &str, dark: &str| {
        (selector.to_owned(), light.to_owned(), dark.to_owned())
    };
    Palette {
        rules: vec![
            rule(".paper", "fill: #ffffff", "fill: #0f172a"),
            rule("text", "", "fill: #e5e7eb"),
            rule(".edge", "", "stroke: #94a3b8"),
            rule(".edge text, .constant text", "", "fill: #94a3b8"),
            rule(".edge .arrow", "", "fill: #94a3b8"),
            rule(".function > rect", "", "fill: #1e3a8a; stroke: #60a5fa"),
            rule(".leaf > ellipse", "", "fill: #14532d; stroke: #4ade80"),
            rule(".named > ellipse", "", "fill: #431407; stroke: #fb923c"),
            rule(".output > ellipse", "", "fill: #713f12; stroke: #facc15"),
            rule(".cluster > rect", "", "stroke: #64748b"),
            rule(".pass > rect", "", "fill: #172033"),
            rule(".fold > rect", "", "fill: #241f3d"),
        ],
    }
}

fn lines(text: &str) -> Vec<Line> {
    vec![Line {
        text: text.to_owned(),
        ..Line::default()
    }]
}

fn paint(fill: &str, stroke: &str, width: f64) -> Paint {
    Paint {
        fill: Some(fill.to_owned()),
        stroke: Some(stroke.to_owned()),
        text: INK.to_owned(),
        width,
        dash: Dash::Solid,
        rounded: true,
    }
}

fn cluster(
    id: &str,
    class: &str,
    (title, collapsed): (&str, &str),
    parent: Option<usize>,
    fill: &str,
) -> Cluster {
    Cluster {
        id: id.to_owned(),
        class: class.to_owned(),
        title: lines(title),
        font_size: 12.0,
        paint: paint(fill, SOFT, 0.8),
        parent,
        collapsed: collapsed.to_owned(),
        ..Cluster::default()
    }
}

fn add(diagram: &mut Diagram, cluster: usize, class: &str, label: &str, node: Node) -> usize {
    let at = diagram.nodes.len();
    diagram.nodes.push(Node {
        id: format!("node-{at}"),
        class: class.to_owned(),
        label: lines(label),
        font_size: 13.0,
        margin: (9.0, 5.0),
        least: (26.0, 26.0),
        cluster: Some(cluster),
        ..node
    });
    at
}

fn variable(diagram: &mut Diagram, label: &str, class: &str, cluster: usize) -> usize {
    let (fill, stroke) = match class {
        "leaf" => ("#bbf7d0", "#15803d"),
        "output" => ("#fde68a", "#b45309"),
        _ => ("#fff7ed", "#fb923c"),
    };
    let (name, value) = label.split_once(" = ").unwrap_or((label, ""));
    let detail = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let node = Node {
        shape: Shape::Ellipse,
        paint: paint(fill, stroke, 1.4),
        margin: (6.0, 4.0),
        details: vec![
            detail("name", name),
            detail("value", value),
            detail("shape", "()"),
            detail("dtype", "float64"),
            detail("gradient", "0.8399"),
            detail("source", "examples/tanh.rs:12"),
        ],
        ..Node::default()
    };
    add(diagram, cluster, class, label, node)
}

fn function(diagram: &mut Diagram, label: &str, name: &str, cluster: usize) -> usize {
    let node = Node {
        shape: Shape::Box,
        paint: paint("#dbeafe", "#2563eb", 1.2),
        tooltip: name.to_owned(),
        details: vec![("function".to_owned(), name.to_owned())],
        ..Node::default()
    };
    add(diagram, cluster, "function", label, node)
}

fn constant(diagram: &mut Diagram, label: &str, cluster: usize) -> usize {
    let node = Node {
        shape: Shape::Plain,
        paint: Paint {
            text: SOFT.to_owned(),
            ..Paint::default()
        },
        ..Node::default()
    };
    add(diagram, cluster, "constant", label, node)
}

fn value(diagram: &mut Diagram, from: usize, to: usize, label: &str, dash: Dash) {
    let details = match label {
        "" => Vec::new(),
        text => vec![
            ("value".to_owned(), text.to_owned()),
            ("shape".to_owned(), "()".to_owned()),
        ],
    };
    diagram.edges.push(Edge {
        from,
        to,
        class: "value".to_owned(),
        label: if label.is_empty() {
            Vec::new()
        } else {
            lines(label)
        },
        font_size: 10.0,
        paint: Paint {
            fill: None,
            stroke: Some(SOFT.to_owned()),
            text: SOFT.to_owned(),
            width: 1.1,
            dash,
            rounded: false,
        },
        head: Arrow::Triangle,
        arrow_size: 1.0,
        weight: 1.0,
        details,
        ..Edge::default()
    });
}

fn legend() -> Vec<Key> {
    let node = |shape, class: &str, paint: Paint, text: &str, meaning: &str| Key {
        sample: Sample::Node {
            shape,
            class: class.to_owned(),
            paint,
            text: text.to_owned(),
        },
        text: meaning.to_owned(),
    };
    vec![
        node(
            Shape::Ellipse,
            "leaf",
            paint("#bbf7d0", "#15803d", 1.2),
            "x",
            "input",
        ),
        node(
            Shape::Box,
            "function",
            paint("#dbeafe", "#2563eb", 1.2),
            "sin",
            "operation",
        ),
        node(
            Shape::Ellipse,
            "output",
            paint("#fde68a", "#b45309", 1.2),
            "y",
            "result",
        ),
        Key {
            sample: Sample::Edge {
                class: "value".to_owned(),
                paint: Paint {
                    stroke: Some(SOFT.to_owned()),
                    width: 1.1,
                    dash: Dash::Dashed,
                    ..Paint::default()
                },
            },
            text: "from another pass".to_owned(),
        },
    ]
}
