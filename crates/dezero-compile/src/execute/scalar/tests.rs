//! The scalar executor against the plain one, to the bit.

use dezero_core::trace::Trace;
use dezero_core::{Array, DType, Slice, Variable, grad, primitives};
use proptest::prelude::*;

use super::lower::lower;
use super::machine::Machine;
use super::*;
use crate::random_programs::config;

/// Numbers at which something is special.
pub(super) const SPECIAL: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    3.0,
    1e300,
    -1e-300,
    5e-324,
    f64::MIN_POSITIVE,
    f64::MAX,
    f64::EPSILON,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

fn recorded(xs: &[&Variable], ys: &[&Variable]) -> Ir {
    Ir::of(Trace::new(xs, ys))
}

/// The numbers by their bits, except that one NaN is as good as another.
pub(super) fn bits(numbers: &[f64]) -> Vec<u64> {
    let bits = |x: &f64| {
        if x.is_nan() {
            f64::NAN.to_bits()
        } else {
            x.to_bits()
        }
    };
    numbers.iter().map(bits).collect()
}

fn numbers(arrays: &[Array]) -> Vec<f64> {
    let numbers = |x: &Array| x.astype(DType::F64).to_vec::<f64>();
    arrays.iter().flat_map(numbers).collect()
}

/// Runs the program by everything that can, and compares with the plain executor.
fn check(ir: &Ir, inputs: &[Array]) {
    let expected = Plain::new(ir).run(inputs).unwrap();
    let scalars = Scalars::new(ir).expect("a program of scalars");
    let ys = scalars.run(inputs).unwrap();
    for (y, expected) in ys.iter().zip(&expected) {
        assert_eq!((y.shape(), y.dtype()), (expected.shape(), expected.dtype()));
    }
    let expected = bits(&numbers(&expected));
    assert_eq!(bits(&numbers(&ys)), expected);
    if !inputs.iter().all(is_row_major) {
        return;
    }
    let inputs = numbers(inputs);
    let code = lower(ir).unwrap().code;
    for registers in [4, 5, 16, 256] {
        let mut outputs = vec![0.0; expected.len()];
        Machine::with_registers(&code, registers).call(&inputs, &mut outputs);
        assert_eq!(bits(&outputs), expected, "{registers} registers");
    }
    scalars.prepare();
    let mut outputs = vec![0.0; expected.len()];
    scalars.call(&inputs, &mut outputs).unwrap();
    assert_eq!(bits(&outputs), expected, "prepared");
}

fn check_at(xs: &[&Variable], ys: &[&Variable]) {
    let ir = recorded(xs, ys);
    let inputs: Vec<Array> = xs.iter().map(|x| x.data()).collect();
    // What was recorded is what is replayed.
    let eager: Vec<Array> = ys.iter().map(|y| y.data()).collect();
    let replayed = Scalars::new(&ir)
        .expect("a program of scalars")
        .run(&inputs)
        .unwrap();
    assert_eq!(bits(&numbers(&replayed)), bits(&numbers(&eager)));
    check(&ir, &inputs);
}

#[test]
fn all_primitives_of_numbers() {
    for primitive in primitives() {
        let xs: Vec<Variable> = (0..primitive.arity).map(|_| Variable::new(0.5)).collect();
        let xs: Vec<&Variable> = xs.iter().collect();
        let ir = recorded(&xs, &[&primitive.apply(&xs).unwrap()]);
        for a in SPECIAL {
            for b in if primitive.arity == 2 {
                &SPECIAL[..]
            } else {
                &[0.0]
            } {
                let inputs = [Array::from(a), Array::from(*b)];
                check(&ir, &inputs[..primitive.arity]);
            }
        }
    }
}

