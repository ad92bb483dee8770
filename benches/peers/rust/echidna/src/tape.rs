//! Recorded anew for each derivative.

use std::any::Any;
use std::hint::black_box;

use echidna::tape::{Tape, TapeGuard};
use echidna::taylor::Taylor;
use echidna::{Reverse, composed_hvp, grad, vjp};
use peer_protocol::{Row, Work, inputs};

use crate::{banana, chain, elementwise, missing, quartic, rosenbrock};

pub(crate) fn row(name: &str) -> Row {
    Ok(match name {
        "J1" => Work::new(inputs::STEPS, || {
            let mut x = black_box([0.0, 2.0]);
            for _ in 0..inputs::STEPS {
                let g = grad(|x| banana(x), &x);
                x[0] -= inputs::LR * g[0];
                x[1] -= inputs::LR * g[1];
            }
            x.to_vec()
        }),
        "J2" => Work::new(inputs::NEWTON_STEPS, || {
            let mut x = black_box(2.0);
            for _ in 0..inputs::NEWTON_STEPS {
                let (_, g, h) = composed_hvp(|x| quartic(x), &[x], &[1.0]);
                x -= g[0] / h[0];
            }
            vec![x]
        }),
        "J3-taylor" => Work::new(1, || {
            let x = Taylor::<f64, { inputs::ORDER + 1 }>::variable(black_box(1.0));
            x.tanh().coeffs.to_vec()
        }),
        "J5" => Work::new(inputs::CHAIN, || {
            let f = |x: &[Reverse<f64>]| vec![chain(x, inputs::CHAIN)];
            let (y, g) = vjp(f, &[black_box(2.0)], &[1.0]);
            vec![y[0], g[0]]
        }),
        "J8-dense" => {
            let x = inputs::start(inputs::DENSE);
            Work::new(1, move || {
                let (_, _, h) = echidna::hessian(|x| rosenbrock(x), &x);
                inputs::PLACES.map(|(i, j)| h[i][j]).to_vec()
            })
        }
        "J8-sparse" => {
            let x = inputs::start(inputs::DENSE);
            Work::new(1, move || {
                let (_, _, pattern, h) = echidna::sparse_hessian(|x| rosenbrock(x), &x);
                crate::bytecode::entries(&pattern, &h)
            })
            .note("recorded, pattern and colours found each time")
        }
        "J8-product" => {
            let x = inputs::start(inputs::LONG);
            Work::new(1, move || {
                let (_, _, h) = composed_hvp(|x| rosenbrock(x), &x, &x);
                inputs::ends(&h).to_vec()
            })
        }
        "J9" => {
            let x = inputs::line(inputs::LONG);
            Work::new(1, move || {
                let f = |x: &[Reverse<f64>]| vec![elementwise(x)];
                let (mut result, g) = vjp(f, &x, &[1.0]);
                result.extend(inputs::ends(&g));
                result
            })
        }
        name => return missing(name),
    })
}

pub(crate) fn record(operations: usize) -> Box<dyn Any> {
    let mut tape = Box::new(Tape::new());
    let (index, value) = tape.new_variable(2.0);
    let guard = TapeGuard::new(&mut tape);
    black_box(chain(&[Reverse::from_tape(value, index)], operations));
    drop(guard);
    tape
}
