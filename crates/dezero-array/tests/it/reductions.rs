//! Reductions over random axes of random views, against loops over indices.

use dezero_array::{Array, DType, broadcast_shapes};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::{Model, array, broadcastable, indices};

/// Folds the elements of each output's inputs, one after the other.
fn naive(
    model: &Model,
    reduced: &[bool],
    keepdims: bool,
    first: Option<f64>,
    f: impl Fn(f64, f64) -> f64,
) -> Model {
    let kept: Vec<usize> = (0..reduced.len()).filter(|&axis| !reduced[axis]).collect();
    let shape: Vec<usize> = kept.iter().map(|&axis| model.shape[axis]).collect();
    let inputs = indices(&model.shape);
    let mut out = Model::build(&shape, |index| {
        let own = inputs
            .iter()
            .filter(|input| kept.iter().zip(index).all(|(&axis, &i)| input[axis] == i));
        own.map(|input| model.at(input))
            .fold(first, |sum, x| Some(sum.map_or(x, |sum| f(sum, x))))
            .unwrap_or(f64::NAN)
    });
    if keepdims {
        out.shape = (0..reduced.len())
            .map(|axis| if reduced[axis] { 1 } else { model.shape[axis] })
            .collect();
    }
    out
}

proptest! {
    #[test]
    fn any_axes_of_any_view(x in array(4), mask in vec(any::<bool>(), 6), keepdims: bool, negative: bool) {
        let reduced: Vec<bool> = mask[..x.ndim()].to_vec();
        let sign = |axis: usize| if negative { axis as isize - x.ndim() as isize } else { axis as isize };
        let axes: Vec<isize> = (0..x.ndim()).filter(|&axis| reduced[axis]).map(sign).collect();
        let axes = Some(&axes[..]);
        let model = Model::from(&x);
        let check = |got: &Array, expected: &Model| {
            prop_assert_eq!(&Model::from(got), expected);
            Ok(())
        };
        check(&x.sum(axes, keepdims).unwrap(), &naive(&model, &reduced, keepdims, Some(0.0), |a, b| a + b))?;
        // Small integers, so that any order of multiplication is exact or overflows alike.
        let signs = x.map_float(|x| if x < 0.0 { -1.0 } else { 2.0 }, |x| x);
        check(&signs.prod(axes, keepdims).unwrap(), &naive(&Model::from(&signs), &reduced, keepdims, Some(1.0), |a, b| a * b))?;
        let truth = |x: f64| f64::from(u8::from(x != 0.0));
        check(&x.any(axes, keepdims).unwrap(), &naive(&model, &reduced, keepdims, Some(0.0), |a, b| a.max(truth(b))))?;
        check(&x.all(axes, keepdims).unwrap(), &naive(&model, &reduced, keepdims, Some(1.0), |a, b| a.min(truth(b))))?;
        let integers = x.astype(DType::I64).sum(axes, keepdims).unwrap();
        check(&integers, &naive(&model, &reduced, keepdims, Some(0.0), |a, b| a + b))?;
        let greatest = naive(&model, &reduced, keepdims, None, f64::max);
        if greatest.values.iter().any(|x| x.is_nan()) {
            prop_assert!(x.max(axes, keepdims).unwrap_err().is_value());
            prop_assert!(x.min(axes, keepdims).unwrap_err().is_value());
        } else {
            check(&x.max(axes, keepdims).unwrap(), &greatest)?;
            check(&x.min(axes, keepdims).unwrap(), &naive(&model, &reduced, keepdims, None, f64::min))?;
        }
    }

    #[test]
    fn positions_of_extremes_are_the_first(x in array(3), axis in any::<prop::sample::Index>()) {
        if x.is_empty() {
            return Ok(());
        }
        let values = x.to_vec::<f64>();
        let first = values.iter().position(|v| values.iter().all(|w| v >= w)).unwrap();
        prop_assert_eq!(x.argmax(None, false).unwrap().item::<i64>().unwrap(), first as i64);
        if x.ndim() > 0 {
            let axis = axis.index(x.ndim()) as isize;
            let least = x.argmin(Some(axis), true).unwrap();
            prop_assert_eq!(x.take_along_axis(&least, axis).unwrap(), x.min(Some(&[axis]), true).unwrap());
            prop_assert_eq!(least.squeeze(Some(&[axis])).unwrap(), x.argmin(Some(axis), false).unwrap());
        }
    }

    #[test]
    fn sum_to_undoes_broadcasting((x, y) in broadcastable()) {
        let shape = broadcast_shapes(x.shape(), y.shape()).unwrap();
        let z = x.zip_float(&y, "f", |x, y| x + 2.0 * y, |x, y| x + y).unwrap();
        // <broadcast(y), z> = <y, sum_to(z)>
        let dot = |a: &Array, b: &Array| -> f64 {
            assert_eq!(a.shape(), b.shape());
            a.to_vec::<f64>().iter().zip(b.to_vec::<f64>()).map(|(a, b)| a * b).sum()
        };
        prop_assert_eq!(dot(&y.broadcast_to(&shape).unwrap(), &z), dot(&y, &z.sum_to(y.shape()).unwrap()));
        prop_assert_eq!(dot(&x.broadcast_to(&shape).unwrap(), &z), dot(&x, &z.sum_to(x.shape()).unwrap()));
    }

    #[test]
    fn running_sums_end_in_the_sum(x in array(3), axis in any::<prop::sample::Index>()) {
        prop_assume!(x.ndim() > 0);
        let axis = axis.index(x.ndim());
        let model = Model::from(&x);
        let expected = Model::build(x.shape(), |index| {
            let mut at = index.to_vec();
            (0..=index[axis]).map(|i| { at[axis] = i; model.at(&at) }).sum()
        });
        prop_assert_eq!(Model::from(&x.cumsum(axis as isize).unwrap()), expected);
    }
}

