//! Indexing by arrays: what is read, and that adding is the transpose of reading.

use dezero_array::{Array, DType};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{Model, array, select};

fn dot(x: &Array, y: &Array) -> f64 {
    assert_eq!(x.shape(), y.shape());
    x.to_vec::<f64>()
        .iter()
        .zip(y.to_vec::<f64>())
        .map(|(a, b)| a * b)
        .sum()
}

/// Numbers of a shape, all different.
fn counting(shape: &[usize]) -> Array {
    Array::arange(0.5, shape.iter().product::<usize>() as f64 + 0.5, 1.0)
        .unwrap()
        .reshape(shape)
        .unwrap()
}

/// i64 positions of a shape within an axis, some counted from the end.
fn positions(shape: &[usize], len: usize, seeds: &[usize]) -> Array {
    let size: usize = shape.iter().product();
    let at = (0..size).map(|i| (seeds[i % seeds.len()] % (2 * len)) as i64 - len as i64);
    Array::from_vec(at.collect(), shape).unwrap()
}

proptest! {
    #[test]
    fn take_and_put_add(x in array(3), axis in any::<prop::sample::Index>(), seeds in vec(0..99_usize, 1..7)) {
        prop_assume!(x.ndim() > 0 && x.shape()[axis.index(x.ndim())] > 0);
        let axis = axis.index(x.ndim());
        let len = x.shape()[axis];
        let indices = positions(&[seeds.len()], len, &seeds);
        let taken = x.take(&indices, axis as isize).unwrap();
        let from_start: Vec<usize> = indices.to_vec::<i64>().iter().map(|i| i.rem_euclid(len as i64) as usize).collect();
        prop_assert_eq!(&Model::from(&taken), &select(&Model::from(&x), axis, &from_start));
        let y = counting(taken.shape());
        let zeros = Array::zeros(x.shape(), DType::F64).unwrap();
        let back = zeros.put_add(&indices, axis as isize - x.ndim() as isize, &y).unwrap();
        prop_assert_eq!(dot(&taken, &y), dot(&x, &back));
        // Indices with several axes take their place, and none leaves the axis out.
        let square = indices.reshape(&[1, seeds.len(), 1]).unwrap();
        prop_assert_eq!(x.take(&square, axis as isize).unwrap().to_vec::<f64>(), taken.to_vec::<f64>());
        let one = x.take(&Array::from(-1_i64), axis as isize).unwrap();
        prop_assert_eq!(one.ndim(), x.ndim() - 1);
    }

    #[test]
    fn along_an_axis(x in array(3), axis in any::<prop::sample::Index>(), seeds in vec(0..99_usize, 1..9), wide in 0..4_usize) {
        prop_assume!(x.ndim() > 0 && x.shape()[axis.index(x.ndim())] > 0);
        let axis = axis.index(x.ndim());
        let mut shape = x.shape().to_vec();
        shape[axis] = wide;
        let indices = positions(&shape, x.shape()[axis], &seeds);
        let taken = x.take_along_axis(&indices, axis as isize).unwrap();
        let (model, at) = (Model::from(&x), Model::from(&indices));
        let expected = Model::build(&shape, |index| {
            let mut original = index.to_vec();
            original[axis] = (at.at(index) as i64).rem_euclid(x.shape()[axis] as i64) as usize;
            model.at(&original)
        });
        prop_assert_eq!(&Model::from(&taken), &expected);
        let y = counting(taken.shape());
        let zeros = Array::zeros(x.shape(), DType::F64).unwrap();
        prop_assert_eq!(dot(&taken, &y), dot(&x, &zeros.scatter_add(&indices, axis as isize, &y).unwrap()));
    }

    #[test]
    fn at_points(x in array(3), seeds in vec(0..99_usize, 1..9), count in 0..3_usize) {
        prop_assume!(!x.is_empty() && count <= x.ndim());
        let rows = positions(&[2, 1], x.shape().first().copied().unwrap_or(1), &seeds);
        let columns = positions(&[3], x.shape().get(1).copied().unwrap_or(1), &seeds);
        let indices = &[&rows, &columns][..count];
        let taken = x.gather_nd(indices).unwrap();
        let points = [&[][..], &[2, 1], &[2, 3]][count];
        let shape = [points, &x.shape()[count..]].concat();
        let (model, at) = (Model::from(&x), indices.iter().map(|i| Model::from(*i)).collect::<Vec<_>>());
        let expected = Model::build(&shape, |index| {
            let point = &index[..points.len()];
            let own = at.iter().zip(&model.shape).map(|(at, &len)| (at.at_broadcast(point) as i64).rem_euclid(len as i64) as usize);
            model.at(&own.chain(index[points.len()..].iter().copied()).collect::<Vec<_>>())
        });
        prop_assert_eq!(&Model::from(&taken), &expected);
        let y = counting(taken.shape());
        let zeros = Array::zeros(x.shape(), DType::F64).unwrap();
        prop_assert_eq!(dot(&taken, &y), dot(&x, &zeros.scatter_nd_add(indices, &y).unwrap()));
    }
}

#[test]
fn repeated_indices_add_up() {
    let x = Array::zeros(&[3], DType::F32).unwrap();
    let y = x
        .put_add(&Array::from([1_i64, 1, -1]), 0, &Array::from(2.0_f32))
        .unwrap();
    assert_eq!(y, Array::from([0.0_f32, 4.0, 2.0]));
}

#[test]
fn counting_truth_values_gives_integers() {
    let mask = Array::from([true, false]);
    let counts = mask.put_add(&Array::from([0_i64, 0]), 0, &mask).unwrap();
    assert_eq!(counts, Array::from([2_i64, 0]));
}

#[test]
fn integers_wrap_and_empty_rows_are_found_nowhere() {
    let x = Array::from([i64::MAX]);
    let y = x
        .put_add(&Array::from([0_i64]), 0, &Array::from(1_i64))
        .unwrap();
    assert_eq!(y, Array::from([i64::MIN]));
    let rows = Array::zeros(&[2, 4, 0], DType::F64).unwrap();
    let index = Array::from([1_i64]);
    assert_eq!(rows.gather_nd(&[&index, &index]).unwrap().shape(), [1, 0]);
}
