//! Transforms of functions: nested in each other, agreeing with each other, and with bad input.

use dezero_core::transforms;
use dezero_core::transforms::{
    derivatives, divergence, grad, hessian, hvp, jacfwd, jacobian, jacrev, jet, jvp, laplacian,
    pointwise_divergence, pointwise_laplacian, try_derivatives, try_divergence, try_grad,
    try_hessian, try_hvp, try_jet, try_jvp, try_pointwise_laplacian, try_taylor, value_and_grad,
    vjp,
};
use dezero_core::{Array, DType, Error, Variable, live_nodes, no_grad};

use crate::differences::assert_agree;

/// The coefficients of the Taylor polynomial.
fn taylor(f: impl Fn(&Variable) -> Variable, around: f64, order: usize) -> Vec<f64> {
    transforms::taylor(f, around, order).coefficients().to_vec()
}

/// Something with all third derivatives.
fn f(x: &Variable) -> Variable {
    (x.sin() * x.exp()).sum(..) + (x * x).prod(..) + x.logsumexp(..)
}

fn field(x: &Variable) -> Variable {
    x.sin() * x.sum(..) + x.flip(0).exp()
}

fn x() -> Variable {
    Variable::new([0.3, -0.7, 1.1])
}

fn v() -> Variable {
    Variable::new([0.5, 1.0, -0.25])
}

fn close(a: &Variable, b: &Variable, what: &str) {
    assert_eq!(a.shape(), b.shape(), "{what}");
    assert_agree(&a.to_vec::<f64>(), &b.to_vec::<f64>(), 1e-11, what);
}

#[test]
fn the_gradient_of_a_hessian_product_is_the_third_derivative_in_two_directions() {
    let (x, v) = (x(), v());
    let by_hvp = grad(|x| (hvp(f, x, &v) * &v).sum(..), &x);
    let by_hessian = grad(|x| (hessian(f, x).matmul(&v) * &v).sum(..), &x);
    close(&by_hvp, &by_hessian, "grad(hvp)");
    // The second derivative along v, as a jet, and its gradient.
    let zero = Variable::constant([0.0, 0.0, 0.0]);
    let by_jet = grad(|x| jet(f, x, &[&v, &zero]).remove(2) * 2.0, &x);
    close(&by_jet, &by_hvp, "grad(jet)");
}

#[test]
fn forward_over_reverse_is_reverse_over_forward() {
    let (x, v) = (x(), v());
    let (_, over) = jvp(|x| grad(f, x), &x, &v);
    let under = grad(|x| jvp(f, x, &v).1, &x);
    close(&over, &under, "jvp(grad) and grad(jvp)");
    close(&over, &hvp(f, &x, &v), "jvp(grad) and hvp");
    close(&over, &hessian(f, &x).matmul(&v), "hessian times v");
}

#[test]
fn the_hessian_of_a_jet() {
    let (x, v) = (x(), v());
    let along = |x: &Variable| jet(f, x, &[&v]).remove(1);
    let g = |x: &Variable| (grad(f, x) * &v).sum(..);
    close(&hessian(along, &x), &hessian(g, &x), "hessian(jet)");
}

#[test]
fn back_through_back_through_forward() {
    let (x, v) = (x(), v());
    let u = Variable::new([1.0, -2.0, 0.5]);
    let inner = |x: &Variable| jvp(field, x, &v).1;
    let once = |x: &Variable| vjp(inner, x).1.apply(&u);
    let twice = vjp(once, &x).1.apply(&v);
    // The same from Jacobians.
    let j = |x: &Variable| jacobian(field, x).matmul(&v);
    let jj = |x: &Variable| jacobian(j, x).transpose().matmul(&u);
    let expected = jacobian(jj, &x).transpose().matmul(&v);
    close(&twice, &expected, "vjp(vjp(jvp))");
}

