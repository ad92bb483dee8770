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
use std::cmp::Reverse;
use std::mem;
use std::ops::Deref;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use dezero_array::Array;

use crate::hooks::Hooks;
use crate::leaf::{LeafCell, user_grad};
use crate::mode::{self, Line};
use crate::op::Op;
use crate::record::Below;
use crate::variable::{Repr, Variable};

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
    /// The number of user's handles, and `OWNED`.
    handles: AtomicU32,
    links: Mutex<Links>,
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
    hooks: Hooks,
}

impl Links {
    #[inline]
    pub(crate) fn hooks(&self) -> Option<&Hooks> {
        let hooks = &self.extra.as_ref()?.hooks;
        (!hooks.is_empty()).then_some(hooks)
    }

    /// The variables that the node keeps: its inputs and its gradient.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &Variable> {
        let grad = self.extra.as_ref().and_then(|extra| extra.grad.as_ref());
        self.inputs.as_slice().iter().chain(grad)
    }
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

    /// The same links and values, to look at without the lock.
    pub(crate) fn copied(&self) -> Vec<Variable> {
        self.as_slice().iter().map(Variable::to_link).collect()
    }
}

impl From<Vec<Variable>> for Inputs {
    fn from(xs: Vec<Variable>) -> Self {
        Self::Many(xs.into())
    }
}

/// Set in `Node::handles` once the node keeps something for its handles: a gradient or hooks.
const OWNED: u32 = 1 << 31;

