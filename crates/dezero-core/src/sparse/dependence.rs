//! Which elements of a recorded result depend on which elements of an input: one sweep upwards
//! through the record.
//!
//! Every value on the way gets an array of its own shape with the number of a set (see
//! [`Sets`](super::sets::Sets)) for each element. An operation that only moves elements moves these
//! numbers; one that combines elements unites the sets. The answer holds for all values of the
//! input, as far as the same operations are recorded, and so may name more than depends at one point.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use dezero_array::{Array, Scalar};

use super::pattern::SparsityPattern;
use super::sets::{ALL, EMPTY, FIRST, Multiplicative, SetId, Sets};
use crate::elementwise::Unary;
use crate::error::{Error, Result};
use crate::function::output_count;
use crate::leaf::LeafCell;
use crate::node::{Node, NodeRef};
use crate::op::Op;
use crate::variable::{Repr, Variable};

/// Places that a matrix can have before it counts as no longer sparse: some 4 GB with its values.
const MOST_PLACES: usize = 1 << 28;

/// The pattern of the Jacobian of `y` by `x`, if it has at most `most` places: a row for each element of `y`, a
/// column for each of `x`.
pub(super) fn jacobian_pattern(y: &Variable, x: &Variable, most: usize) -> Result<SparsityPattern> {
    let columns = x.size();
    let Ok(universe) = u32::try_from(columns) else {
        return Err(too_large(y.size(), columns, None));
    };
    let source = Source::of(x);
    let mut sweep = Sweep {
        sets: Sets::new(universe),
        known: HashMap::default(),
    };
    let numbers = (0..universe).map(|i| i64::from(FIRST + i)).collect();
    let numbers = Array::from_vec::<i64>(numbers, &x.shape())?;
    let y = y.to_link();
    for node in below(&y, &source) {
        if source.is(&node) {
            sweep.known.insert(node.id, numbers.clone());
        } else if let Some(sets) = sweep.visit(&node)? {
            sweep.known.insert(node.id, sets);
        }
    }
    let rows = y.linked_value().size();
    match sweep.of(&y) {
        Some(sets) => sweep.pattern(&sets, columns, most.min(MOST_PLACES)),
        None => Ok(SparsityPattern::new(columns, vec![0; rows + 1], Vec::new())),
    }
}

/// Whether elements are picked on the way by indices that are variables, so that what depends on what
/// is known for their present values only.
pub(super) fn is_indexed_by_variables(y: &Variable, x: &Variable) -> bool {
    below(&y.to_link(), &Source::of(x)).iter().any(|node| {
        let links = node.links();
        let indices = match (&node.op, links.inputs.as_slice()) {
            (Op::Take(_) | Op::Gather(_) | Op::GatherNd(_), [_, indices @ ..]) => indices,
            (Op::PutAdd(_) | Op::ScatterAdd(_), xs) => &xs[1..2],
            (Op::ScatterNdAdd(_), xs) => &xs[2..],
            _ => &[],
        };
        indices.iter().any(Variable::is_tracked)
    })
}

/// What is differentiated by.
enum Source {
    /// Any snapshot of this leaf.
    Leaf(Arc<LeafCell>),
    /// The node with this id.
    Node(u64),
}

impl Source {
    fn of(x: &Variable) -> Self {
        match &x.0 {
            Repr::Leaf(cell) => Self::Leaf(cell.clone()),
            _ => Self::Node(x.link_node().map_or(0, |node| node.id)),
        }
    }

    fn is(&self, node: &Node) -> bool {
        match self {
            Self::Leaf(cell) => node.leaf().is_some_and(|leaf| Arc::ptr_eq(&leaf, cell)),
            Self::Node(id) => node.id == *id,
        }
    }

    /// Whether the node may depend on this.
    fn may_reach(&self, node: &Node) -> bool {
        match self {
            Self::Leaf(_) => true,
            Self::Node(id) => node.id >= *id,
        }
    }
}

