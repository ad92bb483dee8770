//! A function of slices, applied to arrays however they lie: in stretches, whose elements are where
//! they can be read one after the other or are first brought together, and on several threads where
//! the work pays for it.
//!
//! Nothing here is generic over the function, so that a further primitive costs little code.

use crate::array::Array;
use crate::dtype::Element;
use crate::error::Result;
use crate::kernels::{Kernel, run};
use crate::lanes::Lanes;
use crate::parallel::split;
use crate::pool::filled;
use crate::shape::{Layout, broadcast, checked_size};
use crate::strided::{STRETCH, Walk, one_row};

/// Writes a function of every element of a slice to another of the same length.
pub(crate) type Map<'a, T, U> = &'a (dyn Fn(&[T], &mut [U]) + Sync);

/// Writes a function of every pair of elements to a slice.
pub(crate) type Zip<'a, T, U> = &'a (dyn Fn(Lanes<'_, T>, Lanes<'_, T>, &mut [U]) + Sync);

impl Array {
    /// `f` of every element of a known dtype, in the order in which they lie.
    ///
    /// # Errors
    ///
    /// A memory error, which names `op`.
    pub(crate) fn map<T: Element, U: Element>(&self, op: &str, f: Map<'_, T, U>) -> Result<Self> {
        let (values, layout) = self.parts::<T>();
        if layout.ndim() == 0 {
            let mut y = [U::default()];
            f(&values[..1], &mut y);
            return Ok(y[0].into());
        }
        if let Some((row, [start, ..], output)) = one_row(&[layout]) {
            let mut out = filled(op, &output.shape, row.len)?;
            let values = &values[start..][..row.len];
            split(&mut out, &|first, part| {
                f(&values[first..][..part.len()], part);
            });
            return Ok(Self::from_parts(out, output));
        }
        let (walk, output) = Walk::natural(&[layout], &layout.shape);
        let mut out = filled(op, &layout.shape, walk.size)?;
        map(values, &walk, &mut out, f);
        Ok(Self::from_parts(out, output))
    }

    /// `f` of every pair of elements, broadcast, each array first converted to `T`.
    pub(crate) fn zip<T: Element, U: Element>(
        &self,
        other: &Self,
        op: &str,
        f: Zip<'_, T, U>,
    ) -> Result<Self> {
        let (Some((x, left)), Some((y, right))) = (self.try_parts::<T>(), other.try_parts::<T>())
        else {
            return self
                .converted(op, T::DTYPE)?
                .zip(&other.converted(op, T::DTYPE)?, op, f);
        };
        if left.ndim() + right.ndim() == 0 {
            let mut z = [U::default()];
            f(Lanes::All(x[0]), Lanes::All(y[0]), &mut z);
            return Ok(z[0].into());
        }
        if let Some((row, [i, j, _], output)) = one_row(&[left, right]) {
            let mut out = filled(op, &output.shape, row.len)?;
            let whole = |values, start, layout| lanes_of(values, start, row.len, layout);
            let (x, y) = (whole(x, i, left), whole(y, j, right));
            split(&mut out, &|first, part| {
                f(x.part(first, part.len()), y.part(first, part.len()), part);
            });
            return Ok(Self::from_parts(out, output));
        }
        let shape = broadcast(op, &left.shape, &right.shape)?;
        checked_size(op, &shape, size_of::<T>())?;
        let (walk, output) = Walk::natural(&[left, right], &shape);
        let mut out = filled(op, &shape, walk.size)?;
        split(&mut out, &|first, part| {
            let (mut xs, mut ys) = ([T::default(); STRETCH], [T::default(); STRETCH]);
            walk.stretches(first, part, &mut |stretch, results| {
                f(
                    stretch.read(x, 0, &mut xs),
                    stretch.read(y, 1, &mut ys),
                    results,
                );
            });
        });
        Ok(Self::from_parts(out, output))
    }
}

/// An operand of a single row: 0-d, or all of it contiguous.
fn lanes_of<'a, T: Copy>(
    values: &'a [T],
    start: usize,
    len: usize,
    layout: &Layout,
) -> Lanes<'a, T> {
    match layout.ndim() {
        0 => Lanes::All(values[start]),
        _ => Lanes::Each(&values[start..][..len]),
    }
}

/// `f` of every element that a walk visits.
pub(crate) fn map<T: Element, U: Element>(
    values: &[T],
    walk: &Walk,
    out: &mut [U],
    f: Map<'_, T, U>,
) {
    split(out, &|first, part| {
        let mut xs = [T::default(); STRETCH];
        walk.stretches(
            first,
            part,
            &mut |stretch, results| match stretch.read(values, 0, &mut xs) {
                Lanes::Each(xs) => f(xs, results),
                Lanes::All(x) => {
                    let mut y = [U::default()];
                    f(&[x], &mut y);
                    results.fill(y[0]);
                }
            },
        );
    });
}

/// An element of `a` or of `b` for every truth value that a walk visits.
pub(crate) fn select<T: Element>((cond, a, b): (&[bool], &[T], &[T]), walk: &Walk, out: &mut [T]) {
    split(out, &|first, part| {
        let mut choices = [false; STRETCH];
        let (mut xs, mut ys) = ([T::default(); STRETCH], [T::default(); STRETCH]);
        walk.stretches(first, part, &mut |stretch, results| {
            let choices = stretch.read(cond, 0, &mut choices);
            let (xs, ys) = (stretch.read(a, 1, &mut xs), stretch.read(b, 2, &mut ys));
            choose(choices, xs, ys, results);
        });
    });
}

fn choose<T: Element>(
    choices: Lanes<'_, bool>,
    yes: Lanes<'_, T>,
    no: Lanes<'_, T>,
    results: &mut [T],
) {
    let choices = match choices {
        Lanes::Each(choices) => choices,
        Lanes::All(choice) => {
            let taken = if choice { yes } else { no };
            return taken.copy_to(results);
        }
    };
    no.copy_to(results);
    run(Replace {
        choices,
        yes,
        results,
    });
}

/// Replaces the results where the choice is true.
struct Replace<'a, T> {
    choices: &'a [bool],
    yes: Lanes<'a, T>,
    results: &'a mut [T],
}

impl<T: Copy> Kernel for Replace<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let places = self.results.iter_mut().zip(self.choices);
        match self.yes {
            Lanes::Each(yes) => {
                for ((y, &choice), &yes) in places.zip(yes) {
                    *y = if choice { yes } else { *y };
                }
            }
            Lanes::All(yes) => {
                for (y, &choice) in places {
                    *y = if choice { yes } else { *y };
                }
            }
        }
    }
}
