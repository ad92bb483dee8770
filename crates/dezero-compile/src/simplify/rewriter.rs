//! The rewriter: a program goes through once, value by value, each built of those before it in their
//! simplest form. What was built before is found again, what is constant is computed, and what a row
//! of the table applies to becomes what the row says.

use std::collections::HashMap;

use dezero_core::{Array, Binary, Compare, DType, Op, Scalar};

use super::layout::{order_matters, row_major};
use super::structure;
use super::table::{How, Rules};
use super::{Assume, broadcast};
use crate::ir::{Ir, Line, Source, Value, ValueId};

/// How deep the result of a rule is rewritten at once; the next pass sees to what is left.
const DEEPEST: usize = 16;

/// Constants up to this size are compared by their elements.
const COMPARED: usize = 4096;

/// Shape and dtype of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Form {
    pub(super) shape: Box<[usize]>,
    pub(super) dtype: DType,
}

impl Form {
    pub(super) fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// What is known of a value beside its form.
#[derive(Clone, Copy, Default)]
pub(super) struct Fact {
    /// The float that all elements of a constant are.
    pub(super) number: Option<f64>,
    /// Whether the elements lie in memory one after the other, row-major.
    pub(super) row_major: bool,
}

/// A value by how it is computed.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Call(Op, Box<[ValueId]>),
    Number(DType, u64),
    Elements(DType, Box<[usize]>, Box<[u64]>),
    /// A large constant by where it is.
    Place(DType, Box<[usize]>, usize),
}

/// What a rule found in the place of a value.
pub(super) struct Found {
    pub(super) value: ValueId,
    /// Whether its elements lie in memory as those of the value that it replaces do, for certain.
    pub(super) same_layout: bool,
}

/// One pass over a program.
pub(super) struct Rewriter<'a> {
    rules: &'a Rules,
    assume: Assume,
    values: Vec<Value>,
    facts: Vec<Fact>,
    known: HashMap<Key, ValueId>,
    depth: usize,
    /// Of the value in hand: whether what is computed from it depends on where its elements lie.
    ordered: bool,
    line: Option<Line>,
    pass: usize,
    tally: &'a mut Tally,
}

/// What was done to a program, counted.
#[derive(Clone, Default)]
pub(super) struct Tally {
    /// How often each row of the table applied.
    pub(super) applied: Vec<usize>,
    /// How often any did.
    replaced: usize,
    /// Values that were there already.
    pub(super) merged: usize,
    /// Values that were computed, from constants.
    pub(super) computed: usize,
}

/// The program after one pass.
pub(super) fn pass(ir: &Ir, rules: &Rules, assume: Assume, tally: &mut Tally) -> Ir {
    tally.applied.resize(rules.rows.len(), 0);
    let ordered = order_matters(ir);
    let mut rewriter = Rewriter {
        rules,
        assume,
        values: Vec::with_capacity(ir.values.len()),
        facts: Vec::with_capacity(ir.values.len()),
        known: HashMap::with_capacity(ir.values.len()),
        depth: 0,
        ordered: false,
        line: None,
        pass: 0,
        tally,
    };
    let mut places: Vec<ValueId> = Vec::with_capacity(ir.values.len());
    for (value, ordered) in ir.values.iter().zip(ordered) {
        (rewriter.line, rewriter.pass, rewriter.ordered) =
            (value.line.clone(), value.pass, ordered);
        places.push(rewriter.visit(value, &places, &ir.examples));
    }
    let outputs = ir.outputs.iter().map(|&y| places[y]).collect();
    living(rewriter.values, outputs, &ir.examples)
}

/// The program without what no output needs.
fn living(values: Vec<Value>, mut outputs: Vec<ValueId>, examples: &[Array]) -> Ir {
    let mut alive = vec![false; values.len()];
    for &y in &outputs {
        alive[y] = true;
    }
    for (at, value) in values.iter().enumerate().rev() {
        match &value.source {
            Source::Input(_) => alive[at] = true,
            Source::Call(_, args) if alive[at] => {
                for &x in args {
                    alive[x] = true;
                }
            }
            _ => {}
        }
    }
    let mut places = vec![0; values.len()];
    let mut kept = Vec::with_capacity(values.len());
    for (at, mut value) in values.into_iter().enumerate() {
        if alive[at] {
            if let Source::Call(_, args) = &mut value.source {
                args.iter_mut().for_each(|x| *x = places[*x]);
            }
            places[at] = kept.len();
            kept.push(value);
        }
    }
    for y in &mut outputs {
        *y = places[*y];
    }
    Ir {
        values: kept,
        outputs,
        examples: examples.to_vec(),
    }
}