#[test]
fn jacobians_in_both_modes_agree_and_nest() {
    let x = x();
    close(&jacfwd(field, &x), &jacrev(field, &x), "jacobian");
    close(&jacfwd(|x| grad(f, x), &x), &hessian(f, &x), "jacfwd(grad)");
    close(&jacrev(|x| grad(f, x), &x), &hessian(f, &x), "jacrev(grad)");
    close(
        &jacfwd(|x| jacrev(field, x), &x),
        &jacrev(|x| jacfwd(field, x), &x),
        "second derivatives of a field",
    );
    let trace = jacobian(field, &x).trace();
    close(&divergence(field, &x), &trace, "divergence");
    close(
        &divergence(|x| grad(f, x), &x),
        &laplacian(f, &x),
        "the divergence of the gradient",
    );
}

#[test]
fn several_variables_of_several_shapes() {
    let (w, b) = (
        Variable::new([[0.5, -1.0], [2.0, 0.25]]),
        Variable::new([0.1, 0.2]),
    );
    let input = Variable::constant([1.0, -2.0]);
    let net = |[w, b]: &[Variable; 2]| (w.matmul(&input) + b).tanh();
    let [jw, jb] = jacobian(net, [&w, &b]);
    assert_eq!((jw.shape(), jb.shape()), (vec![2, 2, 2], vec![2, 2]));
    let [rw, rb] = jacrev(net, [&w, &b]);
    close(&jw, &rw, "by the weights");
    close(&jb, &rb, "by the bias");
    let loss = |p: &[Variable; 2]| net(p).square().sum(..);
    let (value, [gw, gb]) = value_and_grad(loss, [&w, &b]);
    assert_eq!(value.item(), loss(&[w.clone(), b.clone()]).item());
    let [[hww, hwb], [hbw, hbb]] = hessian(loss, [&w, &b]);
    assert_eq!(
        (hww.shape(), hwb.shape()),
        (vec![2, 2, 2, 2], vec![2, 2, 2])
    );
    close(&hwb, &hbw.permute([1, 2, 0]), "mixed blocks");
    assert_eq!(
        (gw.shape(), gb.shape(), hbb.shape()),
        (vec![2, 2], vec![2], vec![2, 2])
    );
    // As slices.
    let all = [w.clone(), b.clone()];
    let slices = grad(
        |p: &[Variable]| loss(&[p[0].clone(), p[1].clone()]),
        &all[..],
    );
    close(&slices[0], &gw, "a slice");
    // A Hessian product, with a direction for each.
    let [pw, pb] = hvp(loss, [&w, &b], [&w, &b]);
    let expected = hww.reshape([4, 4]).matmul(w.flatten()) + hwb.reshape([4, 2]).matmul(&b);
    close(&pw.flatten(), &expected, "hvp of several");
    assert_eq!(pb.shape(), [2]);
}

#[test]
fn points_are_treated_each_on_its_own() {
    let points = Variable::new([[0.1, 0.2], [0.3, -0.4], [1.0, 2.0]]);
    let u = |x: &Variable| x.sin().prod(-1);
    let laplace = pointwise_laplacian(u, &points);
    // Each of two factors gives back its negative.
    close(&laplace, &(u(&points) * -2.0), "of a product of sines");
    let whole = laplacian(|x| u(x).sum(..), &points);
    close(&laplace.sum(..), &whole, "the sum over the points");
    let flow = |x: &Variable| x.sin() * x.get_item((.., 0..1));
    let each = pointwise_divergence(flow, &points);
    assert_eq!(each.shape(), [3]);
    close(&each.sum(..), &divergence(flow, &points), "divergence");
}

#[test]
fn only_the_argument_is_differentiated_by() {
    let x = Variable::new(3.0);
    let g = grad(|z| z * &x, &x);
    assert_eq!(g.item(), 3.0);
    // But a transform around sees both.
    let second = grad(|x| grad(|z| z * z * x, x), &x);
    assert_eq!(second.item(), 12.0); // 2 x^2, by x
    assert!(x.grad().is_none());
}

