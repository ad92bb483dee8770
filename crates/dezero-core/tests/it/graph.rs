//! The graph as data: order, numbers, roles, edges and passes, and how many functions derivatives
//! take.

use dezero_core::{
    Array, Backward, Function, Graph, Result, Role, Variable, grad, graph, graph_with_gradients,
};

fn labels(graph: &Graph) -> Vec<&str> {
    graph
        .functions()
        .iter()
        .map(dezero_core::GraphFunction::label)
        .collect()
}

/// The names of the variables in the order of the walk, numbers in brackets.
fn names(graph: &Graph) -> Vec<String> {
    let text =
        |v: &dezero_core::GraphVariable| v.name.clone().unwrap_or_else(|| format!("({})", v.value));
    graph.variables().iter().map(text).collect()
}

/// The walk of the book: the result, its function, the function's inputs; then the function found
/// last.
#[test]
fn the_order_is_that_of_a_walk_from_the_result() {
    let (x0, x1) = (
        Variable::new(2.0).named("x0"),
        Variable::new(3.0).named("x1"),
    );
    let a = x0.sin().named("a");
    let b = (&x1 * 4.0).named("b");
    let y = (&a + &b).named("y");
    let graph = graph(&y);
    assert_eq!(labels(&graph), ["Add", "Mul", "Sin"]);
    assert_eq!(names(&graph), ["y", "a", "b", "x1", "(4.0)", "x0"]);
    let numbers: Vec<usize> = graph.variables().iter().map(|v| v.number).collect();
    assert_eq!(numbers, [1, 3, 4, 6, 7, 9]);
    let numbers: Vec<usize> = graph.functions().iter().map(|f| f.number).collect();
    assert_eq!(numbers, [2, 5, 8]);
    let edges: Vec<(usize, usize)> = graph.edges().collect();
    assert_eq!(
        edges,
        [
            (3, 2),
            (4, 2),
            (2, 1),
            (6, 5),
            (7, 5),
            (5, 4),
            (9, 8),
            (8, 3)
        ]
    );
    assert_eq!(graph.outputs(), [0]);
}

#[test]
fn roles_values_lines_and_creators() {
    let (x, c) = (Variable::new(2.0), Variable::constant(5.0));
    let y = &x * &c;
    let line = line!() - 1;
    let graph = graph(&y);
    let [result, leaf, constant] = graph.variables() else {
        panic!("{graph:?}")
    };
    assert_eq!(
        (result.role, leaf.role, constant.role),
        (Role::Result, Role::Leaf, Role::Constant)
    );
    assert_eq!(
        (result.value.as_f64(), leaf.value.as_f64()),
        (Some(10.0), Some(2.0))
    );
    assert_eq!((result.creator, leaf.creator), (Some(0), None));
    assert_eq!((result.line.line(), leaf.line.line()), (line, line - 1));
    let [function] = graph.functions() else {
        panic!("{graph:?}")
    };
    assert_eq!(
        (&function.inputs[..], &function.outputs[..]),
        (&[1, 2][..], &[0][..])
    );
    assert_eq!((function.line.line(), function.pass), (line, 0));
}

#[test]
fn each_variable_and_each_function_stands_there_once() {
    let x = Variable::new(2.0);
    let a = x.square();
    let y = &a * &a + &a;
    let graph = graph(&y);
    assert_eq!(labels(&graph), ["Add", "Square", "Mul"]);
    assert_eq!(graph.variables().len(), 4);
    // An input that is used twice has two edges.
    let square = graph
        .functions()
        .iter()
        .find(|f| f.label() == "Mul")
        .unwrap();
    assert_eq!(square.inputs[0], square.inputs[1]);
    assert_eq!(graph.edges().count(), 8);
}

/// Edges stand in the order of the inputs, numbers are not shared between uses.
#[test]
fn inputs_keep_their_order() {
    let x = Variable::new(2.0).named("x");
    let y = 1.0 - (1.0 - &x);
    let graph = graph(&y);
    let outer = &graph.functions()[0];
    let inputs: Vec<Role> = outer
        .inputs
        .iter()
        .map(|&at| graph.variables()[at].role)
        .collect();
    assert_eq!(inputs, [Role::Constant, Role::Result]);
    assert_eq!(
        graph
            .variables()
            .iter()
            .filter(|v| v.role == Role::Constant)
            .count(),
        2
    );
}

