//! Uses that no example shows: each once gave a wrong result, a deadlock or an overflow.

use std::sync::atomic::{AtomicBool, Ordering};

use dezero_core::{
    Array, Backward, Function, NoGrad, Result, Variable, grad, is_recording, live_nodes,
};

#[test]
fn names_and_creators_are_asked_for_at_once() {
    let x = Variable::new(1.0);
    let y = &x * 2.0;
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                x.set_name("a");
            }
        });
        for _ in 0..20_000 {
            assert_eq!(y.creator().unwrap().inputs().len(), 2);
        }
        done.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_leaf_that_is_gone_can_still_be_differentiated_by() {
    let y = {
        let x = Variable::new(2.0);
        &x * &x
    };
    let x = y.creator().unwrap().inputs().remove(0);
    assert_eq!(grad(&y, &[&x])[0].item(), 4.0);
    (&x * 3.0).backward();
    assert_eq!(x.grad().unwrap().item(), 3.0);
}

struct Both;

impl Function for Both {
    fn name(&self) -> &'static str {
        "Both"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![xs[0].clone(), xs[0].clone()])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        assert_eq!(xs.len(), 1);
        Ok(vec![&gys[0] + &gys[1]])
    }
}

#[test]
fn a_function_with_several_results_is_one_operation_to_unchain() {
    let x = Variable::new(2.0);
    let h = x.sin();
    let ys = Both.call_many(&[&h]);
    ys[0].unchain_backward();
    ys[0].backward();
    assert_eq!(h.grad().unwrap().item(), 1.0);
    assert!(x.grad().is_none());
    // The call itself is cut: neither result knows it any more.
    ys[0].sin().unchain_backward();
    h.cleargrad();
    ys[1].backward();
    assert!(h.grad().is_none() && ys[1].creator().is_none());
}

#[test]
fn guards_may_go_in_any_order() {
    drop(vec![NoGrad::new(), NoGrad::new(), NoGrad::new()]);
    assert!(is_recording());
}

#[test]
fn a_gradient_that_is_a_variable_keeps_nothing_alive() {
    struct Swap;
    impl Function for Swap {
        fn name(&self) -> &'static str {
            "Swap"
        }
        fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
            Ok(vec![xs[0].clone()])
        }
        fn backward(
            &self,
            xs: &[Variable],
            _: &[Variable],
            _: &[Variable],
        ) -> Result<Vec<Variable>> {
            Ok(vec![xs[1].clone(), xs[0].clone()])
        }
    }
    let before = live_nodes();
    {
        let (x, y) = (Variable::new(2.0), Variable::new(3.0));
        Swap.call(&[&x, &y])
            .backward_with(Backward::new().create_graph());
        assert_eq!(
            (x.grad().unwrap().item(), y.grad().unwrap().item()),
            (3.0, 2.0)
        );
    }
    assert_eq!(live_nodes(), before);
}

#[test]
fn gradients_of_gradients_drop_without_recursion() {
    let leaves = || {
        let mut v = Variable::new(0.0);
        for _ in 0..300_000 {
            let outer = Variable::new(1.0);
            outer.set_grad(Some(v));
            v = outer;
        }
    };
    let results = || {
        let x = Variable::new(0.0);
        let mut v = &x * 1.0;
        for _ in 0..300_000 {
            let outer = &x * 1.0;
            outer.set_grad(Some(v));
            v = outer;
        }
    };
    for work in [leaves as fn(), results as fn()] {
        std::thread::Builder::new()
            .stack_size(256 * 1024)
            .spawn(work)
            .unwrap()
            .join()
            .unwrap();
    }
}

#[test]
fn a_gradient_of_another_shape_is_not_added_to() {
    let x = Variable::new(1.0);
    x.set_grad(Some(Variable::new([1.0, 2.0, 3.0])));
    let error = (&x * 2.0).try_backward(Backward::new()).unwrap_err();
    assert!(error.is_shape(), "{error}");

    let x = Variable::new([1.0, 2.0]);
    (&x * 2.0).sum(..).backward();
    x.set_data(1.0);
    (&x * 2.0).backward();
    assert_eq!(x.grad().unwrap().to_vec::<f64>(), [2.0]);
}

#[test]
fn tails_and_extremes_keep_their_digits() {
    let x = Variable::new(40.0);
    assert_eq!(
        grad(&x.sigmoid(), &[&x])[0].item(),
        4.248_354_255_291_589e-18
    );
    for scale in [1e-200, 1e200] {
        let (y, x) = (Variable::new(scale), Variable::new(scale));
        let gy = grad(&y.atan2(&x), &[&y])[0].item();
        assert!((gy * scale - 0.5).abs() < 1e-15, "{gy}");
    }
}

#[test]
fn absurd_arguments_are_errors() {
    let x = Variable::new([1.0, 2.0]);
    assert!(x.try_tile(isize::MAX).is_err());
    assert!(x.try_tile([isize::MAX, isize::MAX]).is_err());
    assert!(x.try_reshape([-1, -1]).is_err());
    assert!(x.try_broadcast_to([-3]).is_err());
    assert!(x.try_sum(usize::MAX).is_err());
}

#[test]
fn many_results_and_many_parts_take_linear_time() {
    struct Many(usize);
    impl Function for Many {
        fn name(&self) -> &'static str {
            "Many"
        }
        fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
            Ok(vec![xs[0].clone(); self.0])
        }
        fn backward(
            &self,
            _: &[Variable],
            _: &[Variable],
            gys: &[Variable],
        ) -> Result<Vec<Variable>> {
            Ok(vec![
                gys.iter().skip(1).fold(gys[0].clone(), |sum, gy| sum + gy),
            ])
        }
    }
    // A quadratic sweep over these would take minutes.
    let x = Variable::new(1.0);
    let ys = Many(100_000).call_many(&[&x]);
    let parts: Vec<Variable> = ys.iter().map(|y| y.reshape(1)).collect();
    Variable::concatenate(&parts.iter().collect::<Vec<_>>(), 0)
        .sum(..)
        .backward();
    assert_eq!(x.grad().unwrap().item(), 100_000.0);
}
