//! The record: one `Node` per computed value, pointing only downwards, to the nodes it was
//! computed from.
//!
//! A node is reached through [`NodeRef`] (from other records) and [`Handle`] (from a user's
//! variable). Handles are counted apart: what belongs to the user, the gradient, goes with the
//! last handle even while records still use the node. Otherwise `x.grad -> ... -> x` would be a
//! cycle that is never freed.
//!
//! Nodes that nothing refers to any more are emptied in a loop, never recursively, and kept for
//! the next recording on the same thread: allocation is most of what a scalar operation costs.

use std::cell::{Cell, RefCell};
use std::mem;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use dezero_array::Array;

use crate::mode::{self, Line};
use crate::op::Op;
use crate::variable::{LeafCell, Repr, Variable, user_grad};

pub(crate) struct Node {
    /// Above the ids of all inputs: walking downwards in the order of ids meets every user of a
    /// value before the value.
    pub(crate) id: u64,
    pub(crate) value: Array,
    pub(crate) op: Op,
    pub(crate) line: Line,
    /// The backward pass in which the node was made; 0 is the user's own code.
    pub(crate) pass: u16,
    /// The highest pass among the node and everything below it.
    pub(crate) depth: u16,
    /// The number of user's handles, and `HAS_GRAD`.
    handles: AtomicU32,
    links: Mutex<Links>,
    live: Live,
}

/// What can change after a node was made: inputs are emptied by `unchain`, names are given.
pub(crate) struct Links {
    pub(crate) inputs: Inputs,
    extra: Option<Box<Extra>>,
}

/// What few nodes have.
#[derive(Default)]
struct Extra {
    name: Option<Arc<str>>,
    grad: Option<Variable>,
}

/// The inputs of a node, each a link to a node or a bare value.
pub(crate) enum Inputs {
    /// Nothing: `unchain` cut it off.
    None,
    /// The node is a snapshot of this leaf.
    Leaf(Weak<LeafCell>),
    One(Variable),
    Two([Variable; 2]),
    Many(Box<[Variable]>),
}

impl Inputs {
    pub(crate) fn as_slice(&self) -> &[Variable] {
        match self {
            Self::None | Self::Leaf(_) => &[],
            Self::One(x) => std::slice::from_ref(x),
            Self::Two(xs) => xs,
            Self::Many(xs) => xs,
        }
    }
}

impl From<Vec<Variable>> for Inputs {
    fn from(xs: Vec<Variable>) -> Self {
        Self::Many(xs.into())
    }
}

/// Set in `Node::handles` while the node keeps a gradient for its handles.
const HAS_GRAD: u32 = 1 << 31;

impl Node {
    pub(crate) fn links(&self) -> MutexGuard<'_, Links> {
        // Nothing that can panic runs under this lock.
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn name(&self) -> Option<Arc<str>> {
        self.links().extra.as_ref()?.name.clone()
    }

    pub(crate) fn set_name(&self, name: Option<Arc<str>>) {
        let mut links = self.links();
        if name.is_some() || links.extra.is_some() {
            links.extra.get_or_insert_default().name = name;
        }
    }

    pub(crate) fn grad(&self) -> Option<Variable> {
        user_grad(&mut self.links().extra.as_mut()?.grad)
    }

    /// Whether some user's variable shows this node.
    pub(crate) fn has_handles(&self) -> bool {
        self.handles.load(Ordering::Acquire) & !HAS_GRAD != 0
    }

    /// Keeps a gradient for the handles of this node; without handles it is dropped.
    pub(crate) fn set_grad(&self, grad: Option<Variable>) {
        let mut links = self.links();
        // The flag first, the count after: whoever takes the count to zero later sees the flag,
        // waits for the lock and clears the gradient.
        let handles = self.handles.fetch_or(HAS_GRAD, Ordering::AcqRel) & !HAS_GRAD;
        let old = if handles > 0 && (grad.is_some() || links.extra.is_some()) {
            mem::replace(&mut links.extra.get_or_insert_default().grad, grad)
        } else {
            grad
        };
        drop(links);
        drop(old);
    }

    /// Forgets the inputs. What they held is dropped here, outside the lock.
    pub(crate) fn unchain(&self) -> Inputs {
        let mut links = self.links();
        if matches!(links.inputs, Inputs::Leaf(_)) {
            return Inputs::None;
        }
        mem::replace(&mut links.inputs, Inputs::None)
    }
}

/// Counts a live node on its thread for as long as the node holds something.
struct Live(bool);

