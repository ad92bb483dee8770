//! Files in order that no function is recorded as: operations put together at random, dead values, inputs
//! that nobody uses, casts to the same dtype, sums over no axes.

use dezero_core::{Array, DType, Function, Slice, Variable, primitives, try_grad};
use proptest::prelude::*;

use super::file::{self, Bytes, File, Operation, Source};
use super::tests::{bytes, loaded, value};
use crate::program::Program;
use crate::random_programs::config;

/// Names, with how many inputs.
const OPERATIONS: [(&str, usize); 46] = [
    ("Reshape", 1),
    ("Transpose", 1),
    ("BroadcastTo", 1),
    ("SumTo", 1),
    ("Sum", 1),
    ("Max", 1),
    ("Min", 1),
    ("LogSumExp", 1),
    ("Softmax", 1),
    ("LogSoftmax", 1),
    ("ArgMax", 1),
    ("ArgMin", 1),
    ("CumSum", 1),
    ("GetItem", 1),
    ("GetItemGrad", 1),
    ("Take", 2),
    ("PutAdd", 3),
    ("Gather", 2),
    ("ScatterAdd", 3),
    ("GatherNd", 1),
    ("GatherNd", 2),
    ("GatherNd", 3),
    ("ScatterNdAdd", 2),
    ("ScatterNdAdd", 3),
    ("ScatterNdAdd", 4),
    ("Concatenate", 1),
    ("Concatenate", 2),
    ("Concatenate", 3),
    ("Pad", 1),
    ("MatMul", 2),
    ("Solve", 2),
    ("Inv", 1),
    ("Cholesky", 1),
    ("Det", 1),
    ("SignDet", 1),
    ("LogAbsDet", 1),
    ("Tril", 1),
    ("Triu", 1),
    ("Diag", 1),
    ("Diagonal", 1),
    ("Where", 3),
    ("Cast", 1),
    ("Less", 2),
    ("LogicalAnd", 2),
    ("NotEqual", 2),
    ("GreaterEqual", 2),
];

