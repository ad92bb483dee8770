//! Rules on shapes, dtypes and choices: what a pattern of formulas cannot say.

use dezero_core::{Array, Binary, DType, Op, Unary, Variable, enable_grad};

use super::broadcast;
use super::rewriter::{Form, Found, Rewriter};
use crate::ir::{Source, ValueId, is_exact_op};

fn same(value: ValueId) -> Found {
    Found {
        value,
        same_layout: true,
    }
}

fn found(value: ValueId) -> Found {
    Found {
        value,
        same_layout: false,
    }
}

// Operations with their parameters: made as a user makes them, on arrays that take no memory.

/// A zero in every place of a shape.
fn zeros(shape: &[usize]) -> Option<Variable> {
    Some(Variable::new(Array::from(0.0).broadcast_to(shape).ok()?))
}

fn operation(
    x: Option<Variable>,
    of: impl FnOnce(&Variable) -> dezero_core::Result<Variable>,
) -> Option<Op> {
    let y = enable_grad(|| of(&x?).ok())?;
    Some(y.creator()?.op().clone())
}

pub(super) fn broadcast_to(r: &mut Rewriter<'_>, x: ValueId, shape: &[usize]) -> Option<ValueId> {
    let value = r.value(x);
    if *value.shape == *shape {
        return Some(x);
    }
    if broadcast(&value.shape, shape).as_deref() != Some(shape) {
        return None;
    }
    let dtype = value.dtype;
    let op = operation(zeros(&[]), |x| x.try_broadcast_to(shape))?;
    Some(r.call(
        op,
        [x].into(),
        Form {
            shape: shape.into(),
            dtype,
        },
    ))
}

fn reshape(r: &mut Rewriter<'_>, x: ValueId, shape: &[usize]) -> Option<ValueId> {
    let value = r.value(x);
    if *value.shape == *shape {
        return Some(x);
    }
    let dtype = value.dtype;
    let op = operation(zeros(&[shape.iter().product()]), |x| x.try_reshape(shape))?;
    Some(r.call(
        op,
        [x].into(),
        Form {
            shape: shape.into(),
            dtype,
        },
    ))
}

fn sum_to(r: &mut Rewriter<'_>, x: ValueId, shape: &[usize]) -> Option<ValueId> {
    let value = r.value(x);
    if *value.shape == *shape {
        return Some(x);
    }
    let dtype = value.dtype;
    let from: Vec<usize> = [0].iter().chain(shape).copied().collect();
    let op = operation(zeros(&from), |x| x.try_sum_to(shape))?;
    Some(r.call(
        op,
        [x].into(),
        Form {
            shape: shape.into(),
            dtype,
        },
    ))
}

fn transpose(r: &mut Rewriter<'_>, x: ValueId, axes: &[usize]) -> Option<ValueId> {
    let value = r.value(x);
    let dtype = value.dtype;
    let shape: Box<[usize]> = axes.iter().map(|&axis| value.shape[axis]).collect();
    let op = operation(zeros(&vec![1; axes.len()]), |x| x.try_permute(axes))?;
    Some(r.call(op, [x].into(), Form { shape, dtype }))
}

/// Which axis of its argument each axis of a transpose is: read off what it makes of a shape.
fn axes(op: &Op, ndim: usize) -> Option<Vec<usize>> {
    let lengths: Vec<usize> = (1..=ndim).collect();
    let probe = Array::from(0.0).broadcast_to(&lengths).ok()?;
    let y = op.evaluate(&[probe]).ok()?;
    Some(y[0].shape().iter().map(|&length| length - 1).collect())
}

/// Which axes of its argument a sum runs over: tried on each.
fn summed(op: &Op, from: &[usize], to: &[usize]) -> Option<Vec<bool>> {
    if let Op::SumTo(_) = op {
        let added = from.len() - to.len();
        let is_summed = |axis: usize| axis < added || (to[axis - added] == 1 && from[axis] != 1);
        return Some((0..from.len()).map(is_summed).collect());
    }
    let mut lengths = vec![1; from.len()];
    let is_summed = |axis: usize| {
        lengths[axis] = 2;
        let probe = Array::from(0.0).broadcast_to(&lengths).ok()?;
        lengths[axis] = 1;
        Some(op.evaluate(&[probe]).ok()?[0].size() == 1)
    };
    (0..from.len()).map(is_summed).collect()
}

// Values that are there already.

pub(super) fn same_shape(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let &[x] = args else { return None };
    if r.value(x).shape != form.shape {
        return None;
    }
    // These two copy, and may lay out the copy otherwise.
    if matches!(op, Op::Pad(_) | Op::Concatenate(_)) {
        Some(found(x))
    } else {
        Some(same(x))
    }
}