/// The nodes that `y` was computed from, down to the source, by rising id: inputs come first.
fn below(y: &Variable, source: &Source) -> Vec<NodeRef> {
    let mut found: HashSet<u64, Multiplicative> = HashSet::default();
    let mut nodes: Vec<NodeRef> = Vec::new();
    let mut find = |x: &Variable, nodes: &mut Vec<NodeRef>| {
        if let Repr::Link(node) = &x.0
            && !matches!(node.op, Op::Constant)
            && source.may_reach(node)
            && found.insert(node.id)
        {
            nodes.push(node.clone());
        }
    };
    find(y, &mut nodes);
    let mut at = 0;
    while at < nodes.len() {
        let node = nodes[at].clone();
        for x in node.links().inputs.as_slice() {
            find(x, &mut nodes);
        }
        at += 1;
    }
    nodes.sort_unstable_by_key(|node| node.id);
    nodes
}

struct Sweep {
    sets: Sets,
    /// For each node that depends on the source, the numbers of the sets of its elements. Nodes that
    /// are not here do not depend on it.
    known: HashMap<u64, Array, Multiplicative>,
}

impl Sweep {
    fn of(&self, x: &Variable) -> Option<Array> {
        match &x.0 {
            Repr::Link(node) => self.known.get(&node.id).cloned(),
            _ => None,
        }
    }

    /// The sets of a node's value; `None` if it does not depend on the source.
    fn visit(&mut self, node: &NodeRef) -> Result<Option<Array>> {
        let xs: Vec<Variable> = node.links().inputs.copied();
        let sets: Vec<Option<Array>> = xs.iter().map(|x| self.of(x)).collect();
        // A call with several results has a value of no meaning, and passes on what it depends on.
        let is_call = output_count(&node.op).is_some();
        if sets.iter().all(Option::is_none) || !(is_call || node.value.dtype().is_float()) {
            return Ok(None);
        }
        self.apply(node, &xs, &sets)
    }

    fn apply(
        &mut self,
        node: &Node,
        xs: &[Variable],
        sets: &[Option<Array>],
    ) -> Result<Option<Array>> {
        let shape = node.value.shape();
        // Of operations with one input that counts.
        let first = || numbers(sets.first().unwrap_or(&None).as_ref(), xs[0].linked_value());
        let sets = match &node.op {
            Op::Compare(_) | Op::ArgMax(_) | Op::ArgMin(_) | Op::SignDet(_) => return Ok(None),
            Op::Unary(op) if is_flat(*op) => return Ok(None),
            Op::Unary(_) | Op::Cast(_) => first()?,
            Op::Binary(_) => self.pairs(sets[0].as_ref(), sets[1].as_ref(), shape)?,
            // The pattern holds for either choice.
            Op::Where => self.pairs(sets[1].as_ref(), sets[2].as_ref(), shape)?,
            Op::Reshape(_)
            | Op::Transpose(_)
            | Op::BroadcastTo(_)
            | Op::GetItem(_)
            | Op::GetItemGrad(_)
            | Op::Take(_)
            | Op::Gather(_)
            | Op::GatherNd(_)
            | Op::Tril(_)
            | Op::Triu(_)
            | Op::Diagonal(_)
            | Op::Diag(_) => {
                let mut moved = vec![Variable::value(first()?)];
                moved.extend(xs[1..].iter().map(Variable::to_link));
                moved_by(&node.op, &moved)?
            }
            Op::Concatenate(_) => {
                let moved = sets
                    .iter()
                    .zip(xs)
                    .map(|(sets, x)| numbers(sets.as_ref(), x.linked_value()).map(Variable::value))
                    .collect::<Result<Vec<_>>>()?;
                moved_by(&node.op, &moved)?
            }
            Op::Pad(pad) => first()?.pad(&pad.widths, Scalar::I64(i64::from(EMPTY)))?,
            Op::SumTo(_) => {
                let x = xs[0].linked_value().shape();
                let new = x.len() - shape.len();
                let axes: Vec<usize> = (0..x.len())
                    .filter(|&axis| axis < new || shape[axis - new] != x[axis])
                    .collect();
                self.reduced(&first()?, &axes)?.reshape(shape)?
            }
            Op::Sum(sum) => self
                .reduced(&first()?, &sum.0.positions())?
                .reshape(shape)?,
            Op::Max(max) => self
                .reduced(&first()?, &max.0.positions())?
                .reshape(shape)?,
            Op::Min(min) => self
                .reduced(&first()?, &min.0.positions())?
                .reshape(shape)?,
            Op::LogSumExp(sum) => self
                .reduced(&first()?, &sum.0.positions())?
                .reshape(shape)?,
            Op::Softmax(softmax) => self
                .reduced(&first()?, &softmax.0.positions())?
                .broadcast_to(shape)?,
            Op::LogSoftmax(softmax) => self
                .reduced(&first()?, &softmax.0.positions())?
                .broadcast_to(shape)?,
            Op::CumSum(sum) => self.running(&first()?, sum.0.axis as usize)?,
            Op::MatMul(_) => {
                // An element depends on a row of the one and a column of the other.
                let mut united = |i: usize, from_end: usize| match &sets[i] {
                    Some(sets) => self.reduced(sets, &[sets.ndim() - from_end]).map(Some),
                    None => Ok(None),
                };
                let (rows, columns) = (united(0, 1)?, united(1, 2)?);
                self.pairs(rows.as_ref(), columns.as_ref(), shape)?
            }
            Op::PutAdd(put) => {
                let places = places(shape)?.take(xs[1].linked_value(), put.axis)?;
                self.scattered(sets[0].as_ref(), sets[2].as_ref(), &places, shape)?
            }
            Op::ScatterAdd(scatter) => {
                let places = places(shape)?.take_along_axis(xs[1].linked_value(), scatter.axis)?;
                self.scattered(sets[0].as_ref(), sets[2].as_ref(), &places, shape)?
            }
            Op::ScatterNdAdd(_) => {
                let indices: Vec<&Array> = xs[2..].iter().map(Variable::linked_value).collect();
                let places = places(shape)?.gather_nd(&indices)?;
                self.scattered(sets[0].as_ref(), sets[1].as_ref(), &places, shape)?
            }
            // A linear solver mixes all it gets, and what a user's function does is not known.
            _ => {
                let all = sets.iter().flatten().flat_map(ids).collect::<Vec<_>>();
                let union = i64::from(self.sets.union_of(all));
                Array::from(union).broadcast_to(shape)?
            }
        };
        Ok(Some(sets))
    }

