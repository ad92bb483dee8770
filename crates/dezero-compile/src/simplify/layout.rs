//! Where the elements of a value lie in memory, and where it matters: arrays are summed along memory,
//! so that a value that lies in another order has a sum that rounds differently.

use dezero_core::Op;

use super::rewriter::{Fact, Form};
use crate::ir::{Ir, Source, Value, ValueId};

/// For each value, whether something that is computed from it depends on where its elements lie.
pub(super) fn order_matters(ir: &Ir) -> Vec<bool> {
    let mut matters = vec![false; ir.values.len()];
    for (at, value) in ir.values.iter().enumerate().rev() {
        let Source::Call(op, args) = &value.source else {
            continue;
        };
        if matters[at] || sums(op) {
            args.iter().for_each(|&x| matters[x] = true);
        }
    }
    matters
}

/// Whether the operation combines elements in the order of memory.
fn sums(op: &Op) -> bool {
    !matches!(
        op,
        Op::Unary(_)
            | Op::Binary(_)
            | Op::Compare(_)
            | Op::Where
            | Op::Cast(_)
            | Op::Reshape(_)
            | Op::Transpose(_)
            | Op::BroadcastTo(_)
            | Op::GetItem(_)
            | Op::Take(_)
            | Op::Gather(_)
            | Op::GatherNd(_)
            | Op::Concatenate(_)
            | Op::Pad(_)
            | Op::ArgMax(_)
            | Op::ArgMin(_)
            | Op::CumSum(_)
            | Op::Output(_)
            | Op::Tril(_)
            | Op::Triu(_)
            | Op::Diagonal(_)
            | Op::Diag(_)
    )
}

/// Whether the value of an operation lies row-major, for certain.
pub(super) fn row_major(
    op: &Op,
    args: &[ValueId],
    form: &Form,
    values: &[Value],
    facts: &[Fact],
) -> bool {
    let plain = |&x: &ValueId| facts[x].row_major || values[x].shape.iter().product::<usize>() <= 1;
    match op {
        Op::Unary(_) | Op::Binary(_) | Op::Compare(_) | Op::Where | Op::Cast(_) => {
            args.iter().all(plain)
        }
        Op::Reshape(_) => args.iter().all(plain),
        Op::Sum(_) | Op::SumTo(_) | Op::Max(_) | Op::Min(_) => true,
        _ => form.size() <= 1,
    }
}
