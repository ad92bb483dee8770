//! Functions of the user's own: several inputs and results, results that nobody uses, derivatives
//! of derivatives, and what is said when the contract is broken.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dezero_core::{
    Array, Backward, Error, Function, Result, Variable, enable_grad, grad, graph, live_nodes,
};

/// Product and quotient of two variables at once.
struct ProductAndQuotient;

impl Function for ProductAndQuotient {
    fn name(&self) -> &'static str {
        "ProductAndQuotient"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        let zip = |f: fn(f64, f64) -> f64| xs[0].zip_float(&xs[1], "f", f, |_, _| f32::NAN);
        Ok(vec![zip(|a, b| a * b)?, zip(|a, b| a / b)?])
    }

    fn backward(
        &self,
        xs: &[Variable],
        ys: &[Variable],
        gys: &[Variable],
    ) -> Result<Vec<Variable>> {
        let (a, b) = (&xs[0], &xs[1]);
        assert_eq!(
            (ys.len(), gys.len(), ys[1].item()),
            (2, 2, a.item() / b.item())
        );
        Ok(vec![
            &gys[0] * b + &gys[1] / b,
            &gys[0] * a - &gys[1] * &ys[1] / b,
        ])
    }
}

/// A function made of two closures.
struct Made<F, B>(&'static str, F, B);

impl<F, B> Function for Made<F, B>
where
    F: Fn(&[Array]) -> Result<Vec<Array>> + Send + Sync + 'static,
    B: Fn(&[Variable], &[Variable], &[Variable]) -> Result<Vec<Variable>> + Send + Sync + 'static,
{
    fn name(&self) -> &str {
        self.0
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        (self.1)(xs)
    }

    fn backward(
        &self,
        xs: &[Variable],
        ys: &[Variable],
        gys: &[Variable],
    ) -> Result<Vec<Variable>> {
        (self.2)(xs, ys, gys)
    }
}

fn cube() -> impl Function {
    Made(
        "Cube",
        |xs: &[Array]| Ok(vec![xs[0].map_float(|x| x * x * x, |x| x * x * x)]),
        |xs: &[Variable], _: &[Variable], gys: &[Variable]| {
            Ok(vec![&gys[0] * (&xs[0] * &xs[0] * 3.0)])
        },
    )
}

#[test]
fn several_inputs_and_results() {
    let (a, b) = (Variable::new(6.0), Variable::new(2.0));
    let ys = ProductAndQuotient.call_many(&[&a, &b]);
    assert_eq!((ys[0].item(), ys[1].item()), (12.0, 3.0));
    (&ys[0] * &ys[1]).backward(); // a^2
    assert_eq!(
        (a.grad().unwrap().item(), b.grad().unwrap().item()),
        (12.0, 0.0)
    );
    let creator = ys[1].creator().unwrap();
    assert_eq!(
        (creator.label(), creator.inputs().len()),
        ("ProductAndQuotient", 2)
    );
    assert!(
        !grad(&ys[0], &[&a, &b, &ys[0]])
            .iter()
            .any(|gx| gx.item().is_nan())
    );
}

#[test]
fn unused_and_dropped_results_count_as_zero() {
    let (a, b) = (Variable::new(6.0), Variable::new(2.0));
    let ys = ProductAndQuotient.call_many(&[&a, &b]);
    ys[0].backward();
    assert_eq!(
        (a.grad().unwrap().item(), b.grad().unwrap().item()),
        (2.0, 6.0)
    );
    for x in [&a, &b] {
        x.cleargrad();
    }
    let quotient = ProductAndQuotient.call_many(&[&a, &b]).remove(1);
    quotient.backward();
    assert_eq!(
        (a.grad().unwrap().item(), b.grad().unwrap().item()),
        (0.5, -1.5)
    );
}

#[test]
fn results_on_the_way_can_retain_their_gradients() {
    let (a, b) = (Variable::new(6.0), Variable::new(2.0));
    let ys = ProductAndQuotient.call_many(&[&a, &b]);
    (&ys[0] * 2.0 + &ys[1] * 5.0).backward_with(Backward::new().retain_grad());
    assert_eq!(
        (ys[0].grad().unwrap().item(), ys[1].grad().unwrap().item()),
        (2.0, 5.0)
    );
}

#[test]
fn derivatives_of_every_order_go_through() {
    let x = Variable::new(2.0);
    let y = cube().call(&[&x]);
    let mut g = y.clone();
    for expected in [12.0, 12.0, 6.0, 0.0, 0.0] {
        g = grad(&g, &[&x]).remove(0);
        assert_eq!(g.item(), expected);
    }
    // d2/da db of a b and a / b at (6, 2): 1 and -1/4; of the second by b twice: 2 a / b^3.
    let (a, b) = (Variable::new(6.0), Variable::new(2.0));
    let ys = ProductAndQuotient.call_many(&[&a, &b]);
    let mixed = |y: &Variable, first: &Variable, second: &Variable| {
        grad(&grad(y, &[first])[0], &[second])[0].item()
    };
    assert_eq!((mixed(&ys[0], &a, &b), mixed(&ys[0], &b, &a)), (1.0, 1.0));
    assert_eq!(
        (mixed(&ys[1], &a, &b), mixed(&ys[1], &b, &a)),
        (-0.25, -0.25)
    );
    assert_eq!((mixed(&ys[1], &b, &b), mixed(&ys[0], &a, &a)), (1.5, 0.0));
}

/// A call is made once and differentiated once, however many of its results are used.
#[test]
fn backward_is_called_once_for_all_results() {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let function = Made(
        "Three",
        |xs: &[Array]| Ok(vec![xs[0].clone(); 3]),
        move |_: &[Variable], _: &[Variable], gys: &[Variable]| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(vec![&gys[0] + &gys[1] + &gys[2]])
        },
    );
    let x = Variable::new(2.0);
    let ys = function.call_many(&[&x]);
    (&ys[0] * 1.0 + &ys[1] * 10.0 + &ys[2] * 100.0 + &ys[0] * 1000.0).backward();
    assert_eq!(
        (x.grad().unwrap().item(), calls.load(Ordering::Relaxed)),
        (1111.0, 1)
    );
}

