//! Programs as text and as graphs.

use std::fmt::Write;

use dezero_compile::Program;
use dezero_core::{Array, DType, Graph, Slice, Variable, grad, graph};

use crate::cases;
use crate::programs::variables;

/// All that a drawing is made of.
pub(crate) fn drawn(graph: &Graph) -> String {
    let mut text = String::new();
    for x in graph.variables() {
        _ = writeln!(
            text,
            "{} {:?} {:?} {:?} {:?} pass {} at {}",
            x.number,
            x.name,
            x.role,
            (x.value.shape(), x.value.to_vec::<f64>()),
            x.creator,
            x.pass,
            x.line.line()
        );
    }
    for f in graph.functions() {
        _ = writeln!(
            text,
            "{} {} {:?} to {:?} pass {} at {}",
            f.number,
            f.label(),
            f.inputs,
            f.outputs,
            f.pass,
            f.line.line()
        );
    }
    text + &format!(
        "{:?} {:?}",
        graph.edges().collect::<Vec<_>>(),
        graph.outputs()
    )
}

/// Without the lines of the inputs, which are made elsewhere.
fn assert_same(program: &Program, recorded: &Graph, name: &str) {
    let without_inputs = |text: String| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.contains("Leaf"));
        lines.map(str::to_owned).collect()
    };
    let graph = program.graph().unwrap();
    assert_eq!(
        without_inputs(drawn(&graph)),
        without_inputs(drawn(recorded)),
        "{name}"
    );
    let leaves = |graph: &Graph| -> Vec<(usize, Option<String>)> {
        let leaves = graph.variables().iter().filter(|x| x.creator.is_none());
        leaves.map(|x| (x.number, x.name.clone())).collect()
    };
    assert_eq!(leaves(&graph), leaves(recorded), "{name}");
}

#[test]
fn the_graph_of_a_program_is_that_of_the_record() {
    for case in cases::all() {
        if [
            "take",
            "put_add",
            "gather",
            "scatter_add",
            "gather_nd",
            "scatter_nd_add",
        ]
        .contains(&&*case.name)
        {
            continue; // variables that the function makes are constants to the program
        }
        let xs = variables(&case.point(1));
        for (i, x) in xs.iter().enumerate() {
            x.set_name(&format!("x{i}"));
        }
        let program = Program::record(|xs: &[Variable]| (case.apply)(xs), &xs[..]).unwrap();
        assert_same(&program, &graph(&(case.apply)(&xs)), &case.name);
    }
}

#[test]
fn the_graph_has_names_and_passes() {
    let f = |x: &Variable| {
        let y = (x.tanh().named("h") * x).named("y");
        let gx = grad(&y, &[x]).remove(0).named("gx");
        grad(&gx, &[x]).remove(0).named("gx2")
    };
    let x = Variable::new(1.0).named("x");
    let program = Program::record(f, &x).unwrap();
    assert_same(&program, &graph(&f(&x)), "second derivative");
    assert!(
        program
            .graph()
            .unwrap()
            .functions()
            .iter()
            .any(|f| f.pass == 2)
    );
}

/// Text without the places, which depend on this file.
fn text(program: &Program) -> String {
    let text = program.to_string();
    let line = |line: &str| {
        line.split("  # ")
            .next()
            .unwrap_or_default()
            .trim_end()
            .to_owned()
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn text_of_a_program() {
    let (x, w) = (
        Variable::new([[1.0, 2.0], [3.0, 4.0]]).named("x"),
        Variable::new([1.0_f32, 2.0]),
    );
    let table = Array::from((0..20).map(f64::from).collect::<Vec<_>>());
    let f = |[x, w]: &[Variable; 2]| {
        let h = (x.matmul(w.cast(DType::F64)) * 2.0).named("h");
        let part = h.get_item(Slice::step(.., -1)).powf(3.0).clip(-1.0, 10.0);
        let table = Variable::constant(table.clone()).get_item(3..5) + &part;
        [
            part.greater(0.5).where_(table, h).sum(0),
            x.sum(1).reshape([2, 1]),
            w * 2.0_f32,
        ]
    };
    let program = Program::record(f, [&x, &w]).unwrap();
    insta::assert_snapshot!(text(&program));
    let line = program.to_string().lines().nth(3).unwrap().to_owned();
    assert!(
        line.contains("  # crates/dezero-compile/tests/it/looks.rs:"),
        "{line}"
    );
}

#[test]
fn text_of_a_gradient() {
    let x = Variable::new(1.0).named("x");
    let program = Program::record(|x: &Variable| x.tanh().named("y"), &x).unwrap();
    let gradient = program.grad().unwrap();
    insta::assert_snapshot!(text(&gradient));
    assert!(gradient.to_string().contains(", pass 1"), "{gradient}");
    // The same each time.
    assert_eq!(program.grad().unwrap().to_string(), gradient.to_string());
}

#[test]
fn the_empty_program_has_text_too() {
    let program = Program::record(|x: &Variable| x.clone(), &Variable::new(1.0)).unwrap();
    assert!(program.is_empty());
    assert_eq!(
        text(&program),
        "Program: 1 input, 1 output, 0 operations\nv0: f64[] = input 0\noutput v0"
    );
}

#[test]
fn a_value_takes_one_line_whatever_its_name_and_its_shape() {
    let (x, w) = (
        Variable::new([1.0, 2.0]).named("x'\n"),
        Variable::constant([[0.5, 1.0], [2.0, 3.0]]),
    );
    let program = Program::record(|x: &Variable| (x * &w).named("\u{1b}[2J"), &x).unwrap();
    let text = program.to_string();
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.split("  #").next().unwrap().trim_end())
        .collect();
    assert_eq!(
        lines[1..],
        [
            "v0: f64[2] = input x'\\n",
            "v1: f64[2, 2] = constant [0.5, 1.0, 2.0, 3.0]",
            "v2 (\\u{1b}[2J): f64[2, 2] = mul v0 v1",
            "output v2"
        ]
    );
}
