//! Points where a formula alone would go wrong: powers at 0, kinks and ties, the branch not taken,
//! NaN and infinity. Everything is tried as a scalar and as an array, and differentiated both
//! plainly and with a record.

use std::f64::consts::{FRAC_PI_2, LN_2};

use dezero_core::{Variable, grad};

use crate::differences::agree;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// Compares value and derivatives of `f` at `x` with what they should be, on every path.
#[track_caller]
fn assert_orders(f: impl Fn(&Variable) -> Variable, x: f64, expected: &[f64]) {
    for x in [Variable::new(x), Variable::new([x])] {
        let mut y = f(&x);
        for (order, &expected) in expected.iter().enumerate() {
            let actual = y.item();
            assert!(
                agree(actual, expected, 1e-14),
                "order {order} at {x}: {actual} is not {expected}"
            );
            let recorded = grad(&y, &[&x]).remove(0);
            x.cleargrad();
            y.backward();
            let plain = x.grad().map_or(0.0, |gx| gx.item());
            assert!(
                agree(plain, recorded.item(), 1e-14),
                "order {order} + 1 at {x}: {plain} plainly, {recorded} with a record"
            );
            y = recorded;
        }
    }
}

/// Compares the derivatives of `f` by both inputs, in any order, with what they should be: by `x0`
/// as often as the row says, by `x1` as often as the column says.
#[track_caller]
fn assert_partials<const N: usize>(
    f: impl Fn(&Variable, &Variable) -> Variable,
    point: (f64, f64),
    expected: [[f64; N]; N],
) {
    for (x0, x1) in [
        (Variable::new(point.0), Variable::new(point.1)),
        (Variable::new([point.0]), Variable::new([point.1])),
    ] {
        for (row, expected) in expected.iter().enumerate() {
            for (column, &expected) in expected.iter().enumerate() {
                let by0 = std::iter::repeat_n(&x0, row);
                let by1 = std::iter::repeat_n(&x1, column);
                let one_first = by0
                    .clone()
                    .chain(by1.clone())
                    .fold(f(&x0, &x1), |y, x| grad(&y, &[x]).remove(0))
                    .item();
                let other_first = by1
                    .chain(by0)
                    .fold(f(&x0, &x1), |y, x| grad(&y, &[x]).remove(0))
                    .item();
                assert!(
                    agree(one_first, expected, 1e-14),
                    "{row} by x0, {column} by x1: {one_first} is not {expected}"
                );
                assert!(
                    agree(other_first, expected, 1e-14),
                    "{column} by x1, {row} by x0: {other_first} is not {expected}"
                );
            }
        }
    }
}

