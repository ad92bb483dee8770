//! What `backward` and `grad` promise: where gradients arrive, how they accumulate, what cuts them
//! off, and that nothing stays behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dezero_core::{
    Array, Backward, DType, Function, Result, Unused, Variable, enable_grad, grad, grad_with,
    is_recording, live_nodes, no_grad,
};

use crate::differences::agree;

fn gradient(x: &Variable) -> f64 {
    x.grad().expect("a gradient").item()
}

#[test]
fn gradients_accumulate_until_cleared() {
    let x = Variable::new(3.0);
    let y = &x * &x;
    y.backward();
    y.backward();
    assert_eq!(gradient(&x), 12.0);
    (&x * 2.0).backward();
    assert_eq!(gradient(&x), 14.0);
    x.cleargrad();
    assert!(x.grad().is_none());
    y.backward();
    assert_eq!(gradient(&x), 6.0);
}

#[test]
fn a_variable_used_twice_gets_both_parts() {
    let x = Variable::new(3.0);
    (&x + &x + &x * &x).backward();
    assert_eq!(gradient(&x), 8.0);
    // The diamond: what lies above is finished before what lies below.
    let x = Variable::new(2.0);
    let a = x.square();
    (a.square() + a.square()).backward();
    assert_eq!(gradient(&x), 64.0);
}

#[test]
fn a_leaf_is_its_own_derivative() {
    for value in [Array::from(2.0), Array::from([1.0, 2.0])] {
        let x = Variable::new(value);
        x.backward();
        x.backward();
        assert_eq!(x.grad().unwrap().to_vec::<f64>(), vec![2.0; x.size()]);
        assert_eq!(grad(&x, &[&x])[0].to_vec::<f64>(), vec![1.0; x.size()]);
    }
}

#[test]
fn results_without_a_record_are_leaves() {
    let x = Variable::new(3.0);
    let y = no_grad(|| &x * &x);
    assert!(y.creator().is_none());
    (&y * 2.0).backward();
    assert!(x.grad().is_none());
    assert_eq!(gradient(&y), 2.0);
    y.cleargrad();
    y.backward();
    assert_eq!(gradient(&y), 1.0);
    y.set_data(1.0);
    assert_eq!(y.item(), 1.0);
}

#[test]
fn recording_is_a_setting_of_the_thread_that_nests_and_unwinds() {
    assert!(is_recording());
    no_grad(|| {
        assert!(!is_recording());
        enable_grad(|| assert!(is_recording()));
        thread::scope(|scope| scope.spawn(|| assert!(is_recording())).join().unwrap());
        assert!(!is_recording());
    });
    let caught = std::panic::catch_unwind(|| no_grad(|| panic!("inside")));
    assert!(caught.is_err() && is_recording());
}

/// Transforms record even where the code around them does not.
#[test]
fn gradients_can_be_differentiated_inside_no_grad() {
    let x = Variable::new(2.0);
    let y = x.powf(3.0);
    let (gx, gx2) = no_grad(|| {
        let gx = grad(&y, &[&x]).remove(0);
        let gx2 = grad(&gx, &[&x]).remove(0);
        (gx.item(), gx2.item())
    });
    assert_eq!((gx, gx2), (12.0, 12.0));
}

#[test]
fn constants_get_no_gradient() {
    let (x, c) = (Variable::new(2.0), Variable::constant(5.0));
    (&x * &c + &c).backward();
    assert_eq!((gradient(&x), c.grad().is_none()), (5.0, true));
    // What constants alone give is a constant again.
    let product = &c * &c;
    assert!(product.creator().is_none());
    assert!(
        product
            .try_backward(Backward::new())
            .unwrap_err()
            .is_derivative()
    );
    assert!(
        x.detach()
            .try_backward(Backward::new())
            .unwrap_err()
            .is_derivative()
    );
}

