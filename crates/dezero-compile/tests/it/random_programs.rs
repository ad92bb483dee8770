//! Random programs for comparing one way to run them with another: recipes that proptest makes and
//! shrinks, and what they build from variables.

use dezero_core::{
    Array, Axes, DType, Element, Function, Result, Slice, Variable, primitives, try_grad,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// A program: its inputs, and what is done to them and to what was computed before.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) inputs: Vec<(Vec<usize>, DType)>,
    pub(crate) steps: Vec<Step>,
    /// Which values are the results besides the last one, counted from the end.
    pub(crate) outputs: Vec<usize>,
}

/// One operation, by numbers of which each is taken modulo what there is to choose from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) op: usize,
    pub(crate) args: [usize; 3],
    pub(crate) choice: usize,
}

/// Values of more elements than this are not made.
const MOST: usize = 4000;

/// So many cases, or as many as `PROPTEST_CASES` says.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    config.failure_persistence = None;
    config
}

/// Recipes of at most so many operations.
pub(crate) fn recipes(steps: usize) -> impl Strategy<Value = Recipe> {
    let length = prop_oneof![
        1 => Just(0_usize),
        3 => Just(1),
        8 => 2..6_usize,
        2 => prop_oneof![Just(17_usize), Just(40), Just(300), Just(1500)],
    ];
    let shape = vec(length, 0..4).prop_map(|mut shape| {
        while shape.iter().product::<usize>() > MOST {
            shape.pop();
        }
        shape
    });
    let dtype = prop_oneof![
        12 => Just(DType::F64),
        4 => Just(DType::F32),
        1 => Just(DType::Bool),
        1 => Just(DType::I64),
    ];
    let step =
        (any::<u16>(), any::<[u16; 3]>(), any::<u16>()).prop_map(|(op, args, choice)| Step {
            op: op.into(),
            args: args.map(usize::from),
            choice: choice.into(),
        });
    (
        vec((shape, dtype), 1..4),
        vec(step, 1..steps),
        vec(0..20_usize, 0..8),
    )
        .prop_map(|(inputs, steps, outputs)| Recipe {
            inputs,
            steps,
            outputs,
        })
}

impl Recipe {
    /// Values for the inputs; others for another seed. Some are special.
    pub(crate) fn values(&self, seed: u64) -> Vec<Array> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678;
        // Xorshift: Marsaglia, "Xorshift RNGs", 2003.
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let special = [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -0.0,
            0.0,
            1.0,
            5e-324,
        ];
        let array = |(shape, dtype): &(Vec<usize>, DType)| {
            let size = shape.iter().product();
            let mut value = || match next() % 40 {
                0 => special[(next() % 7) as usize],
                _ => (next() % 8001) as f64 / 1000.0 - 4.0,
            };
            let values: Vec<f64> = (0..size).map(|_| value()).collect();
            let array = Array::from_vec(values, shape).unwrap().astype(*dtype);
            // Some come transposed, some as a part of another.
            match next() % 6 {
                0 => through_axes(&array),
                1 => within(&array),
                _ => array,
            }
        };
        self.inputs.iter().map(array).collect()
    }

    /// Computes the results from the inputs; what cannot be done is left out.
    pub(crate) fn build(&self, inputs: &[Variable]) -> Vec<Variable> {
        let mut values: Vec<Variable> = inputs.to_vec();
        for step in &self.steps {
            if let Ok(made) = step.apply(&values) {
                values.extend(made.into_iter().filter(|y| y.size() <= MOST));
            }
        }
        let last = values.len() - 1;
        let others = self.outputs.iter().map(|&back| last.saturating_sub(back));
        others.chain([last]).map(|y| values[y].clone()).collect()
    }
}

/// The same array, with its elements in another order in memory.
fn through_axes(x: &Array) -> Array {
    let t = x.t();
    let values = t.to_vec::<f64>();
    let moved = Array::from_vec(values, t.shape())
        .unwrap()
        .astype(x.dtype());
    moved.t()
}

/// The same array as every other element of a larger one.
fn within(x: &Array) -> Array {
    if x.ndim() == 0 {
        return x.clone();
    }
    let doubled = Array::concatenate(&[x, x], -1).unwrap();
    let last = x.shape()[x.ndim() - 1];
    doubled
        .slice(&[Slice::Ellipsis, (last..2 * last).into()])
        .unwrap()
}

