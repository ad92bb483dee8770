//! The reverse sweep: cotangents from a result down to what it was computed from.
//!
//! Ids order the work: a node's id is above those of its inputs, so taking the highest id first
//! meets a node only when its cotangent is complete. Pending nodes stand in a window indexed by
//! the distance of their id from the window's start; those further down wait in a map until the
//! window gets there. Nothing recurses and nothing is sorted, and each edge is followed once.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::sync::Arc;

use dezero_array::{Array, DType, Tuple};

use super::cotangent::Cotangent;
use super::sink::Sink;
use crate::anomaly;
use crate::elementwise::Real;
use crate::error::{Error, Result};
use crate::function::{self, output_count};
use crate::leaf::LeafCell;
use crate::mode::{self, Line, Recording};
use crate::node::{Inputs, NodeRef};
use crate::op::{Call, Op};
use crate::operators::attempt;
use crate::ops::shape::{elementwise_vjp, fit};
use crate::order::{Limited, Mark, Orders};
use crate::record::Below;
use crate::taylor::{hash, zeros};
use crate::variable::{Repr, Variable};

struct Pending {
    node: NodeRef,
    cotangent: Cotangent,
}

pub(super) struct Sweep {
    pub(super) create_graph: bool,
    /// Whether cotangents are wanted of others than leaves, or looked at.
    pub(super) watching: bool,
    /// Whether a `where` was visited; known while looking for anomalies.
    passed_where: bool,
    /// Below this id there is nothing that anybody asked for.
    lowest: u64,
    pub(super) sink: Sink,
    /// Pending nodes by `top - id`. From `end` on all is empty: the window keeps its length.
    window: Vec<Option<Pending>>,
    end: usize,
    top: u64,
    /// Nodes at this distance from `top` or more wait in `far`.
    reach: u64,
    far: BTreeMap<u64, Pending>,
    done: u64,
    /// By the ids of pending nodes, the derivatives of functions with a `max_order` that their
    /// cotangents came through; and those of the node that is visited.
    orders: HashMap<u64, Orders, hash::Build>,
    pub(super) passed: Orders,
    pub(super) hooked: Hooked,
}

/// Leaves with hooks, and what arrived there: complete only at the end, as a leaf may have several
/// snapshots.
#[derive(Default)]
pub(super) struct Hooked {
    /// In the order of arrival.
    pub(super) arrived: Vec<(Arc<LeafCell>, Variable)>,
    /// Their places there, by the addresses of the leaves.
    pub(super) places: HashMap<u64, usize, hash::Build>,
}

const LEAST_REACH: u64 = 256;
const MOST_REACH: u64 = 1 << 14;

thread_local! {
    /// The window of the last sweep on this thread, with nothing in it.
    static WINDOW: Cell<Vec<Option<Pending>>> = const { Cell::new(Vec::new()) };
}

impl Sweep {
    pub(super) fn new(y: &Variable, create_graph: bool, sink: Sink) -> Result<Self> {
        if !y.is_tracked() {
            return Err(Error::derivative(
                "backward: this variable is a constant, with no graph to go back through: a detached value, a result of \
                 constants alone, or a gradient computed without `create_graph`",
            ));
        }
        let dtype = y.dtype();
        let integers = matches!(sink, Sink::Leaves { integers: true, .. });
        let differentiable = dtype.is_float() || integers && dtype == DType::I64;
        if !differentiable {
            return Err(Error::derivative(format!(
                "backward: a result of dtype {dtype} has no derivative; f32 and f64 have"
            )));
        }
        let (watching, lowest) = match &sink {
            Sink::Leaves { retain, .. } => (*retain, 0),
            Sink::Targets(targets) => (!targets.nodes.is_empty(), targets.lowest),
        };
        Ok(Self {
            create_graph,
            watching: watching || mode::is_detecting(),
            passed_where: false,
            lowest,
            sink,
            window: WINDOW.take(),
            end: 0,
            top: 0,
            reach: LEAST_REACH,
            far: BTreeMap::new(),
            done: 0,
            orders: HashMap::default(),
            passed: Orders::default(),
            hooked: Hooked::default(),
        })
    }

