//! Views show what index arithmetic says, and share the elements.

use dezero_array::{Array, DType, Slice};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{Model, array, contiguous, indices, look, view};

proptest! {
    #[test]
    fn views_of_views_show_what_index_arithmetic_says(base in contiguous(4), views in vec(view(), 1..6)) {
        let mut array = base.clone();
        let mut model = Model::from(&base);
        for view in &views {
            (array, model) = look(&array, &model, view);
            prop_assert_eq!(&Model::from(&array), &model, "after {:?}", view);
        }
        for index in indices(array.shape()) {
            prop_assert_eq!(array.get::<f64>(&index).unwrap(), model.at(&index));
        }
    }

    #[test]
    fn reshaping_keeps_the_row_major_order(x in array(4), split in any::<prop::sample::Index>()) {
        let flat = x.reshape(&[x.size()]).unwrap();
        prop_assert_eq!(flat.to_vec::<f64>(), x.to_vec::<f64>());
        prop_assert_eq!(&flat.reshape(x.shape()).unwrap(), &x);
        // Merging two neighbouring axes and parting them again.
        if x.ndim() >= 2 {
            let axis = split.index(x.ndim() - 1);
            let mut merged = x.shape().to_vec();
            merged[axis] *= merged.remove(axis + 1);
            let there = x.reshape(&merged).unwrap();
            prop_assert_eq!(there.to_vec::<f64>(), x.to_vec::<f64>());
            prop_assert_eq!(&there.reshape(x.shape()).unwrap(), &x);
        }
    }

    #[test]
    fn transposing_twice_returns(x in array(4), a in 0..4_isize, b in 0..4_isize) {
        prop_assert_eq!(&x.t().t(), &x);
        if x.ndim() == 4 {
            prop_assert_eq!(&x.swapaxes(a, b).unwrap().swapaxes(a - 4, b - 4).unwrap(), &x);
        }
    }

    #[test]
    fn placing_is_the_transpose_of_slicing(x in array(3), start in -5..6_isize, step in prop_oneof![-3..0_isize, 1..4_isize]) {
        prop_assume!(x.ndim() > 0);
        let slices = [Slice::Ellipsis, Slice::NewAxis, Slice::Range { start: Some(start), stop: None, step }];
        let seen = x.slice(&slices).unwrap();
        let y = seen.map_float(|v| v * 3.0 - 1.0, |v| v);
        let placed = Array::add_to_slice(x.shape(), &slices, &y).unwrap();
        prop_assert_eq!(placed.shape(), x.shape());
        prop_assert_eq!(dot(&seen, &y), dot(&x, &placed));
    }
}

fn dot(x: &Array, y: &Array) -> f64 {
    assert_eq!(x.shape(), y.shape());
    x.to_vec::<f64>()
        .iter()
        .zip(y.to_vec::<f64>())
        .map(|(a, b)| a * b)
        .sum()
}

#[test]
fn views_do_not_copy() {
    let x = Array::zeros(&[4, 6], DType::F64).unwrap();
    let start = x.as_slice::<f64>().unwrap().as_ptr();
    let row = x
        .reshape(&[2, 2, 6])
        .unwrap()
        .slice(&[0.into(), 1.into()])
        .unwrap();
    assert_eq!(
        row.as_slice::<f64>().unwrap().as_ptr(),
        start.wrapping_add(6)
    );
    assert_eq!(x.broadcast_to(&[1000, 4, 6]).unwrap().strides(), [0, 6, 1]);
    assert_eq!(x.flip(None).unwrap().strides(), [-6, -1]);
    // A transposed array reshapes without copying where the axes merged are neighbours in memory.
    let t = Array::zeros(&[2, 3, 4], DType::F64)
        .unwrap()
        .transpose(&[2, 0, 1])
        .unwrap();
    assert_eq!(t.reshape(&[4, 6]).unwrap().strides(), [1, 4]);
}

#[test]
fn ranges_mean_what_they_mean_in_python() {
    let x = Array::arange(0.0, 5.0, 1.0).unwrap();
    let of = |slice: Slice| x.slice(&[slice]).unwrap().to_vec::<i64>();
    assert_eq!(of((1..3).into()), [1, 2]);
    assert_eq!(of((-2..).into()), [3, 4]);
    assert_eq!(of((..=-2).into()), [0, 1, 2, 3]);
    let (one, last) = (1, -1);
    assert_eq!(of((one..=last).into()), [1, 2, 3, 4]);
    assert_eq!(of((..100_usize).into()), [0, 1, 2, 3, 4]);
    assert_eq!(of(Slice::step(.., -1)), [4, 3, 2, 1, 0]);
    let (three, zero) = (3, 0);
    assert_eq!(of(Slice::step(three..zero, -2)), [3, 1]);
    assert_eq!(of((three..zero).into()), [0_i64; 0]);
    assert_eq!(
        of(Slice::Range {
            start: Some(isize::MIN),
            stop: Some(isize::MAX),
            step: isize::MAX
        }),
        [0]
    );
    assert_eq!(
        of(Slice::Range {
            start: Some(isize::MAX),
            stop: Some(isize::MIN),
            step: isize::MIN
        }),
        [4]
    );
}

#[test]
fn squeezing_drops_axes_of_one() {
    let x = Array::zeros(&[1, 3, 1], DType::F32).unwrap();
    assert_eq!(x.squeeze(None).unwrap().shape(), [3]);
    assert_eq!(x.squeeze(Some(&[-1])).unwrap().shape(), [1, 3]);
    assert!(x.squeeze(Some(&[1])).unwrap_err().is_shape());
}