impl Node {
    pub(crate) fn links(&self) -> MutexGuard<'_, Links> {
        // Nothing that can panic runs under this lock.
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// [`links`](Self::links), if they are free.
    pub(crate) fn try_links(&self) -> Option<MutexGuard<'_, Links>> {
        self.links.try_lock().ok()
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
        self.handles.load(Ordering::Acquire) & !OWNED != 0
    }

    /// Keeps another gradient for the handles of this node, and gives what was there. Without
    /// handles it is dropped.
    pub(crate) fn replace_grad(&self, grad: Option<Variable>) -> Option<Variable> {
        let mut links = self.links();
        // The flag first, the count after: whoever takes the count to zero later sees the flag,
        // waits for the lock and clears the gradient.
        let handles = self.handles.fetch_or(OWNED, Ordering::AcqRel) & !OWNED;
        if handles > 0 && (grad.is_some() || links.extra.is_some()) {
            return mem::replace(&mut links.extra.get_or_insert_default().grad, grad);
        }
        drop(links);
        drop(grad);
        None
    }

    /// Changes the hooks, on behalf of a handle of this node.
    pub(crate) fn change_hooks<T>(&self, change: impl FnOnce(&mut Hooks) -> T) -> T {
        let mut links = self.links();
        self.handles.fetch_or(OWNED, Ordering::AcqRel);
        change(&mut links.extra.get_or_insert_default().hooks)
    }

    /// The leaf that this node is a snapshot of, if it is one and the leaf is alive.
    pub(crate) fn leaf(&self) -> Option<Arc<LeafCell>> {
        if !matches!(self.op, Op::Leaf | Op::Constant) {
            return None;
        }
        match &self.links().inputs {
            Inputs::Leaf(cell) => cell.upgrade(),
            _ => None,
        }
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

/// What a variable has besides its record.
type Owned = (Option<Variable>, Hooks);

/// Drops a gradient and hooks that their variable lost. Both may hold variables that hold such in
/// turn, as deep as anyone cares to make it: those wait for their turn here.
pub(crate) fn drop_owned(grad: Option<Variable>, hooks: Hooks) {
    if grad.is_none() && hooks.is_empty() {
        return;
    }
    let mut first = Some((grad, hooks));
    let waits = OWNED_BY_DROPPED.try_with(|waiting| {
        let mut waiting = waiting.borrow_mut();
        match &mut *waiting {
            Some(waiting) => waiting.extend(first.take()),
            None => *waiting = Some(Vec::new()),
        }
        first.is_none()
    });
    drop(first);
    if waits != Ok(false) {
        return;
    }
    while let Ok(Some(owned)) =
        OWNED_BY_DROPPED.try_with(|waiting| waiting.borrow_mut().as_mut().and_then(Vec::pop))
    {
        drop(owned);
    }
    let _ = OWNED_BY_DROPPED.try_with(|waiting| waiting.borrow_mut().take());
}

thread_local! {
    /// The gradients and hooks that wait to be dropped, while some are.
    static OWNED_BY_DROPPED: RefCell<Option<Vec<Owned>>> = const { RefCell::new(None) };
    static POOL: Pool = const {
        Pool { free: RefCell::new(Vec::new()), dropped: RefCell::new(Vec::new()), releasing: Cell::new(false) }
    };
}

/// The memory of nodes, kept by a thread.
struct Pool {
    /// Emptied nodes, to be filled again.
    free: RefCell<Vec<triomphe::UniqueArc<Node>>>,
    /// Nodes nobody refers to any more, not emptied yet.
    dropped: RefCell<Vec<triomphe::UniqueArc<Node>>>,
    releasing: Cell<bool>,
}

/// Nodes kept for reuse by a thread: about 8 MB. Many more, scattered by a large graph, would cost later
/// graphs more in cache misses than they save in allocations.
const POOL_NODES: usize = 64 * 1024;

/// So many nodes, let go at once, no longer fit a core's own caches.
const SCATTERED_NODES: usize = 4 * 1024;

/// A reference from one record to another. Empty only while it is being dropped.
pub(crate) struct NodeRef(Option<triomphe::Arc<Node>>);

/// What a new node is made of.
pub(crate) struct Recipe {
    pub(crate) op: Op,
    pub(crate) value: Array,
    pub(crate) inputs: Inputs,
    pub(crate) line: Line,
    pub(crate) pass: u16,
    pub(crate) below: Below,
    /// How many handles the node starts with: 1 if it goes to a user.
    pub(crate) handles: u32,
}

impl NodeRef {
    // Inlined, so that a recipe is never put together in memory.
    #[inline(always)]
    pub(crate) fn new(recipe: Recipe) -> Self {
        let id = mode::new_node(recipe.below.id);
        let depth = recipe.below.depth.max(recipe.pass);
        let reused = POOL
            .try_with(|pool| pool.free.borrow_mut().pop())
            .ok()
            .flatten();
        let Some(mut node) = reused else {
            return Self::allocate(id, depth, recipe);
        };
        // What an empty node holds needs no dropping: `empty` saw to that.
        mem::forget(mem::replace(&mut node.value, recipe.value));
        mem::forget(mem::replace(&mut node.op, recipe.op));
        let links = node.links.get_mut().unwrap_or_else(PoisonError::into_inner);
        mem::forget(mem::replace(&mut links.inputs, recipe.inputs));
        node.id = id;
        node.line = recipe.line;
        node.pass = recipe.pass;
        node.depth = depth;
        *node.handles.get_mut() = recipe.handles;
        Self(Some(node.shareable()))
    }

    #[cold]
    #[inline(never)]
    fn allocate(id: u64, depth: u16, recipe: Recipe) -> Self {
        let Recipe {
            op,
            value,
            inputs,
            line,
            pass,
            handles,
            ..
        } = recipe;
        let links = Mutex::new(Links {
            inputs,
            extra: None,
        });
        let handles = AtomicU32::new(handles);
        Self(Some(triomphe::Arc::new(Node {
            id,
            value,
            op,
            line,
            pass,
            depth,
            handles,
            links,
        })))
    }
}

impl NodeRef {
    /// How many references to the node there are.
    pub(crate) fn references(&self) -> usize {
        self.0.as_ref().map_or(0, triomphe::Arc::count)
    }
}

impl Deref for NodeRef {
    type Target = Node;

    #[inline]
    fn deref(&self) -> &Node {
        self.0
            .as_ref()
            .expect("a reference is emptied only when it is dropped")
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
        if let Some(node) = self.0.take() {
            let_go(node);
        }
    }
}

#[inline(never)]
fn let_go(node: triomphe::Arc<Node>) {
    if let Some(node) = last(node) {
        release(node);
    }
}

/// Gives up a reference; gives the node if nothing else refers to it.
#[inline(always)]
fn last(node: triomphe::Arc<Node>) -> Option<triomphe::UniqueArc<Node>> {
    // The look saves atomic writes where it finds no others. Where it does, they may go before this
    // one does: who counts down to zero has the node.
    triomphe::Arc::try_unique(node).map_or_else(triomphe::Arc::into_unique, Some)
}

/// Empties a node that nothing refers to, and all that thereby loses its last reference.
#[inline(never)]
fn release(node: triomphe::UniqueArc<Node>) {
    let mut next = Some(node);
    let released = POOL.try_with(|pool| {
        if pool.releasing.get() {
            // Dropped by something that is itself being dropped below: its turn comes there.
            pool.dropped.borrow_mut().extend(next.take());
            return;
        }
        pool.releasing.set(true);
        // Also when a user's function panics while it is dropped.
        let _done = Releasing(pool);
        let before = pool.free.borrow().len();
        while let Some(node) = next.take().or_else(|| pool.dropped.borrow_mut().pop()) {
            next = empty(node, pool);
        }
        // Neighbours in memory are to be used one after the other again: a large graph, let go in the
        // order of its links, would otherwise make every later one miss the caches.
        let mut free = pool.free.borrow_mut();
        if let Some(many) = free.get_mut(before..)
            && many.len() > SCATTERED_NODES
        {
            many.sort_unstable_by_key(|node| Reverse(ptr::from_ref::<Node>(node).addr()));
        }
    });
    if released.is_err() {
        release_without_pool(next);
    }
}

struct Releasing<'a>(&'a Pool);

