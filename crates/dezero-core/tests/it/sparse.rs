//! Sparse Hessians and Jacobians against dense ones, and the patterns and colours that they take.

use dezero_core::{
    Array, SparseHessian, SparseJacobian, Variable, grad, no_grad, sparse_hessian, sparse_jacobian,
    try_sparse_hessian, try_sparse_jacobian,
};
use proptest::prelude::*;

use crate::random::Random;

/// The Jacobian of `y`, one `grad` for each of its elements.
fn dense_jacobian(y: &Variable, x: &Variable) -> Vec<Vec<f64>> {
    let y = y.flatten();
    (0..y.size())
        .map(|i| grad(&y.get_item(i), &[x])[0].to_vec::<f64>())
        .collect()
}

fn dense_hessian(f: impl Fn(&Variable) -> Variable, x: &Variable) -> Vec<Vec<f64>> {
    dense_jacobian(&grad(&f(x), &[x])[0], x)
}

fn assert_close(sparse: &Variable, dense: &[Vec<f64>], what: &str) {
    let width = dense.first().map_or(0, Vec::len);
    let dense = Array::from_vec::<f64>(dense.concat(), &[dense.len(), width]).unwrap();
    assert!(
        sparse.data().allclose(&dense, 1e-12, 1e-12, false),
        "{what}:\n{sparse}\nwhere this is due:\n{dense}"
    );
}

pub(crate) fn assert_hessian(f: impl Fn(&Variable) -> Variable, x: &Variable, what: &str) -> usize {
    let plan = SparseHessian::new(&f, x);
    let dense = dense_hessian(&f, x);
    assert_close(&sparse_hessian(&f, x).to_dense(), &dense, what);
    assert_close(&plan.at(x).to_dense(), &dense, what);
    plan.colours()
}

pub(crate) fn assert_jacobian(
    f: impl Fn(&Variable) -> Variable,
    x: &Variable,
    what: &str,
) -> usize {
    let plan = SparseJacobian::new(&f, x);
    assert_close(&plan.at(x).to_dense(), &dense_jacobian(&f(x), x), what);
    plan.colours()
}

fn rosenbrock(x: &Variable) -> Variable {
    let n = x.len();
    let (head, tail) = (x.get_item(..n - 1), x.get_item(1..));
    (100.0 * (tail - head.square()).square() + (1.0 - head).square()).sum(..)
}

fn rosenbrock_by_take(x: &Variable) -> Variable {
    let n = x.len() as i64;
    let index = |from: i64, to: i64| Variable::new((from..to).collect::<Vec<_>>());
    let (head, tail) = (x.take(index(0, n - 1), 0), x.take(index(1, n), 0));
    (100.0 * (tail - head.square()).square() + (1.0 - head).square()).sum(..)
}

#[test]
fn rosenbrock_is_tridiagonal_however_it_is_written() {
    let x = Variable::new(Random::new(1).array(&[30], -1.0, 1.0));
    assert_eq!(assert_hessian(rosenbrock, &x, "slices"), 3);
    assert_eq!(assert_hessian(rosenbrock_by_take, &x, "take"), 3);
    let plan = SparseHessian::new(rosenbrock, &x);
    for (i, j) in plan.pattern().iter() {
        assert!(i.abs_diff(j) <= 1, "({i}, {j})");
    }
    assert_eq!(plan.pattern().nnz(), 88);
    assert_eq!(
        SparseHessian::new(rosenbrock_by_take, &x).pattern(),
        plan.pattern()
    );
}

#[test]
fn large_problems_take_three_products() {
    let n = 100_000;
    let x = Variable::new(vec![0.5; n]);
    let plan = SparseHessian::new(rosenbrock, &x);
    assert_eq!((plan.colours(), plan.pattern().nnz()), (3, 3 * n - 2));
    let hessian = plan.at(&x);
    // Of 100 (y - x^2)^2 + (1 - x)^2: by x twice 1200 x^2 - 400 y + 2, by both -400 x, by y twice 200.
    let (row, last) = (300.0 - 200.0 + 2.0, 200.0);
    let expected = (0..n).flat_map(|i| {
        let own = match i {
            0 => row,
            i if i == n - 1 => last,
            _ => row + last,
        };
        let before = (i > 0).then(|| (i, i - 1, -200.0));
        let after = (i < n - 1).then(|| (i, i + 1, -200.0));
        before.into_iter().chain([(i, i, own)]).chain(after)
    });
    assert!(hessian.triplets().eq(expected));
}