#[test]
fn functions_that_ignore_their_argument_have_zero_derivatives() {
    let (x, w) = (x(), Variable::new(2.0));
    for f in [
        |_: &Variable| Variable::constant(1.0),
        |_: &Variable| Variable::new(1.0),
    ] {
        assert_eq!(grad(f, &x).to_vec::<f64>(), [0.0; 3]);
        assert_eq!(hessian(f, &x).to_vec::<f64>(), [0.0; 9]);
        assert_eq!(hvp(f, &x, &v()).to_vec::<f64>(), [0.0; 3]);
        assert_eq!(jvp(f, &x, &v()).1.item(), 0.0);
        assert_eq!(laplacian(f, &x).item(), 0.0);
        assert_eq!(jacobian(f, &x).shape(), [3]);
        assert_eq!(taylor(f, 1.0, 2), [1.0, 0.0, 0.0]);
        let d = derivatives(f, &x, 2);
        assert_eq!((d[0].item(), d[2].item()), (1.0, 0.0));
    }
    // It depends on something else, which stays differentiable.
    let (y, dy) = jvp(|_| &w * &w, &x, &v());
    assert_eq!(dy.item(), 0.0);
    y.backward();
    assert_eq!(w.grad().unwrap().item(), 4.0);
    assert_eq!(grad(Variable::sum_all, &x).to_vec::<f64>(), [1.0; 3]);
}

trait SumAll {
    fn sum_all(&self) -> Variable;
}

impl SumAll for Variable {
    fn sum_all(&self) -> Variable {
        self.sum(..)
    }
}

#[test]
fn empty_arrays_and_order_zero() {
    let empty = Variable::new(Array::zeros(&[0], DType::F64).unwrap());
    let sum = |x: &Variable| x.sin().sum(..);
    assert_eq!(grad(sum, &empty).shape(), [0]);
    assert_eq!(hessian(sum, &empty).shape(), [0, 0]);
    assert_eq!(laplacian(sum, &empty).item(), 0.0);
    assert_eq!(jacfwd(|x| x.sin(), &empty).shape(), [0, 0]);
    assert_eq!(jacrev(|x| x.sin(), &empty).shape(), [0, 0]);
    assert_eq!(divergence(|x| x.sin(), &empty).item(), 0.0);
    assert_eq!(derivatives(|x| x.sin(), &empty, 2)[2].shape(), [0]);
    let x = Variable::new(0.5);
    assert_eq!(derivatives(|x| x.sin(), &x, 0).len(), 1);
    assert_eq!(taylor(|x| x.sin(), 0.5, 0), [0.5_f64.sin()]);
    assert_eq!(jet(|x| x.sin(), &x, &[]).len(), 1);
}

fn text(error: &Error) -> String {
    let text = error.to_string();
    assert!(text.contains("transforms.rs"), "no line: {text}");
    text.lines().next().unwrap().to_owned()
}

#[test]
fn errors_say_what_to_ask_for_instead() {
    let x = x();
    let one = Variable::new(1.0);
    let errors = [
        try_grad(|x| x.sin(), &x).unwrap_err(),
        try_hessian(|x| x.sin(), &x).unwrap_err(),
        try_jvp(|x| x.sin(), &x, &one).unwrap_err(),
        try_hvp(f, &x, &one).unwrap_err(),
        try_jet(f, &x, &[&one]).unwrap_err(),
        vjp(|x| x.sin(), &x).1.try_apply(&one).unwrap_err(),
        try_divergence(f, &x).unwrap_err(),
        try_pointwise_laplacian(|x| x.sin(), &one).unwrap_err(),
        try_pointwise_laplacian(|x| x.sum(..), &Variable::new([[1.0, 2.0], [3.0, 4.0]]))
            .unwrap_err(),
        try_grad(|x| x.argmax(..), &x).unwrap_err(),
        try_grad(|x| x.try_reshape(7), &x).unwrap_err(),
        try_grad(|x| x.sum(..), &Variable::new([1_i64, 2])).unwrap_err(),
        try_derivatives(|x| x.sin(), &one, 10_000).unwrap_err(),
        try_taylor(|_| Variable::new([1.0, 2.0]), 0.0, 2).unwrap_err(),
        try_hessian(|x| x.square().sum(..), &Variable::new(vec![0.0; 100_000])).unwrap_err(),
    ];
    let texts: Vec<String> = errors.iter().map(text).collect();
    insta::assert_snapshot!("errors_of_transforms", texts.join("\n"));
}

