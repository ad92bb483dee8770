//! `+ - * /` and unary `-` between variables, numbers and arrays, by value or by reference, and
//! the conversion of what stands beside a variable into an operand.

use std::cell::Cell;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};
use std::panic::Location;
use std::panic::{self, AssertUnwindSafe};

use dezero_array::{Array, DType, Scalar};

use crate::elementwise::{Binary, Unary, binary, unary};
use crate::variable::Variable;

/// What an operation takes beside a variable: a variable, an array, or a number.
///
/// A number is weak, as in NumPy: it takes the dtype of the array beside it, so that an f32
/// variable times `2.0` stays f32.
pub struct Operand(Form);

enum Form {
    Linked(Variable),
    Weak(Scalar),
}

impl Operand {
    /// The two operands of a binary operation as links and values.
    #[inline(always)]
    pub(crate) fn pair(self, other: Self) -> (Variable, Variable) {
        match (self.0, other.0) {
            (Form::Linked(a), Form::Linked(b)) => (a, b),
            (Form::Linked(a), Form::Weak(b)) => {
                let b = weak(b, &a);
                (a, b)
            }
            (Form::Weak(a), Form::Linked(b)) => (weak(a, &b), b),
            (Form::Weak(a), Form::Weak(b)) => {
                let dtype = if matches!((a, b), (Scalar::F64(_), _) | (_, Scalar::F64(_))) {
                    DType::F64
                } else {
                    DType::I64
                };
                (
                    Variable::value(Array::weak(a, dtype)),
                    Variable::value(Array::weak(b, dtype)),
                )
            }
        }
    }

    /// The number, if this is one and can be a parameter of the power of `base`: an integer base
    /// to a whole power stays an integer.
    #[inline(always)]
    pub(crate) fn constant_exponent(&self, base: &Self) -> Option<f64> {
        let Form::Weak(scalar) = self.0 else {
            return None;
        };
        match (&base.0, scalar) {
            (_, Scalar::F64(exponent)) => Some(exponent),
            (Form::Linked(base), Scalar::I64(exponent))
                if base.linked_value().dtype().is_float() =>
            {
                Some(exponent as f64)
            }
            _ => None,
        }
    }

    /// The operand as a link or a value, a number in its own dtype.
    pub(crate) fn link(self) -> Variable {
        match self.0 {
            Form::Linked(x) => x,
            Form::Weak(scalar) => Variable::value(Array::from(scalar)),
        }
    }
}

/// A number as a value in the dtype of the array beside it.
#[inline(always)]
fn weak(scalar: Scalar, beside: &Variable) -> Variable {
    match scalar {
        Scalar::F64(x) if beside.linked_value().as_f64().is_some() => Variable::value(x),
        _ => converted(scalar, beside),
    }
}

#[inline(never)]
fn converted(scalar: Scalar, beside: &Variable) -> Variable {
    Variable::value(Array::weak(scalar, beside.linked_value().dtype()))
}

impl From<Variable> for Operand {
    #[inline]
    fn from(x: Variable) -> Self {
        Self(Form::Linked(x.into_link()))
    }
}

impl From<&Variable> for Operand {
    #[inline]
    fn from(x: &Variable) -> Self {
        Self(Form::Linked(x.to_link()))
    }
}

impl From<Array> for Operand {
    fn from(x: Array) -> Self {
        Self(Form::Linked(Variable::value(x)))
    }
}

impl From<&Array> for Operand {
    fn from(x: &Array) -> Self {
        Self(Form::Linked(Variable::value(x.clone())))
    }
}

macro_rules! weak_operands {
    ($($number:ty),+) => {$(
        impl From<$number> for Operand {
            #[inline]
            fn from(x: $number) -> Self {
                Self(Form::Weak(Scalar::from(x)))
            }
        }
    )+};
}
weak_operands!(f64, f32, i64, i32, usize);

