//! How many operations are left of tanh's derivatives.

use dezero_core::trace::Trace;
use dezero_core::{Array, Variable, grad};

use super::{LEVELS, bits, operations, run};
use crate::ir::{Ir, Line, Source};
use crate::simplify::{Assume, simplify};

fn record(x: &Variable, y: &Variable) -> Ir {
    Ir::of(Trace::new(&[x], &[y]))
}

/// The first output of a program on variables: recorded again.
fn replay(ir: &Ir, x: &Variable) -> Variable {
    let mut values: Vec<Variable> = Vec::new();
    for value in &ir.values {
        let y = match &value.source {
            Source::Input(_) => x.clone(),
            Source::Constant(c) => Variable::constant(c.clone()),
            Source::Call(op, args) => {
                let xs: Vec<&Variable> = args.iter().map(|&x| &values[x]).collect();
                op.record(
                    &xs,
                    value.line.as_ref().and_then(Line::here).unwrap(),
                    value.pass,
                )
                .unwrap()
                .remove(0)
            }
        };
        values.push(y);
    }
    values[ir.outputs[0]].clone()
}

fn nested(order: usize, x: &Variable) -> Variable {
    let mut y = x.tanh();
    for _ in 0..order {
        y = grad(&y, &[x]).remove(0);
    }
    y
}

/// Each derivative of the simplified one before.
fn in_turn(order: usize, x: &Variable, assume: Assume) -> Ir {
    let mut ir = simplify(&record(x, &x.tanh()), assume);
    for _ in 0..order {
        let y = replay(&ir, x);
        ir = simplify(&record(x, &grad(&y, &[x])[0]), assume);
    }
    ir
}

/// `CasADi` keeps 8,256 operations of the tenth derivative; DeZero has 21,219.
#[test]
fn the_tenth_derivative_of_tanh_is_short() {
    let x = Variable::new(0.5);
    let plain = record(&x, &nested(10, &x));
    // The tenth derivative as a polynomial of tanh, from y' = 1 - y^2.
    let mut polynomial = vec![0.0, 1.0];
    for _ in 0..10 {
        let mut next = vec![0.0; polynomial.len() + 1];
        for (k, c) in polynomial.iter().enumerate().skip(1) {
            next[k - 1] += k as f64 * c;
            next[k + 1] -= k as f64 * c;
        }
        polynomial = next;
    }
    let y = 0.3_f64.tanh();
    let exact = polynomial.iter().rev().fold(0.0, |sum, c| sum * y + c);
    for assume in LEVELS {
        let simple = simplify(&plain, assume);
        let turned = in_turn(10, &x, assume);
        for ir in [&simple, &turned] {
            assert!(operations(ir) < 6000);
            assert!(operations(&turned) < 2000);
            let value = run(ir, &[Array::from(0.3)])[0].as_f64().unwrap();
            assert!((value / exact - 1.0).abs() < 1e-9, "{value} {exact}");
        }
        if assume == Assume::Nothing {
            for x in [0.3, -0.0, 1e-310, 40.0, f64::INFINITY, f64::NAN] {
                let x = Array::from(x);
                assert_eq!(
                    bits(&run(&plain, std::slice::from_ref(&x))[0]),
                    bits(&run(&simple, &[x])[0])
                );
            }
        }
    }
}