#[test]
fn a_long_sum_is_pairwise_along_every_axis() {
    // 0.1 is not exact: added one after the other a million times it is off by 1e-6 of itself and more.
    let n = 1_000_000;
    let x = Array::full(&[n, 2], 0.1, DType::F64).unwrap();
    for sum in [
        x.sum(Some(&[0]), false).unwrap().get::<f64>(&[1]).unwrap(),
        x.t()
            .sum(Some(&[1]), false)
            .unwrap()
            .get::<f64>(&[0])
            .unwrap(),
        x.slice(&[(..).into(), 0.into()])
            .unwrap()
            .sum(None, false)
            .unwrap()
            .item()
            .unwrap(),
        x.sum(None, false).unwrap().item::<f64>().unwrap() / 2.0,
        Array::from(0.1)
            .broadcast_to(&[n])
            .unwrap()
            .sum(None, false)
            .unwrap()
            .item()
            .unwrap(),
    ] {
        assert!((sum - 1e5).abs() < 1e-9, "{sum}");
    }
    let x = Array::full(&[n], 0.1_f32, DType::F32).unwrap();
    let mean = x.mean(None, false).unwrap().item::<f32>().unwrap();
    assert!((mean - 0.1).abs() < 1e-8, "{mean}");
}

#[test]
fn nan_is_the_greatest_and_the_least() {
    let x = Array::from([[1.0, f64::NAN], [3.0, 2.0]]);
    for extreme in [
        x.max(Some(&[0]), false).unwrap(),
        x.min(Some(&[0]), false).unwrap(),
    ] {
        assert!(extreme.get::<f64>(&[1]).unwrap().is_nan());
        assert!(extreme.get::<f64>(&[0]).unwrap().is_finite());
    }
    assert_eq!(x.argmax(None, false).unwrap().item::<i64>().unwrap(), 1);
    assert_eq!(x.argmin(Some(1), false).unwrap(), Array::from([1_i64, 1]));
    assert!(
        Array::from(vec![0.0; 50])
            .slice(&[(..0).into()])
            .unwrap()
            .mean(None, false)
            .unwrap()
            .item::<f64>()
            .unwrap()
            .is_nan()
    );
}

#[test]
fn the_empty_set_of_axes_reduces_nothing() {
    let x = Array::from([[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(x.sum(Some(&[]), false).unwrap(), x);
    assert!(x.sum(Some(&[0, -2]), false).unwrap_err().is_axis());
    assert!(x.sum(Some(&[2]), false).unwrap_err().is_axis());
}
