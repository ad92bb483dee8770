//! Functions of numbers over slices: `map_lanes`, and `Lanes`, an operand with a value for each
//! element or one for all.
//!
//! The loops are compiled for each instruction set and chosen at run time. That changes no bit: what
//! a closure computes is never contracted or put in another order.

use crate::kernels::{Kernel, run};

/// Writes `f` of every element of `xs` to its place in `results`.
///
/// # Panics
///
/// If the slices differ in length.
///
/// ```
/// let mut squares = [0.0; 3];
/// dezero_array::map_lanes(&[1.0, 2.0, 3.0], &mut squares, |x: f64| x * x);
/// assert_eq!(squares, [1.0, 4.0, 9.0]);
/// ```
#[inline]
pub fn map_lanes<T: Copy, U>(xs: &[T], results: &mut [U], f: impl Fn(T) -> U) {
    assert_eq!(xs.len(), results.len());
    run(Map { xs, results, f });
}

struct Map<'a, T, U, F> {
    xs: &'a [T],
    results: &'a mut [U],
    f: F,
}

impl<T: Copy, U, F: Fn(T) -> U> Kernel for Map<'_, T, U, F> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (y, &x) in self.results.iter_mut().zip(self.xs) {
            *y = (self.f)(x);
        }
    }
}

/// An operand that goes along a slice of results.
#[derive(Clone, Copy, Debug)]
pub enum Lanes<'a, T> {
    /// A value for each result.
    Each(&'a [T]),
    /// The same value for all results.
    All(T),
}

impl<T: Copy> Lanes<'_, T> {
    /// Writes `f` of every pair of operands to its place in `results`.
    ///
    /// # Panics
    ///
    /// If an operand has another length than the results.
    ///
    /// ```
    /// use dezero_array::Lanes;
    ///
    /// let mut sums = [0.0; 3];
    /// Lanes::Each(&[1.0, 2.0, 3.0]).zip(Lanes::All(0.5), &mut sums, |x, y| x + y);
    /// assert_eq!(sums, [1.5, 2.5, 3.5]);
    /// ```
    #[inline]
    pub fn zip<U>(self, other: Self, results: &mut [U], f: impl Fn(T, T) -> U) {
        match (self, other) {
            (Self::Each(a), Self::Each(b)) => {
                assert!(a.len() == results.len() && b.len() == results.len());
                run(Zip { a, b, results, f });
            }
            (Self::Each(a), Self::All(b)) => map_lanes(a, results, |a| f(a, b)),
            (Self::All(a), Self::Each(b)) => map_lanes(b, results, |b| f(a, b)),
            (Self::All(a), Self::All(b)) => results.iter_mut().for_each(|y| *y = f(a, b)),
        }
    }
}

impl<T: Copy> Lanes<'_, T> {
    /// The operand of the first result.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[inline]
    pub fn first(self) -> T {
        match self {
            Self::Each(values) => values[0],
            Self::All(value) => value,
        }
    }

    /// The operands from number `first` on.
    pub(crate) fn part(self, first: usize, len: usize) -> Self {
        match self {
            Self::Each(values) => Self::Each(&values[first..][..len]),
            Self::All(value) => Self::All(value),
        }
    }

    pub(crate) fn copy_to(self, results: &mut [T]) {
        match self {
            Self::Each(values) => results.copy_from_slice(values),
            Self::All(value) => results.fill(value),
        }
    }
}

struct Zip<'a, T, U, F> {
    a: &'a [T],
    b: &'a [T],
    results: &'a mut [U],
    f: F,
}

impl<T: Copy, U, F: Fn(T, T) -> U> Kernel for Zip<'_, T, U, F> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for ((y, &a), &b) in self.results.iter_mut().zip(self.a).zip(self.b) {
            *y = (self.f)(a, b);
        }
    }
}