#[test]
fn several_results_share_one_graph() {
    let x = Variable::new(2.0).named("x");
    let a = x.sin().named("a");
    let (y, z) = (a.exp().named("y"), a.cos().named("z"));
    let both = graph(&[&y, &z]);
    assert_eq!(names(&both), ["y", "z", "a", "x"]);
    assert_eq!(labels(&both), ["Cos", "Sin", "Exp"]);
    assert_eq!(both.outputs(), [0, 1]);
    assert_eq!(graph(&vec![y.clone(), z]).functions().len(), 3);
    assert_eq!(graph(&[&y, &a]).variables().len(), 3);
}

#[test]
fn a_leaf_and_a_result_cut_off_are_graphs_of_one_variable() {
    let x = Variable::new(2.0);
    let y = x.sin();
    assert_eq!(
        (graph(&x).variables().len(), graph(&x).functions().len()),
        (1, 0)
    );
    y.unchain();
    assert_eq!(
        (graph(&y).variables().len(), graph(&y).functions().len()),
        (1, 0)
    );
}

struct Both;

impl Function for Both {
    fn name(&self) -> &'static str {
        "Both"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![xs[0].clone(), xs[0].clone()])
    }

    fn backward(&self, _: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] + &gys[1]])
    }
}

#[test]
fn a_call_with_several_results_is_one_function() {
    let x = Variable::new(2.0);
    let ys = Both.call_many(&[&x]);
    let y = &ys[0] * &ys[1];
    let graph = graph(&y);
    assert_eq!(labels(&graph), ["Mul", "Both"]);
    assert_eq!(
        (
            graph.functions()[1].inputs.len(),
            graph.functions()[1].outputs.len()
        ),
        (1, 2)
    );
    assert_eq!(graph.variables().len(), 4);
}

#[test]
fn passes_tell_the_derivatives_apart() {
    let x = Variable::new(1.0).named("x");
    let y = x.log();
    let gx = grad(&y, &[&x]).remove(0);
    let gx2 = grad(&gx, &[&x]).remove(0);
    let of = |y: &Variable| {
        let mut passes: Vec<usize> = graph(y).functions().iter().map(|f| f.pass).collect();
        passes.sort_unstable();
        passes.dedup();
        passes
    };
    // 1 / x, then -(1 / x) / x: the first derivative is part of the second.
    assert_eq!((of(&y), of(&gx), of(&gx2)), (vec![0], vec![1], vec![1, 2]));
    // What the user makes of a derivative is the user's again.
    assert_eq!((&gx2 * 2.0).creator().unwrap().pass(), 0);
    // Lines are those of what is differentiated.
    let line = y.creator().unwrap().line().line();
    assert!(
        graph(&gx2)
            .functions()
            .iter()
            .all(|f| f.line.line() == line)
    );
}

/// The same program gives the same graph, whatever was computed before it.
#[test]
fn the_graph_depends_on_the_program_alone() {
    let text = || {
        let x = Variable::new(1.0).named("x");
        let y = (x.sin() * x.exp() + &x).tanh();
        let graph = graph(&grad(&y, &[&x])[0]);
        let functions: Vec<String> = graph
            .functions()
            .iter()
            .map(|f| format!("{:?}{:?}{:?}{}", f.op, f.inputs, f.outputs, f.number))
            .collect();
        format!(
            "{functions:?}{:?}{:?}",
            names(&graph),
            graph.edges().collect::<Vec<_>>()
        )
    };
    let first = text();
    let _unrelated: Vec<Variable> = (0..10_000)
        .map(|i| Variable::new(f64::from(i)).sin())
        .collect();
    assert_eq!(text(), first);
    assert_eq!(std::thread::spawn(text).join().unwrap(), first);
}

#[test]
fn a_million_functions() {
    let n = 1_000_000;
    let x = Variable::new(0.5);
    let y = (0..n / 2).fold(x.clone(), |y, _| (y + &x).sin());
    let graph = graph(&y);
    assert_eq!(
        (graph.functions().len(), graph.variables().len()),
        (n, n + 1)
    );
    assert_eq!(graph.edges().count(), 5 * n / 2);
}

/// Step 35 of the book: the graphs of the derivatives of tanh.
#[test]
fn derivatives_of_tanh_take_few_functions() {
    let x = Variable::new(1.0);
    let mut gx = x.tanh();
    let mut values = vec![gx.item()];
    for most in [4, 9, 21, 51, 129, 339, 921, 2571] {
        gx = grad(&gx, &[&x]).remove(0);
        values.push(gx.item());
        let functions = graph(&gx).functions().len();
        assert!(functions <= most, "{functions} functions where {most} do");
    }
    assert_eq!(
        &values[..3],
        [
            0.761_594_155_955_764_9,
            0.419_974_341_614_026_14,
            -0.639_700_008_449_224_6
        ]
    );
}

