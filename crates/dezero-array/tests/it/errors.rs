//! What errors say, and that nothing panics.

use dezero_array::{Array, DType, Result, Scalar, Slice, map_lanes};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::array;

fn text<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "no error".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn zeros(shape: &[usize]) -> Array {
    Array::zeros(shape, DType::F64).unwrap()
}

#[test]
fn an_error_names_the_operation_and_the_shapes() {
    let (x, v) = (zeros(&[2, 3]), zeros(&[4]));
    let add = x.zip_float(&v, "add", |x, y| x + y, |x, y| x + y);
    assert_eq!(
        text(add),
        "add: shapes (2, 3) and (4,) do not broadcast: axis 1 has 3 and 4"
    );
    assert_eq!(
        text(x.matmul(&v)),
        "matmul: shapes (2, 3) and (4,) do not multiply: the last axis of the first has 3, the only one of the second 4"
    );
    assert_eq!(
        text(x.sum(Some(&[2]), false)),
        "sum: axis 2 is out of range for 2 dimensions: it may be from -2 to 1"
    );
    assert_eq!(
        text(x.cumsum(5)),
        "cumsum: axis 5 is out of range for 2 dimensions: it may be from -2 to 1"
    );
    assert_eq!(
        text(Array::from(1.0).cumsum(0)),
        "cumsum: axis 0 of a 0-d array, which has none"
    );
    assert_eq!(
        text(x.take(&Array::from([0_i64, 7]), 1)),
        "take: index 7 is out of bounds for axis 1 with size 3"
    );
    assert_eq!(text(x.take(&v, 1)), "take: indices are float64, not int64");
    assert_eq!(
        text(x.slice(&[(-3).into()])),
        "slice: index -3 is out of bounds for axis 0 with size 2"
    );
    assert_eq!(
        text(x.sum_to(&[4])),
        "sum_to: shape (4,) is no sum of shape (2, 3): it does not broadcast to it"
    );
    assert_eq!(
        text(x.broadcast_to(&[2])),
        "broadcast_to: shape (2, 3) does not broadcast to (2,)"
    );
    assert_eq!(
        text(x.inv()),
        "inv: shape (2, 3) is not of square matrices: the last two axes must be equal"
    );
    assert_eq!(text(zeros(&[2, 2]).inv()), "inv: the matrix is singular");
    assert_eq!(
        text(zeros(&[5, 2, 2]).inv()),
        "inv: matrix 0 of shape (5, 2, 2) is singular"
    );
    assert_eq!(
        text(zeros(&[1, 1]).cholesky()),
        "cholesky: the matrix is not positive definite"
    );
    assert_eq!(text(x.max(Some(&[]), false)), "no error");
    assert_eq!(
        text(zeros(&[0, 2]).max(Some(&[0]), false)),
        "max: of no elements: shape (0, 2) has none along the axes"
    );
    assert_eq!(
        text(x.item::<f64>()),
        "item: an array of shape (2, 3) has 6 elements, not 1"
    );
    assert_eq!(
        text(Array::select(&x, &x, &x)),
        "where: the condition is float64, not bool: compare it with something"
    );
    let negated = Array::from([true]).map_slices(
        "neg",
        &|xs, ys| map_lanes(xs, ys, |x| -x),
        &|xs, ys| map_lanes(xs, ys, |x| -x),
        Some(&|xs, ys| map_lanes(xs, ys, |x| -x)),
    );
    assert_eq!(
        text(negated),
        "neg: not defined for bool: convert with astype, or use a logical operation"
    );
}

