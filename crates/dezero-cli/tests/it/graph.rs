//! `dezero graph`.

use std::fs;
use std::path::Path;

use crate::command::{dezero, dezero_in};

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn the_graph_of_a_formula() {
    let dot = dezero(&["graph", "x0 + x1", "--at", "x0=1,x1=1"]).success();
    insta::assert_snapshot!(dot);
}

#[test]
fn the_graph_of_a_second_derivative_with_shapes() {
    let dot = dezero(&["graph", "x^3", "--at", "x=2", "--order", "2", "--verbose"]).success();
    insta::assert_snapshot!(dot);
}

#[test]
fn derivatives_are_named_after_their_variable_and_order() {
    let dot = dezero(&[
        "graph", "x*sin(y)", "--at", "x=1,y=2", "--order", "2", "--wrt", "y",
    ])
    .success();
    assert!(dot.starts_with("digraph g {\n1 [label=\"gy2\","), "{dot}");
    let dot = dezero(&["graph", "a*b", "--at", "a=1,b=2"]).success();
    assert!(dot.starts_with("digraph g {\n1 [label=\"y\","), "{dot}");
}

/// The book's step 35 counts at most these functions in the derivatives of tanh.
#[test]
fn derivatives_of_tanh_are_as_small_as_in_the_book() {
    for (order, most) in [4, 9, 21, 51, 129, 339, 921, 2571].into_iter().enumerate() {
        let order = (order + 1).to_string();
        let dot = dezero(&["graph", "tanh(x)", "--at", "x=1", "--order", &order]).success();
        let functions = dot
            .lines()
            .filter(|line| line.contains("shape=box"))
            .count();
        assert!(
            (1..=most).contains(&functions),
            "order {order}: {functions} functions"
        );
    }
}

#[test]
fn a_file_gets_what_standard_output_would() {
    let directory = tempfile::tempdir().unwrap();
    let arguments = ["graph", "tanh(x)", "--at", "x=1", "--order", "2"];
    let printed = dezero(&arguments).success();
    for file in ["g.dot", "g.GV"] {
        let silent =
            dezero_in(directory.path(), &[&arguments[..], &["-o", file]].concat()).success();
        assert_eq!(silent, "");
        assert_eq!(
            fs::read_to_string(directory.path().join(file)).unwrap(),
            printed
        );
    }
    assert_eq!(names(directory.path()).len(), 2);
}

#[test]
fn a_file_is_replaced_and_a_link_stays_one() {
    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (
        directory.path().join("file.dot"),
        directory.path().join("link.dot"),
    );
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    dezero_in(
        directory.path(),
        &["graph", "x", "--at", "x=1", "-o", "link.dot"],
    )
    .success();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .starts_with("digraph g {")
    );
}

#[test]
fn what_fails_leaves_no_file_behind() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("directory.dot")).unwrap();
    let graph = |formula, at, file| {
        dezero_in(
            directory.path(),
            &["graph", formula, "--at", at, "--order", "1", "-o", file],
        )
    };
    for (code, run) in [
        (1, graph("x +", "x=1", "a.dot")),
        (2, graph("x", "y=1", "a.dot")),
        (2, graph("x", "x=1", "a.gif")),
        (1, graph("x", "x=1", "directory.dot")),
        (1, graph("x", "x=1", "missing/a.dot")),
    ] {
        assert!(run.failure(code).starts_with("error: "));
    }
    assert_eq!(names(directory.path()), ["directory.dot"]);
    assert!(names(&directory.path().join("directory.dot")).is_empty());
}
