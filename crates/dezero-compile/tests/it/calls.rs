//! Calls of compiled functions with variables.

use dezero_compile::{Compile, OtherShapes, compile};
use dezero_core::gradcheck::gradcheck;
use dezero_core::transforms::{derivatives, hessian, jacfwd, jvp};
use dezero_core::{DType, Variable, grad, graph, no_grad};

#[test]
fn every_form_of_a_point() {
    let (a, b) = (Variable::new(3.0), Variable::new(4.0));
    let hypot = compile(|[a, b]| (a.square() + b.square()).sqrt(), [&a, &b]).unwrap();
    assert_eq!(hypot.call([&a, &b]).item(), 5.0);
    assert_eq!(hypot.call(&[&b, &a]).item(), 5.0);
    assert_eq!(hypot.call(&[a.clone(), b.clone()]).item(), 5.0);
    let both = vec![a.clone(), b.clone()];
    let many = compile(|xs: &[Variable]| &xs[0] * &xs[1], &both).unwrap();
    assert_eq!(many.call(&both[..]).item(), 12.0);
    assert_eq!(many.call(&[&a, &b][..]).item(), 12.0);
    let [sum, product] = compile(|[a, b]| [a + b, a * b], [&a, &b])
        .unwrap()
        .call([&b, &b]);
    assert_eq!((sum.item(), product.item()), (8.0, 16.0));
    let fallible = compile(|x: &Variable| x.try_sqrt(), &a).unwrap();
    assert_eq!(fallible.call(&b).item(), 2.0);
}

#[test]
fn a_call_is_one_operation_and_differentiable_to_any_order() {
    let f = |x: &Variable| x.sin() * x.exp();
    let compiled = Compile::new()
        .named("wave")
        .compile(f, &Variable::new(1.0))
        .unwrap();
    let x = Variable::new(0.7);
    let y = compiled.call(&x);
    let graph = graph(&y);
    let labels: Vec<&str> = graph
        .functions()
        .iter()
        .map(dezero_core::GraphFunction::label)
        .collect();
    assert_eq!(labels, ["wave"]);
    let (mut ours, mut eager) = (y, f(&x));
    for _ in 0..4 {
        ours = grad(&ours, &[&x]).remove(0);
        eager = grad(&eager, &[&x]).remove(0);
        assert!(
            (ours.item() - eager.item()).abs() < 1e-13,
            "{ours} and {eager}"
        );
    }
    let forward = jacfwd(|x| compiled.call(x), &x);
    assert!((forward.item() - grad(&f(&x), &[&x])[0].item()).abs() < 1e-13);
    let series = derivatives(|x| compiled.call(x), &x, 5);
    for (ours, eager) in series.iter().zip(derivatives(f, &x, 5)) {
        assert!((ours.item() - eager.item()).abs() < 1e-12);
    }
    assert!((hessian(|x| compiled.call(x), &x).item() - hessian(f, &x).item()).abs() < 1e-13);
}

#[test]
fn derivatives_stand_on_the_line_of_the_call() {
    let f = compile(|x: &Variable| [x.sin(), x.exp()], &Variable::new(1.0)).unwrap();
    let x = Variable::new(0.7);
    let [mut y, _] = f.call(&x);
    let line = y.creator().unwrap().line();
    for _ in 0..3 {
        y = grad(&y, &[&x]).remove(0);
        assert_eq!(y.creator().unwrap().line(), line);
    }
    let (_, slope) = jvp(|x| f.call(x)[1].clone(), &x, &Variable::new(1.0));
    assert_eq!(slope.creator().unwrap().line().file(), file!());
}

#[test]
fn several_results_and_inputs_of_several_dtypes_are_differentiated() {
    let (x, w) = (Variable::new([0.3, -0.8]), Variable::new([1.5_f32, 0.5]));
    let at = Variable::new([1_i64, 0]);
    let f = |[x, w, at]: &[Variable; 3]| {
        let y = x.take(at, 0) * w;
        [y.sin(), y.greater(0.0), (x * w).sum(..)]
    };
    let compiled = compile(f, [&x, &w, &at]).unwrap();
    let loss = |[y, mask, z]: [Variable; 3]| (mask.where_(y.square(), y.exp()) * z).sum(..);
    let xs = [&x, &w];
    let (ours, eager) = (
        loss(compiled.call([&x, &w, &at])),
        loss(f(&[x.clone(), w.clone(), at.clone()])),
    );
    let (ours, eager) = (grad(&ours, &xs), grad(&eager, &xs));
    for (ours, eager) in ours.iter().zip(&eager) {
        assert_eq!(ours.dtype(), eager.dtype());
        assert!(
            ours.data().allclose(&eager.data(), 1e-6, 1e-7, false),
            "{ours} and {eager}"
        );
    }
    let sum = |gs: &[Variable]| gs[0].square().sum(..) + gs[1].square().sum(..).cast(DType::F64);
    let (ours, eager) = (grad(&sum(&ours), &xs), grad(&sum(&eager), &xs));
    for (ours, eager) in ours.iter().zip(&eager) {
        assert!(
            ours.data().allclose(&eager.data(), 1e-5, 1e-6, false),
            "{ours} and {eager}"
        );
    }
}

