//! What an operation leaves behind: a node, or where nothing is recorded a bare value.

use dezero_array::Array;

use crate::leaf::{Leaf, LeafCell};
use crate::mode::{self, Recording};
use crate::node::{Handle, Inputs, NodeRef, Recipe};
use crate::op::Op;
use crate::variable::{Repr, Variable};
use crate::warning;

/// What a new node has to know of its inputs.
#[derive(Clone, Copy, Default)]
pub(crate) struct Below {
    /// The highest id.
    pub(crate) id: u64,
    /// The highest depth.
    pub(crate) depth: u16,
    /// Whether any can be differentiated.
    pub(crate) tracked: bool,
}

impl Below {
    #[inline(always)]
    pub(crate) fn of(input: &Variable) -> Self {
        match &input.0 {
            Repr::Link(node) => Self {
                id: node.id,
                depth: node.depth,
                tracked: !matches!(node.op, Op::Constant),
            },
            _ => Self::default(),
        }
    }

    #[inline(always)]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            id: self.id.max(other.id),
            depth: self.depth.max(other.depth),
            tracked: self.tracked | other.tracked,
        }
    }
}

impl Variable {
    /// Records `op` with its `value` and `inputs` (links and values), as the thread's mode says.
    pub(crate) fn record(op: Op, value: Array, inputs: Inputs, line: mode::Line) -> Self {
        let below = inputs
            .as_slice()
            .iter()
            .fold(Below::default(), |below, x| below.and(Below::of(x)));
        Self::record_above(below, op, value, inputs, line)
    }

    /// [`record`](Self::record), where it is known what lies below.
    // Inlined, so that what goes into the node is written there once.
    #[inline(always)]
    pub(crate) fn record_above(
        below: Below,
        op: Op,
        value: Array,
        inputs: Inputs,
        line: mode::Line,
    ) -> Self {
        let setting = mode::setting();
        let line = setting.line.unwrap_or(line);
        let handles = match setting.recording {
            Recording::On if below.tracked => 1,
            Recording::Rules if below.tracked => 0,
            recording => return Self::unrecorded(recording, below, value, line),
        };
        let node = NodeRef::new(Recipe {
            op,
            value,
            inputs,
            line,
            pass: setting.pass,
            below,
            handles,
        });
        Self(if handles == 1 {
            Repr::Result(Handle::counted(node))
        } else {
            Repr::Link(node)
        })
    }

    /// A result that needs no node: of constants alone, or while nothing is recorded.
    #[inline(never)]
    fn unrecorded(recording: Recording, below: Below, value: Array, line: mode::Line) -> Self {
        if recording == Recording::Off && below.tracked && warning::reads_matter() {
            warning::taken_out(line);
        }
        Self(match recording {
            // What lies below belongs to a pass if it is a derivative.
            Recording::On if below.depth > 0 => {
                Repr::Leaf(LeafCell::new(value, Leaf::Derivative(below.depth), line))
            }
            Recording::On => Repr::Leaf(LeafCell::new(value, Leaf::Constant, line)),
            Recording::Off => Repr::Leaf(LeafCell::new(value, Leaf::Variable, line)),
            Recording::Rules | Recording::Values => Repr::Value(value),
        })
    }
}
