//! Products against triple loops, factorisations by what they must satisfy.

use dezero_array::{Array, DType, broadcast_shapes};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::Model;

/// Matrices `(..., rows, columns)`, as they lie, transposed, cut out of larger ones or turned round.
fn matrices(
    leading: &[usize],
    rows: usize,
    columns: usize,
) -> impl Strategy<Value = Array> + use<> {
    let shape = [leading, &[rows + 1, columns + 1]].concat();
    let size = shape.iter().product::<usize>();
    (vec((-9..10).prop_map(f64::from), size), 0..4).prop_map(move |(values, how)| {
        let larger = Array::from_vec(values, &shape).unwrap();
        let cut = larger
            .slice(&[
                dezero_array::Slice::Ellipsis,
                (1..).into(),
                (..columns).into(),
            ])
            .unwrap();
        let copy = Array::from_vec(cut.to_vec::<f64>(), cut.shape()).unwrap();
        match how {
            0 => copy,
            1 => cut,
            2 => Array::from_vec(
                cut.swapaxes(-1, -2).unwrap().to_vec::<f64>(),
                cut.swapaxes(-1, -2).unwrap().shape(),
            )
            .unwrap()
            .swapaxes(-1, -2)
            .unwrap(),
            _ => cut.flip(Some(&[-1])).unwrap(),
        }
    })
}

fn factors() -> impl Strategy<Value = (Array, Array)> {
    let leading = prop_oneof![
        Just((vec![], vec![])),
        Just((vec![2], vec![])),
        Just((vec![], vec![3])),
        Just((vec![2, 1], vec![3])),
        Just((vec![1, 0], vec![])),
    ];
    (leading, 0..4_usize, 0..4_usize, 1..4_usize)
        .prop_flat_map(|((a, b), m, k, n)| (matrices(&a, m, k), matrices(&b, k, n)))
}

proptest! {
    #[test]
    fn products_are_sums_of_products((a, b) in factors()) {
        let [x, y] = [&a, &b].map(Model::from);
        let (i, j) = (a.ndim() - 2, b.ndim() - 2);
        let batch = broadcast_shapes(&a.shape()[..i], &b.shape()[..j]).unwrap();
        let (m, k, n) = (a.shape()[i], a.shape()[i + 1], b.shape()[j + 1]);
        let expected = Model::build(&[&batch[..], &[m, n]].concat(), |index| {
            let (lead, at) = index.split_at(batch.len());
            let terms = (0..k).map(|l| x.at_broadcast(&pick(&x, lead, at[0], l)) * y.at_broadcast(&pick(&y, lead, l, at[1])));
            terms.sum()
        });
        for dtype in [DType::F64, DType::F32, DType::I64] {
            let product = a.astype(dtype).matmul(&b.astype(dtype)).unwrap();
            prop_assert_eq!(product.dtype(), dtype);
            prop_assert_eq!(&Model::from(&product), &expected);
        }
    }

    #[test]
    fn solutions_satisfy_the_system(values in vec(-1.0..1.0_f64, 2 * 4 * 4), sides in vec(-1.0..1.0_f64, 3 * 2 * 4 * 2)) {
        // A dominant diagonal, so that every matrix is well conditioned.
        let a = Array::from_vec(values, &[2, 4, 4]).unwrap();
        let shift = Array::eye(4, DType::F64).unwrap();
        let a = a.zip_float(&shift, "shift", |a, e| a + 5.0 * e, |a, _| a).unwrap();
        let b = Array::from_vec(sides, &[3, 2, 4, 2]).unwrap();
        let x = a.solve(&b).unwrap();
        prop_assert_eq!(x.shape(), b.shape());
        prop_assert!(a.matmul(&x).unwrap().allclose(&b, 0.0, 1e-14, false));
        let identity = shift.broadcast_to(&[2, 4, 4]).unwrap();
        prop_assert!(a.matmul(&a.inv().unwrap()).unwrap().allclose(&identity, 0.0, 1e-14, false));
        let single = a.astype(DType::F32).solve(&b.astype(DType::F32)).unwrap();
        prop_assert!(single.astype(DType::F64).allclose(&x, 1e-4, 1e-5, false));
        // One right-hand side.
        let one = a.matmul(&x).unwrap().slice(&[0.into(), 0.into(), (..).into(), 0.into()]).unwrap();
        let first = a.solve(&one).unwrap();
        prop_assert_eq!(first.shape(), [2, 4]);
        // det(a) = det(a^T), det(a a) = det(a)^2, and the sign and logarithm agree.
        let det = a.det().unwrap();
        prop_assert!(a.swapaxes(1, 2).unwrap().det().unwrap().allclose(&det, 1e-12, 0.0, false));
        let square = det.map_float(|d| d * d, |d| d);
        prop_assert!(a.matmul(&a).unwrap().det().unwrap().allclose(&square, 1e-12, 0.0, false));
        let (sign, log) = a.slogdet().unwrap();
        let again = sign.zip_float(&log, "f", |s, l| s * l.exp(), |s, _| s).unwrap();
        prop_assert!(again.allclose(&det, 1e-12, 0.0, false));
        // A positive definite matrix and its root.
        let definite = a.matmul(&a.swapaxes(1, 2).unwrap()).unwrap();
        let root = definite.cholesky().unwrap();
        prop_assert_eq!(&root.tril(0).unwrap(), &root);
        prop_assert!(root.matmul(&root.swapaxes(1, 2).unwrap()).unwrap().allclose(&definite, 1e-12, 1e-12, false));
    }
}

