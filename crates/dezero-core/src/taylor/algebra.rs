//! What coefficients are: plain numbers, or variables of which each may hold many directions.

use crate::elementwise::{Binary, Compare, binary, unary};
use crate::error::Result;
use crate::mode::Line;
use crate::operators::Operand;
use crate::ops::arguments::Axes;
use crate::variable::Variable;

use super::program::Function;

/// How far a series goes, and how wide its coefficients are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// The highest coefficient.
    pub(crate) order: usize,
    /// In how many directions at once. The coefficients from the first then have a leading axis of
    /// this length; the value itself, which they share, has not.
    pub(crate) directions: Option<usize>,
    /// Whether the highest coefficient is summed over the directions, as soon as it arises.
    ///
    /// It is linear in the highest coefficients of the inputs, so those can be summed before: F.
    /// Dangel, T. Siebert, M. Zeinhofer and A. Walther, "Collapsing Taylor mode automatic
    /// differentiation" (2025).
    pub(crate) collapsed: bool,
}

impl Extent {
    pub(crate) fn along(order: usize) -> Self {
        Self {
            order,
            directions: None,
            collapsed: false,
        }
    }

    /// Whether coefficients of this weight have an axis for the directions.
    pub(crate) fn is_wide(self, weight: usize) -> bool {
        self.directions.is_some() && weight > 0 && !self.sums_at(weight)
    }

    /// Whether products that arrive at this weight are to be summed over the directions.
    pub(crate) fn sums_at(self, weight: usize) -> bool {
        self.collapsed && weight == self.order
    }
}

/// Arithmetic on coefficients.
pub(crate) trait Algebra {
    type Value: Clone;

    fn number(&self, x: f64) -> Self::Value;
    /// The value of a primitive.
    fn value(&self, function: Function, arguments: [&Self::Value; 2]) -> Result<Self::Value>;
    fn compare(&self, op: Compare, a: &Self::Value, b: &Self::Value) -> Result<Self::Value>;
    fn add(&self, a: &Self::Value, b: &Self::Value) -> Result<Self::Value>;
    fn sub(&self, a: &Self::Value, b: &Self::Value) -> Result<Self::Value>;
    fn mul(&self, a: &Self::Value, b: &Self::Value) -> Result<Self::Value>;
    fn div(&self, a: &Self::Value, b: &Self::Value) -> Result<Self::Value>;
    fn scale(&self, a: &Self::Value, factor: f64) -> Self::Value;
    /// `a / n`, for a whole number.
    fn part(&self, a: &Self::Value, n: usize) -> Self::Value;
    /// Chooses by a condition; what is not there is zero.
    fn select(
        &self,
        condition: &Self::Value,
        yes: Option<&Self::Value>,
        no: Option<&Self::Value>,
    ) -> Result<Self::Value>;
    /// The sum over the directions.
    fn total(&self, a: &Self::Value) -> Result<Self::Value>;
    /// Whether every element is finite.
    fn is_finite(&self, a: &Self::Value) -> bool;
}

/// Bare numbers.
pub(crate) struct Numbers;

impl Algebra for Numbers {
    type Value = f64;

    fn number(&self, x: f64) -> f64 {
        x
    }

    fn value(&self, function: Function, [a, b]: [&f64; 2]) -> Result<f64> {
        Ok(match function {
            Function::Unary(op) => op.value(*a),
            Function::Binary(op) => op.value(*a, *b),
        })
    }

    fn compare(&self, op: Compare, a: &f64, b: &f64) -> Result<f64> {
        Ok(f64::from(u8::from(op.holds(*a, *b))))
    }

    #[inline]
    fn add(&self, a: &f64, b: &f64) -> Result<f64> {
        Ok(a + b)
    }

    #[inline]
    fn sub(&self, a: &f64, b: &f64) -> Result<f64> {
        Ok(a - b)
    }

    #[inline]
    fn mul(&self, a: &f64, b: &f64) -> Result<f64> {
        Ok(a * b)
    }

    #[inline]
    fn div(&self, a: &f64, b: &f64) -> Result<f64> {
        Ok(a / b)
    }

    #[inline]
    fn scale(&self, a: &f64, factor: f64) -> f64 {
        a * factor
    }

    #[inline]
    fn part(&self, a: &f64, n: usize) -> f64 {
        a / n as f64
    }

    fn select(&self, condition: &f64, yes: Option<&f64>, no: Option<&f64>) -> Result<f64> {
        Ok(if *condition == 0.0 { no } else { yes }
            .copied()
            .unwrap_or(0.0))
    }

    fn total(&self, a: &f64) -> Result<f64> {
        Ok(*a)
    }

    fn is_finite(&self, a: &f64) -> bool {
        a.is_finite()
    }
}

/// A coefficient that is a variable times a number, or a number alone. Factors are kept apart
/// until they have to be multiplied in: recurrences are full of them.
#[derive(Clone)]
pub(crate) struct Term {
    factor: f64,
    /// A link or a value.
    variable: Option<Variable>,
}

impl From<Variable> for Term {
    fn from(x: Variable) -> Self {
        Self {
            factor: 1.0,
            variable: Some(x.into_link()),
        }
    }
}

