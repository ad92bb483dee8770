//! The choice of an instruction set at run time.
//!
//! A loop is written once, in plain Rust, as a [`Kernel`]. It is compiled for each [`Level`], and the
//! compiler vectorises it with what that level has.

use std::fmt;
use std::sync::OnceLock;

/// A set of instructions that this processor has.
///
/// Values come only from asking the processor, so that holding one is the proof that its
/// instructions can be run.
///
/// ```
/// use dezero_array::kernels::Level;
///
/// assert_eq!(Level::available().first(), Some(&Level::PORTABLE));
/// assert_eq!(Level::available().last(), Some(&Level::best()));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(Set);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Set {
    Portable,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// What the program was compiled for: SSE2 on x86-64, NEON on 64-bit ARM, unless the compiler was
    /// told more.
    pub const PORTABLE: Self = Self(Set::Portable);

    /// The most capable level of this processor.
    #[inline]
    pub fn best() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| *Self::available().last().unwrap_or(&Self::PORTABLE))
    }

    /// All levels of this processor, the least capable first.
    pub fn available() -> &'static [Self] {
        static AVAILABLE: OnceLock<Vec<Level>> = OnceLock::new();
        AVAILABLE.get_or_init(detect)
    }

    /// What it is called in reports: `portable`, `avx2` (with FMA) or `avx512`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Set::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => "avx512",
        }
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn detect() -> Vec<Level> {
    #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut))]
    let mut levels = vec![Level::PORTABLE];
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        levels.push(Level(Set::Avx2));
        if is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512bw")
        {
            levels.push(Level(Set::Avx512));
        }
    }
    levels
}

/// A computation that is compiled for each [`Level`].
///
/// The compiler uses a level's instructions only in what is inlined: `run` and all that it calls in
/// its loops must be `#[inline(always)]`.
pub trait Kernel {
    /// What the computation returns.
    type Output;

    /// The computation. `FMA` says whether [`f64::mul_add`] is a single instruction; where it is not, it
    /// is a call that takes a hundred times as long.
    ///
    /// The compiler never fuses `a * b + c` by itself, so that what is written without `mul_add` gives the
    /// same bits at each level.
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// Runs a kernel at the best level of this processor.
///
/// ```
/// use dezero_array::kernels::{Kernel, run};
///
/// struct Add<'a>(&'a [f64], &'a [f64], &'a mut [f64]);
///
/// impl Kernel for Add<'_> {
///     type Output = ();
///
///     #[inline(always)]
///     fn run<const FMA: bool>(self) {
///         for ((z, x), y) in self.2.iter_mut().zip(self.0).zip(self.1) {
///             *z = x + y;
///         }
///     }
/// }
///
/// let mut sums = [0.0; 3];
/// run(Add(&[1.0, 2.0, 3.0], &[0.5; 3], &mut sums));
/// assert_eq!(sums, [1.5, 2.5, 3.5]);
/// ```
#[inline]
pub fn run<K: Kernel>(kernel: K) -> K::Output {
    run_at(Level::best(), kernel)
}

/// Runs a kernel at a level of choice, for tests and measurements.
#[inline]
#[cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "calls of functions with target features")
)]
pub fn run_at<K: Kernel>(level: Level, kernel: K) -> K::Output {
    match level.0 {
        Set::Portable => run_portable(kernel),
        // SAFETY: a `Level` of this set is made only by `detect`, after the processor said that it has
        // AVX2 and FMA.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { run_avx2(kernel) },
        // SAFETY: a `Level` of this set is made only by `detect`, after the processor said that it has
        // AVX2, FMA and the four parts of AVX-512.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { run_avx512(kernel) },
    }
}

#[inline(never)]
fn run_portable<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<{ cfg!(any(target_arch = "aarch64", target_feature = "fma")) }>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<true>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512dq,avx512vl,avx512bw")]
fn run_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<true>()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Axpy<'a>(f64, &'a [f64], &'a mut [f64]);

    impl Kernel for Axpy<'_> {
        type Output = bool;

        #[inline(always)]
        fn run<const FMA: bool>(self) -> bool {
            for (y, x) in self.2.iter_mut().zip(self.1) {
                *y += self.0 * x;
            }
            FMA
        }
    }

    #[test]
    fn plain_arithmetic_gives_the_same_bits_at_every_level() {
        let x: Vec<f64> = (1..100).map(|n| 1.0 / f64::from(n)).collect();
        let want: Vec<f64> = x.iter().map(|x| x.sqrt() + 0.1 * x).collect();
        for &level in Level::available() {
            let mut y: Vec<f64> = x.iter().map(|x| x.sqrt()).collect();
            let fused = run_at(level, Axpy(0.1, &x, &mut y));
            assert_eq!(y, want, "{level:?}");
            assert!(fused || level == Level::PORTABLE, "{level:?}");
        }
    }

    #[test]
    fn levels_rise_from_the_portable_one_to_the_best() {
        let levels = Level::available();
        assert!(levels.is_sorted());
        assert_eq!(levels.first(), Some(&Level::PORTABLE));
        assert_eq!(levels.last(), Some(&Level::best()));
    }
}