#[test]
fn all_primitives_of_small_arrays() {
    let reversed: Vec<f64> = SPECIAL.iter().rev().copied().collect();
    let (a, b) = (Variable::new(SPECIAL), Variable::new(Array::from(reversed)));
    let (column, number) = (
        Variable::new([[0.3], [-0.0], [f64::NAN]]),
        Variable::new(-1.5),
    );
    for primitive in primitives() {
        if primitive.arity == 1 {
            check_at(&[&a], &[&primitive.apply(&[&a]).unwrap()]);
            continue;
        }
        for (x0, x1) in [
            (&a, &b),
            (&a, &column),
            (&column, &b),
            (&a, &number),
            (&number, &b),
        ] {
            check_at(&[x0, x1], &[&primitive.apply(&[x0, x1]).unwrap()]);
        }
    }
}

#[test]
fn comparisons_logic_and_choices() {
    let (a, b) = (Variable::new(SPECIAL), Variable::new([1.0]));
    let (less, equal) = (a.less(&b), a.equal(0.0));
    let both = less.logical_and(&equal);
    let either = &less + &equal;
    let chosen = less.where_(&a, &b);
    let truth = a.cast(DType::Bool).cast(DType::F64);
    let product = &less * &a;
    check_at(
        &[&a, &b],
        &[&less, &equal, &both, &either, &chosen, &truth, &product],
    );
    let x = Variable::new(f64::NAN);
    let test = x.not_equal(&x);
    check_at(&[&x], &[&test, &test.where_(1.0, &x), &x.cast(DType::Bool)]);
}

