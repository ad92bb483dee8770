//! `Fact`: what is known of each value before the program runs: how it comes about, whose elements it
//! shows, and how they lie, which is as in eager code, so that sums add in the same order.

use std::collections::BTreeMap;

use dezero_array::{DType, Layout};
use dezero_core::{Compare, Op, Parts, Slice};

use crate::ir::{Ir, Source, ValueId};

/// How a value comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing that is wanted needs it.
    Dead,
    /// An input or a constant.
    Given,
    /// Another value's elements, seen otherwise.
    View,
    /// Element by element, in this float.
    Lanewise(DType),
    /// As a whole.
    Whole,
}

#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) kind: Kind,
    /// The value whose elements these are: itself, unless it is a view.
    pub(super) owner: ValueId,
    /// Where the elements lie among the owner's.
    pub(super) layout: Layout,
}

/// The layouts of inputs and of results of whole operations that are not row-major without gaps.
pub(super) type Assumed = BTreeMap<ValueId, Layout>;

/// What is known of every value; `None` if a shape is beyond reason.
pub(super) fn facts(ir: &Ir, assumed: &Assumed) -> Option<Vec<Fact>> {
    let live = live(ir);
    let mut facts: Vec<Fact> = Vec::with_capacity(ir.values.len());
    for (v, value) in ir.values.iter().enumerate() {
        let whole = || match assumed.get(&v) {
            Some(layout) => Some(layout.clone()),
            None => Layout::row_major(&value.shape).ok(),
        };
        let fact = match &value.source {
            Source::Input(_) => Fact {
                kind: Kind::Given,
                owner: v,
                layout: whole()?,
            },
            Source::Constant(array) => Fact {
                kind: Kind::Given,
                owner: v,
                layout: array.placement(),
            },
            Source::Call(..) if !live[v] => Fact {
                kind: Kind::Dead,
                owner: v,
                layout: Layout::row_major(&[]).ok()?,
            },
            Source::Call(op, args) => {
                if let Some(layout) = view(op, facts.get(*args.first()?)?, &value.shape) {
                    Fact {
                        kind: Kind::View,
                        owner: facts[args[0]].owner,
                        layout,
                    }
                } else if let Some(dtype) = lane(ir, &facts, v) {
                    let layout = if matches!(op, Op::GetItemGrad(_)) {
                        Layout::row_major(&value.shape).ok()?
                    } else {
                        let operands: Vec<&Layout> =
                            args.iter().map(|&x| &facts[x].layout).collect();
                        Layout::of_elementwise(&operands, &value.shape)
                    };
                    Fact {
                        kind: Kind::Lanewise(dtype),
                        owner: v,
                        layout,
                    }
                } else {
                    Fact {
                        kind: Kind::Whole,
                        owner: v,
                        layout: whole()?,
                    }
                }
            }
        };
        facts.push(fact);
    }
    Some(facts)
}

/// Which values something that is wanted needs.
fn live(ir: &Ir) -> Vec<bool> {
    let mut live = vec![false; ir.values.len()];
    for &y in &ir.outputs {
        live[y] = true;
    }
    for (v, value) in ir.values.iter().enumerate().rev() {
        if let (true, Source::Call(_, args)) = (live[v], &value.source) {
            for &x in args {
                live[x] = true;
            }
        }
    }
    live
}

/// The layout of a view of `x`, if the operation gives one.
fn view(op: &Op, x: &Fact, shape: &[usize]) -> Option<Layout> {
    match op {
        Op::Reshape(_) if *shape == *x.layout.shape() => Some(x.layout.clone()),
        Op::Reshape(_) => x.layout.reshape(shape),
        Op::BroadcastTo(_) => x.layout.broadcast_to(shape),
        _ => match op.parts()? {
            Parts::Transpose(axes) => Some(x.layout.permute(axes)),
            Parts::GetItem(slices) => x.layout.slice(slices).ok(),
            _ => None,
        },
    }
}