#[test]
fn what_a_result_does_not_depend_on_gets_zeros_of_its_kind() {
    let (x, other) = (Variable::new(2.0), Variable::new([[1.0_f32, 2.0]]));
    let gxs = grad(&x.square(), &[&other, &x]);
    assert_eq!((gxs[0].shape(), gxs[0].dtype()), (vec![1, 2], DType::F32));
    assert_eq!(
        (gxs[0].to_vec::<f64>(), gxs[1].item()),
        (vec![0.0, 0.0], 4.0)
    );
}

/// `grad` also differentiates by results on the way, by the result itself, and by the same
/// variable twice; it leaves `.grad` alone.
#[test]
fn grad_takes_any_variables_and_touches_nothing() {
    let x = Variable::new(2.0);
    let a = x.square();
    let y = a.sin();
    let gxs = grad(&y, &[&y, &a, &x, &x]);
    let cos = 4.0_f64.cos();
    let values: Vec<f64> = gxs.iter().map(Variable::item).collect();
    assert_eq!(values, [1.0, cos, cos * 4.0, cos * 4.0]);
    for v in [&x, &a, &y] {
        assert!(v.grad().is_none());
    }
    let clone = a.clone();
    assert_eq!(grad(&y, &[&clone])[0].item(), cos);
}

/// The derivative of a sum: `y` need not be a scalar, and is not weighted.
#[test]
fn a_result_with_many_elements_is_summed() {
    let x = Variable::new([1.0, 2.0, 3.0]);
    let y = x.square();
    y.backward();
    assert_eq!(x.grad().unwrap().to_vec::<f64>(), [2.0, 4.0, 6.0]);
    assert_eq!(grad(&y, &[&x])[0].to_vec::<f64>(), [2.0, 4.0, 6.0]);
}

#[test]
fn a_sweep_starts_from_a_gradient_put_there() {
    let x = Variable::new([1.0, 2.0]);
    let y = x.square();
    y.set_grad(Some(Variable::new([10.0, 100.0])));
    y.backward();
    assert_eq!(x.grad().unwrap().to_vec::<f64>(), [20.0, 400.0]);
    // It was used up.
    x.cleargrad();
    y.backward();
    assert_eq!(x.grad().unwrap().to_vec::<f64>(), [2.0, 4.0]);
}

/// A start that does not fit is an error, not a panic and not a gradient of another shape.
#[test]
fn a_start_of_another_shape_is_an_error() {
    let x = Variable::new([1.0, 2.0]);
    for start in [
        Variable::new([1.0, 2.0, 3.0]),
        Variable::new([[1.0, 2.0]]),
        Variable::new(1.0),
    ] {
        let y = x.square();
        y.set_grad(Some(start));
        let error = y
            .try_backward(Backward::new())
            .expect_err("a start of another shape");
        assert!(error.is_shape(), "{error}");
        assert!(x.grad().is_none());
    }
}

#[test]
fn gradients_of_results_stay_only_when_retained() {
    for x in [Variable::new(2.0), Variable::new([2.0])] {
        let a = x.square();
        let y = &a * 3.0;
        y.backward();
        assert!(a.grad().is_none() && y.grad().is_none());
        x.cleargrad();
        y.backward_with(Backward::new().retain_grad());
        assert_eq!((gradient(&x), gradient(&a), gradient(&y)), (12.0, 3.0, 1.0));
        a.cleargrad();
        assert!(a.grad().is_none());
    }
}

#[test]
fn a_gradient_without_a_graph_is_a_constant() {
    let x = Variable::new(2.0);
    x.powf(3.0).backward();
    let gx = x.grad().unwrap();
    assert!(gx.creator().is_none());
    assert!(
        gx.try_backward(Backward::new())
            .unwrap_err()
            .is_derivative()
    );
}

