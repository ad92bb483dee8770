//! Derivatives of programs, beside those that the engine takes of the function at each point.

use dezero_compile::{Program, Result};
use dezero_core::transforms::{
    derivatives, try_grad, try_hessian, try_hvp, try_jacobian, try_jvp, try_vjp,
};
use dezero_core::{Array, DType, Variable};

use crate::cases::{self, Case};
use crate::programs::variables;

/// Whether two arrays agree but for roundings: the engine may go another way, bare or recorded.
fn close(a: &Array, b: &Array) -> bool {
    let (rtol, atol) = if a.dtype() == DType::F32 {
        (1e-4, 1e-5)
    } else {
        (1e-10, 1e-11)
    };
    a.shape() == b.shape() && a.dtype() == b.dtype() && a.allclose(b, rtol, atol, true)
}

fn all_close(case: &Case, what: &str, program: &[Array], engine: &[Variable]) {
    assert_eq!(program.len(), engine.len(), "{} {what}", case.name);
    for (a, b) in program.iter().zip(engine) {
        assert!(close(a, &b.data()), "{} {what}: {a} and {b}", case.name);
    }
}

/// Of the derivatives that are taken from the record itself.
fn all_same(case: &Case, what: &str, program: &[Array], engine: &[Variable]) {
    let bits =
        |x: &Array| -> Vec<u64> { x.to_vec::<f64>().into_iter().map(f64::to_bits).collect() };
    assert_eq!(program.len(), engine.len(), "{} {what}", case.name);
    for (a, b) in program.iter().zip(engine) {
        assert_eq!((a.shape(), a.dtype()), (&b.shape()[..], b.dtype()));
        assert_eq!(
            bits(a),
            bits(&b.data()),
            "{} {what}: {a} and {b}",
            case.name
        );
    }
}

/// The case as a function that gives one number.
fn total(case: &Case) -> impl Fn(&[Variable]) -> Variable {
    |xs| (case.apply)(xs).sin().sum(..)
}

fn recorded(case: &Case) -> Program {
    let total = total(case);
    Program::record(|xs: &[Variable]| total(xs), &variables(&case.point(1))[..]).unwrap()
}

#[test]
fn gradients() {
    for case in cases::all() {
        let program = recorded(&case).value_and_grad().unwrap();
        for seed in 1..4 {
            let point = case.point(seed);
            let xs = variables(&point);
            let mut engine = vec![total(&case)(&xs)];
            engine.extend(try_grad(total(&case), &xs[..]).unwrap());
            all_same(
                &case,
                "value_and_grad",
                &program.run(&point).unwrap(),
                &engine,
            );
        }
    }
}

#[test]
fn what_is_simplified_is_differentiated_as_it_was_recorded() -> Result<()> {
    // Each is another operation to the last bit, with a derivative that rounds otherwise.
    let fs: [fn(&Variable) -> Variable; 5] = [
        |x| x.powf(-1.0),
        |x| x.powf(0.5),
        |x| 1.0 / x,
        |x| (x / 8.0).exp() * (x / 8.0).exp(),
        |x| (x * x).sin() - (x * x).cos(),
    ];
    for (number, f) in fs.into_iter().enumerate() {
        let program = Program::record(f, &Variable::new(1.0))?;
        let derived = [program.grad()?, program.hessian()?];
        for i in 1..200 {
            let x = Variable::new(0.013 * f64::from(i));
            let engine = [try_grad(f, &x), try_hessian(f, &x)];
            for (derived, engine) in derived.iter().zip(engine) {
                let y = derived.run(&[x.data()])?.remove(0);
                assert_eq!(
                    y.to_vec::<f64>(),
                    engine?.to_vec::<f64>(),
                    "{number} at {x}"
                );
            }
        }
    }
    Ok(())
}

