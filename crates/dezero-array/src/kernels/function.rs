//! From a function of one number to functions of slices.

use super::exponential::{Exp, Exp2, Expm1};
use super::hyperbolic::{Cosh, Sigmoid, Sinh, Softplus, Tanh};
use super::level::{Kernel, Level, run_at};
use super::logarithm::{Log, Log1p, Log2, Log10};
use super::trigonometric::{Cos, Sin};

/// A function of one number, written so that a loop over it can be vectorised.
pub(super) trait Function {
    /// The value, without a branch.
    fn value<const FMA: bool>(x: f64) -> f64;

    /// Whether `value` is not to be used at `x`. It may be true of few numbers only: they cost a
    /// second look at the slice.
    #[inline(always)]
    fn is_hard<const FMA: bool>(_x: f64) -> bool {
        false
    }

    /// The value where it is hard.
    fn hard(x: f64) -> f64 {
        x
    }
}

/// `x * y + z`, rounded once if that is an instruction.
#[inline(always)]
pub(super) fn fma<const FMA: bool>(x: f64, y: f64, z: f64) -> f64 {
    if FMA { x.mul_add(y, z) } else { x * y + z }
}

/// The polynomial with these coefficients, the lowest first.
///
/// Even and odd powers are summed apart, as two sums take half the time of one that is twice as long.
#[inline(always)]
pub(super) fn polynomial<const FMA: bool, const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let square = x * x;
    let mut sums = [0.0; 2];
    sums[(N - 1) % 2] = coefficients[N - 1];
    sums[(N - 2) % 2] = coefficients[N - 2];
    for i in (0..N - 2).rev() {
        sums[i % 2] = fma::<FMA>(sums[i % 2], square, coefficients[i]);
    }
    fma::<FMA>(sums[1], x, sums[0])
}

/// f32 or f64.
pub(super) trait Float: Copy + Default {
    fn to_f64(self) -> f64;
    fn from_f64(x: f64) -> Self;
}

impl Float for f64 {
    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x
    }
}

impl Float for f32 {
    #[inline(always)]
    fn to_f64(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn from_f64(x: f64) -> Self {
        x as f32
    }
}

/// Elements that are computed together: a loop of a length that the compiler knows.
const BLOCK: usize = 16;

#[inline(always)]
fn block<F: Function, T: Float, const FMA: bool>(x: &[T; BLOCK], y: &mut [T; BLOCK]) -> bool {
    let mut hard = 0;
    for i in 0..BLOCK {
        let x = x[i].to_f64();
        hard |= u64::from(F::is_hard::<FMA>(x));
        y[i] = T::from_f64(F::value::<FMA>(x));
    }
    hard != 0
}

struct Slices<'a, F, T> {
    x: &'a [T],
    y: &'a mut [T],
    function: std::marker::PhantomData<F>,
}

impl<F: Function, T: Float> Kernel for Slices<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let (x_blocks, x_rest) = self.x.as_chunks::<BLOCK>();
        let (y_blocks, y_rest) = self.y.as_chunks_mut::<BLOCK>();
        let mut hard = false;
        for (x, y) in x_blocks.iter().zip(y_blocks) {
            hard |= block::<F, T, FMA>(x, y);
        }
        if !x_rest.is_empty() {
            let (mut x, mut y) = ([T::default(); BLOCK], [T::default(); BLOCK]);
            x[..x_rest.len()].copy_from_slice(x_rest);
            hard |= block::<F, T, FMA>(&x, &mut y);
            y_rest.copy_from_slice(&y[..x_rest.len()]);
        }
        if hard {
            for (&x, y) in self.x.iter().zip(self.y) {
                if F::is_hard::<FMA>(x.to_f64()) {
                    *y = T::from_f64(F::hard(x.to_f64()));
                }
            }
        }
    }
}

#[inline]
fn apply<F: Function, T: Float>(level: Level, x: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "slices of different lengths");
    let function = std::marker::PhantomData::<F>;
    run_at(level, Slices { x, y, function });
}