#[test]
fn derivatives_agree_with_differences() {
    let (a, b) = (
        Variable::new([[1.0, 0.2], [0.3, 2.0]]),
        Variable::new([0.5, -1.0]),
    );
    let compiled = compile(|[a, b]| a.solve(b).tanh(), [&a, &b]).unwrap();
    gradcheck(
        |xs: &[Variable]| compiled.call([&xs[0], &xs[1]]),
        &[&a, &b][..],
    )
    .unwrap();
}

#[test]
fn constants_give_constants_and_without_recording_nothing_is_recorded() {
    let f = compile(|x: &Variable| x.sin(), &Variable::new(1.0)).unwrap();
    assert!(f.call(&Variable::constant(2.0)).is_constant());
    let x = Variable::new(2.0);
    assert!(no_grad(|| f.call(&x)).creator().is_none());
    assert!(f.call(&x).creator().is_some());
}

#[test]
fn other_shapes_are_an_error_or_recorded_anew() {
    let x = Variable::new([1.0, 2.0]);
    let f = |x: &Variable| x.square().sum(..);
    let compiled = compile(f, &x.clone().named("x")).unwrap();
    let error = compiled
        .try_call(&Variable::new([1.0, 2.0, 3.0]))
        .unwrap_err();
    assert!(error.is_input());
    let text = error.to_string();
    assert!(
        text.contains("input 0 is f64[3]")
            && text.contains("x: f64[2]")
            && text.contains("OtherShapes::Record"),
        "{text}"
    );
    let sum = compile(|xs: &[Variable]| &xs[0] + &xs[1], &[&x, &x][..]).unwrap();
    let text = sum.try_call(&[&x][..]).unwrap_err().to_string();
    assert_eq!(
        text,
        "Program: 1 input, where it takes 2: x: f64[2], x: f64[2]; `Compile::on_other_shapes(OtherShapes::Record)` \
         records another by itself"
    );
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let counted = |x: &Variable| {
        calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        x.square().sum(..)
    };
    let compiled = Compile::new()
        .checks(0)
        .on_other_shapes(OtherShapes::Record)
        .programs(2)
        .compile(counted, &Variable::new([1.0, 2.0]))
        .unwrap();
    let call = |n: usize| {
        assert_eq!(compiled.call(&Variable::new(vec![1.0; n])).item(), n as f64);
        calls.load(std::sync::atomic::Ordering::Relaxed)
    };
    assert_eq!(
        [call(2), call(3), call(4), call(3), call(5)],
        [1, 2, 3, 3, 4]
    );
    assert_eq!(call(3), 4); // used last but one, and kept
    assert_eq!(call(4), 5); // gone
    assert_eq!(compiled.call(&Variable::new([2.0_f32])).dtype(), DType::F32);
}

#[test]
#[should_panic(expected = "input 0 is f64[3]")]
fn call_panics_where_try_call_gives_an_error() {
    let compiled = compile(|x: &Variable| x.sum(..), &Variable::new([1.0, 2.0])).unwrap();
    let _ = compiled.call(&Variable::new([1.0, 2.0, 3.0]));
}

#[test]
fn compiled_functions_compile_again() {
    let inner = compile(|x: &Variable| x.tanh(), &Variable::new(1.0)).unwrap();
    let outer = compile(|x: &Variable| inner.call(&(x * 2.0)), &Variable::new(1.0)).unwrap();
    let x = Variable::new(0.3);
    assert_eq!(outer.call(&x).item(), 0.6_f64.tanh());
    let gx = grad(&outer.call(&x), &[&x]).remove(0);
    assert!((gx.item() - 2.0 * (1.0 - 0.6_f64.tanh().powi(2))).abs() < 1e-15);
}