#[test]
fn a_gradient_with_a_graph_can_be_differentiated_and_used_in_a_loss() {
    let x = Variable::new(2.0);
    let y = x.powf(3.0);
    y.backward_with(Backward::new().create_graph());
    let gx = x.grad().unwrap();
    x.cleargrad();
    // The gradient penalty: d/dx (x^3 + (3 x^2)^2) = 3 x^2 + 36 x^3.
    (&y + gx.square()).backward();
    assert_eq!(gradient(&x), 12.0 + 36.0 * 8.0);
}

#[test]
fn derivatives_that_are_constant_have_derivative_zero() {
    let x = Variable::new(2.0);
    let y = &x * 3.0;
    y.backward_with(Backward::new().create_graph());
    let gx = x.grad().unwrap();
    x.cleargrad();
    gx.backward();
    assert!(x.grad().is_none_or(|gx2| gx2.item() == 0.0));
    assert_eq!(grad(&gx, &[&x])[0].item(), 0.0);
    assert_eq!(grad(&grad(&gx, &[&x])[0], &[&x])[0].item(), 0.0);
}

/// A loss of such derivatives, the penalty on the gradient of a linear function, is just as flat.
#[test]
fn a_loss_of_constant_derivatives_has_derivative_zero() {
    let x = Variable::new([1.0, 2.0]);
    let gx = grad(&(&x * 3.0).sum(..), &[&x]).remove(0);
    let penalty = ((&gx * &gx).sum(..) - 1.0).square();
    assert_eq!(penalty.item(), 289.0);
    assert_eq!(grad(&penalty, &[&x])[0].to_vec::<f64>(), [0.0, 0.0]);
}

#[test]
fn unchain_ends_the_history() {
    let x = Variable::new(2.0);
    let a = x.square();
    let y = &a * 3.0;
    a.unchain();
    assert!(a.creator().is_none());
    y.backward();
    assert!(x.grad().is_none());
    assert_eq!(gradient(&a), 3.0);
    assert_eq!(a.item(), 4.0);
}

#[test]
fn unchain_backward_keeps_the_last_operation() {
    let x = Variable::new(2.0);
    let a = x.square();
    let y = a.sin() * &x;
    y.unchain_backward();
    let inputs = y.creator().unwrap().inputs();
    assert!(inputs[0].creator().is_none() && a.creator().is_none());
    y.backward();
    assert_eq!(gradient(&x), 4.0_f64.sin());
}

/// Truncated backpropagation: what is cut off is freed at once.
#[test]
fn memory_stays_flat_in_a_long_truncated_loop() {
    let before = live_nodes();
    let (w, mut h) = (Variable::new(0.5), Variable::new(1.0));
    let mut most = 0;
    for step in 0..100_000 {
        h = (&h * &w + 0.1).tanh();
        if step % 10 == 9 {
            h.backward();
            h.unchain_backward();
        }
        most = most.max(live_nodes() - before);
    }
    assert!(most < 50, "{most} nodes");
    drop((w, h));
    assert_eq!(live_nodes(), before);
}

#[test]
fn records_keep_the_values_they_were_computed_with() {
    let x = Variable::new(2.0).named("x");
    let y = &x * &x;
    x.set_data(10.0);
    let z = &x * &x;
    y.backward();
    assert_eq!(gradient(&x), 4.0);
    z.backward();
    assert_eq!(gradient(&x), 24.0);
    // The same leaf, also with another shape; and the derivative is by the leaf, not by its value.
    assert_eq!(grad(&(&y + &z), &[&x])[0].item(), 24.0);
    x.set_data([1.0, 2.0]);
    assert_eq!((x.shape(), x.name().as_deref()), (vec![2], Some("x")));
    assert_eq!(y.creator().unwrap().inputs()[0].item(), 2.0);
}

#[test]
#[should_panic(expected = "the result of Mul")]
fn the_value_of_a_result_cannot_be_replaced() {
    let x = Variable::new(2.0);
    (&x * &x).set_data(1.0);
}

