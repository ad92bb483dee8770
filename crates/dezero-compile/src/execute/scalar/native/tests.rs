//! Native code against the register machine, to the bit.

use dezero_core::trace::Trace;
use dezero_core::{Array, Binary, DType, Op, Unary, Variable, primitives};
use proptest::prelude::*;

use super::super::lower::lower;
use super::super::machine::{COMPARISONS, Machine};
use super::super::tests::{SPECIAL, bits};
use super::super::{Plain, Scalars};
use super::*;
use crate::execute::Executor;
use crate::execute::scalar::code::{Id, Scalar};
use crate::ir::Ir;
use crate::random_programs::{Recipe, config, recipes};

fn compiled(code: &Code) -> Compiled {
    Compiled::new(code).expect("a processor that is known")
}

/// What a program of one operation can read: inputs, constants, and truth values.
fn operands() -> Vec<Scalar> {
    let mut scalars = vec![Scalar::Input(0), Scalar::Input(1), Scalar::Input(2)];
    scalars.extend([0.0, -0.0, 1.5, f64::NAN, f64::NEG_INFINITY].map(Scalar::Constant));
    scalars.push(Scalar::Compare(COMPARISONS[0], [0, 1]));
    scalars.push(Scalar::Compare(COMPARISONS[1], [1, 2]));
    scalars
}

/// Runs a code on all special numbers, by the machine and natively.
fn compare(code: &Code, what: &str) {
    let (machine, native) = (Machine::new(code), compiled(code));
    for a in SPECIAL {
        for b in SPECIAL {
            let inputs = [
                a,
                b,
                SPECIAL[(a.to_bits() ^ b.to_bits()) as usize % SPECIAL.len()],
            ];
            let mut expected = vec![0.0; code.outputs.len()];
            let mut found = expected.clone();
            machine.call(&inputs[..code.inputs], &mut expected);
            assert!(native.call(&inputs[..code.inputs], &mut found));
            assert_eq!(bits(&found), bits(&expected), "{what} at {inputs:?}");
        }
    }
}

/// An operation on all operands that it can have.
fn check(arity: u32, what: &str, scalar: impl Fn([Id; 3]) -> Scalar) {
    let mut code = Code {
        scalars: operands(),
        inputs: 3,
        ..Code::default()
    };
    let count = code.scalars.len() as Id;
    for i in 0..count.pow(arity) {
        code.outputs.push(code.scalars.len() as Id);
        let operands = [i % count, i / count % count, i / count / count];
        code.scalars.push(scalar(operands));
    }
    compare(&code, what);
}

#[test]
fn all_operations_on_special_numbers() {
    for primitive in primitives() {
        match primitive.op {
            Op::Unary(op) => {
                check(1, primitive.name, |[x, ..]| Scalar::Unary(op, x));
                check(1, primitive.name, |[x, ..]| Scalar::UnaryLane(op, x));
            }
            Op::Binary(op) => {
                check(2, primitive.name, |[a, b, _]| Scalar::Binary(op, [a, b]));
                check(2, primitive.name, |[a, b, _]| {
                    Scalar::BinaryLane(op, [a, b])
                });
            }
            _ => unreachable!("primitives take one or two variables"),
        }
    }
    for &op in COMPARISONS {
        check(2, op.label(), |[a, b, _]| Scalar::Compare(op, [a, b]));
    }
    check(3, "Select", Scalar::Select);
}

#[test]
fn all_parameters_of_primitives() {
    for primitive in primitives() {
        let arity = primitive.parameters.len() as u32;
        if arity == 0 {
            continue;
        }
        for i in 0..SPECIAL.len().pow(arity) {
            let parameters: Vec<f64> = [i, i / SPECIAL.len()]
                .iter()
                .take(arity as usize)
                .map(|i| SPECIAL[i % SPECIAL.len()])
                .collect();
            let x = Variable::new(0.5);
            let y = primitive.apply_with(&[&x], &parameters).unwrap();
            let code = lower(&Ir::of(Trace::new(&[&x], &[&y]))).unwrap().code;
            compare(&code, &format!("{} with {parameters:?}", primitive.name));
        }
    }
    // The exponents with a short cut.
    for exponent in [2.0, 1.0, 0.5, -1.0, 0.0, -0.0] {
        check(1, "powf", |[x, ..]| {
            Scalar::Unary(Unary::Pow(exponent.into()), x)
        });
    }
}

