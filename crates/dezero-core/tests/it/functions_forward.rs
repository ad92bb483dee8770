//! Users' functions in forward mode and Taylor mode: with rules of their own, and without.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dezero_core::transforms;
use dezero_core::transforms::{derivatives, hessian, jacfwd, jacrev, jet, jvp, laplacian};
use dezero_core::{Array, Function, Result, Variable, grad};

use crate::differences::assert_agree;

/// The coefficients of the Taylor polynomial.
fn taylor(f: impl Fn(&Variable) -> Variable, around: f64, order: usize) -> Vec<f64> {
    transforms::taylor(f, around, order).coefficients().to_vec()
}

/// `sin(a) b` and `cos(a)`, as a user would write it; the rules say which are given.
#[derive(Clone)]
struct Waves {
    tangents: bool,
    series: bool,
    calls: Arc<AtomicUsize>,
}

impl Waves {
    fn new(tangents: bool, series: bool) -> Self {
        let calls = Arc::default();
        Self {
            tangents,
            series,
            calls,
        }
    }

    fn apply(&self, a: &Variable, b: &Variable) -> Variable {
        let ys = self.clone().call_many(&[a, b]);
        &ys[0] * &ys[1] + &ys[0]
    }
}

/// The same, of primitives.
fn expected(a: &Variable, b: &Variable) -> Variable {
    let y = a.sin() * b;
    &y * a.cos() + &y
}

impl Function for Waves {
    fn name(&self) -> &'static str {
        "Waves"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        let sine = xs[0].map_float(f64::sin, f32::sin);
        let product = sine.zip_float(&xs[1], "waves", |a, b| a * b, |a, b| a * b)?;
        Ok(vec![product, xs[0].map_float(f64::cos, f32::cos)])
    }

    fn backward(&self, xs: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        let (a, b) = (&xs[0], &xs[1]);
        Ok(vec![
            &gys[0] * a.cos() * b - &gys[1] * a.sin(),
            &gys[0] * a.sin(),
        ])
    }

    fn jvp(
        &self,
        xs: &[Variable],
        ys: &[Variable],
        ts: &[Variable],
    ) -> Option<Result<Vec<Variable>>> {
        self.tangents.then(|| {
            self.calls.fetch_add(1, Ordering::Relaxed);
            let (a, b) = (&xs[0], &xs[1]);
            Ok(vec![
                &ts[0] * &ys[1] * b + a.sin() * &ts[1],
                -(&ts[0] * a.sin()),
            ])
        })
    }

    fn taylor(&self, xs: &[Vec<Variable>]) -> Option<Result<Vec<Vec<Variable>>>> {
        self.series.then(|| {
            self.calls.fetch_add(1, Ordering::Relaxed);
            let sine = jet(
                |x| x.sin(),
                &xs[0][0],
                &xs[0][1..].iter().collect::<Vec<_>>(),
            );
            let cosine = jet(
                |x| x.cos(),
                &xs[0][0],
                &xs[0][1..].iter().collect::<Vec<_>>(),
            );
            let product = (0..sine.len())
                .map(|k| {
                    (1..=k).fold(&sine[0] * &xs[1][k], |sum, i| {
                        sum + &sine[i] * &xs[1][k - i]
                    })
                })
                .collect();
            Ok(vec![product, cosine])
        })
    }
}

fn all() -> [Waves; 4] {
    [(false, false), (true, false), (false, true), (true, true)].map(|(t, s)| Waves::new(t, s))
}

fn close(a: &Variable, b: &Variable, what: &str) {
    assert_eq!(a.shape(), b.shape(), "{what}");
    assert_agree(&a.to_vec::<f64>(), &b.to_vec::<f64>(), 1e-12, what);
}

