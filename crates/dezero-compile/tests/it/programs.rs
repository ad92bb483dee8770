//! What a program gives, beside the function that it was recorded of.

use dezero_compile::{Program, compile};
use dezero_core::{Array, DType, Variable};

use crate::cases;

/// Whether two arrays are the same to the last bit.
pub(crate) fn same(a: &Array, b: &Array) -> bool {
    let bits = |x: &Array| -> Vec<u64> {
        let numbers = x.to_vec::<f64>().into_iter();
        numbers
            .map(|x| if x.is_nan() { 0 } else { x.to_bits() })
            .collect()
    };
    a.shape() == b.shape() && a.dtype() == b.dtype() && bits(a) == bits(b)
}

pub(crate) fn variables(xs: &[Array]) -> Vec<Variable> {
    xs.iter().cloned().map(Variable::new).collect()
}

#[test]
fn a_program_gives_what_the_function_gives() {
    for case in cases::all() {
        let at = variables(&case.point(1));
        let compiled = compile(|xs: &[Variable]| (case.apply)(xs), &at[..])
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for seed in 2..5 {
            let point = case.point(seed);
            let y = (case.apply)(&variables(&point)).data();
            let replayed = compiled.program().run(&point).unwrap();
            assert!(
                same(&replayed[0], &y),
                "{}: {} and {y}",
                case.name,
                replayed[0]
            );
        }
    }
}

#[test]
fn plain_numbers_go_in_and_come_out() {
    for case in cases::all() {
        let point = case.point(1);
        let program = Program::record(|xs: &[Variable]| (case.apply)(xs), &variables(&point)[..]);
        let program = program.unwrap();
        let y = program.run(&point).unwrap().remove(0);
        let numbers: Vec<f64> = point
            .iter()
            .flat_map(dezero_core::Array::to_vec::<f64>)
            .collect();
        let mut given = vec![0.0; y.size()];
        let called = program.call(&numbers, &mut given);
        if point.iter().chain([&y]).all(|x| x.dtype() == DType::F64) {
            called.unwrap();
            assert!(
                same(&Array::from_vec(given, y.shape()).unwrap(), &y),
                "{}",
                case.name
            );
        } else {
            assert!(called.unwrap_err().is_input(), "{}", case.name);
        }
    }
}

#[test]
fn several_results() {
    let (a, b) = (Variable::new(2.0), Variable::new([1.0, 3.0]));
    let program =
        Program::record(|[a, b]| vec![a * b, b.greater(2.0), a.clone()], [&a, &b]).unwrap();
    let ys = program
        .run(&[Array::from(5.0), Array::from([4.0, 0.0])])
        .unwrap();
    assert_eq!(
        ys,
        [
            Array::from([20.0, 0.0]),
            Array::from([true, false]),
            Array::from(5.0)
        ]
    );
    let outputs: Vec<String> = program.outputs().map(|y| y.to_string()).collect();
    assert_eq!(outputs, ["f64[2]", "bool[2]", "f64[]"]);
    assert_eq!(program.len(), 2);
}

#[test]
fn inputs_that_do_not_fit_are_named() {
    let (x, w) = (
        Variable::new([1.0, 2.0]).named("x"),
        Variable::new(3.0).named("w"),
    );
    let program = Program::record(|[x, w]| x * w, [&x, &w]).unwrap();
    let error = |inputs: &[Array]| {
        let error = program.run(inputs).unwrap_err();
        assert!(error.is_input());
        error.to_string()
    };
    assert_eq!(
        error(&[Array::from(1.0)]),
        "Program: 1 input, where it takes 2: x: f64[2], w: f64[]"
    );
    let text = error(&[Array::from([1.0, 2.0]), Array::from([1.0])]);
    assert!(
        text.starts_with("Program: input 1 is f64[1], where w: f64[] is expected"),
        "{text}"
    );
    let text = error(&[Array::from([1.0_f32, 2.0]), Array::from(1.0)]);
    assert!(
        text.starts_with("Program: input 0 is f32[2], where x: f64[2] is expected"),
        "{text}"
    );
    let error = program.call(&[1.0, 2.0], &mut [0.0; 2]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "call: 2 numbers for inputs x: f64[2], w: f64[], which take 3"
    );
    let error = program.call(&[1.0, 2.0, 3.0], &mut [0.0; 3]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "call: room for 3 numbers, where outputs f64[2] give 2"
    );
}