/// Step 33: Newton's method with the second derivative by double backprop.
#[test]
fn newtons_method_takes_the_steps_of_the_book() {
    let x = Variable::new(2.0);
    let steps = [
        2.0,
        1.454_545_454_545_454_6,
        1.151_046_789_377_546_7,
        1.025_325_928_976_697_8,
        1.000_908_451_943_051_3,
        1.000_001_235_308_945_4,
        1.000_000_000_002_289,
        1.0,
    ];
    for expected in steps {
        assert_eq!(x.item(), expected);
        let y = x.powf(4.0) - 2.0 * x.powf(2.0);
        x.cleargrad();
        y.backward_with(Backward::new().create_graph());
        let gx = x.grad().unwrap();
        x.cleargrad();
        gx.backward();
        x.set_data(x.item() - gx.item() / x.grad().unwrap().item());
    }
}

/// Step 28: the minimum of Rosenbrock's function by gradient descent, in NumPy's rounding.
#[test]
fn gradient_descent_takes_the_path_of_the_book() {
    let (x0, x1) = (Variable::new(0.0), Variable::new(2.0));
    let mut lines = Vec::new();
    for _ in 0..1000 {
        lines.push(format!("{x0} {x1}"));
        let y = 100.0 * (&x1 - x0.powf(2.0)).powf(2.0) + (&x0 - 1.0).powf(2.0);
        x0.cleargrad();
        x1.cleargrad();
        y.backward();
        for x in [&x0, &x1] {
            x.set_data(x.item() - 0.001 * x.grad().unwrap().item());
        }
    }
    assert_eq!(
        lines[..2],
        [
            "variable(0.0) variable(2.0)",
            "variable(0.002) variable(1.6)"
        ]
    );
    assert_eq!(
        lines[999],
        "variable(0.6834917840420289) variable(0.46565059996514135)"
    );
}

#[test]
fn a_graph_shows_the_gradients_that_variables_hold() {
    let x = Variable::new(0.5).named("x");
    let a = x.sin();
    let y = a.square() * &x;
    assert!(graph(&y).variables().iter().all(|v| v.gradient.is_none()));
    y.backward();
    let graph = graph(&y);
    let with: Vec<_> = graph
        .variables()
        .iter()
        .filter_map(|v| Some((v.name.clone(), v.gradient.as_ref()?.item::<f64>().ok()?)))
        .collect();
    assert_eq!(with, [(Some("x".into()), x.grad().unwrap().item())]);
}

#[test]
fn a_graph_with_gradients_has_one_for_each_variable_and_leaves_none() {
    let (x, c) = (
        Variable::new([0.5, 2.0]).named("x"),
        Variable::constant(3.0),
    );
    let a = (&x * &c).named("a");
    let y = (a.square() + &x).named("y");
    let z = (&a * 2.0).named("z");
    let graph = graph_with_gradients(&[&y, &z]).unwrap();
    assert!(x.grad().is_none() && a.grad().is_none());
    let gradient = |name: &str| {
        let mut variables = graph.variables().iter();
        let variable = variables.find(|v| v.name.as_deref() == Some(name)).unwrap();
        variable.gradient.as_ref().unwrap().to_vec::<f64>()
    };
    // y + z = (3 x)^2 + x + 6 x, with a = 3 x.
    assert_eq!(gradient("y"), [1.0, 1.0]);
    assert_eq!(gradient("z"), [1.0, 1.0]);
    assert_eq!(gradient("a"), [2.0 * 1.5 + 2.0, 2.0 * 6.0 + 2.0]);
    assert_eq!(gradient("x"), [18.0 * 0.5 + 7.0, 18.0 * 2.0 + 7.0]);
    let constants = graph
        .variables()
        .iter()
        .filter(|v| v.role == Role::Constant);
    assert!(constants.into_iter().all(|v| v.gradient.is_none()));
    let unnamed = graph.variables().iter().filter(|v| v.role == Role::Result);
    assert!(unnamed.into_iter().all(|v| v.gradient.is_some()));
}

#[test]
fn a_graph_of_constants_has_no_gradients() {
    let (x, c) = (Variable::new(2.0), Variable::constant(3.0));
    let y = c.exp();
    let graph = graph_with_gradients(&[&y, &x.square()]).unwrap();
    let of_role = |role| graph.variables().iter().filter(move |v| v.role == role);
    assert!(of_role(Role::Constant).all(|v| v.gradient.is_none()));
    assert!(of_role(Role::Leaf).all(|v| v.gradient.is_some()));
}