macro_rules! operator {
    ($Trait:ident $method:ident $TraitAssign:ident $method_assign:ident) => {
        impl<T: Into<Operand>> $Trait<T> for &Variable {
            type Output = Variable;
            #[track_caller]
            #[inline]
            fn $method(self, other: T) -> Variable {
                panicking(binary(Binary::$Trait, Operand::from(self), other.into(), Location::caller()))
            }
        }
        impl<T: Into<Operand>> $Trait<T> for Variable {
            type Output = Variable;
            #[track_caller]
            #[inline]
            fn $method(self, other: T) -> Variable {
                panicking(binary(Binary::$Trait, Operand::from(self), other.into(), Location::caller()))
            }
        }
        impl<T: Into<Operand>> $TraitAssign<T> for Variable {
            /// Makes `self` the result: a new variable, whose creator is this operation.
            #[track_caller]
            fn $method_assign(&mut self, other: T) {
                *self = $Trait::$method(&*self, other);
            }
        }
        operator!($Trait $method: f64, i32, Array, &Array);
    };
    ($Trait:ident $method:ident: $($Left:ty),+) => {$(
        impl $Trait<Variable> for $Left {
            type Output = Variable;
            #[track_caller]
            #[inline]
            fn $method(self, other: Variable) -> Variable {
                panicking(binary(Binary::$Trait, self.into(), other.into(), Location::caller()))
            }
        }
        impl $Trait<&Variable> for $Left {
            type Output = Variable;
            #[track_caller]
            #[inline]
            fn $method(self, other: &Variable) -> Variable {
                panicking(binary(Binary::$Trait, self.into(), other.into(), Location::caller()))
            }
        }
    )+};
}
operator!(Add add AddAssign add_assign);
operator!(Sub sub SubAssign sub_assign);
operator!(Mul mul MulAssign mul_assign);
operator!(Div div DivAssign div_assign);

impl Neg for &Variable {
    type Output = Variable;
    #[track_caller]
    #[inline]
    fn neg(self) -> Variable {
        panicking(unary(Unary::Neg, self.to_link(), Location::caller()))
    }
}

impl Neg for Variable {
    type Output = Variable;
    #[track_caller]
    #[inline]
    fn neg(self) -> Variable {
        panicking(unary(Unary::Neg, self.into_link(), Location::caller()))
    }
}

/// The value, or a panic with the error's text: for operators and the short methods.
#[track_caller]
#[inline]
pub(crate) fn panicking<T>(result: crate::Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic_with(error),
    }
}

thread_local! {
    static ATTEMPTS: Cell<usize> = const { Cell::new(0) };
}

#[cold]
#[track_caller]
fn panic_with(error: crate::Error) -> ! {
    if ATTEMPTS.get() > 0 {
        // Without a word on standard error: whoever attempts gets the error.
        panic::resume_unwind(Box::new(error));
    }
    panic!("{error}")
}

/// Runs `f`; where an operator or a short method would panic with the text of an error, gives that
/// error.
///
/// For code that calls a formula of the user's at points where it may fail. Other panics go on. Where
/// panics abort, so do these.
///
/// ```
/// use dezero_core::{Variable, attempt};
///
/// let x = Variable::new([[1.0, 2.0], [2.0, 4.0]]);
/// let error = attempt(|| Ok(x.inv() + 1.0)).unwrap_err();
/// assert!(error.is_singular());
/// ```
///
/// # Errors
///
/// What `f` gives, or would have panicked with.
pub fn attempt<T>(f: impl FnOnce() -> crate::Result<T>) -> crate::Result<T> {
    struct Attempt;
    impl Drop for Attempt {
        fn drop(&mut self) {
            ATTEMPTS.set(ATTEMPTS.get() - 1);
        }
    }
    ATTEMPTS.set(ATTEMPTS.get() + 1);
    let attempt = Attempt;
    // What `f` leaves half done is what any panic of it would.
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    drop(attempt);
    match result {
        Ok(result) => result,
        Err(payload) => match payload.downcast::<crate::Error>() {
            Ok(error) => Err(*error),
            Err(payload) => panic::resume_unwind(payload),
        },
    }
}
