//! What `compile` finds out about functions that are more than their record.

use std::sync::atomic::{AtomicU64, Ordering};

use dezero_compile::{Compile, compile};
use dezero_core::{Variable, no_grad};

#[test]
fn a_branch_on_a_value_is_found_and_its_line_named() {
    let x = Variable::new([0.5, 2.0]).named("x");
    let f = |x: &Variable| {
        if x.sum(..).item() > 0.0 {
            x.square()
        } else {
            x * 3.0
        }
    };
    let error = compile(f, &x).unwrap_err();
    assert!(error.is_record());
    let difference = error.difference().unwrap();
    assert_eq!((difference.output(), difference.reads().len()), (0, 1));
    assert_eq!(difference.inputs()[0].shape(), [2]);
    let text = error.to_string();
    assert!(
        text.contains("checks.rs:12") && text.contains("x = f64[2] ["),
        "{text}"
    );
    // Asked for no checks, it is compiled, and can be checked where one likes.
    let compiled = Compile::new().checks(0).compile(f, &x).unwrap();
    compiled.check(&Variable::new([1.0, 3.0])).unwrap();
    let error = compiled.check(&Variable::new([-1.0, -3.0])).unwrap_err();
    assert_eq!(error.difference().unwrap().index(), Some(&[0][..]));
}

#[test]
fn branches_on_a_truth_value_or_an_integer_are_found() {
    let x = Variable::new(1.5);
    let damped = |[x, damped]: &[Variable; 2]| {
        if damped.to_vec::<bool>()[0] {
            x.tanh()
        } else {
            x.exp()
        }
    };
    let power = |[x, n]: &[Variable; 2]| {
        let mut y = x.clone();
        for _ in 1..n.to_vec::<i64>()[0] {
            y *= x;
        }
        y
    };
    let above = |x: &Variable| {
        if x.greater(1.0).to_vec::<bool>()[0] {
            x.square()
        } else {
            -x
        }
    };
    for error in [
        compile(above, &x).unwrap_err(),
        compile(damped, [&x, &Variable::new(false)]).unwrap_err(),
        compile(power, [&x, &Variable::new(3_i64)]).unwrap_err(),
    ] {
        assert_eq!(error.difference().unwrap().reads().len(), 1, "{error}");
    }
    // An index stays in range, from either end.
    for at in [[0_i64, 1], [-1, -2]] {
        let table = Variable::new([2.0, 3.0]);
        let found = compile(|[x, at]| x.take(at, 0), [&table, &Variable::new(at)]).unwrap();
        found.check([&table, &Variable::new([0_i64, -1])]).unwrap();
    }
}

#[test]
fn values_that_leave_the_record_are_found() {
    type Read = (fn(&Variable) -> Variable, u32);
    let x = Variable::new(1.5);
    let detached: Read = (|x| x * x.square().detach(), line!());
    let unrecorded: Read = (|x| x * no_grad(|| x.square()), line!());
    let read: Read = (|x| x * x.square().item(), line!());
    for (f, line) in [detached, unrecorded, read] {
        let error = compile(f, &x).unwrap_err();
        let reads = error.difference().unwrap().reads();
        assert_eq!(
            reads.iter().map(|line| line.line()).collect::<Vec<_>>(),
            [line]
        );
    }
}

#[test]
fn random_numbers_are_found() {
    let state = AtomicU64::new(1);
    let f = |x: &Variable| {
        let noise = state.fetch_add(1, Ordering::Relaxed) as f64;
        x + noise
    };
    let error = compile(f, &Variable::new(1.0)).unwrap_err();
    assert!(error.difference().unwrap().reads().is_empty());
    assert!(error.to_string().contains("random"), "{error}");
}

#[test]
fn a_shape_that_depends_on_values_is_found() {
    let f = |x: &Variable| {
        let count = x.to_vec::<f64>().iter().filter(|x| **x > 0.0).count();
        x.get_item(..count)
    };
    let error = compile(f, &Variable::new([1.0, 2.0, 3.0, 0.1])).unwrap_err();
    assert_eq!(error.difference().unwrap().index(), None);
}

#[test]
fn choices_in_the_record_are_none_of_these() {
    let x = Variable::new([0.5, -2.0, 0.1]);
    compile(
        |x: &Variable| x.greater(0.0).where_(x.exp(), x.square()),
        &x,
    )
    .unwrap();
    compile(|x: &Variable| x.clip(-0.1, 0.3) + x.maximum(0.0), &x).unwrap();
    compile(|x: &Variable| x.take(x.argmax(..).reshape([1]), 0), &x).unwrap();
    // Reading a value is none, as long as nothing comes of it.
    compile(
        |x: &Variable| {
            let _ = x.sum(..).item();
            x.sin()
        },
        &x,
    )
    .unwrap();
}

#[test]
fn points_that_the_function_refuses_are_passed_over() {
    let f = |x: &Variable| {
        if x.item() < 1.0 {
            x.try_reshape([7])
        } else {
            Ok(x.sqrt())
        }
    };
    compile(f, &Variable::new(1.5)).unwrap();
    let inverse = compile(
        |x: &Variable| (x * 0.0).cholesky() + 1.0,
        &Variable::new([[1.0]]),
    );
    assert!(
        inverse
            .unwrap_err()
            .to_string()
            .contains("positive definite")
    );
    let refused = |x: &Variable| {
        if x.item() < 1.0 {
            x.reshape([7])
        } else {
            x.sqrt()
        }
    };
    compile(refused, &Variable::new(1.5)).unwrap();
}

#[test]
fn a_branch_around_what_fails_is_found() {
    let f = |x: &Variable| {
        if x.sum(..).item() > 0.0 {
            x.cholesky()
        } else {
            x.square()
        }
    };
    let error = compile(f, &Variable::new([[2.0, 0.5], [0.5, 1.0]])).unwrap_err();
    let difference = error
        .difference()
        .expect("the function gives a value there");
    assert_eq!((difference.index(), difference.reads().len()), (None, 1));
    let text = error.to_string();
    assert!(
        text.contains("an error (") && text.contains("f64[2, 2] called"),
        "{text}"
    );
}

#[test]
fn a_point_that_one_asks_for_is_not_passed_over() {
    let f = |x: &Variable| {
        if x.to_vec::<f64>()[0] < 0.0 {
            x.try_reshape([7])
        } else {
            x.try_sqrt()
        }
    };
    let compiled = compile(f, &Variable::new([1.5])).unwrap();
    compiled.check(&Variable::new([4.0])).unwrap();
    let error = compiled.check(&Variable::new([-4.0])).unwrap_err();
    assert!(
        error.is_computation() && error.difference().is_none(),
        "{error}"
    );
    assert!(error.to_string().contains("reshape"), "{error}");
}

#[test]
fn a_tolerance_is_relative() {
    let state = AtomicU64::new(0);
    let f = |x: &Variable| x * (1.0 + 1e-9 * state.fetch_add(1, Ordering::Relaxed) as f64);
    let x = Variable::new(3.0);
    assert!(compile(f, &x).is_err());
    Compile::new().tolerance(1e-6).compile(f, &x).unwrap();
}

#[test]
fn captured_variables_are_constants() {
    let c = Variable::new(2.0);
    let f = compile(|x: &Variable| x * &c, &Variable::new(1.0)).unwrap();
    c.set_data(5.0);
    assert_eq!(f.call(&Variable::new(3.0)).item(), 6.0);
}

#[test]
fn not_a_number_is_the_same_as_not_a_number() {
    compile(
        |x: &Variable| x.log().sqrt(),
        &Variable::new([-1.0, 0.5, 3.0]),
    )
    .unwrap();
}
