//! Every primitive on arrays that broadcast: gradients have the shapes of the inputs, and are the
//! sums of what the elements give alone.

use dezero_core::{Array, DType, Primitive, Variable, grad, primitives};

use crate::differences::assert_agree;
use crate::random::Random;

/// Shapes that broadcast against each other, in both orders, with and without elements.
const SHAPES: &[(&[usize], &[usize])] = &[
    (&[2, 3], &[2, 3]),
    (&[2, 3], &[3]),
    (&[2, 3], &[2, 1]),
    (&[2, 3], &[]),
    (&[2, 1], &[1, 3]),
    (&[1], &[]),
    (&[1, 1], &[1]),
    (&[2, 1, 3], &[4, 1]),
    (&[0, 3], &[3]),
    (&[0, 3], &[1, 3]),
    (&[0, 3], &[]),
    (&[0], &[1]),
];

/// The position in an array of that shape of what broadcasting puts at `at` in the result.
fn source(shape: &[usize], result: &[usize], mut at: usize) -> usize {
    let mut position = 0;
    let mut stride = 1;
    for (axis, &length) in result.iter().enumerate().rev() {
        let index = at % length;
        at /= length;
        let missing = result.len() - shape.len();
        if axis >= missing && shape[axis - missing] != 1 {
            position += index * stride;
            stride *= length;
        }
    }
    position
}

/// The derivative of a 0-d primitive by the inputs in `by`.
fn scalar(primitive: &Primitive, point: &[f64], by: &[usize]) -> f64 {
    let xs: Vec<Variable> = point.iter().map(|&x| Variable::new(x)).collect();
    let y = primitive.apply(&xs.iter().collect::<Vec<_>>()).unwrap();
    by.iter()
        .fold(y, |y, &i| grad(&y, &[&xs[i]]).remove(0))
        .item()
}

/// Compares value, gradients and second derivatives of the sum of `primitive(xs) * weights` with
/// those of the elements.
fn check(primitive: &Primitive, values: &[Array], result: &[usize], random: &mut Random) {
    let name = primitive.name;
    let place = format!(
        "{name} of {:?}",
        values.iter().map(Array::shape).collect::<Vec<_>>()
    );
    let size: usize = result.iter().product();
    let points: Vec<Vec<f64>> = (0..size)
        .map(|at| {
            values
                .iter()
                .map(|x| x.to_vec::<f64>()[source(x.shape(), result, at)])
                .collect()
        })
        .collect();
    // The sum over the elements of the result that come from the same element of input i.
    let summed = |i: usize, term: &dyn Fn(usize) -> f64| {
        let mut sums = vec![0.0; values[i].size()];
        for at in 0..size {
            sums[source(values[i].shape(), result, at)] += term(at);
        }
        sums
    };

    let xs: Vec<Variable> = values.iter().cloned().map(Variable::new).collect();
    let inputs: Vec<&Variable> = xs.iter().collect();
    let y = primitive.apply(&inputs).unwrap();
    assert_eq!(y.shape(), result, "{place}");
    let expected: Vec<f64> = points
        .iter()
        .map(|point| scalar(primitive, point, &[]))
        .collect();
    assert_agree(&y.to_vec::<f64>(), &expected, 1e-14, &place);

    let weights = random.like(&y);
    let weight = weights.to_vec::<f64>();
    let loss = (&y * &weights).sum(..);
    let gxs = grad(&loss, &inputs);
    loss.backward();
    for (i, gx) in gxs.iter().enumerate() {
        assert_eq!(gx.shape(), values[i].shape(), "{place}, input {i}");
        let expected = summed(i, &|at| weight[at] * scalar(primitive, &points[at], &[i]));
        assert_agree(&gx.to_vec::<f64>(), &expected, 1e-12, &place);
        let plain = xs[i].grad().map_or_else(
            || vec![0.0; values[i].size()],
            |gx| {
                assert_eq!(gx.shape(), values[i].shape(), "{place}, input {i}, plain");
                gx.to_vec()
            },
        );
        assert_agree(&plain, &expected, 1e-12, &place);

        let second = random.like(gx);
        let second_weight = second.to_vec::<f64>();
        let loss = (gx * &second).sum(..);
        // A derivative that is constant has no graph, and then has to have no derivative.
        let zeros = || {
            values
                .iter()
                .map(|x| Variable::constant(Array::zeros(x.shape(), DType::F64).unwrap()))
                .collect()
        };
        let ggxs = if gx.creator().is_some() {
            grad(&loss, &inputs)
        } else {
            zeros()
        };
        for (j, ggx) in ggxs.iter().enumerate() {
            assert_eq!(
                ggx.shape(),
                values[j].shape(),
                "{place}, inputs {i} and {j}"
            );
            let expected = summed(j, &|at| {
                let outer = second_weight[source(values[i].shape(), result, at)];
                outer * weight[at] * scalar(primitive, &points[at], &[i, j])
            });
            assert_agree(&ggx.to_vec::<f64>(), &expected, 1e-11, &place);
        }
    }
}

