//! Every operation on whole arrays: derivatives of the first three orders against finite
//! differences in random directions, the same by a plain backward, and in f32.

use dezero_core::gradcheck::GradCheck;
use dezero_core::transforms::{derivatives, hessian, jacfwd, jacrev, laplacian};
use dezero_core::{Array, Axes, DType, Slice, Variable, grad};

use crate::differences::assert_agree;
use crate::random::Random;

type Apply = Box<dyn Fn(&[Variable]) -> Variable>;

/// An operation to try.
struct Case {
    name: &'static str,
    /// The shapes of its inputs.
    shapes: Vec<Vec<usize>>,
    apply: Apply,
    /// What is added to the inputs, which are otherwise between -1 and 1.
    offset: fn(&[usize]) -> Option<Array>,
}

/// Inputs of those shapes.
fn case<const N: usize>(
    name: &'static str,
    shapes: [&[usize]; N],
    apply: impl Fn(&[Variable]) -> Variable + 'static,
) -> Case {
    Case {
        name,
        shapes: shapes.iter().map(|shape| shape.to_vec()).collect(),
        apply: Box::new(apply),
        offset: |_| None,
    }
}

impl Case {
    /// Square inputs become well conditioned: 4 is added on the diagonal.
    fn regular(mut self) -> Self {
        self.offset = |shape| {
            let [.., m, n] = *shape else { return None };
            (m == n).then(|| {
                (Variable::new(Array::eye(n, DType::F64).unwrap()) * 4.0)
                    .broadcast_to(shape)
                    .data()
            })
        };
        self
    }

    fn inputs(&self, random: &mut Random) -> Vec<Array> {
        let input = |shape: &Vec<usize>| {
            let x = random.array(shape, -1.0, 1.0);
            match (self.offset)(shape) {
                Some(offset) => (Variable::new(x) + offset).data(),
                None => x,
            }
        };
        self.shapes.iter().map(input).collect()
    }
}

fn positive(x: &Variable) -> Variable {
    x * x + 0.5
}

/// A symmetric matrix out of any.
fn symmetric(x: &Variable) -> Variable {
    (x + x.swapaxes(-1, -2)) * 0.5
}

fn shapes() -> Vec<Case> {
    vec![
        case("reshape", [&[2, 3]], |x| x[0].reshape([3, -1])),
        case("reshape to a scalar", [&[1, 1]], |x| {
            x[0].reshape([0_usize; 0])
        }),
        case("flatten", [&[2, 3]], |x| x[0].flatten()),
        case("transpose", [&[2, 3, 4]], |x| x[0].transpose()),
        case("permute", [&[2, 3, 4]], |x| x[0].permute([1, 2, 0])),
        case("permute from the end", [&[2, 3, 4]], |x| {
            x[0].permute([-1, 0, 1])
        }),
        case("swapaxes", [&[2, 3, 4]], |x| x[0].swapaxes(0, -1)),
        case("broadcast_to", [&[3, 1]], |x| x[0].broadcast_to([2, 3, 4])),
        case("broadcast a scalar", [&[]], |x| x[0].broadcast_to([2, 3])),
        case("broadcast to nothing", [&[3, 1]], |x| {
            x[0].broadcast_to([3, 0])
        }),
        case("sum_to", [&[2, 3, 4]], |x| x[0].sum_to([3, 1])),
        case("sum to a scalar", [&[2, 3]], |x| x[0].sum_to([0_usize; 0])),
        case("expand_dims", [&[2, 3]], |x| x[0].expand_dims(-1)),
        case("squeeze", [&[2, 1, 3, 1]], |x| x[0].squeeze(..)),
        case("squeeze one axis", [&[2, 1, 3, 1]], |x| x[0].squeeze(1)),
        case("where", [&[2, 3], &[3]], |x| {
            Variable::new([[true, false, true], [false, true, true]]).where_(&x[0], &x[1])
        }),
        case("cast", [&[3]], |x| x[0].cast(DType::F64)),
    ]
}

