//! The executor against the plain one, to the last bit.

use dezero_core::trace::Trace;
use dezero_core::{Array, Axes, Slice, Variable, grad};
use proptest::prelude::*;

use super::Arrays;
use super::plan::{Plan, Step};
use crate::execute::{Executor, Plain};
use crate::ir::Ir;
use crate::random_programs::{Recipe, config, is_same, recipes};

/// The program that a function records at a point.
fn record(inputs: &[Array], f: impl Fn(&[Variable]) -> Vec<Variable>) -> Ir {
    let xs: Vec<Variable> = inputs.iter().cloned().map(Variable::new).collect();
    let ys = f(&xs);
    let (xs, ys): (Vec<_>, Vec<_>) = (xs.iter().collect(), ys.iter().collect());
    Ir::of(Trace::new(&xs, &ys))
}

/// Compares what both executors give, in all ways to ask.
fn compare(ir: &Ir, arrays: &Arrays, inputs: &[Array]) {
    let expected = Plain::new(ir).run(inputs);
    let found = arrays.run(inputs);
    let (expected, found) = match (expected, found) {
        (Ok(expected), Ok(found)) => (expected, found),
        (Err(_), Err(_)) => return,
        (expected, found) => panic!("{expected:?} and {found:?}"),
    };
    assert_eq!(expected.len(), found.len());
    for (a, b) in expected.iter().zip(&found) {
        assert!(is_same(a, b), "{a:?}\n{b:?}\n{:#?}", plan(ir));
        if a.size() > 1 {
            assert!(
                a.placement().agrees_with(&b.placement()),
                "{:?} {:?}",
                a.strides(),
                b.strides()
            );
        }
    }
    if inputs.iter().all(|x| x.dtype() == dezero_array::DType::F64) {
        let numbers: Vec<f64> = inputs.iter().flat_map(Array::to_vec::<f64>).collect();
        let row_major: Vec<Array> = inputs
            .iter()
            .map(|x| Array::from_vec(x.to_vec::<f64>(), x.shape()).unwrap())
            .collect();
        let expected = Plain::new(ir).run(&row_major).unwrap();
        let size = expected.iter().map(Array::size).sum();
        let mut ys = vec![f64::NAN; size];
        arrays.call(&numbers, &mut ys).unwrap();
        let expected: Vec<f64> = expected.iter().flat_map(Array::to_vec::<f64>).collect();
        assert!(is_same(&Array::from(expected), &Array::from(ys)));
    }
}

fn plan(ir: &Ir) -> Plan {
    Plan::new(ir, super::Assumed::new()).unwrap()
}

/// How many groups a program becomes.
fn groups(ir: &Ir) -> usize {
    let steps = plan(ir).steps;
    let group = |step: &&Step| matches!(step, Step::Group(_));
    steps.iter().filter(group).count()
}

/// How many operations are left to the engine.
fn whole(ir: &Ir) -> usize {
    let steps = plan(ir).steps;
    let whole = |step: &&Step| matches!(step, Step::Whole(_));
    steps.iter().filter(whole).count()
}

/// Compares on these inputs, on others, and on these again.
fn check(inputs: &[Array], f: impl Fn(&[Variable]) -> Vec<Variable>) -> Ir {
    let ir = record(inputs, f);
    let arrays = Arrays::new(&ir);
    compare(&ir, &arrays, inputs);
    let others: Vec<Array> = inputs
        .iter()
        .map(|x| {
            x.map_float(|x| 0.75 * x - 0.1, |x| 0.75 * x - 0.1)
                .astype(x.dtype())
        })
        .collect();
    compare(&ir, &arrays, &others);
    compare(&ir, &arrays, inputs);
    ir
}

fn wave(shape: &[usize]) -> Array {
    let size: usize = shape.iter().product();
    let values: Vec<f64> = (0..size).map(|i| (i as f64 * 0.7).sin() * 2.0).collect();
    Array::from_vec(values, shape).unwrap()
}