    pub(super) fn run(
        mut self,
        y: &Variable,
        seed: Option<Variable>,
    ) -> Result<Vec<Option<Variable>>> {
        let Repr::Link(node) = y.to_link().0 else {
            unreachable!("a tracked variable has a node")
        };
        let recording = if self.create_graph {
            Recording::Rules
        } else {
            Recording::Values
        };
        let _restore = mode::enter(recording, node.depth.saturating_add(1));
        if let Some(seed) = &seed
            && seed.with_value(|seed| seed.shape() != node.value.shape())
        {
            let message = format!(
                "backward: the gradient put on this variable has shape {}, and its value has shape {}",
                seed.with_value(|seed| Tuple(seed.shape()).to_string()),
                Tuple(node.value.shape()),
            );
            return Err(Error::shape(message));
        }
        let seed = match seed {
            // What is put on integers need not be integers.
            Some(seed) if !node.value.dtype().is_float() => seed.to_link(),
            Some(seed) if self.create_graph => seed.try_cast(node.value.dtype())?.into_link(),
            Some(seed) => Variable::value(seed.array().astype(node.value.dtype())),
            None => {
                let one = Array::from(1.0).astype(node.value.dtype());
                let ones = if node.value.ndim() == 0 {
                    one
                } else {
                    one.broadcast_to(node.value.shape())?
                };
                // In a recording, the seed is one constant, however often it is used.
                if self.create_graph {
                    Variable::constant(ones).into_link()
                } else {
                    Variable::value(ones)
                }
            }
        };
        self.top = node.id;
        let cotangent = self.cotangent(seed);
        *self.slot(0) = Some(Pending { node, cotangent });
        // After an error, the window is dropped with what is left in it. Rules are formulas of operators, which panic
        // where there is an error, as for want of memory.
        attempt(|| self.sweep())?;
        for (cell, gx) in mem::take(&mut self.hooked.arrived) {
            mode::blame(Some(cell.line));
            let gx = cell.hooks().run(gx, self.create_graph);
            let gx = gx.map_err(|error| error.at(cell.line))?;
            anomaly::forget();
            self.deliver_leaf(&cell, Cotangent::Variable(gx))?;
            anomaly::taken(Op::Leaf.label(), None, false)?;
        }
        WINDOW.set(mem::take(&mut self.window));
        Ok(match self.sink {
            Sink::Leaves { .. } => Vec::new(),
            Sink::Targets(targets) => targets.found,
        })
    }

    fn sweep(&mut self) -> Result<()> {
        loop {
            let mut at = 0;
            while at < self.end {
                let pending = self.window[at].take();
                at += 1;
                let Some(Pending { node, cotangent }) = pending else {
                    continue;
                };
                self.done += 1;
                // Of the operations on numbers alone.
                if self.done.is_multiple_of(256) {
                    mode::worked(1 << 16)?;
                }
                if let Cotangent::Real(gy) = cotangent
                    && !self.watching
                    && self.orders.is_empty()
                    && self.visit_real(&node, gy)
                {
                    continue;
                }
                self.visit(&node, cotangent)?;
            }
            self.end = 0;
            let Some((&top, _)) = self.far.last_key_value() else {
                return Ok(());
            };
            // The more was done, the further ahead it is worth to look.
            self.reach = (4 * self.done).clamp(LEAST_REACH, MOST_REACH);
            self.top = top;
            for (id, pending) in self.far.split_off(&top.saturating_sub(self.reach - 1)) {
                *self.slot(top - id) = Some(pending);
            }
        }
    }

    /// The place of a pending node in the window.
    #[inline]
    fn slot(&mut self, distance: u64) -> &mut Option<Pending> {
        let at = distance as usize;
        if at >= self.window.len() {
            self.window
                .resize_with((at + 1).next_power_of_two(), || None);
        }
        self.end = self.end.max(at + 1);
        &mut self.window[at]
    }