/// The program, value by value.
impl Rewriter<'_> {
    fn visit(&mut self, value: &Value, places: &[ValueId], examples: &[Array]) -> ValueId {
        let at = match &value.source {
            Source::Input(number) => {
                let fact = Fact {
                    number: None,
                    row_major: is_row_major(&examples[*number]),
                };
                return self.push(value.clone(), fact);
            }
            Source::Constant(array) => self.constant(array, || value.clone()),
            Source::Call(op, args) => {
                let args: Box<[ValueId]> = args.iter().map(|&x| places[x]).collect();
                // A user's function may do more than compute: each call stays.
                if matches!(op, Op::Custom(_)) {
                    let source = Source::Call(op.clone(), args);
                    let called = Value {
                        source,
                        ..value.clone()
                    };
                    return self.push(called, Fact::default());
                }
                let form = Form {
                    shape: value.shape.clone(),
                    dtype: value.dtype,
                };
                self.counted(|rewriter| rewriter.call(op.clone(), args, form))
            }
        };
        let merged = &mut self.values[at];
        if merged.name.is_none() && matches!(merged.source, Source::Call(..)) {
            merged.name.clone_from(&value.name);
        }
        at
    }

    /// Notes whether a value of the program was there already, or was computed, where no rule applied to it.
    fn counted(&mut self, call: impl FnOnce(&mut Self) -> ValueId) -> ValueId {
        let (values, replaced) = (self.values.len(), self.tally.replaced);
        let at = call(self);
        if self.tally.replaced == replaced {
            match self.values[at].source {
                Source::Constant(_) => self.tally.computed += 1,
                _ if at < values => self.tally.merged += 1,
                _ => {}
            }
        }
        at
    }

    fn push(&mut self, value: Value, fact: Fact) -> ValueId {
        self.values.push(value);
        self.facts.push(fact);
        self.values.len() - 1
    }

    /// A value made on behalf of the one in hand.
    fn made(&self, source: Source, form: Form) -> Value {
        Value {
            source,
            shape: form.shape,
            dtype: form.dtype,
            name: None,
            line: self.line.clone(),
            pass: self.pass,
        }
    }

    fn constant(&mut self, array: &Array, value: impl FnOnce() -> Value) -> ValueId {
        let (key, fact) = describe(array);
        if let Some(&at) = key.as_ref().and_then(|key| self.known.get(key)) {
            return at;
        }
        let at = self.push(value(), fact);
        if let Some(key) = key {
            self.known.insert(key, at);
        }
        at
    }

    fn array(&mut self, array: &Array) -> ValueId {
        let form = Form {
            shape: array.shape().into(),
            dtype: array.dtype(),
        };
        let made = self.made(Source::Constant(array.clone()), form);
        self.constant(array, || made)
    }

    /// A 0-d constant.
    pub(super) fn number(&mut self, number: f64, dtype: DType) -> ValueId {
        self.array(&Array::weak(Scalar::F64(number), dtype))
    }
}

/// Building values.
impl Rewriter<'_> {
    pub(super) fn fact(&self, x: ValueId) -> Fact {
        self.facts[x]
    }

    pub(super) fn value(&self, x: ValueId) -> &Value {
        &self.values[x]
    }

    /// The operation that computes a value, and its arguments.
    pub(super) fn source(&self, x: ValueId) -> Option<(&Op, &[ValueId])> {
        match &self.values[x].source {
            Source::Call(op, args) => Some((op, args)),
            _ => None,
        }
    }

    /// An elementwise operation; `None` if the arguments do not fit.
    pub(super) fn elementwise(&mut self, op: Op, args: &[ValueId]) -> Option<ValueId> {
        let mut shape: Box<[usize]> = Box::default();
        for &x in args {
            shape = broadcast(&shape, &self.values[x].shape)?;
        }
        let dtypes = args.iter().map(|&x| self.values[x].dtype);
        let dtype = match op {
            Op::Compare(_) => DType::Bool,
            Op::Where => dtypes.skip(1).reduce(DType::promote)?,
            _ => dtypes.reduce(DType::promote)?,
        };
        Some(self.call(op, args.into(), Form { shape, dtype }))
    }

    /// An operation in its simplest form.
    pub(super) fn call(&mut self, op: Op, args: Box<[ValueId]>, form: Form) -> ValueId {
        if let Some(folded) = self.fold(&op, &args, &form) {
            return folded;
        }
        let row_major = row_major(&op, &args, &form, &self.values, &self.facts);
        let safe = row_major || form.size() <= 1;
        let key = Key::Call(op, args);
        if let Some(&at) = self.known.get(&key) {
            return at;
        }
        let Key::Call(op, args) = key else {
            unreachable!("made above")
        };
        if (safe || !self.ordered)
            && let Some((op, args)) = mirrored(&op, &args)
            && let Some(&at) = self.known.get(&Key::Call(op, args))
        {
            return at;
        }
        if self.depth < DEEPEST {
            self.depth += 1;
            let found = self.rewritten(&op, &args, &form, row_major);
            self.depth -= 1;
            if let Some(found) = found {
                if found.same_layout || form.size() <= 1 {
                    self.known.insert(Key::Call(op, args), found.value);
                }
                return found.value;
            }
        }
        let source = Source::Call(op.clone(), args.clone());
        let made = self.made(source, form);
        let at = self.push(
            made,
            Fact {
                number: None,
                row_major,
            },
        );
        self.known.insert(Key::Call(op, args), at);
        at
    }

    /// The value of an operation on constants, where it takes no more memory than they do.
    fn fold(&mut self, op: &Op, args: &[ValueId], form: &Form) -> Option<ValueId> {
        // A broadcast is better written where it is used.
        if args.is_empty() || matches!(op, Op::Output(_) | Op::Custom(_) | Op::BroadcastTo(_)) {
            return None;
        }
        let mut xs = Vec::with_capacity(args.len());
        for &x in args {
            let Source::Constant(array) = &self.values[x].source else {
                return None;
            };
            xs.push(array.clone());
        }
        if form.size() > xs.iter().map(Array::size).sum() {
            return None;
        }
        // What fails now is left to fail where it would.
        let y = op.evaluate(&xs).ok()?.into_iter().next()?;
        (y.shape() == &*form.shape && y.dtype() == form.dtype).then(|| self.array(&y))
    }

    fn rewritten(&mut self, op: &Op, args: &[ValueId], form: &Form, old: bool) -> Option<Found> {
        let rules = self.rules;
        for (number, row) in rules.of(op) {
            if row.assumes > self.assume {
                continue;
            }
            let found = match &row.how {
                How::Pattern(before, after) => self.by_pattern(row, before, after, op, args, form),
                How::Structure(rule) => rule(self, op, args, form),
            };
            if let Some(found) = found.and_then(|found| self.accepted(found, form, old)) {
                self.tally.applied[number] += 1;
                self.tally.replaced += 1;
                return Some(found);
            }
        }
        None
    }

    /// What was found, in the form of what it replaces, unless it would change the order in which
    /// something is summed.
    fn accepted(&mut self, found: Found, form: &Form, old_row_major: bool) -> Option<Found> {
        let value = &self.values[found.value];
        if value.dtype != form.dtype {
            return None;
        }
        let mut found = found;
        if value.shape != form.shape {
            found = Found {
                value: structure::broadcast_to(self, found.value, &form.shape)?,
                same_layout: false,
            };
        }
        found.same_layout |= old_row_major && self.facts[found.value].row_major;
        (found.same_layout || !self.ordered || form.size() <= 1).then_some(found)
    }
}

