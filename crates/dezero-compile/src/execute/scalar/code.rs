//! `Code`: a program as a list of scalars, each computed from earlier ones. What the register machine
//! and the native code are made from.

use dezero_core::{Binary, Compare, Unary};

/// A scalar by its place in [`Code::scalars`].
pub(super) type Id = u32;

/// Scalars in an order in which they can be computed. Truth values are 0 and 1.
#[derive(Debug, Default)]
pub(super) struct Code {
    pub(super) scalars: Vec<Scalar>,
    /// All elements of the first output in row-major order, then those of the second, and so on.
    pub(super) outputs: Vec<Id>,
    /// How many numbers the inputs consist of.
    pub(super) inputs: usize,
}

/// Where a scalar comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    /// The number at this place of the inputs.
    Input(u32),
    Constant(f64),
    Unary(Unary, Id),
    Binary(Binary, [Id; 2]),
    Compare(Compare, [Id; 2]),
    /// The second where the first is not 0, the third elsewhere.
    Select([Id; 3]),
    /// As an element of an array, whose last bit may differ from that of a 0-d value.
    UnaryLane(Unary, Id),
    /// As [`UnaryLane`](Self::UnaryLane).
    BinaryLane(Binary, [Id; 2]),
}

impl Scalar {
    /// What it is computed from.
    pub(super) fn operands(&self) -> &[Id] {
        match self {
            Self::Input(_) | Self::Constant(_) => &[],
            Self::Unary(_, x) | Self::UnaryLane(_, x) => std::slice::from_ref(x),
            Self::Binary(_, xs) | Self::Compare(_, xs) | Self::BinaryLane(_, xs) => xs,
            Self::Select(xs) => xs,
        }
    }
}

impl Code {
    /// Which scalars an output depends on.
    pub(super) fn used(&self) -> Vec<bool> {
        let mut used = vec![false; self.scalars.len()];
        for &output in &self.outputs {
            used[output as usize] = true;
        }
        for (id, scalar) in self.scalars.iter().enumerate().rev() {
            if used[id] {
                for &x in scalar.operands() {
                    used[x as usize] = true;
                }
            }
        }
        used
    }
}