    /// Whether a cotangent of `x`, a link or a value, is of use to anybody.
    fn is_wanted(&self, x: &Variable) -> bool {
        matches!(&x.0, Repr::Link(node) if node.id >= self.lowest && x.is_tracked())
            && match x.linked_value().dtype() {
                DType::F64 | DType::F32 => true,
                DType::I64 => matches!(self.sink, Sink::Leaves { integers: true, .. }),
                DType::Bool => false,
            }
    }

    /// Adds to what has arrived at `x`.
    fn arrive(&mut self, x: &Variable, cotangent: Cotangent) -> Result<()> {
        let Repr::Link(node) = &x.0 else {
            return Ok(());
        };
        if node.id < self.lowest {
            return Ok(());
        }
        if !self.passed.is_empty() {
            self.orders.entry(node.id).or_default().join(&self.passed);
        }
        let distance = self.top - node.id;
        if distance < self.reach {
            let slot = self.slot(distance);
            if let Some(pending) = slot {
                return pending.cotangent.add(cotangent);
            }
            *slot = Some(Pending {
                node: node.clone(),
                cotangent,
            });
        } else {
            if let Some(pending) = self.far.get_mut(&node.id) {
                return pending.cotangent.add(cotangent);
            }
            self.far.insert(
                node.id,
                Pending {
                    node: node.clone(),
                    cotangent,
                },
            );
        }
        Ok(())
    }

    /// An operation on `x` has the derivative zero. A leaf gets it, so that it has a gradient; what is below a
    /// result is left alone.
    fn arrive_nothing(&mut self, x: &Variable) -> Result<()> {
        if !is_leaf(x) || matches!(self.sink, Sink::Targets(_)) {
            return Ok(());
        }
        let zeros = self.cotangent(x.with_value(zeros));
        self.arrive(x, zeros)
    }

    #[inline(never)]
    fn visit(&mut self, node: &NodeRef, cotangent: Cotangent) -> Result<()> {
        let line = node.line;
        mode::blame(Some(line));
        mode::worked(node.value.size())?;
        if !self.orders.is_empty() {
            self.passed = self.orders.remove(&node.id).unwrap_or_default();
        }
        let visited = if mode::is_detecting() {
            self.visit_watched(node, cotangent)
        } else {
            self.visit_node(node, cotangent)
        };
        self.passed = Orders::default();
        visited.map_err(|error| error.at(line))
    }

    /// [`visit_node`](Self::visit_node), and a look at what its rule made.
    fn visit_watched(&mut self, node: &NodeRef, cotangent: Cotangent) -> Result<()> {
        anomaly::forget();
        self.passed_where |= matches!(node.op, Op::Where);
        let gy = match &cotangent {
            Cotangent::Real(gy) => Some(Array::from(*gy)),
            Cotangent::Variable(gy) => Some(gy.array()),
            Cotangent::Outputs(_) => None,
        };
        let of = node.op.label();
        self.visit_node(node, cotangent)
            .map_err(|error| error.differentiating(of))?;
        anomaly::taken(of, gy.as_ref(), self.passed_where)
    }