#[test]
fn names_belong_to_the_record() {
    let x = Variable::new(2.0);
    let y = {
        let a = (&x * 3.0).named("a");
        a.sin().named("y")
    };
    x.set_name("x");
    let a = &y.creator().unwrap().inputs()[0];
    assert_eq!(
        (y.name().as_deref(), a.name().as_deref()),
        (Some("y"), Some("a"))
    );
    assert_eq!(
        a.creator().unwrap().inputs()[0].name().as_deref(),
        Some("x")
    );
    assert_eq!(Variable::new(1.0).name(), None);
}

#[test]
fn creators_know_operation_inputs_line_and_pass() {
    let x = Variable::new(2.0);
    let y = (&x - 3.0).powf(2.0);
    let line = line!() - 1;
    let creator = y.creator().unwrap();
    assert_eq!(
        (creator.label(), creator.line().line(), creator.pass()),
        ("Pow", line, 0)
    );
    assert!(creator.line().file().ends_with("backward.rs"));
    assert_eq!(creator.output().item(), 1.0);
    let minus = creator.inputs()[0].creator().unwrap();
    let inputs = minus.inputs();
    assert_eq!(
        (minus.label(), inputs[0].item(), inputs[1].item()),
        ("Sub", 2.0, 3.0)
    );
    let gx = grad(&y, &[&x]).remove(0);
    let creator = gx.creator().unwrap();
    assert_eq!((creator.pass(), creator.line().line()), (1, line));
    assert!(x.creator().is_none());
}

#[test]
fn variables_are_shown_as_in_the_book() {
    assert_eq!(Variable::new(2.0).to_string(), "variable(2.0)");
    assert_eq!(format!("{:?}", Variable::new(2.0)), "variable(2.0)");
}

#[test]
fn handles_are_the_same_variable_on_every_thread() {
    fn is_shared<T: Send + Sync>() {}
    is_shared::<Variable>();
    is_shared::<dezero_core::Error>();
    is_shared::<dezero_core::Graph>();

    let x = Variable::new(0.5);
    // Parts of one graph from several threads, each on top of what others made.
    let mut parts = vec![x.sin()];
    for _ in 0..4 {
        let made: Vec<Variable> = thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|i| {
                    let (parts, x) = (&parts, &x);
                    scope.spawn(move || {
                        parts
                            .iter()
                            .fold(x * f64::from(i), |sum, part| sum + part.cos())
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        parts = made;
    }
    let y = parts.into_iter().reduce(|a, b| a * b).unwrap();
    let expected = grad(&y, &[&x])[0].item();
    thread::spawn({
        let y = y.clone();
        move || y.backward()
    })
    .join()
    .unwrap();
    assert_eq!(gradient(&x), expected);
    // Against the same computed on one thread.
    let alone = |x: f64| {
        let mut parts = vec![x.sin()];
        for _ in 0..4 {
            parts = (0..4)
                .map(|i| {
                    parts
                        .iter()
                        .fold(x * f64::from(i), |sum, part| sum + part.cos())
                })
                .collect();
        }
        parts.into_iter().product::<f64>()
    };
    assert_eq!(y.item(), alone(0.5));
    assert!(agree(
        expected,
        crate::differences::derivative(alone, 0.5),
        1e-7
    ));
}

/// Many threads that add to the same leaf's gradient lose nothing.
#[test]
fn threads_accumulate_into_one_gradient() {
    let x = Variable::new(3.0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..20_000).for_each(|_| (&x * 2.0).backward()));
        }
    });
    assert_eq!(gradient(&x), 160_000.0);
}

