//! Dtypes: f32 stays f32 at every order, numbers are weak, integers and truth values take part as
//! NumPy has them do.

use dezero_core::{Array, DType, Primitive, Variable, grad, primitives};

use crate::differences::agree;
use crate::random::Random;

/// Primitives that make of integers integers, and of truth values truth values.
const KEEP_INTEGERS: &[&str] = &[
    "neg", "abs", "sign", "square", "floor", "ceil", "round", "add", "sub", "mul", "pow",
    "maximum", "minimum",
];
const KEEP_BOOL: &[&str] = &["add", "mul", "maximum", "minimum"];

fn apply(primitive: &Primitive, xs: &[Variable]) -> Variable {
    primitive.apply(&xs.iter().collect::<Vec<_>>()).unwrap()
}

/// The derivatives by the last input, one after the other, of the sum.
fn derivatives(primitive: &Primitive, values: &[Array]) -> Vec<Variable> {
    let xs: Vec<Variable> = values.iter().cloned().map(Variable::new).collect();
    let mut found = vec![apply(primitive, &xs)];
    for order in 0..3 {
        let gx = grad(&found[order], &[&xs[order % xs.len()]]).remove(0);
        found.push(gx);
    }
    found
}

/// What rounding to f32 does to a derivative is bounded by the size of what it is made of: that of
/// the derivatives of the neighbouring orders.
#[test]
fn f32_stays_f32_and_agrees_with_f64() {
    for primitive in primitives() {
        let mut random = Random::new(1);
        for shape in [&[][..], &[8]] {
            let wide: Vec<Array> = (0..primitive.arity)
                .map(|i| random.inputs(primitive, i, shape))
                .collect();
            let narrow: Vec<Array> = wide.iter().map(|x| x.astype(DType::F32)).collect();
            let (wide, narrow) = (
                derivatives(primitive, &wide),
                derivatives(primitive, &narrow),
            );
            let size = wide
                .iter()
                .flat_map(Variable::to_vec::<f64>)
                .fold(1.0, |size: f64, x| size.max(x.abs()));
            for (order, (wide, narrow)) in wide.iter().zip(&narrow).enumerate() {
                let place = format!("{} of shape {shape:?}, order {order}", primitive.name);
                assert_eq!(narrow.dtype(), DType::F32, "{place}");
                assert_eq!(narrow.shape(), wide.shape(), "{place}");
                for (a, b) in narrow.to_vec::<f64>().into_iter().zip(wide.to_vec::<f64>()) {
                    let tolerance = 16.0 * f64::from(f32::EPSILON) * size;
                    assert!((a - b).abs() <= tolerance, "{place}: {a} is not {b}");
                }
            }
        }
    }
}

#[test]
fn plain_backward_keeps_f32() {
    for primitive in primitives() {
        let mut random = Random::new(2);
        for shape in [&[][..], &[3]] {
            let xs: Vec<Variable> = (0..primitive.arity)
                .map(|i| Variable::new(random.inputs(primitive, i, shape).astype(DType::F32)))
                .collect();
            apply(primitive, &xs).backward();
            for gx in xs.iter().filter_map(Variable::grad) {
                assert_eq!(
                    gx.dtype(),
                    DType::F32,
                    "{} of shape {shape:?}",
                    primitive.name
                );
            }
        }
    }
}

/// Each input gets a gradient of its own dtype, whatever stands beside it.
#[test]
fn f32_beside_f64_gives_f64_and_gradients_in_kind() {
    for primitive in primitives().filter(|p| p.arity == 2) {
        let mut random = Random::new(3);
        for (left, right) in [(DType::F32, DType::F64), (DType::F64, DType::F32)] {
            for shape in [&[][..], &[3]] {
                let xs = [
                    Variable::new(random.inputs(primitive, 0, shape).astype(left)),
                    Variable::new(random.inputs(primitive, 1, &[]).astype(right)),
                ];
                let y = apply(primitive, &xs);
                assert_eq!(y.dtype(), DType::F64, "{}", primitive.name);
                let gxs = grad(&y, &[&xs[0], &xs[1]]);
                y.backward();
                for (x, gx) in xs.iter().zip(&gxs) {
                    assert_eq!(gx.dtype(), x.dtype(), "{}", primitive.name);
                    assert_eq!(x.grad().unwrap().dtype(), x.dtype(), "{}", primitive.name);
                    let ggx = &grad(gx, &[x])[0];
                    assert_eq!(ggx.dtype(), x.dtype(), "{}", primitive.name);
                }
            }
        }
    }
}

