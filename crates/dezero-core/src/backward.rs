//! The reverse sweep: cotangents from a result down to what it was computed from.
//!
//! Ids order the work: a node's id is above those of its inputs, so taking the highest id first
//! meets a node only when its cotangent is complete. Pending nodes stand in a window indexed by
//! the distance of their id from the window's start; those further down wait in a map until the
//! window gets there. Nothing recurses and nothing is sorted, and each edge is followed once.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::mem;
use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, Tuple};

use crate::anomaly;
use crate::elementwise::Real;
use crate::error::{Error, Result};
use crate::function::{self, output_count};
use crate::mode::{self, Line, Recording};
use crate::node::{Inputs, NodeRef};
use crate::op::{Call, Op};
use crate::operators::panicking;
use crate::ops::shape::{elementwise_vjp, fit};
use crate::order::{Limited, Mark, Orders};
use crate::taylor::{hash, zeros};
use crate::variable::{Below, LeafCell, Repr, Variable};

/// How to go backward; see [`Variable::backward_with`].
///
/// ```
/// use dezero_core::{Backward, Variable};
/// let x = Variable::new(2.0);
/// let y = x.powf(3.0);
/// y.backward_with(Backward::new().create_graph());
/// let gx = x.grad().unwrap(); // 3 x^2, with a graph
/// x.cleargrad();
/// gx.backward();
/// assert_eq!(x.grad().unwrap().item(), 12.0); // 6 x
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Backward {
    create_graph: bool,
    retain_grad: bool,
}

impl Backward {
    /// As [`Variable::backward`] goes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records the derivatives, so that they can be differentiated again.
    #[must_use]
    pub fn create_graph(mut self) -> Self {
        self.create_graph = true;
        self
    }

    /// Leaves a gradient in every variable on the way, not just in the leaves.
    #[must_use]
    pub fn retain_grad(mut self) -> Self {
        self.retain_grad = true;
        self
    }
}

/// # Differentiation
impl Variable {
    /// Differentiates this variable by everything it was computed from: adds to
    /// [`grad`](Self::grad) of each leaf.
    ///
    /// The sweep starts from this variable's own gradient if one was put there, else from ones. A
    /// leaf gets a gradient of ones; so does a result computed under
    /// [`no_grad`](crate::no_grad), which is a leaf. Gradients accumulate: a second call adds a
    /// second time, until [`cleargrad`](Self::cleargrad).
    ///
    /// # Panics
    ///
    /// Where [`try_backward`](Self::try_backward) gives an error.
    #[track_caller]
    pub fn backward(&self) {
        panicking(self.try_backward(Backward::new()));
    }

    /// [`backward`](Self::backward) with a graph of the derivatives, or with the gradients of
    /// intermediate results.
    ///
    /// # Panics
    ///
    /// Where [`try_backward`](Self::try_backward) gives an error.
    #[track_caller]
    pub fn backward_with(&self, how: Backward) {
        panicking(self.try_backward(how));
    }

    /// [`backward_with`](Self::backward_with), or why it cannot be.
    ///
    /// # Errors
    ///
    /// If the variable is a constant (a detached value, or a gradient that was computed without
    /// `create_graph`) or not a float; or what a user's function or a singular matrix on the way
    /// reports.
    #[track_caller]
    pub fn try_backward(&self, how: Backward) -> Result<()> {
        let line = mode::line(Location::caller());
        if self.is_constant_derivative() {
            return Ok(());
        }
        // A leaf's own gradient is what the sweep adds to, not where it starts.
        let is_leaf = matches!(self.0, Repr::Leaf(_));
        let seed = if is_leaf { None } else { self.grad() };
        if seed.is_some() {
            self.cleargrad();
        }
        Sweep::new(
            self,
            how.create_graph,
            Sink::Leaves {
                retain: how.retain_grad,
            },
        )
        .and_then(|sweep| sweep.run(self, seed))
        .map(drop)
        .map_err(|error| error.at(line))
    }
}

/// The derivatives of the sum of `y` by each of `xs`, as variables that can be differentiated
/// again. Touches no [`grad`](Variable::grad); zeros where `y` does not depend on an `x`.
///
/// ```
/// use dezero_core::{grad, Variable};
/// let x = Variable::new(1.0);
/// let y = x.tanh();
/// let gx = &grad(&y, &[&x])[0];
/// let gx2 = &grad(gx, &[&x])[0];
/// assert_eq!(gx2.item(), -0.6397000084492246);
/// ```
///
/// # Panics
///
/// Where [`try_grad`] gives an error.
#[track_caller]
pub fn grad(y: &Variable, xs: &[&Variable]) -> Vec<Variable> {
    panicking(try_grad(y, xs))
}