/// The same with single numbers as inputs, of f64 and bool.
fn of_numbers(mut recipe: Recipe) -> Recipe {
    for (shape, dtype) in &mut recipe.inputs {
        shape.clear();
        if *dtype != DType::Bool {
            *dtype = DType::F64;
        }
    }
    recipe
}

/// Runs the program of a recipe natively, by the machine and by the engine.
fn check_recipe(recipe: &Recipe) {
    let inputs = recipe.values(1);
    let xs: Vec<Variable> = inputs.iter().cloned().map(Variable::new).collect();
    let ys = recipe.build(&xs);
    let ir = Ir::of(Trace::new(
        &xs.iter().collect::<Vec<_>>(),
        &ys.iter().collect::<Vec<_>>(),
    ));
    // Some make arrays of other dtypes on the way.
    let (Some(lowered), Some(scalars)) = (lower(&ir), Scalars::new(&ir)) else {
        return;
    };
    let machine = Machine::new(&lowered.code);
    let Some(native) = Compiled::new(&lowered.code) else {
        // Differentiated often, a few steps are ten thousands, which may take too much of the stack.
        assert!(
            lowered.code.scalars.len() > 10_000,
            "no native code for {} scalars",
            lowered.code.scalars.len()
        );
        return;
    };
    scalars.prepare();
    for seed in 1..8 {
        let inputs = recipe.values(seed);
        let as_numbers = |xs: &[Array]| -> Vec<f64> {
            let numbers = |x: &Array| x.astype(DType::F64).to_vec::<f64>();
            xs.iter().flat_map(numbers).collect()
        };
        let numbers = as_numbers(&inputs);
        let expected = bits(&as_numbers(&Plain::new(&ir).run(&inputs).unwrap()));
        let mut found = vec![0.0; expected.len()];
        machine.call(&numbers, &mut found);
        assert_eq!(bits(&found), expected, "by the machine");
        assert!(native.call(&numbers, &mut found));
        assert_eq!(bits(&found), expected, "natively");
        assert_eq!(bits(&as_numbers(&scalars.run(&inputs).unwrap())), expected);
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn random_programs(recipe in recipes(40)) {
        check_recipe(&of_numbers(recipe));
    }
}

/// A chain of so many scalars, all of which are read again.
fn there_and_back(length: u32) -> Code {
    let mut scalars = vec![Scalar::Input(0)];
    scalars.extend((0..length).map(|i| Scalar::Binary(Binary::Add, [i, 0])));
    for i in (0..length).rev() {
        let last = scalars.len() as Id - 1;
        scalars.push(Scalar::Binary(Binary::Mul, [last, i]));
    }
    Code {
        outputs: vec![scalars.len() as Id - 1],
        scalars,
        inputs: 1,
    }
}

#[test]
fn what_does_not_fit_into_registers() {
    for length in [1, 10, 100, 499, 500, 4999] {
        let code = there_and_back(length);
        let (machine, native) = (Machine::new(&code), compiled(&code));
        let [mut expected, mut found] = [[0.0], [1.0]];
        machine.call(&[1.0 / 64.0], &mut expected);
        assert!(native.call(&[1.0 / 64.0], &mut found));
        assert_eq!(found, expected, "{length}");
    }
}

#[test]
fn a_program_is_compiled_when_that_pays() {
    let native = Native::new(there_and_back(20));
    let mut calls = 0_usize;
    while !native.is_due() {
        assert!(!native.call(&[0.5], &mut [0.0]));
        calls += 1;
    }
    native.compile();
    assert!(native.call(&[0.5], &mut [0.0]));
    assert!((0..calls).all(|_| !native.is_due()));
    assert!((100..100_000).contains(&calls), "{calls}");
    // At once, where it is asked for.
    let native = Native::new(there_and_back(20));
    native.compile();
    assert!(native.call(&[0.5], &mut [0.0]));
    // Never.
    let native = Native::new(there_and_back(SCALARS as u32));
    native.compile();
    assert!(!native.call(&[0.5], &mut [0.0]));
    assert!((0..100_000).all(|_| !native.is_due()));
}

#[test]
fn what_would_take_much_of_the_stack_is_left_to_the_machine() {
    let code = there_and_back(14_000);
    assert!(code.scalars.len() < SCALARS);
    assert!(Compiled::new(&code).is_none());
    let native = Native::new(code);
    native.compile();
    assert!(!native.call(&[0.5], &mut [0.0]));
}

/// Few come in registers, more through memory.
#[test]
fn all_numbers_of_inputs_and_outputs() {
    for inputs in 0..12 {
        for outputs in 0..12 {
            let mut scalars: Vec<Scalar> = (0..inputs).map(Scalar::Input).collect();
            scalars.push(Scalar::Constant(0.5));
            let count = scalars.len() as Id;
            for i in 0..outputs {
                let operands = [i % count, (i + 1) % count];
                scalars.push(Scalar::Binary(Binary::Sub, operands));
            }
            // Not in the order in which they are computed.
            let outputs = (0..outputs).map(|i| count + (i * 7 + 3) % outputs);
            let code = Code {
                outputs: outputs.collect(),
                scalars,
                inputs: inputs as usize,
            };
            let numbers: Vec<f64> = (1..=inputs).map(|i| f64::from(i).sqrt()).collect();
            let mut expected = vec![0.0; code.outputs.len()];
            Machine::new(&code).call(&numbers, &mut expected);
            let mut found = vec![f64::NAN; code.outputs.len()];
            assert!(compiled(&code).call(&numbers, &mut found));
            assert_eq!(found, expected);
        }
    }
}

#[test]
fn a_program_that_has_no_operation() {
    let code = Code {
        scalars: vec![Scalar::Input(0), Scalar::Constant(2.5)],
        outputs: vec![1, 0, 1],
        inputs: 1,
    };
    let mut outputs = [0.0; 3];
    assert!(compiled(&code).call(&[-0.5], &mut outputs));
    assert_eq!(outputs, [2.5, -0.5, 2.5]);
    let nothing = compiled(&Code::default());
    assert!(nothing.call(&[], &mut []));
}

#[test]
fn slices_of_other_lengths_are_not_given_to_the_code() {
    let native = compiled(&there_and_back(3));
    assert!(!native.call(&[], &mut [0.0]));
    assert!(!native.call(&[1.0, 2.0], &mut [0.0]));
    assert!(!native.call(&[1.0], &mut []));
    assert!(native.call(&[1.0], &mut [0.0]));
}

#[test]
fn threads_go_over_to_native_code() {
    let code = there_and_back(30);
    let machine = Machine::new(&code);
    let native = Native::new(there_and_back(30));
    let start = std::sync::Barrier::new(4);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (machine, native, start) = (&machine, &native, &start);
            scope.spawn(move || {
                start.wait();
                let mut is_native = false;
                for i in 0.. {
                    let x = [f64::from(i % 1000) * 1e-3 + f64::from(thread)];
                    let [mut expected, mut found] = [[0.0]; 2];
                    machine.call(&x, &mut expected);
                    if native.is_due() {
                        native.compile();
                    }
                    if native.call(&x, &mut found) {
                        is_native = true;
                        assert_eq!(found, expected);
                    } else {
                        // Once there is code, it is used.
                        assert!(!is_native);
                    }
                    if is_native && i % 1000 == 999 {
                        break;
                    }
                }
            });
        }
    });
}

/// Whether code lies at the address.
#[cfg(target_os = "linux")]
fn is_executable(address: usize) -> bool {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    maps.lines().any(|line| {
        let (range, rest) = line.split_once(' ').unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|text| usize::from_str_radix(text, 16).unwrap());
        (start..end).contains(&address) && rest.as_bytes()[2] == b'x'
    })
}

#[cfg(target_os = "linux")]
#[test]
fn dropping_a_program_frees_its_code() {
    let freed = || {
        let native = Native::new(there_and_back(10));
        native.compile();
        let compiled = native.compiled.get().unwrap().as_ref().unwrap();
        let address = compiled.function as *const () as usize;
        assert!(is_executable(address));
        drop(native);
        !is_executable(address)
    };
    // Another test's code may come to lie there meanwhile, though not again and again.
    assert!((0..20).any(|_| freed()));
}

#[test]
fn native_programs_can_be_shared_and_sent() {
    fn check<T: Send + Sync>(_: &T) {}
    check(&Native::new(there_and_back(1)));
}
