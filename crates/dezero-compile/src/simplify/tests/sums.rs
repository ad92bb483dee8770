//! What was broadcast: computed before, and summed.

use dezero_core::trace::{Source, Trace};
use dezero_core::{Array, Axes, Op, Variable, primitives};

use super::{assert_same, run};
use crate::ir::{Ir, Source as From};
use crate::simplify::{Assume, simplify};

fn labels(ir: &Ir) -> Vec<&str> {
    let mut labels = Vec::new();
    for value in &ir.values {
        if let From::Call(op, _) = &value.source {
            labels.push(op.label());
        }
    }
    labels
}

#[test]
fn a_sum_of_a_broadcast_is_a_product() {
    let x = Variable::new([[1.0], [2.5]]);
    let wide = x.broadcast_to([4, 2, 3]);
    let sums = [
        wide.sum(..),
        wide.sum(Axes::from([0, 2])),
        wide.sum(Axes::from([0, 1]).keepdims()),
        wide.sum(1),
        wide.sum(0),
        wide.sum_to([2, 3]),
        wide.sum_to([2, 1]),
        wide.sum_to([1, 2, 1]),
        (-&wide).sum(..),
        (&wide * 3.0).sum(2),
    ];
    for y in sums {
        let trace = Trace::new(&[&x], &[&y]);
        assert!(
            trace
                .steps
                .iter()
                .any(|step| matches!(step.source, Source::Call(..)))
        );
        let plain = Ir::of(trace);
        let simple = simplify(&plain, Assume::Reals);
        let input = [Array::from([[0.75], [-2.0]])];
        assert_eq!(
            run(&plain, &input)[0],
            run(&simple, &input)[0],
            "{plain:#?}"
        );
        // Of three numbers in place of up to 24.
        let long = |value: &&crate::ir::Value| value.shape.iter().product::<usize>() > 6;
        let sums_long = simple.values.iter().any(|value| match &value.source {
            From::Call(Op::Sum(_) | Op::SumTo(_), args) => long(&&simple.values[args[0]]),
            _ => false,
        });
        assert!(!sums_long, "{:?}", labels(&simple));
    }
}

/// Numbers alone and elements of arrays may differ in the last bit.
#[test]
fn a_number_is_broadcast_after_as_the_element_that_it_was() {
    for primitive in primitives() {
        let xs = [0.3, 0.41].map(Variable::new);
        let wide: Vec<Variable> = xs[..primitive.arity]
            .iter()
            .map(|x| x.broadcast_to([2, 3]))
            .collect();
        let y = primitive.apply(&wide.iter().collect::<Vec<_>>()).unwrap();
        let ir = Ir::of(Trace::new(&xs.iter().collect::<Vec<_>>(), &[&y]));
        let simple = simplify(&ir, Assume::Nothing);
        for value in &simple.values {
            if matches!(value.source, From::Call(Op::Unary(_) | Op::Binary(_), _)) {
                assert!(value.shape.iter().all(|&n| n == 1), "{simple:#?}");
            }
        }
        for i in 0..200 {
            let x = 0.05 + 0.013 * f64::from(i);
            assert_same(
                &ir,
                &[Array::from(x), Array::from(0.9 - x)],
                Assume::Nothing,
            );
        }
    }
}
