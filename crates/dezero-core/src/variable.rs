//! `Variable`: a value that remembers how it was computed.

use std::fmt;
use std::mem;
use std::panic::Location;
use std::sync::Arc;

use dezero_array::{Array, DType, Element};

use crate::function::Creator;
use crate::graph::call_of;
use crate::leaf::{Leaf, LeafCell};
use crate::mode::{self, enable_grad};
use crate::node::{Handle, NodeRef};
use crate::op::Op;
use crate::operators::panicking;
use crate::warning;

/// A value, and the record of how it was computed.
///
/// A `Variable` is a cheap handle: clones show the same variable. Arithmetic on variables happens
/// at once and is recorded; [`backward`](Self::backward) then walks the record and leaves the
/// derivatives in [`grad`](Self::grad) of the variables that the computation began with.
///
/// ```
/// use dezero_core::Variable;
///
/// let x = Variable::new(2.0);
/// let y = &x * &x * &x; // computed here: 8
/// y.backward();
/// assert_eq!(x.grad().unwrap().item(), 12.0); // 3 x^2
/// ```
#[derive(Clone)]
pub struct Variable(pub(crate) Repr);

/// The forms of a variable. A user holds leaves and results; links and values are what a node's
/// inputs are made of, and what derivative rules compute with.
#[derive(Clone)]
pub(crate) enum Repr {
    /// Made by the user: an identity whose value can be replaced.
    Leaf(Arc<LeafCell>),
    /// The result of a recorded operation, held by the user.
    Result(Handle),
    /// A node, referred to by another record.
    Link(NodeRef),
    /// A constant that needs no node.
    Value(Array),
}

impl Variable {
    /// A variable with the given value: a number, nested arrays, a `Vec`, or an [`Array`].
    ///
    /// ```
    /// use dezero_core::Variable;
    /// let x = Variable::new([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    /// assert_eq!(x.shape(), [2, 3]);
    /// println!("{x}");
    /// ```
    #[track_caller]
    pub fn new(value: impl Into<Array>) -> Self {
        Self(Repr::Leaf(LeafCell::new(
            value.into(),
            Leaf::Variable,
            mode::line(Location::caller()),
        )))
    }

    /// A variable that takes no part in differentiation: `backward` passes it by, and what is
    /// computed from constants alone is a constant again.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// let (c, x) = (Variable::constant(5.0), Variable::new(2.0));
    /// (&c * &x).backward();
    /// assert!(c.grad().is_none());
    /// assert_eq!(x.grad().unwrap().item(), 5.0);
    /// ```
    #[track_caller]
    pub fn constant(value: impl Into<Array>) -> Self {
        Self(Repr::Leaf(LeafCell::new(
            value.into(),
            Leaf::Constant,
            mode::line(Location::caller()),
        )))
    }