impl Term {
    /// The same with another variable: what is linear leaves the factor where it is.
    pub(crate) fn map(&self, f: impl FnOnce(&Variable) -> Result<Variable>) -> Result<Self> {
        let variable = self.variable.as_ref().map(f).transpose()?;
        Ok(Self {
            factor: self.factor,
            variable: variable.map(Variable::into_link),
        })
    }

    /// What is linear in two.
    pub(crate) fn times(
        &self,
        other: &Self,
        f: impl FnOnce(&Variable, &Variable) -> Result<Variable>,
    ) -> Result<Self> {
        let variable = match (&self.variable, &other.variable) {
            (Some(a), Some(b)) => Some(f(a, b)?.into_link()),
            (a, b) => a.clone().or_else(|| b.clone()),
        };
        Ok(Self {
            factor: self.factor * other.factor,
            variable,
        })
    }

    /// The coefficient with its factor multiplied in.
    pub(crate) fn variable(&self) -> Result<Variable> {
        match &self.variable {
            None => Ok(Variable::value(self.factor)),
            Some(x) if self.factor == 1.0 => Ok(x.to_link()),
            Some(x) if self.factor == -1.0 => x.try_neg().map(Variable::into_link),
            Some(x) => x.try_mul(self.factor).map(Variable::into_link),
        }
    }

    /// This times a number.
    pub(crate) fn times_number(&self, factor: f64) -> Self {
        Self {
            factor: self.factor * factor,
            variable: self.variable.clone(),
        }
    }

    /// The same, of which the variable is one in any case.
    pub(crate) fn as_variable(&self) -> Result<Self> {
        match &self.variable {
            Some(_) => Ok(self.clone()),
            None => self.variable().map(Self::from),
        }
    }

    fn operand(&self) -> Result<Operand> {
        match &self.variable {
            None => Ok(self.factor.into()),
            Some(_) => self.variable().map(Operand::from),
        }
    }
}

/// Links and values, computed with as the thread's recording says.
pub(crate) struct Variables {
    pub(crate) line: Line,
}

impl Variables {
    /// `a + sign * b`.
    fn sum(&self, a: &Term, b: &Term, sign: f64) -> Result<Term> {
        let (Some(x), Some(y)) = (&a.variable, &b.variable) else {
            let op = if sign < 0.0 { Binary::Sub } else { Binary::Add };
            return Ok(binary(op, a.operand()?, b.operand()?, self.line)?.into());
        };
        let factor = sign * b.factor;
        let sum = if factor == a.factor {
            x.try_add(y)?
        } else if factor == -a.factor {
            x.try_sub(y)?
        } else {
            x.try_add(y.try_mul(factor / a.factor)?)?
        };
        Ok(Term {
            factor: a.factor,
            ..sum.into()
        })
    }
}

impl Algebra for Variables {
    type Value = Term;

    fn number(&self, x: f64) -> Term {
        Term {
            factor: x,
            variable: None,
        }
    }

    fn value(&self, function: Function, [a, b]: [&Term; 2]) -> Result<Term> {
        Ok(match function {
            Function::Unary(op) => unary(op, a.variable()?, self.line)?,
            Function::Binary(op) => binary(op, a.operand()?, b.operand()?, self.line)?,
        }
        .into())
    }

    fn compare(&self, op: Compare, a: &Term, b: &Term) -> Result<Term> {
        Ok(op.record(a.operand()?, b.operand()?, self.line)?.into())
    }

    fn add(&self, a: &Term, b: &Term) -> Result<Term> {
        self.sum(a, b, 1.0)
    }

    fn sub(&self, a: &Term, b: &Term) -> Result<Term> {
        self.sum(a, b, -1.0)
    }

    fn mul(&self, a: &Term, b: &Term) -> Result<Term> {
        a.times(b, |a, b| a.try_mul(b))
    }

    fn div(&self, a: &Term, b: &Term) -> Result<Term> {
        let quotient = match (&a.variable, &b.variable) {
            (Some(a), Some(b)) => Some(a.try_div(b)?),
            (None, Some(b)) => Some(b.try_recip()?),
            (a, None) => a.clone(),
        };
        Ok(Term {
            factor: a.factor / b.factor,
            variable: quotient.map(Variable::into_link),
        })
    }

    fn scale(&self, a: &Term, factor: f64) -> Term {
        a.times_number(factor)
    }

    fn part(&self, a: &Term, n: usize) -> Term {
        Term {
            factor: a.factor / n as f64,
            variable: a.variable.clone(),
        }
    }

    fn select(&self, condition: &Term, yes: Option<&Term>, no: Option<&Term>) -> Result<Term> {
        let condition = condition.variable()?;
        let branch = |term: Option<&Term>| term.map_or(Ok(0.0.into()), Term::operand);
        Ok(condition.try_where(branch(yes)?, branch(no)?)?.into())
    }

    fn total(&self, a: &Term) -> Result<Term> {
        a.map(|x| x.try_sum(Axes::from(0)))
    }

    fn is_finite(&self, a: &Term) -> bool {
        let finite = |x: &Variable| {
            x.linked_value()
                .to_vec::<f64>()
                .iter()
                .all(|x| x.is_finite())
        };
        a.factor.is_finite() && a.variable.as_ref().is_none_or(finite)
    }
}
