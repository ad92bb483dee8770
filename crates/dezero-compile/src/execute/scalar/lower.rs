//! From a program of small arrays to scalars: each element of each value on its own.

use std::collections::HashMap;
use std::rc::Rc;

use dezero_core::{Array, Binary, Compare, DType, Op};

use super::code::{Code, Id, Scalar};
use super::order::{Moved, Operand, Postfix, Question, is_broadcast};
use crate::ir::{Ir, Source, Value, ValueId, is_exact, is_exact_of_two};

/// A value of more elements is an array.
const ELEMENTS: usize = 64;

/// A program that has arrays becomes at most this many scalars.
const SCALARS: usize = 100_000;

/// A program as scalars.
pub(super) struct Lowered {
    pub(super) code: Code,
    /// Whether it is that of inputs which lie row-major: in what order elements are summed depends on
    /// how they lie.
    pub(super) is_row_major: bool,
}

/// The program as scalars, if all its values are small, f64 or bool, and its operations known.
pub(super) fn lower(ir: &Ir) -> Option<Lowered> {
    let mut has_arrays = false;
    for value in &ir.values {
        if !value.shape.is_empty() {
            has_arrays = true;
            if value.shape.iter().product::<usize>() > ELEMENTS {
                return None;
            }
        }
    }
    if ir
        .outputs
        .iter()
        .any(|&y| !is_scalar_type(ir.values[y].dtype))
    {
        return None;
    }
    let is_row_major = has_arrays
        && ir
            .values
            .iter()
            .any(|value| depends_on_layout(&value.source));
    let mut lowering = Lowering {
        ir,
        code: Code::default(),
        constants: HashMap::new(),
        elements: Vec::with_capacity(ir.values.len()),
        ends: Vec::with_capacity(ir.values.len()),
        layouts: is_row_major.then(Vec::new),
        answers: HashMap::new(),
        most: if has_arrays {
            SCALARS
        } else {
            u32::MAX as usize
        },
    };
    for value in &ir.values {
        lowering.value(value)?;
    }
    for &y in &ir.outputs {
        let elements = lowering.range(y);
        lowering
            .code
            .outputs
            .extend_from_slice(&lowering.elements[elements]);
    }
    Some(Lowered {
        code: lowering.code,
        is_row_major,
    })
}

fn is_scalar_type(dtype: DType) -> bool {
    matches!(dtype, DType::F64 | DType::Bool)
}

/// Whether it matters to the last bit how the elements of an operand lie in memory.
fn depends_on_layout(source: &Source) -> bool {
    let Source::Call(op, _) = source else {
        return false;
    };
    matches!(how(op), How::Sum | How::Extreme(..))
}

/// What kind of operation it is.
enum How {
    /// Element by element.
    Each,
    /// Elements go to other places.
    Move,
    Sum,
    /// Sums in an order that is that of the elements, however they lie.
    SumInOrder,
    /// The largest or smallest: what is never chosen beside zero, and the primitive that chooses.
    Extreme(f64, Binary),
    Unknown,
}

impl How {
    /// How two numbers become one.
    fn combine(&self) -> Option<fn(f64, f64) -> f64> {
        match self {
            Self::Sum | Self::SumInOrder => Some(|a, b| a + b),
            Self::Extreme(_, Binary::Maximum) => Some(|a, b| Binary::Maximum.value(a, b)),
            Self::Extreme(..) => Some(|a, b| Binary::Minimum.value(a, b)),
            Self::Each | Self::Move | Self::Unknown => None,
        }
    }
}

