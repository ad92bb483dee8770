//! What a handle is to others that hold variables for a user: which variable it shows, and what would
//! go with it. For bindings to languages whose collector has to know.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::function::{Creator, Function};
use crate::leaf::LeafCell;
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
    /// that traces references needs to know of those, and of no others. What several handles keep
    /// alive together is shown by [`holdings`].
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

/// Who holds a part of a record for a user: see [`holdings`].
#[derive(Clone, Copy, Debug)]
pub enum Holder<'a> {
    /// A variable, one handle of it.
    Variable(&'a Variable),
    /// What computed a variable.
    Creator(&'a Creator),
}

/// What holders keep alive together, and nobody else does: see [`holdings`].
#[derive(Clone, Debug)]
pub struct Holdings<T> {
    /// For each holder, in their order, the parts that it refers to, as places in `parts`.
    pub held: Vec<Vec<usize>>,
    /// Where users' functions are, and what leads there.
    pub parts: Vec<Part<T>>,
}

/// What is reached only through one place of a record.
#[derive(Clone, Debug)]
pub struct Part<T> {
    /// The parts that this one refers to, as places among all. They may refer back.
    pub holds: Vec<usize>,
    /// What was made of its functions.
    pub functions: Vec<T>,
}

/// Finds the users' functions that would be dropped if all these holders were, and on which of them it depends: a
/// function goes with the last of the holders from which a way over parts leads to it.
///
/// Each handle is given once, and `choose` makes of a function what the result is to have in its place. What
/// others refer to, or other threads are working on, is left out, with all below it.
///
/// With that a collector that traces references can follow them through a record of which several
/// handles are at large.
///
/// ```
/// use dezero_core::{Array, Function, Holder, Result, Variable, holdings};
///
/// struct Same;
/// impl Function for Same {
///     fn name(&self) -> &str {
///         "Same"
///     }
///     fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
///         Ok(xs.to_vec())
///     }
///     fn backward(&self, _: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
///         Ok(gys.to_vec())
///     }
/// }
///
/// let t = Same.call(&[&Variable::new(1.0)]);
/// let (y, z) = (t.sin(), t.cos());
/// let all = holdings(&[&t, &y, &z].map(Holder::Variable), |_| Some("Same"));
/// // All three refer to one part with the function, y and z through parts of their own.
/// let [[shared], [of_y], [_]] = [0, 1, 2].map(|i| <[usize; 1]>::try_from(all.held[i].as_slice()).unwrap());
/// assert_eq!(all.parts[shared].functions, ["Same"]);
/// assert_eq!(all.parts[of_y].holds, [shared]);
/// // Somebody else has t.
/// assert!(holdings(&[&y, &z].map(Holder::Variable), |_| Some("Same")).parts.is_empty());
/// ```
pub fn holdings<T>(
    holders: &[Holder<'_>],
    mut choose: impl FnMut(&dyn Function) -> Option<T>,
) -> Holdings<T> {
    let mut things = Things::default();
    let mut held = Vec::with_capacity(holders.len());
    for holder in holders {
        let kinds: Vec<Kind> = match holder {
            Holder::Variable(x) => Kind::of(x).into_iter().collect(),
            Holder::Creator(creator) => creator.nodes().map(|node| Kind::Node(node.clone())).into(),
        };
        let places = kinds.into_iter().map(|kind| things.refer(kind, None));
        held.push(places.collect::<Vec<usize>>());
    }
    things.follow();
    let part_of = things.parts();

    // A part for each number, those that lead to no function included.
    let count = part_of.iter().flatten().max().map_or(0, |&last| last + 1);
    let mut parts: Vec<Part<T>> = Vec::new();
    parts.resize_with(count, || Part {
        holds: Vec::new(),
        functions: Vec::new(),
    });
    let mut referrers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (thing, part) in things.found.iter().zip(&part_of) {
        let Some(part) = *part else { continue };
        if let Kind::Node(node) = &thing.kind
            && let Op::Custom(custom) = &node.op
            && let Some(function) = custom.owned_function()
        {
            parts[part].functions.extend(choose(function));
        }
        for other in thing.keeps.iter().filter_map(|&at| part_of[at]) {
            if other != part {
                parts[part].holds.push(other);
                referrers[other].push(part);
            }
        }
    }

    // Those that lead somewhere, from the functions up.
    let mut leads = vec![false; count];
    let mut pending: Vec<usize> = (0..count)
        .filter(|&at| !parts[at].functions.is_empty())
        .collect();
    while let Some(at) = pending.pop() {
        if !std::mem::replace(&mut leads[at], true) {
            pending.append(&mut referrers[at]);
        }
    }
    let mut next = 0;
    let places: Vec<Option<usize>> = leads
        .iter()
        .map(|&leads| {
            next += usize::from(leads);
            leads.then(|| next - 1)
        })
        .collect();
    let renumbered = |numbers: Vec<usize>| {
        let mut numbers: Vec<usize> = numbers.into_iter().filter_map(|at| places[at]).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    Holdings {
        held: held
            .into_iter()
            .map(|things| renumbered(things.into_iter().filter_map(|at| part_of[at]).collect()))
            .collect(),
        parts: parts
            .into_iter()
            .zip(&leads)
            .filter(|(_, leads)| **leads)
            .map(|(part, _)| Part {
                holds: renumbered(part.holds),
                functions: part.functions,
            })
            .collect(),
    }
}

/// What records consist of, and is counted by those who refer to it.
enum Kind {
    Node(NodeRef),
    Leaf(Arc<LeafCell>),
}

impl Kind {
    fn of(x: &Variable) -> Option<Self> {
        match &x.0 {
            Repr::Leaf(cell) => Some(Self::Leaf(cell.clone())),
            Repr::Result(handle) => Some(Self::Node(handle.node().clone())),
            Repr::Link(node) => Some(Self::Node(node.clone())),
            Repr::Value(_) => None,
        }
    }

    fn address(&self) -> usize {
        match self {
            Self::Node(node) => std::ptr::from_ref(&**node).addr(),
            Self::Leaf(cell) => Arc::as_ptr(cell).addr(),
        }
    }

    fn references(&self) -> usize {
        match self {
            Self::Node(node) => node.references(),
            Self::Leaf(cell) => Arc::strong_count(cell),
        }
    }

    /// What it keeps; `None` while somebody works on it.
    fn kept(&self) -> Option<Vec<Self>> {
        match self {
            Self::Node(node) => {
                let links = node.try_links()?;
                Some(links.kept().filter_map(Self::of).collect())
            }
            Self::Leaf(cell) => {
                let state = cell.try_state()?;
                Some(state.grad.iter().filter_map(Self::of).collect())
            }
        }
    }
}

struct Thing {
    kind: Kind,
    /// How many references to it were found.
    within: usize,
    /// The thing that refers to it, if a thing does.
    keeper: Option<usize>,
    keeps: Vec<usize>,
    /// Whether others refer to it, or to what leads to it.
    outside: bool,
}

#[derive(Default)]
struct Things {
    found: Vec<Thing>,
    /// By their addresses.
    places: HashMap<usize, usize>,
}

impl Things {
    /// Counts a reference; gives the place of what is referred to.
    fn refer(&mut self, kind: Kind, keeper: Option<usize>) -> usize {
        let next = self.found.len();
        let at = *self.places.entry(kind.address()).or_insert(next);
        if at == next {
            self.found.push(Thing {
                kind,
                within: 0,
                keeper: None,
                keeps: Vec::new(),
                outside: false,
            });
        }
        let thing = &mut self.found[at];
        thing.within += 1;
        thing.keeper = keeper;
        at
    }

    /// Finds all that is kept by what was found, and what of it others refer to.
    fn follow(&mut self) {
        let mut at = 0;
        while at < self.found.len() {
            match self.found[at].kind.kept() {
                Some(kept) => {
                    let keeps = kept
                        .into_iter()
                        .map(|kind| self.refer(kind, Some(at)))
                        .collect();
                    self.found[at].keeps = keeps;
                }
                None => self.found[at].outside = true,
            }
            at += 1;
        }
        let mut pending: Vec<usize> = Vec::new();
        for (at, thing) in self.found.iter_mut().enumerate() {
            // And the one here.
            let known = thing.kind.references() == thing.within + 1;
            if std::mem::take(&mut thing.outside) || !known {
                pending.push(at);
            }
        }
        while let Some(at) = pending.pop() {
            if !std::mem::replace(&mut self.found[at].outside, true) {
                pending.extend(&self.found[at].keeps);
            }
        }
    }

    /// The part of each thing that nobody else refers to: that of the only thing that refers to it, or one of its
    /// own.
    fn parts(&self) -> Vec<Option<usize>> {
        let mut parts: Vec<Option<usize>> = vec![None; self.found.len()];
        let mut count = 0;
        let mut way = Vec::new();
        for start in 0..self.found.len() {
            let mut at = start;
            let part = loop {
                let thing = &self.found[at];
                if thing.outside {
                    break None;
                }
                if parts[at].is_some() {
                    break parts[at];
                }
                way.push(at);
                match thing.keeper {
                    // A ring of such would have been reached from nowhere.
                    Some(keeper) if thing.within == 1 => at = keeper,
                    _ => {
                        count += 1;
                        break Some(count - 1);
                    }
                }
            };
            for at in way.drain(..) {
                parts[at] = part;
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dezero_array::Array;

    use super::{Holder, Holdings, holdings};
    use crate::{Backward, Function, Result, Variable};

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

    fn all(holders: &[&Variable]) -> Holdings<&'static str> {
        let holders: Vec<Holder<'_>> = holders.iter().map(|x| Holder::Variable(x)).collect();
        holdings(&holders, |_| Some("Same"))
    }

    /// The functions that the holder at this place leads to.
    fn led_to(holdings: &Holdings<&str>, holder: usize) -> usize {
        let mut seen = vec![false; holdings.parts.len()];
        let mut pending = holdings.held[holder].clone();
        while let Some(at) = pending.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                pending.extend(&holdings.parts[at].holds);
            }
        }
        let seen = holdings.parts.iter().zip(seen).filter(|(_, seen)| *seen);
        seen.map(|(part, _)| part.functions.len()).sum()
    }

    #[test]
    fn what_one_holder_holds_is_one_part() {
        let y = Same.call(&[&Same.call(&[&Variable::new(1.0)]).sin()]);
        let found = all(&[&y]);
        assert_eq!(found.parts.len(), 1);
        assert_eq!(found.parts[0].functions.len(), 2);
        // A number has no functions, and a leaf none without a gradient.
        assert!(all(&[&Variable::new(1.0)]).parts.is_empty());
    }

    #[test]
    fn each_holder_leads_to_the_functions_below_it() {
        let a = Same.call(&[&Variable::new(1.0)]);
        let b = Same.call(&[&Variable::new(2.0)]);
        let (y, z) = (a.sin() * b.cos(), b.exp() * b.tan());
        let found = all(&[&a, &y, &b, &z]);
        assert_eq!([0, 1, 2, 3].map(|at| led_to(&found, at)), [1, 2, 1, 1]);
        // Whoever is not among the holders keeps what it leads to.
        assert_eq!([0, 1].map(|at| led_to(&all(&[&a, &y]), at)), [1, 1]);
    }

    #[test]
    fn gradients_are_followed() {
        let x = Variable::new(1.0);
        let y = Same.call(&[&x]).exp();
        y.try_backward(Backward::new().create_graph()).unwrap();
        let gx = x.grad().unwrap();
        let found = all(&[&x, &y, &gx]);
        assert_eq!([0, 1, 2].map(|at| led_to(&found, at)), [1, 1, 1]);
        // Somebody else has the gradient, and through it the function.
        assert!(all(&[&x, &y]).parts.is_empty());
        drop(gx);
        assert_eq!(led_to(&all(&[&x, &y]), 0), 1);
    }

    #[test]
    fn creators_hold_what_they_computed() {
        let y = Same.call(&[&Variable::new(1.0)]).sin();
        let creator = y.creator().unwrap();
        assert!(all(&[&y]).parts.is_empty());
        let holders = [Holder::Variable(&y), Holder::Creator(&creator)];
        let found = holdings(&holders, |_| Some("Same"));
        assert_eq!([0, 1].map(|at| led_to(&found, at)), [1, 1]);
    }
}
