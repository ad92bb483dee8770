//! Functions of the user's own that have derivatives up to some order only, their `max_order`.
//!
//! When the `backward` of such a function runs recorded, identities mark what goes in and out. A
//! path of a later cotangent enters by an exit, which knows the order of the derivative that comes
//! out there, and leaves by an entry: by the point, and a derivative of one order more is asked
//! for; by a cotangent, in which the derivative is linear, and none is. Functions without a limit
//! are not marked.

use std::sync::Arc;

use dezero_array::Array;

use crate::error::{Error, Result};
use crate::function::{Custom, Function};
use crate::mode::Line;
use crate::node::Inputs;
use crate::op::Op;
use crate::variable::Variable;

/// What an identity marks.
#[derive(Clone)]
pub(crate) struct Mark {
    pub(crate) of: Arc<Limited>,
    pub(crate) place: Place,
}

/// A call of a function with a limit.
pub(crate) struct Limited {
    name: String,
    limit: usize,
    /// The id of the call's node.
    pub(crate) call: u64,
    /// The inputs: what a derivative of the last order depends on, though its formula may not show it.
    xs: Vec<Variable>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// An input of the function, under a derivative of at least this order.
    Input(usize),
    /// A result of the function, likewise.
    Result(usize),
    /// What the derivative is linear in: a cotangent or a tangent.
    Linear,
    /// A derivative of this order comes out.
    Exit(usize),
}

/// What a cotangent came through on its way.
#[derive(Default)]
pub(crate) struct Orders {
    /// The calls whose derivatives it is in, and their orders.
    through: Vec<(u64, usize)>,
    /// A derivative that there is not. Whoever wants what is behind it gets the error.
    refused: Option<(Arc<Limited>, usize, Line)>,
}

impl Orders {
    pub(crate) fn is_empty(&self) -> bool {
        self.through.is_empty() && self.refused.is_none()
    }

    /// Notes the order of a call's derivative, if it is the highest yet.
    fn note(&mut self, call: u64, order: usize) {
        match self.through.iter_mut().find(|(known, _)| *known == call) {
            Some((_, highest)) => *highest = order.max(*highest),
            None => self.through.push((call, order)),
        }
    }

    /// Takes out what is noted of a call.
    pub(crate) fn take(&mut self, call: u64) -> Option<usize> {
        let at = self.through.iter().position(|(known, _)| *known == call)?;
        Some(self.through.swap_remove(at).1)
    }

    /// Joins what another part of the same cotangent came through.
    pub(crate) fn join(&mut self, other: &Self) {
        for &(call, order) in &other.through {
            self.note(call, order);
        }
        if self.refused.is_none() {
            self.refused.clone_from(&other.refused);
        }
    }

    /// Notes that a derivative of this order is asked for; gives whether there is one.
    pub(crate) fn ask(&mut self, of: &Arc<Limited>, order: usize, line: Line) -> bool {
        let there = order <= of.limit;
        if !there && self.refused.is_none() {
            self.refused = Some((of.clone(), order, line));
        }
        there
    }

    /// Whether the cotangent can be had.
    pub(crate) fn allow(&self) -> Result<()> {
        match &self.refused {
            None => Ok(()),
            Some((of, order, line)) => of.allow(*order).map_err(|error| error.at(line)),
        }
    }
}

impl Limited {
    /// The call with the node of id `call`, if its function has a limit.
    pub(crate) fn of(function: &dyn Function, call: u64, xs: &[Variable]) -> Option<Arc<Self>> {
        Some(Arc::new(Self {
            limit: function.max_order()?,
            name: function.name().to_owned(),
            call,
            xs: xs
                .iter()
                .filter(|x| varies(x))
                .map(Variable::to_link)
                .collect(),
        }))
    }

    /// Whether there is a derivative of this order.
    pub(crate) fn allow(&self, order: usize) -> Result<()> {
        if order <= self.limit {
            return Ok(());
        }
        let Self { name, limit, .. } = self;
        Err(Error::derivative(format!(
            "function `{name}` has derivatives up to order {limit} (its `max_order`); order {order} was asked for"
        )))
    }

    /// Marks what can be differentiated by, as the user holds it.
    pub(crate) fn mark(self: &Arc<Self>, place: Place, x: Variable, line: Line) -> Variable {
        let of = self.clone();
        Mark { of, place }.put_on(x.into_link(), line).into_user()
    }
}

impl Mark {
    /// An identity that bears the mark. Where a derivative of the last order comes out, the inputs of
    /// the function stand behind it, so that whoever differentiates by them is refused.
    pub(crate) fn put_on(&self, x: Variable, line: Line) -> Variable {
        let behind = match self.place {
            Place::Exit(order) if order >= self.of.limit => self.of.xs.as_slice(),
            _ => &[],
        };
        if !x.linked_value().dtype().is_float() || !x.is_tracked() && behind.is_empty() {
            return x;
        }
        let value = x.linked_value().clone();
        let mut inputs = vec![x];
        inputs.extend(behind.iter().map(Variable::to_link));
        let op = Op::Custom(Custom::marked(
            Arc::new(Identity(self.of.name.clone())),
            self.clone(),
        ));
        Variable::record(op, value, Inputs::from(inputs), line).into_link()
    }

    fn at(&self, place: Place) -> Self {
        Self {
            of: self.of.clone(),
            place,
        }
    }

    /// Takes a cotangent through the mark; gives how it is marked in turn.
    pub(crate) fn pass(&self, orders: &mut Orders, line: Line) -> Option<Self> {
        let call = self.of.call;
        match self.place {
            Place::Exit(order) => {
                orders.take(call);
                orders.note(call, order);
                None
            }
            Place::Input(least) | Place::Result(least) => {
                let order = orders.take(call).unwrap_or(least) + 1;
                orders.ask(&self.of, order, line);
                if let Place::Result(_) = self.place {
                    // The way goes on through the call itself, in a derivative of this order.
                    orders.note(call, order);
                }
                Some(self.at(Place::Exit(order)))
            }
            Place::Linear => orders.take(call).map(|order| self.at(Place::Exit(order))),
        }
    }

    /// Notes that a derivative by the inputs is asked for where one of the last order comes out.
    pub(crate) fn ask_for_more(&self, orders: &mut Orders, line: Line) {
        orders.ask(&self.of, self.of.limit + 1, line);
    }

    /// The mark on the coefficients of a series that goes upwards through this one, and is a
    /// derivative of `more` orders in what comes out.
    pub(crate) fn upwards(&self, more: usize) -> Self {
        self.at(match self.place {
            Place::Exit(below) => Place::Exit(below + more),
            _ => Place::Linear,
        })
    }
}

fn varies(x: &Variable) -> bool {
    x.is_tracked() && x.dtype().is_float()
}

/// What bears a mark.
struct Identity(String);

impl Function for Identity {
    fn name(&self) -> &str {
        &self.0
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(xs.to_vec())
    }

    fn backward(&self, _: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(gys.to_vec())
    }
}