/// [`grad`], or why it cannot be.
///
/// # Errors
///
/// As [`Variable::try_backward`].
#[track_caller]
pub fn try_grad(y: &Variable, xs: &[&Variable]) -> Result<Vec<Variable>> {
    grad_with(y, xs, Unused::Zero)
}

/// What [`grad_with`] gives for a variable that the result does not depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unused {
    /// Zeros of its shape: its derivative.
    #[default]
    Zero,
    /// An error that names it, where it can only be a mistake.
    Error,
}

/// [`grad`], with a choice for variables that `y` does not depend on.
///
/// ```
/// use dezero_core::{Unused, Variable, grad_with};
/// let (x, w) = (Variable::new(1.0), Variable::new([2.0, 3.0]).named("w"));
/// let y = x.tanh();
/// let error = grad_with(&y, &[&x, &w], Unused::Error).unwrap_err();
/// assert!(error.to_string().contains("`w`"));
/// ```
///
/// # Errors
///
/// As [`Variable::try_backward`]; with [`Unused::Error`], if `y` does not depend on one of `xs`.
#[track_caller]
pub fn grad_with(y: &Variable, xs: &[&Variable], unused: Unused) -> Result<Vec<Variable>> {
    let line = mode::line(Location::caller());
    let found = if y.is_constant_derivative() {
        vec![None; xs.len()]
    } else {
        Sweep::new(y, true, Sink::Targets(Targets::new(xs)))
            .and_then(|sweep| sweep.run(y, None))
            .map_err(|error| error.at(line))?
    };
    let pass = y
        .to_link()
        .link_node()
        .map_or(0, |node| node.depth)
        .saturating_add(1);
    let otherwise = |i: usize| match unused {
        Unused::Zero => {
            let zeros = xs[i].with_value(zeros);
            Ok(zeros.into_derivative(pass))
        }
        Unused::Error => Err(does_not_depend(i, xs[i]).at(line)),
    };
    found
        .into_iter()
        .enumerate()
        .map(|(i, gx)| gx.map_or_else(|| otherwise(i), |gx| Ok(gx.into_derivative(pass))))
        .collect()
}

#[cold]
fn does_not_depend(i: usize, x: &Variable) -> Error {
    let name = x.name().map(|name| format!(", `{name}`"));
    let shape = x.shape();
    let made = match &x.0 {
        Repr::Leaf(cell) => Some(cell.line),
        _ => x.link_node().map(|node| node.line),
    };
    let made = made.map(|line| format!(", from {line}"));
    Error::derivative(format!(
        "grad: the result does not depend on variable {i}{} (shape {}{}); `Unused::Zero` gives zeros for it",
        name.unwrap_or_default(),
        Tuple(&shape),
        made.unwrap_or_default()
    ))
}

/// What is asked for.
struct Targets {
    /// By the address of a leaf, which whoever asks keeps alive, the places of its answers; by the
    /// id of a node likewise.
    leaves: Asked,
    nodes: Asked,
    found: Vec<Option<Variable>>,
    /// The lowest id among the nodes of what is asked for: ids fall on the way down, so what is below
    /// this one leads to nothing.
    lowest: u64,
}

type Asked = HashMap<u64, Vec<usize>, hash::Build>;

impl Targets {
    fn new(xs: &[&Variable]) -> Self {
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
enum Sink {
    /// In `.grad` of the leaves, and with `retain` of everything on the way.
    Leaves { retain: bool },
    /// With those who asked.
    Targets(Targets),
}

impl Sink {
    fn wants(&self, cell: &Arc<LeafCell>) -> bool {
        match self {
            Self::Leaves { .. } => true,
            Self::Targets(targets) => targets.leaves.contains_key(&address(cell)),
        }
    }
}

/// What has arrived at a node so far.
enum Cotangent {
    /// Of a 0-d f64 in a plain sweep: no array, no node.
    Real(f64),
    /// Of anything else.
    Variable(Variable),
    /// Of those results of a call with several that were used, by their positions.
    #[expect(
        clippy::box_collection,
        reason = "what waits in the window stays small"
    )]
    Outputs(Box<Vec<(u32, Variable)>>),
}

impl Cotangent {
    fn into_variable(self) -> Variable {
        match self {
            Self::Real(gx) => Variable::value(gx),
            Self::Variable(gx) => gx,
            Self::Outputs(_) => unreachable!("only a call has several cotangents"),
        }
    }

    fn add(&mut self, other: Self) -> Result<()> {
        match (&mut *self, other) {
            (Self::Real(a), Self::Real(b)) if mode::is_detecting() => {
                let sum = Variable::value(*a).try_add(Variable::value(b))?;
                *a = sum.linked_value().as_f64().unwrap_or(f64::NAN);
            }
            (Self::Real(a), Self::Real(b)) => *a += b,
            (Self::Outputs(all), Self::Outputs(more)) => all.extend(*more),
            (a, b) => {
                let sum = mem::replace(a, Self::Real(0.0))
                    .into_variable()
                    .try_add(b.into_variable())?;
                *a = Self::Variable(sum.into_link());
            }
        }
        Ok(())
    }
}