fn reductions() -> Vec<Case> {
    vec![
        case("sum", [&[2, 3]], |x| x[0].sum(..)),
        case("sum over axes", [&[2, 3, 4]], |x| x[0].sum([0, -1])),
        case("sum with keepdims", [&[2, 3]], |x| {
            x[0].sum(Axes::from(0).keepdims())
        }),
        case("sum of a scalar", [&[]], |x| x[0].sum(..)),
        case("sum of nothing", [&[0, 3]], |x| x[0].sum(0)),
        case("mean", [&[2, 3]], |x| x[0].mean(1)),
        case("mean with keepdims", [&[2, 3]], |x| {
            x[0].mean(Axes::from(..).keepdims())
        }),
        case("prod", [&[2, 3]], |x| x[0].prod(..)),
        case("prod over axes", [&[2, 3, 5]], |x| x[0].prod([0, 2])),
        case("prod with keepdims", [&[4, 2]], |x| {
            x[0].prod(Axes::from(0).keepdims())
        }),
        case("prod of one", [&[1, 3]], |x| x[0].prod(0)),
        case("prod of nothing", [&[0, 3]], |x| x[0].prod(0)),
        case("prod of nothing else", [&[3, 0]], |x| x[0].prod(0)),
        case("prod of a scalar", [&[]], |x| x[0].prod(..)),
        case("max", [&[3, 4]], |x| x[0].max(..)),
        case("max over an axis", [&[3, 4]], |x| x[0].max(-1)),
        case("min with keepdims", [&[3, 4]], |x| {
            x[0].min(Axes::from(0).keepdims())
        }),
        case("var", [&[3, 4]], |x| x[0].var(..)),
        case("var over an axis", [&[3, 4]], |x| x[0].var(0)),
        case("std", [&[3, 4]], |x| x[0].std(Axes::from(1).keepdims())),
        case("logsumexp", [&[3, 4]], |x| x[0].logsumexp(..)),
        case("logsumexp over an axis", [&[3, 4]], |x| x[0].logsumexp(-2)),
        case("logsumexp with keepdims", [&[3, 4]], |x| {
            x[0].logsumexp(Axes::from(1).keepdims())
        }),
        case("softmax", [&[3, 4]], |x| x[0].softmax(1)),
        case("softmax over all", [&[3, 4]], |x| x[0].softmax(..)),
        case("softmax with keepdims", [&[3, 4]], |x| {
            x[0].softmax(Axes::from(0).keepdims())
        }),
        case("log_softmax", [&[3, 4]], |x| x[0].log_softmax(-1)),
        case("log_softmax over axes", [&[3, 2, 2]], |x| {
            x[0].log_softmax([0, 2])
        }),
        case("cumsum", [&[3, 4]], |x| x[0].cumsum(-1)),
        case("cumsum of nothing", [&[0, 4]], |x| x[0].cumsum(0)),
    ]
}