impl Drop for Releasing<'_> {
    fn drop(&mut self) {
        self.0.releasing.set(false);
    }
}

/// [`release`] on a thread that is ending and has no pool any more, with a list of its own.
#[cold]
fn release_without_pool(mut next: Option<triomphe::UniqueArc<Node>>) {
    let pool = Pool {
        free: RefCell::default(),
        dropped: RefCell::default(),
        releasing: Cell::new(true),
    };
    while let Some(node) = next.take().or_else(|| pool.dropped.borrow_mut().pop()) {
        next = empty(node, &pool);
        pool.free.borrow_mut().clear();
    }
}

/// Takes everything out of `node` and keeps its memory. Returns one of the nodes that are now
/// without a reference; the others join `pool.dropped`.
#[inline(always)]
fn empty(mut node: triomphe::UniqueArc<Node>, pool: &Pool) -> Option<triomphe::UniqueArc<Node>> {
    mode::release_node();
    if !node.op.is_plain() {
        node.op = Op::Leaf;
    }
    if node.value.as_f64().is_none() {
        node.value = Array::from(0.0);
    }
    let links = node.links.get_mut().unwrap_or_else(PoisonError::into_inner);
    if links.extra.is_some() {
        links.extra = None;
    }
    let (next, other) = match &mut links.inputs {
        Inputs::None => (None, None),
        Inputs::One(x) => (unlink(x), None),
        Inputs::Two([x0, x1]) => (unlink(x0), unlink(x1)),
        Inputs::Many(xs) => {
            for node in xs.iter_mut().filter_map(unlink).collect::<Vec<_>>() {
                pool.dropped.borrow_mut().push(node);
            }
            links.inputs = Inputs::None;
            (None, None)
        }
        Inputs::Leaf(_) => {
            links.inputs = Inputs::None;
            (None, None)
        }
    };
    // Emptied in place: nothing is left that needs to be dropped.
    mem::forget(mem::replace(&mut links.inputs, Inputs::None));
    let mut free = pool.free.borrow_mut();
    if free.len() < POOL_NODES {
        free.push(node);
    }
    match (next, other) {
        (Some(next), Some(other)) => {
            pool.dropped.borrow_mut().push(other);
            Some(next)
        }
        (next, other) => next.or(other),
    }
}

/// Takes out of an input what needs to be dropped; gives its node if nothing else refers to it.
#[inline(always)]
fn unlink(input: &mut Variable) -> Option<triomphe::UniqueArc<Node>> {
    if let Repr::Link(node) = &mut input.0 {
        return last(node.0.take()?);
    }
    if !matches!(&input.0, Repr::Value(value) if value.as_f64().is_some()) {
        input.0 = Repr::Value(Array::from(0.0));
    }
    None
}

/// A user's reference to a node.
pub(crate) struct Handle(NodeRef);

impl Handle {
    pub(crate) fn new(node: NodeRef) -> Self {
        node.handles.fetch_add(1, Ordering::Relaxed);
        Self(node)
    }

    /// A handle that the node was made with.
    #[inline]
    pub(crate) fn counted(node: NodeRef) -> Self {
        Self(node)
    }

    #[inline]
    pub(crate) fn node(&self) -> &NodeRef {
        &self.0
    }

    /// The handle becomes a reference from a record.
    #[inline]
    pub(crate) fn into_link(mut self) -> NodeRef {
        let mut node = self.0.0.take();
        mem::forget(self); // now empty: nothing to drop
        // The only reference to a node, as most intermediate results are: nobody else is counting.
        match node
            .as_mut()
            .and_then(triomphe::Arc::get_mut)
            .map(|only| only.handles.get_mut())
        {
            Some(handles @ 1) => *handles = 0,
            _ => node.iter().for_each(|node| forget_handle(node)),
        }
        NodeRef(node)
    }
}

#[inline]
fn forget_handle(node: &Node) {
    if node.handles.fetch_sub(1, Ordering::AcqRel) == OWNED | 1 {
        let owned = node.links().extra.as_mut().map(|extra| {
            let hooks = mem::take(&mut extra.hooks);
            (extra.grad.take(), hooks)
        });
        let (grad, hooks) = owned.unwrap_or_default();
        drop_owned(grad, hooks);
    }
}

impl Clone for Handle {
    fn clone(&self) -> Self {
        Self::new(self.0.clone())
    }
}

impl Drop for Handle {
    #[inline]
    fn drop(&mut self) {
        let Some(node) = self.0.0.take() else { return };
        match triomphe::Arc::try_unique(node) {
            // Its gradient goes with it.
            Ok(node) => release(node),
            Err(node) => {
                forget_handle(&node);
                let_go(node);
            }
        }
    }
}
