//! What an entry of the table becomes: a variant of the closed set, its value on numbers and on
//! arrays, its derivative on numbers and on variables, its two methods, and its row for the
//! documentation and the tests.

use super::real::Real;
use crate::taylor::Traced;
use crate::variable::Variable;

/// What a derivative formula may give: a cotangent, or nothing for a zero.
pub(super) trait Rule<T> {
    fn cotangent(self) -> Option<T>;
}

impl Rule<Variable> for Variable {
    fn cotangent(self) -> Option<Variable> {
        Some(self)
    }
}

impl Rule<Variable> for &Variable {
    fn cotangent(self) -> Option<Variable> {
        Some(self.to_link())
    }
}

impl Rule<Real> for Real {
    #[inline]
    fn cotangent(self) -> Option<Real> {
        Some(self)
    }
}

impl Rule<Traced> for Traced {
    fn cotangent(self) -> Option<Traced> {
        Some(self)
    }
}

impl<T, R: Rule<T>> Rule<T> for Option<R> {
    fn cotangent(self) -> Option<T> {
        self.and_then(Rule::cotangent)
    }
}

/// `x^n` for integers, wrapping; a negative power is a fraction, cut to an integer.
pub(super) fn integer_power(x: i64, n: i64) -> i64 {
    match u32::try_from(n) {
        Ok(n) => x.wrapping_pow(n),
        Err(_) if n < 0 => match x {
            1 => 1,
            -1 => 1 - 2 * (n & 1),
            _ => 0,
        },
        // Only bases whose powers cycle can be meant.
        Err(_) => match x {
            0 | 1 => x,
            _ => x.wrapping_pow(u32::MAX - 1 + (n & 1) as u32),
        },
    }
}

macro_rules! parameter_type {
    ($parameter:ident) => {
        $crate::elementwise::Parameter
    };
}