pub(super) fn whole(r: &mut Rewriter<'_>, op: &Op, args: &[ValueId], form: &Form) -> Option<Found> {
    if r.value(args[0]).shape != form.shape {
        return None;
    }
    // Of the same shape and yet not the whole: in reverse along some axis.
    let probe = Array::zeros(&form.shape, DType::Bool).ok()?;
    let part = op.evaluate(std::slice::from_ref(&probe)).ok()?;
    let longer = |axis: &usize| form.shape[*axis] > 1;
    let unmoved = |axis: usize| part[0].strides()[axis] == probe.strides()[axis];
    if (0..form.shape.len()).filter(longer).all(unmoved) {
        Some(same(args[0]))
    } else {
        None
    }
}

pub(super) fn sum_of_one(
    r: &mut Rewriter<'_>,
    _: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let x = r.value(args[0]);
    let size: usize = x.shape.iter().product();
    if size == 0 || size != form.size() || x.dtype != form.dtype {
        return None;
    }
    Some(found(reshape(r, args[0], &form.shape)?))
}

pub(super) fn cast_to_itself(
    r: &mut Rewriter<'_>,
    _: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    if r.value(args[0]).dtype == form.dtype {
        Some(same(args[0]))
    } else {
        None
    }
}

pub(super) fn cast_back(
    r: &mut Rewriter<'_>,
    _: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let wide = r.value(args[0]).dtype;
    let (Op::Cast(_), &[x]) = r.source(args[0])? else {
        return None;
    };
    let lossless = form.dtype == DType::Bool || (form.dtype, wide) == (DType::F32, DType::F64);
    if lossless && r.value(x).dtype == form.dtype {
        Some(found(x))
    } else {
        None
    }
}

pub(super) fn choice(r: &mut Rewriter<'_>, _: &Op, args: &[ValueId], _: &Form) -> Option<Found> {
    let Source::Constant(condition) = &r.value(args[0]).source else {
        return None;
    };
    if condition.size() > 4096 {
        return None;
    }
    let choices = condition.to_vec::<bool>();
    let first = *choices.first()?;
    if choices.iter().all(|&choice| choice == first) {
        return Some(found(args[if first { 1 } else { 2 }]));
    }
    None
}

// Shapes of shapes.

pub(super) fn reshape_of_reshape(
    r: &mut Rewriter<'_>,
    _: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let (Op::Reshape(_), &[x]) = r.source(args[0])? else {
        return None;
    };
    Some(found(reshape(r, x, &form.shape)?))
}

pub(super) fn transpose_in_order(
    _: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let axes = axes(op, form.shape.len())?;
    if axes.is_sorted() {
        Some(same(args[0]))
    } else {
        None
    }
}

pub(super) fn transpose_of_transpose(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let (inner @ Op::Transpose(_), &[x]) = r.source(args[0])? else {
        return None;
    };
    let (inner, outer) = (axes(inner, form.shape.len())?, axes(op, form.shape.len())?);
    let both: Vec<usize> = outer.iter().map(|&axis| inner[axis]).collect();
    Some(same(transpose(r, x, &both)?))
}

pub(super) fn broadcast_of_broadcast(
    r: &mut Rewriter<'_>,
    _: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let (Op::BroadcastTo(_), &[x]) = r.source(args[0])? else {
        return None;
    };
    Some(same(broadcast_to(r, x, &form.shape)?))
}

// Shapes under elementwise operations.

/// The arguments without explicit broadcasts, and the shape that they have together.
fn without_broadcasts(r: &Rewriter<'_>, args: &[ValueId]) -> Option<(Vec<ValueId>, Box<[usize]>)> {
    let before = |&x: &ValueId| match r.source(x) {
        Some((Op::BroadcastTo(_), &[x])) => x,
        _ => x,
    };
    let xs: Vec<ValueId> = args.iter().map(before).collect();
    let mut shape: Box<[usize]> = Box::default();
    for &x in &xs {
        shape = broadcast(&shape, &r.value(x).shape)?;
    }
    (xs != args).then_some((xs, shape))
}

pub(super) fn implied_broadcast(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let (xs, shape) = without_broadcasts(r, args)?;
    if shape != form.shape {
        return None;
    }
    // The elements are walked with the same strides.
    Some(same(r.elementwise(op.clone(), &xs)?))
}

pub(super) fn broadcast_before(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let (mut xs, mut shape) = without_broadcasts(r, args)?;
    // An element of an array stays one: a number alone may differ in its last bit.
    if shape.is_empty() && !is_exact_op(op) {
        shape = [1].into();
        xs[0] = reshape(r, xs[0], &shape)?;
    }
    if shape == form.shape {
        return None;
    }
    let y = r.call(
        op.clone(),
        xs.into(),
        Form {
            shape,
            dtype: form.dtype,
        },
    );
    Some(found(broadcast_to(r, y, &form.shape)?))
}

