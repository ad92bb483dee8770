//! How much stays behind, and how far it goes: nodes are counted, stacks are small, and work grows
//! with the edges.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use dezero_core::{Array, Backward, Function, Result, Variable, grad, live_nodes};

/// The length of a very long chain; without optimisation, a shorter one.
const LONG: usize = if cfg!(debug_assertions) {
    1_000_000
} else {
    10_000_000
};

/// Runs `f` on a thread with a small stack, and checks that no node of it is left.
fn on_a_small_stack(f: impl FnOnce() + Send + 'static) {
    let run = move || {
        f();
        live_nodes()
    };
    let left = thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_chain_as_long_as_memory_allows_builds_differentiates_and_drops() {
    on_a_small_stack(|| {
        let x = Variable::new(0.5);
        let mut y = x.clone();
        for i in 0..LONG {
            y = if i % 2 == 0 { &y + 1.0 } else { &y - 1.0 };
        }
        assert_eq!(live_nodes(), LONG as i64 + 1);
        y.backward();
        assert_eq!(x.grad().unwrap().item(), 1.0);
        drop(y);
        assert_eq!(live_nodes(), 1);
    });
}

#[test]
fn a_long_chain_of_arrays_with_a_graph_of_its_derivatives() {
    on_a_small_stack(|| {
        let x = Variable::new([0.5, 0.25]);
        let y = (0..LONG / 20).fold(x.clone(), |y, _| y * 1.0);
        y.backward_with(Backward::new().create_graph());
        let gx = x.grad().unwrap();
        assert_eq!(gx.to_vec::<f64>(), [1.0, 1.0]);
    });
}

#[test]
fn a_long_chain_is_unchained_and_drawn_without_recursion() {
    on_a_small_stack(|| {
        let x = Variable::new(0.5);
        let y = (0..LONG / 10).fold(x.clone(), |y, _| y.sin());
        assert_eq!(dezero_core::graph(&y).functions().len(), LONG / 10);
        y.unchain_backward();
        assert_eq!(live_nodes(), 3);
    });
}

/// The handles go before what they point to, and in any order.
#[test]
fn handles_of_every_link_of_a_chain_drop_in_either_order() {
    on_a_small_stack(|| {
        let n = LONG / 10;
        let mut chain = vec![Variable::new(0.5)];
        for i in 0..n {
            chain.push(chain[i].cos());
        }
        chain[n].backward_with(Backward::new().retain_grad());
        chain.reverse();
        drop(chain);
    });
}

/// DeZero sorts a list at every addition: for this graph it takes 64 seconds.
#[test]
fn many_leaves_added_into_one_sum() {
    on_a_small_stack(|| {
        let leaves: Vec<Variable> = (0..16_384).map(|i| Variable::new(f64::from(i))).collect();
        let y = leaves.iter().fold(Variable::new(0.0), |y, x| y + x * 2.0);
        y.backward();
        assert!(leaves.iter().all(|x| x.grad().unwrap().item() == 2.0));
        let gxs = grad(&y.square(), &leaves.iter().collect::<Vec<_>>());
        assert!(gxs.iter().all(|gx| gx.item() == 4.0 * y.item()));
    });
}

#[test]
fn one_variable_used_a_million_times() {
    on_a_small_stack(|| {
        let w = Variable::new(2.0);
        let a = w.square();
        let y = (0..LONG / 10).fold(Variable::new(0.0), |y, _| y + &a);
        y.backward();
        assert_eq!(w.grad().unwrap().item(), 4.0 * (LONG / 10) as f64);
    });
}

/// Doubling at every step: a walk that met a node once for each path would never end.
#[test]
fn each_node_is_met_once() {
    let x = Variable::new(1.0);
    let y = (0..200).fold(x.clone(), |y, _| (&y + &y) * 0.5);
    y.backward();
    assert_eq!(x.grad().unwrap().item(), 1.0);
    assert_eq!(dezero_core::graph(&y).functions().len(), 400);
    let gx = grad(&y, &[&x]).remove(0);
    assert!(dezero_core::graph(&gx).functions().len() <= 800);
}

/// The graph of a derivative grows with the graph: its size is linear in the length.
#[test]
fn graphs_of_derivatives_are_linear_in_the_length() {
    let nodes = |n: usize| {
        let before = live_nodes();
        let x = Variable::new(0.5);
        let y = (0..n).fold(x.clone(), |y, _| y.sin());
        let gx = grad(&y, &[&x]).remove(0);
        let gx2 = grad(&gx, &[&x]).remove(0);
        assert!(gx2.item().is_finite());
        live_nodes() - before
    };
    let (short, long) = (nodes(1000), nodes(2000));
    assert!(
        long <= 2 * short + 10 && short <= 20_000,
        "{short} nodes, then {long}"
    );
}

#[test]
fn eight_orders_leave_nothing() {
    let before = live_nodes();
    {
        let x = Variable::new(1.0);
        let y = x.tanh();
        y.backward_with(Backward::new().create_graph());
        for _ in 1..8 {
            let gx = x.grad().unwrap();
            x.cleargrad();
            gx.backward_with(Backward::new().create_graph());
        }
        assert!(live_nodes() > before + 1000);
    }
    assert_eq!(live_nodes(), before);
}

/// A gradient that has a graph refers to the variable whose gradient it is.
#[test]
fn gradients_with_graphs_are_no_cycles() {
    let before = live_nodes();
    {
        let x = Variable::new([1.0, 2.0]);
        let a = x.exp();
        let y = (&a * &x).sum(..);
        y.backward_with(Backward::new().create_graph().retain_grad());
        assert!(x.grad().unwrap().creator().is_some() && a.grad().unwrap().creator().is_some());
        // A user can even put one there.
        a.set_grad(Some(y.clone()));
        y.set_grad(Some(a.clone()));
        a.cleargrad();
    }
    assert_eq!(live_nodes(), before);
}

/// The gradient of a result goes with its last handle, though the record goes on.
#[test]
fn gradients_of_results_go_with_their_handles() {
    let x = Variable::new(2.0);
    let a = x.square();
    let y = &a * &x;
    y.backward_with(Backward::new().create_graph().retain_grad());
    x.cleargrad();
    let with_gradients = live_nodes();
    drop(a);
    assert!(live_nodes() < with_gradients);
    let a = y.creator().unwrap().inputs().remove(0);
    assert!(a.grad().is_none());
}

#[test]
fn errors_leave_nothing() {
    let before = live_nodes();
    {
        let (x, y) = (Variable::new([1.0, 2.0]), Variable::new([1.0, 2.0, 3.0]));
        assert!(x.sin().try_add(y.cos()).is_err());
        let singular = Variable::new([[0.0, 0.0], [0.0, 0.0]]);
        // The value exists, the derivative does not.
        assert!(
            (singular.det() + x.sum(..))
                .try_backward(Backward::new())
                .is_err()
        );
        assert!(dezero_core::try_grad(&singular.sin().det(), &[&singular]).is_err());
    }
    assert_eq!(live_nodes(), before);
}

struct Panics;

impl Function for Panics {
    fn name(&self) -> &'static str {
        "Panics"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(xs.to_vec())
    }

    fn backward(&self, _: &[Variable], _: &[Variable], _: &[Variable]) -> Result<Vec<Variable>> {
        panic!("in the user's code")
    }
}

