//! From a formula's text through its derivative to the graph.

use dezero::expr::Formula;
use dezero::{Dot, Variable, detect_anomaly, dot_func, get_dot_graph, grad, live_nodes, try_grad};

#[test]
fn a_formula_gives_the_graph_that_the_same_code_gives() {
    let x = Variable::new(0.5).named("x");
    let written = (x.powf(2.0) * x.sin() + 1.0).named("y");
    let parsed = Formula::parse("x^2 * sin(x) + 1")
        .unwrap()
        .eval(&[&x])
        .unwrap()
        .named("y");
    assert_eq!(parsed.item(), written.item());
    assert_eq!(get_dot_graph(&parsed, true), get_dot_graph(&written, true));
}

#[test]
fn a_second_derivative_of_a_formula_is_drawn_with_every_edge() {
    let x = Variable::new(1.0).named("x");
    let y = Formula::parse("tanh(x)")
        .unwrap()
        .eval(&[&x])
        .unwrap()
        .named("y");
    let gx = grad(&y, &[&x]).remove(0).named("gx");
    let gx2 = grad(&gx, &[&x]).remove(0).named("gx2");
    insta::assert_snapshot!(get_dot_graph(&gx2, false));
}

#[test]
fn an_operation_with_several_inputs_shows_each() {
    let x = Variable::new([1.0, 2.0]).named("x");
    let y = x.greater(1.5).where_(&x, 0.0);
    let text = dot_func(&y.creator().unwrap());
    assert_eq!(text.matches(" -> 2\n").count(), 3, "{text}");
}

#[test]
fn the_nodes_of_a_formula_and_its_errors_have_the_line_of_its_user() {
    let x = Variable::new([1.0, 2.0]);
    let (narrow, wide) = (Variable::new(1.0), Variable::new([1.0, 2.0, 3.0]));
    let formula = Formula::parse("sin(x) + y").unwrap();
    let line = line!() + 1;
    let z = formula.eval(&[&x, &narrow]).unwrap();
    let creator = z.creator().unwrap();
    assert_eq!(creator.line().line(), line);
    assert!(creator.line().file().ends_with("together.rs"));

    let line = line!() + 1;
    let error = formula.eval(&[&x, &wide]).unwrap_err();
    assert_eq!(error.line().unwrap().line(), line);
}

#[test]
fn nothing_is_left_when_everything_is_dropped() {
    let before = live_nodes();
    {
        let formula = Formula::parse("exp(-x^2) * cos(3*x) / (1 + y^2)").unwrap();
        let (x, y) = (Variable::new(0.3), Variable::new(0.7));
        let mut z = formula.eval(&[&x, &y]).unwrap();
        for _ in 0..4 {
            z = grad(&z, &[&x]).remove(0);
        }
        assert!(live_nodes() > before + 100);
    }
    assert_eq!(live_nodes(), before);
}

#[test]
fn what_made_a_nan_is_drawn_with_what_is_around_it() {
    let x = Variable::new([4.0, 0.0]).named("x");
    let y = Formula::parse("sqrt(x)").unwrap().eval(&[&x]).unwrap();
    let error = detect_anomaly(|| try_grad(&y, &[&x])).unwrap_err();
    let dot = Dot::new(error.anomaly().unwrap().graph()).to_string();
    for label in ["Div", "Mul", "Sqrt", "x"] {
        assert!(dot.contains(&format!("label=\"{label}\"")), "{dot}");
    }
}