#[test]
fn a_high_order_of_one_function_is_cheap() {
    let c = taylor(|x| x.exp(), 0.0, 10_000);
    assert_eq!(c.len(), 10_001);
    assert!((c[20] * 2_432_902_008_176_640_000.0 - 1.0).abs() < 1e-13);
    assert_eq!(c[10_000], 0.0);
    // 1 / (1 - x) has nothing but ones.
    assert!(
        taylor(|x| 1.0 / (1.0 - x), 0.0, 1000)
            .iter()
            .all(|&c| c == 1.0)
    );
}

#[test]
fn kinks_and_poles() {
    let abs = |x: &Variable| x.abs();
    assert_eq!(taylor(abs, 0.0, 2), [0.0, 0.0, 0.0]);
    assert_eq!(taylor(|x| x.relu(), 0.0, 2), [0.0, 0.0, 0.0]);
    let log = taylor(|x| x.log(), 0.0, 2);
    assert!(log.iter().all(|c| c.is_infinite()), "{log:?}");
    assert!(taylor(|x| 1.0 / x, 0.0, 1)[1].is_infinite());
}

#[test]
fn nothing_is_left_behind() {
    let before = live_nodes();
    {
        let (x, v) = (x(), v());
        let g = grad(|x| (hvp(f, x, &v) * &v).sum(..), &x);
        let _ = jacobian(|x| jvp(field, x, &v).1, &x);
        let _ = (g, laplacian(f, &x), taylor(|x| x.sin(), 0.0, 5));
        let plain = no_grad(|| hessian(f, &x));
        assert!(plain.creator().is_none());
    }
    assert_eq!(live_nodes(), before);
}

#[test]
fn what_is_plain_is_what_is_recorded() {
    let x = x();
    close(&no_grad(|| hessian(f, &x)), &hessian(f, &x), "hessian");
    close(
        &no_grad(|| laplacian(f, &x)),
        &laplacian(f, &x),
        "laplacian",
    );
    // A constant point: nothing to differentiate by, so nothing is kept.
    let c = x.detach();
    assert!(hessian(f, &c).creator().is_none());
    assert!(hessian(f, &x).creator().is_some());
    // Unless the function holds on to something that can be.
    let w = Variable::new(2.0);
    let l = laplacian(|x| (x * &w).square().sum(..), &c);
    assert_eq!(dezero_core::grad(&l, &[&w])[0].item(), 24.0); // 6 w^2
}

#[test]
fn jacobians_have_the_dtype_of_the_variable_in_both_modes() {
    let (x, w) = (Variable::new([1.0_f32, 2.0]), Variable::new([0.5, 0.25]));
    let f = |[x, w]: &[Variable; 2]| x * w;
    for [by_x, by_w] in [jacfwd(f, [&x, &w]), jacrev(f, [&x, &w])] {
        assert_eq!((by_x.dtype(), by_w.dtype()), (DType::F32, DType::F64));
    }
}

#[test]
fn what_is_broadcast_has_a_derivative_at_each_element() {
    let base = Variable::constant([1.5, 2.0, 0.5]);
    let exponent = Variable::new([3.5]);
    let f = |b: &Variable| base.pow(b.get_item(0));
    // A recorded sweep composes the power from its derivatives, as it has to hold at other values too.
    let forward = transforms::jacfwd(f, &exponent).to_vec::<f64>();
    let back = transforms::jacrev(f, &exponent).to_vec::<f64>();
    for (forward, back) in forward.iter().zip(&back) {
        assert!(
            (forward - back).abs() <= 1e-14 * back.abs(),
            "{forward} {back}"
        );
    }
}

#[test]
fn a_truth_value_may_be_an_ordinate() {
    let x = Variable::new(2.0);
    let y = x.greater(1.0).cast(dezero_core::DType::Bool).atan2(&x);
    y.backward();
    assert!((x.grad().unwrap().item() + 0.2).abs() < 1e-15); // -1 / (1 + 2^2)
}