#[test]
fn a_plan_holds_at_other_points() {
    let mut random = Random::new(2);
    let first = Variable::new(random.array(&[4, 3], -1.0, 1.0));
    let f = |x: &Variable| {
        (x.get_item((1.., ..))
            .maximum(x.get_item((..3, ..)))
            .powf(3.0)
            + x.get_item((..3, ..)).relu().exp())
        .sum(..)
    };
    let plan = SparseHessian::new(f, &first);
    for _ in 0..10 {
        let x = Variable::new(random.array(&[4, 3], -1.0, 1.0));
        assert_close(&plan.at(&x).to_dense(), &dense_hessian(f, &x), "maximum");
    }
    let error = plan.try_at(&Variable::new([1.0])).unwrap_err();
    assert!(error.is_shape());
    assert!(error.to_string().contains("(4, 3)"), "{error}");
}

#[test]
fn f32_stays_f32() {
    let x = Variable::new([1.0_f32, 2.0, 3.0]);
    let hessian = sparse_hessian(rosenbrock, &x);
    assert_eq!(hessian.values().dtype(), x.dtype());
    assert_eq!(hessian.to_dense().dtype(), x.dtype());
    let jacobian = sparse_jacobian(Variable::square, &x);
    assert_eq!(jacobian.values().to_vec::<f32>(), [2.0, 4.0, 6.0]);
    assert_eq!(jacobian.values().dtype(), x.dtype());
}

fn pattern_of(f: impl Fn(&Variable) -> Variable, n: usize) -> Vec<(usize, usize)> {
    let x = Variable::new(vec![0.5; n]);
    SparseJacobian::new(f, &x).pattern().iter().collect()
}

#[test]
fn patterns_name_no_more_than_depends() {
    let pairs = |x: &Variable| x.reshape([2, 2]).sum(1);
    assert_eq!(pattern_of(pairs, 4), [(0, 0), (0, 1), (1, 2), (1, 3)]);
    let columns = |x: &Variable| x.reshape([2, 2]).logsumexp(0);
    assert_eq!(pattern_of(columns, 4), [(0, 0), (0, 2), (1, 1), (1, 3)]);
    let running = |x: &Variable| x.cumsum(0);
    assert_eq!(
        pattern_of(running, 3),
        [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]
    );
    let flat = |x: &Variable| x.sign() + x.greater(0.2).where_(1.0, 0.0) + x.powf(0.0);
    assert!(pattern_of(flat, 3).is_empty());
    let scattered = |x: &Variable| {
        let at = Variable::new([2_i64, 0, 2]);
        Variable::constant([0.0; 4]).put_add(at, x, 0)
    };
    assert_eq!(pattern_of(scattered, 3), [(0, 1), (2, 0), (2, 2)]);
    let product = |x: &Variable| {
        let (a, b) = (
            x.get_item(..4).reshape([2, 2]),
            Variable::constant([[1.0], [2.0]]),
        );
        a.matmul(b)
    };
    assert_eq!(pattern_of(product, 4), [(0, 0), (0, 1), (1, 2), (1, 3)]);
    let both = |x: &Variable| {
        let a = x.reshape([2, 2]);
        a.matmul(a.transpose()).get_item((0, 1))
    };
    assert_eq!(pattern_of(both, 4), [(0, 0), (0, 1), (0, 2), (0, 3)]);
    let chosen = |x: &Variable| {
        x.get_item(0)
            .greater(9.0)
            .where_(x.get_item(1), x.get_item(2))
    };
    assert_eq!(pattern_of(chosen, 3), [(0, 1), (0, 2)]);
}

#[test]
fn few_colours_where_few_suffice() {
    let x = Variable::new(Random::new(4).array(&[40], 0.2, 1.0));
    // Every variable with the first: an arrow.
    let arrow = |x: &Variable| (x.get_item(0) * x.square()).sum(..);
    assert_eq!(assert_hessian(arrow, &x, "arrow"), 2);
    let diagonal = |x: &Variable| x.exp().sum(..);
    assert_eq!(assert_hessian(diagonal, &x, "diagonal"), 1);
    let dense = |x: &Variable| x.sum(..).square();
    assert_eq!(assert_hessian(dense, &x, "dense"), 40);
    // A sum over everything beside what is local: dense rows, and dense columns.
    let one_dense_row =
        |x: &Variable| Variable::concatenate(&[&x.square(), &x.square().sum(..).reshape([1])], 0);
    assert_eq!(assert_jacobian(one_dense_row, &x, "dense row"), 2);
    let one_dense_column = |x: &Variable| x.get_item(1..) * x.get_item(0);
    assert_eq!(assert_jacobian(one_dense_column, &x, "dense column"), 2);
    let grid = |x: &Variable| {
        let x = x.reshape([8, 5]);
        let down = (x.get_item((1.., ..)) - x.get_item((..7, ..)))
            .powf(4.0)
            .sum(..);
        let across = (x.get_item((.., 1..)) - x.get_item((.., ..4)))
            .powf(4.0)
            .sum(..);
        down + across
    };
    assert!(assert_hessian(grid, &x, "grid") <= 7);
}

