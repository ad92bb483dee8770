//! To and from ndarray.

use dezero_array::{Array, DType};
use ndarray::{Array2, ArrayD, Axis, Slice};
use proptest::prelude::*;

use crate::model::{Model, array};

proptest! {
    #[test]
    fn a_view_shows_the_same(x in array(4)) {
        let view = x.view::<f64>().unwrap();
        prop_assert_eq!(view.shape(), x.shape());
        prop_assert_eq!(view.iter().copied().collect::<Vec<_>>(), x.to_vec::<f64>());
        prop_assert_eq!(&Array::from(view.to_owned()), &x);
        prop_assert_eq!(Model::from(&Array::from(x.to_ndarray::<f32>())), Model::from(&x));
        prop_assert_eq!(Array::from(x.clone().into_ndarray::<f64>()), x);
    }
}

#[test]
fn buffers_change_hands_without_a_copy() {
    let mut matrix = Array2::<f64>::zeros((30, 40));
    let address = matrix.as_ptr();
    matrix.slice_axis_inplace(Axis(0), Slice::new(1, None, 2));
    matrix.invert_axis(Axis(1));
    let x = Array::from(matrix);
    assert_eq!((x.shape(), x.strides()), (&[15, 40][..], &[80, -1][..]));
    let whole = Array::from(Array2::<f64>::zeros((30, 40)));
    let address_of_whole = whole.as_slice::<f64>().unwrap().as_ptr();
    let flat = whole.reshape(&[1200]).unwrap();
    drop(whole);
    let back: ArrayD<f64> = flat.into_ndarray();
    assert_eq!(
        (back.as_ptr(), back.shape()),
        (address_of_whole, &[1200][..])
    );
    let view = x.view::<f64>().unwrap();
    assert_eq!(view.as_ptr(), address.wrapping_add(79));
}

#[test]
fn a_shared_buffer_stays_where_it_is() {
    let x = Array::from([1.0, 2.0]);
    let y = x.clone();
    assert_eq!(x.into_vec::<f64>(), [1.0, 2.0]);
    assert_eq!(y, Array::from([1.0, 2.0]));
    assert_eq!(Array::from(3_i64).into_vec::<f64>(), [3.0]);
}

#[test]
fn zero_dimensions_survive() {
    let x = Array::from(ndarray::arr0(2.5));
    assert_eq!(x.as_f64(), Some(2.5));
    assert_eq!(x.view::<f64>().unwrap(), ndarray::arr0(2.5).into_dyn());
    assert_eq!(
        Array::from(ArrayD::<bool>::default(vec![0, 3])).dtype(),
        DType::Bool
    );
}
