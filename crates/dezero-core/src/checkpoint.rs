//! Checkpoints: recomputing instead of storing.
//!
//! A checkpointed function is one node of the graph. It keeps its inputs, and whoever
//! differentiates it runs it again. What that gives is a function of the inputs and cotangents, and
//! stands in the graph as a checkpoint in its turn, so that it holds to any order, backwards and
//! forwards. (T. Chen, B. Xu, C. Zhang and C. Guestrin, "Training deep nets with sublinear memory
//! cost", 2016.)

use std::borrow::Borrow;
use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, Tuple};

use crate::backward::try_grad;
use crate::error::{Error, Result};
use crate::function::{Function, call};
use crate::mode::{self, Recording};
use crate::operators::panicking;
use crate::taylor::{Extent, Pushforward, Series, Term, zeros};
use crate::transforms::{Point, Returned};
use crate::variable::Variable;

/// Calls `f` without keeping what it computes on the way: a derivative will call it again. Memory
/// for time, in long chains of large arrays.
///
/// `f` may use only what it is passed: a variable that it captures could not be differentiated by,
/// and is an error.
///
/// ```
/// use dezero_core::{Variable, checkpoint, grad, graph};
/// let (x, w) = (Variable::new([1.0, 2.0]), Variable::new([0.5, 0.5]));
/// let y = checkpoint(|[x, w]| (x * w).sin().exp().sum(..), [&x, &w]);
/// assert_eq!(graph(&y).functions().len(), 1); // not five
/// let gx = grad(&y, &[&x]).remove(0); // computes it again, and can itself be differentiated
/// assert_eq!(gx.shape(), [2]);
/// ```
///
/// # Panics
///
/// Where [`try_checkpoint`] gives an error.
#[track_caller]
pub fn checkpoint<P: Point, R: Returned>(
    f: impl Fn(&P::Arguments) -> R + Send + Sync + 'static,
    inputs: P,
) -> Variable {
    panicking(try_checkpoint(f, inputs))
}

/// [`checkpoint`], or why it cannot be.
///
/// # Errors
///
/// What `f` reports; and if it uses a variable that it was not passed.
#[track_caller]
pub fn try_checkpoint<P: Point, R: Returned>(
    f: impl Fn(&P::Arguments) -> R + Send + Sync + 'static,
    inputs: P,
) -> Result<Variable> {
    let function = shared(f, P::arguments);
    let ys = call(
        Arc::new(Checkpoint(function)),
        &inputs.variables(),
        Location::caller(),
    );
    ys.map(|mut ys| ys.remove(0))
}

/// Several variables to several.
type Shared = Arc<dyn Fn(&[Variable]) -> Result<Vec<Variable>> + Send + Sync>;

fn shared<A, O, R>(
    f: impl Fn(&A) -> R + Send + Sync + 'static,
    arguments: fn(Vec<Variable>) -> O,
) -> Shared
where
    A: ?Sized + 'static,
    O: Borrow<A> + 'static,
    R: Returned,
{
    Arc::new(move |xs| {
        let y = f(arguments(xs.to_vec()).borrow()).returned()?;
        Ok(vec![y])
    })
}

struct Checkpoint(Shared);

impl Function for Checkpoint {
    fn name(&self) -> &'static str {
        "Checkpoint"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        let ys = afresh(&self.0, xs)?;
        Ok(ys.iter().map(Variable::array).collect())
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        derived(cotangents(self.0.clone(), xs.len()), &[xs, gys].concat())
    }

    fn jvp(
        &self,
        xs: &[Variable],
        _: &[Variable],
        tangents: &[Variable],
    ) -> Option<Result<Vec<Variable>>> {
        let f = coefficients(self.0.clone(), xs.len(), 1);
        let found = derived(f, &[xs, tangents].concat());
        Some(found.map(|ys| ys.into_iter().skip(1).step_by(2).collect()))
    }

    fn taylor(&self, xs: &[Vec<Variable>]) -> Option<Result<Vec<Vec<Variable>>>> {
        let order = xs.first()?.len() - 1;
        // All values, then all first coefficients, and so on.
        let flat: Vec<Variable> = (0..=order)
            .flat_map(|k| xs.iter().map(move |x| x[k].clone()))
            .collect();
        let found = derived(coefficients(self.0.clone(), xs.len(), order), &flat);
        Some(found.map(|ys| ys.chunks(order + 1).map(<[Variable]>::to_vec).collect()))
    }
}

/// What a derivative gives: a checkpoint again if it is recorded, else its values.
fn derived(f: Shared, xs: &[Variable]) -> Result<Vec<Variable>> {
    let xs: Vec<&Variable> = xs.iter().collect();
    call(Arc::new(Checkpoint(f)), &xs, Location::caller())
}

/// Runs `f`, recorded, on variables that nobody else has.
fn afresh(f: &Shared, xs: &[Array]) -> Result<Vec<Variable>> {
    let _recording = mode::enter_recording(Recording::On);
    let leaves: Vec<Variable> = xs.iter().cloned().map(Variable::new).collect();
    let ys = f(&leaves)?;
    let (ends, starts): (Vec<_>, Vec<_>) = (ys.iter().collect(), leaves.iter().collect());
    if let Some(foreign) = Pushforward::new(&ends, &starts).foreign() {
        let name = foreign.name().map(|name| format!("`{name}`, "));
        return Err(Error::function(
            "Checkpoint",
            format!(
                "the function uses a variable that it was not passed ({}shape {}, from {}): when it is computed \
                 again, nothing leads to that variable; pass it with the inputs, or `detach()` it",
                name.unwrap_or_default(),
                Tuple(foreign.value.shape()),
                foreign.line
            ),
        ));
    }
    Ok(ys)
}

/// The function from inputs and cotangents of the results to cotangents of the inputs.
fn cotangents(f: Shared, inputs: usize) -> Shared {
    Arc::new(move |all| {
        let (xs, gys) = all.split_at(inputs);
        let mut sum: Option<Variable> = None;
        for (y, gy) in f(xs)?.iter().zip(gys) {
            if y.is_tracked() && y.dtype().is_float() {
                let part = y.try_mul(gy)?.try_sum(..)?;
                sum = Some(match sum {
                    None => part,
                    Some(sum) => sum.try_add(part)?,
                });
            }
        }
        match sum {
            Some(sum) => try_grad(&sum, &xs.iter().collect::<Vec<_>>()),
            None => Ok(xs.iter().map(|x| x.with_value(zeros).into_user()).collect()),
        }
    })
}

/// The function from coefficients of the inputs, those of one order together, to coefficients of
/// the results, those of one result together.
fn coefficients(f: Shared, inputs: usize, order: usize) -> Shared {
    Arc::new(move |all| {
        let (xs, rest) = all.split_at(inputs);
        let ys = f(xs)?;
        let seeds = (0..inputs).map(|i| {
            let mut seed: Series<Term> = vec![None];
            seed.extend((0..order).map(|k| Some(rest[k * inputs + i].to_link().into())));
            seed
        });
        let (ends, starts): (Vec<_>, Vec<_>) = (ys.iter().collect(), xs.iter().collect());
        let found = Pushforward::new(&ends, &starts).run(seeds.collect(), Extent::along(order))?;
        let mut results = Vec::new();
        for (y, mut series) in ys.iter().zip(found) {
            series.resize(order + 1, None);
            results.push(y.clone());
            for term in &series[1..] {
                results.push(match term {
                    Some(term) => term.variable()?.into_user(),
                    None => y.with_value(zeros).into_user(),
                });
            }
        }
        Ok(results)
    })
}
