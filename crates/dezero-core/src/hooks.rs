//! Hooks: closures on a variable that see, or replace, its derivative as `backward` passes.

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dezero_array::Tuple;

use crate::error::{Error, Result};
use crate::mode::{self, Line, Recording};
use crate::variable::{Repr, Variable};
use crate::warning::Watch;

/// Which hook of a variable; see [`Variable::register_hook`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HookId(u64);

pub(crate) type Hook = Arc<dyn Fn(&Variable) -> Option<Variable> + Send + Sync>;

/// The hooks of a variable, in the order in which they were registered.
#[derive(Clone, Default)]
pub(crate) struct Hooks(Vec<Registered>);

#[derive(Clone)]
struct Registered {
    id: HookId,
    hook: Hook,
    line: Line,
}

impl Hooks {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn push(&mut self, id: HookId, hook: Hook, line: Line) {
        self.0.push(Registered { id, hook, line });
    }

    pub(crate) fn remove(&mut self, id: HookId) -> Option<Hook> {
        let at = self.0.iter().position(|known| known.id == id)?;
        Some(self.0.remove(at).hook)
    }

    /// Takes a cotangent, a link or a value, past the hooks. No lock is held here.
    pub(crate) fn run(&self, mut gx: Variable, create_graph: bool) -> Result<Variable> {
        for Registered { hook, line, .. } in &self.0 {
            let replaced = {
                let _users_code = mode::enter_recording(if create_graph {
                    Recording::On
                } else {
                    Recording::Off
                });
                let _unwatched = Watch::off();
                mode::blame(None);
                hook(&gx.to_link().into_user())
            };
            let Some(new) = replaced else { continue };
            let (shape, due) = (new.shape(), gx.shape());
            if shape != due {
                return Err(Error::shape(format!(
                    "register_hook: a hook gave a derivative of shape {} in place of one of shape {}; `sum_to` undoes \
                     a broadcast",
                    Tuple(&shape),
                    Tuple(&due)
                ))
                .at(line));
            }
            let dtype = gx.dtype();
            gx = if create_graph {
                new.try_cast(dtype)?.into_link()
            } else {
                Variable::value(new.with_value(|new| new.astype(dtype)))
            };
        }
        Ok(gx)
    }
}

/// # Hooks
impl Variable {
    /// Has `hook` called with the derivative of this variable whenever a `backward`, or a
    /// [`grad`](crate::grad) that leads here, has completed it. What the hook returns, of the same
    /// shape, takes its place: in [`grad`](Self::grad), and in what is computed from it further down.
    ///
    /// Several run in the order in which they were registered. With `create_graph`, what a hook
    /// computes is recorded; otherwise it is passed a constant. The hooks of a variable made by the
    /// user stay with it, also when its data is replaced; those of a result go with it.
    ///
    /// One of another shape is an error of that `backward`, which names the line of the hook.
    ///
    /// A hook that captures its own variable keeps it alive for ever: let it capture something else,
    /// or remove it.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// let x = Variable::new([3.0, 4.0]);
    /// let clip = x.register_hook(|g| Some(g.minimum(7.0)));
    /// (&x * &x).sum(..).backward();
    /// assert_eq!(x.grad().unwrap().to_vec::<f64>(), [6.0, 7.0]); // not 6 and 8
    /// x.remove_hook(clip);
    /// ```
    #[track_caller]
    pub fn register_hook(
        &self,
        hook: impl Fn(&Self) -> Option<Self> + Send + Sync + 'static,
    ) -> HookId {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = HookId(NEXT.fetch_add(1, Ordering::Relaxed));
        let hook: Hook = Arc::new(hook);
        let line = mode::line(Location::caller());
        match &self.0 {
            Repr::Leaf(cell) => cell.change_hooks(|hooks| hooks.push(id, hook, line)),
            Repr::Result(handle) => handle
                .node()
                .change_hooks(|hooks| hooks.push(id, hook, line)),
            Repr::Link(_) | Repr::Value(_) => unreachable!("users hold leaves and results"),
        }
        id
    }

    /// Removes a hook; gives whether it was there.
    pub fn remove_hook(&self, id: HookId) -> bool {
        // What the hook captured is dropped after the lock.
        let removed = match &self.0 {
            Repr::Leaf(cell) => cell.change_hooks(|hooks| hooks.remove(id)),
            Repr::Result(handle) => handle.node().change_hooks(|hooks| hooks.remove(id)),
            Repr::Link(_) | Repr::Value(_) => None,
        };
        removed.is_some()
    }
}
