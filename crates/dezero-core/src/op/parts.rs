//! `Parts`: what an operation on whole arrays was asked to do, for who computes it in another way.

use dezero_array::Slice;

use super::Op;

/// The parameters of those operations that a compiler takes apart. Shapes are not among them: they
/// are those of the operation's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parts<'a> {
    /// Of [`Op::Transpose`]: the axes in their new order.
    Transpose(&'a [usize]),
    /// Of [`Op::GetItem`]: what is read.
    GetItem(&'a [Slice]),
    /// Of [`Op::GetItemGrad`]: where the array is placed.
    GetItemGrad(&'a [Slice]),
    /// Of [`Op::Sum`]: the axes, as sorted positions, and whether they stay with length 1.
    Sum(&'a [isize], bool),
}

impl Op {
    /// The parameters of the operation, if it is one that [`Parts`] knows.
    ///
    /// ```
    /// use dezero_core::{Parts, Variable};
    ///
    /// let y = Variable::new([[1.0, 2.0], [3.0, 4.0]]).sum(-1).creator().unwrap();
    /// assert_eq!(y.op().parts(), Some(Parts::Sum(&[1], false)));
    /// ```
    pub fn parts(&self) -> Option<Parts<'_>> {
        Some(match self {
            Self::Transpose(op) => Parts::Transpose(&op.axes),
            Self::GetItem(op) => Parts::GetItem(&op.slices),
            Self::GetItemGrad(op) => Parts::GetItemGrad(&op.slices),
            Self::Sum(op) => Parts::Sum(&op.0.axes, op.0.keepdims),
            _ => return None,
        })
    }
}
