//! Looking for the operation that makes the first NaN or infinity.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dezero_core::transforms::{hessian, jvp, try_hessian, try_jvp, try_taylor};
use dezero_core::{
    Array, Backward, DetectAnomaly, Error, Function, Graph, GraphFunction, Result, Variable,
    detect_anomaly, grad, live_nodes, no_grad, try_grad,
};

fn found(f: impl FnOnce() -> Result<Variable>) -> Error {
    let error = detect_anomaly(f).unwrap_err();
    assert!(error.is_anomaly(), "{error}");
    error
}

fn labels(graph: &Graph) -> Vec<&str> {
    let functions = graph.functions().iter();
    functions.map(GraphFunction::label).collect()
}

fn label(error: &Error) -> &str {
    error.anomaly().unwrap().label()
}

#[test]
fn forward_operations_are_named() {
    let zero = Variable::new(0.0);
    assert_eq!(label(&found(|| Variable::new(-1.0).try_log())), "Log");
    assert_eq!(label(&found(|| Variable::new(1.0).try_div(&zero))), "Div");
    assert_eq!(
        label(&found(|| Variable::new([1.0, 1000.0]).try_exp())),
        "Exp"
    );
    assert_eq!(label(&found(|| Variable::new(100.0_f32).try_exp())), "Exp");
    let huge = Variable::new([[1e200, 1e200]]);
    assert_eq!(
        label(&found(|| huge.try_matmul(huge.transpose()))),
        "MatMul"
    );
    let one_line = line!() + 1;
    let error = found(|| Variable::new([1.0, -1.0]).named("x").try_sqrt());
    let anomaly = error.anomaly().unwrap();
    assert_eq!((anomaly.line().line(), anomaly.pass()), (one_line, 0));
    assert_eq!(anomaly.inputs()[0].name.as_deref(), Some("x"));
    assert_eq!(anomaly.inputs()[0].range, Some((-1.0, 1.0)));
    assert!(anomaly.output().to_vec::<f64>()[1].is_nan());
    assert_eq!(anomaly.differentiated(), None);
}

#[test]
fn what_was_not_finite_before_is_nobodys_fault() {
    let x = Variable::new([f64::NAN, f64::INFINITY, 1.0]);
    let y = detect_anomaly(|| (&x * 2.0).sin().sum(..));
    assert!(y.item().is_nan());
    let i = Variable::new([1_i64, 2]);
    assert_eq!(detect_anomaly(|| &i * &i).to_vec::<i64>(), [1, 4]);
}

#[test]
fn operators_panic_with_the_text_and_leave_nothing_behind() {
    let before = live_nodes();
    let text = catch_unwind(|| detect_anomaly(|| 1.0 / Variable::new(0.0))).unwrap_err();
    let text = text.downcast_ref::<String>().unwrap();
    assert!(
        text.starts_with("Div made infinity of finite numbers"),
        "{text}"
    );
    // The mode is off again, also after a panic.
    assert!((1.0 / Variable::new(0.0)).item().is_infinite());
    let outer = DetectAnomaly::new();
    let inner = DetectAnomaly::new();
    drop(outer);
    assert!(Variable::new(-1.0).try_sqrt().is_err());
    drop(inner);
    assert!(Variable::new(-1.0).try_sqrt().is_ok());
    assert_eq!(live_nodes(), before);
}

#[test]
fn derivative_rules_are_named_with_what_they_differentiate() {
    for values in [Array::from(0.0), Array::from([0.0, 4.0])] {
        let x = Variable::new(values);
        let y = x.sqrt().sum(..);
        let error = detect_anomaly(|| y.try_backward(Backward::new())).unwrap_err();
        let anomaly = error.anomaly().unwrap();
        assert_eq!(
            (label(&error), anomaly.differentiated()),
            ("Div", Some("Sqrt"))
        );
        assert_eq!(anomaly.pass(), 1);
        assert!(x.grad().is_none());
        // Without the mode it goes through.
        y.backward();
        assert!(x.grad().unwrap().to_vec::<f64>()[0].is_infinite());
        // And with it, where nothing is wrong.
        let z = (&x + 1.0).sqrt().sum(..);
        x.cleargrad();
        detect_anomaly(|| z.backward());
        assert_eq!(x.grad().unwrap().to_vec::<f64>()[0], 0.5);
    }
}

#[test]
fn the_second_pass_may_be_the_first_to_fail() {
    // x^1.5 has a first derivative at 0, and no second one.
    let x = Variable::new(0.0);
    let y = x.powf(1.5);
    let gx = detect_anomaly(|| grad(&y, &[&x]).remove(0));
    assert_eq!(gx.item(), 0.0);
    let error = found(|| try_grad(&gx, &[&x]).map(|mut g| g.remove(0)));
    let anomaly = error.anomaly().unwrap();
    assert_eq!((label(&error), anomaly.pass()), ("Pow", 2));
}