#[test]
fn tangents_come_from_the_rule_or_from_two_reverse_passes() {
    let (a, b) = (Variable::new([0.3, 1.2]), Variable::new([2.0, -1.0]));
    let (ta, tb) = (Variable::new([1.0, 0.5]), Variable::new([0.0, 3.0]));
    for waves in all() {
        let (y, t) = jvp(|[a, b]| waves.apply(a, b), [&a, &b], [&ta, &tb]);
        let (y0, t0) = jvp(|[a, b]| expected(a, b), [&a, &b], [&ta, &tb]);
        close(&y, &y0, "value");
        close(&t, &t0, "tangent");
        assert_eq!(waves.calls.load(Ordering::Relaxed) > 0, waves.tangents);
        // And back through them.
        close(
            &grad(&t, &[&a])[0],
            &grad(&t0, &[&a])[0],
            "the gradient of the tangent",
        );
    }
}

#[test]
fn wide_tangents_go_one_by_one() {
    let (a, b) = (Variable::new([0.3, 1.2]), Variable::new([2.0, -1.0]));
    for waves in all() {
        let f = |a: &Variable| waves.apply(a, &b);
        close(&jacfwd(f, &a), &jacfwd(|a| expected(a, &b), &a), "jacfwd");
        close(&jacrev(f, &a), &jacfwd(|a| expected(a, &b), &a), "jacrev");
        let sum = |a: &Variable| waves.apply(a, &b).square().sum(..);
        let sum0 = |a: &Variable| expected(a, &b).square().sum(..);
        close(&hessian(sum, &a), &hessian(sum0, &a), "hessian");
        close(&laplacian(sum, &a), &laplacian(sum0, &a), "laplacian");
    }
}

#[test]
fn series_come_from_the_rule_or_from_nesting() {
    for waves in all() {
        let f = |x: &Variable| waves.apply(&x.exp(), &(x * x));
        let f0 = |x: &Variable| expected(&x.exp(), &(x * x));
        assert_agree(&taylor(f, 0.4, 5), &taylor(f0, 0.4, 5), 1e-11, "taylor");
        let x = Variable::new([0.4, -0.2]);
        let (d, d0) = (derivatives(f, &x, 3), derivatives(f0, &x, 3));
        for (d, d0) in d.iter().zip(&d0) {
            close(d, d0, "derivatives");
        }
        close(
            &grad(&d[3], &[&x])[0],
            &grad(&d0[3], &[&x])[0],
            "a fourth by reverse",
        );
        assert_eq!(
            waves.calls.load(Ordering::Relaxed) > 0,
            waves.tangents || waves.series
        );
    }
}

/// Gives what is not due.
struct Wrong(usize);

impl Function for Wrong {
    fn name(&self) -> &'static str {
        "Wrong"
    }

    fn forward(&self, xs: &[Array]) -> Result<Vec<Array>> {
        Ok(vec![xs[0].clone()])
    }

    fn backward(&self, _: &[Variable], _: &[Variable], gys: &[Variable]) -> Result<Vec<Variable>> {
        Ok(gys.to_vec())
    }

    fn jvp(&self, _: &[Variable], _: &[Variable], _: &[Variable]) -> Option<Result<Vec<Variable>>> {
        match self.0 {
            0 => Some(Ok(Vec::new())),
            1 => Some(Ok(vec![Variable::new([1.0, 2.0, 3.0])])),
            _ => None,
        }
    }

    fn taylor(&self, xs: &[Vec<Variable>]) -> Option<Result<Vec<Vec<Variable>>>> {
        match self.0 {
            2 => Some(Ok(vec![xs[0][..1].to_vec()])),
            3 => Some(Ok(Vec::new())),
            _ => None,
        }
    }
}

#[test]
fn rules_that_break_their_contract_are_named() {
    use dezero_core::transforms::{try_jet, try_jvp};
    let x = Variable::new([1.0, 2.0]);
    let texts: Vec<String> = (0..4)
        .map(|which| {
            let f = |x: &Variable| Wrong(which).call(&[x]);
            let error = if which < 2 {
                try_jvp(f, &x, &x).unwrap_err()
            } else {
                try_jet(f, &x, &[&x, &x]).unwrap_err()
            };
            assert!(error.is_function());
            error.to_string().lines().next().unwrap().to_owned()
        })
        .collect();
    insta::assert_snapshot!("rules_that_break_their_contract", texts.join("\n"));
}
