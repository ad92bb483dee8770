//! Sparse derivatives of functions that between them use every operation, against dense ones.

use dezero_core::{Array, Function, Result, Slice, Variable};

use crate::random::Random;
use crate::sparse::{assert_hessian, assert_jacobian};

/// A function of six variables.
type Example = (&'static str, fn(&Variable) -> Variable);

fn index(at: &[i64]) -> Variable {
    Variable::new(at.to_vec())
}

fn elementwise_and_reductions() -> Vec<Example> {
    vec![
        ("elementwise", |x| x.sin() * x.exp()),
        ("flat", |x| {
            x.sign() * x + x.floor() * x.square() + x.powf(0.0) * x
        }),
        ("reshape and transpose", |x| {
            let y = x.reshape([2, 3]).square();
            y.transpose().reshape([2, 3]) * y
        }),
        ("broadcast", |x| {
            let (a, b) = (
                x.get_item(..2).reshape([2, 1]),
                x.get_item(2..5).reshape([1, 3]),
            );
            (&a * &b) + a.exp()
        }),
        ("sum over an axis", |x| {
            (x.reshape([2, 3]).square().sum(0) * x.get_item(..3)).exp()
        }),
        ("sum to", |x| {
            x.reshape([2, 3]).sin().sum_to([2, 1]).square()
        }),
        ("mean and variance", |x| {
            x.reshape([3, 2]).var(1) * x.get_item(1..4)
        }),
        ("extremes", |x| {
            x.reshape([3, 2]).max(0).square() * x.reshape([3, 2]).min(0)
        }),
        ("logsumexp", |x| x.reshape([2, 3]).logsumexp(1).square()),
        ("softmax", |x| {
            x.reshape([2, 3]).softmax(1) * x.reshape([2, 3])
        }),
        ("log_softmax", |x| x.reshape([2, 3]).log_softmax(0)),
        ("prod", |x| x.reshape([2, 3]).prod(1)),
        ("cumsum", |x| x.square().cumsum(0)),
        ("cumsum along the first axis", |x| {
            x.reshape([3, 2]).cumsum(0).square()
        }),
        ("where", |x| {
            x.greater(0.1).where_(x.square(), x.flip(0).exp())
        }),
        ("powers of two variables", |x| {
            x.get_item(..3)
                .exp()
                .pow(x.get_item(3..))
                .atan2(x.get_item(..3))
        }),
        ("function with one result", |x| {
            Twist.call(&[&x.get_item(..3)]).square()
        }),
        ("function with two results", |x| {
            let ys = Both.call_many(&[&x.get_item(..3), &x.get_item(3..)]);
            ys[1].square()
        }),
        ("one number", |x| {
            (x.get_item(2) * x.get_item(4)).exp() * x.get_item(2)
        }),
        ("whole graph of numbers", |x| {
            let xs: Vec<Variable> = (0..6).map(|i| x.get_item(i)).collect();
            let squares: Vec<Variable> =
                xs.windows(2).map(|pair| &pair[0] * pair[1].sin()).collect();
            Variable::stack(&squares.iter().collect::<Vec<_>>(), 0)
        }),
        ("the point itself", Variable::clone),
        ("linear", |x| 3.0 * x - x.flip(0)),
    ]
}

fn indexing() -> Vec<Example> {
    vec![
        ("slices", |x| {
            x.get_item(Slice::step(.., 2)) * x.get_item(Slice::step(.., -2)).sin()
        }),
        ("take twice", |x| x.take(index(&[5, 0, 0, -2]), 0).square()),
        ("put_add", |x| {
            x.square()
                .put_add(index(&[1, 1, 4]), x.get_item(..3).exp(), 0)
        }),
        ("gather", |x| {
            x.reshape([2, 3])
                .gather(Variable::new([[0_i64, 2], [1, 1]]), 1)
                .square()
        }),
        ("scatter_add", |x| {
            let source = x.get_item(2..).reshape([2, 2]).sin();
            x.reshape([2, 3])
                .scatter_add(Variable::new([[0_i64, 2], [1, 1]]), source, 1)
                .square()
        }),
        ("gather_nd", |x| {
            x.reshape([2, 3])
                .gather_nd(&[&index(&[0, 1, 1]), &index(&[2, 0, 0])])
                .exp()
        }),
        ("scatter_nd_add", |x| {
            let at = [&index(&[0, 1, 1]), &index(&[2, 0, 0])];
            x.reshape([2, 3])
                .scatter_nd_add(&at, x.get_item(..3).square())
                .exp()
        }),
        ("concatenate", |x| {
            let constant = Variable::constant([2.0, 3.0]);
            Variable::concatenate(&[&x.get_item(3..), &constant, &x.square()], 0).sin()
        }),
        ("pad", |x| {
            x.reshape([2, 3]).pad(&[(1, 0), (0, 2)], 7.0).square()
        }),
        ("flip and tile", |x| x.flip(0) * x.tile(2).get_item(3..9)),
    ]
}

fn linear_algebra() -> Vec<Example> {
    vec![
        ("matmul", |x| {
            x.reshape([2, 3]).square().matmul(x.get_item(1..4).sin())
        }),
        ("batched matmul", |x| {
            let a = x.reshape([2, 1, 3]);
            a.matmul(x.get_item(..3).reshape([3, 1])).exp()
        }),
        ("constant matrix", |x| {
            let a = Variable::constant([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]);
            a.matmul(x.get_item(3..).square())
        }),
        ("outer", |x| x.get_item(..2).outer(x.get_item(3..)).sin()),
        ("triangles", |x| {
            let a = x.get_item(..4).reshape([2, 2]);
            a.tril(0).matmul(a.triu(1)) + a.square().tril(-1)
        }),
        ("diagonals", |x| {
            x.reshape([2, 3]).diag(1).square().diag(-1) * x.get_item(0).exp()
        }),
        ("solve", |x| {
            let a = x.get_item(..4).reshape([2, 2]) + Variable::constant([[5.0, 0.0], [0.0, 5.0]]);
            a.solve(x.get_item(4..)) * x.get_item(1..3)
        }),
        ("inverse and determinant", |x| {
            let a = x.get_item(..4).reshape([2, 2]) + Variable::constant([[5.0, 0.0], [0.0, 5.0]]);
            a.inv() * a.det() + a.slogdet().1
        }),
        ("cholesky", |x| {
            let a = x.get_item(..4).reshape([2, 2]);
            let a = a.matmul(a.transpose()) + Variable::constant([[2.0, 0.0], [0.0, 2.0]]);
            a.cholesky() * x.get_item(5)
        }),
    ]
}

/// Turns three numbers around, squared.
struct Twist;

impl Function for Twist {
    fn name(&self) -> &'static str {
        "Twist"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        let square = xs[0].map_float(|x| x * x, |x| x * x);
        Ok(vec![square.flip(None)?])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![gys[0].flip(0) * 2.0 * &xs[0]])
    }
}

/// The sum and the product.
struct Both;

impl Function for Both {
    fn name(&self) -> &'static str {
        "Both"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        let sum = xs[0].zip_float(&xs[1], "sum", |a, b| a + b, |a, b| a + b)?;
        let product = xs[0].zip_float(&xs[1], "product", |a, b| a * b, |a, b| a * b)?;
        Ok(vec![sum, product])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(vec![&gys[0] + &gys[1] * &xs[1], &gys[0] + &gys[1] * &xs[0]])
    }
}

#[test]
fn every_operation_agrees_with_dense_derivatives() {
    let mut random = Random::new(3);
    let examples = [elementwise_and_reductions(), indexing(), linear_algebra()];
    for (name, f) in examples.concat() {
        let x = Variable::new(random.array(&[6], -1.0, 1.0));
        assert_jacobian(f, &x, name);
        assert_hessian(|x| f(x).sum(..), &x, name);
        assert_hessian(|x| f(x).sin().sum(..), &x, name);
        // As a result rather than a leaf.
        let inner = &x * 1.0;
        assert_hessian(|x| f(x).square().sum(..), &inner, name);
    }
}
