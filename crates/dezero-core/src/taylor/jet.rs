//! What the series rule of an operation on whole arrays sees, and is written with.

use std::ops::Range;

use dezero_array::Array;

use super::algebra::{Algebra, Extent, Term, Variables};
use super::program::{Function, Program};
use super::recurrence::{Series, run};
use crate::error::Result;
use crate::variable::Variable;

/// A call of an operation, with the series of its inputs.
pub(crate) struct Jet<'a> {
    /// The inputs, as links and values.
    pub(crate) xs: &'a [Variable],
    /// The result.
    pub(crate) y: &'a Variable,
    /// For each input that varies, its series.
    pub(crate) series: &'a [Option<Series<Term>>],
    pub(crate) algebra: &'a Variables,
    pub(crate) extent: Extent,
}

/// The axes that a coefficient has before those of its value: none, or one for the directions.
#[derive(Clone, Copy)]
pub(crate) struct Lead(Option<usize>);

impl Lead {
    pub(crate) fn of(extent: Extent, weight: usize) -> Self {
        Self(extent.directions.filter(|_| extent.is_wide(weight)))
    }

    /// The number of leading axes.
    pub(crate) fn axes(self) -> usize {
        usize::from(self.0.is_some())
    }

    /// A shape with the leading axes in front.
    pub(crate) fn shape(self, shape: &[usize]) -> Vec<usize> {
        self.0.into_iter().chain(shape.iter().copied()).collect()
    }

    /// An axis of the value, counted from the front, as one of the coefficient.
    pub(crate) fn axis(self, axis: isize) -> isize {
        if axis < 0 {
            axis
        } else {
            axis + self.axes() as isize
        }
    }

    /// The same entry for each leading axis, and then those of the value.
    pub(crate) fn before<T: Clone>(self, entry: T, others: &[T]) -> Vec<T> {
        let mut all = vec![entry; self.axes()];
        all.extend_from_slice(others);
        all
    }

    /// The coefficient of a value with fewer axes than `ndim`, with axes of length 1 put in so that
    /// it broadcasts as the value does.
    pub(crate) fn align(self, t: &Variable, ndim: usize) -> Result<Variable> {
        let shape = t.linked_value().shape();
        if self.0.is_none() || shape.len() == ndim + 1 {
            return Ok(t.to_link());
        }
        let mut aligned = vec![shape[0]];
        aligned.resize(ndim + 2 - shape.len(), 1);
        aligned.extend_from_slice(&shape[1..]);
        t.try_reshape(aligned).map(Variable::into_link)
    }

    /// The coefficient with the leading axis moved to the end.
    pub(crate) fn to_back(self, t: &Variable) -> Result<Variable> {
        let ndim = t.linked_value().ndim();
        match self.0 {
            None => Ok(t.to_link()),
            Some(_) => t.try_permute((1..ndim).chain([0]).collect::<Vec<_>>()),
        }
    }

    /// The reverse of [`to_back`](Self::to_back).
    pub(crate) fn to_front(self, t: &Variable) -> Result<Variable> {
        let ndim = t.ndim();
        match self.0 {
            None => Ok(t.to_link()),
            Some(_) => t.try_permute(
                [ndim - 1]
                    .into_iter()
                    .chain(0..ndim - 1)
                    .collect::<Vec<_>>(),
            ),
        }
    }
}

