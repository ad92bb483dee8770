//! Taylor mode against nested derivatives: every primitive, on numbers and on arrays, in several
//! directions at once, and differentiated again.

use dezero_core::transforms;
use dezero_core::transforms::{derivatives, jet, jvp, laplacian};
use dezero_core::{Primitive, Variable, grad};

use crate::differences::{agree, assert_agree};
use crate::elementwise::everywhere;

/// The coefficients of the Taylor polynomial.
fn taylor(f: impl Fn(&Variable) -> Variable, around: f64, order: usize) -> Vec<f64> {
    transforms::taylor(f, around, order).coefficients().to_vec()
}

/// The primitive along a line through a point, as a function of the place on the line.
fn on_line(primitive: &Primitive, point: &[f64], direction: &[f64], t: &Variable) -> Variable {
    let xs: Vec<Variable> = point
        .iter()
        .zip(direction)
        .map(|(&x, &d)| t * d + x)
        .collect();
    primitive.apply(&xs.iter().collect::<Vec<_>>()).unwrap()
}

/// The derivatives by nesting.
fn nested(f: impl Fn(&Variable) -> Variable, order: usize) -> Vec<f64> {
    let t = Variable::new(0.0);
    let mut y = f(&t);
    let mut all = vec![y.item()];
    for _ in 0..order {
        y = grad(&y, &[&t]).remove(0);
        all.push(y.item());
    }
    all
}

#[test]
fn every_primitive_has_the_derivatives_that_nesting_gives() {
    everywhere(51, |primitive, point| {
        for direction in [[1.0, 0.0], [0.0, 1.0], [0.7, -0.4]] {
            let f = |t: &Variable| on_line(primitive, point, &direction, t);
            let expected = nested(f, 5);
            let actual: Vec<f64> = derivatives(f, &Variable::constant(0.0), 5)
                .iter()
                .map(Variable::item)
                .collect();
            let scale = expected.iter().fold(1.0_f64, |m, x| m.max(x.abs()));
            for (k, (a, e)) in actual.iter().zip(&expected).enumerate() {
                assert!(
                    agree(a / scale, e / scale, 1e-9),
                    "{} at {point:?} along {direction:?}, order {k}: {a} is not {e}",
                    primitive.name
                );
            }
        }
    });
}

#[test]
fn arrays_have_the_coefficients_of_their_elements_and_those_are_differentiable() {
    everywhere(52, |primitive, point| {
        let points: Vec<Vec<f64>> = point.iter().map(|&x| vec![x, x * 1.01, x * 0.99]).collect();
        let xs: Vec<Variable> = points.iter().map(|x| Variable::new(x.clone())).collect();
        let direction: Vec<Variable> = xs
            .iter()
            .map(|x| Variable::new(vec![0.5; x.size()]))
            .collect();
        let zero: Vec<Variable> = xs
            .iter()
            .map(|x| Variable::new(vec![0.0; x.size()]))
            .collect();
        let f = |xs: &[Variable]| primitive.apply(&xs.iter().collect::<Vec<_>>()).unwrap();
        let coefficients = jet(f, &xs, &[&direction, &zero, &zero]);
        for i in 0..3 {
            let expected = taylor(
                |t| {
                    let xs: Vec<Variable> = points.iter().map(|x| t * 0.5 + x[i]).collect();
                    f(&xs)
                },
                0.0,
                3,
            );
            let actual: Vec<f64> = coefficients.iter().map(|c| c.to_vec::<f64>()[i]).collect();
            assert_agree(&actual, &expected, 1e-12, primitive.name);
        }
        // The derivative of the second coefficient by x is three times the third, per direction.
        if coefficients[2].creator().is_some() {
            let targets: Vec<&Variable> = xs.iter().collect();
            let rates = grad(&coefficients[2], &targets);
            let rate: Vec<f64> = (0..3)
                .map(|i| rates.iter().map(|r| 0.5 * r.to_vec::<f64>()[i]).sum())
                .collect();
            let expected: Vec<f64> = coefficients[3]
                .to_vec::<f64>()
                .iter()
                .map(|c| 3.0 * c)
                .collect();
            assert_agree(&rate, &expected, 1e-8, primitive.name);
        }
    });
}

#[test]
fn forward_and_reverse_mode_agree() {
    everywhere(53, |primitive, point| {
        for (i, &x) in point.iter().enumerate() {
            let f = |t: &Variable| {
                let xs: Vec<Variable> = (0..point.len())
                    .map(|j| {
                        if i == j {
                            t.clone()
                        } else {
                            Variable::constant(point[j])
                        }
                    })
                    .collect();
                primitive.apply(&xs.iter().collect::<Vec<_>>()).unwrap()
            };
            let x = Variable::new(x);
            let (_, forward) = jvp(f, &x, &Variable::new(1.0));
            let y = f(&x);
            let reverse = grad(&y, &[&x]).remove(0);
            assert!(
                agree(forward.item(), reverse.item(), 1e-13),
                "{}",
                primitive.name
            );
        }
    });
}