    fn visit_node(&mut self, node: &NodeRef, mut cotangent: Cotangent) -> Result<()> {
        let mut links = node.links();
        if let Some(hooks) = links.hooks().cloned() {
            drop(links);
            let gy = hooks.run(cotangent.into_variable(), self.create_graph)?;
            cotangent = self.cotangent(gy);
            links = node.links();
        }
        if let Inputs::Leaf(cell) = &links.inputs {
            let cell = cell.upgrade();
            drop(links);
            // Somebody may hold a snapshot whose leaf is gone or has another value by now.
            let cotangent = if node.has_handles() {
                let gy = cotangent.into_variable();
                self.deliver(node, true, || gy.to_link())?;
                self.cotangent(gy)
            } else {
                cotangent
            };
            return cell.map_or(Ok(()), |cell| self.reach_leaf(&cell, cotangent));
        }
        let gy = match cotangent {
            Cotangent::Outputs(_) if matches!(links.inputs, Inputs::None) => return Ok(()),
            Cotangent::Outputs(arrived) => {
                let inputs: Vec<Variable> = links.inputs.copied();
                drop(links);
                let mut gys = vec![None; output_count(&node.op).unwrap_or_default()];
                for (i, gy) in *arrived {
                    let sum: &mut Option<Variable> = &mut gys[i as usize];
                    *sum = Some(match sum.take() {
                        Some(sum) => sum.try_add(gy)?.into_link(),
                        None => gy,
                    });
                }
                return self.visit_call(node, &inputs, gys);
            }
            gy => gy.into_variable(),
        };
        match &node.op {
            _ if matches!(links.inputs, Inputs::None) => {
                drop(links);
                return self.deliver(node, true, || gy);
            }
            Op::Custom(custom) => {
                let inputs: Vec<Variable> = links.inputs.copied();
                drop(links);
                match custom.mark() {
                    Some(mark) => self.visit_mark(mark, node.line, &inputs, &gy)?,
                    None => self.visit_call(node, &inputs, vec![Some(gy.to_link())])?,
                }
            }
            Op::Output(i) => {
                let [x] = links.inputs.as_slice() else {
                    unreachable!("an output has one input, its call")
                };
                self.arrive(x, Cotangent::Outputs(Box::new(vec![(*i, gy.to_link())])))?;
                drop(links);
            }
            op => {
                let y = Variable(Repr::Link(node.clone()));
                // A find is described by walking over nodes, this one among them: without its lock.
                let (copied, held) = if mode::is_detecting() {
                    let copied = links.inputs.copied();
                    drop(links);
                    (copied, None)
                } else {
                    (Vec::new(), Some(links))
                };
                let call = Call {
                    xs: held
                        .as_ref()
                        .map_or(&copied, |links| links.inputs.as_slice()),
                    y: &y,
                    gy: &gy,
                };
                for (i, x) in call.xs.iter().enumerate() {
                    if !self.is_wanted(x) {
                        continue;
                    }
                    let gx = match op.structural() {
                        Some(structural) => structural.vjp(i, &call)?.map(Variable::into_link),
                        None => elementwise_vjp(op, i, &call)
                            .map(|gx| fit(gx.into_link(), x.linked_value()))
                            .transpose()?,
                    };
                    match gx {
                        Some(gx) => {
                            let gx = self.cotangent(gx);
                            self.arrive(x, gx)?;
                        }
                        None => self.arrive_nothing(x)?,
                    }
                }
                drop(held);
            }
        }
        self.deliver(node, false, || gy)
    }

    /// Back through an identity that marks the derivative of a function with a `max_order`.
    fn visit_mark(
        &mut self,
        mark: &Mark,
        line: Line,
        inputs: &[Variable],
        gy: &Variable,
    ) -> Result<()> {
        let gx = match mark.pass(&mut self.passed, line) {
            Some(mark) => mark.put_on(gy.to_link(), line),
            None => gy.to_link(),
        };
        let gx = self.cotangent(gx);
        self.arrive(&inputs[0], gx)?;
        if inputs.len() > 1 {
            mark.ask_for_more(&mut self.passed, line);
            for x in inputs[1..].iter().filter(|x| x.is_tracked()) {
                let zeros = self.cotangent(x.with_value(zeros));
                self.arrive(x, zeros)?;
            }
        }
        Ok(())
    }

    /// Back through a user's function, whose code runs without any lock.
    fn visit_call(
        &mut self,
        node: &NodeRef,
        inputs: &[Variable],
        gys: Vec<Option<Variable>>,
    ) -> Result<()> {
        if !inputs.iter().any(|x| self.is_wanted(x)) {
            return Ok(());
        }
        let Op::Custom(custom) = &node.op else {
            unreachable!("only a user's function has several results")
        };
        // Higher on the way through its own results, in a derivative that is written with them.
        let order = self.passed.take(node.id).unwrap_or(1);
        let limited = Limited::of(custom.function().as_ref(), node.id, inputs);
        if let Some(limited) = &limited
            && !self.passed.ask(limited, order, node.line)
        {
            for x in inputs.iter().filter(|x| x.is_tracked()) {
                let zeros = self.cotangent(x.with_value(zeros));
                self.arrive(x, zeros)?;
            }
            return Ok(());
        }
        let limited = limited.map(|limited| (limited, order));
        let gxs = function::backward(
            custom,
            node,
            inputs.to_vec(),
            gys,
            self.create_graph,
            limited,
        )?;
        for (x, gx) in inputs.iter().zip(gxs) {
            if self.is_wanted(x) {
                let gx = self.bare(gx);
                let gx = self.cotangent(fit(gx, x.linked_value())?);
                self.arrive(x, gx)?;
            }
        }
        Ok(())
    }