    /// The unions of the elements of two arrays that broadcast to a shape.
    fn pairs(&mut self, a: Option<&Array>, b: Option<&Array>, shape: &[usize]) -> Result<Array> {
        let (a, b) = match (a, b) {
            (Some(a), Some(b)) => (a.broadcast_to(shape)?, b.broadcast_to(shape)?),
            (Some(one), None) | (None, Some(one)) => return Ok(one.broadcast_to(shape)?),
            (None, None) => return numbers(None, &Array::from(0_i64).broadcast_to(shape)?),
        };
        let mut last = (EMPTY, EMPTY, EMPTY);
        let united = ids(&a).into_iter().zip(ids(&b)).map(|(a, b)| {
            // Often the same pair comes many times in a row.
            if (a, b) != (last.0, last.1) {
                last = (a, b, self.sets.union(a, b));
            }
            i64::from(last.2)
        });
        Ok(Array::from_vec::<i64>(united.collect(), shape)?)
    }

    /// The unions over axes, which are kept with length 1.
    fn reduced(&mut self, sets: &Array, axes: &[usize]) -> Result<Array> {
        let shape = sets.shape();
        let (mut order, mut kept) = (Vec::new(), shape.to_vec());
        order.extend((0..shape.len()).filter(|axis| !axes.contains(axis)));
        order.extend(axes);
        let length: usize = axes.iter().map(|&axis| shape[axis]).product();
        for &axis in axes {
            kept[axis] = 1;
        }
        let sets = ids(&sets.transpose(&order)?);
        let united: Vec<i64> = if length == 0 {
            vec![i64::from(EMPTY); kept.iter().product()]
        } else {
            sets.chunks_exact(length)
                .map(|row| i64::from(self.sets.union_of(row.iter().copied())))
                .collect()
        };
        Ok(Array::from_vec::<i64>(united, &kept)?)
    }

