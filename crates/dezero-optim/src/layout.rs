//! `Layout`: variables as one vector of numbers, and back.

use dezero_core::{Array, DType, Result, Variable};

use crate::error::{Error, Kind};

/// How the numbers of a search are laid out in variables: one variable after the other, each row-major.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    parts: Vec<Part>,
    dimension: usize,
}

#[derive(Clone, Debug)]
struct Part {
    shape: Vec<usize>,
    dtype: DType,
    begin: usize,
    end: usize,
}

impl Layout {
    /// The layout of some variables, and their numbers.
    pub(crate) fn of(variables: &[&Variable]) -> std::result::Result<(Self, Vec<f64>), Error> {
        let (mut parts, mut numbers) = (Vec::new(), Vec::new());
        for x in variables {
            let (shape, dtype) = (x.shape(), x.dtype());
            if !dtype.is_float() {
                return Err(Kind::NotFloat(dtype.to_string()).into());
            }
            let begin = numbers.len();
            numbers.extend(x.to_vec::<f64>());
            parts.push(Part {
                shape,
                dtype,
                begin,
                end: numbers.len(),
            });
        }
        if numbers.is_empty() {
            return Err(Kind::Empty.into());
        }
        let dimension = numbers.len();
        Ok((Self { parts, dimension }, numbers))
    }

    pub(crate) fn dimension(&self) -> usize {
        self.dimension
    }

    pub(crate) fn variables(&self) -> usize {
        self.parts.len()
    }

    /// Whether some of the numbers are of single precision, and what is computed from them.
    pub(crate) fn is_single(&self) -> bool {
        self.parts.iter().any(|part| part.dtype == DType::F32)
    }

    /// Whether a number is.
    pub(crate) fn is_single_at(&self, i: usize) -> bool {
        let part = self.parts.partition_point(|part| part.end <= i);
        self.parts[part].dtype == DType::F32
    }

    /// Rounds to what the variables can hold.
    pub(crate) fn round(&self, x: &mut [f64]) {
        for part in &self.parts {
            if part.dtype == DType::F32 {
                for x in &mut x[part.begin..part.end] {
                    *x = f64::from(*x as f32);
                }
            }
        }
    }

    /// The numbers as variables.
    pub(crate) fn separate(&self, x: &[f64]) -> Result<Vec<Variable>> {
        let variable = |part: &Part| {
            let numbers = &x[part.begin..part.end];
            if part.shape.is_empty() && part.dtype == DType::F64 {
                return Ok(Variable::new(numbers[0]));
            }
            let array = Array::from_vec(numbers.to_vec(), &part.shape)?;
            Ok(Variable::new(array.astype(part.dtype)))
        };
        self.parts.iter().map(variable).collect()
    }

    /// The numbers as one variable of shape `(n,)`, or of its own shape if there is just one.
    pub(crate) fn joined(&self, x: &[f64]) -> Result<Variable> {
        if self.parts.len() == 1 {
            return self.separate(x).map(|mut parts| parts.remove(0));
        }
        Ok(Variable::new(Array::from_vec(x.to_vec(), &[x.len()])?))
    }

    /// The variables that [`joined`](Self::joined) joined.
    pub(crate) fn split(&self, joined: &Variable) -> Result<Vec<Variable>> {
        if self.parts.len() == 1 {
            return Ok(vec![joined.clone()]);
        }
        let part = |part: &Part| {
            if part.shape.is_empty() {
                let x = joined.try_get_item(part.begin as isize)?;
                return x.try_cast(part.dtype);
            }
            joined
                .try_get_item(part.begin as isize..part.end as isize)?
                .try_reshape(part.shape.clone())?
                .try_cast(part.dtype)
        };
        self.parts.iter().map(part).collect()
    }
}
