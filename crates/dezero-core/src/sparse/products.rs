//! The products with vectors from which the entries of a sparse matrix are read, and the reading.

use dezero_array::{Array, DType};

use super::colouring::{Colouring, NONE, Place, columns, places_by_columns, places_by_rows};
use super::pattern::SparsityPattern;
use super::star::{places_by_symmetry, star};
use crate::backward::try_grad;
use crate::error::{Error, Result};
use crate::mode::enable_grad;
use crate::taylor::{Pushforward, zeros_of};
use crate::variable::Variable;

/// Elements of seeds that are worked on at once: more colours than fit are taken in portions.
const PORTION: usize = 1 << 22;

/// How a matrix is compressed into few products, and where these show its entries.
pub(super) struct Compression {
    colouring: Colouring,
    by_rows: bool,
    /// The length of a product.
    length: usize,
    /// For each entry, row by row.
    places: Vec<Place>,
}

impl Compression {
    /// Of a symmetric matrix.
    pub(super) fn symmetric(pattern: &SparsityPattern) -> Self {
        let colouring = star(pattern);
        Self {
            by_rows: false,
            length: pattern.rows(),
            places: places_by_symmetry(pattern, &colouring),
            colouring,
        }
    }

    /// Of any matrix, by columns or by rows, whichever takes fewer products.
    pub(super) fn general(pattern: &SparsityPattern) -> Self {
        let transposed = pattern.transposed();
        // No colouring of rows has fewer colours than the longest column has entries.
        let by_columns = (pattern.longest_row() < transposed.longest_row())
            .then(|| columns(pattern))
            .filter(|colouring| colouring.count <= transposed.longest_row());
        if let Some(colouring) = by_columns {
            return Self::by_columns(pattern, colouring);
        }
        let by_rows = columns(&transposed);
        if by_rows.count > pattern.longest_row() {
            let by_columns = columns(pattern);
            if by_columns.count < by_rows.count {
                return Self::by_columns(pattern, by_columns);
            }
        }
        Self {
            by_rows: true,
            length: pattern.columns(),
            places: places_by_rows(pattern, &by_rows).collect(),
            colouring: by_rows,
        }
    }

    fn by_columns(pattern: &SparsityPattern, colouring: Colouring) -> Self {
        Self {
            by_rows: false,
            length: pattern.rows(),
            places: places_by_columns(pattern, &colouring).collect(),
            colouring,
        }
    }

    pub(super) fn colours(&self) -> usize {
        self.colouring.count
    }

    /// Whether products are with vectors from the left.
    pub(super) fn is_by_rows(&self) -> bool {
        self.by_rows
    }

    /// The entries, row by row, read from what `products` makes of seeds: one for each colour, in the
    /// shape of `like`.
    pub(super) fn values(
        &self,
        like: &Variable,
        products: impl Fn(&Array) -> Result<Variable>,
    ) -> Result<Variable> {
        let portion = PORTION / self.colouring.colours.len().max(1);
        self.values_by_portions(portion.max(1), like, products)
    }

    fn values_by_portions(
        &self,
        portion: usize,
        like: &Variable,
        products: impl Fn(&Array) -> Result<Variable>,
    ) -> Result<Variable> {
        let count = self.colouring.count;
        let (shape, dtype) = (like.shape(), like.dtype());
        if count == 0 {
            return Ok(Variable::constant(Array::zeros(&[0], dtype)?));
        }
        if portion >= count {
            let seeds = self.seeds(0..count, &shape, dtype)?;
            let sums = products(&seeds)?;
            let at = |&(colour, row): &Place| (colour as usize * self.length + row) as i64;
            return read(&sums, self.places.iter().map(at).collect());
        }
        // Entries in the order of colours, and the way back to their own.
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        order.sort_by_key(|&entry| self.places[entry].0);
        let mut back = vec![0; order.len()];
        for (at, &entry) in order.iter().enumerate() {
            back[entry] = at as i64;
        }
        let (mut parts, mut rest) = (Vec::new(), &order[..]);
        for first in (0..count).step_by(portion) {
            let end = (first + portion).min(count);
            let seeds = self.seeds(first..end, &shape, dtype)?;
            let sums = products(&seeds)?;
            let here = rest.partition_point(|&entry| (self.places[entry].0 as usize) < end);
            let at = |&entry: &usize| {
                let (colour, row) = self.places[entry];
                ((colour as usize - first) * self.length + row) as i64
            };
            parts.push(read(&sums, rest[..here].iter().map(at).collect())?);
            rest = &rest[here..];
        }
        let parts: Vec<&Variable> = parts.iter().collect();
        read(&Variable::try_concatenate(&parts, 0)?, back)
    }