impl Step {
    fn apply(&self, values: &[Variable]) -> Result<Vec<Variable>> {
        let pick = |i: usize| {
            // Every other time one of the latest.
            let count = values.len();
            let among = if self.args[i].is_multiple_of(2) {
                count.min(4)
            } else {
                count
            };
            &values[count - 1 - self.args[i] / 2 % among]
        };
        let x = pick(0);
        let y = pick(1);
        let choice = self.choice;
        let one = |y: Result<Variable>| y.map(|y| vec![y]);
        let axis = || choice as isize % x.ndim().max(1) as isize;
        match self.op % 36 {
            0..=6 => {
                let table: Vec<_> = primitives().collect();
                let primitive = table[choice % table.len()];
                one(if primitive.arity == 1 {
                    primitive.apply(&[x])
                } else {
                    primitive.apply(&[x, y])
                })
            }
            7 => one(x.try_add(y)),
            8 => one(x.try_mul(y)),
            9 => one(x.try_sub(choice as f64 % 7.0 - 3.0)),
            10 => one(match choice % 4 {
                0 => x.try_greater(y),
                1 => x.try_equal(y),
                2 => x.try_less_equal(0.5),
                _ => x.try_not_equal(y),
            }),
            11 => one(if choice.is_multiple_of(2) {
                x.try_logical_and(y)
            } else {
                x.try_logical_or(y)
            }),
            12 => {
                let condition = if x.dtype() == DType::Bool {
                    x.clone()
                } else {
                    x.try_greater(0.0)?
                };
                one(condition.try_where(y, pick(2)))
            }
            13..=20 => one(self.arrange(x)),
            21 => one(match choice % 5 {
                0 => x.try_max(axis()),
                1 => x.try_mean(..),
                2 => x.try_softmax(axis()),
                3 => x.try_logsumexp(axis()),
                _ => x.try_cumsum(axis()),
            }),
            22 | 23 => one(match choice % 3 {
                0 => x.try_matmul(y),
                1 => x.try_matmul(y.try_swapaxes(-1, -2)?),
                _ => x.try_swapaxes(-1, -2)?.try_matmul(y),
            }),
            24 => one(Variable::try_concatenate(&[x, y], axis())),
            25 => one(x.try_take(Array::from([0_i64, choice as i64 % 3]), axis())),
            26 => one(match choice % 3 {
                0 => x.try_tril(0),
                1 => x.try_argmax(axis()),
                _ => x.try_pad(&vec![(1, choice % 3); x.ndim()], 0.5),
            }),
            27 => Twice.try_call(&[x, y]),
            28 => one(x.try_sub(Variable::constant(
                Array::from(0.75).broadcast_to(&x.shape())?,
            ))),
            _ => {
                // All the rules of the engine.
                let inputs: Vec<&Variable> = values
                    .iter()
                    .filter(|x| x.dtype().is_float())
                    .take(2)
                    .collect();
                let Some(cost) = x.dtype().is_float().then(|| x.try_sum(..)).transpose()? else {
                    return Ok(Vec::new());
                };
                try_grad(&cost, &inputs)
            }
        }
    }

    /// The elements of one value, in another shape or order or in part.
    fn arrange(&self, x: &Variable) -> Result<Variable> {
        let choice = self.choice;
        let axis = || choice as isize % x.ndim().max(1) as isize;
        match self.op % 36 {
            13 => x.try_cast([DType::F64, DType::F32, DType::Bool, DType::I64][choice % 4]),
            14 => match choice % 4 {
                0 => x.try_flatten(),
                1 => x.try_expand_dims(axis()),
                2 => x.try_squeeze(..),
                _ => {
                    let first = [2, 3, 5][choice / 4 % 3];
                    x.try_reshape([first, -1])
                }
            },
            15 if choice.is_multiple_of(2) => x.try_transpose(),
            15 => x.try_swapaxes(axis(), -1),
            16 => {
                let mut shape = x.shape();
                for (i, length) in shape.iter_mut().enumerate() {
                    if *length == 1 && choice >> i & 1 == 1 {
                        *length = 3;
                    }
                }
                if choice.is_multiple_of(3) {
                    shape.insert(0, 2);
                }
                x.try_broadcast_to(shape)
            }
            17 | 18 => x.try_get_item(self.slices(x)),
            19 => {
                let axes = [
                    Axes::from(..),
                    Axes::from(axis()),
                    Axes::from(0),
                    Axes::from(-1),
                ];
                let axes = axes[choice % 4].clone();
                x.try_sum(if choice.is_multiple_of(3) {
                    axes.keepdims()
                } else {
                    axes
                })
            }
            _ => {
                let mut shape = x.shape();
                for (i, length) in shape.iter_mut().enumerate() {
                    if choice >> i & 1 == 1 {
                        *length = 1;
                    }
                }
                let cut = (choice >> 8) % (shape.len() + 1);
                x.try_sum_to(shape[cut.min(shape.len())..].to_vec())
            }
        }
    }

    /// Parts of an array, some with steps.
    fn slices(&self, x: &Variable) -> Vec<Slice> {
        let bits = self.choice;
        let slices =
            x.shape()
                .into_iter()
                .enumerate()
                .map(|(i, length)| match bits >> (3 * i) & 7 {
                    0 if length > 0 => Slice::from(length as isize / 2),
                    1 => Slice::from(1..),
                    2 => Slice::from(..-1_isize),
                    3 => Slice::step(.., -1),
                    4 => Slice::step(.., 2),
                    5 => Slice::from(1..3_isize),
                    _ => Slice::from(..),
                });
        let mut slices: Vec<Slice> = slices.collect();
        if bits.is_multiple_of(11) {
            slices.insert(0, Slice::NewAxis);
        }
        slices
    }
}

/// A function with two results, one of them transposed.
struct Twice;

impl Function for Twice {
    fn name(&self) -> &'static str {
        "Twice"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![
            xs[0].t().map_float(|x| x + x, |x| x + x),
            xs[1].clone(),
        ])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        let (a, b) = (xs[0].dtype(), xs[1].dtype());
        let fit = |g: Variable, dtype: DType| g.try_cast(dtype);
        Ok(vec![
            fit(gys[0].try_transpose()?.try_mul(2.0)?, a)?,
            fit(gys[1].clone(), b)?,
        ])
    }
}

/// Whether two arrays are the same to the last bit, but for what a NaN says besides.
pub(crate) fn is_same(a: &Array, b: &Array) -> bool {
    fn bits<T: Element + Into<f64>>(x: &Array) -> Vec<u64> {
        let bits = |x: T| {
            let x: f64 = x.into();
            if x.is_nan() { u64::MAX } else { x.to_bits() }
        };
        x.to_vec::<T>().into_iter().map(bits).collect()
    }
    let values = || match a.dtype() {
        DType::F64 => bits::<f64>(a) == bits::<f64>(b),
        DType::F32 => bits::<f32>(a) == bits::<f32>(b),
        _ => a.to_vec::<i64>() == b.to_vec::<i64>(),
    };
    a.shape() == b.shape() && a.dtype() == b.dtype() && values()
}
