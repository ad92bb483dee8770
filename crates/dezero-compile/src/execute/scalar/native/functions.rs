//! The functions that native code calls: those that the machine calls, at addresses.

use dezero_core::{Parameter, Unary};

use super::Primitive;

/// A function of one number, by its address.
pub(super) type Function = extern "C" fn(f64) -> f64;

macro_rules! functions {
    ($($Op:ident)+) => {
        /// The primitive as a function of its own: the frequent ones.
        pub(super) fn function(op: Unary) -> Option<Function> {
            Some(match op {
                $(Unary::$Op => {
                    extern "C" fn function(x: f64) -> f64 {
                        Unary::$Op.value(x)
                    }
                    function
                })+
                _ => return None,
            })
        }
    };
}

functions! { Exp Expm1 Log Log1p Sin Cos Tan Sinh Cosh Tanh Sigmoid Softplus Erf }

/// `x` to a constant power.
pub(super) extern "C" fn power(x: f64, exponent: f64) -> f64 {
    Unary::Pow(Parameter::from(exponent)).value(x)
}

/// Any primitive.
///
/// # Safety
///
/// `primitive` has to point to one.
pub(super) unsafe extern "C" fn primitive(primitive: *const Primitive, x: f64, y: f64) -> f64 {
    // SAFETY: native code gives the address of one that lives as long as the code.
    unsafe { *primitive }.value(x, y)
}
