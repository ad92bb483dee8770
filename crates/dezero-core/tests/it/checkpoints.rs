//! Checkpoints: the same derivatives to every order and in every mode, with less memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dezero_core::transforms::{hessian, hvp, jacobian, jet, jvp, laplacian};
use dezero_core::{Variable, checkpoint, grad, graph, live_nodes, no_grad, try_checkpoint};

use crate::differences::assert_agree;

fn layer(x: &Variable, w: &Variable) -> Variable {
    (x.matmul(w).tanh() * x.sin()).exp()
}

fn plain(x: &Variable, w: &Variable) -> Variable {
    layer(&layer(x, w), w).sum(..)
}

fn checkpointed(x: &Variable, w: &Variable) -> Variable {
    let f = |[x, w]: &[Variable; 2]| layer(x, w);
    checkpoint(f, [&checkpoint(f, [x, w]), w]).sum(..)
}

fn inputs() -> (Variable, Variable) {
    let x = Variable::new([[0.1, -0.2], [0.3, 0.4]]);
    (x, Variable::new([[0.5, -0.3], [0.2, 0.1]]))
}

fn close(a: &Variable, b: &Variable, what: &str) {
    assert_eq!(a.shape(), b.shape(), "{what}");
    assert_agree(&a.to_vec::<f64>(), &b.to_vec::<f64>(), 1e-12, what);
}

#[test]
fn derivatives_to_the_third_order_are_the_same() {
    let (x, w) = inputs();
    let (a, b) = (plain(&x, &w), checkpointed(&x, &w));
    assert_eq!(a.item(), b.item());
    let (mut a, mut b) = (a, b);
    for order in 1..=3 {
        let (ga, gb) = (grad(&a, &[&x, &w]), grad(&b, &[&x, &w]));
        close(&ga[0], &gb[0], &format!("by x, order {order}"));
        close(&ga[1], &gb[1], &format!("by w, order {order}"));
        (a, b) = ((&ga[0] * &ga[1]).sum(..), (&gb[0] * &gb[1]).sum(..));
    }
    b.backward();
    let gx = x.grad().unwrap();
    x.cleargrad();
    a.backward();
    close(&gx, &x.grad().unwrap(), "a plain backward");
}

#[test]
fn forward_modes_are_the_same() {
    let (x, w) = inputs();
    let (v, zero) = (Variable::new([[1.0, 0.5], [-0.5, 2.0]]), &x * 0.0);
    let (f, g) = (
        |x: &Variable| plain(x, &w),
        |x: &Variable| checkpointed(x, &w),
    );
    close(&jvp(f, &x, &v).1, &jvp(g, &x, &v).1, "jvp");
    close(&hvp(f, &x, &v), &hvp(g, &x, &v), "hvp");
    close(&hessian(f, &x), &hessian(g, &x), "hessian");
    close(&laplacian(f, &x), &laplacian(g, &x), "laplacian");
    close(&jacobian(f, &x), &jacobian(g, &x), "jacobian");
    let series = [&v, &zero, &zero];
    for (a, b) in jet(f, &x, &series).iter().zip(jet(g, &x, &series)) {
        close(a, &b, "jet");
    }
    // And back through them.
    let (a, b) = (jet(f, &x, &series).remove(3), jet(g, &x, &series).remove(3));
    close(&grad(&a, &[&w])[0], &grad(&b, &[&w])[0], "grad(jet)");
}

#[test]
fn only_inputs_and_results_are_kept() {
    let (x, w) = inputs();
    let y = checkpointed(&x, &w);
    assert_eq!(graph(&y).functions().len(), 3);
    let g = grad(&y, &[&x]).remove(0);
    assert!(graph(&g).functions().len() < graph(&grad(&plain(&x, &w), &[&x])[0]).functions().len());
    drop((g, y));
    let long = |h: &Variable| (0..100).fold(h.clone(), |h, _| h.sin());
    let h = Variable::new(1.0);
    let before = live_nodes();
    let y = (0..10).fold(h.clone(), |h, _| {
        checkpoint(move |h: &Variable| long(h), &h)
    });
    assert!(live_nodes() - before < 20, "{}", live_nodes() - before);
    y.backward();
    drop(y);
    assert!(live_nodes() - before < 3);
}

#[test]
fn the_function_runs_once_forward_and_once_backward() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let x = Variable::new(0.5);
    let y = checkpoint(
        move |x: &Variable| {
            counted.fetch_add(1, Ordering::Relaxed);
            x.sin().exp()
        },
        &x,
    );
    assert_eq!(count.load(Ordering::Relaxed), 1);
    y.backward();
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[test]
fn a_captured_variable_is_an_error_that_names_it() {
    let (x, w) = (Variable::new(0.5), Variable::new([2.0, 3.0]).named("w"));
    let captured = w.clone();
    let error = try_checkpoint(move |x: &Variable| (x * &captured).sum(..), &x).unwrap_err();
    assert!(error.is_function());
    let text = error.to_string();
    assert!(
        text.contains("`w`") && text.contains("(2,)") && text.contains("detach"),
        "{text}"
    );
    // A result of it is one too; constants, and what is made inside, are not.
    let result = &w * 2.0;
    assert!(try_checkpoint(move |x: &Variable| (x * &result).sum(..), &x).is_err());
    let constant = w.detach();
    let y = checkpoint(
        move |x: &Variable| (x * &constant + Variable::new(1.0)).sum(..),
        &x,
    );
    y.backward();
    assert_eq!(x.grad().unwrap().item(), 5.0);
}

#[test]
fn inputs_may_repeat_and_be_ignored() {
    let (x, n) = (Variable::new(3.0), Variable::new([0_i64, 1]));
    let y = checkpoint(|[a, b]: &[Variable; 2]| a * b, [&x, &x]);
    assert_eq!(grad(&y, &[&x])[0].item(), 6.0);
    let y = checkpoint(|_: &Variable| Variable::constant(1.0), &x);
    assert_eq!(grad(&y, &[&x])[0].item(), 0.0);
    let y = checkpoint(|[x, n]: &[Variable; 2]| (x * n).sum(..), [&x, &n]);
    assert_eq!(grad(&y, &[&x])[0].item(), 1.0);
    let y = no_grad(|| checkpoint(|x: &Variable| x * 2.0, &x));
    assert!(y.creator().is_none());
}
