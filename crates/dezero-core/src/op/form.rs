//! `Form`: the shape and dtype of an array, and those of an operation's value from those of what it is
//! applied to, before anything is computed.

use dezero_array::{Array, DType, Layout, Slice, Tuple, broadcast_shapes};

use super::Op;
use crate::error::{Error, Result};

/// The shape and dtype of an array.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Form {
    /// The length along each axis.
    pub shape: Vec<usize>,
    /// The type of the elements.
    pub dtype: DType,
}

impl Form {
    /// The number of elements.
    ///
    /// Where the lengths are outrageous, their product wraps; the forms of [`Op::form`] are not.
    pub fn size(&self) -> usize {
        self.shape.iter().fold(1, |size, &n| size.wrapping_mul(n))
    }

    /// The same shape with another dtype.
    pub(crate) fn cast(&self, dtype: DType) -> Self {
        Self {
            shape: self.shape.clone(),
            dtype,
        }
    }

    /// What adding up gives: truth values are counted.
    pub(crate) fn summed(&self) -> Self {
        self.cast(counted(self.dtype))
    }
}

impl From<&Array> for Form {
    fn from(array: &Array) -> Self {
        Self {
            shape: array.shape().to_vec(),
            dtype: array.dtype(),
        }
    }
}

/// The dtype in which elements are added up.
pub(crate) fn counted(dtype: DType) -> DType {
    match dtype {
        DType::Bool => DType::I64,
        dtype => dtype,
    }
}

/// The forms that an operation is applied to, and how large arrays may become.
#[derive(Clone, Copy)]
pub(crate) struct Forms<'a> {
    xs: &'a [&'a Form],
    most: usize,
}

impl std::ops::Index<usize> for Forms<'_> {
    type Output = Form;

    fn index(&self, i: usize) -> &Form {
        self.xs[i]
    }
}

impl<'a> Forms<'a> {
    pub(crate) fn all(&self) -> &'a [&'a Form] {
        self.xs
    }

    /// A form, unless it is too large.
    pub(crate) fn of(&self, op: &str, shape: Vec<usize>, dtype: DType) -> Result<Form> {
        // Axes of length 0 do not excuse the others, so that no later product can overflow.
        let spanned = shape
            .iter()
            .try_fold(1_usize, |size, &n| size.checked_mul(n.max(1)));
        if spanned.is_none_or(|size| size > self.most) {
            return Err(Error::shape(format!(
                "{op}: shape {} has more than {} elements",
                Tuple(&shape),
                self.most
            )));
        }
        Ok(Form { shape, dtype })
    }

    /// The shape in which some are seen together.
    pub(crate) fn broadcast<'b>(
        &self,
        op: &str,
        shapes: impl IntoIterator<Item = &'b [usize]>,
    ) -> Result<Vec<usize>> {
        let mut all = Vec::new();
        for shape in shapes {
            all = broadcast_shapes(&all, shape)?;
        }
        self.of(op, all, DType::Bool).map(|form| form.shape)
    }

    /// The promoted dtype of all.
    pub(crate) fn promoted(&self) -> DType {
        let dtypes = self.xs.iter().map(|x| x.dtype);
        dtypes.reduce(DType::promote).unwrap_or(DType::F64)
    }

    /// Indices, which are i64.
    pub(crate) fn indices(&self, op: &str, i: usize) -> Result<&'a [usize]> {
        let x = self.xs[i];
        if x.dtype != DType::I64 {
            return Err(misfit(op, format!("indices are {}, not int64", x.dtype)));
        }
        Ok(&x.shape)
    }

    /// The form that must broadcast to a shape: that of what is written there.
    pub(crate) fn broadcasts(&self, op: &str, i: usize, to: &[usize]) -> Result<()> {
        let x = self.xs[i];
        if broadcast_shapes(&x.shape, to).ok().as_deref() == Some(to) {
            return Ok(());
        }
        let (from, to) = (Tuple(&x.shape), Tuple(to));
        Err(misfit(
            op,
            format!("shape {from} does not broadcast to {to}"),
        ))
    }

    /// The leading axes, rows and columns of matrices.
    pub(crate) fn matrices(&self, op: &str, i: usize) -> Result<(&'a [usize], usize, usize)> {
        match self.xs[i].shape.as_slice() {
            [leading @ .., rows, columns] => Ok((leading, *rows, *columns)),
            shape => Err(misfit(
                op,
                format!("shape {} is not of matrices", Tuple(shape)),
            )),
        }
    }

    /// The leading axes and the order of square matrices.
    pub(crate) fn square(&self, op: &str, i: usize) -> Result<(&'a [usize], usize)> {
        match self.matrices(op, i)? {
            (leading, rows, columns) if rows == columns => Ok((leading, rows)),
            (_, rows, columns) => Err(misfit(op, format!("{rows} by {columns} is not square"))),
        }
    }

    /// What slices show of an array of a shape.
    pub(crate) fn part(&self, op: &str, shape: &[usize], slices: &[Slice]) -> Result<Vec<usize>> {
        let part = Layout::row_major(shape)?.slice(slices)?.shape().to_vec();
        self.of(op, part, DType::Bool).map(|form| form.shape)
    }
}