/// The float in which a value can be computed element by element, if it can.
fn lane(ir: &Ir, facts: &[Fact], v: ValueId) -> Option<DType> {
    let value = &ir.values[v];
    let Source::Call(op, args) = &value.source else {
        return None;
    };
    let dtype = |i: usize| ir.values[args[i]].dtype;
    let float = |dtype: DType| dtype.is_float().then_some(dtype);
    // Truth values beside a float become that float.
    let pair = |a: DType, b: DType| {
        let wide = float(a.promote(b))?;
        let fits = |x: DType| x == wide || x == DType::Bool;
        (fits(a) && fits(b)).then_some(wide)
    };
    let same = |wide: DType| (value.dtype == wide).then_some(wide);
    match op {
        Op::Unary(_) => float(dtype(0)).and_then(same),
        Op::Binary(_) => pair(dtype(0), dtype(1)).and_then(same),
        Op::Compare(Compare::LogicalAnd | Compare::LogicalOr)
            if dtype(0) == DType::Bool && dtype(1) == DType::Bool =>
        {
            // With what they were compared from.
            let lanes = args.iter().map(|&x| facts[x].kind);
            let mut lanes = lanes.filter_map(|kind| match kind {
                Kind::Lanewise(dtype) => Some(dtype),
                _ => None,
            });
            Some(lanes.next().unwrap_or(DType::F64))
        }
        Op::Compare(_) => pair(dtype(0), dtype(1)),
        Op::Where if dtype(0) == DType::Bool => pair(dtype(1), dtype(2)).and_then(same),
        Op::Cast(to) => match (dtype(0), *to) {
            (DType::Bool, to) => float(to),
            (from, DType::Bool) => float(from),
            _ => None,
        },
        Op::GetItemGrad(_) => {
            let Some(Parts::GetItemGrad(slices)) = op.parts() else {
                return None;
            };
            placed(slices, &value.shape)?;
            float(dtype(0)).and_then(same)
        }
        _ => None,
    }
}

/// Where along an axis of a result an array is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) start: usize,
    pub(super) count: usize,
    /// The axis of the array that goes along, unless it is an index.
    pub(super) axis: Option<usize>,
}

/// Where an array is placed along each axis of a shape, and how many axes what is shown there has; if
/// it is in steps of 1.
pub(super) fn placed(slices: &[Slice], shape: &[usize]) -> Option<(Vec<Placed>, usize)> {
    let used = slices
        .iter()
        .filter(|slice| matches!(slice, Slice::Index(_) | Slice::Range { .. }))
        .count();
    let mut left = shape.len().checked_sub(used)?;
    let mut placed = Vec::with_capacity(shape.len());
    let mut axis = 0;
    let whole = |len: usize, axis: &mut usize| {
        *axis += 1;
        Placed {
            start: 0,
            count: len,
            axis: Some(*axis - 1),
        }
    };
    for slice in slices {
        match *slice {
            Slice::NewAxis => axis += 1,
            Slice::Ellipsis => {
                for _ in 0..std::mem::take(&mut left) {
                    placed.push(whole(shape[placed.len()], &mut axis));
                }
            }
            Slice::Index(index) => {
                let len = shape[placed.len()] as isize;
                let start = if index < 0 { index + len } else { index };
                placed.push(Placed {
                    start: usize::try_from(start).ok().filter(|_| start < len)?,
                    count: 1,
                    axis: None,
                });
            }
            Slice::Range { start, stop, step } => {
                if step != 1 {
                    return None;
                }
                let len = shape[placed.len()] as isize;
                let clamp = |bound: isize| {
                    let bound = if bound < 0 { bound + len } else { bound };
                    bound.clamp(0, len) as usize
                };
                let start = start.map_or(0, clamp);
                let stop = stop.map_or(len as usize, clamp);
                placed.push(Placed {
                    start,
                    count: stop.saturating_sub(start),
                    axis: Some(axis),
                });
                axis += 1;
            }
        }
    }
    for &len in &shape[placed.len()..] {
        placed.push(whole(len, &mut axis));
    }
    Some((placed, axis))
}