#[test]
fn one_function_can_be_called_many_times() {
    let function: Arc<dyn Function> = Arc::new(cube());
    let x = Variable::new(1.1);
    let y = function.clone().call(&[&function.clone().call(&[&x])]);
    y.backward();
    assert!((x.grad().unwrap().item() - 9.0 * 1.1_f64.powi(8)).abs() < 1e-12);
    let functions = graph(&y)
        .functions()
        .iter()
        .map(|f| f.op.clone())
        .collect::<Vec<_>>();
    assert_eq!(functions[0], functions[1]);
    assert_ne!(
        cube().call(&[&x]).creator().unwrap().op(),
        cube().call(&[&x]).creator().unwrap().op()
    );
}

/// Inputs that are no floats, or constants, take any cotangent: nothing is made of it.
#[test]
fn cotangents_of_what_has_no_derivative_are_ignored() {
    let function = Made(
        "Pick",
        |xs: &[Array]| Ok(vec![xs[0].take(&xs[1], 0)?]),
        |xs: &[Variable], _: &[Variable], gys: &[Variable]| {
            Ok(vec![
                (&xs[0] * 0.0).put_add(&xs[1], &gys[0], 0),
                Variable::new(0.0),
            ])
        },
    );
    let (x, at) = (Variable::new([1.0, 2.0, 3.0]), Variable::new([2_i64, 2]));
    function.call(&[&x, &at]).backward();
    assert_eq!(x.grad().unwrap().to_vec::<f64>(), [0.0, 0.0, 2.0]);
    assert!(at.grad().is_none());
}

#[test]
fn constants_alone_give_constants() {
    let (a, b) = (Variable::constant(6.0), Variable::constant(2.0));
    let ys = ProductAndQuotient.call_many(&[&a, &b]);
    assert!(ys.iter().all(|y| y.creator().is_none()));
    assert_eq!(ys[1].item(), 3.0);
    let ys = dezero_core::no_grad(|| ProductAndQuotient.call_many(&[&Variable::new(6.0), &b]));
    assert!(ys.iter().all(|y| y.creator().is_none()));
}