#[test]
fn whole_powers_at_zero_end_in_zeros() {
    assert_orders(|x| x.powf(0.0), 0.0, &[1.0, 0.0, 0.0, 0.0]);
    assert_orders(|x| x.powf(1.0), 0.0, &[0.0, 1.0, 0.0, 0.0]);
    assert_orders(|x| x.powf(2.0), 0.0, &[0.0, 0.0, 2.0, 0.0, 0.0, 0.0]);
    assert_orders(|x| x.powf(3.0), 0.0, &[0.0, 0.0, 0.0, 6.0, 0.0, 0.0]);
    assert_orders(|x| x * x, 0.0, &[0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_orders(|x| x.square(), 0.0, &[0.0, 0.0, 2.0, 0.0, 0.0]);
    assert_orders(|x| x.pow(2), 0.0, &[0.0, 0.0, 2.0, 0.0, 0.0]);
}

#[test]
fn other_powers_at_zero_are_as_ieee_has_them() {
    assert_orders(|x| x.powf(0.5), 0.0, &[0.0, INF, -INF]);
    assert_orders(|x| x.powf(1.5), 0.0, &[0.0, 0.0, INF, -INF]);
    assert_orders(|x| x.powf(-1.0), 0.0, &[INF, -INF, INF]);
    assert_orders(|x| x.sqrt(), 0.0, &[0.0, INF, -INF]);
    assert_orders(|x| x.recip(), 0.0, &[INF, -INF, INF]);
}

#[test]
fn powers_of_negative_bases() {
    assert_orders(|x| x.powf(3.0), -2.0, &[-8.0, 12.0, -12.0, 6.0, 0.0]);
    assert_orders(|x| x.powf(-2.0), -2.0, &[0.25, 0.25, 0.375]);
    assert_orders(|x| x.powf(0.5), -1.0, &[NAN, NAN]);
    let three = Variable::new(3.0);
    assert_orders(|x| x.pow(&three), -2.0, &[-8.0, 12.0, -12.0, 6.0]);
    // By the exponent the derivative is none there: the power is not real beside it.
    assert_orders(|n| Variable::new(-2.0).pow(n), 3.0, &[-8.0, NAN]);
}

/// A variable exponent of a zero base: the derivatives by the base are those of a constant
/// exponent, those by the exponent the limits from above.
#[test]
fn variable_powers_at_zero() {
    for n in [0.0, 1.0, 2.0, 3.0] {
        let mut expected = [0.0; 6];
        expected[n as usize] = [1.0, 1.0, 2.0, 6.0][n as usize];
        let exponent = Variable::new(n);
        assert_orders(|x| x.pow(&exponent), 0.0, &expected);
        let exponent = Variable::constant(n);
        assert_orders(|x| x.pow(&exponent), 0.0, &expected);
    }
    let zero = Variable::new(0.0);
    assert_orders(|n| zero.pow(n), 2.0, &[0.0, 0.0, 0.0, 0.0]);
    assert_orders(|n| zero.pow(n), 0.0, &[1.0, 0.0, 0.0]);
    assert_orders(|n| zero.pow(n), -1.0, &[INF, -INF]);
    // x^n ln(x) and n x^(n-1) ln(x) + x^(n-1) go to 0 with x.
    assert_partials(|x, n| x.pow(n), (0.0, 3.0), [[0.0, 0.0], [0.0, 0.0]]);
    assert_orders(|x| x.pow(x), 1.0, &[1.0, 1.0, 2.0, 3.0]);
}

#[test]
fn kinks_have_derivative_zero() {
    assert_orders(|x| x.abs(), 0.0, &[0.0, 0.0, 0.0]);
    assert_orders(|x| x.sign(), 0.0, &[0.0, 0.0]);
    assert_orders(|x| x.relu(), 0.0, &[0.0, 0.0, 0.0]);
    assert_orders(|x| x.leaky_relu(0.25), 0.0, &[0.0, 0.25, 0.0]);
    assert_orders(|x| x.floor(), 1.0, &[1.0, 0.0]);
    assert_orders(|x| x.round(), 2.5, &[2.0, 0.0]);
    assert_orders(|x| x.hypot(0.0), 0.0, &[0.0, 0.0, 0.0, 0.0]);
    assert_partials(|x, y| x.hypot(y), (0.0, 0.0), [[0.0; 3]; 3]);
    assert_partials(|x, y| x.hypot(y), (3.0, 4.0), [[5.0, 0.8], [0.6, -0.096]]);
}

#[test]
fn clip_passes_the_derivative_at_its_bounds() {
    for (x, expected) in [
        (-1.5, [-1.0, 0.0, 0.0]),
        (-1.0, [-1.0, 1.0, 0.0]),
        (2.0, [2.0, 1.0, 0.0]),
        (2.5, [2.0, 0.0, 0.0]),
    ] {
        assert_orders(|x| x.clip(-1.0, 2.0), x, &expected);
    }
}

#[test]
fn ties_share_the_derivative() {
    assert_partials(|a, b| a.maximum(b), (2.0, 2.0), [[2.0, 0.5], [0.5, 0.0]]);
    assert_partials(|a, b| a.minimum(b), (2.0, 2.0), [[2.0, 0.5], [0.5, 0.0]]);
    assert_orders(|x| x.maximum(x), 2.0, &[2.0, 1.0, 0.0]);
    assert_orders(|x| x.maximum(-x), 0.0, &[0.0, 0.0, 0.0]);

    let x = Variable::new([[1.0, 3.0, 3.0], [2.0, 0.0, 2.0]]);
    for (y, expected) in [
        (x.max(..), [0.0, 0.5, 0.5, 0.0, 0.0, 0.0]),
        (x.max(1), [0.0, 0.5, 0.5, 0.5, 0.0, 0.5]),
        (x.min(..), [0.0, 0.0, 0.0, 0.0, 1.0, 0.0]),
        (x.min(0), [1.0, 0.0, 0.0, 0.0, 1.0, 1.0]),
    ] {
        x.cleargrad();
        y.backward();
        assert_eq!(x.grad().unwrap().to_vec::<f64>(), expected);
    }
}

/// The functions whose derivative at a point of their domain is infinite.
#[test]
fn ends_of_domains() {
    assert_orders(|x| x.cbrt(), 0.0, &[0.0, INF]);
    assert_orders(|x| x.log(), 0.0, &[-INF, INF, -INF]);
    assert_orders(|x| x.log1p(), -1.0, &[-INF, INF]);
    assert_orders(|x| x.asin(), 1.0, &[FRAC_PI_2, INF]);
    assert_orders(|x| x.acos(), 1.0, &[0.0, -INF]);
    assert_orders(|x| x.acosh(), 1.0, &[0.0, INF]);
    assert_orders(|x| x.atanh(), 1.0, &[INF, INF]);
    assert_orders(|x| x.log(), -1.0, &[NAN, -1.0]);
    assert_partials(|y, x| y.atan2(x), (0.0, 2.0), [[0.0, 0.0], [0.5, -0.25]]);
}

#[test]
fn saturated_functions_have_flat_derivatives() {
    assert_orders(|x| x.tanh(), 400.0, &[1.0, 0.0, 0.0, 0.0]);
    assert_orders(|x| x.sigmoid(), 800.0, &[1.0, 0.0, 0.0]);
    assert_orders(|x| x.sigmoid(), -800.0, &[0.0, 0.0, 0.0]);
    assert_orders(|x| x.softplus(), 1000.0, &[1000.0, 1.0, 0.0]);
    assert_orders(|x| x.softplus(), -1000.0, &[0.0, 0.0, 0.0]);
    assert_orders(|x| x.erf(), 40.0, &[1.0, 0.0, 0.0]);
    assert_orders(|x| x.exp(), -1000.0, &[0.0, 0.0, 0.0]);
    assert_orders(|x| x.exp(), 1000.0, &[INF, INF, INF]);
    assert_orders(
        |x| x.asinh(),
        1e200,
        &[(2.0_f64).ln() + 200.0 * 10.0_f64.ln(), 0.0],
    );
    assert_orders(
        |x| x.hypot(1e200),
        1e200,
        &[2.0_f64.sqrt() * 1e200, 0.5_f64.sqrt()],
    );
}

#[test]
fn the_branch_not_taken_gets_an_exact_zero() {
    let x = Variable::new([-1.0, 0.5, 2.0]);
    let (yes, no) = (
        Variable::new([1.0, 2.0, 3.0]),
        Variable::new([4.0, 5.0, 6.0]),
    );
    x.greater(0.0).where_(&yes, &no).backward();
    assert_eq!(yes.grad().unwrap().to_vec::<f64>(), [0.0, 1.0, 1.0]);
    assert_eq!(no.grad().unwrap().to_vec::<f64>(), [1.0, 0.0, 0.0]);
    assert!(x.grad().is_none());
    // A NaN in the cotangent of one place does not reach the other branch.
    let gy = Variable::new([NAN, INF, 1.0]);
    let [gx_yes, gx_no] = [&yes, &no]
        .map(|branch| grad(&(x.greater(0.0).where_(&yes, &no) * &gy), &[branch]).remove(0));
    assert_eq!(gx_yes.to_vec::<f64>(), [0.0, INF, 1.0]);
    assert_eq!(&gx_no.to_vec::<f64>()[1..], [0.0, 0.0]);
    // Where that zero meets an infinite factor, IEEE makes it NaN; the cure is a safe argument.
    assert_orders(|x| x.greater(0.0).where_(x.sqrt(), 0.0), 0.0, &[0.0, NAN]);
    let safe = |x: &Variable| x.greater(0.0).where_(x, 1.0);
    assert_orders(
        |x| x.greater(0.0).where_(safe(x).sqrt(), 0.0),
        0.0,
        &[0.0, 0.0, 0.0],
    );
}

/// All three of `where` broadcast, and each branch gets a gradient of its own shape.
#[test]
fn where_undoes_broadcasts() {
    let condition = Variable::new([[true, false, true], [false, false, true]]);
    let (scalar, row, column) = (
        Variable::new(2.0),
        Variable::new([1.0, 2.0, 3.0]),
        Variable::new([[1.0], [2.0]]),
    );
    for (yes, no, expected_yes, expected_no) in [
        (&scalar, &row, vec![3.0], vec![1.0, 2.0, 0.0]),
        (&row, &column, vec![1.0, 0.0, 2.0], vec![1.0, 2.0]),
        (&column, &scalar, vec![2.0, 1.0], vec![3.0]),
    ] {
        let y = condition.where_(yes, no);
        assert_eq!(y.shape(), [2, 3]);
        let gxs = grad(&y, &[yes, no]);
        assert_eq!((gxs[0].shape(), gxs[1].shape()), (yes.shape(), no.shape()));
        assert_eq!(
            (gxs[0].to_vec::<f64>(), gxs[1].to_vec::<f64>()),
            (expected_yes, expected_no)
        );
    }
    // One condition for many elements.
    let y = Variable::new(true).where_(&row, &scalar);
    let gxs = grad(&y, &[&row, &scalar]);
    assert_eq!(
        (gxs[0].to_vec::<f64>(), gxs[1].to_vec::<f64>()),
        (vec![1.0; 3], vec![0.0])
    );
    assert_eq!(gxs[1].shape(), [0; 0]);
}

#[test]
fn where_gives_gradients_in_kind() {
    let (narrow, wide) = (Variable::new([1.0_f32, 2.0]), Variable::new([3.0, 4.0]));
    let y = Variable::new([true, false]).where_(&narrow, &wide);
    let gxs = grad(&y, &[&narrow, &wide]);
    assert_eq!(
        (gxs[0].dtype(), gxs[1].dtype()),
        (narrow.dtype(), wide.dtype())
    );
    assert_eq!(
        Variable::new([true, false]).where_(&narrow, 0.0).dtype(),
        narrow.dtype()
    );
}

#[test]
fn nan_flows() {
    assert_orders(|x| x.sin(), NAN, &[NAN, NAN, NAN]);
    assert_orders(|x| x * 0.0, NAN, &[NAN, 0.0]);
    assert_orders(|x| x.powf(0.0), NAN, &[1.0, 0.0]);
    assert_orders(|x| x.abs(), NAN, &[NAN, NAN]);
    for y in [
        Variable::new(NAN).maximum(1.0),
        Variable::new(1.0).maximum(NAN),
        Variable::new([NAN, 1.0]).minimum(2.0).max(..),
        Variable::new([1.0, NAN, 2.0]).max(..),
        Variable::new([1.0, NAN, 2.0]).min(..),
        Variable::new(NAN).relu(),
        Variable::new(NAN).clip(0.0, 1.0),
        Variable::new(NAN).sign(),
    ] {
        assert!(y.item().is_nan(), "{:?} gives {y}", y.creator());
    }
    let nan = Variable::new([NAN, 1.0]);
    assert_eq!(nan.equal(&nan).to_vec::<bool>(), [false, true]);
    assert_eq!(nan.not_equal(&nan).to_vec::<bool>(), [true, false]);
    // One bad element spoils itself alone.
    let x = Variable::new([NAN, 0.0]);
    x.sin().backward();
    let gx = x.grad().unwrap().to_vec::<f64>();
    assert!(gx[0].is_nan() && gx[1] == 1.0, "{gx:?}");
}

#[test]
fn infinity_flows() {
    assert_orders(|x| x.recip(), INF, &[0.0, 0.0]);
    assert_orders(|x| x.atan(), INF, &[FRAC_PI_2, 0.0]);
    assert_orders(|x| x.tanh(), INF, &[1.0, 0.0, 0.0]);
    assert_orders(|x| x.exp(), -INF, &[0.0, 0.0]);
    assert_orders(|x| x.log(), INF, &[INF, 0.0]);
    assert_orders(|x| x.sigmoid(), -INF, &[0.0, 0.0]);
    assert_orders(|x| x.softplus(), INF, &[INF, 1.0]);
    assert_orders(|x| x.sin(), INF, &[NAN, NAN]);
    assert_orders(|x| x - x, INF, &[NAN, 0.0]);
    assert_orders(|x| Variable::new(1.0) / x, 0.0, &[INF, -INF]);
}

/// The stable forms: no overflow, and no loss where the result is tiny.
#[test]
fn sums_of_exponentials_do_not_overflow() {
    let x = Variable::new([1000.0, 1000.0 + LN_2, -1000.0]);
    let y = x.logsumexp(..);
    assert!(agree(y.item(), 1000.0 + 3.0_f64.ln(), 1e-15));
    y.backward();
    let gx = x.grad().unwrap().to_vec::<f64>();
    assert!(
        agree(gx[0], 1.0 / 3.0, 1e-12) && agree(gx[1], 2.0 / 3.0, 1e-12) && gx[2] == 0.0,
        "{gx:?}"
    );
    assert!(agree(x.softmax(0).to_vec::<f64>()[0], 1.0 / 3.0, 1e-12));
    assert!(agree(
        x.log_softmax(0).to_vec::<f64>()[2],
        -2000.0 - 3.0_f64.ln(),
        1e-15
    ));
    let masked = Variable::new([0.0, -INF]);
    assert_eq!(masked.logsumexp(..).item(), 0.0);
    assert_eq!(masked.softmax(0).to_vec::<f64>(), [1.0, 0.0]);
    assert_eq!(
        grad(&masked.logsumexp(..), &[&masked])[0].to_vec::<f64>(),
        [1.0, 0.0]
    );
    assert_eq!(Variable::new([-INF, -INF]).logsumexp(..).item(), -INF);
    assert_eq!(Variable::new([INF, 0.0]).logsumexp(..).item(), INF);
}