    /// The unions of each element and those before it along an axis.
    fn running(&mut self, sets: &Array, axis: usize) -> Result<Array> {
        let last = sets.ndim() - 1;
        let swapped = sets.swapaxes(axis as isize, last as isize)?;
        let mut united = ids(&swapped);
        for line in united.chunks_exact_mut(swapped.shape()[last].max(1)) {
            let mut so_far = EMPTY;
            for set in line {
                so_far = self.sets.union(so_far, *set);
                *set = so_far;
            }
        }
        let united = united.into_iter().map(i64::from).collect();
        let united = Array::from_vec::<i64>(united, swapped.shape())?;
        Ok(united.swapaxes(axis as isize, last as isize)?)
    }

    /// The sets of an array to which a source was added, element by element at `places`.
    fn scattered(
        &mut self,
        target: Option<&Array>,
        source: Option<&Array>,
        places: &Array,
        shape: &[usize],
    ) -> Result<Array> {
        let mut sets = match target {
            Some(target) => ids(target),
            None => vec![EMPTY; shape.iter().product()],
        };
        if let Some(source) = source {
            let arriving = ids(&source.broadcast_to(places.shape())?);
            let mut arriving: Vec<(usize, SetId)> = places
                .to_vec::<i64>()
                .into_iter()
                .map(|place| place as usize)
                .zip(arriving)
                .collect();
            arriving.sort_unstable();
            for group in arriving.chunk_by(|a, b| a.0 == b.0) {
                let place = group[0].0;
                let there = sets[place];
                let all = group.iter().map(|&(_, set)| set).chain([there]);
                sets[place] = self.sets.union_of(all);
            }
        }
        let sets = sets.into_iter().map(i64::from).collect();
        Ok(Array::from_vec::<i64>(sets, shape)?)
    }

    fn pattern(&self, sets: &Array, columns: usize, most: usize) -> Result<SparsityPattern> {
        let rows = ids(sets);
        let places: usize = rows.iter().map(|&set| self.sets.len(set)).sum();
        if places > most {
            let full = rows.iter().filter(|&&set| set == ALL).count();
            return Err(too_large(rows.len(), columns, Some((places, full))));
        }
        let mut indptr = Vec::with_capacity(rows.len() + 1);
        indptr.push(0);
        let mut indices = Vec::with_capacity(places);
        for set in rows {
            self.sets.extend(&mut indices, set);
            indptr.push(indices.len());
        }
        Ok(SparsityPattern::new(columns, indptr, indices))
    }
}

fn too_large(rows: usize, columns: usize, found: Option<(usize, usize)>) -> Error {
    let found = found.map_or_else(String::new, |(places, full)| {
        format!(" of which {places} entries can differ from zero, with {full} rows full,")
    });
    Error::derivative(format!(
        "sparsity pattern: a matrix of {rows} x {columns}{found} is too large; its products with vectors, \
         by `hvp`, `jvp` and `vjp`, need no matrix"
    ))
}

/// Whether the derivative is zero everywhere.
fn is_flat(op: Unary) -> bool {
    if let Unary::Pow(exponent) = op {
        return exponent.get() == 0.0;
    }
    Unary::TABLE
        .iter()
        .any(|row| row.label == op.label() && row.derivative.is_empty())
}

/// The numbers of the sets of `x`, all empty if it does not depend on the source.
fn numbers(sets: Option<&Array>, x: &Array) -> Result<Array> {
    match sets {
        Some(sets) => Ok(sets.clone()),
        None => Ok(Array::from(i64::from(EMPTY)).broadcast_to(x.shape())?),
    }
}

/// What an operation that moves elements makes of numbers.
fn moved_by(op: &Op, xs: &[Variable]) -> Result<Array> {
    let structural = op
        .structural()
        .expect("operations that move elements are structural");
    Ok(structural.value(xs)?)
}

/// An array of a shape whose elements are their own positions.
fn places(shape: &[usize]) -> Result<Array> {
    let size: usize = shape.iter().product();
    Ok(Array::from_vec::<i64>((0..size as i64).collect(), shape)?)
}

fn ids(sets: &Array) -> Vec<SetId> {
    match sets.as_slice::<i64>() {
        Some(sets) => sets.iter().map(|&set| set as SetId).collect(),
        None => sets
            .to_vec::<i64>()
            .iter()
            .map(|&set| set as SetId)
            .collect(),
    }
}
