//! Where cotangents end up: in the gradients of leaves, or with those who asked.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use dezero_array::Tuple;

use super::cotangent::Cotangent;
use super::sweep::{Hooked, Sweep};
use crate::error::{Error, Result};
use crate::leaf::LeafCell;
use crate::mode;
use crate::node::NodeRef;
use crate::taylor::hash;
use crate::variable::{Repr, Variable};

/// What is asked for.
pub(super) struct Targets {
    /// By the address of a leaf, which whoever asks keeps alive, the places of its answers; by the
    /// id of a node likewise.
    pub(super) leaves: Asked,
    pub(super) nodes: Asked,
    pub(super) found: Vec<Option<Variable>>,
    /// The lowest id among the nodes of what is asked for: ids fall on the way down, so what is below
    /// this one leads to nothing.
    pub(super) lowest: u64,
}

type Asked = HashMap<u64, Vec<usize>, hash::Build>;

impl Targets {
    pub(super) fn new(xs: &[&Variable]) -> Self {
        let mut targets = Self {
            leaves: Asked::default(),
            nodes: Asked::default(),
            found: vec![None; xs.len()],
            lowest: u64::MAX,
        };
        for (i, x) in xs.iter().enumerate() {
            let (asked, key, id) = match &x.0 {
                Repr::Leaf(cell) => (&mut targets.leaves, address(cell), cell.first_id()),
                Repr::Result(_) | Repr::Link(_) => {
                    let id = x.link_node().map_or(0, |node| node.id);
                    (&mut targets.nodes, id, Some(id))
                }
                Repr::Value(_) => continue,
            };
            asked.entry(key).or_default().push(i);
            targets.lowest = id.unwrap_or(u64::MAX).min(targets.lowest);
        }
        targets
    }
}

fn address(cell: &Arc<LeafCell>) -> u64 {
    Arc::as_ptr(cell).addr() as u64
}

/// Where the cotangents end up.
pub(super) enum Sink {
    /// In `.grad` of the leaves, and with `retain` of everything on the way.
    /// Those of integers among them, if so asked.
    Leaves { retain: bool, integers: bool },
    /// With those who asked.
    Targets(Targets),
}

impl Sink {
    pub(super) fn wants(&self, cell: &Arc<LeafCell>) -> bool {
        match self {
            Self::Leaves { .. } => true,
            Self::Targets(targets) => targets.leaves.contains_key(&address(cell)),
        }
    }
}

/// Delivery.
impl Sweep {
    pub(super) fn reach_leaf(&mut self, cell: &Arc<LeafCell>, cotangent: Cotangent) -> Result<()> {
        if !cell.is_hooked() || !self.sink.wants(cell) {
            return self.deliver_leaf(cell, cotangent);
        }
        self.passed.allow()?;
        let gx = cotangent.into_variable();
        let Hooked { arrived, places } = &mut self.hooked;
        match places.entry(address(cell)) {
            Entry::Occupied(place) => {
                let (_, sum) = &mut arrived[*place.get()];
                *sum = sum.to_link().try_add(gx)?.into_link();
            }
            Entry::Vacant(place) => {
                place.insert(arrived.len());
                arrived.push((cell.clone(), gx.to_link()));
            }
        }
        Ok(())
    }

    pub(super) fn deliver_leaf(
        &mut self,
        cell: &Arc<LeafCell>,
        cotangent: Cotangent,
    ) -> Result<()> {
        match &mut self.sink {
            Sink::Leaves { .. } => {
                self.passed.allow()?;
                if let Cotangent::Real(gx) = cotangent
                    && cell.first_grad(gx)
                {
                    return Ok(());
                }
                add_grad(
                    |grad| cell.replace_grad(grad),
                    cotangent.into_variable(),
                    self.create_graph,
                )
            }
            Sink::Targets(targets) => {
                let Some(places) = targets.leaves.get(&address(cell)) else {
                    return Ok(());
                };
                self.passed.allow()?;
                let old = targets.found[places[0]].take();
                let sum = accumulate(old, cotangent.into_variable(), true)?;
                for &place in places {
                    targets.found[place] = Some(sum.to_link());
                }
                Ok(())
            }
        }
    }

    /// The finished cotangent of a node that is not a leaf, or no longer anything else.
    #[inline]
    pub(super) fn deliver(
        &mut self,
        node: &NodeRef,
        cut: bool,
        gy: impl FnOnce() -> Variable,
    ) -> Result<()> {
        match &mut self.sink {
            Sink::Leaves { retain, .. } => {
                if (*retain || cut) && node.has_handles() {
                    self.passed.allow()?;
                    return add_grad(|grad| node.replace_grad(grad), gy(), self.create_graph);
                }
            }
            Sink::Targets(targets) => {
                if self.watching
                    && let Some(places) = targets.nodes.get(&node.id)
                {
                    self.passed.allow()?;
                    let gy = gy();
                    for &place in places {
                        targets.found[place] = Some(gy.to_link());
                    }
                }
            }
        }
        Ok(())
    }
}

/// Adds to a gradient that other threads may add to as well. `replace` puts a gradient there and
/// gives what was there; the adding itself is arithmetic of variables, and done without a lock.
fn add_grad(
    replace: impl Fn(Option<Variable>) -> Option<Variable>,
    mut new: Variable,
    create_graph: bool,
) -> Result<()> {
    loop {
        new = accumulate(replace(None), new, create_graph)?;
        match replace(Some(new)) {
            None => return Ok(()),
            Some(meanwhile) => new = meanwhile,
        }
    }
}

/// A gradient with another added, in the form in which it is stored.
fn accumulate(old: Option<Variable>, new: Variable, create_graph: bool) -> Result<Variable> {
    let sum = match old {
        None => new,
        Some(old) => {
            let shapes = (old.shape(), new.shape());
            if shapes.0 != shapes.1 {
                let (was, due) = (Tuple(&shapes.0), Tuple(&shapes.1));
                return Err(Error::shape(format!(
                    "backward: a gradient of shape {was} was put where one of shape {due} is due"
                )));
            }
            old.try_add(new)?
        }
    };
    Ok(if create_graph {
        sum.into_derivative(mode::pass())
    } else {
        sum
    })
}
