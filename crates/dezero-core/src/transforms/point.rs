//! Where a function is differentiated: one variable or several, and what the transforms do first,
//! which is to call the function there.

use std::borrow::Borrow;

use dezero_array::Tuple;

use crate::backward::plain_grad;
use crate::error::{Error, Result};
use crate::mode::{self, Line, Recording};
use crate::taylor::{Pushforward, alias};
use crate::variable::Variable;

/// A point to differentiate at: `&x` for functions of one variable, `[&x, &y]`, `&[x, y]` or a
/// slice for functions of several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a point to differentiate at",
    note = "one variable: `&x`, and a closure `|x| ...`; several: `[&x, &y]`, and a closure `|[x, y]| ...`"
)]
pub trait Point: Copy {
    /// What the function is called with, by reference: a variable, an array of them, or a slice.
    type Arguments: ?Sized + 'static;
    /// The arguments as they are made.
    type Owned: Borrow<Self::Arguments> + 'static;
    /// One `T` for each variable: a `T`, an array, or a `Vec`.
    type Each<T>;

    /// The variables.
    fn variables(&self) -> Vec<&Variable>;
    /// Arguments of the function, from one variable for each.
    fn arguments(xs: Vec<Variable>) -> Self::Owned;
    /// Puts results together, one for each variable.
    fn each<T>(results: Vec<T>) -> Self::Each<T>;
}

impl Point for &Variable {
    type Arguments = Variable;
    type Owned = Variable;
    type Each<T> = T;

    fn variables(&self) -> Vec<&Variable> {
        vec![self]
    }

    fn arguments(mut xs: Vec<Variable>) -> Variable {
        xs.remove(0)
    }

    fn each<T>(mut results: Vec<T>) -> T {
        results.remove(0)
    }
}

macro_rules! arrays {
    ($($Array:ty: |$self:ident| $variables:expr;)+) => {$(
        impl<const N: usize> Point for $Array {
            type Arguments = [Variable; N];
            type Owned = [Variable; N];
            type Each<T> = [T; N];

            fn variables(&$self) -> Vec<&Variable> {
                $variables
            }

            fn arguments(xs: Vec<Variable>) -> [Variable; N] {
                Self::each(xs)
            }

            fn each<T>(results: Vec<T>) -> [T; N] {
                let array = results.try_into();
                array.unwrap_or_else(|_| unreachable!("one for each variable"))
            }
        }
    )+};
}
arrays! {
    [&Variable; N]: |self| self.to_vec();
    &[&Variable; N]: |self| self.to_vec();
    &[Variable; N]: |self| self.iter().collect();
}

macro_rules! slices {
    ($($Slice:ty: |$self:ident| $variables:expr;)+) => {$(
        impl Point for $Slice {
            type Arguments = [Variable];
            type Owned = Vec<Variable>;
            type Each<T> = Vec<T>;

            fn variables(&$self) -> Vec<&Variable> {
                $variables
            }

            fn arguments(xs: Vec<Variable>) -> Vec<Variable> {
                xs
            }

            fn each<T>(results: Vec<T>) -> Vec<T> {
                results
            }
        }
    )+};
}
slices! {
    &[&Variable]: |self| self.to_vec();
    &[Variable]: |self| self.iter().collect();
    &Vec<Variable>: |self| self.iter().collect();
}

/// What a function may give: a variable, or the reason why there is none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not what a function to differentiate gives",
    note = "give a `Variable`, or a `Result<Variable>`; a plain number has no history"
)]
pub trait Returned {
    /// The variable, if there is one.
    ///
    /// # Errors
    ///
    /// What the function reported.
    fn returned(self) -> Result<Variable>;
}

impl Returned for Variable {
    fn returned(self) -> Result<Variable> {
        Ok(self)
    }
}

impl Returned for Result<Variable> {
    fn returned(self) -> Result<Variable> {
        self
    }
}

