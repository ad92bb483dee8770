//! The record in the order of computation: what a compiler reads, and how what it read is computed
//! again, on bare values or on variables.

use std::collections::{HashMap, HashSet};
use std::panic::Location;

use dezero_array::Array;

use crate::error::{Error, Result};
use crate::function;
use crate::graph::call_of;
use crate::mode::{self, Line};
use crate::node::{Inputs, NodeRef};
use crate::op::Op;
use crate::taylor::hash;
use crate::variable::{Repr, Variable};

/// How some results were computed from some inputs: steps of which each uses earlier ones.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The steps, in the order in which they were computed. The inputs come first, all of them, in
    /// their order.
    pub steps: Vec<Step>,
    /// The results, as positions in [`steps`](Self::steps).
    pub outputs: Vec<usize>,
}

/// One value in a [`Trace`].
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it comes from.
    pub source: Source,
    /// The value it had.
    pub value: Array,
    /// The name, if one was given.
    pub name: Option<String>,
    /// The user's source line that made it.
    pub line: &'static Location<'static>,
    /// The backward pass in which it was made; 0 is the user's own code.
    pub pass: usize,
}

/// Where a value in a [`Trace`] comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// An input, of this number.
    Input(usize),
    /// Nothing that was recorded: a constant, or a variable that is no input.
    Constant,
    /// An operation, with what it was applied to as positions in [`Trace::steps`].
    Call(Op, Vec<usize>),
}

impl Trace {
    /// Reads the record from `outputs` down to `inputs`. What is below an input is not looked at, and
    /// other variables are constants.
    ///
    /// ```
    /// use dezero_core::{Variable, trace::{Source, Trace}};
    ///
    /// let (x, c) = (Variable::new(2.0), Variable::new(3.0));
    /// let y = (&x * &c).sin();
    /// let trace = Trace::new(&[&x], &[&y]);
    /// let labels: Vec<&str> = trace.steps.iter().map(|step| match &step.source {
    ///     Source::Input(_) => "input",
    ///     Source::Constant => "constant",
    ///     Source::Call(op, _) => op.label(),
    /// }).collect();
    /// assert_eq!(labels, ["input", "constant", "Mul", "Sin"]);
    /// ```
    pub fn new(inputs: &[&Variable], outputs: &[&Variable]) -> Self {
        let mut walk = Walk::default();
        let mut ends: Vec<Variable> = Vec::with_capacity(outputs.len());
        for (number, input) in inputs.iter().enumerate() {
            let link = input.to_link();
            if let Repr::Link(node) = &link.0 {
                walk.places.entry(node.id).or_insert(number);
            }
            walk.steps.push(Step {
                source: Source::Input(number),
                value: link.linked_value().clone(),
                name: input.name(),
                line: link
                    .link_node()
                    .map_or_else(|| Location::caller(), |n| n.line),
                pass: 0,
            });
        }
        for output in outputs {
            let link = output.to_link();
            walk.find(&link);
            ends.push(link);
        }
        walk.collect();
        walk.found.sort_unstable_by_key(|node| node.id);
        for node in std::mem::take(&mut walk.found) {
            walk.step(&node);
        }
        let line = ends.first().and_then(Variable::link_node).map(|n| n.line);
        let outputs = ends
            .iter()
            .map(|end| walk.place(end, line.unwrap_or_else(|| Location::caller()), 0))
            .collect();
        Self {
            steps: walk.steps,
            outputs,
        }
    }
}

#[derive(Default)]
struct Walk {
    steps: Vec<Step>,
    /// Positions of steps by the ids of their nodes.
    places: HashMap<u64, usize, hash::Build>,
    seen: HashSet<u64, hash::Build>,
    pending: Vec<NodeRef>,
    found: Vec<NodeRef>,
}

impl Walk {
    fn find(&mut self, x: &Variable) {
        let Repr::Link(node) = &x.0 else { return };
        if !self.places.contains_key(&node.id) && self.seen.insert(node.id) {
            self.pending.push(node.clone());
        }
    }

    /// Finds every node that is not below an input.
    fn collect(&mut self) {
        while let Some(node) = self.pending.pop() {
            // Copied, so that no lock is held meanwhile.
            let inputs = node.links().inputs.copied();
            for input in &inputs {
                self.find(input);
            }
            self.found.push(node);
        }
    }

    /// Adds the step of a node whose inputs have theirs.
    fn step(&mut self, node: &NodeRef) {
        let cut = matches!(node.links().inputs, Inputs::None | Inputs::Leaf(_));
        let source = if cut || (matches!(node.op, Op::Output(_)) && call_of(node).is_none()) {
            Source::Constant
        } else {
            let inputs = node.links().inputs.copied();
            let args = inputs
                .iter()
                .map(|x| self.place(x, node.line, usize::from(node.pass)))
                .collect();
            Source::Call(node.op.clone(), args)
        };
        self.places.insert(node.id, self.steps.len());
        self.steps.push(Step {
            source,
            value: node.value.clone(),
            name: node.name().map(|name| name.as_ref().to_owned()),
            line: node.line,
            pass: usize::from(node.pass),
        });
    }