#[test]
fn entries_can_be_differentiated() {
    let x = Variable::new([0.3, -0.2, 0.9]);
    let a = Variable::new(1.5);
    let f = |x: &Variable| (&a * x.get_item(1..) * x.get_item(..2).powf(3.0)).sum(..);
    // Of a y x^3: by x twice 6 a x y, by both 3 a x^2.
    let hessian = sparse_hessian(f, &x);
    hessian.values().sum(..).backward();
    let (x0, x1, x2) = (0.3, -0.2, 0.9);
    let by_a = 6.0 * (x0 * x1 + x1 * x2) + 2.0 * 3.0 * (x0 * x0 + x1 * x1);
    assert!((a.grad().unwrap().item() - by_a).abs() < 1e-14);
    let by_x1 = a.item() * (6.0 * (x0 + x2) + 12.0 * x1);
    assert!((x.grad().unwrap().get_item(1).item() - by_x1).abs() < 1e-14);

    let jacobian = sparse_jacobian(|x| x.get_item(1..) * x.get_item(..2), &x);
    x.cleargrad();
    let v = Variable::new([1.0, 2.0, 3.0]);
    let product = jacobian.matvec(&v);
    assert_close(
        &product.reshape([1, 2]),
        &[vec![x1 + 2.0 * x0, 2.0 * x2 + 3.0 * x1]],
        "matvec",
    );
    product.sum(..).backward();
    assert_eq!(x.grad().unwrap().to_vec::<f64>(), [2.0, 4.0, 2.0]);
    assert_close(
        &v.grad().unwrap().reshape([1, 3]),
        &[vec![x1, x0 + x2, x1]],
        "transposed",
    );

    // Without recording the same numbers, and no history.
    let plain = no_grad(|| sparse_hessian(f, &x));
    assert!(plain.values().creator().is_none());
    assert_eq!(
        plain.values().to_vec::<f64>(),
        hessian.values().to_vec::<f64>()
    );
}

type Example<'a> = (&'a str, &'a dyn Fn(&Variable) -> Variable);

#[test]
fn what_does_not_depend_gives_an_empty_matrix() {
    let x = Variable::new([1.0, 2.0, 3.0]);
    let other = Variable::new(5.0);
    let functions: [Example<'_>; 4] = [
        ("a constant", &|_| Variable::constant(2.0)),
        ("another variable", &|_| other.square()),
        ("a detached point", &|x| x.detach().square().sum(..)),
        ("a linear function", &|x| x.sum(..)),
    ];
    for (name, f) in functions {
        let plan = SparseHessian::new(f, &x);
        assert_eq!((plan.colours(), plan.pattern().nnz()), (0, 0), "{name}");
        let hessian = plan.at(&x);
        assert_eq!(hessian.shape(), (3, 3));
        assert_eq!(hessian.to_dense().to_vec::<f64>(), [0.0; 9], "{name}");
        assert_eq!(hessian.matvec(&x).to_vec::<f64>(), [0.0; 3]);
    }
    assert_eq!(sparse_jacobian(|_| other.square(), &x).shape(), (1, 3));
    assert_eq!(sparse_jacobian(|_| other.square(), &x).nnz(), 0);

    let nothing = Variable::new(Array::zeros(&[0, 4], x.dtype()).unwrap());
    let hessian = sparse_hessian(|x| x.square().sum(..), &nothing);
    assert_eq!((hessian.shape(), hessian.nnz()), ((0, 0), 0));
    assert_eq!(hessian.to_dense().shape(), [0, 0]);
    assert_eq!(sparse_jacobian(Variable::square, &nothing).shape(), (0, 0));

    // One variable, as a scalar; and one that is held to be a constant.
    let scalar = Variable::constant(2.0);
    assert_eq!(
        sparse_hessian(|x| x.powf(3.0), &scalar)
            .triplets()
            .collect::<Vec<_>>(),
        [(0, 0, 12.0)]
    );
}

