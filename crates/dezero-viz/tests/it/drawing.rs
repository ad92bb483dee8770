//! Drawings of graphs: what is on them, and that nothing covers anything.

use std::fs;
use std::path::Path;

use dezero_core::{Variable, grad, graph, graph_with_gradients};
use dezero_viz::layout::faults::{Faults, faults};
use dezero_viz::layout::lay_out;
use dezero_viz::{DotGraph, Drawing, Format, Style, Theme, plot_dot_graph};

fn seed(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/graphs");
    fs::read_to_string(folder.join(format!("{name}.dot"))).unwrap()
}

/// x, y = tanh(x), and the derivatives by x up to an order.
fn tanh(order: usize) -> Variable {
    let x = Variable::new(1.0).named("x");
    let mut y = x.tanh().named("y");
    for order in 1..=order {
        y = grad(&y, &[&x]).remove(0).named(&format!("gx{order}"));
    }
    y
}

fn svg(y: &Variable) -> String {
    let graph = graph_with_gradients(y).unwrap();
    Drawing::new(&graph).picture().unwrap().to_svg().to_owned()
}

/// What Graphviz 2.43 crosses on the same graphs, where it ends; `benches/pictures` counts again.
const GRAPHVIZ: [(&str, Option<usize>); 7] = [
    ("tanh2", Some(1)),
    ("goldstein", Some(10)),
    ("tanh5", Some(645)),
    ("taylor-sin-47-terms", Some(179)),
    ("residual-1k", None),
    ("rnn-1k", None),
    ("tanh7", None),
];

#[test]
fn real_graphs_are_laid_out_without_faults_and_with_few_crossings() {
    for (name, most) in GRAPHVIZ {
        let problem = DotGraph::read(seed(name)).unwrap().problem();
        let found = faults(&problem, &lay_out(&problem));
        let crossings = found.crossings;
        assert!(
            most.is_none_or(|most| crossings <= most),
            "{name}: {crossings}"
        );
        let none = Faults {
            crossings,
            ..Faults::default()
        };
        assert_eq!(found, none, "{name}");
    }
}

#[test]
fn seed_graphs_are_drawn_as_they_were() {
    for name in ["tanh2", "goldstein"] {
        let picture = DotGraph::read(seed(name)).unwrap().picture();
        insta::assert_snapshot!(format!("svg_{name}"), picture.to_svg());
    }
    // Of the large ones, a number that changes with any letter (FNV-1a).
    let fingerprint = |text: &str| {
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        text.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
    };
    let large = [
        "tanh5",
        "taylor-sin-47-terms",
        "residual-1k",
        "rnn-1k",
        "tanh7",
    ];
    let prints = large.map(|name| {
        let picture = DotGraph::read(seed(name)).unwrap().picture();
        let (width, height) = picture.size();
        let print = fingerprint(picture.to_svg());
        format!("{name}: {width} x {height}, {print:016x}\n")
    });
    insta::assert_snapshot!("svg_of_large_seeds", prints.concat());
}

#[test]
fn the_second_derivative_of_tanh_is_drawn_for_learners() {
    let graph = graph(&tanh(2));
    let drawing = Drawing::new(&graph).title("tanh, differentiated twice");
    insta::assert_snapshot!("svg_learner", drawing.picture().unwrap().to_svg());
    let dark = drawing.clone().theme(Theme::Dark);
    insta::assert_snapshot!("svg_learner_dark", dark.picture().unwrap().to_svg());
    insta::assert_snapshot!("dot_learner", drawing.to_dot().unwrap());
}

#[test]
fn the_book_is_drawn_as_its_dot_says() {
    let graph = graph(&tanh(2));
    let drawing = Drawing::new(&graph).style(Style::DeZero).verbose(true);
    let drawn = drawing.picture().unwrap().to_svg().to_owned();
    let read = DotGraph::read(drawing.to_dot().unwrap()).unwrap().picture();
    let read = read.to_svg();
    for part in [
        "<ellipse ",
        "<rect x",
        "class=\"arrow\"",
        "() float64</text>",
        ">Tanh</text>",
    ] {
        let count = drawn.matches(part).count();
        assert!(count > 0, "{part}");
        assert_eq!(count, read.matches(part).count(), "{part}");
    }
    let size = |svg: &str| svg.split("viewBox").nth(1).unwrap()[..30].to_owned();
    assert_eq!(size(&drawn), size(read), "the same layout");
}

#[test]
fn values_gradients_and_names_are_where_they_belong() {
    let (x, w) = (
        Variable::new(3.0).named("x"),
        Variable::new([1.0, 2.0]).named("w"),
    );
    let y = (&x * &w).sin().sum(..).named("y <&> \"ỹ\"");
    let svg = svg(&y);
    for part in [
        ">x = 3</text>",
        ">w</text>",
        ">(2,) float64</text>",
        ">×</text>",
        ">sin</text>",
        ">Σ</text>",
        "<title>Mul</title>",
        ">∂ 1</text>", // of the result by itself
        "class=\"gradient\"",
        "y &lt;&amp;&gt; &quot;ỹ&quot; = ",
    ] {
        assert!(svg.contains(part), "{part}: {svg}");
    }
}