macro_rules! unary_table {
    ($(
        $(#[doc = $doc:literal])+
        $Op:ident $(($($p:ident = $example:literal),+))? => $name:ident $try_name:ident {
            value: |$vx:ident| $value:expr,
            $(vector: |$xs:ident, $ys:ident| [$f64:expr, $f32:expr],)?
            $(integer: |$ix:ident| $integer:expr,)?
            $(vjp: |$x:ident, $y:ident, $gy:ident| $vjp:expr,)?
            $(taylor: |$tx:ident, $ty:ident, $tg:ident| $taylor:expr,)?
            $(symbol: $symbol:literal,)?
            domain: $domain:expr,
        }
    )+) => {
        /// The elementwise primitives of one variable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Unary {
            $(
                $(#[doc = $doc])+
                $Op $(($(#[doc = concat!("`", stringify!($p), "`")] $crate::elementwise::machinery::parameter_type!($p)),+))?,
            )+
        }

        impl Unary {
            /// The rows of the table, in its order.
            pub(crate) const TABLE: &[$crate::elementwise::Primitive] = &[$(
                $crate::elementwise::Primitive {
                    name: stringify!($name),
                    label: stringify!($Op),
                    arity: 1,
                    parameters: &[$($(stringify!($p)),+)?],
                    doc: concat!($($doc,)+),
                    derivative: concat!($(stringify!($vjp))?),
                    domain: &$domain,
                    op: $crate::Op::Unary(Self::$Op $(($($crate::elementwise::primitive::parameter($example)),+))?),
                },
            )+];

            /// The class name in DeZero, which labels the operation in a drawing.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$Op { .. } => stringify!($Op),)+
                }
            }

            /// What stands for it in a formula: a mathematical symbol, or else its name. `{}` stands for
            /// a parameter.
            #[allow(unused_variables)]
            pub(crate) fn symbol(self) -> &'static str {
                match self {
                    $(Self::$Op { .. } => {
                        let symbol = stringify!($name);
                        $(let symbol = $symbol;)?
                        symbol
                    })+
                }
            }

            /// The numeric parameters.
            pub fn parameters(self) -> Vec<f64> {
                match self {
                    $(Self::$Op $(($($p),+))? => vec![$($($p.get()),+)?],)+
                }
            }

            /// This primitive with other parameters, or `None` if their number is another.
            pub(crate) fn with_parameters(self, parameters: &[f64]) -> Option<Self> {
                match self {
                    $(Self::$Op { .. } => {
                        let [$($($p),+)?] = *parameters else { return None };
                        Some(Self::$Op $(($($p.into()),+))?)
                    })+
                }
            }

            /// The value at each number of a slice.
            ///
            /// # Panics
            ///
            /// If the slices differ in length.
            #[allow(unreachable_code)]
            pub fn fill_f64(self, xs: &[f64], ys: &mut [f64]) {
                match self {
                    $(Self::$Op $(($($p),+))? => {
                        $($(let $p = $p.get();)+)?
                        $({
                            let ($xs, $ys) = (xs, ys);
                            return $f64;
                        })?
                        map_lanes(xs, ys, |$vx: f64| $value);
                    })+
                }
            }

            /// [`fill_f64`](Self::fill_f64) in f32.
            ///
            /// # Panics
            ///
            /// If the slices differ in length.
            #[allow(unreachable_code)]
            pub fn fill_f32(self, xs: &[f32], ys: &mut [f32]) {
                match self {
                    $(Self::$Op $(($($p),+))? => {
                        $($(let $p = $p.get() as f32;)+)?
                        $({
                            let ($xs, $ys) = (xs, ys);
                            return $f32;
                        })?
                        map_lanes(xs, ys, |$vx: f32| $value);
                    })+
                }
            }

            /// The same on integers, for the primitives that keep them.
            fn fill_i64(self) -> Option<fn(&[i64], &mut [i64])> {
                match self {
                    $(Self::$Op { .. } => {
                        let fill: Option<fn(&[i64], &mut [i64])> = None;
                        $(let fill = fill.or(Some(|xs, ys| map_lanes(xs, ys, |$ix: i64| $integer)));)?
                        fill
                    })+
                }
            }

            /// What it is called in the table.
            fn name(self) -> &'static str {
                match self {
                    $(Self::$Op { .. } => stringify!($name),)+
                }
            }

            /// The value at a number.
            #[inline]
            pub fn value(self, x: f64) -> f64 {
                match self {
                    $(Self::$Op $(($($p),+))? => {
                        $($(let $p = $p.get();)+)?
                        let $vx = x;
                        $value
                    })+
                }
            }

            /// The value at each element. Integers stay integers only where the entry says how.
            pub(crate) fn map(self, x: &dezero_array::Array) -> Result<dezero_array::Array, dezero_array::Error> {
                let is_number = x.ndim() == 0;
                x.map_slices(
                    self.name(),
                    &|xs, ys| match (is_number, xs, &mut *ys) {
                        (true, &[x], [y]) => *y = self.value(x),
                        _ => self.fill_f64(xs, ys),
                    },
                    &|xs, ys| self.fill_f32(xs, ys),
                    self.fill_i64().as_ref().map(|fill| fill as _),
                )
            }

            /// The cotangent of the input, on numbers.
            #[inline(never)]
            #[allow(unused_variables)]
            pub(crate) fn vjp_real(self, x: Real, y: Real, gy: Real) -> Option<Real> {
                match self {
                    $(Self::$Op $(($($p),+))? => {
                        $($(let $p = $p.get();)+)?
                        None::<Real>$(.or({
                            let ($x, $y, $gy) = (x, y, gy);
                            Rule::<Real>::cotangent($vjp)
                        }))?
                    })+
                }
            }

            /// The rate of the result from that of the input, written down for its recurrence.
            #[allow(unused_variables, unreachable_code)]
            pub(crate) fn vjp_traced(self, x: Traced, y: Traced, gy: Traced) -> Option<Traced> {
                match self {
                    $(Self::$Op $(($($p),+))? => {
                        $($(let $p = $p.get();)+)?
                        $({
                            let ($tx, $ty, $tg) = (x, y, gy);
                            return Rule::<Traced>::cotangent($taylor);
                        })?
                        None::<Traced>$(.or({
                            let ($x, $y, $gy) = (x, y, gy);
                            Rule::<Traced>::cotangent($vjp)
                        }))?
                    })+
                }
            }

            /// Whether the recurrence is that of a formula of its own, which may divide by zero where
            /// the derivative does not.
            #[allow(unreachable_code)]
            pub(crate) fn has_own_recurrence(self) -> bool {
                match self {
                    $(Self::$Op { .. } => {
                        $(let _ = stringify!($taylor); return true;)?
                        false
                    })+
                }
            }

            /// The cotangent of the input, on variables.
            #[allow(unused_variables)]
            pub(crate) fn vjp(self, x: &Variable, y: &Variable, gy: &Variable) -> Option<Variable> {
                match self {
                    $(Self::$Op $(($($p),+))? => {
                        $($(let $p = $p.get();)+)?
                        None::<Variable>$(.or({
                            let ($x, $y, $gy) = (x, y, gy);
                            Rule::<Variable>::cotangent($vjp)
                        }))?
                    })+
                }
            }
        }

        /// # Elementwise functions of one variable
        impl Variable {$(
            $(#[doc = $doc])+
            ///
            /// Elementwise: any shape, of which the result has the same. f32 and f64 keep their
            /// dtype.
            ///
            /// # Panics
            ///
            /// If the dtype has no such function.
            #[track_caller]
            #[must_use]
            pub fn $name(&self $($(, $p: impl Into<f64>)+)?) -> Variable {
                $crate::operators::panicking(self.$try_name($($($p),+)?))
            }

            #[doc = concat!("[`", stringify!($name), "`](Self::", stringify!($name), "), or why it cannot be.")]
            ///
            /// # Errors
            ///
            /// If the dtype has no such function.
            #[track_caller]
            pub fn $try_name(&self $($(, $p: impl Into<f64>)+)?) -> $crate::Result<Variable> {
                let op = Unary::$Op $(($($crate::elementwise::Parameter::from($p.into())),+))?;
                $crate::elementwise::unary(op, self.to_link(), std::panic::Location::caller())
            }
        )+}

        #[allow(dead_code)]
        impl Real {$(
            #[inline]
            pub(crate) fn $name(self $($(, $p: f64)+)?) -> Real {
                Real(Unary::$Op $(($($crate::elementwise::Parameter::from($p)),+))?.value(self.0))
            }
        )+}

        #[allow(dead_code)]
        impl Traced {$(
            pub(crate) fn $name(self $($(, $p: f64)+)?) -> Traced {
                let op = Unary::$Op $(($($crate::elementwise::Parameter::from($p)),+))?;
                $crate::taylor::apply($crate::taylor::Function::Unary(op), [self, self])
            }
        )+}
    };
}

macro_rules! binary_table {
    ($(
        $(#[doc = $doc:literal])+
        $Op:ident => $name:ident $try_name:ident {
            value: |$v0:ident, $v1:ident| $value:expr,
            $(vector: |$x0s:ident, $x1s:ident, $ys:ident| [$f64:expr, $f32:expr],)?
            $(integer: |$i0:ident, $i1:ident| $integer:expr,)?
            $(bool: |$b0:ident, $b1:ident| $bool:expr,)?
            vjp: |$x0:ident, $x1:ident, $y:ident, $gy:ident| [$vjp0:expr, $vjp1:expr $(,)?],
            $(taylor: |$t0:ident, $t1:ident, $ty:ident, $tg:ident| [$taylor0:expr, $taylor1:expr $(,)?],)?
            $(symbol: $symbol:literal,)?
            domain: $domain:expr,
        }
    )+) => {
        /// The elementwise primitives of two variables, which broadcast against each other.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Binary {
            $(
                $(#[doc = $doc])+
                $Op,
            )+
        }

        impl Binary {
            /// The rows of the table, in its order.
            pub(crate) const TABLE: &[$crate::elementwise::Primitive] = &[$(
                $crate::elementwise::Primitive {
                    name: stringify!($name),
                    label: stringify!($Op),
                    arity: 2,
                    parameters: &[],
                    doc: concat!($($doc,)+),
                    derivative: concat!(stringify!($vjp0), ", ", stringify!($vjp1)),
                    domain: &$domain,
                    op: $crate::Op::Binary(Self::$Op),
                },
            )+];

            /// The class name in DeZero, which labels the operation in a drawing.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$Op => stringify!($Op),)+
                }
            }

            /// What stands for it in a formula: a mathematical symbol, or else its name.
            #[allow(unused_variables)]
            pub(crate) fn symbol(self) -> &'static str {
                match self {
                    $(Self::$Op => {
                        let symbol = stringify!($name);
                        $(let symbol = $symbol;)?
                        symbol
                    })+
                }
            }

            /// The values at pairs of numbers.
            ///
            /// # Panics
            ///
            /// If an operand has another length than the results.
            #[allow(unreachable_code)]
            pub fn fill_f64(self, x0: Lanes<'_, f64>, x1: Lanes<'_, f64>, ys: &mut [f64]) {
                match self {
                    $(Self::$Op => {
                        $({
                            let ($x0s, $x1s, $ys) = (x0, x1, ys);
                            return $f64;
                        })?
                        x0.zip(x1, ys, |$v0: f64, $v1: f64| $value);
                    })+
                }
            }

            /// [`fill_f64`](Self::fill_f64) in f32.
            ///
            /// # Panics
            ///
            /// If an operand has another length than the results.
            #[allow(unreachable_code)]
            pub fn fill_f32(self, x0: Lanes<'_, f32>, x1: Lanes<'_, f32>, ys: &mut [f32]) {
                match self {
                    $(Self::$Op => {
                        $({
                            let ($x0s, $x1s, $ys) = (x0, x1, ys);
                            return $f32;
                        })?
                        x0.zip(x1, ys, |$v0: f32, $v1: f32| $value);
                    })+
                }
            }

            /// The same on integers, for the primitives that keep them.
            fn fill_i64(self) -> Option<fn(Lanes<'_, i64>, Lanes<'_, i64>, &mut [i64])> {
                match self {
                    $(Self::$Op => {
                        let fill: Option<fn(Lanes<'_, i64>, Lanes<'_, i64>, &mut [i64])> = None;
                        $(let fill = fill.or(Some(|x0, x1, ys| x0.zip(x1, ys, |$i0: i64, $i1: i64| $integer)));)?
                        fill
                    })+
                }
            }

            /// The same on truth values, for the primitives that are defined on them.
            fn fill_bool(self) -> Option<fn(Lanes<'_, bool>, Lanes<'_, bool>, &mut [bool])> {
                match self {
                    $(Self::$Op => {
                        let fill: Option<fn(Lanes<'_, bool>, Lanes<'_, bool>, &mut [bool])> = None;
                        $(let fill = fill.or(Some(|x0, x1, ys| x0.zip(x1, ys, |$b0: bool, $b1: bool| $bool)));)?
                        fill
                    })+
                }
            }

            /// What it is called in the table.
            fn name(self) -> &'static str {
                match self {
                    $(Self::$Op => stringify!($name),)+
                }
            }

            /// The value at two numbers.
            #[inline]
            pub fn value(self, x0: f64, x1: f64) -> f64 {
                match self {
                    $(Self::$Op => {
                        let ($v0, $v1) = (x0, x1);
                        $value
                    })+
                }
            }

            /// The value at each pair of elements. Integers stay integers only where the entry says how.
            pub(crate) fn zip(self, a: &dezero_array::Array, b: &dezero_array::Array) -> Result<dezero_array::Array, dezero_array::Error> {
                let is_number = a.ndim() == 0 && b.ndim() == 0;
                a.zip_slices(
                    b,
                    self.name(),
                    &|xs, ys, zs| match zs {
                        [z] if is_number => *z = self.value(xs.first(), ys.first()),
                        _ => self.fill_f64(xs, ys, zs),
                    },
                    &|xs, ys, zs| self.fill_f32(xs, ys, zs),
                    self.fill_i64().as_ref().map(|fill| fill as _),
                    self.fill_bool().as_ref().map(|fill| fill as _),
                )
            }

            /// The cotangents of the inputs that are `wanted`, on numbers.
            // One call for both, and not inlined: inlined, the rules of all operations are mixed.
            #[inline(never)]
            #[allow(unused_variables)]
            pub(crate) fn vjp_real(self, wanted: [bool; 2], x0: Real, x1: Real, y: Real, gy: Real) -> [Option<Real>; 2] {
                match self {
                    $(Self::$Op => {
                        let ($x0, $x1, $y, $gy) = (x0, x1, y, gy);
                        [
                            if wanted[0] { Rule::<Real>::cotangent($vjp0) } else { None },
                            if wanted[1] { Rule::<Real>::cotangent($vjp1) } else { None },
                        ]
                    })+
                }
            }

            /// The rate of the result from that of input `i`, written down for its recurrence.
            #[allow(unused_variables, unreachable_code)]
            pub(crate) fn vjp_traced(self, i: usize, x0: Traced, x1: Traced, y: Traced, gy: Traced) -> Option<Traced> {
                match self {
                    $(Self::$Op => {
                        $({
                            let ($t0, $t1, $ty, $tg) = (x0, x1, y, gy);
                            return if i == 0 { Rule::<Traced>::cotangent($taylor0) } else { Rule::<Traced>::cotangent($taylor1) };
                        })?
                        let ($x0, $x1, $y, $gy) = (x0, x1, y, gy);
                        if i == 0 { Rule::<Traced>::cotangent($vjp0) } else { Rule::<Traced>::cotangent($vjp1) }
                    })+
                }
            }

            /// Whether the recurrence is that of a formula of its own, which may divide by zero where
            /// the derivative does not.
            #[allow(unreachable_code)]
            pub(crate) fn has_own_recurrence(self) -> bool {
                match self {
                    $(Self::$Op => {
                        $(let _ = stringify!($taylor0); return true;)?
                        false
                    })+
                }
            }

            /// The cotangent of input `i`, on variables: of the shape of the result.
            #[allow(unused_variables)]
            pub(crate) fn vjp(self, i: usize, x0: &Variable, x1: &Variable, y: &Variable, gy: &Variable) -> Option<Variable> {
                match self {
                    $(Self::$Op => {
                        let ($x0, $x1, $y, $gy) = (x0, x1, y, gy);
                        if i == 0 { Rule::<Variable>::cotangent($vjp0) } else { Rule::<Variable>::cotangent($vjp1) }
                    })+
                }
            }
        }

        /// # Elementwise functions of two variables
        impl Variable {$(
            $(#[doc = $doc])+
            ///
            /// Elementwise: `x0` is this variable, `x1` the other, which may be a variable, an
            /// array or a number. Their shapes broadcast; f32 beside f64 gives f64, a number
            /// beside an array takes the array's dtype.
            ///
            /// # Panics
            ///
            /// If the shapes do not broadcast, or the dtype has no such function.
            #[track_caller]
            #[must_use]
            #[allow(clippy::should_implement_trait)]
            pub fn $name(&self, x1: impl Into<$crate::Operand>) -> Variable {
                $crate::operators::panicking(self.$try_name(x1))
            }

            #[doc = concat!("[`", stringify!($name), "`](Self::", stringify!($name), "), or why it cannot be.")]
            ///
            /// # Errors
            ///
            /// If the shapes do not broadcast, or the dtype has no such function.
            #[track_caller]
            pub fn $try_name(&self, x1: impl Into<$crate::Operand>) -> $crate::Result<Variable> {
                $crate::elementwise::binary(Binary::$Op, self.into(), x1.into(), std::panic::Location::caller())
            }
        )+}

        #[allow(dead_code)]
        impl Real {$(
            #[inline]
            pub(crate) fn $name(self, x1: impl Into<Real>) -> Real {
                Real(Binary::$Op.value(self.0, x1.into().0))
            }
        )+}

        #[allow(dead_code)]
        impl Traced {$(
            #[allow(clippy::should_implement_trait)]
            pub(crate) fn $name(self, x1: impl Into<Traced>) -> Traced {
                $crate::taylor::apply($crate::taylor::Function::Binary(Binary::$Op), [self, x1.into()])
            }
        )+}
    };
}

pub(crate) use {binary_table, parameter_type, unary_table};