fn how(op: &Op) -> How {
    match op {
        Op::Unary(_) | Op::Binary(_) | Op::Compare(_) | Op::Where | Op::Cast(_) => How::Each,
        Op::Reshape(_)
        | Op::Transpose(_)
        | Op::BroadcastTo(_)
        | Op::GetItem(_)
        | Op::GetItemGrad(_)
        | Op::Take(_)
        | Op::Gather(_)
        | Op::GatherNd(_)
        | Op::Concatenate(_)
        | Op::Pad(_)
        | Op::Tril(_)
        | Op::Triu(_)
        | Op::Diagonal(_)
        | Op::Diag(_) => How::Move,
        Op::SumTo(_) | Op::Sum(_) => How::Sum,
        Op::CumSum(_) | Op::PutAdd(_) | Op::ScatterAdd(_) | Op::ScatterNdAdd(_) => How::SumInOrder,
        Op::Max(_) => How::Extreme(-1.0, Binary::Maximum),
        Op::Min(_) => How::Extreme(1.0, Binary::Minimum),
        _ => How::Unknown,
    }
}

/// What an operation was found to do.
#[derive(Clone)]
enum Answer {
    Moves(Rc<[Moved]>),
    Orders(Rc<[Postfix]>),
}

/// An operation, and how its operands lie.
type Asked = (Op, Vec<(Box<[usize]>, Box<[isize]>)>);

struct Lowering<'a> {
    ir: &'a Ir,
    code: Code,
    /// Constants by their bits.
    constants: HashMap<u64, Id>,
    /// The elements of each value, one value after the other, and where each value's end. A constant of
    /// another dtype has none.
    elements: Vec<Id>,
    ends: Vec<usize>,
    /// Arrays that lie as the values do when the inputs are row-major.
    layouts: Option<Vec<Array>>,
    answers: HashMap<Asked, Answer>,
    most: usize,
}