    /// The same variable with a name, for the drawing.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new(1.0).named("x");
    /// assert_eq!(x.name().as_deref(), Some("x"));
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.set_name(name);
        self
    }

    /// The value. This is cheap: arrays are shared, not copied.
    ///
    /// In a [`Function`](crate::Function)'s `backward`, what is computed from it is a constant to
    /// further derivatives: see [`set_warning_handler`](crate::set_warning_handler).
    #[track_caller]
    pub fn data(&self) -> Array {
        self.read();
        self.array()
    }

    /// Looks at the value without taking it, for a question about it. In a recorded `backward`, this does not
    /// count as reading the raw value, as [`data`](Self::data) does: nothing may be computed from it. `look`
    /// must not use this variable.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// assert!(Variable::new([1.0, 2.0]).look(|value| value.size() > 1));
    /// ```
    pub fn look<T>(&self, look: impl FnOnce(&Array) -> T) -> T {
        self.with_value(look)
    }

    /// Notes that the user reads the raw value.
    #[inline]
    #[track_caller]
    fn read(&self) {
        if warning::reads_matter() {
            self.read_watched(Location::caller());
        }
    }

    #[cold]
    fn read_watched(&self, line: mode::Line) {
        // Also a constant may be held as a node, as the cotangent that a sweep begins with.
        let constant = |node: &NodeRef| matches!(node.op, Op::Constant);
        if !self.is_tracked() || self.link_node().is_some_and(constant) {
            return;
        }
        if self.dtype().is_float() {
            warning::raw_read(line);
        } else {
            // No derivative misses it, but a record does.
            warning::taken_out(line);
        }
    }

    /// The value, for the engine.
    pub(crate) fn array(&self) -> Array {
        match &self.0 {
            Repr::Leaf(cell) => cell.state().value.clone(),
            Repr::Result(handle) => handle.node().value.clone(),
            Repr::Link(node) => node.value.clone(),
            Repr::Value(value) => value.clone(),
        }
    }

    /// The value as a number, for variables with one element.
    ///
    /// # Panics
    ///
    /// If the variable has more than one element, or none.
    #[track_caller]
    pub fn item(&self) -> f64 {
        self.read();
        if let Some(value) = self.with_value(Array::as_f64) {
            return value;
        }
        panicking(self.array().item::<f64>().map_err(crate::Error::from))
    }

    /// The elements in row-major order, converted to `T`.
    #[track_caller]
    pub fn to_vec<T: Element>(&self) -> Vec<T> {
        self.read();
        self.array().to_vec()
    }

    /// Puts a new value behind this variable. Graphs recorded earlier keep the value they were
    /// computed with. The gradient stays until [`cleargrad`](Self::cleargrad), unless the new value has
    /// another shape or dtype, to which nothing could be added.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new(2.0);
    /// let y = &x * &x;
    /// x.set_data(10.0);
    /// y.backward(); // still of 2 * 2
    /// assert_eq!(x.grad().unwrap().item(), 4.0);
    /// ```
    ///
    /// # Panics
    ///
    /// On the result of a recorded operation, whose value is what was computed: use
    /// [`detach`](Self::detach), or compute it under [`no_grad`](crate::no_grad).
    #[track_caller]
    pub fn set_data(&self, value: impl Into<Array>) {
        let Repr::Leaf(cell) = &self.0 else {
            let label = self
                .creator()
                .map_or_else(|| "an operation".to_owned(), |c| c.label().to_owned());
            panic!(
                "set_data: this variable is the result of {label}, and its value is what was computed; \
                 `detach()` gives a variable of its own, and so does computing under `no_grad`"
            );
        };
        let value = value.into();
        let mut state = cell.state();
        let fits = state.value.dtype() == value.dtype() && state.value.shape() == value.shape();
        let grad = if fits { None } else { state.grad.take() };
        let old = (
            mem::replace(&mut state.value, value),
            state.node.take(),
            grad,
        );
        // What they hold is dropped after the lock.
        drop(state);
        drop(old);
    }

    /// The name given with [`set_name`](Self::set_name) or [`named`](Self::named).
    pub fn name(&self) -> Option<String> {
        let name = match &self.0 {
            Repr::Leaf(cell) => cell.state().name.clone(),
            Repr::Result(handle) => handle.node().name(),
            Repr::Link(node) => node.name(),
            Repr::Value(_) => None,
        };
        name.map(|name| name.as_ref().to_owned())
    }

    /// Names the variable. The name belongs to the record: it shows in drawings of every graph
    /// that contains the variable, also after the variable itself is gone.
    pub fn set_name(&self, name: &str) {
        let name: Option<Arc<str>> = Some(name.into());
        match &self.0 {
            Repr::Leaf(cell) => {
                let node = {
                    let mut state = cell.state();
                    state.name.clone_from(&name);
                    state.node.clone()
                };
                // One lock at a time.
                if let Some(node) = node {
                    node.set_name(name);
                }
            }
            Repr::Result(handle) => handle.node().set_name(name),
            Repr::Link(_) | Repr::Value(_) => unreachable!("users hold leaves and results"),
        }
    }

    /// The length along each axis; empty for a scalar.
    pub fn shape(&self) -> Vec<usize> {
        self.with_value(|value| value.shape().to_vec())
    }

    /// The number of axes.
    pub fn ndim(&self) -> usize {
        self.with_value(Array::ndim)
    }

    /// The number of elements.
    pub fn size(&self) -> usize {
        self.with_value(Array::size)
    }

    /// The dtype of the elements.
    pub fn dtype(&self) -> DType {
        self.with_value(Array::dtype)
    }

    /// The length of the first axis.
    ///
    /// # Panics
    ///
    /// On a scalar, which has no axis.
    #[track_caller]
    #[expect(
        clippy::len_without_is_empty,
        reason = "the length of an axis, as in NumPy; size() counts elements"
    )]
    pub fn len(&self) -> usize {
        self.with_value(|value| value.shape().first().copied())
            .unwrap_or_else(|| panic!("len: a scalar has no length"))
    }

    /// The operation that computed this variable; `None` for variables made by the user, results
    /// computed under [`no_grad`](crate::no_grad), and after [`unchain`](Self::unchain).
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let (x, t) = (Variable::new(1.0), Variable::new(2.0));
    /// let y = &x + &t;
    /// let creator = y.creator().unwrap();
    /// assert_eq!(creator.label(), "Add");
    /// assert_eq!(creator.inputs().len(), 2);
    /// ```
    pub fn creator(&self) -> Option<Creator> {
        Creator::of(self.link_node()?)
    }

    /// The derivative that [`backward`](Self::backward) left here.
    pub fn grad(&self) -> Option<Variable> {
        match &self.0 {
            Repr::Leaf(cell) => cell.grad(),
            Repr::Result(handle) => handle.node().grad(),
            Repr::Link(_) | Repr::Value(_) => None,
        }
    }

    /// Puts a derivative here, for the next `backward` to add to.
    pub fn set_grad(&self, grad: Option<Variable>) {
        // Its own gradient would keep the variable for ever.
        let grad = grad.map(|grad| {
            if grad.is_same(self) && !grad.is_leaf() {
                grad.to_link()
            } else {
                grad.apart()
            }
        });
        match &self.0 {
            // The old gradient may be the last to hold a graph: it is dropped after the lock.
            Repr::Leaf(cell) => drop(cell.replace_grad(grad)),
            Repr::Result(handle) => drop(handle.node().replace_grad(grad)),
            Repr::Link(_) | Repr::Value(_) => {}
        }
    }

    /// Forgets the derivative: the next `backward` starts from nothing.
    pub fn cleargrad(&self) {
        self.set_grad(None);
    }

    /// A variable with the same value and no history: a constant.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new(3.0);
    /// let y = &x * (&x * &x).detach(); // differentiated as x times 9
    /// y.backward();
    /// assert_eq!(x.grad().unwrap().item(), 9.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn detach(&self) -> Self {
        if warning::reads_matter() && self.is_tracked() {
            warning::taken_out(mode::line(Location::caller()));
        }
        Self::constant(self.array())
    }

    /// Whether this is a constant: no derivative can be taken with respect to it.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new(1.0);
    /// assert!(!x.is_constant() && !x.sin().is_constant());
    /// assert!(Variable::constant(1.0).is_constant() && x.detach().is_constant());
    /// let inputs = (Variable::constant([2.0, 3.0]) * &x).creator().unwrap().inputs();
    /// assert!(inputs[0].is_constant() && !inputs[1].is_constant());
    /// ```
    pub fn is_constant(&self) -> bool {
        match &self.0 {
            // What a node still holds of a constant that nobody else does.
            Repr::Result(handle) => matches!(handle.node().op, Op::Constant),
            _ => !self.is_tracked(),
        }
    }

    /// Whether this is the same variable as `other`, not just one of the same value.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let x = Variable::new(1.0);
    /// assert!(x.is_same(&x.clone()));
    /// assert!(!x.is_same(&Variable::new(1.0)));
    /// ```
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Repr::Leaf(a), Repr::Leaf(b)) => Arc::ptr_eq(a, b),
            _ => match (self.link_node(), other.link_node()) {
                (Some(a), Some(b)) => a.id == b.id,
                _ => false,
            },
        }
    }

    /// Cuts this variable off from the operation that computed it. Its history is freed as far as
    /// nothing else needs it, and `backward` ends here.
    pub fn unchain(&self) {
        if let Repr::Result(handle) = &self.0 {
            drop(handle.node().unchain());
        }
    }

    /// Cuts off everything that this variable was computed from, keeping only the last operation,
    /// as in truncated backpropagation through time.
    ///
    /// ```
    /// # use dezero_core::Variable;
    /// let mut h = Variable::new(1.0);
    /// for _ in 0..1000 {
    ///     let loss = (&h * 0.5).sin();
    ///     h = &loss + 0.1;
    ///     h.unchain_backward(); // memory stays flat
    /// }
    /// ```
    pub fn unchain_backward(&self) {
        // The last operation of one of several results is the call that they share.
        let Some(root) = self.link_node().and_then(call_of) else {
            return;
        };
        let mut pending: Vec<NodeRef> = linked(root.links().inputs.as_slice());
        while let Some(node) = pending.pop() {
            let inputs = node.unchain();
            pending.extend(linked(inputs.as_slice()));
        }
    }
}