/// Numbers that look random: `SplitMix64` (Steele, Lea and Flood, OOPSLA 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    fn number(&mut self) -> f64 {
        let special = [f64::NAN, f64::INFINITY, 0.0, -0.0, 1e300];
        match self.below(12) {
            0 => special[self.below(5)],
            _ => self.below(801) as f64 / 100.0 - 4.0,
        }
    }

    fn shape(&mut self) -> Vec<usize> {
        let axes = [0, 1, 1, 2, 2, 3][self.below(6)];
        (0..axes)
            .map(|_| [0, 1, 1, 2, 2, 2, 3, 3, 5, 70][self.below(10)])
            .collect()
    }

    fn dtype(&mut self) -> DType {
        use DType::{Bool, F32, F64, I64};
        [F64, F64, F64, F64, F32, I64, Bool][self.below(7)]
    }

    /// An array that lies somehow.
    fn array(&mut self) -> file::Array<'static> {
        let (shape, dtype) = (self.shape(), self.dtype());
        let size = shape.iter().product();
        let numbers: Vec<f64> = (0..size).map(|_| self.number()).collect();
        let array = Array::from_vec(numbers, &shape).unwrap();
        let array = match dtype {
            // Indices, mostly within the axes.
            DType::I64 => array.map_float(|x| x % 3.0, |x| x).astype(dtype),
            dtype => array.astype(dtype),
        };
        super::array::saved(&match self.below(4) {
            0 => array.t(),
            1 => array.flip(None).unwrap(),
            2 if array.size() > 0 => {
                let part: Vec<Slice> = shape.iter().map(|_| Slice::from(..1)).collect();
                array.slice(&part).unwrap().broadcast_to(&shape).unwrap()
            }
            _ => array,
        })
    }

    fn slices(&mut self, axes: usize) -> Vec<Slice> {
        let bound = |r: &mut Self| (r.below(3) > 0).then(|| r.below(8) as isize - 4);
        let slice = |r: &mut Self| match r.below(8) {
            0 => Slice::NewAxis,
            1 => Slice::Ellipsis,
            2 | 3 => Slice::Index(r.below(4) as isize - 2),
            _ => Slice::Range {
                start: bound(r),
                stop: bound(r),
                step: [1, 1, 1, 2, -1, -3, isize::MIN, isize::MAX][r.below(8)],
            },
        };
        let count = self.below(axes + 2);
        (0..count).map(|_| slice(self)).collect()
    }

    /// Parameters that may fit arguments of these shapes.
    fn parameters(&mut self, name: &str, shapes: &[&[usize]]) -> Bytes<'static> {
        let shape = shapes.first().copied().unwrap_or_default();
        let ndim = shape.len();
        let axis = self.below(ndim) as isize;
        let keepdims = self.below(2) == 0;
        match name {
            "Reshape" => bytes(&match self.below(4) {
                0 => shape.to_vec(),
                1 => vec![shape.iter().product()],
                2 => [&[1], shape].concat(),
                _ => shape.iter().rev().copied().collect(),
            }),
            "Transpose" => {
                let mut axes: Vec<usize> = (0..ndim).collect();
                for i in (1..ndim).rev() {
                    axes.swap(i, self.below(i + 1));
                }
                bytes(&axes)
            }
            "BroadcastTo" => {
                let mut to = shape.to_vec();
                for n in to.iter_mut().filter(|n| **n == 1) {
                    *n = self.below(4);
                }
                if self.below(2) == 0 {
                    to.insert(0, self.below(4));
                }
                bytes(&to)
            }
            "SumTo" => {
                let mut to = shape[self.below(ndim + 1)..].to_vec();
                for n in &mut to {
                    if self.below(2) == 0 {
                        *n = 1;
                    }
                }
                bytes(&to)
            }
            "Sum" | "Max" | "Min" | "LogSumExp" | "Softmax" | "LogSoftmax" => {
                let axes: Vec<isize> = (0..ndim as isize).filter(|_| self.below(2) == 0).collect();
                bytes(&(axes, keepdims))
            }
            "ArgMax" | "ArgMin" => bytes(&((self.below(3) > 0).then_some(axis), keepdims)),
            "CumSum" | "Take" | "PutAdd" | "Gather" | "ScatterAdd" => bytes(&axis),
            "GetItem" => bytes(&self.slices(ndim)),
            "GetItemGrad" => {
                // Placed in the first of one more axis, or as a whole.
                let length = 1 + self.below(3);
                if self.below(2) == 0 {
                    let index = Slice::Index(self.below(length) as isize);
                    bytes(&([&[length], shape].concat(), vec![index, Slice::Ellipsis]))
                } else {
                    let mut whole = shape.to_vec();
                    let mut slices = vec![Slice::from(..); ndim];
                    if ndim > 0 {
                        whole[0] += length;
                        slices[0] = Slice::from(length..);
                    }
                    bytes(&(whole, slices))
                }
            }
            "Concatenate" => {
                let mut starts = vec![0];
                for shape in shapes {
                    let last = starts[starts.len() - 1];
                    starts.push(last + shape.get(axis as usize).copied().unwrap_or_default());
                }
                bytes(&(axis, starts))
            }
            "Pad" => {
                let widths: Vec<(usize, usize)> = shape
                    .iter()
                    .map(|_| (self.below(3), self.below(3)))
                    .collect();
                bytes(&(widths, self.number()))
            }
            "Tril" | "Triu" | "Diag" | "Diagonal" => bytes(&(self.below(7) as isize - 3)),
            "Cast" => bytes(&(self.below(4) as u8)),
            _ if name.starts_with(char::is_uppercase) => bytes(&()),
            _ => {
                let primitive = primitives()
                    .find(|primitive| primitive.name == name)
                    .unwrap();
                let parameters: Vec<f64> =
                    primitive.parameters.iter().map(|_| self.number()).collect();
                bytes(&parameters)
            }
        }
    }

    /// A program of inputs, constants and so many tries to add an operation.
    fn program(&mut self, tries: usize) -> Program {
        let inputs = self.below(4);
        let mut file = File {
            name: "random",
            sources: Vec::new(),
            operations: Vec::new(),
            values: (0..inputs)
                .map(|_| value(Source::Input(self.array())))
                .collect(),
            outputs: Vec::new(),
        };
        for _ in 0..=self.below(4) {
            file.values.push(value(Source::Constant(self.array())));
        }
        let elementwise: Vec<(&'static str, usize)> =
            primitives().map(|p| (p.name, p.arity)).collect();
        let mut program = loaded(&file).unwrap();
        for _ in 0..tries {
            let (name, arity) = match self.below(3) {
                0 => elementwise[self.below(elementwise.len())],
                _ => OPERATIONS[self.below(OPERATIONS.len())],
            };
            let count = file.values.len();
            let args: Vec<u32> = (0..arity).map(|_| self.below(count) as u32).collect();
            let shapes: Vec<&[usize]> = args
                .iter()
                .map(|&x| &*program.ir().values[x as usize].shape)
                .collect();
            let parameters = self.parameters(name, &shapes);
            file.operations.push(Operation { name, parameters });
            let operation = file.operations.len() as u32 - 1;
            file.values.push(value(Source::Call { operation, args }));
            match loaded(&file) {
                Ok(longer) if longer.ir().values[count].shape.iter().product::<usize>() <= 3000 => {
                    program = longer;
                }
                _ => {
                    file.operations.pop();
                    file.values.pop();
                }
            }
        }
        for _ in 0..=self.below(3) {
            file.outputs
                .push((file.values.len() - 1 - self.below(file.values.len().min(6))) as u32);
        }
        loaded(&file).unwrap()
    }
}