fn indexing() -> Vec<Case> {
    vec![
        case("get_item", [&[4, 5]], |x| x[0].get_item((1, 1..4))),
        case("get_item with steps", [&[4, 5]], |x| {
            x[0].get_item((Slice::step(.., -2), Slice::step(1.., 3)))
        }),
        case("get_item of one", [&[4]], |x| x[0].get_item(-1)),
        case("get_item of nothing", [&[4]], |x| x[0].get_item(2..2)),
        case("take", [&[4, 3]], |x| {
            x[0].take(Variable::new([[2_i64, 0], [2, -1]]), 0)
        }),
        case("take one", [&[4, 3]], |x| {
            x[0].take(Variable::new(1_i64), -1)
        }),
        case("take nothing", [&[4, 3]], |x| {
            x[0].take(Array::zeros(&[0], DType::I64).unwrap(), 0)
        }),
        case("put_add", [&[4, 3], &[3, 3]], |x| {
            x[0].put_add(Variable::new([2_i64, 0, 2]), &x[1], 0)
        }),
        case("put_add, broadcast", [&[4, 3], &[3, 1]], |x| {
            x[0].put_add(Variable::new([2_i64, 0, 2]), &x[1], 0)
        }),
        case("put_add of a scalar", [&[4, 3], &[]], |x| {
            x[0].put_add(Variable::new([1_i64, 1]), &x[1], 1)
        }),
        case("gather", [&[3, 4]], |x| {
            x[0].gather(Variable::new([[3_i64, 0], [1, 1], [0, -1]]), 1)
        }),
        case("gather, broadcast", [&[3, 4]], |x| {
            x[0].gather(Variable::new([[3_i64, 0, 3]]), 1)
        }),
        case("scatter_add", [&[3, 4], &[3, 2]], |x| {
            x[0].scatter_add(Variable::new([[3_i64, 0], [1, 1], [0, -1]]), &x[1], 1)
        }),
        case("gather_nd", [&[3, 4]], |x| {
            x[0].gather_nd(&[
                &Variable::new([2_i64, 0, 2]),
                &Variable::new([-1_i64, 1, 3]),
            ])
        }),
        case("gather_nd, fewer indices", [&[3, 4]], |x| {
            x[0].gather_nd(&[&Variable::new([[2_i64, 0], [2, 1]])])
        }),
        case("scatter_nd_add", [&[3, 4], &[3]], |x| {
            x[0].scatter_nd_add(
                &[
                    &Variable::new([2_i64, 0, 2]),
                    &Variable::new([-1_i64, 1, 3]),
                ],
                &x[1],
            )
        }),
        case("scatter_add, broadcast", [&[3, 4], &[2]], |x| {
            x[0].scatter_add(Variable::new([[3_i64, 0], [1, 1], [0, -1]]), &x[1], 1)
        }),
        case("flip", [&[3, 4]], |x| x[0].flip(..)),
        case("flip an axis", [&[3, 4]], |x| x[0].flip(-1)),
        case("tile", [&[2, 3]], |x| x[0].tile([2, 2])),
        case("tile a new axis", [&[3]], |x| x[0].tile([2, 1])),
        case("tile fewer axes", [&[2, 3]], |x| x[0].tile(3)),
        case("tile to nothing", [&[2, 3]], |x| x[0].tile([0, 1])),
        case("pad", [&[2, 3]], |x| x[0].pad(&[(1, 0), (2, 1)], 7.0)),
        case("concatenate", [&[2, 3], &[2, 1], &[2, 0]], |x| {
            Variable::concatenate(&[&x[0], &x[1], &x[2], &x[0]], -1)
        }),
        case("stack", [&[2, 3], &[2, 3]], |x| {
            Variable::stack(&[&x[0], &x[1], &x[0]], 1)
        }),
        case("stack at the end", [&[3], &[3]], |x| {
            Variable::stack(&[&x[0], &x[1]], -1)
        }),
        case("split", [&[2, 5]], |x| {
            let parts = x[0].split(&[1, 4], 1);
            parts[0].sum(..) * &parts[1] + &parts[2]
        }),
    ]
}