/// Whether the order of the operands makes no difference.
pub(super) fn commutes(op: Binary) -> bool {
    // Not `Maximum` and `Minimum`: of two zeros they give the second.
    matches!(op, Binary::Add | Binary::Mul)
}

/// The same operation from the other side.
fn mirrored(op: &Op, args: &[ValueId]) -> Option<(Op, Box<[ValueId]>)> {
    let op = match op {
        Op::Binary(op) if commutes(*op) => Op::Binary(*op),
        Op::Compare(op) => Op::Compare(match op {
            Compare::Less => Compare::Greater,
            Compare::Greater => Compare::Less,
            Compare::LessEqual => Compare::GreaterEqual,
            Compare::GreaterEqual => Compare::LessEqual,
            same => *same,
        }),
        _ => return None,
    };
    Some((op, [args[1], args[0]].into()))
}

pub(super) fn is_row_major(x: &Array) -> bool {
    match x.dtype() {
        DType::F64 => x.as_slice::<f64>().is_some(),
        DType::F32 => x.as_slice::<f32>().is_some(),
        DType::I64 => x.as_slice::<i64>().is_some(),
        DType::Bool => x.as_slice::<bool>().is_some(),
    }
}

/// How a constant is found again, and what is known of it.
fn describe(x: &Array) -> (Option<Key>, Fact) {
    let row_major = is_row_major(x);
    if x.size() > COMPARED {
        let place = match x.dtype() {
            DType::F64 => x.as_slice::<f64>().map(|x| x.as_ptr().addr()),
            DType::F32 => x.as_slice::<f32>().map(|x| x.as_ptr().addr()),
            DType::I64 => x.as_slice::<i64>().map(|x| x.as_ptr().addr()),
            DType::Bool => x.as_slice::<bool>().map(|x| x.as_ptr().addr()),
        };
        let key = place.map(|place| Key::Place(x.dtype(), x.shape().into(), place));
        return (
            key,
            Fact {
                number: None,
                row_major,
            },
        );
    }
    if let Some(number) = x.as_f64() {
        let key = Key::Number(DType::F64, number.to_bits());
        return (
            Some(key),
            Fact {
                number: Some(number),
                row_major,
            },
        );
    }
    let bits: Box<[u64]> = match x.dtype() {
        // An f32 is an f64 too.
        DType::F64 | DType::F32 => x.to_vec::<f64>().into_iter().map(f64::to_bits).collect(),
        _ => x.to_vec::<i64>().into_iter().map(|x| x as u64).collect(),
    };
    let uniform = x.dtype().is_float() && bits.windows(2).all(|pair| pair[0] == pair[1]);
    let number = bits
        .first()
        .filter(|_| uniform)
        .map(|&bits| f64::from_bits(bits));
    let key = row_major.then(|| Key::Elements(x.dtype(), x.shape().into(), bits));
    (key, Fact { number, row_major })
}