#[test]
fn any_value_and_name_gives_a_picture() {
    for value in [f64::NAN, f64::INFINITY, -0.0, 1e-300, f64::MAX] {
        for name in [
            "",
            "\n",
            "שלום",
            "🎉",
            "</svg>",
            "&#0;",
            "\u{0}",
            "이름",
            &"x".repeat(500),
        ] {
            let x = Variable::new(value).named(name);
            let svg = svg(&(&x * 2.0).named(name));
            let count = |part: &str| svg.matches(part).count();
            assert_eq!((count("<svg "), count("</svg>")), (1, 1), "{name}");
            assert!(!svg.contains("NaN") && !svg.contains('\u{0}'), "{svg}");
        }
    }
}

#[test]
fn a_variable_used_very_often_is_drawn_at_each_use() {
    let x = Variable::new(0.5).named("x");
    let sum = |uses: usize| {
        let terms = (0..uses).map(|k| x.powf(k as f64 + 0.5));
        terms.reduce(|a, b| a.sin() + b).unwrap().named("y")
    };
    let drawn = |uses: usize| {
        let graph = graph(&sum(uses));
        // Whole, as the terms would be folded.
        let picture = Drawing::new(&graph).whole(true).picture().unwrap();
        picture.to_svg().matches(">x = 0.5</text>").count()
    };
    assert_eq!((drawn(8), drawn(9)), (1, 9));
}

#[test]
fn loops_are_folded_and_large_graphs_summarised_unless_the_whole_is_asked_for() {
    let x = Variable::new(0.5).named("x");
    let y = (0..40)
        .fold(x.clone(), |y, _| (y * 0.5).sin() + 1.0)
        .named("y");
    let graph = graph(&y);
    let drawing = Drawing::new(&graph);
    let count = |drawing: &Drawing<'_>| {
        let svg = drawing.picture().unwrap().to_svg().to_owned();
        (
            svg.contains(">× 39</text>"),
            svg.matches("class=\"node function\"").count(),
        )
    };
    // With the sample of the legend.
    assert_eq!(count(&drawing), (true, 3 + 3 + 1));
    assert_eq!(count(&drawing.clone().whole(true)), (false, 120 + 1));
    // On a page all are there, to be expanded.
    let page = drawing.to_html().unwrap();
    assert_eq!(page.matches("class=\"node function\"").count(), 120 + 1);

    let graph = dezero_core::graph(&tanh(9));
    let svg = Drawing::new(&graph).picture().unwrap().to_svg().to_owned();
    assert!(svg.contains(">A summary: "));
    assert!(svg.matches("class=\"node").count() < 60);

    let graph = dezero_core::graph(&tanh(3));
    let is_summary = |most: usize| {
        let drawing = Drawing::new(&graph).summarised_above(most);
        drawing.picture().unwrap().to_svg().contains(">A summary: ")
    };
    assert_eq!((is_summary(10), is_summary(100)), (true, false));
}

#[test]
fn the_function_of_the_book_writes_picture_and_dot() {
    let folder = tempfile::tempdir().unwrap();
    let y = tanh(1);
    for format in Format::all().iter().filter(|format| format.is_available()) {
        let file = folder.path().join(format!("sample.{format}"));
        assert_eq!(plot_dot_graph(&y, false, &file).unwrap(), file);
        assert!(file.exists());
        let dot = fs::read_to_string(folder.path().join("sample.dot")).unwrap();
        assert!(dot.starts_with("digraph g {\n1 [label=\"gx1\", color=orange, style=filled]\n"));
    }
    let unknown = folder.path().join("sample.bmp");
    let error = plot_dot_graph(&y, false, &unknown).unwrap_err();
    assert!(
        error.is_format() && error.to_string().contains(".svg, .png and .pdf"),
        "{error}"
    );
    assert!(!unknown.exists());
    let nowhere = folder.path().join("no/folder/sample.svg");
    assert!(plot_dot_graph(&y, false, &nowhere).unwrap_err().is_io());
}

#[test]
fn the_same_program_draws_the_same_picture() {
    assert_eq!(svg(&tanh(4)), svg(&tanh(4)));
}

#[test]
fn a_page_starts_in_the_theme_that_is_asked_for() {
    let graph = graph(&tanh(1));
    let page = |theme| Drawing::new(&graph).theme(theme).to_html().unwrap();
    assert!(page(Theme::Dark).contains("<body data-theme=\"dark\""));
    assert!(!page(Theme::Light).contains("<body data-theme"));
}