    /// For each of some colours, ones where the vector has that colour.
    fn seeds(&self, range: std::ops::Range<usize>, shape: &[usize], dtype: DType) -> Result<Array> {
        let length = self.colouring.colours.len();
        let mut seeds = Array::zeros(&[range.len(), length], DType::F64)?.into_vec::<f64>();
        for (i, &colour) in self.colouring.colours.iter().enumerate() {
            if colour != NONE && range.contains(&(colour as usize)) {
                seeds[(colour as usize - range.start) * length + i] = 1.0;
            }
        }
        let shape = [&[range.len()], shape].concat();
        Ok(Array::from_vec::<f64>(seeds, &shape)?.try_astype(dtype)?)
    }
}

/// The elements of `sums`, flattened, at the given positions.
fn read(sums: &Variable, at: Vec<i64>) -> Result<Variable> {
    let count = at.len();
    sums.try_flatten()?
        .try_take(Array::from_vec::<i64>(at, &[count])?, 0)
}

/// The products of the Jacobian of `y` by `x` with seeds, of shape `(colours, *x.shape)`: shape
/// `(colours, *y.shape)`. One sweep upwards takes all of them.
pub(super) fn compressed_columns(y: &Variable, x: &Variable, seeds: &Array) -> Result<Variable> {
    let count = seeds.shape()[0];
    let seeds = Variable::value(seeds.clone());
    let sums = Pushforward::new(&[y], &[x]).tangents(&[seeds], Some(count))?;
    match sums.into_iter().next().flatten() {
        Some(sums) => Ok(sums),
        None => zeros_of(&[&[count], y.shape().as_slice()].concat(), y.dtype()),
    }
}

/// The products of seeds, of shape `(colours, *y.shape)`, with the Jacobian of `y` by `x`: shape
/// `(colours, *x.shape)`. The product with one vector is linear in it, and its Jacobian by that vector
/// is the transposed one.
pub(super) fn compressed_rows(y: &Variable, x: &Variable, seeds: &Array) -> Result<Variable> {
    let (left, product) = enable_grad(|| {
        let left = Variable::new(Array::zeros(&y.shape(), y.dtype())?);
        let product = gradient_or_zeros(&y.try_mul(&left)?.try_sum(..)?, x)?;
        Ok::<_, Error>((left, product))
    })?;
    compressed_columns(&product, &left, seeds)
}

/// The derivatives of the sum of `y` by `x`, zeros if `y` is a constant: the function does not depend on
/// `x`, at least here.
pub(super) fn gradient_or_zeros(y: &Variable, x: &Variable) -> Result<Variable> {
    if !y.is_tracked() {
        return Ok(Variable::constant(Array::zeros(&x.shape(), x.dtype())?));
    }
    Ok(try_grad(y, &[x])?.swap_remove(0))
}

#[cfg(test)]
mod tests {
    use super::super::dependence::jacobian_pattern;
    use super::*;

    #[test]
    fn portions_of_any_size_give_the_same_entries() {
        let x = Variable::new([0.5, -1.0, 2.0, 0.25, 3.0]);
        let y = (x.get_item(1..) * x.get_item(..4).square())
            .sum(..)
            .square();
        let gradient = try_grad(&y, &[&x]).unwrap().swap_remove(0);
        let pattern = jacobian_pattern(&gradient, &x, usize::MAX)
            .unwrap()
            .symmetrized();
        let compression = Compression::symmetric(&pattern);
        assert_eq!(compression.colours(), 5);
        let values = |portion| {
            compression
                .values_by_portions(portion, &x, |seeds| {
                    compressed_columns(&gradient, &x, seeds)
                })
                .unwrap()
        };
        let at_once = values(5).to_vec::<f64>();
        assert_eq!(at_once.len(), 25);
        for portion in 1..5 {
            assert_eq!(values(portion).to_vec::<f64>(), at_once);
        }
    }
}