impl Live {
    fn stop(&mut self) {
        if mem::take(&mut self.0) {
            // The thread may be past the end of its locals: then nobody asks any more.
            let _ = LIVE.try_with(|live| live.set(live.get() - 1));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.stop();
    }
}

thread_local! {
    static LIVE: Cell<i64> = const { Cell::new(0) };
    static POOL: Pool = const { Pool { free: RefCell::new(Vec::new()), dropped: RefCell::new(Vec::new()), releasing: Cell::new(false) } };
}

/// The number of graph nodes made on this thread less those released on it: zero once every
/// variable made here is gone. For tests that look for leaks.
pub fn live_nodes() -> i64 {
    LIVE.with(Cell::get)
}

struct Pool {
    /// Emptied nodes, to be filled again.
    free: RefCell<Vec<triomphe::UniqueArc<Node>>>,
    /// Nodes nobody refers to any more, not emptied yet.
    dropped: RefCell<Vec<triomphe::UniqueArc<Node>>>,
    releasing: Cell<bool>,
}

/// Nodes kept for reuse by a thread: about 4 MB.
const POOL_NODES: usize = 32 * 1024;

/// A reference from one record to another.
pub(crate) struct NodeRef(Option<triomphe::Arc<Node>>);

impl NodeRef {
    /// A new node. `above` is the highest id among the inputs, `depth` the highest depth.
    pub(crate) fn new(op: Op, value: Array, inputs: Inputs, line: Line, above: u64, depth: u16) -> Self {
        let pass = mode::pass();
        let id = mode::next_id(above);
        let depth = depth.max(pass);
        LIVE.with(|live| live.set(live.get() + 1));
        let reused = POOL.try_with(|pool| pool.free.borrow_mut().pop()).ok().flatten();
        let node = if let Some(mut node) = reused {
            node.id = id;
            node.value = value;
            node.op = op;
            node.line = line;
            node.pass = pass;
            node.depth = depth;
            node.links.get_mut().unwrap_or_else(PoisonError::into_inner).inputs = inputs;
            node.live = Live(true);
            node.shareable()
        } else {
            triomphe::Arc::new(Node {
                id,
                value,
                op,
                line,
                pass,
                depth,
                handles: AtomicU32::new(0),
                links: Mutex::new(Links { inputs, extra: None }),
                live: Live(true),
            })
        };
        Self(Some(node))
    }

    /// The node itself, if this was the last reference to it.
    fn into_unique(mut self) -> Option<triomphe::UniqueArc<Node>> {
        triomphe::Arc::try_unique(self.0.take()?).ok()
    }
}

impl Deref for NodeRef {
    type Target = Node;

    #[inline]
    fn deref(&self) -> &Node {
        self.0.as_ref().expect("a reference is emptied only when it is dropped")
    }
}

impl Clone for NodeRef {
    #[inline]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for NodeRef {
    #[inline]
    fn drop(&mut self) {
        if let Some(node) = self.0.take()
            && let Ok(node) = triomphe::Arc::try_unique(node)
        {
            release(node);
        }
    }
}

/// Empties a node that nothing refers to, and all that thereby loses its last reference.
fn release(node: triomphe::UniqueArc<Node>) {
    let mut first = Some(node);
    let _ = POOL.try_with(|pool| {
        if pool.releasing.get() {
            // Dropped by something that is itself being dropped below: its turn comes there.
            pool.dropped.borrow_mut().extend(first.take());
            return;
        }
        pool.releasing.set(true);
        let mut next = first.take();
        while let Some(node) = next.take().or_else(|| pool.dropped.borrow_mut().pop()) {
            next = empty(node, pool);
        }
        pool.releasing.set(false);
    });
    // Without a pool (the thread is ending), the same with a list of our own.
    if let Some(node) = first {
        let pool = Pool { free: RefCell::default(), dropped: RefCell::new(vec![node]), releasing: Cell::new(true) };
        while let Some(node) = { let node = pool.dropped.borrow_mut().pop(); node } {
            let next = empty(node, &pool);
            pool.dropped.borrow_mut().extend(next);
            pool.free.borrow_mut().clear();
        }
    }
}

/// Takes everything out of `node` and keeps its memory. Returns one of the nodes that are now
/// without a reference; the others join `pool.dropped`.
fn empty(mut node: triomphe::UniqueArc<Node>, pool: &Pool) -> Option<triomphe::UniqueArc<Node>> {
    node.live.stop();
    let value = mem::replace(&mut node.value, Array::from(0.0));
    let op = mem::replace(&mut node.op, Op::Leaf);
    *node.handles.get_mut() = 0;
    let links = node.links.get_mut().unwrap_or_else(PoisonError::into_inner);
    let inputs = mem::replace(&mut links.inputs, Inputs::None);
    let extra = links.extra.take();
    {
        let mut free = pool.free.borrow_mut();
        if free.len() < POOL_NODES {
            free.push(node);
        }
    }
    drop((value, op, extra));
    let mut next = None;
    let mut unlink = |input: Variable| {
        if let Repr::Link(node) = input.0
            && let Some(node) = node.into_unique()
        {
            match next {
                None => next = Some(node),
                Some(_) => pool.dropped.borrow_mut().push(node),
            }
        }
    };
    match inputs {
        Inputs::None | Inputs::Leaf(_) => {}
        Inputs::One(x) => unlink(x),
        Inputs::Two([x0, x1]) => {
            unlink(x0);
            unlink(x1);
        }
        Inputs::Many(xs) => xs.into_iter().for_each(unlink),
    }
    next
}

/// A user's reference to a node.
pub(crate) struct Handle(Option<NodeRef>);

impl Handle {
    pub(crate) fn new(node: NodeRef) -> Self {
        node.handles.fetch_add(1, Ordering::Relaxed);
        Self(Some(node))
    }

    pub(crate) fn node(&self) -> &NodeRef {
        self.0.as_ref().expect("a handle is emptied only when it is consumed")
    }

    /// The handle becomes a reference from a record.
    pub(crate) fn into_link(mut self) -> NodeRef {
        let node = self.0.take().expect("a handle is emptied only when it is consumed");
        forget_handle(&node);
        node
    }
}

fn forget_handle(node: &Node) {
    if node.handles.fetch_sub(1, Ordering::AcqRel) == HAS_GRAD | 1 {
        let grad = node.links().extra.as_mut().and_then(|extra| extra.grad.take());
        drop(grad);
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Self::new(self.node().clone())
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(node) = &self.0 {
            forget_handle(node);
        }
    }
}