macro_rules! functions {
    ($($(#[$doc:meta])* $f64:ident $f32:ident => $function:ty;)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Panics
            ///
            /// If the slices have different lengths.
            pub fn $f64(x: &[f64], y: &mut [f64]) {
                apply::<$function, f64>(Level::best(), x, y);
            }

            #[doc = concat!("[`", stringify!($f64), "`] of f32, within 1 ulp.")]
            ///
            /// # Panics
            ///
            /// If the slices have different lengths.
            pub fn $f32(x: &[f32], y: &mut [f32]) {
                apply::<$function, f32>(Level::best(), x, y);
            }
        )*

        /// All functions by name, at any level.
        #[cfg(test)]
        pub(super) const FUNCTIONS: &[Entry] = &[
            $((
                stringify!($f64),
                apply::<$function, f64>,
                apply::<$function, f32>,
            ),)*
        ];
    };
}

#[cfg(test)]
pub(super) type Entry = (
    &'static str,
    fn(Level, &[f64], &mut [f64]),
    fn(Level, &[f32], &mut [f32]),
);

functions! {
    /// `y = e^x`, within 2 ulp.
    ///
    /// ```
    /// let mut y = [0.0; 3];
    /// dezero_array::kernels::exp(&[0.0, 710.0, f64::NEG_INFINITY], &mut y);
    /// assert_eq!(y, [1.0, f64::INFINITY, 0.0]);
    /// ```
    exp exp_f32 => Exp;

    /// `y = ln x`, within 2 ulp; NaN below 0.
    ///
    /// ```
    /// let mut y = [0.0; 3];
    /// dezero_array::kernels::log(&[1.0, 0.0, f64::INFINITY], &mut y);
    /// assert_eq!(y, [0.0, f64::NEG_INFINITY, f64::INFINITY]);
    /// ```
    log log_f32 => Log;

    /// `y = sin x` of an angle in radians, within 2 ulp for angles of any size.
    ///
    /// ```
    /// let mut y = [1.0; 2];
    /// dezero_array::kernels::sin(&[0.0, 1e22], &mut y);
    /// assert_eq!(y, [0.0, -0.8522008497671888]);
    /// ```
    sin sin_f32 => Sin;

    /// `y = cos x` of an angle in radians, within 2 ulp for angles of any size.
    ///
    /// ```
    /// let mut y = [0.0; 1];
    /// dezero_array::kernels::cos(&[0.0], &mut y);
    /// assert_eq!(y, [1.0]);
    /// ```
    cos cos_f32 => Cos;

    /// `y = tanh x`, within 2 ulp.
    ///
    /// ```
    /// let mut y = [0.0; 3];
    /// dezero_array::kernels::tanh(&[-1e-300, 0.0, 50.0], &mut y);
    /// assert_eq!(y, [-1e-300, 0.0, 1.0]);
    /// ```
    tanh tanh_f32 => Tanh;

    /// The logistic function `y = 1 / (1 + e^-x)`, within 2 ulp, also where it is tiny.
    ///
    /// ```
    /// let mut y = [0.0; 2];
    /// dezero_array::kernels::sigmoid(&[0.0, 800.0], &mut y);
    /// assert_eq!(y, [0.5, 1.0]);
    /// ```
    sigmoid sigmoid_f32 => Sigmoid;

    /// `y = 2^x`, within 2 ulp; exact for integers.
    exp2 exp2_f32 => Exp2;

    /// `y = e^x - 1`, within 2 ulp, also where it is tiny.
    expm1 expm1_f32 => Expm1;

    /// `y = ln(1 + x)`, within 2 ulp, also where it is tiny; NaN below -1.
    log1p log1p_f32 => Log1p;

    /// `y = log2 x`, within 2 ulp; exact for powers of 2.
    log2 log2_f32 => Log2;

    /// `y = log10 x`, within 2 ulp.
    log10 log10_f32 => Log10;

    /// `y = sinh x`, within 2 ulp.
    sinh sinh_f32 => Sinh;

    /// `y = cosh x`, within 2 ulp.
    cosh cosh_f32 => Cosh;

    /// `y = ln(1 + e^x)`, within 2 ulp, also where it is tiny.
    softplus softplus_f32 => Softplus;
}