#[test]
fn sums_of_cotangents_are_looked_at() {
    let x = Variable::new(1.0);
    let y = &x * 1e308 + &x * 1e308;
    let error = detect_anomaly(|| y.try_backward(Backward::new())).unwrap_err();
    assert_eq!(label(&error), "Add");
}

#[test]
fn forward_modes_stop_too() {
    let x = Variable::new(0.0);
    let f = |x: &Variable| x.sqrt();
    assert!(
        detect_anomaly(|| try_jvp(f, &x, &Variable::new(1.0)))
            .unwrap_err()
            .is_anomaly()
    );
    assert!(
        detect_anomaly(|| try_taylor(f, 0.0, 2))
            .unwrap_err()
            .is_anomaly()
    );
    let g = |x: &Variable| x.powf(1.5).sum(..);
    let x = Variable::new([1.0, 0.0]);
    assert!(
        detect_anomaly(|| try_hessian(g, &x))
            .unwrap_err()
            .is_anomaly()
    );
    // Afterwards everything works.
    assert_eq!(
        hessian(|x| x.square().sum(..), &x).to_vec::<f64>(),
        [2.0, 0.0, 0.0, 2.0]
    );
    assert_eq!(
        detect_anomaly(|| jvp(|x| x.sin(), &x, &x))
            .1
            .to_vec::<f64>()[1],
        0.0
    );
}

#[test]
fn the_branch_that_where_does_not_take_is_explained() {
    let x = Variable::new([4.0, 0.0]).named("x");
    let y = x.greater(0.0).where_(x.sqrt(), 0.0).sum(..);
    let error = detect_anomaly(|| y.try_backward(Backward::new())).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("where_(&x, 1.0).sqrt()"), "{text}");
    // The same without a `where`, and with the cure.
    let error = detect_anomaly(|| (x.sqrt() * 0.0).sum(..).try_backward(Backward::new()));
    assert!(!error.unwrap_err().to_string().contains("where_"));
    let positive = x.greater(0.0);
    let y = positive
        .where_(positive.where_(&x, 1.0).sqrt(), 0.0)
        .sum(..);
    detect_anomaly(|| y.backward());
    assert_eq!(x.grad().unwrap().to_vec::<f64>(), [0.25, 0.0]);
}

/// 1 / x, with a rule that divides by zero later than the function.
struct Inverse;

impl Function for Inverse {
    fn name(&self) -> &'static str {
        "Inverse"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![
            xs[0].map_float(|x| 1.0 / (x + 1.0), |x| 1.0 / (x + 1.0)),
        ])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![gys[0].try_div(&xs[0])?])
    }
}

#[test]
fn users_functions_are_looked_at_in_both_directions() {
    let x = Variable::new(-1.0);
    assert_eq!(
        label(&found(|| Inverse.try_call(&[&x]).map(|mut y| y.remove(0)))),
        "Inverse"
    );
    let x = Variable::new(0.0);
    let y = Inverse.call(&[&x]);
    let error = detect_anomaly(|| y.try_backward(Backward::new())).unwrap_err();
    assert_eq!(label(&error), "Div");
    let error = found(|| try_grad(&y, &[&x]).map(|mut g| g.remove(0)));
    assert_eq!(label(&error), "Div");
}

/// The book's way, with raw values in the derivative.
struct RawSin;

impl Function for RawSin {
    fn name(&self) -> &'static str {
        "RawSin"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![xs[0].map_float(f64::sin, f32::sin)])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] * xs[0].data().map_float(f64::cos, f32::cos)])
    }
}

#[test]
fn raw_reads_in_a_recorded_backward_are_errors() {
    let x = Variable::new(1.0);
    let y = RawSin.call(&[&x]);
    let error = detect_anomaly(|| try_grad(&y, &[&x])).unwrap_err();
    assert!(
        error.is_function() && error.to_string().contains("detach()"),
        "{error}"
    );
    // Not recorded, it is right.
    detect_anomaly(|| y.backward());
    assert_eq!(x.grad().unwrap().item(), 1_f64.cos());
}

#[test]
fn the_graph_around_it_can_be_drawn() {
    let x = Variable::new(0.0).named("x");
    let deep = (0..10).fold(x.clone(), |x, _| x.sin());
    let error = found(|| deep.exp().try_sub(1.0)?.try_log());
    let graph = error.anomaly().unwrap().graph();
    assert_eq!(labels(graph), ["Log", "Sub", "Exp"]);
    assert_eq!(graph.variables()[graph.outputs()[0]].creator, Some(0));
    let numbers = graph
        .variables()
        .iter()
        .map(|v| v.number)
        .chain(graph.functions().iter().map(|f| f.number));
    let mut numbers: Vec<usize> = numbers.collect();
    numbers.sort_unstable();
    assert!(numbers.iter().copied().eq(1..=numbers.len()));
    assert!(graph.edges().count() >= 6);
}

