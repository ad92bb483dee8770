//! Comparisons, logic on bool variables, and `where`, which chooses between two by a third.
//!
//! What these give, or choose by, has no derivative.

use std::panic::Location;

use dezero_array::{Array, Lanes};

use crate::anomaly;
use crate::error::{Error, Result};
use crate::mode::{self, Line};
use crate::op::Op;
use crate::operators::{Operand, panicking};
use crate::variable::Variable;

macro_rules! comparisons {
    ($($(#[doc = $doc:literal])+ $Op:ident $symbol:literal => $name:ident $try_name:ident, $a:ident, $b:ident, $value:expr;)+) => {
        /// The comparisons: they broadcast, and give bool.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Compare {
            $($(#[doc = $doc])+ $Op,)+
        }

        impl Compare {
            /// All of them.
            #[cfg(feature = "serde")]
            pub(crate) const ALL: &[Self] = &[$(Self::$Op,)+];

            /// The label in a drawing.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$Op => stringify!($Op),)+
                }
            }

            /// The mathematical symbol.
            pub(crate) fn symbol(self) -> &'static str {
                match self {
                    $(Self::$Op => $symbol,)+
                }
            }

            pub(crate) fn zip(self, a: &Array, b: &Array) -> Result<Array, dezero_array::Error> {
                match self {
                    $(Self::$Op => a.compare(b, stringify!($name), |$a: f64, $b: f64| $value, |$a: i64, $b: i64| $value),)+
                }
            }

            /// The comparisons of pairs of numbers.
            ///
            /// # Panics
            ///
            /// If an operand has another length than the results.
            pub fn fill_f64(self, a: Lanes<'_, f64>, b: Lanes<'_, f64>, ys: &mut [bool]) {
                match self {
                    $(Self::$Op => a.zip(b, ys, |$a: f64, $b: f64| $value),)+
                }
            }

            /// The comparison of two numbers.
            pub fn holds(self, a: f64, b: f64) -> bool {
                match self {
                    $(Self::$Op => { let ($a, $b) = (a, b); $value })+
                }
            }

            /// Applies and records the comparison.
            pub(crate) fn record(self, a: Operand, b: Operand, line: Line) -> Result<Variable> {
                let (a, b) = a.pair(b);
                let value = self
                    .zip(a.linked_value(), b.linked_value())
                    .map_err(|error| Error::from(error).at(mode::line(line)))?;
                Ok(Variable::record(Op::Compare(self), value, crate::node::Inputs::Two([a, b]), line))
            }
        }

        /// # Comparisons
        impl Variable {$(
            $(#[doc = $doc])+
            ///
            /// The result is a bool variable; shapes broadcast.
            ///
            /// # Panics
            ///
            /// If the shapes do not broadcast.
            #[track_caller]
            #[must_use]
            pub fn $name(&self, other: impl Into<Operand>) -> Variable {
                panicking(self.$try_name(other))
            }

            #[doc = concat!("[`", stringify!($name), "`](Self::", stringify!($name), "), or why it cannot be.")]
            ///
            /// # Errors
            ///
            /// If the shapes do not broadcast.
            #[track_caller]
            pub fn $try_name(&self, other: impl Into<Operand>) -> Result<Variable> {
                Compare::$Op.record(self.into(), other.into(), Location::caller())
            }
        )+}
    };
}

comparisons! {
    /// Where the two are equal.
    Equal "=" => equal try_equal, a, b, a == b;
    /// Where the two differ.
    NotEqual "≠" => not_equal try_not_equal, a, b, a != b;
    /// Where this is less than the other.
    Less "<" => less try_less, a, b, a < b;
    /// Where this is at most the other.
    LessEqual "≤" => less_equal try_less_equal, a, b, a <= b;
    /// Where this is greater than the other.
    Greater ">" => greater try_greater, a, b, a > b;
    /// Where this is at least the other.
    GreaterEqual "≥" => greater_equal try_greater_equal, a, b, a >= b;
    /// Where both are true, that is, not zero.
    LogicalAnd "∧" => logical_and try_logical_and, a, b, a != Default::default() && b != Default::default();
    /// Where either is true, that is, not zero.
    LogicalOr "∨" => logical_or try_logical_or, a, b, a != Default::default() || b != Default::default();
}

impl Variable {
    /// Chooses elementwise: `yes` where this bool variable is true, `no` elsewhere. All three
    /// broadcast. The branch not taken gets an exact zero as its cotangent.
    ///
    /// Both branches are computed. Where the derivative of the one not taken is infinite or NaN, the
    /// zero that it gets becomes NaN, as IEEE 754 says; choose a safe argument first:
    /// `x.greater(0.0).where_(&x, 1.0).sqrt()` in place of `x.sqrt()`.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// let x = Variable::new([-2.0, 0.5, 3.0]);
    /// let y = x.greater(1.0).where_(&x * 10.0, &x);
    /// assert_eq!(y.to_vec::<f64>(), [-2.0, 0.5, 30.0]);
    /// y.sum(..).backward();
    /// assert_eq!(x.grad().unwrap().to_vec::<f64>(), [1.0, 1.0, 10.0]);
    /// ```
    ///
    /// # Panics
    ///
    /// If this is not bool, or the shapes do not broadcast.
    #[track_caller]
    #[must_use]
    pub fn where_(&self, yes: impl Into<Operand>, no: impl Into<Operand>) -> Variable {
        panicking(self.try_where(yes, no))
    }

    /// [`where_`](Self::where_), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If this is not bool, or the shapes do not broadcast.
    #[track_caller]
    pub fn try_where(&self, yes: impl Into<Operand>, no: impl Into<Operand>) -> Result<Variable> {
        let line = Location::caller();
        let condition = self.to_link();
        let (yes, no) = yes.into().pair(no.into());
        let value = Array::select(
            condition.linked_value(),
            yes.linked_value(),
            no.linked_value(),
        )
        .map_err(|error| Error::from(error).at(mode::line(line)))?;
        let xs = vec![condition, yes, no];
        if mode::is_detecting() {
            anomaly::check(&Op::Where, &xs, &value, line)?;
        }
        Ok(Variable::record(Op::Where, value, xs.into(), line))
    }
}