#[test]
fn structure() {
    let x = Variable::new([[1.5, -0.0, 3.0], [f64::NAN, 5.0, f64::INFINITY]]);
    let y = Variable::new([0.5, 2.0, -1.0]);
    let square = Variable::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, -0.0]]);
    let step = [Slice::from(..), Slice::step(.., -2)];
    let results = [
        x.reshape([3, 2]),
        x.transpose(),
        y.broadcast_to([2, 3]),
        x.get_item((1, 0..2)),
        x.get_item(&step[..]),
        Variable::concatenate(&[&x, &y.reshape([1, 3])], 0),
        x.pad(&[(1, 0), (0, 2)], 7.0),
        square.tril(0),
        square.triu(1),
        square.diag(1),
        square.trace(),
        y.diag(-1),
        x.take(Array::from([1_i64, 1, 0]), 1),
        x.flatten(),
    ];
    for result in &results {
        check_at(&[&x, &y, &square], &[result]);
    }
    // And back.
    let total = results
        .iter()
        .fold(Variable::new(0.0), |total, r| total + (r * r).sum(..));
    let gradients = grad(&total, &[&x, &y, &square]);
    // Where one of them sums what is broadcast, the program is left to others.
    let (xs, mut count) = ([&x, &y, &square], 0);
    for gradient in &gradients {
        if lower(&recorded(&xs, &[gradient])).is_some() {
            check_at(&xs, &[gradient]);
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn sums_keep_their_order() {
    for shape in [
        &[5][..],
        &[8],
        &[9],
        &[29],
        &[64],
        &[3, 5],
        &[8, 8],
        &[2, 3, 4],
        &[2, 1, 32],
        &[0, 3],
    ] {
        let size: usize = shape.iter().product();
        // Numbers that round differently in each order.
        let values = (0..size).map(|i| (i as f64 + 0.1).sin() * 10_f64.powi(i as i32 * 7 % 23));
        let x = Variable::new(Array::from_vec(values.collect::<Vec<f64>>(), shape).unwrap());
        let mut results = vec![x.sum(..), x.transpose().sum(..)];
        for axis in 0..shape.len() as isize {
            results.extend([
                x.sum(axis),
                x.sum([axis]),
                x.transpose().sum(axis),
                x.cumsum(axis),
            ]);
            if size > 0 {
                results.extend([x.max(axis), x.min(axis), x.transpose().sin().sum(axis)]);
            }
        }
        if shape.len() == 2 && size > 0 {
            results.push(x.get_item((.., 1..)).sum(..));
            results.push(x.get_item((Slice::step(.., -1), 1..)).sum(0));
            results.push(x.sum_to([1, shape[1]]));
            results.push(x.mean(0) + x.var(..));
        }
        check_at(&[&x], &results.iter().collect::<Vec<_>>());
    }
}

#[test]
fn sums_of_what_is_broadcast() {
    for size in 1..=8 {
        let values = (0..size).map(|i| f64::from(i).cos() * 10_f64.powi(i * 7 % 23));
        let x = Variable::new(Array::from(values.collect::<Vec<f64>>()));
        let size = size as usize;
        let (wide, tall) = (
            x.broadcast_to([5, size]),
            x.reshape([-1, 1]).broadcast_to([size, 7]),
        );
        let both = tall.get_item((.., 0..1)).broadcast_to([2, size, 4]);
        for y in [wide.sin(), tall.sin(), both, wide.transpose()] {
            for sum in [y.sum(..), y.sum(0), y.sum(-1), y.max(..), y.sum_to([1, 1])] {
                // An order that cannot be found out leaves the program to others.
                if lower(&recorded(&[&x], &[&sum])).is_some() {
                    check_at(&[&x], &[&sum]);
                }
            }
        }
    }
}

#[test]
fn extremes_of_zeros_and_nan() {
    let mut values = vec![-0.0; 24];
    for i in 0..24 {
        values[i] = 0.0;
        let x = Variable::new(Array::from_vec(values.clone(), &[2, 12]).unwrap());
        check_at(&[&x], &[&x.max(..), &x.min(..), &x.max(1), &x.min(0)]);
        values[i] = if i % 3 == 0 { f64::NAN } else { -0.0 };
    }
}

#[test]
fn inputs_that_lie_otherwise_are_summed_as_they_lie() {
    let values: Vec<f64> = (0..24)
        .map(|i| f64::from(i).exp().sin() * 10_f64.powi(i * 5 % 17))
        .collect();
    let x = Variable::new(Array::from_vec(values.clone(), &[2, 12]).unwrap());
    let ir = recorded(&[&x], &[&x.sum(..), &x.sum(1)]);
    check(&ir, &[x.data()]);
    check(&ir, &[Array::from_vec(values, &[12, 2]).unwrap().t()]);
}

#[test]
fn programs_of_arrays_are_left_to_others() {
    let big = Variable::new(Array::zeros(&[65], DType::F64).unwrap());
    assert!(Scalars::new(&recorded(&[&big], &[&big.sin()])).is_none());
    let single = Variable::new(1.0_f32);
    assert!(Scalars::new(&recorded(&[&single], &[&single.sin()])).is_none());
    let matrix = Variable::new([[1.0, 2.0], [3.0, 4.0]]);
    assert!(Scalars::new(&recorded(&[&matrix], &[&matrix.matmul(&matrix)])).is_none());
    // Each value is small, but there are many.
    let mut x = Variable::new([1.0; 64]);
    let input = x.clone();
    for _ in 0..2000 {
        x = x.sin();
    }
    assert!(Scalars::new(&recorded(&[&input], &[&x])).is_none());
}

#[test]
fn outputs_may_be_inputs_constants_and_each_other() {
    let (x, c) = (Variable::new(2.0), Variable::new(7.0));
    let y = &x * &c;
    check_at(&[&x], &[&x, &c, &y, &y, &x, &(&y + 1.0)]);
    check_at(&[&x, &c], &[&c]);
}

#[test]
fn a_wrong_number_of_numbers_is_an_error() {
    let x = Variable::new(2.0);
    let scalars = Scalars::new(&recorded(&[&x], &[&x.sin()])).unwrap();
    let mut y = [0.0];
    assert!(scalars.call(&[], &mut y).unwrap_err().is_input());
    assert!(scalars.call(&[1.0, 2.0], &mut y).unwrap_err().is_input());
    assert!(scalars.call(&[1.0], &mut []).unwrap_err().is_input());
    scalars.call(&[1.0], &mut y).unwrap();
    assert_eq!(y, [1.0_f64.sin()]);
}

fn sphere(x: &Variable, y: &Variable) -> Variable {
    x.powf(2.0) + y.powf(2.0)
}

fn matyas(x: &Variable, y: &Variable) -> Variable {
    0.26 * (x.powf(2.0) + y.powf(2.0)) - 0.48 * x * y
}

fn goldstein(x: &Variable, y: &Variable) -> Variable {
    (1.0 + (x + y + 1.0).powf(2.0)
        * (19.0 - 14.0 * x + 3.0 * x.powf(2.0) - 14.0 * y + 6.0 * x * y + 3.0 * y.powf(2.0)))
        * (30.0
            + (2.0 * x - 3.0 * y).powf(2.0)
                * (18.0 - 32.0 * x + 12.0 * x.powf(2.0) + 48.0 * y - 36.0 * x * y
                    + 27.0 * y.powf(2.0)))
}

fn rosenbrock(x: &Variable, y: &Variable) -> Variable {
    100.0 * (y - x.powf(2.0)).powf(2.0) + (x - 1.0).powf(2.0)
}

#[test]
fn the_books_functions_and_their_derivatives() {
    for f in [sphere, matyas, goldstein, rosenbrock] {
        let (x, y) = (Variable::new(0.7), Variable::new(-1.3));
        let z = f(&x, &y);
        let first = grad(&z, &[&x, &y]);
        let second = [grad(&first[0], &[&x, &y]), grad(&first[1], &[&x, &y])].concat();
        let all: Vec<&Variable> = [&z].into_iter().chain(&first).chain(&second).collect();
        check_at(&[&x, &y], &all);
        let ir = recorded(&[&x, &y], &all);
        for a in SPECIAL {
            for b in SPECIAL {
                check(&ir, &[Array::from(a), Array::from(b)]);
            }
        }
    }
}

#[test]
fn many_derivatives_of_tanh() {
    let x = Variable::new(1.0);
    let mut y = x.tanh();
    for _ in 0..6 {
        y = grad(&y, &[&x]).swap_remove(0);
    }
    check_at(&[&x], &[&y]);
}

#[test]
fn threads_share_a_program() {
    let (x, y) = (Variable::new(0.7), Variable::new(-1.3));
    let z = goldstein(&x, &y);
    let scalars = Scalars::new(&recorded(&[&x, &y], &[&z])).unwrap();
    // Long enough that native code is made meanwhile, where there is any.
    let start = std::sync::Barrier::new(4);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (scalars, start) = (&scalars, &start);
            scope.spawn(move || {
                start.wait();
                for i in 0..2000 {
                    let at = [f64::from(i) * 0.01, f64::from(thread)];
                    let mut found = [0.0];
                    scalars.call(&at, &mut found).unwrap();
                    let z = goldstein(&Variable::new(at[0]), &Variable::new(at[1]));
                    assert_eq!(found, [z.item()]);
                }
            });
        }
    });
}

