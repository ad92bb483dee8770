//! Every row of the table against the value that it replaces.

use dezero_core::{Array, DType, Op, Scalar, Unary};

use super::{bits, run};
use crate::ir::{Ir, Source, Value, ValueId};
use crate::simplify::pattern::Pattern;
use crate::simplify::table::{How, RULES};
use crate::simplify::{Assume, is_same, simplify};

const SPECIAL: [f64; 14] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.7,
    -2.5,
    3.0e7,
    5e-324,
    -1e-310,
    1.7e308,
    -1.7e308,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
const ORDINARY: [f64; 6] = [0.3, 0.45, 0.6, 0.75, 0.81, 0.93];
const NUMBERS: [f64; 6] = [3.0, -2.0, 0.5, 1.7, 8.0, -1.0];

/// The left side of a row as a program of `u` to `z`, `p` and `q`.
struct Builder {
    values: Vec<Value>,
    inputs: Vec<(usize, ValueId)>,
    numbers: usize,
    dtype: DType,
    shape: Vec<usize>,
}

impl Builder {
    fn push(&mut self, source: Source, shape: &[usize], dtype: DType) -> ValueId {
        self.values.push(Value {
            source,
            shape: shape.into(),
            dtype,
            name: None,
            line: None,
            pass: 0,
        });
        self.values.len() - 1
    }

    /// The inputs of a pattern, first.
    fn find_inputs(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Value(letter) if self.inputs.iter().all(|(known, _)| known != letter) => {
                let is_condition = (b'p'..=b'q').contains(&(b'a' + *letter as u8));
                let dtype = if is_condition {
                    DType::Bool
                } else {
                    self.dtype
                };
                let shape = self.shape.clone();
                let at = self.push(Source::Input(self.inputs.len()), &shape, dtype);
                self.inputs.push((*letter, at));
            }
            Pattern::Unary(_, x) => self.find_inputs(x),
            Pattern::Power(xs) => self.find_inputs(&xs[0]),
            Pattern::Binary(_, xs) => xs.iter().for_each(|x| self.find_inputs(x)),
            Pattern::Where(xs) => xs.iter().for_each(|x| self.find_inputs(x)),
            _ => {}
        }
    }

    fn number(&self, pattern: &Pattern) -> Option<f64> {
        match pattern {
            Pattern::Number(letter) => Some(NUMBERS[(self.numbers + letter) % NUMBERS.len()]),
            Pattern::Literal(number) => Some(*number),
            _ => None,
        }
    }

    fn build(&mut self, pattern: &Pattern) -> ValueId {
        if let Some(number) = self.number(pattern) {
            let number = Array::weak(Scalar::F64(number), self.dtype);
            return self.push(Source::Constant(number), &[], self.dtype);
        }
        let (op, xs): (Op, &[Pattern]) = match pattern {
            Pattern::Value(letter) => {
                return self
                    .inputs
                    .iter()
                    .find(|(known, _)| known == letter)
                    .unwrap()
                    .1;
            }
            Pattern::Unary(op, x) => (Op::Unary(*op), std::slice::from_ref(x)),
            Pattern::Power(xs) => {
                let exponent = self.number(&xs[1]).unwrap();
                (Op::Unary(Unary::Pow(exponent.into())), &xs[..1])
            }
            Pattern::Binary(op, xs) => (Op::Binary(*op), &**xs),
            Pattern::Where(xs) => (Op::Where, &**xs),
            _ => unreachable!("numbers are done"),
        };
        let args: Box<[ValueId]> = xs.iter().map(|x| self.build(x)).collect();
        let (shape, dtype) = (self.shape.clone(), self.dtype);
        self.push(Source::Call(op, args), &shape, dtype)
    }
}

fn program(before: &Pattern, numbers: usize, dtype: DType, shape: &[usize]) -> Ir {
    let mut builder = Builder {
        values: Vec::new(),
        inputs: Vec::new(),
        numbers,
        dtype,
        shape: shape.to_vec(),
    };
    builder.find_inputs(before);
    let y = builder.build(before);
    let examples = builder.inputs.iter();
    let examples = examples.map(|&(_, x)| Array::zeros(shape, builder.values[x].dtype).unwrap());
    Ir {
        examples: examples.collect(),
        values: builder.values,
        outputs: vec![y],
    }
}

/// Numbers from a list, others for each input and each turn.
fn inputs(ir: &Ir, from: &[f64], turn: usize) -> Vec<Array> {
    let mut at = turn;
    let mut input = |example: &Array| {
        let mut next = || {
            at = at * 5 + 3;
            from[(at / 7 + turn) % from.len()]
        };
        let values: Vec<f64> = (0..example.size()).map(|_| next()).collect();
        let values = Array::from_vec(values, example.shape()).unwrap();
        values.astype(example.dtype())
    };
    ir.examples.iter().map(&mut input).collect()
}

fn without_sign_of_zero(x: &Array) -> Vec<u64> {
    let zero = |bits: u64| if f64::from_bits(bits) == 0.0 { 0 } else { bits };
    bits(x).into_iter().map(zero).collect()
}

#[test]
fn each_row_keeps_what_it_promises() {
    for row in &RULES.rows {
        let How::Pattern(before, _) = &row.how else {
            continue;
        };
        let mut applied = 0;
        for (dtype, shape) in [
            (DType::F64, &[][..]),
            (DType::F64, &[2, 3]),
            (DType::F32, &[]),
            (DType::F32, &[4]),
        ] {
            for numbers in 0..NUMBERS.len() {
                let ir = program(before, numbers, dtype, shape);
                let simple = simplify(&ir, row.assumes);
                if is_same(&ir, &simple) {
                    continue;
                }
                applied += 1;
                for turn in 0..60 {
                    let from: &[f64] = match row.assumes {
                        Assume::Nothing | Assume::NoSignedZeros => &SPECIAL,
                        Assume::Finite => &SPECIAL[..9],
                        Assume::Reals => &ORDINARY,
                    };
                    let xs = inputs(&ir, from, turn);
                    let (plain, simple) = (run(&ir, &xs), run(&simple, &xs));
                    let (plain, simple) = (&plain[0], &simple[0]);
                    let text = format!("{} => {} at {xs:?}", row.before, row.after);
                    assert_eq!(
                        (plain.shape(), plain.dtype()),
                        (simple.shape(), simple.dtype())
                    );
                    match row.assumes {
                        Assume::Nothing => assert_eq!(bits(plain), bits(simple), "{text}"),
                        Assume::NoSignedZeros => {
                            let [plain, simple] = [plain, simple].map(without_sign_of_zero);
                            assert_eq!(plain, simple, "{text}");
                        }
                        Assume::Finite => {
                            let pairs = without_sign_of_zero(plain).into_iter();
                            for (plain, simple) in pairs.zip(without_sign_of_zero(simple)) {
                                let is_finite = f64::from_bits(plain).is_finite();
                                assert!(plain == simple || !is_finite, "{text}");
                            }
                        }
                        Assume::Reals => {
                            let tolerance = if dtype == DType::F32 { 1e-4 } else { 1e-10 };
                            assert!(
                                simple.allclose(plain, tolerance, tolerance, true),
                                "{text}: {plain:?} {simple:?}"
                            );
                        }
                    }
                }
            }
        }
        assert!(applied > 0, "{} => {} never applies", row.before, row.after);
    }
}
