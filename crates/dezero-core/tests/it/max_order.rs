//! Functions that have derivatives up to some order only: past it is an error in every mode, and
//! what is linear in a derivative is no further one.

use std::sync::Arc;

use dezero_core::transforms::{
    try_derivatives, try_hessian, try_hvp, try_jet, try_jvp, try_taylor,
};
use dezero_core::{Array, Backward, Error, Function, Result, Variable, grad, live_nodes, try_grad};

/// A function that is its own derivative, or whose derivatives are sines: the first written with its
/// result, the second with its input.
#[derive(Clone, Copy)]
enum Limited {
    Exp(usize),
    Sin(usize),
}

impl Function for Limited {
    fn name(&self) -> &'static str {
        match self {
            Self::Exp(_) => "LimitedExp",
            Self::Sin(_) => "LimitedSin",
        }
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![match self {
            Self::Exp(_) => xs[0].map_float(f64::exp, f32::exp),
            Self::Sin(_) => xs[0].map_float(f64::sin, f32::sin),
        }])
    }

    fn backward(
        &self,
        xs: &[Variable],
        ys: &[Variable],
        gys: &[Variable],
    ) -> Result<Vec<Variable>> {
        Ok(vec![match self {
            Self::Exp(_) => &gys[0] * &ys[0],
            Self::Sin(_) => &gys[0] * xs[0].cos(),
        }])
    }

    fn max_order(&self) -> Option<usize> {
        let (Self::Exp(limit) | Self::Sin(limit)) = self;
        Some(*limit)
    }
}

const BOTH: [fn(usize) -> Limited; 2] = [Limited::Exp, Limited::Sin];

/// The derivatives at 0.5, from the value.
fn derivative(f: Limited, order: usize) -> f64 {
    let x = 0.5_f64;
    match (f, order % 4) {
        (Limited::Exp(_), _) => x.exp(),
        (_, 0) => x.sin(),
        (_, 1) => x.cos(),
        (_, 2) => -x.sin(),
        _ => -x.cos(),
    }
}

#[track_caller]
fn refused<T>(result: Result<T>, order: usize) {
    let error: Error = result.err().expect("past the limit");
    assert!(error.is_derivative(), "{error}");
    let text = error.to_string();
    assert!(text.contains("function `Limited"), "{text}");
    assert!(
        text.contains(&format!("; order {order} was asked for")),
        "{text}"
    );
}

#[track_caller]
fn close(a: &Variable, b: f64) {
    assert!((a.item() - b).abs() < 1e-12, "{a} is not {b}");
}

#[test]
fn passes_up_to_the_limit_and_no_further() {
    for f in BOTH {
        for limit in 0..4 {
            let x = Variable::new(0.5);
            let mut y = f(limit).call(&[&x]);
            for order in 1..=limit {
                y = grad(&y, &[&x]).remove(0);
                close(&y, derivative(f(limit), order));
            }
            refused(try_grad(&y, &[&x]), limit + 1);
            // Neither by a plain pass, in which nothing is recorded.
            refused(y.try_backward(Backward::new()), limit + 1);
        }
    }
    assert_eq!(live_nodes(), 0);
}

#[test]
fn a_cotangent_is_no_further_derivative() {
    for f in BOTH {
        let (x, w) = (Variable::new(0.5), Variable::new(3.0));
        let y = &w * Arc::new(f(1)).call(&[&x]);
        let gx = grad(&y, &[&x]).remove(0);
        let gxw = grad(&gx, &[&w]).remove(0);
        close(&gxw, derivative(f(1), 1));
        refused(try_grad(&gx, &[&x]), 2);
        refused(try_grad(&gxw, &[&x]), 2);
        // By the weight first: the function itself, without a derivative.
        let gw = grad(&y, &[&w]).remove(0);
        let gwx = grad(&gw, &[&x]).remove(0);
        close(&gwx, derivative(f(1), 1));

        // Linear at any place between.
        let y = &w * f(2).call(&[&x]);
        let gx = grad(&y, &[&x]).remove(0);
        let gxw = grad(&gx, &[&w]).remove(0);
        let gxwx = grad(&gxw, &[&x]).remove(0);
        close(&gxwx, derivative(f(2), 2));
        refused(try_grad(&gxwx, &[&x]), 3);
    }
}

#[test]
fn what_is_computed_from_a_derivative_counts_for_itself() {
    for f in BOTH {
        let x = Variable::new(0.5);
        let gx = grad(&f(2).call(&[&x]), &[&x]).remove(0);
        let p = grad(&gx.sin(), &[&gx]).remove(0); // cos(f'(x)), of a second pass
        let gp = grad(&p, &[&x]).remove(0);
        let (first, second) = (derivative(f(2), 1), derivative(f(2), 2));
        close(&gp, -first.sin() * second);
        refused(try_grad(&gp, &[&x]), 3);
    }
}