#[test]
fn a_long_chain_runs_on_a_small_stack() {
    let run = || {
        let x = Variable::new(2.0);
        let mut y = &x * 0.999;
        for i in 1..300_000 {
            y = if i % 2 == 0 {
                (&y * 0.999).sin()
            } else {
                &y + 0.001
            };
        }
        let gx = grad(&y, &[&x]).swap_remove(0);
        let scalars = Scalars::new(&recorded(&[&x], &[&y, &gx])).unwrap();
        let mut found = [0.0; 2];
        scalars.call(&[2.0], &mut found).unwrap();
        assert_eq!(found, [y.item(), gx.item()]);
    };
    let thread = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .unwrap();
    thread.join().unwrap();
}

/// Numbers of all kinds, special ones among them.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => -3.0..3.0_f64,
        1 => proptest::sample::select(SPECIAL.to_vec()),
        1 => any::<f64>(),
    ]
}

/// Applies random operations to random earlier values, and gives those that can be applied.
fn grown(inputs: &[Variable], choices: &[(u8, u8, u8)], with_structure: bool) -> Vec<Variable> {
    let table: Vec<_> = primitives().collect();
    let mut values = inputs.to_vec();
    for &(op, a, b) in choices {
        let of = |i: u8| &values[usize::from(i) % values.len()];
        let (x, y) = (of(a), of(b));
        let kinds = table.len() + if with_structure { 22 } else { 6 };
        let op = usize::from(op) % kinds;
        let grown = if let Some(primitive) = table.get(op) {
            match primitive.arity {
                1 => primitive.apply(&[x]),
                _ => primitive.apply(&[x, y]),
            }
        } else {
            match op - table.len() {
                0 => x.try_less(y),
                1 => x.try_equal(y),
                2 => x.try_greater(0.0).and_then(|test| test.try_where(x, y)),
                3 => x.try_not_equal(0.0),
                4 => x.try_cast(DType::F64),
                5 => x.try_logical_or(y),
                6 => x.try_sum(..),
                7 => x.try_sum(0),
                8 => x.try_transpose(),
                9 => x.try_flatten(),
                10 => x.try_max(..),
                11 => x.try_min(-1),
                12 => x.try_get_item(0),
                13 => x.try_get_item(Slice::step(.., -1)),
                14 => x.try_get_item(1..),
                15 => x.try_broadcast_to([2, 3]),
                16 => x.try_sum_to([1]),
                17 => Variable::try_concatenate(&[x, y], 0),
                18 => x.try_tril(0),
                19 => x.try_cumsum(0),
                20 => x.try_pad(&[(1, 1)], -0.0),
                _ => x.try_sum(-1),
            }
        };
        if let Ok(grown) = grown
            && grown.size() <= 64
            && is_scalar_type(grown.dtype())
        {
            values.push(grown);
        }
    }
    values
}

