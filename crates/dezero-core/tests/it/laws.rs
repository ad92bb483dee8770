//! Laws that hold for any function, on random programs: the product with the Jacobian and its
//! transpose agree, the gradient is linear, mixed derivatives commute, the chain rule holds.

use dezero_core::{Array, Variable, grad};
use proptest::prelude::*;

use crate::differences::{DIFFERENCES, agree, derivative};
use crate::random::Random;

/// A random composition of smooth, bounded operations on vectors, some of which broadcast.
fn program(seed: u64, x: &Variable, w: &Variable) -> Variable {
    let mut random = Random::new(seed);
    let mut made = vec![x.clone(), w.clone(), x * w];
    for _ in 0..12 {
        let (a, b) = (
            &made[random.below(made.len())],
            &made[random.below(made.len())],
        );
        let y = match random.below(10) {
            0 => a.sin(),
            1 => a.tanh(),
            2 => (a * 0.5).erf(),
            3 => a.sigmoid() * b,
            4 => a - b.mean(..),
            5 => (a + b).cos(),
            6 => a * b.tanh(),
            7 => a / (b * b + 1.0),
            8 => (a.square() + 1.0).log(),
            _ => a.flip(0).cumsum(0).tanh() + b,
        };
        made.push(y);
    }
    // Whatever was chosen, both count.
    made.pop().unwrap() + x.sin() * w
}

fn setting(seed: u64) -> (Random, Variable, Variable) {
    let mut random = Random::new(seed);
    let (x, w) = (random.array(&[4], -1.0, 1.0), random.array(&[4], -1.0, 1.0));
    (random, Variable::new(x), Variable::new(w))
}

fn dot(a: &Variable, b: &Array) -> f64 {
    (a * b).sum(..).item()
}

/// `u^T J` by a sweep that starts from `u`.
fn vjp(y: &Variable, x: &Variable, u: &Array) -> Variable {
    grad(&(y * u).sum(..), &[x]).remove(0)
}

/// `J v` by two reverse sweeps: `u^T J` is linear in `u`, and its transpose is `J`.
fn jvp(y: &Variable, x: &Variable, v: &Array) -> Variable {
    let u = Variable::new(vec![0.0; y.size()]);
    let g = grad(&(y * &u).sum(..), &[x]).remove(0);
    grad(&(g * v).sum(..), &[&u]).remove(0)
}

#[track_caller]
fn assert_close(a: f64, b: f64, tolerance: f64) {
    assert!(agree(a, b, tolerance), "{a} is not {b}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, rng_seed: prop::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

    #[test]
    fn products_with_the_jacobian_and_its_transpose_agree(seed: u64) {
        let (mut random, x, w) = setting(seed);
        let y = program(seed, &x, &w);
        let (u, v) = (random.like(&y), random.like(&x));
        let forward = jvp(&y, &x, &v);
        assert_close(dot(&forward, &u), dot(&vjp(&y, &x, &u), &v), 1e-12);
        // And both are what the values say.
        let along = |t: f64| dot(&program(seed, &(&x + Variable::new(v.clone()) * t), &w), &u);
        assert_close(dot(&forward, &u), derivative(along, 0.0), DIFFERENCES);
    }

    #[test]
    fn gradients_are_linear(seed: u64, a in -2.0..2.0, b in -2.0..2.0) {
        let (_, x, w) = setting(seed);
        let (y, z) = (program(seed, &x, &w), program(!seed, &x, &w));
        let sum = grad(&(&y * a + &z * b).sum(..), &[&x]).remove(0);
        let parts = &grad(&y, &[&x])[0] * a + &grad(&z, &[&x])[0] * b;
        prop_assert!(sum.data().allclose(&parts.data(), 1e-12, 1e-12, false), "{sum} is not {parts}");
    }

    #[test]
    fn mixed_derivatives_commute(seed: u64) {
        let (mut random, x, w) = setting(seed);
        let y = program(seed, &x, &w).sum(..);
        let (u, v) = (random.like(&x), random.like(&w));
        let gxs = grad(&y, &[&x, &w]);
        // The zero keeps a constant gradient differentiable.
        let second = |gx: &Variable, along: &Array, by: &Variable| grad(&((gx + by * 0.0) * along).sum(..), &[by]).remove(0);
        assert_close(dot(&second(&gxs[0], &u, &w), &v), dot(&second(&gxs[1], &v, &x), &u), 1e-11);
    }

    #[test]
    fn plain_backward_agrees_with_grad_and_adds(seed: u64) {
        let (_, x, w) = setting(seed);
        let y = program(seed, &x, &w);
        let gxs = grad(&y, &[&x, &w]);
        y.backward();
        y.backward();
        for (x, gx) in [&x, &w].into_iter().zip(gxs) {
            let Some(plain) = x.grad() else {
                prop_assert!(gx.to_vec::<f64>().iter().all(|&gx| gx == 0.0));
                continue;
            };
            let twice = gx * 2.0;
            prop_assert!(plain.data().allclose(&twice.data(), 1e-13, 1e-13, false), "{plain} is not {twice}");
        }
    }

    /// An array of one element, a scalar and a row of a matrix are the same function.
    #[test]
    fn elements_do_not_depend_on_the_shape_around_them(seed: u64) {
        let (_, x, w) = setting(seed);
        let (x_matrix, w_matrix) = (Variable::new(x.reshape([4, 1]).data()), Variable::new(w.reshape([4, 1]).data()));
        let gx = grad(&program(seed, &x, &w), &[&x]).remove(0);
        let gx_matrix = grad(&program(seed, &x_matrix, &w_matrix), &[&x_matrix]).remove(0);
        prop_assert_eq!(gx_matrix.shape(), [4, 1]);
        prop_assert!(gx_matrix.flatten().data().allclose(&gx.data(), 1e-12, 1e-12, false));
    }
}