#[test]
fn variables_that_a_result_does_not_depend_on_are_zero_or_named() {
    let x = Variable::new([1.0, 2.0]);
    let (named, unnamed) = (Variable::new([[1.0, 2.0]]).named("w"), Variable::new(1.0));
    let result = &unnamed * 2.0;
    let y = x.sin();
    for (i, other) in [&named, &unnamed, &result].into_iter().enumerate() {
        let zeros = grad_with(&y, &[&x, other], Unused::Zero).unwrap().remove(1);
        assert_eq!(zeros.shape(), other.shape());
        assert!(zeros.to_vec::<f64>().iter().all(|&zero| zero == 0.0));
        let error = grad_with(&y, &[&x, other], Unused::Error).unwrap_err();
        assert!(error.is_derivative());
        let text = error.to_string();
        let shape = [
            "`w` (shape (1, 2), from ",
            "(shape (), from ",
            "(shape (), from ",
        ][i];
        assert!(
            text.contains("variable 1") && text.contains(shape),
            "{text}"
        );
        assert!(text.contains("backward.rs"), "{text}");
    }
    assert_eq!(grad_with(&y, &[&x], Unused::Error).unwrap().len(), 1);
}

#[test]
fn what_leads_to_no_target_is_not_followed() {
    let (old, calls) = (Variable::new(2.0), Arc::new(AtomicUsize::new(0)));
    let below = Counting(calls.clone()).call(&[&old]);
    let x = Variable::new(3.0);
    let h = &below * &x;
    let y = &h * &h;
    assert_eq!(grad(&y, &[&x])[0].item(), 24.0);
    assert_eq!(grad(&y, &[&h])[0].item(), 12.0);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    assert_eq!(grad(&y, &[&x, &old, &x, &h, &h]).len(), 5);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    let found = grad(&y, &[&x, &old, &x, &h, &h]);
    let found: Vec<f64> = found.iter().map(Variable::item).collect();
    assert_eq!(found, [24.0, 36.0, 24.0, 12.0, 12.0]);
}

#[test]
fn a_target_is_found_through_a_snapshot_older_than_the_present_one() {
    let x = Variable::new(2.0);
    let y = &x * &x;
    x.set_data(10.0);
    let z = &x * 3.0 + &y;
    assert_eq!(grad(&y, &[&x])[0].item(), 4.0);
    assert_eq!(grad(&z, &[&x])[0].item(), 7.0);
}

#[test]
fn thousands_of_targets() {
    let xs: Vec<Variable> = (0..8_000).map(|i| Variable::new(f64::from(i))).collect();
    let y = xs.iter().fold(Variable::new(0.0), |sum, x| sum + x * x);
    let targets: Vec<&Variable> = xs.iter().collect();
    let found = grad(&y, &targets);
    assert!(
        found
            .iter()
            .zip(&xs)
            .all(|(gx, x)| gx.item() == 2.0 * x.item())
    );
}

/// An identity that counts how often it is differentiated.
struct Counting(Arc<AtomicUsize>);

impl Function for Counting {
    fn name(&self) -> &'static str {
        "Counting"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(xs.to_vec())
    }

    fn backward(&self, _: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(gys.to_vec())
    }
}

#[test]
fn whoever_is_asked_whether_to_stop_may_compute_with_variables() {
    fn stop() -> bool {
        let x = Variable::new(0.5);
        let y = x.sin();
        assert_eq!(y.creator().is_some(), dezero_core::is_recording());
        if dezero_core::is_recording() {
            y.backward();
            assert_eq!(x.grad().unwrap().item(), 0.5f64.cos());
        }
        false
    }
    let x = Variable::new([0.5, 1.0]);
    let mut y = x.clone();
    for _ in 0..1000 {
        y = y.sin();
    }
    let y = y.sum(..);
    dezero_core::interruptible(stop, || {
        y.backward();
        let plain = x.grad().unwrap();
        x.cleargrad();
        y.try_backward(Backward::new().create_graph()).unwrap();
        assert_eq!(plain.data(), x.grad().unwrap().data());
        x.cleargrad();
        dezero_core::no_grad(|| y.backward());
        assert_eq!(plain.data(), x.grad().unwrap().data());
        x.cleargrad();
    });
}