#[test]
fn panics_leave_nothing_and_nothing_broken() {
    let before = live_nodes();
    {
        let x = Variable::new(2.0);
        let y = Panics.call(&[&x.sin()]).cos() + x.square();
        for how in [Backward::new(), Backward::new().create_graph()] {
            assert!(catch_unwind(AssertUnwindSafe(|| y.backward_with(how))).is_err());
        }
        assert!(dezero_core::is_recording());
        x.cleargrad();
        let z = x.square();
        assert_eq!(z.creator().unwrap().pass(), 0);
        z.backward();
        assert_eq!(x.grad().unwrap().item(), 4.0);
    }
    assert_eq!(live_nodes(), before);
}

/// Nodes may be released on another thread than they were made on: what is counted is the
/// difference, and over all threads it is nothing.
#[test]
fn graphs_dropped_on_another_thread_leave_nothing() {
    let before = live_nodes();
    let y = (0..1000).fold(Variable::new(0.5), |y, _| y.sin());
    let made = live_nodes() - before;
    let released = thread::spawn(move || {
        drop(y);
        live_nodes()
    });
    assert_eq!((made, released.join().unwrap()), (1001, -1001));
}

/// Two threads that give up the last two references to a node at once both see another one.
#[test]
fn graphs_dropped_by_two_threads_at_once_leave_nothing() {
    let before = live_nodes();
    let rounds = if cfg!(miri) { 2 } else { 20 };
    let nodes = if cfg!(miri) { 100 } else { 20_000 };
    let mut released = 0;
    for _ in 0..rounds {
        let x = Variable::new(0.5);
        let ys: Vec<Variable> = (0..nodes).map(|_| x.sin()).collect();
        let starts = Barrier::new(2);
        let drop_all = |ys: Vec<Variable>| {
            let before = live_nodes();
            starts.wait();
            drop(ys);
            live_nodes() - before
        };
        let again = ys.clone();
        released += thread::scope(|scope| {
            let other = scope.spawn(|| drop_all(again));
            drop_all(ys);
            other.join().unwrap()
        });
    }
    assert_eq!(live_nodes() + released, before);
}
