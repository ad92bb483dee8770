//! The book's steps print what the book prints.

use std::path::PathBuf;
use std::process::Command;

/// What an example prints. Cargo builds the examples beside the tests.
fn run(example: &str) -> String {
    run_with(example, &[])
}

fn run_with(example: &str, arguments: &[&str]) -> String {
    let mut path: PathBuf = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples");
    path.push(format!("{example}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is missing: run the tests with `cargo test`, which builds the examples",
        path.display()
    );
    // What it writes goes where cargo keeps files of tests.
    let mut command = Command::new(path);
    let output = command
        .args(arguments)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A picture that an example wrote.
fn picture(name: &str) -> String {
    let path: PathBuf = [env!("CARGO_TARGET_TMPDIR"), "graphs", name]
        .iter()
        .collect();
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn step24_differentiates_functions_with_many_operations() {
    assert_eq!(
        run("step24"),
        "sphere: variable(2.0)\nvariable(2.0) variable(2.0)\n\
         matyas: variable(0.040000000000000036)\nvariable(0.040000000000000036) variable(0.040000000000000036)\n\
         Goldstein-Price: variable(1876.0)\nvariable(-5376.0) variable(8064.0)\n"
    );
}

#[test]
fn step26_prints_its_graph() {
    let expected = r#"digraph g {
1 [label="y", color=orange, style=filled]
2 [label="Add", color=lightblue, style=filled, shape=box]
3 -> 2
4 -> 2
2 -> 1
3 [label="x0", color=orange, style=filled]
4 [label="x1", color=orange, style=filled]
}
graphs/goldstein.png
"#;
    let expected = expected.replace("graphs/", &format!("graphs{}", std::path::MAIN_SEPARATOR));
    assert_eq!(run("step26"), expected);
    // The DOT is beside the picture.
    let dot = picture("goldstein.dot");
    assert!(dot.starts_with("digraph g {\n1 [label=\"z\","), "{dot}");
}

#[test]
fn step27_computes_the_sine_twice() {
    assert_eq!(
        run("step27"),
        "0.7071067811865475 0.7071067811865476\n\
         threshold 1e-4: 0.7071064695751781 0.7071032148228457, 4 terms\n\
         threshold 1e-150: 0.7071067811865475 0.7071067811865475, 47 terms\n\
         graphs/sin_taylor.svg\n"
    );
    assert!(picture("sin_taylor.svg").contains(">to order 9<"));
}

#[test]
fn step28_descends_as_the_book_does() {
    let text = run("step28");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1000);
    assert_eq!(lines[0], "variable(0.0) variable(2.0)");
    assert_eq!(lines[1], "variable(0.002) variable(1.6)");
    assert_eq!(lines[2], "variable(0.0052759968) variable(1.2800008)");
    assert_eq!(
        lines[3],
        "variable(0.009966698110960038) variable(1.0240062072284468)"
    );
    assert_eq!(
        lines[15],
        "variable(0.09502862514911821) variable(0.07526515092678615)"
    );
    assert_eq!(
        lines[992],
        "variable(0.6819443731033584) variable(0.46352927246942793)"
    );
    assert_eq!(
        lines[999],
        "variable(0.6834917840420289) variable(0.46565059996514135)"
    );
}

/// The iterates of Newton's method on x^4 - 2x^2 from 2.
const NEWTON: &str = "0 variable(2.0)
1 variable(1.4545454545454546)
2 variable(1.1510467893775467)
3 variable(1.0253259289766978)
4 variable(1.0009084519430513)
5 variable(1.0000012353089454)
6 variable(1.000000000002289)
7 variable(1.0)
8 variable(1.0)
9 variable(1.0)
";

#[test]
fn step29_and_step33_take_the_same_newton_steps() {
    assert_eq!(run("step29"), format!("{NEWTON}graphs/newton.svg\n"));
    assert!(picture("newton.svg").contains(">parabola at a point<"));
    assert_eq!(run("step33"), NEWTON);
}

#[test]
fn step34_prints_the_sine_and_its_derivatives_at_the_ends() {
    let text = run("step34");
    let at_the_ends: Vec<[f64; 2]> = text
        .lines()
        .filter(|line| line.contains(" at "))
        .map(|line| {
            let numbers = line.split_once(": ").unwrap().1;
            let (left, right) = numbers.split_once(" at -7, ").unwrap();
            [
                left.parse().unwrap(),
                right.strip_suffix(" at 7").unwrap().parse().unwrap(),
            ]
        })
        .collect();
    let (sin, cos) = 7.0_f64.sin_cos();
    let expected = [[-sin, sin], [cos, cos], [sin, -sin], [-cos, -cos]];
    for (got, expected) in at_the_ends.iter().flatten().zip(expected.iter().flatten()) {
        assert!((got - expected).abs() < 1e-15, "{text}");
    }
    assert_eq!(at_the_ends.len(), 4);
    assert!(text.ends_with("graphs/sin_derivatives.svg\n"), "{text}");
    assert!(picture("sin_derivatives.svg").contains(">y&apos;&apos;&apos;<"));
}

#[test]
fn step35_differentiates_tanh() {
    let text = run("step35");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "tanh: variable(0.7615941559557649) variable(0.41997434161402614) variable(0.41997434161402614)"
    );
    // Both derivatives are 1 - y^2.
    let numbers: Vec<f64> = lines[1]
        .split("variable(")
        .skip(1)
        .map(|part| part.split(')').next().unwrap().parse().unwrap())
        .collect();
    assert!((numbers[1] - numbers[2]).abs() < 1e-15, "{}", lines[1]);

    assert!(picture("tanh_4.html").starts_with("<!DOCTYPE html>"));
    assert!(picture("tanh_5.dot").starts_with("digraph g {\n1 [label=\"gx5\","));

    let orders: Vec<&str> = text.lines().filter(|line| line.starts_with("gx")).collect();
    assert!(orders[0].starts_with("gx1: variable(0.41997434161402614), "));
    assert!(orders[1].starts_with("gx2: variable(-0.6397000084492246), "));
    let most = [4, 9, 21, 51, 129, 339, 921, 2571];
    assert_eq!(orders.len(), most.len());
    for (line, most) in orders.iter().zip(most) {
        let count: usize = line
            .split(", ")
            .nth(1)
            .unwrap()
            .strip_suffix(" functions")
            .unwrap()
            .parse()
            .unwrap();
        assert!(count <= most, "{line}: at most {most}");
    }
}

#[test]
fn step36_differentiates_a_gradient() {
    assert_eq!(run("step36"), "variable(100.0)\n");
}

/// What stands behind a word in a line of its own.
fn told<'a>(output: &'a str, word: &str) -> &'a str {
    let told = output.lines().find_map(|line| line.strip_prefix(word));
    told.unwrap_or_else(|| panic!("{word} in {output}")).trim()
}

#[test]
fn pinn_solves_poissons_equation() {
    let output = run("pinn");
    let error: f64 = told(&output, "largest error:").parse().unwrap();
    assert!(error < 1e-3, "{output}");

    let anew = run_with("pinn", &["--no-compile"]);
    assert_eq!(told(&output, "last loss:"), told(&anew, "last loss:"));
}

#[test]
fn the_graph_of_a_loss_with_derivatives_is_drawn() {
    assert!(run("pinn_graph").starts_with("graphs/pinn_graph.svg: "));
    let svg = picture("pinn_graph.svg");
    assert!(svg.contains(">backward 2 (gives u_xx, u_yy)<"));
    assert!(svg.contains(">W3</text>"));
}