struct Pending {
    node: NodeRef,
    cotangent: Cotangent,
}

struct Sweep {
    create_graph: bool,
    /// Whether cotangents are wanted of others than leaves, or looked at.
    watching: bool,
    /// Whether a `where` was visited; known while looking for anomalies.
    passed_where: bool,
    /// Below this id there is nothing that anybody asked for.
    lowest: u64,
    sink: Sink,
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
    passed: Orders,
    /// Leaves with hooks, and what arrived there: complete only at the end, as a leaf may have
    /// several snapshots.
    hooked: Vec<(Arc<LeafCell>, Variable)>,
}

const LEAST_REACH: u64 = 256;
const MOST_REACH: u64 = 1 << 14;

thread_local! {
    /// The window of the last sweep on this thread, with nothing in it.
    static WINDOW: Cell<Vec<Option<Pending>>> = const { Cell::new(Vec::new()) };
}

impl Sweep {
    fn new(y: &Variable, create_graph: bool, sink: Sink) -> Result<Self> {
        if !y.is_tracked() {
            return Err(Error::derivative(
                "backward: this variable is a constant, with no graph to go back through: a detached value, a result of \
                 constants alone, or a gradient computed without `create_graph`",
            ));
        }
        let dtype = y.dtype();
        if !dtype.is_float() {
            return Err(Error::derivative(format!(
                "backward: a result of dtype {dtype} has no derivative; f32 and f64 have"
            )));
        }
        let (watching, lowest) = match &sink {
            Sink::Leaves { retain } => (*retain, 0),
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
            hooked: Vec::new(),
        })
    }

    fn run(mut self, y: &Variable, seed: Option<Variable>) -> Result<Vec<Option<Variable>>> {
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
            Some(seed) if self.create_graph => seed.try_cast(node.value.dtype())?.into_link(),
            Some(seed) => Variable::value(seed.array().astype(node.value.dtype())),
            None => {
                let one = Array::weak(1.0.into(), node.value.dtype());
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
        // After an error, the window is dropped with what is left in it.
        self.sweep()?;
        for (cell, gx) in mem::take(&mut self.hooked) {
            mode::blame(Some(cell.line));
            let gx = cell.hooks().run(gx, self.create_graph);
            let gx = gx.map_err(|error| error.at(cell.line))?;
            self.deliver_leaf(&cell, Cotangent::Variable(gx))?;
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
            && x.linked_value().dtype().is_float()
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

    #[inline(never)]
    fn visit(&mut self, node: &NodeRef, cotangent: Cotangent) -> Result<()> {
        let line = node.line;
        mode::blame(Some(line));
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
            Cotangent::Variable(gy) => Some(gy.data()),
            Cotangent::Outputs(_) => None,
        };
        self.visit_node(node, cotangent)?;
        anomaly::taken(node.op.label(), gy.as_ref(), self.passed_where)
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
                let inputs: Vec<Variable> = links
                    .inputs
                    .as_slice()
                    .iter()
                    .map(Variable::to_link)
                    .collect();
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
                let inputs: Vec<Variable> = links
                    .inputs
                    .as_slice()
                    .iter()
                    .map(Variable::to_link)
                    .collect();
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
                let call = Call {
                    xs: links.inputs.as_slice(),
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
                    if let Some(gx) = gx {
                        let gx = self.cotangent(gx);
                        self.arrive(x, gx)?;
                    }
                }
                drop(links);
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
                if let Some(gx) = op.vjp_real(Real(at), Real(y), Real(gy)) {
                    self.arrive_real(x, gx.0);
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

    fn reach_leaf(&mut self, cell: &Arc<LeafCell>, cotangent: Cotangent) -> Result<()> {
        if !cell.is_hooked() || !self.sink.wants(cell) {
            return self.deliver_leaf(cell, cotangent);
        }
        self.passed.allow()?;
        let gx = cotangent.into_variable();
        let arrived = self
            .hooked
            .iter_mut()
            .find(|(known, _)| Arc::ptr_eq(known, cell));
        match arrived {
            Some((_, sum)) => *sum = sum.to_link().try_add(gx)?.into_link(),
            None => self.hooked.push((cell.clone(), gx.to_link())),
        }
        Ok(())
    }

    fn deliver_leaf(&mut self, cell: &Arc<LeafCell>, cotangent: Cotangent) -> Result<()> {
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
    fn deliver(&mut self, node: &NodeRef, cut: bool, gy: impl FnOnce() -> Variable) -> Result<()> {
        match &mut self.sink {
            Sink::Leaves { retain } => {
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