#[test]
fn nothing_leaks_and_no_grad_is_looked_at() {
    let before = live_nodes();
    {
        let x = Variable::new(0.0);
        let y = x.sqrt();
        let error = detect_anomaly(|| y.try_backward(Backward::new())).unwrap_err();
        assert!(no_grad(|| detect_anomaly(|| Variable::new(-1.0).try_log())).is_err());
        drop((x, y));
        assert!(!error.to_string().is_empty());
    }
    assert_eq!(live_nodes(), before);
}

#[test]
fn texts() {
    let x = Variable::new([[4.0, 0.0], [1.0, 9.0]]).named("x");
    let untaken = x.greater(0.0).where_(x.sqrt(), 0.0).sum(..);
    let errors = [
        found(|| Variable::new(-2.0).try_log()),
        found(|| (&x - 4.0).try_sqrt()),
        detect_anomaly(|| x.sqrt().sum(..).try_backward(Backward::new())).unwrap_err(),
        detect_anomaly(|| untaken.try_backward(Backward::new())).unwrap_err(),
    ];
    let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("texts_of_anomalies", texts.join("\n\n"));
}

#[test]
fn a_find_in_a_recorded_derivative_has_the_differentiated_operation_in_its_graph() {
    let x = Variable::new([4.0, 0.0]).named("x");
    let y = x.sqrt();
    let error = detect_anomaly(|| try_grad(&y, &[&x])).unwrap_err();
    let graph = error.anomaly().unwrap().graph();
    assert_eq!(labels(graph), ["Div", "Mul", "Sqrt"]);
    assert!(
        graph
            .variables()
            .iter()
            .any(|v| v.name.as_deref() == Some("x"))
    );
}

/// A user's function: the identity, with this derivative.
struct Identity(&'static str, fn(&Variable, &Variable) -> Result<Variable>);

impl Function for Identity {
    fn name(&self) -> &str {
        self.0
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(xs.to_vec())
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![(self.1)(&xs[0], &gys[0])?])
    }
}

#[test]
fn what_a_users_backward_differentiates_is_named() {
    let x = Variable::new(0.0);
    let y = Inverse.call(&[&x]);
    let error = detect_anomaly(|| y.try_backward(Backward::new())).unwrap_err();
    let anomaly = error.anomaly().unwrap();
    assert_eq!(
        (anomaly.pass(), anomaly.differentiated()),
        (1, Some("Inverse"))
    );
    assert!(
        error.to_string().contains("from the derivative of Inverse"),
        "{error}"
    );
}

/// A raw read is the error of the function that made it, and of that call.
#[test]
fn raw_reads_are_blamed_on_their_own_function() {
    let x = Variable::new(1.0);
    let innocent = || Identity("Innocent", |_, gy| Ok(gy * 1.0)).call(&[&x]);
    let fails = Identity("Fails", |x, _| {
        Err(Error::function("Fails", format!("at {}", x.item())))
    });
    let y = fails.call(&[&x]);
    assert!(detect_anomaly(|| try_grad(&y, &[&x])).is_err());
    assert!(innocent().try_backward(Backward::new()).is_ok());
    let panics = Identity("Panics", |x, _| panic!("at {}", x.item()));
    let y = panics.call(&[&x]);
    let panicked = AssertUnwindSafe(|| detect_anomaly(|| try_grad(&y, &[&x]).is_ok()));
    assert!(catch_unwind(panicked).is_err());
    assert!(innocent().try_backward(Backward::new()).is_ok());

    let outer = Identity("Outer", |x, gy| {
        let read = x.item();
        let y = Identity("Inner", |_, gy| Ok(gy * 1.0)).call(&[x]);
        Ok(gy * read * try_grad(&y, &[x])?.remove(0))
    });
    let y = outer.call(&[&x]);
    let error = detect_anomaly(|| try_grad(&y, &[&x])).unwrap_err();
    assert!(error.to_string().contains("`Outer`"), "{error}");
}

#[test]
fn differentiating_in_a_recorded_backward_is_no_raw_read() {
    let x = Variable::new(1.0);
    let nested = Identity("Nested", |x, gy| {
        Ok(gy * try_grad(&x.sin(), &[x])?.remove(0))
    });
    let y = nested.call(&[&x]);
    let gx = detect_anomaly(|| try_grad(&y, &[&x])).unwrap().remove(0);
    assert_eq!(gx.item(), 1_f64.cos());
}

#[test]
fn guards_may_come_and_go_inside_other_settings() {
    let guard = dezero_core::enable_grad(DetectAnomaly::new);
    assert!(Variable::new(0.0).try_log().is_err());
    dezero_core::enable_grad(move || drop(guard));
    assert!(Variable::new(0.0).try_log().is_ok());
}

/// What arrives at a leaf with hooks is added to its gradient after the sweep.
#[test]
fn sums_of_gradients_are_looked_at_behind_hooks_too() {
    let x = Variable::new(1.0);
    x.register_hook(|_| None);
    x.set_grad(Some(Variable::new(1.7e308)));
    let y = &x * 1.7e308;
    let error = detect_anomaly(|| y.try_backward(Backward::new())).unwrap_err();
    assert_eq!(label(&error), "Add");
}