fn check_recipe(recipe: &Recipe) {
    let build = |xs: &[Variable]| recipe.build(xs);
    let ir = record(&recipe.values(1), build);
    let arrays = Arrays::new(&ir);
    for seed in [1, 2, 1] {
        compare(&ir, &arrays, &recipe.values(seed));
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn random_programs_give_what_the_engine_gives(recipe in recipes(25)) {
        check_recipe(&recipe);
    }
}

#[test]
fn a_formula_and_its_gradient_are_one_pass() {
    let ir = check(&[wave(&[10_000])], |xs| {
        let x = &xs[0];
        let y = (x.sin() * (-(x * x)).exp() + x).tanh().sum(..);
        let gx = grad(&y, &[x]).swap_remove(0);
        vec![y, gx]
    });
    assert_eq!((groups(&ir), whole(&ir)), (1, 0));
}

#[test]
fn the_gradient_of_neighbours_takes_two_passes() {
    let ir = check(&[wave(&[5000])], |xs| {
        let x = &xs[0];
        let (a, b) = (x.get_item(1..), x.get_item(..-1));
        let y = (100.0 * (a - b.square()).square() + (1.0 - &b).square()).sum(..);
        let gx = grad(&y, &[x]).swap_remove(0);
        vec![y, gx]
    });
    assert_eq!((groups(&ir), whole(&ir)), (2, 0));
}

#[test]
fn a_layer_is_a_product_and_a_pass() {
    let inputs = [wave(&[40, 3]), wave(&[3, 50]), wave(&[50])];
    let ir = check(&inputs, |xs| {
        let y = (xs[0].matmul(&xs[1]) + &xs[2]).tanh();
        let mut all = grad(&y.sum(..), &[&xs[1], &xs[2]]);
        all.push(y);
        all
    });
    assert_eq!(whole(&ir), 2);
}

#[test]
fn what_lies_transposed_stays_so() {
    check(&[wave(&[7, 5]), wave(&[5, 7])], |xs| {
        let t = xs[0].transpose();
        let y = (&t * 2.0).exp() + &xs[1];
        let z = &xs[1] + t.sin();
        vec![y.sum(..), y.sum(0), z.sum(1), y, t, z.transpose()]
    });
}

#[test]
fn inputs_may_lie_in_any_way() {
    let x = wave(&[6, 8]);
    let ir = record(&[x.clone(), x.clone()], |xs| {
        let y = xs[0].sin() * &xs[1];
        vec![y.sum(..), y.sum(0), xs[0].sum(1), y]
    });
    let arrays = Arrays::new(&ir);
    let wide = wave(&[12, 8]);
    let ways = [
        x.clone(),
        wave(&[8, 6]).t(),
        wide.slice(&[Slice::step(.., -2)]).unwrap(),
        wave(&[8]).broadcast_to(&[6, 8]).unwrap(),
        wave(&[6, 1]).broadcast_to(&[6, 8]).unwrap(),
        wide.slice(&[(3..9).into()]).unwrap(),
    ];
    for a in &ways {
        for b in &ways {
            compare(&ir, &arrays, &[a.clone(), b.clone()]);
        }
    }
}

#[test]
fn sums_add_in_the_order_of_arrays() {
    for size in [1, 7, 8, 9, 100, 129, 511, 512, 513, 1025, 4099, 100_003] {
        check(&[wave(&[size])], |xs| {
            let y = &xs[0] * 1.1;
            vec![
                y.sum(..),
                y.square().sum(0),
                (y + 1.0).sum(Axes::from(0).keepdims()),
            ]
        });
    }
    for shape in [
        [1, 5],
        [15, 3],
        [16, 3],
        [17, 2],
        [100, 7],
        [33, 700],
        [5, 1],
        [70_000, 2],
    ] {
        check(&[wave(&shape)], |xs| {
            let y = &xs[0] * 1.1;
            vec![y.sum(0), y.exp().sum_to([1, shape[1]]), y.sum(1), y]
        });
    }
}

#[test]
fn outputs_may_be_inputs_constants_and_each_other() {
    check(&[wave(&[3, 4]), Array::from(2.0)], |xs| {
        let y = &xs[0] * &xs[1];
        let constant = Variable::constant(wave(&[4]).broadcast_to(&[3, 4]).unwrap());
        let z = &constant * 1.0 + &xs[1];
        vec![
            xs[0].clone(),
            y.clone(),
            y.transpose(),
            y,
            xs[1].clone(),
            xs[0].transpose(),
            z.get_item(1),
            constant + 0.0 * &xs[1],
            z,
        ]
    });
}

#[test]
fn empty_arrays_and_single_elements() {
    for shape in [&[0][..], &[0, 3], &[3, 0], &[1], &[1, 1], &[1, 4], &[4, 1]] {
        check(&[wave(shape), Array::from(1.5)], |xs| {
            let y = (&xs[0] * &xs[1] + 1.0).sin();
            vec![y.sum(..), y.sum(0), &y * &y.sum(..), y, xs[1].exp() * 2.0]
        });
    }
}

#[test]
fn slots_are_used_again() {
    let ir = check(&[wave(&[40, 40])], |xs| {
        let mut y = xs[0].clone();
        for _ in 0..50 {
            y = (y.matmul(&xs[0]) * 0.01).tanh();
        }
        vec![y]
    });
    assert!(plan(&ir).sizes.doubles.len() <= 4);
}

#[test]
fn errors_are_the_engines() {
    let singular = Array::zeros(&[2, 2], dezero_array::DType::F64).unwrap();
    let ir = record(&[Array::from([[1.0, 0.0], [0.0, 1.0]])], |xs| {
        vec![(xs[0].inv() + 1.0).sum(..)]
    });
    let arrays = Arrays::new(&ir);
    let error = arrays.run(std::slice::from_ref(&singular)).unwrap_err();
    assert!(error.is_computation());
    compare(&ir, &arrays, &[Array::from([[3.0, 0.0], [1.0, 1.0]])]);
    let error = arrays.run(&[Array::from([1.0])]).unwrap_err();
    assert!(error.is_input());
}

#[test]
fn long_programs_are_planned_in_linear_time() {
    // Each half is as long; a quadratic plan would take four times as long for the whole.
    let program = |length: usize| {
        record(&[wave(&[8]), wave(&[8])], |xs| {
            let (mut a, mut b) = (xs[0].clone(), xs[1].clone());
            for i in 0..length {
                let sum = (&a + &b).sin();
                if i % 10 == 0 {
                    b = sum.sum(..) * &a;
                } else {
                    b = &a * 0.5;
                }
                a = sum;
            }
            vec![a, b]
        })
    };
    let ir = program(4000);
    let plan = plan(&ir);
    assert!(
        plan.sizes.doubles.len() < 20,
        "{}",
        plan.sizes.doubles.len()
    );
    compare(&ir, &Arrays::new(&ir), &[wave(&[8]), wave(&[8])]);
}