/// Does what programs can do; all of it returns.
fn used(program: &Program) {
    let given = program.ir().examples.clone();
    _ = (
        program.to_string(),
        program.graph(),
        program.simplified().to_string(),
    );
    let plain = crate::execute::Plain::new(program.ir());
    let (fast, plain) = (
        program.run(&given),
        crate::execute::Executor::run(&plain, &given),
    );
    if let (Ok(ys), Ok(others)) = (&fast, &plain) {
        for (y, other) in ys.iter().zip(others) {
            assert_eq!((y.shape(), y.dtype()), (other.shape(), other.dtype()));
            assert!(is_same(y, other), "{program}\n{y}\n{other}");
        }
    }
    let rows: Vec<Array> = given
        .iter()
        .map(|x| {
            Array::from_vec(x.to_vec::<f64>(), x.shape())
                .unwrap()
                .astype(x.dtype())
        })
        .collect();
    _ = program.run(&rows);
    let xs: Vec<Variable> = given.iter().cloned().map(Variable::new).collect();
    let xs: Vec<&Variable> = xs.iter().collect();
    if !xs.is_empty()
        && let Ok(ys) = program.function().try_call(&xs)
    {
        for y in ys.iter().filter(|y| y.dtype().is_float()) {
            _ = y.try_sum(..).and_then(|sum| try_grad(&sum, &xs));
        }
    }
    for derived in [
        program.vjp(),
        program.jvp(),
        program.hvp(),
        program.derivatives(2),
    ]
    .iter()
    .flatten()
    {
        _ = derived.run(&derived.ir().examples);
        _ = derived.vjp();
    }
    let small = |slots: usize| slots <= 12;
    if small(program.inputs().map(|x| x.size()).sum())
        && small(program.outputs().map(|y| y.size()).sum())
    {
        _ = (program.jacobian(), program.hessian());
    }
    let again = Program::from_bytes(&program.to_bytes().unwrap()).unwrap();
    assert_eq!(again.to_bytes().unwrap(), program.to_bytes().unwrap());
}

/// Whether two arrays are the same to the last bit, but for what a NaN says besides.
fn is_same(a: &Array, b: &Array) -> bool {
    let bits = |x: &Array| -> Vec<u64> {
        let bits = |x: f64| if x.is_nan() { u64::MAX } else { x.to_bits() };
        x.to_vec::<f64>().into_iter().map(bits).collect()
    };
    bits(a) == bits(b)
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn whatever_loads_is_a_program(seed in any::<u64>(), tries in 1..30_usize) {
        used(&Random(seed).program(tries));
    }
}
