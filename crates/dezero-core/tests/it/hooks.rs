//! Hooks see and replace derivatives: of leaves and results, recorded and not.

use std::panic::Location;
use std::sync::{Arc, Mutex};
use std::thread;

use dezero_core::{Backward, Variable, grad, live_nodes, try_grad};

type Seen = Arc<Mutex<Vec<f64>>>;

/// A hook that notes what it sees.
fn noting(seen: &Seen) -> impl Fn(&Variable) -> Option<Variable> + Send + Sync + 'static {
    let seen = seen.clone();
    move |g| {
        seen.lock().unwrap().push(g.item());
        None
    }
}

fn taken(seen: &Seen) -> Vec<f64> {
    std::mem::take(&mut seen.lock().unwrap())
}

#[test]
fn hooks_run_in_order_until_they_are_removed() {
    let (seen, x) = (Seen::default(), Variable::new(3.0));
    x.register_hook(noting(&seen));
    let double = x.register_hook(|g| Some(g * 2.0));
    x.register_hook(noting(&seen));
    let y = &x * &x;
    y.backward();
    assert_eq!(taken(&seen), [6.0, 12.0]);
    assert_eq!(x.grad().unwrap().item(), 12.0);
    y.backward(); // what is added is what the hooks gave
    assert_eq!(taken(&seen), [6.0, 12.0]);
    assert_eq!(x.grad().unwrap().item(), 24.0);
    assert!(x.remove_hook(double));
    assert!(!x.remove_hook(double));
    x.cleargrad();
    y.backward();
    assert_eq!(taken(&seen), [6.0, 6.0]);
    assert_eq!(x.grad().unwrap().item(), 6.0);
}

#[test]
fn a_leaf_keeps_its_hooks_and_sees_all_its_snapshots_at_once() {
    let (seen, x) = (Seen::default(), Variable::new(3.0));
    x.register_hook(noting(&seen));
    let y = &x * &x; // 9, by 6
    x.set_data(5.0);
    let z = &y * &x; // by 5 * 6 + 9
    z.backward();
    assert_eq!(taken(&seen), [39.0]);
    assert_eq!(grad(&z, &[&x])[0].item(), 39.0);
    assert_eq!(taken(&seen), [39.0]);
}

#[test]
fn on_results_a_hook_changes_what_goes_on() {
    for create_graph in [false, true] {
        let (seen, x) = (Seen::default(), Variable::new(0.5));
        let h = x.sin();
        h.register_hook(|g| Some(g * 10.0));
        h.register_hook(noting(&seen));
        let y = &h * &h;
        y.register_hook(noting(&seen));
        if create_graph {
            y.backward_with(Backward::new().create_graph());
        } else {
            y.backward();
        }
        let expected = 20.0 * 0.5_f64.sin();
        assert_eq!(taken(&seen), [1.0, expected]);
        let gx = x.grad().unwrap();
        assert!((gx.item() - expected * 0.5_f64.cos()).abs() < 1e-12);
        // Those who ask for the result get what the hooks gave.
        let found = grad(&y, &[&h, &x]);
        assert_eq!(found[0].item(), expected);
        assert_eq!(found[1].item(), gx.item());
        y.backward_with(Backward::new().retain_grad());
        assert_eq!(h.grad().unwrap().item(), expected);
    }
}

#[test]
fn what_a_hook_computes_is_recorded_with_create_graph() {
    let x = Variable::new(3.0);
    x.register_hook(|g| Some(g * g));
    let y = &x * &x;
    let gx = grad(&y, &[&x]).remove(0); // (2 x)^2
    assert_eq!(gx.item(), 36.0);
    // 8 x, squared by the hook again.
    assert_eq!(grad(&gx, &[&x])[0].item(), 24.0 * 24.0);
    // A plain sweep passes constants, and records nothing.
    let z = Variable::new(3.0);
    z.register_hook(|g| {
        assert!(!dezero_core::is_recording());
        let square = g * g;
        assert!(square.creator().is_none());
        Some(square)
    });
    (&z * &z).backward();
    assert_eq!(z.grad().unwrap().item(), 36.0);
}

#[test]
fn a_hook_can_go_backward_itself() {
    let x = Variable::new(2.0);
    let w = Variable::new(5.0);
    let outer = w.clone();
    x.register_hook(move |_| {
        dezero_core::enable_grad(|| (&outer * &outer).backward());
        None
    });
    let y = x.sin() * &x;
    y.backward();
    assert_eq!(w.grad().unwrap().item(), 10.0);
    let expected = 2.0_f64.cos() * 2.0 + 2.0_f64.sin();
    assert!((x.grad().unwrap().item() - expected).abs() < 1e-12);
}

#[test]
fn another_shape_is_an_error() {
    let x = Variable::new([1.0, 2.0]);
    x.register_hook(|g| Some(g.sum(..)));
    let y = (&x * &x).sum(..);
    let error = y.try_backward(Backward::new()).unwrap_err();
    assert!(error.is_shape());
    assert!(error.to_string().contains("register_hook"), "{error}");
    assert!(try_grad(&y, &[&x]).is_err());
    let h = &x * &x;
    h.register_hook(|g| Some(g.sum(..)));
    assert!(h.sum(..).try_backward(Backward::new()).is_err());
}

#[test]
fn the_error_is_blamed_on_the_line_of_the_hook() {
    let x = Variable::new([1.0, 2.0]);
    let h = &x * &x;
    for hooked in [&x, &h] {
        let line = line!() + 1;
        let id = hooked.register_hook(|g| Some(g.sum(..)));
        let error = h.sum(..).try_backward(Backward::new()).unwrap_err();
        assert_eq!(error.line().map(Location::line), Some(line), "{error}");
        hooked.remove_hook(id);
    }
}

#[test]
fn hooks_go_with_their_variable() {
    let live = || {
        let held = Variable::new(1.0);
        let captured = &held * 2.0;
        let x = Variable::new(2.0);
        let (in_leaf, in_result) = (captured.clone(), captured);
        x.register_hook(move |g| Some(g + &in_leaf));
        let h = &x * &x;
        h.register_hook(move |g| Some(g + &in_result));
        let y = h.sin();
        assert_eq!(live_nodes(), 5);
        // The record outlives the result, its hooks do not.
        drop(h);
        y.backward();
        let plain = 4.0 * 4.0_f64.cos();
        assert!((x.grad().unwrap().item() - (plain + 2.0)).abs() < 1e-12);
        drop(x); // the last that held the captured result
        assert_eq!(live_nodes(), 4);
        drop(y);
        drop(held);
    };
    thread::spawn(move || {
        live();
        assert_eq!(live_nodes(), 0);
    })
    .join()
    .unwrap();
}

#[test]
fn hooks_that_hold_variables_with_hooks_drop_without_recursion() {
    let run = || {
        let mut x = Variable::new(1.0);
        for _ in 0..200_000 {
            let next = Variable::new(1.0);
            let held = x.clone();
            next.register_hook(move |g| Some(g + &held));
            x = next;
        }
        drop(x);
        assert_eq!(live_nodes(), 0);
    };
    thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(run)
        .unwrap()
        .join()
        .unwrap();
}