fn linear_algebra() -> Vec<Case> {
    vec![
        case("matmul", [&[2, 3], &[3, 4]], |x| x[0].matmul(&x[1])),
        case("matmul of vectors", [&[3], &[3]], |x| x[0].matmul(&x[1])),
        case("vector times matrix", [&[3], &[3, 2]], |x| {
            x[0].matmul(&x[1])
        }),
        case("matrix times vector", [&[2, 3], &[3]], |x| {
            x[0].matmul(&x[1])
        }),
        case("matmul over batches", [&[2, 1, 2, 3], &[4, 3, 2]], |x| {
            x[0].matmul(&x[1])
        }),
        case("batch times vector", [&[2, 2, 3], &[3]], |x| {
            x[0].matmul(&x[1])
        }),
        case("vector times batch", [&[3], &[2, 3, 2]], |x| {
            x[0].matmul(&x[1])
        }),
        case("matmul of nothing", [&[2, 0], &[0, 3]], |x| {
            x[0].matmul(&x[1])
        }),
        case("matmul by itself", [&[3, 3]], |x| x[0].matmul(&x[0])),
        case("dot", [&[3], &[3]], |x| x[0].dot(&x[1])),
        case("dot of matrices", [&[2, 3], &[3, 2]], |x| x[0].dot(&x[1])),
        case("dot with a scalar", [&[], &[3]], |x| x[0].dot(&x[1])),
        case("outer", [&[2], &[3]], |x| x[0].outer(&x[1])),
        case("outer of matrices", [&[2, 2], &[3]], |x| x[0].outer(&x[1])),
        case("trace", [&[3, 3]], |x| x[0].trace()),
        case("trace of a wide matrix", [&[2, 4]], |x| x[0].trace()),
        case("diag of a matrix", [&[3, 3]], |x| x[0].diag(0)),
        case("diag of a wide matrix", [&[2, 4]], |x| x[0].diag(1)),
        case("diag of a wide matrix, beyond a square", [&[2, 5]], |x| {
            x[0].diag(3)
        }),
        case("diag of a tall matrix", [&[4, 2]], |x| x[0].diag(-1)),
        case("diag of a tall matrix, last", [&[4, 2]], |x| x[0].diag(-3)),
        case("diag out of reach", [&[2, 3]], |x| x[0].diag(5)),
        case("diag of a vector", [&[3]], |x| x[0].diag(0)),
        case("diag of a vector, above", [&[2]], |x| x[0].diag(2)),
        case("diag of a vector, below", [&[2]], |x| x[0].diag(-1)),
        case("tril", [&[3, 4]], |x| x[0].tril(1)),
        case("tril over batches", [&[2, 3, 3]], |x| x[0].tril(-1)),
        case("triu", [&[4, 3]], |x| x[0].triu(-1)),
        case("solve", [&[3, 3], &[3, 2]], |x| x[0].solve(&x[1])).regular(),
        case("solve for a vector", [&[3, 3], &[3]], |x| x[0].solve(&x[1])).regular(),
        case("solve over batches", [&[2, 3, 3], &[3, 1]], |x| {
            x[0].solve(&x[1])
        })
        .regular(),
        case("solve for batches", [&[3, 3], &[2, 3, 2]], |x| {
            x[0].solve(&x[1])
        })
        .regular(),
        case("solve batches for a vector", [&[2, 3, 3], &[3]], |x| {
            x[0].solve(&x[1])
        })
        .regular(),
        case("inv", [&[3, 3]], |x| x[0].inv()).regular(),
        case("inv over batches", [&[2, 2, 2]], |x| x[0].inv()).regular(),
        case("cholesky", [&[3, 3]], |x| symmetric(&x[0]).cholesky()).regular(),
        case("cholesky over batches", [&[2, 2, 2]], |x| {
            symmetric(&x[0]).cholesky()
        })
        .regular(),
        case("det", [&[3, 3]], |x| x[0].det()).regular(),
        case("det over batches", [&[2, 3, 3]], |x| x[0].det()).regular(),
        case("det of nothing", [&[0, 0]], |x| x[0].det()),
        case("log of the determinant", [&[3, 3]], |x| x[0].slogdet().1).regular(),
        case("slogdet over batches", [&[2, 2, 2]], |x| {
            let (sign, log) = x[0].slogdet();
            sign * log
        })
        .regular(),
        case("a quadratic form", [&[3, 3], &[3]], |x| {
            x[1].dot(symmetric(&x[0]).inv().matmul(positive(&x[1])))
        })
        .regular(),
    ]
}

