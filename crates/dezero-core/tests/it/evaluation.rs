//! `Evaluation`: one call, and from it what the transforms give.

use std::cell::Cell;

use dezero_core::transforms::{
    Evaluation, grad, hessian, hvp, jacobian, jvp, laplacian, try_grad, vjp,
};
use dezero_core::{SparseHessian, Variable, no_grad, sparse_jacobian};

fn chained(x: &Variable) -> Variable {
    let n = x.size() as isize;
    let (head, tail) = (x.get_item(..n - 1), x.get_item(1..));
    (100.0 * (tail - head.square()).square() + (1.0 - head).square()).sum(..)
}

fn values(x: &Variable) -> Vec<f64> {
    x.to_vec()
}

#[test]
fn everything_comes_from_one_call() {
    let calls = Cell::new(0);
    let counted = |x: &Variable| {
        calls.set(calls.get() + 1);
        chained(x)
    };
    let x = Variable::new([0.3, -1.0, 2.0, 0.7]);
    let v = Variable::new([1.0, 0.0, -2.0, 0.5]);
    let at = Evaluation::new(counted, &x);
    let plan = at.try_hessian_plan(usize::MAX).unwrap();
    let sparse = at.try_sparse_hessian(&plan).unwrap();
    let found = [
        at.value(),
        at.try_grad().unwrap().remove(0),
        at.try_hvp(&[&v]).unwrap().remove(0),
        at.try_hessian().unwrap().remove(0).remove(0),
        sparse.to_dense(),
        at.try_jvp(&[&v]).unwrap(),
    ];
    assert_eq!(calls.get(), 1);
    let expected = [
        chained(&x),
        grad(chained, &x),
        hvp(chained, &x, &v),
        hessian(chained, &x),
        hessian(chained, &x),
        jvp(chained, &x, &v).1,
    ];
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(values(found), values(expected));
    }
    let elsewhere = Evaluation::new(chained, &v);
    assert_eq!(
        values(elsewhere.try_sparse_hessian(&plan).unwrap().values()),
        values(SparseHessian::new(chained, &x).at(&v).values())
    );
}

#[test]
fn jacobians_of_what_gives_several_numbers() {
    let f = |x: &Variable| x.get_item(1..) * x.get_item(..2).exp();
    let (x, gy) = (Variable::new([0.5, 1.0, 2.0]), Variable::new([1.0, -3.0]));
    let at = Evaluation::new(f, &x);
    let j = jacobian(f, &x);
    assert_eq!(values(&at.try_jacobian().unwrap()[0]), values(&j));
    assert_eq!(
        values(&at.try_vjp(&gy).unwrap()[0]),
        values(&vjp(f, &x).1.apply(&gy))
    );
    let plan = at.try_jacobian_plan(usize::MAX).unwrap();
    assert_eq!(
        at.try_sparse_jacobian(&plan)
            .unwrap()
            .triplets()
            .collect::<Vec<_>>(),
        sparse_jacobian(f, &x).triplets().collect::<Vec<_>>()
    );
    let error = at.try_grad().unwrap_err();
    assert!(error.to_string().contains("(2,)"), "{error}");
}

#[test]
fn several_variables_have_a_part_each() {
    let (a, b) = (Variable::new(2.0), Variable::new([1.0, 3.0]));
    let at = Evaluation::new(|[a, b]| (a * b * b).sum(..), [&a, &b]);
    let hessian = at.try_hessian().unwrap();
    assert_eq!(values(&hessian[0][1]), [2.0, 6.0]);
    assert_eq!(values(&hessian[1][1]), [4.0, 0.0, 0.0, 4.0]);
    let one = Variable::new(1.0);
    let products = at.try_hvp(&[&one, &b]).unwrap();
    assert_eq!(values(&products[0]), [20.0]);
    let error = at.try_hvp(&[&one]).unwrap_err();
    assert!(error.to_string().contains("2 variables and 1 vectors"));
    let error = at.try_hvp(&[&b, &one]).unwrap_err();
    assert!(error.to_string().contains("(2,)"), "{error}");
    let error = at.try_hessian_plan(usize::MAX).unwrap_err();
    assert!(error.to_string().contains("concatenate"), "{error}");
}

#[test]
fn a_plan_of_too_many_entries_is_refused() {
    let at = Evaluation::new(|x| x.sum(..).square(), &Variable::new([1.0; 4]));
    assert_eq!(at.try_hessian_plan(16).unwrap().pattern().nnz(), 16);
    let error = at.try_hessian_plan(15).unwrap_err();
    assert!(error.to_string().contains("16 entries"), "{error}");
}

/// What a plan was made for does not fit another shape.
#[test]
fn plans_are_of_a_shape() {
    let plan = Evaluation::new(chained, &Variable::new([1.0; 4]))
        .try_hessian_plan(usize::MAX)
        .unwrap();
    let error = Evaluation::new(chained, &Variable::new([1.0; 5]))
        .try_sparse_hessian(&plan)
        .unwrap_err();
    assert!(error.to_string().contains("(4,)"), "{error}");
}

/// Recorded where recording is on, so that it can stand in a loss; plain where it is off.
#[test]
fn derivatives_are_recorded_as_those_of_the_transforms_are() {
    let x = Variable::new([1.0, 2.0]);
    let cubes = |x: &Variable| x.powf(3.0).sum(..);
    let gradient = Evaluation::new(cubes, &x).try_grad().unwrap().remove(0);
    let second = try_grad(
        |x| Ok(Evaluation::try_new(cubes, x)?.try_grad()?.remove(0).sum(..)),
        &x,
    );
    gradient.sum(..).backward();
    assert_eq!(values(&x.grad().unwrap()), [6.0, 12.0]);
    assert_eq!(values(&second.unwrap()), [6.0, 12.0]);
    assert_eq!(laplacian(cubes, &x).item(), 18.0);
    let plain = no_grad(|| Evaluation::new(cubes, &x).try_grad().unwrap().remove(0));
    assert!(plain.creator().is_none());
    assert_eq!(values(&plain), [3.0, 12.0]);
}

#[test]
fn constants_have_derivatives_of_zero() {
    let x = Variable::new([1.0, 2.0]);
    let at = Evaluation::new(|_| Variable::constant(5.0), &x);
    assert_eq!(values(&at.try_grad().unwrap()[0]), [0.0, 0.0]);
    assert_eq!(values(&at.try_hessian().unwrap()[0][0]), [0.0; 4]);
    assert_eq!(at.try_hessian_plan(usize::MAX).unwrap().pattern().nnz(), 0);
}