/// A function called at a point, with its record.
pub(crate) struct Call {
    /// The name of the transform, for errors.
    pub(crate) name: &'static str,
    pub(crate) line: Line,
    /// What the function was called with: variables that nobody else has.
    pub(crate) xs: Vec<Variable>,
    pub(crate) y: Variable,
    /// Whether what is computed from here is to be recorded.
    pub(crate) keep: bool,
}

impl Call {
    /// Calls `f` at a point.
    pub(crate) fn new<P: Point, R: Returned>(
        name: &'static str,
        f: &impl Fn(&P::Arguments) -> R,
        at: &P,
        line: Line,
    ) -> Result<Self> {
        let line = mode::line(line);
        let given = at.variables();
        if !given.is_empty() && given.iter().all(|x| !x.dtype().is_float()) {
            return Err(Error::derivative(format!(
                "{name}: a point of dtype {} has no derivatives; `cast` gives one of floats",
                given[0].dtype()
            ))
            .at(line));
        }
        let recording = mode::is_recording();
        let xs: Vec<Variable> = given
            .iter()
            .map(|x| alias(x, recording))
            .collect::<Result<_>>()?;
        let y = {
            let _recording = mode::enter_recording(Recording::On);
            let arguments = P::arguments(xs.clone());
            f(arguments.borrow())
                .returned()
                .map_err(|error| error.at(line))?
        };
        if !y.dtype().is_float() {
            return Err(Error::derivative(format!(
                "{name}: the function gives dtype {}, which has no derivative; f32 and f64 have",
                y.dtype()
            ))
            .at(line));
        }
        let differentiable = given.iter().any(|x| x.is_tracked());
        let mut call = Self {
            name,
            line,
            xs,
            y,
            keep: recording && differentiable,
        };
        if recording && !differentiable {
            call.keep = call.between(&[&call.y]).foreign().is_some();
        }
        Ok(call)
    }

    /// The result, which has to be a scalar.
    pub(crate) fn scalar(self) -> Result<Self> {
        self.check_scalar().map(|()| self)
    }

    /// Whether the result is a scalar, which it has to be.
    pub(crate) fn check_scalar(&self) -> Result<()> {
        if self.y.size() == 1 {
            return Ok(());
        }
        let shape = self.y.shape();
        Err(Error::shape(format!(
            "{}: the function gives shape {}, where one number is needed: `sum(..)` it, or ask for `jacobian` or `vjp`",
            self.name,
            Tuple(&shape)
        ))
        .at(self.line))
    }

    /// The graph between the arguments and results of the function or its gradient.
    pub(crate) fn between(&self, ys: &[&Variable]) -> Pushforward {
        let xs: Vec<&Variable> = self.xs.iter().collect();
        Pushforward::new(ys, &xs)
    }

    /// The gradient of the result, or of the sum of its products with `cotangent`; recorded.
    pub(crate) fn gradient(&self, cotangent: Option<&Variable>) -> Result<Vec<Variable>> {
        let _recording = mode::enter_recording(Recording::On);
        let y = match cotangent {
            None => self.y.clone(),
            Some(gy) => self.y.try_mul(gy)?.try_sum(..)?,
        };
        let xs: Vec<&Variable> = self.xs.iter().collect();
        if y.is_tracked() {
            return crate::backward::try_grad(&y, &xs).map_err(|error| error.at(self.line));
        }
        // Depends on nothing: a function that ignores its argument.
        Ok(xs
            .iter()
            .map(|x| x.with_value(crate::taylor::zeros).into_user())
            .collect())
    }

    /// The gradient of the result, without a record of its own.
    pub(crate) fn plain_gradient(&self) -> Result<Vec<Variable>> {
        let xs: Vec<&Variable> = self.xs.iter().collect();
        let found = if self.y.is_tracked() {
            plain_grad(&self.y, &xs).map_err(|error| error.at(self.line))?
        } else {
            vec![None; xs.len()]
        };
        Ok(found
            .into_iter()
            .zip(&xs)
            .map(|(gx, x)| self.give(gx.unwrap_or_else(|| x.with_value(crate::taylor::zeros))))
            .collect())
    }

