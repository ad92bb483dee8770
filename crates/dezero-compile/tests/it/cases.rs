//! Functions to compile, each with points to try it at.

use dezero_core::{Array, DType, Slice, Variable, primitives};

use crate::random::Random;

type Apply = Box<dyn Fn(&[Variable]) -> Variable + Send + Sync>;
type Draw = Box<dyn Fn(&mut Random) -> Vec<Array> + Send + Sync>;

pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) apply: Apply,
    draw: Draw,
}

impl Case {
    /// A point of the case.
    pub(crate) fn point(&self, seed: u64) -> Vec<Array> {
        (self.draw)(&mut Random(seed))
    }
}

/// A function of arrays of these shapes, with numbers between -1 and 1, square ones well conditioned.
fn case<const N: usize>(
    name: &str,
    shapes: [&'static [usize]; N],
    apply: impl Fn(&[Variable]) -> Variable + Send + Sync + 'static,
) -> Case {
    let draw = move |random: &mut Random| {
        let drawn = shapes.iter().map(|shape| {
            let x = random.array(shape, -1.0, 1.0);
            match **shape {
                [m, n] if m == n => {
                    let eye = Variable::new(Array::eye(n, DType::F64).unwrap());
                    (Variable::new(x) + eye * 4.0).data()
                }
                _ => x,
            }
        });
        drawn.collect()
    };
    Case {
        name: name.to_owned(),
        apply: Box::new(apply),
        draw: Box::new(draw),
    }
}

/// Every entry of the table of primitives, on scalars and on arrays of both floats.
pub(crate) fn elementwise() -> Vec<Case> {
    let mut cases = Vec::new();
    let kinds: [(&'static [usize], DType); 3] =
        [(&[], DType::F64), (&[7], DType::F64), (&[2, 3], DType::F32)];
    for primitive in primitives() {
        for (shape, dtype) in kinds {
            let domain = primitive.domain;
            let draw = move |random: &mut Random| {
                (0..primitive.arity)
                    .map(|i| {
                        // Of one input, any of the intervals; of two, each has its own.
                        let choice = random.bits() as usize % domain.len();
                        let (low, high) = domain[if primitive.arity == 1 { choice } else { i }];
                        random.array(shape, low, high).astype(dtype)
                    })
                    .collect()
            };
            cases.push(Case {
                name: format!("{} {dtype}{shape:?}", primitive.name),
                apply: Box::new(move |xs| {
                    let xs: Vec<&Variable> = xs.iter().collect();
                    primitive.apply(&xs).unwrap()
                }),
                draw: Box::new(draw),
            });
        }
    }
    cases
}

/// Operations on whole arrays.
#[allow(clippy::too_many_lines)]
pub(crate) fn structural() -> Vec<Case> {
    let positive = |x: &Variable| x * x + 0.5;
    let symmetric = |x: &Variable| (x + x.transpose()) * 0.5;
    vec![
        case("reshape", [&[2, 3]], |x| x[0].reshape([3, -1]).sin()),
        case("permute", [&[2, 3, 4]], |x| x[0].permute([1, 2, 0]).exp()),
        case("broadcast", [&[3], &[2, 1]], |x| {
            x[0].broadcast_to([2, 3]) * &x[1]
        }),
        case("sum_to", [&[2, 3]], |x| x[0].square().sum_to([1, 3])),
        case("cast", [&[3]], |x| x[0].cast(DType::F32).sin()),
        case("sum", [&[2, 3]], |x| x[0].square().sum(0).exp()),
        case("mean and std", [&[2, 3]], |x| x[0].mean(1) / x[0].std(1)),
        case("prod", [&[5]], |x| x[0].prod(..)),
        case("max", [&[3, 4]], |x| x[0].square().max(1) * 2.0),
        case("min", [&[3, 4]], |x| x[0].square().min(0).exp()),
        case("logsumexp", [&[2, 3]], |x| x[0].logsumexp(1)),
        case("softmax", [&[2, 3]], |x| x[0].softmax(1).square()),
        case("log_softmax", [&[2, 3]], |x| x[0].log_softmax(1)),
        case("cumsum", [&[2, 3]], |x| x[0].square().cumsum(1)),
        case("argmax", [&[3, 4]], |x| {
            x[0].gather(x[0].argmax(1).reshape([3, 1]), 1).square()
        }),
        case("get_item", [&[4, 3]], |x| {
            x[0].get_item((1..3, Slice::step(.., -1))).square()
        }),
        case("take", [&[4, 2]], |x| {
            x[0].take(Variable::new([2_i64, 0, 2]), 0).exp()
        }),
        case("put_add", [&[4], &[2]], |x| {
            x[0].put_add(Variable::new([1_i64, 1]), &x[1], 0).square()
        }),
        case("gather", [&[2, 3]], |x| {
            x[0].gather(Variable::new([[2_i64], [0]]), 1).square()
        }),
        case("scatter_add", [&[2, 3], &[2, 1]], |x| {
            let at = Variable::new([[2_i64], [0]]);
            x[0].scatter_add(at, &x[1], 1).square()
        }),
        case("gather_nd", [&[3, 2]], |x| {
            let (i, j) = (Variable::new([0_i64, 2]), Variable::new([1_i64, 0]));
            x[0].gather_nd(&[&i, &j]).square()
        }),
        case("scatter_nd_add", [&[3, 2], &[2]], |x| {
            let (i, j) = (Variable::new([0_i64, 2]), Variable::new([1_i64, 0]));
            x[0].scatter_nd_add(&[&i, &j], &x[1]).square()
        }),
        case("concatenate", [&[2], &[3]], |x| {
            Variable::concatenate(&[&x[0], &x[1], &x[0]], 0).square()
        }),
        case("stack and split", [&[4], &[4]], |x| {
            let parts = Variable::stack(&[&x[0], &x[1]], 0).split(&[1, 3], 1);
            &parts[0] * &parts[2]
        }),
        case("pad", [&[2, 3]], |x| {
            x[0].pad(&[(1, 0), (0, 2)], 0.5).square()
        }),
        case("flip and tile", [&[3]], |x| x[0].flip(0).tile([2]).sin()),
        case("matmul", [&[2, 3], &[3, 4]], |x| x[0].matmul(&x[1]).tanh()),
        case("batched matmul", [&[2, 2, 3], &[3, 2]], |x| {
            x[0].matmul(&x[1]).square()
        }),
        case("dot and outer", [&[3], &[3]], |x| {
            x[0].dot(&x[1]) * x[0].outer(&x[1])
        }),
        case("solve", [&[3, 3], &[3]], |x| x[0].solve(&x[1]).square()),
        case("inv", [&[3, 3]], |x| x[0].inv().square()),
        case("cholesky", [&[3, 3]], move |x| symmetric(&x[0]).cholesky()),
        case("det", [&[3, 3]], |x| x[0].det()),
        case("slogdet", [&[3, 3]], |x| {
            let (sign, log) = x[0].slogdet();
            sign * log
        }),
        case("tril and triu", [&[3, 3]], |x| {
            x[0].tril(0) * x[0].triu(-1).exp()
        }),
        case("diag", [&[3, 4]], |x| x[0].diag(1).square().diag(-1).exp()),
        case("where", [&[5], &[5]], |x| {
            x[0].greater(&x[1]).where_(x[0].exp(), x[1].square())
        }),
        case("clip", [&[6]], |x| x[0].clip(-0.3, 0.4).square()),
        case("pow of both", [&[3], &[3]], move |x| {
            positive(&x[0]).pow(&x[1])
        }),
        case("constant", [&[3]], |x| {
            &x[0] * Array::from([1.0, 2.0, 3.0]) + 0.5
        }),
        case("rosenbrock", [&[6]], |x| {
            let (head, tail) = (x[0].get_item(..5), x[0].get_item(1..));
            (100.0 * (tail - head.square()).square() + (1.0 - head).square()).sum(..)
        }),
        case("network", [&[4, 2], &[2, 3], &[3], &[3, 1]], |x| {
            let hidden = (x[0].matmul(&x[1]) + &x[2]).tanh();
            hidden.matmul(&x[3]).square().mean(..)
        }),
        case("gradient inside", [&[3], &[3]], |x| {
            let y = (x[0].sin() * &x[1]).sum(..).square();
            let gx = dezero_core::grad(&y, &[&x[0]]).remove(0);
            gx.square().sum(..) + y
        }),
    ]
}

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = elementwise();
    cases.extend(structural());
    cases
}
