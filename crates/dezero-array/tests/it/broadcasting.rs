//! Elementwise functions of broadcast operands, against index arithmetic.

use std::sync::atomic::{AtomicUsize, Ordering};

use dezero_array::{Array, DType, broadcast_shapes, map_lanes};
use proptest::prelude::*;

use crate::model::{Model, array, broadcastable};

proptest! {
    #[test]
    fn two_operands_are_aligned_at_the_end((x, y) in broadcastable()) {
        let shape = broadcast_shapes(x.shape(), y.shape()).unwrap();
        let (a, b) = (Model::from(&x), Model::from(&y));
        let expected = Model::build(&shape, |index| 2.0 * a.at_broadcast(index) - b.at_broadcast(index));
        let z = x.zip_float(&y, "f", |x, y| 2.0 * x - y, |x, y| 2.0 * x - y).unwrap();
        prop_assert_eq!(&Model::from(&z), &expected);
        let less = x.compare(&y, "less", |x, y| x < y, |x, y| x < y).unwrap();
        prop_assert_eq!(less.dtype(), DType::Bool);
        let expected = Model::build(&shape, |index| f64::from(u8::from(a.at_broadcast(index) < b.at_broadcast(index))));
        prop_assert_eq!(&Model::from(&less), &expected);
    }

    #[test]
    fn a_choice_broadcasts_all_three((x, y) in broadcastable(), (c, d) in broadcastable()) {
        let cond = x.compare(&y, "less", |x, y| x < y, |x, y| x < y).unwrap();
        for (c, y) in [(&x, &y), (&y, &x), (&c, &c), (&d, &c)] {
            let Ok(shape) = broadcast_shapes(c.shape(), y.shape()) else { continue };
            let Ok(shape) = broadcast_shapes(cond.shape(), &shape) else { continue };
            let [p, a, b] = [&cond, c, y].map(Model::from);
            let chosen = Array::select(&cond, c, y).unwrap();
            let expected = Model::build(&shape, |index| {
                if p.at_broadcast(index) == 1.0 { a.at_broadcast(index) } else { b.at_broadcast(index) }
            });
            prop_assert_eq!(&Model::from(&chosen), &expected);
        }
    }

    #[test]
    fn one_operand_keeps_its_shape(x in array(4)) {
        let doubled = x.map_float(|x| x * 2.0, |x| x * 2.0);
        let model = Model::from(&x);
        prop_assert_eq!(Model::from(&doubled), Model::build(x.shape(), |index| 2.0 * model.at(index)));
        let integers = x.astype(DType::I64).map_slices(
            "twice",
            &|xs, ys| ys.copy_from_slice(xs),
            &|xs, ys| ys.copy_from_slice(xs),
            Some(&|xs, ys| map_lanes(xs, ys, |x| 2 * x)),
        ).unwrap();
        prop_assert_eq!(integers.dtype(), DType::I64);
        prop_assert_eq!(integers.astype(DType::F64), doubled);
    }

    #[test]
    fn converting_there_and_back_keeps_small_numbers(x in array(3)) {
        for dtype in [DType::F32, DType::I64, DType::F64] {
            prop_assert_eq!(&x.astype(dtype).astype(DType::F64), &x);
        }
        let truth = x.astype(DType::Bool).to_vec::<bool>();
        prop_assert_eq!(truth, x.to_vec::<f64>().iter().map(|&x| x != 0.0).collect::<Vec<_>>());
    }
}

#[test]
fn dtypes_promote_as_in_numpy() {
    use DType::{Bool, F32, F64, I64};
    let dtypes = [Bool, I64, F32, F64];
    let table = [
        [Bool, I64, F32, F64],
        [I64, I64, F64, F64],
        [F32, F64, F32, F64],
        [F64; 4],
    ];
    for (a, row) in dtypes.into_iter().zip(table) {
        for (b, expected) in dtypes.into_iter().zip(row) {
            assert_eq!(a.promote(b), expected, "{a} {b}");
            let (x, y) = (Array::ones(&[2], a).unwrap(), Array::ones(&[], b).unwrap());
            let product = x.zip_slices(
                &y,
                "mul",
                &|x, y, z| x.zip(y, z, |x, y| x * y),
                &|x, y, z| x.zip(y, z, |x, y| x * y),
                Some(&|x, y, z| x.zip(y, z, |x, y| x * y)),
                Some(&|x, y, z| x.zip(y, z, |x, y| x & y)),
            );
            assert_eq!(product.unwrap().dtype(), expected);
            let ratio = x.zip_float(&y, "div", |x, y| x / y, |x, y| x / y);
            assert_eq!(
                ratio.unwrap().dtype(),
                if expected.is_float() { expected } else { F64 }
            );
        }
    }
}

#[test]
fn operands_in_transposed_order_give_a_result_in_that_order() {
    let x = Array::zeros(&[3, 4], DType::F64).unwrap().t();
    assert_eq!(x.map_float(f64::cos, f32::cos).strides(), [1, 4]);
    let y = Array::from([1.0, 2.0, 3.0]);
    assert_eq!(
        x.zip_float(&y, "add", |x, y| x + y, |x, y| x + y)
            .unwrap()
            .strides(),
        [1, 4]
    );
}

#[test]
fn a_function_of_a_broadcast_array_is_computed_once_per_element() {
    let x = Array::from(2.0).broadcast_to(&[1 << 30, 1 << 20]).unwrap();
    let calls = AtomicUsize::new(0);
    let y = x.map_float(
        |x| {
            calls.fetch_add(1, Ordering::Relaxed);
            x * x
        },
        |x| x,
    );
    assert_eq!(
        (calls.into_inner(), y.shape(), y.strides()),
        (1, x.shape(), &[0, 0][..])
    );
    assert_eq!(y.get::<f64>(&[5, 7]).unwrap(), 4.0);
}