#[test]
fn integers_stay_integers_where_that_means_something() {
    for primitive in primitives() {
        let name = primitive.name;
        let integers = [Array::from([[3_i64, 2], [1, 2]]), Array::from([2_i64, 1])];
        let floats = integers.each_ref().map(|x| x.astype(DType::F64));
        let of = |values: &[Array]| {
            apply(
                primitive,
                &values[..primitive.arity]
                    .iter()
                    .cloned()
                    .map(Variable::new)
                    .collect::<Vec<_>>(),
            )
        };
        let (integer, float) = (of(&integers), of(&floats));
        let expected = if KEEP_INTEGERS.contains(&name) {
            DType::I64
        } else {
            DType::F64
        };
        assert_eq!(integer.dtype(), expected, "{name}");
        assert_eq!(integer.shape(), [2, 2], "{name}");
        for (a, b) in integer
            .to_vec::<f64>()
            .into_iter()
            .zip(float.to_vec::<f64>())
        {
            assert!(
                agree(a, b, 0.0),
                "{name} of integers: {integer} is not {float}"
            );
        }
    }
}

#[test]
fn truth_values_count_as_zero_and_one() {
    for primitive in primitives() {
        let name = primitive.name;
        let truth = [
            Variable::new([true, false, true]),
            Variable::new([true, true, false]),
        ];
        let floats = truth
            .each_ref()
            .map(|x| Variable::new(x.data().astype(DType::F64)));
        let of = |values: &[Variable]| {
            primitive.apply(&values.iter().take(primitive.arity).collect::<Vec<_>>())
        };
        let expected = of(&floats).unwrap();
        match of(&truth) {
            Ok(y) if KEEP_BOOL.contains(&name) => {
                assert_eq!(y.dtype(), DType::Bool, "{name}");
                let expected = expected.data().astype(DType::Bool).to_vec::<bool>();
                assert_eq!(y.to_vec::<bool>(), expected, "{name}");
            }
            Ok(y) => {
                assert!(
                    !KEEP_INTEGERS.contains(&name),
                    "{name} of bool gives {}",
                    y.dtype()
                );
                assert_eq!(y.dtype(), DType::F64, "{name}");
                for (a, b) in y.to_vec::<f64>().into_iter().zip(expected.to_vec::<f64>()) {
                    assert!(agree(a, b, 0.0), "{name} of bool: {y} is not {expected}");
                }
            }
            Err(error) => {
                assert!(error.is_dtype(), "{error}");
                assert!(
                    KEEP_INTEGERS.contains(&name) && !KEEP_BOOL.contains(&name),
                    "{error}"
                );
                assert!(error.to_string().contains(name), "{error}");
            }
        }
    }
}

/// Beside a float the integer is a float; only the float has a gradient.
#[test]
fn an_integer_beside_a_float_gets_no_gradient() {
    for primitive in primitives().filter(|p| p.arity == 2) {
        let (x, n) = (Variable::new([1.5, 2.5]), Variable::new([2_i64, 3]));
        for xs in [[&x, &n], [&n, &x]] {
            let y = primitive.apply(&xs).unwrap();
            assert_eq!(y.dtype(), DType::F64, "{}", primitive.name);
            y.backward();
            assert!(n.grad().is_none(), "{}", primitive.name);
            assert_eq!(x.grad().unwrap().dtype(), DType::F64);
            x.cleargrad();
        }
    }
}

#[test]
fn numbers_are_weak() {
    let narrow = Variable::new([1.5_f32, 2.5]);
    let scalar = Variable::new(1.5_f32);
    let whole = Variable::new([3_i64, 4]);
    for x in [&narrow, &scalar] {
        for y in [
            x * 2.0,
            2.0 * x,
            x + 1,
            1 - x,
            x / 3.0,
            2.0 / x,
            x.powf(2),
            x.pow(2.0),
            x.pow(2),
            x.maximum(0.0),
            x.hypot(1),
        ] {
            assert_eq!(y.dtype(), DType::F32, "{y}");
            assert_eq!(grad(&y, &[x])[0].dtype(), DType::F32, "{y}");
        }
    }
    for y in [&whole * 2, 2 - &whole, whole.pow(2), whole.maximum(7)] {
        assert_eq!(y.dtype(), DType::I64, "{y}");
    }
    for y in [&whole * 2.0, &whole / 2, whole.pow(2.0), whole.maximum(0.5)] {
        assert_eq!(y.dtype(), DType::F64, "{y}");
    }
    assert_eq!(whole.pow(3).to_vec::<i64>(), [27, 64]);
    assert_eq!((&whole / 2).to_vec::<f64>(), [1.5, 2.0]);
    // An array is not weak, also without axes.
    assert_eq!((&narrow * Array::from(2.0)).dtype(), DType::F64);
}

#[test]
fn casting_passes_gradients_between_floats() {
    let x = Variable::new([0.5_f32, -1.25]);
    let y = x.cast(DType::F64);
    assert_eq!(y.dtype(), DType::F64);
    let gx = &grad(&(&y * &y).sum(..), &[&x])[0];
    assert_eq!(
        (gx.dtype(), gx.to_vec::<f32>()),
        (DType::F32, vec![1.0, -2.5])
    );
    let whole = x.cast(DType::I64);
    assert_eq!(whole.to_vec::<i64>(), [0, -1]);
    let y = (whole.cast(DType::F64) + &x).sum(..);
    y.backward();
    assert_eq!(x.grad().unwrap().to_vec::<f32>(), [1.0, 1.0]);
}