    /// The position of a node's step; a bare value gets one here.
    fn place(&mut self, x: &Variable, line: Line, pass: usize) -> usize {
        if let Repr::Link(node) = &x.0
            && let Some(&place) = self.places.get(&node.id)
        {
            return place;
        }
        self.steps.push(Step {
            source: Source::Constant,
            value: x.linked_value().clone(),
            name: None,
            line,
            pass,
        });
        self.steps.len() - 1
    }
}

/// # Computing again
impl Op {
    /// The values of the operation, of which only a user's function has more than one.
    ///
    /// Nothing is recorded. [`Op::Output`] is not computed: it is one of the values of its call.
    ///
    /// ```
    /// use dezero_core::{Array, Variable};
    ///
    /// let sum = Variable::new([1.0, 2.0]).sum(..).creator().unwrap().op().clone();
    /// let ys = sum.evaluate(&[Array::from([3.0, 4.0])])?;
    /// assert_eq!(ys, [Array::from(7.0)]);
    /// # Ok::<(), dezero_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the number of arrays, their shapes or dtypes do not fit; for [`Op::Leaf`], [`Op::Constant`]
    /// and [`Op::Output`], which compute nothing; what a user's function reports.
    pub fn evaluate(&self, xs: &[Array]) -> Result<Vec<Array>> {
        self.check_count(xs.len())?;
        match self {
            Self::Unary(op) => Ok(vec![op.map(&xs[0])?]),
            Self::Binary(op) => Ok(vec![op.zip(&xs[0], &xs[1])?]),
            Self::Compare(op) => Ok(vec![op.zip(&xs[0], &xs[1])?]),
            Self::Custom(custom) => custom.function().forward(xs),
            _ => match self.structural() {
                Some(structural) => {
                    let xs: Vec<Variable> = xs.iter().cloned().map(Variable::value).collect();
                    Ok(vec![structural.value(&xs)?])
                }
                None => Err(self.computes_nothing()),
            },
        }
    }

    /// Applies the operation to variables, and records it as made in this pass at this line.
    ///
    /// # Errors
    ///
    /// As [`evaluate`](Self::evaluate).
    pub fn record(
        &self,
        xs: &[&Variable],
        line: &'static Location<'static>,
        pass: usize,
    ) -> Result<Vec<Variable>> {
        self.check_count(xs.len())?;
        let _restore = mode::enter_pass(u16::try_from(pass).unwrap_or(u16::MAX));
        if let Self::Custom(custom) = self {
            return function::call_again(custom, xs, line);
        }
        let links: Vec<Variable> = xs.iter().map(|x| x.to_link()).collect();
        let values: Vec<Array> = links.iter().map(|x| x.linked_value().clone()).collect();
        let mut ys = self.evaluate(&values).map_err(|error| error.at(line))?;
        if mode::is_detecting() {
            crate::anomaly::check(self, &links, &ys[0], line)?;
        }
        let inputs = match <[Variable; 1]>::try_from(links) {
            Ok([x]) => Inputs::One(x),
            Err(links) => match <[Variable; 2]>::try_from(links) {
                Ok(xs) => Inputs::Two(xs),
                Err(links) => links.into(),
            },
        };
        let y = ys.swap_remove(0);
        Ok(vec![Variable::record(self.clone(), y, inputs, line)])
    }

    /// How many inputs the operation takes; `None` if that varies.
    pub fn arity(&self) -> Option<usize> {
        match self {
            Self::Leaf | Self::Constant => Some(0),
            Self::Binary(_)
            | Self::Compare(_)
            | Self::Take(_)
            | Self::Gather(_)
            | Self::MatMul(_)
            | Self::Solve(_) => Some(2),
            Self::Where | Self::PutAdd(_) | Self::ScatterAdd(_) => Some(3),
            Self::Custom(_) | Self::GatherNd(_) | Self::ScatterNdAdd(_) | Self::Concatenate(_) => {
                None
            }
            _ => Some(1),
        }
    }

    pub(crate) fn check_count(&self, count: usize) -> Result<()> {
        let least = match self {
            Self::GatherNd(_) | Self::Concatenate(_) => 1,
            Self::ScatterNdAdd(_) => 2,
            _ => 0,
        };
        if self.arity().unwrap_or(count.max(least)) == count {
            return Ok(());
        }
        Err(Error::function(
            self.label(),
            format!("does not take {count} inputs"),
        ))
    }

    pub(crate) fn computes_nothing(&self) -> Error {
        Error::function(self.label(), "is not an operation that can be computed")
    }
}