fn linked(inputs: &[Variable]) -> Vec<NodeRef> {
    inputs
        .iter()
        .filter_map(|input| input.link_node().cloned())
        .collect()
}

impl Variable {
    /// A constant without a node. Never handed to a user as it is.
    #[inline]
    pub(crate) fn value(value: impl Into<Array>) -> Self {
        Self(Repr::Value(value.into()))
    }

    /// The node of a result or a link; leaves keep theirs to themselves.
    pub(crate) fn link_node(&self) -> Option<&NodeRef> {
        match &self.0 {
            Repr::Result(handle) => Some(handle.node()),
            Repr::Link(node) => Some(node),
            Repr::Leaf(_) | Repr::Value(_) => None,
        }
    }

    /// Looks at the value without copying it.
    pub(crate) fn with_value<T>(&self, look: impl FnOnce(&Array) -> T) -> T {
        match &self.0 {
            Repr::Leaf(cell) => look(&cell.state().value),
            Repr::Result(handle) => look(&handle.node().value),
            Repr::Link(node) => look(&node.value),
            Repr::Value(value) => look(value),
        }
    }

    /// The form in which a node holds its inputs: a link or a value.
    #[inline]
    pub(crate) fn to_link(&self) -> Self {
        Self(match &self.0 {
            Repr::Leaf(cell) => Repr::Link(cell.snapshot()),
            Repr::Result(handle) => Repr::Link(handle.node().clone()),
            Repr::Link(node) => Repr::Link(node.clone()),
            Repr::Value(value) => Repr::Value(value.clone()),
        })
    }