#[test]
fn mistakes_are_explained() {
    let x = Variable::new([1.0, 2.0, 3.0]);
    let error = try_sparse_hessian(Variable::square, &x).err().unwrap();
    assert!(error.is_shape());
    assert_eq!(error.line().unwrap().file(), file!());
    insta::assert_snapshot!(error.to_string().lines().next().unwrap(), @"sparse_hessian: a Hessian is of one number, and the function gives shape (3,); sum its elements, or take `sparse_jacobian` for the first derivatives of each");
    let error = try_sparse_jacobian(Variable::square, &Variable::new([1_i64, 2]))
        .err()
        .unwrap();
    assert!(error.is_derivative());
    insta::assert_snapshot!(error.to_string().lines().next().unwrap(), @"sparse_jacobian: a point of dtype int64 has no derivatives; `cast` gives one of floats");
    let error = sparse_hessian(|x| x.square().sum(..), &x)
        .try_matvec(&Variable::new([1.0]))
        .unwrap_err();
    insta::assert_snapshot!(error.to_string().lines().next().unwrap(), @"matvec: a matrix of 3 x 3 takes a vector of 3 elements, and this one has shape (1,)");
    // A dense matrix of 10^10 entries is refused before it fills the memory.
    let large = Variable::new(vec![0.0; 100_000]);
    let error = try_sparse_hessian(|x| x.sum(..).square(), &large)
        .err()
        .unwrap();
    insta::assert_snapshot!(error.to_string().lines().next().unwrap(), @"sparsity pattern: a matrix of 100000 x 100000 of which 10000000000 entries can differ from zero, with 100000 rows full, is too large; its products with vectors, by `hvp`, `jvp` and `vjp`, need no matrix");
}

#[test]
fn printing_shows_the_first_entries() {
    let x = Variable::new([1.0, 2.0, 3.0, 4.0]);
    insta::assert_snapshot!(sparse_hessian(rosenbrock, &x), @r"
    sparse matrix, 4 x 4, 10 entries (62.500%)
      (0, 0)  402.0
      (0, 1)  -400.0
      (1, 0)  -400.0
      (1, 1)  3802.0
      (1, 2)  -800.0
      (2, 1)  -800.0
      (2, 2)  9402.0
      ... 3 more
    ");
    insta::assert_snapshot!(sparse_hessian(|x| x.get_item(1).square(), &x), @r"
    sparse matrix, 4 x 4, 1 entry (6.250%)
      (1, 1)  2.0
    ");
}

/// A function of six variables by steps drawn at random, each from what the steps before gave.
fn random_function(steps: &[(u8, u8, u8)], x: &Variable) -> Variable {
    let mut values = vec![x.reshape([2, 3])];
    for &(kind, a, b) in steps {
        let a = &values[a as usize % values.len()];
        let b = &values[b as usize % values.len()];
        let matrix = match kind % 14 {
            0 => a + b,
            1 => a * b,
            2 => a.sin(),
            3 => a - b.tanh(),
            4 => a.flip(1) * b,
            5 => a.sum(0) * b,
            6 => a.get_item((.., 1)).reshape([2, 1]) * b,
            7 => a.reshape([3, 2]).transpose(),
            8 => a.softmax(1),
            9 => a.greater(0.0).where_(a, b),
            10 => a.matmul(b.transpose()).get_item((.., ..1)) + a,
            11 => a.cumsum(1),
            12 => a.take(Variable::new([1_i64, 1]), 0).maximum(b),
            _ => Variable::concatenate(&[&a.get_item((.., ..1)), &b.get_item((.., 1..))], 1),
        };
        values.push(matrix);
    }
    let last = &values[values.len() - 1];
    last.get_item((0, ..)) * 0.5 + last.get_item((1, ..)).square()
}

proptest! {
    #[test]
    fn random_functions_agree_with_dense_derivatives(
        steps in proptest::collection::vec((any::<u8>(), any::<u8>(), any::<u8>()), 1..8),
        seed: u64,
    ) {
        let x = Variable::new(Random::new(seed).array(&[6], -1.0, 1.0));
        let f = |x: &Variable| random_function(&steps, x);
        assert_jacobian(f, &x, "jacobian");
        assert_hessian(|x| f(x).sum(..), &x, "hessian");
    }
}
