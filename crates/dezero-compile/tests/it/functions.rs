//! Programs with functions of the user's in them.

use dezero_compile::{Program, compile};
use dezero_core::{Array, Function, Result, Variable, grad};

/// The sine, and its derivative with as many orders as it says.
struct Sine {
    orders: Option<usize>,
}

impl Function for Sine {
    fn name(&self) -> &'static str {
        "Sine"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![xs[0].map_float(f64::sin, f32::sin)])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] * xs[0].cos()])
    }

    fn max_order(&self) -> Option<usize> {
        self.orders
    }
}

/// Sine and cosine.
struct Both;

impl Function for Both {
    fn name(&self) -> &'static str {
        "Both"
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
}

fn number(program: &Program, x: f64) -> f64 {
    let mut y = [f64::NAN];
    program.call(&[x], &mut y).unwrap();
    y[0]
}

#[test]
fn they_are_called_as_they_are() {
    let f = |x: &Variable| Sine { orders: None }.call(&[&(x * 2.0)]) + 1.0;
    let program = compile(f, &Variable::new(0.5)).unwrap().into_program();
    assert_eq!(number(&program, 0.3), 0.6_f64.sin() + 1.0);
    assert!((number(&program.grad().unwrap(), 0.3) - 2.0 * 0.6_f64.cos()).abs() < 1e-15);
    assert!((number(&program.derivative(3).unwrap(), 0.3) + 8.0 * 0.6_f64.cos()).abs() < 1e-14);
    assert!((number(&program.hessian().unwrap(), 0.3) + 4.0 * 0.6_f64.sin()).abs() < 1e-14);
}

#[test]
fn several_results_are_each_used() {
    let f = |x: &Variable| {
        let ys = Both.call_many(&[x]);
        ys[0].square() - 3.0 * &ys[1]
    };
    let program = compile(f, &Variable::new(0.5)).unwrap().into_program();
    let (sin, cos) = (0.3_f64.sin(), 0.3_f64.cos());
    assert_eq!(number(&program, 0.3), sin * sin - 3.0 * cos);
    assert!((number(&program.grad().unwrap(), 0.3) - (2.0 * sin * cos + 3.0 * sin)).abs() < 1e-15);
    let second = program.derivative(2).unwrap();
    assert!((number(&second, 0.3) - (2.0 * (cos * cos - sin * sin) + 3.0 * cos)).abs() < 1e-14);
}

#[test]
fn a_limited_function_has_the_derivatives_that_it_says() {
    let program = |orders| {
        let f = move |x: &Variable| {
            Sine {
                orders: Some(orders),
            }
            .call(&[x])
                * x
        };
        Program::record(f, &Variable::new(0.5)).unwrap()
    };
    let (sin, cos) = (0.3_f64.sin(), 0.3_f64.cos());
    // Order by order, and at once.
    let two = program(2);
    assert!((number(&two.derivative(2).unwrap(), 0.3) - (2.0 * cos - 0.3 * sin)).abs() < 1e-14);
    assert!(
        (number(&two.grad().unwrap().grad().unwrap(), 0.3) - (2.0 * cos - 0.3 * sin)).abs() < 1e-14
    );
    assert!((number(&two.hessian().unwrap(), 0.3) - (2.0 * cos - 0.3 * sin)).abs() < 1e-14);
    for error in [
        two.derivative(3).unwrap_err(),
        program(1).hessian().unwrap_err(),
        program(1).grad().unwrap().grad().unwrap_err(),
        program(1).grad().unwrap().jvp().unwrap_err(),
        program(0).grad().unwrap_err(),
    ] {
        assert!(
            error
                .to_string()
                .contains("`Sine` has derivatives up to order"),
            "{error}"
        );
        assert!(error.is_derivative());
    }
}

#[test]
fn a_limited_function_counts_through_calls_with_variables() {
    let f = compile(
        |x: &Variable| Sine { orders: Some(2) }.call(&[x]),
        &Variable::new(0.5),
    )
    .unwrap();
    let x = Variable::new(0.3);
    let gx = grad(&f.call(&x), &[&x]).remove(0);
    let gx2 = grad(&gx, &[&x]).remove(0);
    assert_eq!((gx.item(), gx2.item()), (0.3_f64.cos(), -0.3_f64.sin()));
    let error = dezero_core::try_grad(&gx2, &[&x]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("`Sine` has derivatives up to order 2"),
        "{error}"
    );
}

#[test]
fn recorded_derivatives_of_a_limited_function_are_not_differentiated() {
    let f = |x: &Variable| grad(&Sine { orders: Some(2) }.call(&[x]), &[x]).remove(0);
    let program = compile(f, &Variable::new(0.5)).unwrap().into_program();
    assert_eq!(number(&program, 0.3), 0.3_f64.cos());
    let error = program.grad().unwrap_err();
    assert!(
        error.is_derivative() && error.to_string().contains("`Sine`"),
        "{error}"
    );
}

#[test]
fn what_they_report_is_an_error() {
    struct Picky;
    impl Function for Picky {
        fn name(&self) -> &'static str {
            "Picky"
        }
        fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
            if xs[0].item::<f64>().unwrap() < 0.0 {
                return Err(dezero_core::Error::function(
                    "Picky",
                    "takes no negative numbers",
                ));
            }
            Ok(xs.to_vec())
        }
        fn backward(
            &self,
            _: &[Variable],
            _: &[Variable],
            gys: &[Variable],
        ) -> Result<Vec<Variable>> {
            Ok(gys.to_vec())
        }
    }
    let program = Program::record(|x: &Variable| Picky.call(&[x]), &Variable::new(0.5)).unwrap();
    let error = program.run(&[Array::from(-1.0)]).unwrap_err();
    assert!(
        error.is_computation() && error.to_string().contains("no negative numbers"),
        "{error}"
    );
}