impl Lowering<'_> {
    fn range(&self, value: ValueId) -> std::ops::Range<usize> {
        let start = value.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[value]
    }

    fn push(&mut self, scalar: Scalar) -> Id {
        self.code.scalars.push(scalar);
        (self.code.scalars.len() - 1) as Id
    }

    fn constant(&mut self, value: f64) -> Id {
        if let Some(&id) = self.constants.get(&value.to_bits()) {
            return id;
        }
        let id = self.push(Scalar::Constant(value));
        self.constants.insert(value.to_bits(), id);
        id
    }

    fn value(&mut self, value: &Value) -> Option<()> {
        let size = value.shape.iter().product();
        match &value.source {
            Source::Input(_) => {
                if !is_scalar_type(value.dtype) {
                    return None;
                }
                for _ in 0..size {
                    let id = self.push(Scalar::Input(self.code.inputs as u32));
                    self.code.inputs += 1;
                    self.elements.push(id);
                }
            }
            Source::Constant(array) => {
                if let Some(x) = array.as_f64() {
                    let id = self.constant(x);
                    self.elements.push(id);
                } else if is_scalar_type(value.dtype) {
                    for x in array.astype(DType::F64).to_vec::<f64>() {
                        let id = self.constant(x);
                        self.elements.push(id);
                    }
                }
            }
            Source::Call(op, args) => {
                if !is_scalar_type(value.dtype) {
                    return None;
                }
                self.call(op, args, value)?;
                if self.code.scalars.len() > self.most {
                    return None;
                }
            }
        }
        self.ends.push(self.elements.len());
        if let Some(layouts) = &mut self.layouts {
            layouts.push(match &value.source {
                Source::Input(_) => Array::zeros(&value.shape, value.dtype).ok()?,
                Source::Constant(array) => array.clone(),
                Source::Call(op, args) => {
                    let xs: Vec<Array> = args.iter().map(|&x| layouts[x].clone()).collect();
                    op.evaluate(&xs).ok()?.pop()?
                }
            });
        }
        // What the record says of the value has to be what came out.
        (self.range(self.ends.len() - 1).len() == size || !is_scalar_type(value.dtype))
            .then_some(())
    }

    fn call(&mut self, op: &Op, args: &[ValueId], value: &Value) -> Option<()> {
        match how(op) {
            How::Each => self.each(op, args, value),
            How::Move => {
                let Answer::Moves(moves) = self.ask(op, args, |question| {
                    question.moves().map(|moves| Answer::Moves(moves.into()))
                })?
                else {
                    return None;
                };
                let operands = self.operands(args);
                for from in moves.iter() {
                    let id = match *from {
                        Moved::From(place) => operands[place],
                        Moved::Constant(c) if value.dtype == DType::Bool => {
                            self.constant(f64::from(u8::from(c != 0.0)))
                        }
                        Moved::Constant(c) => self.constant(c),
                    };
                    self.elements.push(id);
                }
                Some(())
            }
            How::Sum | How::SumInOrder => self.combine(op, args, Binary::Add, |question| {
                question.sums().map(|orders| Answer::Orders(orders.into()))
            }),
            How::Extreme(worse, choose) => self.combine(op, args, choose, |question| {
                let combine = how(op).combine()?;
                question
                    .extremes(worse, combine)
                    .map(|orders| Answer::Orders(orders.into()))
            }),
            How::Unknown => None,
        }
    }

    /// Elementwise operations.
    fn each(&mut self, op: &Op, args: &[ValueId], value: &Value) -> Option<()> {
        if args
            .iter()
            .any(|&x| !is_scalar_type(self.ir.values[x].dtype))
        {
            return None;
        }
        let apply = scalar_operation(op, args, value, self.ir)?;
        if value.shape.is_empty() {
            let mut xs = [0; 3];
            for (x, &arg) in xs.iter_mut().zip(args) {
                let at = self.range(arg).start;
                *x = *self.elements.get(at)?;
            }
            let id = self.apply(&apply, xs);
            self.elements.push(id);
            return Some(());
        }
        let places: Vec<Vec<usize>> = args
            .iter()
            .map(|&x| broadcast(&self.ir.values[x].shape, &value.shape))
            .collect();
        for i in 0..value.shape.iter().product() {
            let mut xs = [0; 3];
            for (x, (&arg, places)) in xs.iter_mut().zip(args.iter().zip(&places)) {
                *x = *self.elements.get(self.range(arg).start + places[i])?;
            }
            let id = self.apply(&apply, xs);
            self.elements.push(id);
        }
        Some(())
    }

    fn apply(&mut self, apply: &Apply, [a, b, c]: [Id; 3]) -> Id {
        match *apply {
            Apply::Same => a,
            Apply::Truth => {
                let zero = self.constant(0.0);
                self.push(Scalar::Compare(Compare::NotEqual, [a, zero]))
            }
            Apply::Scalar(scalar) => self.push(match scalar {
                Scalar::Unary(op, _) => Scalar::Unary(op, a),
                Scalar::UnaryLane(op, _) => Scalar::UnaryLane(op, a),
                Scalar::Binary(op, _) => Scalar::Binary(op, [a, b]),
                Scalar::BinaryLane(op, _) => Scalar::BinaryLane(op, [a, b]),
                Scalar::Compare(op, _) => Scalar::Compare(op, [a, b]),
                Scalar::Select(_) => Scalar::Select([a, b, c]),
                Scalar::Input(_) | Scalar::Constant(_) => scalar,
            }),
        }
    }

    /// The elements of all operands, one after the other.
    fn operands(&self, args: &[ValueId]) -> Vec<Id> {
        let all = args.iter().flat_map(|&x| &self.elements[self.range(x)]);
        all.copied().collect()
    }

    /// Reductions and what else adds up.
    fn combine(
        &mut self,
        op: &Op,
        args: &[ValueId],
        by: Binary,
        ask: impl Fn(&Question<'_>) -> Option<Answer>,
    ) -> Option<()> {
        // Integers and truth values are counted.
        if self.ir.values[args[0]].dtype != DType::F64 {
            return None;
        }
        let Answer::Orders(orders) = self.ask(op, args, ask)? else {
            return None;
        };
        let operands = self.operands(args);
        for order in orders.iter() {
            let mut stack: Vec<Id> = Vec::new();
            for step in order {
                let id = if let Some(place) = step {
                    operands[*place]
                } else {
                    let (b, a) = (stack.pop()?, stack.pop()?);
                    self.push(Scalar::Binary(by, [a, b]))
                };
                stack.push(id);
            }
            let id = match stack.pop() {
                Some(id) => id,
                None => self.constant(0.0),
            };
            self.elements.push(id);
        }
        Some(())
    }

    /// What an operation does with its operands, asked once for all operations that are alike.
    fn ask(
        &mut self,
        op: &Op,
        args: &[ValueId],
        ask: impl Fn(&Question<'_>) -> Option<Answer>,
    ) -> Option<Answer> {
        let mut arrays = Vec::with_capacity(args.len());
        let mut asked = Vec::with_capacity(args.len());
        let mut is_fixed = Vec::with_capacity(args.len());
        let layouts = match how(op) {
            How::Sum | How::Extreme(..) => self.layouts.as_ref(),
            _ => None,
        };
        for &x in args {
            let value = &self.ir.values[x];
            let fixed = !is_scalar_type(value.dtype);
            let array = match (&value.source, layouts) {
                (Source::Constant(array), _) if fixed => array.clone(),
                (_, Some(layouts)) => layouts[x].clone(),
                _ => Array::zeros(&value.shape, DType::F64).ok()?,
            };
            asked.push((array.shape().into(), array.strides().into()));
            arrays.push(array);
            is_fixed.push(fixed);
        }
        let any_fixed = is_fixed.contains(&true);
        let asked = (op.clone(), asked);
        if !any_fixed && let Some(answer) = self.answers.get(&asked) {
            return Some(answer.clone());
        }
        // Where elements share their place, the order in which they are summed cannot be asked for.
        if layouts.is_some() && arrays.iter().any(is_broadcast) {
            return None;
        }
        let operand = |(array, fixed)| {
            if fixed {
                Operand::Fixed(array)
            } else {
                Operand::Elements(array)
            }
        };
        let operands: Vec<Operand<'_>> = arrays.iter().zip(is_fixed).map(operand).collect();
        let answer = ask(&Question {
            op,
            operands: &operands,
        })?;
        if !any_fixed {
            self.answers.insert(asked, answer.clone());
        }
        Some(answer)
    }
}

/// What an elementwise operation does with scalars.
enum Apply {
    /// This, on other operands.
    Scalar(Scalar),
    /// The operand as it is.
    Same,
    /// Whether the operand is not zero.
    Truth,
}

fn scalar_operation(op: &Op, args: &[ValueId], value: &Value, ir: &Ir) -> Option<Apply> {
    let is_lane = !value.shape.is_empty();
    Some(Apply::Scalar(match op {
        Op::Unary(op) if is_lane && !is_exact(*op) => Scalar::UnaryLane(*op, 0),
        Op::Unary(op) => Scalar::Unary(*op, 0),
        Op::Binary(op) if value.dtype == DType::Bool => Scalar::Binary(
            match op {
                Binary::Add | Binary::Maximum => Binary::Maximum,
                Binary::Mul | Binary::Minimum => Binary::Minimum,
                _ => return None,
            },
            [0; 2],
        ),
        Op::Binary(op) if is_lane && !is_exact_of_two(*op) => Scalar::BinaryLane(*op, [0; 2]),
        Op::Binary(op) => Scalar::Binary(*op, [0; 2]),
        Op::Compare(op) => Scalar::Compare(*op, [0; 2]),
        Op::Where => Scalar::Select([0; 3]),
        Op::Cast(DType::F64) => return Some(Apply::Same),
        Op::Cast(DType::Bool) if ir.values[args[0]].dtype == DType::Bool => {
            return Some(Apply::Same);
        }
        Op::Cast(DType::Bool) => return Some(Apply::Truth),
        _ => return None,
    }))
}

/// For each element of the shape `to`, row-major, the place of the element of `from` that is
/// broadcast there.
fn broadcast(from: &[usize], to: &[usize]) -> Vec<usize> {
    let size: usize = to.iter().product();
    let added = to.len().saturating_sub(from.len());
    (0..size)
        .map(|i| {
            let (mut rest, mut place, mut stride) = (i, 0, 1);
            for axis in (0..to.len()).rev() {
                let index = rest % to[axis];
                rest /= to[axis];
                if let Some(own) = axis.checked_sub(added) {
                    place += if from[own] == 1 { 0 } else { index * stride };
                    stride *= from[own];
                }
            }
            place
        })
        .collect()
}
