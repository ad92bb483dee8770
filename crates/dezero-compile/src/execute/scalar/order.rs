//! Asking an operation what it does with the elements of its arrays: which it moves where, and in
//! which order it sums.
//!
//! The operation itself is run on numbers chosen so that the result tells. What it does is thus
//! written down in one place, where it is done; and an answer is checked before it is believed.

use dezero_core::{Array, DType, Op, Slice};

/// An operand of the operation that is asked.
pub(super) enum Operand<'a> {
    /// Elements that lie as those of this array do.
    Elements(&'a Array),
    /// An array that is always the same, such as indices.
    Fixed(&'a Array),
}

/// Where an element of a result comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Moved {
    /// The element at this place: those of all operands counted together, in row-major order.
    From(usize),
    Constant(f64),
}

/// How one element of a result is computed from elements at these places: in reverse Polish notation,
/// `None` combining the last two.
pub(super) type Postfix = Vec<Option<usize>>;

/// A buffer to lay an array out in has at most this many elements.
const SPAN: usize = 1 << 16;

impl Operand<'_> {
    fn size(&self) -> usize {
        match self {
            Self::Elements(like) => like.size(),
            Self::Fixed(_) => 0,
        }
    }
}

/// An operation on operands of which the elements can be chosen.
pub(super) struct Question<'a> {
    pub(super) op: &'a Op,
    pub(super) operands: &'a [Operand<'a>],
}