#[test]
fn a_failing_operation_is_an_error() {
    let x = Variable::new([[2.0, 0.0], [0.0, 4.0]]);
    let program = Program::record(|x: &Variable| x.inv(), &x).unwrap();
    let error = program
        .run(&[Array::zeros(&[2, 2], DType::F64).unwrap()])
        .unwrap_err();
    assert!(error.is_computation(), "{error}");
}

#[test]
fn nothing_recorded_is_an_error() {
    let x = Variable::new(1.0);
    let error = Program::record(|_: &Variable| Variable::new(2.0).sin(), &x).unwrap_err();
    assert!(error.is_record());
    let error = Program::record(|x: &Variable| Variable::new(x.item() * 3.0), &x).unwrap_err();
    assert!(error.to_string().contains("programs.rs"), "{error}");
    let error = Program::record(|x: &Variable| x.try_reshape([7]), &x).unwrap_err();
    assert!(
        error.is_record() && error.to_string().contains("reshape"),
        "{error}"
    );
}

#[test]
fn programs_go_to_threads() {
    fn shared<T: Send + Sync + Clone + 'static>(_: &T) {}
    let program = Program::record(
        |x: &Variable| (x.sin() * x).sum(..),
        &Variable::new([1.0; 8]),
    )
    .unwrap();
    shared(&program);
    let gradient = program.grad().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (program, gradient) = (program.clone(), gradient.clone());
            scope.spawn(move || {
                for i in 0..50 {
                    let x = f64::from(thread * 50 + i) / 20.0;
                    let point = [Array::from([x; 8])];
                    let y = (0..8).fold(0.0, |y, _| y + x.sin() * x);
                    assert!(
                        (program.run(&point).unwrap()[0].item::<f64>().unwrap() - y).abs() < 1e-12
                    );
                    let gx = gradient.run(&point).unwrap().remove(0);
                    assert!((gx.to_vec::<f64>()[3] - (x.cos() * x + x.sin())).abs() < 1e-13);
                }
            });
        }
    });
}

#[test]
fn a_prepared_program_gives_the_same() {
    let (x, y) = (Variable::new(0.5), Variable::new(2.0));
    let make = || {
        let program = Program::record(
            |[x, y]| 100.0 * (y - x.powf(2.0)).powf(2.0) + (x.exp() - 1.0).powf(1.5),
            [&x, &y],
        );
        program
            .and_then(|program| program.value_and_grad())
            .unwrap()
    };
    let (plain, prepared) = (make(), make());
    prepared.prepare();
    prepared.prepare();
    let numbers = [0.0, -0.0, 1.5, -2.0, 1e200, 5e-324, f64::INFINITY, f64::NAN];
    for a in numbers {
        for b in numbers {
            let [mut expected, mut found] = [[0.0; 3]; 2];
            plain.call(&[a, b], &mut expected).unwrap();
            prepared.call(&[a, b], &mut found).unwrap();
            for (found, expected) in found.iter().zip(expected) {
                let same = found.to_bits() == expected.to_bits();
                assert!(
                    same || found.is_nan() && expected.is_nan(),
                    "{found} and {expected}"
                );
            }
        }
    }
    assert!(prepared.call(&[1.0], &mut [0.0; 3]).unwrap_err().is_input());
    assert!(
        prepared
            .call(&[1.0; 2], &mut [0.0; 2])
            .unwrap_err()
            .is_input()
    );
}

#[test]
fn a_prepared_program_of_truth_values_takes_arrays_alone() {
    let (test, x) = (Variable::new(true), Variable::new(2.0));
    let program = Program::record(|[test, x]| test.where_(x, -x), [&test, &x]).unwrap();
    program.prepare();
    let y = program
        .run(&[Array::from(false), Array::from(3.0)])
        .unwrap();
    assert_eq!(y, [Array::from(-3.0)]);
    assert!(
        program
            .call(&[0.0, 3.0], &mut [0.0])
            .unwrap_err()
            .is_input()
    );
}
