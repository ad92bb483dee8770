//! Second derivatives: Hessians of a sample, by as few products as their sparsity allows, and products
//! with vectors.

use std::sync::Arc;

use dezero_core::transforms::Evaluation;
use dezero_core::{SparsePlan, Variable, no_grad};

use super::sample::Sample;
use super::{Halt, Search};
use crate::error::Kind;
use crate::stop::Stop;
use crate::symmetric::{Structure, Symmetric};
use crate::vector::{all_finite, difference, largest};

/// What is known of the places of a Hessian that are zero.
pub(super) enum Sparsity {
    Unknown,
    /// All of it may differ from zero.
    Full,
    /// Few products give it, but it is worked with as a dense matrix.
    Compressed(SparsePlan),
    /// It is worked with as a sparse matrix.
    Sparse(SparsePlan, Arc<Structure>),
}

impl Search<'_> {
    /// Checks the sparsity when a Hessian is next asked for: a function that branches may have another one
    /// there than where it was found.
    pub(crate) fn doubt_sparsity(&mut self) {
        self.is_doubted = true;
    }

    /// The Hessian, from products in accordance with the sparsity. If that is in doubt, one more product
    /// tells whether it still holds.
    pub(crate) fn hessian(&mut self, at: &Sample) -> Result<Symmetric, Halt> {
        self.look_at_sparsity(at)?;
        let hessian = self.compressed_hessian(at)?;
        if !std::mem::take(&mut self.is_doubted) || matches!(self.sparsity, Sparsity::Full) {
            return Ok(hessian);
        }
        // No direction of zeros, nor of equal numbers.
        let v: Vec<f64> = (0..self.dimension())
            .map(|i| 0.5 + (i as f64 * 0.618_033_988_749_895).fract())
            .collect();
        let product = self.hessian_product(at, &v)?;
        let missed = difference(&product, &hessian.times(&v));
        if largest(&missed) <= self.epsilon().sqrt() * hessian.bound() * 1.5 {
            return Ok(hessian);
        }
        self.sparsity = Sparsity::Unknown;
        self.look_at_sparsity(at)?;
        self.compressed_hessian(at)
    }

    /// The Hessian, as the known sparsity has it.
    fn compressed_hessian(&mut self, at: &Sample) -> Result<Symmetric, Halt> {
        let n = self.dimension();
        self.evaluations.hessian += 1;
        let sign = self.sign();
        let signed = |x: &Variable| -> Vec<f64> {
            let mut values = x.to_vec::<f64>();
            for value in &mut values {
                *value *= sign;
            }
            values
        };
        let record = self.record(at)?;
        let hessian = no_grad(|| match &self.sparsity {
            Sparsity::Sparse(plan, structure) => {
                let matrix = record.try_sparse_hessian(plan)?;
                self.evaluations.products += plan.colours();
                Ok(Symmetric::sparse(structure, &signed(matrix.values())))
            }
            Sparsity::Compressed(plan) => {
                let matrix = record.try_sparse_hessian(plan)?;
                self.evaluations.products += plan.colours();
                Ok(Symmetric::dense(n, &signed(&matrix.try_to_dense()?)))
            }
            Sparsity::Unknown | Sparsity::Full => {
                let blocks = record.try_hessian()?;
                self.evaluations.products += n;
                Ok(Symmetric::dense(n, &signed(&blocks[0][0])))
            }
        });
        let hessian = hessian.map_err(|error: dezero_core::Error| Halt::from(error))?;
        if hessian.is_finite() {
            Ok(hessian)
        } else if self.iterations == 0 {
            Err(Kind::Start {
                value: self.sign() * at.value,
                what: "Hessian",
            }
            .into())
        } else {
            Err(Stop::Diverged.into())
        }
    }

    fn look_at_sparsity(&mut self, at: &Sample) -> Result<(), Halt> {
        if matches!(self.sparsity, Sparsity::Unknown) {
            let record = self.record(at)?;
            self.sparsity = no_grad(|| sparsity(self.dimension(), record));
        }
        Ok(())
    }

    /// Whether the Hessian is sparse enough to be factorised as a sparse matrix.
    pub(crate) fn is_sparse(&mut self, at: &Sample) -> bool {
        // Without a record of the function here, the one who asks for derivatives gets the error.
        self.look_at_sparsity(at).is_ok() && matches!(self.sparsity, Sparsity::Sparse(..))
    }

    /// The number of products that a Hessian takes.
    pub(crate) fn colours(&self) -> usize {
        match &self.sparsity {
            Sparsity::Unknown | Sparsity::Full => self.dimension(),
            Sparsity::Compressed(plan) | Sparsity::Sparse(plan, _) => plan.colours(),
        }
    }

    /// The product of a sample's Hessian with a vector.
    pub(crate) fn hessian_product(&mut self, at: &Sample, v: &[f64]) -> Result<Vec<f64>, Halt> {
        let replayed = match &self.replay {
            Some(replay) => replay.hessian_product(&at.x, v)?,
            None => None,
        };
        self.evaluations.products += 1;
        let product = if let Some(mut product) = replayed {
            self.turn(&mut product);
            product
        } else {
            let v = self.layout.joined(v)?;
            let record = self.record(at)?;
            self.flat(&no_grad(|| record.try_hvp(&[&v]))?)
        };
        if all_finite(&product) {
            Ok(product)
        } else {
            Err(Stop::Diverged.into())
        }
    }
}

/// Looks at the record for what of the Hessian can differ from zero.
fn sparsity(n: usize, record: &Evaluation) -> Sparsity {
    /// Below, a dense Hessian costs no more.
    const FEW: usize = 4;
    /// Up to here, a dense factorisation is as fast.
    const SMALL: usize = 50;
    /// Entries in a row, in the mean, and products, from which on a large Hessian is not thin.
    const THICK: usize = 100;

    if n < FEW {
        return Sparsity::Full;
    }
    let most = n * n.min(4 * THICK);
    let Ok(plan) = record.try_hessian_plan(most) else {
        return Sparsity::Full; // too large to be sparse
    };
    let entries = n * THICK.min(n / 4);
    let is_thin = plan.pattern().nnz() <= entries && plan.colours() <= THICK.min(n / 2);
    if n > SMALL
        && is_thin
        && let Some(structure) = Structure::new(plan.pattern())
    {
        return Sparsity::Sparse(plan, Arc::new(structure));
    }
    if plan.colours() < n {
        return Sparsity::Compressed(plan);
    }
    Sparsity::Full
}