fn cases() -> impl Iterator<Item = Case> {
    [shapes(), reductions(), indexing(), linear_algebra()]
        .into_iter()
        .flatten()
}

/// Element by element where that is fast, and in random directions for all.
#[test]
fn derivatives_are_those_of_finite_differences_to_the_third_order() {
    for case in cases() {
        let xs: Vec<Variable> = case
            .inputs(&mut Random::new(1))
            .into_iter()
            .map(Variable::new)
            .collect();
        let xs: Vec<&Variable> = xs.iter().collect();
        for (order, elementwise) in [(1, true), (3, false)] {
            let check = GradCheck::new().order(order).rtol(1e-8).atol(1e-8);
            if let Err(failure) = check.elementwise(elementwise).run(&case.apply, &xs) {
                panic!("{}\n{failure}", case.name);
            }
        }
    }
}

#[test]
fn plain_backward_gives_what_recorded_derivatives_give() {
    for case in cases() {
        let mut random = Random::new(2);
        let xs: Vec<Variable> = case
            .inputs(&mut random)
            .into_iter()
            .map(Variable::new)
            .collect();
        let y = (case.apply)(&xs);
        let y = &y * random.like(&y);
        let recorded = grad(&y, &xs.iter().collect::<Vec<_>>());
        y.backward();
        for (x, recorded) in xs.iter().zip(recorded) {
            let plain = x.grad().unwrap();
            assert_eq!(plain.shape(), x.shape(), "{}", case.name);
            assert!(
                plain.data().allclose(&recorded.data(), 1e-13, 1e-13, false),
                "{}: {plain} is not {recorded}",
                case.name
            );
        }
    }
}

#[test]
fn f32_stays_f32_and_agrees_with_f64() {
    for case in cases().filter(|case| case.name != "cast") {
        let mut random = Random::new(3);
        let wide: Vec<Variable> = case
            .inputs(&mut random)
            .into_iter()
            .map(|x| Variable::new(x.astype(DType::F32).astype(DType::F64)))
            .collect();
        let narrow: Vec<Variable> = wide
            .iter()
            .map(|x| Variable::new(x.data().astype(DType::F32)))
            .collect();
        let (y, y_narrow) = ((case.apply)(&wide), (case.apply)(&narrow));
        assert_eq!(y_narrow.dtype(), DType::F32, "{}", case.name);
        assert!(
            y_narrow
                .data()
                .astype(DType::F64)
                .allclose(&y.data(), 1e-5, 1e-5, false),
            "{}",
            case.name
        );
        let (gxs, gxs_narrow) = (
            grad(&y, &wide.iter().collect::<Vec<_>>()),
            grad(&y_narrow, &narrow.iter().collect::<Vec<_>>()),
        );
        y_narrow.backward();
        for ((gx, gx_narrow), x) in gxs.iter().zip(&gxs_narrow).zip(&narrow) {
            assert_eq!(gx_narrow.dtype(), DType::F32, "{}", case.name);
            assert_eq!(x.grad().unwrap().dtype(), DType::F32, "{}", case.name);
            assert!(
                gx_narrow
                    .data()
                    .astype(DType::F64)
                    .allclose(&gx.data(), 1e-4, 1e-4, false),
                "{}",
                case.name
            );
        }
    }
}

/// Where f32 and f64 meet, the result is f64, and each input gets a gradient of its own dtype.
#[test]
fn mixed_floats_get_gradients_in_kind() {
    for case in cases().filter(|case| case.shapes.len() > 1) {
        for narrow in 0..case.shapes.len() {
            let mut random = Random::new(4);
            let mut values = case.inputs(&mut random);
            values[narrow] = values[narrow].astype(DType::F32);
            let xs: Vec<Variable> = values.into_iter().map(Variable::new).collect();
            let y = (case.apply)(&xs);
            assert_eq!(y.dtype(), DType::F64, "{}", case.name);
            let gxs = grad(&y, &xs.iter().collect::<Vec<_>>());
            y.backward();
            for (i, (gx, x)) in gxs.iter().zip(&xs).enumerate() {
                assert_eq!(gx.dtype(), x.dtype(), "{}, input {i}", case.name);
                assert_eq!(
                    x.grad().unwrap().dtype(),
                    x.dtype(),
                    "{}, input {i}, plain",
                    case.name
                );
            }
        }
    }
}

