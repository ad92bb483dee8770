//! `dezero render`, and the pictures of `dezero graph`.

use std::fs;
use std::path::Path;

use crate::command::{command, dezero, dezero_in, dezero_with_input, finished};

/// The three that the book begins with.
const BOOK: [&str; 3] = [
    "digraph g{\nx\ny\n}",
    "digraph g{\n1[label=\"x\", color= orange, style=filled]\n2[label=\"y\", color= orange, style=filled]\n\
     3[label=\"Exp\", color = lightblue, style=filled, shape = box]\n}",
    "digraph g{\n1[label=\"x\", color= orange, style=filled]\n2[label=\"y\", color= orange, style=filled]\n\
     3[label=\"Exp\", color = lightblue, style=filled, shape = box]\n1 -> 3\n3 -> 2\n}",
];

fn count(text: &str, part: &str) -> usize {
    text.matches(part).count()
}

#[test]
fn the_dot_of_the_book_is_drawn_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for (dot, (nodes, edges)) in BOOK.into_iter().zip([(2, 0), (3, 0), (3, 2)]) {
        fs::write(folder.path().join("g.dot"), dot).unwrap();
        for (file, start) in [
            ("g.svg", "<svg "),
            ("g.png", "\u{89}PNG"),
            ("g.pdf", "%PDF-"),
            ("g.html", "<!DOCTYPE html>"),
            ("out.gv", "digraph "),
        ] {
            let printed = dezero_in(folder.path(), &["render", "g.dot", "-o", file]).success();
            assert_eq!(printed, "");
            let bytes = fs::read(folder.path().join(file)).unwrap();
            let text: String = bytes
                .iter()
                .take(40)
                .map(|&byte| char::from(byte))
                .collect();
            assert!(text.starts_with(start), "{file}: {text}");
        }
        let svg = fs::read_to_string(folder.path().join("g.svg")).unwrap();
        let drawn = (
            count(&svg, "class=\"node\""),
            count(&svg, "class=\"arrow\""),
        );
        assert_eq!(drawn, (nodes, edges), "{svg}");
    }
}

#[test]
fn what_is_drawn_can_be_drawn_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("g.dot"), BOOK[2]).unwrap();
    dezero_in(folder.path(), &["render", "g.dot", "-o", "again.dot"]).success();
    dezero_in(folder.path(), &["render", "again.dot", "-o", "again.svg"]).success();
    let svg = fs::read_to_string(folder.path().join("again.svg")).unwrap();
    assert_eq!(count(&svg, "class=\"node\""), 3);
    assert!(svg.contains(">Exp</text>"));
}

#[test]
fn standard_input_becomes_svg_on_standard_output() {
    let svg = dezero_with_input(&["render", "-"], "graph { a -- b }").success();
    assert!(svg.starts_with("<svg "), "{svg}");
    assert_eq!(
        (
            count(&svg, "class=\"node\""),
            count(&svg, "class=\"arrow\"")
        ),
        (2, 0)
    );
}

#[test]
fn an_empty_graph_is_a_blank_picture() {
    let svg = dezero_with_input(&["render", "-"], "digraph {}").success();
    assert!(svg.starts_with("<svg ") && !svg.contains("<text"), "{svg}");
}

#[test]
fn what_is_not_dot_is_an_error_with_its_place_and_no_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("g.dot"), "digraph g {\n  x -> [\n}").unwrap();
    let error = dezero_in(folder.path(), &["render", "g.dot", "-o", "g.png"]).failure(1);
    insta::assert_snapshot!(error);
    assert!(!folder.path().join("g.png").exists());
}

#[test]
fn an_unknown_format_lists_those_that_exist() {
    let error = dezero(&["render", "g.dot", "-o", "g.jpg"]).failure(2);
    insta::assert_snapshot!(error);
}

#[test]
fn graphviz_that_is_missing_is_asked_for_by_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("g.dot"), BOOK[2]).unwrap();
    let without_path = |arguments: &[&str]| {
        let mut command = command(arguments);
        command.current_dir(folder.path()).env("PATH", "");
        finished(command)
    };
    let arguments = ["render", "g.dot", "-o", "g.png", "--engine", "dot"];
    let error = without_path(&arguments).failure(1);
    assert!(error.contains("install Graphviz"), "{error}");
    assert!(!folder.path().join("g.png").exists());
    // Nothing else needs it.
    without_path(&arguments[..4]).success();
}

fn drawn(folder: &Path, arguments: &[&str]) -> String {
    let all = [arguments, &["-o", "g.svg"]].concat();
    dezero_in(folder, &all).success();
    fs::read_to_string(folder.join("g.svg")).unwrap()
}

#[test]
fn a_graph_is_drawn_for_learners_or_as_in_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let tanh = ["graph", "tanh(x)", "--at", "x=1", "--order", "2"];
    let svg = drawn(folder.path(), &tanh);
    for part in [
        "<title>tanh(x), its 2nd derivative by x</title>",
        ">gx2 = -0.6397</text>",
        "<title>Tanh</title>",
        ">backward 2 (gives gx2)</text>",
        "stroke-dasharray",
        "class=\"legend\"",
    ] {
        assert!(svg.contains(part), "{part}");
    }
    let dark = drawn(folder.path(), &[&tanh[..], &["--theme", "dark"]].concat());
    assert!(dark.contains("#0f172a") && !dark.contains("#ffffff"));
    let book = drawn(
        folder.path(),
        &[&tanh[..], &["--style", "dezero", "--title", ""]].concat(),
    );
    assert!(book.contains("fill=\"orange\"") && book.contains(">Tanh</text>"));
    assert!(!book.contains("legend") && !book.contains("its 2nd"));
}

#[test]
fn gradients_are_shown_where_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let product = ["graph", "x*sin(y)", "--at", "x=3,y=0"];
    assert!(!drawn(folder.path(), &product).contains('∂'));
    let svg = drawn(folder.path(), &[&product[..], &["--gradients"]].concat());
    assert!(svg.contains(">∂ 3</text>"), "{svg}");
}

#[test]
fn a_large_graph_is_summarised_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let tanh = ["graph", "tanh(x)", "--at", "x=1", "--order", "9"];
    let svg = drawn(folder.path(), &tanh);
    assert!(svg.contains("A summary: ") && count(&svg, "class=\"node") < 60);
    let whole = drawn(folder.path(), &[&tanh[..], &["--whole"]].concat());
    assert!(!whole.contains("A summary: ") && count(&whole, "class=\"node") > 5_000);
}

#[test]
fn a_result_takes_no_name_of_a_variable() {
    let dot = dezero(&["graph", "x*y", "--at", "x=1,y=2"]).success();
    assert!(dot.starts_with("digraph g {\n1 [label=\"z\","), "{dot}");
    let dot = dezero(&["graph", "x*y*z", "--at", "x=1,y=2,z=3"]).success();
    assert!(dot.starts_with("digraph g {\n1 [label=\"f\","), "{dot}");
}

#[test]
fn standard_output_has_no_name() {
    let error = dezero(&["graph", "x", "--at", "x=1", "-o", "-"]).failure(2);
    assert!(error.contains("leave out --output"), "{error}");
}

#[test]
fn panels_are_for_two_variables() {
    let error = dezero(&[
        "minimize",
        "x^4 - 2*x^2",
        "--start",
        "x=2",
        "--compare",
        "gd,newton",
        "--side-by-side",
        "-o",
        "x.svg",
    ])
    .failure(2);
    assert!(error.contains("functions of two variables"), "{error}");
}