/// Parameters or forms that do not fit.
pub(crate) fn misfit(op: &str, why: impl AsRef<str>) -> Error {
    Error::shape(format!("{op}: {}", why.as_ref()))
}

/// The axis, which is a position.
pub(crate) fn axis(op: &str, axis: isize, x: &Form) -> Result<usize> {
    let position = usize::try_from(axis).ok();
    let ndim = x.shape.len();
    position
        .filter(|&axis| axis < ndim)
        .ok_or_else(|| misfit(op, format!("axis {axis} of {ndim}")))
}

impl Op {
    /// The shape and dtype of the operation's value, from those of what it is applied to: what
    /// [`evaluate`](Self::evaluate) would give, unless it failed on the values themselves.
    ///
    /// Nothing is computed. No array in the operation or its derivatives has more than `most` elements,
    /// axes of length 0 counted as 1.
    ///
    /// ```
    /// use dezero_core::{DType, Form, Variable};
    ///
    /// let sum = Variable::new([[1.0, 2.0], [3.0, 4.0]]).sum(0).creator().unwrap().op().clone();
    /// let of = |shape: &[usize]| Form { shape: shape.to_vec(), dtype: DType::F32 };
    /// assert_eq!(sum.form(&[&of(&[3, 7])], 100)?, of(&[7]));
    /// assert!(sum.form(&[&of(&[])], 100).is_err()); // no axis 0
    /// # Ok::<(), dezero_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the forms do not fit the operation, or its parameters are none that a method of
    /// [`Variable`](crate::Variable) would give it; for a user's function, which is not known before it runs,
    /// and what [`evaluate`](Self::evaluate) does not compute; if arrays would be larger.
    pub fn form(&self, xs: &[&Form], most: usize) -> Result<Form> {
        self.check_count(xs.len())?;
        let forms = Forms { xs, most };
        // A number tells the dtype.
        let number = |i: usize| Array::zeros(&[], xs[i].dtype);
        let dtype = match self {
            Self::Unary(op) => op.map(&number(0)?)?.dtype(),
            Self::Binary(op) => op.zip(&number(0)?, &number(1)?)?.dtype(),
            Self::Compare(op) => op.zip(&number(0)?, &number(1)?)?.dtype(),
            Self::Custom(custom) => {
                return Err(Error::function(
                    custom.name(),
                    "is not known before it runs",
                ));
            }
            _ => {
                let structural = self.structural();
                return structural
                    .ok_or_else(|| self.computes_nothing())?
                    .form(forms);
            }
        };
        let shape = forms.broadcast(self.label(), xs.iter().map(|x| &*x.shape))?;
        Ok(Form { shape, dtype })
    }
}