#[test]
fn shapes_beyond_memory_are_errors() {
    for shape in [
        &[usize::MAX][..],
        &[1 << 40, 1 << 40],
        &[0, usize::MAX, 2],
        &[1 << 50],
        &[isize::MAX as usize / 8],
    ] {
        for dtype in [DType::Bool, DType::F64] {
            // A byte for each fits where eight do not: either is fine, a crash is not.
            if let Err(error) = Array::zeros(shape, dtype) {
                assert!(error.is_shape());
            }
        }
        assert!(
            Array::zeros(shape, DType::F64).unwrap_err().is_shape(),
            "{shape:?}"
        );
        assert!(Array::from_vec(vec![1.0], shape).unwrap_err().is_shape());
    }
    // A broadcast array is as big as it likes, until it has to be copied.
    let vast = zeros(&[2]).broadcast_to(&[1 << 50, 2]).unwrap();
    let column = zeros(&[2, 1]);
    let places = Array::from(0).broadcast_to(&[1 << 46]).unwrap();
    for error in [
        vast.reshape(&[1 << 51]),
        column.take(&places, 0),
        column.gather_nd(&[&places]),
        column.take_along_axis(&places.broadcast_to(&[1, 1 << 46]).unwrap(), 1),
    ] {
        let error = error.unwrap_err();
        assert!(error.is_memory() && error.is_shape(), "{error}");
    }
    assert!(!zeros(&[2]).reshape(&[3]).unwrap_err().is_memory());
    assert!(vast.reshape(&[1 << 51]).unwrap_err().is_shape());
    assert!(vast.tril(0).unwrap_err().is_shape());
    assert!(vast.cumsum(0).unwrap_err().is_shape());
    assert!(vast.tile(&[2, 2]).unwrap_err().is_shape());
    assert!(Array::concatenate(&[&vast], 0).unwrap_err().is_shape());
    assert_eq!(
        vast.map_float(f64::cos, f32::cos)
            .get::<f64>(&[7, 1])
            .unwrap(),
        1.0
    );
    let (tall, wide) = (zeros(&[1 << 21, 1]), zeros(&[1, 1 << 21]));
    assert!(
        tall.zip_float(&wide, "add", |x, y| x + y, |x, y| x + y)
            .unwrap_err()
            .is_shape()
    );
    assert!(tall.matmul(&wide).unwrap_err().is_shape());
    assert!(Array::eye(1 << 40, DType::F64).unwrap_err().is_shape());
    assert!(
        Array::linspace(0.0, 1.0, usize::MAX)
            .unwrap_err()
            .is_shape()
    );
    assert!(Array::arange(0.0, 1e300, 1.0).unwrap_err().is_shape());
    assert!(
        zeros(&[2])
            .pad(&[(usize::MAX, usize::MAX)], Scalar::I64(0))
            .unwrap_err()
            .is_shape()
    );
    assert!(
        Array::from(1.0)
            .broadcast_to(&[usize::MAX, 2])
            .unwrap_err()
            .is_shape()
    );
}

proptest! {
    #[test]
    fn no_argument_panics(
        x in array(4),
        y in array(3),
        axis in -6..7_isize,
        axes in vec(-5..6_isize, 0..4),
        shape in vec(0..5_usize, 0..5),
        indices in vec(-6..7_i64, 0..4),
        bounds in vec((any::<i8>(), proptest::option::of(-3..4_isize), -2..3_isize), 0..5),
    ) {
        let slices: Vec<Slice> = bounds.iter().map(|&(kind, start, step)| match kind.rem_euclid(4) {
            0 => Slice::Index(step),
            1 => Slice::NewAxis,
            2 if step == 2 => Slice::Ellipsis,
            _ => Slice::Range { start, stop: None, step },
        }).collect();
        let positions = Array::from(indices);
        let unsigned: Vec<usize> = axes.iter().map(|axis| axis.unsigned_abs()).collect();
        let _ = (x.transpose(&unsigned), x.swapaxes(axis, -axis), x.reshape(&shape), x.broadcast_to(&shape));
        let _ = (x.slice(&slices), Array::add_to_slice(&shape, &slices, &x), x.flip(Some(&axes)));
        let _ = (x.expand_dims(axis), x.squeeze(Some(&axes)), x.diagonal(axis, 0, axis), x.diag(axis), x.trace());
        let _ = (x.tril(axis), x.triu(axis), x.sum_to(&shape), x.tile(&shape), x.cumsum(axis));
        let _ = (x.sum(Some(&axes), true), x.max(Some(&axes), false), x.argmax(Some(axis), true), x.argmin(None, true));
        let _ = (x.take(&positions, axis), x.put_add(&positions, axis, &y), x.take_along_axis(&positions, axis));
        let _ = (x.scatter_add(&positions, axis, &y), x.gather_nd(&[&positions, &positions]), x.gather_nd(&[]));
        let _ = x.scatter_nd_add(&[&positions, &positions], &y);
        let _ = (Array::concatenate(&[&x, &y], axis), Array::stack(&[&x, &y], axis), Array::concatenate(&[], axis));
        let _ = (x.matmul(&y), x.solve(&y), x.inv(), x.cholesky(), x.det(), x.slogdet());
        let _ = x.zip_float(&y, "add", |x, y| x + y, |x, y| x + y);
    }
}