#[test]
fn one_function_in_another() {
    for f in BOTH {
        let x = Variable::new(0.5);
        let y = f(2).call(&[&f(2).call(&[&x])]);
        let gx2 = grad(&grad(&y, &[&x]).remove(0), &[&x]).remove(0);
        refused(try_grad(&gx2, &[&x]), 3);
        let free = match f(2) {
            Limited::Exp(_) => x.exp().exp(),
            Limited::Sin(_) => x.sin().sin(),
        };
        let expected = grad(&grad(&free, &[&x]).remove(0), &[&x]).remove(0);
        close(&gx2, expected.item());
    }
}

#[test]
fn forwards_as_well() {
    for f in BOTH {
        for limit in 0..3 {
            let g = |x: &Variable| f(limit).call(&[x]);
            let (x, one) = (Variable::new(0.5), Variable::new(1.0));
            let check = |result: Result<Variable>, order: usize| {
                if order <= limit {
                    close(&result.unwrap(), derivative(f(limit), order));
                } else {
                    let error = result.unwrap_err();
                    assert!(error.is_derivative(), "{error}");
                    assert!(error.to_string().contains("`max_order`"), "{error}");
                }
            };
            check(try_jvp(g, &x, &one).map(|(_, t)| t), 1);
            check(try_hessian(g, &x), 2);
            check(try_hvp(g, &x, &one), 2);
            for order in 1..4 {
                let all = try_derivatives(g, &x, order);
                check(all.map(|mut all| all.remove(order)), order);
                assert_eq!(try_taylor(g, 0.5, order).is_ok(), order <= limit);
            }
            let jet = try_jet(g, &x, &[&one, &Variable::new(0.0)]);
            assert_eq!(jet.is_ok(), limit >= 2);
            // Backwards through what went forwards, and forwards through two passes.
            let tangent = |x: &Variable| Ok::<_, Error>(try_jvp(g, x, &one)?.1);
            check(
                tangent(&x).and_then(|t| Ok(try_grad(&t, &[&x])?.remove(0))),
                2,
            );
            let twice = |x: &Variable| {
                let gx = try_grad(&g(x), &[x])?.remove(0);
                Ok::<_, Error>(try_grad(&gx, &[x])?.remove(0))
            };
            check(try_jvp(twice, &x, &one).map(|(_, t)| t), 3);
        }
    }
}

#[test]
fn forwards_along_a_cotangent() {
    for f in BOTH {
        let x = Variable::new(0.5);
        let (w, one) = (Variable::new(3.0), Variable::new(1.0));
        let slope = |w: &Variable| grad(&(w * f(1).call(&[&x])), &[&x]).remove(0);
        let (_, t) = try_jvp(slope, &w, &one).unwrap();
        close(&t, derivative(f(1), 1));
        refused(try_grad(&t, &[&x]), 2);
    }
}

/// A sine and a cosine at once.
struct Pair;

impl Function for Pair {
    fn name(&self) -> &'static str {
        "LimitedPair"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![
            xs[0].map_float(f64::sin, f32::sin),
            xs[0].map_float(f64::cos, f32::cos),
        ])
    }

    fn backward(&self, _: &[Variable], ys: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] * &ys[1] - &gys[1] * &ys[0]])
    }

    fn max_order(&self) -> Option<usize> {
        Some(2)
    }
}

#[test]
fn several_results() {
    let x = Variable::new(0.5);
    let ys = Pair.call_many(&[&x]);
    let gx = grad(&(&ys[0] + &ys[1]), &[&x]).remove(0);
    let gx2 = grad(&gx, &[&x]).remove(0);
    close(&gx2, -0.5_f64.sin() - 0.5_f64.cos());
    refused(try_grad(&gx2, &[&x]), 3);
}

/// A sine whose `backward` computes with raw values: nothing in its record leads to the input.
struct Raw;

impl Function for Raw {
    fn name(&self) -> &'static str {
        "LimitedRaw"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![xs[0].map_float(f64::sin, f32::sin)])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] * xs[0].detach().item().cos()])
    }

    fn max_order(&self) -> Option<usize> {
        Some(1)
    }
}

#[test]
fn a_derivative_of_raw_values_is_no_silent_zero() {
    let (x, w, one) = (Variable::new(0.5), Variable::new(3.0), Variable::new(1.0));
    refused(try_grad(&grad(&Raw.call(&[&x]), &[&x])[0], &[&x]), 2);
    let gx = grad(&(&w * Raw.call(&[&x])), &[&x]).remove(0);
    refused(try_grad(&gx, &[&x]), 2);
    refused(gx.try_backward(Backward::new()), 2);
    let gxw = grad(&gx, &[&w]).remove(0);
    close(&gxw, 0.5_f64.cos());
    refused(try_grad(&gxw, &[&x]), 2);
    refused(try_hvp(|x| Raw.call(&[x]), &x, &one), 2);
    refused(try_hessian(|x| Raw.call(&[x]), &x), 2);
    let (_, t) = try_jvp(|x| Raw.call(&[x]), &x, &one).unwrap();
    refused(try_grad(&t, &[&x]), 2);
}