#[test]
fn powers_are_expanded_at_zero() {
    assert_eq!(
        taylor(|x| x.powf(3.0), 0.0, 5),
        [0.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    );
    assert_eq!(taylor(|x| x.powf(1.0), 0.0, 2), [0.0, 1.0, 0.0]);
    assert_eq!(taylor(|x| x.powf(0.0), 0.0, 2), [1.0, 0.0, 0.0]);
    let root = taylor(|x| x.powf(2.5), 0.0, 3);
    assert_eq!(root[..3], [0.0, 0.0, 0.0]);
    assert!(root[3].is_infinite());
    // One element at zero, one not.
    let d = derivatives(|x| x.powf(3.0), &Variable::new([0.0, 2.0]), 3);
    assert_eq!(d[3].to_vec::<f64>(), [6.0, 6.0]);
    assert_eq!(d[1].to_vec::<f64>(), [0.0, 12.0]);
}

#[test]
fn the_series_of_sine_is_the_one_in_the_book() {
    let c = taylor(|x| x.sin(), 0.0, 9);
    assert_eq!(c[..6], [0.0, 1.0, 0.0, -1.0 / 6.0, 0.0, 1.0 / 120.0]);
    assert!((c[9] - 1.0 / 362_880.0).abs() < 1e-20);
}

#[test]
fn a_broadcast_series_has_the_shape_of_the_result() {
    let (a, b) = (
        Variable::new([1.0, 2.0, 3.0]),
        Variable::new([[0.5], [0.25]]),
    );
    let (ta, tb) = (
        Variable::new([1.0, 0.0, 1.0]),
        Variable::new([[1.0], [2.0]]),
    );
    let (y, t) = jvp(|[a, b]| a * b + a, [&a, &b], [&ta, &tb]);
    assert_eq!((y.shape(), t.shape()), (vec![2, 3], vec![2, 3]));
    assert_eq!(t.to_vec::<f64>(), [2.5, 2.0, 4.5, 3.25, 4.0, 7.25]);
    // One operand alone varies, and has fewer axes than the result.
    let (_, t) = jvp(|a| a + &b, &a, &ta);
    assert_eq!(t.to_vec::<f64>(), [1.0, 0.0, 1.0, 1.0, 0.0, 1.0]);
}

#[test]
fn the_laplacian_is_the_trace_of_the_hessian() {
    let x = Variable::new([0.3, -0.7, 1.1]);
    let f = |x: &Variable| (x.sin() * x.exp()).sum(..) + x.prod(..);
    let h = dezero_core::transforms::hessian(f, &x);
    let expected = h.trace().item();
    let actual = laplacian(f, &x);
    assert!(agree(actual.item(), expected, 1e-13));
    // And can be differentiated.
    let g = grad(&actual, &[&x]).remove(0);
    let h3 = grad(&h.trace(), &[&x]).remove(0);
    assert_agree(
        &g.to_vec::<f64>(),
        &h3.to_vec::<f64>(),
        1e-12,
        "the gradient of the Laplacian",
    );
}

#[test]
fn whole_powers_do_not_divide_by_their_base() {
    // Around a point where the sine is almost zero, and at zero.
    for at in [1e-20, 1e-160, 0.0] {
        let c = taylor(|x| x.sin().powf(2.0) + x.sin().powf(5.0), at, 5);
        assert_agree(
            &c,
            &[at * at, 2.0 * at, 1.0, 0.0, -1.0 / 3.0, 1.0],
            1e-15,
            "powers",
        );
    }
    let exponent = Variable::constant(3.0);
    assert_eq!(
        taylor(|x| x.pow(&exponent), 0.0, 4),
        [0.0, 0.0, 0.0, 1.0, 0.0]
    );
    let c = taylor(|x| x.powf(-2.0), 1.0, 3);
    assert_agree(&c, &[1.0, -2.0, 3.0, -4.0], 1e-15, "x^-2");
}

#[test]
fn powers_of_which_both_sides_vary_have_nested_derivatives_where_the_logarithm_has_none() {
    // x^x has no derivative by the exponent at a negative base.
    let c = taylor(|x| x.pow(x), -0.5, 3);
    assert!(c.iter().all(|c| c.is_nan()), "{c:?}");
    // At the base 0, the exponent 2 + x: x^2 x^x.
    let f = |x: &Variable| x.pow(2.0 + x);
    assert_eq!(taylor(f, 0.0, 1), [0.0, 0.0]);
    let x = Variable::new([0.0, 0.5]);
    let t = jvp(f, &x, &Variable::new([1.0, 1.0])).1;
    let expected = grad(&f(&x), &[&x]).remove(0);
    assert_agree(
        &t.to_vec::<f64>(),
        &expected.to_vec::<f64>(),
        1e-13,
        "x^(2 + x)",
    );
    let plain = |x: &Variable| f(x).sum(..);
    let x = Variable::new([0.5, 0.25]);
    let sum = laplacian(plain, &x).item();
    let trace = transforms::hessian(plain, &x).trace().item();
    assert!(agree(sum, trace, 1e-12));
}

#[test]
fn powers_keep_their_derivatives_where_their_value_has_no_digits_left() {
    let of = |x: f64, exponent: f64| -> Vec<f64> {
        let by_jvp = |x: &Variable| jvp(|x| x.powf(exponent), x, &Variable::new(1.0)).1.item();
        let c = taylor(|x| x.powf(exponent), x, 2);
        assert!(agree(c[1] / by_jvp(&Variable::new(x)), 1.0, 1e-14));
        c
    };
    // Underflow, a subnormal value, overflow.
    assert!(agree(of(1e-150, 2.5)[2] / 1.875e-75, 1.0, 1e-13));
    assert!(agree(
        of(1e-130, 2.47)[1] / (2.47 * 10_f64.powf(-191.1)),
        1.0,
        1e-12
    ));
    assert!(agree(of(1e200, 1.6)[1] / 1.6e120, 1.0, 1e-12));
    let x = Variable::new(1e-10_f32);
    let t = jvp(|x| x.powf(4.5), &x, &Variable::new(1.0_f32)).1.item();
    assert!(agree(t / 4.5e-35, 1.0, 1e-5), "{t}");
    // 0^x has the derivatives 0 at 0, however it is asked.
    assert_eq!(
        taylor(|x| Variable::constant(0.0).pow(x), 0.0, 2),
        [1.0, 0.0, 0.0]
    );
}
