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

#[test]
fn a_simplified_graph_is_drawn_beside_the_recorded_one() {
    let directory = tempfile::tempdir().unwrap();
    let tanh = |order: &str, simplify: &str, more: &[&str]| {
        let arguments = [
            &[
                "graph", "tanh(x)", "--at", "x=1", "--order", order, simplify,
            ][..],
            more,
        ];
        dezero_in(directory.path(), &arguments.concat()).success()
    };
    let read = |file: &str| fs::read_to_string(directory.path().join(file)).unwrap();

    let told = tanh("3", "--simplify=reals", &["-o", "g.svg"]);
    insta::assert_snapshot!(told);
    let svg = read("g.svg");
    assert_eq!(svg.matches("<svg ").count(), 3);
    for title in [
        "tanh(x), its 3rd derivative by x: 19 functions",
        "Simplified: 6 functions",
    ] {
        assert!(svg.contains(&format!(">{title}</text>")), "{title}");
    }

    // In the dark, the book's style has a paper of its own, and no other lies between.
    tanh(
        "2",
        "--simplify",
        &["--style", "dezero", "--theme", "dark", "-o", "g.svg"],
    );
    let svg = read("g.svg");
    let papers = svg.split("class=\"paper\"").skip(1);
    let papers: Vec<&str> = papers
        .map(|rest| rest.split("/>").next().unwrap())
        .collect();
    assert_eq!(papers.len(), 3);
    assert!(papers.iter().all(|paper| *paper == papers[0]), "{papers:?}");

    // A page and DOT have one graph.
    tanh("3", "--simplify=finite", &["-o", "g.html"]);
    assert!(read("g.html").contains("<title>tanh(x), its 3rd derivative by x: 19 -&gt; "));
    let dot = tanh("2", "--simplify=exact", &[]);
    assert!(
        dot.starts_with("// simplified: 7 -> 6 functions\ndigraph g {\n"),
        "{dot}"
    );
    assert_eq!(dot.matches("shape=box").count(), 6);
}

/// `CasADi` keeps 8,256 operations of the tenth derivative.
#[test]
fn the_tenth_derivative_of_tanh_becomes_short() {
    let directory = tempfile::tempdir().unwrap();
    for (simplify, most) in [("--simplify", 6000), ("--simplify=reals", 700)] {
        let arguments = [
            "graph", "tanh(x)", "--at", "x=1", "--order", "10", simplify, "-o", "g.svg",
        ];
        let told = dezero_in(directory.path(), &arguments).success();
        let (before, after) = told.split_once(" -> ").unwrap();
        assert_eq!(before, "21,217");
        let after = after.split_once(" functions").unwrap().0.replace(',', "");
        assert!(after.parse::<usize>().unwrap() < most, "{told}");
        let svg = fs::read_to_string(directory.path().join("g.svg")).unwrap();
        assert_eq!(svg.matches(">A summary: ").count(), 2);
    }
}

#[test]
fn what_cannot_be_simplified_is_told() {
    let constant = dezero(&["graph", "x^2", "--at", "x=1", "--order", "3", "--simplify"]);
    assert_eq!(
        constant.failure(1),
        "error: --simplify: the result is a constant, and there is nothing to simplify\n"
    );
    // Nothing is left out of a variable, and what fails fails as ever.
    let dot = dezero(&["graph", "x", "--at", "x=1", "--simplify"]).success();
    assert!(
        dot.starts_with("// simplified: 0 -> 0 functions\n"),
        "{dot}"
    );
    let plain = ["graph", "x^2", "--at", "x=1", "--order", "60000"];
    let simplified = [&plain[..], &["--simplify"]].concat();
    assert_eq!(dezero(&plain).failure(1), dezero(&simplified).failure(1));
    for wrong in [&["--simplify=much"][..], &["--simplify", "--gradients"]] {
        let arguments = [&["graph", "x^2", "--at", "x=1"], wrong].concat();
        assert!(dezero(&arguments).failure(2).starts_with("error: "));
    }
}
