//! Derivatives of derivatives, as long as memory lasts.

use dezero::{Variable, live_nodes, try_grad};

use crate::report::Failure;

/// The nodes that all graphs together may have: about 2.5 GB.
const MOST_NODES: i64 = 16_000_000;

/// The highest order, also of what stays small.
const HIGHEST_ORDER: usize = 50_000;

/// Differentiates a value again and again.
///
/// Each order can be several times as large as the one before. How much memory one more would
/// take is estimated from the last two, so that it is refused rather than run out of.
pub(crate) struct Derivation {
    order: usize,
    most_nodes: i64,
    /// The most nodes that a derivative took: in the order before the last one, and in the last.
    last: [i64; 2],
    /// The same in this order, so far.
    current: i64,
}

impl Derivation {
    /// The derivation of what was just computed, of which nothing has been differentiated yet.
    pub(crate) fn new() -> Self {
        Self::within(MOST_NODES)
    }

    /// [`new`](Self::new) that gives up where the graphs would have more than `most_nodes`.
    pub(crate) fn within(most_nodes: i64) -> Self {
        let nodes = live_nodes().max(1);
        Self {
            order: 0,
            most_nodes,
            last: [nodes; 2],
            current: nodes,
        }
    }

    /// The order of derivatives that was begun last.
    pub(crate) fn order(&self) -> usize {
        self.order
    }

    /// Begins the next order of derivatives.
    pub(crate) fn next_order(&mut self) -> Result<(), Failure> {
        if self.order == HIGHEST_ORDER {
            return Err(Failure::failed(format!(
                "derivatives go up to order {HIGHEST_ORDER}; ask for a lower --order"
            )));
        }
        self.order += 1;
        self.last = [self.last[1], self.current.max(1)];
        self.current = 0;
        Ok(())
    }

    /// The derivatives of `y`, itself one of the order before, by each of `xs`.
    pub(crate) fn differentiate(
        &mut self,
        y: &Variable,
        xs: &[&Variable],
    ) -> Result<Vec<Variable>, Failure> {
        let before = live_nodes();
        let [earlier, last] = self.last;
        let expected = self.current.max(last.saturating_mul(last / earlier + 1));
        if before.saturating_add(expected) > self.most_nodes {
            return Err(Failure::failed(format!(
                "derivatives of order {} do not fit into memory: the graph has {before} nodes \
                 already; ask for a lower --order",
                self.order
            )));
        }
        let derivatives = match try_grad(y, xs) {
            // A formula without variables is a constant, which has no graph to go back through.
            Err(error) if error.is_derivative() => {
                xs.iter().map(|_| Variable::constant(0.0)).collect()
            }
            found => found?,
        };
        self.current = self.current.max(live_nodes() - before);
        Ok(derivatives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Differentiates by `x` until it is refused; the highest order and the most nodes on the way.
    fn exhaust(y: &Variable, x: &Variable, most_nodes: i64) -> (usize, i64) {
        let mut derivation = Derivation::within(most_nodes);
        let mut gx = y.clone();
        for order in 1.. {
            derivation.next_order().unwrap();
            match derivation.differentiate(&gx, &[x]) {
                Ok(mut derivatives) => gx = derivatives.remove(0),
                Err(_) => return (order - 1, live_nodes()),
            }
        }
        unreachable!("every graph of these grows")
    }

    #[test]
    fn memory_is_refused_before_it_is_taken() {
        for formula in [
            "tanh(x)",
            "x^x",
            "(tanh(x)*x)^x/tanh(x^2)",
            "acosh(x)",
            "atan2(x, x^2)",
        ] {
            let formula = dezero::expr::Formula::parse(formula).unwrap();
            let x = Variable::new(1.5);
            let y = formula.eval(&[&x]).unwrap();
            let (order, nodes) = exhaust(&y, &x, 100_000);
            assert!(nodes <= 100_000, "{formula}: {nodes} nodes");
            assert!(order >= 7, "{formula}: gave up after order {order}");
        }
    }

    #[test]
    fn small_graphs_go_to_the_highest_order() {
        let x = Variable::new(2.0);
        let mut derivation = Derivation::new();
        let mut gx = &x * &x;
        for _ in 0..HIGHEST_ORDER {
            derivation.next_order().unwrap();
            gx = derivation.differentiate(&gx, &[&x]).unwrap().remove(0);
        }
        assert_eq!(gx.item(), 0.0);
        assert!(derivation.next_order().is_err());
    }

    #[test]
    fn a_constant_has_derivatives() {
        let x = Variable::new(2.0);
        let y = Variable::constant(2.0).sqrt();
        let mut derivation = Derivation::new();
        derivation.next_order().unwrap();
        let gx = derivation.differentiate(&y, &[&x]).unwrap().remove(0);
        derivation.next_order().unwrap();
        let gx2 = derivation.differentiate(&gx, &[&x]).unwrap().remove(0);
        assert_eq!((gx.item(), gx2.item()), (0.0, 0.0));
    }
}