    /// [`to_link`](Self::to_link), moving what can be moved.
    #[inline]
    pub(crate) fn into_link(self) -> Self {
        Self(match self.0 {
            Repr::Leaf(cell) => Repr::Link(cell.snapshot()),
            Repr::Result(handle) => Repr::Link(handle.into_link()),
            linked => linked,
        })
    }

    /// The value of a link or a value.
    ///
    /// # Panics
    ///
    /// On a leaf, which has no value that stays.
    #[inline]
    pub(crate) fn linked_value(&self) -> &Array {
        match &self.0 {
            Repr::Link(node) => &node.value,
            Repr::Value(value) => value,
            _ => self.held_value(),
        }
    }

    #[cold]
    fn held_value(&self) -> &Array {
        match &self.0 {
            Repr::Result(handle) => &handle.node().value,
            _ => unreachable!("operations see leaves as links"),
        }
    }

    /// Whether derivatives with respect to this link can be asked for.
    #[inline]
    pub(crate) fn is_tracked(&self) -> bool {
        match &self.0 {
            Repr::Link(node) => !matches!(node.op, Op::Constant),
            Repr::Result(_) => true,
            Repr::Leaf(cell) => cell.kind == Leaf::Variable,
            Repr::Value(_) => false,
        }
    }

    /// A derivative as the user holds it, found by the recorded sweep of number `pass`.
    pub(crate) fn into_derivative(self, pass: u16) -> Self {
        match self.into_user().0 {
            Repr::Leaf(cell) if cell.kind == Leaf::Constant => {
                let value = cell.state().value.clone();
                Self(Repr::Leaf(LeafCell::new(
                    value,
                    Leaf::Derivative(pass),
                    cell.line,
                )))
            }
            other => Self(other).apart(),
        }
    }

    /// The same variable as a gradient: a leaf that kept another one, or itself, could be kept by it in turn. A
    /// result refers to a leaf only weakly.
    fn apart(self) -> Self {
        if !matches!(&self.0, Repr::Leaf(cell) if cell.kind == Leaf::Variable) {
            return self;
        }
        let shape = self.shape();
        let same = enable_grad(|| self.try_reshape(shape));
        same.map_or(self, Self::into_user)
    }

    /// Whether this is a derivative known to be constant.
    pub(crate) fn is_constant_derivative(&self) -> bool {
        matches!(&self.0, Repr::Leaf(cell) if matches!(cell.kind, Leaf::Derivative(_)))
    }

    /// The form in which a user holds a variable: a leaf or a result.
    pub(crate) fn into_user(self) -> Self {
        match self.0 {
            Repr::Link(node) => {
                if let Some(cell) = node.leaf()
                    && cell
                        .state()
                        .node
                        .as_ref()
                        .is_some_and(|now| now.id == node.id)
                {
                    return Self(Repr::Leaf(cell));
                }
                Self(Repr::Result(Handle::new(node)))
            }
            Repr::Value(value) => Self::constant(value),
            held => Self(held),
        }
    }
}

/// DeZero's `repr`: `variable(2.0)`, with continuation lines of an array aligned.
impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.array().to_string();
        write!(f, "variable({})", text.replace('\n', "\n         "))
    }
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