#[test]
fn two_shapes_broadcast_in_either_order() {
    for primitive in primitives().filter(|p| p.arity == 2) {
        let mut random = Random::new(1);
        for (left, right) in SHAPES {
            let (a, b) = (Array::zeros(left, DType::F64).unwrap(), Variable::new(0.0));
            let result =
                (b + Variable::new(a) + Variable::new(Array::zeros(right, DType::F64).unwrap()))
                    .shape();
            for (first, second) in [(left, right), (right, left)] {
                let values = [
                    random.inputs(primitive, 0, first),
                    random.inputs(primitive, 1, second),
                ];
                check(primitive, &values, &result, &mut random);
            }
        }
    }
}

#[test]
fn one_shape_is_kept() {
    for primitive in primitives().filter(|p| p.arity == 1) {
        let mut random = Random::new(2);
        for shape in [&[2, 3][..], &[0, 3], &[], &[1], &[2, 1, 2]] {
            let values = [random.inputs(primitive, 0, shape)];
            check(primitive, &values, shape, &mut random);
        }
    }
}

/// Views have strides of their own: what an operation sees must not depend on how its input lies
/// in memory.
#[test]
fn views_give_what_copies_give() {
    for primitive in primitives() {
        let mut random = Random::new(3);
        let values: Vec<Array> = (0..primitive.arity)
            .map(|i| random.inputs(primitive, i, &[4, 3]))
            .collect();
        let whole: Vec<Variable> = values.iter().cloned().map(Variable::new).collect();
        let views: Vec<Variable> = whole
            .iter()
            .map(|x| x.transpose().flip(1).get_item((.., 1..)))
            .collect();
        let copies: Vec<Variable> = views
            .iter()
            .map(|view| Variable::new(Array::from_vec(view.to_vec::<f64>(), &[3, 3]).unwrap()))
            .collect();
        let (view, copy) = (
            primitive.apply(&views.iter().collect::<Vec<_>>()).unwrap(),
            primitive.apply(&copies.iter().collect::<Vec<_>>()).unwrap(),
        );
        assert_eq!(
            view.to_vec::<f64>(),
            copy.to_vec::<f64>(),
            "{}",
            primitive.name
        );
        let (view, copy) = (
            grad(&view, &views.iter().collect::<Vec<_>>()),
            grad(&copy, &copies.iter().collect::<Vec<_>>()),
        );
        for (view, copy) in view.iter().zip(&copy) {
            assert_eq!(
                view.to_vec::<f64>(),
                copy.to_vec::<f64>(),
                "{}",
                primitive.name
            );
        }
    }
}

/// A variable on both sides gets what both sides give.
#[test]
fn a_variable_can_stand_on_both_sides() {
    for (name, expected) in [
        ("add", 2.0),
        ("sub", 0.0),
        ("mul", 6.0),
        ("div", 0.0),
        ("hypot", 2.0_f64.sqrt()),
        ("maximum", 1.0),
    ] {
        let primitive = primitives().find(|p| p.name == name).unwrap();
        for x in [Variable::new(3.0), Variable::new([3.0, 3.0])] {
            let y = primitive.apply(&[&x, &x]).unwrap();
            y.sum(..).backward();
            assert_agree(
                &x.grad().unwrap().to_vec::<f64>(),
                &vec![expected; x.size()],
                1e-15,
                name,
            );
        }
    }
}
