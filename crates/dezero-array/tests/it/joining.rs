//! Joining, padding and repeating.

use dezero_array::{Array, DType, Scalar, Slice};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{Model, array};

proptest! {
    #[test]
    fn what_is_joined_can_be_cut_apart(x in array(3), axis in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()) {
        prop_assume!(x.ndim() > 0);
        let axis = axis.index(x.ndim());
        let at = cut.index(x.shape()[axis] + 1);
        let part = |slice: Slice| x.slice(&[vec![Slice::from(..); axis], vec![slice]].concat()).unwrap();
        let (head, tail) = (part((..at).into()), part((at..).into()));
        prop_assert_eq!(&Array::concatenate(&[&head, &tail], axis as isize).unwrap(), &x);
        let pair = Array::stack(&[&x, &x], axis as isize).unwrap();
        prop_assert_eq!(pair.shape()[axis], 2);
        let first = pair.take(&Array::from(1_i64), axis as isize).unwrap();
        prop_assert_eq!(&first, &x);
    }

    #[test]
    fn padding_surrounds(x in array(3), widths in vec((0..3_usize, 0..3_usize), 6)) {
        let widths = &widths[..x.ndim()];
        let padded = x.pad(widths, Scalar::F64(0.5)).unwrap();
        let model = Model::from(&x);
        let shape: Vec<usize> = x.shape().iter().zip(widths).map(|(len, width)| width.0 + len + width.1).collect();
        let expected = Model::build(&shape, |index| {
            let own = index.iter().zip(widths).map(|(i, width)| i.wrapping_sub(width.0)).collect::<Vec<_>>();
            if own.iter().zip(x.shape()).all(|(i, len)| i < len) { model.at(&own) } else { 0.5 }
        });
        prop_assert_eq!(Model::from(&padded), expected);
    }

    #[test]
    fn tiles_repeat(x in array(2), times in vec(0..3_usize, 0..4)) {
        prop_assume!(x.ndim() <= 3);
        let tiled = x.tile(&times).unwrap();
        let ndim = x.ndim().max(times.len());
        let lead = |list: &[usize]| [vec![1; ndim - list.len()], list.to_vec()].concat();
        let (lens, times) = (lead(x.shape()), lead(&times));
        let shape: Vec<usize> = lens.iter().zip(&times).map(|(len, times)| len * times).collect();
        let model = Model { shape: lens.clone(), values: x.to_vec() };
        let expected = Model::build(&shape, |index| model.at(&index.iter().zip(&lens).map(|(i, len)| i % len).collect::<Vec<_>>()));
        prop_assert_eq!(Model::from(&tiled), expected);
    }
}

#[test]
fn joining_promotes() {
    let (x, y) = (Array::from([1_i64]), Array::from([0.5_f32]));
    assert_eq!(
        Array::concatenate(&[&x, &y], 0).unwrap(),
        Array::from([1.0, 0.5])
    );
    let padded = Array::from([1_i64])
        .pad(&[(1, 0)], Scalar::F64(2.5))
        .unwrap();
    assert_eq!(padded, Array::from([2_i64, 1]));
    assert_eq!(
        Array::from([true])
            .pad(&[(0, 1)], Scalar::I64(0))
            .unwrap()
            .dtype(),
        DType::Bool
    );
}