fn broken(backward: impl Fn(&[Variable]) -> Vec<Variable> + Send + Sync + 'static) -> Error {
    let function = Made(
        "Broken",
        |xs: &[Array]| Ok(vec![xs[0].clone()]),
        move |xs: &[Variable], _: &[Variable], _: &[Variable]| Ok(backward(xs)),
    );
    let x = Variable::new([1.0, 2.0]);
    let y = function.call(&[&x, &Variable::new(2.0)]).sum(..);
    let error = y.try_backward(Backward::new()).unwrap_err();
    assert!(error.is_function() && x.grad().is_none());
    error
}

/// The texts themselves are in `errors.rs`.
#[test]
fn a_broken_contract_is_an_error() {
    let too_few = broken(|xs| vec![xs[0].clone()]).to_string();
    assert!(
        too_few.contains("Broken") && too_few.contains("1 cotangents for 2 inputs"),
        "{too_few}"
    );
    let shape =
        broken(|xs| vec![&xs[0] * Variable::new([[1.0], [2.0]]), xs[1].clone()]).to_string();
    assert!(
        shape.contains("input 0, of shape (2,)") && shape.contains("(2, 2)"),
        "{shape}"
    );
}

#[test]
fn errors_of_the_function_are_passed_on() {
    let function = || {
        Made(
            "Picky",
            |xs: &[Array]| match xs[0].as_f64() {
                Some(x) if x > 0.0 => Ok(vec![xs[0].clone()]),
                _ => Err(Error::function("Picky", "wants a positive number")),
            },
            |_: &[Variable], _: &[Variable], _: &[Variable]| {
                Err(Error::function("Picky", "has no derivative"))
            },
        )
    };
    let error = function().try_call(&[&Variable::new(-1.0)]).unwrap_err();
    assert!(error.is_function() && error.to_string().contains("wants a positive number"));
    let y = function().call(&[&Variable::new(1.0)]) * 2.0;
    let error = y.try_backward(Backward::new()).unwrap_err();
    assert!(error.to_string().contains("has no derivative"));
    // `call` is for one result.
    let none = Made(
        "None",
        |_: &[Array]| Ok(vec![]),
        |_: &[Variable], _: &[Variable], _: &[Variable]| Ok(vec![]),
    );
    assert!(none.try_call(&[]).unwrap().is_empty());
}

/// No lock is held while user code runs: it may look at and differentiate anything.
#[test]
fn user_code_may_use_the_variables_it_is_called_with() {
    let x = Variable::new(2.0);
    let seen = x.clone();
    let function = Made(
        "Curious",
        |xs: &[Array]| Ok(vec![xs[0].clone()]),
        move |xs: &[Variable], ys: &[Variable], gys: &[Variable]| {
            seen.set_name("seen");
            assert_eq!(seen.grad().map(|gx| gx.item()), None);
            assert_eq!(ys[0].creator().map_or(1, |c| c.inputs().len()), 1);
            // A plain backward does not record what the user's code does, unless it asks for it.
            let inner = Variable::new(3.0);
            enable_grad(|| inner.square().backward());
            Ok(vec![&gys[0] * &xs[0] * inner.grad().unwrap()])
        },
    );
    let y = function.call(&[&x]);
    y.backward();
    assert_eq!(
        (x.grad().unwrap().item(), x.name().as_deref()),
        (12.0, Some("seen"))
    );
}

#[test]
fn nothing_stays_behind() {
    let before = live_nodes();
    {
        let (a, b) = (Variable::new(6.0), Variable::new(2.0));
        let ys = ProductAndQuotient.call_many(&[&a, &b]);
        let g = grad(&grad(&(&ys[0] * &ys[1]), &[&a])[0], &[&b]);
        assert!(g[0].item().abs() < 1e-15);
        ys[0].backward_with(Backward::new().create_graph().retain_grad());
        assert!(live_nodes() > before);
    }
    assert_eq!(live_nodes(), before);
}
