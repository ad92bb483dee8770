//! `Op`: the closed set of operations a node can stand for, and what each does, value and
//! derivative, found from one place.

pub(crate) mod form;
pub(crate) mod parts;
#[cfg(feature = "serde")]
mod saved;
mod symbol;

use std::sync::Arc;

use dezero_array::{Array, DType};

use crate::anomaly;
use crate::elementwise::{Binary, Compare, Unary};
use crate::error::Result;
use crate::function::Custom;
use crate::mode::Line;
use crate::node::Inputs;
use crate::op::form::{Form, Forms};
use crate::ops::{index, join, linalg, reduce, shape};
use crate::taylor::{Jet, Series, Term};
use crate::variable::Variable;

/// What a derivative rule gets to see: the inputs, the result, and the result's cotangent.
///
/// All are links or values, so that a rule can be evaluated under any recording.
pub(crate) struct Call<'a> {
    pub(crate) xs: &'a [Variable],
    pub(crate) y: &'a Variable,
    pub(crate) gy: &'a Variable,
}

/// An operation on whole arrays: its value, and the cotangent of each input.
pub(crate) trait Structural {
    fn value(&self, xs: &[Variable]) -> Result<Array, dezero_array::Error>;

    /// The shape and dtype of the value. Parameters that no method would have made are errors: what takes
    /// them relies on it.
    fn form(&self, xs: Forms<'_>) -> Result<Form>;

    /// The cotangent of input `i`, of its shape and dtype; `None` for zero.
    fn vjp(&self, i: usize, call: &Call<'_>) -> Result<Option<Variable>>;

    /// The Taylor coefficients of the result from those of the inputs; the value is not needed, and
    /// what is not there is zero.
    fn series(&self, jet: &Jet<'_>) -> Result<Series<Term>>;
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $Op:ident($Payload:path) $($symbol:literal)?;)+) => {
        /// What computed a value: a primitive with its parameters, or a user's function.
        ///
        /// Small and cheap to clone; equal operations compare and hash equal, floats by their
        /// bits, user's functions by identity.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Op {
            /// A variable made by the user.
            Leaf,
            /// A constant: no derivative is taken with respect to it.
            Constant,
            /// An elementwise function of one variable.
            Unary(Unary),
            /// An elementwise function of two variables.
            Binary(Binary),
            /// A comparison of two variables.
            Compare(Compare),
            /// Elementwise choice: condition, value where true, value where false.
            Where,
            /// Conversion to another dtype.
            Cast(DType),
            /// A user's [`Function`](crate::Function).
            Custom(Custom),
            /// One of the results of a user's function with several.
            Output(u32),
            $($(#[doc = $doc])+ $Op(Arc<$Payload>),)+
        }

        impl Op {
            /// The label in a drawing: the class name in DeZero, or a user function's name.
            pub fn label(&self) -> &str {
                match self {
                    Self::Leaf => "Variable",
                    Self::Constant => "Constant",
                    Self::Unary(op) => op.label(),
                    Self::Binary(op) => op.label(),
                    Self::Compare(op) => op.label(),
                    Self::Where => "Where",
                    Self::Cast(_) => "Cast",
                    Self::Custom(custom) => custom.name(),
                    Self::Output(_) => "Output",
                    $(Self::$Op(_) => stringify!($Op),)+
                }
            }

            /// What stands for it in a formula: a mathematical symbol, or else its name.
            ///
            /// ```
            /// use dezero_core::Variable;
            /// let x = Variable::new(2.0);
            /// let symbol = |y: Variable| y.creator().unwrap().op().symbol();
            /// assert_eq!(symbol(&x * &x), "×");
            /// assert_eq!(symbol(x.powf(3.0)), "( )³");
            /// assert_eq!(symbol(x.tanh()), "tanh");
            /// ```
            #[allow(unused_variables)]
            pub fn symbol(&self) -> String {
                match self {
                    Self::Unary(op) => symbol::with_parameters(op.symbol(), &op.parameters()),
                    Self::Binary(op) => op.symbol().to_owned(),
                    Self::Compare(op) => op.symbol().to_owned(),
                    Self::Cast(dtype) => dtype.to_string(),
                    Self::Custom(custom) => custom.name().to_owned(),
                    Self::Leaf | Self::Constant | Self::Where | Self::Output(_) => symbol::name(self.label()),
                    $(Self::$Op(_) => {
                        let symbol = symbol::name(stringify!($Op));
                        $(let symbol = $symbol.to_owned();)?
                        symbol
                    })+
                }
            }

            /// Whether the operation holds nothing that needs to be dropped.
            #[inline]
            pub(crate) fn is_plain(&self) -> bool {
                match self {
                    Self::Leaf | Self::Constant | Self::Unary(_) | Self::Binary(_) | Self::Compare(_) => true,
                    Self::Where | Self::Cast(_) | Self::Output(_) => true,
                    Self::Custom(_) => false,
                    $(Self::$Op(_) => false,)+
                }
            }

            /// Writes the parameters of an operation that is saved by its label.
            #[cfg(feature = "serde")]
            fn serialize_payload<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::Serialize;
                match self {
                    Self::Cast(dtype) => dtype.serialize(serializer),
                    $(Self::$Op(payload) => payload.serialize(serializer),)+
                    _ => serializer.serialize_unit(),
                }
            }

            /// Reads what `serialize_payload` wrote for this label; `None` if there is no such operation.
            #[cfg(feature = "serde")]
            fn deserialize_payload<'de, D: serde::Deserializer<'de>>(
                label: &str,
                deserializer: D,
            ) -> Option<Result<Self, D::Error>> {
                use serde::Deserialize;
                match label {
                    "Where" => Some(<()>::deserialize(deserializer).map(|()| Self::Where)),
                    "Cast" => Some(DType::deserialize(deserializer).map(Self::Cast)),
                    $(stringify!($Op) => Some(<$Payload>::deserialize(deserializer).map(|payload| Self::$Op(Arc::new(payload)))),)+
                    _ => None,
                }
            }

            pub(crate) fn structural(&self) -> Option<&dyn Structural> {
                match self {
                    Self::Where => Some(&shape::Where),
                    Self::Cast(dtype) => Some(dtype),
                    $(Self::$Op(payload) => Some(payload.as_ref()),)+
                    _ => None,
                }
            }
        }
    };
}

operations! {
    /// The same elements in another shape.
    Reshape(shape::Reshape);
    /// Axes in another order.
    Transpose(shape::Transpose) "( )ᵀ";
    /// Elements repeated along new axes and axes of length 1.
    BroadcastTo(shape::BroadcastTo);
    /// The reverse of broadcasting: a sum.
    SumTo(shape::SumTo);
    /// The sum over axes.
    Sum(reduce::Sum) "Σ";
    /// The largest over axes.
    Max(reduce::Max);
    /// The smallest over axes.
    Min(reduce::Min);
    /// The position of the largest.
    ArgMax(reduce::ArgMax);
    /// The position of the smallest.
    ArgMin(reduce::ArgMin);
    /// The logarithm of the sum of exponentials.
    LogSumExp(reduce::LogSumExp);
    /// Exponentials that sum to one.
    Softmax(reduce::Softmax);
    /// The logarithm of softmax.
    LogSoftmax(reduce::LogSoftmax);
    /// Running sums along an axis.
    CumSum(reduce::CumSum);
    /// A part of an array, by integers and ranges.
    GetItem(index::GetItem) "[ ]";
    /// Zeros, with an array at the place that `GetItem` reads.
    GetItemGrad(index::GetItemGrad);
    /// Entries along an axis, by an index array.
    Take(index::Take);
    /// Additions along an axis at the places that `Take` reads.
    PutAdd(index::PutAdd);
    /// One entry per index along an axis.
    Gather(index::Gather);
    /// Additions at the places that `Gather` reads.
    ScatterAdd(index::ScatterAdd);
    /// Entries at the points that several index arrays name together.
    GatherNd(index::GatherNd);
    /// Additions at the points that `GatherNd` reads.
    ScatterNdAdd(index::ScatterNdAdd);
    /// Arrays joined along an axis.
    Concatenate(join::Concatenate);
    /// An array with a margin.
    Pad(join::Pad);
    /// The matrix product, over leading axes.
    MatMul(linalg::MatMul) "@";
    /// The solution of linear equations.
    Solve(linalg::Solve);
    /// The inverse of a matrix.
    Inv(linalg::Inv) "( )⁻¹";
    /// The lower Cholesky factor.
    Cholesky(linalg::Cholesky);
    /// The determinant.
    Det(linalg::Det);
    /// The sign of the determinant.
    SignDet(linalg::SignDet);
    /// The logarithm of the absolute value of the determinant.
    LogAbsDet(linalg::LogAbsDet);
    /// The lower triangle.
    Tril(linalg::Tril);
    /// The upper triangle.
    Triu(linalg::Triu);
    /// The diagonal of a matrix.
    Diagonal(linalg::Diagonal);
    /// A matrix from its diagonal.
    Diag(linalg::Diag);
}

/// Applies and records a structural operation on links and values.
pub(crate) fn apply(op: Op, xs: Inputs, line: Line) -> Result<Variable> {
    let structural = op
        .structural()
        .expect("only structural operations are applied here");
    let value = structural
        .value(xs.as_slice())
        .map_err(|error| crate::Error::from(error).at(crate::mode::line(line)))?;
    if crate::mode::is_detecting() {
        anomaly::check(&op, xs.as_slice(), &value, line)?;
    }
    Ok(Variable::record(op, value, xs, line))
}

/// [`apply`] to one variable.
pub(crate) fn apply1(op: Op, x: &Variable, line: Line) -> Result<Variable> {
    apply(op, Inputs::One(x.to_link()), line)
}