#[test]
fn second_derivatives() {
    for case in cases::all() {
        let program = recorded(&case);
        let (hessian, hvp) = (program.hessian().unwrap(), program.hvp().unwrap());
        let again = program.grad().unwrap().jacobian().unwrap();
        for seed in 1..4 {
            let point = case.point(seed);
            let xs = variables(&point);
            let engine = try_hessian(total(&case), &xs[..]).unwrap().concat();
            all_same(&case, "hessian", &hessian.run(&point).unwrap(), &engine);
            all_close(
                &case,
                "grad, jacobian",
                &again.run(&point).unwrap(),
                &engine,
            );
            let vs = case.point(seed + 10);
            let engine = try_hvp(total(&case), &xs[..], &variables(&vs)[..]).unwrap();
            let given = [point, vs].concat();
            all_same(&case, "hvp", &hvp.run(&given).unwrap(), &engine);
        }
    }
}

#[test]
fn products_with_the_jacobian() {
    for case in cases::all() {
        let at = variables(&case.point(1));
        let program = Program::record(|xs: &[Variable]| (case.apply)(xs), &at[..]).unwrap();
        let (jvp, vjp) = (program.jvp().unwrap(), program.vjp().unwrap());
        let jacobian = program.jacobian().unwrap();
        for seed in 1..4 {
            let point = case.point(seed);
            let xs = variables(&point);
            let ts = case.point(seed + 10);
            let (y, ty) = try_jvp(&case.apply, &xs[..], &variables(&ts)[..]).unwrap();
            let given = [point.clone(), ts].concat();
            all_same(&case, "jvp", &jvp.run(&given).unwrap(), &[y.clone(), ty]);
            let gy = y.cos();
            let (_, pullback) = try_vjp(&case.apply, &xs[..]).unwrap();
            let given = [point.clone(), vec![gy.data()]].concat();
            all_same(
                &case,
                "vjp",
                &vjp.run(&given).unwrap(),
                &pullback.apply(&gy),
            );
            let engine = try_jacobian(&case.apply, &xs[..]).unwrap();
            all_same(&case, "jacobian", &jacobian.run(&point).unwrap(), &engine);
        }
    }
}

#[test]
fn third_derivatives() {
    let cases = cases::all().into_iter().filter(|case| {
        // Those of arrays would be many.
        case.point(1).iter().all(|x| x.ndim() == 0) || case.name == "network" || case.name == "max"
    });
    for case in cases {
        let program = recorded(&case).grad().unwrap();
        let sum = Program::record(
            |xs: &[Variable]| {
                let gradients =
                    dezero_core::grad(&total(&case)(xs), &xs.iter().collect::<Vec<_>>());
                gradients
                    .iter()
                    .map(|g| g.sin().sum(..))
                    .reduce(|a, b| a + b)
                    .unwrap()
            },
            &variables(&case.point(1))[..],
        );
        let sum = match sum {
            Ok(sum) => sum,
            // The gradient is zero everywhere.
            Err(error) => {
                assert!(
                    error.is_record() && program.is_empty(),
                    "{}: {error}",
                    case.name
                );
                continue;
            }
        };
        let third = sum.hessian().unwrap();
        for seed in 2..4 {
            let point = case.point(seed);
            let engine = try_hessian(
                |xs: &[Variable]| {
                    let gradients =
                        dezero_core::grad(&total(&case)(xs), &xs.iter().collect::<Vec<_>>());
                    gradients
                        .iter()
                        .map(|g| g.sin().sum(..))
                        .reduce(|a, b| a + b)
                        .unwrap()
                },
                &variables(&point)[..],
            );
            let engine = engine.unwrap().concat();
            all_close(&case, "third", &third.run(&point).unwrap(), &engine);
        }
    }
}

#[test]
fn repeated_derivatives_of_a_curve() -> Result<()> {
    let f = |x: &Variable| x.tanh() * x.powf(3.0);
    let program = Program::record(f, &Variable::new(1.0))?;
    let together = program.derivatives(6)?;
    for x in [-0.5, 0.0, 1.0, 2.5] {
        let engine = derivatives(f, &Variable::new(x), 6);
        let all = together.run(&[Array::from(x)])?;
        for (order, engine) in engine.iter().enumerate() {
            let one = program.derivative(order)?.run(&[Array::from(x)])?;
            let tolerance = 1e-9 * engine.item().abs().max(1.0);
            assert!((one[0].item::<f64>().unwrap() - engine.item()).abs() < tolerance);
            assert!((all[order].item::<f64>().unwrap() - engine.item()).abs() < tolerance);
        }
    }
    Ok(())
}