impl Question<'_> {
    /// The number of elements that can be chosen.
    fn size(&self) -> usize {
        self.operands.iter().map(Operand::size).sum()
    }

    /// The result, row-major, from all elements.
    fn answer(&self, values: &[f64]) -> Option<Vec<f64>> {
        let mut rest = values;
        let mut arrays = Vec::with_capacity(self.operands.len());
        for operand in self.operands {
            arrays.push(match operand {
                Operand::Fixed(array) => (*array).clone(),
                Operand::Elements(like) => {
                    let (own, others) = rest.split_at(like.size());
                    rest = others;
                    laid_out(own, like)?
                }
            });
        }
        let [y] = <[Array; 1]>::try_from(self.op.evaluate(&arrays).ok()?).ok()?;
        (y.dtype() == DType::F64).then(|| y.to_vec())
    }

    /// Where the elements of the result come from, if the operation only moves elements and fills up
    /// with constants.
    pub(super) fn moves(&self) -> Option<Vec<Moved>> {
        let size = self.size();
        let labels =
            |first: usize| -> Vec<f64> { (first..first + size).map(|i| i as f64).collect() };
        // Two sets of labels: what is the same with both is no label.
        let (first, second) = (self.answer(&labels(1))?, self.answer(&labels(1 + size))?);
        let moved = first.iter().zip(&second).map(|(&a, &b)| {
            if a.to_bits() == b.to_bits() {
                return Some(Moved::Constant(a));
            }
            let place = a - 1.0;
            let is_place = place >= 0.0 && place.fract() == 0.0 && (place as usize) < size;
            (is_place && b - a == size as f64).then_some(Moved::From(place as usize))
        });
        let moved: Vec<Moved> = moved.collect::<Option<_>>()?;
        // What is added to zero, or multiplied with it, is not moved.
        for value in [-0.0, f64::NAN, f64::INFINITY] {
            let expected = moved.iter().map(|from| match from {
                Moved::From(_) => value,
                Moved::Constant(c) => *c,
            });
            if !same_bits(self.answer(&vec![value; size])?, expected) {
                return None;
            }
        }
        Some(moved)
    }

    /// Which elements each element of the result depends on: it shows what is 1 among zeros.
    fn dependencies(&self) -> Option<(Vec<Vec<usize>>, Vec<f64>)> {
        let mut values = vec![0.0; self.size()];
        let of_none = self.answer(&values)?;
        let mut depends = vec![Vec::new(); of_none.len()];
        for place in 0..values.len() {
            values[place] = 1.0;
            for (places, y) in depends.iter_mut().zip(self.answer(&values)?) {
                match y {
                    0.0 => {}
                    1.0 => places.push(place),
                    _ => return None,
                }
            }
            values[place] = 0.0;
        }
        Some((depends, of_none))
    }

    /// The order in which each element of the result is summed, if that is what the operation does. An
    /// empty order is that of no summands.
    ///
    /// As in Xie et al., "`FPRev`: Revealing Floating-Point Accumulation Orders" (2024): with a huge number
    /// and its negative among ones, the sum counts the ones that are not added before those two cancel.
    pub(super) fn sums(&self) -> Option<Vec<Postfix>> {
        const HUGE: f64 = 1e100;
        let (depends, of_none) = self.dependencies()?;
        let mut values = vec![0.0; self.size()];
        let mut orders = Vec::with_capacity(depends.len());
        for (y, places) in depends.iter().enumerate() {
            let mut order = Vec::with_capacity(2 * places.len());
            // The number of summands below the addition at which two of them meet.
            let mut met = |i: usize, j: usize| -> Option<usize> {
                for &place in places {
                    values[place] = 1.0;
                }
                (values[i], values[j]) = (HUGE, -HUGE);
                let count = self.answer(&values)?[y];
                for &place in places {
                    values[place] = 0.0;
                }
                (count >= 0.0 && count <= places.len() as f64)
                    .then(|| places.len() - count as usize)
            };
            if places.is_empty() {
                if of_none[y].to_bits() != 0 {
                    return None;
                }
            } else {
                summation(&mut met, places, &mut order)?;
            }
            orders.push(order);
        }
        self.agrees(&orders, |a, b| a + b)?;
        Some(orders)
    }

    /// The order in which each element of the result is chosen among elements, if the operation
    /// combines pairs by `combine`, of which the right one wins where they are equal.
    ///
    /// Zeros of both signs are equal: the sign of the result tells which of two comes later. `worse` is
    /// never chosen beside them.
    pub(super) fn extremes(
        &self,
        worse: f64,
        combine: fn(f64, f64) -> f64,
    ) -> Option<Vec<Postfix>> {
        let mut values = vec![worse; self.size()];
        let of_none = self.answer(&values)?;
        let mut depends = vec![Vec::new(); of_none.len()];
        for place in 0..values.len() {
            values[place] = 0.0;
            for (places, y) in depends.iter_mut().zip(self.answer(&values)?) {
                if y == 0.0 {
                    places.push(place);
                }
            }
            values[place] = worse;
        }
        let mut orders = Vec::with_capacity(depends.len());
        for (y, places) in depends.into_iter().enumerate() {
            let mut known = !places.is_empty();
            let mut sorted: Vec<usize> = Vec::with_capacity(places.len());
            for place in places {
                let at = sorted.partition_point(|&other| {
                    (values[other], values[place]) = (0.0, -0.0);
                    let chosen = self.answer(&values).map(|ys| ys[y]);
                    (values[other], values[place]) = (worse, worse);
                    known &= chosen.is_some();
                    chosen.is_some_and(f64::is_sign_negative)
                });
                sorted.insert(at, place);
            }
            if !known {
                return None;
            }
            let mut order = vec![Some(sorted[0])];
            for &place in &sorted[1..] {
                order.extend([Some(place), None]);
            }
            orders.push(order);
        }
        self.agrees(&orders, combine)?;
        Some(orders)
    }

    /// Whether the orders give what the operation gives, to the bit, on numbers that round.
    pub(super) fn agrees(
        &self,
        orders: &[Postfix],
        combine: impl Fn(f64, f64) -> f64,
    ) -> Option<()> {
        let size = self.size();
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for trial in 0..4 {
            let numbers = (0..size).map(|_| {
                // Marsaglia, "Xorshift RNGs" (2003).
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let fraction = (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5;
                match (trial, state % 8) {
                    (2.., 0) => 0.0,
                    (2.., 1) => -0.0,
                    (3.., 2) => f64::NAN,
                    (_, exponent) => fraction * f64::from(1_u32 << (exponent * 3)),
                }
            });
            let values: Vec<f64> = numbers.collect();
            let expected = orders.iter().map(|order| {
                let mut stack: Vec<f64> = Vec::new();
                for step in order {
                    let value = match step {
                        Some(place) => values[*place],
                        None => match (stack.pop(), stack.pop()) {
                            (Some(b), Some(a)) => combine(a, b),
                            _ => f64::NAN,
                        },
                    };
                    stack.push(value);
                }
                stack.pop().unwrap_or(0.0)
            });
            if !same_bits(self.answer(&values)?, expected) {
                return None;
            }
        }
        Some(())
    }
}