impl Jet<'_> {
    /// The number of axes of the result.
    pub(crate) fn ndim(&self) -> usize {
        self.y.linked_value().ndim()
    }

    /// The value of an input as the first coefficient of a series.
    pub(crate) fn constant(x: &Variable) -> Series<Term> {
        vec![Some(x.to_link().into())]
    }

    /// The series of input `i`, constant if it does not vary.
    pub(crate) fn input(&self, i: usize) -> Series<Term> {
        self.series[i]
            .clone()
            .unwrap_or_else(|| Self::constant(&self.xs[i]))
    }

    /// The series of input `i`, of which each coefficient broadcasts against a value of `ndim`
    /// axes as the input does.
    pub(crate) fn aligned(&self, i: usize, ndim: usize) -> Result<Series<Term>> {
        let mut series = self.input(i);
        for (k, term) in series.iter_mut().enumerate().skip(1) {
            let lead = Lead::of(self.extent, k);
            if let Some(t) = term {
                *t = t.map(|t| lead.align(t, ndim))?;
            }
        }
        Ok(series)
    }

    /// The series of the result of an operation that is linear in its only input.
    pub(crate) fn linear(
        &self,
        f: impl Fn(&Variable, Lead) -> Result<Variable>,
    ) -> Result<Series<Term>> {
        self.map(&self.input(0), f)
    }

    /// A linear operation on a series.
    pub(crate) fn map(
        &self,
        series: &[Option<Term>],
        f: impl Fn(&Variable, Lead) -> Result<Variable>,
    ) -> Result<Series<Term>> {
        let mut mapped = vec![None];
        for (k, term) in series.iter().enumerate().skip(1) {
            let lead = Lead::of(self.extent, k);
            mapped.push(term.as_ref().map(|t| t.map(|t| f(t, lead))).transpose()?);
        }
        Ok(mapped)
    }

    /// The series of the result of an operation that is linear in all its float inputs together;
    /// `f` gets a coefficient of each that has one.
    pub(crate) fn joint(
        &self,
        f: impl Fn(&[Option<Variable>], Lead) -> Result<Variable>,
    ) -> Result<Series<Term>> {
        let mut joint = vec![None];
        for k in 1..=self.extent.order {
            let coefficients: Vec<Option<Variable>> = self
                .series
                .iter()
                .map(|series| {
                    let term = series.as_ref().and_then(|series| series.get(k)?.as_ref());
                    term.map(Term::variable).transpose()
                })
                .collect::<Result<_>>()?;
            joint.push(if coefficients.iter().all(Option::is_none) {
                None
            } else {
                Some(f(&coefficients, Lead::of(self.extent, k))?.into())
            });
        }
        Ok(joint)
    }

    /// `sum a_i b_{k-i}` over `i` in a range, with `f` as the product; over the directions too where
    /// that is due.
    pub(crate) fn products(
        &self,
        a: &[Option<Term>],
        b: &[Option<Term>],
        range: Range<usize>,
        k: usize,
        f: impl Fn(&Variable, &Variable) -> Result<Variable>,
    ) -> Result<Option<Term>> {
        let mut sum: Option<Term> = None;
        for i in range {
            let (Some(Some(x)), Some(Some(y))) = (a.get(i), b.get(k - i)) else {
                continue;
            };
            let mut product = x.times(y, &f)?;
            if self.extent.sums_at(k) && i > 0 && i < k {
                product = self.algebra.total(&product)?;
            }
            sum = Some(match sum {
                None => product,
                Some(sum) => self.algebra.add(&sum, &product)?,
            });
        }
        Ok(sum)
    }

    /// `a - b`, of which either may be zero.
    pub(crate) fn minus(&self, a: Option<&Term>, b: Option<&Term>) -> Result<Option<Term>> {
        Ok(match (a, b) {
            (Some(a), Some(b)) => Some(self.algebra.sub(a, b)?),
            (a, None) => a.cloned(),
            (None, Some(b)) => Some(self.algebra.scale(b, -1.0)),
        })
    }

    /// A primitive of one variable, applied to a series; `y` is its value.
    pub(crate) fn unary(
        &self,
        op: crate::elementwise::Unary,
        x: &[Option<Term>],
        y: &Variable,
    ) -> Result<Series<Term>> {
        let program = Program::of(Function::Unary(op), [true, false])
            .expect("only primitives with a recurrence are used in rules");
        let y = Term::from(y.to_link());
        run(&program, self.algebra, self.extent, [x, &[]], y)
    }

    /// A coefficient of a result, in its shape and dtype.
    pub(crate) fn fit(&self, term: &Term, k: usize) -> Result<Term> {
        let y = self.y.linked_value();
        fit(term, y, Lead::of(self.extent, k))
    }
}

/// A coefficient of a value `y`, in its shape and dtype.
pub(crate) fn fit(term: &Term, y: &Array, lead: Lead) -> Result<Term> {
    if lead.0.is_none() && y.ndim() == 0 && y.as_f64().is_some() {
        return Ok(term.clone());
    }
    let due = lead.shape(y.shape());
    term.as_variable()?.map(|t| {
        let t = if t.linked_value().shape() == due {
            t.to_link()
        } else {
            t.try_broadcast_to(due.as_slice())?.into_link()
        };
        t.try_cast(y.dtype())
    })
}