    /// Runs `f` recording what it computes if that is to be kept.
    pub(crate) fn recorded<T>(&self, f: impl FnOnce() -> Result<T>) -> Result<T> {
        let _recording = mode::enter_recording(if self.keep {
            Recording::On
        } else {
            Recording::Off
        });
        f().map_err(|error| error.at(self.line))
    }

    /// A result as the user gets it.
    pub(crate) fn give(&self, result: Variable) -> Variable {
        if self.keep {
            result.into_user()
        } else {
            Variable::value(result.array()).into_user()
        }
    }

    /// A tangent or cotangent for `x`: of its shape, and in its dtype.
    pub(crate) fn fitting(&self, what: &str, t: &Variable, x: &Variable) -> Result<Variable> {
        let shapes = (t.shape(), x.shape());
        if shapes.0 != shapes.1 {
            return Err(Error::shape(format!(
                "{}: the {what} has shape {}, and what it belongs to has {}",
                self.name,
                Tuple(&shapes.0),
                Tuple(&shapes.1)
            ))
            .at(self.line));
        }
        t.try_cast(x.dtype())
    }
}

/// Defines transforms in pairs: `name` panics with the text of the error that `try_name` returns.
macro_rules! transforms {
    ($(
        $(#[$meta:meta])*
        fn $name:ident / $try_name:ident<P>($f:ident, $at:ident $(, $arg:ident: $ty:ty)* $(,)?; $line:ident) -> $ret:ty $body:block
    )+) => {$(
        $(#[$meta])*
        ///
        /// # Panics
        ///
        #[doc = concat!("Where [`", stringify!($try_name), "`] gives an error.")]
        #[track_caller]
        pub fn $name<P: Point, R: Returned>($f: impl Fn(&P::Arguments) -> R, $at: P $(, $arg: $ty)*) -> $ret {
            $crate::operators::panicking($try_name($f, $at $(, $arg)*))
        }

        #[doc = concat!("[`", stringify!($name), "`], or why it cannot be.")]
        ///
        /// # Errors
        ///
        /// What the function reports; shapes or a dtype that do not fit; a function without the
        /// derivative that is asked for.
        #[track_caller]
        pub fn $try_name<P: Point, R: Returned>($f: impl Fn(&P::Arguments) -> R, $at: P $(, $arg: $ty)*) -> Result<$ret> {
            let $line = std::panic::Location::caller();
            $body
        }
    )+};
    (one variable: $(
        $(#[$meta:meta])*
        fn $name:ident / $try_name:ident($f:ident, $at:ident $(, $arg:ident: $ty:ty)* $(,)?; $line:ident) -> $ret:ty $body:block
    )+) => {$(
        $(#[$meta])*
        ///
        /// # Panics
        ///
        #[doc = concat!("Where [`", stringify!($try_name), "`] gives an error.")]
        #[track_caller]
        pub fn $name<R: Returned>($f: impl Fn(&Variable) -> R, $at: &Variable $(, $arg: $ty)*) -> $ret {
            $crate::operators::panicking($try_name($f, $at $(, $arg)*))
        }

        #[doc = concat!("[`", stringify!($name), "`], or why it cannot be.")]
        ///
        /// # Errors
        ///
        /// What the function reports; shapes or a dtype that do not fit; a function without the
        /// derivative that is asked for.
        #[track_caller]
        pub fn $try_name<R: Returned>($f: impl Fn(&Variable) -> R, $at: &Variable $(, $arg: $ty)*) -> Result<$ret> {
            let $line = std::panic::Location::caller();
            $body
        }
    )+};
}
pub(crate) use transforms;
