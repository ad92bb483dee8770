//! A leaf: the identity behind a variable that a user made, whose value can be replaced.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dezero_array::Array;

use crate::hooks::Hooks;
use crate::mode;
use crate::node::{Inputs, NodeRef, Recipe, drop_owned};
use crate::op::Op;
use crate::record::Below;
use crate::variable::{Repr, Variable};

/// What the handles of a leaf share. Records hold snapshots of it, nodes with the value of their
/// time and a weak reference back.
pub(crate) struct LeafCell {
    pub(crate) kind: Leaf,
    pub(crate) line: mode::Line,
    /// Whether the state has hooks: for `backward`, which then has no lock to take.
    hooked: AtomicBool,
    state: Mutex<LeafState>,
}

/// What a leaf is to differentiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    /// A variable: gets a gradient.
    Variable,
    /// Gets no gradient, and neither do results computed from constants alone.
    Constant,
    /// A constant that the recorded sweep of this number found as a derivative, or that was
    /// computed from such: its own derivative is zero, where that of another constant is a mistake.
    Derivative(u16),
}

pub(crate) struct LeafState {
    pub(crate) value: Array,
    /// The snapshot of the present value, once an operation needed it.
    pub(crate) node: Option<NodeRef>,
    /// The id of the first snapshot ever, the lowest.
    first_id: Option<u64>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) grad: Option<Variable>,
    hooks: Hooks,
}

impl LeafCell {
    pub(crate) fn new(value: Array, kind: Leaf, line: mode::Line) -> Arc<Self> {
        let state = LeafState {
            value,
            node: None,
            first_id: None,
            name: None,
            grad: None,
            hooks: Hooks::default(),
        };
        Arc::new(Self {
            kind,
            line,
            hooked: AtomicBool::new(false),
            state: Mutex::new(state),
        })
    }

    #[inline]
    pub(crate) fn state(&self) -> MutexGuard<'_, LeafState> {
        // Nothing that can panic runs under this lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// [`state`](Self::state), if it is free.
    pub(crate) fn try_state(&self) -> Option<MutexGuard<'_, LeafState>> {
        self.state.try_lock().ok()
    }

    pub(crate) fn snapshot(self: &Arc<Self>) -> NodeRef {
        let mut state = self.state();
        if let Some(node) = &state.node {
            return node.clone();
        }
        let (op, pass) = match self.kind {
            Leaf::Variable => (Op::Leaf, 0),
            Leaf::Constant => (Op::Constant, 0),
            Leaf::Derivative(pass) => (Op::Constant, pass),
        };
        let node = NodeRef::new(Recipe {
            op,
            value: state.value.clone(),
            inputs: Inputs::Leaf(Arc::downgrade(self)),
            line: self.line,
            pass,
            below: Below {
                depth: pass,
                ..Below::default()
            },
            handles: 0,
        });
        if state.name.is_some() {
            node.set_name(state.name.clone());
        }
        state.first_id = state
            .first_id
            .map_or(Some(node.id), |id| Some(id.min(node.id)));
        state.node = Some(node.clone());
        node
    }

    pub(crate) fn first_id(&self) -> Option<u64> {
        self.state().first_id
    }

    pub(crate) fn grad(&self) -> Option<Variable> {
        user_grad(&mut self.state().grad)
    }

    /// Puts another gradient here, and gives what was there.
    pub(crate) fn replace_grad(&self, grad: Option<Variable>) -> Option<Variable> {
        mem::replace(&mut self.state().grad, grad)
    }

    pub(crate) fn is_hooked(&self) -> bool {
        self.hooked.load(Ordering::Acquire)
    }

    pub(crate) fn hooks(&self) -> Hooks {
        self.state().hooks.clone()
    }

    pub(crate) fn change_hooks<T>(&self, change: impl FnOnce(&mut Hooks) -> T) -> T {
        let mut state = self.state();
        let changed = change(&mut state.hooks);
        self.hooked
            .store(!state.hooks.is_empty(), Ordering::Release);
        changed
    }

    /// Puts a bare number where there is no gradient yet, as a plain backward mostly does.
    pub(crate) fn first_grad(&self, gx: f64) -> bool {
        let grad = &mut self.state().grad;
        let first = grad.is_none();
        if first {
            *grad = Some(Variable::value(gx));
        }
        first
    }
}

impl Drop for LeafCell {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop_owned(state.grad.take(), mem::take(&mut state.hooks));
    }
}

/// A stored gradient as the user gets it. A plain backward stores bare values: they become
/// variables, always the same one, when somebody looks.
pub(crate) fn user_grad(grad: &mut Option<Variable>) -> Option<Variable> {
    if let Some(Variable(Repr::Value(_))) = grad {
        *grad = grad.take().map(Variable::into_user);
    }
    grad.clone().map(Variable::into_user)
}