/// An index with as many leading positions as the operand has.
fn pick(operand: &Model, leading: &[usize], row: usize, column: usize) -> Vec<usize> {
    let own = &leading[leading.len() - (operand.shape.len() - 2)..];
    [own, &[row, column]].concat()
}

#[test]
fn determinants_of_permutations_are_their_signs() {
    let swapped = Array::from([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]);
    let turned = Array::from([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]);
    assert_eq!(swapped.det().unwrap(), Array::from(-1.0));
    assert_eq!(turned.det().unwrap(), Array::from(1.0));
    let both = Array::stack(&[&swapped, &turned], 0).unwrap();
    assert_eq!(both.det().unwrap(), Array::from([-1.0, 1.0]));
}

#[test]
fn singular_matrices_have_determinant_zero_and_no_inverse() {
    let a = Array::from([[1.0, 2.0], [2.0, 4.0]]);
    assert_eq!(a.det().unwrap(), Array::from(0.0));
    assert_eq!(
        a.slogdet().unwrap(),
        (Array::from(0.0), Array::from(f64::NEG_INFINITY))
    );
    assert!(a.inv().unwrap_err().is_singular());
    assert!(a.solve(&Array::from([1.0, 2.0])).unwrap_err().is_singular());
    assert!(
        Array::from([[1.0, 2.0], [2.0, 1.0]])
            .cholesky()
            .unwrap_err()
            .is_singular()
    );
}

#[test]
fn nothing_has_determinant_one() {
    let none = Array::zeros(&[3, 0, 0], DType::F64).unwrap();
    assert_eq!(none.det().unwrap(), Array::from([1.0; 3]));
    assert_eq!(none.inv().unwrap().shape(), [3, 0, 0]);
    assert_eq!(none.cholesky().unwrap().shape(), [3, 0, 0]);
    assert_eq!(
        Array::zeros(&[0, 2, 2], DType::F32)
            .unwrap()
            .det()
            .unwrap()
            .shape(),
        [0]
    );
}

#[test]
fn vectors_multiply_as_rows_and_columns() {
    let x = Array::from([[1, 2, 3], [4, 5, 6]]);
    let (row, column) = (Array::from([1, -1]), Array::from([1, 0, 2]));
    assert_eq!(row.matmul(&x).unwrap(), Array::from([-3, -3, -3]));
    assert_eq!(x.matmul(&column).unwrap(), Array::from([7, 16]));
    assert_eq!(column.matmul(&column).unwrap(), Array::from(5));
    let batch = x.broadcast_to(&[4, 2, 3]).unwrap();
    assert_eq!(batch.matmul(&column).unwrap().shape(), [4, 2]);
    assert_eq!(row.matmul(&batch).unwrap().shape(), [4, 3]);
    let big = Array::from([i64::MAX, 1]);
    assert_eq!(big.matmul(&big).unwrap(), Array::from(2_i64));
}

#[test]
fn triangles_and_diagonals() {
    let x = Array::arange(0.0, 12.0, 1.0)
        .unwrap()
        .reshape(&[3, 4])
        .unwrap();
    let sum = x
        .tril(0)
        .unwrap()
        .zip_float(&x.triu(1).unwrap(), "add", |a, b| a + b, |a, _| a)
        .unwrap();
    assert_eq!(sum, x);
    assert_eq!(x.diag(1).unwrap(), Array::from([1.0, 6.0, 11.0]));
    assert_eq!(x.diag(-2).unwrap(), Array::from([8.0]));
    assert_eq!(x.diag(isize::MIN).unwrap().shape(), [0]);
    assert_eq!(x.diag(0).unwrap().diag(-1).unwrap().shape(), [4, 4]);
    assert_eq!(x.trace().unwrap(), Array::from(15.0));
    let cube = x.reshape(&[3, 2, 2]).unwrap();
    assert_eq!(
        cube.diagonal(0, -2, -1).unwrap(),
        Array::from([[0.0, 3.0], [4.0, 7.0], [8.0, 11.0]])
    );
    assert_eq!(
        cube.triu(1).unwrap().sum(None, false).unwrap(),
        Array::from(15.0)
    );
}