/// The sum of `places`, all of which lie below one addition. `met` says how many summands lie below the
/// addition at which two meet.
fn summation(
    met: &mut impl FnMut(usize, usize) -> Option<usize>,
    places: &[usize],
    order: &mut Postfix,
) -> Option<()> {
    let (&first, others) = places.split_first()?;
    let mut others: Vec<(usize, usize)> = others
        .iter()
        .map(|&place| met(first, place).map(|count| (count, place)))
        .collect::<Option<_>>()?;
    others.sort_unstable();
    order.push(Some(first));
    let mut below = 1;
    // Up from the first summand, from one addition to the next.
    for group in others.chunk_by(|a, b| a.0 == b.0) {
        below += group.len();
        if group[0].0 != below {
            return None;
        }
        let beside: Vec<usize> = group.iter().map(|&(_, place)| place).collect();
        summation(met, &beside, order)?;
        order.push(None);
    }
    Some(())
}

/// Whether all are the same to the bit, except that one NaN is as good as another.
fn same_bits(ys: Vec<f64>, expected: impl ExactSizeIterator<Item = f64>) -> bool {
    ys.len() == expected.len()
        && ys
            .into_iter()
            .zip(expected)
            .all(|(y, e)| y.to_bits() == e.to_bits() || (y.is_nan() && e.is_nan()))
}

/// Whether elements of the array share their place in memory.
pub(super) fn is_broadcast(like: &Array) -> bool {
    let axes = like.strides().iter().zip(like.shape());
    like.size() > 0
        && axes
            .into_iter()
            .any(|(&stride, &length)| stride == 0 && length > 1)
}

/// An array of these elements, given row-major, that lies in memory as another of its size does.
/// `None` where that one lies in an order that none of the views has.
fn laid_out(values: &[f64], like: &Array) -> Option<Array> {
    let shape = like.shape();
    let long = |&axis: &usize| shape[axis] > 1;
    let mut axes: Vec<usize> = (0..shape.len()).filter(long).collect();
    axes.sort_by_key(|&axis| std::cmp::Reverse(like.strides()[axis].unsigned_abs()));
    let strides: Vec<usize> = axes
        .iter()
        .map(|&axis| like.strides()[axis].unsigned_abs())
        .collect();
    if values.is_empty() || axes.is_empty() {
        return Array::from_vec(values.to_vec(), shape).ok();
    }
    // A row-major buffer whose axes are as long as the steps are wide, and of it the first positions.
    let mut buffer_shape = vec![shape[axes[0]]];
    for (k, &stride) in strides.iter().enumerate() {
        let next = strides.get(k + 1).copied().unwrap_or(1);
        if next == 0 || stride == 0 || stride % next != 0 {
            return None;
        }
        let needed = axes.get(k + 1).map_or(1, |&axis| shape[axis]);
        if stride / next < needed {
            return None;
        }
        buffer_shape.push(stride / next);
    }
    let span = buffer_shape
        .iter()
        .try_fold(1_usize, |span, &n| span.checked_mul(n))?;
    let mut buffer = vec![0.0; if span > SPAN { return None } else { span }];
    for (i, &value) in values.iter().enumerate() {
        let (mut rest, mut at) = (i, 0);
        for axis in (0..shape.len()).rev() {
            let index = rest % shape[axis];
            rest /= shape[axis];
            let stride = like.strides()[axis];
            let steps = if stride < 0 {
                shape[axis] - 1 - index
            } else {
                index
            };
            at += if shape[axis] > 1 {
                steps * stride.unsigned_abs()
            } else {
                0
            };
        }
        buffer[at] = value;
    }
    let mut slices: Vec<Slice> = axes.iter().map(|&axis| (0..shape[axis]).into()).collect();
    slices.push(0.into());
    let mut place: Vec<usize> = (0..axes.len()).collect();
    place.sort_by_key(|&k| axes[k]);
    let backwards: Vec<isize> = (0..axes.len())
        .filter(|&k| like.strides()[axes[k]] < 0)
        .map(|k| k as isize)
        .collect();
    let array = Array::from_vec(buffer, &buffer_shape).ok()?;
    let array = array.slice(&slices).ok()?.flip(Some(&backwards)).ok()?;
    let array = array.transpose(&place).ok()?.reshape(shape).ok()?;
    let same = |axis: usize| shape[axis] <= 1 || array.strides()[axis] == like.strides()[axis];
    (0..shape.len()).all(same).then_some(array)
}
