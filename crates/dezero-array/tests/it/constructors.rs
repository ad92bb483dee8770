//! How arrays are made and what they are made of.

use dezero_array::{Array, DType, Element, Scalar};

#[test]
fn a_handle_is_two_words() {
    assert_eq!(size_of::<Array>(), 16);
    assert_eq!(size_of::<Option<Array>>(), 16);
    assert_eq!(size_of::<dezero_array::Error>(), size_of::<usize>());
    shared_between_threads::<Array>();
    shared_between_threads::<dezero_array::Error>();
}

fn shared_between_threads<T: Send + Sync + 'static>() {}

#[test]
fn every_number_becomes_a_0d_array_of_its_dtype() {
    let arrays = [
        Array::from(1.0),
        Array::from(1.0_f32),
        Array::from(1_i64),
        Array::from(1),
        Array::from(true),
    ];
    let dtypes = [DType::F64, DType::F32, DType::I64, DType::I64, DType::Bool];
    for (array, dtype) in arrays.iter().zip(dtypes) {
        assert_eq!(
            (array.dtype(), array.ndim(), array.size(), array.len()),
            (dtype, 0, 1, 1)
        );
        assert_eq!(array.item::<f64>().unwrap(), 1.0);
        assert_eq!(array.as_f64().is_some(), dtype == DType::F64);
    }
}

#[test]
fn weak_scalars_take_the_dtype_beside_them() {
    use DType::{Bool, F32, F64, I64};
    let beside =
        |scalar: Scalar| [Bool, I64, F32, F64].map(|other| Array::weak(scalar, other).dtype());
    assert_eq!(beside(Scalar::from(2.0)), [F64, F64, F32, F64]);
    assert_eq!(beside(Scalar::from(2)), [I64, I64, F32, F64]);
    assert_eq!(beside(Scalar::from(true)), [Bool, I64, F32, F64]);
    assert_eq!(Array::weak(Scalar::from(3), F32), Array::from(3.0_f32));
}

#[test]
fn ranges_end_where_numpy_ends_them() {
    // np.arange(0, 1, 0.1)[3] is 0.30000000000000004, np.linspace(0, 1, 11)[3] is the same.
    let tenths = Array::arange(0.0, 1.0, 0.1).unwrap();
    assert_eq!(
        (tenths.len(), tenths.get::<f64>(&[3]).unwrap()),
        (10, 0.1 * 3.0)
    );
    let spaced = Array::linspace(0.0, 1.0, 11).unwrap();
    assert_eq!(
        (
            spaced.get::<f64>(&[3]).unwrap(),
            spaced.get::<f64>(&[10]).unwrap()
        ),
        (0.1 * 3.0, 1.0)
    );
    assert_eq!(Array::linspace(2.0, 3.0, 1).unwrap(), Array::from([2.0]));
    assert_eq!(Array::linspace(2.0, 3.0, 0).unwrap().shape(), [0]);
    assert_eq!(
        Array::arange(5.0, 0.0, -2.0).unwrap(),
        Array::from([5.0, 3.0, 1.0])
    );
    assert!(Array::arange(1.0, 0.0, 1.0).unwrap().is_empty());
    assert!(Array::arange(0.0, 1.0, 0.0).unwrap_err().is_value());
    assert!(Array::arange(0.0, 1.0, f64::NAN).unwrap_err().is_value());
}

#[test]
fn nested_rust_arrays_are_row_major() {
    let x = Array::from([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
    assert_eq!((x.shape(), x.dtype()), (&[2, 2, 2][..], DType::I64));
    assert_eq!(x.get::<i64>(&[1, 0, 1]).unwrap(), 6);
    assert_eq!(
        Array::eye(2, DType::Bool).unwrap(),
        Array::from([[true, false], [false, true]])
    );
}

#[test]
fn equality_is_of_shape_dtype_and_elements() {
    let x = Array::from([1.0, 2.0]);
    assert_eq!(x, x.flip(None).unwrap().flip(None).unwrap());
    assert_ne!(x, x.astype(DType::F32));
    assert_ne!(x, x.reshape(&[1, 2]).unwrap());
    let nan = Array::from([f64::NAN]);
    assert_ne!(nan, nan);
    assert!(nan.allclose(&nan, 0.0, 0.0, true) && !nan.allclose(&nan, 0.0, 0.0, false));
    let infinite = Array::from([f64::INFINITY]);
    assert!(infinite.allclose(&infinite, 0.0, 0.0, false));
    assert!(!Array::from([0.0]).allclose(&infinite, 1.0, 1.0, false));
}

#[test]
fn casts_are_rusts() {
    fn cast<T: Element>(x: f64) -> T {
        Array::from(x).item().unwrap()
    }
    assert_eq!(cast::<i64>(-2.9), -2);
    assert_eq!(cast::<i64>(f64::INFINITY), i64::MAX);
    assert!(cast::<bool>(f64::NAN) && !cast::<bool>(-0.0));
    assert_eq!(
        Array::from([true, false]).astype(DType::F32),
        Array::from([1.0_f32, 0.0])
    );
}
