//! `Ir`: a program as a list of values, each computed from earlier ones.
//!
//! Plain data. What is known of a value before it is computed, its shape and dtype, stands here; the
//! executors are made from it, and the rules of simplification rewrite it.

use std::panic::Location;
use std::sync::Arc;

use dezero_core::trace::{self, Trace};
use dezero_core::{Array, Binary, DType, Op, Unary};

/// A value by its place in [`Ir::values`].
pub(crate) type ValueId = usize;

/// Values in an order in which they can be computed: static single assignment.
///
/// The first values are the inputs, all of them, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Ir {
    pub(crate) values: Vec<Value>,
    pub(crate) outputs: Vec<ValueId>,
    /// Inputs at which the program can be run: those that it was recorded with.
    pub(crate) examples: Vec<Array>,
}

/// One value.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) source: Source,
    /// Of a user's function with several results, that of a placeholder: its values are those of the
    /// [`Op::Output`]s that refer to it.
    pub(crate) shape: Box<[usize]>,
    pub(crate) dtype: DType,
    pub(crate) name: Option<Arc<str>>,
    /// The user's source line; of a program that was loaded, derivatives have none.
    pub(crate) line: Option<Line>,
    /// The backward pass in which it was recorded; 0 is the user's own code.
    pub(crate) pass: usize,
}

/// A source line.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    Here(&'static Location<'static>),
    /// Of the code from which a program was saved.
    #[cfg_attr(not(feature = "serde"), allow(dead_code))]
    Saved {
        file: Arc<str>,
        line: u32,
        column: u32,
    },
}

impl Line {
    /// As the engine takes lines, unless it was saved.
    pub(crate) fn here(&self) -> Option<&'static Location<'static>> {
        match self {
            Self::Here(line) => Some(line),
            Self::Saved { .. } => None,
        }
    }
}

/// The line of what is recorded where there is none.
pub(crate) fn nowhere() -> &'static Location<'static> {
    Location::caller()
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// The input of this number.
    Input(usize),
    Constant(Array),
    /// An operation on earlier values.
    Call(Op, Box<[ValueId]>),
}

impl Ir {
    /// The program that was recorded.
    pub(crate) fn of(trace: Trace) -> Self {
        let mut examples = Vec::new();
        let values = trace
            .steps
            .into_iter()
            .map(|step| {
                let (shape, dtype) = (step.value.shape().into(), step.value.dtype());
                let source = match step.source {
                    trace::Source::Input(number) => {
                        examples.push(step.value);
                        Source::Input(number)
                    }
                    trace::Source::Constant => Source::Constant(step.value),
                    trace::Source::Call(op, args) => Source::Call(op, args.into()),
                };
                Value {
                    source,
                    shape,
                    dtype,
                    name: step.name.map(Into::into),
                    line: (step.line != nowhere()).then_some(Line::Here(step.line)),
                    pass: step.pass,
                }
            })
            .collect();
        Self {
            values,
            outputs: trace.outputs,
            examples,
        }
    }

    /// The number of inputs.
    pub(crate) fn inputs(&self) -> usize {
        self.examples.len()
    }
}

/// Whether the primitive is one operation of the hardware or a choice, whose value does not depend
/// on whether it is computed alone or in an array.
pub(crate) fn is_exact(op: Unary) -> bool {
    matches!(
        op,
        Unary::Neg
            | Unary::Abs
            | Unary::Sign
            | Unary::Square
            | Unary::Sqrt
            | Unary::Recip
            | Unary::ReLU
            | Unary::LeakyReLU(_)
            | Unary::Floor
            | Unary::Ceil
            | Unary::Round
            | Unary::Clip(..)
    )
}

/// [`is_exact`] of two variables.
pub(crate) fn is_exact_of_two(op: Binary) -> bool {
    matches!(
        op,
        Binary::Add | Binary::Sub | Binary::Mul | Binary::Div | Binary::Maximum | Binary::Minimum
    )
}

/// Whether the operation gives the same bits for a number alone as for the element of an array.
pub(crate) fn is_exact_op(op: &Op) -> bool {
    match op {
        Op::Unary(op) => is_exact(*op),
        Op::Binary(op) => is_exact_of_two(*op),
        _ => true,
    }
}