fn is_scalar_type(dtype: DType) -> bool {
    matches!(dtype, DType::F64 | DType::Bool)
}

/// The program that gives all values, and where there is one, the gradient of the last.
fn check_grown(
    inputs: &[Variable],
    choices: &[(u8, u8, u8)],
    with_structure: bool,
    other: &[Array],
) {
    let mut values = grown(inputs, choices, with_structure);
    let last = values
        .iter()
        .rev()
        .find(|y| y.dtype() == DType::F64 && !y.is_constant());
    let xs: Vec<&Variable> = inputs.iter().collect();
    if let Some(last) = last
        && let Ok(gradients) = dezero_core::try_grad(&last.sum(..), &xs)
    {
        values.extend(gradients);
    }
    let ys: Vec<&Variable> = values
        .iter()
        .filter(|y| is_scalar_type(y.dtype()))
        .collect();
    let ir = recorded(&xs, &ys);
    if lower(&ir).is_none() {
        // Only where a derivative brings what these operations do not.
        assert!(with_structure);
        return;
    }
    check_at(&xs, &ys);
    check(&ir, other);
}

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn random_programs_of_numbers(
        at in [number(), number(), number()],
        other in [number(), number(), number()],
        choices in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..60),
    ) {
        let inputs = at.map(Variable::new);
        check_grown(&inputs, &choices, false, &other.map(Array::from));
    }

    #[test]
    fn random_programs_of_small_arrays(
        at in proptest::collection::vec(number(), 10),
        other in proptest::collection::vec(number(), 10),
        choices in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..40),
    ) {
        let arrays = |at: &[f64]| [
            Array::from(at[0]),
            Array::from(at[1..4].to_vec()),
            Array::from_vec(at[4..10].to_vec(), &[2, 3]).unwrap(),
        ];
        let inputs = arrays(&at).map(Variable::new);
        check_grown(&inputs, &choices, true, &arrays(&other));
    }
}