pub(super) fn uniform_constant(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let uniform = |&x: &ValueId| !r.value(x).shape.is_empty() && r.fact(x).number.is_some();
    let at = args.iter().position(uniform)?;
    let mut rest: Box<[usize]> = Box::default();
    for (_, &x) in args.iter().enumerate().filter(|&(i, _)| i != at) {
        rest = broadcast(&rest, &r.value(x).shape)?;
    }
    if rest != form.shape {
        return None;
    }
    let number = r.fact(args[at]).number?;
    let mut xs = args.to_vec();
    xs[at] = r.number(number, r.value(args[at]).dtype);
    Some(found(r.elementwise(op.clone(), &xs)?))
}

pub(super) fn transpose_before(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let mut moved: Option<&Op> = None;
    let mut xs = Vec::with_capacity(args.len());
    for &x in args {
        match r.source(x) {
            Some((transpose @ Op::Transpose(_), &[x]))
                if moved.is_none_or(|moved| moved == transpose) =>
            {
                moved = Some(transpose);
                xs.push(x);
            }
            _ if r.value(x).shape.is_empty() => xs.push(x),
            _ => return None,
        }
    }
    let axes = axes(moved?, form.shape.len())?;
    let y = match op {
        Op::Unary(_) => {
            let shape = r.value(xs[0]).shape.clone();
            r.call(
                op.clone(),
                xs.into(),
                Form {
                    shape,
                    dtype: form.dtype,
                },
            )
        }
        _ => r.elementwise(op.clone(), &xs)?,
    };
    Some(found(transpose(r, y, &axes)?))
}

// Sums.

pub(super) fn sum_of_broadcast(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let (Op::BroadcastTo(_), &[x]) = r.source(args[0])? else {
        return None;
    };
    if !form.dtype.is_float() {
        return None;
    }
    let from = r.value(args[0]).shape.clone();
    let summed = summed(op, &from, &form.shape)?;
    let own = r.value(x).shape.clone();
    let added = from.len() - own.len();
    let mut aligned = vec![1; added];
    aligned.extend_from_slice(&own);
    let repeated = |axis: &usize| summed[*axis] && aligned[*axis] == 1;
    let count: usize = (0..from.len())
        .filter(repeated)
        .map(|axis| from[axis])
        .product();
    if own.iter().product::<usize>() == from.iter().product::<usize>() {
        return None;
    }
    let target: Vec<usize> = (0..from.len())
        .map(|axis| if summed[axis] { 1 } else { aligned[axis] })
        .collect();
    let x = reshape(r, x, &aligned)?;
    let x = sum_to(r, x, &target)?;
    let y = if count == 1 {
        x
    } else {
        let count = r.number(count as f64, form.dtype);
        r.elementwise(Op::Binary(Binary::Mul), &[x, count])?
    };
    let kept: Vec<usize> = match op {
        Op::SumTo(_) => target[from.len() - form.shape.len()..].to_vec(),
        _ if form.shape.len() == from.len() => target,
        _ => {
            let rest = (0..from.len()).filter(|&axis| !summed[axis]);
            rest.map(|axis| target[axis]).collect()
        }
    };
    let y = reshape(r, y, &kept)?;
    Some(found(broadcast_to(r, y, &form.shape)?))
}

pub(super) fn sum_of_negative(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let (Op::Unary(Unary::Neg), &[x]) = r.source(args[0])? else {
        return None;
    };
    if !form.dtype.is_float() {
        return None;
    }
    let y = r.call(op.clone(), [x].into(), form.clone());
    Some(found(r.elementwise(Op::Unary(Unary::Neg), &[y])?))
}

pub(super) fn sum_of_multiple(
    r: &mut Rewriter<'_>,
    op: &Op,
    args: &[ValueId],
    form: &Form,
) -> Option<Found> {
    let (Op::Binary(Binary::Mul), &[x, w]) = r.source(args[0])? else {
        return None;
    };
    let (x, w) = if r.value(w).shape.is_empty() {
        (x, w)
    } else {
        (w, x)
    };
    let (xs, ws) = (r.value(x), r.value(w));
    if !ws.shape.is_empty()
        || xs.shape.is_empty()
        || xs.dtype != form.dtype
        || !form.dtype.is_float()
    {
        return None;
    }
    let y = r.call(op.clone(), [x].into(), form.clone());
    Some(found(r.elementwise(Op::Binary(Binary::Mul), &[y, w])?))
}
