//! What a handle is to others that hold variables for a user: which variable it shows, and what would
//! go with it. For bindings to languages whose collector has to know.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::function::Function;
use crate::node::NodeRef;
use crate::op::Op;
use crate::variable::{Repr, Variable};

/// What tells a variable from others, as long as some handle of it lives: equal where
/// [`is_same`](Variable::is_same) is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    number: u64,
    leaf: bool,
}

impl Variable {
    /// What tells this variable from others: a key for who keeps something beside it.
    ///
    /// ```
    /// use dezero_core::Variable;
    /// let x = Variable::new(1.0);
    /// let y = x.sin();
    /// assert_eq!(y.creator().unwrap().inputs()[0].identity(), x.identity());
    /// assert_ne!(y.identity(), x.identity());
    /// ```
    pub fn identity(&self) -> Identity {
        match &self.0 {
            Repr::Leaf(cell) => Identity {
                number: Arc::as_ptr(cell).addr() as u64,
                leaf: true,
            },
            Repr::Result(handle) => Identity {
                number: handle.node().id,
                leaf: false,
            },
            Repr::Link(_) | Repr::Value(_) => unreachable!("users hold leaves and results"),
        }
    }

    /// Whether this is a leaf, whose value [`set_data`](Self::set_data) can replace: made by the user, or
    /// computed without recording.
    ///
    /// ```
    /// use dezero_core::{Variable, no_grad};
    /// let x = Variable::new(1.0);
    /// assert!(x.is_leaf() && !x.sin().is_leaf() && no_grad(|| x.sin()).is_leaf());
    /// ```
    pub fn is_leaf(&self) -> bool {
        matches!(self.0, Repr::Leaf(_))
    }

    /// Shows `visit` the users' functions that would be dropped with this handle: those in the record below
    /// it that nothing else refers to. Looks at no more than `limit` nodes; what other threads are
    /// working on counts as referred to.
    ///
    /// A function that holds this variable makes a cycle, which reference counts do not free. A collector
    /// that traces references needs to know of those, and of no others.
    pub fn visit_owned_functions(&self, limit: usize, visit: &mut dyn FnMut(&dyn Function)) {
        let Repr::Result(handle) = &self.0 else {
            return;
        };
        // A node's id is above those of its inputs: from the highest down, all who refer to a node from within are
        // known when its turn comes.
        let mut pending: BTreeMap<u64, (NodeRef, usize)> = BTreeMap::new();
        pending.insert(handle.node().id, (handle.node().clone(), 1));
        for _ in 0..limit {
            let Some((_, (node, within))) = pending.pop_last() else {
                return;
            };
            // And this one here.
            if node.references() > within + 1 {
                continue;
            }
            if let Op::Custom(custom) = &node.op
                && let Some(function) = custom.owned_function()
            {
                visit(function);
            }
            // Whoever holds the lock works on the node.
            if let Some(links) = node.try_links() {
                for input in links
                    .inputs
                    .as_slice()
                    .iter()
                    .filter_map(Variable::link_node)
                {
                    let seen = pending.entry(input.id);
                    seen.or_insert_with(|| (input.clone(), 0)).1 += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dezero_array::Array;

    use crate::{Function, Result, Variable};

    struct Same;

    impl Function for Same {
        fn name(&self) -> &'static str {
            "Same"
        }
        fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
            Ok(xs.to_vec())
        }
        fn backward(
            &self,
            _: &[Variable],
            _: &[Variable],
            gys: &[Variable],
        ) -> Result<Vec<Variable>> {
            Ok(gys.to_vec())
        }
    }

    fn owned(y: &Variable, limit: usize) -> usize {
        let mut count = 0;
        y.visit_owned_functions(limit, &mut |_| count += 1);
        count
    }

    #[test]
    fn functions_are_owned_through_nodes_that_nobody_else_holds() {
        let x = Variable::new(1.0);
        let y = Same.call(&[&Same.call(&[&x]).sin()]);
        assert_eq!(owned(&y, 100), 2);
        assert_eq!(owned(&y, 2), 1, "the second is the third node");
        assert_eq!(owned(&x, 100), 0);

        let z = y.exp();
        assert_eq!((owned(&y, 100), owned(&z, 100)), (0, 0));
        drop(y);
        assert_eq!(owned(&z, 100), 2);
        let again = z.clone();
        assert_eq!(owned(&z, 100), 0);
        drop(again);
        assert_eq!(owned(&z, 100), 2);
    }

    #[test]
    fn what_is_referred_to_from_within_alone_is_owned() {
        let x = Variable::new(1.0);
        let t = Same.call(&[&x]);
        let y = (&t * &t) + t.sin() * t.exp();
        assert_eq!(owned(&y, 100), 0);
        drop(t);
        assert_eq!(owned(&y, 100), 1);
        let t = y.creator().unwrap().inputs().remove(0);
        assert_eq!(owned(&y, 100), 0);
        drop(t);
        assert_eq!(owned(&y, 100), 1);
    }

    #[test]
    fn a_shared_function_is_owned_by_no_call() {
        let (x, shared) = (Variable::new(1.0), Arc::new(Same));
        let y = shared.clone().call(&[&x]);
        assert_eq!(owned(&y, 100), 0);
        drop(shared);
        assert_eq!(owned(&y, 100), 1);
    }

    #[test]
    fn several_results_own_their_call_when_one_is_left() {
        let (a, b) = (Variable::new(1.0), Variable::new(2.0));
        let mut ys = Same.call_many(&[&a, &b]);
        assert_eq!(owned(&ys[0], 100), 0);
        ys.pop();
        assert_eq!(owned(&ys[0], 100), 1);
    }
}
