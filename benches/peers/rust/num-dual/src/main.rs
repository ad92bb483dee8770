//! The comparison's rows by num-dual, which carries derivatives forward and records nothing.

use std::hint::black_box;

use nalgebra::vector;
use num_dual::{Dual, Dual64, DualNum, first_derivative, gradient, second_derivative};
use peer_protocol::{Row, Work, inputs, serve};

fn main() {
    serve(row, None);
}

fn row(name: &str) -> Row {
    Ok(match name {
        "J1" => Work::new(inputs::STEPS, || {
            let mut x = black_box(vector![0.0, 2.0]);
            for _ in 0..inputs::STEPS {
                let (_, g) = gradient(
                    |x| {
                        let (a, b) = (x[1] - x[0].powi(2), -x[0] + 1.0);
                        a.powi(2) * 100.0 + b.powi(2)
                    },
                    &x,
                );
                x -= inputs::LR * g;
            }
            vec![x[0], x[1]]
        }),
        "J2" => Work::new(inputs::NEWTON_STEPS, || {
            let mut x = black_box(2.0);
            for _ in 0..inputs::NEWTON_STEPS {
                let (_, g, h) = second_derivative(|x| x.powi(4) - x.powi(2) * 2.0, x);
                x -= g / h;
            }
            vec![x]
        }),
        "J3-nested" => Work::new(1, || {
            let y = Tenth::variable(black_box(1.0)).tanh();
            y.derivatives().split_off(1)
        })
        .note("dual numbers of dual numbers, ten deep"),
        "J5" => Work::new(inputs::CHAIN, || {
            let (y, g) = first_derivative(chain, black_box(2.0));
            vec![y, g]
        }),
        "J9" => {
            let x = inputs::line(inputs::LONG);
            Work::new(1, move || {
                let mut sum = 0.0;
                let f = |x: Dual64| (x.sin() * (-x * x).exp() + x).tanh();
                let derivative = |&x: &f64| {
                    let (y, g) = first_derivative(f, x);
                    sum += y;
                    g
                };
                let g: Vec<f64> = x.iter().map(derivative).collect();
                let mut result = vec![sum];
                result.extend(inputs::ends(&g));
                result
            })
            .note("element by element, forward")
        }
        "J3-taylor" => return Err("no Taylor mode"),
        "J7" | "J8-dense" | "J8-product" => return Err("forward only: n products for a gradient"),
        "J8-sparse" => return Err("no sparse Hessians"),
        _ => return Err("no arrays"),
    })
}

fn chain(x: Dual64) -> Dual64 {
    let mut y = x;
    for i in 0..inputs::CHAIN {
        y = if i % 2 == 0 {
            y * inputs::FACTOR
        } else {
            y + inputs::SUMMAND
        };
    }
    y
}

/// Dual numbers of dual numbers, to any depth.
trait Nested {
    fn variable(x: f64) -> Self;
    /// The value and all derivatives.
    fn derivatives(&self) -> Vec<f64>;
}

impl Nested for f64 {
    fn variable(x: f64) -> Self {
        x
    }

    fn derivatives(&self) -> Vec<f64> {
        vec![*self]
    }
}

impl<T: Nested + DualNum> Nested for Dual<T> {
    fn variable(x: f64) -> Self {
        Dual::from_re(T::variable(x)).derivative()
    }

    fn derivatives(&self) -> Vec<f64> {
        let mut all = vec![self.re.derivatives()[0]];
        all.extend(self.eps.derivatives());
        all
    }
}

type Fifth<T> = Dual<Dual<Dual<Dual<Dual<T>>>>>;
type Tenth = Fifth<Fifth<f64>>;
const _: () = assert!(inputs::ORDER == 10);
