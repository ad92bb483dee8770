//! Numbers that the table's formulas are written in: the methods that Rust's floats lack, and
//! `Real`, an f64 with the operators and methods of a `Variable`.

use std::ops::{Add, Div, Mul, Neg, Sub};

use dezero_array::special;

/// The functions that the table's values need beyond those of Rust's floats.
pub(super) trait RealExt: Copy {
    fn sign(self) -> Self;
    fn logistic(self) -> Self;
    fn softplus(self) -> Self;
    fn acosh(self) -> Self;
    fn atanh(self) -> Self;
    fn erf(self) -> Self;
    fn lgamma(self) -> Self;
    fn digamma(self) -> Self;
    fn polygamma(self, n: Self) -> Self;
    fn power(self, exponent: Self) -> Self;
    fn larger(self, other: Self) -> Self;
    fn smaller(self, other: Self) -> Self;
}

macro_rules! real_ext {
    ($float:ty, $($wide:tt)*) => {
        impl RealExt for $float {
            #[inline]
            fn sign(self) -> Self {
                // A NaN stays one, and so does the sign of a zero.
                if self > 0.0 { 1.0 } else if self < 0.0 { -1.0 } else { self }
            }
            fn logistic(self) -> Self {
                special::sigmoid(f64::from(self)) $($wide)*
            }
            fn softplus(self) -> Self {
                special::softplus(f64::from(self)) $($wide)*
            }
            fn acosh(self) -> Self {
                special::acosh(f64::from(self)) $($wide)*
            }
            fn atanh(self) -> Self {
                special::atanh(f64::from(self)) $($wide)*
            }
            fn erf(self) -> Self {
                special::erf(f64::from(self)) $($wide)*
            }
            fn lgamma(self) -> Self {
                special::lgamma(f64::from(self)) $($wide)*
            }
            fn digamma(self) -> Self {
                special::digamma(f64::from(self)) $($wide)*
            }
            fn polygamma(self, n: Self) -> Self {
                if n >= 0.0 && n.fract() == 0.0 && n <= 1e6 {
                    special::polygamma(n as u32, f64::from(self)) $($wide)*
                } else {
                    Self::NAN
                }
            }
            /// `x^c` with NumPy's exact short cuts for the exponents 0, 1, 2, 1/2 and -1.
            #[inline]
            fn power(self, exponent: Self) -> Self {
                if exponent == 2.0 {
                    self * self
                } else if exponent == 1.0 {
                    self
                } else if exponent == 0.5 {
                    self.sqrt()
                } else if exponent == -1.0 {
                    1.0 / self
                } else {
                    self.powf(exponent)
                }
            }
            #[inline]
            fn larger(self, other: Self) -> Self {
                if self > other || self.is_nan() { self } else { other }
            }
            #[inline]
            fn smaller(self, other: Self) -> Self {
                if self < other || self.is_nan() { self } else { other }
            }
        }
    };
}
real_ext!(f64,);
real_ext!(f32, as f32);

/// A 0-d f64 in the place of a variable: derivative rules of a plain backward over scalars run on
/// it at the speed of the hardware.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Real(pub(crate) f64);

/// What a comparison of `Real`s gives, in the place of a bool variable.
#[derive(Clone, Copy)]
pub(super) struct Condition(bool);

impl Condition {
    pub(super) fn where_(self, yes: impl Into<Real>, no: impl Into<Real>) -> Real {
        if self.0 { yes.into() } else { no.into() }
    }

    pub(super) fn logical_and(self, other: Self) -> Self {
        Self(self.0 && other.0)
    }
}

impl From<f64> for Real {
    fn from(x: f64) -> Self {
        Self(x)
    }
}

macro_rules! operators {
    ($($Trait:ident $method:ident $op:tt),+) => {$(
        impl $Trait for Real {
            type Output = Real;
            #[inline]
            fn $method(self, other: Real) -> Real {
                Real(self.0 $op other.0)
            }
        }
        impl $Trait<f64> for Real {
            type Output = Real;
            #[inline]
            fn $method(self, other: f64) -> Real {
                Real(self.0 $op other)
            }
        }
        impl $Trait<Real> for f64 {
            type Output = Real;
            #[inline]
            fn $method(self, other: Real) -> Real {
                Real(self $op other.0)
            }
        }
    )+};
}
operators!(Add add +, Sub sub -, Mul mul *, Div div /);

impl Neg for Real {
    type Output = Real;
    #[inline]
    fn neg(self) -> Real {
        Real(-self.0)
    }
}

impl Real {
    pub(super) fn equal(self, other: impl Into<Real>) -> Condition {
        Condition(self.0 == other.into().0)
    }

    pub(super) fn greater(self, other: impl Into<Real>) -> Condition {
        Condition(self.0 > other.into().0)
    }

    pub(super) fn less(self, other: impl Into<Real>) -> Condition {
        Condition(self.0 < other.into().0)
    }

    pub(super) fn greater_equal(self, other: impl Into<Real>) -> Condition {
        Condition(self.0 >= other.into().0)
    }

    pub(super) fn less_equal(self, other: impl Into<Real>) -> Condition {
        Condition(self.0 <= other.into().0)
    }
}