#[test]
fn a_power_recorded_elsewhere_has_its_derivatives_at_zero() -> Result<()> {
    // Forward mode has a shorter way away from zero, and must not have taken it.
    let program = Program::record(|x: &Variable| x.powf(3.0), &Variable::new(2.0))?;
    let mut y = [f64::NAN];
    program.hessian()?.call(&[0.0], &mut y)?;
    assert_eq!(y, [0.0]);
    let mut y = [f64::NAN; 2];
    program.jvp()?.call(&[0.0, 1.0], &mut y)?;
    assert_eq!(y, [0.0, 0.0]);
    Ok(())
}

#[test]
fn an_exponent_that_is_an_input_stays_one() -> Result<()> {
    let program = Program::record(
        |[x, n]| x.pow(n).sum(..),
        [&Variable::new(2.0), &Variable::new(3.0)],
    )?;
    let mut h = [0.0; 4];
    program.hessian()?.call(&[2.0, 5.0], &mut h)?;
    assert!((h[0] - 160.0).abs() < 1e-11, "{h:?}"); // 5 4 2^3
    Ok(())
}

#[test]
fn indices_that_depend_on_the_input_may_go_elsewhere_in_a_large_hessian() -> Result<()> {
    let f = |x: &Variable| {
        let at = x.argmax(..).reshape([1]);
        x.take(at, 0).powf(4.0).sum(..) + x.square().sum(..)
    };
    let point = |peak: usize| {
        let mut x = vec![0.5; 100];
        x[peak] = 2.0;
        Array::from(x)
    };
    let hessian = Program::record(f, &Variable::new(point(3)))?.hessian()?;
    let engine = dezero_core::transforms::hessian(f, &Variable::new(point(70)));
    let replayed = hessian.run(&[point(70)])?.remove(0);
    assert!(close(&replayed, &engine.data()));
    assert_eq!(replayed.get::<f64>(&[70, 70]).unwrap(), 50.0);
    Ok(())
}

#[test]
fn what_is_no_float_is_not_differentiated() -> Result<()> {
    let (x, at) = (Variable::new([1.0, 2.0, 3.0]), Variable::new([0_i64, 2]));
    let program = Program::record(|[x, at]| x.take(at, 0).square().sum(..), [&x, &at])?;
    let given = [Array::from([1.0, 2.0, 3.0]), Array::from([1_i64, 1])];
    assert_eq!(program.grad()?.run(&given)?, [Array::from([0.0, 8.0, 0.0])]);
    let hessian = program.hessian()?.run(&given)?;
    assert_eq!(hessian.len(), 1);
    assert_eq!(hessian[0].get::<f64>(&[1, 1]).unwrap(), 4.0);
    let counts = Program::record(|x: &Variable| x.greater(1.0), &x)?;
    assert!(counts.vjp().unwrap_err().is_derivative());
    assert!(program.derivative(1).unwrap_err().is_derivative());
    let many = Program::record(|x: &Variable| x * 2.0, &x)?;
    let text = many.grad().unwrap_err().to_string();
    assert!(text.contains("jacobian"), "{text}");
    Ok(())
}

#[test]
fn names_of_inputs_stay_and_new_ones_say_what_they_are() -> Result<()> {
    let (a, b) = (
        Variable::new([1.0, 2.0]).named("a"),
        Variable::new(3.0).named("b"),
    );
    let program = Program::record(|[a, b]| (a * b).named("c"), [&a, &b])?;
    let names =
        |program: Program| -> Vec<String> { program.inputs().map(|x| x.to_string()).collect() };
    assert_eq!(
        names(program.jvp()?),
        ["a: f64[2]", "b: f64[]", "t_a: f64[2]", "t_b: f64[]"]
    );
    assert_eq!(
        names(program.vjp()?),
        ["a: f64[2]", "b: f64[]", "g_c: f64[2]"]
    );
    Ok(())
}