    /// The same for elementwise operations between 0-d f64s, on bare numbers. Gives false if this
    /// is not one.
    #[inline]
    fn visit_real(&mut self, node: &NodeRef, gy: f64) -> bool {
        let Some(y) = node.value.as_f64() else {
            return false;
        };
        let links = node.links();
        if links.hooks().is_some() {
            return false;
        }
        match (&node.op, &links.inputs) {
            (Op::Unary(op), Inputs::One(x)) => {
                let Some(at) = x.linked_value().as_f64() else {
                    return false;
                };
                match op.vjp_real(Real(at), Real(y), Real(gy)) {
                    Some(gx) => self.arrive_real(x, gx.0),
                    None if is_leaf(x) && matches!(self.sink, Sink::Leaves { .. }) => {
                        self.arrive_real(x, 0.0);
                    }
                    None => {}
                }
            }
            (Op::Binary(op), Inputs::Two([x0, x1])) => {
                let (Some(at0), Some(at1)) =
                    (x0.linked_value().as_f64(), x1.linked_value().as_f64())
                else {
                    return false;
                };
                let wanted = [x0, x1].map(|x| Below::of(x).tracked);
                let [gx0, gx1] = op.vjp_real(wanted, Real(at0), Real(at1), Real(y), Real(gy));
                if let Some(gx) = gx0 {
                    self.arrive_real(x0, gx.0);
                }
                if let Some(gx) = gx1 {
                    self.arrive_real(x1, gx.0);
                }
            }
            _ => return false,
        }
        true
    }

    /// [`arrive`](Self::arrive), for a bare number, which can always be added.
    #[inline(always)]
    fn arrive_real(&mut self, x: &Variable, gx: f64) {
        let Repr::Link(node) = &x.0 else { return };
        let distance = self.top - node.id;
        if distance >= self.reach {
            return self.arrive_otherwise(x, gx);
        }
        let slot = self.slot(distance);
        match slot {
            Some(Pending {
                cotangent: Cotangent::Real(sum),
                ..
            }) => *sum += gx,
            // Nothing is replaced that needs to be dropped.
            None => mem::forget(slot.replace(Pending {
                node: node.clone(),
                cotangent: Cotangent::Real(gx),
            })),
            Some(_) => self.arrive_otherwise(x, gx),
        }
    }

    #[inline(never)]
    fn arrive_otherwise(&mut self, x: &Variable, gx: f64) {
        let arrived = self.arrive(x, Cotangent::Real(gx));
        debug_assert!(arrived.is_ok(), "numbers add");
    }

    /// A link or a value as a cotangent: in a plain sweep, a 0-d f64 is a bare number.
    fn cotangent(&self, gx: Variable) -> Cotangent {
        match &gx.0 {
            Repr::Value(value) if !self.create_graph => match value.as_f64() {
                Some(gx) => Cotangent::Real(gx),
                None => Cotangent::Variable(gx),
            },
            _ => Cotangent::Variable(gx),
        }
    }

    /// In a plain sweep, the value alone.
    fn bare(&self, gx: Variable) -> Variable {
        if self.create_graph {
            gx
        } else {
            Variable::value(gx.linked_value().clone())
        }
    }
}

/// Whether a link is to a leaf that can be differentiated by.
fn is_leaf(x: &Variable) -> bool {
    matches!(&x.0, Repr::Link(node) if matches!(node.op, Op::Leaf))
}
