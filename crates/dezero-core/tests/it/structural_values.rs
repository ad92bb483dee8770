//! Every operation on whole arrays: its value, where that is easily seen, and its shape and dtype
//! where there is nothing to compute with.

use dezero_core::{Array, Axes, DType, Slice, Variable, grad};

use crate::differences::agree;

/// 0, 1, 2, ... in that shape.
fn count<const N: usize>(shape: [usize; N]) -> Variable {
    let values = (0..shape.iter().product::<usize>())
        .map(|n| n as f64)
        .collect();
    Variable::new(Array::from_vec::<f64>(values, &shape).unwrap())
}

#[track_caller]
fn assert_value<const N: usize, const M: usize>(y: &Variable, shape: [usize; N], values: [f64; M]) {
    assert_eq!(y.shape(), shape);
    let actual = y.to_vec::<f64>();
    let same = actual.len() == M && actual.iter().zip(values).all(|(&a, b)| agree(a, b, 1e-14));
    assert!(same, "{actual:?} is not {values:?}");
}

#[test]
fn shapes() {
    let x = count([2, 3]);
    assert_value(&x.reshape([3, -1]), [3, 2], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_value(&x.flatten(), [6], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_value(&x.transpose(), [3, 2], [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
    assert_value(
        &count([2, 1, 3]).permute([2, 0, 1]),
        [3, 2, 1],
        [0.0, 3.0, 1.0, 4.0, 2.0, 5.0],
    );
    assert_value(
        &count([2, 1, 3]).swapaxes(0, -1),
        [3, 1, 2],
        [0.0, 3.0, 1.0, 4.0, 2.0, 5.0],
    );
    assert_value(
        &count([2, 1]).broadcast_to([2, 2, 2]),
        [2, 2, 2],
        [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0],
    );
    assert_value(&x.sum_to([3]), [3], [3.0, 5.0, 7.0]);
    assert_value(&x.sum_to([2, 1]), [2, 1], [3.0, 12.0]);
    assert_eq!(x.expand_dims(1).shape(), [2, 1, 3]);
    assert_eq!(x.expand_dims(-1).shape(), [2, 3, 1]);
    assert_eq!(count([1, 2, 1]).squeeze(..).shape(), [2]);
    assert_eq!(count([1, 2, 1]).squeeze(-1).shape(), [1, 2]);
    assert_eq!(x.transpose().transpose().to_vec::<f64>(), x.to_vec::<f64>());
    let scalar = Variable::new(3.0);
    assert_eq!(
        (scalar.transpose().shape(), scalar.flatten().shape()),
        (vec![], vec![1])
    );
}

#[test]
fn reductions() {
    let x = Variable::new([[1.0, 5.0, 3.0], [4.0, 2.0, 6.0]]);
    assert_value(&x.sum(0), [3], [5.0, 7.0, 9.0]);
    assert_value(&x.sum(Axes::from(-1).keepdims()), [2, 1], [9.0, 12.0]);
    assert_value(&x.mean(1), [2], [3.0, 4.0]);
    assert_value(&x.mean(..), [], [3.5]);
    assert_value(&x.prod(0), [3], [4.0, 10.0, 18.0]);
    assert_value(&x.prod(..), [], [720.0]);
    assert_value(&x.max(0), [3], [4.0, 5.0, 6.0]);
    assert_value(&x.min(1), [2], [1.0, 2.0]);
    assert_value(&x.var(1), [2], [8.0 / 3.0, 8.0 / 3.0]);
    assert_value(&x.var(..), [], [35.0 / 12.0]);
    assert_value(&x.std(Axes::from(0).keepdims()), [1, 3], [1.5, 1.5, 1.5]);
    let logs = Variable::new([[1.0, 2.0], [3.0, 4.0]]).log();
    assert_value(&logs.logsumexp(1).exp(), [2], [3.0, 7.0]);
    assert_value(&logs.softmax(0), [2, 2], [0.25, 1.0 / 3.0, 0.75, 2.0 / 3.0]);
    assert_value(&logs.softmax(..), [2, 2], [0.1, 0.2, 0.3, 0.4]);
    assert_value(
        &logs.log_softmax(1).exp(),
        [2, 2],
        [1.0 / 3.0, 2.0 / 3.0, 3.0 / 7.0, 4.0 / 7.0],
    );
    assert_value(&x.cumsum(0), [2, 3], [1.0, 5.0, 3.0, 5.0, 7.0, 9.0]);
    assert_value(&x.cumsum(-1), [2, 3], [1.0, 6.0, 9.0, 4.0, 6.0, 12.0]);
    assert_eq!((x.argmax(..).item(), x.argmin(..).item()), (5.0, 0.0));
    assert_eq!(x.argmax(0).to_vec::<i64>(), [1, 0, 1]);
    assert_eq!(x.argmin(Axes::from(1).keepdims()).shape(), [2, 1]);
    assert_eq!(x.argmax(0).dtype(), DType::I64);
}

/// The sum of many equal numbers: adding them one by one would lose three digits.
#[test]
fn sums_are_pairwise() {
    let x = Variable::new(vec![0.1; 1 << 20]);
    assert!(agree(x.sum(..).item() / f64::from(1 << 20), 0.1, 1e-15));
}

#[test]
fn integers_and_truth_values_reduce_as_in_numpy() {
    let (whole, truth) = (
        Variable::new([[1_i64, 2], [3, 4]]),
        Variable::new([true, false, true]),
    );
    for (y, dtype, value) in [
        (whole.sum(..), DType::I64, 10.0),
        (whole.prod(..), DType::I64, 24.0),
        (whole.max(..), DType::I64, 4.0),
        (whole.mean(..), DType::F64, 2.5),
        (whole.var(..), DType::F64, 1.25),
        (truth.sum(..), DType::I64, 2.0),
        (truth.prod(..), DType::I64, 0.0),
        (Variable::new([true, true]).prod(..), DType::I64, 1.0),
        (Variable::new([true]).prod(..), DType::I64, 1.0),
        (truth.mean(..), DType::F64, 2.0 / 3.0),
        (truth.max(..), DType::Bool, 1.0),
    ] {
        assert_eq!((y.dtype(), y.item()), (dtype, value));
    }
}

#[test]
fn products_with_zeros_have_finite_derivatives() {
    for (values, expected) in [
        ([0.0, 3.0, 4.0], [12.0, 0.0, 0.0]),
        ([0.0, 0.0, 4.0], [0.0, 0.0, 0.0]),
        ([2.0, 0.0, 4.0], [0.0, 8.0, 0.0]),
    ] {
        let x = Variable::new(values);
        let gx = grad(&x.prod(..), &[&x]).remove(0);
        assert_eq!(gx.to_vec::<f64>(), expected);
        // The derivative by two factors is the product of the others.
        let row = grad(&gx.get_item(0), &[&x]).remove(0);
        assert_eq!(row.to_vec::<f64>(), [0.0, values[2], values[1]]);
    }
}

#[test]
fn indexing() {
    let x = count([3, 4]);
    assert_value(&x.get_item((1, 1..3)), [2], [5.0, 6.0]);
    assert_value(&x.get_item((.., -1)), [3], [3.0, 7.0, 11.0]);
    assert_value(&x.get_item((Slice::step(.., -2), 0)), [2], [8.0, 0.0]);
    assert_value(
        &x.take(Variable::new([2_i64, -3]), 0),
        [2, 4],
        [8.0, 9.0, 10.0, 11.0, 0.0, 1.0, 2.0, 3.0],
    );
    assert_value(
        &x.take(Variable::new([[1_i64], [0]]), 1).get_item(0),
        [2, 1],
        [1.0, 0.0],
    );
    assert_value(
        &x.gather(Variable::new([[3_i64], [0], [1]]), 1),
        [3, 1],
        [3.0, 4.0, 9.0],
    );
    let zeros = Variable::new([0.0; 3]);
    assert_value(
        &zeros.put_add(
            Variable::new([2_i64, 2, 0]),
            Variable::new([1.0, 2.0, 4.0]),
            0,
        ),
        [3],
        [4.0, 0.0, 3.0],
    );
    assert_value(
        &zeros.scatter_add(Variable::new([1_i64, 1]), 1.5, 0),
        [3],
        [0.0, 3.0, 0.0],
    );
    let y = count([2, 2]);
    assert_value(&y.flip(0), [2, 2], [2.0, 3.0, 0.0, 1.0]);
    assert_value(&y.flip(1), [2, 2], [1.0, 0.0, 3.0, 2.0]);
    assert_value(&y.flip(..), [2, 2], [3.0, 2.0, 1.0, 0.0]);
    assert_value(&count([2]).tile(2), [4], [0.0, 1.0, 0.0, 1.0]);
    assert_value(
        &y.tile([1, 2]),
        [2, 4],
        [0.0, 1.0, 0.0, 1.0, 2.0, 3.0, 2.0, 3.0],
    );
    assert_value(&count([2]).tile([2, 1]), [2, 2], [0.0, 1.0, 0.0, 1.0]);
    assert_value(
        &y.pad(&[(1, 0), (0, 1)], 9.0),
        [3, 3],
        [9.0, 9.0, 9.0, 0.0, 1.0, 9.0, 2.0, 3.0, 9.0],
    );
    assert_value(
        &Variable::concatenate(&[&y, &y], 1),
        [2, 4],
        [0.0, 1.0, 0.0, 1.0, 2.0, 3.0, 2.0, 3.0],
    );
    assert_value(
        &Variable::stack(&[&count([2]), &zeros.get_item(..2)], -1),
        [2, 2],
        [0.0, 0.0, 1.0, 0.0],
    );
    let parts = x.split(&[1, 3], 1);
    assert_eq!(
        parts.iter().map(|part| part.shape()[1]).collect::<Vec<_>>(),
        [1, 2, 1]
    );
    assert_value(&parts[1], [3, 2], [1.0, 2.0, 5.0, 6.0, 9.0, 10.0]);
    let parts = count([4]).split(&[3, 1, 9], 0);
    assert_eq!(
        parts.iter().map(Variable::size).collect::<Vec<_>>(),
        [3, 0, 3, 0]
    );
}

#[test]
fn linear_algebra() {
    let (a, b) = (
        Variable::new([[1.0, 2.0], [3.0, 4.0]]),
        Variable::new([[0.0, 1.0], [2.0, 3.0]]),
    );
    let v = Variable::new([1.0, -1.0]);
    assert_value(&a.matmul(&b), [2, 2], [4.0, 7.0, 8.0, 15.0]);
    assert_value(&a.matmul(&v), [2], [-1.0, -1.0]);
    assert_value(&v.matmul(&a), [2], [-2.0, -2.0]);
    assert_value(&v.matmul(&v), [], [2.0]);
    assert_value(&v.dot(3.0), [2], [3.0, -3.0]);
    assert_value(
        &v.outer(Variable::new([1.0, 2.0, 3.0])),
        [2, 3],
        [1.0, 2.0, 3.0, -1.0, -2.0, -3.0],
    );
    assert_eq!(
        count([3, 1, 2, 2]).matmul(count([4, 2, 5])).shape(),
        [3, 4, 2, 5]
    );
    assert_value(&a.solve(Variable::new([5.0, 11.0])), [2], [1.0, 2.0]);
    assert_value(&a.inv(), [2, 2], [-2.0, 1.0, 1.5, -0.5]);
    assert_value(&a.det(), [], [-2.0]);
    let (sign, log) = a.slogdet();
    assert_eq!(sign.item(), -1.0);
    assert!(agree(log.item(), 2.0_f64.ln(), 1e-14));
    assert_value(
        &Variable::new([[4.0, 2.0], [2.0, 10.0]]).cholesky(),
        [2, 2],
        [2.0, 0.0, 1.0, 3.0],
    );
    assert_value(&a.trace(), [], [5.0]);
    assert_value(&a.tril(0), [2, 2], [1.0, 0.0, 3.0, 4.0]);
    assert_value(&a.triu(1), [2, 2], [0.0, 2.0, 0.0, 0.0]);
    assert_value(&count([2, 3]).diag(1), [2], [1.0, 5.0]);
    assert_value(&count([3, 2]).diag(-1), [2], [2.0, 5.0]);
    assert_value(
        &v.diag(-1),
        [3, 3],
        [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0],
    );
}

/// The sign of a determinant has no derivative; a singular matrix has a determinant.
#[test]
fn determinants_of_singular_matrices() {
    let x = Variable::new([[1.0, 2.0], [2.0, 4.0]]);
    assert_eq!(x.det().item(), 0.0);
    let (sign, log) = x.slogdet();
    assert_eq!((sign.item(), log.item()), (0.0, f64::NEG_INFINITY));
    let regular = Variable::new([[1.0, 2.0], [3.0, 4.0]]);
    assert_eq!(
        grad(&regular.slogdet().0, &[&regular])[0].to_vec::<f64>(),
        [0.0; 4]
    );
}

#[test]
fn positions_have_no_derivative() {
    let x = Variable::new([1.0, 3.0, 2.0]);
    assert!(
        x.argmax(..)
            .try_backward(dezero_core::Backward::new())
            .unwrap_err()
            .is_derivative()
    );
    let y = (x.argmax(Axes::from(0).keepdims()).cast(DType::F64) * &x).sum(..);
    y.backward();
    assert_eq!(x.grad().unwrap().to_vec::<f64>(), [1.0, 1.0, 1.0]);
}

/// What has no elements has gradients without elements, or zeros.
#[test]
fn empty_arrays() {
    let x = Variable::new(Array::zeros(&[0, 3], DType::F64).unwrap());
    assert_eq!(x.sum(..).item(), 0.0);
    assert_eq!(x.prod(0).to_vec::<f64>(), [1.0; 3]);
    assert!(x.mean(..).item().is_nan());
    assert!(x.try_max(..).is_err() && x.try_argmax(0).is_err());
    assert_eq!(x.max(1).shape(), [0]);
    assert_eq!(x.softmax(1).shape(), [0, 3]);
    assert_eq!(x.matmul(count([3, 2])).shape(), [0, 2]);
    assert_eq!(x.transpose().matmul(&x).to_vec::<f64>(), [0.0; 9]);
    for y in [
        x.sum(..),
        x.prod(..),
        x.max(1).sum(..),
        x.softmax(1).sum(..),
        x.cumsum(0).sum(..),
        x.transpose().matmul(&x).sum(..),
    ] {
        let gx = grad(&y, &[&x]).remove(0);
        assert_eq!(gx.shape(), [0, 3]);
    }
    let empty = Variable::new(Array::zeros(&[0, 0], DType::F64).unwrap());
    assert_eq!(empty.det().item(), 1.0);
    assert_eq!(
        (
            empty.inv().shape(),
            empty.cholesky().shape(),
            empty.trace().item()
        ),
        (vec![0, 0], vec![0, 0], 0.0)
    );
}