/// The inputs bent, so that no derivative of an operation applied to them vanishes by itself.
fn bent(xs: &[Variable]) -> Vec<Variable> {
    xs.iter().map(|x| x * 0.9 + x.sin() * 0.1).collect()
}

#[test]
fn forward_and_reverse_mode_give_the_same_jacobian() {
    let mut random = Random::new(91);
    for case in cases() {
        let xs: Vec<Variable> = case
            .inputs(&mut random)
            .into_iter()
            .map(Variable::new)
            .collect();
        let f = |xs: &[Variable]| (case.apply)(&bent(xs));
        let (forward, reverse) = (jacfwd(f, &xs), jacrev(f, &xs));
        for (forward, reverse) in forward.iter().zip(&reverse) {
            assert_eq!(forward.shape(), reverse.shape(), "{}", case.name);
            let values = (forward.to_vec::<f64>(), reverse.to_vec::<f64>());
            assert_agree(&values.0, &values.1, 1e-11, case.name);
        }
    }
}

#[test]
fn series_are_those_of_nested_derivatives_and_can_be_differentiated() {
    let mut random = Random::new(92);
    for case in cases() {
        let xs = case.inputs(&mut random);
        let directions: Vec<Array> = xs
            .iter()
            .map(|x| random.array(x.shape(), -0.4, 0.4))
            .collect();
        let weights = {
            let y = (case.apply)(&xs.iter().cloned().map(Variable::new).collect::<Vec<_>>());
            random.array(&y.shape(), -1.0, 1.0)
        };
        // The operation along a line, as a function of the place on it.
        let f = |t: &Variable| {
            let xs: Vec<Variable> = xs
                .iter()
                .zip(&directions)
                .map(|(x, d)| t * Variable::constant(d.clone()) + x)
                .collect();
            ((case.apply)(&bent(&xs)) * &weights).sum(..)
        };
        let t = Variable::new(0.0);
        let mut y = f(&t);
        let mut nested = vec![y.item()];
        for _ in 0..4 {
            y = grad(&y, &[&t]).remove(0);
            nested.push(y.item());
        }
        let series = derivatives(f, &t, 3);
        let values: Vec<f64> = series.iter().map(Variable::item).collect();
        assert_agree(&values, &nested[..4], 1e-10, case.name);
        let next = grad(&series[3], &[&t]).remove(0);
        assert_agree(&[next.item()], &nested[4..], 1e-9, case.name);
    }
}

#[test]
fn the_laplacian_is_the_trace_of_the_hessian() {
    let mut random = Random::new(93);
    for case in cases() {
        let xs = case.inputs(&mut random);
        for i in 0..xs.len() {
            let weights = {
                let y = (case.apply)(&xs.iter().cloned().map(Variable::new).collect::<Vec<_>>());
                random.array(&y.shape(), -1.0, 1.0)
            };
            let f = |x: &Variable| {
                let mut all: Vec<Variable> = xs.iter().cloned().map(Variable::constant).collect();
                all[i] = x.clone();
                ((case.apply)(&bent(&all)) * &weights).sum(..)
            };
            let x = Variable::new(xs[i].clone());
            let n = x.size();
            let trace = hessian(f, &x).reshape([n, n]).trace().item();
            let sum = laplacian(f, &x);
            assert_agree(&[sum.item()], &[trace], 1e-10, case.name);
        }
    }
}
